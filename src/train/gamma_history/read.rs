//! Reading the file back, whatever it holds.

use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use super::format::{LONGEST_HEADER, layers, read_record, record_bytes};
use super::{GammaHistory, MOST_BYTES, MOST_SNAPSHOTS};
use crate::platform::fs;

/// Bytes that are read at most, many times what this program writes.
const MOST_READ: u64 = 16 * MOST_BYTES as u64;

/// Records that are read at most, likewise.
const MOST_RECORDS: usize = 16 * MOST_SNAPSHOTS;

/// Why γ's history cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum GammaHistoryError {
    /// The operating system refused.
    #[error("{}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It is something else.
    #[error("{} is no history of γ: {what}; without it the run has no past of γ to show", path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        what: String,
    },
}

/// Reads γ's history from a file; `None` if it is not there. Records that are damaged, out of order, or cut
/// short at the end are left out and counted.
///
/// # Errors
/// A file that cannot be read, or is something else.
pub fn read_gammas(path: &Path) -> Result<Option<GammaHistory>, GammaHistoryError> {
    let failed = |source| GammaHistoryError::File {
        path: path.to_owned(),
        source,
    };
    let (bytes, file) = match fs::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        opened => opened.map_err(failed)?,
    };
    let foreign = |what: String| GammaHistoryError::Foreign {
        path: path.to_owned(),
        what,
    };
    if bytes > MOST_READ {
        return Err(foreign(format!(
            "it has {bytes} bytes, expected at most {MOST_READ}"
        )));
    }
    let mut reader = BufReader::with_capacity(1 << 16, file);
    let mut line = Vec::new();
    (&mut reader)
        .take(LONGEST_HEADER as u64)
        .read_until(b'\n', &mut line)
        .map_err(failed)?;
    let layers = match line.ends_with(b"\n") {
        true => layers(&line).map_err(foreign)?,
        // Not even the first line was written: nothing of γ was lost.
        false if line.is_empty() => return Ok(None),
        false => return Err(foreign("its first line has no end".to_owned())),
    };
    let channels = layers.iter().map(|layer| layer.channels).sum();
    let mut history = GammaHistory {
        layers,
        ..GammaHistory::default()
    };
    read_records(&mut reader, channels, bytes, &mut history).map_err(failed)?;
    Ok(Some(history))
}

pub(super) fn read_records(
    reader: &mut impl Read,
    channels: usize,
    bytes: u64,
    history: &mut GammaHistory,
) -> io::Result<()> {
    let size = record_bytes(channels);
    if size as u64 > bytes {
        let mut rest = [0];
        history.left_out += usize::from(reader.read(&mut rest)? > 0);
        return Ok(());
    }
    let mut record = Vec::with_capacity(size);
    for _ in 0..MOST_RECORDS {
        record.clear();
        reader.take(size as u64).read_to_end(&mut record)?;
        if record.is_empty() {
            break;
        }
        let snapshot = match record.len() == size {
            true => read_record(&record),
            false => None,
        };
        let last = history.snapshots.last().map(|last| last.step);
        match snapshot.filter(|snapshot| last.is_none_or(|last| snapshot.step > last)) {
            Some(snapshot) => history.snapshots.push(snapshot),
            None => history.left_out += 1,
        }
    }
    Ok(())
}
