//! All that a run's folder tells of it, quickly: without its images, an adapter, or its lock.
//!
//! A long run is seen at once by a glance, and whole when all of `metrics.jsonl` has been read.

use std::fmt::Display;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::gamma_history::{GammaHistory, gammas_path, not_kept, read_gammas};
use super::history::{History, Series};
use super::metrics_file::{FoundLine, MetricsReader, glance};
use super::run_folder::{metrics_path, run_of};
use super::settings::{Settings, SettingsError};
use crate::field::{Explain, Explanation, Field};
use crate::platform::{self, fs};

/// Bytes of a `metrics.jsonl` above which there is a glance at it first.
const LONG: u64 = 2 << 20;

/// Lines between two turns, and between two words on how far it is.
const TURN: u64 = 10_000;

/// Lines that are read; what they hold then takes half a gigabyte.
const MOST_LINES: u64 = 10_000_000;

/// What a run's folder tells.
#[derive(Clone, Debug)]
pub struct ReadRun {
    /// Where it is.
    pub folder: PathBuf,
    /// All that defines it, from `config.toml`.
    pub settings: Settings,
    /// What it reported; a part of that, spread over the run, where this is a glance.
    pub history: History,
    /// γ and β over its course, where they were kept.
    pub gammas: Option<Arc<GammaHistory>>,
    /// Steps finished.
    pub step: u64,
    /// Batches of an epoch; 0 where it is not known, before the first step.
    pub steps_per_epoch: u64,
    /// Steps after which it is done; 0 where that is not known.
    pub total_steps: u64,
    /// What is missing, or was left out.
    pub notes: Vec<Explanation>,
}

impl ReadRun {
    /// Whether all of its steps are done, and evaluated.
    pub fn is_finished(&self) -> bool {
        let is_through = self.total_steps > 0 && self.step >= self.total_steps;
        is_through && self.history.is_evaluated(self.step)
    }

    /// Takes up what was reported, and what follows from that.
    fn report(&mut self, history: History) {
        self.step = history.last_step().unwrap_or_default();
        let last = |series| history.last(series);
        let last = last(Series::Loss).or_else(|| last(Series::TestLoss));
        // Epochs are steps over the batches of an epoch, to the last digit.
        let batches = last.map_or(0.0, |value| value.step as f64 / value.epoch);
        self.steps_per_epoch = if batches.is_finite() {
            batches.round() as u64
        } else {
            0
        };
        self.total_steps = match self.steps_per_epoch {
            0 => self.settings.max_steps.unwrap_or_default(),
            batches => self.settings.total_steps(batches),
        };
        self.history = history;
    }
}

/// How far the reading of a run is.
#[derive(Clone, Debug)]
pub enum Reading {
    /// What a glance shows of a long run.
    Glance(Box<ReadRun>),
    /// The part of it that is read, from 0 to 1.
    Share(f32),
}

/// Why a run cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadRunError {
    /// There is no run.
    #[error("{} is no run: it has no config.toml; expected the folder of a run", path.display())]
    NotARun {
        /// The folder.
        path: PathBuf,
    },
    /// Its settings cannot be read.
    #[error("{}: {source}", path.display())]
    Settings {
        /// The file.
        path: PathBuf,
        /// What is wrong with them.
        source: SettingsError,
    },
    /// The operating system refused.
    #[error("{}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

impl Explain for ReadRunError {
    fn explain(&self) -> Explanation {
        let told = Explanation::new(self);
        match self {
            Self::NotARun { .. } => told.about(Field::Resume),
            Self::Settings { .. } | Self::File { .. } => told,
        }
    }
}

/// Reads the run whose folder this is, or whose file. `tell` hears how far it is; a page has its turns in
/// between. Another program may be training it meanwhile. Lines that are no metrics and snapshots of γ that are
/// damaged are left out, which [`ReadRun::notes`] say.
///
/// # Errors
/// A path that leads to no run, or files that cannot be read.
pub async fn read_run(path: &Path, tell: &mut dyn FnMut(Reading)) -> Result<ReadRun, ReadRunError> {
    let folder = run_of(path).ok_or_else(|| ReadRunError::NotARun {
        path: path.to_owned(),
    })?;
    let mut run = ReadRun {
        settings: read_settings(&folder)?,
        history: History::default(),
        gammas: None,
        step: 0,
        steps_per_epoch: 0,
        total_steps: 0,
        notes: Vec::new(),
        folder,
    };
    run.take_gammas();
    let metrics = metrics_path(&run.folder);
    let failed = |source| ReadRunError::File {
        path: metrics.clone(),
        source,
    };
    let (bytes, mut file) = match fs::open(&metrics) {
        // A run that was ended before its first step.
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            run.report(History::default());
            return Ok(run);
        }
        opened => opened.map_err(failed)?,
    };
    if bytes > LONG {
        run.report(glance(&mut file, bytes).map_err(failed)?.iter().collect());
        tell(Reading::Glance(Box::new(run.clone())));
        (_, file) = fs::open(&metrics).map_err(failed)?;
    }
    let mut reader = MetricsReader::new(file);
    let (mut history, mut odd) = (History::default(), Odd::default());
    for number in 1_u64.. {
        match reader.next_line().map_err(failed)? {
            None => break,
            Some(FoundLine::Metric(metric)) => history.push(&metric),
            Some(FoundLine::Odd(_)) => odd.line(number),
        }
        if number.is_multiple_of(TURN) {
            tell(Reading::Share(reader.bytes() as f32 / bytes as f32));
            platform::yield_now().await;
        }
        if number == MOST_LINES {
            odd.is_cut = true;
            break;
        }
    }
    run.report(history);
    run.notes.extend(odd.note(metrics.display()));
    Ok(run)
}

impl ReadRun {
    fn take_gammas(&mut self) {
        match read_gammas(&gammas_path(&self.folder)) {
            Ok(Some(history)) => {
                self.notes.extend(history.note(&self.folder));
                self.gammas = Some(Arc::new(history));
            }
            Ok(None) => self.notes.push(not_kept(&self.folder)),
            Err(error) => self.notes.push(Explanation::new(error)),
        }
    }
}

fn read_settings(folder: &Path) -> Result<Settings, ReadRunError> {
    let path = folder.join("config.toml");
    let bytes = fs::read(&path).map_err(|source| ReadRunError::File {
        path: path.clone(),
        source,
    })?;
    Settings::from_config(&bytes).map_err(|source| ReadRunError::Settings { path, source })
}

/// Lines that are no metrics.
#[derive(Default)]
struct Odd {
    lines: u64,
    first: u64,
    /// Whether there are more lines than are read.
    is_cut: bool,
}

impl Odd {
    fn line(&mut self, number: u64) {
        if self.lines == 0 {
            self.first = number;
        }
        self.lines += 1;
    }

    fn note(&self, file: impl Display) -> Option<Explanation> {
        let (lines, first) = (self.lines, self.first);
        let text = match lines {
            _ if self.is_cut => {
                format!("{file} has more than {MOST_LINES} lines; only those are read")
            }
            0 => return None,
            1 => format!("line {first} of {file} is no metric of a run and is left out"),
            _ => format!(
                "{lines} lines of {file} are no metrics of a run and are left out; the first is line {first}"
            ),
        };
        Some(Explanation::new(text))
    }
}
