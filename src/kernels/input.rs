//! Bytes to normalised, moved and mirrored images.

use minijinja::context;

use super::binding::declarations;
use super::{Binding, Blocked, Grid, Kernel, render_images};

const ALL: &[Binding] = &[
    Binding::read("pixels", "u32"),
    Binding::read("samples", "vec2u"),
    Binding::read_write("output", "Stored"),
];

/// `pixels` (`[N, C, H, W]` u8), `samples` (`[N]`: label, augmentation word) → `output`
/// (`[N, 1, H, W]` vec4f).
///
/// `mean` and `deviation` have one value a channel, of values scaled to 0–1. `shape` has at most
/// four channels.
pub fn prepare(shape: Blocked, mean: &[f32], deviation: &[f32]) -> Kernel {
    debug_assert!(shape.quads == 1 && mean.len() == shape.channels as usize);
    let literal = |values: &[f32]| values.iter().map(|v| format!("{v:?}")).collect::<Vec<_>>();
    let values = context! {
        channels => shape.channels, height => shape.height, width => shape.width,
        mean => literal(mean), deviation => literal(deviation),
    };
    Kernel {
        name: "prepare",
        source: render_images(
            shape.precision,
            false,
            include_str!("../../shaders/input.wgsl"),
            &declarations(ALL, ALL),
            values,
        ),
        bindings: ALL.to_vec(),
        grid: Grid::threads_per_sample(shape.area()),
        flops_per_sample: 0,
    }
}
