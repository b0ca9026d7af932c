//! What runs came to: a row of measures a run, kept in the run's folder.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::platform::fs;
use crate::train::atomic_file::write_atomically;

/// Something measured of a run, as one number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Measure {
    /// Share of the test set classified correctly at the end, 0 to 1.
    Accuracy,
    /// Mean cross-entropy on the test set at the end, in nats.
    TestLoss,
    /// Share of channels with |γ| < 0.01 at the end, 0 to 1.
    Off,
    /// The same before the first step.
    OffAtStart,
    /// Accuracy lost when the channels with |γ| < 0.01 have their γ set to 0.
    LossBelow,
    /// Accuracy lost, in the mean of some draws, when γ of as many random channels is set to 0.
    LossRandom,
    /// Accuracy lost when γ of as many of the strongest channels is set to 0.
    LossStrongest,
    /// Parameters that train.
    TrainedParameters,
    /// All parameters of the network.
    Parameters,
    /// γ and β of the network.
    BatchNormParameters,
    /// Share of the parameters that train, 0 to 1.
    TrainedShare,
    /// Bytes of `delta.safetensors`.
    ResultBytes,
    /// Bytes of device memory.
    MemoryBytes,
    /// Steps taken.
    Steps,
    /// Seconds of training and evaluation.
    Seconds,
    /// Seconds of training and evaluation a step.
    StepSeconds,
}

/// How a measure is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// A share, shown in percent.
    Percent,
    /// A difference of shares, shown in points of a percent.
    Points,
    /// Nats.
    Nats,
    /// A number of things.
    Count,
    /// Bytes.
    Bytes,
    /// Seconds.
    Seconds,
}

impl Measure {
    /// All of them, in the order of a table.
    pub const ALL: [Self; 16] = [
        Self::Accuracy,
        Self::TestLoss,
        Self::Off,
        Self::OffAtStart,
        Self::LossBelow,
        Self::LossRandom,
        Self::LossStrongest,
        Self::TrainedParameters,
        Self::Parameters,
        Self::BatchNormParameters,
        Self::TrainedShare,
        Self::ResultBytes,
        Self::MemoryBytes,
        Self::Steps,
        Self::Seconds,
        Self::StepSeconds,
    ];

    /// Its name in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Accuracy => "accuracy",
            Self::TestLoss => "test-loss",
            Self::Off => "off",
            Self::OffAtStart => "off-at-start",
            Self::LossBelow => "loss-below",
            Self::LossRandom => "loss-random",
            Self::LossStrongest => "loss-strongest",
            Self::TrainedParameters => "trained-parameters",
            Self::Parameters => "parameters",
            Self::BatchNormParameters => "batch-norm-parameters",
            Self::TrainedShare => "trained-share",
            Self::ResultBytes => "result-bytes",
            Self::MemoryBytes => "memory-bytes",
            Self::Steps => "steps",
            Self::Seconds => "seconds",
            Self::StepSeconds => "step-seconds",
        }
    }

    /// What a report calls it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Accuracy => "test accuracy",
            Self::TestLoss => "test loss",
            Self::Off => "channels off (|γ| < 0.01)",
            Self::OffAtStart => "channels off at the start",
            Self::LossBelow => "accuracy lost without the channels that are off",
            Self::LossRandom => "accuracy lost without as many random channels",
            Self::LossStrongest => "accuracy lost without as many of the strongest channels",
            Self::TrainedParameters => "parameters trained",
            Self::Parameters => "parameters",
            Self::BatchNormParameters => "γ and β",
            Self::TrainedShare => "share trained",
            Self::ResultBytes => "bytes of the result",
            Self::MemoryBytes => "device memory",
            Self::Steps => "steps",
            Self::Seconds => "time",
            Self::StepSeconds => "time a step",
        }
    }

    /// How it is written.
    pub fn unit(self) -> Unit {
        match self {
            Self::Accuracy | Self::Off | Self::OffAtStart | Self::TrainedShare => Unit::Percent,
            Self::LossBelow | Self::LossRandom | Self::LossStrongest => Unit::Points,
            Self::TestLoss => Unit::Nats,
            Self::TrainedParameters
            | Self::Parameters
            | Self::BatchNormParameters
            | Self::Steps => Unit::Count,
            Self::ResultBytes | Self::MemoryBytes => Unit::Bytes,
            Self::Seconds | Self::StepSeconds => Unit::Seconds,
        }
    }

    /// Whether it is another each time the same run is made.
    pub fn is_time(self) -> bool {
        self.unit() == Unit::Seconds
    }
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// All its steps were taken.
    Finished,
    /// Its loss is no number any more: why, as a sentence.
    Diverged(String),
}

/// How many channels of a layer are off.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LayerOff {
    /// The BatchNorm.
    pub layer: String,
    /// The share of its channels with |γ| < 0.01, 0 to 1.
    pub share: f64,
}

/// γ in bins of one width.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Bins {
    /// Lower edge of the first bin.
    pub low: f64,
    /// Upper edge of the last.
    pub high: f64,
    /// Values a bin before the first step; one that is no finite number is in none.
    pub start: Vec<u64>,
    /// And after the last.
    pub end: Vec<u64>,
}

/// Accuracy with a share of channels switched off: their γ set to 0, or γ and β.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Removed {
    /// The share of all channels, 0 to 1.
    pub share: f64,
    /// Whether β is set to 0 too.
    pub with_beta: bool,
    /// Accuracy without those of least |γ|.
    pub weakest: f64,
    /// Without random ones, a draw each.
    pub random: Vec<f64>,
    /// Without those of largest |γ|.
    pub strongest: f64,
}

/// What it was computed by and from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Provenance {
    /// The adapter.
    pub adapter: String,
    /// Its driver.
    pub driver: String,
    /// This program's version.
    pub version: String,
    /// A digest of the images.
    pub data: String,
    /// Images trained on.
    pub training_images: u64,
    /// Images tested on.
    pub test_images: u64,
    /// Classes they are of.
    pub classes: u64,
}

/// What a run came to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunResult {
    /// The arm, by its name in files.
    pub arm: String,
    /// The seed.
    pub seed: u64,
    /// How it ended.
    pub outcome: Outcome,
    /// Its measures; none that has no value.
    pub measures: BTreeMap<Measure, f64>,
    /// Channels off at the end, layer by layer.
    pub layers: Vec<LayerOff>,
    /// Epochs, and the share of channels off then.
    pub course: Vec<(f64, f64)>,
    /// γ before and after.
    pub gammas: Bins,
    /// Accuracy with channels removed, where that was asked for.
    pub removal: Vec<Removed>,
    /// What it was computed by and from.
    pub provenance: Provenance,
}

impl RunResult {
    /// Whether all its steps were taken.
    pub fn is_finished(&self) -> bool {
        self.outcome == Outcome::Finished
    }

    /// Reads that of the run at `run`; none where it has not ended.
    ///
    /// # Errors
    /// A file that cannot be read, or is none of this program's.
    pub fn read(run: &Path) -> io::Result<Option<Self>> {
        match fs::read(results_path(run)) {
            Ok(bytes) => Ok(Some(serde_json::from_slice(&bytes)?)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Writes it into the run's folder.
    ///
    /// # Errors
    /// If the operating system refuses.
    pub fn write(&self, run: &Path) -> io::Result<()> {
        let text = serde_json::to_string_pretty(self)?;
        write_atomically(&results_path(run), |out| out.write_all(text.as_bytes()))
    }
}

fn results_path(run: &Path) -> PathBuf {
    run.join("measures.json")
}
