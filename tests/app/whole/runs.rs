//! Runs from their start to their end, with pauses, and again from where they were stopped.

use std::path::Path;
use std::time::Duration;

use bnonly::data::DataSource;
use bnonly::session::Phase;
use bnonly::train::history::Series;
use bnonly::train::run_folder::{best_path, delta_path, last_path, metrics_path};
use bnonly::train::settings::Settings;
use egui::Key;
use egui::accesskit::{Role, Toggled};
use egui_kittest::kittest::{NodeT, Queryable};

use super::{App, checkpoint, endless, settings};

/// Draws for long enough that several steps would have been taken.
fn wait(app: &mut App) {
    for _ in 0..20 {
        app.step();
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Steps and evaluations that a run's `metrics.jsonl` holds.
fn lines(run: &Path) -> [usize; 2] {
    let text = std::fs::read_to_string(metrics_path(run)).unwrap();
    ["step", "eval"].map(|kind| {
        let kind = format!("\"kind\":\"{kind}\"");
        text.lines().filter(|line| line.contains(&kind)).count()
    })
}

#[test]
fn a_run_on_shapes_is_started_followed_and_kept() {
    let mut app = App::with(Settings {
        data: DataSource::Shapes,
        ..settings()
    });
    app.settle();
    assert!(app.says("no run yet") && app.says("Press Start"));
    assert!(!app.is_enabled("■ Stop") && !app.is_enabled("▶ Go on"));
    app.press("▶ Start");
    app.until_ended("finished");
    assert!(app.says("epoch 2.0 of 2") && app.says("% right"));
    app.get_by_label_contains("Loss by step, up to step 8, training");
    app.get_by_label_contains("Channels, a row a layer: bn, channel 0: γ");
    let history = &app.run_view().history;
    assert_eq!(
        (history.len(Series::Loss), history.len(Series::TestLoss)),
        (8, 2)
    );
    let run = app.run_folder();
    assert_eq!(run.parent(), Some(app.folder.path()));
    for file in [
        run.join("config.toml"),
        last_path(&run),
        best_path(&run),
        delta_path(&run),
    ] {
        assert!(file.is_file(), "{}", file.display());
    }
    assert_eq!(lines(&run), [8, 2]);
    let plots = std::fs::read_dir(run.join("plots")).unwrap().flatten();
    let mut plots = plots.map(|file| file.file_name().into_string().unwrap());
    assert!(plots.any(|name| name.ends_with(".svg")));
    assert_eq!(app.notice(), None);
    assert!(app.is_enabled("▶ Start") && !app.is_enabled("■ Stop"));
}

#[test]
fn a_run_pauses_takes_single_steps_goes_on_and_stops() {
    // Evaluations, during which there is no speed, are far apart.
    let mut app = App::with(Settings {
        limit_train: Some(1024),
        ..endless()
    });
    app.press("▶ Start");
    app.until("it says how fast it goes", |app| {
        app.says("images/s") && app.says("left")
    });
    app.until_step(3);
    app.press("▮▮ Pause");
    app.until_phase(Phase::Paused);
    assert!(app.says("paused"));
    let step = app.step_of_run();
    wait(&mut app);
    assert_eq!(app.step_of_run(), step, "a step while paused");
    for steps in 1..=2 {
        app.press("▶▮ Step");
        app.until_step(step + steps);
        app.until_phase(Phase::Paused);
        wait(&mut app);
        assert_eq!(app.step_of_run(), step + steps);
    }
    app.press("▶ Go on");
    app.until_step(step + 5);
    app.key(Key::F6);
    app.until_phase(Phase::Paused);
    let step = app.step_of_run();
    wait(&mut app);
    assert_eq!(app.step_of_run(), step);
    app.key(Key::F7);
    app.until_step(step + 1);
    app.until_phase(Phase::Paused);
    app.key(Key::F6);
    app.until_step(step + 3);
    app.key(Key::F8);
    app.until_ended("stopped and saved");
    assert_eq!(
        checkpoint(&app.run_folder()).progress.step,
        app.step_of_run()
    );
}

#[test]
fn a_stopped_run_is_opened_and_ends_as_if_it_had_gone_through() {
    let mut app = App::new();
    app.press("▶ Start");
    app.until_ended("finished");
    let through = app.run_folder();

    // The first step of a new run, which then waits.
    app.press("▶▮ Step");
    app.until_another(&through);
    app.until_step(1);
    app.until_phase(Phase::Paused);
    app.press("▶▮ Step");
    app.until_step(2);
    app.until_phase(Phase::Paused);
    app.press("■ Stop");
    app.until_ended("stopped and saved");
    let run = app.run_folder();
    assert_eq!(checkpoint(&run).progress.step, 2);

    // In another window.
    let mut app = App::with(endless());
    app.choose("File", "Open a run…");
    assert!(app.says("The folder of a run"));
    app.answer(&run);
    app.until_phase(Phase::Paused);
    assert_eq!((app.step_of_run(), app.run_folder()), (2, run.clone()));
    assert_eq!(app.run_view().history.len(Series::Loss), 2, "its past");
    let snapshots = app.run_view().norms.snapshots();
    let ends = (snapshots[0].step, snapshots.last().unwrap().step);
    assert_eq!(ends, (0, 2), "γ of its past");
    app.press("▶ Go on");
    app.until_ended("finished");
    assert_eq!(app.run_view().history.len(Series::Loss), 8);
    let [saved, through] = [&run, &through].map(|run| checkpoint(run));
    assert_eq!(saved.tensors, through.tensors);
    assert_eq!(saved.optimizer, through.optimizer);

    // Opened again it has nothing left to do, and says so.
    app.choose("File", "Open a run…");
    app.answer(&run);
    app.until_phase(Phase::Paused);
    app.until_says("finished");
    assert!(!app.says("paused") && !app.is_enabled("▶ Go on"));
}

#[test]
fn earlier_runs_lie_behind_the_curves() {
    let mut app = App::new();
    app.press("▶ Start");
    app.until_ended("finished");
    let first = app.run_folder();
    app.shell_mut().setup_mut().set_settings(Settings {
        seed: 1,
        ..settings()
    });
    app.press("▶ Start");
    app.until_another(&first);
    app.until_ended("finished");
    app.until_summed_up();
    app.settle();
    let removal = "Remove seed 0";
    let runs = |app: &App| {
        let buttons = app.query_all_by_label_contains("Remove ");
        buttons.count()
    };
    assert_eq!(runs(&app), 1);
    app.until_says(removal);
    app.press(removal);
    assert_eq!(runs(&app), 0);

    app.press("Compare…");
    app.answer(&first);
    app.until_says(removal);
    app.choose("File", "Compare with a run…");
    app.answer(&first.join("checkpoints"));
    app.until("it says what is wrong", |app| app.notice().is_some());
    let notice = app.notice().unwrap();
    assert!(notice.contains("checkpoints"), "{notice}");
    assert_eq!(runs(&app), 1);

    // Its box in the legend, whose name may be shortened.
    let shown = |app: &App| {
        let boxes = app.get_all_by_role(Role::CheckBox);
        let mut of_runs = boxes.filter(|node| {
            let label = node.accesskit_node().label().unwrap_or_default();
            label == "seed 0"
        });
        let of_run = of_runs.next().expect("a box of the run");
        of_run.click();
        of_run.accesskit_node().toggled()
    };
    assert_eq!(shown(&app), Some(Toggled::True));
    app.settle();
    assert_eq!(shown(&app), Some(Toggled::False));
}

#[test]
fn a_new_run_saves_the_one_under_way_first() {
    let mut app = App::with(endless());
    app.press("▶ Start");
    app.until_step(2);
    let first = app.run_folder();
    app.key(Key::F5);
    app.press("Start another");
    app.until_another(&first);
    app.until_step(1);
    let saved = checkpoint(&first).progress.step;
    assert!(saved >= 2, "{saved}");
    assert_eq!(lines(&first)[0] as u64, saved);
}
