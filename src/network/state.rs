//! The values of all parameters and running statistics, on the host.

use std::collections::HashMap;

use super::graph::{BatchNorm, Graph};

/// What a running optimiser keeps beside the state carries names that start so; a state skips it.
pub const OPTIMIZER_PREFIX: &str = "optimizer.";

/// A BatchNorm layer's running averages, as PyTorch keeps them.
#[derive(Clone, Debug, PartialEq)]
pub struct RunningStatistics {
    /// `running_mean`, `[C]`.
    pub mean: Vec<f32>,
    /// `running_var`, `[C]`; an average of unbiased variances.
    pub variance: Vec<f32>,
    /// `num_batches_tracked`.
    pub batches_tracked: u64,
}

/// All that a network has learned or was given.
#[derive(Clone, Debug, PartialEq)]
pub struct State {
    /// One vector a parameter, in the order of [`super::Graph::parameters`], row-major.
    pub parameters: Vec<Vec<f32>>,
    /// One entry a BatchNorm layer, in the order of [`super::Graph::batch_norms`].
    pub running: Vec<RunningStatistics>,
}

/// The values of a tensor, row-major.
#[derive(Clone, Debug, PartialEq)]
pub enum TensorData {
    /// 32-bit floats.
    F32(Vec<f32>),
    /// 64-bit integers, PyTorch's `num_batches_tracked`.
    I64(Vec<i64>),
}

impl TensorData {
    /// Number of values.
    pub fn len(&self) -> usize {
        match self {
            Self::F32(values) => values.len(),
            Self::I64(values) => values.len(),
        }
    }

    /// Whether there are no values.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The name of its type in a safetensors file.
    pub fn dtype(&self) -> &'static str {
        match self {
            Self::F32(_) => "F32",
            Self::I64(_) => "I64",
        }
    }
}

/// A tensor as it stands in a file.
#[derive(Clone, Debug, PartialEq)]
pub struct NamedTensor {
    /// PyTorch's name, e.g. `bn.running_mean`.
    pub name: String,
    /// PyTorch's shape; empty for a single value.
    pub shape: Vec<usize>,
    /// The values.
    pub data: TensorData,
}

/// Why tensors are not the state of a network.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StateError {
    /// Tensors that are missing, of another shape, or of no use: all of them.
    #[error(
        "the state is of another network: {}",
        differences(missing, shapes, unknown)
    )]
    Differs {
        /// What the network needs and the state has not: names and shapes.
        missing: Vec<(String, Vec<usize>)>,
        /// What has another shape: names, shapes in the state, shapes in the network.
        shapes: Vec<(String, Vec<usize>, Vec<usize>)>,
        /// What the network has no use for.
        unknown: Vec<String>,
    },
    /// A tensor whose shape differs from that of another that belongs to it.
    #[error("`{name}` has shape {found:?}, {expected:?} is needed")]
    Shape {
        /// Its name.
        name: String,
        /// Its shape in the state.
        found: Vec<usize>,
        /// The shape that it must have.
        expected: Vec<usize>,
    },
    /// An output layer that has to be made anew, where there is nothing to make it of.
    #[error(
        "{told}, so what it answers says nothing; a training that starts from it makes a new one"
    )]
    Head {
        /// What is there in its place.
        told: String,
    },
    /// A tensor of another type.
    #[error("`{name}` holds {found} values, {expected} are needed; convert the file")]
    Dtype {
        /// Its name.
        name: String,
        /// Its type in the state.
        found: String,
        /// The type that it must have.
        expected: &'static str,
    },
    /// A tensor whose values are more or fewer than its shape says.
    #[error("`{name}` has {found} values, but its shape {shape:?} says otherwise")]
    Length {
        /// Its name.
        name: String,
        /// Its values.
        found: usize,
        /// Its shape.
        shape: Vec<usize>,
    },
    /// NaN or an infinity.
    #[error("`{name}` has the value {value} at {place:?}; a state must be finite")]
    NotFinite {
        /// Its name.
        name: String,
        /// The value, as text.
        value: String,
        /// Where, one index a dimension.
        place: Vec<usize>,
    },
    /// A running variance or a number of batches below 0.
    #[error("`{name}` has the value {value} at {place:?}, which cannot be negative")]
    Negative {
        /// Its name.
        name: String,
        /// The value, as text.
        value: String,
        /// Where, one index a dimension.
        place: Vec<usize>,
    },
    /// Two tensors of one name.
    #[error("the state has two tensors `{name}`")]
    Duplicate {
        /// The name.
        name: String,
    },
}

impl State {
    /// All tensors with PyTorch's names, in the order of PyTorch's `state_dict`: parameters, and
    /// behind each BatchNorm's bias its `running_mean`, `running_var`, `num_batches_tracked`.
    ///
    /// # Panics
    ///
    /// Where the state is another graph's.
    pub fn named(&self, graph: &Graph) -> Vec<NamedTensor> {
        entries(graph)
            .into_iter()
            .map(|entry| NamedTensor {
                data: match entry.part {
                    Part::Parameter(at) => TensorData::F32(self.parameters[at].clone()),
                    Part::Mean(at) => TensorData::F32(self.running[at].mean.clone()),
                    Part::Variance(at) => TensorData::F32(self.running[at].variance.clone()),
                    Part::Batches(at) => {
                        let batches = self.running[at].batches_tracked;
                        TensorData::I64(vec![i64::try_from(batches).unwrap_or(i64::MAX)])
                    }
                },
                name: entry.name,
                shape: entry.shape,
            })
            .collect()
    }

    /// A state from named tensors in any order. Tensors whose name starts with
    /// [`OPTIMIZER_PREFIX`] are skipped.
    ///
    /// # Errors
    ///
    /// Tensors that are missing, of another shape or of no use, all of them; where there are none, the
    /// first, in the order of PyTorch's `state_dict`, that has another type, or holds NaN, an infinity or a
    /// negative variance.
    pub fn from_named(
        graph: &Graph,
        tensors: impl IntoIterator<Item = NamedTensor>,
    ) -> Result<Self, StateError> {
        let mut given = HashMap::new();
        let mut names = Vec::new();
        for tensor in tensors {
            if tensor.name.starts_with(OPTIMIZER_PREFIX) {
                continue;
            }
            let name = tensor.name.clone();
            if given.insert(name.clone(), tensor).is_some() {
                return Err(StateError::Duplicate { name });
            }
            names.push(name);
        }
        let mut state = Self {
            parameters: vec![Vec::new(); graph.parameters.len()],
            running: vec![
                RunningStatistics {
                    mean: Vec::new(),
                    variance: Vec::new(),
                    batches_tracked: 0,
                };
                graph.batch_norms.len()
            ],
        };
        let (mut missing, mut shapes, mut found) = (Vec::new(), Vec::new(), Vec::new());
        for entry in entries(graph) {
            match given.remove(&entry.name) {
                None => missing.push((entry.name, entry.shape)),
                Some(tensor) if tensor.shape != entry.shape => {
                    shapes.push((entry.name, tensor.shape, entry.shape));
                }
                Some(tensor) => found.push((entry.part, tensor)),
            }
        }
        names.retain(|name| given.contains_key(name));
        if !(missing.is_empty() && shapes.is_empty() && names.is_empty()) {
            return Err(StateError::Differs {
                missing,
                shapes,
                unknown: names,
            });
        }
        for (part, tensor) in found {
            check_length(&tensor)?;
            match part {
                Part::Parameter(at) => state.parameters[at] = floats(tensor)?,
                Part::Mean(at) => state.running[at].mean = floats(tensor)?,
                Part::Variance(at) => state.running[at].variance = variances(tensor)?,
                Part::Batches(at) => state.running[at].batches_tracked = batches(tensor)?,
            }
        }
        Ok(state)
    }
}

/// Where in a [`State`] a tensor belongs.
enum Part {
    Parameter(usize),
    Mean(usize),
    Variance(usize),
    Batches(usize),
}

struct Entry {
    name: String,
    shape: Vec<usize>,
    part: Part,
}

/// Every tensor of a network's `state_dict`, in order.
fn entries(graph: &Graph) -> Vec<Entry> {
    let behind_beta: HashMap<usize, (usize, &BatchNorm)> = graph
        .batch_norms
        .iter()
        .enumerate()
        .map(|(at, norm)| (norm.beta.0, (at, norm)))
        .collect();
    let mut entries = Vec::new();
    for (place, parameter) in graph.parameters.iter().enumerate() {
        entries.push(Entry {
            name: parameter.name.clone(),
            shape: parameter.shape.clone(),
            part: Part::Parameter(place),
        });
        if let Some(&(at, norm)) = behind_beta.get(&place) {
            let channels = vec![norm.channels as usize];
            let parts = [
                ("running_mean", channels.clone(), Part::Mean(at)),
                ("running_var", channels, Part::Variance(at)),
                ("num_batches_tracked", Vec::new(), Part::Batches(at)),
            ];
            entries.extend(parts.into_iter().map(|(name, shape, part)| Entry {
                name: format!("{}.{name}", norm.name),
                shape,
                part,
            }));
        }
    }
    entries
}

fn check_length(tensor: &NamedTensor) -> Result<(), StateError> {
    if tensor.data.len() != tensor.shape.iter().product::<usize>() {
        return Err(StateError::Length {
            name: tensor.name.clone(),
            found: tensor.data.len(),
            shape: tensor.shape.clone(),
        });
    }
    Ok(())
}

/// The sentence for [`StateError::Differs`], without its beginning.
fn differences(
    missing: &[(String, Vec<usize>)],
    shapes: &[(String, Vec<usize>, Vec<usize>)],
    unknown: &[String],
) -> String {
    let are = |count: usize, one: &str, more: &str| match count {
        1 => format!("1 tensor {one}"),
        _ => format!("{count} tensors {more}"),
    };
    let mut parts = Vec::new();
    if !missing.is_empty() {
        let texts: Vec<String> = missing
            .iter()
            .map(|(name, shape)| format!("`{name}` {shape:?}"))
            .collect();
        let are = are(missing.len(), "is", "are");
        parts.push(format!("{are} missing: {}", first_few(&texts)));
    }
    if !shapes.is_empty() {
        let texts: Vec<String> = shapes
            .iter()
            .map(|(name, found, expected)| {
                format!("`{name}` is {found:?}, the network needs {expected:?}")
            })
            .collect();
        let have = are(shapes.len(), "has", "have");
        parts.push(format!("{have} another shape: {}", first_few(&texts)));
    }
    if !unknown.is_empty() {
        let texts: Vec<String> = unknown.iter().map(|name| format!("`{name}`")).collect();
        let are = are(unknown.len(), "is", "are");
        parts.push(format!("{are} of no use here: {}", first_few(&texts)));
    }
    parts.join("; ")
}

/// The first of many texts, and how many more there are.
pub(crate) fn first_few(texts: &[String]) -> String {
    const FEW: usize = 3;
    let shown = texts[..texts.len().min(FEW)].join(", ");
    match texts.len().saturating_sub(FEW) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

fn wrong_dtype(name: String, data: &TensorData, expected: &'static str) -> StateError {
    StateError::Dtype {
        name,
        found: data.dtype().to_owned(),
        expected,
    }
}

fn floats(tensor: NamedTensor) -> Result<Vec<f32>, StateError> {
    let values = match tensor.data {
        TensorData::F32(values) => values,
        other => return Err(wrong_dtype(tensor.name, &other, "F32")),
    };
    match values.iter().position(|value| !value.is_finite()) {
        Some(at) => Err(StateError::NotFinite {
            name: tensor.name,
            value: values[at].to_string(),
            place: indices(at, &tensor.shape),
        }),
        None => Ok(values),
    }
}

fn variances(tensor: NamedTensor) -> Result<Vec<f32>, StateError> {
    let (name, shape) = (tensor.name.clone(), tensor.shape.clone());
    let values = floats(tensor)?;
    match values.iter().position(|&value| value < 0.0) {
        Some(at) => Err(StateError::Negative {
            name,
            value: values[at].to_string(),
            place: indices(at, &shape),
        }),
        None => Ok(values),
    }
}

fn batches(tensor: NamedTensor) -> Result<u64, StateError> {
    let value = match &tensor.data {
        TensorData::I64(values) => values[0],
        other => return Err(wrong_dtype(tensor.name, other, "I64")),
    };
    u64::try_from(value).map_err(|_| StateError::Negative {
        name: tensor.name,
        value: value.to_string(),
        place: Vec::new(),
    })
}

/// The index in each dimension of a row-major place.
fn indices(mut place: usize, shape: &[usize]) -> Vec<usize> {
    let mut indices = vec![0; shape.len()];
    for (index, &extent) in indices.iter_mut().zip(shape).rev() {
        *index = place % extent;
        place /= extent;
    }
    indices
}
