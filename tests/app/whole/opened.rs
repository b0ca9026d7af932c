//! Runs of earlier, by their folders alone: as if they had been watched.

use std::path::{Path, PathBuf};

use bnonly::app::channels::share::Share;
use bnonly::app::views::ViewId;
use bnonly::data::DataSource;
use bnonly::study::gamma::Norms;
use bnonly::train::gamma_history::{GammaLayer, Recorder, gammas_path};
use bnonly::train::history::Series;
use bnonly::train::metric::Metric;
use bnonly::train::run_folder::RunFolder;
use bnonly::train::settings::Settings;

use super::{App, settings};

const STEPS: u64 = 40;

/// A run of two layers and 40 steps, whose images are on another machine. γ of channel `i` falls to zero at step
/// 10 `i`.
fn copied(folder: &Path) -> PathBuf {
    let path = folder.join("copied");
    let settings = Settings {
        data: DataSource::from("/elsewhere/images"),
        epochs: 10,
        ..settings()
    };
    let mut run = RunFolder::create_at(&path, &settings).unwrap();
    let (epoch, seconds) = (|step: u64| step as f64 / 4.0, |step: u64| step as f64);
    for step in 1..=STEPS {
        run.log(&Metric::Step {
            step,
            epoch: epoch(step),
            loss: 2.0 / step as f64,
            accuracy: 0.5,
            lr: 0.1,
            seconds: seconds(step),
        })
        .unwrap();
    }
    run.log(&Metric::Eval {
        step: STEPS,
        epoch: epoch(STEPS),
        loss: 1.0,
        accuracy: 0.875,
        gamma_below_001: 0.5,
        seconds: seconds(STEPS),
    })
    .unwrap();
    let layers = ["bn", "blocks.0.bn1"].map(|name| GammaLayer {
        name: name.to_owned(),
        channels: 4,
    });
    let mut recorder = Recorder::open(&path, &layers, 0).unwrap().recorder;
    for step in 0..=STEPS {
        let gamma = (0..8).map(|channel| (10.0 * channel as f32 - step as f32).max(0.0) / 10.0);
        let norms = Norms {
            gamma: gamma.collect(),
            beta: vec![0.0; 8],
        };
        recorder
            .push(step, epoch(step), seconds(step), &norms)
            .unwrap();
    }
    path
}

#[test]
fn a_run_copied_from_elsewhere_scrubs_plays_and_plots_as_if_it_had_been_watched() {
    let mut app = App::new();
    let run = copied(app.folder.path());
    app.choose("File", "Open a run…");
    app.answer(&run);
    // It cannot go on: it has no checkpoint, and its images are elsewhere.
    app.until("it says why it cannot go on", |app| app.notice().is_some());
    app.until_says("finished");
    assert!(app.says("87.5 % right") && app.says("epoch 10.0 of 10"));
    let view = app.run_view();
    assert_eq!(view.history.len(Series::Loss) as u64, STEPS);
    let snapshots = view.norms.snapshots();
    assert_eq!(snapshots.len() as u64, STEPS + 1);
    let off: Vec<f64> = [0, 15, 40]
        .map(|at| view.norms.share(&snapshots[at]))
        .to_vec();
    assert_eq!(off, [1.0 / 8.0, 2.0 / 8.0, 5.0 / 8.0]);

    assert!(app.says("step 40 of 40, epoch 10.00"));
    app.press("First snapshot");
    assert!(app.says("step 0 of 40, epoch 0.00"));
    app.press("Next snapshot");
    assert!(app.says("step 1 of 40, epoch 0.25"));
    app.press("Play");
    app.until("it is played to its end", |app| {
        app.says("step 40 of 40, epoch 10.00") && !app.shell().shared().scrub.is_playing()
    });
    app.shell_mut().show_view(ViewId::Share);
    app.settle();
    let (all, _) = app.shell().view::<Share>().drawn_lines();
    assert_eq!(all.len() as u64, STEPS + 1);
    assert!(app.is_enabled("▶ Start") && !app.is_enabled("▶ Go on"));
}

#[test]
fn a_run_of_an_earlier_version_says_that_its_past_was_not_kept() {
    let mut app = App::new();
    let run = copied(app.folder.path());
    std::fs::remove_file(gammas_path(&run)).unwrap();
    app.choose("File", "Open a run…");
    app.answer(&run);
    app.until_says("finished");
    let told: Vec<&str> = app.shell().notices().collect();
    assert!(
        told.iter()
            .any(|told| told.contains("has no gamma.history")),
        "{told:?}"
    );
    assert_eq!(app.run_view().history.len(Series::Loss) as u64, STEPS);
    assert!(app.run_view().norms.snapshots().is_empty());
}
