//! The gradient of a convolution's weights.

use minijinja::context;
use minijinja::value::Serde;

use super::patch::Axis;
use super::{Binding, ConvShape, Direction, Grid, Kernel, WORKGROUP_SIZE, render_images};
use crate::kernels::wgsl::laid_out;

/// Pixels of a row that are taken at a time.
const TILE_PIXELS: u32 = 4;

/// How the gradient of a weight is summed: partial sums over chunks of samples, then their sum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WeightChunks {
    /// Samples of one chunk.
    pub samples_per_chunk: u32,
    /// Chunks of the largest batch.
    pub chunks: u32,
}

/// Threads that the gradient of a weight should keep busy.
const WEIGHT_THREADS: u32 = 8192;

/// Iterations that the loops of one thread may take in all: Mesa's llvmpipe ends a shader's loops after
/// 65,535 of them, without a word.
const MAX_ITERATIONS: u64 = 60_000;

impl WeightChunks {
    /// Enough chunks to keep `WEIGHT_THREADS` busy and each within `MAX_ITERATIONS`, no more than
    /// there are samples.
    pub fn new(shape: &ConvShape, max_batch: u32) -> Self {
        let threads = shape.input.quads * shape.output.quads * shape.kernel;
        let chunks = WEIGHT_THREADS.div_ceil(threads).min(max_batch);
        let columns = u64::from(shape.output.width.div_ceil(TILE_PIXELS));
        let iterations_per_sample = 1 + u64::from(shape.output.height) * (1 + columns);
        let most_samples =
            (MAX_ITERATIONS / iterations_per_sample).clamp(1, u32::MAX.into()) as u32;
        let samples_per_chunk = max_batch.div_ceil(chunks).min(most_samples);
        Self {
            samples_per_chunk,
            chunks: max_batch.div_ceil(samples_per_chunk),
        }
    }
}

/// Gradient of the weights: `input`, `grad_output` → `partial_sums` (`[chunks, Cout, Cin, K, K]`); to be
/// summed by [`crate::kernels::reduce::sum_partials`].
pub fn grad_weight(shape: &ConvShape, chunks: WeightChunks) -> Kernel {
    let pass = shape.pass(Direction::Forward);
    let columns = Axis::new(&pass, TILE_PIXELS, shape.input.width, shape.output.width);
    let values = context! {
        input => Serde(shape.input), output => Serde(shape.output), columns => Serde(columns),
        kernel => shape.kernel, stride => shape.stride, padding => shape.padding,
        tile_pixels => TILE_PIXELS, samples_per_chunk => chunks.samples_per_chunk,
    };
    Kernel {
        name: "grad_weight",
        source: laid_out(&render_images(
            shape.input.precision,
            false,
            include_str!("../../../shaders/conv_weight.wgsl"),
            values,
        )),
        bindings: vec![
            Binding::read("input", "Stored"),
            Binding::read("grad_output", "Stored"),
            Binding::read_write("partial_sums", "f32"),
        ],
        grid: Grid {
            groups: (shape.input.quads * shape.output.quads * shape.kernel * chunks.chunks)
                .div_ceil(WORKGROUP_SIZE),
            per_sample: 0,
            block: 1,
        },
        flops_per_sample: shape.flops_per_sample(),
    }
}
