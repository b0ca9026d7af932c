// Bytes to normalised images, moved and mirrored on the way.
//
// pixels   [N, C, H, W] u8, four to a word
// samples  [N] (label, augmentation word)
// output   [N, 1, H, W] Stored
//
// MEAN and DEVIATION are of values from 0 to 1, a component a channel; C is at most 4.

// ---- head: of a sample; the host makes one for each shape ----
const CHANNELS = 3u;
const HEIGHT = 4;
const WIDTH = 5;
const MEAN = vec4f(0.5, 0.4, 0.3, 0.0);
const DEVIATION = vec4f(0.25, 0.2, 0.15, 1.0);

// What every kernel shares. Activations and their gradients are stored channel-blocked by four,
// [N, Q, H, W] of quads with Q = ⌈C/4⌉ ("NC4HW4"); channels beyond C are zero throughout.

/// Of the step under way; written by the host before each submission.
struct Step {
    /// Samples in this batch, at most the plan's largest.
    batch: u32,
    learning_rate: f32,
    /// Adam's 1 − β₁ᵗ and 1 − β₂ᵗ.
    first_correction: f32,
    second_correction: f32,
}

@group(0) @binding(0) var<uniform> current: Step;

/// The number of this workgroup in a grid that is folded into two dimensions.
fn group_index(group: vec3u, groups: vec3u) -> u32 {
    return group.y * groups.x + group.x;
}

/// max(x, 0), but NaN where x is: the loss must see it. `max` may swallow a NaN, and so may a comparison of floats,
/// of which NVIDIA's compiler makes a `max`. As integers, −0 to −∞ are what is at most −0x800000.
fn rectified(x: vec4f) -> vec4f {
    return select(x, vec4f(), bitcast<vec4i>(x) <= vec4i(-0x800000));
}

/// Four channels of a pixel, or four weights of a convolution, in memory. Kernels compute in f32.
alias Stored = vec4<f32>;
alias StoredValue = f32;

/// What gradients of images are multiplied with while they are images: nothing.
fn gradient_scale() -> f32 {
    return 1.0;
}

@group(0) @binding(1) var<storage, read> pixels: array<u32>;
@group(0) @binding(2) var<storage, read> samples: array<vec2u>;
@group(0) @binding(3) var<storage, read_write> output: array<Stored>;
// ---- end of head ----

const AREA = u32(HEIGHT * WIDTH);

/// A byte of `pixels`, four of which are in a word.
fn byte_at(at: u32) -> f32 {
    return f32((pixels[at / 4u] >> (8u * (at % 4u))) & 0xffu);
}

/// output[n, c, y, x] = (pixels[n, c, y − down, flip(x − right)] / 255 − mean[c]) / deviation[c],
/// zero where that falls outside the image. One thread a pixel.
@compute @workgroup_size(64)
fn prepare(
    @builtin(workgroup_id) group: vec3u,
    @builtin(num_workgroups) groups: vec3u,
    @builtin(local_invocation_index) lane: u32,
) {
    let i = group_index(group, groups) * 64u + lane;
    let n = i / AREA;
    if n >= current.batch {
        return;
    }
    let place = i32(i % AREA);
    let move_word = samples[n].y;
    let y = place / WIDTH - (i32(move_word & 0xffu) - 8);
    let x_moved = place % WIDTH - (i32((move_word >> 8u) & 0xffu) - 8);
    let x = select(x_moved, WIDTH - 1 - x_moved, (move_word >> 16u) != 0u);
    var value = vec4f();
    if y >= 0 && y < HEIGHT && x >= 0 && x < WIDTH {
        let at = n * CHANNELS * AREA + u32(y * WIDTH + x);
        value.x = (byte_at(at) / 255.0 - MEAN.x) / DEVIATION.x;
        if CHANNELS > 1u {
            value.y = (byte_at(at + AREA) / 255.0 - MEAN.y) / DEVIATION.y;
        }
        if CHANNELS > 2u {
            value.z = (byte_at(at + 2u * AREA) / 255.0 - MEAN.z) / DEVIATION.z;
        }
        if CHANNELS > 3u {
            value.w = (byte_at(at + 3u * AREA) / 255.0 - MEAN.w) / DEVIATION.w;
        }
    }
    output[i] = Stored(value);
}
