//! Convolution: forward, gradient of the input, gradient of the weights, and packing of weights.

use minijinja::context;
use minijinja::value::Serde;
use serde::Serialize;

use super::{Access, Blocked, Grid, Kernel, render};

/// A convolution of `[N, Cin, Hin, Win]` with `[Cout, Cin, K, K]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ConvShape {
    /// Input images.
    pub input: Blocked,
    /// Output images.
    pub output: Blocked,
    /// K.
    pub kernel: u32,
    /// S.
    pub stride: u32,
    /// P, zeros on every side.
    pub padding: u32,
}

impl ConvShape {
    /// f32 in one packed copy of the weights: channels rounded up to four on both sides.
    pub fn packed_len(&self) -> u64 {
        16 * u64::from(self.input.quads * self.output.quads) * u64::from(self.kernel * self.kernel)
    }

    /// 2·Cout·H·W·Cin·K²: multiplications and additions of a direct convolution of one sample, which its
    /// two gradients take as well.
    pub fn flops_per_sample(&self) -> u64 {
        2 * u64::from(self.weight_len()) * u64::from(self.output.area())
    }

    /// Values of the weight.
    pub fn weight_len(&self) -> u32 {
        self.input.channels * self.output.channels * self.kernel * self.kernel
    }
}

/// One column of the kernel and the pixels of the tile that it reaches.
#[derive(Serialize)]
struct Tap {
    kx: u32,
    uses: Vec<Use>,
}

/// A pixel of the tile, and which of the loaded source columns it reads.
#[derive(Serialize)]
struct Use {
    pixel: u32,
    column: usize,
}

/// For a tile of `pixels` along a row: which source columns (as offsets from the tile's base) are
/// loaded, and which of them each tap of each pixel reads. `offset(pixel, kx)` is the source column
/// a tap reads, if it reads one.
fn taps(
    kernel: u32,
    pixels: u32,
    offset: impl Fn(u32, u32) -> Option<i32>,
) -> (Vec<i32>, Vec<Tap>) {
    let mut columns: Vec<i32> = (0..pixels)
        .flat_map(|pixel| (0..kernel).map(move |kx| (pixel, kx)))
        .filter_map(|(pixel, kx)| offset(pixel, kx))
        .collect();
    columns.sort_unstable();
    columns.dedup();
    let taps = (0..kernel)
        .map(|kx| Tap {
            kx,
            uses: (0..pixels)
                .filter_map(|pixel| {
                    let column = columns.binary_search(&offset(pixel, kx)?).ok()?;
                    Some(Use { pixel, column })
                })
                .collect(),
        })
        .collect();
    (columns, taps)
}

/// Source column of a tap, from `x0·S − P`.
fn forward_offset(shape: &ConvShape) -> impl Fn(u32, u32) -> Option<i32> {
    let stride = shape.stride;
    move |pixel, kx| Some((pixel * stride + kx) as i32)
}

/// Most pixels of a row that a thread computes: with a quad of channels, 64 sums in registers. One
/// quad of many pixels uses each weight it loads more often than several quads of few would, and
/// loads are what costs.
const MAX_TILE_PIXELS: u32 = 16;

/// Pixels of a row a thread computes: rows are cut evenly, so that little hangs over the end.
fn tile_pixels(width: u32) -> u32 {
    width.div_ceil(width.div_ceil(MAX_TILE_PIXELS))
}

/// Pixels of a row that the gradient of the weights takes at a time.
const WEIGHT_TILE_PIXELS: u32 = 4;

/// Forward: `input`, `weights` (packed forward) → `output`; with `bias` of Q vec4f as a fourth binding.
pub fn forward(shape: &ConvShape, bias: bool) -> Kernel {
    let pixels = tile_pixels(shape.output.width);
    let (columns, taps) = taps(shape.kernel, pixels, forward_offset(shape));
    pass(shape, Direction::Forward { bias }, pixels, columns, taps)
}

/// Gradient of the input: `grad_output`, `weights` (packed backward) → `grad_input`, which is added to
/// if `accumulate`, else overwritten.
pub fn grad_input(shape: &ConvShape, accumulate: bool) -> Kernel {
    // The tile begins at a multiple of the stride, so that which taps hit does not depend on where.
    let pixels = tile_pixels(shape.input.width).next_multiple_of(shape.stride);
    let (padding, stride) = (shape.padding as i32, shape.stride as i32);
    let (columns, taps) = taps(shape.kernel, pixels, move |pixel, kx| {
        let moved = pixel as i32 + padding - kx as i32;
        (moved.rem_euclid(stride) == 0).then(|| moved.div_euclid(stride))
    });
    pass(
        shape,
        Direction::Backward { accumulate },
        pixels,
        columns,
        taps,
    )
}

/// Which way images pass through the weights.
#[derive(Clone, Copy, PartialEq)]
enum Direction {
    Forward { bias: bool },
    Backward { accumulate: bool },
}

fn pass(
    shape: &ConvShape,
    direction: Direction,
    pixels: u32,
    columns: Vec<i32>,
    taps: Vec<Tap>,
) -> Kernel {
    let forward = matches!(direction, Direction::Forward { .. });
    let bias = direction == Direction::Forward { bias: true };
    let (source, destination) = if forward {
        (shape.input, shape.output)
    } else {
        (shape.output, shape.input)
    };
    let values = context! {
        source => Serde(source), destination => Serde(destination),
        taps => Serde(taps), columns, forward, bias,
        kernel => shape.kernel, stride => shape.stride, padding => shape.padding,
        tile_pixels => pixels,
        accumulate => direction == Direction::Backward { accumulate: true },
    };
    let mut bindings = vec![Access::Read, Access::Read, Access::Write];
    if bias {
        bindings.push(Access::Read);
    }
    Kernel {
        name: "conv",
        source: render(include_str!("../../shaders/conv.wgsl"), values),
        bindings,
        grid: Grid::threads_per_sample(
            destination.quads * destination.height * destination.width.div_ceil(pixels),
        ),
        flops_per_sample: shape.flops_per_sample(),
    }
}

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

/// Turns that the loops of one thread may take in all: Mesa's llvmpipe ends a shader's loops after
/// 65,535 of them, without a word.
const MAX_TURNS: u64 = 60_000;

impl WeightChunks {
    /// Enough chunks to keep `WEIGHT_THREADS` busy and each within `MAX_TURNS`, no more than
    /// there are samples.
    pub fn new(shape: &ConvShape, max_batch: u32) -> Self {
        let threads = shape.input.quads * shape.output.quads * shape.kernel;
        let chunks = WEIGHT_THREADS.div_ceil(threads).min(max_batch);
        let columns = u64::from(shape.output.width.div_ceil(WEIGHT_TILE_PIXELS));
        let turns_per_sample = 1 + u64::from(shape.output.height) * (1 + columns);
        let most_samples = (MAX_TURNS / turns_per_sample).clamp(1, u32::MAX.into()) as u32;
        let samples_per_chunk = max_batch.div_ceil(chunks).min(most_samples);
        Self {
            samples_per_chunk,
            chunks: max_batch.div_ceil(samples_per_chunk),
        }
    }
}

fn weight_source(shape: &ConvShape, chunks: WeightChunks) -> String {
    let (columns, taps) = taps(shape.kernel, WEIGHT_TILE_PIXELS, forward_offset(shape));
    let values = context! {
        input => Serde(shape.input), output => Serde(shape.output),
        taps => Serde(taps), columns,
        kernel => shape.kernel, stride => shape.stride, padding => shape.padding,
        tile_pixels => WEIGHT_TILE_PIXELS, samples_per_chunk => chunks.samples_per_chunk,
    };
    render(include_str!("../../shaders/conv_weight.wgsl"), values)
}

/// Gradient of the weights: `input`, `grad_output` → `partial_sums` (`[chunks, Cout, Cin, K, K]`); to be
/// summed by [`super::reduce::sum_partials`].
pub fn grad_weight(shape: &ConvShape, chunks: WeightChunks) -> Kernel {
    Kernel {
        name: "grad_weight",
        source: weight_source(shape, chunks),
        bindings: vec![Access::Read, Access::Read, Access::Write],
        grid: Grid {
            groups: (shape.input.quads * shape.output.quads * shape.kernel * chunks.chunks)
                .div_ceil(super::WORKGROUP_SIZE),
            per_sample: 0,
            block: 1,
        },
        flops_per_sample: shape.flops_per_sample(),
    }
}

/// `weight` (`[Cout, Cin, K, K]`) → `packed`, as [`forward`] reads it.
pub fn pack_forward(shape: &ConvShape) -> Kernel {
    pack(shape, "pack_forward")
}

/// `weight` (`[Cout, Cin, K, K]`) → `packed`, as [`grad_input`] reads it.
pub fn pack_backward(shape: &ConvShape) -> Kernel {
    pack(shape, "pack_backward")
}

fn pack(shape: &ConvShape, name: &'static str) -> Kernel {
    Kernel {
        name,
        source: weight_source(
            shape,
            WeightChunks {
                samples_per_chunk: 1,
                chunks: 1,
            },
        ),
        bindings: vec![Access::Read, Access::Write],
        grid: Grid::threads((shape.packed_len() / 16) as u32),
        flops_per_sample: 0,
    }
}
