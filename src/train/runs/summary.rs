//! One run in a few numbers, read from its folder.

use std::io;
use std::path::{Path, PathBuf};

use super::last::{Last, last};
use super::name::read_name;
use crate::field::{Explain, Explanation};
use crate::platform::fs;
use crate::platform::lock::holder;
use crate::train::metric::Metric;
use crate::train::run_folder::{Facts, LOCK, delta_path, last_path, metrics_path};
use crate::train::settings::{Settings, SettingsError};

/// Bytes of a `config.toml`.
const LONGEST_CONFIG: u64 = 1 << 20;

/// Whether a run goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RunState {
    /// A program trains it just now: what it wrote of itself, which may be nothing.
    Training(String),
    /// All its steps are done.
    Finished,
    /// It was stopped or broke off, and can go on.
    Interrupted,
    /// It broke off before its first checkpoint, and cannot go on.
    Empty,
}

impl RunState {
    /// A word.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Training(_) => "training",
            Self::Finished => "finished",
            Self::Interrupted => "interrupted",
            Self::Empty => "not begun",
        }
    }
}

/// One run in a few numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct RunSummary {
    /// Where it is.
    pub folder: PathBuf,
    /// The name that a person gave it.
    pub given_name: Option<String>,
    /// All that defines it.
    pub settings: Settings,
    /// What the settings leave open.
    pub facts: Facts,
    /// Whether it goes on.
    pub state: RunState,
    /// Steps finished.
    pub step: u64,
    /// Epochs finished, with the part of the one under way.
    pub epoch: f64,
    /// Share of the test set that was classified correctly at the last evaluation.
    pub accuracy: Option<f64>,
    /// Share of BatchNorm channels with |γ| < 0.01 then.
    pub off: Option<f64>,
    /// Seconds of training and evaluation.
    pub seconds: f64,
    /// When something was written to it last, in seconds since 1970; a page does not know.
    pub changed: Option<u64>,
}

/// Why a folder gives no summary.
#[derive(Debug, thiserror::Error)]
pub enum SummaryError {
    /// The operating system refused.
    #[error("{}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Settings that do not read.
    #[error("{}: {source}", path.display())]
    Settings {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        source: SettingsError,
    },
}

impl Explain for SummaryError {
    fn explain(&self) -> Explanation {
        Explanation::new(self)
    }
}

impl RunSummary {
    /// Reads that of the run at `folder`; a long run takes hardly longer than a short one.
    ///
    /// # Errors
    /// Settings or metrics that cannot be read.
    pub fn read(folder: &Path) -> Result<Self, SummaryError> {
        let settings = settings(folder)?;
        let metrics = metrics_path(folder);
        let Last { step, eval } = last(&metrics).map_err(|source| SummaryError::File {
            path: metrics.clone(),
            source,
        })?;
        let facts = Facts::read(folder);
        let (mut at, mut epoch, mut seconds) = (0, 0.0_f64, 0.0_f64);
        for metric in step.iter().chain(&eval) {
            at = at.max(metric.step());
            epoch = epoch.max(metric.epoch());
            seconds = seconds.max(metric.seconds());
        }
        let (accuracy, off, evaluated) = match eval {
            Some(Metric::Eval {
                step,
                accuracy,
                gamma_below_001,
                ..
            }) => (Some(accuracy), Some(gamma_below_001), step),
            _ => (None, None, 0),
        };
        let is_done = evaluated == at && is_last(&settings, &facts, at, epoch);
        let state = match holder(&folder.join(LOCK)) {
            Some(holder) => RunState::Training(holder),
            None if is_done && fs::exists(&delta_path(folder)) => RunState::Finished,
            None if fs::exists(&last_path(folder)) => RunState::Interrupted,
            None => RunState::Empty,
        };
        Ok(Self {
            folder: folder.to_owned(),
            given_name: read_name(folder),
            settings,
            facts,
            state,
            step: at,
            epoch,
            accuracy,
            off,
            seconds,
            changed: fs::modified(&metrics).max(fs::modified(&last_path(folder))),
        })
    }

    /// The standard error of its accuracy: that of a proportion, √(p (1 − p) / n) for n test images. `None`
    /// where their number is not known.
    pub fn accuracy_error(&self) -> Option<f64> {
        let (share, images) = (self.accuracy?, self.facts.test_images);
        (images > 0).then(|| (share * (1.0 - share) / images as f64).sqrt())
    }

    /// What its folder is called.
    pub fn folder_name(&self) -> String {
        let name = self.folder.file_name().unwrap_or(self.folder.as_os_str());
        name.to_string_lossy().into_owned()
    }

    /// How many of its steps are done, from 0 to 1; `None` where it is not known.
    pub fn progress(&self) -> Option<f64> {
        let total = match self.facts.total_steps {
            0 => self.settings.max_steps?,
            total => total,
        };
        (total > 0).then(|| (self.step as f64 / total as f64).min(1.0))
    }

    /// Whether it can go on from where it is.
    pub fn can_go_on(&self) -> bool {
        self.state == RunState::Interrupted
    }
}

/// Whether a step is the last that a run was to take.
fn is_last(settings: &Settings, facts: &Facts, step: u64, epoch: f64) -> bool {
    match (facts.total_steps, settings.max_steps) {
        (0, None) => epoch + 1e-6 >= f64::from(settings.epochs),
        (0, Some(steps)) => step >= steps,
        (steps, _) => step >= steps,
    }
}

fn settings(folder: &Path) -> Result<Settings, SummaryError> {
    use io::Read as _;
    let path = folder.join("config.toml");
    let failed = |source| SummaryError::File {
        path: path.clone(),
        source,
    };
    let (_, file) = fs::open(&path).map_err(failed)?;
    let mut bytes = Vec::new();
    file.take(LONGEST_CONFIG)
        .read_to_end(&mut bytes)
        .map_err(failed)?;
    Settings::from_config(&bytes).map_err(|source| SummaryError::Settings {
        path: path.clone(),
        source,
    })
}
