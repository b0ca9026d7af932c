//! For which passes of a network's convolutions it is worth choosing a variant.

use crate::engine::shapes::conv_shape;
use crate::kernels::Precision;
use crate::kernels::conv::{Direction, Pass};
use crate::network::Graph;
use crate::network::graph::Op;

/// Floating-point operations of a batch, for each tap of the kernel, below which a pass is not worth the time
/// it takes to compile anything but the baseline: of a text that has all taps in it.
const WORTH_CHOOSING: u64 = 5_600_000;

/// The distinct passes of a network that have enough to do.
pub(super) fn worthwhile(graph: &Graph, batch: u32) -> Vec<Pass> {
    let mut passes: Vec<Pass> = Vec::new();
    for pass in conv_passes(graph) {
        let flops = u64::from(batch) * pass.shape.flops_per_sample();
        let taps = u64::from(pass.shape.kernel.pow(2));
        if flops >= WORTH_CHOOSING * taps && !passes.contains(&pass) {
            passes.push(pass);
        }
    }
    passes
}

/// All passes of convolutions over images in a graph, in f32. Nothing goes back to the network's own input.
fn conv_passes(graph: &Graph) -> Vec<Pass> {
    let mut passes = Vec::new();
    for (at, node) in graph.nodes.iter().enumerate() {
        let Some(shape) = conv_shape(graph, at, Precision::F32) else {
            continue;
        };
        passes.push(shape.pass(Direction::Forward));
        if graph.nodes[node.inputs[0].0].op != Op::Input {
            passes.push(shape.pass(Direction::Backward));
        }
    }
    passes
}
