//! Values that are stored another way than a network takes them.

use std::collections::BTreeMap;

use super::super::graph::{Graph, NodeId, Op, Role};
use super::super::state::{NamedTensor, StateError, TensorData, first_few};

const COUNT: &str = "num_batches_tracked";

/// The most that rounding can take a variance below 0: a tenth of the ε that BatchNorm adds to it.
const ROUNDING: f32 = 1e-6;

/// `1 tensor is`, `3 tensors are`.
fn tensors_are(count: usize) -> String {
    match count {
        1 => "1 tensor is".to_owned(),
        _ => format!("{count} tensors are"),
    }
}

/// Makes one tensor of the two that `torch.nn.utils.prune` makes of one: values times mask.
pub(super) fn join_pruned(tensors: &mut Vec<NamedTensor>) -> Result<Option<String>, StateError> {
    let (parts, others): (Vec<_>, Vec<_>) = std::mem::take(tensors)
        .into_iter()
        .partition(|tensor| tensor.name.ends_with("_orig") || tensor.name.ends_with("_mask"));
    *tensors = others;
    let mut parts: BTreeMap<String, NamedTensor> = parts
        .into_iter()
        .map(|tensor| (tensor.name.clone(), tensor))
        .collect();
    let names: Vec<String> = parts.keys().cloned().collect();
    let mut joined = 0;
    for name in names.iter().filter_map(|name| name.strip_suffix("_orig")) {
        let both = (
            parts.remove(&format!("{name}_orig")),
            parts.remove(&format!("{name}_mask")),
        );
        match both {
            (Some(values), Some(mask)) => {
                tensors.push(product(name, values, &mask)?);
                joined += 1;
            }
            (values, mask) => tensors.extend(values.into_iter().chain(mask)),
        }
    }
    // Whatever ends so without the other is somebody's own name.
    tensors.extend(parts.into_values());
    Ok((joined > 0).then(|| {
        format!(
            "{} pruned by torch.nn.utils.prune: each is read as its values times its mask, as prune.remove leaves it",
            tensors_are(joined)
        )
    }))
}

fn product(name: &str, values: NamedTensor, mask: &NamedTensor) -> Result<NamedTensor, StateError> {
    if values.shape != mask.shape || values.data.len() != mask.data.len() {
        return Err(StateError::Shape {
            name: mask.name.clone(),
            found: mask.shape.clone(),
            expected: values.shape,
        });
    }
    let TensorData::F32(floats) = values.data else {
        return Err(StateError::Dtype {
            name: values.name,
            found: values.data.dtype().to_owned(),
            expected: "F32",
        });
    };
    let kept: Vec<f32> = match &mask.data {
        TensorData::F32(mask) => mask.clone(),
        TensorData::I64(mask) => mask.iter().map(|value| *value as f32).collect(),
    };
    let product = floats.iter().zip(kept).map(|(value, kept)| value * kept);
    Ok(NamedTensor {
        name: name.to_owned(),
        shape: values.shape,
        data: TensorData::F32(product.collect()),
    })
}

/// Makes a first convolution for grey images one for red, green and blue, or the other way. What it
/// answers to a grey picture stays, but for what the three are normalised by.
pub(super) fn repeat_channels(graph: &Graph, tensors: &mut [NamedTensor]) -> Option<String> {
    let wanted = graph.nodes.iter().find_map(|node| match node.op {
        Op::Conv { weight, .. } if node.inputs == [NodeId(0)] => Some(graph.parameter(weight)),
        _ => None,
    })?;
    let tensor = tensors
        .iter_mut()
        .find(|tensor| tensor.name == wanted.name)?;
    let (found, needed) = (tensor.shape.as_slice(), wanted.shape.as_slice());
    let ([outputs, from, rows, columns], [_, to, ..]) = (found, needed) else {
        return None;
    };
    let taps = rows * columns;
    let is_whole = tensor.data.len() == outputs * from * taps;
    let is_like = (found[0], &found[2..]) == (needed[0], &needed[2..]);
    let TensorData::F32(values) = &tensor.data else {
        return None;
    };
    if !is_whole || !is_like || taps == 0 {
        return None;
    }
    let (values, told) = match (from, to) {
        (1, 3) => {
            let third = |window: &[f32]| -> Vec<f32> { window.iter().map(|v| v / 3.0).collect() };
            let windows = values.chunks_exact(taps);
            let values = windows.flat_map(|window| third(window).repeat(3)).collect();
            (
                values,
                "the state is for grey images, the data have colours: each of the first convolution's weights is used \
                 for red, green and blue, a third each",
            )
        }
        (3, 1) => {
            let filters = values.chunks_exact(3 * taps);
            let sum = |filter: &[f32], tap: usize| {
                filter[tap] + filter[taps + tap] + filter[2 * taps + tap]
            };
            let values = filters
                .flat_map(|filter| (0..taps).map(move |tap| sum(filter, tap)))
                .collect();
            (
                values,
                "the state is for images of three colours, the data are grey: the first convolution's weights for red, \
                 green and blue are added up",
            )
        }
        _ => return None,
    };
    tensor.data = TensorData::F32(values);
    tensor.shape.clone_from(&wanted.shape);
    Some(told.to_owned())
}

/// Makes each BatchNorm's count of batches the whole number that it stands for, and 0 where there is
/// none.
pub(super) fn settle_counts(graph: &Graph, tensors: &mut Vec<NamedTensor>) -> Option<String> {
    for tensor in tensors.iter_mut() {
        if !tensor.name.ends_with(COUNT) || tensor.data.len() != 1 {
            continue;
        }
        // PyTorch's is a single value; some tools write a list of one.
        tensor.shape.clear();
        if let TensorData::F32(values) = &tensor.data
            && values[0].is_finite()
        {
            tensor.data = TensorData::I64(vec![values[0].round() as i64]);
        }
    }
    let count = |name: &str| format!("{name}.{COUNT}");
    let names = graph.batch_norms.iter().map(|norm| count(&norm.name));
    let missing: Vec<String> = names
        .filter(|name| !tensors.iter().any(|tensor| tensor.name == *name))
        .collect();
    let told = (!missing.is_empty()).then(|| {
        format!(
            "the state does not say how many batches went into its running statistics ({COUNT}); they are counted from \
             0 in {} BatchNorms",
            missing.len()
        )
    });
    tensors.extend(missing.into_iter().map(|name| NamedTensor {
        name,
        shape: Vec::new(),
        data: TensorData::I64(vec![0]),
    }));
    told
}

/// Makes 0 of variances that rounding left just below it.
pub(super) fn lift_variances(graph: &Graph, tensors: &mut [NamedTensor]) -> Option<String> {
    let names: Vec<String> = graph
        .batch_norms
        .iter()
        .map(|norm| format!("{}.running_var", norm.name))
        .collect();
    let mut lifted = Vec::new();
    for tensor in tensors.iter_mut().filter(|t| names.contains(&t.name)) {
        let TensorData::F32(values) = &mut tensor.data else {
            continue;
        };
        for (channel, value) in values.iter_mut().enumerate() {
            if (-ROUNDING..0.0).contains(value) {
                lifted.push(format!(
                    "`{}` is {value:e} in channel {channel}",
                    tensor.name
                ));
                *value = 0.0;
            }
        }
    }
    (!lifted.is_empty()).then(|| {
        format!(
            "a variance cannot be below 0, but by rounding {}; 0 is used",
            first_few(&lifted)
        )
    })
}

/// Gives convolutions and an output layer that have none in the file the biases that the network has:
/// zeros, which change nothing.
pub(super) fn add_biases(graph: &Graph, tensors: &mut Vec<NamedTensor>) -> Option<String> {
    let has = |name: &str| tensors.iter().any(|tensor| tensor.name == name);
    let is_bias = |role| matches!(role, Role::ConvBias | Role::OutputBias);
    let missing: Vec<_> = graph
        .parameters
        .iter()
        .filter(|parameter| is_bias(parameter.role) && !has(&parameter.name))
        .filter(|parameter| {
            let layer = parameter.name.strip_suffix(".bias");
            layer.is_some_and(|layer| has(&format!("{layer}.weight")))
        })
        .collect();
    let names: Vec<String> = missing.iter().map(|p| p.name.clone()).collect();
    tensors.extend(missing.into_iter().map(|parameter| NamedTensor {
        name: parameter.name.clone(),
        shape: parameter.shape.clone(),
        data: TensorData::F32(vec![0.0; parameter.len()]),
    }));
    (!names.is_empty()).then(|| {
        format!(
            "the state has no biases in {}; they are 0",
            first_few(&names)
        )
    })
}
