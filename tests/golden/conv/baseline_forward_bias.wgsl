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

// What BatchNorm keeps of a quad of channels, and how partial results are joined.

/// What a BatchNorm does to a quad of channels in this step, and what its backward pass takes off. The mean is
/// in two parts, so that x − mean keeps its digits where the mean dwarfs the deviation.
struct Normalization {
    /// A first guess of the mean, and what is to be added to it.
    guess: vec4f,
    offset: vec4f,
    /// 1/√(variance + ε).
    inverse_deviation: vec4f,
    /// γ/√(variance + ε).
    scale: vec4f,
    beta: vec4f,
    /// mean(g) and mean(g·x̂) over the batch, g the gradient of what was normalised.
    mean_grad: vec4f,
    mean_grad_x: vec4f,
}

/// x̂.
fn standardised(x: vec4f, norm: Normalization) -> vec4f {
    return (x - norm.guess - norm.offset) * norm.inverse_deviation;
}

/// γ·x̂ + β.
fn normalised(x: vec4f, norm: Normalization) -> vec4f {
    return (x - norm.guess - norm.offset) * norm.scale + norm.beta;
}

/// The middle one of three values.
fn middle(a: vec4f, b: vec4f, c: vec4f) -> vec4f {
    return max(min(a, b), min(max(a, b), c));
}

/// Mean, from an origin, and sum of squared deviations of `count` values.
struct Moments {
    origin: vec4f,
    mean: vec4f,
    squares: vec4f,
    count: f32,
}

/// The moments of two sets together (Chan, Golub and LeVeque).
fn together(a: Moments, b: Moments) -> Moments {
    if a.count == 0.0 {
        return b;
    }
    let count = a.count + b.count;
    let delta = (b.origin - a.origin) + (b.mean - a.mean);
    let part = b.count / count;
    return Moments(
        a.origin,
        a.mean + select(delta * part, vec4f(), b.count == 0.0),
        a.squares + b.squares + select(delta * delta * (a.count * part), vec4f(), b.count == 0.0),
        count,
    );
}

/// Σ g and Σ g·x̂.
struct GradSums {
    sum: vec4f,
    sum_x: vec4f,
}

fn both(a: GradSums, b: GradSums) -> GradSums {
    return GradSums(a.sum + b.sum, a.sum_x + b.sum_x);
}

/// Four channels of a pixel, or four weights of a convolution, in memory. Kernels compute in f32.
alias Stored = vec4<f32>;
alias StoredValue = f32;

/// What gradients of images are multiplied with while they are images: nothing.
fn gradient_scale() -> f32 {
    return 1.0;
}

// Convolution of channel-blocked images, forward and the gradient of its input, with what stands before
// and after it in a network.
//
// source       [N, QS, HS, WS] Stored
// weights      [groups, QS, 36] Stored, see pack_weights.wgsl
// destination  [N, QD, HD, WD] Stored
//
// A thread computes a tile, 1 quads of channels × 1 rows × 14 columns, and keeps it in registers. Which
// row and column of the source each tap of each pixel reads is worked out on the host, so that all that
// follows is written out: with a stride the gradient of the input touches only every S-th tap, and
// those are the only ones in this text.
//
// Registers: in_R_C source row R, column C of the tile's patch; sum_O_R_P channel O, row R, and pixel P or, by
// Winograd's method, product P.

const SOURCE_QUADS = 1u;
const SOURCE_HEIGHT = 9;
const SOURCE_WIDTH = 14;
/// Elements of a row.
const SOURCE_STRIDE = 14u;
const QUADS = 2u;
const HEIGHT = 9u;
const WIDTH = 14u;
const QUAD_GROUPS = 2u;
const TILES_X = 1u;
const TILES_Y = 9u;
const LANES = 0u;
/// Pixels whose ReLU signs share a word, four bits each.
const SIGNS = 8u;

@group(0) @binding(1) var<storage, read> source: array<Stored>;
@group(0) @binding(2) var<storage, read> weights: array<Stored>;
@group(0) @binding(3) var<storage, read_write> destination: array<Stored>;
@group(0) @binding(4) var<storage, read> bias: array<vec4f>;

/// destination = source ∗ weights, plus bias.
@compute @workgroup_size(64)
fn conv(
    @builtin(workgroup_id) group: vec3u,
    @builtin(num_workgroups) groups: vec3u,
    @builtin(local_invocation_index) lane: u32,
) {
    let index = group_index(group, groups);
    let first_quad = index % QUAD_GROUPS * 1u;
    let first_tile = index / QUAD_GROUPS * 64u;
    let tile = first_tile + lane;
    let tile_x = tile % TILES_X;
    let tile_y = tile / TILES_X % TILES_Y;
    let n = tile / (TILES_X * TILES_Y);
    // Lanes beyond the batch go on with its last sample, as others may want what they load.
    let sample = min(n, current.batch - 1u);
    let x0 = tile_x * 14u;
    let y0 = tile_y * 1u;
    let column = i32(x0) - 1;
    let row = i32(y0) - 1;
    let x_0 = u32(column + 1);
    let x_1 = u32(column + 2);
    let x_2 = u32(column + 3);
    let x_3 = u32(column + 4);
    let x_4 = u32(column + 5);
    let x_5 = u32(column + 6);
    let x_6 = u32(column + 7);
    let x_7 = u32(column + 8);
    let x_8 = u32(column + 9);
    let x_9 = u32(column + 10);
    let x_10 = u32(column + 11);
    let x_11 = u32(column + 12);
    let x_12 = u32(column + 13);
    let x_13 = u32(column + 14);
    var sum_0_0_0 = 0.0;
    var sum_0_0_1 = 0.0;
    var sum_0_0_2 = 0.0;
    var sum_0_0_3 = 0.0;
    var sum_0_0_4 = 0.0;
    var sum_0_0_5 = 0.0;
    var sum_0_0_6 = 0.0;
    var sum_0_0_7 = 0.0;
    var sum_0_0_8 = 0.0;
    var sum_0_0_9 = 0.0;
    var sum_0_0_10 = 0.0;
    var sum_0_0_11 = 0.0;
    var sum_0_0_12 = 0.0;
    var sum_0_0_13 = 0.0;
    var sum_1_0_0 = 0.0;
    var sum_1_0_1 = 0.0;
    var sum_1_0_2 = 0.0;
    var sum_1_0_3 = 0.0;
    var sum_1_0_4 = 0.0;
    var sum_1_0_5 = 0.0;
    var sum_1_0_6 = 0.0;
    var sum_1_0_7 = 0.0;
    var sum_1_0_8 = 0.0;
    var sum_1_0_9 = 0.0;
    var sum_1_0_10 = 0.0;
    var sum_1_0_11 = 0.0;
    var sum_1_0_12 = 0.0;
    var sum_1_0_13 = 0.0;
    var sum_2_0_0 = 0.0;
    var sum_2_0_1 = 0.0;
    var sum_2_0_2 = 0.0;
    var sum_2_0_3 = 0.0;
    var sum_2_0_4 = 0.0;
    var sum_2_0_5 = 0.0;
    var sum_2_0_6 = 0.0;
    var sum_2_0_7 = 0.0;
    var sum_2_0_8 = 0.0;
    var sum_2_0_9 = 0.0;
    var sum_2_0_10 = 0.0;
    var sum_2_0_11 = 0.0;
    var sum_2_0_12 = 0.0;
    var sum_2_0_13 = 0.0;
    var sum_3_0_0 = 0.0;
    var sum_3_0_1 = 0.0;
    var sum_3_0_2 = 0.0;
    var sum_3_0_3 = 0.0;
    var sum_3_0_4 = 0.0;
    var sum_3_0_5 = 0.0;
    var sum_3_0_6 = 0.0;
    var sum_3_0_7 = 0.0;
    var sum_3_0_8 = 0.0;
    var sum_3_0_9 = 0.0;
    var sum_3_0_10 = 0.0;
    var sum_3_0_11 = 0.0;
    var sum_3_0_12 = 0.0;
    var sum_3_0_13 = 0.0;
    for (var c = 0u; c < SOURCE_QUADS; c++) {
        let image = (sample * SOURCE_QUADS + c) * u32(SOURCE_HEIGHT) * SOURCE_STRIDE;
        let packed = (index % QUAD_GROUPS * SOURCE_QUADS + c) * 36u;
        for (var ky = 0; ky < 3; ky++) {
            let sy = row + ky;
            if u32(sy) >= u32(SOURCE_HEIGHT) {
                continue;
            }
            let y_0 = u32(sy) * SOURCE_STRIDE;
            let loaded_0_0 = source[image + y_0 + x_0];
            let in_0_1 = vec4f(loaded_0_0);
            let loaded_0_1 = source[image + y_0 + x_1];
            let in_0_2 = vec4f(loaded_0_1);
            let loaded_0_2 = source[image + y_0 + x_2];
            let in_0_3 = vec4f(loaded_0_2);
            let loaded_0_3 = source[image + y_0 + x_3];
            let in_0_4 = vec4f(loaded_0_3);
            let loaded_0_4 = source[image + y_0 + x_4];
            let in_0_5 = vec4f(loaded_0_4);
            let loaded_0_5 = source[image + y_0 + x_5];
            let in_0_6 = vec4f(loaded_0_5);
            let loaded_0_6 = source[image + y_0 + x_6];
            let in_0_7 = vec4f(loaded_0_6);
            let loaded_0_7 = source[image + y_0 + x_7];
            let in_0_8 = vec4f(loaded_0_7);
            let loaded_0_8 = source[image + y_0 + x_8];
            let in_0_9 = vec4f(loaded_0_8);
            let loaded_0_9 = source[image + y_0 + x_9];
            let in_0_10 = vec4f(loaded_0_9);
            let loaded_0_10 = source[image + y_0 + x_10];
            let in_0_11 = vec4f(loaded_0_10);
            let loaded_0_11 = source[image + y_0 + x_11];
            let in_0_12 = vec4f(loaded_0_11);
            let loaded_0_12 = source[image + y_0 + x_12];
            let in_0_13 = vec4f(loaded_0_12);
            let loaded_0_13 = source[image + y_0 + x_13];
            let in_0_14 = vec4f(loaded_0_13);
            {
                let w = vec4f(weights[packed + u32(ky) * 3u + 0u]);
                sum_0_0_1 += w.x * in_0_1.x;
                sum_0_0_2 += w.x * in_0_2.x;
                sum_0_0_3 += w.x * in_0_3.x;
                sum_0_0_4 += w.x * in_0_4.x;
                sum_0_0_5 += w.x * in_0_5.x;
                sum_0_0_6 += w.x * in_0_6.x;
                sum_0_0_7 += w.x * in_0_7.x;
                sum_0_0_8 += w.x * in_0_8.x;
                sum_0_0_9 += w.x * in_0_9.x;
                sum_0_0_10 += w.x * in_0_10.x;
                sum_0_0_11 += w.x * in_0_11.x;
                sum_0_0_12 += w.x * in_0_12.x;
                sum_0_0_13 += w.x * in_0_13.x;
                sum_0_0_1 += w.y * in_0_1.y;
                sum_0_0_2 += w.y * in_0_2.y;
                sum_0_0_3 += w.y * in_0_3.y;
                sum_0_0_4 += w.y * in_0_4.y;
                sum_0_0_5 += w.y * in_0_5.y;
                sum_0_0_6 += w.y * in_0_6.y;
                sum_0_0_7 += w.y * in_0_7.y;
                sum_0_0_8 += w.y * in_0_8.y;
                sum_0_0_9 += w.y * in_0_9.y;
                sum_0_0_10 += w.y * in_0_10.y;
                sum_0_0_11 += w.y * in_0_11.y;
                sum_0_0_12 += w.y * in_0_12.y;
                sum_0_0_13 += w.y * in_0_13.y;
                sum_0_0_1 += w.z * in_0_1.z;
                sum_0_0_2 += w.z * in_0_2.z;
                sum_0_0_3 += w.z * in_0_3.z;
                sum_0_0_4 += w.z * in_0_4.z;
                sum_0_0_5 += w.z * in_0_5.z;
                sum_0_0_6 += w.z * in_0_6.z;
                sum_0_0_7 += w.z * in_0_7.z;
                sum_0_0_8 += w.z * in_0_8.z;
                sum_0_0_9 += w.z * in_0_9.z;
                sum_0_0_10 += w.z * in_0_10.z;
                sum_0_0_11 += w.z * in_0_11.z;
                sum_0_0_12 += w.z * in_0_12.z;
                sum_0_0_13 += w.z * in_0_13.z;
                sum_0_0_1 += w.w * in_0_1.w;
                sum_0_0_2 += w.w * in_0_2.w;
                sum_0_0_3 += w.w * in_0_3.w;
                sum_0_0_4 += w.w * in_0_4.w;
                sum_0_0_5 += w.w * in_0_5.w;
                sum_0_0_6 += w.w * in_0_6.w;
                sum_0_0_7 += w.w * in_0_7.w;
                sum_0_0_8 += w.w * in_0_8.w;
                sum_0_0_9 += w.w * in_0_9.w;
                sum_0_0_10 += w.w * in_0_10.w;
                sum_0_0_11 += w.w * in_0_11.w;
                sum_0_0_12 += w.w * in_0_12.w;
                sum_0_0_13 += w.w * in_0_13.w;
            }
            {
                let w = vec4f(weights[packed + u32(ky) * 3u + 1u]);
                sum_0_0_0 += w.x * in_0_1.x;
                sum_0_0_1 += w.x * in_0_2.x;
                sum_0_0_2 += w.x * in_0_3.x;
                sum_0_0_3 += w.x * in_0_4.x;
                sum_0_0_4 += w.x * in_0_5.x;
                sum_0_0_5 += w.x * in_0_6.x;
                sum_0_0_6 += w.x * in_0_7.x;
                sum_0_0_7 += w.x * in_0_8.x;
                sum_0_0_8 += w.x * in_0_9.x;
                sum_0_0_9 += w.x * in_0_10.x;
                sum_0_0_10 += w.x * in_0_11.x;
                sum_0_0_11 += w.x * in_0_12.x;
                sum_0_0_12 += w.x * in_0_13.x;
                sum_0_0_13 += w.x * in_0_14.x;
                sum_0_0_0 += w.y * in_0_1.y;
                sum_0_0_1 += w.y * in_0_2.y;
                sum_0_0_2 += w.y * in_0_3.y;
                sum_0_0_3 += w.y * in_0_4.y;
                sum_0_0_4 += w.y * in_0_5.y;
                sum_0_0_5 += w.y * in_0_6.y;
                sum_0_0_6 += w.y * in_0_7.y;
                sum_0_0_7 += w.y * in_0_8.y;
                sum_0_0_8 += w.y * in_0_9.y;
                sum_0_0_9 += w.y * in_0_10.y;
                sum_0_0_10 += w.y * in_0_11.y;
                sum_0_0_11 += w.y * in_0_12.y;
                sum_0_0_12 += w.y * in_0_13.y;
                sum_0_0_13 += w.y * in_0_14.y;
                sum_0_0_0 += w.z * in_0_1.z;
                sum_0_0_1 += w.z * in_0_2.z;
                sum_0_0_2 += w.z * in_0_3.z;
                sum_0_0_3 += w.z * in_0_4.z;
                sum_0_0_4 += w.z * in_0_5.z;
                sum_0_0_5 += w.z * in_0_6.z;
                sum_0_0_6 += w.z * in_0_7.z;
                sum_0_0_7 += w.z * in_0_8.z;
                sum_0_0_8 += w.z * in_0_9.z;
                sum_0_0_9 += w.z * in_0_10.z;
                sum_0_0_10 += w.z * in_0_11.z;
                sum_0_0_11 += w.z * in_0_12.z;
                sum_0_0_12 += w.z * in_0_13.z;
                sum_0_0_13 += w.z * in_0_14.z;
                sum_0_0_0 += w.w * in_0_1.w;
                sum_0_0_1 += w.w * in_0_2.w;
                sum_0_0_2 += w.w * in_0_3.w;
                sum_0_0_3 += w.w * in_0_4.w;
                sum_0_0_4 += w.w * in_0_5.w;
                sum_0_0_5 += w.w * in_0_6.w;
                sum_0_0_6 += w.w * in_0_7.w;
                sum_0_0_7 += w.w * in_0_8.w;
                sum_0_0_8 += w.w * in_0_9.w;
                sum_0_0_9 += w.w * in_0_10.w;
                sum_0_0_10 += w.w * in_0_11.w;
                sum_0_0_11 += w.w * in_0_12.w;
                sum_0_0_12 += w.w * in_0_13.w;
                sum_0_0_13 += w.w * in_0_14.w;
            }
            {
                let w = vec4f(weights[packed + u32(ky) * 3u + 2u]);
                sum_0_0_0 += w.x * in_0_2.x;
                sum_0_0_1 += w.x * in_0_3.x;
                sum_0_0_2 += w.x * in_0_4.x;
                sum_0_0_3 += w.x * in_0_5.x;
                sum_0_0_4 += w.x * in_0_6.x;
                sum_0_0_5 += w.x * in_0_7.x;
                sum_0_0_6 += w.x * in_0_8.x;
                sum_0_0_7 += w.x * in_0_9.x;
                sum_0_0_8 += w.x * in_0_10.x;
                sum_0_0_9 += w.x * in_0_11.x;
                sum_0_0_10 += w.x * in_0_12.x;
                sum_0_0_11 += w.x * in_0_13.x;
                sum_0_0_12 += w.x * in_0_14.x;
                sum_0_0_0 += w.y * in_0_2.y;
                sum_0_0_1 += w.y * in_0_3.y;
                sum_0_0_2 += w.y * in_0_4.y;
                sum_0_0_3 += w.y * in_0_5.y;
                sum_0_0_4 += w.y * in_0_6.y;
                sum_0_0_5 += w.y * in_0_7.y;
                sum_0_0_6 += w.y * in_0_8.y;
                sum_0_0_7 += w.y * in_0_9.y;
                sum_0_0_8 += w.y * in_0_10.y;
                sum_0_0_9 += w.y * in_0_11.y;
                sum_0_0_10 += w.y * in_0_12.y;
                sum_0_0_11 += w.y * in_0_13.y;
                sum_0_0_12 += w.y * in_0_14.y;
                sum_0_0_0 += w.z * in_0_2.z;
                sum_0_0_1 += w.z * in_0_3.z;
                sum_0_0_2 += w.z * in_0_4.z;
                sum_0_0_3 += w.z * in_0_5.z;
                sum_0_0_4 += w.z * in_0_6.z;
                sum_0_0_5 += w.z * in_0_7.z;
                sum_0_0_6 += w.z * in_0_8.z;
                sum_0_0_7 += w.z * in_0_9.z;
                sum_0_0_8 += w.z * in_0_10.z;
                sum_0_0_9 += w.z * in_0_11.z;
                sum_0_0_10 += w.z * in_0_12.z;
                sum_0_0_11 += w.z * in_0_13.z;
                sum_0_0_12 += w.z * in_0_14.z;
                sum_0_0_0 += w.w * in_0_2.w;
                sum_0_0_1 += w.w * in_0_3.w;
                sum_0_0_2 += w.w * in_0_4.w;
                sum_0_0_3 += w.w * in_0_5.w;
                sum_0_0_4 += w.w * in_0_6.w;
                sum_0_0_5 += w.w * in_0_7.w;
                sum_0_0_6 += w.w * in_0_8.w;
                sum_0_0_7 += w.w * in_0_9.w;
                sum_0_0_8 += w.w * in_0_10.w;
                sum_0_0_9 += w.w * in_0_11.w;
                sum_0_0_10 += w.w * in_0_12.w;
                sum_0_0_11 += w.w * in_0_13.w;
                sum_0_0_12 += w.w * in_0_14.w;
            }
            {
                let w = vec4f(weights[packed + u32(ky) * 3u + 9u]);
                sum_1_0_1 += w.x * in_0_1.x;
                sum_1_0_2 += w.x * in_0_2.x;
                sum_1_0_3 += w.x * in_0_3.x;
                sum_1_0_4 += w.x * in_0_4.x;
                sum_1_0_5 += w.x * in_0_5.x;
                sum_1_0_6 += w.x * in_0_6.x;
                sum_1_0_7 += w.x * in_0_7.x;
                sum_1_0_8 += w.x * in_0_8.x;
                sum_1_0_9 += w.x * in_0_9.x;
                sum_1_0_10 += w.x * in_0_10.x;
                sum_1_0_11 += w.x * in_0_11.x;
                sum_1_0_12 += w.x * in_0_12.x;
                sum_1_0_13 += w.x * in_0_13.x;
                sum_1_0_1 += w.y * in_0_1.y;
                sum_1_0_2 += w.y * in_0_2.y;
                sum_1_0_3 += w.y * in_0_3.y;
                sum_1_0_4 += w.y * in_0_4.y;
                sum_1_0_5 += w.y * in_0_5.y;
                sum_1_0_6 += w.y * in_0_6.y;
                sum_1_0_7 += w.y * in_0_7.y;
                sum_1_0_8 += w.y * in_0_8.y;
                sum_1_0_9 += w.y * in_0_9.y;
                sum_1_0_10 += w.y * in_0_10.y;
                sum_1_0_11 += w.y * in_0_11.y;
                sum_1_0_12 += w.y * in_0_12.y;
                sum_1_0_13 += w.y * in_0_13.y;
                sum_1_0_1 += w.z * in_0_1.z;
                sum_1_0_2 += w.z * in_0_2.z;
                sum_1_0_3 += w.z * in_0_3.z;
                sum_1_0_4 += w.z * in_0_4.z;
                sum_1_0_5 += w.z * in_0_5.z;
                sum_1_0_6 += w.z * in_0_6.z;
                sum_1_0_7 += w.z * in_0_7.z;
                sum_1_0_8 += w.z * in_0_8.z;
                sum_1_0_9 += w.z * in_0_9.z;
                sum_1_0_10 += w.z * in_0_10.z;
                sum_1_0_11 += w.z * in_0_11.z;
                sum_1_0_12 += w.z * in_0_12.z;
                sum_1_0_13 += w.z * in_0_13.z;
                sum_1_0_1 += w.w * in_0_1.w;
                sum_1_0_2 += w.w * in_0_2.w;
                sum_1_0_3 += w.w * in_0_3.w;
                sum_1_0_4 += w.w * in_0_4.w;
                sum_1_0_5 += w.w * in_0_5.w;
                sum_1_0_6 += w.w * in_0_6.w;
                sum_1_0_7 += w.w * in_0_7.w;
                sum_1_0_8 += w.w * in_0_8.w;
                sum_1_0_9 += w.w * in_0_9.w;
                sum_1_0_10 += w.w * in_0_10.w;
                sum_1_0_11 += w.w * in_0_11.w;
                sum_1_0_12 += w.w * in_0_12.w;
                sum_1_0_13 += w.w * in_0_13.w;
            }
            {
                let w = vec4f(weights[packed + u32(ky) * 3u + 10u]);
                sum_1_0_0 += w.x * in_0_1.x;
                sum_1_0_1 += w.x * in_0_2.x;
                sum_1_0_2 += w.x * in_0_3.x;
                sum_1_0_3 += w.x * in_0_4.x;
                sum_1_0_4 += w.x * in_0_5.x;
                sum_1_0_5 += w.x * in_0_6.x;
                sum_1_0_6 += w.x * in_0_7.x;
                sum_1_0_7 += w.x * in_0_8.x;
                sum_1_0_8 += w.x * in_0_9.x;
                sum_1_0_9 += w.x * in_0_10.x;
                sum_1_0_10 += w.x * in_0_11.x;
                sum_1_0_11 += w.x * in_0_12.x;
                sum_1_0_12 += w.x * in_0_13.x;
                sum_1_0_13 += w.x * in_0_14.x;
                sum_1_0_0 += w.y * in_0_1.y;
                sum_1_0_1 += w.y * in_0_2.y;
                sum_1_0_2 += w.y * in_0_3.y;
                sum_1_0_3 += w.y * in_0_4.y;
                sum_1_0_4 += w.y * in_0_5.y;
                sum_1_0_5 += w.y * in_0_6.y;
                sum_1_0_6 += w.y * in_0_7.y;
                sum_1_0_7 += w.y * in_0_8.y;
                sum_1_0_8 += w.y * in_0_9.y;
                sum_1_0_9 += w.y * in_0_10.y;
                sum_1_0_10 += w.y * in_0_11.y;
                sum_1_0_11 += w.y * in_0_12.y;
                sum_1_0_12 += w.y * in_0_13.y;
                sum_1_0_13 += w.y * in_0_14.y;
                sum_1_0_0 += w.z * in_0_1.z;
                sum_1_0_1 += w.z * in_0_2.z;
                sum_1_0_2 += w.z * in_0_3.z;
                sum_1_0_3 += w.z * in_0_4.z;
                sum_1_0_4 += w.z * in_0_5.z;
                sum_1_0_5 += w.z * in_0_6.z;
                sum_1_0_6 += w.z * in_0_7.z;
                sum_1_0_7 += w.z * in_0_8.z;
                sum_1_0_8 += w.z * in_0_9.z;
                sum_1_0_9 += w.z * in_0_10.z;
                sum_1_0_10 += w.z * in_0_11.z;
                sum_1_0_11 += w.z * in_0_12.z;
                sum_1_0_12 += w.z * in_0_13.z;
                sum_1_0_13 += w.z * in_0_14.z;
                sum_1_0_0 += w.w * in_0_1.w;
                sum_1_0_1 += w.w * in_0_2.w;
                sum_1_0_2 += w.w * in_0_3.w;
                sum_1_0_3 += w.w * in_0_4.w;
                sum_1_0_4 += w.w * in_0_5.w;
                sum_1_0_5 += w.w * in_0_6.w;
                sum_1_0_6 += w.w * in_0_7.w;
                sum_1_0_7 += w.w * in_0_8.w;
                sum_1_0_8 += w.w * in_0_9.w;
                sum_1_0_9 += w.w * in_0_10.w;
                sum_1_0_10 += w.w * in_0_11.w;
                sum_1_0_11 += w.w * in_0_12.w;
                sum_1_0_12 += w.w * in_0_13.w;
                sum_1_0_13 += w.w * in_0_14.w;
            }
            {
                let w = vec4f(weights[packed + u32(ky) * 3u + 11u]);
                sum_1_0_0 += w.x * in_0_2.x;
                sum_1_0_1 += w.x * in_0_3.x;
                sum_1_0_2 += w.x * in_0_4.x;
                sum_1_0_3 += w.x * in_0_5.x;
                sum_1_0_4 += w.x * in_0_6.x;
                sum_1_0_5 += w.x * in_0_7.x;
                sum_1_0_6 += w.x * in_0_8.x;
                sum_1_0_7 += w.x * in_0_9.x;
                sum_1_0_8 += w.x * in_0_10.x;
                sum_1_0_9 += w.x * in_0_11.x;
                sum_1_0_10 += w.x * in_0_12.x;
                sum_1_0_11 += w.x * in_0_13.x;
                sum_1_0_12 += w.x * in_0_14.x;
                sum_1_0_0 += w.y * in_0_2.y;
                sum_1_0_1 += w.y * in_0_3.y;
                sum_1_0_2 += w.y * in_0_4.y;
                sum_1_0_3 += w.y * in_0_5.y;
                sum_1_0_4 += w.y * in_0_6.y;
                sum_1_0_5 += w.y * in_0_7.y;
                sum_1_0_6 += w.y * in_0_8.y;
                sum_1_0_7 += w.y * in_0_9.y;
                sum_1_0_8 += w.y * in_0_10.y;
                sum_1_0_9 += w.y * in_0_11.y;
                sum_1_0_10 += w.y * in_0_12.y;
                sum_1_0_11 += w.y * in_0_13.y;
                sum_1_0_12 += w.y * in_0_14.y;
                sum_1_0_0 += w.z * in_0_2.z;
                sum_1_0_1 += w.z * in_0_3.z;
                sum_1_0_2 += w.z * in_0_4.z;
                sum_1_0_3 += w.z * in_0_5.z;
                sum_1_0_4 += w.z * in_0_6.z;
                sum_1_0_5 += w.z * in_0_7.z;
                sum_1_0_6 += w.z * in_0_8.z;
                sum_1_0_7 += w.z * in_0_9.z;
                sum_1_0_8 += w.z * in_0_10.z;
                sum_1_0_9 += w.z * in_0_11.z;
                sum_1_0_10 += w.z * in_0_12.z;
                sum_1_0_11 += w.z * in_0_13.z;
                sum_1_0_12 += w.z * in_0_14.z;
                sum_1_0_0 += w.w * in_0_2.w;
                sum_1_0_1 += w.w * in_0_3.w;
                sum_1_0_2 += w.w * in_0_4.w;
                sum_1_0_3 += w.w * in_0_5.w;
                sum_1_0_4 += w.w * in_0_6.w;
                sum_1_0_5 += w.w * in_0_7.w;
                sum_1_0_6 += w.w * in_0_8.w;
                sum_1_0_7 += w.w * in_0_9.w;
                sum_1_0_8 += w.w * in_0_10.w;
                sum_1_0_9 += w.w * in_0_11.w;
                sum_1_0_10 += w.w * in_0_12.w;
                sum_1_0_11 += w.w * in_0_13.w;
                sum_1_0_12 += w.w * in_0_14.w;
            }
            {
                let w = vec4f(weights[packed + u32(ky) * 3u + 18u]);
                sum_2_0_1 += w.x * in_0_1.x;
                sum_2_0_2 += w.x * in_0_2.x;
                sum_2_0_3 += w.x * in_0_3.x;
                sum_2_0_4 += w.x * in_0_4.x;
                sum_2_0_5 += w.x * in_0_5.x;
                sum_2_0_6 += w.x * in_0_6.x;
                sum_2_0_7 += w.x * in_0_7.x;
                sum_2_0_8 += w.x * in_0_8.x;
                sum_2_0_9 += w.x * in_0_9.x;
                sum_2_0_10 += w.x * in_0_10.x;
                sum_2_0_11 += w.x * in_0_11.x;
                sum_2_0_12 += w.x * in_0_12.x;
                sum_2_0_13 += w.x * in_0_13.x;
                sum_2_0_1 += w.y * in_0_1.y;
                sum_2_0_2 += w.y * in_0_2.y;
                sum_2_0_3 += w.y * in_0_3.y;
                sum_2_0_4 += w.y * in_0_4.y;
                sum_2_0_5 += w.y * in_0_5.y;
                sum_2_0_6 += w.y * in_0_6.y;
                sum_2_0_7 += w.y * in_0_7.y;
                sum_2_0_8 += w.y * in_0_8.y;
                sum_2_0_9 += w.y * in_0_9.y;
                sum_2_0_10 += w.y * in_0_10.y;
                sum_2_0_11 += w.y * in_0_11.y;
                sum_2_0_12 += w.y * in_0_12.y;
                sum_2_0_13 += w.y * in_0_13.y;
                sum_2_0_1 += w.z * in_0_1.z;
                sum_2_0_2 += w.z * in_0_2.z;
                sum_2_0_3 += w.z * in_0_3.z;
                sum_2_0_4 += w.z * in_0_4.z;
                sum_2_0_5 += w.z * in_0_5.z;
                sum_2_0_6 += w.z * in_0_6.z;
                sum_2_0_7 += w.z * in_0_7.z;
                sum_2_0_8 += w.z * in_0_8.z;
                sum_2_0_9 += w.z * in_0_9.z;
                sum_2_0_10 += w.z * in_0_10.z;
                sum_2_0_11 += w.z * in_0_11.z;
                sum_2_0_12 += w.z * in_0_12.z;
                sum_2_0_13 += w.z * in_0_13.z;
                sum_2_0_1 += w.w * in_0_1.w;
                sum_2_0_2 += w.w * in_0_2.w;
                sum_2_0_3 += w.w * in_0_3.w;
                sum_2_0_4 += w.w * in_0_4.w;
                sum_2_0_5 += w.w * in_0_5.w;
                sum_2_0_6 += w.w * in_0_6.w;
                sum_2_0_7 += w.w * in_0_7.w;
                sum_2_0_8 += w.w * in_0_8.w;
                sum_2_0_9 += w.w * in_0_9.w;
                sum_2_0_10 += w.w * in_0_10.w;
                sum_2_0_11 += w.w * in_0_11.w;
                sum_2_0_12 += w.w * in_0_12.w;
                sum_2_0_13 += w.w * in_0_13.w;
            }
            {
                let w = vec4f(weights[packed + u32(ky) * 3u + 19u]);
                sum_2_0_0 += w.x * in_0_1.x;
                sum_2_0_1 += w.x * in_0_2.x;
                sum_2_0_2 += w.x * in_0_3.x;
                sum_2_0_3 += w.x * in_0_4.x;
                sum_2_0_4 += w.x * in_0_5.x;
                sum_2_0_5 += w.x * in_0_6.x;
                sum_2_0_6 += w.x * in_0_7.x;
                sum_2_0_7 += w.x * in_0_8.x;
                sum_2_0_8 += w.x * in_0_9.x;
                sum_2_0_9 += w.x * in_0_10.x;
                sum_2_0_10 += w.x * in_0_11.x;
                sum_2_0_11 += w.x * in_0_12.x;
                sum_2_0_12 += w.x * in_0_13.x;
                sum_2_0_13 += w.x * in_0_14.x;
                sum_2_0_0 += w.y * in_0_1.y;
                sum_2_0_1 += w.y * in_0_2.y;
                sum_2_0_2 += w.y * in_0_3.y;
                sum_2_0_3 += w.y * in_0_4.y;
                sum_2_0_4 += w.y * in_0_5.y;
                sum_2_0_5 += w.y * in_0_6.y;
                sum_2_0_6 += w.y * in_0_7.y;
                sum_2_0_7 += w.y * in_0_8.y;
                sum_2_0_8 += w.y * in_0_9.y;
                sum_2_0_9 += w.y * in_0_10.y;
                sum_2_0_10 += w.y * in_0_11.y;
                sum_2_0_11 += w.y * in_0_12.y;
                sum_2_0_12 += w.y * in_0_13.y;
                sum_2_0_13 += w.y * in_0_14.y;
                sum_2_0_0 += w.z * in_0_1.z;
                sum_2_0_1 += w.z * in_0_2.z;
                sum_2_0_2 += w.z * in_0_3.z;
                sum_2_0_3 += w.z * in_0_4.z;
                sum_2_0_4 += w.z * in_0_5.z;
                sum_2_0_5 += w.z * in_0_6.z;
                sum_2_0_6 += w.z * in_0_7.z;
                sum_2_0_7 += w.z * in_0_8.z;
                sum_2_0_8 += w.z * in_0_9.z;
                sum_2_0_9 += w.z * in_0_10.z;
                sum_2_0_10 += w.z * in_0_11.z;
                sum_2_0_11 += w.z * in_0_12.z;
                sum_2_0_12 += w.z * in_0_13.z;
                sum_2_0_13 += w.z * in_0_14.z;
                sum_2_0_0 += w.w * in_0_1.w;
                sum_2_0_1 += w.w * in_0_2.w;
                sum_2_0_2 += w.w * in_0_3.w;
                sum_2_0_3 += w.w * in_0_4.w;
                sum_2_0_4 += w.w * in_0_5.w;
                sum_2_0_5 += w.w * in_0_6.w;
                sum_2_0_6 += w.w * in_0_7.w;
                sum_2_0_7 += w.w * in_0_8.w;
                sum_2_0_8 += w.w * in_0_9.w;
                sum_2_0_9 += w.w * in_0_10.w;
                sum_2_0_10 += w.w * in_0_11.w;
                sum_2_0_11 += w.w * in_0_12.w;
                sum_2_0_12 += w.w * in_0_13.w;
                sum_2_0_13 += w.w * in_0_14.w;
            }
            {
                let w = vec4f(weights[packed + u32(ky) * 3u + 20u]);
                sum_2_0_0 += w.x * in_0_2.x;
                sum_2_0_1 += w.x * in_0_3.x;
                sum_2_0_2 += w.x * in_0_4.x;
                sum_2_0_3 += w.x * in_0_5.x;
                sum_2_0_4 += w.x * in_0_6.x;
                sum_2_0_5 += w.x * in_0_7.x;
                sum_2_0_6 += w.x * in_0_8.x;
                sum_2_0_7 += w.x * in_0_9.x;
                sum_2_0_8 += w.x * in_0_10.x;
                sum_2_0_9 += w.x * in_0_11.x;
                sum_2_0_10 += w.x * in_0_12.x;
                sum_2_0_11 += w.x * in_0_13.x;
                sum_2_0_12 += w.x * in_0_14.x;
                sum_2_0_0 += w.y * in_0_2.y;
                sum_2_0_1 += w.y * in_0_3.y;
                sum_2_0_2 += w.y * in_0_4.y;
                sum_2_0_3 += w.y * in_0_5.y;
                sum_2_0_4 += w.y * in_0_6.y;
                sum_2_0_5 += w.y * in_0_7.y;
                sum_2_0_6 += w.y * in_0_8.y;
                sum_2_0_7 += w.y * in_0_9.y;
                sum_2_0_8 += w.y * in_0_10.y;
                sum_2_0_9 += w.y * in_0_11.y;
                sum_2_0_10 += w.y * in_0_12.y;
                sum_2_0_11 += w.y * in_0_13.y;
                sum_2_0_12 += w.y * in_0_14.y;
                sum_2_0_0 += w.z * in_0_2.z;
                sum_2_0_1 += w.z * in_0_3.z;
                sum_2_0_2 += w.z * in_0_4.z;
                sum_2_0_3 += w.z * in_0_5.z;
                sum_2_0_4 += w.z * in_0_6.z;
                sum_2_0_5 += w.z * in_0_7.z;
                sum_2_0_6 += w.z * in_0_8.z;
                sum_2_0_7 += w.z * in_0_9.z;
                sum_2_0_8 += w.z * in_0_10.z;
                sum_2_0_9 += w.z * in_0_11.z;
                sum_2_0_10 += w.z * in_0_12.z;
                sum_2_0_11 += w.z * in_0_13.z;
                sum_2_0_12 += w.z * in_0_14.z;
                sum_2_0_0 += w.w * in_0_2.w;
                sum_2_0_1 += w.w * in_0_3.w;
                sum_2_0_2 += w.w * in_0_4.w;
                sum_2_0_3 += w.w * in_0_5.w;
                sum_2_0_4 += w.w * in_0_6.w;
                sum_2_0_5 += w.w * in_0_7.w;
                sum_2_0_6 += w.w * in_0_8.w;
                sum_2_0_7 += w.w * in_0_9.w;
                sum_2_0_8 += w.w * in_0_10.w;
                sum_2_0_9 += w.w * in_0_11.w;
                sum_2_0_10 += w.w * in_0_12.w;
                sum_2_0_11 += w.w * in_0_13.w;
                sum_2_0_12 += w.w * in_0_14.w;
            }
            {
                let w = vec4f(weights[packed + u32(ky) * 3u + 27u]);
                sum_3_0_1 += w.x * in_0_1.x;
                sum_3_0_2 += w.x * in_0_2.x;
                sum_3_0_3 += w.x * in_0_3.x;
                sum_3_0_4 += w.x * in_0_4.x;
                sum_3_0_5 += w.x * in_0_5.x;
                sum_3_0_6 += w.x * in_0_6.x;
                sum_3_0_7 += w.x * in_0_7.x;
                sum_3_0_8 += w.x * in_0_8.x;
                sum_3_0_9 += w.x * in_0_9.x;
                sum_3_0_10 += w.x * in_0_10.x;
                sum_3_0_11 += w.x * in_0_11.x;
                sum_3_0_12 += w.x * in_0_12.x;
                sum_3_0_13 += w.x * in_0_13.x;
                sum_3_0_1 += w.y * in_0_1.y;
                sum_3_0_2 += w.y * in_0_2.y;
                sum_3_0_3 += w.y * in_0_3.y;
                sum_3_0_4 += w.y * in_0_4.y;
                sum_3_0_5 += w.y * in_0_5.y;
                sum_3_0_6 += w.y * in_0_6.y;
                sum_3_0_7 += w.y * in_0_7.y;
                sum_3_0_8 += w.y * in_0_8.y;
                sum_3_0_9 += w.y * in_0_9.y;
                sum_3_0_10 += w.y * in_0_10.y;
                sum_3_0_11 += w.y * in_0_11.y;
                sum_3_0_12 += w.y * in_0_12.y;
                sum_3_0_13 += w.y * in_0_13.y;
                sum_3_0_1 += w.z * in_0_1.z;
                sum_3_0_2 += w.z * in_0_2.z;
                sum_3_0_3 += w.z * in_0_3.z;
                sum_3_0_4 += w.z * in_0_4.z;
                sum_3_0_5 += w.z * in_0_5.z;
                sum_3_0_6 += w.z * in_0_6.z;
                sum_3_0_7 += w.z * in_0_7.z;
                sum_3_0_8 += w.z * in_0_8.z;
                sum_3_0_9 += w.z * in_0_9.z;
                sum_3_0_10 += w.z * in_0_10.z;
                sum_3_0_11 += w.z * in_0_11.z;
                sum_3_0_12 += w.z * in_0_12.z;
                sum_3_0_13 += w.z * in_0_13.z;
                sum_3_0_1 += w.w * in_0_1.w;
                sum_3_0_2 += w.w * in_0_2.w;
                sum_3_0_3 += w.w * in_0_3.w;
                sum_3_0_4 += w.w * in_0_4.w;
                sum_3_0_5 += w.w * in_0_5.w;
                sum_3_0_6 += w.w * in_0_6.w;
                sum_3_0_7 += w.w * in_0_7.w;
                sum_3_0_8 += w.w * in_0_8.w;
                sum_3_0_9 += w.w * in_0_9.w;
                sum_3_0_10 += w.w * in_0_10.w;
                sum_3_0_11 += w.w * in_0_11.w;
                sum_3_0_12 += w.w * in_0_12.w;
                sum_3_0_13 += w.w * in_0_13.w;
            }
            {
                let w = vec4f(weights[packed + u32(ky) * 3u + 28u]);
                sum_3_0_0 += w.x * in_0_1.x;
                sum_3_0_1 += w.x * in_0_2.x;
                sum_3_0_2 += w.x * in_0_3.x;
                sum_3_0_3 += w.x * in_0_4.x;
                sum_3_0_4 += w.x * in_0_5.x;
                sum_3_0_5 += w.x * in_0_6.x;
                sum_3_0_6 += w.x * in_0_7.x;
                sum_3_0_7 += w.x * in_0_8.x;
                sum_3_0_8 += w.x * in_0_9.x;
                sum_3_0_9 += w.x * in_0_10.x;
                sum_3_0_10 += w.x * in_0_11.x;
                sum_3_0_11 += w.x * in_0_12.x;
                sum_3_0_12 += w.x * in_0_13.x;
                sum_3_0_13 += w.x * in_0_14.x;
                sum_3_0_0 += w.y * in_0_1.y;
                sum_3_0_1 += w.y * in_0_2.y;
                sum_3_0_2 += w.y * in_0_3.y;
                sum_3_0_3 += w.y * in_0_4.y;
                sum_3_0_4 += w.y * in_0_5.y;
                sum_3_0_5 += w.y * in_0_6.y;
                sum_3_0_6 += w.y * in_0_7.y;
                sum_3_0_7 += w.y * in_0_8.y;
                sum_3_0_8 += w.y * in_0_9.y;
                sum_3_0_9 += w.y * in_0_10.y;
                sum_3_0_10 += w.y * in_0_11.y;
                sum_3_0_11 += w.y * in_0_12.y;
                sum_3_0_12 += w.y * in_0_13.y;
                sum_3_0_13 += w.y * in_0_14.y;
                sum_3_0_0 += w.z * in_0_1.z;
                sum_3_0_1 += w.z * in_0_2.z;
                sum_3_0_2 += w.z * in_0_3.z;
                sum_3_0_3 += w.z * in_0_4.z;
                sum_3_0_4 += w.z * in_0_5.z;
                sum_3_0_5 += w.z * in_0_6.z;
                sum_3_0_6 += w.z * in_0_7.z;
                sum_3_0_7 += w.z * in_0_8.z;
                sum_3_0_8 += w.z * in_0_9.z;
                sum_3_0_9 += w.z * in_0_10.z;
                sum_3_0_10 += w.z * in_0_11.z;
                sum_3_0_11 += w.z * in_0_12.z;
                sum_3_0_12 += w.z * in_0_13.z;
                sum_3_0_13 += w.z * in_0_14.z;
                sum_3_0_0 += w.w * in_0_1.w;
                sum_3_0_1 += w.w * in_0_2.w;
                sum_3_0_2 += w.w * in_0_3.w;
                sum_3_0_3 += w.w * in_0_4.w;
                sum_3_0_4 += w.w * in_0_5.w;
                sum_3_0_5 += w.w * in_0_6.w;
                sum_3_0_6 += w.w * in_0_7.w;
                sum_3_0_7 += w.w * in_0_8.w;
                sum_3_0_8 += w.w * in_0_9.w;
                sum_3_0_9 += w.w * in_0_10.w;
                sum_3_0_10 += w.w * in_0_11.w;
                sum_3_0_11 += w.w * in_0_12.w;
                sum_3_0_12 += w.w * in_0_13.w;
                sum_3_0_13 += w.w * in_0_14.w;
            }
            {
                let w = vec4f(weights[packed + u32(ky) * 3u + 29u]);
                sum_3_0_0 += w.x * in_0_2.x;
                sum_3_0_1 += w.x * in_0_3.x;
                sum_3_0_2 += w.x * in_0_4.x;
                sum_3_0_3 += w.x * in_0_5.x;
                sum_3_0_4 += w.x * in_0_6.x;
                sum_3_0_5 += w.x * in_0_7.x;
                sum_3_0_6 += w.x * in_0_8.x;
                sum_3_0_7 += w.x * in_0_9.x;
                sum_3_0_8 += w.x * in_0_10.x;
                sum_3_0_9 += w.x * in_0_11.x;
                sum_3_0_10 += w.x * in_0_12.x;
                sum_3_0_11 += w.x * in_0_13.x;
                sum_3_0_12 += w.x * in_0_14.x;
                sum_3_0_0 += w.y * in_0_2.y;
                sum_3_0_1 += w.y * in_0_3.y;
                sum_3_0_2 += w.y * in_0_4.y;
                sum_3_0_3 += w.y * in_0_5.y;
                sum_3_0_4 += w.y * in_0_6.y;
                sum_3_0_5 += w.y * in_0_7.y;
                sum_3_0_6 += w.y * in_0_8.y;
                sum_3_0_7 += w.y * in_0_9.y;
                sum_3_0_8 += w.y * in_0_10.y;
                sum_3_0_9 += w.y * in_0_11.y;
                sum_3_0_10 += w.y * in_0_12.y;
                sum_3_0_11 += w.y * in_0_13.y;
                sum_3_0_12 += w.y * in_0_14.y;
                sum_3_0_0 += w.z * in_0_2.z;
                sum_3_0_1 += w.z * in_0_3.z;
                sum_3_0_2 += w.z * in_0_4.z;
                sum_3_0_3 += w.z * in_0_5.z;
                sum_3_0_4 += w.z * in_0_6.z;
                sum_3_0_5 += w.z * in_0_7.z;
                sum_3_0_6 += w.z * in_0_8.z;
                sum_3_0_7 += w.z * in_0_9.z;
                sum_3_0_8 += w.z * in_0_10.z;
                sum_3_0_9 += w.z * in_0_11.z;
                sum_3_0_10 += w.z * in_0_12.z;
                sum_3_0_11 += w.z * in_0_13.z;
                sum_3_0_12 += w.z * in_0_14.z;
                sum_3_0_0 += w.w * in_0_2.w;
                sum_3_0_1 += w.w * in_0_3.w;
                sum_3_0_2 += w.w * in_0_4.w;
                sum_3_0_3 += w.w * in_0_5.w;
                sum_3_0_4 += w.w * in_0_6.w;
                sum_3_0_5 += w.w * in_0_7.w;
                sum_3_0_6 += w.w * in_0_8.w;
                sum_3_0_7 += w.w * in_0_9.w;
                sum_3_0_8 += w.w * in_0_10.w;
                sum_3_0_9 += w.w * in_0_11.w;
                sum_3_0_10 += w.w * in_0_12.w;
                sum_3_0_11 += w.w * in_0_13.w;
                sum_3_0_12 += w.w * in_0_14.w;
            }
        }
    }
    {
        let q = first_quad + 0u;
        if (n < current.batch) {
            let added = bias[q];
            let image = (n * QUADS + q) * (HEIGHT * WIDTH);
            {
                let at = (image + (y0 + 0u) * WIDTH + x0);
                {
                    let place = at;
                    var y_0 = vec4f(sum_0_0_0, sum_1_0_0, sum_2_0_0, sum_3_0_0);
                    y_0 += added;
                    destination[place] = Stored(y_0);
                }
                {
                    let place = at + 1u;
                    var y_0 = vec4f(sum_0_0_1, sum_1_0_1, sum_2_0_1, sum_3_0_1);
                    y_0 += added;
                    destination[place] = Stored(y_0);
                }
                {
                    let place = at + 2u;
                    var y_0 = vec4f(sum_0_0_2, sum_1_0_2, sum_2_0_2, sum_3_0_2);
                    y_0 += added;
                    destination[place] = Stored(y_0);
                }
                {
                    let place = at + 3u;
                    var y_0 = vec4f(sum_0_0_3, sum_1_0_3, sum_2_0_3, sum_3_0_3);
                    y_0 += added;
                    destination[place] = Stored(y_0);
                }
                {
                    let place = at + 4u;
                    var y_0 = vec4f(sum_0_0_4, sum_1_0_4, sum_2_0_4, sum_3_0_4);
                    y_0 += added;
                    destination[place] = Stored(y_0);
                }
                {
                    let place = at + 5u;
                    var y_0 = vec4f(sum_0_0_5, sum_1_0_5, sum_2_0_5, sum_3_0_5);
                    y_0 += added;
                    destination[place] = Stored(y_0);
                }
                {
                    let place = at + 6u;
                    var y_0 = vec4f(sum_0_0_6, sum_1_0_6, sum_2_0_6, sum_3_0_6);
                    y_0 += added;
                    destination[place] = Stored(y_0);
                }
                {
                    let place = at + 7u;
                    var y_0 = vec4f(sum_0_0_7, sum_1_0_7, sum_2_0_7, sum_3_0_7);
                    y_0 += added;
                    destination[place] = Stored(y_0);
                }
                {
                    let place = at + 8u;
                    var y_0 = vec4f(sum_0_0_8, sum_1_0_8, sum_2_0_8, sum_3_0_8);
                    y_0 += added;
                    destination[place] = Stored(y_0);
                }
                {
                    let place = at + 9u;
                    var y_0 = vec4f(sum_0_0_9, sum_1_0_9, sum_2_0_9, sum_3_0_9);
                    y_0 += added;
                    destination[place] = Stored(y_0);
                }
                {
                    let place = at + 10u;
                    var y_0 = vec4f(sum_0_0_10, sum_1_0_10, sum_2_0_10, sum_3_0_10);
                    y_0 += added;
                    destination[place] = Stored(y_0);
                }
                {
                    let place = at + 11u;
                    var y_0 = vec4f(sum_0_0_11, sum_1_0_11, sum_2_0_11, sum_3_0_11);
                    y_0 += added;
                    destination[place] = Stored(y_0);
                }
                {
                    let place = at + 12u;
                    var y_0 = vec4f(sum_0_0_12, sum_1_0_12, sum_2_0_12, sum_3_0_12);
                    y_0 += added;
                    destination[place] = Stored(y_0);
                }
                {
                    let place = at + 13u;
                    var y_0 = vec4f(sum_0_0_13, sum_1_0_13, sum_2_0_13, sum_3_0_13);
                    y_0 += added;
                    destination[place] = Stored(y_0);
                }
            }
        }
    }
}
