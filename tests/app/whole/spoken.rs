//! What is said for those who do not see the canvas.

use std::collections::BTreeSet;

use bnonly::session::Phase;

use super::{App, endless};

#[test]
fn the_state_is_said_when_it_changes_and_the_progress_with_every_step() {
    // No evaluation, which is told too, comes in between.
    let mut settings = endless();
    settings.limit_train = Some(8192);
    let mut app = App::with(settings);
    assert_eq!(app.shell().state_in_words(), "No run yet.");
    assert_eq!(app.shell().progress_in_words(), "");
    app.press("▶ Start");
    app.until_phase(Phase::Running);
    let (mut states, mut progresses) = (BTreeSet::new(), BTreeSet::new());
    for step in 1..=4 {
        app.until_step(step);
        states.insert(app.shell().state_in_words());
        progresses.insert(app.shell().progress_in_words());
    }
    assert_eq!(states.len(), 1, "nothing to be read out: {states:?}");
    let state = states.pop_first().unwrap();
    assert!(state.ends_with(": training."), "{state}");
    assert!(progresses.len() > 1, "{progresses:?}");
    app.press("▮▮ Pause");
    app.until_phase(Phase::Paused);
    let state = app.shell().state_in_words();
    let step = app.run_view().step;
    assert!(
        state.ends_with(&format!(": paused after step {step}.")),
        "{state}"
    );
    let progress = app.shell().progress_in_words();
    let loss = app.run_view().batch.unwrap().0;
    for part in [
        format!("Step {step} of "),
        format!("training loss {loss:.4}"),
        "channels below |γ|".into(),
    ] {
        assert!(progress.contains(&part), "{part} in {progress}");
    }
}

#[test]
fn what_is_wrong_is_said_as_it_stands() {
    let mut app = App::with(endless());
    app.shell_mut().complain("cifar.tar.gz is cut short.");
    assert_eq!(
        app.shell().state_in_words(),
        "No run yet. cifar.tar.gz is cut short."
    );
    let mut wrong = endless();
    wrong.width = Some(5000);
    app.shell_mut().setup_mut().set_settings(wrong);
    app.settle();
    let state = app.shell().state_in_words();
    assert!(
        state.contains("Cannot start: ") && state.contains("from 1 to 4096"),
        "{state}"
    );
}
