//! The sentence above the panes when a run has ended.

use bnonly::study::gamma::Norms;

use super::{App, endless};

#[test]
fn a_finished_run_tells_what_happened_and_what_switching_off_costs() {
    let mut app = App::new();
    app.press("▶ Start");
    app.until_ended("finished");
    app.until("all is measured", |app| {
        let sentence = app.shell().outcome().unwrap_or_default();
        sentence.contains("mean and standard error of 5 draws, 64 test images")
    });
    let sentence = app.shell().outcome().unwrap();
    let accuracy = app.run_view().accuracy.unwrap();
    let told = format!(
        "Finished after 8 steps: {:.1} % of 64 test images right at the last test, where chance is ",
        100.0 * accuracy
    );
    assert!(sentence.starts_with(&told), "{sentence}");
    assert!(sentence.contains("168 of 5,"), "{sentence}");
    let start = &app.run_view().opened.as_ref().unwrap().start;
    let first = Norms::of(&start.graph, &start.initial).gamma;
    let off = first.iter().filter(|gamma| gamma.abs() < 0.01).count();
    let told_off = format!("parameters trained (3.22 %); of 84 channels {off} were off");
    assert!(sentence.contains(&told_off), "{sentence}");
    // None is off after so few steps: the weakest tenth is.
    assert!(
        sentence.contains("with the 9 weakest switched off"),
        "{sentence}"
    );
    app.settle();
    // It leaves the panes their place.
    let tab = app.button("Curves").rect();
    assert!(tab.top() < 150.0, "{tab:?}");
    assert!(app.says(&told), "{:#?}", app.screen());
    app.press("Close");
    assert!(!app.says(&told));
}

#[test]
fn a_stopped_run_leaves_out_what_was_not_measured_and_says_so() {
    let mut app = App::with(endless());
    app.press("▶ Start");
    app.until_step(1);
    app.press("■ Stop");
    app.until_ended("stopped and saved");
    let sentence = app.shell().outcome().unwrap();
    assert!(sentence.starts_with("Stopped after "), "{sentence}");
    let end = "what switching off the weak ones costs was not measured: the run was stopped early.";
    assert!(sentence.ends_with(end), "{sentence}");
    // A new run is another story.
    app.press("▶ Start");
    app.until("it runs", |app| {
        let run = app.shell().run_view();
        run.is_some_and(|run| !run.has_ended())
    });
    assert_eq!(app.shell().outcome(), None);
}
