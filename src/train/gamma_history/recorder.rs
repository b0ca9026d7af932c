//! Who writes the file while a run goes on.

use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::format::{header, is_finite, record_bytes, write_record};
use super::read::{GammaHistoryError, read_gammas, read_records};
use super::thin::Thinning;
use super::{
    FEWEST_SNAPSHOTS, GammaHistory, GammaLayer, GammaSnapshot, MOST_BYTES, MOST_SNAPSHOTS,
    gammas_path, not_kept,
};
use crate::field::Explanation;
use crate::platform::fs::{self, File, OpenOptions};
use crate::study::gamma::Norms;
use crate::train::atomic_file::write_atomically;

/// γ's history of a run under way, open for writing. A record is behind the others as soon as it is pushed;
/// thinning replaces the file as a whole, so that it is whole at all times but for its end.
#[derive(Debug)]
pub struct Recorder {
    path: PathBuf,
    header: Vec<u8>,
    channels: usize,
    file: File,
    /// Of the records in the file, in their order.
    steps: Vec<u64>,
    thinning: Thinning,
    /// The record last pushed; kept for its memory.
    record: Vec<u8>,
}

/// A recorder, what a run that goes on had kept so far, and what a person should know of it.
#[derive(Debug)]
pub struct Opened {
    /// Who writes on.
    pub recorder: Recorder,
    /// What was there, up to the step to go on from.
    pub past: GammaHistory,
    /// What was cut, replaced, or never kept.
    pub note: Option<Explanation>,
}

impl Recorder {
    /// Opens the file of the run at `run` after `step`: what was kept of later steps is cut away, as the run
    /// takes them again. A file of another network, or of something else, is set aside and named.
    ///
    /// # Errors
    /// A file that cannot be read or written.
    pub fn open(run: &Path, layers: &[GammaLayer], step: u64) -> io::Result<Opened> {
        let path = gammas_path(run);
        let (mut past, mut note) = match read_gammas(&path) {
            Ok(Some(past)) if past.layers == layers => {
                let note = past.note(run);
                (past, note)
            }
            Ok(None) => (GammaHistory::default(), (step > 0).then(|| not_kept(run))),
            Ok(Some(_)) => {
                let what = "its layers are another network's".to_owned();
                let path = path.clone();
                let error = GammaHistoryError::Foreign { path, what };
                (GammaHistory::default(), Some(set_aside(&error, run)?))
            }
            Err(GammaHistoryError::File { source, .. }) => return Err(source),
            Err(error) => (GammaHistory::default(), Some(set_aside(&error, run)?)),
        };
        let found = past.snapshots.len();
        let is_damaged = past.left_out > 0 || past.layers != layers;
        past.layers = layers.to_vec();
        past.snapshots.retain(|snapshot| snapshot.step <= step);
        if step == 0 {
            // A new run has no past.
            note = None;
        }
        let channels = layers.iter().map(|layer| layer.channels).sum();
        let capacity = MOST_BYTES / record_bytes(channels);
        let capacity = capacity.clamp(FEWEST_SNAPSHOTS, MOST_SNAPSHOTS);
        let mut thinning = Thinning::resumed(capacity, step);
        let mut snapshots = past.snapshots.clone();
        thinning.thin(&mut snapshots, |snapshot| snapshot.step);
        let header = header(layers)?;
        let is_ours = fs::read(&path).is_ok_and(|bytes| bytes.starts_with(&header));
        if is_damaged || snapshots.len() < found || !is_ours {
            write_all(&path, &header, &snapshots)?;
        }
        let recorder = Self {
            file: append_to(&path)?,
            path,
            header,
            channels,
            steps: snapshots.iter().map(|snapshot| snapshot.step).collect(),
            thinning,
            record: Vec::with_capacity(record_bytes(channels)),
        };
        Ok(Opened {
            recorder,
            past,
            note,
        })
    }

    /// Whether there is a place for a snapshot of this step: as many steps after the last one as lie between
    /// those that are kept of so long a run.
    pub fn is_due(&self, step: u64) -> bool {
        let spacing = self.thinning.spacing();
        let last = self.steps.last();
        last.is_none_or(|last| step >= last.saturating_add(spacing))
    }

    /// Snapshots in the file.
    pub fn len(&self) -> usize {
        self.steps.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// Adds a snapshot. One of a step that is not after the last one adds nothing, and neither does one of
    /// a training that diverged, whose values are no numbers.
    ///
    /// # Errors
    /// A file that cannot be written to.
    ///
    /// # Panics
    /// If it is another network's.
    pub fn push(&mut self, step: u64, epoch: f64, seconds: f64, norms: &Norms) -> io::Result<()> {
        assert_eq!(
            [norms.gamma.len(), norms.beta.len()],
            [self.channels; 2],
            "γ and β of another network"
        );
        let is_new = self.steps.last().is_none_or(|last| step > *last);
        if !is_new || !is_finite(norms) {
            return Ok(());
        }
        write_record(&mut self.record, step, epoch, seconds, norms);
        self.file.write_all(&self.record)?;
        self.steps.push(step);
        if self.thinning.thin(&mut self.steps, |step| *step) {
            self.rewrite()?;
        }
        Ok(())
    }

    /// Makes sure that all of it is on the disk.
    ///
    /// # Errors
    /// A disk that is full, or gone.
    pub fn sync(&self) -> io::Result<()> {
        self.file.sync_data()
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes all that was kept into the new folder of a run whose folder is gone: what was written into a deleted
    /// file is there as long as it is open.
    ///
    /// # Errors
    /// A file that cannot be written.
    pub fn write_anew(&mut self, run: &Path) -> io::Result<()> {
        let path = gammas_path(run);
        let kept = self.kept()?;
        write_all(&path, &self.header, &kept)?;
        self.file = append_to(&path)?;
        self.path = path;
        Ok(())
    }

    /// Keeps the records of `steps` alone.
    fn rewrite(&mut self) -> io::Result<()> {
        let kept = self.kept()?;
        write_all(&self.path, &self.header, &kept)?;
        self.file = append_to(&self.path)?;
        Ok(())
    }

    /// The records of `steps`.
    fn kept(&mut self) -> io::Result<Vec<GammaSnapshot>> {
        let mut bytes = Vec::new();
        self.file.seek(SeekFrom::Start(self.header.len() as u64))?;
        self.file.read_to_end(&mut bytes)?;
        let mut history = GammaHistory::default();
        let len = bytes.len() as u64;
        read_records(&mut bytes.as_slice(), self.channels, len, &mut history)?;
        let mut kept = history.snapshots;
        kept.retain(|snapshot| self.steps.binary_search(&snapshot.step).is_ok());
        Ok(kept)
    }
}

fn append_to(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.create(true).read(true).append(true).open(path)
}

fn write_all(path: &Path, header: &[u8], snapshots: &[GammaSnapshot]) -> io::Result<()> {
    write_atomically(path, |out| {
        out.write_all(header)?;
        let mut record = Vec::new();
        for GammaSnapshot {
            step,
            epoch,
            seconds,
            norms,
        } in snapshots
        {
            write_record(&mut record, *step, *epoch, *seconds, norms);
            out.write_all(&record)?;
        }
        Ok(())
    })
}

/// Gives a file that is no history of this run another name, and says so.
fn set_aside(error: &GammaHistoryError, run: &Path) -> io::Result<Explanation> {
    let path = gammas_path(run);
    let mut aside = path.clone().into_os_string();
    aside.push(".set-aside");
    let aside = PathBuf::from(aside);
    fs::rename(&path, &aside)?;
    Ok(Explanation::new(format!(
        "{error}; it is {} now, and a new one begins",
        aside.display()
    )))
}
