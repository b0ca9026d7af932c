//! What can be wrong with a run's folder.

use std::io;
use std::path::PathBuf;

use crate::field::{Explain, Explanation, Field, Remedy};
use crate::train::checkpoint::CheckpointError;
use crate::train::manifest::ManifestError;

/// Why a run's folder cannot be made, opened or written to.
#[derive(Debug, thiserror::Error)]
pub enum RunFolderError {
    /// The operating system refused.
    #[error("{}: {source}", path.display())]
    File {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A new run cannot be kept where it was to go.
    #[error("{} cannot be written to ({source}); choose another folder", path.display())]
    Unwritable {
        /// The folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Another program trains it.
    #[error(
        "{} is in use by {holder}: only one program at a time may train a run; stop that one, or wait for its end",
        path.display()
    )]
    InUse {
        /// The folder.
        path: PathBuf,
        /// Who has it.
        holder: String,
    },
    /// It was deleted or moved while the run went on.
    #[error("{} is not there any more: it was deleted or moved while the run went on", path.display())]
    Gone {
        /// The folder.
        path: PathBuf,
    },
    /// A new run was to go where a file is.
    #[error("{} is a file; expected a new or empty folder", path.display())]
    NotAFolder {
        /// The file.
        path: PathBuf,
    },
    /// A new run was to go where another one is.
    #[error("{} already holds a run; expected a new or empty folder", path.display())]
    IsARun {
        /// The folder.
        path: PathBuf,
    },
    /// A new run was to go among other files.
    #[error("{} is not empty and holds no run; choose a new or empty folder", path.display())]
    NotEmpty {
        /// The folder.
        path: PathBuf,
    },
    /// The folder to continue is none that this program made.
    #[error("{} is no run: it has no config.toml; expected the folder of a run", path.display())]
    NotARun {
        /// The folder.
        path: PathBuf,
    },
    /// The run ended before it had saved anything.
    #[error(
        "{} has no checkpoints/last.safetensors: the run ended before its first checkpoint",
        path.display()
    )]
    NoCheckpoint {
        /// The folder.
        path: PathBuf,
    },
    /// The last checkpoint cannot be read.
    #[error("the run cannot continue: {source}")]
    Damaged {
        /// What is wrong.
        source: Box<CheckpointError>,
        /// The best checkpoint's path.
        best: PathBuf,
    },
    /// A checkpoint or delta could not be saved.
    #[error(transparent)]
    Save(Box<CheckpointError>),
    /// The files that it was trained and tested on cannot be read.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// A number that `metrics.jsonl` cannot hold.
    #[error("a number in {event} is not finite, and metrics.jsonl cannot hold it")]
    NotFinite {
        /// The event.
        event: String,
    },
}

impl Explain for RunFolderError {
    fn explain(&self) -> Explanation {
        let told = Explanation::new(self);
        match self {
            Self::NotAFolder { .. } | Self::NotEmpty { .. } | Self::Unwritable { .. } => {
                told.about(Field::Out)
            }
            Self::IsARun { path } => told
                .about(Field::Out)
                .or(Remedy::Resume(Some(path.clone()))),
            Self::NotARun { .. } => told.about(Field::Resume),
            Self::NoCheckpoint { path } => told.or(Remedy::StartAnew(path.join("config.toml"))),
            Self::Damaged { best, .. } => told.or(Remedy::StartFrom(best.clone())),
            Self::Save(error) => error.explain(),
            Self::File { .. }
            | Self::Gone { .. }
            | Self::InUse { .. }
            | Self::Manifest(_)
            | Self::NotFinite { .. } => told,
        }
    }
}
