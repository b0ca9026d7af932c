//! The threshold, and what switching channels off does to accuracy.
//!
//! [`choice`] says which channels are off, [`results`] keeps what was measured, `figures` draws it.

use std::ops::Range;
use std::sync::Arc;

use egui::{DragValue, RichText, ScrollArea, Slider, Ui};
use serde::{Deserialize, Serialize};

use super::bars::grouped;
use crate::network::Graph;
use crate::session::{Found, Wish};
use crate::study::ablation::Ablation;
use crate::study::gamma::Norms;

pub mod choice;
mod figures;
pub mod results;

use choice::{Choice, Tested};
use results::Results;

/// Seconds a slider must rest before what it says is measured.
const REST_SECS: f64 = 0.15;
/// Width in points from which the curve stands beside the bars.
const WIDE: f32 = 600.0;
/// Points kept for the number behind the slider.
const NUMBER_WIDTH: f32 = 74.0;

/// The network as it is now, as the view needs it.
#[derive(Clone, Copy, Debug)]
pub struct Network<'a> {
    /// γ and β of every channel.
    pub norms: &'a Arc<Norms>,
    /// Its layers.
    pub graph: &'a Graph,
    /// Where each BatchNorm's channels lie, as of [`crate::study::gamma::channel_ranges`].
    pub ranges: &'a [Range<usize>],
    /// How many test images there are.
    pub test_images: usize,
}

impl Network<'_> {
    /// A channel as a reader knows it: `blocks.3.bn2 channel 17`.
    pub fn channel_name(&self, channel: usize) -> String {
        let layer = self.ranges.partition_point(|range| range.end <= channel);
        match (self.graph.batch_norms.get(layer), self.ranges.get(layer)) {
            (Some(norm), Some(range)) => format!("{} channel {}", norm.name, channel - range.start),
            _ => format!("channel {channel}"),
        }
    }
}

/// The view: which channels are off, what that does to accuracy, and the curve of accuracy against the
/// share switched off.
///
/// The shell calls [`take`](Self::take) with what the session finds, and whenever [`ui`](Self::ui) or
/// [`due`](Self::due) says so, sends what [`wish`](Self::wish) gives and passes it to
/// [`expect`](Self::expect).
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default)]
pub struct SwitchingOff {
    choice: Choice,
    follow: bool,
    compare: bool,
    /// The curve was asked for, though not with every measurement.
    #[serde(skip)]
    curve_once: bool,
    #[serde(skip)]
    results: Results,
    #[serde(skip)]
    pending: Option<Pending>,
    #[serde(skip)]
    now: Option<Now>,
}

impl Default for SwitchingOff {
    fn default() -> Self {
        Self {
            choice: Choice::default(),
            follow: false,
            compare: true,
            curve_once: false,
            results: Results::default(),
            pending: None,
            now: None,
        }
    }
}

/// Something changed and was not yet asked for.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Pending {
    /// To be asked for at once.
    Now,
    /// To be asked for once nothing changed since this time, in seconds, for a while.
    AtRest(f64),
}

/// What the choice makes of the norms at hand, so that it is worked out once.
#[derive(Clone, Debug)]
struct Now {
    norms: Arc<Norms>,
    choice: Choice,
    ablation: Ablation,
    off: usize,
}

impl SwitchingOff {
    /// What the reader chose.
    pub fn choice(&self) -> &Choice {
        &self.choice
    }

    /// |γ| below which a channel is off.
    pub fn threshold(&self) -> f32 {
        self.choice.threshold
    }

    /// Whether to measure anew at each evaluation.
    pub fn follows(&self) -> bool {
        self.follow
    }

    /// What was measured.
    pub fn results(&self) -> &Results {
        &self.results
    }

    /// Switches one channel, counted BatchNorm after BatchNorm, off or on again.
    ///
    /// # Panics
    ///
    /// Where the network has no such channel.
    pub fn toggle(&mut self, channel: usize, norms: &Norms) {
        self.choice.toggle(channel, norms);
        self.changed(Pending::Now);
    }

    /// Asks for a measurement of the network as it is now.
    pub fn measure(&mut self) {
        self.pending = Some(Pending::Now);
    }

    /// The training evaluated its network; measures too, if the reader asked to follow.
    pub fn evaluated(&mut self) {
        if self.follow {
            self.measure();
        }
    }

    /// Another network: what was switched by hand and measured is no longer of it.
    pub fn forget(&mut self) {
        self.choice.release_all();
        self.results = Results::default();
        self.curve_once = false;
        self.pending = None;
        self.now = None;
    }

    /// Which channels are off now.
    pub fn ablation(&mut self, norms: &Arc<Norms>) -> &Ablation {
        &self.now(norms).ablation
    }

    /// The wish to send.
    pub fn wish(&mut self, id: u64, norms: &Arc<Norms>) -> Wish {
        Wish {
            id,
            ablation: self.ablation(norms).clone(),
            tested_images: self.choice.tested.images(),
            curve: self.compare || self.curve_once,
        }
    }

    /// This wish was sent: what is found for earlier ones no longer counts.
    pub fn expect(&mut self, wish: &Wish) {
        self.results.expect(wish);
        self.pending = None;
    }

    /// Takes in what was found, and says whether it belonged here.
    pub fn take(&mut self, found: &Found) -> bool {
        self.results.take(found)
    }

    /// What was asked for cannot be had, for this reason.
    pub fn fail(&mut self, reason: impl ToString) {
        self.results.fail(reason);
    }

    /// Whether the wish changed and should be sent now. Says so once. [`ui`](Self::ui) asks it too; call
    /// it where the view is hidden.
    pub fn due(&mut self, ctx: &egui::Context) -> bool {
        let is_due = match self.pending {
            None => false,
            Some(Pending::Now) => true,
            Some(Pending::AtRest(since)) => {
                let rest = REST_SECS - (ctx.time() - since);
                if rest > 0.0 {
                    ctx.request_repaint_after_secs(rest as f32);
                }
                rest <= 0.0
            }
        };
        if is_due {
            self.pending = None;
        }
        is_due
    }

    /// Draws the view, and says whether the wish changed and should be sent now. `None` before there is
    /// a network.
    pub fn ui(&mut self, ui: &mut Ui, network: Option<&Network<'_>>) -> bool {
        self.choice.heal();
        let Some(network) = network else {
            ui.label(
                "Start or open a run: here you switch its channels off, weakest |γ| first, and see \
                 what is left of its accuracy on test images.",
            );
            return false;
        };
        ScrollArea::vertical()
            .auto_shrink([false, false])
            .show(ui, |ui| {
                if ui.available_width() < WIDE {
                    self.controls_ui(ui, network);
                    ui.separator();
                    self.figures_ui(ui, network);
                } else {
                    let half = (ui.available_width() - 16.0) / 2.0;
                    ui.horizontal_top(|ui| {
                        ui.vertical(|ui| {
                            ui.set_width(half);
                            self.controls_ui(ui, network);
                        });
                        ui.add_space(8.0);
                        ui.vertical(|ui| {
                            ui.set_width(half);
                            self.figures_ui(ui, network);
                        });
                    });
                }
            });
        self.due(ui.ctx())
    }

    fn now(&mut self, norms: &Arc<Norms>) -> &Now {
        let is_current = |now: &Now| Arc::ptr_eq(&now.norms, norms) && now.choice == self.choice;
        match self.now.take().filter(is_current) {
            Some(now) => self.now.insert(now),
            None => {
                let ablation = self.choice.ablation(norms);
                self.now.insert(Now {
                    norms: norms.clone(),
                    choice: self.choice.clone(),
                    off: ablation.off.iter().filter(|off| **off).count(),
                    ablation,
                })
            }
        }
    }

    fn changed(&mut self, pending: Pending) {
        self.curve_once = false;
        self.pending = Some(pending);
    }

    fn controls_ui(&mut self, ui: &mut Ui, network: &Network<'_>) {
        self.threshold_ui(ui);
        let (off, channels) = (self.now(network.norms).off, network.norms.gamma.len());
        ui.label(RichText::new(share_off(off, channels)).strong())
            .on_hover_text(
                "Channels that are off in the network as it is now, by the threshold and by hand.",
            );
        self.beta_ui(ui);
        self.by_hand_ui(ui, network);
        self.measuring_ui(ui, network);
    }

    fn threshold_ui(&mut self, ui: &mut Ui) {
        ui.horizontal(|ui| {
            let label = ui.label("Off where |γ| <");
            let room = ui.available_width() - NUMBER_WIDTH;
            ui.spacing_mut().slider_width = room.clamp(80.0, 260.0);
            let slider = Slider::new(&mut self.choice.threshold, 0.0..=1.0)
                .logarithmic(true)
                .smallest_positive(1e-4)
                .show_value(false);
            let slider = ui.add(slider).labelled_by(label.id).on_hover_text(
                "Threshold of |γ|, from 0.0001 to 1 on a logarithmic scale, and none at the left end. \
                 Channels below it are off when accuracy is measured; training goes on with all of them.",
            );
            let number = DragValue::new(&mut self.choice.threshold)
                .range(0.0..=1.0)
                .speed(0.0005)
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

    fn beta_ui(&mut self, ui: &mut Ui) {
        let before = self.choice.with_beta;
        ui.horizontal_wrapped(|ui| {
            ui.label("Set to 0:");
            ui.radio_value(&mut self.choice.with_beta, false, "γ alone")
                .on_hover_text(
                    "A channel that is off counts with γ = 0 and its own β: it no longer depends on the \
                     image, but still passes on its β, the same value everywhere.",
                );
            ui.radio_value(&mut self.choice.with_beta, true, "γ and β")
                .on_hover_text(
                    "A channel that is off counts with γ = 0 and β = 0: it passes on nothing, as if it \
                     had been removed.",
                );
        });
        ui.weak(if self.choice.with_beta {
            "A channel that is off passes on nothing."
        } else {
            "A channel with γ = 0 still passes on its β."
        });
        if before != self.choice.with_beta {
            self.changed(Pending::Now);
        }
    }

    fn by_hand_ui(&mut self, ui: &mut Ui, network: &Network<'_>) {
        let count = self.choice.by_hand().len();
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
                        let listed = self.choice.by_hand().iter();
                        for (channel, is_off) in listed.skip(rows.start).take(rows.len()) {
                            let name = network.channel_name(*channel);
                            ui.horizontal(|ui| {
                                let button = ui
                                    .small_button("Follow")
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
            self.choice.release_all();
            self.changed(Pending::Now);
        } else if let Some(channel) = release {
            self.choice.release(channel);
            self.changed(Pending::Now);
        }
    }

    fn measuring_ui(&mut self, ui: &mut Ui, network: &Network<'_>) {
        let before = (self.choice.tested, self.compare);
        ui.horizontal_wrapped(|ui| {
            ui.label("Test images:");
            for tested in Tested::ALL {
                let text = match tested {
                    Tested::All => format!("all {}", grouped(network.test_images as u64)),
                    some => grouped(some.images() as u64),
                };
                ui.radio_value(&mut self.choice.tested, tested, text)
                    .on_hover_text(
                        "On how many test images, from the first, accuracy is measured. More give a \
                         surer number, and take longer.",
                    );
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
        if before.0 != self.choice.tested || (self.compare && !before.1) {
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
            ui.colored_label(ui.visuals().error_fg_color, failure);
        }
    }
}

/// `27 % of 336 channels off`.
pub fn share_off(off: usize, channels: usize) -> String {
    let share = 100.0 * off as f64 / channels.max(1) as f64;
    let share = match share {
        share if off > 0 && share < 1.0 => "less than 1".to_owned(),
        share if off < channels && share > 99.0 => "more than 99".to_owned(),
        share => format!("{share:.0}"),
    };
    let channels = grouped(channels as u64);
    format!(
        "{share} % of {channels} channels off ({})",
        grouped(off as u64)
    )
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
    let number: f64 = text.replace(',', ".").parse().ok()?;
    number.is_finite().then_some(number)
}
