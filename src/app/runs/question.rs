//! What is asked before a run is renamed or deleted.

use egui::{Context, Key, Modal, TextEdit, Ui};

use super::listed::{Question, Runs, Wish};
use crate::app::theme::problem_colour;
use crate::platform::IS_A_PAGE;
use crate::train::runs::LONGEST_NAME;

/// Asks, if there is something to ask.
pub fn ui(ctx: &Context, runs: &mut Runs) {
    let Some(mut question) = runs.question.take() else {
        return;
    };
    let mut answer = None;
    let modal = Modal::new(egui::Id::unique("about a run")).show(ctx, |ui| {
        ui.set_width(420.0_f32.min(ui.ctx().content_rect().width() - 48.0));
        answer = match &mut question {
            Question::Name(folder, name) => name_ui(ui, name)
                .map(|is_meant| is_meant.then(|| Wish::Rename(folder.clone(), name.clone()))),
            Question::Delete(folder) => {
                ui.heading(format!("Delete {}?", runs.name(folder)));
                ui.label(folder.display().to_string());
                let (words, tip) = match IS_A_PAGE {
                    true => (
                        "A page has no bin: the run is removed for good.",
                        "Removes it for good.",
                    ),
                    false => (
                        "Its folder goes to the bin, with its checkpoints and curves.",
                        "From there it can be had back.",
                    ),
                };
                ui.label(words);
                let text = if IS_A_PAGE {
                    "Remove"
                } else {
                    "Move to the bin"
                };
                sure_ui(ui, text, tip)
                    .map(|is_meant| is_meant.then(|| Wish::Delete(folder.clone())))
            }
            Question::Instead(wish) => {
                ui.heading("A run is under way");
                ui.label("It is stopped for this, and saved. It can go on later.");
                let tip = "Stops the run under way, and saves it.";
                sure_ui(ui, "Stop it", tip)
                    .map(|is_meant| is_meant.then(|| Wish::Instead(wish.clone())))
            }
            Question::Remove(folder, reason) => {
                ui.heading(format!("Remove {} for good?", runs.name(folder)));
                ui.label(folder.display().to_string());
                let colour = problem_colour(ui);
                ui.colored_label(colour, format!("It cannot be moved to the bin ({reason})."));
                sure_ui(ui, "Remove for good", "It cannot be had back.")
                    .map(|is_meant| is_meant.then(|| Wish::Remove(folder.clone())))
            }
        };
    });
    match answer {
        Some(wish) => wish.into_iter().for_each(|wish| runs.wish(wish)),
        None if modal.should_close() => {}
        None => runs.question = Some(question),
    }
}

/// The field for a name; whether it is meant, once that is decided.
fn name_ui(ui: &mut Ui, name: &mut String) -> Option<bool> {
    ui.heading("Name of the run");
    let label = ui.label("Left empty, the run is called after what it has other than the rest.");
    let field = TextEdit::singleline(name)
        .char_limit(LONGEST_NAME)
        .align(egui::Align2::LEFT_CENTER)
        .desired_width(f32::INFINITY);
    let field = ui.add(field).labelled_by(label.id);
    let is_entered = field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
    if ui.memory(|memory| memory.focused().is_none()) && !is_entered {
        field.request_focus();
    }
    match is_entered {
        true => Some(true),
        false => sure_ui(ui, "Rename", "Takes the name as typed (Enter)."),
    }
}

/// The buttons; whether it is to be done, once that is decided.
fn sure_ui(ui: &mut Ui, text: &str, tip: &str) -> Option<bool> {
    let mut answer = None;
    ui.horizontal_wrapped(|ui| {
        if ui.button(text).on_hover_text(tip).clicked() {
            answer = Some(true);
        }
        let cancel = ui
            .button("Cancel")
            .on_hover_text("Leaves all as it was (Esc).");
        if cancel.clicked() {
            answer = Some(false);
        }
    });
    answer
}
