//! Going back and forth through the snapshots of a run.

use egui::{Response, Slider, Ui};
use serde::{Deserialize, Serialize};

use crate::app::channels::norm_history::{NormHistory, NormSnapshot};
use crate::app::layout_class::letter_size;
use crate::numbers::grouped;

/// Seconds that playing a whole run takes, where its snapshots are many.
const PLAYED_SECONDS: f32 = 8.0;

/// Which snapshot is shown: the latest, as they come, or an earlier one.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Scrub {
    /// The step the reader went to; none follows the latest.
    #[serde(skip)]
    step: Option<u64>,
    /// While playing: the part of a snapshot that has been waited.
    #[serde(skip)]
    playing: Option<f32>,
}

impl Scrub {
    /// The step the reader went to; `None` while the latest is followed.
    pub fn step(&self) -> Option<u64> {
        self.step
    }

    /// Whether snapshots are shown one after the other.
    pub fn is_playing(&self) -> bool {
        self.playing.is_some()
    }

    /// Goes to a step, or to the latest, and stops playing.
    pub fn go(&mut self, step: Option<u64>) {
        self.step = step;
        self.playing = None;
    }

    /// The place among its snapshots of the one to show.
    pub fn place(&self, history: &NormHistory) -> Option<usize> {
        let last = history.snapshots().len().checked_sub(1)?;
        let at = |step| history.place_at(step).unwrap_or(0);
        Some(self.step.map_or(last, at))
    }

    /// The snapshot to show.
    pub fn shown<'h>(&self, history: &'h NormHistory) -> Option<&'h NormSnapshot> {
        Some(&history.snapshots()[self.place(history)?])
    }

    /// Draws the bar, and gives the place of the snapshot to show. `steps` are the steps of the
    /// whole run, where that is known.
    pub fn ui(&mut self, ui: &mut Ui, history: &NormHistory, steps: Option<u64>) -> Option<usize> {
        let Some(place) = self.place(history) else {
            ui.weak("There are no γ yet: they come with the first steps of a run.");
            return None;
        };
        self.advance(ui, history, place);
        ui.horizontal_wrapped(|ui| {
            ui.style_mut().wrap_mode = Some(egui::TextWrapMode::Extend);
            let place = self.place(history).unwrap_or(place);
            self.buttons_ui(ui, history, place);
            self.slider_ui(ui, history, steps);
        });
        self.place(history)
    }

    fn advance(&mut self, ui: &Ui, history: &NormHistory, place: usize) {
        let Some(waited) = &mut self.playing else {
            return;
        };
        let last = history.snapshots().len() - 1;
        let rate = (history.snapshots().len() as f32 / PLAYED_SECONDS).max(3.0);
        *waited += ui.input(|input| input.stable_dt) * rate;
        let passed = waited.floor();
        *waited -= passed;
        let next = place + passed as usize;
        if next >= last {
            self.go(None);
        } else {
            self.step = Some(history.snapshots()[next].step);
        }
        ui.request_repaint();
    }

    fn buttons_ui(&mut self, ui: &mut Ui, history: &NormHistory, place: usize) {
        let last = history.snapshots().len() - 1;
        let step_of = |place: usize| Some(history.snapshots()[place].step);
        // At the end one follows, as at the edge of a live broadcast.
        let go_to = |place: usize| if place == last { None } else { step_of(place) };
        let button = |ui: &mut Ui, enabled: bool, text: &str, name: &str, tip: &str| -> Response {
            let made = ui.add_enabled(enabled, egui::Button::new(text).min_size(letter_size(ui)));
            made.accessible_name(name)
                .on_hover_text(tip)
                .on_disabled_hover_text(tip)
        };
        let tip = "Show the first γ of the run";
        if button(ui, place > 0, "«", "First snapshot", tip).clicked() {
            self.go(step_of(0));
        }
        let tip = "Show the snapshot before this one";
        if button(ui, place > 0, "‹", "Previous snapshot", tip).clicked() {
            self.go(step_of(place - 1));
        }
        if self.is_playing() {
            if button(ui, true, "Pause", "Pause", "Stay at the snapshot shown").clicked() {
                self.playing = None;
            }
        } else {
            let tip = "Show one snapshot after the other, from the first where the latest is shown";
            if button(ui, last > 0, "Play", "Play", tip).clicked() {
                let from = if place == last { 0 } else { place };
                self.go(step_of(from));
                self.playing = Some(0.0);
            }
        }
        let tip = "Show the snapshot after this one";
        if button(ui, place < last, "›", "Next snapshot", tip).clicked() {
            self.go(go_to(place + 1));
        }
        let following = self.step.is_none();
        let latest = ui.selectable_label(following, "Latest");
        let latest = latest.on_hover_text("Show the newest γ, and the next as soon as they come");
        if latest.clicked() {
            self.go(if following { step_of(last) } else { None });
        }
    }

    fn slider_ui(&mut self, ui: &mut Ui, history: &NormHistory, steps: Option<u64>) {
        let last = history.snapshots().len() - 1;
        let mut place = self.place(history).unwrap_or(last);
        let shown = &history.snapshots()[place];
        let newest = history.snapshots()[last].step;
        let text = format!(
            "step {} of {}, epoch {:.2}",
            grouped(shown.step),
            grouped(steps.unwrap_or(newest).max(newest)),
            shown.epoch,
        );
        let font = egui::TextStyle::Body.resolve(ui.style());
        let color = ui.visuals().text_color();
        let galley = ui.painter().layout_no_wrap(text.clone(), font, color);
        // The text stands beside the slider, or below it where there is little room.
        let room = ui.available_size_before_wrap().x - ui.spacing().item_spacing.x;
        let beside = room - galley.size().x - ui.spacing().item_spacing.x;
        ui.spacing_mut().slider_width = if beside < 60.0 {
            room.max(60.0)
        } else {
            beside
        };
        let slider = Slider::new(&mut place, 0..=last.max(1)).show_value(false);
        let slider = ui.add_enabled(last > 0, slider);
        let slider = slider.accessible_name(format!("Snapshot: {text}")).on_hover_text(
            "Which γ are shown, by step. Drag, or use the arrow keys. Of a long run snapshots are \
             thinned out evenly; the first and the latest are kept.",
        );
        if slider.changed() {
            let step = history.snapshots()[place.min(last)].step;
            self.go((place < last).then_some(step));
        }
        if beside < 60.0 {
            ui.end_row();
        }
        ui.label(text);
    }
}
