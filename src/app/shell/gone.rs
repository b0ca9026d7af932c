//! The folder of the run under way was deleted or moved: what to do is the reader's choice.

use std::path::{Path, PathBuf};

use egui::{Context, Modal};

use super::Shell;
use crate::app::notice::Weight;
use crate::app::runs::listed::is_same;
use crate::app::theme::problem_colour;
use crate::app::wording::InTheApp;
use crate::field::Explanation;
use crate::session::Command;
use crate::train::runs::write_name;

/// The question that is open.
pub(super) struct Gone {
    folder: PathBuf,
    problem: Option<String>,
}

impl Shell {
    pub(super) fn folder_is_gone(&mut self, folder: &Path, problem: Option<&Explanation>) {
        self.gone = Some(Gone {
            folder: folder.to_owned(),
            problem: problem.map(|problem| problem.say(&InTheApp)),
        });
    }

    pub(super) fn folder_has_moved(&mut self, from: &Path, to: &Path) {
        self.gone = None;
        let name = self.shared.runs.find(from);
        let name = name.and_then(|run| run.given_name.clone());
        // A run without its name is still a run.
        let _ = name.map(|name| write_name(to, &name));
        let text = format!(
            "{} was deleted or moved. The run is in {} now.",
            from.display(),
            to.display()
        );
        self.notices.add(Weight::Note, text, None);
        self.shared
            .runs
            .opened
            .retain(|other| !is_same(other, from));
        self.shared.runs.remember(to);
        self.look_for_runs();
    }

    /// Asks what to do, where it is to be asked.
    pub(super) fn gone_ui(&mut self, ctx: &Context) {
        let Some(Gone { folder, problem }) = &self.gone else {
            return;
        };
        let mut answer = None;
        Modal::new(egui::Id::unique("the folder is gone")).show(ctx, |ui| {
            ui.set_width(460.0_f32.min(ui.ctx().content_rect().width() - 48.0));
            ui.heading("The folder of this run is gone");
            ui.label(format!(
                "{} was deleted or moved while the run went on. The run waits. Nothing that it has learned is lost yet.",
                folder.display()
            ));
            if let Some(problem) = problem {
                let colour = problem_colour(ui);
                ui.colored_label(colour, format!("It could not be written anew: {problem}"));
            }
            ui.horizontal_wrapped(|ui| {
                let tip = "Makes a new folder beside it with the curves so far and a checkpoint of now, and goes on. \
                           The best checkpoint and what was written by hand stay where the folder went.";
                if ui.button("Write it anew and go on").on_hover_text(tip).clicked() {
                    answer = Some(Command::WriteAnew);
                }
                let tip = "Ends the run and writes nothing. What is not in the folder that is gone is lost.";
                if ui.button("End the run").on_hover_text(tip).clicked() {
                    answer = Some(Command::Abandon);
                }
            });
        });
        if let Some(command) = answer {
            self.gone = None;
            self.send(command);
        }
    }
}
