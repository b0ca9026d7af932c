//! The shapes of a graph's images and convolutions in memory.

use crate::kernels::conv::ConvShape;
use crate::kernels::{Blocked, Precision};
use crate::network::Graph;
use crate::network::graph::{NodeId, Op, Window};

/// The convolution at a place in the graph, if there is one.
pub(super) fn conv_shape(graph: &Graph, node: usize, precision: Precision) -> Option<ConvShape> {
    let Op::Conv {
        window: Window {
            kernel,
            stride,
            padding,
        },
        ..
    } = graph.nodes[node].op
    else {
        return None;
    };
    let input = blocked(graph, graph.nodes[node].inputs[0], precision);
    Some(ConvShape {
        input,
        output: blocked(graph, NodeId(node), precision),
        kernel,
        stride,
        padding,
    })
}

/// The shape of a node's output in memory.
pub(super) fn blocked(graph: &Graph, node: NodeId, precision: Precision) -> Blocked {
    let shape = graph.nodes[node.0].shape;
    Blocked::new(shape.channels, shape.height, shape.width).stored_in(precision)
}
