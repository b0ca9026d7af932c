//! The threshold, switches by hand, and what is measured when.

use egui::{DragValue, RichText, ScrollArea, Slider, Ui};

use super::choice::{Choice, Chosen, Tested};
use super::{Network, Pending, SwitchingOff, share_off};
use crate::app::layout_class::{drag_speed, small_button};
use crate::app::theme::problem_colour;
use crate::numbers::{grouped, read};

/// Points kept for the number behind the slider.
const NUMBER_WIDTH: f32 = 74.0;

impl SwitchingOff {
    pub(super) fn controls_ui(&mut self, ui: &mut Ui, chosen: &mut Chosen, network: &Network<'_>) {
        self.threshold_ui(ui, &mut chosen.choice);
        let (off, channels) = (chosen.off(network.norms), network.norms.gamma.len());
        ui.label(RichText::new(share_off(off, channels)).strong())
            .on_hover_text(
                "Channels that are off in the network as it is now, by the threshold and by hand.",
            );
        let choice = &mut chosen.choice;
        self.beta_ui(ui, choice);
        self.by_hand_ui(ui, choice, network);
        self.measuring_ui(ui, choice, network);
    }

    fn threshold_ui(&mut self, ui: &mut Ui, choice: &mut Choice) {
        ui.horizontal_wrapped(|ui| {
            let label = ui.label("Off where |γ| <");
            let room = ui.available_size_before_wrap().x - NUMBER_WIDTH;
            ui.spacing_mut().slider_width = room.clamp(60.0, 260.0);
            let slider = Slider::new(&mut choice.threshold, 0.0..=1.0)
                .logarithmic(true)
                .smallest_positive(1e-4)
                .show_value(false);
            let slider = ui.add(slider).labelled_by(label.id).on_hover_text(
                "Threshold of |γ|, from 0.0001 to 1 on a logarithmic scale, and none at the left end. \
                 Channels below it are off when accuracy is measured; training goes on with all of them.",
            );
            let number = DragValue::new(&mut choice.threshold)
                .range(0.0..=1.0)
                .speed(drag_speed(ui, 0.0005))
                .update_while_editing(false)
                .custom_formatter(|value, _| threshold_text(value))
                .custom_parser(parse_threshold);
            let number = ui
                .add(number)
                .labelled_by(label.id)
                .on_hover_text("Threshold of |γ|, from 0 (none) to 1. Click to type a number.");
            if slider.drag_stopped() || number.drag_stopped() {
                self.changed(Pending::Now);
            } else if slider.changed() || number.changed() {
                self.changed(Pending::AtRest(ui.ctx().time()));
            }
        });
    }

    fn beta_ui(&mut self, ui: &mut Ui, choice: &mut Choice) {
        let before = choice.with_beta;
        ui.horizontal_wrapped(|ui| {
            ui.label("Set to 0:");
            ui.radio_value(&mut choice.with_beta, false, "γ alone")
                .on_hover_text(
                    "A channel that is off counts with γ = 0 and its own β: it no longer depends on the \
                     image, but still passes on its β, the same value everywhere.",
                );
            ui.radio_value(&mut choice.with_beta, true, "γ and β")
                .on_hover_text(
                    "A channel that is off counts with γ = 0 and β = 0: it passes on nothing, as if it \
                     had been removed.",
                );
        });
        ui.weak(if choice.with_beta {
            "A channel that is off passes on nothing."
        } else {
            "A channel with γ = 0 still passes on its β."
        });
        if before != choice.with_beta {
            self.changed(Pending::Now);
        }
    }

    fn by_hand_ui(&mut self, ui: &mut Ui, choice: &mut Choice, network: &Network<'_>) {
        let count = choice.by_hand().len();
        if count == 0 {
            ui.weak("None switched by hand: click a channel in the map.");
            return;
        }
        let mut release = None;
        let title = format!("{} switched by hand", grouped(count as u64));
        egui::CollapsingHeader::new(title)
            .id_salt("by hand")
            .show(ui, |ui| {
                let height = ui.spacing().interact_size.y;
                ScrollArea::vertical()
                    .id_salt("list")
                    .max_height(120.0)
                    .show_rows(ui, height, count, |ui, rows| {
                        let listed = choice.by_hand().iter();
                        for (channel, is_off) in listed.skip(rows.start).take(rows.len()) {
                            let name = network.channel_name(*channel);
                            ui.horizontal(|ui| {
                                let button = small_button(ui, "Follow")
                                    .on_hover_text("Let this channel follow the threshold again.");
                                button.widget_info(|| {
                                    let label = format!("{name}: follow the threshold");
                                    egui::WidgetInfo::labeled(egui::Role::Button, true, label)
                                });
                                if button.clicked() {
                                    release = Some(*channel);
                                }
                                ui.label(format!("{name}: {}", if *is_off { "off" } else { "on" }));
                            });
                        }
                    });
            });
        let reset = ui
            .button("Reset what I switched by hand")
            .on_hover_text("Let all channels follow the threshold again.");
        if reset.clicked() {
            choice.release_all();
            self.changed(Pending::Now);
        } else if let Some(channel) = release {
            choice.release(channel);
            self.changed(Pending::Now);
        }
    }

    fn measuring_ui(&mut self, ui: &mut Ui, choice: &mut Choice, network: &Network<'_>) {
        let before = (choice.tested, self.compare);
        ui.horizontal_wrapped(|ui| {
            ui.label("Test images:");
            // Of a small test set, more than all cannot be had.
            let all = network.test_images;
            let mut now = match choice.tested.images() >= all {
                true => Tested::All,
                false => choice.tested,
            };
            let shown = now;
            let is_less = |tested: &Tested| *tested == Tested::All || tested.images() < all;
            for tested in Tested::ALL.into_iter().filter(is_less) {
                let text = match tested {
                    Tested::All => format!("all {}", grouped(all as u64)),
                    some => grouped(some.images() as u64),
                };
                ui.radio_value(&mut now, tested, text).on_hover_text(
                    "On how many test images, from the first, accuracy is measured. More give a \
                         surer number, and take longer.",
                );
            }
            if now != shown {
                choice.tested = now;
            }
        });
        ui.checkbox(&mut self.compare, "Random channels and curve each time")
            .on_hover_text(
                "With every measurement, also measure as many channels off at random, and accuracy \
                 against the share switched off. Takes many times as long as the two numbers alone.",
            );
        ui.checkbox(&mut self.follow, "Measure at each evaluation")
            .on_hover_text(
                "Measure anew whenever the training evaluates its network. It shares the device with \
                 the training, which takes longer for it.",
            );
        if before.0 != choice.tested || (self.compare && !before.1) {
            self.changed(Pending::Now);
        }
        ui.horizontal(|ui| {
            let button = ui.button("Measure now").on_hover_text(
                "Measure the network as it is now, with all channels on and with these off.",
            );
            if button.clicked() {
                self.measure();
            }
            if self.results.measuring() {
                ui.weak("measuring…");
            }
        });
        if let Some(failure) = &self.results.failure {
            ui.colored_label(problem_colour(ui), failure);
        }
    }
}

/// Three digits that count; `none` for 0.
fn threshold_text(threshold: f64) -> String {
    if threshold <= 0.0 {
        return "none".to_owned();
    }
    let decimals = (2.0 - threshold.log10().floor()).clamp(0.0, 7.0) as usize;
    let text = format!("{threshold:.decimals$}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn parse_threshold(text: &str) -> Option<f64> {
    let text = text.trim();
    if text.eq_ignore_ascii_case("none") {
        return Some(0.0);
    }
    read(text)
}
