//! Switching channels off: which of them, and what that does to a network's γ and β.

use super::gamma::Norms;
use crate::data::order::{shuffle_in_place, stream};

/// Which channels are switched off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ablation {
    /// One entry a channel, BatchNorm after BatchNorm: whether it is off, so that its γ counts as 0.
    pub off: Vec<bool>,
    /// Whether β counts as 0 too. A channel with γ = 0 alone still passes on its β.
    pub with_beta: bool,
}

impl Ablation {
    /// All of `channels` channels on.
    pub fn none(channels: usize) -> Self {
        Self {
            off: vec![false; channels],
            with_beta: false,
        }
    }

    /// Those with |γ| < `threshold` off; a NaN stays on.
    pub fn below(gammas: &[f32], threshold: f32, with_beta: bool) -> Self {
        Self {
            off: gammas.iter().map(|gamma| gamma.abs() < threshold).collect(),
            with_beta,
        }
    }

    /// The `count` channels of least |γ| off, or all if there are no more. Of equal ones the first
    /// go first, and a NaN goes last.
    pub fn weakest(gammas: &[f32], count: usize, with_beta: bool) -> Self {
        let mut order: Vec<usize> = (0..gammas.len()).collect();
        // Without its sign a NaN is greater than any number in the total order.
        order.sort_by(|a, b| gammas[*a].abs().total_cmp(&gammas[*b].abs()));
        order.truncate(count);
        Self::these(gammas.len(), order, with_beta)
    }

    /// The `count` channels of largest |γ| off, or all if there are no more. Of equal ones the last go first; a NaN is
    /// the largest.
    pub fn strongest(gammas: &[f32], count: usize, with_beta: bool) -> Self {
        let rest = gammas.len().saturating_sub(count);
        let mut ablation = Self::weakest(gammas, rest, with_beta);
        ablation.off.iter_mut().for_each(|off| *off = !*off);
        ablation
    }

    /// `count` of `channels` channels off, or all if there are no more; each choice is equally likely.
    /// With one seed more channels contain fewer.
    ///
    /// # Panics
    ///
    /// If `channels` does not fit into 32 bits.
    pub fn random(channels: usize, count: usize, seed: u64, with_beta: bool) -> Self {
        let mut order: Vec<usize> = (0..channels).collect();
        shuffle_in_place(&mut order, &mut stream(seed, 0, *b"ablation"));
        order.truncate(count);
        Self::these(channels, order, with_beta)
    }

    fn these(channels: usize, chosen: Vec<usize>, with_beta: bool) -> Self {
        let mut ablation = Self::none(channels);
        for channel in chosen {
            ablation.off[channel] = true;
        }
        ablation.with_beta = with_beta;
        ablation
    }

    /// Switches a channel off, or on again.
    ///
    /// # Panics
    ///
    /// If there is no such channel.
    pub fn toggle(&mut self, channel: usize) {
        self.off[channel] = !self.off[channel];
    }

    /// How many channels are off.
    pub fn count(&self) -> usize {
        self.off.iter().filter(|off| **off).count()
    }

    /// The share of all channels that are off, from 0 to 1; 0 where there are none.
    pub fn share(&self) -> f64 {
        self.count() as f64 / self.off.len().max(1) as f64
    }

    /// Sets γ of the channels that are off to 0, and β with `with_beta`.
    ///
    /// # Panics
    ///
    /// If the values are of another number of channels.
    pub fn apply(&self, norms: &mut Norms) {
        assert_eq!(self.off.len(), norms.gamma.len(), "one entry a channel");
        let values = norms.gamma.iter_mut().zip(&mut norms.beta);
        for ((gamma, beta), off) in values.zip(&self.off) {
            if *off {
                *gamma = 0.0;
                if self.with_beta {
                    *beta = 0.0;
                }
            }
        }
    }
}
