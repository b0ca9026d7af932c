//! What a pane says while it has nothing to draw yet: what is going on, and how far it is.

use egui::{ProgressBar, Ui};

use super::run_view::RunView;
use super::shared::Shared;
use crate::session::{Phase, Stage};

/// Width of the progress, in points.
const WIDTH: f32 = 260.0;

/// Draws what is done before a run can begin.
pub fn ui(ui: &mut Ui, stage: Stage) {
    ui.label(sentence(&stage.words()));
    if let Some(share) = stage.share() {
        let width = WIDTH.min(ui.available_width());
        ui.add(ProgressBar::new(share.fraction()).desired_width(width));
    }
    ui.weak("This pane has something to show when the run has begun. Stop ends the waiting.");
}

/// What a curve waits for, if a run is under way and has told nothing yet.
pub(super) fn for_the_first_step(shared: &Shared) -> Option<String> {
    if let Some(stage) = shared.preparing {
        return Some(sentence(&stage.words()));
    }
    let run: &RunView = shared.run.as_ref()?;
    let text = match run.phase? {
        Phase::Running => "The first step is under way. The curves begin when it is measured.",
        Phase::Evaluating => "The test set is evaluated. The curves begin with the first step.",
        Phase::Paused => "The run holds before its first step: press Go on, or Step.",
    };
    Some(text.to_owned())
}

/// Words as a sentence.
pub(super) fn sentence(words: &str) -> String {
    let mut letters = words.trim_end_matches([' ', '…', '.']).chars();
    let first = letters.next().map(char::to_uppercase).into_iter().flatten();
    first.chain(letters).chain(['.']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_curve_says_what_is_going_on() {
        let mut shared = Shared::default();
        assert_eq!(for_the_first_step(&shared), None);
        shared.preparing = Some(Stage::Data);
        let said = for_the_first_step(&shared);
        assert_eq!(said.as_deref(), Some("Reading the images."));
    }
}
