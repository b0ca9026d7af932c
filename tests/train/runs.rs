//! Earlier runs: which are found, in what state, what they are called, and how they compare.

use std::fs;
use std::path::{Path, PathBuf};

use bnonly::data::Manifest;
use bnonly::train::checkpoint::{Base, Checkpoint, OptimizerState, Progress};
use bnonly::train::metric::Metric;
use bnonly::train::run_folder::{Facts, RunFolder, delta_path, metrics_path, read_events};
use bnonly::train::runs::table::Table;
use bnonly::train::runs::{RunState, RunSummary, list, names, read_name, write_name};
use bnonly::train::settings::Settings;

/// Steps of an epoch.
const EPOCH: u64 = 10;

fn facts(epochs: u64) -> Facts {
    Facts {
        total_steps: epochs * EPOCH,
        training_images: 640,
        test_images: 400,
        classes: 10,
        parameters: 20_000,
        trained_parameters: 1_234,
    }
}

fn step(step: u64) -> Metric {
    Metric::Step {
        step,
        epoch: step as f64 / EPOCH as f64,
        loss: 2.0,
        accuracy: 0.1,
        lr: 0.1,
        seconds: step as f64,
    }
}

fn eval(step: u64, accuracy: f64) -> Metric {
    Metric::Eval {
        step,
        epoch: step as f64 / EPOCH as f64,
        loss: 1.9,
        accuracy,
        gamma_below_001: 0.125,
        seconds: step as f64 + 0.5,
    }
}

fn checkpoint(step: u64) -> Checkpoint {
    Checkpoint {
        tensors: Vec::new(),
        optimizer: OptimizerState::default(),
        settings: Settings::default(),
        progress: Progress {
            step,
            ..Progress::default()
        },
        base: Base {
            seed: Some(0),
            digest: String::new(),
        },
        choices: Default::default(),
    }
}

/// A run that has come so far, with an evaluation behind its last step, and is closed.
fn run(path: &Path, settings: &Settings, steps: u64) -> PathBuf {
    drop(open_run(path, settings, steps));
    path.to_owned()
}

fn open_run(path: &Path, settings: &Settings, steps: u64) -> RunFolder {
    let mut run = RunFolder::create_at(path, settings).unwrap();
    run.save_facts(&facts(u64::from(settings.epochs))).unwrap();
    for at in 1..=steps {
        run.log(&step(at)).unwrap();
    }
    if steps > 0 {
        run.log(&eval(steps, 0.36)).unwrap();
        run.save_last(&checkpoint(steps)).unwrap();
    }
    run
}

fn settings(seed: u64) -> Settings {
    Settings {
        seed,
        epochs: 2,
        ..Settings::default()
    }
}

#[test]
fn a_run_is_summed_up_from_its_folder() {
    let folder = tempfile::tempdir().unwrap();
    let path = run(&folder.path().join("one"), &settings(3), 15);
    let found = RunSummary::read(&path).unwrap();
    assert_eq!(found.settings, settings(3));
    assert_eq!((found.step, found.epoch, found.seconds), (15, 1.5, 15.5));
    assert_eq!((found.accuracy, found.off), (Some(0.36), Some(0.125)));
    assert_eq!(found.facts, facts(2));
    assert_eq!(found.state, RunState::Interrupted);
    assert_eq!(found.progress(), Some(0.75));
    // √(0.36 · 0.64 / 400)
    assert!((found.accuracy_error().unwrap() - 0.024).abs() < 1e-12);
}

#[test]
fn a_run_says_whether_it_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let state = |path: &Path| RunSummary::read(path).unwrap().state;
    let whole = run(&folder.path().join("whole"), &settings(0), 20);
    // The evaluation is done, but not what follows it.
    assert_eq!(state(&whole), RunState::Interrupted);
    fs::write(delta_path(&whole), "").unwrap();
    assert_eq!(state(&whole), RunState::Finished);
    // To be trained for longer.
    RunFolder::resume(&whole)
        .unwrap()
        .0
        .save_facts(&facts(3))
        .unwrap();
    assert_eq!(state(&whole), RunState::Interrupted);
    let begun = run(&folder.path().join("begun"), &settings(0), 0);
    assert_eq!(state(&begun), RunState::Empty);

    let path = folder.path().join("open");
    let open = open_run(&path, &settings(0), 5);
    let holder = match state(&path) {
        RunState::Training(holder) => holder,
        other => panic!("{other:?}"),
    };
    // Some systems let nobody read what is locked.
    let this = format!("process {}", std::process::id());
    assert!(holder.is_empty() || holder.starts_with(&this), "{holder}");
    drop(open);
    assert_eq!(state(&path), RunState::Interrupted);
    // Looking has locked nobody out.
    drop(RunFolder::resume(&path).unwrap());
}

#[test]
fn a_run_of_an_earlier_version_is_judged_by_its_settings() {
    let folder = tempfile::tempdir().unwrap();
    let path = run(&folder.path().join("old"), &settings(0), 20);
    fs::write(delta_path(&path), "").unwrap();
    fs::remove_file(path.join("facts.toml")).unwrap();
    let found = RunSummary::read(&path).unwrap();
    assert_eq!(found.state, RunState::Finished);
    assert_eq!(found.accuracy_error(), None);
    let table = Table::of(&[&found]);
    assert!(table.rows[0].contains(&"36.0 %".to_owned()), "{table:?}");
    assert!(table.rows[0].contains(&"–".to_owned()), "{table:?}");
}

#[test]
fn the_last_evaluation_is_found_however_many_steps_follow_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = run(&folder.path().join("long"), &settings(0), 20);
    let mut lines = fs::read_to_string(metrics_path(&path)).unwrap();
    for at in 21..=3_000 {
        lines += &serde_json::to_string(&step(at)).unwrap();
        lines.push('\n');
    }
    assert!(lines.len() > 200_000);
    lines += "{\"kind\":\"eval\",\"st";
    fs::write(metrics_path(&path), lines).unwrap();
    let found = RunSummary::read(&path).unwrap();
    assert_eq!((found.step, found.accuracy), (3_000, Some(0.36)));
}

#[test]
fn runs_are_found_once_the_latest_first_and_what_is_none_is_passed_over() {
    let folder = tempfile::tempdir().unwrap();
    let runs = folder.path().join("runs");
    assert!(list(&runs, &[]).unwrap().runs.is_empty(), "no folder");
    let first = run(&runs.join("first"), &settings(0), 1);
    let second = run(&runs.join("second"), &settings(1), 1);
    let elsewhere = run(&folder.path().join("elsewhere"), &settings(2), 1);
    for (path, seconds) in [(&first, 300), (&second, 100), (&elsewhere, 200)] {
        let time = std::time::UNIX_EPOCH + std::time::Duration::from_secs(seconds);
        for file in [
            metrics_path(path),
            path.join("checkpoints/last.safetensors"),
        ] {
            let file = fs::OpenOptions::new().append(true).open(file).unwrap();
            file.set_modified(time).unwrap();
        }
    }
    fs::create_dir(runs.join("notes")).unwrap();
    fs::write(runs.join("thesis.tex"), "mine").unwrap();
    let broken = run(&runs.join("broken"), &settings(0), 1);
    fs::write(broken.join("config.toml"), "seed = \"x").unwrap();
    let gone = folder.path().join("gone");
    let found = list(&runs, &[elsewhere.clone(), first.clone(), gone]).unwrap();
    let folders: Vec<_> = found.runs.iter().map(|run| run.folder.clone()).collect();
    assert_eq!(folders, [first, elsewhere, second]);
    assert_eq!(found.unreadable.len(), 1);
    assert_eq!(found.unreadable[0].0, broken);
    let told = found.unreadable[0].1.to_string();
    assert!(told.contains("config.toml"), "{told}");
}

fn named(all: &[Settings]) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let runs: Vec<RunSummary> = all
        .iter()
        .enumerate()
        .map(|(at, settings)| {
            let path = run(&folder.path().join(format!("run-{at}")), settings, 1);
            RunSummary::read(&path).unwrap()
        })
        .collect();
    names(&runs.iter().collect::<Vec<_>>())
}

#[test]
fn names_say_what_differs_and_nothing_else() {
    assert_eq!(named(&[settings(0), settings(7)]), ["seed 0", "seed 7"]);
    let gamma = Settings {
        train: "bn-gamma".parse().unwrap(),
        lr: 0.05,
        shortcut: false,
        ..settings(0)
    };
    assert_eq!(
        named(&[settings(0), gamma]),
        ["bn · shortcut · lr 0.1", "bn-gamma · no shortcut · lr 0.05"]
    );
    assert_eq!(named(&[settings(0)]), ["resnet-14 · bn"]);
    // Nothing differs but the folders.
    assert_eq!(
        named(&[settings(0), settings(0)]),
        ["resnet-14 · bn (run-0)", "resnet-14 · bn (run-1)"]
    );
}

#[test]
fn a_given_name_goes_with_every_copy_and_can_be_taken_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = run(&folder.path().join("run"), &settings(0), 1);
    assert_eq!(read_name(&path), None);
    write_name(&path, "  Müller's\nbest \u{7} ").unwrap();
    assert_eq!(read_name(&path).as_deref(), Some("Müller's best"));
    let copy = folder.path().join("copy");
    fs::rename(&path, &copy).unwrap();
    let found = RunSummary::read(&copy).unwrap();
    assert_eq!(names(&[&found]), ["Müller's best"]);
    write_name(&copy, &"x".repeat(500)).unwrap();
    assert_eq!(read_name(&copy).unwrap().len(), 80);
    write_name(&copy, " ").unwrap();
    write_name(&copy, "").unwrap();
    assert_eq!(read_name(&copy), None);
}

#[test]
fn the_table_has_what_differs_and_what_came_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let one = run(&folder.path().join("one"), &settings(0), 15);
    let two = run(&folder.path().join("two"), &settings(1), 20);
    write_name(&two, "better").unwrap();
    let runs = [one, two].map(|path| RunSummary::read(&path).unwrap());
    let table = Table::of(&[&runs[0], &runs[1]]);
    let columns: Vec<_> = table.columns.iter().map(|column| column.name).collect();
    let expected = [
        "run", "seed", "state", "epochs", "trained", "accuracy", "off", "time",
    ];
    assert_eq!(columns, expected);
    assert_eq!(
        table.rows[0],
        [
            "seed 0",
            "0",
            "interrupted",
            "1.5 of 2",
            "1,234",
            "36.0 % ± 2.4 %",
            "12.5 %",
            "16 s"
        ]
    );
    assert_eq!(table.rows[1][..2], ["better", "1"]);
}

/// Elsewhere a folder with open files cannot be deleted.
#[cfg(unix)]
#[test]
fn a_folder_that_is_deleted_in_mid_run_is_written_anew_with_all_that_was_reported() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run");
    let mut run = open_run(&path, &settings(4), 15);
    assert!(!run.is_gone());
    fs::remove_dir_all(&path).unwrap();
    // Neither lines nor an evaluation are lost, and nothing is made anew by itself.
    run.log(&step(16)).unwrap();
    run.log(&eval(16, 0.5)).unwrap();
    assert!(run.seems_gone(), "told at the next write");
    let refused = run.save_last(&checkpoint(16)).unwrap_err();
    assert!(
        refused.to_string().contains("deleted or moved"),
        "{refused}"
    );
    assert!(!path.exists());
    fs::create_dir(folder.path().join("run-2")).unwrap();
    run.write_anew(&settings(4), &Manifest::default(), &facts(2))
        .unwrap();
    assert!(!run.is_gone());
    let anew = folder.path().join("run-3");
    assert_eq!(run.path(), anew);
    run.save_last(&checkpoint(16)).unwrap();
    run.log(&step(17)).unwrap();
    run.flush().unwrap();
    drop(run);
    let steps: Vec<u64> = read_events(&anew)
        .unwrap()
        .iter()
        .map(Metric::step)
        .collect();
    let expected: Vec<u64> = (1..=15).chain([15, 16, 16, 17]).collect();
    assert_eq!(steps, expected);
    let found = RunSummary::read(&anew).unwrap();
    assert_eq!((found.settings, found.facts), (settings(4), facts(2)));
    assert!(anew.join("manifest.tsv").is_file());
    drop(RunFolder::resume(&anew).unwrap());
}
