//! What all lists are made from, and a list being written.

use crate::engine::layers::{BatchNormPass, Layer, layers, readers};
use crate::engine::layout::{Layout, Range};
use crate::engine::shapes::blocked;
use crate::engine::{EngineError, PlanOptions};
use crate::kernels::batch_norm::BatchNormShape;
use crate::kernels::linear::LinearShape;
use crate::kernels::pool::PoolShape;
use crate::kernels::shortcut::ShortcutShape;
use crate::kernels::{Blocked, Kernel};
use crate::network::Graph;
use crate::network::graph::{BatchNormId, NodeId, ParameterId, Window};

use super::Operand::Part;
use super::{Launch, Operand, Persistent, TensorId, TensorInfo, needs_gradient};

/// What all lists are made from.
pub(super) struct Context<'a> {
    pub graph: &'a Graph,
    pub layout: &'a Layout,
    pub options: &'a PlanOptions,
    /// In the order they run.
    pub layers: Vec<Layer>,
    /// By node: the layers that read its output.
    pub readers: Vec<Vec<Layer>>,
    /// By node: whether a trained parameter acts at it or before it.
    pub needs_gradient: Vec<bool>,
}

impl<'a> Context<'a> {
    pub fn new(
        graph: &'a Graph,
        layout: &'a Layout,
        options: &'a PlanOptions,
    ) -> Result<Self, EngineError> {
        let layers = layers(graph)?;
        Ok(Self {
            graph,
            layout,
            options,
            readers: readers(graph, &layers),
            needs_gradient: needs_gradient(graph, &options.trained),
            layers,
        })
    }

    pub fn classes(&self) -> u32 {
        self.graph.nodes[self.graph.nodes.len() - 1].shape.channels
    }

    pub fn trains(&self, id: ParameterId) -> bool {
        self.options.trained.is_trained(id)
    }

    /// The shape of a node's output in memory.
    pub fn blocked(&self, node: NodeId) -> Blocked {
        blocked(self.graph, node, self.options.precision).in_pairs(self.layout.pairs)
    }

    pub fn batch_norm_shape(&self, pass: &BatchNormPass, fixed: bool) -> BatchNormShape {
        BatchNormShape {
            images: self.blocked(pass.input),
            max_batch: self.options.max_batch,
            epilogue: pass.epilogue,
            fixed,
        }
    }

    pub fn linear_shape(&self, id: NodeId) -> LinearShape {
        let node = self.graph.node(id);
        LinearShape {
            channels: self.graph.node(node.inputs[0]).shape.channels,
            classes: node.shape.channels,
            precision: self.options.precision,
        }
    }

    /// Of a max pool with this window.
    pub fn pool_shape(&self, id: NodeId, window: Window) -> PoolShape {
        let Window {
            kernel,
            stride,
            padding,
        } = window;
        PoolShape {
            input: self.blocked(self.graph.node(id).inputs[0]),
            output: self.blocked(id),
            kernel,
            stride,
            padding,
        }
    }

    /// Of an identity shortcut.
    pub fn shortcut_shape(&self, id: NodeId, stride: u32) -> ShortcutShape {
        ShortcutShape {
            input: self.blocked(self.graph.node(id).inputs[0]),
            output: self.blocked(id),
            stride,
        }
    }

    pub fn parameter(&self, id: ParameterId) -> Operand {
        Part(Persistent::Parameters, self.layout.parameter(id))
    }

    pub fn gradient_of(&self, id: ParameterId) -> Operand {
        let range = self.layout.gradients[id.0].expect("the layout has room for it");
        Part(Persistent::Gradients, range)
    }

    /// γ and β of a BatchNorm.
    pub fn affine(&self, id: BatchNormId) -> [Operand; 2] {
        let layer = &self.graph.batch_norms[id.0];
        [layer.gamma, layer.beta].map(|parameter| self.parameter(parameter))
    }

    /// Running mean and variance of a BatchNorm.
    pub fn running(&self, id: BatchNormId) -> [Operand; 2] {
        let ranges = self.layout.running(id);
        ranges.map(|range| Part(Persistent::Running, range))
    }

    /// What a BatchNorm normalises by.
    pub fn saved(&self, id: BatchNormId) -> Operand {
        Part(Persistent::Saved, self.layout.saved[id.0])
    }
}

/// The tensors of all lists, and what their reductions need beside them.
#[derive(Default)]
pub(super) struct Tensors {
    pub all: Vec<TensorInfo>,
    /// Of the largest reduction.
    pub scratch_bytes: u64,
}

/// A list being written.
pub(super) struct List<'a> {
    pub context: &'a Context<'a>,
    tensors: &'a mut Tensors,
    pub launches: Vec<Launch>,
}

impl<'a> List<'a> {
    pub fn new(context: &'a Context<'a>, tensors: &'a mut Tensors) -> Self {
        Self {
            context,
            tensors,
            launches: Vec::new(),
        }
    }

    pub fn tensor(&mut self, name: impl Into<String>, bytes: u64) -> TensorId {
        self.tensors.all.push(TensorInfo {
            name: name.into(),
            bytes,
            node: None,
        });
        TensorId(self.tensors.all.len() - 1)
    }

    /// For the output of a node, or for its gradient.
    pub fn images(&mut self, node: NodeId, what: &str) -> TensorId {
        let bytes = self
            .context
            .blocked(node)
            .bytes(self.context.options.max_batch);
        let tensor = self.tensor(format!("the {what} of layer {}", node.0), bytes);
        self.tensors.all[tensor.0].node = Some(node);
        tensor
    }

    /// Bytes for the partial results of the reduction that is written next.
    pub fn scratch(&mut self, bytes: u64) -> Operand {
        self.tensors.scratch_bytes = self.tensors.scratch_bytes.max(bytes);
        let len = bytes.div_ceil(16) * 4;
        Part(Persistent::Scratch, Range { offset: 0, len })
    }

    /// Adds a dispatch, whose operands are given by the names of the kernel's bindings.
    pub fn launch(
        &mut self,
        kernel: Kernel,
        operands: impl IntoIterator<Item = (&'static str, Operand)>,
    ) {
        let operands = kernel.operands(operands);
        self.launches.push(Launch { kernel, operands });
    }
}
