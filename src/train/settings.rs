//! All that defines a run, as `config.toml` holds it and the command line's options name it.

use std::fmt;
use std::ops::Range;
use std::path::PathBuf;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::schedule::{LearningRate, Schedule};
use crate::field::{Explain, Explanation, Field};
use crate::kernels::Precision;

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
    /// A folder or archive of images, or `shapes` for the made-up ones.
    pub data: String,
    /// Rows and columns that the images of a folder are resized to, in pixels.
    pub image_size: u32,
    /// The share of an image folder's images that becomes the test set where the folder has none.
    pub test_fraction: Option<f64>,
    /// `resnet-D` with D = 6n+2, or `vgg-11`, `-13`, `-16`, `-19`.
    pub model: String,
    /// Channels of the first stage; `None` for the model's own.
    pub width: Option<u32>,
    /// Whether a ResNet's blocks add their input to their output.
    pub shortcut: bool,
    /// Whether BatchNorm stands behind the activation instead of before it.
    pub bn_after_activation: bool,
    /// What trains: a mode (`bn`, `output`, `random:2`, …) or a list of parameter names or globs.
    pub train: String,
    /// First values of γ and β: `uniform`, `ones`, `ones-ones` or `symmetric`.
    pub bn_init: String,
    /// A safetensors state to start from instead of the seed's.
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
    /// What a `step` schedule multiplies the learning rate by at each of its epochs.
    pub lr_gamma: f64,
    /// Epochs over which the learning rate first rises linearly; 0 for none.
    pub warmup_epochs: f64,
    /// Decides first values, batch order and augmentation.
    pub seed: u64,
    /// Whether each epoch takes the images in a new order.
    pub shuffle: bool,
    /// Whether training images are cropped and flipped at random.
    pub augment: bool,
    /// Whether BatchNorm's running statistics stay as they are.
    pub freeze_stats: bool,
    /// How activations, their gradients and the weights of convolutions are stored while it runs.
    pub precision: Precision,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            data: "shapes".to_owned(),
            image_size: 32,
            test_fraction: None,
            model: "resnet-14".to_owned(),
            width: None,
            shortcut: true,
            bn_after_activation: false,
            train: "bn".to_owned(),
            bn_init: "uniform".to_owned(),
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
            lr_gamma: 0.1,
            warmup_epochs: 0.0,
            seed: 0,
            shuffle: true,
            augment: true,
            freeze_stats: false,
            precision: Precision::F32,
        }
    }
}

impl Settings {
    /// Checks every value that can be judged without data, network or adapter.
    ///
    /// # Errors
    /// The first option whose value cannot work, with what is expected of it. `model`, `train` and
    /// `bn-init` are left to the network, which knows what they may be.
    pub fn validate(&self) -> Result<(), SettingsError> {
        check(
            !self.data.is_empty(),
            Field::Data,
            "empty",
            "a path, or `shapes`",
        )?;
        check(
            (1..=1024).contains(&self.image_size),
            Field::ImageSize,
            self.image_size,
            "a number of pixels from 1 to 1024",
        )?;
        check(
            self.test_fraction
                .is_none_or(|share| share > 0.0 && share < 1.0),
            Field::TestFraction,
            self.test_fraction.unwrap_or_default(),
            "a share more than 0 and less than 1, such as 0.1",
        )?;
        check(self.width != Some(0), Field::Width, 0, "at least 1 channel")?;
        check(
            self.epochs > 0 || self.max_steps.is_some(),
            Field::Epochs,
            self.epochs,
            "at least 1, or a number of steps beside it",
        )?;
        check(
            self.max_steps != Some(0),
            Field::MaxSteps,
            0,
            "at least 1 step",
        )?;
        check(self.batch_size > 0, Field::BatchSize, 0, "at least 1 image")?;
        check(
            self.limit_train != Some(0),
            Field::LimitTrain,
            0,
            "at least 1 image",
        )?;
        check(
            self.limit_test != Some(0),
            Field::LimitTest,
            0,
            "at least 1 image",
        )?;
        check_rate(Field::Lr, self.lr)?;
        check(
            (0.0..1.0).contains(&self.momentum),
            Field::Momentum,
            self.momentum,
            "a number from 0 to less than 1, such as 0.9",
        )?;
        if self.nesterov {
            check(
                self.optimizer == OptimizerKind::Sgd,
                Field::Nesterov,
                format_args!("the optimizer {}", self.optimizer),
                "sgd beside it",
            )?;
            check(
                self.momentum > 0.0,
                Field::Nesterov,
                "a momentum of 0",
                "one above 0 beside it, such as 0.9",
            )?;
        }
        check_rate(Field::WeightDecay, self.weight_decay)?;
        check(
            self.lr_gamma > 0.0 && self.lr_gamma.is_finite(),
            Field::LrGamma,
            self.lr_gamma,
            "a finite factor above 0, such as 0.1",
        )?;
        check(
            self.warmup_epochs >= 0.0 && self.warmup_epochs.is_finite(),
            Field::WarmupEpochs,
            self.warmup_epochs,
            "a finite number of epochs, 0 for no warm-up",
        )?;
        // TOML's whole numbers have 64 bits with a sign, and config.toml has to hold the seed.
        check(
            i64::try_from(self.seed).is_ok(),
            Field::Seed,
            self.seed,
            "a whole number from 0 to 9223372036854775807",
        )
    }

    /// Makes paths absolute, so that a run can be repeated from any folder.
    pub fn make_absolute(&mut self) {
        if self.data != "shapes"
            && let Ok(path) = std::path::absolute(&self.data)
        {
            self.data = path.display().to_string();
        }
        if let Some(path) = &self.init
            && let Ok(path) = std::path::absolute(path)
        {
            self.init = Some(path);
        }
    }

    /// Steps after which training ends, given how many batches an epoch has.
    pub fn total_steps(&self, steps_per_epoch: u64) -> u64 {
        self.max_steps
            .unwrap_or_else(|| u64::from(self.epochs).saturating_mul(steps_per_epoch))
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

    /// Reads a `config.toml`. The values are not judged yet: see [`Settings::validate`].
    ///
    /// # Errors
    /// Text that is not TOML, a key that no option has, or a value of the wrong kind, with its line.
    pub fn from_toml(text: &str) -> Result<Self, SettingsError> {
        toml::from_str(text).map_err(|error| {
            let (line, key) = error
                .span()
                .map_or((1, String::new()), |span| place(text, span));
            let message = error.message().trim().replace('\n', "; ");
            SettingsError::Toml { line, key, message }
        })
    }
}

/// The line of a place in a TOML text, from 1, and the key that the line gives.
fn place(text: &str, span: Range<usize>) -> (usize, String) {
    let start = text.floor_char_boundary(span.start);
    let line = text[..start].matches('\n').count() + 1;
    let content = text.lines().nth(line - 1).unwrap_or_default();
    let key = content.split('=').next().unwrap_or_default().trim();
    (line, key.chars().take(60).collect())
}

fn check(
    holds: bool,
    field: Field,
    found: impl fmt::Display,
    expected: &'static str,
) -> Result<(), SettingsError> {
    if holds {
        return Ok(());
    }
    Err(SettingsError::Value {
        field,
        found: found.to_string(),
        expected: expected.to_owned(),
    })
}

/// Rates go to the GPU as f32 and have to be finite there too.
fn check_rate(field: Field, value: f64) -> Result<(), SettingsError> {
    let holds = value >= 0.0 && (value as f32).is_finite();
    check(holds, field, value, "a finite number of at least 0")
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
    type Err = SettingsError;

    fn from_str(text: &str) -> Result<Self, SettingsError> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.name() == text)
            .ok_or_else(|| SettingsError::Value {
                field: Field::Optimizer,
                found: format!("`{text}`"),
                expected: "sgd, adam or adamw".to_owned(),
            })
    }
}

impl FromStr for Precision {
    type Err = SettingsError;

    fn from_str(text: &str) -> Result<Self, SettingsError> {
        Self::ALL
            .into_iter()
            .find(|precision| precision.name() == text)
            .ok_or_else(|| SettingsError::Value {
                field: Field::Precision,
                found: format!("`{text}`"),
                expected: "f32 or f16".to_owned(),
            })
    }
}

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
            Self::Toml { .. } | Self::Write(_) => Explanation::new(self),
        }
    }
}
