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
// weights      [groups, QS, 8] Stored, see pack_weights.wgsl
// destination  [N, QD, HD, WD] Stored
//
// A thread computes a tile, 1 quads of channels × 4 rows × 4 columns, and keeps it in registers. Which
// row and column of the source each tap of each pixel reads is worked out on the host, so that all that
// follows is written out: with a stride the gradient of the input touches only every S-th tap, and
// those are the only ones in this text.
//
// Registers: in_R_C source row R, column C of the tile's patch; sum_O_R_P channel O, row R, and pixel P or, by
// Winograd's method, product P.

const SOURCE_QUADS = 2u;
const SOURCE_HEIGHT = 2;
const SOURCE_WIDTH = 3;
/// Elements of a row.
const SOURCE_STRIDE = 3u;
const QUADS = 1u;
const HEIGHT = 4u;
const WIDTH = 6u;
const QUAD_GROUPS = 1u;
const TILES_X = 2u;
const TILES_Y = 1u;
const LANES = 8u;
/// Pixels whose ReLU signs share a word, four bits each.
const SIGNS = 8u;

@group(0) @binding(1) var<storage, read> source: array<Stored>;
@group(0) @binding(2) var<storage, read> weights: array<Stored>;
@group(0) @binding(3) var<storage, read_write> destination: array<StoredPair>;
@group(0) @binding(4) var<storage, read> normalization: array<vec4f>;
@group(0) @binding(5) var<storage, read> norm_input: array<StoredPair>;
@group(0) @binding(6) var<storage, read_write> partial_sums: array<GradSums>;

var<workgroup> lane_sums: array<GradSums, 64>;

/// destination += source ∗ weights, zero where the ReLU was; partial_sums[group, q] = (Σ g, Σ g·x̂).
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
    let y0 = tile_y * 4u;
    let column = i32(x0 / 2u) - 0;
    let row = i32(y0 / 2u) - 0;
    let x_0 = u32(column + 0);
    let x_1 = u32(clamp(column + 1, 0, SOURCE_WIDTH - 1));
    let inside_x_1 = u32(column + 1) < u32(SOURCE_WIDTH);
    let y_0 = u32(row + 0) * SOURCE_STRIDE;
    let y_1 = u32(row + 1) * SOURCE_STRIDE;
    var sum_0_0_0 = 0.0;
    var sum_0_0_1 = 0.0;
    var sum_0_0_2 = 0.0;
    var sum_0_0_3 = 0.0;
    var sum_0_1_0 = 0.0;
    var sum_0_1_1 = 0.0;
    var sum_0_1_2 = 0.0;
    var sum_0_1_3 = 0.0;
    var sum_0_2_0 = 0.0;
    var sum_0_2_1 = 0.0;
    var sum_0_2_2 = 0.0;
    var sum_0_2_3 = 0.0;
    var sum_0_3_0 = 0.0;
    var sum_0_3_1 = 0.0;
    var sum_0_3_2 = 0.0;
    var sum_0_3_3 = 0.0;
    var sum_1_0_0 = 0.0;
    var sum_1_0_1 = 0.0;
    var sum_1_0_2 = 0.0;
    var sum_1_0_3 = 0.0;
    var sum_1_1_0 = 0.0;
    var sum_1_1_1 = 0.0;
    var sum_1_1_2 = 0.0;
    var sum_1_1_3 = 0.0;
    var sum_1_2_0 = 0.0;
    var sum_1_2_1 = 0.0;
    var sum_1_2_2 = 0.0;
    var sum_1_2_3 = 0.0;
    var sum_1_3_0 = 0.0;
    var sum_1_3_1 = 0.0;
    var sum_1_3_2 = 0.0;
    var sum_1_3_3 = 0.0;
    var sum_2_0_0 = 0.0;
    var sum_2_0_1 = 0.0;
    var sum_2_0_2 = 0.0;
    var sum_2_0_3 = 0.0;
    var sum_2_1_0 = 0.0;
    var sum_2_1_1 = 0.0;
    var sum_2_1_2 = 0.0;
    var sum_2_1_3 = 0.0;
    var sum_2_2_0 = 0.0;
    var sum_2_2_1 = 0.0;
    var sum_2_2_2 = 0.0;
    var sum_2_2_3 = 0.0;
    var sum_2_3_0 = 0.0;
    var sum_2_3_1 = 0.0;
    var sum_2_3_2 = 0.0;
    var sum_2_3_3 = 0.0;
    var sum_3_0_0 = 0.0;
    var sum_3_0_1 = 0.0;
    var sum_3_0_2 = 0.0;
    var sum_3_0_3 = 0.0;
    var sum_3_1_0 = 0.0;
    var sum_3_1_1 = 0.0;
    var sum_3_1_2 = 0.0;
    var sum_3_1_3 = 0.0;
    var sum_3_2_0 = 0.0;
    var sum_3_2_1 = 0.0;
    var sum_3_2_2 = 0.0;
    var sum_3_2_3 = 0.0;
    var sum_3_3_0 = 0.0;
    var sum_3_3_1 = 0.0;
    var sum_3_3_2 = 0.0;
    var sum_3_3_3 = 0.0;
    for (var c = 0u; c < SOURCE_QUADS; c++) {
        let image = (sample * SOURCE_QUADS + c) * u32(SOURCE_HEIGHT) * SOURCE_STRIDE;
        let packed = (index % QUAD_GROUPS * SOURCE_QUADS + c) * 8u;
        let loaded_0 = weights[packed + 0u + subgroup_lane];
        let w_0 = vec4f(loaded_0);
        let loaded_0_0 = source[image + y_0 + x_0];
        let in_0_0 = vec4f(loaded_0_0);
        let loaded_0_1 = source[image + y_0 + x_1];
        let in_0_1 = select(vec4f(), vec4f(loaded_0_1), inside_x_1);
        let loaded_1_0 = source[image + y_1 + x_0];
        let in_1_0 = vec4f(loaded_1_0);
        let loaded_1_1 = source[image + y_1 + x_1];
        let in_1_1 = select(vec4f(), vec4f(loaded_1_1), inside_x_1);
        {
            let w = subgroupBroadcast(w_0, 0u);
            sum_0_0_0 += w.x * in_0_0.x;
            sum_0_0_2 += w.x * in_0_1.x;
            sum_0_2_0 += w.x * in_1_0.x;
            sum_0_2_2 += w.x * in_1_1.x;
            sum_0_0_0 += w.y * in_0_0.y;
            sum_0_0_2 += w.y * in_0_1.y;
            sum_0_2_0 += w.y * in_1_0.y;
            sum_0_2_2 += w.y * in_1_1.y;
            sum_0_0_0 += w.z * in_0_0.z;
            sum_0_0_2 += w.z * in_0_1.z;
            sum_0_2_0 += w.z * in_1_0.z;
            sum_0_2_2 += w.z * in_1_1.z;
            sum_0_0_0 += w.w * in_0_0.w;
            sum_0_0_2 += w.w * in_0_1.w;
            sum_0_2_0 += w.w * in_1_0.w;
            sum_0_2_2 += w.w * in_1_1.w;
        }
        {
            let w = subgroupBroadcast(w_0, 1u);
            sum_1_0_0 += w.x * in_0_0.x;
            sum_1_0_2 += w.x * in_0_1.x;
            sum_1_2_0 += w.x * in_1_0.x;
            sum_1_2_2 += w.x * in_1_1.x;
            sum_1_0_0 += w.y * in_0_0.y;
            sum_1_0_2 += w.y * in_0_1.y;
            sum_1_2_0 += w.y * in_1_0.y;
            sum_1_2_2 += w.y * in_1_1.y;
            sum_1_0_0 += w.z * in_0_0.z;
            sum_1_0_2 += w.z * in_0_1.z;
            sum_1_2_0 += w.z * in_1_0.z;
            sum_1_2_2 += w.z * in_1_1.z;
            sum_1_0_0 += w.w * in_0_0.w;
            sum_1_0_2 += w.w * in_0_1.w;
            sum_1_2_0 += w.w * in_1_0.w;
            sum_1_2_2 += w.w * in_1_1.w;
        }
        {
            let w = subgroupBroadcast(w_0, 2u);
            sum_2_0_0 += w.x * in_0_0.x;
            sum_2_0_2 += w.x * in_0_1.x;
            sum_2_2_0 += w.x * in_1_0.x;
            sum_2_2_2 += w.x * in_1_1.x;
            sum_2_0_0 += w.y * in_0_0.y;
            sum_2_0_2 += w.y * in_0_1.y;
            sum_2_2_0 += w.y * in_1_0.y;
            sum_2_2_2 += w.y * in_1_1.y;
            sum_2_0_0 += w.z * in_0_0.z;
            sum_2_0_2 += w.z * in_0_1.z;
            sum_2_2_0 += w.z * in_1_0.z;
            sum_2_2_2 += w.z * in_1_1.z;
            sum_2_0_0 += w.w * in_0_0.w;
            sum_2_0_2 += w.w * in_0_1.w;
            sum_2_2_0 += w.w * in_1_0.w;
            sum_2_2_2 += w.w * in_1_1.w;
        }
        {
            let w = subgroupBroadcast(w_0, 3u);
            sum_3_0_0 += w.x * in_0_0.x;
            sum_3_0_2 += w.x * in_0_1.x;
            sum_3_2_0 += w.x * in_1_0.x;
            sum_3_2_2 += w.x * in_1_1.x;
            sum_3_0_0 += w.y * in_0_0.y;
            sum_3_0_2 += w.y * in_0_1.y;
            sum_3_2_0 += w.y * in_1_0.y;
            sum_3_2_2 += w.y * in_1_1.y;
            sum_3_0_0 += w.z * in_0_0.z;
            sum_3_0_2 += w.z * in_0_1.z;
            sum_3_2_0 += w.z * in_1_0.z;
            sum_3_2_2 += w.z * in_1_1.z;
            sum_3_0_0 += w.w * in_0_0.w;
            sum_3_0_2 += w.w * in_0_1.w;
            sum_3_2_0 += w.w * in_1_0.w;
            sum_3_2_2 += w.w * in_1_1.w;
        }
    }
    var left_0: GradSums;
    {
        let q = first_quad + 0u;
        var sum = vec4f();
        var sum_x = vec4f();
        let norm_0 = normalization[min(q * 7u + 0u + subgroup_lane, 6u)];
        let norm = Normalization(
            subgroupBroadcast(norm_0, 0u),
            subgroupBroadcast(norm_0, 1u),
            subgroupBroadcast(norm_0, 2u),
            subgroupBroadcast(norm_0, 3u),
            subgroupBroadcast(norm_0, 4u),
            subgroupBroadcast(norm_0, 5u),
            subgroupBroadcast(norm_0, 6u),
        );
        if (n < current.batch) {
            let image = (n * QUADS + q) * (HEIGHT * WIDTH);
            {
                let at = (image + (y0 + 0u) * WIDTH + x0) / 2u;
                {
                    let place = at;
                    let before = destination[place];
                    let entered = norm_input[place];
                    var y_0 = vec4f(sum_0_0_0, sum_1_0_0, sum_2_0_0, sum_3_0_0);
                    y_0 += first_of(before);
                    let x_0 = first_of(entered);
                    y_0 = select(vec4f(), y_0, normalised(x_0, norm) > vec4f());
                    var y_1 = vec4f(sum_0_0_1, sum_1_0_1, sum_2_0_1, sum_3_0_1);
                    y_1 += second_of(before);
                    let x_1 = second_of(entered);
                    y_1 = select(vec4f(), y_1, normalised(x_1, norm) > vec4f());
                    destination[place] = stored_pair(y_0, y_1);
                    sum += y_0;
                    sum_x += y_0 * standardised(x_0, norm);
                    sum += y_1;
                    sum_x += y_1 * standardised(x_1, norm);
                }
                if x0 + 2u < WIDTH {
                    let place = at + 1u;
                    let before = destination[place];
                    let entered = norm_input[place];
                    var y_0 = vec4f(sum_0_0_2, sum_1_0_2, sum_2_0_2, sum_3_0_2);
                    y_0 += first_of(before);
                    let x_0 = first_of(entered);
                    y_0 = select(vec4f(), y_0, normalised(x_0, norm) > vec4f());
                    var y_1 = vec4f(sum_0_0_3, sum_1_0_3, sum_2_0_3, sum_3_0_3);
                    y_1 += second_of(before);
                    let x_1 = second_of(entered);
                    y_1 = select(vec4f(), y_1, normalised(x_1, norm) > vec4f());
                    destination[place] = stored_pair(y_0, y_1);
                    sum += y_0;
                    sum_x += y_0 * standardised(x_0, norm);
                    sum += y_1;
                    sum_x += y_1 * standardised(x_1, norm);
                }
            }
            {
                let at = (image + (y0 + 1u) * WIDTH + x0) / 2u;
                {
                    let place = at;
                    let before = destination[place];
                    let entered = norm_input[place];
                    var y_0 = vec4f(sum_0_1_0, sum_1_1_0, sum_2_1_0, sum_3_1_0);
                    y_0 += first_of(before);
                    let x_0 = first_of(entered);
                    y_0 = select(vec4f(), y_0, normalised(x_0, norm) > vec4f());
                    var y_1 = vec4f(sum_0_1_1, sum_1_1_1, sum_2_1_1, sum_3_1_1);
                    y_1 += second_of(before);
                    let x_1 = second_of(entered);
                    y_1 = select(vec4f(), y_1, normalised(x_1, norm) > vec4f());
                    destination[place] = stored_pair(y_0, y_1);
                    sum += y_0;
                    sum_x += y_0 * standardised(x_0, norm);
                    sum += y_1;
                    sum_x += y_1 * standardised(x_1, norm);
                }
                if x0 + 2u < WIDTH {
                    let place = at + 1u;
                    let before = destination[place];
                    let entered = norm_input[place];
                    var y_0 = vec4f(sum_0_1_2, sum_1_1_2, sum_2_1_2, sum_3_1_2);
                    y_0 += first_of(before);
                    let x_0 = first_of(entered);
                    y_0 = select(vec4f(), y_0, normalised(x_0, norm) > vec4f());
                    var y_1 = vec4f(sum_0_1_3, sum_1_1_3, sum_2_1_3, sum_3_1_3);
                    y_1 += second_of(before);
                    let x_1 = second_of(entered);
                    y_1 = select(vec4f(), y_1, normalised(x_1, norm) > vec4f());
                    destination[place] = stored_pair(y_0, y_1);
                    sum += y_0;
                    sum_x += y_0 * standardised(x_0, norm);
                    sum += y_1;
                    sum_x += y_1 * standardised(x_1, norm);
                }
            }
            {
                let at = (image + (y0 + 2u) * WIDTH + x0) / 2u;
                {
                    let place = at;
                    let before = destination[place];
                    let entered = norm_input[place];
                    var y_0 = vec4f(sum_0_2_0, sum_1_2_0, sum_2_2_0, sum_3_2_0);
                    y_0 += first_of(before);
                    let x_0 = first_of(entered);
                    y_0 = select(vec4f(), y_0, normalised(x_0, norm) > vec4f());
                    var y_1 = vec4f(sum_0_2_1, sum_1_2_1, sum_2_2_1, sum_3_2_1);
                    y_1 += second_of(before);
                    let x_1 = second_of(entered);
                    y_1 = select(vec4f(), y_1, normalised(x_1, norm) > vec4f());
                    destination[place] = stored_pair(y_0, y_1);
                    sum += y_0;
                    sum_x += y_0 * standardised(x_0, norm);
                    sum += y_1;
                    sum_x += y_1 * standardised(x_1, norm);
                }
                if x0 + 2u < WIDTH {
                    let place = at + 1u;
                    let before = destination[place];
                    let entered = norm_input[place];
                    var y_0 = vec4f(sum_0_2_2, sum_1_2_2, sum_2_2_2, sum_3_2_2);
                    y_0 += first_of(before);
                    let x_0 = first_of(entered);
                    y_0 = select(vec4f(), y_0, normalised(x_0, norm) > vec4f());
                    var y_1 = vec4f(sum_0_2_3, sum_1_2_3, sum_2_2_3, sum_3_2_3);
                    y_1 += second_of(before);
                    let x_1 = second_of(entered);
                    y_1 = select(vec4f(), y_1, normalised(x_1, norm) > vec4f());
                    destination[place] = stored_pair(y_0, y_1);
                    sum += y_0;
                    sum_x += y_0 * standardised(x_0, norm);
                    sum += y_1;
                    sum_x += y_1 * standardised(x_1, norm);
                }
            }
            {
                let at = (image + (y0 + 3u) * WIDTH + x0) / 2u;
                {
                    let place = at;
                    let before = destination[place];
                    let entered = norm_input[place];
                    var y_0 = vec4f(sum_0_3_0, sum_1_3_0, sum_2_3_0, sum_3_3_0);
                    y_0 += first_of(before);
                    let x_0 = first_of(entered);
                    y_0 = select(vec4f(), y_0, normalised(x_0, norm) > vec4f());
                    var y_1 = vec4f(sum_0_3_1, sum_1_3_1, sum_2_3_1, sum_3_3_1);
                    y_1 += second_of(before);
                    let x_1 = second_of(entered);
                    y_1 = select(vec4f(), y_1, normalised(x_1, norm) > vec4f());
                    destination[place] = stored_pair(y_0, y_1);
                    sum += y_0;
                    sum_x += y_0 * standardised(x_0, norm);
                    sum += y_1;
                    sum_x += y_1 * standardised(x_1, norm);
                }
                if x0 + 2u < WIDTH {
                    let place = at + 1u;
                    let before = destination[place];
                    let entered = norm_input[place];
                    var y_0 = vec4f(sum_0_3_2, sum_1_3_2, sum_2_3_2, sum_3_3_2);
                    y_0 += first_of(before);
                    let x_0 = first_of(entered);
                    y_0 = select(vec4f(), y_0, normalised(x_0, norm) > vec4f());
                    var y_1 = vec4f(sum_0_3_3, sum_1_3_3, sum_2_3_3, sum_3_3_3);
                    y_1 += second_of(before);
                    let x_1 = second_of(entered);
                    y_1 = select(vec4f(), y_1, normalised(x_1, norm) > vec4f());
                    destination[place] = stored_pair(y_0, y_1);
                    sum += y_0;
                    sum_x += y_0 * standardised(x_0, norm);
                    sum += y_1;
                    sum_x += y_1 * standardised(x_1, norm);
                }
            }
        }
        left_0 = GradSums(sum, sum_x);
    }
    lane_sums[lane * 1u + 0u] = left_0;
    // Sixteen lanes a quad join four each, then one joins those.
    workgroupBarrier();
    let k = lane % 1u;
    let segment = lane / 1u;
    if segment < 16u {
        let at = segment * 4u + k;
        var all = lane_sums[at];
        for (var i = 1u; i < 4u; i++) {
            all = both(all, lane_sums[at + i * 1u]);
        }
        lane_sums[at] = all;
    }
    workgroupBarrier();
    let q = first_quad + lane;
    if (lane < 1u) & (q < QUADS) & (first_tile < current.batch * (TILES_X * TILES_Y)) {
        var all = lane_sums[lane];
        for (var i = 1u; i < 16u; i++) {
            all = both(all, lane_sums[i * 4u + lane]);
        }
        partial_sums[index / QUAD_GROUPS * QUADS + q] = all;
    }
}
