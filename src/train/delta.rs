//! What a training changed, without what it left alone: a few kilobytes beside the seed.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::Path;

use super::checkpoint::{Base, Entries, KIND, run_metadata, state_digest};
use super::settings::Settings;
use super::tensor_file::{
    CheckpointError, Metadata, TensorFile, parse_tensors, read_tensors, write_tensors,
};
use crate::network::graph::{Graph, Shape};
use crate::network::state::{NamedTensor, State, StateError, TensorData};
use crate::network::trainable::{Selection, TrainedSet};

/// A trained network as a difference from the state it started from.
#[derive(Clone, Debug, PartialEq)]
pub struct Delta {
    /// The state it started from.
    pub base: Base,
    /// The run's settings: `model`, `width`, `shortcut`, `bn-after-activation`, `bn-init` and
    /// `weights-init` make the base from its seed; `init` is the file it came from otherwise.
    pub settings: Settings,
    /// Classes of the network.
    pub classes: u32,
    /// The shape of one image.
    pub input: Shape,
    /// Trained parameters and running statistics, by `state_dict`'s names. Of a parameter that
    /// trained in part, only the trained values, `[K]`, and beside them `NAME.indices`, `[K]`:
    /// their row-major places, ascending.
    pub tensors: Vec<NamedTensor>,
}

const INDICES: &str = ".indices";
const CLASSES: &str = "bnonly.classes";
const INPUT: &str = "bnonly.input-shape";

/// Whether metadata are those of a [`Delta`], so that the tensors beside them are no whole state.
pub fn is_delta(metadata: &Metadata) -> bool {
    metadata.get(KIND).is_some_and(|kind| kind == "delta")
}

impl Delta {
    /// What of `state` was trained, and its running statistics.
    pub fn of(
        graph: &Graph,
        state: &State,
        trained: &TrainedSet,
        settings: &Settings,
        base: &Base,
    ) -> Self {
        let selections: BTreeMap<&str, &Selection> = graph
            .parameters
            .iter()
            .zip(&trained.selections)
            .map(|(parameter, selection)| (parameter.name.as_str(), selection))
            .collect();
        let mut tensors = Vec::new();
        for tensor in state.named(graph) {
            match (selections.get(tensor.name.as_str()), &tensor.data) {
                (Some(Selection::Frozen), _) => {}
                (Some(Selection::Some(places)), TensorData::F32(values)) => {
                    let shape = vec![places.len()];
                    let chosen = places.iter().map(|place| values[*place as usize]).collect();
                    let places = places.iter().map(|place| i64::from(*place)).collect();
                    tensors.push(NamedTensor {
                        name: format!("{}{INDICES}", tensor.name),
                        shape: shape.clone(),
                        data: TensorData::I64(places),
                    });
                    let data = TensorData::F32(chosen);
                    tensors.push(NamedTensor {
                        name: tensor.name,
                        shape,
                        data,
                    });
                }
                // Trained whole, or running statistics, which no selection names.
                _ => tensors.push(tensor),
            }
        }
        tensors.sort_by(|a, b| a.name.cmp(&b.name));
        Self {
            base: base.clone(),
            settings: settings.clone(),
            classes: graph.classes(),
            input: graph.input_shape(),
            tensors,
        }
    }

    /// The trained state: `base` with this difference put in.
    ///
    /// # Errors
    /// A base that is not the one the training started from, or tensors that do not fit it.
    pub fn apply(&self, graph: &Graph, base: &State) -> Result<State, DeltaError> {
        let mut tensors = base.named(graph);
        let found = state_digest(&tensors);
        if found != self.base.digest {
            let expected = self.base.digest.clone();
            return Err(DeltaError::Base {
                origin: self.base.origin(),
                expected,
                found,
            });
        }
        let places: BTreeMap<&str, &NamedTensor> = self
            .tensors
            .iter()
            .filter_map(|tensor| Some((tensor.name.strip_suffix(INDICES)?, tensor)))
            .collect();
        let mut targets: BTreeMap<String, &mut NamedTensor> = tensors
            .iter_mut()
            .map(|tensor| (tensor.name.clone(), tensor))
            .collect();
        let mut used = 0;
        for change in self
            .tensors
            .iter()
            .filter(|tensor| !tensor.name.ends_with(INDICES))
        {
            let Some(target) = targets.get_mut(&change.name) else {
                return Err(DeltaError::Unknown {
                    name: change.name.clone(),
                });
            };
            match places.get(change.name.as_str()) {
                Some(places) => {
                    put_values(target, change, places)?;
                    used += 1;
                }
                // `from_named` below compares shape and type with the network's.
                None => **target = change.clone(),
            }
        }
        if used != places.len() {
            return Err(DeltaError::Indices {
                name: "a tensor that is not there".to_owned(),
            });
        }
        State::from_named(graph, tensors).map_err(DeltaError::State)
    }

    /// Writes it as a safetensors file.
    ///
    /// # Errors
    /// What `out` reports, and settings that TOML cannot hold.
    pub fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let mut metadata = run_metadata("delta", &self.settings, &self.base)?;
        metadata.insert(CLASSES.to_owned(), self.classes.to_string());
        let Shape {
            channels,
            height,
            width,
        } = self.input;
        metadata.insert(INPUT.to_owned(), format!("{channels}x{height}x{width}"));
        write_tensors(out, &self.tensors, &metadata)
    }

    /// Reads a delta that [`Delta::write`] wrote.
    ///
    /// # Errors
    /// A file that cannot be read, is damaged, or is no delta of this program.
    pub fn read(path: &Path) -> Result<Self, CheckpointError> {
        Self::from_file(&path.display().to_string(), read_tensors(path)?)
    }

    /// Reads a delta from memory; `file` is its name in errors.
    ///
    /// # Errors
    /// As [`Delta::read`].
    pub fn parse(file: &str, bytes: &[u8]) -> Result<Self, CheckpointError> {
        Self::from_file(file, parse_tensors(file, bytes)?)
    }

    pub(super) fn from_file(file: &str, content: TensorFile) -> Result<Self, CheckpointError> {
        let entries = Entries {
            file,
            kind: "delta",
            metadata: &content.metadata,
        };
        let (settings, base) = entries.run()?;
        let shape = entries.text(INPUT)?;
        let extents: Vec<u32> = shape.split('x').filter_map(|n| n.parse().ok()).collect();
        let [channels, height, width] = extents[..] else {
            return Err(entries.wrong(INPUT, shape, "channels x rows x columns, as in 3x32x32"));
        };
        Ok(Self {
            base,
            settings,
            classes: entries.number(CLASSES)?,
            input: Shape {
                channels,
                height,
                width,
            },
            tensors: content.tensors,
        })
    }
}

/// Puts the values of a parameter that trained in part into the whole.
fn put_values(
    target: &mut NamedTensor,
    change: &NamedTensor,
    places: &NamedTensor,
) -> Result<(), DeltaError> {
    let wrong = || DeltaError::Indices {
        name: change.name.clone(),
    };
    let (TensorData::F32(target), TensorData::F32(values), TensorData::I64(places)) =
        (&mut target.data, &change.data, &places.data)
    else {
        return Err(wrong());
    };
    if values.len() != places.len() || !places.is_sorted_by(|a, b| a < b) {
        return Err(wrong());
    }
    for (place, value) in places.iter().zip(values) {
        let place = usize::try_from(*place).map_err(|_| wrong())?;
        *target.get_mut(place).ok_or_else(wrong)? = *value;
    }
    Ok(())
}

/// Why a delta cannot be put onto a state.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DeltaError {
    /// The state is not the one that the training started from.
    #[error(
        "the delta belongs to another base: it started from {origin} with digest {expected}, this \
         one has {found}; build the base with the delta's model, seed, bn-init and weights-init, or \
         load the file that it started from"
    )]
    Base {
        /// Where the base came from.
        origin: String,
        /// Its digest.
        expected: String,
        /// The digest of the state that was given.
        found: String,
    },
    /// A tensor that the network does not have.
    #[error("the delta has a tensor `{name}`, the network has none")]
    Unknown {
        /// Its name.
        name: String,
    },
    /// Places of single values that cannot be.
    #[error(
        "the delta's indices for `{name}` do not fit: expected one ascending place within the \
         tensor for each value"
    )]
    Indices {
        /// The tensor.
        name: String,
    },
    /// The result is no state of the network.
    #[error("the delta does not fit the network: {0}")]
    State(StateError),
}
