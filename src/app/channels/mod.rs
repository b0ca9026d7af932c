//! The channels of a network, at one step and over a run.
//!
//! Here: what the views share, layers by name, the channel a reader picked, which count as off.
//! [`heat_map`] draws every channel of every layer, [`layer`] one layer closely. [`norm_history`] keeps
//! γ and β as they were during a run, [`scrub`] goes back in it, [`share`] draws how many are off.
//! `still_plot` is how `layer` and `share` set up a plot.

pub mod heat_map;
pub mod layer;
pub mod norm_history;
pub mod scrub;
pub mod share;
mod still_plot;

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use crate::network::Graph;
use crate::numbers::{rounded, signed};
use crate::study::gamma::{Norms, channel_ranges};
use crate::train::gamma_history::GammaLayer;

/// The BatchNorms of a network, by name, and which channels are theirs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layers {
    names: Vec<String>,
    ranges: Vec<Range<usize>>,
    widest: usize,
}

impl Layers {
    /// Those of a graph, in the order of [`Graph::batch_norms`].
    pub fn of(graph: &Graph) -> Self {
        let ranges = channel_ranges(graph);
        Self {
            names: graph.batch_norms.iter().map(|n| n.name.clone()).collect(),
            widest: ranges.iter().map(Range::len).max().unwrap_or(0),
            ranges,
        }
    }

    /// Those that a run's folder names.
    pub fn named(layers: &[GammaLayer]) -> Self {
        let mut end = 0;
        let ranges = layers.iter().map(|layer| {
            let start = end;
            end += layer.channels;
            start..end
        });
        let ranges: Vec<_> = ranges.collect();
        Self {
            names: layers.iter().map(|layer| layer.name.clone()).collect(),
            widest: ranges.iter().map(Range::len).max().unwrap_or(0),
            ranges,
        }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.ranges.len()
    }

    /// Whether the network has no BatchNorm.
    pub fn is_empty(&self) -> bool {
        self.ranges.is_empty()
    }

    /// PyTorch's module name, e.g. `blocks.3.bn2`.
    ///
    /// # Panics
    ///
    /// Where there is no such layer.
    pub fn name(&self, layer: usize) -> &str {
        &self.names[layer]
    }

    /// Where each layer's channels lie among all channels.
    pub fn ranges(&self) -> &[Range<usize>] {
        &self.ranges
    }

    /// Where its channels lie among all channels.
    ///
    /// # Panics
    ///
    /// Where there is no such layer.
    pub fn range(&self, layer: usize) -> Range<usize> {
        self.ranges[layer].clone()
    }

    /// Channels of all layers together.
    pub fn all_channels(&self) -> usize {
        self.ranges.last().map_or(0, |range| range.end)
    }

    /// Channels of the layer that has most.
    pub fn widest(&self) -> usize {
        self.widest
    }

    /// The place among all channels of a channel of a layer.
    pub fn flat(&self, layer: usize, channel: usize) -> Option<usize> {
        let range = self.ranges.get(layer)?;
        (channel < range.len()).then(|| range.start + channel)
    }

    /// The layer of a channel, and its place there, from its place among all channels.
    pub fn place(&self, flat: usize) -> Option<(usize, usize)> {
        let layer = self.ranges.partition_point(|range| range.end <= flat);
        let range = self.ranges.get(layer)?;
        Some((layer, flat - range.start))
    }
}

/// What a reader picked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pick {
    /// The layer, by its place in [`Graph::batch_norms`].
    pub layer: usize,
    /// A channel of it, from 0.
    pub channel: Option<usize>,
}

/// What a reader asks for in a view of channels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChannelReply {
    /// Pick a layer, or a channel of it.
    Pick(Pick),
    /// Pick a channel, by its place among all channels, and switch it off, or on again.
    Toggle {
        /// Its place among all channels.
        channel: usize,
    },
}

/// Channels switched by hand against or before the threshold: place among all channels, and
/// whether it is off.
pub type ByHand = BTreeMap<usize, bool>;

/// One snapshot of a network's channels, as the views draw it.
#[derive(Clone, Copy, Debug)]
pub struct Shown<'a> {
    /// The layers.
    pub layers: &'a Arc<Layers>,
    /// γ and β.
    pub norms: &'a Arc<Norms>,
    /// γ and β at the start of the run.
    pub start: &'a Arc<Norms>,
    /// The |γ| below which a channel counts as off.
    pub threshold: f32,
    /// Whether the β of a channel that is off counts as 0 too.
    pub with_beta: bool,
    /// Channels the reader switched.
    pub by_hand: &'a ByHand,
    /// What the reader picked.
    pub picked: Option<Pick>,
}

impl Shown<'_> {
    /// What stands in the way of drawing it, as a sentence.
    pub fn trouble(&self) -> Option<String> {
        let (found, expected) = (self.norms.gamma.len(), self.layers.all_channels());
        if expected == 0 {
            return Some("This network has no BatchNorm, so it has no γ to show.".to_owned());
        }
        let is_other = [self.norms.beta.len(), self.start.gamma.len()]
            .iter()
            .any(|count| *count != expected);
        (found != expected || is_other).then(|| {
            format!(
                "These are {found} γ and {} β, but the network has {expected} channels: they belong \
                 to another network.",
                self.norms.beta.len(),
            )
        })
    }

    /// Whether |γ| of a channel is below the threshold.
    pub fn is_below(&self, flat: usize) -> bool {
        self.norms.gamma[flat].abs() < self.threshold
    }

    /// How much |γ| of a channel is more than at the start of the run.
    pub fn change(&self, flat: usize) -> f32 {
        self.norms.gamma[flat].abs() - self.start.gamma[flat].abs()
    }

    /// Whether a channel is off, by hand or by the threshold.
    pub fn is_off(&self, flat: usize) -> bool {
        let by_hand = self.by_hand.get(&flat).copied();
        by_hand.unwrap_or_else(|| self.is_below(flat))
    }

    /// The picked channel's place among all channels, where there is such a channel.
    pub fn picked_flat(&self) -> Option<usize> {
        let pick = self.picked?;
        self.layers.flat(pick.layer, pick.channel?)
    }

    /// `blocks.3.bn2, channel 17: γ −0.0020, β 0.1300, off`: for a line of text or a screen reader.
    ///
    /// # Panics
    ///
    /// Where there is no such channel.
    pub fn describe(&self, flat: usize) -> String {
        let (layer, channel) = self.layers.place(flat).expect("such a channel");
        let state = match (self.by_hand.get(&flat), self.is_off(flat)) {
            (Some(true), _) => "off by hand",
            (Some(false), _) => "on by hand",
            (None, true) => "off",
            (None, false) => "on",
        };
        format!(
            "{}, channel {channel}: γ {}, β {}, {state}",
            self.layers.name(layer),
            signed(self.norms.gamma[flat]),
            signed(self.norms.beta[flat]),
        )
    }

    /// Why a channel is on or off, and what that means, in two sentences.
    pub fn explain(&self, flat: usize) -> String {
        let threshold = rounded(self.threshold);
        let why = match (self.by_hand.get(&flat), self.is_below(flat)) {
            (Some(true), _) => "Off: you switched it off.".to_owned(),
            (Some(false), true) => {
                format!("On: you switched it on, though |γ| is below the threshold, {threshold}.")
            }
            (Some(false), false) => "On: you switched it on.".to_owned(),
            (None, true) => format!("Off: |γ| is below the threshold, {threshold}."),
            (None, false) => format!("On: |γ| is not below the threshold, {threshold}."),
        };
        let meaning = match (self.is_off(flat), self.with_beta) {
            (false, _) => "It scales what the layer sees by γ and adds β.",
            (true, false) => {
                "In tests γ counts as 0: whatever the image, the channel passes on only its β."
            }
            (true, true) => "In tests γ and β count as 0: the channel passes on nothing.",
        };
        format!("{why} {meaning}")
    }

    /// A tooltip's content for a channel.
    pub fn tooltip_ui(&self, ui: &mut egui::Ui, flat: usize) {
        ui.set_max_width(300.0);
        ui.strong(self.describe(flat));
        ui.label(self.explain(flat));
    }
}
