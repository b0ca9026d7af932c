//! The bar at the top: what is being done, how far it is, and what can be done. Here as it is where there
//! is room; [`narrow`] is for small windows.

pub mod narrow;

use egui::{Align, Button, Layout, ProgressBar, Response, RichText, Ui};

use super::action::Action;
use super::export::Kind as Export;
use super::run_view::RunView;
use crate::numbers::{duration, grouped};
use crate::session::{Phase, Stage};
use crate::train::run::Ending;

/// What progress, speed and accuracy take of the bar, in points.
const PROGRESS_WIDTH: f32 = 400.0;

/// Width of the progress of what comes before the first step, in points.
const PREPARING_WIDTH: f32 = 160.0;

/// Height of the progress, in points.
const BAR: f32 = 20.0;

/// What a share of right answers is of.
const ACCURACY: &str = "Share of the test set that is classified correctly, at the last evaluation";

/// What the bar shows.
#[derive(Clone, Copy)]
pub struct Status<'a> {
    /// The run.
    pub run_view: Option<&'a RunView>,
    /// What is done before the next one can begin.
    pub preparing: Option<Stage>,
    /// Why no run can start with the settings of the form.
    pub problem: Option<&'a str>,
    /// The part that is read of a run that is shown by a glance so far, from 0 to 1.
    pub reading: Option<f32>,
}

impl Status<'_> {
    /// Whether a run is prepared or trained just now.
    pub fn is_busy(&self) -> bool {
        let phase = self.run_view.and_then(|run_view| run_view.phase);
        self.preparing.is_some() || matches!(phase, Some(Phase::Running | Phase::Evaluating))
    }

    /// Whether steps could be taken or are.
    pub fn is_under_way(&self) -> bool {
        self.run_view.is_some_and(|run_view| !run_view.has_ended())
    }

    /// Whether an action makes sense now.
    pub fn allows(&self, action: Action) -> bool {
        let is_open = self.is_under_way() && self.preparing.is_none();
        let is_done = is_open && self.run_view.is_some_and(is_finished);
        match action {
            Action::Start => self.problem.is_none() && self.preparing.is_none(),
            Action::Stop => is_open || self.preparing.is_some(),
            Action::PauseOrResume => {
                let can_go_on = self.run_view.is_some_and(RunView::can_go_on);
                is_open && !is_done || can_go_on && self.preparing.is_none()
            }
            Action::Save | Action::Evaluate => is_open,
            Action::Step => {
                let begins = !is_open && self.problem.is_none();
                self.preparing.is_none() && (begins || (is_open && !is_done))
            }
            Action::TrainLonger => {
                let is_ours = |run: &RunView| !run.is_only_shown() && !run.is_homeless();
                self.run_view.is_some_and(is_ours) && self.preparing.is_none()
            }
            Action::Export(_) | Action::ExportPane => self.run_view.is_some(),
            _ => true,
        }
    }

    /// What is going on, in a few words.
    pub fn words(&self) -> String {
        match (self.preparing, self.run_view) {
            (Some(stage), _) => stage.words(),
            (None, _) if self.reading.is_some() => {
                let read = self.reading.unwrap_or_default();
                format!("reading the run, {:.0} % …", 100.0 * read)
            }
            (None, None) => "no run yet".into(),
            (None, Some(run_view)) => match (run_view.phase, run_view.ending) {
                (Some(Phase::Running), _) => "training".into(),
                (Some(Phase::Evaluating), _) => "evaluating on the test set …".into(),
                (Some(Phase::Paused), _) if is_finished(run_view) => "finished".into(),
                (Some(Phase::Paused), _) => "paused".into(),
                (None, _) if run_view.is_only_shown() => "for reading only".into(),
                (None, Some(Ending::Interrupted)) if run_view.is_homeless() => {
                    "ended, its folder is gone".into()
                }
                (None, Some(Ending::Finished)) => "finished".into(),
                (None, Some(Ending::Interrupted)) => "stopped and saved".into(),
                (None, Some(Ending::NotBegun)) => "stopped before its first step".into(),
                (None, None) => "failed".into(),
            },
        }
    }
}

/// Draws the bar; what was pressed.
pub fn ui(ui: &mut Ui, status: Status<'_>) -> Option<Action> {
    let mut pressed = None;
    ui.horizontal_wrapped(|ui| {
        menus_ui(ui, status, &mut pressed);
        ui.separator();
        for (action, text) in buttons(status) {
            let button = ui.add_enabled(status.allows(action), Button::new(text));
            if told(button, status, action).clicked() {
                pressed = Some(action);
            }
        }
        ui.separator();
        if let Some(run_view) = status.run_view {
            ui.label(RichText::new(run_view.title()).strong())
                .on_hover_text(whereabouts(run_view));
        }
        ui.label(status.words());
        if let Some(stage) = status.preparing {
            preparing_ui(ui, stage, PREPARING_WIDTH);
        } else if let Some(run_view) = status.run_view {
            if ui.available_size_before_wrap().x < PROGRESS_WIDTH {
                ui.end_row();
                progress_ui(ui, run_view);
            } else {
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    progress_ui(ui, run_view);
                });
            }
        }
    });
    pressed
}

/// Whether a run that was opened has nothing left to do.
fn is_finished(run_view: &RunView) -> bool {
    run_view.phase == Some(Phase::Paused) && run_view.is_done()
}

/// Where a run is kept, and what it computes on.
fn whereabouts(run_view: &RunView) -> String {
    let folder = run_view.folder.display();
    let told = format!("Network, what trains, and data of the run in {folder}");
    match &run_view.opened {
        Some(opened) => format!("{told}\non {}", opened.adapter),
        None => told,
    }
}

/// The buttons, in order, with what stands on them: a sign, and words.
fn buttons(status: Status<'_>) -> [(Action, &'static str); 4] {
    let phase = status.run_view.and_then(|run_view| run_view.phase);
    let pause = match phase {
        Some(Phase::Running | Phase::Evaluating) => "▮▮ Pause",
        _ => "▶ Go on",
    };
    [
        (Action::Start, "▶ Start"),
        (Action::PauseOrResume, pause),
        (Action::Step, "▶▮ Step"),
        (Action::Stop, "■ Stop"),
    ]
}

/// A button with what it does told beside it, and why it cannot be pressed where it cannot.
fn told(button: Response, status: Status<'_>, action: Action) -> Response {
    let hint = action.hint(&button.ctx);
    let why = match (action, status.problem) {
        (Action::Start, Some(problem)) => problem.to_owned(),
        _ => hint.clone(),
    };
    button.on_hover_text(hint).on_disabled_hover_text(why)
}

fn exports() -> Vec<Action> {
    let kinds = Export::offered().map(Action::Export);
    std::iter::once(Action::ExportPane).chain(kinds).collect()
}

/// The menus, by their titles.
fn menus(exports: &[Action]) -> [(&'static str, &[Action]); 4] {
    [
        (
            "File",
            &[
                Action::OpenFolder,
                Action::OpenArchive,
                Action::OpenRun,
                Action::CompareRun,
                Action::Quit,
            ],
        ),
        (
            "Run",
            &[
                Action::Start,
                Action::PauseOrResume,
                Action::Step,
                Action::Stop,
                Action::Evaluate,
                Action::Save,
                Action::TrainLonger,
            ],
        ),
        ("Export", exports),
        (
            "View",
            &[
                Action::Experiments,
                Action::Commands,
                Action::ToggleSetup,
                Action::ToggleTheme,
                Action::FullScreen,
                Action::ZoomIn,
                Action::ZoomOut,
                Action::ZoomReset,
                Action::ResetLayout,
            ],
        ),
    ]
}

fn menus_ui(ui: &mut Ui, status: Status<'_>, pressed: &mut Option<Action>) {
    for (title, actions) in menus(&exports()) {
        ui.menu_button(title, |ui| {
            for action in actions.iter().filter(|action| action.is_offered()) {
                if action.menu_button(ui, status.allows(*action)).clicked() {
                    *pressed = Some(*action);
                    ui.close();
                }
            }
        });
    }
}

fn accuracy_text(accuracy: f64) -> String {
    format!("{:.1} % right", 100.0 * accuracy)
}

/// How far a run is: the part of its steps that are done, its epochs in words, and its steps.
fn progress(run_view: &RunView) -> (f32, String, String) {
    let total = run_view.total_steps.max(1);
    let epochs = run_view.steps_per_epoch.max(1);
    let epoch = run_view.step as f64 / epochs as f64;
    let all = total as f64 / epochs as f64;
    let steps = format!(
        "Step {} of {}; {} steps an epoch",
        grouped(run_view.step),
        grouped(total),
        grouped(epochs)
    );
    let share = run_view.step as f32 / total as f32;
    let words = match all < 1.0 {
        true => format!("step {} of {}", grouped(run_view.step), grouped(total)),
        false => format!("epoch {epoch:.1} of {all:.0}"),
    };
    (share, words, steps)
}

/// How far what comes before the first step is, where that is known.
fn preparing_ui(ui: &mut Ui, stage: Stage, width: f32) {
    let Some(share) = stage.share() else {
        ui.spinner();
        return;
    };
    let bar = ProgressBar::new(share.fraction()).desired_width(width);
    ui.add(bar.desired_height(BAR)).on_hover_text(
        "Compiled once for this network, batch size and adapter; a driver that keeps what it compiled \
         is quicker the next time. Stop ends it.",
    );
}

fn progress_ui(ui: &mut Ui, run_view: &RunView) {
    if let Some(accuracy) = run_view.accuracy {
        ui.label(accuracy_text(accuracy)).on_hover_text(ACCURACY);
    }
    if run_view.phase == Some(Phase::Running) {
        let left = run_view.seconds_left().map(duration);
        let speed = run_view.images_per_second();
        if let (Some(left), Some(speed)) = (left, speed) {
            let speed = grouped(speed.round() as u64);
            ui.label(format!("{speed} images/s, {left} left"))
                .on_hover_text("Training speed lately, and the time that the steps left will take at it; evaluations are not counted");
        }
    }
    let (share, text, steps) = progress(run_view);
    let bar = ProgressBar::new(share).desired_width(130.0);
    ui.add(bar.desired_height(BAR).text(text))
        .on_hover_text(steps);
}
