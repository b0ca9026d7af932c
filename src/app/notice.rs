//! Sentences for the reader: what went wrong and what to do, until they are dismissed.

use egui::{
    Align, Align2, Area, Context, Frame, Id, Layout, Order, RichText, ScrollArea, Sense, Ui, vec2,
};
use web_time::{Duration, Instant};

use super::layout_class::LayoutClass;
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
#[derive(Clone, Debug, PartialEq)]
struct Notice {
    weight: Weight,
    text: String,
    offer: Option<Offer>,
    /// Seconds until it goes by itself; it stays where something is to be decided or put right.
    left: Option<f64>,
}

/// Those not dismissed yet, newest last.
#[derive(Clone, Debug, Default)]
pub struct Notices {
    shown: Vec<Notice>,
    /// When they were drawn last.
    drawn: Option<Instant>,
}

/// Widest that one is drawn, in points.
const WIDEST: f32 = 440.0;

/// Points below which the buttons stand below the text.
const NARROW: f32 = 360.0;

/// Highest that the text of one is drawn, in points; longer ones scroll.
const HIGHEST: f32 = 120.0;

/// Points from the edges of the window.
const APART: f32 = 10.0;

/// More than this many at once nobody reads.
const KEPT: usize = 4;

/// Seconds that a note stays, and for each of its letters.
const STAYS: (f64, f64) = (8.0, 0.06);

impl Notices {
    /// Adds one; the same again only once.
    pub fn add(&mut self, weight: Weight, text: impl Into<String>, offer: Option<Offer>) {
        let text = text.into();
        let goes = weight == Weight::Note && offer.is_none();
        let left = goes.then(|| STAYS.0 + STAYS.1 * text.chars().count() as f64);
        self.shown.retain(|earlier| earlier.text != text);
        self.shown.push(Notice {
            weight,
            text,
            offer,
            left,
        });
        let surplus = self.shown.len().saturating_sub(KEPT);
        self.shown.drain(..surplus);
    }

    /// Another run begins: what kept the one before from beginning is of no use any more.
    pub fn run_begins(&mut self) {
        self.shown.retain(|notice| notice.weight == Weight::Note);
    }

    /// Their texts, newest last.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        self.shown.iter().map(|notice| notice.text.as_str())
    }

    /// So much time goes by; those that go by themselves go when it is over.
    pub fn pass(&mut self, time: Duration) {
        self.shown.retain_mut(|notice| {
            let Some(left) = &mut notice.left else {
                return true;
            };
            *left -= time.as_secs_f64();
            *left > 0.0
        });
    }

    /// Draws them over all else, in one place, so that they move nothing; what the reader takes up.
    pub fn ui(&mut self, ctx: &Context, class: LayoutClass) -> Option<Offer> {
        let before = self.drawn.replace(Instant::now());
        if self.shown.is_empty() {
            self.drawn = None;
            return None;
        }
        let screen = ctx.content_rect();
        // What a phone shows is at the bottom, where its thumbs are.
        let (place, apart) = match class {
            LayoutClass::Compact => (Align2::CENTER_TOP, vec2(0.0, 96.0)),
            _ => (Align2::RIGHT_BOTTOM, vec2(-APART, -APART)),
        };
        let area = Area::new(Id::unique("notices"))
            .order(Order::Foreground)
            .anchor(place, apart)
            .show(ctx, |ui| {
                ui.set_width(WIDEST.min(screen.width() - 2.0 * APART));
                ScrollArea::vertical()
                    .max_height(0.6 * screen.height())
                    .show(ui, |ui| self.all_ui(ui))
                    .inner
            });
        let is_read = area.response.contains_pointer();
        if let Some(before) = before.filter(|_| !is_read) {
            self.pass(before.elapsed());
        }
        let lefts = self.shown.iter().filter_map(|notice| notice.left);
        if let Some(next) = lefts.min_by(f64::total_cmp) {
            ctx.request_repaint_after(Duration::from_secs_f64(next.max(0.1)));
        }
        area.inner
    }

    fn all_ui(&mut self, ui: &mut Ui) -> Option<Offer> {
        let mut taken = None;
        let mut dismissed = None;
        for (place, notice) in self.shown.iter().enumerate() {
            match notice.ui(ui, place) {
                Some(Answer::Dismissed) => dismissed = Some(place),
                Some(Answer::Taken(offer)) => (taken, dismissed) = (Some(offer), Some(place)),
                None => {}
            }
        }
        if let Some(place) = dismissed {
            self.shown.remove(place);
        }
        taken
    }
}

/// What the reader does with a notice.
enum Answer {
    Dismissed,
    Taken(Offer),
}

impl Notice {
    fn ui(&self, ui: &mut Ui, place: usize) -> Option<Answer> {
        let colour = match self.weight {
            Weight::Note => ui.visuals().hyperlink_color,
            Weight::Problem => problem_colour(ui),
        };
        // Of its own ground, as it lies over others.
        let frame = Frame::popup(ui.style()).stroke(egui::Stroke::new(1.0, colour));
        let mut answer = None;
        frame.show(ui, |ui| {
            ui.set_width(ui.available_width());
            match ui.available_width() < NARROW {
                true => {
                    self.text_ui(ui, place);
                    ui.horizontal_wrapped(|ui| answer = self.buttons_ui(ui));
                }
                false => {
                    ui.with_layout(Layout::right_to_left(Align::Min), |ui| {
                        answer = self.buttons_ui(ui);
                        self.text_ui(ui, place);
                    });
                }
            }
        });
        answer
    }

    fn buttons_ui(&self, ui: &mut Ui) -> Option<Answer> {
        let dismiss = ui.button("Dismiss").on_hover_text("Take this notice off");
        let mut answer = dismiss.clicked().then_some(Answer::Dismissed);
        if let Some(Offer::Resume(run)) = &self.offer {
            let resume = ui
                .button("Resume the run")
                .on_hover_text("Open the adapter anew and go on from the last checkpoint");
            if resume.clicked() {
                answer = Some(Answer::Taken(Offer::Resume(run.clone())));
            }
        }
        answer
    }

    fn text_ui(&self, ui: &mut Ui, place: usize) {
        let (mark, name, colour) = match self.weight {
            Weight::Note => ("i", "Note", ui.visuals().hyperlink_color),
            Weight::Problem => ("!", "Problem", problem_colour(ui)),
        };
        ui.with_layout(Layout::left_to_right(Align::Min), |ui| {
            ui.label(RichText::new(mark).color(colour).strong())
                .on_hover_text(name);
            ScrollArea::vertical()
                .id_salt(("notice", place))
                .max_height(HIGHEST)
                .show(ui, |ui| {
                    let text = egui::Label::new(&self.text).wrap().sense(Sense::hover());
                    ui.add(text);
                });
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_go_by_themselves_and_problems_stay_until_the_next_run() {
        let mut notices = Notices::default();
        notices.add(Weight::Problem, "it does not work", None);
        notices.add(Weight::Note, "it is saved", None);
        let offer = Some(Offer::Resume("run".into()));
        notices.add(Weight::Note, "go on?", offer);
        let texts = |notices: &Notices| notices.texts().collect::<Vec<_>>().join("; ");
        notices.pass(Duration::from_secs(5));
        assert_eq!(texts(&notices), "it does not work; it is saved; go on?");
        notices.pass(Duration::from_secs(5));
        assert_eq!(texts(&notices), "it does not work; go on?");
        notices.pass(Duration::from_secs(1000));
        assert_eq!(texts(&notices), "it does not work; go on?");
        notices.run_begins();
        assert_eq!(texts(&notices), "go on?");
    }

    #[test]
    fn the_same_is_told_once_and_the_oldest_give_way() {
        let mut notices = Notices::default();
        for text in ["a", "b", "a", "c", "d", "e"] {
            notices.add(Weight::Note, text, None);
        }
        assert_eq!(notices.texts().collect::<Vec<_>>(), ["a", "c", "d", "e"]);
    }
}
