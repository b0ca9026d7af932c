//! What a training reports while it runs.

use serde::{Deserialize, Serialize};

/// One line of `metrics.jsonl`; terminal, files and views all read these.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Metric {
    /// A training step was finished.
    Step {
        /// Steps finished, from 1.
        step: u64,
        /// Epochs finished, with the part of the one under way.
        epoch: f64,
        /// Mean cross-entropy over the batch, in nats, before the update.
        loss: f64,
        /// Share of the batch that was classified correctly.
        accuracy: f64,
        /// The learning rate of the update.
        lr: f64,
        /// Seconds of training and evaluation so far, resumed parts included; 0 in files of earlier
        /// versions, which did not say.
        #[serde(default)]
        seconds: f64,
    },
    /// The test set was evaluated.
    Eval {
        /// Steps finished.
        step: u64,
        /// Epochs finished.
        epoch: f64,
        /// Mean cross-entropy over the test set, in nats.
        loss: f64,
        /// Share of the test set that was classified correctly.
        accuracy: f64,
        /// Share of all BatchNorm channels with |γ| < 0.01.
        #[serde(rename = "gamma_below_0.01")]
        gamma_below_001: f64,
        /// Seconds of training and evaluation so far, resumed parts included.
        seconds: f64,
    },
}

impl Metric {
    /// Steps finished.
    pub fn step(&self) -> u64 {
        let (Self::Step { step, .. } | Self::Eval { step, .. }) = self;
        *step
    }

    /// Epochs finished, with the part of the one under way.
    pub fn epoch(&self) -> f64 {
        let (Self::Step { epoch, .. } | Self::Eval { epoch, .. }) = self;
        *epoch
    }

    /// Seconds of training and evaluation so far, resumed parts included.
    pub fn seconds(&self) -> f64 {
        let (Self::Step { seconds, .. } | Self::Eval { seconds, .. }) = self;
        *seconds
    }
}
