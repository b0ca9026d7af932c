//! A run's folder that is deleted or moved while the run goes on: noticed soon, and written anew.

use std::io::{self, Read, Seek, SeekFrom, Write};
use std::time::Duration;

use web_time::Instant;

use super::{Facts, RunFolder, RunFolderError, failed, metrics_path};
use crate::data::Manifest;
use crate::platform::fs;
use crate::train::settings::Settings;

/// Time between two looks whether the folder is there, which may be on another computer.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// What is known of where the folder is.
#[derive(Debug)]
pub(super) struct Presence {
    is_gone: bool,
    looked: Instant,
}

impl Default for Presence {
    fn default() -> Self {
        Self {
            is_gone: false,
            looked: Instant::now(),
        }
    }
}

impl RunFolder {
    /// Whether the folder was deleted or moved. Once it was, it stays so until it is written anew. Asks the file
    /// system.
    pub fn is_gone(&mut self) -> bool {
        self.presence.looked = Instant::now();
        self.presence.is_gone |= !fs::exists(&metrics_path(&self.path));
        self.presence.is_gone
    }

    /// The same, as it was known a second ago at most: fit to be asked at each step.
    pub fn seems_gone(&mut self) -> bool {
        match self.presence.looked.elapsed() > LOOK_EVERY {
            true => self.is_gone(),
            false => self.presence.is_gone,
        }
    }

    /// Fails if the folder is gone.
    pub(super) fn expect_there(&mut self) -> Result<(), RunFolderError> {
        match self.is_gone() {
            false => Ok(()),
            true => Err(RunFolderError::Gone {
                path: self.path.clone(),
            }),
        }
    }

    /// Makes a new folder beside the one that is gone, with all that was reported so far: what was written into a
    /// deleted file is there as long as it is open. Checkpoints are for the caller to save.
    ///
    /// # Errors
    /// A folder that cannot be made or written to.
    pub fn write_anew(
        &mut self,
        settings: &Settings,
        manifest: &Manifest,
        facts: &Facts,
    ) -> Result<(), RunFolderError> {
        let reported = self.reported();
        let reported = reported.map_err(|source| self.metrics_failed(source))?;
        let parent = self.path.parent().unwrap_or(&self.path).to_owned();
        let name = self.path.file_name().unwrap_or_default().to_owned();
        fs::create_dir_all(&parent).map_err(|source| failed(&parent, source))?;
        let mut numbers = 2_u32..;
        let path = loop {
            let mut name = name.clone();
            name.push(format!("-{}", numbers.next().unwrap_or(u32::MAX)));
            let path = parent.join(name);
            match fs::create_dir(&path) {
                Ok(()) => break path,
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(source) => return Err(failed(&path, source)),
            }
        };
        let mut anew = Self::fill(path, settings, true)?;
        let written = anew.metrics.write_all(&reported);
        written.map_err(|source| anew.metrics_failed(source))?;
        anew.flush()?;
        anew.save_manifest(manifest)?;
        anew.save_facts(facts)?;
        *self = anew;
        Ok(())
    }

    /// All that was written to `metrics.jsonl`, though it may have no name any more.
    fn reported(&mut self) -> io::Result<Vec<u8>> {
        self.metrics.flush()?;
        let mut bytes = Vec::new();
        let file = self.metrics.get_mut();
        file.seek(SeekFrom::Start(0))?;
        file.read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}
