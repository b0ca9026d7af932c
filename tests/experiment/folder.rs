//! The folder of an experiment.

use std::fs;

use bnonly::experiment::definition::Scale;
use bnonly::experiment::folder::{ExperimentFolder, FolderError, before};
use bnonly::experiment::overlay::Overlay;
use bnonly::experiment::plan::{Plan, RunName};
use bnonly::experiment::results::Measure;
use bnonly::session::{NewFolder, Origin};
use bnonly::train::table::setting_named;

use super::{made_up, result};

fn plan(seeds: Option<u32>, lr: &str) -> Plan {
    let mut given = Overlay::default();
    given.set(setting_named("lr").unwrap(), lr.to_owned());
    Plan::new(&made_up(), Scale::Glance, seeds, &given).unwrap()
}

#[test]
fn it_goes_on_with_the_same_experiment_and_with_more_seeds_and_refuses_any_other() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("a/b");
    let folder = ExperimentFolder::open(&path, &plan(None, "0.1")).unwrap();
    assert_eq!(
        ExperimentFolder::open(&path, &plan(None, "0.1")).unwrap(),
        folder
    );
    ExperimentFolder::open(&path, &plan(Some(5), "0.1")).unwrap();
    assert_eq!(folder.plan().unwrap().seeds, 5);
    let told = ExperimentFolder::open(&path, &plan(None, "0.2")).expect_err("other settings");
    assert!(
        told.to_string().contains("made-up at scale glance"),
        "{told}"
    );
    assert!(matches!(
        told,
        FolderError::Differs {
            what: "other settings",
            ..
        }
    ));
    assert_eq!(folder.plan().unwrap().seeds, 5);

    let other = home.path().join("mine");
    fs::create_dir(&other).unwrap();
    fs::write(other.join("letter.txt"), "dear").unwrap();
    let told = ExperimentFolder::open(&other, &plan(None, "0.1")).expect_err("somebody else's");
    assert!(matches!(told, FolderError::Other { .. }), "{told}");
    assert_eq!(fs::read_dir(&other).unwrap().count(), 1);
    let told = ExperimentFolder::at(&other)
        .plan()
        .expect_err("no experiment");
    assert!(told.to_string().contains("holds no experiment"), "{told}");
    fs::write(other.join("experiment.toml"), "name = 1").unwrap();
    let told = ExperimentFolder::at(&other)
        .plan()
        .expect_err("no experiment")
        .to_string();
    assert!(told.contains("experiment.toml: line 1: "), "{told}");
}

#[test]
fn a_run_begins_anew_or_after_another_and_what_it_came_to_reads_back() {
    let home = tempfile::tempdir().unwrap();
    let plan = plan(None, "0.1");
    let folder = ExperimentFolder::open(&home.path().join("it"), &plan).unwrap();
    let probe = RunName {
        arm: "probe-resnet-14".into(),
        seed: 2,
    };
    let first = before(&plan, &probe).unwrap();
    assert_eq!(first.folder(), "bn-resnet-14-seed2");
    let Origin::New {
        settings,
        folder: NewFolder::At(at),
    } = folder.origin(&plan, &probe).unwrap()
    else {
        panic!("it is new");
    };
    assert_eq!(at, folder.run(&probe));
    assert_eq!(settings.seed, 2);
    let init = settings.init.unwrap();
    assert_eq!(
        init,
        folder.run(&first).join("checkpoints/last.safetensors")
    );

    // Broken off before its first checkpoint: only a config.toml.
    fs::create_dir_all(&at).unwrap();
    fs::write(at.join("config.toml"), "").unwrap();
    assert!(matches!(
        folder.origin(&plan, &probe).unwrap(),
        Origin::New { .. }
    ));
    assert!(!at.exists());
    fs::create_dir_all(init.parent().unwrap()).unwrap();
    fs::write(&init, "").unwrap();
    assert!(matches!(
        folder.origin(&plan, &first).unwrap(),
        Origin::Resumed { .. }
    ));

    assert_eq!(folder.result(&first).unwrap(), None);
    // All digits: a report is made of these bits again and again.
    let came = result(
        "bn-resnet-14",
        2,
        &[
            (Measure::Accuracy, 0.1 + 0.2),
            (Measure::TestLoss, 1.0 / 3.0),
        ],
    );
    came.write(&folder.run(&first)).unwrap();
    assert_eq!(folder.result(&first).unwrap(), Some(came));
    fs::write(folder.run(&first).join("measures.json"), "{").unwrap();
    let told = folder.result(&first).expect_err("no JSON").to_string();
    assert!(told.contains("measures.json"), "{told}");
}
