//! The gradient of a convolution's weights.

use super::patch::Axis;
use super::{Binding, ConvShape, Direction, Grid, Kernel, WORKGROUP_SIZE};
use crate::kernels::binding::declarations;
use crate::kernels::source::images_head;
use crate::kernels::wgsl::{Wgsl, wgsl};

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

const BINDINGS: [Binding; 3] = [
    Binding::read("input", "Stored"),
    Binding::read("grad_output", "Stored"),
    Binding::read_write("partial_sums", "f32"),
];

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
    Kernel {
        name: "grad_weight",
        source: images_head(shape.input.precision, false) + &text(shape, chunks),
        bindings: BINDINGS.to_vec(),
        grid: Grid {
            groups: (shape.input.quads * shape.output.quads * shape.kernel * chunks.chunks)
                .div_ceil(WORKGROUP_SIZE),
            per_sample: 0,
            block: 1,
        },
        flops_per_sample: shape.flops_per_sample(),
    }
}

fn text(shape: &ConvShape, chunks: WeightChunks) -> String {
    let pass = shape.pass(Direction::Forward);
    let columns = Axis::new(&pass, TILE_PIXELS, shape.input.width, shape.output.width);
    let mut text = Wgsl::default();
    head(&mut text, shape, chunks);
    loads(&mut text);
    wgsl!(
        text,
        "
        /// partial_sums[chunk, o, c, ky, kx] = Σ_{{n in chunk, y, x}} grad_output[n, o, y, x] · input[n, c, y·S − P + ky, x·S − P + kx].
        /// One thread a chunk, a quad of o, a quad of c and a ky; all kx of them in registers.
        @compute @workgroup_size(64)
        fn grad_weight(
            @builtin(workgroup_id) group: vec3u,
            @builtin(num_workgroups) groups: vec3u,
            @builtin(local_invocation_index) lane: u32,
        ) {{
            var i = group_index(group, groups) * 64u + lane;
            let ky = i % KERNEL;
            i /= KERNEL;
            let c = i % IN_QUADS;
            i /= IN_QUADS;
            let o = i % OUT_QUADS;
            let chunk = i / OUT_QUADS;
            let first = chunk * CHUNK;
            if first >= current.batch {{
                return;
            }}
        "
    );
    for kx in 0..shape.kernel {
        for j in 0..4 {
            wgsl!(text, "var sum_{kx}_{j} = vec4f();");
        }
    }
    wgsl!(
        text,
        "
        for (var n = first; n < min(first + CHUNK, current.batch); n++) {{
            for (var y = 0; y < OUT_HEIGHT; y++) {{
                let iy = y * STRIDE - PADDING + i32(ky);
                if iy < 0 || iy >= IN_HEIGHT {{
                    continue;
                }}
                let in_row = ((n * IN_QUADS + c) * u32(IN_HEIGHT) + u32(iy)) * u32(IN_WIDTH);
                let out_row = ((n * OUT_QUADS + o) * u32(OUT_HEIGHT) + u32(y)) * u32(OUT_WIDTH);
                for (var x = 0; x < OUT_WIDTH; x += {TILE_PIXELS}) {{
        "
    );
    tile(&mut text, shape.kernel, &columns);
    wgsl!(text, "}}\n}}\n}}");
    store(&mut text, shape.kernel);
    wgsl!(text, "}}");
    text.finish()
}

fn head(text: &mut Wgsl, shape: &ConvShape, chunks: WeightChunks) {
    let ConvShape {
        input,
        output,
        kernel,
        stride,
        padding,
    } = shape;
    wgsl!(
        text,
        "
        // The gradient of a convolution's weights.
        //
        // input        [N, QI, HI, WI] Stored
        // grad_output  [N, QO, HO, WO] Stored
        // partial_sums     [chunks, CO, CI, K, K] f32, one sum a chunk of samples
        // weight       [CO, CI, K, K] f32, PyTorch's layout
        "
    );
    text.blank();
    wgsl!(text, "const IN_CHANNELS = {}u;", input.channels);
    wgsl!(text, "const IN_QUADS = {}u;", input.quads);
    wgsl!(text, "const IN_HEIGHT = {};", input.height);
    wgsl!(text, "const IN_WIDTH = {};", input.width);
    wgsl!(text, "const OUT_CHANNELS = {}u;", output.channels);
    wgsl!(text, "const OUT_QUADS = {}u;", output.quads);
    wgsl!(text, "const OUT_HEIGHT = {};", output.height);
    wgsl!(text, "const OUT_WIDTH = {};", output.width);
    wgsl!(text, "const KERNEL = {kernel}u;");
    wgsl!(text, "const STRIDE = {stride};");
    wgsl!(text, "const PADDING = {padding};");
    wgsl!(text, "const CHUNK = {}u;", chunks.samples_per_chunk);
    text.blank();
    wgsl!(text, "{}", declarations(&BINDINGS, &[]));
    text.blank();
}

/// Loads that are zero beyond a row's ends.
fn loads(text: &mut Wgsl) {
    wgsl!(
        text,
        "
        fn load(row: u32, x: i32) -> vec4f {{
            let value = vec4f(input[row + u32(clamp(x, 0, IN_WIDTH - 1))]);
            // One comparison, which a negative x fails, too. With `&&` each load is a branch, and compiling for
            // SwiftShader in Chromium took time and memory that doubled with every other of them: at stride 2
            // the browser's GPU process ended before it was done.
            return select(vec4f(), value, u32(x) < u32(IN_WIDTH));
        }}

        fn load_grad(row: u32, x: i32) -> vec4f {{
            let value = vec4f(grad_output[row + u32(min(x, OUT_WIDTH - 1))]);
            return select(vec4f(), value, x < OUT_WIDTH);
        }}
        "
    );
    text.blank();
}

/// Adds what some pixels of a row contribute. `sum_KX_J` is of weight kx of input channel j, for four output channels.
fn tile(text: &mut Wgsl, kernel: u32, columns: &Axis) {
    wgsl!(text, "let column = x * STRIDE - PADDING;");
    for (i, line) in columns.lines.iter().enumerate() {
        wgsl!(text, "let in_{i} = load(in_row, column + {});", line.offset);
    }
    for p in 0..TILE_PIXELS {
        wgsl!(text, "let grad_{p} = load_grad(out_row, x + {p});");
    }
    for kx in 0..kernel {
        for (p, taps) in columns.taps.iter().enumerate() {
            let Some(line) = taps[kx as usize] else {
                continue;
            };
            for j in 0..4 {
                wgsl!(text, "sum_{kx}_{j} += grad_{p} * in_{line}[{j}];");
            }
        }
    }
}

/// Stores the sums of each pair of channels that is there.
fn store(text: &mut Wgsl, kernel: u32) {
    for i in 0..4 {
        for j in 0..4 {
            wgsl!(
                text,
                "
                if 4u * o + {i}u < OUT_CHANNELS && 4u * c + {j}u < IN_CHANNELS {{
                    let at = (((chunk * OUT_CHANNELS + 4u * o + {i}u) * IN_CHANNELS + 4u * c + {j}u) * KERNEL + ky) * KERNEL;
                "
            );
            for kx in 0..kernel {
                wgsl!(text, "partial_sums[at + {kx}u] = sum_{kx}_{j}[{i}];");
            }
            wgsl!(text, "}}");
        }
    }
}
