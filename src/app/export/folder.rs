//! What a run's folder holds, to be taken away.

use std::io::{self, Write};
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;
use tar::{Builder, Header};
use web_time::{SystemTime, UNIX_EPOCH};

use crate::platform::fs;
use crate::train::run_folder::{LOCK, last_path};

/// Writes the checkpoint that the run would go on from.
pub(super) fn write_checkpoint(out: &mut dyn Write, run: &Path) -> io::Result<()> {
    out.write_all(&fs::read(last_path(run))?)
}

/// Writes all that the folder holds as `.tar.gz`, within a folder of the run's name.
pub(super) fn write_run(out: &mut dyn Write, run: &Path) -> io::Result<()> {
    let mut zip = GzEncoder::new(out, Compression::default());
    pack(&mut zip, run)?;
    zip.finish()?;
    Ok(())
}

/// Writes a folder and all that lies in it as `.tar`, under its own name; but for a run's lock, which is of this machine,
/// and which some systems let nobody read.
///
/// # Errors
/// A file that cannot be read, or what `out` reports.
pub fn pack(out: &mut dyn Write, folder: &Path) -> io::Result<()> {
    let mut archive = Builder::new(out);
    let name = Path::new(folder.file_name().unwrap_or("folder".as_ref()));
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let now = now.map_or(0, |since| since.as_secs());
    let mut folders = vec![(folder.to_owned(), name.to_owned())];
    while let Some((folder, name)) = folders.pop() {
        for entry in fs::read_dir(&folder)? {
            let entry = entry?;
            let name = name.join(entry.file_name());
            let kind = entry.file_type()?;
            if kind.is_dir() {
                folders.push((entry.path(), name));
            } else if kind.is_file() && entry.file_name() != LOCK {
                let content = fs::read(entry.path())?;
                let mut header = Header::new_gnu();
                header.set_size(content.len() as u64);
                header.set_mode(0o644);
                header.set_mtime(now);
                archive.append_data(&mut header, &name, content.as_slice())?;
            }
        }
    }
    archive.finish()
}
