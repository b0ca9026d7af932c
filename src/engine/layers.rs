//! Which nodes of a graph run as one pass: BatchNorm takes an addition and a ReLU that follow it.

use crate::kernels::batch_norm::Epilogue;
use crate::network::Graph;
use crate::network::graph::{BatchNormId, NodeId, Op};

use super::EngineError;

/// A node, or several that run as one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Layer {
    /// The node as it stands.
    Single(NodeId),
    /// A BatchNorm with what follows it.
    BatchNorm(BatchNormPass),
}

/// A BatchNorm, the addition and the ReLU that follow it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct BatchNormPass {
    pub layer: BatchNormId,
    pub input: NodeId,
    /// What is added.
    pub residual: Option<NodeId>,
    pub epilogue: Epilogue,
    /// The last of the nodes.
    pub output: NodeId,
}

impl Layer {
    /// The node whose output it gives.
    pub fn output(&self) -> NodeId {
        match self {
            Self::Single(node) => *node,
            Self::BatchNorm(pass) => pass.output,
        }
    }

    /// The nodes whose outputs it reads.
    pub fn inputs(&self, graph: &Graph) -> Vec<NodeId> {
        match self {
            Self::Single(node) => graph.node(*node).inputs.clone(),
            Self::BatchNorm(pass) => [pass.input].into_iter().chain(pass.residual).collect(),
        }
    }
}

/// By node: the layers that read its output.
pub(super) fn readers(graph: &Graph, layers: &[Layer]) -> Vec<Vec<Layer>> {
    let mut readers = vec![Vec::new(); graph.nodes.len()];
    for layer in layers {
        for input in layer.inputs(graph) {
            readers[input.0].push(*layer);
        }
    }
    readers
}

/// The passes of a graph, in the order they run.
pub(super) fn layers(graph: &Graph) -> Result<Vec<Layer>, EngineError> {
    let mut consumers = vec![Vec::new(); graph.nodes.len()];
    for (id, node) in graph.nodes.iter().enumerate() {
        for input in &node.inputs {
            consumers[input.0].push(NodeId(id));
        }
    }
    let only_consumer = |node: NodeId| match consumers[node.0].as_slice() {
        [one] => Some(*one),
        _ => None,
    };
    let op = |node: NodeId| &graph.nodes[node.0].op;

    let mut taken = vec![false; graph.nodes.len()];
    let mut layers = Vec::new();
    for (id, node) in graph.nodes.iter().enumerate() {
        if taken[id] {
            continue;
        }
        let Op::BatchNorm(layer) = node.op else {
            if node.op == Op::Add {
                return Err(EngineError::Unsupported {
                    node: id,
                    op: "add".into(),
                    why: "one of its inputs must be a BatchNorm that nothing else reads, and the other must stand before that",
                });
            }
            layers.push(Layer::Single(NodeId(id)));
            continue;
        };
        let mut output = NodeId(id);
        let mut residual = None;
        let mut epilogue = Epilogue::default();
        if let Some(next) = only_consumer(output).filter(|next| *op(*next) == Op::Add) {
            let other = graph.nodes[next.0]
                .inputs
                .iter()
                .copied()
                .find(|input| *input != output);
            if let Some(other) = other.filter(|other| other.0 < id) {
                (output, residual, epilogue.residual) = (next, Some(other), true);
                taken[next.0] = true;
            }
        }
        if let Some(next) = only_consumer(output).filter(|next| *op(*next) == Op::Relu) {
            (output, epilogue.relu) = (next, true);
            taken[next.0] = true;
        }
        layers.push(Layer::BatchNorm(BatchNormPass {
            layer,
            input: node.inputs[0],
            residual,
            epilogue,
            output,
        }));
    }
    Ok(layers)
}
