//! A network from a file, whatever wrote it: a checkpoint, a delta, or another tool's `state_dict`.

use super::checkpoint::{Checkpoint, CheckpointError, state_digest};
use super::delta::{Delta, DeltaError, is_delta};
use super::settings::Settings;
use super::tensor_file::{DIGEST_KEY, TensorFile, parse_tensors};
use crate::network::{Graph, NamedTensor, State, StateError, initial_state};
use crate::platform::fs;

/// What a safetensors file holds.
#[derive(Clone, Debug, PartialEq)]
pub enum Saved {
    /// A training that can be continued.
    Checkpoint(Box<Checkpoint>),
    /// What a training changed.
    Delta(Box<Delta>),
    /// A `state_dict` without a word on where it came from.
    Tensors(Vec<NamedTensor>),
}

/// A file that gives no state of a network.
#[derive(Debug, thiserror::Error)]
pub enum SavedError {
    /// The file itself.
    #[error(transparent)]
    File(#[from] CheckpointError),
    /// Its tensors are not this network's.
    #[error("{file} does not fit the network: {source}")]
    State {
        /// The file.
        file: String,
        /// What differs.
        source: StateError,
    },
    /// A delta whose base is another.
    #[error("{file} cannot be applied: {source}")]
    Delta {
        /// The file.
        file: String,
        /// What differs.
        source: DeltaError,
    },
    /// A delta whose base cannot be made.
    #[error("the base of {file} cannot be made: {source}")]
    Base {
        /// The file.
        file: String,
        /// Why not.
        source: Box<SavedError>,
    },
}

impl Saved {
    /// Reads a file; for a run's folder, the checkpoint it ended or was interrupted with.
    ///
    /// # Errors
    /// A file that cannot be read, or is damaged.
    pub fn read(path: &std::path::Path) -> Result<Self, CheckpointError> {
        let file = match fs::is_dir(path) {
            true => super::run_folder::last_path(path),
            false => path.to_owned(),
        };
        Self::of(
            &file.display().to_string(),
            super::tensor_file::read_tensors(&file)?,
        )
    }

    /// Reads a file from memory; `file` is its name in errors.
    ///
    /// # Errors
    /// As [`Saved::read`].
    pub fn parse(file: &str, bytes: &[u8]) -> Result<Self, CheckpointError> {
        Self::of(file, parse_tensors(file, bytes)?)
    }

    fn of(file: &str, content: TensorFile) -> Result<Self, CheckpointError> {
        // A digest alone says nothing of a run.
        let is_of_a_run = |key: &String| key.starts_with("bnonly.") && key != DIGEST_KEY;
        if !content.metadata.keys().any(is_of_a_run) {
            return Ok(Self::Tensors(content.tensors));
        }
        Ok(match is_delta(&content.metadata) {
            true => Self::Delta(Box::new(Delta::from_file(file, content)?)),
            false => Self::Checkpoint(Box::new(Checkpoint::from_file(file, content)?)),
        })
    }

    /// The settings of the run that wrote it, if one did.
    pub fn settings(&self) -> Option<&Settings> {
        match self {
            Self::Checkpoint(checkpoint) => Some(&checkpoint.settings),
            Self::Delta(delta) => Some(&delta.settings),
            Self::Tensors(_) => None,
        }
    }

    /// Its state, as one of `graph`'s; `file` is its name in errors. A delta's base is made from its
    /// seed, or read from the file it started from.
    ///
    /// # Errors
    /// A state of another network, naming the first tensor that differs and both shapes; NaN in one;
    /// a delta of another base.
    pub fn into_state(self, graph: &Graph, file: &str) -> Result<State, SavedError> {
        let tensors = match self {
            Self::Checkpoint(checkpoint) => checkpoint.tensors,
            Self::Tensors(tensors) => tensors,
            Self::Delta(delta) => {
                let base = initial(graph, &delta.settings).map_err(|source| SavedError::Base {
                    file: file.to_owned(),
                    source: Box::new(source),
                })?;
                let applied = delta.apply(graph, &base);
                return applied.map_err(|source| SavedError::Delta {
                    file: file.to_owned(),
                    source,
                });
            }
        };
        State::from_named(graph, tensors).map_err(|source| SavedError::State {
            file: file.to_owned(),
            source,
        })
    }
}

/// The state that a run with these settings starts from: the seed's, or a file's.
///
/// # Errors
/// A file that holds no state of this network.
pub fn initial(graph: &Graph, settings: &Settings) -> Result<State, SavedError> {
    match &settings.init {
        Some(path) => Saved::read(path)?.into_state(graph, &path.display().to_string()),
        None => Ok(initial_state(graph, settings.seed, settings.bn_init)),
    }
}

/// The fingerprint by which a delta knows its base.
pub fn digest(graph: &Graph, state: &State) -> String {
    state_digest(&state.named(graph))
}
