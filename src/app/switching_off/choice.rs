//! Which channels the reader wants off, without drawing.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::study::ablation::Ablation;
use crate::study::gamma::Norms;

/// Which channels are off, and on how many test images that is measured.
///
/// Channels are counted BatchNorm after BatchNorm, as in [`Norms`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Choice {
    /// Channels with |γ| below it are off; none at 0. From 0 to 1.
    pub threshold: f32,
    /// Whether β of a channel that is off counts as 0 too.
    pub with_beta: bool,
    /// On how many test images accuracy is measured.
    pub tested: Tested,
    /// Channels the reader switched, and whether to off. They belong to one network, and are
    /// therefore not remembered from one start of the program to the next.
    #[serde(skip)]
    by_hand: BTreeMap<usize, bool>,
}

impl Default for Choice {
    fn default() -> Self {
        Self {
            threshold: 0.01,
            with_beta: false,
            tested: Tested::Thousand,
            by_hand: BTreeMap::new(),
        }
    }
}

/// How many test images are measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Tested {
    /// The first 256.
    Few,
    /// The first 1,000.
    Thousand,
    /// All.
    All,
}

impl Tested {
    /// All of them, in the order they are offered.
    pub const ALL: [Self; 3] = [Self::Few, Self::Thousand, Self::All];

    /// The number of images; a test set may have fewer.
    pub fn images(self) -> usize {
        match self {
            Self::Few => 256,
            Self::Thousand => 1_000,
            Self::All => usize::MAX,
        }
    }
}

impl Choice {
    /// Which of a network's channels are off.
    pub fn ablation(&self, norms: &Norms) -> Ablation {
        let mut off: Vec<bool> = norms.gamma.iter().map(|gamma| self.below(*gamma)).collect();
        for (channel, is_off) in &self.by_hand {
            if let Some(place) = off.get_mut(*channel) {
                *place = *is_off;
            }
        }
        Ablation {
            off,
            with_beta: self.with_beta,
        }
    }

    /// Whether a channel is off.
    ///
    /// # Panics
    ///
    /// Where the network has no such channel.
    pub fn is_off(&self, channel: usize, norms: &Norms) -> bool {
        let by_threshold = self.below(norms.gamma[channel]);
        self.by_hand.get(&channel).copied().unwrap_or(by_threshold)
    }

    /// Switches a channel off that is on, or on that is off. It stays so whatever becomes of its γ and
    /// of the threshold; switched back to what the threshold says, it follows the threshold again.
    ///
    /// # Panics
    ///
    /// Where the network has no such channel.
    pub fn toggle(&mut self, channel: usize, norms: &Norms) {
        let is_off = !self.is_off(channel, norms);
        if is_off == self.below(norms.gamma[channel]) {
            self.by_hand.remove(&channel);
        } else {
            self.by_hand.insert(channel, is_off);
        }
    }

    /// Channels switched by hand, in order, and whether they are off.
    pub fn by_hand(&self) -> &BTreeMap<usize, bool> {
        &self.by_hand
    }

    /// Lets a channel follow the threshold again.
    pub fn release(&mut self, channel: usize) {
        self.by_hand.remove(&channel);
    }

    /// Lets all channels follow the threshold again.
    pub fn release_all(&mut self) {
        self.by_hand.clear();
    }

    /// Puts right what a file from elsewhere may hold.
    pub(super) fn heal(&mut self) {
        if !(0.0..=1.0).contains(&self.threshold) {
            self.threshold = Self::default().threshold;
        }
    }

    /// A γ that is not a number is not below anything, as in the counts elsewhere.
    fn below(&self, gamma: f32) -> bool {
        gamma.abs() < self.threshold
    }
}

/// What the reader chose, and what it makes of the norms at hand, so that it is worked out once.
#[derive(Clone, Debug, Default)]
pub struct Chosen {
    /// What the reader chose.
    pub choice: Choice,
    made: Option<Made>,
}

/// What a choice makes of some norms.
#[derive(Clone, Debug)]
struct Made {
    norms: Arc<Norms>,
    choice: Choice,
    ablation: Ablation,
    off: usize,
}

impl Chosen {
    /// Which channels are off now.
    pub fn ablation(&mut self, norms: &Arc<Norms>) -> &Ablation {
        &self.made(norms).ablation
    }

    /// How many channels are off now.
    pub fn off(&mut self, norms: &Arc<Norms>) -> usize {
        self.made(norms).off
    }

    fn made(&mut self, norms: &Arc<Norms>) -> &Made {
        let is_current =
            |made: &Made| Arc::ptr_eq(&made.norms, norms) && made.choice == self.choice;
        match self.made.take().filter(is_current) {
            Some(made) => self.made.insert(made),
            None => {
                let ablation = self.choice.ablation(norms);
                self.made.insert(Made {
                    norms: norms.clone(),
                    choice: self.choice.clone(),
                    off: ablation.count(),
                    ablation,
                })
            }
        }
    }
}
