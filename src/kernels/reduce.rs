//! Sums over the batch in a fixed order.

use minijinja::context;

use super::conv::WeightChunks;
use super::{Access, Blocked, Grid, Kernel, Precision, render_images};
use Access::{Read, Write};

fn source(shape: Blocked, chunks: WeightChunks, length: u32) -> String {
    let values = context! {
        quads => shape.quads, channels => shape.channels, area => shape.area(),
        samples_per_chunk => chunks.samples_per_chunk, length,
    };
    render_images(
        shape.precision,
        false,
        include_str!("../../shaders/reduce.wgsl"),
        values,
    )
}

/// `grad_output` → `partial_sums` (`[chunks, C]`): the first half of a bias's gradient.
pub fn channel_sums(shape: Blocked, chunks: WeightChunks) -> Kernel {
    Kernel {
        name: "channel_sums",
        source: source(shape, chunks, shape.channels),
        bindings: vec![Read, Write],
        grid: Grid {
            groups: shape.quads * chunks.chunks,
            per_sample: 0,
            block: 1,
        },
        flops_per_sample: 0,
    }
}

/// `partial_sums` (`[chunks, length]`) of gradients stored in `precision` → `sums` (`[length]`).
pub fn sum_partials(length: u32, chunks: WeightChunks, precision: Precision) -> Kernel {
    Kernel {
        name: "sum_partials",
        source: source(Blocked::new(1, 1, 1).stored_in(precision), chunks, length),
        bindings: vec![Read, Write],
        grid: Grid::threads(length),
        flops_per_sample: 0,
    }
}
