//! Files that are either whole or not there.

use std::ffi::OsString;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use crate::platform::fs::{self, File};

/// Writes `NAME.partial` beside `path`, makes sure that it is on the disk, and renames it to `path`.
/// Whatever happens meanwhile, a full disk or a killed process, an earlier `path` stays whole.
///
/// # Errors
/// What `write` or the operating system reports; the partial file is removed then.
pub fn write_atomically(
    path: &Path,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    let partial = partial_path(path);
    let result = write_and_rename(path, &partial, write);
    if result.is_err() {
        // It may not exist; the first error is the one to report.
        let _ = fs::remove_file(&partial);
    }
    result
}

fn write_and_rename(
    path: &Path,
    partial: &Path,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    let mut out = BufWriter::with_capacity(1 << 20, File::create(partial)?);
    write(&mut out)?;
    let file = out.into_inner().map_err(io::IntoInnerError::into_error)?;
    file.sync_all()?;
    drop(file);
    fs::rename(partial, path)?;
    // The new name is on the disk only once the folder is. Not every system lets a folder be
    // synchronised, and the file is whole either way.
    if let Some(folder) = path.parent().and_then(|folder| File::open(folder).ok()) {
        let _ = folder.sync_all();
    }
    Ok(())
}

/// `checkpoints/last.safetensors` → `checkpoints/last.safetensors.partial`.
fn partial_path(path: &Path) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(".partial");
    PathBuf::from(name)
}
