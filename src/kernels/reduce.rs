//! Sums over the batch in a fixed order.

use super::conv::WeightChunks;
use super::source::Source;
use super::{Binding, Blocked, Grid, Kernel, Precision};

const FILE: &str = include_str!("../../shaders/reduce.wgsl");

const GRAD_OUTPUT: Binding = Binding::read("grad_output", "Stored");
const PARTIAL_SUMS: Binding = Binding::read_write("partial_sums", "f32");
const PARTIALS: Binding = Binding::read("partials", "f32");
const SUMS: Binding = Binding::read_write("sums", "f32");
const ALL: &[Binding] = &[GRAD_OUTPUT, PARTIAL_SUMS, PARTIALS, SUMS];

fn source(shape: Blocked, chunks: WeightChunks, length: u32) -> Source {
    Source::new(FILE, ALL)
        .stored_in(shape.precision)
        .count("QUADS", shape.quads)
        .count("CHANNELS", shape.channels)
        .count("AREA", shape.area())
        .count("CHUNK", chunks.samples_per_chunk)
        .count("LENGTH", length)
}

/// What the head in the file says.
#[cfg(test)]
pub(super) fn sample() -> Source {
    let chunks = WeightChunks {
        samples_per_chunk: 4,
        chunks: 2,
    };
    source(Blocked::new(5, 2, 3), chunks, 5)
}

/// `grad_output` → `partial_sums` (`[chunks, C]`): the first half of a bias's gradient.
pub fn channel_sums(shape: Blocked, chunks: WeightChunks) -> Kernel {
    let bindings = vec![GRAD_OUTPUT, PARTIAL_SUMS];
    Kernel {
        name: "channel_sums",
        source: source(shape, chunks, shape.channels).bind(&bindings),
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
        source: source(shape, chunks, length).bind(&bindings),
        bindings,
        grid: Grid::threads(length),
        flops_per_sample: 0,
    }
}
