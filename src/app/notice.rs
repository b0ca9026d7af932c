//! Sentences for the reader: what went wrong and what to do, until they are dismissed.

use egui::{Align, Frame, Layout, RichText, ScrollArea, Ui};

use super::theme::problem_colour;

/// How much a notice matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    /// Good to know.
    Note,
    /// Something did not work.
    Problem,
}

/// What a notice offers beside being dismissed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Offer {
    /// Go on with the run in this folder from its last checkpoint.
    Resume(std::path::PathBuf),
}

/// One sentence or several.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Notice {
    weight: Weight,
    text: String,
    offer: Option<Offer>,
}

/// Those not dismissed yet, newest last.
#[derive(Clone, Debug, Default)]
pub struct Notices(Vec<Notice>);

/// Points below which the buttons stand below the text.
const NARROW: f32 = 500.0;

/// More than this many at once nobody reads.
const KEPT: usize = 4;

impl Notices {
    /// Adds one; the same again only once.
    pub fn add(&mut self, weight: Weight, text: impl Into<String>, offer: Option<Offer>) {
        let notice = Notice {
            weight,
            text: text.into(),
            offer,
        };
        self.0.retain(|earlier| *earlier != notice);
        self.0.push(notice);
        let surplus = self.0.len().saturating_sub(KEPT);
        self.0.drain(..surplus);
    }

    /// Takes all off.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// Their texts, newest last.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|notice| notice.text.as_str())
    }

    /// Draws them; what the reader takes up.
    pub fn ui(&mut self, ui: &mut Ui) -> Option<Offer> {
        let mut taken = None;
        let mut dismissed = None;
        for (place, notice) in self.0.iter().enumerate() {
            let (mark, name, colour) = match notice.weight {
                Weight::Note => ("i", "Note", ui.visuals().hyperlink_color),
                Weight::Problem => ("!", "Problem", problem_colour(ui)),
            };
            Frame::group(ui.style())
                .stroke(egui::Stroke::new(1.0, colour))
                .show(ui, |ui| {
                    let text_ui = |ui: &mut Ui| {
                        ui.with_layout(Layout::left_to_right(Align::Min), |ui| {
                            ui.label(RichText::new(mark).color(colour).strong())
                                .on_hover_text(name);
                            ScrollArea::vertical()
                                .id_salt(("notice", place))
                                .max_height(80.0)
                                .show(ui, |ui| ui.label(&notice.text));
                        });
                    };
                    let is_narrow = ui.available_width() < NARROW;
                    if is_narrow {
                        text_ui(ui);
                    }
                    ui.with_layout(Layout::right_to_left(Align::Min), |ui| {
                        let dismiss = ui.button("Dismiss").on_hover_text("Take this notice off");
                        if dismiss.clicked() {
                            dismissed = Some(place);
                        }
                        if let Some(Offer::Resume(run)) = &notice.offer {
                            let resume = ui.button("Resume the run").on_hover_text(
                                "Open the adapter anew and go on from the last checkpoint",
                            );
                            if resume.clicked() {
                                taken = Some(Offer::Resume(run.clone()));
                                dismissed = Some(place);
                            }
                        }
                        if !is_narrow {
                            text_ui(ui);
                        }
                    });
                });
        }
        if let Some(place) = dismissed {
            self.0.remove(place);
        }
        taken
    }
}
