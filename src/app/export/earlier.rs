//! Reading what an earlier run reported, to compare with it.

use std::io;
use std::path::{Path, PathBuf};

use crate::platform::fs::{self, File};
use crate::train::metric::Metric;
use crate::train::metrics_file::{FoundLine, MetricsReader};
use crate::train::run_folder::metrics_path;

/// Lines of a file; what they hold then takes half a gigabyte.
const MOST_LINES: usize = 10_000_000;

/// The name and the metrics of a run: of its folder, or of the `metrics.jsonl` in it. A last line that
/// is still being written, or was when its process was killed, is left out. A million lines take a
/// second or two.
///
/// # Errors
/// A path that is no run, a file that cannot be read, or the first line that is no metric.
pub fn read_earlier(path: &Path) -> Result<(String, Vec<Metric>), EarlierError> {
    let (run, file) = match fs::is_dir(path) {
        true => (Some(path), metrics_path(path)),
        false => (path.parent(), path.to_owned()),
    };
    if fs::is_dir(path) && !fs::exists(&file) {
        let path = path.to_owned();
        return Err(EarlierError::NotARun { path });
    }
    let failed = |source| EarlierError::File {
        path: file.clone(),
        source,
    };
    if fs::metadata(&file).map_err(failed)?.is_dir() {
        let path = path.to_owned();
        return Err(EarlierError::NotARun { path });
    }
    let mut reader = MetricsReader::new(File::open(&file).map_err(failed)?);
    let mut events = Vec::new();
    while let Some(line) = reader.next_line().map_err(failed)? {
        let number = events.len() + 1;
        if number > MOST_LINES {
            return Err(EarlierError::Long { path: file });
        }
        match line {
            FoundLine::Metric(metric) => events.push(metric),
            FoundLine::Odd(found) => {
                let path = file.clone();
                return Err(EarlierError::Line {
                    path,
                    number,
                    found,
                });
            }
        }
    }
    if events.is_empty() {
        return Err(EarlierError::Empty { path: file });
    }
    // `.` and `..` have no name of their own.
    let whole = run.and_then(|run| fs::canonicalize(run).ok());
    let name = whole.as_deref().and_then(Path::file_name);
    let name = name.map_or_else(
        || path.display().to_string(),
        |name| name.display().to_string(),
    );
    Ok((name, events))
}

/// Why an earlier run cannot be compared with.
#[derive(Debug, thiserror::Error)]
pub enum EarlierError {
    /// A folder of something else.
    #[error(
        "{} is no run: it has no metrics.jsonl; choose a folder that a training made, such as one \
         in `runs`", path.display()
    )]
    NotARun {
        /// The folder.
        path: PathBuf,
    },
    /// The operating system refused.
    #[error("{} could not be read: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A line that is no metric.
    #[error(
        "line {number} of {} is no metric of a run: it begins with `{found}`, expected \
         {{\"kind\":\"step\",…}} or {{\"kind\":\"eval\",…}}; remove the line, or choose another run",
        path.display()
    )]
    Line {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        number: usize,
        /// What it begins with.
        found: String,
    },
    /// No whole line.
    #[error("{} holds no step yet; choose it again when the run has taken one", path.display())]
    Empty {
        /// The file.
        path: PathBuf,
    },
    /// More than fits into memory beside a training.
    #[error("{} has more than {MOST_LINES} lines; expected fewer", path.display())]
    Long {
        /// The file.
        path: PathBuf,
    },
}
