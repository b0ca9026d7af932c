//! Earlier runs: finding them, telling them apart, comparing them.
//!
//! Read in this order: `summary` (one run in a few numbers; `last` reads what it reported last), `name`
//! (the name that a person gave it), `names` (names made of what differs), [`table`] (runs side by side),
//! and here which runs there are.

mod last;
mod name;
mod names;
mod summary;
pub mod table;

use std::io;
use std::path::{Path, PathBuf};

pub use name::{LONGEST_NAME, read_name, write_name};
pub use names::{differing, names, value};
pub use summary::{RunState, RunSummary, SummaryError};

use crate::platform::fs;

/// The runs that were found.
#[derive(Debug, Default)]
pub struct Listing {
    /// Those that read, the one that was written to last first.
    pub runs: Vec<RunSummary>,
    /// Those that do not, and why.
    pub unreadable: Vec<(PathBuf, SummaryError)>,
}

/// Finds the runs in a folder, and some elsewhere. A folder that is not there holds none; what is no run is
/// passed over.
///
/// # Errors
/// A folder that cannot be looked into.
pub fn list(folder: &Path, elsewhere: &[PathBuf]) -> io::Result<Listing> {
    let mut folders: Vec<PathBuf> = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
        entries => entries?
            .filter_map(Result::ok)
            .map(|entry| entry.path())
            .collect(),
    };
    folders.extend(elsewhere.iter().cloned());
    let mut seen = Vec::new();
    let mut listing = Listing::default();
    for folder in folders {
        if !fs::is_file(&folder.join("config.toml")) {
            continue;
        }
        // One run may be reached by several paths.
        let whole = fs::canonicalize(&folder).unwrap_or_else(|_| folder.clone());
        if seen.contains(&whole) {
            continue;
        }
        seen.push(whole);
        match RunSummary::read(&folder) {
            Ok(run) => listing.runs.push(run),
            Err(error) => listing.unreadable.push((folder, error)),
        }
    }
    let latest = |run: &RunSummary| (run.changed, run.folder.clone());
    listing
        .runs
        .sort_by_key(|run| std::cmp::Reverse(latest(run)));
    listing.unreadable.sort_by(|one, other| one.0.cmp(&other.0));
    Ok(listing)
}
