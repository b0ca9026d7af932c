//! The dispatches of a training step and of an evaluation, over tensors that have no memory yet.
//!
//! Here: what a list is made of, the update, and packing; `forward` and `backward` add the rest.

mod backward;
mod forward;

use crate::kernels::batch_norm::BatchNormShape;
use crate::kernels::conv::{Direction, Entry};
use crate::kernels::{Blocked, Kernel, conv, optimizer};
use crate::network::Graph;
use crate::network::graph::{BatchNormId, NodeId, Op, ParameterId};
use crate::network::trainable::TrainedSet;

use super::layers::{Layer, layers};
use super::layout::{Layout, Range, Weights};
use super::shapes::blocked;
use super::{EngineError, PlanOptions};

/// A tensor of a step, by its place in [`Lists::tensors`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct TensorId(pub usize);

/// What a dispatch binds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operand {
    /// All of a tensor that lives within one step.
    Tensor(TensorId),
    /// Part of a buffer that lives as long as the plan.
    Part(Lasting, Range),
    /// All of one.
    Whole(Lasting),
}

/// Buffers that outlive a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Lasting {
    Pixels,
    Samples,
    Parameters,
    Gradients,
    Running,
    Packed,
    Saved,
    /// Partial results of one reduction; the next overwrites them.
    Scratch,
    Trained,
    FirstMoment,
    SecondMoment,
    Logits,
    Total,
}

impl Lasting {
    /// All of them, in the order of their numbers.
    pub const ALL: [Self; 13] = [
        Self::Pixels,
        Self::Samples,
        Self::Parameters,
        Self::Gradients,
        Self::Running,
        Self::Packed,
        Self::Saved,
        Self::Scratch,
        Self::Trained,
        Self::FirstMoment,
        Self::SecondMoment,
        Self::Logits,
        Self::Total,
    ];

    /// For labels and messages.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pixels => "pixels",
            Self::Samples => "labels",
            Self::Parameters => "all parameters",
            Self::Gradients => "all gradients",
            Self::Running => "running statistics",
            Self::Packed => "packed weights",
            Self::Saved => "batch statistics",
            Self::Scratch => "partial sums",
            Self::Trained => "trained places",
            Self::FirstMoment => "first moments",
            Self::SecondMoment => "second moments",
            Self::Logits => "logits",
            Self::Total => "results",
        }
    }

    /// Whether no dispatch binds all of it.
    pub fn is_bound_in_parts(self) -> bool {
        matches!(self, Self::Packed | Self::Running | Self::Saved)
    }
}

/// A kernel and what it binds, in the order of its bindings.
pub(super) struct Launch {
    pub kernel: Kernel,
    pub operands: Vec<Operand>,
}

/// What the pass of a BatchNorm layer leaves, the addition and the ReLU joined to it included.
#[derive(Clone, Copy)]
pub(super) struct NormOutput {
    pub tensor: TensorId,
    pub shape: Blocked,
}

/// A tensor of a step.
pub(super) struct TensorInfo {
    /// For messages.
    pub name: String,
    /// Of the largest batch.
    pub bytes: u64,
    /// The layer that it is the output of, or the gradient of the output.
    pub node: Option<NodeId>,
}

/// All that a plan will do.
pub(super) struct Lists {
    pub tensors: Vec<TensorInfo>,
    pub train: Vec<Launch>,
    /// Where in `train` the loss begins, behind which tensors are gradients.
    pub loss_at: usize,
    /// Where in `train` the update begins.
    pub update_at: usize,
    pub evaluate: Vec<Launch>,
    /// Packs all convolution weights; after a state was written.
    pub pack: Vec<Launch>,
    /// By BatchNorm layer: what its pass leaves in an evaluation.
    pub norm_outputs: Vec<Option<NormOutput>>,
    pub scratch_bytes: u64,
    pub sample_bytes: usize,
    pub classes: u32,
}

/// Lists the dispatches.
pub(super) fn compile(
    graph: &Graph,
    layout: &Layout,
    options: &PlanOptions,
) -> Result<Lists, EngineError> {
    let layers = layers(graph)?;
    let input = graph.nodes[0].shape;
    let classes = graph.nodes[graph.nodes.len() - 1].shape.channels;
    let mut builder = Builder {
        graph,
        layout,
        options,
        lists: Lists {
            tensors: Vec::new(),
            train: Vec::new(),
            loss_at: 0,
            update_at: 0,
            evaluate: Vec::new(),
            pack: Vec::new(),
            norm_outputs: vec![None; graph.batch_norms.len()],
            scratch_bytes: 16,
            sample_bytes: (input.channels * input.height * input.width) as usize,
            classes,
        },
        list: Vec::new(),
        readers: readers(graph, &layers),
        outputs: vec![None; graph.nodes.len()],
        kept: vec![None; graph.nodes.len()],
        gradients: vec![None; graph.nodes.len()],
        contributions: vec![0; graph.nodes.len()],
        is_summed_up: vec![false; graph.nodes.len()],
        needs_gradient: needs_gradient(graph, &options.trained),
    };

    builder.forward(&layers, options.freeze_statistics, Purpose::Training)?;
    builder.lists.loss_at = builder.list.len();
    let grad_logits = builder.loss();
    if layout.trained_len() > 0 {
        builder.backward(&layers, grad_logits);
    }
    builder.lists.update_at = builder.list.len();
    if layout.trained_len() > 0 {
        builder.update();
    }
    builder.lists.train = std::mem::take(&mut builder.list);

    builder.forward(&layers, true, Purpose::Evaluation)?;
    builder.loss();
    builder.lists.evaluate = std::mem::take(&mut builder.list);

    for weight in 0..graph.parameters.len() {
        builder.pack(ParameterId(weight));
    }
    builder.lists.pack = std::mem::take(&mut builder.list);
    Ok(builder.lists)
}

/// By node: whether a trained parameter acts at it or before it.
pub(super) fn needs_gradient(graph: &Graph, trained: &TrainedSet) -> Vec<bool> {
    let trains = |id: ParameterId| trained.is_trained(id);
    let mut needs = vec![false; graph.nodes.len()];
    for (id, node) in graph.nodes.iter().enumerate() {
        let own = match &node.op {
            Op::Conv { weight, bias, .. } => trains(*weight) || bias.is_some_and(trains),
            Op::BatchNorm(layer) => {
                let layer = &graph.batch_norms[layer.0];
                trains(layer.gamma) || trains(layer.beta)
            }
            Op::Linear { weight, bias } => trains(*weight) || trains(*bias),
            Op::Input | Op::Relu | Op::Add | Op::MaxPool(_) | Op::GlobalAveragePool => false,
        };
        needs[id] = own || node.inputs.iter().any(|input| needs[input.0]);
    }
    needs
}

/// What a forward pass is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Purpose {
    Training,
    Evaluation,
}

/// By node: the layers that read its output.
fn readers<'a>(graph: &Graph, layers: &'a [Layer]) -> Vec<Vec<&'a Layer>> {
    let mut readers = vec![Vec::new(); graph.nodes.len()];
    for layer in layers {
        match *layer {
            Layer::Single(id) => {
                for input in &graph.node(id).inputs {
                    readers[input.0].push(layer);
                }
            }
            Layer::BatchNorm {
                input, residual, ..
            } => {
                readers[input.0].push(layer);
                if let Some(residual) = residual {
                    readers[residual.0].push(layer);
                }
            }
        }
    }
    readers
}

/// What stands for a node's output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Output {
    /// The output itself.
    Written(TensorId),
    /// The input of a BatchNorm, whose output its readers make themselves.
    Deferred {
        input: TensorId,
        layer: BatchNormId,
        relu: bool,
    },
}

struct Builder<'a> {
    graph: &'a Graph,
    layout: &'a Layout,
    options: &'a PlanOptions,
    lists: Lists,
    /// The list being written.
    list: Vec<Launch>,
    /// By node: the layers that read its output.
    readers: Vec<Vec<&'a Layer>>,
    /// By node: its output.
    outputs: Vec<Option<Output>>,
    /// By node: what else backward needs of it (signs of a ReLU, places of maxima).
    kept: Vec<Option<TensorId>>,
    /// By node: the gradient of its output, so far.
    gradients: Vec<Option<TensorId>>,
    /// By node: how many layers have given to that gradient.
    contributions: Vec<usize>,
    /// By node: whether a convolution has left the sums that a BatchNorm's backward pass begins with.
    is_summed_up: Vec<bool>,
    needs_gradient: Vec<bool>,
}

use Operand::{Part, Tensor, Whole};

impl Builder<'_> {
    fn tensor(&mut self, name: impl Into<String>, bytes: u64) -> TensorId {
        let name = name.into();
        let node = None;
        self.lists.tensors.push(TensorInfo { name, bytes, node });
        TensorId(self.lists.tensors.len() - 1)
    }

    /// The shape of a node's output in memory.
    fn blocked(&self, node: NodeId) -> Blocked {
        blocked(self.graph, node, self.options.precision).in_pairs(self.layout.pairs)
    }

    fn images(&mut self, node: NodeId, what: &str) -> TensorId {
        let bytes = self.blocked(node).bytes(self.options.max_batch);
        let tensor = self.tensor(format!("the {what} of layer {}", node.0), bytes);
        self.lists.tensors[tensor.0].node = Some(node);
        tensor
    }

    fn launch(&mut self, kernel: Kernel, operands: impl IntoIterator<Item = Operand>) {
        let operands: Vec<_> = operands.into_iter().collect();
        debug_assert_eq!(kernel.bindings.len(), operands.len(), "{}", kernel.name);
        self.list.push(Launch { kernel, operands });
    }

    fn output(&self, node: NodeId) -> Operand {
        match self.outputs[node.0].expect("layers run after their inputs") {
            Output::Written(tensor) => Tensor(tensor),
            Output::Deferred { .. } => unreachable!("only convolutions read what is deferred"),
        }
    }

    /// A convolution's source, and what happens to it on the way in.
    fn entering(&self, node: NodeId) -> (Operand, Option<(Entry, Operand)>) {
        match self.outputs[node.0].expect("layers run after their inputs") {
            Output::Written(tensor) => (Tensor(tensor), None),
            Output::Deferred { input, layer, relu } => {
                let norm = Part(Lasting::Saved, self.layout.saved[layer.0]);
                (Tensor(input), Some((Entry { relu }, norm)))
            }
        }
    }

    fn parameter(&self, id: ParameterId) -> Operand {
        Part(Lasting::Parameters, self.layout.parameter(id))
    }

    fn gradient_of(&self, id: ParameterId) -> Operand {
        let range = self.layout.gradients[id.0].expect("the layout has room for it");
        Part(Lasting::Gradients, range)
    }

    fn scratch(&mut self, bytes: u64) -> Operand {
        self.lists.scratch_bytes = self.lists.scratch_bytes.max(bytes);
        let len = bytes.div_ceil(16) * 4;
        Part(Lasting::Scratch, Range { offset: 0, len })
    }

    fn batch_norm_shape(&self, layer: &Layer, fixed: bool) -> Option<BatchNormShape> {
        let Layer::BatchNorm {
            input, epilogue, ..
        } = *layer
        else {
            return None;
        };
        let images = self.blocked(input);
        Some(BatchNormShape {
            images,
            max_batch: self.options.max_batch,
            epilogue,
            fixed,
        })
    }

    fn trains(&self, id: ParameterId) -> bool {
        self.options.trained.is_trained(id)
    }

    fn update(&mut self) {
        let rule = self.options.rule;
        let count = self.layout.trained_len() as u32;
        let mut operands = vec![
            Whole(Lasting::Parameters),
            Whole(Lasting::Gradients),
            Whole(Lasting::Trained),
            Whole(Lasting::FirstMoment),
        ];
        operands.extend((rule.moments() == 2).then_some(Whole(Lasting::SecondMoment)));
        self.launch(
            optimizer::update(rule, self.options.weight_decay, count),
            operands,
        );
        for weight in (0..self.graph.parameters.len()).map(ParameterId) {
            if self.trains(weight) {
                self.pack(weight);
            }
        }
    }

    /// Packs a convolution's weights for both directions; nothing for other parameters.
    fn pack(&mut self, weight: ParameterId) {
        if let Some(packed) = self.layout.packed[weight.0] {
            let both = [
                (Direction::Forward, packed.forward),
                (Direction::Backward, packed.backward),
            ];
            for (direction, Weights { tiling, range, .. }) in both {
                let operands = [self.parameter(weight), Part(Lasting::Packed, range)];
                self.launch(conv::pack(&packed.shape.pass(direction), &tiling), operands);
            }
        }
    }
}
