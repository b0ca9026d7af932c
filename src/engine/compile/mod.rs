//! The dispatches of a training step and of an evaluation, over tensors that have no memory yet.
//!
//! Here: what lists are made of. `list` has what all of them are made from; each is built by a file of its
//! own: `forward` (of a step and of an evaluation), `loss`, `backward`, `update`.

mod backward;
mod forward;
mod list;
mod loss;
mod update;

use crate::kernels::loss::Loss;
use crate::kernels::{Blocked, Kernel};
use crate::network::Graph;
use crate::network::graph::{NodeId, Op, ParameterId};
use crate::network::trainable::TrainedSet;

use super::layout::{Layout, Range};
use super::{EngineError, PlanOptions};
use forward::Purpose;
use list::{Context, Tensors};

/// A tensor of a step, by its place in [`Lists::tensors`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct TensorId(pub usize);

/// What a dispatch binds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operand {
    /// All of a tensor that lives within one step.
    Tensor(TensorId),
    /// Part of a buffer that lives as long as the plan.
    Part(Persistent, Range),
    /// All of one.
    Whole(Persistent),
}

/// Buffers that outlive a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Persistent {
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

impl Persistent {
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
    let context = Context::new(graph, layout, options)?;
    let mut tensors = Tensors::default();

    let forward = forward::list(&context, &mut tensors, Purpose::Training)?;
    let mut train = forward.launches;
    let loss_at = train.len();
    let (loss, grad_logits) = loss::list(&context, &mut tensors, options.loss);
    train.extend(loss);
    let trains = layout.trained_len() > 0;
    if trains {
        train.extend(backward::list(
            &context,
            &mut tensors,
            &forward.outputs,
            grad_logits,
        ));
    }
    let update_at = train.len();
    if trains {
        train.extend(update::list(&context, &mut tensors));
    }

    let evaluation = forward::list(&context, &mut tensors, Purpose::Evaluation)?;
    let mut evaluate = evaluation.launches;
    evaluate.extend(loss::list(&context, &mut tensors, Loss::CrossEntropy).0);

    let pack = update::pack_all(&context, &mut tensors);
    let input = graph.nodes[0].shape;
    Ok(Lists {
        train,
        loss_at,
        update_at,
        evaluate,
        pack,
        norm_outputs: evaluation.norm_outputs,
        sample_bytes: (input.channels * input.height * input.width) as usize,
        classes: context.classes(),
        scratch_bytes: tensors.scratch_bytes.max(16),
        tensors: tensors.all,
    })
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
            Op::Input
            | Op::Relu
            | Op::Add
            | Op::MaxPool(_)
            | Op::IdentityShortcut { .. }
            | Op::GlobalAveragePool => false,
        };
        needs[id] = own || node.inputs.iter().any(|input| needs[input.0]);
    }
    needs
}
