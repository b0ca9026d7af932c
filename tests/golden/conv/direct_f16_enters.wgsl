enable f16;
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
alias Stored = vec4<f16>;
alias StoredValue = f16;

/// What gradients of images are multiplied with while they are images: they are those of the batch's summed
/// loss, times a power of two.
fn gradient_scale() -> f32 {
    return 256.0 * f32(current.batch);
}

// Convolution of channel-blocked images, forward and the gradient of its input, with what stands before
// and after it in a network.
//
// source       [N, QS, HS, WS] Stored
// weights      [groups, QS, 36] Stored, see pack_weights.wgsl
// destination  [N, QD, HD, WD] Stored
//
// A thread computes a tile, 1 quads of channels × 3 rows × 3 columns, and keeps it in registers. Which
// row and column of the source each tap of each pixel reads is worked out on the host, so that all that
// follows is written out: with a stride the gradient of the input touches only every S-th tap, and
// those are the only ones in this text.
//
// Registers: in_R_C source row R, column C of the tile's patch; sum_O_R_P channel O, row R, and pixel P or, by
// Winograd's method, product P.

const SOURCE_QUADS = 1u;
const SOURCE_HEIGHT = 3;
const SOURCE_WIDTH = 3;
/// Elements of a row.
const SOURCE_STRIDE = 3u;
const QUADS = 1u;
const HEIGHT = 3u;
const WIDTH = 3u;
const QUAD_GROUPS = 1u;
const TILES_X = 1u;
const TILES_Y = 1u;
const LANES = 0u;
/// Pixels whose ReLU signs share a word, four bits each.
const SIGNS = 8u;

@group(0) @binding(1) var<storage, read> source: array<Stored>;
@group(0) @binding(2) var<storage, read> weights: array<Stored>;
@group(0) @binding(3) var<storage, read_write> destination: array<Stored>;
@group(0) @binding(4) var<storage, read> normalization: array<vec4f>;

/// destination = source ∗ weights, the source normalised first.
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
    let x0 = tile_x * 3u;
    let y0 = tile_y * 3u;
    let column = i32(x0) - 1;
    let row = i32(y0) - 1;
    let x_0 = u32(column + 1);
    let x_1 = u32(column + 2);
    let x_2 = u32(column + 3);
    let y_1 = u32(row + 1) * SOURCE_STRIDE;
    let y_2 = u32(row + 2) * SOURCE_STRIDE;
    let y_3 = u32(row + 3) * SOURCE_STRIDE;
    var sum_0_0_0 = 0.0;
    var sum_0_0_1 = 0.0;
    var sum_0_0_2 = 0.0;
    var sum_0_1_0 = 0.0;
    var sum_0_1_1 = 0.0;
    var sum_0_1_2 = 0.0;
    var sum_0_2_0 = 0.0;
    var sum_0_2_1 = 0.0;
    var sum_0_2_2 = 0.0;
    var sum_1_0_0 = 0.0;
    var sum_1_0_1 = 0.0;
    var sum_1_0_2 = 0.0;
    var sum_1_1_0 = 0.0;
    var sum_1_1_1 = 0.0;
    var sum_1_1_2 = 0.0;
    var sum_1_2_0 = 0.0;
    var sum_1_2_1 = 0.0;
    var sum_1_2_2 = 0.0;
    var sum_2_0_0 = 0.0;
    var sum_2_0_1 = 0.0;
    var sum_2_0_2 = 0.0;
    var sum_2_1_0 = 0.0;
    var sum_2_1_1 = 0.0;
    var sum_2_1_2 = 0.0;
    var sum_2_2_0 = 0.0;
    var sum_2_2_1 = 0.0;
    var sum_2_2_2 = 0.0;
    var sum_3_0_0 = 0.0;
    var sum_3_0_1 = 0.0;
    var sum_3_0_2 = 0.0;
    var sum_3_1_0 = 0.0;
    var sum_3_1_1 = 0.0;
    var sum_3_1_2 = 0.0;
    var sum_3_2_0 = 0.0;
    var sum_3_2_1 = 0.0;
    var sum_3_2_2 = 0.0;
    for (var c = 0u; c < SOURCE_QUADS; c++) {
        let image = (sample * SOURCE_QUADS + c) * u32(SOURCE_HEIGHT) * SOURCE_STRIDE;
        let packed = (index % QUAD_GROUPS * SOURCE_QUADS + c) * 36u;
        let norm = Normalization(
            normalization[c * 7u + 0u],
            normalization[c * 7u + 1u],
            normalization[c * 7u + 2u],
            normalization[c * 7u + 3u],
            normalization[c * 7u + 4u],
            normalization[c * 7u + 5u],
            normalization[c * 7u + 6u],
        );
        let loaded_1_0 = source[image + y_1 + x_0];
        let in_1_1 = entering(vec4f(loaded_1_0), norm);
        let loaded_1_1 = source[image + y_1 + x_1];
        let in_1_2 = entering(vec4f(loaded_1_1), norm);
        let loaded_1_2 = source[image + y_1 + x_2];
        let in_1_3 = entering(vec4f(loaded_1_2), norm);
        let loaded_2_0 = source[image + y_2 + x_0];
        let in_2_1 = entering(vec4f(loaded_2_0), norm);
        let loaded_2_1 = source[image + y_2 + x_1];
        let in_2_2 = entering(vec4f(loaded_2_1), norm);
        let loaded_2_2 = source[image + y_2 + x_2];
        let in_2_3 = entering(vec4f(loaded_2_2), norm);
        let loaded_3_0 = source[image + y_3 + x_0];
        let in_3_1 = entering(vec4f(loaded_3_0), norm);
        let loaded_3_1 = source[image + y_3 + x_1];
        let in_3_2 = entering(vec4f(loaded_3_1), norm);
        let loaded_3_2 = source[image + y_3 + x_2];
        let in_3_3 = entering(vec4f(loaded_3_2), norm);
        {
            let w = vec4f(weights[packed + 0u]);
            sum_0_1_1 += w.x * in_1_1.x;
            sum_0_1_2 += w.x * in_1_2.x;
            sum_0_2_1 += w.x * in_2_1.x;
            sum_0_2_2 += w.x * in_2_2.x;
            sum_0_1_1 += w.y * in_1_1.y;
            sum_0_1_2 += w.y * in_1_2.y;
            sum_0_2_1 += w.y * in_2_1.y;
            sum_0_2_2 += w.y * in_2_2.y;
            sum_0_1_1 += w.z * in_1_1.z;
            sum_0_1_2 += w.z * in_1_2.z;
            sum_0_2_1 += w.z * in_2_1.z;
            sum_0_2_2 += w.z * in_2_2.z;
            sum_0_1_1 += w.w * in_1_1.w;
            sum_0_1_2 += w.w * in_1_2.w;
            sum_0_2_1 += w.w * in_2_1.w;
            sum_0_2_2 += w.w * in_2_2.w;
        }
        {
            let w = vec4f(weights[packed + 1u]);
            sum_0_1_0 += w.x * in_1_1.x;
            sum_0_1_1 += w.x * in_1_2.x;
            sum_0_1_2 += w.x * in_1_3.x;
            sum_0_2_0 += w.x * in_2_1.x;
            sum_0_2_1 += w.x * in_2_2.x;
            sum_0_2_2 += w.x * in_2_3.x;
            sum_0_1_0 += w.y * in_1_1.y;
            sum_0_1_1 += w.y * in_1_2.y;
            sum_0_1_2 += w.y * in_1_3.y;
            sum_0_2_0 += w.y * in_2_1.y;
            sum_0_2_1 += w.y * in_2_2.y;
            sum_0_2_2 += w.y * in_2_3.y;
            sum_0_1_0 += w.z * in_1_1.z;
            sum_0_1_1 += w.z * in_1_2.z;
            sum_0_1_2 += w.z * in_1_3.z;
            sum_0_2_0 += w.z * in_2_1.z;
            sum_0_2_1 += w.z * in_2_2.z;
            sum_0_2_2 += w.z * in_2_3.z;
            sum_0_1_0 += w.w * in_1_1.w;
            sum_0_1_1 += w.w * in_1_2.w;
            sum_0_1_2 += w.w * in_1_3.w;
            sum_0_2_0 += w.w * in_2_1.w;
            sum_0_2_1 += w.w * in_2_2.w;
            sum_0_2_2 += w.w * in_2_3.w;
        }
        {
            let w = vec4f(weights[packed + 2u]);
            sum_0_1_0 += w.x * in_1_2.x;
            sum_0_1_1 += w.x * in_1_3.x;
            sum_0_2_0 += w.x * in_2_2.x;
            sum_0_2_1 += w.x * in_2_3.x;
            sum_0_1_0 += w.y * in_1_2.y;
            sum_0_1_1 += w.y * in_1_3.y;
            sum_0_2_0 += w.y * in_2_2.y;
            sum_0_2_1 += w.y * in_2_3.y;
            sum_0_1_0 += w.z * in_1_2.z;
            sum_0_1_1 += w.z * in_1_3.z;
            sum_0_2_0 += w.z * in_2_2.z;
            sum_0_2_1 += w.z * in_2_3.z;
            sum_0_1_0 += w.w * in_1_2.w;
            sum_0_1_1 += w.w * in_1_3.w;
            sum_0_2_0 += w.w * in_2_2.w;
            sum_0_2_1 += w.w * in_2_3.w;
        }
        {
            let w = vec4f(weights[packed + 3u]);
            sum_0_0_1 += w.x * in_1_1.x;
            sum_0_0_2 += w.x * in_1_2.x;
            sum_0_1_1 += w.x * in_2_1.x;
            sum_0_1_2 += w.x * in_2_2.x;
            sum_0_2_1 += w.x * in_3_1.x;
            sum_0_2_2 += w.x * in_3_2.x;
            sum_0_0_1 += w.y * in_1_1.y;
            sum_0_0_2 += w.y * in_1_2.y;
            sum_0_1_1 += w.y * in_2_1.y;
            sum_0_1_2 += w.y * in_2_2.y;
            sum_0_2_1 += w.y * in_3_1.y;
            sum_0_2_2 += w.y * in_3_2.y;
            sum_0_0_1 += w.z * in_1_1.z;
            sum_0_0_2 += w.z * in_1_2.z;
            sum_0_1_1 += w.z * in_2_1.z;
            sum_0_1_2 += w.z * in_2_2.z;
            sum_0_2_1 += w.z * in_3_1.z;
            sum_0_2_2 += w.z * in_3_2.z;
            sum_0_0_1 += w.w * in_1_1.w;
            sum_0_0_2 += w.w * in_1_2.w;
            sum_0_1_1 += w.w * in_2_1.w;
            sum_0_1_2 += w.w * in_2_2.w;
            sum_0_2_1 += w.w * in_3_1.w;
            sum_0_2_2 += w.w * in_3_2.w;
        }
        {
            let w = vec4f(weights[packed + 4u]);
            sum_0_0_0 += w.x * in_1_1.x;
            sum_0_0_1 += w.x * in_1_2.x;
            sum_0_0_2 += w.x * in_1_3.x;
            sum_0_1_0 += w.x * in_2_1.x;
            sum_0_1_1 += w.x * in_2_2.x;
            sum_0_1_2 += w.x * in_2_3.x;
            sum_0_2_0 += w.x * in_3_1.x;
            sum_0_2_1 += w.x * in_3_2.x;
            sum_0_2_2 += w.x * in_3_3.x;
            sum_0_0_0 += w.y * in_1_1.y;
            sum_0_0_1 += w.y * in_1_2.y;
            sum_0_0_2 += w.y * in_1_3.y;
            sum_0_1_0 += w.y * in_2_1.y;
            sum_0_1_1 += w.y * in_2_2.y;
            sum_0_1_2 += w.y * in_2_3.y;
            sum_0_2_0 += w.y * in_3_1.y;
            sum_0_2_1 += w.y * in_3_2.y;
            sum_0_2_2 += w.y * in_3_3.y;
            sum_0_0_0 += w.z * in_1_1.z;
            sum_0_0_1 += w.z * in_1_2.z;
            sum_0_0_2 += w.z * in_1_3.z;
            sum_0_1_0 += w.z * in_2_1.z;
            sum_0_1_1 += w.z * in_2_2.z;
            sum_0_1_2 += w.z * in_2_3.z;
            sum_0_2_0 += w.z * in_3_1.z;
            sum_0_2_1 += w.z * in_3_2.z;
            sum_0_2_2 += w.z * in_3_3.z;
            sum_0_0_0 += w.w * in_1_1.w;
            sum_0_0_1 += w.w * in_1_2.w;
            sum_0_0_2 += w.w * in_1_3.w;
            sum_0_1_0 += w.w * in_2_1.w;
            sum_0_1_1 += w.w * in_2_2.w;
            sum_0_1_2 += w.w * in_2_3.w;
            sum_0_2_0 += w.w * in_3_1.w;
            sum_0_2_1 += w.w * in_3_2.w;
            sum_0_2_2 += w.w * in_3_3.w;
        }
        {
            let w = vec4f(weights[packed + 5u]);
            sum_0_0_0 += w.x * in_1_2.x;
            sum_0_0_1 += w.x * in_1_3.x;
            sum_0_1_0 += w.x * in_2_2.x;
            sum_0_1_1 += w.x * in_2_3.x;
            sum_0_2_0 += w.x * in_3_2.x;
            sum_0_2_1 += w.x * in_3_3.x;
            sum_0_0_0 += w.y * in_1_2.y;
            sum_0_0_1 += w.y * in_1_3.y;
            sum_0_1_0 += w.y * in_2_2.y;
            sum_0_1_1 += w.y * in_2_3.y;
            sum_0_2_0 += w.y * in_3_2.y;
            sum_0_2_1 += w.y * in_3_3.y;
            sum_0_0_0 += w.z * in_1_2.z;
            sum_0_0_1 += w.z * in_1_3.z;
            sum_0_1_0 += w.z * in_2_2.z;
            sum_0_1_1 += w.z * in_2_3.z;
            sum_0_2_0 += w.z * in_3_2.z;
            sum_0_2_1 += w.z * in_3_3.z;
            sum_0_0_0 += w.w * in_1_2.w;
            sum_0_0_1 += w.w * in_1_3.w;
            sum_0_1_0 += w.w * in_2_2.w;
            sum_0_1_1 += w.w * in_2_3.w;
            sum_0_2_0 += w.w * in_3_2.w;
            sum_0_2_1 += w.w * in_3_3.w;
        }
        {
            let w = vec4f(weights[packed + 6u]);
            sum_0_0_1 += w.x * in_2_1.x;
            sum_0_0_2 += w.x * in_2_2.x;
            sum_0_1_1 += w.x * in_3_1.x;
            sum_0_1_2 += w.x * in_3_2.x;
            sum_0_0_1 += w.y * in_2_1.y;
            sum_0_0_2 += w.y * in_2_2.y;
            sum_0_1_1 += w.y * in_3_1.y;
            sum_0_1_2 += w.y * in_3_2.y;
            sum_0_0_1 += w.z * in_2_1.z;
            sum_0_0_2 += w.z * in_2_2.z;
            sum_0_1_1 += w.z * in_3_1.z;
            sum_0_1_2 += w.z * in_3_2.z;
            sum_0_0_1 += w.w * in_2_1.w;
            sum_0_0_2 += w.w * in_2_2.w;
            sum_0_1_1 += w.w * in_3_1.w;
            sum_0_1_2 += w.w * in_3_2.w;
        }
        {
            let w = vec4f(weights[packed + 7u]);
            sum_0_0_0 += w.x * in_2_1.x;
            sum_0_0_1 += w.x * in_2_2.x;
            sum_0_0_2 += w.x * in_2_3.x;
            sum_0_1_0 += w.x * in_3_1.x;
            sum_0_1_1 += w.x * in_3_2.x;
            sum_0_1_2 += w.x * in_3_3.x;
            sum_0_0_0 += w.y * in_2_1.y;
            sum_0_0_1 += w.y * in_2_2.y;
            sum_0_0_2 += w.y * in_2_3.y;
            sum_0_1_0 += w.y * in_3_1.y;
            sum_0_1_1 += w.y * in_3_2.y;
            sum_0_1_2 += w.y * in_3_3.y;
            sum_0_0_0 += w.z * in_2_1.z;
            sum_0_0_1 += w.z * in_2_2.z;
            sum_0_0_2 += w.z * in_2_3.z;
            sum_0_1_0 += w.z * in_3_1.z;
            sum_0_1_1 += w.z * in_3_2.z;
            sum_0_1_2 += w.z * in_3_3.z;
            sum_0_0_0 += w.w * in_2_1.w;
            sum_0_0_1 += w.w * in_2_2.w;
            sum_0_0_2 += w.w * in_2_3.w;
            sum_0_1_0 += w.w * in_3_1.w;
            sum_0_1_1 += w.w * in_3_2.w;
            sum_0_1_2 += w.w * in_3_3.w;
        }
        {
            let w = vec4f(weights[packed + 8u]);
            sum_0_0_0 += w.x * in_2_2.x;
            sum_0_0_1 += w.x * in_2_3.x;
            sum_0_1_0 += w.x * in_3_2.x;
            sum_0_1_1 += w.x * in_3_3.x;
            sum_0_0_0 += w.y * in_2_2.y;
            sum_0_0_1 += w.y * in_2_3.y;
            sum_0_1_0 += w.y * in_3_2.y;
            sum_0_1_1 += w.y * in_3_3.y;
            sum_0_0_0 += w.z * in_2_2.z;
            sum_0_0_1 += w.z * in_2_3.z;
            sum_0_1_0 += w.z * in_3_2.z;
            sum_0_1_1 += w.z * in_3_3.z;
            sum_0_0_0 += w.w * in_2_2.w;
            sum_0_0_1 += w.w * in_2_3.w;
            sum_0_1_0 += w.w * in_3_2.w;
            sum_0_1_1 += w.w * in_3_3.w;
        }
        {
            let w = vec4f(weights[packed + 9u]);
            sum_1_1_1 += w.x * in_1_1.x;
            sum_1_1_2 += w.x * in_1_2.x;
            sum_1_2_1 += w.x * in_2_1.x;
            sum_1_2_2 += w.x * in_2_2.x;
            sum_1_1_1 += w.y * in_1_1.y;
            sum_1_1_2 += w.y * in_1_2.y;
            sum_1_2_1 += w.y * in_2_1.y;
            sum_1_2_2 += w.y * in_2_2.y;
            sum_1_1_1 += w.z * in_1_1.z;
            sum_1_1_2 += w.z * in_1_2.z;
            sum_1_2_1 += w.z * in_2_1.z;
            sum_1_2_2 += w.z * in_2_2.z;
            sum_1_1_1 += w.w * in_1_1.w;
            sum_1_1_2 += w.w * in_1_2.w;
            sum_1_2_1 += w.w * in_2_1.w;
            sum_1_2_2 += w.w * in_2_2.w;
        }
        {
            let w = vec4f(weights[packed + 10u]);
            sum_1_1_0 += w.x * in_1_1.x;
            sum_1_1_1 += w.x * in_1_2.x;
            sum_1_1_2 += w.x * in_1_3.x;
            sum_1_2_0 += w.x * in_2_1.x;
            sum_1_2_1 += w.x * in_2_2.x;
            sum_1_2_2 += w.x * in_2_3.x;
            sum_1_1_0 += w.y * in_1_1.y;
            sum_1_1_1 += w.y * in_1_2.y;
            sum_1_1_2 += w.y * in_1_3.y;
            sum_1_2_0 += w.y * in_2_1.y;
            sum_1_2_1 += w.y * in_2_2.y;
            sum_1_2_2 += w.y * in_2_3.y;
            sum_1_1_0 += w.z * in_1_1.z;
            sum_1_1_1 += w.z * in_1_2.z;
            sum_1_1_2 += w.z * in_1_3.z;
            sum_1_2_0 += w.z * in_2_1.z;
            sum_1_2_1 += w.z * in_2_2.z;
            sum_1_2_2 += w.z * in_2_3.z;
            sum_1_1_0 += w.w * in_1_1.w;
            sum_1_1_1 += w.w * in_1_2.w;
            sum_1_1_2 += w.w * in_1_3.w;
            sum_1_2_0 += w.w * in_2_1.w;
            sum_1_2_1 += w.w * in_2_2.w;
            sum_1_2_2 += w.w * in_2_3.w;
        }
        {
            let w = vec4f(weights[packed + 11u]);
            sum_1_1_0 += w.x * in_1_2.x;
            sum_1_1_1 += w.x * in_1_3.x;
            sum_1_2_0 += w.x * in_2_2.x;
            sum_1_2_1 += w.x * in_2_3.x;
            sum_1_1_0 += w.y * in_1_2.y;
            sum_1_1_1 += w.y * in_1_3.y;
            sum_1_2_0 += w.y * in_2_2.y;
            sum_1_2_1 += w.y * in_2_3.y;
            sum_1_1_0 += w.z * in_1_2.z;
            sum_1_1_1 += w.z * in_1_3.z;
            sum_1_2_0 += w.z * in_2_2.z;
            sum_1_2_1 += w.z * in_2_3.z;
            sum_1_1_0 += w.w * in_1_2.w;
            sum_1_1_1 += w.w * in_1_3.w;
            sum_1_2_0 += w.w * in_2_2.w;
            sum_1_2_1 += w.w * in_2_3.w;
        }
        {
            let w = vec4f(weights[packed + 12u]);
            sum_1_0_1 += w.x * in_1_1.x;
            sum_1_0_2 += w.x * in_1_2.x;
            sum_1_1_1 += w.x * in_2_1.x;
            sum_1_1_2 += w.x * in_2_2.x;
            sum_1_2_1 += w.x * in_3_1.x;
            sum_1_2_2 += w.x * in_3_2.x;
            sum_1_0_1 += w.y * in_1_1.y;
            sum_1_0_2 += w.y * in_1_2.y;
            sum_1_1_1 += w.y * in_2_1.y;
            sum_1_1_2 += w.y * in_2_2.y;
            sum_1_2_1 += w.y * in_3_1.y;
            sum_1_2_2 += w.y * in_3_2.y;
            sum_1_0_1 += w.z * in_1_1.z;
            sum_1_0_2 += w.z * in_1_2.z;
            sum_1_1_1 += w.z * in_2_1.z;
            sum_1_1_2 += w.z * in_2_2.z;
            sum_1_2_1 += w.z * in_3_1.z;
            sum_1_2_2 += w.z * in_3_2.z;
            sum_1_0_1 += w.w * in_1_1.w;
            sum_1_0_2 += w.w * in_1_2.w;
            sum_1_1_1 += w.w * in_2_1.w;
            sum_1_1_2 += w.w * in_2_2.w;
            sum_1_2_1 += w.w * in_3_1.w;
            sum_1_2_2 += w.w * in_3_2.w;
        }
        {
            let w = vec4f(weights[packed + 13u]);
            sum_1_0_0 += w.x * in_1_1.x;
            sum_1_0_1 += w.x * in_1_2.x;
            sum_1_0_2 += w.x * in_1_3.x;
            sum_1_1_0 += w.x * in_2_1.x;
            sum_1_1_1 += w.x * in_2_2.x;
            sum_1_1_2 += w.x * in_2_3.x;
            sum_1_2_0 += w.x * in_3_1.x;
            sum_1_2_1 += w.x * in_3_2.x;
            sum_1_2_2 += w.x * in_3_3.x;
            sum_1_0_0 += w.y * in_1_1.y;
            sum_1_0_1 += w.y * in_1_2.y;
            sum_1_0_2 += w.y * in_1_3.y;
            sum_1_1_0 += w.y * in_2_1.y;
            sum_1_1_1 += w.y * in_2_2.y;
            sum_1_1_2 += w.y * in_2_3.y;
            sum_1_2_0 += w.y * in_3_1.y;
            sum_1_2_1 += w.y * in_3_2.y;
            sum_1_2_2 += w.y * in_3_3.y;
            sum_1_0_0 += w.z * in_1_1.z;
            sum_1_0_1 += w.z * in_1_2.z;
            sum_1_0_2 += w.z * in_1_3.z;
            sum_1_1_0 += w.z * in_2_1.z;
            sum_1_1_1 += w.z * in_2_2.z;
            sum_1_1_2 += w.z * in_2_3.z;
            sum_1_2_0 += w.z * in_3_1.z;
            sum_1_2_1 += w.z * in_3_2.z;
            sum_1_2_2 += w.z * in_3_3.z;
            sum_1_0_0 += w.w * in_1_1.w;
            sum_1_0_1 += w.w * in_1_2.w;
            sum_1_0_2 += w.w * in_1_3.w;
            sum_1_1_0 += w.w * in_2_1.w;
            sum_1_1_1 += w.w * in_2_2.w;
            sum_1_1_2 += w.w * in_2_3.w;
            sum_1_2_0 += w.w * in_3_1.w;
            sum_1_2_1 += w.w * in_3_2.w;
            sum_1_2_2 += w.w * in_3_3.w;
        }
        {
            let w = vec4f(weights[packed + 14u]);
            sum_1_0_0 += w.x * in_1_2.x;
            sum_1_0_1 += w.x * in_1_3.x;
            sum_1_1_0 += w.x * in_2_2.x;
            sum_1_1_1 += w.x * in_2_3.x;
            sum_1_2_0 += w.x * in_3_2.x;
            sum_1_2_1 += w.x * in_3_3.x;
            sum_1_0_0 += w.y * in_1_2.y;
            sum_1_0_1 += w.y * in_1_3.y;
            sum_1_1_0 += w.y * in_2_2.y;
            sum_1_1_1 += w.y * in_2_3.y;
            sum_1_2_0 += w.y * in_3_2.y;
            sum_1_2_1 += w.y * in_3_3.y;
            sum_1_0_0 += w.z * in_1_2.z;
            sum_1_0_1 += w.z * in_1_3.z;
            sum_1_1_0 += w.z * in_2_2.z;
            sum_1_1_1 += w.z * in_2_3.z;
            sum_1_2_0 += w.z * in_3_2.z;
            sum_1_2_1 += w.z * in_3_3.z;
            sum_1_0_0 += w.w * in_1_2.w;
            sum_1_0_1 += w.w * in_1_3.w;
            sum_1_1_0 += w.w * in_2_2.w;
            sum_1_1_1 += w.w * in_2_3.w;
            sum_1_2_0 += w.w * in_3_2.w;
            sum_1_2_1 += w.w * in_3_3.w;
        }
        {
            let w = vec4f(weights[packed + 15u]);
            sum_1_0_1 += w.x * in_2_1.x;
            sum_1_0_2 += w.x * in_2_2.x;
            sum_1_1_1 += w.x * in_3_1.x;
            sum_1_1_2 += w.x * in_3_2.x;
            sum_1_0_1 += w.y * in_2_1.y;
            sum_1_0_2 += w.y * in_2_2.y;
            sum_1_1_1 += w.y * in_3_1.y;
            sum_1_1_2 += w.y * in_3_2.y;
            sum_1_0_1 += w.z * in_2_1.z;
            sum_1_0_2 += w.z * in_2_2.z;
            sum_1_1_1 += w.z * in_3_1.z;
            sum_1_1_2 += w.z * in_3_2.z;
            sum_1_0_1 += w.w * in_2_1.w;
            sum_1_0_2 += w.w * in_2_2.w;
            sum_1_1_1 += w.w * in_3_1.w;
            sum_1_1_2 += w.w * in_3_2.w;
        }
        {
            let w = vec4f(weights[packed + 16u]);
            sum_1_0_0 += w.x * in_2_1.x;
            sum_1_0_1 += w.x * in_2_2.x;
            sum_1_0_2 += w.x * in_2_3.x;
            sum_1_1_0 += w.x * in_3_1.x;
            sum_1_1_1 += w.x * in_3_2.x;
            sum_1_1_2 += w.x * in_3_3.x;
            sum_1_0_0 += w.y * in_2_1.y;
            sum_1_0_1 += w.y * in_2_2.y;
            sum_1_0_2 += w.y * in_2_3.y;
            sum_1_1_0 += w.y * in_3_1.y;
            sum_1_1_1 += w.y * in_3_2.y;
            sum_1_1_2 += w.y * in_3_3.y;
            sum_1_0_0 += w.z * in_2_1.z;
            sum_1_0_1 += w.z * in_2_2.z;
            sum_1_0_2 += w.z * in_2_3.z;
            sum_1_1_0 += w.z * in_3_1.z;
            sum_1_1_1 += w.z * in_3_2.z;
            sum_1_1_2 += w.z * in_3_3.z;
            sum_1_0_0 += w.w * in_2_1.w;
            sum_1_0_1 += w.w * in_2_2.w;
            sum_1_0_2 += w.w * in_2_3.w;
            sum_1_1_0 += w.w * in_3_1.w;
            sum_1_1_1 += w.w * in_3_2.w;
            sum_1_1_2 += w.w * in_3_3.w;
        }
        {
            let w = vec4f(weights[packed + 17u]);
            sum_1_0_0 += w.x * in_2_2.x;
            sum_1_0_1 += w.x * in_2_3.x;
            sum_1_1_0 += w.x * in_3_2.x;
            sum_1_1_1 += w.x * in_3_3.x;
            sum_1_0_0 += w.y * in_2_2.y;
            sum_1_0_1 += w.y * in_2_3.y;
            sum_1_1_0 += w.y * in_3_2.y;
            sum_1_1_1 += w.y * in_3_3.y;
            sum_1_0_0 += w.z * in_2_2.z;
            sum_1_0_1 += w.z * in_2_3.z;
            sum_1_1_0 += w.z * in_3_2.z;
            sum_1_1_1 += w.z * in_3_3.z;
            sum_1_0_0 += w.w * in_2_2.w;
            sum_1_0_1 += w.w * in_2_3.w;
            sum_1_1_0 += w.w * in_3_2.w;
            sum_1_1_1 += w.w * in_3_3.w;
        }
        {
            let w = vec4f(weights[packed + 18u]);
            sum_2_1_1 += w.x * in_1_1.x;
            sum_2_1_2 += w.x * in_1_2.x;
            sum_2_2_1 += w.x * in_2_1.x;
            sum_2_2_2 += w.x * in_2_2.x;
            sum_2_1_1 += w.y * in_1_1.y;
            sum_2_1_2 += w.y * in_1_2.y;
            sum_2_2_1 += w.y * in_2_1.y;
            sum_2_2_2 += w.y * in_2_2.y;
            sum_2_1_1 += w.z * in_1_1.z;
            sum_2_1_2 += w.z * in_1_2.z;
            sum_2_2_1 += w.z * in_2_1.z;
            sum_2_2_2 += w.z * in_2_2.z;
            sum_2_1_1 += w.w * in_1_1.w;
            sum_2_1_2 += w.w * in_1_2.w;
            sum_2_2_1 += w.w * in_2_1.w;
            sum_2_2_2 += w.w * in_2_2.w;
        }
        {
            let w = vec4f(weights[packed + 19u]);
            sum_2_1_0 += w.x * in_1_1.x;
            sum_2_1_1 += w.x * in_1_2.x;
            sum_2_1_2 += w.x * in_1_3.x;
            sum_2_2_0 += w.x * in_2_1.x;
            sum_2_2_1 += w.x * in_2_2.x;
            sum_2_2_2 += w.x * in_2_3.x;
            sum_2_1_0 += w.y * in_1_1.y;
            sum_2_1_1 += w.y * in_1_2.y;
            sum_2_1_2 += w.y * in_1_3.y;
            sum_2_2_0 += w.y * in_2_1.y;
            sum_2_2_1 += w.y * in_2_2.y;
            sum_2_2_2 += w.y * in_2_3.y;
            sum_2_1_0 += w.z * in_1_1.z;
            sum_2_1_1 += w.z * in_1_2.z;
            sum_2_1_2 += w.z * in_1_3.z;
            sum_2_2_0 += w.z * in_2_1.z;
            sum_2_2_1 += w.z * in_2_2.z;
            sum_2_2_2 += w.z * in_2_3.z;
            sum_2_1_0 += w.w * in_1_1.w;
            sum_2_1_1 += w.w * in_1_2.w;
            sum_2_1_2 += w.w * in_1_3.w;
            sum_2_2_0 += w.w * in_2_1.w;
            sum_2_2_1 += w.w * in_2_2.w;
            sum_2_2_2 += w.w * in_2_3.w;
        }
        {
            let w = vec4f(weights[packed + 20u]);
            sum_2_1_0 += w.x * in_1_2.x;
            sum_2_1_1 += w.x * in_1_3.x;
            sum_2_2_0 += w.x * in_2_2.x;
            sum_2_2_1 += w.x * in_2_3.x;
            sum_2_1_0 += w.y * in_1_2.y;
            sum_2_1_1 += w.y * in_1_3.y;
            sum_2_2_0 += w.y * in_2_2.y;
            sum_2_2_1 += w.y * in_2_3.y;
            sum_2_1_0 += w.z * in_1_2.z;
            sum_2_1_1 += w.z * in_1_3.z;
            sum_2_2_0 += w.z * in_2_2.z;
            sum_2_2_1 += w.z * in_2_3.z;
            sum_2_1_0 += w.w * in_1_2.w;
            sum_2_1_1 += w.w * in_1_3.w;
            sum_2_2_0 += w.w * in_2_2.w;
            sum_2_2_1 += w.w * in_2_3.w;
        }
        {
            let w = vec4f(weights[packed + 21u]);
            sum_2_0_1 += w.x * in_1_1.x;
            sum_2_0_2 += w.x * in_1_2.x;
            sum_2_1_1 += w.x * in_2_1.x;
            sum_2_1_2 += w.x * in_2_2.x;
            sum_2_2_1 += w.x * in_3_1.x;
            sum_2_2_2 += w.x * in_3_2.x;
            sum_2_0_1 += w.y * in_1_1.y;
            sum_2_0_2 += w.y * in_1_2.y;
            sum_2_1_1 += w.y * in_2_1.y;
            sum_2_1_2 += w.y * in_2_2.y;
            sum_2_2_1 += w.y * in_3_1.y;
            sum_2_2_2 += w.y * in_3_2.y;
            sum_2_0_1 += w.z * in_1_1.z;
            sum_2_0_2 += w.z * in_1_2.z;
            sum_2_1_1 += w.z * in_2_1.z;
            sum_2_1_2 += w.z * in_2_2.z;
            sum_2_2_1 += w.z * in_3_1.z;
            sum_2_2_2 += w.z * in_3_2.z;
            sum_2_0_1 += w.w * in_1_1.w;
            sum_2_0_2 += w.w * in_1_2.w;
            sum_2_1_1 += w.w * in_2_1.w;
            sum_2_1_2 += w.w * in_2_2.w;
            sum_2_2_1 += w.w * in_3_1.w;
            sum_2_2_2 += w.w * in_3_2.w;
        }
        {
            let w = vec4f(weights[packed + 22u]);
            sum_2_0_0 += w.x * in_1_1.x;
            sum_2_0_1 += w.x * in_1_2.x;
            sum_2_0_2 += w.x * in_1_3.x;
            sum_2_1_0 += w.x * in_2_1.x;
            sum_2_1_1 += w.x * in_2_2.x;
            sum_2_1_2 += w.x * in_2_3.x;
            sum_2_2_0 += w.x * in_3_1.x;
            sum_2_2_1 += w.x * in_3_2.x;
            sum_2_2_2 += w.x * in_3_3.x;
            sum_2_0_0 += w.y * in_1_1.y;
            sum_2_0_1 += w.y * in_1_2.y;
            sum_2_0_2 += w.y * in_1_3.y;
            sum_2_1_0 += w.y * in_2_1.y;
            sum_2_1_1 += w.y * in_2_2.y;
            sum_2_1_2 += w.y * in_2_3.y;
            sum_2_2_0 += w.y * in_3_1.y;
            sum_2_2_1 += w.y * in_3_2.y;
            sum_2_2_2 += w.y * in_3_3.y;
            sum_2_0_0 += w.z * in_1_1.z;
            sum_2_0_1 += w.z * in_1_2.z;
            sum_2_0_2 += w.z * in_1_3.z;
            sum_2_1_0 += w.z * in_2_1.z;
            sum_2_1_1 += w.z * in_2_2.z;
            sum_2_1_2 += w.z * in_2_3.z;
            sum_2_2_0 += w.z * in_3_1.z;
            sum_2_2_1 += w.z * in_3_2.z;
            sum_2_2_2 += w.z * in_3_3.z;
            sum_2_0_0 += w.w * in_1_1.w;
            sum_2_0_1 += w.w * in_1_2.w;
            sum_2_0_2 += w.w * in_1_3.w;
            sum_2_1_0 += w.w * in_2_1.w;
            sum_2_1_1 += w.w * in_2_2.w;
            sum_2_1_2 += w.w * in_2_3.w;
            sum_2_2_0 += w.w * in_3_1.w;
            sum_2_2_1 += w.w * in_3_2.w;
            sum_2_2_2 += w.w * in_3_3.w;
        }
        {
            let w = vec4f(weights[packed + 23u]);
            sum_2_0_0 += w.x * in_1_2.x;
            sum_2_0_1 += w.x * in_1_3.x;
            sum_2_1_0 += w.x * in_2_2.x;
            sum_2_1_1 += w.x * in_2_3.x;
            sum_2_2_0 += w.x * in_3_2.x;
            sum_2_2_1 += w.x * in_3_3.x;
            sum_2_0_0 += w.y * in_1_2.y;
            sum_2_0_1 += w.y * in_1_3.y;
            sum_2_1_0 += w.y * in_2_2.y;
            sum_2_1_1 += w.y * in_2_3.y;
            sum_2_2_0 += w.y * in_3_2.y;
            sum_2_2_1 += w.y * in_3_3.y;
            sum_2_0_0 += w.z * in_1_2.z;
            sum_2_0_1 += w.z * in_1_3.z;
            sum_2_1_0 += w.z * in_2_2.z;
            sum_2_1_1 += w.z * in_2_3.z;
            sum_2_2_0 += w.z * in_3_2.z;
            sum_2_2_1 += w.z * in_3_3.z;
            sum_2_0_0 += w.w * in_1_2.w;
            sum_2_0_1 += w.w * in_1_3.w;
            sum_2_1_0 += w.w * in_2_2.w;
            sum_2_1_1 += w.w * in_2_3.w;
            sum_2_2_0 += w.w * in_3_2.w;
            sum_2_2_1 += w.w * in_3_3.w;
        }
        {
            let w = vec4f(weights[packed + 24u]);
            sum_2_0_1 += w.x * in_2_1.x;
            sum_2_0_2 += w.x * in_2_2.x;
            sum_2_1_1 += w.x * in_3_1.x;
            sum_2_1_2 += w.x * in_3_2.x;
            sum_2_0_1 += w.y * in_2_1.y;
            sum_2_0_2 += w.y * in_2_2.y;
            sum_2_1_1 += w.y * in_3_1.y;
            sum_2_1_2 += w.y * in_3_2.y;
            sum_2_0_1 += w.z * in_2_1.z;
            sum_2_0_2 += w.z * in_2_2.z;
            sum_2_1_1 += w.z * in_3_1.z;
            sum_2_1_2 += w.z * in_3_2.z;
            sum_2_0_1 += w.w * in_2_1.w;
            sum_2_0_2 += w.w * in_2_2.w;
            sum_2_1_1 += w.w * in_3_1.w;
            sum_2_1_2 += w.w * in_3_2.w;
        }
        {
            let w = vec4f(weights[packed + 25u]);
            sum_2_0_0 += w.x * in_2_1.x;
            sum_2_0_1 += w.x * in_2_2.x;
            sum_2_0_2 += w.x * in_2_3.x;
            sum_2_1_0 += w.x * in_3_1.x;
            sum_2_1_1 += w.x * in_3_2.x;
            sum_2_1_2 += w.x * in_3_3.x;
            sum_2_0_0 += w.y * in_2_1.y;
            sum_2_0_1 += w.y * in_2_2.y;
            sum_2_0_2 += w.y * in_2_3.y;
            sum_2_1_0 += w.y * in_3_1.y;
            sum_2_1_1 += w.y * in_3_2.y;
            sum_2_1_2 += w.y * in_3_3.y;
            sum_2_0_0 += w.z * in_2_1.z;
            sum_2_0_1 += w.z * in_2_2.z;
            sum_2_0_2 += w.z * in_2_3.z;
            sum_2_1_0 += w.z * in_3_1.z;
            sum_2_1_1 += w.z * in_3_2.z;
            sum_2_1_2 += w.z * in_3_3.z;
            sum_2_0_0 += w.w * in_2_1.w;
            sum_2_0_1 += w.w * in_2_2.w;
            sum_2_0_2 += w.w * in_2_3.w;
            sum_2_1_0 += w.w * in_3_1.w;
            sum_2_1_1 += w.w * in_3_2.w;
            sum_2_1_2 += w.w * in_3_3.w;
        }
        {
            let w = vec4f(weights[packed + 26u]);
            sum_2_0_0 += w.x * in_2_2.x;
            sum_2_0_1 += w.x * in_2_3.x;
            sum_2_1_0 += w.x * in_3_2.x;
            sum_2_1_1 += w.x * in_3_3.x;
            sum_2_0_0 += w.y * in_2_2.y;
            sum_2_0_1 += w.y * in_2_3.y;
            sum_2_1_0 += w.y * in_3_2.y;
            sum_2_1_1 += w.y * in_3_3.y;
            sum_2_0_0 += w.z * in_2_2.z;
            sum_2_0_1 += w.z * in_2_3.z;
            sum_2_1_0 += w.z * in_3_2.z;
            sum_2_1_1 += w.z * in_3_3.z;
            sum_2_0_0 += w.w * in_2_2.w;
            sum_2_0_1 += w.w * in_2_3.w;
            sum_2_1_0 += w.w * in_3_2.w;
            sum_2_1_1 += w.w * in_3_3.w;
        }
        {
            let w = vec4f(weights[packed + 27u]);
            sum_3_1_1 += w.x * in_1_1.x;
            sum_3_1_2 += w.x * in_1_2.x;
            sum_3_2_1 += w.x * in_2_1.x;
            sum_3_2_2 += w.x * in_2_2.x;
            sum_3_1_1 += w.y * in_1_1.y;
            sum_3_1_2 += w.y * in_1_2.y;
            sum_3_2_1 += w.y * in_2_1.y;
            sum_3_2_2 += w.y * in_2_2.y;
            sum_3_1_1 += w.z * in_1_1.z;
            sum_3_1_2 += w.z * in_1_2.z;
            sum_3_2_1 += w.z * in_2_1.z;
            sum_3_2_2 += w.z * in_2_2.z;
            sum_3_1_1 += w.w * in_1_1.w;
            sum_3_1_2 += w.w * in_1_2.w;
            sum_3_2_1 += w.w * in_2_1.w;
            sum_3_2_2 += w.w * in_2_2.w;
        }
        {
            let w = vec4f(weights[packed + 28u]);
            sum_3_1_0 += w.x * in_1_1.x;
            sum_3_1_1 += w.x * in_1_2.x;
            sum_3_1_2 += w.x * in_1_3.x;
            sum_3_2_0 += w.x * in_2_1.x;
            sum_3_2_1 += w.x * in_2_2.x;
            sum_3_2_2 += w.x * in_2_3.x;
            sum_3_1_0 += w.y * in_1_1.y;
            sum_3_1_1 += w.y * in_1_2.y;
            sum_3_1_2 += w.y * in_1_3.y;
            sum_3_2_0 += w.y * in_2_1.y;
            sum_3_2_1 += w.y * in_2_2.y;
            sum_3_2_2 += w.y * in_2_3.y;
            sum_3_1_0 += w.z * in_1_1.z;
            sum_3_1_1 += w.z * in_1_2.z;
            sum_3_1_2 += w.z * in_1_3.z;
            sum_3_2_0 += w.z * in_2_1.z;
            sum_3_2_1 += w.z * in_2_2.z;
            sum_3_2_2 += w.z * in_2_3.z;
            sum_3_1_0 += w.w * in_1_1.w;
            sum_3_1_1 += w.w * in_1_2.w;
            sum_3_1_2 += w.w * in_1_3.w;
            sum_3_2_0 += w.w * in_2_1.w;
            sum_3_2_1 += w.w * in_2_2.w;
            sum_3_2_2 += w.w * in_2_3.w;
        }
        {
            let w = vec4f(weights[packed + 29u]);
            sum_3_1_0 += w.x * in_1_2.x;
            sum_3_1_1 += w.x * in_1_3.x;
            sum_3_2_0 += w.x * in_2_2.x;
            sum_3_2_1 += w.x * in_2_3.x;
            sum_3_1_0 += w.y * in_1_2.y;
            sum_3_1_1 += w.y * in_1_3.y;
            sum_3_2_0 += w.y * in_2_2.y;
            sum_3_2_1 += w.y * in_2_3.y;
            sum_3_1_0 += w.z * in_1_2.z;
            sum_3_1_1 += w.z * in_1_3.z;
            sum_3_2_0 += w.z * in_2_2.z;
            sum_3_2_1 += w.z * in_2_3.z;
            sum_3_1_0 += w.w * in_1_2.w;
            sum_3_1_1 += w.w * in_1_3.w;
            sum_3_2_0 += w.w * in_2_2.w;
            sum_3_2_1 += w.w * in_2_3.w;
        }
        {
            let w = vec4f(weights[packed + 30u]);
            sum_3_0_1 += w.x * in_1_1.x;
            sum_3_0_2 += w.x * in_1_2.x;
            sum_3_1_1 += w.x * in_2_1.x;
            sum_3_1_2 += w.x * in_2_2.x;
            sum_3_2_1 += w.x * in_3_1.x;
            sum_3_2_2 += w.x * in_3_2.x;
            sum_3_0_1 += w.y * in_1_1.y;
            sum_3_0_2 += w.y * in_1_2.y;
            sum_3_1_1 += w.y * in_2_1.y;
            sum_3_1_2 += w.y * in_2_2.y;
            sum_3_2_1 += w.y * in_3_1.y;
            sum_3_2_2 += w.y * in_3_2.y;
            sum_3_0_1 += w.z * in_1_1.z;
            sum_3_0_2 += w.z * in_1_2.z;
            sum_3_1_1 += w.z * in_2_1.z;
            sum_3_1_2 += w.z * in_2_2.z;
            sum_3_2_1 += w.z * in_3_1.z;
            sum_3_2_2 += w.z * in_3_2.z;
            sum_3_0_1 += w.w * in_1_1.w;
            sum_3_0_2 += w.w * in_1_2.w;
            sum_3_1_1 += w.w * in_2_1.w;
            sum_3_1_2 += w.w * in_2_2.w;
            sum_3_2_1 += w.w * in_3_1.w;
            sum_3_2_2 += w.w * in_3_2.w;
        }
        {
            let w = vec4f(weights[packed + 31u]);
            sum_3_0_0 += w.x * in_1_1.x;
            sum_3_0_1 += w.x * in_1_2.x;
            sum_3_0_2 += w.x * in_1_3.x;
            sum_3_1_0 += w.x * in_2_1.x;
            sum_3_1_1 += w.x * in_2_2.x;
            sum_3_1_2 += w.x * in_2_3.x;
            sum_3_2_0 += w.x * in_3_1.x;
            sum_3_2_1 += w.x * in_3_2.x;
            sum_3_2_2 += w.x * in_3_3.x;
            sum_3_0_0 += w.y * in_1_1.y;
            sum_3_0_1 += w.y * in_1_2.y;
            sum_3_0_2 += w.y * in_1_3.y;
            sum_3_1_0 += w.y * in_2_1.y;
            sum_3_1_1 += w.y * in_2_2.y;
            sum_3_1_2 += w.y * in_2_3.y;
            sum_3_2_0 += w.y * in_3_1.y;
            sum_3_2_1 += w.y * in_3_2.y;
            sum_3_2_2 += w.y * in_3_3.y;
            sum_3_0_0 += w.z * in_1_1.z;
            sum_3_0_1 += w.z * in_1_2.z;
            sum_3_0_2 += w.z * in_1_3.z;
            sum_3_1_0 += w.z * in_2_1.z;
            sum_3_1_1 += w.z * in_2_2.z;
            sum_3_1_2 += w.z * in_2_3.z;
            sum_3_2_0 += w.z * in_3_1.z;
            sum_3_2_1 += w.z * in_3_2.z;
            sum_3_2_2 += w.z * in_3_3.z;
            sum_3_0_0 += w.w * in_1_1.w;
            sum_3_0_1 += w.w * in_1_2.w;
            sum_3_0_2 += w.w * in_1_3.w;
            sum_3_1_0 += w.w * in_2_1.w;
            sum_3_1_1 += w.w * in_2_2.w;
            sum_3_1_2 += w.w * in_2_3.w;
            sum_3_2_0 += w.w * in_3_1.w;
            sum_3_2_1 += w.w * in_3_2.w;
            sum_3_2_2 += w.w * in_3_3.w;
        }
        {
            let w = vec4f(weights[packed + 32u]);
            sum_3_0_0 += w.x * in_1_2.x;
            sum_3_0_1 += w.x * in_1_3.x;
            sum_3_1_0 += w.x * in_2_2.x;
            sum_3_1_1 += w.x * in_2_3.x;
            sum_3_2_0 += w.x * in_3_2.x;
            sum_3_2_1 += w.x * in_3_3.x;
            sum_3_0_0 += w.y * in_1_2.y;
            sum_3_0_1 += w.y * in_1_3.y;
            sum_3_1_0 += w.y * in_2_2.y;
            sum_3_1_1 += w.y * in_2_3.y;
            sum_3_2_0 += w.y * in_3_2.y;
            sum_3_2_1 += w.y * in_3_3.y;
            sum_3_0_0 += w.z * in_1_2.z;
            sum_3_0_1 += w.z * in_1_3.z;
            sum_3_1_0 += w.z * in_2_2.z;
            sum_3_1_1 += w.z * in_2_3.z;
            sum_3_2_0 += w.z * in_3_2.z;
            sum_3_2_1 += w.z * in_3_3.z;
            sum_3_0_0 += w.w * in_1_2.w;
            sum_3_0_1 += w.w * in_1_3.w;
            sum_3_1_0 += w.w * in_2_2.w;
            sum_3_1_1 += w.w * in_2_3.w;
            sum_3_2_0 += w.w * in_3_2.w;
            sum_3_2_1 += w.w * in_3_3.w;
        }
        {
            let w = vec4f(weights[packed + 33u]);
            sum_3_0_1 += w.x * in_2_1.x;
            sum_3_0_2 += w.x * in_2_2.x;
            sum_3_1_1 += w.x * in_3_1.x;
            sum_3_1_2 += w.x * in_3_2.x;
            sum_3_0_1 += w.y * in_2_1.y;
            sum_3_0_2 += w.y * in_2_2.y;
            sum_3_1_1 += w.y * in_3_1.y;
            sum_3_1_2 += w.y * in_3_2.y;
            sum_3_0_1 += w.z * in_2_1.z;
            sum_3_0_2 += w.z * in_2_2.z;
            sum_3_1_1 += w.z * in_3_1.z;
            sum_3_1_2 += w.z * in_3_2.z;
            sum_3_0_1 += w.w * in_2_1.w;
            sum_3_0_2 += w.w * in_2_2.w;
            sum_3_1_1 += w.w * in_3_1.w;
            sum_3_1_2 += w.w * in_3_2.w;
        }
        {
            let w = vec4f(weights[packed + 34u]);
            sum_3_0_0 += w.x * in_2_1.x;
            sum_3_0_1 += w.x * in_2_2.x;
            sum_3_0_2 += w.x * in_2_3.x;
            sum_3_1_0 += w.x * in_3_1.x;
            sum_3_1_1 += w.x * in_3_2.x;
            sum_3_1_2 += w.x * in_3_3.x;
            sum_3_0_0 += w.y * in_2_1.y;
            sum_3_0_1 += w.y * in_2_2.y;
            sum_3_0_2 += w.y * in_2_3.y;
            sum_3_1_0 += w.y * in_3_1.y;
            sum_3_1_1 += w.y * in_3_2.y;
            sum_3_1_2 += w.y * in_3_3.y;
            sum_3_0_0 += w.z * in_2_1.z;
            sum_3_0_1 += w.z * in_2_2.z;
            sum_3_0_2 += w.z * in_2_3.z;
            sum_3_1_0 += w.z * in_3_1.z;
            sum_3_1_1 += w.z * in_3_2.z;
            sum_3_1_2 += w.z * in_3_3.z;
            sum_3_0_0 += w.w * in_2_1.w;
            sum_3_0_1 += w.w * in_2_2.w;
            sum_3_0_2 += w.w * in_2_3.w;
            sum_3_1_0 += w.w * in_3_1.w;
            sum_3_1_1 += w.w * in_3_2.w;
            sum_3_1_2 += w.w * in_3_3.w;
        }
        {
            let w = vec4f(weights[packed + 35u]);
            sum_3_0_0 += w.x * in_2_2.x;
            sum_3_0_1 += w.x * in_2_3.x;
            sum_3_1_0 += w.x * in_3_2.x;
            sum_3_1_1 += w.x * in_3_3.x;
            sum_3_0_0 += w.y * in_2_2.y;
            sum_3_0_1 += w.y * in_2_3.y;
            sum_3_1_0 += w.y * in_3_2.y;
            sum_3_1_1 += w.y * in_3_3.y;
            sum_3_0_0 += w.z * in_2_2.z;
            sum_3_0_1 += w.z * in_2_3.z;
            sum_3_1_0 += w.z * in_3_2.z;
            sum_3_1_1 += w.z * in_3_3.z;
            sum_3_0_0 += w.w * in_2_2.w;
            sum_3_0_1 += w.w * in_2_3.w;
            sum_3_1_0 += w.w * in_3_2.w;
            sum_3_1_1 += w.w * in_3_3.w;
        }
    }
    {
        let q = first_quad + 0u;
        if (n < current.batch) {
            let image = (n * QUADS + q) * (HEIGHT * WIDTH);
            {
                let at = (image + (y0 + 0u) * WIDTH + x0);
                {
                    let place = at;
                    var y_0 = vec4f(sum_0_0_0, sum_1_0_0, sum_2_0_0, sum_3_0_0);
                    destination[place] = Stored(y_0);
                }
                {
                    let place = at + 1u;
                    var y_0 = vec4f(sum_0_0_1, sum_1_0_1, sum_2_0_1, sum_3_0_1);
                    destination[place] = Stored(y_0);
                }
                {
                    let place = at + 2u;
                    var y_0 = vec4f(sum_0_0_2, sum_1_0_2, sum_2_0_2, sum_3_0_2);
                    destination[place] = Stored(y_0);
                }
            }
            {
                let at = (image + (y0 + 1u) * WIDTH + x0);
                {
                    let place = at;
                    var y_0 = vec4f(sum_0_1_0, sum_1_1_0, sum_2_1_0, sum_3_1_0);
                    destination[place] = Stored(y_0);
                }
                {
                    let place = at + 1u;
                    var y_0 = vec4f(sum_0_1_1, sum_1_1_1, sum_2_1_1, sum_3_1_1);
                    destination[place] = Stored(y_0);
                }
                {
                    let place = at + 2u;
                    var y_0 = vec4f(sum_0_1_2, sum_1_1_2, sum_2_1_2, sum_3_1_2);
                    destination[place] = Stored(y_0);
                }
            }
            {
                let at = (image + (y0 + 2u) * WIDTH + x0);
                {
                    let place = at;
                    var y_0 = vec4f(sum_0_2_0, sum_1_2_0, sum_2_2_0, sum_3_2_0);
                    destination[place] = Stored(y_0);
                }
                {
                    let place = at + 1u;
                    var y_0 = vec4f(sum_0_2_1, sum_1_2_1, sum_2_2_1, sum_3_2_1);
                    destination[place] = Stored(y_0);
                }
                {
                    let place = at + 2u;
                    var y_0 = vec4f(sum_0_2_2, sum_1_2_2, sum_2_2_2, sum_3_2_2);
                    destination[place] = Stored(y_0);
                }
            }
        }
    }
}

fn entering(x: vec4f, norm: Normalization) -> vec4f {
    return normalised(x, norm);
}
