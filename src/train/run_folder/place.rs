//! Whether a run could be kept somewhere, found out before anything is read or computed for it.

use std::io;
use std::path::Path;

use super::RunFolderError;
use crate::platform::fs::{self, File};

/// A file that is made and removed again.
const TRIAL: &str = ".bnonly-trial";

/// Checks that a new run could be kept exactly at `path`. Nothing is left behind.
///
/// # Errors
/// A file, a folder that holds something, or a place that cannot be written to.
pub fn check_new(path: &Path) -> Result<(), RunFolderError> {
    check_free(path)?;
    check_place(path)
}

/// Checks that a new run could be kept in a folder of its own within `folder`. Nothing is left behind.
///
/// # Errors
/// A place that cannot be written to.
pub fn check_place(folder: &Path) -> Result<(), RunFolderError> {
    let missing = folder
        .ancestors()
        .take_while(|at| !at.as_os_str().is_empty() && !fs::exists(at));
    let missing: Vec<&Path> = missing.collect();
    let mut tried = try_to_write(folder);
    // Another program may do the same at the same time, and remove what this one has made.
    for _ in 0..2 {
        if matches!(&tried, Err(error) if error.kind() == io::ErrorKind::NotFound) {
            tried = try_to_write(folder);
        }
    }
    for made in missing {
        // What holds something by now is another program's.
        let _ = fs::remove_dir(made);
    }
    tried.map_err(|source| RunFolderError::Unwritable {
        path: folder.to_owned(),
        source,
    })
}

fn try_to_write(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let trial = folder.join(TRIAL);
    File::create(&trial)?;
    let _ = fs::remove_file(&trial);
    Ok(())
}

/// Checks that a path is free for a run: nothing is there, or an empty folder.
///
/// # Errors
/// A file, or a folder that holds something.
pub(super) fn check_free(path: &Path) -> Result<(), RunFolderError> {
    if !fs::exists(path) {
        return Ok(());
    }
    let path = path.to_owned();
    if !fs::is_dir(&path) {
        return Err(RunFolderError::NotAFolder { path });
    }
    let mut entries = fs::read_dir(&path).map_err(|source| super::failed(&path, source))?;
    match entries.next() {
        None => Ok(()),
        Some(_) if fs::exists(&path.join("config.toml")) => Err(RunFolderError::IsARun { path }),
        Some(_) => Err(RunFolderError::NotEmpty { path }),
    }
}
