//! A network from a file, whatever wrote it: a checkpoint, a delta, or another tool's `state_dict`.

use super::checkpoint::{Checkpoint, CheckpointError, state_digest};
use super::delta::{Delta, DeltaError, is_delta};
use super::settings::Settings;
use super::tensor_file::{DIGEST_KEY, TensorFile, parse_tensors};
use crate::data::Normalization;
use crate::field::{Explanation, Field, Remedy};
use crate::network::state::first_few;
use crate::network::{
    Adopted, Architecture, Graph, State, StateError, adopt, initial_state, recognise,
};
use crate::platform::fs;

/// What a safetensors file holds.
#[derive(Clone, Debug, PartialEq)]
pub enum Saved {
    /// A training that can be continued.
    Checkpoint(Box<Checkpoint>),
    /// What a training changed.
    Delta(Box<Delta>),
    /// A `state_dict` without a word on where it came from.
    Tensors(TensorFile),
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
            return Ok(Self::Tensors(content));
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

    /// The network that it is of: its run's, or what its tensors say; `None` where they say nothing.
    pub fn architecture(&self) -> Option<Architecture> {
        match self {
            Self::Checkpoint(checkpoint) => checkpoint.settings.architecture().ok(),
            Self::Delta(delta) => delta.settings.architecture().ok(),
            Self::Tensors(content) => Some(recognise(&content.tensors)?.architecture),
        }
    }

    /// Its state, as one of `graph`'s, and what was done to make it one; `file` is its name in errors. A
    /// delta's base is made from its seed, or read from the file it started from. `normalization` is what its images
    /// get, to be told of a foreign one.
    ///
    /// # Errors
    /// A state of another network, or with another number of classes; NaN in one; a delta of another
    /// base.
    pub fn into_state(
        self,
        graph: &Graph,
        file: &str,
        normalization: Normalization,
    ) -> Result<Adopted, SavedError> {
        self.adopted(graph, file, normalization, None)
    }

    fn adopted(
        self,
        graph: &Graph,
        file: &str,
        normalization: Normalization,
        fresh: Option<&dyn Fn() -> State>,
    ) -> Result<Adopted, SavedError> {
        let (tensors, told) = match self {
            Self::Checkpoint(checkpoint) => (checkpoint.tensors, None),
            Self::Tensors(mut content) => {
                let tensors = std::mem::take(&mut content.tensors);
                (tensors, Some(read_as(&content)))
            }
            Self::Delta(delta) => return from_delta(&delta, graph, file),
        };
        let adopted = adopt(graph, tensors, fresh);
        let mut adopted = adopted.map_err(|source| SavedError::State {
            file: file.to_owned(),
            source,
        })?;
        if let Some(told) = told {
            adopted.notes.extend(told);
            let channels = graph.input_shape().channels;
            adopted.notes.push(normalised(normalization, channels));
        }
        Ok(adopted)
    }
}

fn from_delta(delta: &Delta, graph: &Graph, file: &str) -> Result<Adopted, SavedError> {
    let base = initial(graph, &delta.settings).map_err(|source| SavedError::Base {
        file: file.to_owned(),
        source: Box::new(source),
    })?;
    let state = delta.apply(graph, &base.state);
    let state = state.map_err(|source| SavedError::Delta {
        file: file.to_owned(),
        source,
    })?;
    // How its base was read was told when it was trained.
    let notes = Vec::new();
    Ok(Adopted { state, notes })
}

/// How a file of another program was read: what in it is no part of the state, and which numbers became others.
fn read_as(content: &TensorFile) -> Vec<Explanation> {
    let mut told = Vec::new();
    if !content.beside.is_empty() {
        let names: Vec<String> = content
            .beside
            .iter()
            .map(|entry| format!("`{}`", entry.name))
            .collect();
        let within = match content.inside.is_empty() {
            true => "the file holds more than the state".to_owned(),
            false => format!("the state is `{}` of the file", content.inside.join(".")),
        };
        told.push(format!("{within}; passed over: {}", first_few(&names)));
    }
    let types = content.converted();
    if !types.is_empty() {
        let types = types.join(" and ");
        told.push(format!(
            "the state's numbers are {types}; they are used as F32"
        ));
    }
    told.into_iter().map(Explanation::new).collect()
}

/// What images become before the first layer, which a state from elsewhere may have known otherwise.
fn normalised(normalization: Normalization, channels: u32) -> Explanation {
    let (mean, deviation) = normalization.values(channels);
    let list = |values: &[f32]| {
        let values: Vec<String> = values.iter().map(f32::to_string).collect();
        values.join(", ")
    };
    Explanation::new(format!(
        "images are normalised by mean {} and deviation {} (of pixels from 0 to 1; `{normalization}`); a state that was \
         trained with others answers less well",
        list(&mean),
        list(&deviation)
    ))
    .or(Remedy::Change(&[Field::Normalization]))
}

/// The state that a run with these settings starts from: the seed's, or a file's, and what was done to
/// make it this network's. An output layer that a file lacks is the seed's.
///
/// # Errors
/// A file that holds no state of this network.
pub fn initial(graph: &Graph, settings: &Settings) -> Result<Adopted, SavedError> {
    let of_seed = || initial_state(graph, settings.seed, settings.first_values());
    match &settings.init {
        Some(path) => {
            let file = path.display().to_string();
            let normalization = settings.normalization;
            Saved::read(path)?.adopted(graph, &file, normalization, Some(&of_seed))
        }
        None => Ok(Adopted {
            state: of_seed(),
            notes: Vec::new(),
        }),
    }
}

/// The fingerprint by which a delta knows its base.
pub fn digest(graph: &Graph, state: &State) -> String {
    state_digest(&state.named(graph))
}
