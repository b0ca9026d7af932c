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
// weights      [groups, QS, 144] Stored, see pack_weights.wgsl
// destination  [N, QD, HD, WD] Stored
//
// A thread computes a tile, 4 quads of channels × 2 rows × 4 columns, and keeps it in registers. Which
// row and column of the source each tap of each pixel reads is worked out on the host, so that all that
// follows is written out: with a stride the gradient of the input touches only every S-th tap, and
// those are the only ones in this text.
//
// Registers: in_R_C source row R, column C of the tile's patch; sum_O_R_P channel O, row R, and pixel P or, by
// Winograd's method, product P.
//
// Each of four lanes holds the weights of one of the four quads, and they hand them around: lane L counts the quads
// from its own, its k-th is quad k ^ L.

const SOURCE_QUADS = 2u;
const SOURCE_HEIGHT = 2;
const SOURCE_WIDTH = 8;
/// Elements of a row.
const SOURCE_STRIDE = 8u;
const QUADS = 4u;
const HEIGHT = 2u;
const WIDTH = 8u;
const QUAD_GROUPS = 1u;
const TILES_X = 2u;
const TILES_Y = 1u;
const LANES = 4u;
/// Pixels whose ReLU signs share a word, four bits each.
const SIGNS = 8u;

@group(0) @binding(1) var<storage, read> source: array<Stored>;
@group(0) @binding(2) var<storage, read> weights: array<Stored>;
@group(0) @binding(3) var<storage, read_write> destination: array<Stored>;
@group(0) @binding(4) var<storage, read> normalization: array<vec4f>;
@group(0) @binding(5) var<storage, read> norm_input: array<Stored>;
@group(0) @binding(6) var<storage, read_write> partial_sums: array<GradSums>;
@group(0) @binding(7) var<storage, read> positive: array<u32>;

var<workgroup> lane_sums: array<GradSums, 64>;

/// destination = source ∗ weights, zero where the ReLU was; partial_sums[group, q] = (Σ g, Σ g·x̂).
@compute @workgroup_size(64)
fn conv(
    @builtin(workgroup_id) group: vec3u,
    @builtin(num_workgroups) groups: vec3u,
    @builtin(subgroup_id) subgroup: u32,
    @builtin(subgroup_invocation_id) subgroup_lane: u32,
) {
    let lane = subgroup * LANES + subgroup_lane;
    let index = group_index(group, groups);
    let first_quad = index % QUAD_GROUPS * 4u;
    let first_tile = index / QUAD_GROUPS * 64u;
    let tile = first_tile + lane;
    let tile_x = tile % TILES_X;
    let tile_y = tile / TILES_X % TILES_Y;
    let n = tile / (TILES_X * TILES_Y);
    // Lanes beyond the batch go on with its last sample, as others may want what they load.
    let sample = min(n, current.batch - 1u);
    let x0 = tile_x * 4u;
    let y0 = tile_y * 2u;
    let column = i32(x0) - 0;
    let row = i32(y0) - 0;
    let x_0 = u32(column + 0);
    let x_1 = u32(column + 1);
    let x_2 = u32(column + 2);
    let x_3 = u32(column + 3);
    let y_1 = u32(row + 0) * SOURCE_STRIDE;
    let y_2 = u32(row + 1) * SOURCE_STRIDE;
    var sum_0_0_0 = 0.0;
    var sum_0_0_1 = 0.0;
    var sum_0_0_2 = 0.0;
    var sum_0_0_3 = 0.0;
    var sum_0_0_4 = 0.0;
    var sum_0_0_5 = 0.0;
    var sum_0_1_0 = 0.0;
    var sum_0_1_1 = 0.0;
    var sum_0_1_2 = 0.0;
    var sum_0_1_3 = 0.0;
    var sum_0_1_4 = 0.0;
    var sum_0_1_5 = 0.0;
    var sum_1_0_0 = 0.0;
    var sum_1_0_1 = 0.0;
    var sum_1_0_2 = 0.0;
    var sum_1_0_3 = 0.0;
    var sum_1_0_4 = 0.0;
    var sum_1_0_5 = 0.0;
    var sum_1_1_0 = 0.0;
    var sum_1_1_1 = 0.0;
    var sum_1_1_2 = 0.0;
    var sum_1_1_3 = 0.0;
    var sum_1_1_4 = 0.0;
    var sum_1_1_5 = 0.0;
    var sum_2_0_0 = 0.0;
    var sum_2_0_1 = 0.0;
    var sum_2_0_2 = 0.0;
    var sum_2_0_3 = 0.0;
    var sum_2_0_4 = 0.0;
    var sum_2_0_5 = 0.0;
    var sum_2_1_0 = 0.0;
    var sum_2_1_1 = 0.0;
    var sum_2_1_2 = 0.0;
    var sum_2_1_3 = 0.0;
    var sum_2_1_4 = 0.0;
    var sum_2_1_5 = 0.0;
    var sum_3_0_0 = 0.0;
    var sum_3_0_1 = 0.0;
    var sum_3_0_2 = 0.0;
    var sum_3_0_3 = 0.0;
    var sum_3_0_4 = 0.0;
    var sum_3_0_5 = 0.0;
    var sum_3_1_0 = 0.0;
    var sum_3_1_1 = 0.0;
    var sum_3_1_2 = 0.0;
    var sum_3_1_3 = 0.0;
    var sum_3_1_4 = 0.0;
    var sum_3_1_5 = 0.0;
    var sum_4_0_0 = 0.0;
    var sum_4_0_1 = 0.0;
    var sum_4_0_2 = 0.0;
    var sum_4_0_3 = 0.0;
    var sum_4_0_4 = 0.0;
    var sum_4_0_5 = 0.0;
    var sum_4_1_0 = 0.0;
    var sum_4_1_1 = 0.0;
    var sum_4_1_2 = 0.0;
    var sum_4_1_3 = 0.0;
    var sum_4_1_4 = 0.0;
    var sum_4_1_5 = 0.0;
    var sum_5_0_0 = 0.0;
    var sum_5_0_1 = 0.0;
    var sum_5_0_2 = 0.0;
    var sum_5_0_3 = 0.0;
    var sum_5_0_4 = 0.0;
    var sum_5_0_5 = 0.0;
    var sum_5_1_0 = 0.0;
    var sum_5_1_1 = 0.0;
    var sum_5_1_2 = 0.0;
    var sum_5_1_3 = 0.0;
    var sum_5_1_4 = 0.0;
    var sum_5_1_5 = 0.0;
    var sum_6_0_0 = 0.0;
    var sum_6_0_1 = 0.0;
    var sum_6_0_2 = 0.0;
    var sum_6_0_3 = 0.0;
    var sum_6_0_4 = 0.0;
    var sum_6_0_5 = 0.0;
    var sum_6_1_0 = 0.0;
    var sum_6_1_1 = 0.0;
    var sum_6_1_2 = 0.0;
    var sum_6_1_3 = 0.0;
    var sum_6_1_4 = 0.0;
    var sum_6_1_5 = 0.0;
    var sum_7_0_0 = 0.0;
    var sum_7_0_1 = 0.0;
    var sum_7_0_2 = 0.0;
    var sum_7_0_3 = 0.0;
    var sum_7_0_4 = 0.0;
    var sum_7_0_5 = 0.0;
    var sum_7_1_0 = 0.0;
    var sum_7_1_1 = 0.0;
    var sum_7_1_2 = 0.0;
    var sum_7_1_3 = 0.0;
    var sum_7_1_4 = 0.0;
    var sum_7_1_5 = 0.0;
    var sum_8_0_0 = 0.0;
    var sum_8_0_1 = 0.0;
    var sum_8_0_2 = 0.0;
    var sum_8_0_3 = 0.0;
    var sum_8_0_4 = 0.0;
    var sum_8_0_5 = 0.0;
    var sum_8_1_0 = 0.0;
    var sum_8_1_1 = 0.0;
    var sum_8_1_2 = 0.0;
    var sum_8_1_3 = 0.0;
    var sum_8_1_4 = 0.0;
    var sum_8_1_5 = 0.0;
    var sum_9_0_0 = 0.0;
    var sum_9_0_1 = 0.0;
    var sum_9_0_2 = 0.0;
    var sum_9_0_3 = 0.0;
    var sum_9_0_4 = 0.0;
    var sum_9_0_5 = 0.0;
    var sum_9_1_0 = 0.0;
    var sum_9_1_1 = 0.0;
    var sum_9_1_2 = 0.0;
    var sum_9_1_3 = 0.0;
    var sum_9_1_4 = 0.0;
    var sum_9_1_5 = 0.0;
    var sum_10_0_0 = 0.0;
    var sum_10_0_1 = 0.0;
    var sum_10_0_2 = 0.0;
    var sum_10_0_3 = 0.0;
    var sum_10_0_4 = 0.0;
    var sum_10_0_5 = 0.0;
    var sum_10_1_0 = 0.0;
    var sum_10_1_1 = 0.0;
    var sum_10_1_2 = 0.0;
    var sum_10_1_3 = 0.0;
    var sum_10_1_4 = 0.0;
    var sum_10_1_5 = 0.0;
    var sum_11_0_0 = 0.0;
    var sum_11_0_1 = 0.0;
    var sum_11_0_2 = 0.0;
    var sum_11_0_3 = 0.0;
    var sum_11_0_4 = 0.0;
    var sum_11_0_5 = 0.0;
    var sum_11_1_0 = 0.0;
    var sum_11_1_1 = 0.0;
    var sum_11_1_2 = 0.0;
    var sum_11_1_3 = 0.0;
    var sum_11_1_4 = 0.0;
    var sum_11_1_5 = 0.0;
    var sum_12_0_0 = 0.0;
    var sum_12_0_1 = 0.0;
    var sum_12_0_2 = 0.0;
    var sum_12_0_3 = 0.0;
    var sum_12_0_4 = 0.0;
    var sum_12_0_5 = 0.0;
    var sum_12_1_0 = 0.0;
    var sum_12_1_1 = 0.0;
    var sum_12_1_2 = 0.0;
    var sum_12_1_3 = 0.0;
    var sum_12_1_4 = 0.0;
    var sum_12_1_5 = 0.0;
    var sum_13_0_0 = 0.0;
    var sum_13_0_1 = 0.0;
    var sum_13_0_2 = 0.0;
    var sum_13_0_3 = 0.0;
    var sum_13_0_4 = 0.0;
    var sum_13_0_5 = 0.0;
    var sum_13_1_0 = 0.0;
    var sum_13_1_1 = 0.0;
    var sum_13_1_2 = 0.0;
    var sum_13_1_3 = 0.0;
    var sum_13_1_4 = 0.0;
    var sum_13_1_5 = 0.0;
    var sum_14_0_0 = 0.0;
    var sum_14_0_1 = 0.0;
    var sum_14_0_2 = 0.0;
    var sum_14_0_3 = 0.0;
    var sum_14_0_4 = 0.0;
    var sum_14_0_5 = 0.0;
    var sum_14_1_0 = 0.0;
    var sum_14_1_1 = 0.0;
    var sum_14_1_2 = 0.0;
    var sum_14_1_3 = 0.0;
    var sum_14_1_4 = 0.0;
    var sum_14_1_5 = 0.0;
    var sum_15_0_0 = 0.0;
    var sum_15_0_1 = 0.0;
    var sum_15_0_2 = 0.0;
    var sum_15_0_3 = 0.0;
    var sum_15_0_4 = 0.0;
    var sum_15_0_5 = 0.0;
    var sum_15_1_0 = 0.0;
    var sum_15_1_1 = 0.0;
    var sum_15_1_2 = 0.0;
    var sum_15_1_3 = 0.0;
    var sum_15_1_4 = 0.0;
    var sum_15_1_5 = 0.0;
    for (var c = 0u; c < SOURCE_QUADS; c++) {
        let image = (sample * SOURCE_QUADS + c) * u32(SOURCE_HEIGHT) * SOURCE_STRIDE;
        let packed = (index % QUAD_GROUPS * SOURCE_QUADS + c) * 144u;
        let loaded_0 = weights[packed + 0u + subgroup_lane];
        let w_0 = vec4f(loaded_0);
        let loaded_1 = weights[packed + 4u + subgroup_lane];
        let w_1 = vec4f(loaded_1);
        let loaded_2 = weights[packed + 8u + subgroup_lane];
        let w_2 = vec4f(loaded_2);
        let loaded_3 = weights[packed + 12u + subgroup_lane];
        let w_3 = vec4f(loaded_3);
        let loaded_4 = weights[packed + 16u + subgroup_lane];
        let w_4 = vec4f(loaded_4);
        let loaded_5 = weights[packed + 20u + subgroup_lane];
        let w_5 = vec4f(loaded_5);
        let loaded_6 = weights[packed + 24u + subgroup_lane];
        let w_6 = vec4f(loaded_6);
        let loaded_7 = weights[packed + 28u + subgroup_lane];
        let w_7 = vec4f(loaded_7);
        let loaded_8 = weights[packed + 32u + subgroup_lane];
        let w_8 = vec4f(loaded_8);
        let loaded_9 = weights[packed + 36u + subgroup_lane];
        let w_9 = vec4f(loaded_9);
        let loaded_10 = weights[packed + 40u + subgroup_lane];
        let w_10 = vec4f(loaded_10);
        let loaded_11 = weights[packed + 44u + subgroup_lane];
        let w_11 = vec4f(loaded_11);
        let loaded_12 = weights[packed + 48u + subgroup_lane];
        let w_12 = vec4f(loaded_12);
        let loaded_13 = weights[packed + 52u + subgroup_lane];
        let w_13 = vec4f(loaded_13);
        let loaded_14 = weights[packed + 56u + subgroup_lane];
        let w_14 = vec4f(loaded_14);
        let loaded_15 = weights[packed + 60u + subgroup_lane];
        let w_15 = vec4f(loaded_15);
        let loaded_16 = weights[packed + 64u + subgroup_lane];
        let w_16 = vec4f(loaded_16);
        let loaded_17 = weights[packed + 68u + subgroup_lane];
        let w_17 = vec4f(loaded_17);
        let loaded_18 = weights[packed + 72u + subgroup_lane];
        let w_18 = vec4f(loaded_18);
        let loaded_19 = weights[packed + 76u + subgroup_lane];
        let w_19 = vec4f(loaded_19);
        let loaded_20 = weights[packed + 80u + subgroup_lane];
        let w_20 = vec4f(loaded_20);
        let loaded_21 = weights[packed + 84u + subgroup_lane];
        let w_21 = vec4f(loaded_21);
        let loaded_22 = weights[packed + 88u + subgroup_lane];
        let w_22 = vec4f(loaded_22);
        let loaded_23 = weights[packed + 92u + subgroup_lane];
        let w_23 = vec4f(loaded_23);
        let loaded_24 = weights[packed + 96u + subgroup_lane];
        let w_24 = vec4f(loaded_24);
        let loaded_25 = weights[packed + 100u + subgroup_lane];
        let w_25 = vec4f(loaded_25);
        let loaded_26 = weights[packed + 104u + subgroup_lane];
        let w_26 = vec4f(loaded_26);
        let loaded_27 = weights[packed + 108u + subgroup_lane];
        let w_27 = vec4f(loaded_27);
        let loaded_28 = weights[packed + 112u + subgroup_lane];
        let w_28 = vec4f(loaded_28);
        let loaded_29 = weights[packed + 116u + subgroup_lane];
        let w_29 = vec4f(loaded_29);
        let loaded_30 = weights[packed + 120u + subgroup_lane];
        let w_30 = vec4f(loaded_30);
        let loaded_31 = weights[packed + 124u + subgroup_lane];
        let w_31 = vec4f(loaded_31);
        let loaded_32 = weights[packed + 128u + subgroup_lane];
        let w_32 = vec4f(loaded_32);
        let loaded_33 = weights[packed + 132u + subgroup_lane];
        let w_33 = vec4f(loaded_33);
        let loaded_34 = weights[packed + 136u + subgroup_lane];
        let w_34 = vec4f(loaded_34);
        let loaded_35 = weights[packed + 140u + subgroup_lane];
        let w_35 = vec4f(loaded_35);
        // G · w
        let even_0 = (-1.0 / 6.0) * (w_0 + w_2);
        let odd_0 = (-1.0 / 6.0) * w_1;
        let far_even_0 = (1.0 / 24.0) * w_0 + (1.0 / 6.0) * w_2;
        let far_odd_0 = (1.0 / 12.0) * w_1;
        let g_0_0 = 0.25 * w_0;
        let g_0_1 = even_0 + odd_0;
        let g_0_2 = even_0 - odd_0;
        let g_0_3 = far_even_0 + far_odd_0;
        let g_0_4 = far_even_0 - far_odd_0;
        let g_0_5 = w_2;
        // G · w
        let even_1 = (-1.0 / 6.0) * (w_3 + w_5);
        let odd_1 = (-1.0 / 6.0) * w_4;
        let far_even_1 = (1.0 / 24.0) * w_3 + (1.0 / 6.0) * w_5;
        let far_odd_1 = (1.0 / 12.0) * w_4;
        let g_1_0 = 0.25 * w_3;
        let g_1_1 = even_1 + odd_1;
        let g_1_2 = even_1 - odd_1;
        let g_1_3 = far_even_1 + far_odd_1;
        let g_1_4 = far_even_1 - far_odd_1;
        let g_1_5 = w_5;
        // G · w
        let even_2 = (-1.0 / 6.0) * (w_6 + w_8);
        let odd_2 = (-1.0 / 6.0) * w_7;
        let far_even_2 = (1.0 / 24.0) * w_6 + (1.0 / 6.0) * w_8;
        let far_odd_2 = (1.0 / 12.0) * w_7;
        let g_2_0 = 0.25 * w_6;
        let g_2_1 = even_2 + odd_2;
        let g_2_2 = even_2 - odd_2;
        let g_2_3 = far_even_2 + far_odd_2;
        let g_2_4 = far_even_2 - far_odd_2;
        let g_2_5 = w_8;
        // G · w
        let even_3 = (-1.0 / 6.0) * (w_9 + w_11);
        let odd_3 = (-1.0 / 6.0) * w_10;
        let far_even_3 = (1.0 / 24.0) * w_9 + (1.0 / 6.0) * w_11;
        let far_odd_3 = (1.0 / 12.0) * w_10;
        let g_3_0 = 0.25 * w_9;
        let g_3_1 = even_3 + odd_3;
        let g_3_2 = even_3 - odd_3;
        let g_3_3 = far_even_3 + far_odd_3;
        let g_3_4 = far_even_3 - far_odd_3;
        let g_3_5 = w_11;
        // G · w
        let even_4 = (-1.0 / 6.0) * (w_12 + w_14);
        let odd_4 = (-1.0 / 6.0) * w_13;
        let far_even_4 = (1.0 / 24.0) * w_12 + (1.0 / 6.0) * w_14;
        let far_odd_4 = (1.0 / 12.0) * w_13;
        let g_4_0 = 0.25 * w_12;
        let g_4_1 = even_4 + odd_4;
        let g_4_2 = even_4 - odd_4;
        let g_4_3 = far_even_4 + far_odd_4;
        let g_4_4 = far_even_4 - far_odd_4;
        let g_4_5 = w_14;
        // G · w
        let even_5 = (-1.0 / 6.0) * (w_15 + w_17);
        let odd_5 = (-1.0 / 6.0) * w_16;
        let far_even_5 = (1.0 / 24.0) * w_15 + (1.0 / 6.0) * w_17;
        let far_odd_5 = (1.0 / 12.0) * w_16;
        let g_5_0 = 0.25 * w_15;
        let g_5_1 = even_5 + odd_5;
        let g_5_2 = even_5 - odd_5;
        let g_5_3 = far_even_5 + far_odd_5;
        let g_5_4 = far_even_5 - far_odd_5;
        let g_5_5 = w_17;
        // G · w
        let even_6 = (-1.0 / 6.0) * (w_18 + w_20);
        let odd_6 = (-1.0 / 6.0) * w_19;
        let far_even_6 = (1.0 / 24.0) * w_18 + (1.0 / 6.0) * w_20;
        let far_odd_6 = (1.0 / 12.0) * w_19;
        let g_6_0 = 0.25 * w_18;
        let g_6_1 = even_6 + odd_6;
        let g_6_2 = even_6 - odd_6;
        let g_6_3 = far_even_6 + far_odd_6;
        let g_6_4 = far_even_6 - far_odd_6;
        let g_6_5 = w_20;
        // G · w
        let even_7 = (-1.0 / 6.0) * (w_21 + w_23);
        let odd_7 = (-1.0 / 6.0) * w_22;
        let far_even_7 = (1.0 / 24.0) * w_21 + (1.0 / 6.0) * w_23;
        let far_odd_7 = (1.0 / 12.0) * w_22;
        let g_7_0 = 0.25 * w_21;
        let g_7_1 = even_7 + odd_7;
        let g_7_2 = even_7 - odd_7;
        let g_7_3 = far_even_7 + far_odd_7;
        let g_7_4 = far_even_7 - far_odd_7;
        let g_7_5 = w_23;
        // G · w
        let even_8 = (-1.0 / 6.0) * (w_24 + w_26);
        let odd_8 = (-1.0 / 6.0) * w_25;
        let far_even_8 = (1.0 / 24.0) * w_24 + (1.0 / 6.0) * w_26;
        let far_odd_8 = (1.0 / 12.0) * w_25;
        let g_8_0 = 0.25 * w_24;
        let g_8_1 = even_8 + odd_8;
        let g_8_2 = even_8 - odd_8;
        let g_8_3 = far_even_8 + far_odd_8;
        let g_8_4 = far_even_8 - far_odd_8;
        let g_8_5 = w_26;
        // G · w
        let even_9 = (-1.0 / 6.0) * (w_27 + w_29);
        let odd_9 = (-1.0 / 6.0) * w_28;
        let far_even_9 = (1.0 / 24.0) * w_27 + (1.0 / 6.0) * w_29;
        let far_odd_9 = (1.0 / 12.0) * w_28;
        let g_9_0 = 0.25 * w_27;
        let g_9_1 = even_9 + odd_9;
        let g_9_2 = even_9 - odd_9;
        let g_9_3 = far_even_9 + far_odd_9;
        let g_9_4 = far_even_9 - far_odd_9;
        let g_9_5 = w_29;
        // G · w
        let even_10 = (-1.0 / 6.0) * (w_30 + w_32);
        let odd_10 = (-1.0 / 6.0) * w_31;
        let far_even_10 = (1.0 / 24.0) * w_30 + (1.0 / 6.0) * w_32;
        let far_odd_10 = (1.0 / 12.0) * w_31;
        let g_10_0 = 0.25 * w_30;
        let g_10_1 = even_10 + odd_10;
        let g_10_2 = even_10 - odd_10;
        let g_10_3 = far_even_10 + far_odd_10;
        let g_10_4 = far_even_10 - far_odd_10;
        let g_10_5 = w_32;
        // G · w
        let even_11 = (-1.0 / 6.0) * (w_33 + w_35);
        let odd_11 = (-1.0 / 6.0) * w_34;
        let far_even_11 = (1.0 / 24.0) * w_33 + (1.0 / 6.0) * w_35;
        let far_odd_11 = (1.0 / 12.0) * w_34;
        let g_11_0 = 0.25 * w_33;
        let g_11_1 = even_11 + odd_11;
        let g_11_2 = even_11 - odd_11;
        let g_11_3 = far_even_11 + far_odd_11;
        let g_11_4 = far_even_11 - far_odd_11;
        let g_11_5 = w_35;
        let loaded_1_0 = source[image + y_1 + x_0];
        let in_1_1 = vec4f(loaded_1_0);
        let loaded_1_1 = source[image + y_1 + x_1];
        let in_1_2 = vec4f(loaded_1_1);
        let loaded_1_2 = source[image + y_1 + x_2];
        let in_1_3 = vec4f(loaded_1_2);
        let loaded_1_3 = source[image + y_1 + x_3];
        let in_1_4 = vec4f(loaded_1_3);
        let from_1_0 = subgroupShuffleUp(in_1_4, 1u);
        let in_1_0 = select(from_1_0, vec4f(), tile_x == 0u);
        let from_1_5 = subgroupShuffleDown(in_1_1, 1u);
        let in_1_5 = select(from_1_5, vec4f(), tile_x == TILES_X - 1u);
        // Bᵀ · in
        let v_1_0 = 4.0 * in_1_0 - 5.0 * in_1_2 + in_1_4;
        let v_1_1 = in_1_4 + in_1_3 - 4.0 * (in_1_1 + in_1_2);
        let v_1_2 = in_1_4 - in_1_3 + 4.0 * (in_1_1 - in_1_2);
        let v_1_3 = in_1_4 - in_1_2 + 2.0 * (in_1_3 - in_1_1);
        let v_1_4 = in_1_4 - in_1_2 - 2.0 * (in_1_3 - in_1_1);
        let v_1_5 = 4.0 * in_1_1 - 5.0 * in_1_3 + in_1_5;
        let loaded_2_0 = source[image + y_2 + x_0];
        let in_2_1 = vec4f(loaded_2_0);
        let loaded_2_1 = source[image + y_2 + x_1];
        let in_2_2 = vec4f(loaded_2_1);
        let loaded_2_2 = source[image + y_2 + x_2];
        let in_2_3 = vec4f(loaded_2_2);
        let loaded_2_3 = source[image + y_2 + x_3];
        let in_2_4 = vec4f(loaded_2_3);
        let from_2_0 = subgroupShuffleUp(in_2_4, 1u);
        let in_2_0 = select(from_2_0, vec4f(), tile_x == 0u);
        let from_2_5 = subgroupShuffleDown(in_2_1, 1u);
        let in_2_5 = select(from_2_5, vec4f(), tile_x == TILES_X - 1u);
        // Bᵀ · in
        let v_2_0 = 4.0 * in_2_0 - 5.0 * in_2_2 + in_2_4;
        let v_2_1 = in_2_4 + in_2_3 - 4.0 * (in_2_1 + in_2_2);
        let v_2_2 = in_2_4 - in_2_3 + 4.0 * (in_2_1 - in_2_2);
        let v_2_3 = in_2_4 - in_2_2 + 2.0 * (in_2_3 - in_2_1);
        let v_2_4 = in_2_4 - in_2_2 - 2.0 * (in_2_3 - in_2_1);
        let v_2_5 = 4.0 * in_2_1 - 5.0 * in_2_3 + in_2_5;
        {
            let w = (g_0_0);
            sum_0_1_0 += w.x * v_1_0.x;
            sum_0_1_0 += w.y * v_1_0.y;
            sum_0_1_0 += w.z * v_1_0.z;
            sum_0_1_0 += w.w * v_1_0.w;
        }
        {
            let w = (g_1_0);
            sum_0_0_0 += w.x * v_1_0.x;
            sum_0_1_0 += w.x * v_2_0.x;
            sum_0_0_0 += w.y * v_1_0.y;
            sum_0_1_0 += w.y * v_2_0.y;
            sum_0_0_0 += w.z * v_1_0.z;
            sum_0_1_0 += w.z * v_2_0.z;
            sum_0_0_0 += w.w * v_1_0.w;
            sum_0_1_0 += w.w * v_2_0.w;
        }
        {
            let w = (g_2_0);
            sum_0_0_0 += w.x * v_2_0.x;
            sum_0_0_0 += w.y * v_2_0.y;
            sum_0_0_0 += w.z * v_2_0.z;
            sum_0_0_0 += w.w * v_2_0.w;
        }
        {
            let w = (g_3_0);
            sum_1_1_0 += w.x * v_1_0.x;
            sum_1_1_0 += w.y * v_1_0.y;
            sum_1_1_0 += w.z * v_1_0.z;
            sum_1_1_0 += w.w * v_1_0.w;
        }
        {
            let w = (g_4_0);
            sum_1_0_0 += w.x * v_1_0.x;
            sum_1_1_0 += w.x * v_2_0.x;
            sum_1_0_0 += w.y * v_1_0.y;
            sum_1_1_0 += w.y * v_2_0.y;
            sum_1_0_0 += w.z * v_1_0.z;
            sum_1_1_0 += w.z * v_2_0.z;
            sum_1_0_0 += w.w * v_1_0.w;
            sum_1_1_0 += w.w * v_2_0.w;
        }
        {
            let w = (g_5_0);
            sum_1_0_0 += w.x * v_2_0.x;
            sum_1_0_0 += w.y * v_2_0.y;
            sum_1_0_0 += w.z * v_2_0.z;
            sum_1_0_0 += w.w * v_2_0.w;
        }
        {
            let w = (g_6_0);
            sum_2_1_0 += w.x * v_1_0.x;
            sum_2_1_0 += w.y * v_1_0.y;
            sum_2_1_0 += w.z * v_1_0.z;
            sum_2_1_0 += w.w * v_1_0.w;
        }
        {
            let w = (g_7_0);
            sum_2_0_0 += w.x * v_1_0.x;
            sum_2_1_0 += w.x * v_2_0.x;
            sum_2_0_0 += w.y * v_1_0.y;
            sum_2_1_0 += w.y * v_2_0.y;
            sum_2_0_0 += w.z * v_1_0.z;
            sum_2_1_0 += w.z * v_2_0.z;
            sum_2_0_0 += w.w * v_1_0.w;
            sum_2_1_0 += w.w * v_2_0.w;
        }
        {
            let w = (g_8_0);
            sum_2_0_0 += w.x * v_2_0.x;
            sum_2_0_0 += w.y * v_2_0.y;
            sum_2_0_0 += w.z * v_2_0.z;
            sum_2_0_0 += w.w * v_2_0.w;
        }
        {
            let w = (g_9_0);
            sum_3_1_0 += w.x * v_1_0.x;
            sum_3_1_0 += w.y * v_1_0.y;
            sum_3_1_0 += w.z * v_1_0.z;
            sum_3_1_0 += w.w * v_1_0.w;
        }
        {
            let w = (g_10_0);
            sum_3_0_0 += w.x * v_1_0.x;
            sum_3_1_0 += w.x * v_2_0.x;
            sum_3_0_0 += w.y * v_1_0.y;
            sum_3_1_0 += w.y * v_2_0.y;
            sum_3_0_0 += w.z * v_1_0.z;
            sum_3_1_0 += w.z * v_2_0.z;
            sum_3_0_0 += w.w * v_1_0.w;
            sum_3_1_0 += w.w * v_2_0.w;
        }
        {
            let w = (g_11_0);
            sum_3_0_0 += w.x * v_2_0.x;
            sum_3_0_0 += w.y * v_2_0.y;
            sum_3_0_0 += w.z * v_2_0.z;
            sum_3_0_0 += w.w * v_2_0.w;
        }
        {
            let w = quadSwapX(g_0_0);
            sum_4_1_0 += w.x * v_1_0.x;
            sum_4_1_0 += w.y * v_1_0.y;
            sum_4_1_0 += w.z * v_1_0.z;
            sum_4_1_0 += w.w * v_1_0.w;
        }
        {
            let w = quadSwapX(g_1_0);
            sum_4_0_0 += w.x * v_1_0.x;
            sum_4_1_0 += w.x * v_2_0.x;
            sum_4_0_0 += w.y * v_1_0.y;
            sum_4_1_0 += w.y * v_2_0.y;
            sum_4_0_0 += w.z * v_1_0.z;
            sum_4_1_0 += w.z * v_2_0.z;
            sum_4_0_0 += w.w * v_1_0.w;
            sum_4_1_0 += w.w * v_2_0.w;
        }
        {
            let w = quadSwapX(g_2_0);
            sum_4_0_0 += w.x * v_2_0.x;
            sum_4_0_0 += w.y * v_2_0.y;
            sum_4_0_0 += w.z * v_2_0.z;
            sum_4_0_0 += w.w * v_2_0.w;
        }
        {
            let w = quadSwapX(g_3_0);
            sum_5_1_0 += w.x * v_1_0.x;
            sum_5_1_0 += w.y * v_1_0.y;
            sum_5_1_0 += w.z * v_1_0.z;
            sum_5_1_0 += w.w * v_1_0.w;
        }
        {
            let w = quadSwapX(g_4_0);
            sum_5_0_0 += w.x * v_1_0.x;
            sum_5_1_0 += w.x * v_2_0.x;
            sum_5_0_0 += w.y * v_1_0.y;
            sum_5_1_0 += w.y * v_2_0.y;
            sum_5_0_0 += w.z * v_1_0.z;
            sum_5_1_0 += w.z * v_2_0.z;
            sum_5_0_0 += w.w * v_1_0.w;
            sum_5_1_0 += w.w * v_2_0.w;
        }
        {
            let w = quadSwapX(g_5_0);
            sum_5_0_0 += w.x * v_2_0.x;
            sum_5_0_0 += w.y * v_2_0.y;
            sum_5_0_0 += w.z * v_2_0.z;
            sum_5_0_0 += w.w * v_2_0.w;
        }
        {
            let w = quadSwapX(g_6_0);
            sum_6_1_0 += w.x * v_1_0.x;
            sum_6_1_0 += w.y * v_1_0.y;
            sum_6_1_0 += w.z * v_1_0.z;
            sum_6_1_0 += w.w * v_1_0.w;
        }
        {
            let w = quadSwapX(g_7_0);
            sum_6_0_0 += w.x * v_1_0.x;
            sum_6_1_0 += w.x * v_2_0.x;
            sum_6_0_0 += w.y * v_1_0.y;
            sum_6_1_0 += w.y * v_2_0.y;
            sum_6_0_0 += w.z * v_1_0.z;
            sum_6_1_0 += w.z * v_2_0.z;
            sum_6_0_0 += w.w * v_1_0.w;
            sum_6_1_0 += w.w * v_2_0.w;
        }
        {
            let w = quadSwapX(g_8_0);
            sum_6_0_0 += w.x * v_2_0.x;
            sum_6_0_0 += w.y * v_2_0.y;
            sum_6_0_0 += w.z * v_2_0.z;
            sum_6_0_0 += w.w * v_2_0.w;
        }
        {
            let w = quadSwapX(g_9_0);
            sum_7_1_0 += w.x * v_1_0.x;
            sum_7_1_0 += w.y * v_1_0.y;
            sum_7_1_0 += w.z * v_1_0.z;
            sum_7_1_0 += w.w * v_1_0.w;
        }
        {
            let w = quadSwapX(g_10_0);
            sum_7_0_0 += w.x * v_1_0.x;
            sum_7_1_0 += w.x * v_2_0.x;
            sum_7_0_0 += w.y * v_1_0.y;
            sum_7_1_0 += w.y * v_2_0.y;
            sum_7_0_0 += w.z * v_1_0.z;
            sum_7_1_0 += w.z * v_2_0.z;
            sum_7_0_0 += w.w * v_1_0.w;
            sum_7_1_0 += w.w * v_2_0.w;
        }
        {
            let w = quadSwapX(g_11_0);
            sum_7_0_0 += w.x * v_2_0.x;
            sum_7_0_0 += w.y * v_2_0.y;
            sum_7_0_0 += w.z * v_2_0.z;
            sum_7_0_0 += w.w * v_2_0.w;
        }
        {
            let w = quadSwapY(g_0_0);
            sum_8_1_0 += w.x * v_1_0.x;
            sum_8_1_0 += w.y * v_1_0.y;
            sum_8_1_0 += w.z * v_1_0.z;
            sum_8_1_0 += w.w * v_1_0.w;
        }
        {
            let w = quadSwapY(g_1_0);
            sum_8_0_0 += w.x * v_1_0.x;
            sum_8_1_0 += w.x * v_2_0.x;
            sum_8_0_0 += w.y * v_1_0.y;
            sum_8_1_0 += w.y * v_2_0.y;
            sum_8_0_0 += w.z * v_1_0.z;
            sum_8_1_0 += w.z * v_2_0.z;
            sum_8_0_0 += w.w * v_1_0.w;
            sum_8_1_0 += w.w * v_2_0.w;
        }
        {
            let w = quadSwapY(g_2_0);
            sum_8_0_0 += w.x * v_2_0.x;
            sum_8_0_0 += w.y * v_2_0.y;
            sum_8_0_0 += w.z * v_2_0.z;
            sum_8_0_0 += w.w * v_2_0.w;
        }
        {
            let w = quadSwapY(g_3_0);
            sum_9_1_0 += w.x * v_1_0.x;
            sum_9_1_0 += w.y * v_1_0.y;
            sum_9_1_0 += w.z * v_1_0.z;
            sum_9_1_0 += w.w * v_1_0.w;
        }
        {
            let w = quadSwapY(g_4_0);
            sum_9_0_0 += w.x * v_1_0.x;
            sum_9_1_0 += w.x * v_2_0.x;
            sum_9_0_0 += w.y * v_1_0.y;
            sum_9_1_0 += w.y * v_2_0.y;
            sum_9_0_0 += w.z * v_1_0.z;
            sum_9_1_0 += w.z * v_2_0.z;
            sum_9_0_0 += w.w * v_1_0.w;
            sum_9_1_0 += w.w * v_2_0.w;
        }
        {
            let w = quadSwapY(g_5_0);
            sum_9_0_0 += w.x * v_2_0.x;
            sum_9_0_0 += w.y * v_2_0.y;
            sum_9_0_0 += w.z * v_2_0.z;
            sum_9_0_0 += w.w * v_2_0.w;
        }
        {
            let w = quadSwapY(g_6_0);
            sum_10_1_0 += w.x * v_1_0.x;
            sum_10_1_0 += w.y * v_1_0.y;
            sum_10_1_0 += w.z * v_1_0.z;
            sum_10_1_0 += w.w * v_1_0.w;
        }
        {
            let w = quadSwapY(g_7_0);
            sum_10_0_0 += w.x * v_1_0.x;
            sum_10_1_0 += w.x * v_2_0.x;
            sum_10_0_0 += w.y * v_1_0.y;
            sum_10_1_0 += w.y * v_2_0.y;
            sum_10_0_0 += w.z * v_1_0.z;
            sum_10_1_0 += w.z * v_2_0.z;
            sum_10_0_0 += w.w * v_1_0.w;
            sum_10_1_0 += w.w * v_2_0.w;
        }
        {
            let w = quadSwapY(g_8_0);
            sum_10_0_0 += w.x * v_2_0.x;
            sum_10_0_0 += w.y * v_2_0.y;
            sum_10_0_0 += w.z * v_2_0.z;
            sum_10_0_0 += w.w * v_2_0.w;
        }
        {
            let w = quadSwapY(g_9_0);
            sum_11_1_0 += w.x * v_1_0.x;
            sum_11_1_0 += w.y * v_1_0.y;
            sum_11_1_0 += w.z * v_1_0.z;
            sum_11_1_0 += w.w * v_1_0.w;
        }
        {
            let w = quadSwapY(g_10_0);
            sum_11_0_0 += w.x * v_1_0.x;
            sum_11_1_0 += w.x * v_2_0.x;
            sum_11_0_0 += w.y * v_1_0.y;
            sum_11_1_0 += w.y * v_2_0.y;
            sum_11_0_0 += w.z * v_1_0.z;
            sum_11_1_0 += w.z * v_2_0.z;
            sum_11_0_0 += w.w * v_1_0.w;
            sum_11_1_0 += w.w * v_2_0.w;
        }
        {
            let w = quadSwapY(g_11_0);
            sum_11_0_0 += w.x * v_2_0.x;
            sum_11_0_0 += w.y * v_2_0.y;
            sum_11_0_0 += w.z * v_2_0.z;
            sum_11_0_0 += w.w * v_2_0.w;
        }
        {
            let w = quadSwapDiagonal(g_0_0);
            sum_12_1_0 += w.x * v_1_0.x;
            sum_12_1_0 += w.y * v_1_0.y;
            sum_12_1_0 += w.z * v_1_0.z;
            sum_12_1_0 += w.w * v_1_0.w;
        }
        {
            let w = quadSwapDiagonal(g_1_0);
            sum_12_0_0 += w.x * v_1_0.x;
            sum_12_1_0 += w.x * v_2_0.x;
            sum_12_0_0 += w.y * v_1_0.y;
            sum_12_1_0 += w.y * v_2_0.y;
            sum_12_0_0 += w.z * v_1_0.z;
            sum_12_1_0 += w.z * v_2_0.z;
            sum_12_0_0 += w.w * v_1_0.w;
            sum_12_1_0 += w.w * v_2_0.w;
        }
        {
            let w = quadSwapDiagonal(g_2_0);
            sum_12_0_0 += w.x * v_2_0.x;
            sum_12_0_0 += w.y * v_2_0.y;
            sum_12_0_0 += w.z * v_2_0.z;
            sum_12_0_0 += w.w * v_2_0.w;
        }
        {
            let w = quadSwapDiagonal(g_3_0);
            sum_13_1_0 += w.x * v_1_0.x;
            sum_13_1_0 += w.y * v_1_0.y;
            sum_13_1_0 += w.z * v_1_0.z;
            sum_13_1_0 += w.w * v_1_0.w;
        }
        {
            let w = quadSwapDiagonal(g_4_0);
            sum_13_0_0 += w.x * v_1_0.x;
            sum_13_1_0 += w.x * v_2_0.x;
            sum_13_0_0 += w.y * v_1_0.y;
            sum_13_1_0 += w.y * v_2_0.y;
            sum_13_0_0 += w.z * v_1_0.z;
            sum_13_1_0 += w.z * v_2_0.z;
            sum_13_0_0 += w.w * v_1_0.w;
            sum_13_1_0 += w.w * v_2_0.w;
        }
        {
            let w = quadSwapDiagonal(g_5_0);
            sum_13_0_0 += w.x * v_2_0.x;
            sum_13_0_0 += w.y * v_2_0.y;
            sum_13_0_0 += w.z * v_2_0.z;
            sum_13_0_0 += w.w * v_2_0.w;
        }
        {
            let w = quadSwapDiagonal(g_6_0);
            sum_14_1_0 += w.x * v_1_0.x;
            sum_14_1_0 += w.y * v_1_0.y;
            sum_14_1_0 += w.z * v_1_0.z;
            sum_14_1_0 += w.w * v_1_0.w;
        }
        {
            let w = quadSwapDiagonal(g_7_0);
            sum_14_0_0 += w.x * v_1_0.x;
            sum_14_1_0 += w.x * v_2_0.x;
            sum_14_0_0 += w.y * v_1_0.y;
            sum_14_1_0 += w.y * v_2_0.y;
            sum_14_0_0 += w.z * v_1_0.z;
            sum_14_1_0 += w.z * v_2_0.z;
            sum_14_0_0 += w.w * v_1_0.w;
            sum_14_1_0 += w.w * v_2_0.w;
        }
        {
            let w = quadSwapDiagonal(g_8_0);
            sum_14_0_0 += w.x * v_2_0.x;
            sum_14_0_0 += w.y * v_2_0.y;
            sum_14_0_0 += w.z * v_2_0.z;
            sum_14_0_0 += w.w * v_2_0.w;
        }
        {
            let w = quadSwapDiagonal(g_9_0);
            sum_15_1_0 += w.x * v_1_0.x;
            sum_15_1_0 += w.y * v_1_0.y;
            sum_15_1_0 += w.z * v_1_0.z;
            sum_15_1_0 += w.w * v_1_0.w;
        }
        {
            let w = quadSwapDiagonal(g_10_0);
            sum_15_0_0 += w.x * v_1_0.x;
            sum_15_1_0 += w.x * v_2_0.x;
            sum_15_0_0 += w.y * v_1_0.y;
            sum_15_1_0 += w.y * v_2_0.y;
            sum_15_0_0 += w.z * v_1_0.z;
            sum_15_1_0 += w.z * v_2_0.z;
            sum_15_0_0 += w.w * v_1_0.w;
            sum_15_1_0 += w.w * v_2_0.w;
        }
        {
            let w = quadSwapDiagonal(g_11_0);
            sum_15_0_0 += w.x * v_2_0.x;
            sum_15_0_0 += w.y * v_2_0.y;
            sum_15_0_0 += w.z * v_2_0.z;
            sum_15_0_0 += w.w * v_2_0.w;
        }
        {
            let w = (g_0_1);
            sum_0_1_1 += w.x * v_1_1.x;
            sum_0_1_1 += w.y * v_1_1.y;
            sum_0_1_1 += w.z * v_1_1.z;
            sum_0_1_1 += w.w * v_1_1.w;
        }
        {
            let w = (g_1_1);
            sum_0_0_1 += w.x * v_1_1.x;
            sum_0_1_1 += w.x * v_2_1.x;
            sum_0_0_1 += w.y * v_1_1.y;
            sum_0_1_1 += w.y * v_2_1.y;
            sum_0_0_1 += w.z * v_1_1.z;
            sum_0_1_1 += w.z * v_2_1.z;
            sum_0_0_1 += w.w * v_1_1.w;
            sum_0_1_1 += w.w * v_2_1.w;
        }
        {
            let w = (g_2_1);
            sum_0_0_1 += w.x * v_2_1.x;
            sum_0_0_1 += w.y * v_2_1.y;
            sum_0_0_1 += w.z * v_2_1.z;
            sum_0_0_1 += w.w * v_2_1.w;
        }
        {
            let w = (g_3_1);
            sum_1_1_1 += w.x * v_1_1.x;
            sum_1_1_1 += w.y * v_1_1.y;
            sum_1_1_1 += w.z * v_1_1.z;
            sum_1_1_1 += w.w * v_1_1.w;
        }
        {
            let w = (g_4_1);
            sum_1_0_1 += w.x * v_1_1.x;
            sum_1_1_1 += w.x * v_2_1.x;
            sum_1_0_1 += w.y * v_1_1.y;
            sum_1_1_1 += w.y * v_2_1.y;
            sum_1_0_1 += w.z * v_1_1.z;
            sum_1_1_1 += w.z * v_2_1.z;
            sum_1_0_1 += w.w * v_1_1.w;
            sum_1_1_1 += w.w * v_2_1.w;
        }
        {
            let w = (g_5_1);
            sum_1_0_1 += w.x * v_2_1.x;
            sum_1_0_1 += w.y * v_2_1.y;
            sum_1_0_1 += w.z * v_2_1.z;
            sum_1_0_1 += w.w * v_2_1.w;
        }
        {
            let w = (g_6_1);
            sum_2_1_1 += w.x * v_1_1.x;
            sum_2_1_1 += w.y * v_1_1.y;
            sum_2_1_1 += w.z * v_1_1.z;
            sum_2_1_1 += w.w * v_1_1.w;
        }
        {
            let w = (g_7_1);
            sum_2_0_1 += w.x * v_1_1.x;
            sum_2_1_1 += w.x * v_2_1.x;
            sum_2_0_1 += w.y * v_1_1.y;
            sum_2_1_1 += w.y * v_2_1.y;
            sum_2_0_1 += w.z * v_1_1.z;
            sum_2_1_1 += w.z * v_2_1.z;
            sum_2_0_1 += w.w * v_1_1.w;
            sum_2_1_1 += w.w * v_2_1.w;
        }
        {
            let w = (g_8_1);
            sum_2_0_1 += w.x * v_2_1.x;
            sum_2_0_1 += w.y * v_2_1.y;
            sum_2_0_1 += w.z * v_2_1.z;
            sum_2_0_1 += w.w * v_2_1.w;
        }
        {
            let w = (g_9_1);
            sum_3_1_1 += w.x * v_1_1.x;
            sum_3_1_1 += w.y * v_1_1.y;
            sum_3_1_1 += w.z * v_1_1.z;
            sum_3_1_1 += w.w * v_1_1.w;
        }
        {
            let w = (g_10_1);
            sum_3_0_1 += w.x * v_1_1.x;
            sum_3_1_1 += w.x * v_2_1.x;
            sum_3_0_1 += w.y * v_1_1.y;
            sum_3_1_1 += w.y * v_2_1.y;
            sum_3_0_1 += w.z * v_1_1.z;
            sum_3_1_1 += w.z * v_2_1.z;
            sum_3_0_1 += w.w * v_1_1.w;
            sum_3_1_1 += w.w * v_2_1.w;
        }
        {
            let w = (g_11_1);
            sum_3_0_1 += w.x * v_2_1.x;
            sum_3_0_1 += w.y * v_2_1.y;
            sum_3_0_1 += w.z * v_2_1.z;
            sum_3_0_1 += w.w * v_2_1.w;
        }
        {
            let w = quadSwapX(g_0_1);
            sum_4_1_1 += w.x * v_1_1.x;
            sum_4_1_1 += w.y * v_1_1.y;
            sum_4_1_1 += w.z * v_1_1.z;
            sum_4_1_1 += w.w * v_1_1.w;
        }
        {
            let w = quadSwapX(g_1_1);
            sum_4_0_1 += w.x * v_1_1.x;
            sum_4_1_1 += w.x * v_2_1.x;
            sum_4_0_1 += w.y * v_1_1.y;
            sum_4_1_1 += w.y * v_2_1.y;
            sum_4_0_1 += w.z * v_1_1.z;
            sum_4_1_1 += w.z * v_2_1.z;
            sum_4_0_1 += w.w * v_1_1.w;
            sum_4_1_1 += w.w * v_2_1.w;
        }
        {
            let w = quadSwapX(g_2_1);
            sum_4_0_1 += w.x * v_2_1.x;
            sum_4_0_1 += w.y * v_2_1.y;
            sum_4_0_1 += w.z * v_2_1.z;
            sum_4_0_1 += w.w * v_2_1.w;
        }
        {
            let w = quadSwapX(g_3_1);
            sum_5_1_1 += w.x * v_1_1.x;
            sum_5_1_1 += w.y * v_1_1.y;
            sum_5_1_1 += w.z * v_1_1.z;
            sum_5_1_1 += w.w * v_1_1.w;
        }
        {
            let w = quadSwapX(g_4_1);
            sum_5_0_1 += w.x * v_1_1.x;
            sum_5_1_1 += w.x * v_2_1.x;
            sum_5_0_1 += w.y * v_1_1.y;
            sum_5_1_1 += w.y * v_2_1.y;
            sum_5_0_1 += w.z * v_1_1.z;
            sum_5_1_1 += w.z * v_2_1.z;
            sum_5_0_1 += w.w * v_1_1.w;
            sum_5_1_1 += w.w * v_2_1.w;
        }
        {
            let w = quadSwapX(g_5_1);
            sum_5_0_1 += w.x * v_2_1.x;
            sum_5_0_1 += w.y * v_2_1.y;
            sum_5_0_1 += w.z * v_2_1.z;
            sum_5_0_1 += w.w * v_2_1.w;
        }
        {
            let w = quadSwapX(g_6_1);
            sum_6_1_1 += w.x * v_1_1.x;
            sum_6_1_1 += w.y * v_1_1.y;
            sum_6_1_1 += w.z * v_1_1.z;
            sum_6_1_1 += w.w * v_1_1.w;
        }
        {
            let w = quadSwapX(g_7_1);
            sum_6_0_1 += w.x * v_1_1.x;
            sum_6_1_1 += w.x * v_2_1.x;
            sum_6_0_1 += w.y * v_1_1.y;
            sum_6_1_1 += w.y * v_2_1.y;
            sum_6_0_1 += w.z * v_1_1.z;
            sum_6_1_1 += w.z * v_2_1.z;
            sum_6_0_1 += w.w * v_1_1.w;
            sum_6_1_1 += w.w * v_2_1.w;
        }
        {
            let w = quadSwapX(g_8_1);
            sum_6_0_1 += w.x * v_2_1.x;
            sum_6_0_1 += w.y * v_2_1.y;
            sum_6_0_1 += w.z * v_2_1.z;
            sum_6_0_1 += w.w * v_2_1.w;
        }
        {
            let w = quadSwapX(g_9_1);
            sum_7_1_1 += w.x * v_1_1.x;
            sum_7_1_1 += w.y * v_1_1.y;
            sum_7_1_1 += w.z * v_1_1.z;
            sum_7_1_1 += w.w * v_1_1.w;
        }
        {
            let w = quadSwapX(g_10_1);
            sum_7_0_1 += w.x * v_1_1.x;
            sum_7_1_1 += w.x * v_2_1.x;
            sum_7_0_1 += w.y * v_1_1.y;
            sum_7_1_1 += w.y * v_2_1.y;
            sum_7_0_1 += w.z * v_1_1.z;
            sum_7_1_1 += w.z * v_2_1.z;
            sum_7_0_1 += w.w * v_1_1.w;
            sum_7_1_1 += w.w * v_2_1.w;
        }
        {
            let w = quadSwapX(g_11_1);
            sum_7_0_1 += w.x * v_2_1.x;
            sum_7_0_1 += w.y * v_2_1.y;
            sum_7_0_1 += w.z * v_2_1.z;
            sum_7_0_1 += w.w * v_2_1.w;
        }
        {
            let w = quadSwapY(g_0_1);
            sum_8_1_1 += w.x * v_1_1.x;
            sum_8_1_1 += w.y * v_1_1.y;
            sum_8_1_1 += w.z * v_1_1.z;
            sum_8_1_1 += w.w * v_1_1.w;
        }
        {
            let w = quadSwapY(g_1_1);
            sum_8_0_1 += w.x * v_1_1.x;
            sum_8_1_1 += w.x * v_2_1.x;
            sum_8_0_1 += w.y * v_1_1.y;
            sum_8_1_1 += w.y * v_2_1.y;
            sum_8_0_1 += w.z * v_1_1.z;
            sum_8_1_1 += w.z * v_2_1.z;
            sum_8_0_1 += w.w * v_1_1.w;
            sum_8_1_1 += w.w * v_2_1.w;
        }
        {
            let w = quadSwapY(g_2_1);
            sum_8_0_1 += w.x * v_2_1.x;
            sum_8_0_1 += w.y * v_2_1.y;
            sum_8_0_1 += w.z * v_2_1.z;
            sum_8_0_1 += w.w * v_2_1.w;
        }
        {
            let w = quadSwapY(g_3_1);
            sum_9_1_1 += w.x * v_1_1.x;
            sum_9_1_1 += w.y * v_1_1.y;
            sum_9_1_1 += w.z * v_1_1.z;
            sum_9_1_1 += w.w * v_1_1.w;
        }
        {
            let w = quadSwapY(g_4_1);
            sum_9_0_1 += w.x * v_1_1.x;
            sum_9_1_1 += w.x * v_2_1.x;
            sum_9_0_1 += w.y * v_1_1.y;
            sum_9_1_1 += w.y * v_2_1.y;
            sum_9_0_1 += w.z * v_1_1.z;
            sum_9_1_1 += w.z * v_2_1.z;
            sum_9_0_1 += w.w * v_1_1.w;
            sum_9_1_1 += w.w * v_2_1.w;
        }
        {
            let w = quadSwapY(g_5_1);
            sum_9_0_1 += w.x * v_2_1.x;
            sum_9_0_1 += w.y * v_2_1.y;
            sum_9_0_1 += w.z * v_2_1.z;
            sum_9_0_1 += w.w * v_2_1.w;
        }
        {
            let w = quadSwapY(g_6_1);
            sum_10_1_1 += w.x * v_1_1.x;
            sum_10_1_1 += w.y * v_1_1.y;
            sum_10_1_1 += w.z * v_1_1.z;
            sum_10_1_1 += w.w * v_1_1.w;
        }
        {
            let w = quadSwapY(g_7_1);
            sum_10_0_1 += w.x * v_1_1.x;
            sum_10_1_1 += w.x * v_2_1.x;
            sum_10_0_1 += w.y * v_1_1.y;
            sum_10_1_1 += w.y * v_2_1.y;
            sum_10_0_1 += w.z * v_1_1.z;
            sum_10_1_1 += w.z * v_2_1.z;
            sum_10_0_1 += w.w * v_1_1.w;
            sum_10_1_1 += w.w * v_2_1.w;
        }
        {
            let w = quadSwapY(g_8_1);
            sum_10_0_1 += w.x * v_2_1.x;
            sum_10_0_1 += w.y * v_2_1.y;
            sum_10_0_1 += w.z * v_2_1.z;
            sum_10_0_1 += w.w * v_2_1.w;
        }
        {
            let w = quadSwapY(g_9_1);
            sum_11_1_1 += w.x * v_1_1.x;
            sum_11_1_1 += w.y * v_1_1.y;
            sum_11_1_1 += w.z * v_1_1.z;
            sum_11_1_1 += w.w * v_1_1.w;
        }
        {
            let w = quadSwapY(g_10_1);
            sum_11_0_1 += w.x * v_1_1.x;
            sum_11_1_1 += w.x * v_2_1.x;
            sum_11_0_1 += w.y * v_1_1.y;
            sum_11_1_1 += w.y * v_2_1.y;
            sum_11_0_1 += w.z * v_1_1.z;
            sum_11_1_1 += w.z * v_2_1.z;
            sum_11_0_1 += w.w * v_1_1.w;
            sum_11_1_1 += w.w * v_2_1.w;
        }
        {
            let w = quadSwapY(g_11_1);
            sum_11_0_1 += w.x * v_2_1.x;
            sum_11_0_1 += w.y * v_2_1.y;
            sum_11_0_1 += w.z * v_2_1.z;
            sum_11_0_1 += w.w * v_2_1.w;
        }
        {
            let w = quadSwapDiagonal(g_0_1);
            sum_12_1_1 += w.x * v_1_1.x;
            sum_12_1_1 += w.y * v_1_1.y;
            sum_12_1_1 += w.z * v_1_1.z;
            sum_12_1_1 += w.w * v_1_1.w;
        }
        {
            let w = quadSwapDiagonal(g_1_1);
            sum_12_0_1 += w.x * v_1_1.x;
            sum_12_1_1 += w.x * v_2_1.x;
            sum_12_0_1 += w.y * v_1_1.y;
            sum_12_1_1 += w.y * v_2_1.y;
            sum_12_0_1 += w.z * v_1_1.z;
            sum_12_1_1 += w.z * v_2_1.z;
            sum_12_0_1 += w.w * v_1_1.w;
            sum_12_1_1 += w.w * v_2_1.w;
        }
        {
            let w = quadSwapDiagonal(g_2_1);
            sum_12_0_1 += w.x * v_2_1.x;
            sum_12_0_1 += w.y * v_2_1.y;
            sum_12_0_1 += w.z * v_2_1.z;
            sum_12_0_1 += w.w * v_2_1.w;
        }
        {
            let w = quadSwapDiagonal(g_3_1);
            sum_13_1_1 += w.x * v_1_1.x;
            sum_13_1_1 += w.y * v_1_1.y;
            sum_13_1_1 += w.z * v_1_1.z;
            sum_13_1_1 += w.w * v_1_1.w;
        }
        {
            let w = quadSwapDiagonal(g_4_1);
            sum_13_0_1 += w.x * v_1_1.x;
            sum_13_1_1 += w.x * v_2_1.x;
            sum_13_0_1 += w.y * v_1_1.y;
            sum_13_1_1 += w.y * v_2_1.y;
            sum_13_0_1 += w.z * v_1_1.z;
            sum_13_1_1 += w.z * v_2_1.z;
            sum_13_0_1 += w.w * v_1_1.w;
            sum_13_1_1 += w.w * v_2_1.w;
        }
        {
            let w = quadSwapDiagonal(g_5_1);
            sum_13_0_1 += w.x * v_2_1.x;
            sum_13_0_1 += w.y * v_2_1.y;
            sum_13_0_1 += w.z * v_2_1.z;
            sum_13_0_1 += w.w * v_2_1.w;
        }
        {
            let w = quadSwapDiagonal(g_6_1);
            sum_14_1_1 += w.x * v_1_1.x;
            sum_14_1_1 += w.y * v_1_1.y;
            sum_14_1_1 += w.z * v_1_1.z;
            sum_14_1_1 += w.w * v_1_1.w;
        }
        {
            let w = quadSwapDiagonal(g_7_1);
            sum_14_0_1 += w.x * v_1_1.x;
            sum_14_1_1 += w.x * v_2_1.x;
            sum_14_0_1 += w.y * v_1_1.y;
            sum_14_1_1 += w.y * v_2_1.y;
            sum_14_0_1 += w.z * v_1_1.z;
            sum_14_1_1 += w.z * v_2_1.z;
            sum_14_0_1 += w.w * v_1_1.w;
            sum_14_1_1 += w.w * v_2_1.w;
        }
        {
            let w = quadSwapDiagonal(g_8_1);
            sum_14_0_1 += w.x * v_2_1.x;
            sum_14_0_1 += w.y * v_2_1.y;
            sum_14_0_1 += w.z * v_2_1.z;
            sum_14_0_1 += w.w * v_2_1.w;
        }
        {
            let w = quadSwapDiagonal(g_9_1);
            sum_15_1_1 += w.x * v_1_1.x;
            sum_15_1_1 += w.y * v_1_1.y;
            sum_15_1_1 += w.z * v_1_1.z;
            sum_15_1_1 += w.w * v_1_1.w;
        }
        {
            let w = quadSwapDiagonal(g_10_1);
            sum_15_0_1 += w.x * v_1_1.x;
            sum_15_1_1 += w.x * v_2_1.x;
            sum_15_0_1 += w.y * v_1_1.y;
            sum_15_1_1 += w.y * v_2_1.y;
            sum_15_0_1 += w.z * v_1_1.z;
            sum_15_1_1 += w.z * v_2_1.z;
            sum_15_0_1 += w.w * v_1_1.w;
            sum_15_1_1 += w.w * v_2_1.w;
        }
        {
            let w = quadSwapDiagonal(g_11_1);
            sum_15_0_1 += w.x * v_2_1.x;
            sum_15_0_1 += w.y * v_2_1.y;
            sum_15_0_1 += w.z * v_2_1.z;
            sum_15_0_1 += w.w * v_2_1.w;
        }
        {
            let w = (g_0_2);
            sum_0_1_2 += w.x * v_1_2.x;
            sum_0_1_2 += w.y * v_1_2.y;
            sum_0_1_2 += w.z * v_1_2.z;
            sum_0_1_2 += w.w * v_1_2.w;
        }
        {
            let w = (g_1_2);
            sum_0_0_2 += w.x * v_1_2.x;
            sum_0_1_2 += w.x * v_2_2.x;
            sum_0_0_2 += w.y * v_1_2.y;
            sum_0_1_2 += w.y * v_2_2.y;
            sum_0_0_2 += w.z * v_1_2.z;
            sum_0_1_2 += w.z * v_2_2.z;
            sum_0_0_2 += w.w * v_1_2.w;
            sum_0_1_2 += w.w * v_2_2.w;
        }
        {
            let w = (g_2_2);
            sum_0_0_2 += w.x * v_2_2.x;
            sum_0_0_2 += w.y * v_2_2.y;
            sum_0_0_2 += w.z * v_2_2.z;
            sum_0_0_2 += w.w * v_2_2.w;
        }
        {
            let w = (g_3_2);
            sum_1_1_2 += w.x * v_1_2.x;
            sum_1_1_2 += w.y * v_1_2.y;
            sum_1_1_2 += w.z * v_1_2.z;
            sum_1_1_2 += w.w * v_1_2.w;
        }
        {
            let w = (g_4_2);
            sum_1_0_2 += w.x * v_1_2.x;
            sum_1_1_2 += w.x * v_2_2.x;
            sum_1_0_2 += w.y * v_1_2.y;
            sum_1_1_2 += w.y * v_2_2.y;
            sum_1_0_2 += w.z * v_1_2.z;
            sum_1_1_2 += w.z * v_2_2.z;
            sum_1_0_2 += w.w * v_1_2.w;
            sum_1_1_2 += w.w * v_2_2.w;
        }
        {
            let w = (g_5_2);
            sum_1_0_2 += w.x * v_2_2.x;
            sum_1_0_2 += w.y * v_2_2.y;
            sum_1_0_2 += w.z * v_2_2.z;
            sum_1_0_2 += w.w * v_2_2.w;
        }
        {
            let w = (g_6_2);
            sum_2_1_2 += w.x * v_1_2.x;
            sum_2_1_2 += w.y * v_1_2.y;
            sum_2_1_2 += w.z * v_1_2.z;
            sum_2_1_2 += w.w * v_1_2.w;
        }
        {
            let w = (g_7_2);
            sum_2_0_2 += w.x * v_1_2.x;
            sum_2_1_2 += w.x * v_2_2.x;
            sum_2_0_2 += w.y * v_1_2.y;
            sum_2_1_2 += w.y * v_2_2.y;
            sum_2_0_2 += w.z * v_1_2.z;
            sum_2_1_2 += w.z * v_2_2.z;
            sum_2_0_2 += w.w * v_1_2.w;
            sum_2_1_2 += w.w * v_2_2.w;
        }
        {
            let w = (g_8_2);
            sum_2_0_2 += w.x * v_2_2.x;
            sum_2_0_2 += w.y * v_2_2.y;
            sum_2_0_2 += w.z * v_2_2.z;
            sum_2_0_2 += w.w * v_2_2.w;
        }
        {
            let w = (g_9_2);
            sum_3_1_2 += w.x * v_1_2.x;
            sum_3_1_2 += w.y * v_1_2.y;
            sum_3_1_2 += w.z * v_1_2.z;
            sum_3_1_2 += w.w * v_1_2.w;
        }
        {
            let w = (g_10_2);
            sum_3_0_2 += w.x * v_1_2.x;
            sum_3_1_2 += w.x * v_2_2.x;
            sum_3_0_2 += w.y * v_1_2.y;
            sum_3_1_2 += w.y * v_2_2.y;
            sum_3_0_2 += w.z * v_1_2.z;
            sum_3_1_2 += w.z * v_2_2.z;
            sum_3_0_2 += w.w * v_1_2.w;
            sum_3_1_2 += w.w * v_2_2.w;
        }
        {
            let w = (g_11_2);
            sum_3_0_2 += w.x * v_2_2.x;
            sum_3_0_2 += w.y * v_2_2.y;
            sum_3_0_2 += w.z * v_2_2.z;
            sum_3_0_2 += w.w * v_2_2.w;
        }
        {
            let w = quadSwapX(g_0_2);
            sum_4_1_2 += w.x * v_1_2.x;
            sum_4_1_2 += w.y * v_1_2.y;
            sum_4_1_2 += w.z * v_1_2.z;
            sum_4_1_2 += w.w * v_1_2.w;
        }
        {
            let w = quadSwapX(g_1_2);
            sum_4_0_2 += w.x * v_1_2.x;
            sum_4_1_2 += w.x * v_2_2.x;
            sum_4_0_2 += w.y * v_1_2.y;
            sum_4_1_2 += w.y * v_2_2.y;
            sum_4_0_2 += w.z * v_1_2.z;
            sum_4_1_2 += w.z * v_2_2.z;
            sum_4_0_2 += w.w * v_1_2.w;
            sum_4_1_2 += w.w * v_2_2.w;
        }
        {
            let w = quadSwapX(g_2_2);
            sum_4_0_2 += w.x * v_2_2.x;
            sum_4_0_2 += w.y * v_2_2.y;
            sum_4_0_2 += w.z * v_2_2.z;
            sum_4_0_2 += w.w * v_2_2.w;
        }
        {
            let w = quadSwapX(g_3_2);
            sum_5_1_2 += w.x * v_1_2.x;
            sum_5_1_2 += w.y * v_1_2.y;
            sum_5_1_2 += w.z * v_1_2.z;
            sum_5_1_2 += w.w * v_1_2.w;
        }
        {
            let w = quadSwapX(g_4_2);
            sum_5_0_2 += w.x * v_1_2.x;
            sum_5_1_2 += w.x * v_2_2.x;
            sum_5_0_2 += w.y * v_1_2.y;
            sum_5_1_2 += w.y * v_2_2.y;
            sum_5_0_2 += w.z * v_1_2.z;
            sum_5_1_2 += w.z * v_2_2.z;
            sum_5_0_2 += w.w * v_1_2.w;
            sum_5_1_2 += w.w * v_2_2.w;
        }
        {
            let w = quadSwapX(g_5_2);
            sum_5_0_2 += w.x * v_2_2.x;
            sum_5_0_2 += w.y * v_2_2.y;
            sum_5_0_2 += w.z * v_2_2.z;
            sum_5_0_2 += w.w * v_2_2.w;
        }
        {
            let w = quadSwapX(g_6_2);
            sum_6_1_2 += w.x * v_1_2.x;
            sum_6_1_2 += w.y * v_1_2.y;
            sum_6_1_2 += w.z * v_1_2.z;
            sum_6_1_2 += w.w * v_1_2.w;
        }
        {
            let w = quadSwapX(g_7_2);
            sum_6_0_2 += w.x * v_1_2.x;
            sum_6_1_2 += w.x * v_2_2.x;
            sum_6_0_2 += w.y * v_1_2.y;
            sum_6_1_2 += w.y * v_2_2.y;
            sum_6_0_2 += w.z * v_1_2.z;
            sum_6_1_2 += w.z * v_2_2.z;
            sum_6_0_2 += w.w * v_1_2.w;
            sum_6_1_2 += w.w * v_2_2.w;
        }
        {
            let w = quadSwapX(g_8_2);
            sum_6_0_2 += w.x * v_2_2.x;
            sum_6_0_2 += w.y * v_2_2.y;
            sum_6_0_2 += w.z * v_2_2.z;
            sum_6_0_2 += w.w * v_2_2.w;
        }
        {
            let w = quadSwapX(g_9_2);
            sum_7_1_2 += w.x * v_1_2.x;
            sum_7_1_2 += w.y * v_1_2.y;
            sum_7_1_2 += w.z * v_1_2.z;
            sum_7_1_2 += w.w * v_1_2.w;
        }
        {
            let w = quadSwapX(g_10_2);
            sum_7_0_2 += w.x * v_1_2.x;
            sum_7_1_2 += w.x * v_2_2.x;
            sum_7_0_2 += w.y * v_1_2.y;
            sum_7_1_2 += w.y * v_2_2.y;
            sum_7_0_2 += w.z * v_1_2.z;
            sum_7_1_2 += w.z * v_2_2.z;
            sum_7_0_2 += w.w * v_1_2.w;
            sum_7_1_2 += w.w * v_2_2.w;
        }
        {
            let w = quadSwapX(g_11_2);
            sum_7_0_2 += w.x * v_2_2.x;
            sum_7_0_2 += w.y * v_2_2.y;
            sum_7_0_2 += w.z * v_2_2.z;
            sum_7_0_2 += w.w * v_2_2.w;
        }
        {
            let w = quadSwapY(g_0_2);
            sum_8_1_2 += w.x * v_1_2.x;
            sum_8_1_2 += w.y * v_1_2.y;
            sum_8_1_2 += w.z * v_1_2.z;
            sum_8_1_2 += w.w * v_1_2.w;
        }
        {
            let w = quadSwapY(g_1_2);
            sum_8_0_2 += w.x * v_1_2.x;
            sum_8_1_2 += w.x * v_2_2.x;
            sum_8_0_2 += w.y * v_1_2.y;
            sum_8_1_2 += w.y * v_2_2.y;
            sum_8_0_2 += w.z * v_1_2.z;
            sum_8_1_2 += w.z * v_2_2.z;
            sum_8_0_2 += w.w * v_1_2.w;
            sum_8_1_2 += w.w * v_2_2.w;
        }
        {
            let w = quadSwapY(g_2_2);
            sum_8_0_2 += w.x * v_2_2.x;
            sum_8_0_2 += w.y * v_2_2.y;
            sum_8_0_2 += w.z * v_2_2.z;
            sum_8_0_2 += w.w * v_2_2.w;
        }
        {
            let w = quadSwapY(g_3_2);
            sum_9_1_2 += w.x * v_1_2.x;
            sum_9_1_2 += w.y * v_1_2.y;
            sum_9_1_2 += w.z * v_1_2.z;
            sum_9_1_2 += w.w * v_1_2.w;
        }
        {
            let w = quadSwapY(g_4_2);
            sum_9_0_2 += w.x * v_1_2.x;
            sum_9_1_2 += w.x * v_2_2.x;
            sum_9_0_2 += w.y * v_1_2.y;
            sum_9_1_2 += w.y * v_2_2.y;
            sum_9_0_2 += w.z * v_1_2.z;
            sum_9_1_2 += w.z * v_2_2.z;
            sum_9_0_2 += w.w * v_1_2.w;
            sum_9_1_2 += w.w * v_2_2.w;
        }
        {
            let w = quadSwapY(g_5_2);
            sum_9_0_2 += w.x * v_2_2.x;
            sum_9_0_2 += w.y * v_2_2.y;
            sum_9_0_2 += w.z * v_2_2.z;
            sum_9_0_2 += w.w * v_2_2.w;
        }
        {
            let w = quadSwapY(g_6_2);
            sum_10_1_2 += w.x * v_1_2.x;
            sum_10_1_2 += w.y * v_1_2.y;
            sum_10_1_2 += w.z * v_1_2.z;
            sum_10_1_2 += w.w * v_1_2.w;
        }
        {
            let w = quadSwapY(g_7_2);
            sum_10_0_2 += w.x * v_1_2.x;
            sum_10_1_2 += w.x * v_2_2.x;
            sum_10_0_2 += w.y * v_1_2.y;
            sum_10_1_2 += w.y * v_2_2.y;
            sum_10_0_2 += w.z * v_1_2.z;
            sum_10_1_2 += w.z * v_2_2.z;
            sum_10_0_2 += w.w * v_1_2.w;
            sum_10_1_2 += w.w * v_2_2.w;
        }
        {
            let w = quadSwapY(g_8_2);
            sum_10_0_2 += w.x * v_2_2.x;
            sum_10_0_2 += w.y * v_2_2.y;
            sum_10_0_2 += w.z * v_2_2.z;
            sum_10_0_2 += w.w * v_2_2.w;
        }
        {
            let w = quadSwapY(g_9_2);
            sum_11_1_2 += w.x * v_1_2.x;
            sum_11_1_2 += w.y * v_1_2.y;
            sum_11_1_2 += w.z * v_1_2.z;
            sum_11_1_2 += w.w * v_1_2.w;
        }
        {
            let w = quadSwapY(g_10_2);
            sum_11_0_2 += w.x * v_1_2.x;
            sum_11_1_2 += w.x * v_2_2.x;
            sum_11_0_2 += w.y * v_1_2.y;
            sum_11_1_2 += w.y * v_2_2.y;
            sum_11_0_2 += w.z * v_1_2.z;
            sum_11_1_2 += w.z * v_2_2.z;
            sum_11_0_2 += w.w * v_1_2.w;
            sum_11_1_2 += w.w * v_2_2.w;
        }
        {
            let w = quadSwapY(g_11_2);
            sum_11_0_2 += w.x * v_2_2.x;
            sum_11_0_2 += w.y * v_2_2.y;
            sum_11_0_2 += w.z * v_2_2.z;
            sum_11_0_2 += w.w * v_2_2.w;
        }
        {
            let w = quadSwapDiagonal(g_0_2);
            sum_12_1_2 += w.x * v_1_2.x;
            sum_12_1_2 += w.y * v_1_2.y;
            sum_12_1_2 += w.z * v_1_2.z;
            sum_12_1_2 += w.w * v_1_2.w;
        }
        {
            let w = quadSwapDiagonal(g_1_2);
            sum_12_0_2 += w.x * v_1_2.x;
            sum_12_1_2 += w.x * v_2_2.x;
            sum_12_0_2 += w.y * v_1_2.y;
            sum_12_1_2 += w.y * v_2_2.y;
            sum_12_0_2 += w.z * v_1_2.z;
            sum_12_1_2 += w.z * v_2_2.z;
            sum_12_0_2 += w.w * v_1_2.w;
            sum_12_1_2 += w.w * v_2_2.w;
        }
        {
            let w = quadSwapDiagonal(g_2_2);
            sum_12_0_2 += w.x * v_2_2.x;
            sum_12_0_2 += w.y * v_2_2.y;
            sum_12_0_2 += w.z * v_2_2.z;
            sum_12_0_2 += w.w * v_2_2.w;
        }
        {
            let w = quadSwapDiagonal(g_3_2);
            sum_13_1_2 += w.x * v_1_2.x;
            sum_13_1_2 += w.y * v_1_2.y;
            sum_13_1_2 += w.z * v_1_2.z;
            sum_13_1_2 += w.w * v_1_2.w;
        }
        {
            let w = quadSwapDiagonal(g_4_2);
            sum_13_0_2 += w.x * v_1_2.x;
            sum_13_1_2 += w.x * v_2_2.x;
            sum_13_0_2 += w.y * v_1_2.y;
            sum_13_1_2 += w.y * v_2_2.y;
            sum_13_0_2 += w.z * v_1_2.z;
            sum_13_1_2 += w.z * v_2_2.z;
            sum_13_0_2 += w.w * v_1_2.w;
            sum_13_1_2 += w.w * v_2_2.w;
        }
        {
            let w = quadSwapDiagonal(g_5_2);
            sum_13_0_2 += w.x * v_2_2.x;
            sum_13_0_2 += w.y * v_2_2.y;
            sum_13_0_2 += w.z * v_2_2.z;
            sum_13_0_2 += w.w * v_2_2.w;
        }
        {
            let w = quadSwapDiagonal(g_6_2);
            sum_14_1_2 += w.x * v_1_2.x;
            sum_14_1_2 += w.y * v_1_2.y;
            sum_14_1_2 += w.z * v_1_2.z;
            sum_14_1_2 += w.w * v_1_2.w;
        }
        {
            let w = quadSwapDiagonal(g_7_2);
            sum_14_0_2 += w.x * v_1_2.x;
            sum_14_1_2 += w.x * v_2_2.x;
            sum_14_0_2 += w.y * v_1_2.y;
            sum_14_1_2 += w.y * v_2_2.y;
            sum_14_0_2 += w.z * v_1_2.z;
            sum_14_1_2 += w.z * v_2_2.z;
            sum_14_0_2 += w.w * v_1_2.w;
            sum_14_1_2 += w.w * v_2_2.w;
        }
        {
            let w = quadSwapDiagonal(g_8_2);
            sum_14_0_2 += w.x * v_2_2.x;
            sum_14_0_2 += w.y * v_2_2.y;
            sum_14_0_2 += w.z * v_2_2.z;
            sum_14_0_2 += w.w * v_2_2.w;
        }
        {
            let w = quadSwapDiagonal(g_9_2);
            sum_15_1_2 += w.x * v_1_2.x;
            sum_15_1_2 += w.y * v_1_2.y;
            sum_15_1_2 += w.z * v_1_2.z;
            sum_15_1_2 += w.w * v_1_2.w;
        }
        {
            let w = quadSwapDiagonal(g_10_2);
            sum_15_0_2 += w.x * v_1_2.x;
            sum_15_1_2 += w.x * v_2_2.x;
            sum_15_0_2 += w.y * v_1_2.y;
            sum_15_1_2 += w.y * v_2_2.y;
            sum_15_0_2 += w.z * v_1_2.z;
            sum_15_1_2 += w.z * v_2_2.z;
            sum_15_0_2 += w.w * v_1_2.w;
            sum_15_1_2 += w.w * v_2_2.w;
        }
        {
            let w = quadSwapDiagonal(g_11_2);
            sum_15_0_2 += w.x * v_2_2.x;
            sum_15_0_2 += w.y * v_2_2.y;
            sum_15_0_2 += w.z * v_2_2.z;
            sum_15_0_2 += w.w * v_2_2.w;
        }
        {
            let w = (g_0_3);
            sum_0_1_3 += w.x * v_1_3.x;
            sum_0_1_3 += w.y * v_1_3.y;
            sum_0_1_3 += w.z * v_1_3.z;
            sum_0_1_3 += w.w * v_1_3.w;
        }
        {
            let w = (g_1_3);
            sum_0_0_3 += w.x * v_1_3.x;
            sum_0_1_3 += w.x * v_2_3.x;
            sum_0_0_3 += w.y * v_1_3.y;
            sum_0_1_3 += w.y * v_2_3.y;
            sum_0_0_3 += w.z * v_1_3.z;
            sum_0_1_3 += w.z * v_2_3.z;
            sum_0_0_3 += w.w * v_1_3.w;
            sum_0_1_3 += w.w * v_2_3.w;
        }
        {
            let w = (g_2_3);
            sum_0_0_3 += w.x * v_2_3.x;
            sum_0_0_3 += w.y * v_2_3.y;
            sum_0_0_3 += w.z * v_2_3.z;
            sum_0_0_3 += w.w * v_2_3.w;
        }
        {
            let w = (g_3_3);
            sum_1_1_3 += w.x * v_1_3.x;
            sum_1_1_3 += w.y * v_1_3.y;
            sum_1_1_3 += w.z * v_1_3.z;
            sum_1_1_3 += w.w * v_1_3.w;
        }
        {
            let w = (g_4_3);
            sum_1_0_3 += w.x * v_1_3.x;
            sum_1_1_3 += w.x * v_2_3.x;
            sum_1_0_3 += w.y * v_1_3.y;
            sum_1_1_3 += w.y * v_2_3.y;
            sum_1_0_3 += w.z * v_1_3.z;
            sum_1_1_3 += w.z * v_2_3.z;
            sum_1_0_3 += w.w * v_1_3.w;
            sum_1_1_3 += w.w * v_2_3.w;
        }
        {
            let w = (g_5_3);
            sum_1_0_3 += w.x * v_2_3.x;
            sum_1_0_3 += w.y * v_2_3.y;
            sum_1_0_3 += w.z * v_2_3.z;
            sum_1_0_3 += w.w * v_2_3.w;
        }
        {
            let w = (g_6_3);
            sum_2_1_3 += w.x * v_1_3.x;
            sum_2_1_3 += w.y * v_1_3.y;
            sum_2_1_3 += w.z * v_1_3.z;
            sum_2_1_3 += w.w * v_1_3.w;
        }
        {
            let w = (g_7_3);
            sum_2_0_3 += w.x * v_1_3.x;
            sum_2_1_3 += w.x * v_2_3.x;
            sum_2_0_3 += w.y * v_1_3.y;
            sum_2_1_3 += w.y * v_2_3.y;
            sum_2_0_3 += w.z * v_1_3.z;
            sum_2_1_3 += w.z * v_2_3.z;
            sum_2_0_3 += w.w * v_1_3.w;
            sum_2_1_3 += w.w * v_2_3.w;
        }
        {
            let w = (g_8_3);
            sum_2_0_3 += w.x * v_2_3.x;
            sum_2_0_3 += w.y * v_2_3.y;
            sum_2_0_3 += w.z * v_2_3.z;
            sum_2_0_3 += w.w * v_2_3.w;
        }
        {
            let w = (g_9_3);
            sum_3_1_3 += w.x * v_1_3.x;
            sum_3_1_3 += w.y * v_1_3.y;
            sum_3_1_3 += w.z * v_1_3.z;
            sum_3_1_3 += w.w * v_1_3.w;
        }
        {
            let w = (g_10_3);
            sum_3_0_3 += w.x * v_1_3.x;
            sum_3_1_3 += w.x * v_2_3.x;
            sum_3_0_3 += w.y * v_1_3.y;
            sum_3_1_3 += w.y * v_2_3.y;
            sum_3_0_3 += w.z * v_1_3.z;
            sum_3_1_3 += w.z * v_2_3.z;
            sum_3_0_3 += w.w * v_1_3.w;
            sum_3_1_3 += w.w * v_2_3.w;
        }
        {
            let w = (g_11_3);
            sum_3_0_3 += w.x * v_2_3.x;
            sum_3_0_3 += w.y * v_2_3.y;
            sum_3_0_3 += w.z * v_2_3.z;
            sum_3_0_3 += w.w * v_2_3.w;
        }
        {
            let w = quadSwapX(g_0_3);
            sum_4_1_3 += w.x * v_1_3.x;
            sum_4_1_3 += w.y * v_1_3.y;
            sum_4_1_3 += w.z * v_1_3.z;
            sum_4_1_3 += w.w * v_1_3.w;
        }
        {
            let w = quadSwapX(g_1_3);
            sum_4_0_3 += w.x * v_1_3.x;
            sum_4_1_3 += w.x * v_2_3.x;
            sum_4_0_3 += w.y * v_1_3.y;
            sum_4_1_3 += w.y * v_2_3.y;
            sum_4_0_3 += w.z * v_1_3.z;
            sum_4_1_3 += w.z * v_2_3.z;
            sum_4_0_3 += w.w * v_1_3.w;
            sum_4_1_3 += w.w * v_2_3.w;
        }
        {
            let w = quadSwapX(g_2_3);
            sum_4_0_3 += w.x * v_2_3.x;
            sum_4_0_3 += w.y * v_2_3.y;
            sum_4_0_3 += w.z * v_2_3.z;
            sum_4_0_3 += w.w * v_2_3.w;
        }
        {
            let w = quadSwapX(g_3_3);
            sum_5_1_3 += w.x * v_1_3.x;
            sum_5_1_3 += w.y * v_1_3.y;
            sum_5_1_3 += w.z * v_1_3.z;
            sum_5_1_3 += w.w * v_1_3.w;
        }
        {
            let w = quadSwapX(g_4_3);
            sum_5_0_3 += w.x * v_1_3.x;
            sum_5_1_3 += w.x * v_2_3.x;
            sum_5_0_3 += w.y * v_1_3.y;
            sum_5_1_3 += w.y * v_2_3.y;
            sum_5_0_3 += w.z * v_1_3.z;
            sum_5_1_3 += w.z * v_2_3.z;
            sum_5_0_3 += w.w * v_1_3.w;
            sum_5_1_3 += w.w * v_2_3.w;
        }
        {
            let w = quadSwapX(g_5_3);
            sum_5_0_3 += w.x * v_2_3.x;
            sum_5_0_3 += w.y * v_2_3.y;
            sum_5_0_3 += w.z * v_2_3.z;
            sum_5_0_3 += w.w * v_2_3.w;
        }
        {
            let w = quadSwapX(g_6_3);
            sum_6_1_3 += w.x * v_1_3.x;
            sum_6_1_3 += w.y * v_1_3.y;
            sum_6_1_3 += w.z * v_1_3.z;
            sum_6_1_3 += w.w * v_1_3.w;
        }
        {
            let w = quadSwapX(g_7_3);
            sum_6_0_3 += w.x * v_1_3.x;
            sum_6_1_3 += w.x * v_2_3.x;
            sum_6_0_3 += w.y * v_1_3.y;
            sum_6_1_3 += w.y * v_2_3.y;
            sum_6_0_3 += w.z * v_1_3.z;
            sum_6_1_3 += w.z * v_2_3.z;
            sum_6_0_3 += w.w * v_1_3.w;
            sum_6_1_3 += w.w * v_2_3.w;
        }
        {
            let w = quadSwapX(g_8_3);
            sum_6_0_3 += w.x * v_2_3.x;
            sum_6_0_3 += w.y * v_2_3.y;
            sum_6_0_3 += w.z * v_2_3.z;
            sum_6_0_3 += w.w * v_2_3.w;
        }
        {
            let w = quadSwapX(g_9_3);
            sum_7_1_3 += w.x * v_1_3.x;
            sum_7_1_3 += w.y * v_1_3.y;
            sum_7_1_3 += w.z * v_1_3.z;
            sum_7_1_3 += w.w * v_1_3.w;
        }
        {
            let w = quadSwapX(g_10_3);
            sum_7_0_3 += w.x * v_1_3.x;
            sum_7_1_3 += w.x * v_2_3.x;
            sum_7_0_3 += w.y * v_1_3.y;
            sum_7_1_3 += w.y * v_2_3.y;
            sum_7_0_3 += w.z * v_1_3.z;
            sum_7_1_3 += w.z * v_2_3.z;
            sum_7_0_3 += w.w * v_1_3.w;
            sum_7_1_3 += w.w * v_2_3.w;
        }
        {
            let w = quadSwapX(g_11_3);
            sum_7_0_3 += w.x * v_2_3.x;
            sum_7_0_3 += w.y * v_2_3.y;
            sum_7_0_3 += w.z * v_2_3.z;
            sum_7_0_3 += w.w * v_2_3.w;
        }
        {
            let w = quadSwapY(g_0_3);
            sum_8_1_3 += w.x * v_1_3.x;
            sum_8_1_3 += w.y * v_1_3.y;
            sum_8_1_3 += w.z * v_1_3.z;
            sum_8_1_3 += w.w * v_1_3.w;
        }
        {
            let w = quadSwapY(g_1_3);
            sum_8_0_3 += w.x * v_1_3.x;
            sum_8_1_3 += w.x * v_2_3.x;
            sum_8_0_3 += w.y * v_1_3.y;
            sum_8_1_3 += w.y * v_2_3.y;
            sum_8_0_3 += w.z * v_1_3.z;
            sum_8_1_3 += w.z * v_2_3.z;
            sum_8_0_3 += w.w * v_1_3.w;
            sum_8_1_3 += w.w * v_2_3.w;
        }
        {
            let w = quadSwapY(g_2_3);
            sum_8_0_3 += w.x * v_2_3.x;
            sum_8_0_3 += w.y * v_2_3.y;
            sum_8_0_3 += w.z * v_2_3.z;
            sum_8_0_3 += w.w * v_2_3.w;
        }
        {
            let w = quadSwapY(g_3_3);
            sum_9_1_3 += w.x * v_1_3.x;
            sum_9_1_3 += w.y * v_1_3.y;
            sum_9_1_3 += w.z * v_1_3.z;
            sum_9_1_3 += w.w * v_1_3.w;
        }
        {
            let w = quadSwapY(g_4_3);
            sum_9_0_3 += w.x * v_1_3.x;
            sum_9_1_3 += w.x * v_2_3.x;
            sum_9_0_3 += w.y * v_1_3.y;
            sum_9_1_3 += w.y * v_2_3.y;
            sum_9_0_3 += w.z * v_1_3.z;
            sum_9_1_3 += w.z * v_2_3.z;
            sum_9_0_3 += w.w * v_1_3.w;
            sum_9_1_3 += w.w * v_2_3.w;
        }
        {
            let w = quadSwapY(g_5_3);
            sum_9_0_3 += w.x * v_2_3.x;
            sum_9_0_3 += w.y * v_2_3.y;
            sum_9_0_3 += w.z * v_2_3.z;
            sum_9_0_3 += w.w * v_2_3.w;
        }
        {
            let w = quadSwapY(g_6_3);
            sum_10_1_3 += w.x * v_1_3.x;
            sum_10_1_3 += w.y * v_1_3.y;
            sum_10_1_3 += w.z * v_1_3.z;
            sum_10_1_3 += w.w * v_1_3.w;
        }
        {
            let w = quadSwapY(g_7_3);
            sum_10_0_3 += w.x * v_1_3.x;
            sum_10_1_3 += w.x * v_2_3.x;
            sum_10_0_3 += w.y * v_1_3.y;
            sum_10_1_3 += w.y * v_2_3.y;
            sum_10_0_3 += w.z * v_1_3.z;
            sum_10_1_3 += w.z * v_2_3.z;
            sum_10_0_3 += w.w * v_1_3.w;
            sum_10_1_3 += w.w * v_2_3.w;
        }
        {
            let w = quadSwapY(g_8_3);
            sum_10_0_3 += w.x * v_2_3.x;
            sum_10_0_3 += w.y * v_2_3.y;
            sum_10_0_3 += w.z * v_2_3.z;
            sum_10_0_3 += w.w * v_2_3.w;
        }
        {
            let w = quadSwapY(g_9_3);
            sum_11_1_3 += w.x * v_1_3.x;
            sum_11_1_3 += w.y * v_1_3.y;
            sum_11_1_3 += w.z * v_1_3.z;
            sum_11_1_3 += w.w * v_1_3.w;
        }
        {
            let w = quadSwapY(g_10_3);
            sum_11_0_3 += w.x * v_1_3.x;
            sum_11_1_3 += w.x * v_2_3.x;
            sum_11_0_3 += w.y * v_1_3.y;
            sum_11_1_3 += w.y * v_2_3.y;
            sum_11_0_3 += w.z * v_1_3.z;
            sum_11_1_3 += w.z * v_2_3.z;
            sum_11_0_3 += w.w * v_1_3.w;
            sum_11_1_3 += w.w * v_2_3.w;
        }
        {
            let w = quadSwapY(g_11_3);
            sum_11_0_3 += w.x * v_2_3.x;
            sum_11_0_3 += w.y * v_2_3.y;
            sum_11_0_3 += w.z * v_2_3.z;
            sum_11_0_3 += w.w * v_2_3.w;
        }
        {
            let w = quadSwapDiagonal(g_0_3);
            sum_12_1_3 += w.x * v_1_3.x;
            sum_12_1_3 += w.y * v_1_3.y;
            sum_12_1_3 += w.z * v_1_3.z;
            sum_12_1_3 += w.w * v_1_3.w;
        }
        {
            let w = quadSwapDiagonal(g_1_3);
            sum_12_0_3 += w.x * v_1_3.x;
            sum_12_1_3 += w.x * v_2_3.x;
            sum_12_0_3 += w.y * v_1_3.y;
            sum_12_1_3 += w.y * v_2_3.y;
            sum_12_0_3 += w.z * v_1_3.z;
            sum_12_1_3 += w.z * v_2_3.z;
            sum_12_0_3 += w.w * v_1_3.w;
            sum_12_1_3 += w.w * v_2_3.w;
        }
        {
            let w = quadSwapDiagonal(g_2_3);
            sum_12_0_3 += w.x * v_2_3.x;
            sum_12_0_3 += w.y * v_2_3.y;
            sum_12_0_3 += w.z * v_2_3.z;
            sum_12_0_3 += w.w * v_2_3.w;
        }
        {
            let w = quadSwapDiagonal(g_3_3);
            sum_13_1_3 += w.x * v_1_3.x;
            sum_13_1_3 += w.y * v_1_3.y;
            sum_13_1_3 += w.z * v_1_3.z;
            sum_13_1_3 += w.w * v_1_3.w;
        }
        {
            let w = quadSwapDiagonal(g_4_3);
            sum_13_0_3 += w.x * v_1_3.x;
            sum_13_1_3 += w.x * v_2_3.x;
            sum_13_0_3 += w.y * v_1_3.y;
            sum_13_1_3 += w.y * v_2_3.y;
            sum_13_0_3 += w.z * v_1_3.z;
            sum_13_1_3 += w.z * v_2_3.z;
            sum_13_0_3 += w.w * v_1_3.w;
            sum_13_1_3 += w.w * v_2_3.w;
        }
        {
            let w = quadSwapDiagonal(g_5_3);
            sum_13_0_3 += w.x * v_2_3.x;
            sum_13_0_3 += w.y * v_2_3.y;
            sum_13_0_3 += w.z * v_2_3.z;
            sum_13_0_3 += w.w * v_2_3.w;
        }
        {
            let w = quadSwapDiagonal(g_6_3);
            sum_14_1_3 += w.x * v_1_3.x;
            sum_14_1_3 += w.y * v_1_3.y;
            sum_14_1_3 += w.z * v_1_3.z;
            sum_14_1_3 += w.w * v_1_3.w;
        }
        {
            let w = quadSwapDiagonal(g_7_3);
            sum_14_0_3 += w.x * v_1_3.x;
            sum_14_1_3 += w.x * v_2_3.x;
            sum_14_0_3 += w.y * v_1_3.y;
            sum_14_1_3 += w.y * v_2_3.y;
            sum_14_0_3 += w.z * v_1_3.z;
            sum_14_1_3 += w.z * v_2_3.z;
            sum_14_0_3 += w.w * v_1_3.w;
            sum_14_1_3 += w.w * v_2_3.w;
        }
        {
            let w = quadSwapDiagonal(g_8_3);
            sum_14_0_3 += w.x * v_2_3.x;
            sum_14_0_3 += w.y * v_2_3.y;
            sum_14_0_3 += w.z * v_2_3.z;
            sum_14_0_3 += w.w * v_2_3.w;
        }
        {
            let w = quadSwapDiagonal(g_9_3);
            sum_15_1_3 += w.x * v_1_3.x;
            sum_15_1_3 += w.y * v_1_3.y;
            sum_15_1_3 += w.z * v_1_3.z;
            sum_15_1_3 += w.w * v_1_3.w;
        }
        {
            let w = quadSwapDiagonal(g_10_3);
            sum_15_0_3 += w.x * v_1_3.x;
            sum_15_1_3 += w.x * v_2_3.x;
            sum_15_0_3 += w.y * v_1_3.y;
            sum_15_1_3 += w.y * v_2_3.y;
            sum_15_0_3 += w.z * v_1_3.z;
            sum_15_1_3 += w.z * v_2_3.z;
            sum_15_0_3 += w.w * v_1_3.w;
            sum_15_1_3 += w.w * v_2_3.w;
        }
        {
            let w = quadSwapDiagonal(g_11_3);
            sum_15_0_3 += w.x * v_2_3.x;
            sum_15_0_3 += w.y * v_2_3.y;
            sum_15_0_3 += w.z * v_2_3.z;
            sum_15_0_3 += w.w * v_2_3.w;
        }
        {
            let w = (g_0_4);
            sum_0_1_4 += w.x * v_1_4.x;
            sum_0_1_4 += w.y * v_1_4.y;
            sum_0_1_4 += w.z * v_1_4.z;
            sum_0_1_4 += w.w * v_1_4.w;
        }
        {
            let w = (g_1_4);
            sum_0_0_4 += w.x * v_1_4.x;
            sum_0_1_4 += w.x * v_2_4.x;
            sum_0_0_4 += w.y * v_1_4.y;
            sum_0_1_4 += w.y * v_2_4.y;
            sum_0_0_4 += w.z * v_1_4.z;
            sum_0_1_4 += w.z * v_2_4.z;
            sum_0_0_4 += w.w * v_1_4.w;
            sum_0_1_4 += w.w * v_2_4.w;
        }
        {
            let w = (g_2_4);
            sum_0_0_4 += w.x * v_2_4.x;
            sum_0_0_4 += w.y * v_2_4.y;
            sum_0_0_4 += w.z * v_2_4.z;
            sum_0_0_4 += w.w * v_2_4.w;
        }
        {
            let w = (g_3_4);
            sum_1_1_4 += w.x * v_1_4.x;
            sum_1_1_4 += w.y * v_1_4.y;
            sum_1_1_4 += w.z * v_1_4.z;
            sum_1_1_4 += w.w * v_1_4.w;
        }
        {
            let w = (g_4_4);
            sum_1_0_4 += w.x * v_1_4.x;
            sum_1_1_4 += w.x * v_2_4.x;
            sum_1_0_4 += w.y * v_1_4.y;
            sum_1_1_4 += w.y * v_2_4.y;
            sum_1_0_4 += w.z * v_1_4.z;
            sum_1_1_4 += w.z * v_2_4.z;
            sum_1_0_4 += w.w * v_1_4.w;
            sum_1_1_4 += w.w * v_2_4.w;
        }
        {
            let w = (g_5_4);
            sum_1_0_4 += w.x * v_2_4.x;
            sum_1_0_4 += w.y * v_2_4.y;
            sum_1_0_4 += w.z * v_2_4.z;
            sum_1_0_4 += w.w * v_2_4.w;
        }
        {
            let w = (g_6_4);
            sum_2_1_4 += w.x * v_1_4.x;
            sum_2_1_4 += w.y * v_1_4.y;
            sum_2_1_4 += w.z * v_1_4.z;
            sum_2_1_4 += w.w * v_1_4.w;
        }
        {
            let w = (g_7_4);
            sum_2_0_4 += w.x * v_1_4.x;
            sum_2_1_4 += w.x * v_2_4.x;
            sum_2_0_4 += w.y * v_1_4.y;
            sum_2_1_4 += w.y * v_2_4.y;
            sum_2_0_4 += w.z * v_1_4.z;
            sum_2_1_4 += w.z * v_2_4.z;
            sum_2_0_4 += w.w * v_1_4.w;
            sum_2_1_4 += w.w * v_2_4.w;
        }
        {
            let w = (g_8_4);
            sum_2_0_4 += w.x * v_2_4.x;
            sum_2_0_4 += w.y * v_2_4.y;
            sum_2_0_4 += w.z * v_2_4.z;
            sum_2_0_4 += w.w * v_2_4.w;
        }
        {
            let w = (g_9_4);
            sum_3_1_4 += w.x * v_1_4.x;
            sum_3_1_4 += w.y * v_1_4.y;
            sum_3_1_4 += w.z * v_1_4.z;
            sum_3_1_4 += w.w * v_1_4.w;
        }
        {
            let w = (g_10_4);
            sum_3_0_4 += w.x * v_1_4.x;
            sum_3_1_4 += w.x * v_2_4.x;
            sum_3_0_4 += w.y * v_1_4.y;
            sum_3_1_4 += w.y * v_2_4.y;
            sum_3_0_4 += w.z * v_1_4.z;
            sum_3_1_4 += w.z * v_2_4.z;
            sum_3_0_4 += w.w * v_1_4.w;
            sum_3_1_4 += w.w * v_2_4.w;
        }
        {
            let w = (g_11_4);
            sum_3_0_4 += w.x * v_2_4.x;
            sum_3_0_4 += w.y * v_2_4.y;
            sum_3_0_4 += w.z * v_2_4.z;
            sum_3_0_4 += w.w * v_2_4.w;
        }
        {
            let w = quadSwapX(g_0_4);
            sum_4_1_4 += w.x * v_1_4.x;
            sum_4_1_4 += w.y * v_1_4.y;
            sum_4_1_4 += w.z * v_1_4.z;
            sum_4_1_4 += w.w * v_1_4.w;
        }
        {
            let w = quadSwapX(g_1_4);
            sum_4_0_4 += w.x * v_1_4.x;
            sum_4_1_4 += w.x * v_2_4.x;
            sum_4_0_4 += w.y * v_1_4.y;
            sum_4_1_4 += w.y * v_2_4.y;
            sum_4_0_4 += w.z * v_1_4.z;
            sum_4_1_4 += w.z * v_2_4.z;
            sum_4_0_4 += w.w * v_1_4.w;
            sum_4_1_4 += w.w * v_2_4.w;
        }
        {
            let w = quadSwapX(g_2_4);
            sum_4_0_4 += w.x * v_2_4.x;
            sum_4_0_4 += w.y * v_2_4.y;
            sum_4_0_4 += w.z * v_2_4.z;
            sum_4_0_4 += w.w * v_2_4.w;
        }
        {
            let w = quadSwapX(g_3_4);
            sum_5_1_4 += w.x * v_1_4.x;
            sum_5_1_4 += w.y * v_1_4.y;
            sum_5_1_4 += w.z * v_1_4.z;
            sum_5_1_4 += w.w * v_1_4.w;
        }
        {
            let w = quadSwapX(g_4_4);
            sum_5_0_4 += w.x * v_1_4.x;
            sum_5_1_4 += w.x * v_2_4.x;
            sum_5_0_4 += w.y * v_1_4.y;
            sum_5_1_4 += w.y * v_2_4.y;
            sum_5_0_4 += w.z * v_1_4.z;
            sum_5_1_4 += w.z * v_2_4.z;
            sum_5_0_4 += w.w * v_1_4.w;
            sum_5_1_4 += w.w * v_2_4.w;
        }
        {
            let w = quadSwapX(g_5_4);
            sum_5_0_4 += w.x * v_2_4.x;
            sum_5_0_4 += w.y * v_2_4.y;
            sum_5_0_4 += w.z * v_2_4.z;
            sum_5_0_4 += w.w * v_2_4.w;
        }
        {
            let w = quadSwapX(g_6_4);
            sum_6_1_4 += w.x * v_1_4.x;
            sum_6_1_4 += w.y * v_1_4.y;
            sum_6_1_4 += w.z * v_1_4.z;
            sum_6_1_4 += w.w * v_1_4.w;
        }
        {
            let w = quadSwapX(g_7_4);
            sum_6_0_4 += w.x * v_1_4.x;
            sum_6_1_4 += w.x * v_2_4.x;
            sum_6_0_4 += w.y * v_1_4.y;
            sum_6_1_4 += w.y * v_2_4.y;
            sum_6_0_4 += w.z * v_1_4.z;
            sum_6_1_4 += w.z * v_2_4.z;
            sum_6_0_4 += w.w * v_1_4.w;
            sum_6_1_4 += w.w * v_2_4.w;
        }
        {
            let w = quadSwapX(g_8_4);
            sum_6_0_4 += w.x * v_2_4.x;
            sum_6_0_4 += w.y * v_2_4.y;
            sum_6_0_4 += w.z * v_2_4.z;
            sum_6_0_4 += w.w * v_2_4.w;
        }
        {
            let w = quadSwapX(g_9_4);
            sum_7_1_4 += w.x * v_1_4.x;
            sum_7_1_4 += w.y * v_1_4.y;
            sum_7_1_4 += w.z * v_1_4.z;
            sum_7_1_4 += w.w * v_1_4.w;
        }
        {
            let w = quadSwapX(g_10_4);
            sum_7_0_4 += w.x * v_1_4.x;
            sum_7_1_4 += w.x * v_2_4.x;
            sum_7_0_4 += w.y * v_1_4.y;
            sum_7_1_4 += w.y * v_2_4.y;
            sum_7_0_4 += w.z * v_1_4.z;
            sum_7_1_4 += w.z * v_2_4.z;
            sum_7_0_4 += w.w * v_1_4.w;
            sum_7_1_4 += w.w * v_2_4.w;
        }
        {
            let w = quadSwapX(g_11_4);
            sum_7_0_4 += w.x * v_2_4.x;
            sum_7_0_4 += w.y * v_2_4.y;
            sum_7_0_4 += w.z * v_2_4.z;
            sum_7_0_4 += w.w * v_2_4.w;
        }
        {
            let w = quadSwapY(g_0_4);
            sum_8_1_4 += w.x * v_1_4.x;
            sum_8_1_4 += w.y * v_1_4.y;
            sum_8_1_4 += w.z * v_1_4.z;
            sum_8_1_4 += w.w * v_1_4.w;
        }
        {
            let w = quadSwapY(g_1_4);
            sum_8_0_4 += w.x * v_1_4.x;
            sum_8_1_4 += w.x * v_2_4.x;
            sum_8_0_4 += w.y * v_1_4.y;
            sum_8_1_4 += w.y * v_2_4.y;
            sum_8_0_4 += w.z * v_1_4.z;
            sum_8_1_4 += w.z * v_2_4.z;
            sum_8_0_4 += w.w * v_1_4.w;
            sum_8_1_4 += w.w * v_2_4.w;
        }
        {
            let w = quadSwapY(g_2_4);
            sum_8_0_4 += w.x * v_2_4.x;
            sum_8_0_4 += w.y * v_2_4.y;
            sum_8_0_4 += w.z * v_2_4.z;
            sum_8_0_4 += w.w * v_2_4.w;
        }
        {
            let w = quadSwapY(g_3_4);
            sum_9_1_4 += w.x * v_1_4.x;
            sum_9_1_4 += w.y * v_1_4.y;
            sum_9_1_4 += w.z * v_1_4.z;
            sum_9_1_4 += w.w * v_1_4.w;
        }
        {
            let w = quadSwapY(g_4_4);
            sum_9_0_4 += w.x * v_1_4.x;
            sum_9_1_4 += w.x * v_2_4.x;
            sum_9_0_4 += w.y * v_1_4.y;
            sum_9_1_4 += w.y * v_2_4.y;
            sum_9_0_4 += w.z * v_1_4.z;
            sum_9_1_4 += w.z * v_2_4.z;
            sum_9_0_4 += w.w * v_1_4.w;
            sum_9_1_4 += w.w * v_2_4.w;
        }
        {
            let w = quadSwapY(g_5_4);
            sum_9_0_4 += w.x * v_2_4.x;
            sum_9_0_4 += w.y * v_2_4.y;
            sum_9_0_4 += w.z * v_2_4.z;
            sum_9_0_4 += w.w * v_2_4.w;
        }
        {
            let w = quadSwapY(g_6_4);
            sum_10_1_4 += w.x * v_1_4.x;
            sum_10_1_4 += w.y * v_1_4.y;
            sum_10_1_4 += w.z * v_1_4.z;
            sum_10_1_4 += w.w * v_1_4.w;
        }
        {
            let w = quadSwapY(g_7_4);
            sum_10_0_4 += w.x * v_1_4.x;
            sum_10_1_4 += w.x * v_2_4.x;
            sum_10_0_4 += w.y * v_1_4.y;
            sum_10_1_4 += w.y * v_2_4.y;
            sum_10_0_4 += w.z * v_1_4.z;
            sum_10_1_4 += w.z * v_2_4.z;
            sum_10_0_4 += w.w * v_1_4.w;
            sum_10_1_4 += w.w * v_2_4.w;
        }
        {
            let w = quadSwapY(g_8_4);
            sum_10_0_4 += w.x * v_2_4.x;
            sum_10_0_4 += w.y * v_2_4.y;
            sum_10_0_4 += w.z * v_2_4.z;
            sum_10_0_4 += w.w * v_2_4.w;
        }
        {
            let w = quadSwapY(g_9_4);
            sum_11_1_4 += w.x * v_1_4.x;
            sum_11_1_4 += w.y * v_1_4.y;
            sum_11_1_4 += w.z * v_1_4.z;
            sum_11_1_4 += w.w * v_1_4.w;
        }
        {
            let w = quadSwapY(g_10_4);
            sum_11_0_4 += w.x * v_1_4.x;
            sum_11_1_4 += w.x * v_2_4.x;
            sum_11_0_4 += w.y * v_1_4.y;
            sum_11_1_4 += w.y * v_2_4.y;
            sum_11_0_4 += w.z * v_1_4.z;
            sum_11_1_4 += w.z * v_2_4.z;
            sum_11_0_4 += w.w * v_1_4.w;
            sum_11_1_4 += w.w * v_2_4.w;
        }
        {
            let w = quadSwapY(g_11_4);
            sum_11_0_4 += w.x * v_2_4.x;
            sum_11_0_4 += w.y * v_2_4.y;
            sum_11_0_4 += w.z * v_2_4.z;
            sum_11_0_4 += w.w * v_2_4.w;
        }
        {
            let w = quadSwapDiagonal(g_0_4);
            sum_12_1_4 += w.x * v_1_4.x;
            sum_12_1_4 += w.y * v_1_4.y;
            sum_12_1_4 += w.z * v_1_4.z;
            sum_12_1_4 += w.w * v_1_4.w;
        }
        {
            let w = quadSwapDiagonal(g_1_4);
            sum_12_0_4 += w.x * v_1_4.x;
            sum_12_1_4 += w.x * v_2_4.x;
            sum_12_0_4 += w.y * v_1_4.y;
            sum_12_1_4 += w.y * v_2_4.y;
            sum_12_0_4 += w.z * v_1_4.z;
            sum_12_1_4 += w.z * v_2_4.z;
            sum_12_0_4 += w.w * v_1_4.w;
            sum_12_1_4 += w.w * v_2_4.w;
        }
        {
            let w = quadSwapDiagonal(g_2_4);
            sum_12_0_4 += w.x * v_2_4.x;
            sum_12_0_4 += w.y * v_2_4.y;
            sum_12_0_4 += w.z * v_2_4.z;
            sum_12_0_4 += w.w * v_2_4.w;
        }
        {
            let w = quadSwapDiagonal(g_3_4);
            sum_13_1_4 += w.x * v_1_4.x;
            sum_13_1_4 += w.y * v_1_4.y;
            sum_13_1_4 += w.z * v_1_4.z;
            sum_13_1_4 += w.w * v_1_4.w;
        }
        {
            let w = quadSwapDiagonal(g_4_4);
            sum_13_0_4 += w.x * v_1_4.x;
            sum_13_1_4 += w.x * v_2_4.x;
            sum_13_0_4 += w.y * v_1_4.y;
            sum_13_1_4 += w.y * v_2_4.y;
            sum_13_0_4 += w.z * v_1_4.z;
            sum_13_1_4 += w.z * v_2_4.z;
            sum_13_0_4 += w.w * v_1_4.w;
            sum_13_1_4 += w.w * v_2_4.w;
        }
        {
            let w = quadSwapDiagonal(g_5_4);
            sum_13_0_4 += w.x * v_2_4.x;
            sum_13_0_4 += w.y * v_2_4.y;
            sum_13_0_4 += w.z * v_2_4.z;
            sum_13_0_4 += w.w * v_2_4.w;
        }
        {
            let w = quadSwapDiagonal(g_6_4);
            sum_14_1_4 += w.x * v_1_4.x;
            sum_14_1_4 += w.y * v_1_4.y;
            sum_14_1_4 += w.z * v_1_4.z;
            sum_14_1_4 += w.w * v_1_4.w;
        }
        {
            let w = quadSwapDiagonal(g_7_4);
            sum_14_0_4 += w.x * v_1_4.x;
            sum_14_1_4 += w.x * v_2_4.x;
            sum_14_0_4 += w.y * v_1_4.y;
            sum_14_1_4 += w.y * v_2_4.y;
            sum_14_0_4 += w.z * v_1_4.z;
            sum_14_1_4 += w.z * v_2_4.z;
            sum_14_0_4 += w.w * v_1_4.w;
            sum_14_1_4 += w.w * v_2_4.w;
        }
        {
            let w = quadSwapDiagonal(g_8_4);
            sum_14_0_4 += w.x * v_2_4.x;
            sum_14_0_4 += w.y * v_2_4.y;
            sum_14_0_4 += w.z * v_2_4.z;
            sum_14_0_4 += w.w * v_2_4.w;
        }
        {
            let w = quadSwapDiagonal(g_9_4);
            sum_15_1_4 += w.x * v_1_4.x;
            sum_15_1_4 += w.y * v_1_4.y;
            sum_15_1_4 += w.z * v_1_4.z;
            sum_15_1_4 += w.w * v_1_4.w;
        }
        {
            let w = quadSwapDiagonal(g_10_4);
            sum_15_0_4 += w.x * v_1_4.x;
            sum_15_1_4 += w.x * v_2_4.x;
            sum_15_0_4 += w.y * v_1_4.y;
            sum_15_1_4 += w.y * v_2_4.y;
            sum_15_0_4 += w.z * v_1_4.z;
            sum_15_1_4 += w.z * v_2_4.z;
            sum_15_0_4 += w.w * v_1_4.w;
            sum_15_1_4 += w.w * v_2_4.w;
        }
        {
            let w = quadSwapDiagonal(g_11_4);
            sum_15_0_4 += w.x * v_2_4.x;
            sum_15_0_4 += w.y * v_2_4.y;
            sum_15_0_4 += w.z * v_2_4.z;
            sum_15_0_4 += w.w * v_2_4.w;
        }
        {
            let w = (g_0_5);
            sum_0_1_5 += w.x * v_1_5.x;
            sum_0_1_5 += w.y * v_1_5.y;
            sum_0_1_5 += w.z * v_1_5.z;
            sum_0_1_5 += w.w * v_1_5.w;
        }
        {
            let w = (g_1_5);
            sum_0_0_5 += w.x * v_1_5.x;
            sum_0_1_5 += w.x * v_2_5.x;
            sum_0_0_5 += w.y * v_1_5.y;
            sum_0_1_5 += w.y * v_2_5.y;
            sum_0_0_5 += w.z * v_1_5.z;
            sum_0_1_5 += w.z * v_2_5.z;
            sum_0_0_5 += w.w * v_1_5.w;
            sum_0_1_5 += w.w * v_2_5.w;
        }
        {
            let w = (g_2_5);
            sum_0_0_5 += w.x * v_2_5.x;
            sum_0_0_5 += w.y * v_2_5.y;
            sum_0_0_5 += w.z * v_2_5.z;
            sum_0_0_5 += w.w * v_2_5.w;
        }
        {
            let w = (g_3_5);
            sum_1_1_5 += w.x * v_1_5.x;
            sum_1_1_5 += w.y * v_1_5.y;
            sum_1_1_5 += w.z * v_1_5.z;
            sum_1_1_5 += w.w * v_1_5.w;
        }
        {
            let w = (g_4_5);
            sum_1_0_5 += w.x * v_1_5.x;
            sum_1_1_5 += w.x * v_2_5.x;
            sum_1_0_5 += w.y * v_1_5.y;
            sum_1_1_5 += w.y * v_2_5.y;
            sum_1_0_5 += w.z * v_1_5.z;
            sum_1_1_5 += w.z * v_2_5.z;
            sum_1_0_5 += w.w * v_1_5.w;
            sum_1_1_5 += w.w * v_2_5.w;
        }
        {
            let w = (g_5_5);
            sum_1_0_5 += w.x * v_2_5.x;
            sum_1_0_5 += w.y * v_2_5.y;
            sum_1_0_5 += w.z * v_2_5.z;
            sum_1_0_5 += w.w * v_2_5.w;
        }
        {
            let w = (g_6_5);
            sum_2_1_5 += w.x * v_1_5.x;
            sum_2_1_5 += w.y * v_1_5.y;
            sum_2_1_5 += w.z * v_1_5.z;
            sum_2_1_5 += w.w * v_1_5.w;
        }
        {
            let w = (g_7_5);
            sum_2_0_5 += w.x * v_1_5.x;
            sum_2_1_5 += w.x * v_2_5.x;
            sum_2_0_5 += w.y * v_1_5.y;
            sum_2_1_5 += w.y * v_2_5.y;
            sum_2_0_5 += w.z * v_1_5.z;
            sum_2_1_5 += w.z * v_2_5.z;
            sum_2_0_5 += w.w * v_1_5.w;
            sum_2_1_5 += w.w * v_2_5.w;
        }
        {
            let w = (g_8_5);
            sum_2_0_5 += w.x * v_2_5.x;
            sum_2_0_5 += w.y * v_2_5.y;
            sum_2_0_5 += w.z * v_2_5.z;
            sum_2_0_5 += w.w * v_2_5.w;
        }
        {
            let w = (g_9_5);
            sum_3_1_5 += w.x * v_1_5.x;
            sum_3_1_5 += w.y * v_1_5.y;
            sum_3_1_5 += w.z * v_1_5.z;
            sum_3_1_5 += w.w * v_1_5.w;
        }
        {
            let w = (g_10_5);
            sum_3_0_5 += w.x * v_1_5.x;
            sum_3_1_5 += w.x * v_2_5.x;
            sum_3_0_5 += w.y * v_1_5.y;
            sum_3_1_5 += w.y * v_2_5.y;
            sum_3_0_5 += w.z * v_1_5.z;
            sum_3_1_5 += w.z * v_2_5.z;
            sum_3_0_5 += w.w * v_1_5.w;
            sum_3_1_5 += w.w * v_2_5.w;
        }
        {
            let w = (g_11_5);
            sum_3_0_5 += w.x * v_2_5.x;
            sum_3_0_5 += w.y * v_2_5.y;
            sum_3_0_5 += w.z * v_2_5.z;
            sum_3_0_5 += w.w * v_2_5.w;
        }
        {
            let w = quadSwapX(g_0_5);
            sum_4_1_5 += w.x * v_1_5.x;
            sum_4_1_5 += w.y * v_1_5.y;
            sum_4_1_5 += w.z * v_1_5.z;
            sum_4_1_5 += w.w * v_1_5.w;
        }
        {
            let w = quadSwapX(g_1_5);
            sum_4_0_5 += w.x * v_1_5.x;
            sum_4_1_5 += w.x * v_2_5.x;
            sum_4_0_5 += w.y * v_1_5.y;
            sum_4_1_5 += w.y * v_2_5.y;
            sum_4_0_5 += w.z * v_1_5.z;
            sum_4_1_5 += w.z * v_2_5.z;
            sum_4_0_5 += w.w * v_1_5.w;
            sum_4_1_5 += w.w * v_2_5.w;
        }
        {
            let w = quadSwapX(g_2_5);
            sum_4_0_5 += w.x * v_2_5.x;
            sum_4_0_5 += w.y * v_2_5.y;
            sum_4_0_5 += w.z * v_2_5.z;
            sum_4_0_5 += w.w * v_2_5.w;
        }
        {
            let w = quadSwapX(g_3_5);
            sum_5_1_5 += w.x * v_1_5.x;
            sum_5_1_5 += w.y * v_1_5.y;
            sum_5_1_5 += w.z * v_1_5.z;
            sum_5_1_5 += w.w * v_1_5.w;
        }
        {
            let w = quadSwapX(g_4_5);
            sum_5_0_5 += w.x * v_1_5.x;
            sum_5_1_5 += w.x * v_2_5.x;
            sum_5_0_5 += w.y * v_1_5.y;
            sum_5_1_5 += w.y * v_2_5.y;
            sum_5_0_5 += w.z * v_1_5.z;
            sum_5_1_5 += w.z * v_2_5.z;
            sum_5_0_5 += w.w * v_1_5.w;
            sum_5_1_5 += w.w * v_2_5.w;
        }
        {
            let w = quadSwapX(g_5_5);
            sum_5_0_5 += w.x * v_2_5.x;
            sum_5_0_5 += w.y * v_2_5.y;
            sum_5_0_5 += w.z * v_2_5.z;
            sum_5_0_5 += w.w * v_2_5.w;
        }
        {
            let w = quadSwapX(g_6_5);
            sum_6_1_5 += w.x * v_1_5.x;
            sum_6_1_5 += w.y * v_1_5.y;
            sum_6_1_5 += w.z * v_1_5.z;
            sum_6_1_5 += w.w * v_1_5.w;
        }
        {
            let w = quadSwapX(g_7_5);
            sum_6_0_5 += w.x * v_1_5.x;
            sum_6_1_5 += w.x * v_2_5.x;
            sum_6_0_5 += w.y * v_1_5.y;
            sum_6_1_5 += w.y * v_2_5.y;
            sum_6_0_5 += w.z * v_1_5.z;
            sum_6_1_5 += w.z * v_2_5.z;
            sum_6_0_5 += w.w * v_1_5.w;
            sum_6_1_5 += w.w * v_2_5.w;
        }
        {
            let w = quadSwapX(g_8_5);
            sum_6_0_5 += w.x * v_2_5.x;
            sum_6_0_5 += w.y * v_2_5.y;
            sum_6_0_5 += w.z * v_2_5.z;
            sum_6_0_5 += w.w * v_2_5.w;
        }
        {
            let w = quadSwapX(g_9_5);
            sum_7_1_5 += w.x * v_1_5.x;
            sum_7_1_5 += w.y * v_1_5.y;
            sum_7_1_5 += w.z * v_1_5.z;
            sum_7_1_5 += w.w * v_1_5.w;
        }
        {
            let w = quadSwapX(g_10_5);
            sum_7_0_5 += w.x * v_1_5.x;
            sum_7_1_5 += w.x * v_2_5.x;
            sum_7_0_5 += w.y * v_1_5.y;
            sum_7_1_5 += w.y * v_2_5.y;
            sum_7_0_5 += w.z * v_1_5.z;
            sum_7_1_5 += w.z * v_2_5.z;
            sum_7_0_5 += w.w * v_1_5.w;
            sum_7_1_5 += w.w * v_2_5.w;
        }
        {
            let w = quadSwapX(g_11_5);
            sum_7_0_5 += w.x * v_2_5.x;
            sum_7_0_5 += w.y * v_2_5.y;
            sum_7_0_5 += w.z * v_2_5.z;
            sum_7_0_5 += w.w * v_2_5.w;
        }
        {
            let w = quadSwapY(g_0_5);
            sum_8_1_5 += w.x * v_1_5.x;
            sum_8_1_5 += w.y * v_1_5.y;
            sum_8_1_5 += w.z * v_1_5.z;
            sum_8_1_5 += w.w * v_1_5.w;
        }
        {
            let w = quadSwapY(g_1_5);
            sum_8_0_5 += w.x * v_1_5.x;
            sum_8_1_5 += w.x * v_2_5.x;
            sum_8_0_5 += w.y * v_1_5.y;
            sum_8_1_5 += w.y * v_2_5.y;
            sum_8_0_5 += w.z * v_1_5.z;
            sum_8_1_5 += w.z * v_2_5.z;
            sum_8_0_5 += w.w * v_1_5.w;
            sum_8_1_5 += w.w * v_2_5.w;
        }
        {
            let w = quadSwapY(g_2_5);
            sum_8_0_5 += w.x * v_2_5.x;
            sum_8_0_5 += w.y * v_2_5.y;
            sum_8_0_5 += w.z * v_2_5.z;
            sum_8_0_5 += w.w * v_2_5.w;
        }
        {
            let w = quadSwapY(g_3_5);
            sum_9_1_5 += w.x * v_1_5.x;
            sum_9_1_5 += w.y * v_1_5.y;
            sum_9_1_5 += w.z * v_1_5.z;
            sum_9_1_5 += w.w * v_1_5.w;
        }
        {
            let w = quadSwapY(g_4_5);
            sum_9_0_5 += w.x * v_1_5.x;
            sum_9_1_5 += w.x * v_2_5.x;
            sum_9_0_5 += w.y * v_1_5.y;
            sum_9_1_5 += w.y * v_2_5.y;
            sum_9_0_5 += w.z * v_1_5.z;
            sum_9_1_5 += w.z * v_2_5.z;
            sum_9_0_5 += w.w * v_1_5.w;
            sum_9_1_5 += w.w * v_2_5.w;
        }
        {
            let w = quadSwapY(g_5_5);
            sum_9_0_5 += w.x * v_2_5.x;
            sum_9_0_5 += w.y * v_2_5.y;
            sum_9_0_5 += w.z * v_2_5.z;
            sum_9_0_5 += w.w * v_2_5.w;
        }
        {
            let w = quadSwapY(g_6_5);
            sum_10_1_5 += w.x * v_1_5.x;
            sum_10_1_5 += w.y * v_1_5.y;
            sum_10_1_5 += w.z * v_1_5.z;
            sum_10_1_5 += w.w * v_1_5.w;
        }
        {
            let w = quadSwapY(g_7_5);
            sum_10_0_5 += w.x * v_1_5.x;
            sum_10_1_5 += w.x * v_2_5.x;
            sum_10_0_5 += w.y * v_1_5.y;
            sum_10_1_5 += w.y * v_2_5.y;
            sum_10_0_5 += w.z * v_1_5.z;
            sum_10_1_5 += w.z * v_2_5.z;
            sum_10_0_5 += w.w * v_1_5.w;
            sum_10_1_5 += w.w * v_2_5.w;
        }
        {
            let w = quadSwapY(g_8_5);
            sum_10_0_5 += w.x * v_2_5.x;
            sum_10_0_5 += w.y * v_2_5.y;
            sum_10_0_5 += w.z * v_2_5.z;
            sum_10_0_5 += w.w * v_2_5.w;
        }
        {
            let w = quadSwapY(g_9_5);
            sum_11_1_5 += w.x * v_1_5.x;
            sum_11_1_5 += w.y * v_1_5.y;
            sum_11_1_5 += w.z * v_1_5.z;
            sum_11_1_5 += w.w * v_1_5.w;
        }
        {
            let w = quadSwapY(g_10_5);
            sum_11_0_5 += w.x * v_1_5.x;
            sum_11_1_5 += w.x * v_2_5.x;
            sum_11_0_5 += w.y * v_1_5.y;
            sum_11_1_5 += w.y * v_2_5.y;
            sum_11_0_5 += w.z * v_1_5.z;
            sum_11_1_5 += w.z * v_2_5.z;
            sum_11_0_5 += w.w * v_1_5.w;
            sum_11_1_5 += w.w * v_2_5.w;
        }
        {
            let w = quadSwapY(g_11_5);
            sum_11_0_5 += w.x * v_2_5.x;
            sum_11_0_5 += w.y * v_2_5.y;
            sum_11_0_5 += w.z * v_2_5.z;
            sum_11_0_5 += w.w * v_2_5.w;
        }
        {
            let w = quadSwapDiagonal(g_0_5);
            sum_12_1_5 += w.x * v_1_5.x;
            sum_12_1_5 += w.y * v_1_5.y;
            sum_12_1_5 += w.z * v_1_5.z;
            sum_12_1_5 += w.w * v_1_5.w;
        }
        {
            let w = quadSwapDiagonal(g_1_5);
            sum_12_0_5 += w.x * v_1_5.x;
            sum_12_1_5 += w.x * v_2_5.x;
            sum_12_0_5 += w.y * v_1_5.y;
            sum_12_1_5 += w.y * v_2_5.y;
            sum_12_0_5 += w.z * v_1_5.z;
            sum_12_1_5 += w.z * v_2_5.z;
            sum_12_0_5 += w.w * v_1_5.w;
            sum_12_1_5 += w.w * v_2_5.w;
        }
        {
            let w = quadSwapDiagonal(g_2_5);
            sum_12_0_5 += w.x * v_2_5.x;
            sum_12_0_5 += w.y * v_2_5.y;
            sum_12_0_5 += w.z * v_2_5.z;
            sum_12_0_5 += w.w * v_2_5.w;
        }
        {
            let w = quadSwapDiagonal(g_3_5);
            sum_13_1_5 += w.x * v_1_5.x;
            sum_13_1_5 += w.y * v_1_5.y;
            sum_13_1_5 += w.z * v_1_5.z;
            sum_13_1_5 += w.w * v_1_5.w;
        }
        {
            let w = quadSwapDiagonal(g_4_5);
            sum_13_0_5 += w.x * v_1_5.x;
            sum_13_1_5 += w.x * v_2_5.x;
            sum_13_0_5 += w.y * v_1_5.y;
            sum_13_1_5 += w.y * v_2_5.y;
            sum_13_0_5 += w.z * v_1_5.z;
            sum_13_1_5 += w.z * v_2_5.z;
            sum_13_0_5 += w.w * v_1_5.w;
            sum_13_1_5 += w.w * v_2_5.w;
        }
        {
            let w = quadSwapDiagonal(g_5_5);
            sum_13_0_5 += w.x * v_2_5.x;
            sum_13_0_5 += w.y * v_2_5.y;
            sum_13_0_5 += w.z * v_2_5.z;
            sum_13_0_5 += w.w * v_2_5.w;
        }
        {
            let w = quadSwapDiagonal(g_6_5);
            sum_14_1_5 += w.x * v_1_5.x;
            sum_14_1_5 += w.y * v_1_5.y;
            sum_14_1_5 += w.z * v_1_5.z;
            sum_14_1_5 += w.w * v_1_5.w;
        }
        {
            let w = quadSwapDiagonal(g_7_5);
            sum_14_0_5 += w.x * v_1_5.x;
            sum_14_1_5 += w.x * v_2_5.x;
            sum_14_0_5 += w.y * v_1_5.y;
            sum_14_1_5 += w.y * v_2_5.y;
            sum_14_0_5 += w.z * v_1_5.z;
            sum_14_1_5 += w.z * v_2_5.z;
            sum_14_0_5 += w.w * v_1_5.w;
            sum_14_1_5 += w.w * v_2_5.w;
        }
        {
            let w = quadSwapDiagonal(g_8_5);
            sum_14_0_5 += w.x * v_2_5.x;
            sum_14_0_5 += w.y * v_2_5.y;
            sum_14_0_5 += w.z * v_2_5.z;
            sum_14_0_5 += w.w * v_2_5.w;
        }
        {
            let w = quadSwapDiagonal(g_9_5);
            sum_15_1_5 += w.x * v_1_5.x;
            sum_15_1_5 += w.y * v_1_5.y;
            sum_15_1_5 += w.z * v_1_5.z;
            sum_15_1_5 += w.w * v_1_5.w;
        }
        {
            let w = quadSwapDiagonal(g_10_5);
            sum_15_0_5 += w.x * v_1_5.x;
            sum_15_1_5 += w.x * v_2_5.x;
            sum_15_0_5 += w.y * v_1_5.y;
            sum_15_1_5 += w.y * v_2_5.y;
            sum_15_0_5 += w.z * v_1_5.z;
            sum_15_1_5 += w.z * v_2_5.z;
            sum_15_0_5 += w.w * v_1_5.w;
            sum_15_1_5 += w.w * v_2_5.w;
        }
        {
            let w = quadSwapDiagonal(g_11_5);
            sum_15_0_5 += w.x * v_2_5.x;
            sum_15_0_5 += w.y * v_2_5.y;
            sum_15_0_5 += w.z * v_2_5.z;
            sum_15_0_5 += w.w * v_2_5.w;
        }
    }
    var left_0: GradSums;
    {
        let q = first_quad + (0u ^ subgroup_lane);
        var sum = vec4f();
        var sum_x = vec4f();
        let norm = Normalization(
            normalization[q * 7u + 0u],
            normalization[q * 7u + 1u],
            normalization[q * 7u + 2u],
            normalization[q * 7u + 3u],
            normalization[q * 7u + 4u],
            normalization[q * 7u + 5u],
            normalization[q * 7u + 6u],
        );
        if (n < current.batch) {
            let image = (n * QUADS + q) * (HEIGHT * WIDTH);
            {
                let at = (image + (y0 + 0u) * WIDTH + x0);
                let signs = positive[(n * QUADS + q) * ((HEIGHT * WIDTH + SIGNS - 1u) / SIGNS) + ((y0 + 0u) * WIDTH + x0) / SIGNS] >> (4u * (((y0 + 0u) * WIDTH + x0) % SIGNS));
                let p_0 = vec4f(sum_0_0_0, sum_1_0_0, sum_2_0_0, sum_3_0_0);
                let p_1 = vec4f(sum_0_0_1, sum_1_0_1, sum_2_0_1, sum_3_0_1);
                let p_2 = vec4f(sum_0_0_2, sum_1_0_2, sum_2_0_2, sum_3_0_2);
                let p_3 = vec4f(sum_0_0_3, sum_1_0_3, sum_2_0_3, sum_3_0_3);
                let p_4 = vec4f(sum_0_0_4, sum_1_0_4, sum_2_0_4, sum_3_0_4);
                let p_5 = vec4f(sum_0_0_5, sum_1_0_5, sum_2_0_5, sum_3_0_5);
                // Aᵀ · p
                let near = p_1 - p_2;
                let far = p_3 - p_4;
                {
                    let place = at;
                    let entered = norm_input[place];
                    var y_0 = p_0 + (p_1 + p_2) + (p_3 + p_4);
                    let x_0 = vec4f(entered);
                    y_0 = select(vec4f(), y_0, (vec4u(signs >> 0u) & vec4u(1u, 2u, 4u, 8u)) != vec4u());
                    destination[place] = Stored(y_0);
                    sum += y_0;
                    sum_x += y_0 * standardised(x_0, norm);
                }
                {
                    let place = at + 1u;
                    let entered = norm_input[place];
                    var y_0 = near + 2.0 * far;
                    let x_0 = vec4f(entered);
                    y_0 = select(vec4f(), y_0, (vec4u(signs >> 4u) & vec4u(1u, 2u, 4u, 8u)) != vec4u());
                    destination[place] = Stored(y_0);
                    sum += y_0;
                    sum_x += y_0 * standardised(x_0, norm);
                }
                {
                    let place = at + 2u;
                    let entered = norm_input[place];
                    var y_0 = (p_1 + p_2) + 4.0 * (p_3 + p_4);
                    let x_0 = vec4f(entered);
                    y_0 = select(vec4f(), y_0, (vec4u(signs >> 8u) & vec4u(1u, 2u, 4u, 8u)) != vec4u());
                    destination[place] = Stored(y_0);
                    sum += y_0;
                    sum_x += y_0 * standardised(x_0, norm);
                }
                {
                    let place = at + 3u;
                    let entered = norm_input[place];
                    var y_0 = near + 8.0 * far + p_5;
                    let x_0 = vec4f(entered);
                    y_0 = select(vec4f(), y_0, (vec4u(signs >> 12u) & vec4u(1u, 2u, 4u, 8u)) != vec4u());
                    destination[place] = Stored(y_0);
                    sum += y_0;
                    sum_x += y_0 * standardised(x_0, norm);
                }
            }
            {
                let at = (image + (y0 + 1u) * WIDTH + x0);
                let signs = positive[(n * QUADS + q) * ((HEIGHT * WIDTH + SIGNS - 1u) / SIGNS) + ((y0 + 1u) * WIDTH + x0) / SIGNS] >> (4u * (((y0 + 1u) * WIDTH + x0) % SIGNS));
                let p_0 = vec4f(sum_0_1_0, sum_1_1_0, sum_2_1_0, sum_3_1_0);
                let p_1 = vec4f(sum_0_1_1, sum_1_1_1, sum_2_1_1, sum_3_1_1);
                let p_2 = vec4f(sum_0_1_2, sum_1_1_2, sum_2_1_2, sum_3_1_2);
                let p_3 = vec4f(sum_0_1_3, sum_1_1_3, sum_2_1_3, sum_3_1_3);
                let p_4 = vec4f(sum_0_1_4, sum_1_1_4, sum_2_1_4, sum_3_1_4);
                let p_5 = vec4f(sum_0_1_5, sum_1_1_5, sum_2_1_5, sum_3_1_5);
                // Aᵀ · p
                let near = p_1 - p_2;
                let far = p_3 - p_4;
                {
                    let place = at;
                    let entered = norm_input[place];
                    var y_0 = p_0 + (p_1 + p_2) + (p_3 + p_4);
                    let x_0 = vec4f(entered);
                    y_0 = select(vec4f(), y_0, (vec4u(signs >> 0u) & vec4u(1u, 2u, 4u, 8u)) != vec4u());
                    destination[place] = Stored(y_0);
                    sum += y_0;
                    sum_x += y_0 * standardised(x_0, norm);
                }
                {
                    let place = at + 1u;
                    let entered = norm_input[place];
                    var y_0 = near + 2.0 * far;
                    let x_0 = vec4f(entered);
                    y_0 = select(vec4f(), y_0, (vec4u(signs >> 4u) & vec4u(1u, 2u, 4u, 8u)) != vec4u());
                    destination[place] = Stored(y_0);
                    sum += y_0;
                    sum_x += y_0 * standardised(x_0, norm);
                }
                {
                    let place = at + 2u;
                    let entered = norm_input[place];
                    var y_0 = (p_1 + p_2) + 4.0 * (p_3 + p_4);
                    let x_0 = vec4f(entered);
                    y_0 = select(vec4f(), y_0, (vec4u(signs >> 8u) & vec4u(1u, 2u, 4u, 8u)) != vec4u());
                    destination[place] = Stored(y_0);
                    sum += y_0;
                    sum_x += y_0 * standardised(x_0, norm);
                }
                {
                    let place = at + 3u;
                    let entered = norm_input[place];
                    var y_0 = near + 8.0 * far + p_5;
                    let x_0 = vec4f(entered);
                    y_0 = select(vec4f(), y_0, (vec4u(signs >> 12u) & vec4u(1u, 2u, 4u, 8u)) != vec4u());
                    destination[place] = Stored(y_0);
                    sum += y_0;
                    sum_x += y_0 * standardised(x_0, norm);
                }
            }
        }
        left_0 = GradSums(sum, sum_x);
    }
    var left_1: GradSums;
    {
        let q = first_quad + (1u ^ subgroup_lane);
        var sum = vec4f();
        var sum_x = vec4f();
        let norm = Normalization(
            normalization[q * 7u + 0u],
            normalization[q * 7u + 1u],
            normalization[q * 7u + 2u],
            normalization[q * 7u + 3u],
            normalization[q * 7u + 4u],
            normalization[q * 7u + 5u],
            normalization[q * 7u + 6u],
        );
        if (n < current.batch) {
            let image = (n * QUADS + q) * (HEIGHT * WIDTH);
            {
                let at = (image + (y0 + 0u) * WIDTH + x0);
                let signs = positive[(n * QUADS + q) * ((HEIGHT * WIDTH + SIGNS - 1u) / SIGNS) + ((y0 + 0u) * WIDTH + x0) / SIGNS] >> (4u * (((y0 + 0u) * WIDTH + x0) % SIGNS));
                let p_0 = vec4f(sum_4_0_0, sum_5_0_0, sum_6_0_0, sum_7_0_0);
                let p_1 = vec4f(sum_4_0_1, sum_5_0_1, sum_6_0_1, sum_7_0_1);
                let p_2 = vec4f(sum_4_0_2, sum_5_0_2, sum_6_0_2, sum_7_0_2);
                let p_3 = vec4f(sum_4_0_3, sum_5_0_3, sum_6_0_3, sum_7_0_3);
                let p_4 = vec4f(sum_4_0_4, sum_5_0_4, sum_6_0_4, sum_7_0_4);
                let p_5 = vec4f(sum_4_0_5, sum_5_0_5, sum_6_0_5, sum_7_0_5);
                // Aᵀ · p
                let near = p_1 - p_2;
                let far = p_3 - p_4;
                {
                    let place = at;
                    let entered = norm_input[place];
                    var y_0 = p_0 + (p_1 + p_2) + (p_3 + p_4);
                    let x_0 = vec4f(entered);
                    y_0 = select(vec4f(), y_0, (vec4u(signs >> 0u) & vec4u(1u, 2u, 4u, 8u)) != vec4u());
                    destination[place] = Stored(y_0);
                    sum += y_0;
                    sum_x += y_0 * standardised(x_0, norm);
                }
                {
                    let place = at + 1u;
                    let entered = norm_input[place];
                    var y_0 = near + 2.0 * far;
                    let x_0 = vec4f(entered);
                    y_0 = select(vec4f(), y_0, (vec4u(signs >> 4u) & vec4u(1u, 2u, 4u, 8u)) != vec4u());
                    destination[place] = Stored(y_0);
                    sum += y_0;
                    sum_x += y_0 * standardised(x_0, norm);
                }
                {
                    let place = at + 2u;
                    let entered = norm_input[place];
                    var y_0 = (p_1 + p_2) + 4.0 * (p_3 + p_4);
                    let x_0 = vec4f(entered);
                    y_0 = select(vec4f(), y_0, (vec4u(signs >> 8u) & vec4u(1u, 2u, 4u, 8u)) != vec4u());
                    destination[place] = Stored(y_0);
                    sum += y_0;
                    sum_x += y_0 * standardised(x_0, norm);
                }
                {
                    let place = at + 3u;
                    let entered = norm_input[place];
                    var y_0 = near + 8.0 * far + p_5;
                    let x_0 = vec4f(entered);
                    y_0 = select(vec4f(), y_0, (vec4u(signs >> 12u) & vec4u(1u, 2u, 4u, 8u)) != vec4u());
                    destination[place] = Stored(y_0);
                    sum += y_0;
                    sum_x += y_0 * standardised(x_0, norm);
                }
            }
            {
                let at = (image + (y0 + 1u) * WIDTH + x0);
                let signs = positive[(n * QUADS + q) * ((HEIGHT * WIDTH + SIGNS - 1u) / SIGNS) + ((y0 + 1u) * WIDTH + x0) / SIGNS] >> (4u * (((y0 + 1u) * WIDTH + x0) % SIGNS));
                let p_0 = vec4f(sum_4_1_0, sum_5_1_0, sum_6_1_0, sum_7_1_0);
                let p_1 = vec4f(sum_4_1_1, sum_5_1_1, sum_6_1_1, sum_7_1_1);
                let p_2 = vec4f(sum_4_1_2, sum_5_1_2, sum_6_1_2, sum_7_1_2);
                let p_3 = vec4f(sum_4_1_3, sum_5_1_3, sum_6_1_3, sum_7_1_3);
                let p_4 = vec4f(sum_4_1_4, sum_5_1_4, sum_6_1_4, sum_7_1_4);
                let p_5 = vec4f(sum_4_1_5, sum_5_1_5, sum_6_1_5, sum_7_1_5);
                // Aᵀ · p
                let near = p_1 - p_2;
                let far = p_3 - p_4;
                {
                    let place = at;
                    let entered = norm_input[place];
                    var y_0 = p_0 + (p_1 + p_2) + (p_3 + p_4);
                    let x_0 = vec4f(entered);
                    y_0 = select(vec4f(), y_0, (vec4u(signs >> 0u) & vec4u(1u, 2u, 4u, 8u)) != vec4u());
                    destination[place] = Stored(y_0);
                    sum += y_0;
                    sum_x += y_0 * standardised(x_0, norm);
                }
                {
                    let place = at + 1u;
                    let entered = norm_input[place];
                    var y_0 = near + 2.0 * far;
                    let x_0 = vec4f(entered);
                    y_0 = select(vec4f(), y_0, (vec4u(signs >> 4u) & vec4u(1u, 2u, 4u, 8u)) != vec4u());
                    destination[place] = Stored(y_0);
                    sum += y_0;
                    sum_x += y_0 * standardised(x_0, norm);
                }
                {
                    let place = at + 2u;
                    let entered = norm_input[place];
                    var y_0 = (p_1 + p_2) + 4.0 * (p_3 + p_4);
                    let x_0 = vec4f(entered);
                    y_0 = select(vec4f(), y_0, (vec4u(signs >> 8u) & vec4u(1u, 2u, 4u, 8u)) != vec4u());
                    destination[place] = Stored(y_0);
                    sum += y_0;
                    sum_x += y_0 * standardised(x_0, norm);
                }
                {
                    let place = at + 3u;
                    let entered = norm_input[place];
                    var y_0 = near + 8.0 * far + p_5;
                    let x_0 = vec4f(entered);
                    y_0 = select(vec4f(), y_0, (vec4u(signs >> 12u) & vec4u(1u, 2u, 4u, 8u)) != vec4u());
                    destination[place] = Stored(y_0);
                    sum += y_0;
                    sum_x += y_0 * standardised(x_0, norm);
                }
            }
        }
        left_1 = GradSums(sum, sum_x);
    }
    var left_2: GradSums;
    {
        let q = first_quad + (2u ^ subgroup_lane);
        var sum = vec4f();
        var sum_x = vec4f();
        let norm = Normalization(
            normalization[q * 7u + 0u],
            normalization[q * 7u + 1u],
            normalization[q * 7u + 2u],
            normalization[q * 7u + 3u],
            normalization[q * 7u + 4u],
            normalization[q * 7u + 5u],
            normalization[q * 7u + 6u],
        );
        if (n < current.batch) {
            let image = (n * QUADS + q) * (HEIGHT * WIDTH);
            {
                let at = (image + (y0 + 0u) * WIDTH + x0);
                let signs = positive[(n * QUADS + q) * ((HEIGHT * WIDTH + SIGNS - 1u) / SIGNS) + ((y0 + 0u) * WIDTH + x0) / SIGNS] >> (4u * (((y0 + 0u) * WIDTH + x0) % SIGNS));
                let p_0 = vec4f(sum_8_0_0, sum_9_0_0, sum_10_0_0, sum_11_0_0);
                let p_1 = vec4f(sum_8_0_1, sum_9_0_1, sum_10_0_1, sum_11_0_1);
                let p_2 = vec4f(sum_8_0_2, sum_9_0_2, sum_10_0_2, sum_11_0_2);
                let p_3 = vec4f(sum_8_0_3, sum_9_0_3, sum_10_0_3, sum_11_0_3);
                let p_4 = vec4f(sum_8_0_4, sum_9_0_4, sum_10_0_4, sum_11_0_4);
                let p_5 = vec4f(sum_8_0_5, sum_9_0_5, sum_10_0_5, sum_11_0_5);
                // Aᵀ · p
                let near = p_1 - p_2;
                let far = p_3 - p_4;
                {
                    let place = at;
                    let entered = norm_input[place];
                    var y_0 = p_0 + (p_1 + p_2) + (p_3 + p_4);
                    let x_0 = vec4f(entered);
                    y_0 = select(vec4f(), y_0, (vec4u(signs >> 0u) & vec4u(1u, 2u, 4u, 8u)) != vec4u());
                    destination[place] = Stored(y_0);
                    sum += y_0;
                    sum_x += y_0 * standardised(x_0, norm);
                }
                {
                    let place = at + 1u;
                    let entered = norm_input[place];
                    var y_0 = near + 2.0 * far;
                    let x_0 = vec4f(entered);
                    y_0 = select(vec4f(), y_0, (vec4u(signs >> 4u) & vec4u(1u, 2u, 4u, 8u)) != vec4u());
                    destination[place] = Stored(y_0);
                    sum += y_0;
                    sum_x += y_0 * standardised(x_0, norm);
                }
                {
                    let place = at + 2u;
                    let entered = norm_input[place];
                    var y_0 = (p_1 + p_2) + 4.0 * (p_3 + p_4);
                    let x_0 = vec4f(entered);
                    y_0 = select(vec4f(), y_0, (vec4u(signs >> 8u) & vec4u(1u, 2u, 4u, 8u)) != vec4u());
                    destination[place] = Stored(y_0);
                    sum += y_0;
                    sum_x += y_0 * standardised(x_0, norm);
                }
                {
                    let place = at + 3u;
                    let entered = norm_input[place];
                    var y_0 = near + 8.0 * far + p_5;
                    let x_0 = vec4f(entered);
                    y_0 = select(vec4f(), y_0, (vec4u(signs >> 12u) & vec4u(1u, 2u, 4u, 8u)) != vec4u());
                    destination[place] = Stored(y_0);
                    sum += y_0;
                    sum_x += y_0 * standardised(x_0, norm);
                }
            }
            {
                let at = (image + (y0 + 1u) * WIDTH + x0);
                let signs = positive[(n * QUADS + q) * ((HEIGHT * WIDTH + SIGNS - 1u) / SIGNS) + ((y0 + 1u) * WIDTH + x0) / SIGNS] >> (4u * (((y0 + 1u) * WIDTH + x0) % SIGNS));
                let p_0 = vec4f(sum_8_1_0, sum_9_1_0, sum_10_1_0, sum_11_1_0);
                let p_1 = vec4f(sum_8_1_1, sum_9_1_1, sum_10_1_1, sum_11_1_1);
                let p_2 = vec4f(sum_8_1_2, sum_9_1_2, sum_10_1_2, sum_11_1_2);
                let p_3 = vec4f(sum_8_1_3, sum_9_1_3, sum_10_1_3, sum_11_1_3);
                let p_4 = vec4f(sum_8_1_4, sum_9_1_4, sum_10_1_4, sum_11_1_4);
                let p_5 = vec4f(sum_8_1_5, sum_9_1_5, sum_10_1_5, sum_11_1_5);
                // Aᵀ · p
                let near = p_1 - p_2;
                let far = p_3 - p_4;
                {
                    let place = at;
                    let entered = norm_input[place];
                    var y_0 = p_0 + (p_1 + p_2) + (p_3 + p_4);
                    let x_0 = vec4f(entered);
                    y_0 = select(vec4f(), y_0, (vec4u(signs >> 0u) & vec4u(1u, 2u, 4u, 8u)) != vec4u());
                    destination[place] = Stored(y_0);
                    sum += y_0;
                    sum_x += y_0 * standardised(x_0, norm);
                }
                {
                    let place = at + 1u;
                    let entered = norm_input[place];
                    var y_0 = near + 2.0 * far;
                    let x_0 = vec4f(entered);
                    y_0 = select(vec4f(), y_0, (vec4u(signs >> 4u) & vec4u(1u, 2u, 4u, 8u)) != vec4u());
                    destination[place] = Stored(y_0);
                    sum += y_0;
                    sum_x += y_0 * standardised(x_0, norm);
                }
                {
                    let place = at + 2u;
                    let entered = norm_input[place];
                    var y_0 = (p_1 + p_2) + 4.0 * (p_3 + p_4);
                    let x_0 = vec4f(entered);
                    y_0 = select(vec4f(), y_0, (vec4u(signs >> 8u) & vec4u(1u, 2u, 4u, 8u)) != vec4u());
                    destination[place] = Stored(y_0);
                    sum += y_0;
                    sum_x += y_0 * standardised(x_0, norm);
                }
                {
                    let place = at + 3u;
                    let entered = norm_input[place];
                    var y_0 = near + 8.0 * far + p_5;
                    let x_0 = vec4f(entered);
                    y_0 = select(vec4f(), y_0, (vec4u(signs >> 12u) & vec4u(1u, 2u, 4u, 8u)) != vec4u());
                    destination[place] = Stored(y_0);
                    sum += y_0;
                    sum_x += y_0 * standardised(x_0, norm);
                }
            }
        }
        left_2 = GradSums(sum, sum_x);
    }
    var left_3: GradSums;
    {
        let q = first_quad + (3u ^ subgroup_lane);
        var sum = vec4f();
        var sum_x = vec4f();
        let norm = Normalization(
            normalization[q * 7u + 0u],
            normalization[q * 7u + 1u],
            normalization[q * 7u + 2u],
            normalization[q * 7u + 3u],
            normalization[q * 7u + 4u],
            normalization[q * 7u + 5u],
            normalization[q * 7u + 6u],
        );
        if (n < current.batch) {
            let image = (n * QUADS + q) * (HEIGHT * WIDTH);
            {
                let at = (image + (y0 + 0u) * WIDTH + x0);
                let signs = positive[(n * QUADS + q) * ((HEIGHT * WIDTH + SIGNS - 1u) / SIGNS) + ((y0 + 0u) * WIDTH + x0) / SIGNS] >> (4u * (((y0 + 0u) * WIDTH + x0) % SIGNS));
                let p_0 = vec4f(sum_12_0_0, sum_13_0_0, sum_14_0_0, sum_15_0_0);
                let p_1 = vec4f(sum_12_0_1, sum_13_0_1, sum_14_0_1, sum_15_0_1);
                let p_2 = vec4f(sum_12_0_2, sum_13_0_2, sum_14_0_2, sum_15_0_2);
                let p_3 = vec4f(sum_12_0_3, sum_13_0_3, sum_14_0_3, sum_15_0_3);
                let p_4 = vec4f(sum_12_0_4, sum_13_0_4, sum_14_0_4, sum_15_0_4);
                let p_5 = vec4f(sum_12_0_5, sum_13_0_5, sum_14_0_5, sum_15_0_5);
                // Aᵀ · p
                let near = p_1 - p_2;
                let far = p_3 - p_4;
                {
                    let place = at;
                    let entered = norm_input[place];
                    var y_0 = p_0 + (p_1 + p_2) + (p_3 + p_4);
                    let x_0 = vec4f(entered);
                    y_0 = select(vec4f(), y_0, (vec4u(signs >> 0u) & vec4u(1u, 2u, 4u, 8u)) != vec4u());
                    destination[place] = Stored(y_0);
                    sum += y_0;
                    sum_x += y_0 * standardised(x_0, norm);
                }
                {
                    let place = at + 1u;
                    let entered = norm_input[place];
                    var y_0 = near + 2.0 * far;
                    let x_0 = vec4f(entered);
                    y_0 = select(vec4f(), y_0, (vec4u(signs >> 4u) & vec4u(1u, 2u, 4u, 8u)) != vec4u());
                    destination[place] = Stored(y_0);
                    sum += y_0;
                    sum_x += y_0 * standardised(x_0, norm);
                }
                {
                    let place = at + 2u;
                    let entered = norm_input[place];
                    var y_0 = (p_1 + p_2) + 4.0 * (p_3 + p_4);
                    let x_0 = vec4f(entered);
                    y_0 = select(vec4f(), y_0, (vec4u(signs >> 8u) & vec4u(1u, 2u, 4u, 8u)) != vec4u());
                    destination[place] = Stored(y_0);
                    sum += y_0;
                    sum_x += y_0 * standardised(x_0, norm);
                }
                {
                    let place = at + 3u;
                    let entered = norm_input[place];
                    var y_0 = near + 8.0 * far + p_5;
                    let x_0 = vec4f(entered);
                    y_0 = select(vec4f(), y_0, (vec4u(signs >> 12u) & vec4u(1u, 2u, 4u, 8u)) != vec4u());
                    destination[place] = Stored(y_0);
                    sum += y_0;
                    sum_x += y_0 * standardised(x_0, norm);
                }
            }
            {
                let at = (image + (y0 + 1u) * WIDTH + x0);
                let signs = positive[(n * QUADS + q) * ((HEIGHT * WIDTH + SIGNS - 1u) / SIGNS) + ((y0 + 1u) * WIDTH + x0) / SIGNS] >> (4u * (((y0 + 1u) * WIDTH + x0) % SIGNS));
                let p_0 = vec4f(sum_12_1_0, sum_13_1_0, sum_14_1_0, sum_15_1_0);
                let p_1 = vec4f(sum_12_1_1, sum_13_1_1, sum_14_1_1, sum_15_1_1);
                let p_2 = vec4f(sum_12_1_2, sum_13_1_2, sum_14_1_2, sum_15_1_2);
                let p_3 = vec4f(sum_12_1_3, sum_13_1_3, sum_14_1_3, sum_15_1_3);
                let p_4 = vec4f(sum_12_1_4, sum_13_1_4, sum_14_1_4, sum_15_1_4);
                let p_5 = vec4f(sum_12_1_5, sum_13_1_5, sum_14_1_5, sum_15_1_5);
                // Aᵀ · p
                let near = p_1 - p_2;
                let far = p_3 - p_4;
                {
                    let place = at;
                    let entered = norm_input[place];
                    var y_0 = p_0 + (p_1 + p_2) + (p_3 + p_4);
                    let x_0 = vec4f(entered);
                    y_0 = select(vec4f(), y_0, (vec4u(signs >> 0u) & vec4u(1u, 2u, 4u, 8u)) != vec4u());
                    destination[place] = Stored(y_0);
                    sum += y_0;
                    sum_x += y_0 * standardised(x_0, norm);
                }
                {
                    let place = at + 1u;
                    let entered = norm_input[place];
                    var y_0 = near + 2.0 * far;
                    let x_0 = vec4f(entered);
                    y_0 = select(vec4f(), y_0, (vec4u(signs >> 4u) & vec4u(1u, 2u, 4u, 8u)) != vec4u());
                    destination[place] = Stored(y_0);
                    sum += y_0;
                    sum_x += y_0 * standardised(x_0, norm);
                }
                {
                    let place = at + 2u;
                    let entered = norm_input[place];
                    var y_0 = (p_1 + p_2) + 4.0 * (p_3 + p_4);
                    let x_0 = vec4f(entered);
                    y_0 = select(vec4f(), y_0, (vec4u(signs >> 8u) & vec4u(1u, 2u, 4u, 8u)) != vec4u());
                    destination[place] = Stored(y_0);
                    sum += y_0;
                    sum_x += y_0 * standardised(x_0, norm);
                }
                {
                    let place = at + 3u;
                    let entered = norm_input[place];
                    var y_0 = near + 8.0 * far + p_5;
                    let x_0 = vec4f(entered);
                    y_0 = select(vec4f(), y_0, (vec4u(signs >> 12u) & vec4u(1u, 2u, 4u, 8u)) != vec4u());
                    destination[place] = Stored(y_0);
                    sum += y_0;
                    sum_x += y_0 * standardised(x_0, norm);
                }
            }
        }
        left_3 = GradSums(sum, sum_x);
    }
    // Each lane has a part of its own quad, the others of the four have the rest.
    let handed_0 = GradSums((left_0.sum), (left_0.sum_x));
    let handed_1 = GradSums(quadSwapX(left_1.sum), quadSwapX(left_1.sum_x));
    let handed_2 = GradSums(quadSwapY(left_2.sum), quadSwapY(left_2.sum_x));
    let handed_3 = GradSums(quadSwapDiagonal(left_3.sum), quadSwapDiagonal(left_3.sum_x));
    lane_sums[lane] = both(both(handed_0, handed_1), both(handed_2, handed_3));
    workgroupBarrier();
    let q = first_quad + lane;
    if (lane < 4u) & (q < QUADS) & (first_tile < current.batch * (TILES_X * TILES_Y)) {
        var all = lane_sums[lane];
        for (var i = 1u; i < 16u; i++) {
            all = both(all, lane_sums[i * 4u + lane]);
        }
        partial_sums[index / QUAD_GROUPS * QUADS + q] = all;
    }
}
