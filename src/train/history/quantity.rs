//! What curves show of a run: loss, accuracy or learning rate.

use serde::{Deserialize, Serialize};

use super::Series;

/// Steps that a training line is the mean of, where nothing else was chosen.
pub const SMOOTHING: u32 = 50;

/// What curves show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Quantity {
    /// Cross-entropy, in nats.
    #[default]
    Loss,
    /// Share classified correctly, in %.
    Accuracy,
    /// The learning rate.
    LearningRate,
}

impl Quantity {
    /// All of them, in the order to offer them in.
    pub const ALL: [Self; 3] = [Self::Loss, Self::Accuracy, Self::LearningRate];

    /// Its name.
    pub fn label(self) -> &'static str {
        match self {
            Self::Loss => "Loss",
            Self::Accuracy => "Accuracy",
            Self::LearningRate => "Learning rate",
        }
    }

    /// What stands at its axis.
    pub fn axis_label(self) -> &'static str {
        match self {
            Self::Loss => "loss (nats)",
            Self::Accuracy => "accuracy (%)",
            Self::LearningRate => "learning rate",
        }
    }

    /// What it was at the training steps.
    pub fn series(self) -> Series {
        match self {
            Self::Loss => Series::Loss,
            Self::Accuracy => Series::Accuracy,
            Self::LearningRate => Series::LearningRate,
        }
    }

    /// What it was at the evaluations.
    pub fn test_series(self) -> Option<Series> {
        match self {
            Self::Loss => Some(Series::TestLoss),
            Self::Accuracy => Some(Series::TestAccuracy),
            Self::LearningRate => None,
        }
    }

    /// From what is kept to what is shown.
    pub fn scale(self) -> f64 {
        if self == Self::Accuracy { 100.0 } else { 1.0 }
    }

    /// Whether there is noise to smooth away: a learning rate has none.
    pub fn has_noise(self) -> bool {
        self != Self::LearningRate
    }

    /// The steps to draw the mean of, where `window` were chosen.
    pub fn window(self, window: usize) -> usize {
        if self.has_noise() { window } else { 1 }
    }
}
