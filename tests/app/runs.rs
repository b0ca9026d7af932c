//! The list of earlier runs, on folders that were made without training.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bnonly::app::runs::listed::Wish;
use bnonly::app::runs::{RunsView, question};
use bnonly::app::shared::Shared;
use bnonly::app::view::View;
use bnonly::train::history::History;
use bnonly::train::metric::Metric;
use bnonly::train::run_folder::{Facts, RunFolder, delta_path, last_path};
use bnonly::train::runs::{list, write_name};
use bnonly::train::settings::Settings;
use egui::accesskit::Role;
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};

/// Steps of a whole run.
const STEPS: u64 = 20;

/// Leaves a run that has come so far. That it has a checkpoint is all that matters of it here.
pub fn made(path: &Path, seed: u64, steps: u64) -> PathBuf {
    let settings = Settings {
        seed,
        epochs: 2,
        ..Settings::default()
    };
    let mut run = RunFolder::create_at(path, &settings).unwrap();
    run.save_facts(&Facts {
        total_steps: STEPS,
        test_images: 400,
        trained_parameters: 1_234,
        ..Facts::default()
    })
    .unwrap();
    for metric in metrics(steps) {
        run.log(&metric).unwrap();
    }
    fs::write(last_path(path), "").unwrap();
    if steps == STEPS {
        fs::write(delta_path(path), "").unwrap();
    }
    path.to_owned()
}

fn metrics(steps: u64) -> Vec<Metric> {
    let step = |step| Metric::Step {
        step,
        epoch: step as f64 / 10.0,
        loss: 2.0,
        accuracy: 0.1,
        lr: 0.1,
        seconds: step as f64,
    };
    let mut metrics: Vec<Metric> = (1..=steps).map(step).collect();
    metrics.push(Metric::Eval {
        step: steps,
        epoch: steps as f64 / 10.0,
        loss: 1.9,
        accuracy: 0.36,
        gamma_below_001: 0.125,
        seconds: steps as f64,
    });
    metrics
}

struct State {
    view: RunsView,
    shared: Shared,
    wishes: Vec<Wish>,
}

type App = Harness<'static, State>;

fn app(runs: &Path) -> App {
    let mut shared = Shared::default();
    shared.runs.folder = runs.to_owned();
    shared.runs.set(list(runs, &[]).unwrap());
    let state = State {
        view: RunsView::default(),
        shared,
        wishes: Vec::new(),
    };
    let draw = |ui: &mut egui::Ui, state: &mut State| {
        state.view.draw(ui, &mut state.shared);
        question::ui(ui.ctx(), &mut state.shared.runs);
        state.wishes.extend(state.shared.runs.take_wishes());
    };
    Harness::builder()
        .with_size([420.0, 600.0])
        .build_ui_state(draw, state)
}

fn press(app: &mut App, role: Role, label: &str) {
    app.get_by_role_and_label(role, label).click();
    app.run();
}

fn says(app: &App, text: &str) -> bool {
    app.query_all_by_label_contains(text).next().is_some()
}

fn wished(app: &mut App) -> Vec<Wish> {
    std::mem::take(&mut app.state_mut().wishes)
}

#[test]
fn runs_are_listed_by_what_differs_with_their_state() {
    let folder = tempfile::tempdir().unwrap();
    let whole = made(&folder.path().join("a"), 0, STEPS);
    let half = made(&folder.path().join("b"), 1, 10);
    let mut app = app(folder.path());
    app.run();
    assert!(says(&app, "Open seed 0") && says(&app, "Open seed 1"));
    assert!(says(&app, "finished · 36.0 % ± 2.4 %"));
    assert!(says(&app, "interrupted at epoch 1.0 of 2 · 36.0 % ± 2.4 %"));
    press(&mut app, Role::Link, "Open seed 0");
    press(&mut app, Role::Button, "Go on with seed 1");
    assert_eq!(
        wished(&mut app),
        [Wish::Open(whole), Wish::GoOn(half.clone())]
    );
    assert!(!says(&app, "Go on with seed 0"));
    press(&mut app, Role::CheckBox, "Compare seed 1");
    assert_eq!(wished(&mut app), [Wish::Compare(half, true)]);

    press(&mut app, Role::Button, "Interrupted");
    assert!(!says(&app, "Open seed 0") && says(&app, "Open seed 1"));
    press(&mut app, Role::Button, "Finished");
    assert!(says(&app, "Open seed 0") && !says(&app, "Open seed 1"));
}

#[test]
fn an_empty_folder_says_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = app(folder.path());
    app.run();
    assert!(says(&app, "There are no runs in"));
    press(&mut app, Role::Button, "Look again");
    assert_eq!(wished(&mut app), [Wish::Refresh]);
}

#[test]
fn runs_that_are_compared_stand_in_a_table_under_names_that_tell_them_apart() {
    let folder = tempfile::tempdir().unwrap();
    let history: Arc<History> = Arc::new(metrics(10).iter().collect());
    let runs = [0, 1, 2].map(|seed| made(&folder.path().join(format!("run-{seed}")), seed, 10));
    write_name(&runs[2], "the best").unwrap();
    let mut app = app(folder.path());
    for run in &runs[1..] {
        let shared = &mut app.state_mut().shared;
        shared.compare(run.clone(), "a folder".into(), history.clone());
    }
    app.run();
    let names = |app: &App| {
        let earlier = app.state().shared.earlier.iter();
        earlier.map(|run| run.name.clone()).collect::<Vec<_>>()
    };
    assert_eq!(names(&app), ["seed 1", "the best"]);
    let looks: Vec<_> = app
        .state()
        .shared
        .earlier
        .iter()
        .map(|run| run.look)
        .collect();
    assert_ne!(looks[0], looks[1]);
    for cell in ["trained", "1,234", "36.0 % ± 2.4 %", "12.5 %", "10 s"] {
        assert!(says(&app, cell), "{cell}");
    }
    // Unticked again, and compared twice.
    press(&mut app, Role::CheckBox, "Compare seed 1");
    assert_eq!(wished(&mut app), [Wish::Compare(runs[1].clone(), false)]);
    let shared = &mut app.state_mut().shared;
    shared.compare(runs[2].clone(), "again".into(), history);
    assert_eq!(names(&app), ["seed 1", "the best"]);
    app.state_mut().shared.forget_compared(&runs[1]);
    app.run();
    assert!(!says(&app, "12.5 %"), "one run is no comparison");
}

#[test]
fn a_run_is_deleted_or_renamed_once_that_was_asked() {
    let folder = tempfile::tempdir().unwrap();
    let run = made(&folder.path().join("run"), 0, 10);
    let mut app = app(folder.path());
    app.run();
    let name = "resnet-14 · bn";
    let choose = |app: &mut App, line: &str| {
        press(app, Role::Button, &format!("What to do with {name}"));
        press(app, Role::Button, line);
    };
    choose(&mut app, "Delete…");
    assert!(says(&app, "Delete resnet-14") && says(&app, "goes to the bin"));
    press(&mut app, Role::Button, "Cancel");
    assert!(!says(&app, "goes to the bin"));
    assert_eq!(wished(&mut app), []);
    choose(&mut app, "Delete…");
    press(&mut app, Role::Button, "Move to the bin");
    assert_eq!(wished(&mut app), [Wish::Delete(run.clone())]);

    choose(&mut app, "Rename…");
    let field = app.get_by_role(Role::TextInput);
    assert!(field.accesskit_node().is_focused());
    field.type_text("first try");
    app.run();
    press(&mut app, Role::Button, "Rename");
    assert_eq!(
        wished(&mut app),
        [Wish::Rename(run.clone(), "first try".into())]
    );
    write_name(&run, "first try").unwrap();
    let listing = list(folder.path(), &[]).unwrap();
    app.state_mut().shared.runs.set(listing);
    app.run();
    assert!(says(&app, "Open first try"));
}
