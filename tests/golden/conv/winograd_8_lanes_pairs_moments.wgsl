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

// Two neighbouring pixels at once, as 64-bit integers.

/// Two neighbouring pixels of a quad in memory: of 2k and 2k + 1.
alias StoredPair = vec4<u64>;

fn first_of(pair: StoredPair) -> vec4f {
    return halves(pair.xy);
}

fn second_of(pair: StoredPair) -> vec4f {
    return halves(pair.zw);
}

fn halves(x: vec2<u64>) -> vec4f {
    let low = vec2u(x);
    let high = vec2u(x >> vec2u(32u));
    return bitcast<vec4f>(vec4u(low.x, high.x, low.y, high.y));
}

fn stored_pair(first: vec4f, second: vec4f) -> StoredPair {
    let a = bitcast<vec4u>(first);
    let b = bitcast<vec4u>(second);
    let low = vec4<u64>(vec4u(a.xz, b.xz));
    let high = vec4<u64>(vec4u(a.yw, b.yw));
    return low | (high << vec4u(32u));
}

// Convolution of channel-blocked images, forward and the gradient of its input, with what stands before
// and after it in a network.
//
// source       [N, QS, HS, WS] Stored
// weights      [groups, QS, 48] Stored, see pack_weights.wgsl
// destination  [N, QD, HD, WD] Stored
//
// A thread computes a tile, 1 quads of channels × 2 rows × 4 columns, and keeps it in registers. Which
// row and column of the source each tap of each pixel reads is worked out on the host, so that all that
// follows is written out: with a stride the gradient of the input touches only every S-th tap, and
// those are the only ones in this text.
//
// Registers: in_R_C source row R, column C of the tile's patch; sum_O_R_P channel O, row R, and pixel P or, by
// Winograd's method, product P.

const SOURCE_QUADS = 2u;
const SOURCE_HEIGHT = 2;
const SOURCE_WIDTH = 16;
/// Elements of a row.
const SOURCE_STRIDE = 8u;
const QUADS = 1u;
const HEIGHT = 2u;
const WIDTH = 16u;
const QUAD_GROUPS = 1u;
const TILES_X = 4u;
const TILES_Y = 1u;
const LANES = 8u;
/// Pixels whose ReLU signs share a word, four bits each.
const SIGNS = 8u;

@group(0) @binding(1) var<storage, read> source: array<StoredPair>;
@group(0) @binding(2) var<storage, read> weights: array<StoredPair>;
@group(0) @binding(3) var<storage, read_write> destination: array<StoredPair>;
@group(0) @binding(4) var<storage, read_write> partial_moments: array<Moments>;

var<workgroup> lane_moments: array<Moments, 64>;

/// destination = source ∗ weights; partial_moments[group, q] = moments of the destination.
@compute @workgroup_size(64)
fn conv(
    @builtin(workgroup_id) group: vec3u,
    @builtin(num_workgroups) groups: vec3u,
    @builtin(subgroup_id) subgroup: u32,
    @builtin(subgroup_invocation_id) subgroup_lane: u32,
) {
    let lane = subgroup * LANES + subgroup_lane;
    let index = group_index(group, groups);
    let first_quad = index % QUAD_GROUPS * 1u;
    let first_tile = index / QUAD_GROUPS * 64u;
    let tile = first_tile + lane;
    let tile_x = tile % TILES_X;
    let tile_y = tile / TILES_X % TILES_Y;
    let n = tile / (TILES_X * TILES_Y);
    // Lanes beyond the batch go on with its last sample, as others may want what they load.
    let sample = min(n, current.batch - 1u);
    let x0 = tile_x * 4u;
    let y0 = tile_y * 2u;
    let column = i32(x0) - 1;
    let row = i32(y0) - 1;
    let x_0 = u32(column + 1) / 2u;
    let x_1 = u32(column + 3) / 2u;
    let y_1 = u32(row + 1) * SOURCE_STRIDE;
    let y_2 = u32(row + 2) * SOURCE_STRIDE;
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
    for (var c = 0u; c < SOURCE_QUADS; c++) {
        let image = (sample * SOURCE_QUADS + c) * u32(SOURCE_HEIGHT) * SOURCE_STRIDE;
        let packed = (index % QUAD_GROUPS * SOURCE_QUADS + c) * 24u;
        let loaded_0 = weights[packed + 0u + subgroup_lane];
        let w_0 = first_of(loaded_0);
        let w_1 = second_of(loaded_0);
        let loaded_1 = weights[packed + 8u + subgroup_lane];
        let w_2 = first_of(loaded_1);
        let w_3 = second_of(loaded_1);
        let loaded_2 = weights[packed + 16u + subgroup_lane];
        let w_4 = first_of(loaded_2);
        let w_5 = second_of(loaded_2);
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
        let loaded_1_0 = source[image + y_1 + x_0];
        let in_1_1 = first_of(loaded_1_0);
        let in_1_2 = second_of(loaded_1_0);
        let loaded_1_1 = source[image + y_1 + x_1];
        let in_1_3 = first_of(loaded_1_1);
        let in_1_4 = second_of(loaded_1_1);
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
        let in_2_1 = first_of(loaded_2_0);
        let in_2_2 = second_of(loaded_2_0);
        let loaded_2_1 = source[image + y_2 + x_1];
        let in_2_3 = first_of(loaded_2_1);
        let in_2_4 = second_of(loaded_2_1);
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
            let w = subgroupBroadcast(g_0_0, 0u);
            sum_0_1_0 += w.x * v_1_0.x;
            sum_0_1_0 += w.y * v_1_0.y;
            sum_0_1_0 += w.z * v_1_0.z;
            sum_0_1_0 += w.w * v_1_0.w;
        }
        {
            let w = subgroupBroadcast(g_0_0, 1u);
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
            let w = subgroupBroadcast(g_0_0, 2u);
            sum_0_0_0 += w.x * v_2_0.x;
            sum_0_0_0 += w.y * v_2_0.y;
            sum_0_0_0 += w.z * v_2_0.z;
            sum_0_0_0 += w.w * v_2_0.w;
        }
        {
            let w = subgroupBroadcast(g_0_0, 3u);
            sum_1_1_0 += w.x * v_1_0.x;
            sum_1_1_0 += w.y * v_1_0.y;
            sum_1_1_0 += w.z * v_1_0.z;
            sum_1_1_0 += w.w * v_1_0.w;
        }
        {
            let w = subgroupBroadcast(g_0_0, 4u);
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
            let w = subgroupBroadcast(g_0_0, 5u);
            sum_1_0_0 += w.x * v_2_0.x;
            sum_1_0_0 += w.y * v_2_0.y;
            sum_1_0_0 += w.z * v_2_0.z;
            sum_1_0_0 += w.w * v_2_0.w;
        }
        {
            let w = subgroupBroadcast(g_0_0, 6u);
            sum_2_1_0 += w.x * v_1_0.x;
            sum_2_1_0 += w.y * v_1_0.y;
            sum_2_1_0 += w.z * v_1_0.z;
            sum_2_1_0 += w.w * v_1_0.w;
        }
        {
            let w = subgroupBroadcast(g_0_0, 7u);
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
            let w = subgroupBroadcast(g_1_0, 0u);
            sum_2_0_0 += w.x * v_2_0.x;
            sum_2_0_0 += w.y * v_2_0.y;
            sum_2_0_0 += w.z * v_2_0.z;
            sum_2_0_0 += w.w * v_2_0.w;
        }
        {
            let w = subgroupBroadcast(g_1_0, 1u);
            sum_3_1_0 += w.x * v_1_0.x;
            sum_3_1_0 += w.y * v_1_0.y;
            sum_3_1_0 += w.z * v_1_0.z;
            sum_3_1_0 += w.w * v_1_0.w;
        }
        {
            let w = subgroupBroadcast(g_1_0, 2u);
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
            let w = subgroupBroadcast(g_1_0, 3u);
            sum_3_0_0 += w.x * v_2_0.x;
            sum_3_0_0 += w.y * v_2_0.y;
            sum_3_0_0 += w.z * v_2_0.z;
            sum_3_0_0 += w.w * v_2_0.w;
        }
        {
            let w = subgroupBroadcast(g_0_1, 0u);
            sum_0_1_1 += w.x * v_1_1.x;
            sum_0_1_1 += w.y * v_1_1.y;
            sum_0_1_1 += w.z * v_1_1.z;
            sum_0_1_1 += w.w * v_1_1.w;
        }
        {
            let w = subgroupBroadcast(g_0_1, 1u);
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
            let w = subgroupBroadcast(g_0_1, 2u);
            sum_0_0_1 += w.x * v_2_1.x;
            sum_0_0_1 += w.y * v_2_1.y;
            sum_0_0_1 += w.z * v_2_1.z;
            sum_0_0_1 += w.w * v_2_1.w;
        }
        {
            let w = subgroupBroadcast(g_0_1, 3u);
            sum_1_1_1 += w.x * v_1_1.x;
            sum_1_1_1 += w.y * v_1_1.y;
            sum_1_1_1 += w.z * v_1_1.z;
            sum_1_1_1 += w.w * v_1_1.w;
        }
        {
            let w = subgroupBroadcast(g_0_1, 4u);
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
            let w = subgroupBroadcast(g_0_1, 5u);
            sum_1_0_1 += w.x * v_2_1.x;
            sum_1_0_1 += w.y * v_2_1.y;
            sum_1_0_1 += w.z * v_2_1.z;
            sum_1_0_1 += w.w * v_2_1.w;
        }
        {
            let w = subgroupBroadcast(g_0_1, 6u);
            sum_2_1_1 += w.x * v_1_1.x;
            sum_2_1_1 += w.y * v_1_1.y;
            sum_2_1_1 += w.z * v_1_1.z;
            sum_2_1_1 += w.w * v_1_1.w;
        }
        {
            let w = subgroupBroadcast(g_0_1, 7u);
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
            let w = subgroupBroadcast(g_1_1, 0u);
            sum_2_0_1 += w.x * v_2_1.x;
            sum_2_0_1 += w.y * v_2_1.y;
            sum_2_0_1 += w.z * v_2_1.z;
            sum_2_0_1 += w.w * v_2_1.w;
        }
        {
            let w = subgroupBroadcast(g_1_1, 1u);
            sum_3_1_1 += w.x * v_1_1.x;
            sum_3_1_1 += w.y * v_1_1.y;
            sum_3_1_1 += w.z * v_1_1.z;
            sum_3_1_1 += w.w * v_1_1.w;
        }
        {
            let w = subgroupBroadcast(g_1_1, 2u);
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
            let w = subgroupBroadcast(g_1_1, 3u);
            sum_3_0_1 += w.x * v_2_1.x;
            sum_3_0_1 += w.y * v_2_1.y;
            sum_3_0_1 += w.z * v_2_1.z;
            sum_3_0_1 += w.w * v_2_1.w;
        }
        {
            let w = subgroupBroadcast(g_0_2, 0u);
            sum_0_1_2 += w.x * v_1_2.x;
            sum_0_1_2 += w.y * v_1_2.y;
            sum_0_1_2 += w.z * v_1_2.z;
            sum_0_1_2 += w.w * v_1_2.w;
        }
        {
            let w = subgroupBroadcast(g_0_2, 1u);
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
            let w = subgroupBroadcast(g_0_2, 2u);
            sum_0_0_2 += w.x * v_2_2.x;
            sum_0_0_2 += w.y * v_2_2.y;
            sum_0_0_2 += w.z * v_2_2.z;
            sum_0_0_2 += w.w * v_2_2.w;
        }
        {
            let w = subgroupBroadcast(g_0_2, 3u);
            sum_1_1_2 += w.x * v_1_2.x;
            sum_1_1_2 += w.y * v_1_2.y;
            sum_1_1_2 += w.z * v_1_2.z;
            sum_1_1_2 += w.w * v_1_2.w;
        }
        {
            let w = subgroupBroadcast(g_0_2, 4u);
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
            let w = subgroupBroadcast(g_0_2, 5u);
            sum_1_0_2 += w.x * v_2_2.x;
            sum_1_0_2 += w.y * v_2_2.y;
            sum_1_0_2 += w.z * v_2_2.z;
            sum_1_0_2 += w.w * v_2_2.w;
        }
        {
            let w = subgroupBroadcast(g_0_2, 6u);
            sum_2_1_2 += w.x * v_1_2.x;
            sum_2_1_2 += w.y * v_1_2.y;
            sum_2_1_2 += w.z * v_1_2.z;
            sum_2_1_2 += w.w * v_1_2.w;
        }
        {
            let w = subgroupBroadcast(g_0_2, 7u);
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
            let w = subgroupBroadcast(g_1_2, 0u);
            sum_2_0_2 += w.x * v_2_2.x;
            sum_2_0_2 += w.y * v_2_2.y;
            sum_2_0_2 += w.z * v_2_2.z;
            sum_2_0_2 += w.w * v_2_2.w;
        }
        {
            let w = subgroupBroadcast(g_1_2, 1u);
            sum_3_1_2 += w.x * v_1_2.x;
            sum_3_1_2 += w.y * v_1_2.y;
            sum_3_1_2 += w.z * v_1_2.z;
            sum_3_1_2 += w.w * v_1_2.w;
        }
        {
            let w = subgroupBroadcast(g_1_2, 2u);
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
            let w = subgroupBroadcast(g_1_2, 3u);
            sum_3_0_2 += w.x * v_2_2.x;
            sum_3_0_2 += w.y * v_2_2.y;
            sum_3_0_2 += w.z * v_2_2.z;
            sum_3_0_2 += w.w * v_2_2.w;
        }
        {
            let w = subgroupBroadcast(g_0_3, 0u);
            sum_0_1_3 += w.x * v_1_3.x;
            sum_0_1_3 += w.y * v_1_3.y;
            sum_0_1_3 += w.z * v_1_3.z;
            sum_0_1_3 += w.w * v_1_3.w;
        }
        {
            let w = subgroupBroadcast(g_0_3, 1u);
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
            let w = subgroupBroadcast(g_0_3, 2u);
            sum_0_0_3 += w.x * v_2_3.x;
            sum_0_0_3 += w.y * v_2_3.y;
            sum_0_0_3 += w.z * v_2_3.z;
            sum_0_0_3 += w.w * v_2_3.w;
        }
        {
            let w = subgroupBroadcast(g_0_3, 3u);
            sum_1_1_3 += w.x * v_1_3.x;
            sum_1_1_3 += w.y * v_1_3.y;
            sum_1_1_3 += w.z * v_1_3.z;
            sum_1_1_3 += w.w * v_1_3.w;
        }
        {
            let w = subgroupBroadcast(g_0_3, 4u);
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
            let w = subgroupBroadcast(g_0_3, 5u);
            sum_1_0_3 += w.x * v_2_3.x;
            sum_1_0_3 += w.y * v_2_3.y;
            sum_1_0_3 += w.z * v_2_3.z;
            sum_1_0_3 += w.w * v_2_3.w;
        }
        {
            let w = subgroupBroadcast(g_0_3, 6u);
            sum_2_1_3 += w.x * v_1_3.x;
            sum_2_1_3 += w.y * v_1_3.y;
            sum_2_1_3 += w.z * v_1_3.z;
            sum_2_1_3 += w.w * v_1_3.w;
        }
        {
            let w = subgroupBroadcast(g_0_3, 7u);
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
            let w = subgroupBroadcast(g_1_3, 0u);
            sum_2_0_3 += w.x * v_2_3.x;
            sum_2_0_3 += w.y * v_2_3.y;
            sum_2_0_3 += w.z * v_2_3.z;
            sum_2_0_3 += w.w * v_2_3.w;
        }
        {
            let w = subgroupBroadcast(g_1_3, 1u);
            sum_3_1_3 += w.x * v_1_3.x;
            sum_3_1_3 += w.y * v_1_3.y;
            sum_3_1_3 += w.z * v_1_3.z;
            sum_3_1_3 += w.w * v_1_3.w;
        }
        {
            let w = subgroupBroadcast(g_1_3, 2u);
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
            let w = subgroupBroadcast(g_1_3, 3u);
            sum_3_0_3 += w.x * v_2_3.x;
            sum_3_0_3 += w.y * v_2_3.y;
            sum_3_0_3 += w.z * v_2_3.z;
            sum_3_0_3 += w.w * v_2_3.w;
        }
        {
            let w = subgroupBroadcast(g_0_4, 0u);
            sum_0_1_4 += w.x * v_1_4.x;
            sum_0_1_4 += w.y * v_1_4.y;
            sum_0_1_4 += w.z * v_1_4.z;
            sum_0_1_4 += w.w * v_1_4.w;
        }
        {
            let w = subgroupBroadcast(g_0_4, 1u);
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
            let w = subgroupBroadcast(g_0_4, 2u);
            sum_0_0_4 += w.x * v_2_4.x;
            sum_0_0_4 += w.y * v_2_4.y;
            sum_0_0_4 += w.z * v_2_4.z;
            sum_0_0_4 += w.w * v_2_4.w;
        }
        {
            let w = subgroupBroadcast(g_0_4, 3u);
            sum_1_1_4 += w.x * v_1_4.x;
            sum_1_1_4 += w.y * v_1_4.y;
            sum_1_1_4 += w.z * v_1_4.z;
            sum_1_1_4 += w.w * v_1_4.w;
        }
        {
            let w = subgroupBroadcast(g_0_4, 4u);
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
            let w = subgroupBroadcast(g_0_4, 5u);
            sum_1_0_4 += w.x * v_2_4.x;
            sum_1_0_4 += w.y * v_2_4.y;
            sum_1_0_4 += w.z * v_2_4.z;
            sum_1_0_4 += w.w * v_2_4.w;
        }
        {
            let w = subgroupBroadcast(g_0_4, 6u);
            sum_2_1_4 += w.x * v_1_4.x;
            sum_2_1_4 += w.y * v_1_4.y;
            sum_2_1_4 += w.z * v_1_4.z;
            sum_2_1_4 += w.w * v_1_4.w;
        }
        {
            let w = subgroupBroadcast(g_0_4, 7u);
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
            let w = subgroupBroadcast(g_1_4, 0u);
            sum_2_0_4 += w.x * v_2_4.x;
            sum_2_0_4 += w.y * v_2_4.y;
            sum_2_0_4 += w.z * v_2_4.z;
            sum_2_0_4 += w.w * v_2_4.w;
        }
        {
            let w = subgroupBroadcast(g_1_4, 1u);
            sum_3_1_4 += w.x * v_1_4.x;
            sum_3_1_4 += w.y * v_1_4.y;
            sum_3_1_4 += w.z * v_1_4.z;
            sum_3_1_4 += w.w * v_1_4.w;
        }
        {
            let w = subgroupBroadcast(g_1_4, 2u);
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
            let w = subgroupBroadcast(g_1_4, 3u);
            sum_3_0_4 += w.x * v_2_4.x;
            sum_3_0_4 += w.y * v_2_4.y;
            sum_3_0_4 += w.z * v_2_4.z;
            sum_3_0_4 += w.w * v_2_4.w;
        }
        {
            let w = subgroupBroadcast(g_0_5, 0u);
            sum_0_1_5 += w.x * v_1_5.x;
            sum_0_1_5 += w.y * v_1_5.y;
            sum_0_1_5 += w.z * v_1_5.z;
            sum_0_1_5 += w.w * v_1_5.w;
        }
        {
            let w = subgroupBroadcast(g_0_5, 1u);
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
            let w = subgroupBroadcast(g_0_5, 2u);
            sum_0_0_5 += w.x * v_2_5.x;
            sum_0_0_5 += w.y * v_2_5.y;
            sum_0_0_5 += w.z * v_2_5.z;
            sum_0_0_5 += w.w * v_2_5.w;
        }
        {
            let w = subgroupBroadcast(g_0_5, 3u);
            sum_1_1_5 += w.x * v_1_5.x;
            sum_1_1_5 += w.y * v_1_5.y;
            sum_1_1_5 += w.z * v_1_5.z;
            sum_1_1_5 += w.w * v_1_5.w;
        }
        {
            let w = subgroupBroadcast(g_0_5, 4u);
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
            let w = subgroupBroadcast(g_0_5, 5u);
            sum_1_0_5 += w.x * v_2_5.x;
            sum_1_0_5 += w.y * v_2_5.y;
            sum_1_0_5 += w.z * v_2_5.z;
            sum_1_0_5 += w.w * v_2_5.w;
        }
        {
            let w = subgroupBroadcast(g_0_5, 6u);
            sum_2_1_5 += w.x * v_1_5.x;
            sum_2_1_5 += w.y * v_1_5.y;
            sum_2_1_5 += w.z * v_1_5.z;
            sum_2_1_5 += w.w * v_1_5.w;
        }
        {
            let w = subgroupBroadcast(g_0_5, 7u);
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
            let w = subgroupBroadcast(g_1_5, 0u);
            sum_2_0_5 += w.x * v_2_5.x;
            sum_2_0_5 += w.y * v_2_5.y;
            sum_2_0_5 += w.z * v_2_5.z;
            sum_2_0_5 += w.w * v_2_5.w;
        }
        {
            let w = subgroupBroadcast(g_1_5, 1u);
            sum_3_1_5 += w.x * v_1_5.x;
            sum_3_1_5 += w.y * v_1_5.y;
            sum_3_1_5 += w.z * v_1_5.z;
            sum_3_1_5 += w.w * v_1_5.w;
        }
        {
            let w = subgroupBroadcast(g_1_5, 2u);
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
            let w = subgroupBroadcast(g_1_5, 3u);
            sum_3_0_5 += w.x * v_2_5.x;
            sum_3_0_5 += w.y * v_2_5.y;
            sum_3_0_5 += w.z * v_2_5.z;
            sum_3_0_5 += w.w * v_2_5.w;
        }
    }
    var left_0: Moments;
    {
        let q = first_quad + 0u;
        var own = vec4f();
        var count = 0.0;
        var sum = vec4f();
        var squares = vec4f();
        if (n < current.batch) {
            let image = (n * QUADS + q) * (HEIGHT * WIDTH);
            {
                let at = (image + (y0 + 0u) * WIDTH + x0) / 2u;
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
                    var y_0 = p_0 + (p_1 + p_2) + (p_3 + p_4);
                    var y_1 = near + 2.0 * far;
                    destination[place] = stored_pair(y_0, y_1);
                    own = y_0;
                    let d_0 = y_0 - own;
                    count += 1.0;
                    sum += d_0;
                    squares += d_0 * d_0;
                    let d_1 = y_1 - own;
                    count += 1.0;
                    sum += d_1;
                    squares += d_1 * d_1;
                }
                {
                    let place = at + 1u;
                    var y_0 = (p_1 + p_2) + 4.0 * (p_3 + p_4);
                    var y_1 = near + 8.0 * far + p_5;
                    destination[place] = stored_pair(y_0, y_1);
                    let d_0 = y_0 - own;
                    count += 1.0;
                    sum += d_0;
                    squares += d_0 * d_0;
                    let d_1 = y_1 - own;
                    count += 1.0;
                    sum += d_1;
                    squares += d_1 * d_1;
                }
            }
            {
                let at = (image + (y0 + 1u) * WIDTH + x0) / 2u;
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
                    var y_0 = p_0 + (p_1 + p_2) + (p_3 + p_4);
                    var y_1 = near + 2.0 * far;
                    destination[place] = stored_pair(y_0, y_1);
                    let d_0 = y_0 - own;
                    count += 1.0;
                    sum += d_0;
                    squares += d_0 * d_0;
                    let d_1 = y_1 - own;
                    count += 1.0;
                    sum += d_1;
                    squares += d_1 * d_1;
                }
                {
                    let place = at + 1u;
                    var y_0 = (p_1 + p_2) + 4.0 * (p_3 + p_4);
                    var y_1 = near + 8.0 * far + p_5;
                    destination[place] = stored_pair(y_0, y_1);
                    let d_0 = y_0 - own;
                    count += 1.0;
                    sum += d_0;
                    squares += d_0 * d_0;
                    let d_1 = y_1 - own;
                    count += 1.0;
                    sum += d_1;
                    squares += d_1 * d_1;
                }
            }
        }
        let divisor = max(count, 1.0);
        left_0 = Moments(own, sum / divisor, max(squares - sum * sum / divisor, vec4f()), count);
    }
    lane_moments[lane * 1u + 0u] = left_0;
    // Sixteen lanes a quad join four each, then one joins those.
    workgroupBarrier();
    let k = lane % 1u;
    let segment = lane / 1u;
    if segment < 16u {
        let at = segment * 4u + k;
        var all = lane_moments[at];
        for (var i = 1u; i < 4u; i++) {
            all = together(all, lane_moments[at + i * 1u]);
        }
        lane_moments[at] = all;
    }
    workgroupBarrier();
    let q = first_quad + lane;
    if (lane < 1u) & (q < QUADS) & (first_tile < current.batch * (TILES_X * TILES_Y)) {
        var all = lane_moments[lane];
        for (var i = 1u; i < 16u; i++) {
            all = together(all, lane_moments[i * 4u + lane]);
        }
        partial_moments[index / QUAD_GROUPS * QUADS + q] = all;
    }
}
