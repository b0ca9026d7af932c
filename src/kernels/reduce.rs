//! Sums over the batch in a fixed order.

use minijinja::context;

use super::binding::declarations;
use super::conv::WeightChunks;
use super::{Binding, Blocked, Grid, Kernel, Precision, render_images};

const GRAD_OUTPUT: Binding = Binding::read("grad_output", "Stored");
const PARTIAL_SUMS: Binding = Binding::read_write("partial_sums", "f32");
const PARTIALS: Binding = Binding::read("partials", "f32");
const SUMS: Binding = Binding::read_write("sums", "f32");
const ALL: &[Binding] = &[GRAD_OUTPUT, PARTIAL_SUMS, PARTIALS, SUMS];

fn source(bindings: &[Binding], shape: Blocked, chunks: WeightChunks, length: u32) -> String {
    let values = context! {
        quads => shape.quads, channels => shape.channels, area => shape.area(),
        samples_per_chunk => chunks.samples_per_chunk, length,
    };
    render_images(
        shape.precision,
        false,
        include_str!("../../shaders/reduce.wgsl"),
        &declarations(bindings, ALL),
        values,
    )
}

/// `grad_output` → `partial_sums` (`[chunks, C]`): the first half of a bias's gradient.
pub fn channel_sums(shape: Blocked, chunks: WeightChunks) -> Kernel {
    let bindings = vec![GRAD_OUTPUT, PARTIAL_SUMS];
    Kernel {
        name: "channel_sums",
        source: source(&bindings, shape, chunks, shape.channels),
        bindings,
        grid: Grid {
            groups: shape.quads * chunks.chunks,
            per_sample: 0,
            block: 1,
        },
        flops_per_sample: 0,
    }
}

/// `partials` (`[chunks, length]`) of gradients stored in `precision` → `sums` (`[length]`).
pub fn sum_partials(length: u32, chunks: WeightChunks, precision: Precision) -> Kernel {
    let bindings = vec![PARTIALS, SUMS];
    let shape = Blocked::new(1, 1, 1).stored_in(precision);
    Kernel {
        name: "sum_partials",
        source: source(&bindings, shape, chunks, length),
        bindings,
        grid: Grid::threads(length),
        flops_per_sample: 0,
    }
}
