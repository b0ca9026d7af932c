//! What an experiment leaves for people: a table for programs, and a report to read, to print and to cite.

mod table;

use std::io;
use std::path::{Path, PathBuf};

use super::plan::{Plan, RunName};
use super::results::RunResult;
use crate::platform::fs;
use crate::train::atomic_file::write_atomically;

/// Why a report could not be written.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// The operating system refused.
    #[error("{} could not be written: {source}", path.display())]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// A run that is not there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    /// Which.
    pub run: RunName,
    /// Why, as a sentence; `None` for one that has not been made yet.
    pub why: Option<String>,
}

/// What a report is made of.
#[derive(Clone, Copy, Debug)]
pub struct Report<'a> {
    /// What was asked, and how.
    pub plan: &'a Plan,
    /// What came of it, in the order of [`Plan::runs`].
    pub results: &'a [RunResult],
    /// Runs that are not among them.
    pub missing: &'a [Missing],
    /// The day it was made, as `2026-11-29`; empty where it is not known.
    pub day: &'a str,
}

impl Report<'_> {
    /// Writes all of it into a folder.
    ///
    /// # Errors
    /// If the operating system refuses.
    pub fn write(&self, folder: &Path) -> Result<(), ReportError> {
        let failed = |path: &Path, source| ReportError::Write {
            path: path.to_owned(),
            source,
        };
        fs::create_dir_all(folder).map_err(|source| failed(folder, source))?;
        for (name, bytes) in [("results.csv", table::csv(self).into_bytes())] {
            let path = folder.join(name);
            write_atomically(&path, |out| out.write_all(&bytes))
                .map_err(|source| failed(&path, source))?;
        }
        Ok(())
    }
}
