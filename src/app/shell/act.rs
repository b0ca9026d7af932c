//! Doing what the reader asked for.

use std::collections::VecDeque;

use egui::{Context, Theme, ViewportCommand, gui_zoom};

use super::Shell;
use super::files::Purpose;
use crate::app::action::Action;
use crate::app::comparison;
use crate::app::dialog::Kind;
use crate::app::layout_class::LayoutClass;
use crate::app::run_view::RunView;
use crate::app::switching_off::SwitchingOff;
use crate::app::tour::Comparison;
use crate::session::{Command, Phase};
use crate::train::settings::Settings;

impl Shell {
    /// Does what was asked for.
    pub fn act(&mut self, ctx: &Context, action: Action) {
        let is_open = self.shared.run.as_ref().is_some_and(|f| !f.has_ended());
        if matches!(action, Action::Start | Action::Step | Action::TrainLonger) {
            // What is to be seen now is behind the form.
            self.layout.is_form_open = false;
        }
        match action {
            Action::Start => {
                self.queue.clear();
                self.lesson.leave();
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
            Action::Stop => {
                self.queue.clear();
                self.send(Command::Stop);
            }
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
            Action::Tour => self.tour.open = !self.tour.open,
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

    /// Sets up what a page of the tour compares, and begins with it.
    pub(super) fn set_up(&mut self, ctx: &Context, comparison: Comparison) {
        let has_run = self
            .shared
            .run
            .as_ref()
            .is_some_and(|f| !f.history.is_empty());
        if comparison::looks_at_the_last_run(comparison) && has_run {
            self.show_view(comparison::view(comparison));
            self.views.of_type_mut::<SwitchingOff>().measure();
            return;
        }
        let mut runs: VecDeque<Settings> =
            comparison::runs(comparison, self.setup.settings()).into();
        self.show_view(comparison::view(comparison));
        let Some(first) = runs.pop_front() else {
            return;
        };
        self.lesson.begin(comparison::names(comparison));
        self.queue = runs;
        let request = self.request(first);
        self.begin(ctx, request);
    }
}
