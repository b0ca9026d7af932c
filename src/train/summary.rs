//! What happened in a run, in one sentence.

use super::run::Ending;
use crate::numbers::{counted, grouped, percent, percent_closely, rounded};

/// What a run came to, in numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct Summary {
    /// How it ended.
    pub ending: Ending,
    /// Steps finished.
    pub steps: u64,
    /// Steps that it was to have.
    pub total_steps: u64,
    /// The last test accuracy, from 0 to 1; `None` where it was never tested.
    pub accuracy: Option<f64>,
    /// How many test images there are.
    pub test_images: usize,
    /// How many classes there are.
    pub classes: usize,
    /// How many parameters trained.
    pub trained: u64,
    /// How many there are.
    pub parameters: u64,
    /// The |γ| below which a channel counts as off.
    pub threshold: f32,
    /// How many channels there are.
    pub channels: usize,
    /// How many were off at the start.
    pub off_before: usize,
    /// How many are off now, where that is known.
    pub off_now: Option<usize>,
    /// What switching channels off costs.
    pub cost: Cost,
}

/// What switching channels off costs.
#[derive(Clone, Debug, PartialEq)]
pub enum Cost {
    /// It was measured.
    Measured(Measured),
    /// It is being measured.
    Measuring {
        /// Measurements done.
        done: usize,
        /// Of how many.
        of: usize,
    },
    /// It was not measured: why, as the rest of a sentence that begins with that.
    Unknown(String),
}

/// Accuracies, from 0 to 1, on the same test images.
#[derive(Clone, Debug, PartialEq)]
pub struct Measured {
    /// How many channels were switched off.
    pub off: usize,
    /// With all channels on.
    pub whole: f64,
    /// With those of least |γ| off.
    pub weakest: f64,
    /// With as many random ones off, a number a draw.
    pub random: Vec<f64>,
    /// How many test images.
    pub images: usize,
}

impl Measured {
    /// How much accuracy random channels cost: the mean of the draws, and its standard error, which
    /// one draw does not have.
    fn random_cost(&self) -> (f64, Option<f64>) {
        let count = self.random.len() as f64;
        let mean = self.random.iter().sum::<f64>() / count;
        let squares = self.random.iter().map(|draw| (draw - mean).powi(2));
        let variance = squares.sum::<f64>() / (count - 1.0);
        let error = (self.random.len() > 1).then(|| (variance / count).sqrt());
        (self.whole - mean, error)
    }
}

impl Summary {
    /// How many channels to switch off to measure what that costs: those that are off, or the weakest
    /// tenth where fewer are; 0 of none.
    pub fn worth_switching_off(off: usize, channels: usize) -> usize {
        off.max(channels.div_ceil(10)).min(channels)
    }

    /// The sentence.
    pub fn sentence(&self) -> String {
        let parts = [
            format!("{}: {}", self.ended(), self.tested()),
            format!(
                "{} of {} parameters trained ({})",
                grouped(self.trained),
                grouped(self.parameters),
                percent_closely(self.trained as f64 / self.parameters.max(1) as f64),
            ),
            self.off(),
            self.cost(),
        ];
        format!("{}.", parts.join("; "))
    }

    fn ended(&self) -> String {
        match self.ending {
            Ending::Finished => format!("Finished after {}", counted(self.steps, "step")),
            Ending::Interrupted | Ending::NotBegun => format!(
                "Stopped after {} of {}",
                grouped(self.steps),
                counted(self.total_steps, "step")
            ),
        }
    }

    fn tested(&self) -> String {
        let chance = percent(1.0 / self.classes.max(1) as f64);
        match self.accuracy {
            Some(accuracy) => format!(
                "{} of {} right at the last test, where chance is {chance}",
                percent(accuracy),
                counted(self.test_images as u64, "test image"),
            ),
            None => "not tested yet".to_owned(),
        }
    }

    fn off(&self) -> String {
        let (channels, before) = (
            grouped(self.channels as u64),
            grouped(self.off_before as u64),
        );
        let threshold = rounded(self.threshold);
        match self.off_now {
            Some(now) => format!(
                "of {channels} channels {before} were off (|γ| < {threshold}) at the start and {} are now",
                grouped(now as u64)
            ),
            None => {
                format!("of {channels} channels {before} were off (|γ| < {threshold}) at the start")
            }
        }
    }

    fn cost(&self) -> String {
        match &self.cost {
            Cost::Measured(measured) => {
                let off = grouped(measured.off as u64);
                let (random, error) = measured.random_cost();
                let error = error.map_or(String::new(), |error| format!(" ± {:.1}", 100.0 * error));
                let draws = match measured.random.len() {
                    1 => "one draw".to_owned(),
                    draws => format!("mean and standard error of {draws} draws"),
                };
                format!(
                    "with the {off} weakest switched off accuracy is {} points lower, with {off} random ones {}{error} points ({draws}, {})",
                    points(measured.whole - measured.weakest),
                    points(random),
                    counted(measured.images as u64, "test image"),
                )
            }
            Cost::Measuring { done, of } => {
                format!("what switching off the weak ones costs is being measured ({done} of {of})")
            }
            Cost::Unknown(why) => {
                format!("what switching off the weak ones costs was not measured: {why}")
            }
        }
    }
}

/// A share as percentage points with one decimal and a true minus sign.
fn points(share: f64) -> String {
    let text = format!("{:.1}", 100.0 * share);
    match text.strip_prefix('-') {
        Some("0.0") => "0.0".to_owned(),
        Some(rest) => format!("−{rest}"),
        None => text,
    }
}
