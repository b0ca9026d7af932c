//! Weights of a convolution in the order in which a pass over images reads them.

use super::tiling::{Method, Tiling};
use super::{Binding, Direction, Grid, Kernel, Pass};
use crate::kernels::source::Source;

const FILE: &str = include_str!("../../../shaders/pack_weights.wgsl");

const BINDINGS: &[Binding] = &[
    Binding::read("weight", "f32"),
    Binding::read_write("packed", "Stored"),
];

fn source(pass: &Pass, tiling: &Tiling) -> Source {
    let shape = &pass.shape;
    Source::new(FILE, BINDINGS)
        .stored_in(pass.source().precision)
        .count("INPUT_CHANNELS", shape.input.channels)
        .count("OUTPUT_CHANNELS", shape.output.channels)
        .count("SOURCE_QUADS", pass.source().quads)
        .count("KERNEL", shape.kernel)
        .count("CHANNELS", 4 * tiling.quads)
        .flag("FORWARD", pass.direction == Direction::Forward)
        .count("LANES", tiling.lanes.max(1))
        .count("WEIGHTS_A_LOAD", tiling.weights_a_load(pass))
        .flag("QUAD_SWAP", tiling.quad_swap())
        .flag("WINOGRAD", tiling.method == Method::Winograd)
        .count("PACKED_STRIDE", tiling.packed_stride(pass))
        .count("PACKED_LEN", tiling.packed_quads(pass) as u32)
}

/// What the head in the file says.
#[cfg(test)]
pub(in crate::kernels) fn sample() -> Source {
    let shape = super::ConvShape {
        input: super::Blocked::new(3, 4, 6),
        output: super::Blocked::new(5, 4, 6),
        kernel: 3,
        stride: 1,
        padding: 1,
    };
    let pass = shape.pass(Direction::Forward);
    source(&pass, &Tiling::baseline(&pass))
}

/// `weight` (`[Cout, Cin, K, K]`) → `packed`, as a pass with this tiling reads it.
pub fn pack(pass: &Pass, tiling: &Tiling) -> Kernel {
    Kernel {
        name: "pack_weights",
        source: source(pass, tiling).bind(BINDINGS),
        bindings: BINDINGS.to_vec(),
        grid: Grid::threads(tiling.packed_quads(pass) as u32),
        flops_per_sample: 0,
    }
}
