//! What there is to see, in sentences: for screen readers where the interface library has no other
//! words for them, as in a page.

use super::run_view::RunView;
use super::toolbar::Status;
use super::waiting::sentence;
use crate::numbers::{grouped, percent};
use crate::session::Phase;

/// What is going on; changes only when something begins or ends, so that it can be read out then.
pub fn state(status: Status<'_>, notices: &[&str]) -> String {
    let mut sentences = vec![match (status.preparing, status.run_view) {
        // How far it is would be read out with every kernel.
        (Some(stage), _) => sentence(stage.what()),
        (None, Some(run_view)) => state_of(run_view, &status.words()),
        _ => sentence(&status.words()),
    }];
    if let (None, Some(problem)) = (status.run_view, status.problem) {
        sentences.push(format!("Cannot start: {}", sentence(problem)));
    }
    sentences.extend(notices.last().map(|notice| (*notice).to_owned()));
    sentences.join(" ")
}

fn state_of(run_view: &RunView, words: &str) -> String {
    let state = match run_view.phase {
        Some(Phase::Running | Phase::Evaluating) => {
            // An evaluation is short, and its end is told.
            format!("{}: training.", run_view.title())
        }
        _ => format!(
            "{}: {words} after step {}.",
            run_view.title(),
            grouped(run_view.step)
        ),
    };
    match run_view.accuracy {
        Some(accuracy) => format!("{state} {} of test images right.", percent(accuracy)),
        None => state,
    }
}

/// How far the run is, in numbers; changes with every step.
pub fn progress(run_view: &RunView) -> String {
    let mut parts = vec![format!(
        "Step {} of {}",
        grouped(run_view.step),
        grouped(run_view.total_steps)
    )];
    if let Some((loss, accuracy)) = run_view.batch {
        parts.push(format!("training loss {loss:.4}"));
        parts.push(format!("{} of the batch right", percent(accuracy)));
    }
    if let Some(accuracy) = run_view.accuracy {
        parts.push(format!("{} of test images right", percent(accuracy)));
    }
    if let Some(last) = run_view.norms.last() {
        let threshold = run_view.norms.threshold();
        let off = last
            .norms
            .gamma
            .iter()
            .filter(|gamma| gamma.abs() < threshold)
            .count();
        let channels = last.norms.gamma.len();
        parts.push(format!(
            "{} of {} channels below |γ| = {threshold}",
            grouped(off as u64),
            grouped(channels as u64)
        ));
    }
    if let (Some(Phase::Running), Some(speed)) = (run_view.phase, run_view.images_per_second()) {
        parts.push(format!("{} images a second", grouped(speed.round() as u64)));
    }
    format!("{}.", parts.join(", "))
}
