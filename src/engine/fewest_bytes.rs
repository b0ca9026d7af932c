//! The fewest bytes that a training step of a network must move.

use serde::Serialize;

use crate::kernels::Precision;
use crate::kernels::batch_norm::Epilogue;
use crate::network::Graph;
use crate::network::graph::{NodeId, Op, ParameterId, Role};
use crate::network::trainable::{Selection, TrainedSet};

use super::EngineError;
use super::compile::needs_gradient;
use super::layers::{BatchNormPass, Layer, layers, readers};

/// The fewest bytes of a step that trains BatchNorm alone.
///
/// The model: true channel counts, each number as the plan stores it (pixels are bytes); nothing stays in caches from one layer to
/// the next; nothing is computed twice to save bytes, but what is elementwise is done by whoever reads or
/// writes a tensor anyway. A batch's statistics are known only behind the last of its outputs, so every
/// convolution's output passes through memory. γ, β, statistics and the update are left out: thousands of
/// numbers beside millions.
///
/// *Forward.* A convolution reads its input, normalised (and added, and through the ReLU) as it is read,
/// and its weights, and writes its output, summing it up for the statistics. Where a residual is
/// added, that is read too; and the sum is written if more than one layer reads it. Behind such a sum the
/// ReLU's signs are written, a bit an element. Pools read and write, a max pool a byte an output more;
/// the output layer reads its input and weights, and writes logits.
///
/// *Backward.* A convolution's gradient of the input reads the gradient g behind the BatchNorm, which
/// becomes the gradient of its own output while it is read, for which it reads BatchNorm's input x too;
/// it reads its weights, and writes g of the BatchNorm before, for whose two sums it reads that one's x
/// (and signs). What a second layer gives to the same gradient is added: one more reading of it; what
/// goes over a shortcut as it is, is not copied. Pools read and write again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct FewestBytes {
    /// From the images to the loss.
    pub forward: u64,
    /// From the loss to the last gradient.
    pub backward: u64,
}

impl FewestBytes {
    /// Both.
    pub fn total(&self) -> u64 {
        self.forward + self.backward
    }
}

/// Counts them for a batch, images and weights of convolutions being stored in `precision`.
///
/// # Errors
/// If a layer has no kernel.
pub fn fewest_bytes(
    graph: &Graph,
    batch: u32,
    precision: Precision,
) -> Result<FewestBytes, EngineError> {
    let layers = layers(graph)?;
    let selections = graph.parameters.iter().map(|parameter| {
        match matches!(parameter.role, Role::Gamma | Role::Beta) {
            true => Selection::Whole,
            false => Selection::Frozen,
        }
    });
    let trained = TrainedSet {
        selections: selections.collect(),
    };
    let count = Count {
        graph,
        batch: batch.into(),
        precision,
        readers: readers(graph, &layers),
        needs_gradient: needs_gradient(graph, &trained),
    };
    let mut fewest = FewestBytes::default();
    for layer in &layers {
        fewest.forward += count.forward(layer);
        fewest.backward += count.backward(layer);
    }
    fewest.backward += count.added();
    Ok(fewest)
}

struct Count<'a> {
    graph: &'a Graph,
    batch: u64,
    precision: Precision,
    /// By node: the layers that read its output.
    readers: Vec<Vec<Layer>>,
    needs_gradient: Vec<bool>,
}

impl Count<'_> {
    /// Values of a node's output.
    fn values(&self, node: NodeId) -> u64 {
        self.batch * self.graph.node(node).shape.values()
    }

    fn tensor(&self, node: NodeId) -> u64 {
        match self.graph.node(node).op {
            Op::Input => self.values(node),
            // Logits.
            Op::Linear { .. } => 4 * self.values(node),
            // Of zeros nobody has to read or write any.
            Op::IdentityShortcut { .. } => self.taken(node),
            _ => u64::from(self.precision.bytes()) * self.values(node),
        }
    }

    /// What an identity shortcut takes of its input.
    fn taken(&self, shortcut: NodeId) -> u64 {
        let node = self.graph.node(shortcut);
        let channels = self.graph.node(node.inputs[0]).shape.channels;
        u64::from(self.precision.bytes()) * self.batch * u64::from(channels) * node.shape.pixels()
    }

    /// Of a convolution or of the output layer, which is not packed.
    fn weight(&self, node: NodeId, id: ParameterId) -> u64 {
        let bytes = match self.graph.node(node).op {
            Op::Conv { .. } => self.precision.bytes(),
            _ => 4,
        };
        u64::from(bytes) * self.graph.parameter(id).len() as u64
    }

    fn signs(&self, epilogue: &Epilogue, output: NodeId) -> u64 {
        match epilogue.keeps_sign() {
            true => self.values(output).div_ceil(8),
            false => 0,
        }
    }

    fn forward(&self, layer: &Layer) -> u64 {
        match layer {
            Layer::Single(id) => {
                let node = self.graph.node(*id);
                let source = |at: usize| self.tensor(node.inputs[at]);
                match &node.op {
                    Op::Conv { weight, .. } => {
                        source(0) + self.weight(*id, *weight) + self.tensor(*id)
                    }
                    Op::Linear { weight, .. } => {
                        source(0) + self.weight(*id, *weight) + self.tensor(*id)
                    }
                    Op::MaxPool(_) => source(0) + self.tensor(*id) + self.values(*id),
                    Op::GlobalAveragePool => source(0) + self.tensor(*id),
                    Op::Input
                    | Op::Relu
                    | Op::BatchNorm(_)
                    | Op::Add
                    | Op::IdentityShortcut { .. } => 0,
                }
            }
            Layer::BatchNorm(BatchNormPass {
                residual,
                epilogue,
                output,
                ..
            }) => {
                let Some(residual) = residual else { return 0 };
                let written = match self.readers[output.0].len() > 1 {
                    true => self.tensor(*output),
                    false => 0,
                };
                self.tensor(*residual) + written + self.signs(epilogue, *output)
            }
        }
    }

    fn backward(&self, layer: &Layer) -> u64 {
        match layer {
            Layer::Single(id) => {
                let node = self.graph.node(*id);
                let Some(input) = node.inputs.first() else {
                    return 0;
                };
                if !self.needs_gradient[input.0] {
                    return 0;
                }
                let (source, output) = (self.tensor(*input), self.tensor(*id));
                match &node.op {
                    Op::Conv { weight, .. } | Op::Linear { weight, .. } => {
                        output + self.weight(*id, *weight) + source
                    }
                    Op::MaxPool(_) => output + self.values(*id) + source,
                    Op::GlobalAveragePool => output + source,
                    Op::Input
                    | Op::Relu
                    | Op::BatchNorm(_)
                    | Op::Add
                    | Op::IdentityShortcut { .. } => 0,
                }
            }
            Layer::BatchNorm(BatchNormPass {
                input,
                epilogue,
                output,
                ..
            }) => {
                // Whatever trains before or in it needs the two sums.
                let sums = self.tensor(*input) + self.signs(epilogue, *output);
                let gradient = match self.needs_gradient[input.0] {
                    true => self.tensor(*input),
                    false => 0,
                };
                sums + gradient
            }
        }
    }

    /// Of the layers that give to the gradient of a node all but one, which gives most, add to it, and read it for that.
    fn added(&self) -> u64 {
        let nodes = (0..self.graph.nodes.len()).map(NodeId);
        let with_gradient = nodes.filter(|node| self.needs_gradient[node.0]);
        with_gradient
            .map(|node| {
                let given = self.readers[node.0].iter().map(|reader| {
                    let reader = reader.output();
                    match self.graph.node(reader).op {
                        Op::IdentityShortcut { .. } => self.taken(reader),
                        _ => self.tensor(node),
                    }
                });
                given.clone().sum::<u64>() - given.max().unwrap_or(0)
            })
            .sum()
    }
}
