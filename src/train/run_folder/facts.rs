//! `facts.toml`: what a run's settings do not say of its data and its network, for whoever lists runs.

use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::platform::fs;
use crate::train::atomic_file::write_atomically;

/// What a run's settings leave open; 0 for what is not known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct Facts {
    /// Steps after which it is done.
    pub total_steps: u64,
    /// Images it is trained on.
    pub training_images: u64,
    /// Images it is tested on.
    pub test_images: u64,
    /// Classes that they are of.
    pub classes: u64,
    /// Values that its network has, running statistics not counted.
    pub parameters: u64,
    /// Those of them that train.
    pub trained_parameters: u64,
}

impl Facts {
    /// Those of the run at `run`; none where an earlier version made it, or somebody changed the file.
    pub fn read(run: &Path) -> Self {
        let text = fs::read(facts_path(run)).unwrap_or_default();
        let text = String::from_utf8_lossy(&text);
        toml::from_str(&text).unwrap_or_default()
    }

    pub(super) fn write(&self, run: &Path) -> io::Result<()> {
        let text = toml::to_string(self).map_err(io::Error::other)?;
        write_atomically(&facts_path(run), |out| out.write_all(text.as_bytes()))
    }
}

/// `facts.toml` of the run at `run`.
pub(super) fn facts_path(run: &Path) -> PathBuf {
    run.join("facts.toml")
}
