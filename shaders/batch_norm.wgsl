// BatchNorm over batch, rows and columns: its reductions. The passes over whole images are in normalise.wgsl.
//
// input, grad_output                [N, Q, H, W] Stored, touched as Elements of PIXELS neighbouring pixels
// gamma, beta, running_…, fixed_…   [Q] vec4f
// normalization                     [Q] Normalization
// partial_…, all_…                  [partial results, Q] Moments or GradSums
// positive   [N, Q, ⌈H·W/8⌉] u32: bit 4k + i of word w: was channel i of pixel 8w + k above zero
//            before the ReLU
//
// Where a convolution stands before or behind, its kernel does some of this in passing, and the kernels here
// only what is left.
//
// AREA    H·W
// CHUNK   pixels of a quad, of all samples, that a workgroup of a reduction takes
// A reduction leaves ⌈N · PER_SAMPLE / BLOCK⌉ partial results.

// ---- head: of a sample; the host makes one for each shape ----
const QUADS = 2u;
const AREA = 6u;
const PIXELS = 1u;
const RELU = true;
const KEEPS_SIGNS = true;
const CHUNK = 2048u;
const PER_SAMPLE = 6u;
const BLOCK = 2048u;

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

alias Element = Stored;

fn first_of(element: Element) -> vec4f {
    return vec4f(element);
}

/// There is none.
fn second_of(element: Element) -> vec4f {
    return vec4f();
}

fn element_of(first: vec4f, second: vec4f) -> Element {
    return Element(first);
}

@group(0) @binding(1) var<storage, read> input: array<Element>;
@group(0) @binding(2) var<storage, read_write> partial_moments: array<Moments>;
@group(0) @binding(3) var<storage, read> all_moments: array<Moments>;
@group(0) @binding(4) var<storage, read> gamma: array<vec4f>;
@group(0) @binding(5) var<storage, read> beta: array<vec4f>;
@group(0) @binding(6) var<storage, read_write> normalization_out: array<Normalization>;
@group(0) @binding(7) var<storage, read_write> running_mean: array<vec4f>;
@group(0) @binding(8) var<storage, read_write> running_variance: array<vec4f>;
@group(0) @binding(9) var<storage, read> fixed_mean: array<vec4f>;
@group(0) @binding(10) var<storage, read> fixed_variance: array<vec4f>;
@group(0) @binding(11) var<storage, read> normalization: array<Normalization>;
@group(0) @binding(12) var<storage, read_write> grad_output: array<Element>;
@group(0) @binding(13) var<storage, read_write> partial_sums: array<GradSums>;
@group(0) @binding(14) var<storage, read> positive: array<u32>;
@group(0) @binding(15) var<storage, read> all_sums: array<GradSums>;
@group(0) @binding(16) var<storage, read_write> grad_gamma: array<vec4f>;
@group(0) @binding(17) var<storage, read_write> grad_beta: array<vec4f>;
// ---- end of head ----

/// Elements of an image of a quad.
const ELEMENTS = AREA / PIXELS;
/// Elements of a chunk.
const CHUNK_ELEMENTS = CHUNK / PIXELS;
/// Words of kept signs of an image of a quad, eight pixels each.
const WORDS = (AREA + 7u) / 8u;
const EPSILON = 1e-5;
const MOMENTUM = 0.1;

/// The place of an element of a quad in storage.
fn place(q: u32, element: u32) -> u32 {
    return (element / ELEMENTS * QUADS + q) * ELEMENTS + element % ELEMENTS;
}

/// Partial results in a batch.
fn partials() -> u32 {
    return (current.batch * PER_SAMPLE + (BLOCK - 1u)) / BLOCK;
}

// ---- statistics ----------------------------------------------------------------------------------

var<workgroup> lane_moments: array<Moments, 64>;

/// Joins the moments of all lanes, in their order, into those of the first.
fn join_moments(lane: u32, mine: Moments) {
    lane_moments[lane] = mine;
    for (var half = 32u; half > 0u; half /= 2u) {
        workgroupBarrier();
        if lane < half {
            lane_moments[lane] = together(lane_moments[lane], lane_moments[lane + half]);
        }
    }
}

/// partial_moments[chunk, q] = moments of the input over the chunk. One workgroup a chunk and quad.
@compute @workgroup_size(64)
fn statistics(
    @builtin(workgroup_id) group: vec3u,
    @builtin(num_workgroups) groups: vec3u,
    @builtin(local_invocation_index) lane: u32,
) {
    let index = group_index(group, groups);
    let q = index % QUADS;
    let start = index / QUADS * CHUNK_ELEMENTS;
    let end = min(start + CHUNK_ELEMENTS, current.batch * ELEMENTS);
    var mine = Moments();
    if start + lane < end {
        // Lanes measure from a value in the midst of others, so that neither a large mean nor an odd
        // value costs digits.
        let own = middle(
            first_of(input[place(q, start)]),
            first_of(input[place(q, (start + end) / 2u)]),
            first_of(input[place(q, end - 1u)]),
        );
        var sum = vec4f();
        var squares = vec4f();
        for (var e = start + lane; e < end; e += 64u) {
            let loaded = input[place(q, e)];
            let d_0 = first_of(loaded) - own;
            sum += d_0;
            squares += d_0 * d_0;
            if PIXELS == 2u {
                let d_1 = second_of(loaded) - own;
                sum += d_1;
                squares += d_1 * d_1;
            }
        }
        let count = f32((end - start - lane + 63u) / 64u * PIXELS);
        mine = Moments(own, sum / count, max(squares - sum * sum / count, vec4f()), count);
    }
    join_moments(lane, mine);
    if lane == 0u && start < end {
        partial_moments[index] = lane_moments[0];
    }
}

/// A partial result of a quad, measured from `guess`; nothing beyond the last.
fn moments_at(i: u32, last: u32, q: u32, guess: vec4f) -> Moments {
    let found = all_moments[min(i, last) * QUADS + q];
    let inside = i <= last;
    return Moments(
        guess,
        select(vec4f(), found.origin - guess + found.mean, inside),
        select(vec4f(), found.squares, inside),
        select(0.0, found.count, inside),
    );
}

/// Joins the partial moments in a fixed order; keeps what normalisation needs and moves the running averages
/// (biased variance to normalise, unbiased to remember). One workgroup a quad.
@compute @workgroup_size(64)
fn finish_statistics(
    @builtin(workgroup_id) group: vec3u,
    @builtin(num_workgroups) groups: vec3u,
    @builtin(local_invocation_index) lane: u32,
) {
    let q = group_index(group, groups);
    if q >= QUADS {
        return;
    }
    let last = partials() - 1u;
    let guess = middle(
        all_moments[q].origin,
        all_moments[last / 2u * QUADS + q].origin,
        all_moments[last * QUADS + q].origin,
    );
    var mine = Moments();
    // Four loads are under way at once: waiting for them is what takes the time.
    for (var i = lane; i <= last; i += 256u) {
        let a = together(moments_at(i, last, q, guess), moments_at(i + 64u, last, q, guess));
        let b = together(moments_at(i + 128u, last, q, guess), moments_at(i + 192u, last, q, guess));
        mine = together(mine, together(a, b));
    }
    join_moments(lane, mine);
    if lane > 0u {
        return;
    }
    let all = lane_moments[0];
    let variance = all.squares / all.count;
    let inverse_deviation = inverseSqrt(variance + EPSILON);
    normalization_out[q] = Normalization(
        guess,
        all.mean,
        inverse_deviation,
        gamma[q] * inverse_deviation,
        beta[q],
        vec4f(),
        vec4f(),
    );
    let unbiased = all.squares / max(all.count - 1.0, 1.0);
    running_mean[q] = (1.0 - MOMENTUM) * running_mean[q] + MOMENTUM * (guess + all.mean);
    running_variance[q] = (1.0 - MOMENTUM) * running_variance[q] + MOMENTUM * unbiased;
}

/// The running averages in the place of a batch's statistics. One thread a quad.
@compute @workgroup_size(64)
fn fixed_statistics(@builtin(global_invocation_id) id: vec3u) {
    let q = id.x;
    if q < QUADS {
        let inverse_deviation = inverseSqrt(fixed_variance[q] + EPSILON);
        normalization_out[q] = Normalization(
            fixed_mean[q],
            vec4f(),
            inverse_deviation,
            gamma[q] * inverse_deviation,
            beta[q],
            vec4f(),
            vec4f(),
        );
    }
}

// ---- the backward pass ----------------------------------------------------------------------------

var<workgroup> lane_sums: array<GradSums, 64>;

/// Adds the sums of all lanes, in their order, into those of the first.
fn join_sums(lane: u32, mine: GradSums) {
    lane_sums[lane] = mine;
    for (var half = 32u; half > 0u; half /= 2u) {
        workgroupBarrier();
        if lane < half {
            lane_sums[lane] = both(lane_sums[lane], lane_sums[lane + half]);
        }
    }
}

/// The gradient of a pixel that passes the ReLU: by its kept signs, or by its normalised value.
fn passed(grad: vec4f, x: vec4f, bits: u32, norm: Normalization) -> vec4f {
    var g = grad;
    if KEEPS_SIGNS {
        g = select(vec4f(), g, (vec4u(bits) & vec4u(1u, 2u, 4u, 8u)) != vec4u());
    } else if RELU {
        g = select(vec4f(), g, normalised(x, norm) > vec4f());
    }
    return g;
}

/// partial_sums[chunk, q] = (Σ g, Σ g·x̂) over the chunk, where g is grad_output, which if RELU becomes zero where
/// the ReLU let nothing through. One workgroup a chunk and quad.
@compute @workgroup_size(64)
fn backward_sums(
    @builtin(workgroup_id) group: vec3u,
    @builtin(num_workgroups) groups: vec3u,
    @builtin(local_invocation_index) lane: u32,
) {
    let index = group_index(group, groups);
    let q = index % QUADS;
    let start = index / QUADS * CHUNK_ELEMENTS;
    let end = min(start + CHUNK_ELEMENTS, current.batch * ELEMENTS);
    let norm = normalization[q];
    var mine = GradSums();
    for (var e = start + lane; e < end; e += 64u) {
        let at = place(q, e);
        let loaded = input[at];
        let grad = grad_output[at];
        var bits = 0u;
        if KEEPS_SIGNS {
            let pixel = e % ELEMENTS * PIXELS;
            bits = positive[(e / ELEMENTS * QUADS + q) * WORDS + pixel / 8u] >> (4u * (pixel % 8u));
        }
        let x_0 = first_of(loaded);
        let g_0 = passed(first_of(grad), x_0, bits, norm);
        mine = both(mine, GradSums(g_0, g_0 * standardised(x_0, norm)));
        var g_1 = vec4f();
        if PIXELS == 2u {
            let x_1 = second_of(loaded);
            g_1 = passed(second_of(grad), x_1, bits >> 4u, norm);
            mine = both(mine, GradSums(g_1, g_1 * standardised(x_1, norm)));
        }
        if RELU {
            grad_output[at] = element_of(g_0, g_1);
        }
    }
    join_sums(lane, mine);
    if lane == 0u && start < end {
        partial_sums[index] = lane_sums[0];
    }
}

/// A partial result of a quad; nothing beyond the last.
fn sums_at(i: u32, last: u32, q: u32) -> GradSums {
    let found = all_sums[min(i, last) * QUADS + q];
    let inside = i <= last;
    return GradSums(select(vec4f(), found.sum, inside), select(vec4f(), found.sum_x, inside));
}

/// grad_β = Σ g, grad_γ = Σ g·x̂ without the gradients' scale, and the means of both over all elements with
/// it. One workgroup a quad.
@compute @workgroup_size(64)
fn finish_backward(
    @builtin(workgroup_id) group: vec3u,
    @builtin(num_workgroups) groups: vec3u,
    @builtin(local_invocation_index) lane: u32,
) {
    let q = group_index(group, groups);
    if q >= QUADS {
        return;
    }
    var mine = GradSums();
    let last = partials() - 1u;
    // Four loads are under way at once: waiting for them is what takes the time.
    for (var i = lane; i <= last; i += 256u) {
        let a = both(sums_at(i, last, q), sums_at(i + 64u, last, q));
        let b = both(sums_at(i + 128u, last, q), sums_at(i + 192u, last, q));
        mine = both(mine, both(a, b));
    }
    join_sums(lane, mine);
    if lane > 0u {
        return;
    }
    let elements = f32(current.batch * AREA);
    normalization_out[q].mean_grad = lane_sums[0].sum / elements;
    normalization_out[q].mean_grad_x = lane_sums[0].sum_x / elements;
    grad_beta[q] = lane_sums[0].sum / gradient_scale();
    grad_gamma[q] = lane_sums[0].sum_x / gradient_scale();
}
