//! One layer: signed bars of γ and β, and how γ is distributed.
//!
//! `bars` draws a value of every channel, `distribution` the histogram.

mod bars;
mod distribution;

use std::sync::Arc;

use eframe::Storage;
use egui::{Ui, Vec2};
use serde::{Deserialize, Serialize};

use crate::app::action::Action;
use crate::app::channels::{ChannelReply, Layers, Pick, Shown};
use crate::app::layout_class::letter_size;
use crate::app::shared::Shared;
use crate::app::view::{Place, View, recall};
use crate::numbers::signed;
use crate::study::gamma::Norms;
use bars::{Bars, Value};
use distribution::Distribution;
pub use distribution::Of;

/// The name that the view is kept under.
const KEPT: &str = "layer";

/// What the bars are sorted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum BarOrder {
    /// The channels' number.
    #[default]
    Channel,
    /// γ with its sign, the largest first.
    Gamma,
}

/// The picked layer, and how the reader wants it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct LayerView {
    /// What the bars are sorted by.
    pub order: BarOrder,
    /// Whose γ the histogram counts.
    pub histogram_of: Of,
    /// Whether the histogram's counts are on a logarithmic scale.
    pub log_counts: bool,
    #[serde(skip)]
    sorted: Sorted,
    #[serde(skip)]
    gamma_bars: Bars,
    #[serde(skip)]
    beta_bars: Bars,
    #[serde(skip)]
    distribution: Distribution,
}

/// The channels of a layer in the order of their bars.
#[derive(Clone, Debug, Default)]
struct Sorted {
    of: Option<(Arc<Layers>, Arc<Norms>, usize, BarOrder)>,
    channels: Vec<usize>,
}

impl Sorted {
    fn update(&mut self, shown: &Shown<'_>, layer: usize, order: BarOrder) {
        let same = self.of.as_ref().is_some_and(|(layers, norms, of, by)| {
            Arc::ptr_eq(layers, shown.layers)
                && Arc::ptr_eq(norms, shown.norms)
                && (*of, *by) == (layer, order)
        });
        if same {
            return;
        }
        let range = shown.layers.range(layer);
        let gamma = &shown.norms.gamma[range];
        self.channels.clear();
        self.channels.extend(0..gamma.len());
        if order == BarOrder::Gamma {
            self.channels
                .sort_by(|&a, &b| gamma[b].total_cmp(&gamma[a]));
        }
        self.of = Some((shown.layers.clone(), shown.norms.clone(), layer, order));
    }
}

impl LayerView {
    /// Draws it, and gives what the reader asks for.
    pub fn ui(&mut self, ui: &mut Ui, shown: &Shown<'_>) -> Option<ChannelReply> {
        if let Some(trouble) = shown.trouble() {
            ui.label(trouble);
            return None;
        }
        let count = shown.layers.len();
        let layer = shown.picked.map(|pick| pick.layer).filter(|&l| l < count);
        let stepped = self.header_ui(ui, shown, layer);
        let Some(layer) = layer else {
            ui.label(
                "Pick a layer or a channel in the map: its γ and β, and how γ is distributed, are \
                 shown here.",
            );
            return stepped;
        };
        let toggled = state_ui(ui, shown);
        self.sorted.update(shown, layer, self.order);
        let room = ui.available_height() - 2.0 * ui.spacing().interact_size.y - 20.0;
        let size = |share: f32| Vec2::new(ui.available_width(), (room * share).max(56.0));
        let (tall, low, last) = (size(0.38), size(0.27), size(0.35));
        let channels = &self.sorted.channels;
        let gamma = self
            .gamma_bars
            .ui(ui, shown, layer, channels, Value::Gamma, tall);
        let beta = self
            .beta_bars
            .ui(ui, shown, layer, channels, Value::Beta, low);
        ui.horizontal_wrapped(|ui| {
            ui.label("Histogram of γ:");
            ui.selectable_value(&mut self.histogram_of, Of::Layer, "this layer")
                .on_hover_text("Count the γ of this layer");
            ui.selectable_value(&mut self.histogram_of, Of::AllLayers, "all layers")
                .on_hover_text("Count the γ of every layer of the network");
            ui.checkbox(&mut self.log_counts, "Log counts").on_hover_text(
                "Draw the counts on a logarithmic scale, so that single channels are seen beside many",
            );
        });
        let of = self.histogram_of;
        self.distribution
            .ui(ui, shown, layer, of, self.log_counts, last);
        let picked = gamma.or(beta).map(|channel| {
            let channel = Some(channel);
            ChannelReply::Pick(Pick { layer, channel })
        });
        toggled.or(stepped).or(picked)
    }

    fn header_ui(
        &mut self,
        ui: &mut Ui,
        shown: &Shown<'_>,
        layer: Option<usize>,
    ) -> Option<ChannelReply> {
        let mut to = None;
        ui.horizontal_wrapped(|ui| {
            let (last, least) = (shown.layers.len() - 1, letter_size(ui));
            let before = ui.add_enabled(
                layer.is_some_and(|l| l > 0),
                egui::Button::new("‹").min_size(least),
            );
            let before = before
                .accessible_name("Previous layer")
                .on_hover_text("Pick the layer before this one");
            let after = ui.add_enabled(
                layer.is_none_or(|l| l < last),
                egui::Button::new("›").min_size(least),
            );
            let after = after
                .accessible_name("Next layer")
                .on_hover_text("Pick the layer after this one");
            if before.clicked() {
                to = layer.map(|layer| layer - 1);
            } else if after.clicked() {
                to = Some(layer.map_or(0, |layer| layer + 1));
            }
            if let Some(layer) = layer {
                let range = shown.layers.range(layer);
                let (all, off) = (
                    range.len(),
                    range.filter(|&flat| shown.is_off(flat)).count(),
                );
                ui.strong(shown.layers.name(layer));
                ui.label(format!("{all} channels, {off} off"));
            }
            ui.separator();
            ui.label("Sort:");
            ui.selectable_value(&mut self.order, BarOrder::Channel, "channel")
                .on_hover_text("Bars by the channels' number, from 0");
            let is_chosen = self.order == BarOrder::Gamma;
            let gamma = ui.add(egui::Button::selectable(is_chosen, "γ").min_size(least));
            let tip = "Bars by γ with its sign, the largest first";
            if gamma.on_hover_text(tip).clicked() {
                self.order = BarOrder::Gamma;
            }
        });
        to.map(|layer| {
            ChannelReply::Pick(Pick {
                layer,
                channel: None,
            })
        })
    }
}

impl View for LayerView {
    fn title(&self) -> &'static str {
        "Layer"
    }

    fn icon(&self) -> &'static str {
        "▤"
    }

    fn help(&self) -> &'static str {
        "γ and β of the picked layer's channels, and how γ is distributed"
    }

    fn place(&self) -> Place {
        Place::Channels
    }

    fn draw(&mut self, ui: &mut Ui, shared: &mut Shared) -> Option<Action> {
        let shown = shared.shown(ui)?;
        let reply = self.ui(ui, &shown)?;
        shared.reply(reply);
        None
    }

    fn keep(&self, storage: &mut dyn Storage) {
        eframe::set_value(storage, KEPT, self);
    }

    fn recall(&mut self, storage: &dyn Storage) {
        recall(storage, KEPT, self);
    }
}

/// The picked channel in words, with a switch.
fn state_ui(ui: &mut Ui, shown: &Shown<'_>) -> Option<ChannelReply> {
    let Some(channel) = shown.picked_flat() else {
        ui.weak("No channel picked: click a bar.");
        return None;
    };
    let mut on = !shown.is_off(channel);
    let (_, within) = shown.layers.place(channel)?;
    let clicked = ui.horizontal_wrapped(|ui| {
        let switch = ui.checkbox(&mut on, format!("channel {within} on"));
        let switch = switch.on_hover_text(shown.explain(channel));
        ui.label(format!(
            "γ {}   β {}",
            signed(shown.norms.gamma[channel]),
            signed(shown.norms.beta[channel]),
        ));
        switch.clicked()
    });
    clicked.inner.then_some(ChannelReply::Toggle { channel })
}
