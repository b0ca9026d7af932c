//! The view of experiments, with results that were made up.

use std::path::{Path, PathBuf};

use bnonly::app::experiments::known::{Chosen, Experiments, Laid, Standing, Takes, Wish};
use bnonly::app::experiments::{ExperimentsView, headline};
use bnonly::experiment::conduct::gathered;
use bnonly::experiment::definition::Scale;
use bnonly::experiment::folder::ExperimentFolder;
use bnonly::experiment::plan::RunName;
use bnonly::experiment::results::{Bins, Measure, Outcome, Provenance, RunResult};
use egui::accesskit::Role;
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};

struct State {
    view: ExperimentsView,
    experiments: Experiments,
    wishes: Vec<Wish>,
}

type App = Harness<'static, State>;

fn app_of(experiments: Experiments, size: [f32; 2], theme: egui::Theme) -> App {
    let state = State {
        view: ExperimentsView::default(),
        experiments,
        wishes: Vec::new(),
    };
    let draw = |ui: &mut egui::Ui, state: &mut State| {
        egui::Frame::central_panel(ui.style()).show(ui, |ui| {
            state.view.ui(ui, &mut state.experiments);
        });
        for wish in state.experiments.take_wishes() {
            match wish {
                Wish::LayOut => {
                    state.experiments.lay_out();
                    ui.ctx().request_repaint();
                }
                wish => state.wishes.push(wish),
            }
        }
    };
    let harness = Harness::builder().with_size(size).with_theme(theme);
    harness.build_ui_state(draw, state)
}

fn app(experiments: Experiments) -> App {
    app_of(experiments, [640.0, 900.0], egui::Theme::Dark)
}

fn experiments(folder: &Path, chosen: Chosen) -> Experiments {
    let mut experiments = Experiments::default();
    folder.clone_into(&mut experiments.folder);
    experiments.choose(chosen);
    experiments.lay_out();
    experiments
}

fn named(name: &str) -> Chosen {
    Chosen {
        name: name.to_owned(),
        ..Chosen::default()
    }
}

fn says(app: &App, text: &str) -> bool {
    app.query_all_by_label_contains(text).next().is_some()
}

fn press(app: &mut App, role: Role, label: &str) {
    app.get_by_role_and_label(role, label).click();
    app.run_ok();
}

/// A run that came to this share, in accuracy and channels off.
fn result(run: &RunName, share: f64) -> RunResult {
    let measures = [
        (Measure::Accuracy, share),
        (Measure::Off, share),
        (Measure::OffAtStart, 0.0),
        (Measure::BatchNormParameters, 688.0),
    ];
    RunResult {
        arm: run.arm.clone(),
        seed: run.seed,
        outcome: Outcome::Finished,
        measures: measures.into(),
        layers: Vec::new(),
        course: vec![(0.0, 0.0), (3.0, share)],
        gammas: Bins::default(),
        removal: Vec::new(),
        provenance: Provenance::default(),
    }
}

/// Leaves results in the folder of what is laid out: of all runs, or of so many of them.
fn leave(laid: &Laid, count: usize) {
    let folder = ExperimentFolder::open(laid.folder.path(), &laid.plan).unwrap();
    for (place, (run, _)) in laid.runs.iter().take(count).enumerate() {
        let is_more = run.arm.starts_with("bn");
        let share = if is_more { 0.3 } else { 0.1 } + 0.005 * place as f64;
        let at = folder.run(run);
        std::fs::create_dir_all(&at).unwrap();
        result(run, share).write(&at).unwrap();
    }
}

#[test]
fn an_experiment_says_what_it_asks_and_what_will_run() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = app(experiments(folder.path(), Chosen::default()));
    app.run_ok();
    assert!(says(&app, "switch more features off"));
    assert!(says(&app, "6 runs (2 arms, 3 seeds): resnet-8 on digits."));
    assert!(says(&app, "Watch Channels while a run goes on"));
    assert_eq!(app.query_all_by_label("queued").count(), 6);
    press(&mut app, Role::Button, "How long?");
    press(&mut app, Role::Button, "Start the experiment");
    assert_eq!(app.state().wishes, [Wish::Estimate, Wish::Start]);
    app.state_mut().experiments.laid_mut().unwrap().takes = Takes::Seconds(250.0);
    app.run_ok();
    assert!(says(&app, "about 4 min"));
    // Nothing was written.
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn another_is_chosen_from_the_list_and_at_another_scale() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = app(experiments(folder.path(), Chosen::default()));
    app.run_ok();
    press(&mut app, Role::ComboBox, "Experiment");
    press(&mut app, Role::Button, "Shortcuts can hurt");
    app.run_ok();
    assert!(says(&app, "do shortcuts help or hurt?"));
    press(&mut app, Role::Button, "small");
    app.run_ok();
    let chosen = &app.state().experiments.chosen;
    assert_eq!(
        (chosen.name.as_str(), chosen.scale),
        ("shortcuts", Scale::Small)
    );
    // Nobody has downloaded CIFAR here.
    assert!(says(&app, "There are no images at"));
    assert!(
        app.get_by_role_and_label(Role::Button, "Start the experiment")
            .accesskit_node()
            .is_disabled()
    );
}

#[test]
fn runs_fill_the_table_and_the_verdict_comes_with_the_last() {
    let folder = tempfile::tempdir().unwrap();
    let mut experiments = experiments(folder.path(), Chosen::default());
    leave(experiments.laid().unwrap(), 2);
    experiments.lay_out();
    let laid = experiments.laid_mut().unwrap();
    assert_eq!(headline(laid), "Undecided yet: 2 of 6 runs");
    let runs: Vec<RunName> = laid.runs.iter().map(|(run, _)| run.clone()).collect();
    laid.stand(&runs[2], Standing::UnderWay(30, 60));
    laid.stand(&runs[3], Standing::Failed("the disk is full".into()));
    let mut app = app(experiments);
    app.run_ok();
    assert!(says(&app, "Undecided yet: 2 of 6 runs"));
    assert!(says(&app, "50 %"));
    assert_eq!(app.query_all_by_label("queued").count(), 2);
    press(
        &mut app,
        Role::Link,
        "BatchNorm only, resnet-8, seed 0: 30.0 %",
    );
    assert_eq!(app.state().wishes, [Wish::Open(runs[0].clone())]);
    app.get_by_label("all parameters, resnet-8, seed 1: failed");
    app.get_by_role_and_label(Role::Button, "Go on with it");

    // The others come.
    let state = app.state_mut();
    leave(state.experiments.laid().unwrap(), 6);
    let version = state.experiments.version();
    let laid = state.experiments.laid_mut().unwrap();
    let (results, missing) = gathered(&laid.folder, &laid.plan, &[]).unwrap();
    laid.set(results, missing, version);
    app.run_ok();
    assert!(says(&app, "Verdict: supported"));
    assert!(says(&app, "95 % interval"));
    assert!(says(&app, "It shows the idea and proves nothing"));
    assert!(app.query_by_label("Go on with it").is_none());
    // The figure, in words.
    assert!(says(
        &app,
        "Channels that are off at the end. BatchNorm only, resnet-8: 31"
    ));
    press(&mut app, Role::Button, "Open the report");
    press(&mut app, Role::Button, "Save the report…");
    press(&mut app, Role::Button, "Save the table…");
    let asked = &app.state().wishes[1..];
    assert_eq!(asked, [Wish::OpenReport, Wish::SaveReport, Wish::SaveTable]);
}

#[test]
fn a_wrong_file_is_told_with_its_line_and_a_right_one_is_shown() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mine.toml");
    let good = bnonly::experiment::shipped::shipped_named("shortcuts").unwrap();
    std::fs::write(
        &path,
        good.text
            .replace("width = 16", "wdth = 16")
            .replace("epochs", "epoch"),
    )
    .unwrap();
    let mut experiments = experiments(&folder.path().join("experiments"), Chosen::default());
    experiments.choose_file(&path);
    let mut app = app(experiments);
    app.run_ok();
    let told = app
        .query_by_label_contains("mine.toml: line ")
        .expect("a line");
    let told = told.accesskit_node().value().unwrap();
    assert!(told.contains("`epoch`"), "{told}");

    std::fs::write(&path, good.text).unwrap();
    app.state_mut().experiments.choose_file(&path);
    app.run_ok();
    assert!(says(&app, "do shortcuts help or hurt?"));

    // Another of the list in its place.
    press(&mut app, Role::ComboBox, "Experiment");
    press(&mut app, Role::Button, "Random features matter");
    app.run_ok();
    assert!(app.state().experiments.chosen.file.is_none());
    assert!(says(&app, "Are γ and β special"));
}

#[test]
fn a_folder_is_gone_on_with_and_another_plan_has_one_beside_it() {
    let folder = tempfile::tempdir().unwrap();
    let begun = experiments(folder.path(), Chosen::default());
    leave(begun.laid().unwrap(), 3);
    let again = experiments(folder.path(), Chosen::default());
    assert_eq!(again.laid().unwrap().results.len(), 3);
    let more = experiments(
        folder.path(),
        Chosen {
            seeds: Some(4),
            ..Chosen::default()
        },
    );
    let laid = more.laid().unwrap();
    assert_eq!((laid.results.len(), laid.runs.len()), (3, 8));
    let other = Chosen {
        scale: Scale::Small,
        data: Some(PathBuf::from("/nowhere/images")),
        ..Chosen::default()
    };
    let small = experiments(folder.path(), other.clone());
    leave(small.laid().unwrap(), 1);
    let elsewhere = experiments(
        folder.path(),
        Chosen {
            data: None,
            ..other
        },
    );
    let path = elsewhere.laid().unwrap().folder.path().to_owned();
    assert!(path.ends_with("disables-features-small-2"), "{path:?}");

    // A file beside its runs, as who opens the folder has it.
    let mut opened = experiments(&folder.path().join("elsewhere"), named("shortcuts"));
    opened.choose_file(&begun.laid().unwrap().folder.path().join("experiment.toml"));
    opened.lay_out();
    assert_eq!(opened.laid().unwrap().results.len(), 3);
}

/// `BNONLY_LOOK=DIR` keeps pictures, to be looked at.
#[test]
fn pictures_are_drawn_in_light_and_dark_and_on_a_phone() {
    let folder = tempfile::tempdir().unwrap();
    let Some(kept) = std::env::var_os("BNONLY_LOOK").map(PathBuf::from) else {
        return;
    };
    let sizes = [
        ("dark", [620.0, 1000.0], egui::Theme::Dark),
        ("light", [900.0, 1200.0], egui::Theme::Light),
        ("phone", [390.0, 1300.0], egui::Theme::Dark),
    ];
    for name in ["disables-features", "depth-vs-width", "affine-matters"] {
        let begun = experiments(folder.path(), named(name));
        let laid = begun.laid().unwrap();
        leave(laid, laid.runs.len() - 2);
        for (size_name, size, theme) in sizes {
            let shown = experiments(folder.path(), named(name));
            let mut app = app_of(shown, size, theme);
            app.run_ok();
            let picture = app.render().unwrap();
            picture
                .save(kept.join(format!("{name}-{size_name}.png")))
                .unwrap();
        }
    }
}
