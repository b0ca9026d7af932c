//! Doing what the reader asked for.

use egui::{Context, Theme, ViewportCommand, gui_zoom};

use super::Shell;
use super::files::Purpose;
use crate::app::action::Action;
use crate::app::dialog::Kind;
use crate::app::layout_class::LayoutClass;
use crate::app::palette::{Choice, Line};
use crate::app::question::Question;
use crate::app::run_view::RunView;
use crate::app::views::ViewId;
use crate::numbers::grouped;
use crate::session::{Command, Phase};
use crate::train::run::Ending;

impl Shell {
    /// What the keys ask for: nothing but to leave while something has to be answered first. A key that would
    /// end the run under way is easily pressed by mistake, so it asks.
    pub(super) fn pressed(&mut self, ctx: &Context) -> Option<Action> {
        let is_answering = self.dialog.is_open()
            || self.setup.is_asking()
            || self.palette.is_open()
            || self.question.is_some();
        let action = Action::pressed(ctx);
        let action = action.filter(|action| !is_answering || *action == Action::Quit)?;
        let run = self.shared.run.as_ref().filter(|run| !run.has_ended());
        match (action, run) {
            (Action::Start, Some(run)) if self.allows(action) => {
                let text = format!(
                    "{} is under way, at step {} of {}. It is saved and ended first, and can be resumed.",
                    run.title(),
                    grouped(run.step),
                    grouped(run.total_steps),
                );
                self.question = Some(Question {
                    title: "Start another run?",
                    text,
                    yes: "Start another",
                    no: "Keep this one",
                });
                None
            }
            _ => Some(action),
        }
    }

    /// Asks what a key asks before it ends a run, and does what was meant.
    pub(super) fn question_ui(&mut self, ctx: &Context) {
        let answer = self.question.as_ref().and_then(|asked| asked.ui(ctx));
        if let Some(is_meant) = answer {
            self.question = None;
            if is_meant {
                self.act(ctx, Action::Start);
            }
        }
    }

    /// All that the list of commands offers: the actions, then the panes and the run to go on with.
    pub(super) fn lines(&self, problem: &Option<String>) -> Vec<Line> {
        let status = self.status(problem);
        let mut lines: Vec<_> = Action::all()
            .map(|action| Line {
                choice: Choice::Do(action),
                text: action.text().to_owned(),
                tip: action.tooltip().to_owned(),
                is_enabled: status.allows(action),
            })
            .collect();
        lines.extend(ViewId::ALL.iter().map(|id| {
            let view = self.views.get(*id);
            Line {
                choice: Choice::Show(*id),
                text: format!("Show the pane {}", view.title()),
                tip: view.help().to_owned(),
                is_enabled: true,
            }
        }));
        let shown = self.shared.run.as_ref();
        let stopped = shown.filter(|run| run.has_ended() && run.ending != Some(Ending::Finished));
        lines.extend(stopped.map(|run| Line {
            choice: Choice::GoOn(run.folder.clone()),
            text: format!("Go on with {}", run.name()),
            tip: "Go on with the run shown from its last checkpoint.".into(),
            is_enabled: self.preparing.is_none(),
        }));
        lines
    }

    /// Does what was chosen of the list of commands, but for an action, which it gives back.
    pub(super) fn choose(&mut self, ctx: &Context, choice: Choice) -> Option<Action> {
        match choice {
            Choice::Do(action) => return Some(action),
            Choice::Show(id) => {
                self.layout.is_form_open = false;
                self.show_view(id);
            }
            Choice::GoOn(run) => self.resume(ctx, &run, false),
        }
        None
    }

    /// Does what was asked for.
    pub fn act(&mut self, ctx: &Context, action: Action) {
        let is_open = self.shared.run.as_ref().is_some_and(|f| !f.has_ended());
        if matches!(action, Action::Start | Action::Step | Action::TrainLonger) {
            // What is to be seen now is behind the form.
            self.layout.is_form_open = false;
        }
        match action {
            Action::Start => {
                let request = self.request(self.setup.settings().clone());
                self.begin(ctx, request);
            }
            Action::PauseOrResume if self.shared.run.as_ref().is_some_and(RunView::can_go_on) => {
                let run = self.shared.run.as_ref().map(|run| run.folder.clone());
                if let Some(run) = run {
                    self.resume(ctx, &run, false);
                }
            }
            Action::PauseOrResume => {
                let is_paused = self
                    .shared
                    .run
                    .as_ref()
                    .is_some_and(|f| f.phase == Some(Phase::Paused));
                self.send(if is_paused {
                    Command::Resume
                } else {
                    Command::Pause
                });
            }
            Action::Step if is_open => self.send(Command::Step),
            Action::Step => {
                let mut request = self.request(self.setup.settings().clone());
                request.paused = true;
                self.begin(ctx, request);
                self.send(Command::Step);
            }
            Action::Stop => self.send(Command::Stop),
            Action::Save => self.send(Command::Save),
            Action::Evaluate => self.send(Command::Evaluate),
            Action::TrainLonger => self.train_longer(ctx),
            Action::OpenRun => self.ask(Purpose::OpenRun, "The folder of a run", Kind::Folder),
            Action::CompareRun => {
                self.ask(
                    Purpose::CompareRun,
                    "The folder of a run to compare with",
                    Kind::Folder,
                );
            }
            Action::OpenFolder => self.ask(Purpose::Data, "A folder of images", Kind::Folder),
            Action::OpenArchive => self.ask(Purpose::Data, "An archive of images", Kind::File),
            Action::Export(export) => self.ask_export(export),
            Action::FullScreen => {
                let is_full = ctx.input(|input| input.viewport().fullscreen);
                ctx.send_viewport_cmd(ViewportCommand::Fullscreen(is_full != Some(true)));
            }
            Action::ExportPane => self.pictures.choose(),
            Action::Experiments => self.show_view(ViewId::Experiments),
            Action::Commands => self.palette.open(),
            Action::ToggleSetup => match self.layout.class {
                LayoutClass::Compact => self.layout.is_form_open = !self.layout.is_form_open,
                _ => self.is_setup_shown = !self.is_setup_shown,
            },
            Action::ToggleTheme => ctx.set_theme(match ctx.theme() {
                Theme::Dark => Theme::Light,
                Theme::Light => Theme::Dark,
            }),
            Action::ResetLayout => self.layout.reset(),
            Action::ZoomIn => gui_zoom::zoom_in(ctx),
            Action::ZoomOut => gui_zoom::zoom_out(ctx),
            Action::ZoomReset => ctx.set_zoom_factor(1.0),
            Action::Quit => ctx.send_viewport_cmd(ViewportCommand::Close),
        }
    }
}
