//! The folder of a run: `config.toml`, `facts.toml`, `manifest.tsv`, `metrics.jsonl`, `gamma.history`, `checkpoints/`, `delta.safetensors`, `plots/`; and
//! `lock`, which whoever trains it holds.

mod anew;
mod date;
mod error;
mod facts;
mod place;

use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use web_time::SystemTime;

use super::atomic_file::write_atomically;
use super::checkpoint::{Checkpoint, CheckpointError};
use super::delta::Delta;
use super::history::History;
use super::manifest;
use super::metric::Metric;
use super::metrics_file::{FoundLine, MetricsReader, metric_of};
use super::settings::Settings;
use crate::data::Manifest;
use crate::field::Explanation;
use crate::platform::fs::{self, File, OpenOptions};
use crate::platform::lock::{Lock, Locked, try_lock};
use crate::platform::yield_now;

use anew::Presence;
pub use date::day;
use date::utc;
pub use error::RunFolderError;
pub use facts::Facts;
pub use place::{check_new, check_place};

/// The file that is locked while a run is trained.
pub const LOCK: &str = "lock";

/// Lines of `metrics.jsonl` that may wait in memory.
const LINES_KEPT: usize = 32;

/// A run's folder, open for writing; no other program can open it meanwhile.
#[derive(Debug)]
pub struct RunFolder {
    path: PathBuf,
    metrics: BufWriter<File>,
    unwritten: usize,
    claim: Claim,
    presence: Presence,
}

/// A run's folder is this program's.
#[derive(Debug, Default)]
struct Claim {
    _lock: Option<Lock>,
    note: Option<Explanation>,
}

impl RunFolder {
    /// Makes a new folder `runs/TIME-MODEL-MODE`, with `-2`, `-3` … behind it where one is there.
    ///
    /// # Errors
    /// A folder that cannot be made or written to.
    pub fn create(
        runs: &Path,
        settings: &Settings,
        now: SystemTime,
    ) -> Result<Self, RunFolderError> {
        fs::create_dir_all(runs).map_err(|source| failed(runs, source))?;
        let name = folder_name(
            now,
            &settings.model.to_string(),
            &settings.train.to_string(),
        );
        for number in 1_u32.. {
            let path = match number {
                1 => runs.join(&name),
                _ => runs.join(format!("{name}-{number}")),
            };
            // Making the folder is what claims the name; another process may ask for it as well.
            match fs::create_dir(&path) {
                Ok(()) => return Self::fill(path, settings, true),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(source) => return Err(failed(&path, source)),
            }
        }
        unreachable!("no file system holds four billion folders of one name")
    }

    /// Makes a run's folder at `path`, which must be new or an empty folder.
    ///
    /// # Errors
    /// A path that something stands at, or that cannot be made or written to.
    pub fn create_at(path: &Path, settings: &Settings) -> Result<Self, RunFolderError> {
        place::check_free(path)?;
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(|source| failed(parent, source))?;
        }
        let is_new = match fs::create_dir(path) {
            Ok(()) => true,
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => false,
            Err(source) => return Err(failed(path, source)),
        };
        Self::fill(path.to_owned(), settings, is_new)
    }

    fn fill(path: PathBuf, settings: &Settings, is_new: bool) -> Result<Self, RunFolderError> {
        let filled = Self::try_fill(&path, settings);
        let is_ours = !matches!(filled, Err(RunFolderError::InUse { .. }));
        if filled.is_err() && is_ours && is_new {
            // Nothing is left half-made; the first error is the one to report.
            let _ = fs::remove_dir_all(&path);
        }
        filled
    }

    fn try_fill(path: &Path, settings: &Settings) -> Result<Self, RunFolderError> {
        let claim = claim(path)?;
        save_settings(path, settings)?;
        let checkpoints = path.join("checkpoints");
        fs::create_dir_all(&checkpoints).map_err(|source| failed(&checkpoints, source))?;
        Self::open(path.to_owned(), claim)
    }

    fn open(path: PathBuf, claim: Claim) -> Result<Self, RunFolderError> {
        let metrics = metrics_path(&path);
        let file = OpenOptions::new()
            .read(true)
            .create(true)
            .append(true)
            .open(&metrics);
        let file = file.map_err(|source| failed(&metrics, source))?;
        Ok(Self {
            path,
            metrics: BufWriter::new(file),
            unwritten: 0,
            claim,
            presence: Presence::default(),
        })
    }

    /// Opens an interrupted run where its last checkpoint left it: lines of `metrics.jsonl` that
    /// were written after the checkpoint are cut away, as the resumed run writes them again.
    ///
    /// # Errors
    /// A folder that is no run, that another program trains, or whose last checkpoint is missing or damaged.
    pub fn resume(path: &Path) -> Result<(Self, Checkpoint), RunFolderError> {
        if !fs::is_file(&path.join("config.toml")) {
            return Err(RunFolderError::NotARun {
                path: path.to_owned(),
            });
        }
        let claim = claim(path)?;
        let checkpoint = read_last(path)?;
        let metrics = metrics_path(path);
        cut_back(&metrics, checkpoint.progress.step).map_err(|source| failed(&metrics, source))?;
        Ok((Self::open(path.to_owned(), claim)?, checkpoint))
    }

    /// Replaces `config.toml`, for a run that goes on for longer than it was meant to.
    ///
    /// # Errors
    /// A file that cannot be written.
    pub fn save_settings(&self, settings: &Settings) -> Result<(), RunFolderError> {
        save_settings(&self.path, settings)
    }

    /// Replaces `manifest.tsv`.
    ///
    /// # Errors
    /// A file that cannot be written.
    pub fn save_manifest(&self, manifest: &Manifest) -> Result<(), RunFolderError> {
        manifest::write(&self.path, manifest)
            .map_err(|source| failed(&manifest::manifest_path(&self.path), source))
    }

    /// Replaces `facts.toml`.
    ///
    /// # Errors
    /// A file that cannot be written.
    pub fn save_facts(&self, facts: &Facts) -> Result<(), RunFolderError> {
        let written = facts.write(&self.path);
        written.map_err(|source| failed(&facts::facts_path(&self.path), source))
    }

    /// What the person who trains should know of the folder.
    pub fn note(&self) -> Option<&Explanation> {
        self.claim.note.as_ref()
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Where the pictures go.
    pub fn plots_path(&self) -> PathBuf {
        self.path.join("plots")
    }

    /// Adds a line to `metrics.jsonl`. Evaluations are written out at once, steps a few at a time.
    ///
    /// # Errors
    /// A number that JSON cannot hold: the trainer has to stop at a loss that is NaN before it
    /// reports it. Or a file that cannot be written to.
    pub fn log(&mut self, event: &Metric) -> Result<(), RunFolderError> {
        let numbers = match event {
            Metric::Step {
                epoch,
                loss,
                accuracy,
                lr,
                seconds,
                ..
            } => vec![epoch, loss, accuracy, lr, seconds],
            Metric::Eval {
                epoch,
                loss,
                accuracy,
                gamma_below_001,
                seconds,
                ..
            } => {
                vec![epoch, loss, accuracy, gamma_below_001, seconds]
            }
        };
        if numbers.into_iter().any(|number| !number.is_finite()) {
            return Err(RunFolderError::NotFinite {
                event: format!("{event:?}"),
            });
        }
        let mut line =
            serde_json::to_vec(event).map_err(|error| self.metrics_failed(error.into()))?;
        line.push(b'\n');
        self.metrics
            .write_all(&line)
            .map_err(|source| self.metrics_failed(source))?;
        self.unwritten += 1;
        if matches!(event, Metric::Eval { .. }) || self.unwritten >= LINES_KEPT {
            self.flush()?;
        }
        Ok(())
    }

    /// Writes all lines out.
    ///
    /// # Errors
    /// A file that cannot be written to.
    pub fn flush(&mut self) -> Result<(), RunFolderError> {
        self.unwritten = 0;
        self.metrics
            .flush()
            .map_err(|source| self.metrics_failed(source))?;
        // Whoever writes on is to know soon that nobody will find it.
        self.is_gone();
        Ok(())
    }

    /// All that was logged so far, for the pictures at the end, and for a run that goes on. It may be a million
    /// lines: a page has its turns in between.
    ///
    /// # Errors
    /// A file that cannot be read.
    pub async fn history(&mut self) -> Result<History, RunFolderError> {
        self.flush()?;
        let file = File::open(metrics_path(&self.path));
        let mut reader = MetricsReader::new(file.map_err(|source| self.metrics_failed(source))?);
        let mut history = History::default();
        for number in 1_u64.. {
            let line = reader.next_line();
            match line.map_err(|source| self.metrics_failed(source))? {
                None => break,
                Some(FoundLine::Metric(metric)) => history.push(&metric),
                // Nothing but a fault of the disk makes one; the rest of the run is worth more.
                Some(FoundLine::Odd(_)) => {}
            }
            if number.is_multiple_of(10_000) {
                yield_now().await;
            }
        }
        Ok(history)
    }

    /// Replaces `checkpoints/last.safetensors`. What was logged is on the disk before that, so that
    /// the metrics never end before the checkpoint does: log an evaluation first, then save.
    ///
    /// # Errors
    /// A file that cannot be written; the earlier one is whole then. [`RunFolderError::Gone`] if the folder is.
    pub fn save_last(&mut self, checkpoint: &Checkpoint) -> Result<(), RunFolderError> {
        self.flush()?;
        self.expect_there()?;
        self.metrics
            .get_ref()
            .sync_data()
            .map_err(|source| self.metrics_failed(source))?;
        save(&last_path(&self.path), |out| checkpoint.write(out))
    }

    /// Replaces `checkpoints/best.safetensors`.
    ///
    /// # Errors
    /// As [`RunFolder::save_last`].
    pub fn save_best(&self, checkpoint: &Checkpoint) -> Result<(), RunFolderError> {
        save(&best_path(&self.path), |out| checkpoint.write(out))
    }

    /// Replaces `delta.safetensors`.
    ///
    /// # Errors
    /// As [`RunFolder::save_last`].
    pub fn save_delta(&self, delta: &Delta) -> Result<(), RunFolderError> {
        save(&delta_path(&self.path), |out| delta.write(out))
    }

    fn metrics_failed(&self, source: io::Error) -> RunFolderError {
        failed(&metrics_path(&self.path), source)
    }
}

/// All that the run at `run` reported, whoever writes to it.
///
/// # Errors
/// A file that cannot be read.
pub fn read_events(run: &Path) -> Result<Vec<Metric>, RunFolderError> {
    let metrics = metrics_path(run);
    let bytes = fs::read(&metrics).map_err(|source| failed(&metrics, source))?;
    let lines = bytes.split_inclusive(|byte| *byte == b'\n');
    Ok(lines.filter_map(metric_of).collect())
}

/// The last checkpoint of the run at `run`.
///
/// # Errors
/// A folder that is no run, or whose last checkpoint is missing or damaged.
pub fn read_last(run: &Path) -> Result<Checkpoint, RunFolderError> {
    if !fs::is_file(&run.join("config.toml")) {
        return Err(RunFolderError::NotARun {
            path: run.to_owned(),
        });
    }
    let last = last_path(run);
    if !fs::exists(&last) {
        return Err(RunFolderError::NoCheckpoint {
            path: run.to_owned(),
        });
    }
    Checkpoint::read(&last).map_err(|source| RunFolderError::Damaged {
        source: Box::new(source),
        best: best_path(run),
    })
}

/// Makes a run this program's, for as long as the claim is held; the system forgets it with the program.
fn claim(run: &Path) -> Result<Claim, RunFolderError> {
    let path = run.join(LOCK);
    match try_lock(&path).map_err(|source| failed(&path, source))? {
        Locked::Held(lock) => Ok(Claim {
            _lock: Some(lock),
            note: None,
        }),
        Locked::Taken(holder) => Err(RunFolderError::InUse {
            path: run.to_owned(),
            holder: match holder.is_empty() {
                true => "another program".to_owned(),
                false => holder,
            },
        }),
        Locked::Impossible(error) => Ok(Claim {
            _lock: None,
            note: Some(Explanation::new(format!(
                "{} cannot be locked ({error}); take care that no other program trains this run at the same time",
                path.display()
            ))),
        }),
    }
}

fn save_settings(run: &Path, settings: &Settings) -> Result<(), RunFolderError> {
    let config = run.join("config.toml");
    let text = settings.to_toml().map_err(io::Error::other);
    text.and_then(|text| write_atomically(&config, |out| out.write_all(text.as_bytes())))
        .map_err(|source| failed(&config, source))
}

fn save(
    path: &Path,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<(), RunFolderError> {
    write_atomically(path, write).map_err(|source| {
        let file = path.display().to_string();
        RunFolderError::Save(Box::new(CheckpointError::Write { file, source }))
    })
}

fn failed(path: &Path, source: io::Error) -> RunFolderError {
    RunFolderError::File {
        path: path.to_owned(),
        source,
    }
}

/// The run that a path leads to: a run's folder, or that of the run whose checkpoint or delta it is.
pub fn run_of(path: &Path) -> Option<PathBuf> {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let run = match fs::is_dir(&path) {
        true => path.as_path(),
        false => {
            let folder = path.parent()?;
            match folder.file_name().is_some_and(|name| name == "checkpoints") {
                true => folder.parent()?,
                false => folder,
            }
        }
    };
    fs::is_file(&run.join("config.toml")).then(|| run.to_owned())
}

/// `metrics.jsonl` of the run at `run`.
pub fn metrics_path(run: &Path) -> PathBuf {
    run.join("metrics.jsonl")
}

/// The checkpoint that a resumed run continues from.
pub fn last_path(run: &Path) -> PathBuf {
    run.join("checkpoints").join("last.safetensors")
}

/// The checkpoint with the best test accuracy.
pub fn best_path(run: &Path) -> PathBuf {
    run.join("checkpoints").join("best.safetensors")
}

/// What the run changed.
pub fn delta_path(run: &Path) -> PathBuf {
    run.join("delta.safetensors")
}

/// Keeps the lines of a metrics file up to a step, byte for byte. A last line that a killed process
/// left half-written goes as well. Only what goes is read: the lines before it may be a million.
fn cut_back(metrics: &Path, last_step: u64) -> io::Result<()> {
    let bytes = match fs::read(metrics) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        read => read?,
    };
    let is_kept = |line: &[u8]| match metric_of(line) {
        Some(Metric::Step { step, .. } | Metric::Eval { step, .. }) => step <= last_step,
        None => false,
    };
    let mut kept = bytes.as_slice();
    while let Some((_, before)) = kept.split_last() {
        let feed = before.iter().rposition(|byte| *byte == b'\n');
        let (before, line) = kept.split_at(feed.map_or(0, |feed| feed + 1));
        if is_kept(line) {
            break;
        }
        kept = before;
    }
    if kept.len() == bytes.len() {
        return Ok(());
    }
    write_atomically(metrics, |out| out.write_all(kept))
}

/// `20261122-221530-resnet-14-bn`: UTC, model and mode. What some file system refuses in a name
/// becomes `-`; a long list of parameters is cut.
pub fn folder_name(now: SystemTime, model: &str, mode: &str) -> String {
    let mut name = format!("{}-{model}-{mode}", utc(now));
    name = name
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || "+-_.".contains(c) {
                c
            } else {
                '-'
            }
        })
        .take(80)
        .collect();
    name.trim_end_matches(['-', '.']).to_owned()
}
