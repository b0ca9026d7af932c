//! Statistics of γ: a channel whose |γ| is near zero is switched off.

use std::ops::Range;

use crate::network::graph::{BatchNorm, ParameterId};
use crate::network::{Graph, State};

/// γ and β of every channel of a network, BatchNorm after BatchNorm.
#[derive(Clone, Debug, PartialEq)]
pub struct Norms {
    /// One γ a channel.
    pub gamma: Vec<f32>,
    /// One β a channel.
    pub beta: Vec<f32>,
}

impl Norms {
    /// Those of a state.
    ///
    /// # Panics
    ///
    /// Where the state is another graph's.
    pub fn of(graph: &Graph, state: &State) -> Self {
        let all = |of: fn(&BatchNorm) -> ParameterId| {
            let norms = graph.batch_norms.iter();
            norms
                .flat_map(|norm| state.parameters[of(norm).0].iter().copied())
                .collect()
        };
        Self {
            gamma: all(|norm| norm.gamma),
            beta: all(|norm| norm.beta),
        }
    }
}

/// Where each BatchNorm's channels lie among all channels of a network.
pub fn channel_ranges(graph: &Graph) -> Vec<Range<usize>> {
    let norms = graph.batch_norms.iter();
    norms
        .scan(0, |end, norm| {
            let start = *end;
            *end += norm.channels as usize;
            Some(start..*end)
        })
        .collect()
}

/// How many channels of one BatchNorm are switched off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LayerChannels {
    /// The BatchNorm's name, e.g. `blocks.3.bn2`.
    pub name: String,
    /// Channels with |γ| below the threshold.
    pub below: usize,
    /// All its channels.
    pub channels: usize,
}

impl LayerChannels {
    /// The share of its channels that are switched off, from 0 to 1.
    pub fn share(&self) -> f64 {
        share(self.below, self.channels)
    }
}

/// How many channels of a network are switched off.
#[derive(Clone, Debug, PartialEq)]
pub struct ChannelsBelow {
    /// The |γ| below which a channel counts.
    pub threshold: f32,
    /// One entry a BatchNorm, in the order of [`Graph::batch_norms`].
    pub layers: Vec<LayerChannels>,
}

impl ChannelsBelow {
    /// Counts the channels with |γ| < `threshold`.
    ///
    /// # Panics
    ///
    /// Where the state is another graph's.
    pub fn count(graph: &Graph, state: &State, threshold: f32) -> Self {
        let layers = graph.batch_norms.iter().map(|norm| {
            let gamma = &state.parameters[norm.gamma.0];
            LayerChannels {
                name: norm.name.clone(),
                below: gamma.iter().filter(|value| value.abs() < threshold).count(),
                channels: gamma.len(),
            }
        });
        Self {
            threshold,
            layers: layers.collect(),
        }
    }

    /// The share of all channels that are switched off, from 0 to 1.
    pub fn share(&self) -> f64 {
        let below = self.layers.iter().map(|layer| layer.below).sum();
        let channels = self.layers.iter().map(|layer| layer.channels).sum();
        share(below, channels)
    }
}

/// 0 of nothing.
fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 {
        0.0
    } else {
        part as f64 / whole as f64
    }
}

/// Every γ of a network, BatchNorm after BatchNorm.
///
/// # Panics
///
/// Where the state is another graph's.
pub fn all_gammas<'a>(graph: &'a Graph, state: &'a State) -> impl Iterator<Item = f32> + 'a {
    let norms = graph.batch_norms.iter();
    norms.flat_map(|norm| state.parameters[norm.gamma.0].iter().copied())
}

/// The 99th percentile of |γ|, by nearest rank: what a scale of colours that stays during a run ends at.
/// Values that are not finite do not count; `None` where no finite value is above 0.
pub fn scale_end(gammas: impl IntoIterator<Item = f32>) -> Option<f32> {
    let magnitudes = gammas.into_iter().map(f32::abs);
    let mut sorted: Vec<f32> = magnitudes.filter(|value| value.is_finite()).collect();
    sorted.sort_by(f32::total_cmp);
    let rank = (0.99 * sorted.len() as f64).ceil() as usize;
    let end = *sorted.get(rank.saturating_sub(1))?;
    // Where nearly all are 0, what is not has a colour all the same.
    let end = if end > 0.0 { end } else { *sorted.last()? };
    (end > 0.0).then_some(end)
}

/// How often values fall into each of some bins of one width.
#[derive(Clone, Debug, PartialEq)]
pub struct Histogram {
    /// Lower edge of the first bin.
    pub low: f32,
    /// Upper edge of the last bin, which belongs to it.
    pub high: f32,
    /// Values in each bin.
    pub counts: Vec<u64>,
    /// Values below `low`.
    pub under: u64,
    /// Values above `high`.
    pub over: u64,
    /// Values that are NaN.
    pub not_a_number: u64,
}

impl Histogram {
    /// Sorts signed values into `bins` bins from `low` to `high`. A bin has its lower edge, and
    /// the last its upper edge too.
    ///
    /// # Panics
    ///
    /// Where `low` < `high` does not hold, either is infinite, or `bins` is 0.
    pub fn of(values: impl IntoIterator<Item = f32>, low: f32, high: f32, bins: usize) -> Self {
        assert!(bins > 0 && low.is_finite() && high.is_finite() && low < high);
        let mut histogram = Self {
            low,
            high,
            counts: vec![0; bins],
            under: 0,
            over: 0,
            not_a_number: 0,
        };
        let (from, extent) = (f64::from(low), f64::from(high) - f64::from(low));
        for value in values {
            if value.is_nan() {
                histogram.not_a_number += 1;
            } else if value < low {
                histogram.under += 1;
            } else if value > high {
                histogram.over += 1;
            } else {
                let place = (f64::from(value) - from) / extent * bins as f64;
                histogram.counts[(place as usize).min(bins - 1)] += 1;
            }
        }
        histogram
    }

    /// Lower and upper edge of a bin.
    pub fn edges(&self, bin: usize) -> (f32, f32) {
        let width = (f64::from(self.high) - f64::from(self.low)) / self.counts.len() as f64;
        let edge = |at: usize| (f64::from(self.low) + width * at as f64) as f32;
        (edge(bin), edge(bin + 1))
    }
}
