//! What a run's folder tells without images or an adapter.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use bnonly::field::Explain as _;
use bnonly::study::gamma::Norms;
use bnonly::train::gamma_history::{GammaLayer, Recorder};
use bnonly::train::history::{Axis, Series};
use bnonly::train::metric::Metric;
use bnonly::train::read_run::{ReadRun, ReadRunError, Reading, read_run};
use bnonly::train::run_folder::{RunFolder, metrics_path};
use bnonly::train::settings::Settings;

/// Batches of an epoch.
const BATCHES: u64 = 7;

fn step(step: u64) -> Metric {
    Metric::Step {
        step,
        epoch: step as f64 / BATCHES as f64,
        loss: 2.0 / (1.0 + step as f64),
        accuracy: 0.5,
        lr: 0.1,
        seconds: step as f64 / 50.0,
    }
}

fn eval(step: u64) -> Metric {
    Metric::Eval {
        step,
        epoch: step as f64 / BATCHES as f64,
        loss: 1.5,
        accuracy: 0.75,
        gamma_below_001: 0.0,
        seconds: step as f64 / 50.0,
    }
}

fn settings(epochs: u32) -> Settings {
    Settings {
        epochs,
        ..Settings::default()
    }
}

/// A run of this many steps and an evaluation, of three epochs in all.
fn write_run(path: &Path, steps: u64) {
    let mut run = RunFolder::create_at(path, &settings(3)).unwrap();
    for at in 1..=steps {
        run.log(&step(at)).unwrap();
    }
    run.log(&eval(steps)).unwrap();
    let layers = [GammaLayer {
        name: "bn".into(),
        channels: 2,
    }];
    let mut recorder = Recorder::open(path, &layers, 0).unwrap().recorder;
    for step in 0..=steps {
        let norms = Norms {
            gamma: vec![1.0, step as f32],
            beta: vec![0.0; 2],
        };
        recorder.push(step, 0.0, 0.0, &norms).unwrap();
    }
}

fn read(path: &Path) -> Result<ReadRun, ReadRunError> {
    pollster::block_on(read_run(path, &mut |_| {}))
}

fn notes(run: &ReadRun) -> Vec<&str> {
    run.notes.iter().map(|note| note.text.as_str()).collect()
}

#[test]
fn a_folder_tells_of_its_run_while_another_program_trains_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run");
    write_run(&path, 20);
    let trained = RunFolder::create_at(&folder.path().join("other"), &settings(1)).unwrap();
    assert!(read(trained.path()).unwrap().history.is_empty());

    // By its folder, or by a file in it.
    for path in [path.clone(), metrics_path(&path)] {
        let run = read(&path).unwrap();
        assert_eq!(
            (run.step, run.steps_per_epoch, run.total_steps),
            (20, 7, 21)
        );
        assert!(!run.is_finished());
        assert_eq!((&run.settings, notes(&run).len()), (&settings(3), 0));
        assert_eq!(run.history.len(Series::Loss), 20);
        assert_eq!(run.gammas.unwrap().snapshots.len(), 21);
        assert_eq!(
            Some(run.folder.as_path()),
            path.ancestors().find(|at| at.is_dir())
        );
    }
    let whole = folder.path().join("whole");
    write_run(&whole, 21);
    assert!(read(&whole).unwrap().is_finished());
}

#[test]
fn odd_lines_and_a_missing_history_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run");
    write_run(&path, 5);
    fs::remove_file(path.join("gamma.history")).unwrap();
    let metrics = metrics_path(&path);
    let text = fs::read_to_string(&metrics).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let long = "x".repeat(10_000);
    let odd = [lines[0], "{}", lines[1], &long, lines[2], "{\"kind\":\"ste"].join("\n");
    fs::write(&metrics, odd).unwrap();
    let run = read(&path).unwrap();
    assert_eq!(run.history.len(Series::Loss), 3);
    let notes = notes(&run);
    assert_eq!(notes.len(), 2);
    assert!(notes[0].contains("has no gamma.history"), "{notes:?}");
    assert!(
        notes[1].starts_with("2 lines of") && notes[1].ends_with("the first is line 2"),
        "{notes:?}"
    );
}

#[test]
fn a_long_run_is_seen_at_a_glance_before_it_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run");
    drop(RunFolder::create_at(&path, &settings(10_000)).unwrap());
    let mut lines = String::new();
    let steps = 30_000;
    for at in 1..=steps {
        writeln!(lines, "{}", serde_json::to_string(&step(at)).unwrap()).unwrap();
    }
    writeln!(lines, "{}", serde_json::to_string(&eval(steps)).unwrap()).unwrap();
    fs::write(metrics_path(&path), &lines).unwrap();

    let mut told = Vec::new();
    let mut tell = |reading| told.push(reading);
    let read = pollster::block_on(read_run(&path, &mut tell)).unwrap();
    let Reading::Glance(glance) = &told[0] else {
        panic!("{:?}", told[0]);
    };
    let seen = glance.history.len(Series::Loss);
    assert!((1_000..3_000).contains(&seen), "{seen}");
    assert_eq!((glance.step, glance.total_steps), (steps, 70_000));
    for run in [&**glance, &read] {
        assert_eq!(run.history.extent(Axis::Step), Some((1.0, steps as f64)));
        assert!(run.history.is_evaluated(steps));
    }
    let shares = told[1..].iter().map(|reading| match reading {
        Reading::Share(share) => *share,
        Reading::Glance(_) => panic!("a second glance"),
    });
    let shares: Vec<f32> = shares.collect();
    assert!(shares.len() == 3 && shares.is_sorted(), "{shares:?}");
    assert_eq!(read.history.len(Series::Loss) as u64, steps);
}

#[test]
fn what_is_no_run_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let told = read(folder.path()).unwrap_err().explain().text;
    assert!(told.contains("no config.toml"), "{told}");
    fs::write(folder.path().join("config.toml"), "epochs = 'many'\n").unwrap();
    let told = read(folder.path()).unwrap_err().explain().text;
    assert!(
        told.contains("config.toml") && told.contains("epochs"),
        "{told}"
    );
}
