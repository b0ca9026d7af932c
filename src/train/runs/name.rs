//! The name that a person gives a run: a line in `name.txt` of its folder, so that it goes with every
//! copy, while paths to the run stay as they are.

use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::platform::fs;
use crate::train::atomic_file::write_atomically;

/// Letters of a name.
pub const LONGEST_NAME: usize = 80;

/// The name of the run at `run`, if it was given one.
pub fn read_name(run: &Path) -> Option<String> {
    let (_, file) = fs::open(&name_path(run)).ok()?;
    let mut bytes = Vec::new();
    file.take(4096).read_to_end(&mut bytes).ok()?;
    let text = String::from_utf8_lossy(&bytes);
    let text = text.trim_start_matches('\u{feff}');
    tidy(text.lines().next().unwrap_or_default())
}

/// Gives the run at `run` a name; an empty one takes it back.
///
/// # Errors
/// A file that cannot be written or removed.
pub fn write_name(run: &Path, name: &str) -> io::Result<()> {
    let path = name_path(run);
    match tidy(name) {
        Some(name) => write_atomically(&path, |out| writeln!(out, "{name}")),
        None => match fs::remove_file(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            removed => removed,
        },
    }
}

/// A name as it is kept: one line, not too long.
fn tidy(name: &str) -> Option<String> {
    let shown = name.chars().map(|letter| match letter.is_control() {
        true => ' ',
        false => letter,
    });
    let shown: String = shown.collect();
    let shown: String = shown.trim().chars().take(LONGEST_NAME).collect();
    let shown = shown.trim_end();
    (!shown.is_empty()).then(|| shown.to_owned())
}

fn name_path(run: &Path) -> PathBuf {
    run.join("name.txt")
}
