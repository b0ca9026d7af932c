//! A question that a key asks for before it does what cannot be taken back.

use egui::{Context, Id, Modal};

/// What is asked, with the words of both answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// In a few words.
    pub title: &'static str,
    /// What will happen.
    pub text: String,
    /// The answer that does it.
    pub yes: &'static str,
    /// The answer that leaves all as it is, which Escape and Enter give too.
    pub no: &'static str,
}

impl Question {
    /// Draws it; the answer, once there is one.
    pub fn ui(&self, ctx: &Context) -> Option<bool> {
        let mut answer = None;
        let modal = Modal::new(Id::unique("a question")).show(ctx, |ui| {
            ui.set_width(380.0_f32.min(ui.ctx().content_rect().width() - 48.0));
            ui.heading(self.title);
            ui.label(&self.text);
            ui.add_space(4.0);
            ui.horizontal_wrapped(|ui| {
                let no = ui.button(self.no);
                if ui.memory(|memory| memory.focused().is_none()) {
                    no.request_focus();
                }
                if no.clicked() {
                    answer = Some(false);
                }
                if ui.button(self.yes).clicked() {
                    answer = Some(true);
                }
            });
        });
        match modal.should_close() {
            true => answer.or(Some(false)),
            false => answer,
        }
    }
}
