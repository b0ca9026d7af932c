//! In which order a layer's channels stand.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::app::channels::Layers;
use crate::study::gamma::Norms;

/// What a layer's channels are sorted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Order {
    /// Their number.
    #[default]
    Channel,
    /// |γ|, the largest first.
    Magnitude,
}

/// The order of all channels, and the largest |γ|, worked out anew when γ changes.
#[derive(Clone, Debug, Default)]
pub struct Sorted {
    of: Option<(Arc<Layers>, Arc<Norms>, Order)>,
    /// By place among all channels, where they stand in it: the channel within its layer. Empty
    /// where channels are sorted by number.
    channels: Vec<u32>,
    largest: f32,
}

impl Sorted {
    /// Takes note of γ and an order.
    pub fn update(&mut self, layers: &Arc<Layers>, norms: &Arc<Norms>, order: Order) {
        let same = self.of.as_ref().is_some_and(|(l, n, o)| {
            Arc::ptr_eq(l, layers) && Arc::ptr_eq(n, norms) && *o == order
        });
        if same {
            return;
        }
        self.of = Some((layers.clone(), norms.clone(), order));
        let finite = norms.gamma.iter().map(|g| g.abs());
        self.largest = finite.filter(|g| g.is_finite()).fold(0.0, f32::max);
        self.channels.clear();
        if order == Order::Magnitude {
            for layer in 0..layers.len() {
                let gamma = &norms.gamma[layers.range(layer)];
                let start = self.channels.len();
                self.channels.extend(0..gamma.len() as u32);
                self.channels[start..].sort_by(|&a, &b| {
                    let (a, b) = (gamma[a as usize].abs(), gamma[b as usize].abs());
                    b.total_cmp(&a)
                });
            }
        }
    }

    /// The largest finite |γ|.
    pub fn largest(&self) -> f32 {
        self.largest
    }

    /// The channel at a place in its layer.
    pub fn channel(&self, layers: &Layers, layer: usize, place: usize) -> usize {
        let start = layers.range(layer).start;
        let sorted = self.channels.get(start + place);
        sorted.map_or(place, |&channel| channel as usize)
    }

    /// The place in its layer at which a channel stands.
    pub fn place(&self, layers: &Layers, layer: usize, channel: usize) -> usize {
        let row = self.channels.get(layers.range(layer));
        let found = row.and_then(|row| row.iter().position(|&c| c as usize == channel));
        found.unwrap_or(channel)
    }
}
