//! All that defines a run, as `config.toml` holds it and the command line's options name it.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::batches::Batches;
use super::schedule::{LearningRate, Schedule};
use crate::data::{Background, DataShape, DataSource, Normalization, digits};
use crate::field::{Explain, Explanation, Field};
use crate::kernels::Precision;
use crate::network::{
    Architecture, ArchitectureName, BnInit, FirstValues, NetworkError, Options, Trainable,
    WeightsInit,
};
use crate::platform::absolute;

/// Everything that decides what a run computes. In TOML each key is the command line's option
/// without its dashes; switches that turn something off there (`--no-shortcut`) are positive here
/// (`shortcut = false`). A key that is left out takes its default.
///
/// ```
/// use bnonly::train::settings::Settings;
///
/// let settings = Settings::from_toml("model = 'resnet-14'\nlr = 0.05\nshortcut = false")?;
/// assert_eq!(settings.epochs, Settings::default().epochs);
/// assert_eq!(settings.lr, 0.05);
/// assert_eq!(Settings::from_toml(&settings.to_toml()?)?, settings);
/// assert!(Settings::from_toml("learning-rate = 0.05").is_err());
/// # Ok::<(), bnonly::train::settings::SettingsError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Settings {
    /// A folder or archive of images, or `digits` or `shapes`, which code draws.
    pub data: DataSource,
    /// Rows and columns that the images of a folder are resized to, in pixels.
    pub image_size: u32,
    /// Rows and columns of the drawn digits, in pixels: 16 or 28.
    pub digits_size: u32,
    /// The share of an image folder's images that becomes the test set where the folder has none.
    pub test_fraction: Option<f64>,
    /// Draws which images of a folder without a test set are tested on, whatever the run's seed.
    pub split_seed: u32,
    /// A table that says which image of a folder is of which class.
    pub labels: Option<PathBuf>,
    /// Classes of a folder with fewer images are left out.
    pub min_images: Option<u64>,
    /// What transparent images are laid over.
    pub background: Background,
    /// What bytes of images become before the first layer.
    pub normalization: Normalization,
    /// Whether to go on without images that cannot be read.
    pub skip_bad: bool,
    /// `resnet-D` with D = 6n+2, or `vgg-11`, `-13`, `-16`, `-19`.
    pub model: ArchitectureName,
    /// Channels of the first stage; `None` for the model's own.
    pub width: Option<u32>,
    /// Whether a ResNet's blocks add their input to their output.
    pub shortcut: bool,
    /// Whether BatchNorm stands behind the activation instead of before it.
    pub bn_after_activation: bool,
    /// What trains: a mode (`bn`, `output`, `random:2`, …) or a list of parameter names or globs.
    pub train: Trainable,
    /// First values of γ and β.
    pub bn_init: BnInit,
    /// First values of convolutions' and the output layer's weights.
    pub weights_init: WeightsInit,
    /// A file with the state to start from instead of the seed's.
    pub init: Option<PathBuf>,
    /// Passes over the training set; `max-steps` overrides it.
    pub epochs: u32,
    /// Steps after which training ends, in place of `epochs`.
    pub max_steps: Option<u64>,
    /// Images a step.
    pub batch_size: u32,
    /// Use only the first N training images.
    pub limit_train: Option<u64>,
    /// Use only the first N test images.
    pub limit_test: Option<u64>,
    /// The update rule.
    pub optimizer: OptimizerKind,
    /// The learning rate that the schedule scales; a one-cycle schedule's highest.
    pub lr: f64,
    /// SGD's momentum; Adam and AdamW do not use it.
    pub momentum: f64,
    /// Whether SGD looks ahead by Nesterov's rule.
    pub nesterov: bool,
    /// Weight decay of all that trains.
    pub weight_decay: f64,
    /// How the learning rate changes.
    pub schedule: Schedule,
    /// Epochs that a schedule is spread over which falls to an end; `None` for as long as the run.
    pub schedule_epochs: Option<f64>,
    /// What a `step` schedule multiplies the learning rate by at each of its epochs.
    pub lr_gamma: f64,
    /// Epochs over which the learning rate first rises linearly; 0 for none.
    pub warmup_epochs: f64,
    /// Decides first values, batch order and augmentation.
    pub seed: u64,
    /// Whether each epoch takes the images in a new order.
    pub shuffle: bool,
    /// Whether training images are moved and mirrored at random, as far as the next two say so.
    pub augment: bool,
    /// Whether they are moved, which crops them.
    pub crop: bool,
    /// Whether they are mirrored; `None` for all but those of one channel.
    pub flip: Option<bool>,
    /// Whether an epoch's last batch is left out where it is smaller than the others.
    pub drop_last: bool,
    /// Whether BatchNorm's running statistics stay as they are.
    pub freeze_stats: bool,
    /// How activations, their gradients and the weights of convolutions are stored while it runs.
    pub precision: Precision,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            data: DataSource::default(),
            image_size: 32,
            digits_size: digits::SIZES[0],
            test_fraction: None,
            split_seed: 0,
            labels: None,
            min_images: None,
            background: Background::default(),
            normalization: Normalization::default(),
            skip_bad: false,
            model: ArchitectureName::default(),
            width: None,
            shortcut: true,
            bn_after_activation: false,
            train: Trainable::default(),
            bn_init: BnInit::default(),
            weights_init: WeightsInit::default(),
            init: None,
            epochs: 160,
            max_steps: None,
            batch_size: 128,
            limit_train: None,
            limit_test: None,
            optimizer: OptimizerKind::Sgd,
            lr: 0.1,
            momentum: 0.9,
            nesterov: false,
            weight_decay: 1e-4,
            schedule: Schedule::default(),
            schedule_epochs: None,
            lr_gamma: 0.1,
            warmup_epochs: 0.0,
            seed: 0,
            shuffle: true,
            augment: true,
            crop: true,
            flip: None,
            drop_last: false,
            freeze_stats: false,
            precision: Precision::F32,
        }
    }
}

impl Settings {
    /// Makes paths absolute, so that a run can be repeated from any folder.
    pub fn make_absolute(&mut self) {
        self.data.make_absolute();
        for path in [&mut self.init, &mut self.labels].into_iter().flatten() {
            *path = absolute(std::mem::take(path));
        }
    }

    /// The network that they name.
    ///
    /// # Errors
    /// One that does not exist.
    pub fn architecture(&self) -> Result<Architecture, NetworkError> {
        Architecture::new(
            self.model,
            Options {
                width: self.width,
                shortcut: self.shortcut,
                batch_norm_after_activation: self.bn_after_activation,
            },
        )
    }

    /// Makes them name this network.
    pub fn take_architecture(&mut self, network: &Architecture) {
        self.model = network.name();
        let options = network.options();
        self.width = options.width;
        self.shortcut = options.shortcut;
        self.bn_after_activation = options.batch_norm_after_activation;
    }

    /// What the seed's first values are drawn from.
    pub fn first_values(&self) -> FirstValues {
        FirstValues {
            weights: self.weights_init,
            bn: self.bn_init,
        }
    }

    /// Steps after which training ends, given how many batches an epoch has.
    pub fn total_steps(&self, steps_per_epoch: u64) -> u64 {
        self.max_steps
            .unwrap_or_else(|| u64::from(self.epochs).saturating_mul(steps_per_epoch))
    }

    /// Steps that the schedule is spread over, given how many batches an epoch has.
    pub fn schedule_steps(&self, steps_per_epoch: u64) -> u64 {
        match self.schedule_epochs {
            // Saturates, as casts do.
            Some(epochs) => ((epochs * steps_per_epoch as f64).round() as u64).max(1),
            None => self.total_steps(steps_per_epoch),
        }
    }

    /// The learning rate of the update at `step`, counted from 0.
    pub fn rate_at(&self, step: u64, steps_per_epoch: u64) -> f64 {
        let steps = self.schedule_steps(steps_per_epoch);
        self.learning_rate().at(step, steps_per_epoch, steps)
    }

    /// How each epoch is cut into batches.
    pub fn batches(&self, data: &DataShape) -> Batches {
        Batches::new(data.train, self.batch_size, self.drop_last)
    }

    /// Whether images of so many channels are mirrored. Those of one channel are often digits or
    /// letters, which read otherwise then.
    pub fn flips(&self, channels: u32) -> bool {
        self.augment && self.flip.unwrap_or(channels != 1)
    }

    /// The learning rate as a function of the step.
    pub fn learning_rate(&self) -> LearningRate {
        LearningRate {
            schedule: self.schedule.clone(),
            base: self.lr,
            gamma: self.lr_gamma,
            warmup_epochs: self.warmup_epochs,
        }
    }

    /// The content of a `config.toml` that [`Settings::from_toml`] reads back to the same bits.
    ///
    /// # Errors
    /// A path that is not UTF-8.
    pub fn to_toml(&self) -> Result<String, SettingsError> {
        toml::to_string(self).map_err(|error| SettingsError::Write(error.to_string()))
    }
}

/// The update rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OptimizerKind {
    /// Stochastic gradient descent with momentum: v = m·v + (g + wd·w), w −= lr·v.
    #[default]
    Sgd,
    /// Adam with β₁ = 0.9, β₂ = 0.999, ε = 1e-8; weight decay is added to the gradient.
    Adam,
    /// Adam with the weight decay taken from the weights themselves.
    AdamW,
}

impl OptimizerKind {
    /// All of them, in the order to offer them in.
    pub const ALL: [Self; 3] = [Self::Sgd, Self::Adam, Self::AdamW];

    /// The name on the command line and in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sgd => "sgd",
            Self::Adam => "adam",
            Self::AdamW => "adamw",
        }
    }
}

impl fmt::Display for OptimizerKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for OptimizerKind {
    type Err = UnknownName;

    fn from_str(text: &str) -> Result<Self, UnknownName> {
        let found = Self::ALL.into_iter().find(|kind| kind.name() == text);
        found.ok_or(UnknownName)
    }
}

/// No value has this name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no such name")]
pub struct UnknownName;

/// Why settings cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// A setting has a value that cannot work.
    #[error("{}: {found} cannot be used; expected {expected}", field.key())]
    Value {
        /// Which.
        field: Field,
        /// What it was set to.
        found: String,
        /// What it may be set to.
        expected: String,
    },
    /// A text that is no value of a setting, for a reason of its own.
    #[error("{}: {message}", field.key())]
    Text {
        /// Which.
        field: Field,
        /// What is wrong, and what is expected.
        message: String,
    },
    /// A TOML text could not be read.
    #[error("line {line}, `{key}`: {message}")]
    Toml {
        /// The line, from 1.
        line: usize,
        /// The key on that line, or what stands where one should be.
        key: String,
        /// What is wrong.
        message: String,
    },
    /// A file that is no text in UTF-8.
    #[error("{0}")]
    Encoding(String),
    /// Settings that TOML cannot hold.
    #[error("the settings cannot be written as TOML: {0}")]
    Write(String),
}

impl Explain for SettingsError {
    fn explain(&self) -> Explanation {
        match self {
            Self::Value {
                field,
                found,
                expected,
            } => Explanation::value(*field, found, expected),
            Self::Text { field, message } => Explanation::new(message).about(*field),
            Self::Toml { .. } | Self::Encoding(_) | Self::Write(_) => Explanation::new(self),
        }
    }
}
