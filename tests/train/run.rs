//! The run folder: names, metrics, saving on a full disk, and what a killed run leaves.

use std::fs;
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bnonly::engine::Choices;
use bnonly::field::{Explain, Field, Remedy};
use bnonly::train::checkpoint::{Base, Checkpoint, OptimizerState, Progress};
use bnonly::train::metric::Metric;
use bnonly::train::metrics_file::{FoundLine, MetricsReader};
use bnonly::train::run_folder::{
    RunFolder, RunFolderError, best_path, check_new, check_place, folder_name, last_path,
    metrics_path, run_of,
};
use bnonly::train::settings::Settings;

fn at(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(seconds)
}

fn step(step: u64) -> Metric {
    Metric::Step {
        step,
        epoch: step as f64 / 10.0,
        loss: 2.31,
        accuracy: 0.09,
        lr: 0.1,
        seconds: 0.5,
    }
}

fn eval(step: u64) -> Metric {
    let (epoch, loss, accuracy) = (1.0, 1.98, 0.27);
    Metric::Eval {
        step,
        epoch,
        loss,
        accuracy,
        gamma_below_001: 0.03,
        seconds: 12.3,
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
        choices: Choices::default(),
    }
}

/// All metrics that a run's file holds.
fn metrics_of(run: &Path) -> Vec<Metric> {
    let file = fs::File::open(metrics_path(run)).unwrap();
    let mut reader = MetricsReader::new(file);
    let lines = std::iter::from_fn(|| reader.next_line().unwrap());
    let metrics = lines.map(|line| match line {
        FoundLine::Metric(metric) => metric,
        FoundLine::Odd(begins) => panic!("{begins}"),
    });
    metrics.collect()
}

#[test]
fn names_tell_time_model_and_mode_on_every_file_system() {
    for (seconds, mode, expected) in [
        (0, "bn", "19700101-000000-resnet-14-bn"),
        (
            951_782_400,
            "bn+output",
            "20000229-000000-resnet-14-bn+output",
        ),
        (
            1_795_385_730,
            "random:2",
            "20261122-221530-resnet-14-random-2",
        ),
        (
            4_107_542_399,
            "blocks.*.weight,fc.*",
            "21000228-235959-resnet-14-blocks.-.weight-fc",
        ),
        (
            4_107_542_400,
            "a/../b\\c:αβ",
            "21000301-000000-resnet-14-a-..-b-c",
        ),
    ] {
        assert_eq!(folder_name(at(seconds), "resnet-14", mode), expected);
    }
    assert!(folder_name(at(0), "resnet-14", &"fc.weight,".repeat(99)).len() <= 80);
}

#[test]
fn a_name_that_is_taken_gets_a_number() {
    let runs = tempfile::tempdir().unwrap();
    let settings = Settings::default();
    let names: Vec<String> = (0..3)
        .map(|_| RunFolder::create(&runs.path().join("runs"), &settings, at(0)).unwrap())
        .map(|run| run.path().file_name().unwrap().to_str().unwrap().to_owned())
        .collect();
    let first = "19700101-000000-resnet-14-bn";
    assert_eq!(
        names,
        [first.to_owned(), format!("{first}-2"), format!("{first}-3")]
    );
    let config =
        fs::read_to_string(runs.path().join("runs").join(first).join("config.toml")).unwrap();
    assert_eq!(Settings::from_toml(&config).unwrap(), settings);
}

#[test]
fn out_takes_a_new_or_empty_folder_only() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a").join("b");
    let settings = Settings::default();
    drop(RunFolder::create_at(&path, &settings).unwrap());
    let told = RunFolder::create_at(&path, &settings).unwrap_err();
    let told = told.explain();
    assert_eq!(told.field, Some(Field::Out));
    assert_eq!(told.remedies, [Remedy::Resume(Some(path.clone()))]);

    let other = folder.path().join("other");
    fs::create_dir(&other).unwrap();
    drop(RunFolder::create_at(&other, &settings).unwrap());
    let full = folder.path().join("full");
    fs::create_dir(&full).unwrap();
    fs::write(full.join("thesis.tex"), "mine").unwrap();
    let message = RunFolder::create_at(&full, &settings)
        .unwrap_err()
        .to_string();
    assert!(message.contains("not empty"), "{message}");
    let message = RunFolder::create_at(&full.join("thesis.tex"), &settings)
        .unwrap_err()
        .to_string();
    assert!(message.contains("is a file"), "{message}");
    assert_eq!(fs::read_dir(&full).unwrap().count(), 1);
}

#[test]
fn a_run_is_one_writers_at_a_time() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run");
    let mut run = RunFolder::create_at(&path, &Settings::default()).unwrap();
    run.save_last(&checkpoint(3)).unwrap();
    run.log(&step(4)).unwrap();
    run.flush().unwrap();
    let metrics = fs::read(metrics_path(&path)).unwrap();
    let error = RunFolder::resume(&path).unwrap_err();
    assert!(matches!(error, RunFolderError::InUse { .. }), "{error}");
    let told = error.explain().text;
    let holder = format!("process {} on ", std::process::id());
    // Some systems let nobody read what is locked.
    assert!(
        told.contains(&holder) || told.contains("another program"),
        "{told}"
    );
    // The line behind the checkpoint was not cut away.
    assert_eq!(fs::read(metrics_path(&path)).unwrap(), metrics);
    drop(run);
    let (resumed, _) = RunFolder::resume(&path).unwrap();
    assert!(resumed.note().is_none());
}

/// A process that was killed leaves the file, and no lock.
#[test]
fn a_lock_of_a_process_that_is_gone_holds_nobody_up() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run");
    let mut run = RunFolder::create_at(&path, &Settings::default()).unwrap();
    run.save_last(&checkpoint(3)).unwrap();
    drop(run);
    fs::write(
        path.join("lock"),
        "process 4194303 on elsewhere, and more words than it has",
    )
    .unwrap();
    drop(RunFolder::resume(&path).unwrap());
    let holder = fs::read_to_string(path.join("lock")).unwrap();
    assert!(
        holder.starts_with(&format!("process {} on ", std::process::id())),
        "{holder}"
    );
    assert!(!holder.contains("more words"), "{holder}");
}

#[test]
fn a_place_for_a_run_is_tried_and_left_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let entries = || fs::read_dir(folder.path()).unwrap().count();
    for path in ["new", "a/b/c", "."] {
        let path = folder.path().join(path);
        check_new(&path).unwrap();
        check_place(&path).unwrap();
        assert_eq!(entries(), 0, "{}", path.display());
    }
    let file = folder.path().join("file");
    fs::write(&file, "mine").unwrap();
    for path in [file.clone(), file.join("run")] {
        let error = check_place(&path).unwrap_err();
        assert!(
            matches!(error, RunFolderError::Unwritable { .. }),
            "{error}"
        );
        assert_eq!(error.explain().field, Some(Field::Out));
    }
    assert!(matches!(
        check_new(&file),
        Err(RunFolderError::NotAFolder { .. })
    ));
    let error = check_new(folder.path()).unwrap_err();
    assert!(matches!(error, RunFolderError::NotEmpty { .. }), "{error}");
    assert_eq!(
        (entries(), fs::read_to_string(&file).unwrap()),
        (1, "mine".to_owned())
    );
    let run = folder.path().join("run");
    drop(RunFolder::create_at(&run, &Settings::default()).unwrap());
    assert!(matches!(
        check_new(&run),
        Err(RunFolderError::IsARun { .. })
    ));
}

#[test]
fn a_run_is_found_around_its_files() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run");
    drop(RunFolder::create_at(&path, &Settings::default()).unwrap());
    for inner in ["", "checkpoints/last.safetensors", "delta.safetensors"] {
        assert_eq!(
            run_of(&path.join(inner)).as_deref(),
            Some(&*path.join("")),
            "{inner}"
        );
    }
    for other in [
        "elsewhere/checkpoints/last.safetensors",
        "init.safetensors",
        ".",
    ] {
        assert_eq!(run_of(&folder.path().join(other)), None, "{other}");
    }
}

#[cfg(unix)]
#[test]
fn settings_that_cannot_be_written_leave_no_folder_behind() {
    use std::os::unix::ffi::OsStringExt;

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bad");
    let not_utf8 = std::ffi::OsString::from_vec(vec![0xff]);
    let settings = Settings {
        init: Some(not_utf8.into()),
        ..Settings::default()
    };
    let message = RunFolder::create_at(&path, &settings)
        .unwrap_err()
        .to_string();
    assert!(
        message.contains("config.toml") && message.contains("UTF-8"),
        "{message}"
    );
    assert!(!path.exists());
}

#[test]
fn metrics_have_one_object_a_line_in_the_order_that_is_documented() {
    let folder = tempfile::tempdir().unwrap();
    let mut run = RunFolder::create_at(folder.path(), &Settings::default()).unwrap();
    run.log(&step(1)).unwrap();
    run.log(&eval(391)).unwrap();
    let text = fs::read_to_string(metrics_path(folder.path())).unwrap();
    let expected = concat!(
        r#"{"kind":"step","step":1,"epoch":0.1,"loss":2.31,"accuracy":0.09,"lr":0.1,"seconds":0.5}"#,
        "\n",
        r#"{"kind":"eval","step":391,"epoch":1.0,"loss":1.98,"accuracy":0.27,"gamma_below_0.01":0.03,"seconds":12.3}"#,
        "\n"
    );
    assert_eq!(text, expected);
    assert_eq!(metrics_of(folder.path()), [step(1), eval(391)]);
    let nan = Metric::Step {
        step: 2,
        epoch: 0.2,
        loss: f64::NAN,
        accuracy: 0.0,
        lr: 0.1,
        seconds: 0.5,
    };
    assert!(matches!(
        run.log(&nan),
        Err(RunFolderError::NotFinite { .. })
    ));
    assert_eq!(
        fs::read_to_string(metrics_path(folder.path())).unwrap(),
        expected
    );
}

/// A run that saved at step 4, went on to step 6, and was killed in the middle of a line.
fn killed(path: &Path) {
    let mut run = RunFolder::create_at(path, &Settings::default()).unwrap();
    for i in 1..=4 {
        run.log(&step(i)).unwrap();
    }
    run.log(&eval(4)).unwrap();
    run.save_last(&checkpoint(4)).unwrap();
    run.log(&step(5)).unwrap();
    run.log(&eval(6)).unwrap();
    drop(run);
    let metrics = metrics_path(path);
    let half = fs::read_to_string(&metrics).unwrap() + "{\"kind\":\"step\",\"st";
    fs::write(&metrics, half).unwrap();
}

#[test]
fn a_resumed_run_has_each_line_once() {
    let folder = tempfile::tempdir().unwrap();
    killed(folder.path());
    let (mut run, saved) = RunFolder::resume(folder.path()).unwrap();
    assert_eq!(saved, checkpoint(4));
    run.log(&step(5)).unwrap();
    let expected = [step(1), step(2), step(3), step(4), eval(4), step(5)];
    run.flush().unwrap();
    assert_eq!(metrics_of(folder.path()), expected);
    assert_eq!(
        fs::read_to_string(metrics_path(folder.path()))
            .unwrap()
            .lines()
            .count(),
        6
    );
}

#[test]
fn steps_before_a_checkpoint_are_on_disk_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut run = RunFolder::create_at(folder.path(), &Settings::default()).unwrap();
    run.log(&step(1)).unwrap();
    run.save_last(&checkpoint(1)).unwrap();
    // As after kill -9: nothing is flushed on the way out.
    let text = fs::read_to_string(metrics_path(folder.path())).unwrap();
    assert_eq!(text.lines().count(), 1);
}

#[test]
fn a_run_that_cannot_be_resumed_says_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let message = RunFolder::resume(folder.path()).unwrap_err().to_string();
    assert!(message.contains("no config.toml"), "{message}");

    let path = folder.path().join("run");
    drop(RunFolder::create_at(&path, &Settings::default()).unwrap());
    let told = RunFolder::resume(&path).unwrap_err().explain();
    let anew = Remedy::StartAnew(path.join("config.toml"));
    assert_eq!(told.remedies, [anew]);

    let path = folder.path().join("killed");
    killed(&path);
    let mut bytes = fs::read(last_path(&path)).unwrap();
    bytes.truncate(bytes.len() - 1);
    fs::write(last_path(&path), &bytes).unwrap();
    let told = RunFolder::resume(&path).unwrap_err().explain();
    assert!(told.text.contains("last.safetensors"), "{}", told.text);
    assert_eq!(told.remedies, [Remedy::StartFrom(best_path(&path))]);
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_leaves_the_previous_checkpoint_whole() {
    let folder = tempfile::tempdir().unwrap();
    killed(folder.path());
    let (mut run, _) = RunFolder::resume(folder.path()).unwrap();
    let before = fs::read(last_path(folder.path())).unwrap();
    // Every write to /dev/full fails as on a full disk.
    let partial = folder.path().join("checkpoints/last.safetensors.partial");
    std::os::unix::fs::symlink("/dev/full", &partial).unwrap();
    let message = run.save_last(&checkpoint(9)).unwrap_err().to_string();
    assert!(
        message.contains("No space left") && message.contains("unchanged"),
        "{message}"
    );
    assert!(
        fs::symlink_metadata(&partial).is_err(),
        "the partial file is gone"
    );
    assert_eq!(fs::read(last_path(folder.path())).unwrap(), before);
    run.save_last(&checkpoint(9)).unwrap();
    drop(run);
    assert_eq!(RunFolder::resume(folder.path()).unwrap().1, checkpoint(9));
}
