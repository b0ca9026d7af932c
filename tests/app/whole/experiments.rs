//! An experiment from its start to its verdict, by the app's own session.

use std::fs;

use bnonly::app::experiments::known::Standing;
use bnonly::app::run_view::RunView;
use bnonly::experiment::verdict::Verdict;
use egui::Key;
use egui_kittest::kittest::Queryable;

use super::App;

/// Two arms of three seeds, a step or two each.
const TINY: &str = r#"
name = "tiny"
title = "Tiny"
question = "Does training more reach more?"
about = "Nothing is behind it."
method = "Two small networks."

[settings]
data = "shapes"
model = "resnet-8"
width = 4
limit-train = 16
limit-test = 8
batch-size = 8
epochs = 1
augment = false

[scales.glance]
seeds = 3

[[arms]]
name = "bn"
label = "BatchNorm"
settings = { train = "bn" }

[[arms]]
name = "all"
label = "all"
settings = { train = "all" }

[[figures]]
name = "accuracy"
title = "Accuracy"
kind = "arms"

[[rules]]
says = "All reaches more."
more = { arm = "all", measure = "trained-parameters" }
less = { arm = "bn", measure = "trained-parameters" }
"#;

fn standings(app: &App) -> Vec<Standing> {
    let laid = app.shell().shared().experiments.laid();
    let runs = laid.map(|laid| laid.runs.iter().map(|(_, run)| run.clone()).collect());
    runs.unwrap_or_default()
}

fn done(app: &App) -> usize {
    let is_done = |run: &&Standing| **run == Standing::Done;
    standings(app).iter().filter(is_done).count()
}

#[test]
fn an_experiment_is_stopped_goes_on_and_ends_with_a_verdict_and_a_report() {
    let mut app = App::new();
    let file = app.folder.path().join("tiny.toml");
    fs::write(&file, TINY).unwrap();
    app.key(Key::F1);
    app.press("A file…");
    app.answer(&file);
    app.until_says("Does training more reach more?");
    app.press("Start the experiment");
    // The other views follow the run under way.
    app.until("a run is shown", |app| app.shell().run_view().is_some());
    let folder = app.folder.path().join("experiments/tiny-glance");
    assert!(app.run_folder().starts_with(&folder));
    app.until("two runs are done", |app| done(app) >= 2);
    app.press("Stop the experiment");
    app.until_says("Go on with it");
    let stopped = done(&app);
    assert!(
        app.says("Undecided yet") || app.says("So far"),
        "{:#?}",
        app.screen()
    );
    app.press("Go on with it");
    app.until("all runs are done", |app| done(app) == 6);
    app.until_says("Verdict: supported");
    assert!(stopped < 6);
    let laid = app.shell().shared().experiments.laid().unwrap();
    assert_eq!(laid.verdict, Some(Verdict::Supported));
    assert!(laid.results.iter().all(|result| result.is_finished()));
    app.until("the report is written", |_| {
        folder.join("report.html").is_file()
    });
    assert!(
        fs::read_to_string(folder.join("report.html"))
            .unwrap()
            .contains("<svg")
    );

    // A click on a run opens it as the list of runs does.
    app.get_by_label_contains("BatchNorm, seed 0: ")
        .click_accesskit();
    app.until("it is shown", |app| {
        let run = app.shell().run_view();
        let is_it = |run: &RunView| run.folder.ends_with("bn-seed0") && run.opened.is_some();
        run.is_some_and(is_it)
    });
}
