//! Bytes to normalised, moved and mirrored images.

use super::source::Source;
use super::{Binding, Blocked, Grid, Kernel};

const FILE: &str = include_str!("../../shaders/input.wgsl");

const ALL: &[Binding] = &[
    Binding::read("pixels", "u32"),
    Binding::read("samples", "vec2u"),
    Binding::read_write("output", "Stored"),
];

fn source(shape: Blocked, mean: &[f32], deviation: &[f32]) -> Source {
    Source::new(FILE, ALL)
        .stored_in(shape.precision)
        .count("CHANNELS", shape.channels)
        .integer("HEIGHT", shape.height)
        .integer("WIDTH", shape.width)
        .vector("MEAN", mean, 0.0)
        .vector("DEVIATION", deviation, 1.0)
}

/// What the head in the file says.
#[cfg(test)]
pub(super) fn sample() -> Source {
    source(Blocked::new(3, 4, 5), &[0.5, 0.4, 0.3], &[0.25, 0.2, 0.15])
}

/// `pixels` (`[N, C, H, W]` u8), `samples` (`[N]`: label, augmentation word) → `output`
/// (`[N, 1, H, W]` vec4f).
///
/// `mean` and `deviation` have one value a channel, of values scaled to 0–1. `shape` has at most
/// four channels.
pub fn prepare(shape: Blocked, mean: &[f32], deviation: &[f32]) -> Kernel {
    debug_assert!(shape.quads == 1 && mean.len() == shape.channels as usize);
    Kernel {
        name: "prepare",
        source: source(shape, mean, deviation).bind(ALL),
        bindings: ALL.to_vec(),
        grid: Grid::threads_per_sample(shape.area()),
        flops_per_sample: 0,
    }
}
