//! A training as a file: all that it takes to continue it bit for bit.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::Path;
use std::str::FromStr;

use super::settings::Settings;
pub use super::tensor_file::CheckpointError;
use super::tensor_file::{
    Metadata, TensorFile, digest, parse_tensors, read_tensors, write_tensors,
};
use crate::engine::Choices;
pub use crate::engine::OptimizerState;
use crate::network::state::{NamedTensor, OPTIMIZER_PREFIX, TensorData};

/// How far a training has come.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Progress {
    /// Steps finished.
    pub step: u64,
    /// Epochs finished, with the part of the one under way.
    pub epoch: f64,
    /// The best share of the test set classified correctly; `None` before the first evaluation.
    pub best_accuracy: Option<f64>,
    /// Seconds of training and evaluation so far, resumed parts included.
    pub seconds: f64,
}

/// The state a training started from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Base {
    /// The seed that made it; `None` if it came from a file.
    pub seed: Option<u64>,
    /// [`state_digest`] of it.
    pub digest: String,
}

impl Base {
    /// `seed:N`, or `sha256:DIGEST` for a base that came from a file.
    pub fn origin(&self) -> String {
        match self.seed {
            Some(seed) => format!("seed:{seed}"),
            None => format!("sha256:{}", self.digest),
        }
    }
}

/// The fingerprint of a state, from its named tensors in any order: SHA-256 in hexadecimal.
pub fn state_digest(tensors: &[NamedTensor]) -> String {
    digest(tensors, &Metadata::new())
}

/// A training that can be continued.
///
/// How well a saved network does on its test images:
///
/// ```no_run
/// use std::path::Path;
///
/// use bnonly::gpu::Gpu;
/// use bnonly::train::checkpoint::Checkpoint;
/// use bnonly::train::start::{Start, load};
/// use bnonly::train::trainer::Trainer;
///
/// # async fn accuracy() -> Result<(), Box<dyn std::error::Error>> {
/// let checkpoint = Checkpoint::read(Path::new("runs/one/checkpoints/last.safetensors"))?;
/// let settings = checkpoint.settings.clone();
/// let data = load(&settings, &Default::default()).await?.data;
/// let start = Start::resumed(&settings, &data.shape(), checkpoint)?;
/// let gpu = Gpu::open(&Default::default()).await?;
/// let mut trainer = Trainer::new(&gpu, &data, &settings, &start).await?;
/// let evaluation = trainer.evaluate(&start.state, &mut || true).await?;
/// println!("{evaluation:?}");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Checkpoint {
    /// The network's `state_dict`: [`crate::network::State::named`].
    pub tensors: Vec<NamedTensor>,
    /// What the optimiser remembers.
    pub optimizer: OptimizerState,
    /// All that defines the run.
    pub settings: Settings,
    /// How far it has come.
    pub progress: Progress,
    /// What it started from.
    pub base: Base,
    /// Which variants of its convolutions run: others would round otherwise.
    pub choices: Choices,
}

pub(super) const FIRST_MOMENT: &str = "optimizer.first_moment";
pub(super) const SECOND_MOMENT: &str = "optimizer.second_moment";

pub(super) const KIND: &str = "bnonly.kind";
const SETTINGS: &str = "bnonly.settings";
const BASE: &str = "bnonly.base";
const BASE_DIGEST: &str = "bnonly.base-digest";
const STEP: &str = "bnonly.step";
const EPOCH: &str = "bnonly.epoch";
const SECONDS: &str = "bnonly.seconds";
const BEST_ACCURACY: &str = "bnonly.best-accuracy";
const OPTIMIZER_STEPS: &str = "bnonly.optimizer-steps";
const CHOICES: &str = "bnonly.convolutions";

impl Checkpoint {
    /// Writes it as a safetensors file. To replace a file safely, see
    /// `atomic_file::write_atomically`.
    ///
    /// # Errors
    /// What `out` reports, and settings that TOML cannot hold.
    pub fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let mut metadata = run_metadata("checkpoint", &self.settings, &self.base)?;
        let progress = &self.progress;
        let mut put = |key: &str, value: String| metadata.insert(key.to_owned(), value);
        put(STEP, progress.step.to_string());
        put(EPOCH, progress.epoch.to_string());
        put(SECONDS, progress.seconds.to_string());
        put(OPTIMIZER_STEPS, self.optimizer.steps.to_string());
        put(CHOICES, serde_json::to_string(&self.choices)?);
        if let Some(accuracy) = progress.best_accuracy {
            put(BEST_ACCURACY, accuracy.to_string());
        }
        let mut tensors = self.tensors.clone();
        let moments = [
            (FIRST_MOMENT, &self.optimizer.first_moment),
            (SECOND_MOMENT, &self.optimizer.second_moment),
        ];
        for (name, values) in moments.into_iter().filter(|(_, values)| !values.is_empty()) {
            tensors.push(NamedTensor {
                name: name.to_owned(),
                shape: vec![values.len()],
                data: TensorData::F32(values.clone()),
            });
        }
        write_tensors(out, &tensors, &metadata)
    }

    /// Reads a checkpoint that [`Checkpoint::write`] wrote.
    ///
    /// # Errors
    /// A file that cannot be read, is damaged, or is no checkpoint of this program.
    pub fn read(path: &Path) -> Result<Self, CheckpointError> {
        Self::from_file(&path.display().to_string(), read_tensors(path)?)
    }

    /// Reads a checkpoint from memory; `file` is its name in errors.
    ///
    /// # Errors
    /// As [`Checkpoint::read`].
    pub fn parse(file: &str, bytes: &[u8]) -> Result<Self, CheckpointError> {
        Self::from_file(file, parse_tensors(file, bytes)?)
    }

    pub(super) fn from_file(file: &str, content: TensorFile) -> Result<Self, CheckpointError> {
        let entries = Entries {
            file,
            kind: "checkpoint",
            metadata: &content.metadata,
        };
        let (settings, base) = entries.run()?;
        let progress = Progress {
            step: entries.number(STEP)?,
            epoch: entries.finite(EPOCH)?,
            seconds: entries.finite(SECONDS)?,
            best_accuracy: match content.metadata.contains_key(BEST_ACCURACY) {
                true => Some(entries.finite(BEST_ACCURACY)?),
                false => None,
            },
        };
        // A file of an earlier version has none; others that do not read are as good as none.
        let choices = content.metadata.get(CHOICES);
        let choices = choices.and_then(|text| serde_json::from_str(text).ok());
        let (remembered, tensors): (Vec<_>, Vec<_>) = content
            .tensors
            .into_iter()
            .partition(|t| t.name.starts_with(OPTIMIZER_PREFIX));
        let mut remembered: BTreeMap<String, NamedTensor> = remembered
            .into_iter()
            .map(|tensor| (tensor.name.clone(), tensor))
            .collect();
        let mut moment = |key: &'static str| match remembered.remove(key).map(|t| t.data) {
            None => Ok(Vec::new()),
            Some(TensorData::F32(values)) if values.iter().all(|v| v.is_finite()) => Ok(values),
            Some(_) => Err(entries.wrong(key, "of another type, or NaN", "finite F32 values")),
        };
        let optimizer = OptimizerState {
            steps: entries.number(OPTIMIZER_STEPS)?,
            first_moment: moment(FIRST_MOMENT)?,
            second_moment: moment(SECOND_MOMENT)?,
        };
        let (first, second) = (optimizer.first_moment.len(), optimizer.second_moment.len());
        if second != 0 && second != first {
            let found = format!("{second} values long");
            return Err(entries.wrong(SECOND_MOMENT, &found, "as many as optimizer.first_moment"));
        }
        Ok(Self {
            tensors,
            optimizer,
            settings,
            progress,
            base,
            choices: choices.unwrap_or_default(),
        })
    }
}

/// The metadata that every file of a run has.
pub(super) fn run_metadata(kind: &str, settings: &Settings, base: &Base) -> io::Result<Metadata> {
    let settings_text = settings.to_toml().map_err(io::Error::other)?;
    let entries = [
        (KIND, kind.to_owned()),
        ("bnonly.version", env!("CARGO_PKG_VERSION").to_owned()),
        ("bnonly.seed", settings.seed.to_string()),
        (SETTINGS, settings_text),
        (BASE, base.origin()),
        (BASE_DIGEST, base.digest.clone()),
    ];
    Ok(entries
        .into_iter()
        .map(|(key, value)| (key.to_owned(), value))
        .collect())
}

/// Reads metadata and says what is wrong with them.
pub(super) struct Entries<'a> {
    pub(super) file: &'a str,
    pub(super) kind: &'static str,
    pub(super) metadata: &'a Metadata,
}

impl Entries<'_> {
    /// Settings and base, after a look at the file's kind.
    pub(super) fn run(&self) -> Result<(Settings, Base), CheckpointError> {
        if self.text(KIND)? != self.kind {
            return Err(self.foreign(KIND));
        }
        let settings = Settings::from_toml(self.text(SETTINGS)?).and_then(|settings| {
            settings.validate()?;
            Ok(settings)
        });
        let settings = settings.map_err(|source| CheckpointError::Settings {
            file: self.file.to_owned(),
            source,
        })?;
        let (origin, digest) = (self.text(BASE)?, self.text(BASE_DIGEST)?.to_owned());
        let seed = origin
            .strip_prefix("seed:")
            .and_then(|seed| seed.parse().ok());
        let base = Base { seed, digest };
        if base.origin() != origin {
            return Err(self.wrong(BASE, origin, "seed:N, or sha256: and the base's digest"));
        }
        Ok((settings, base))
    }

    pub(super) fn text(&self, key: &'static str) -> Result<&str, CheckpointError> {
        self.metadata
            .get(key)
            .map(String::as_str)
            .ok_or_else(|| self.foreign(key))
    }

    pub(super) fn number<T: FromStr>(&self, key: &'static str) -> Result<T, CheckpointError> {
        let text = self.text(key)?;
        text.parse().map_err(|_| self.wrong(key, text, "a number"))
    }

    fn finite(&self, key: &'static str) -> Result<f64, CheckpointError> {
        let value: f64 = self.number(key)?;
        if value.is_finite() && value >= 0.0 {
            return Ok(value);
        }
        Err(self.wrong(key, &value.to_string(), "a finite number of at least 0"))
    }

    fn foreign(&self, key: &'static str) -> CheckpointError {
        CheckpointError::Foreign {
            file: self.file.to_owned(),
            expected: self.kind,
            key,
        }
    }

    pub(super) fn wrong(
        &self,
        key: &'static str,
        found: &str,
        expected: &'static str,
    ) -> CheckpointError {
        let found = found
            .chars()
            .take(100)
            .flat_map(char::escape_debug)
            .collect();
        CheckpointError::Entry {
            file: self.file.to_owned(),
            key,
            found,
            expected,
        }
    }
}
