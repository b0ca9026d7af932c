// BatchNorm over batch, rows and columns: statistics, normalisation, and the way back.
//
// input, output, residual, grad_…   [N, Q, H, W] vec4f
// gamma, beta, running_…            [Q] vec4f
// saved    [Q, 3] vec4f: a first guess of the mean, what is to be added to it, 1/√(variance + ε).
//          Kept in two parts, x − mean keeps its digits where the mean dwarfs the deviation.
// positive [Q, blocks of 512, 64] u32: bit 4k + i of word l: was channel i of element 64k + l
//          of the block above zero before the ReLU
//
// For one quad of channels the elements (n, y, x) are numbered in storage order; a workgroup takes
// CHUNK of them (reductions) or 512 (the passes that write images), its lanes side by side.

const QUADS = {{ quads }}u;
const AREA = {{ area }}u;
const CHUNK = {{ chunk }}u;
const EPSILON = 1e-5;
const MOMENTUM = 0.1;
const BLOCK = 512u;
/// Blocks of the largest batch.
const BLOCKS = {{ blocks }}u;

/// The place of an element of a quad in storage.
fn place(q: u32, element: u32) -> u32 {
    return (element / AREA * QUADS + q) * AREA + element % AREA;
}

/// Mean and sum of squared deviations of `count` values, as differences from a common guess.
struct Moments {
    mean: vec4f,
    squares: vec4f,
    count: f32,
}

/// The moments of two sets together (Chan, Golub and LeVeque).
fn together(a: Moments, b: Moments) -> Moments {
    let count = a.count + b.count;
    if b.count == 0.0 {
        return a;
    }
    let delta = b.mean - a.mean;
    return Moments(
        a.mean + delta * (b.count / count),
        a.squares + b.squares + delta * delta * (a.count * b.count / count),
        count,
    );
}

@group(0) @binding(1) var<storage, read> input: array<vec4f>;

// ---- statistics ----------------------------------------------------------------------------------

@group(0) @binding(2) var<storage, read_write> partial_moments: array<vec4f>;

var<workgroup> lane_moments: array<Moments, 64>;

/// A value that the mean is measured from: the middle one of the first, a middle and the last, so
/// that no single odd value costs digits.
fn guess_of(q: u32) -> vec4f {
    let elements = current.batch * AREA;
    let a = input[place(q, 0u)];
    let b = input[place(q, elements / 2u)];
    let c = input[place(q, elements - 1u)];
    return max(min(a, b), min(max(a, b), c));
}

/// partial_moments[chunk, q] = (mean − guess, Σ (input − mean)²) over the chunk.
/// One workgroup a chunk and quad.
@compute @workgroup_size(64)
fn statistics(
    @builtin(workgroup_id) group: vec3u,
    @builtin(num_workgroups) groups: vec3u,
    @builtin(local_invocation_index) lane: u32,
) {
    let index = group_index(group, groups);
    let q = index % QUADS;
    let start = index / QUADS * CHUNK;
    let end = min(start + CHUNK, current.batch * AREA);
    let guess = guess_of(q);
    var mine = Moments();
    if start + lane < end {
        // Each lane measures from its own first value, so that neither a large mean nor an odd
        // first value costs digits.
        let own = input[place(q, start + lane)];
        var sum = vec4f();
        var squares = vec4f();
        for (var e = start + lane; e < end; e += 64u) {
            let d = input[place(q, e)] - own;
            sum += d;
            squares += d * d;
        }
        let count = f32((end - start - lane + 63u) / 64u);
        mine = Moments(own - guess + sum / count, max(squares - sum * sum / count, vec4f()), count);
    }
    lane_moments[lane] = mine;
    for (var half = 32u; half > 0u; half /= 2u) {
        workgroupBarrier();
        if lane < half {
            lane_moments[lane] = together(lane_moments[lane], lane_moments[lane + half]);
        }
    }
    if lane == 0u && start < end {
        partial_moments[2u * index] = lane_moments[0].mean;
        partial_moments[2u * index + 1u] = lane_moments[0].squares;
    }
}

@group(0) @binding(2) var<storage, read> chunk_moments: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> saved_out: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> running_mean: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> running_variance: array<vec4f>;

/// Combines the chunks in their order; keeps what normalisation needs and moves the running averages
/// (biased variance to normalise, unbiased to remember). One thread a quad.
@compute @workgroup_size(64)
fn finish_statistics(@builtin(global_invocation_id) id: vec3u) {
    let q = id.x;
    if q >= QUADS {
        return;
    }
    let elements = current.batch * AREA;
    var all = Moments();
    for (var start = 0u; start < elements; start += CHUNK) {
        let at = 2u * (start / CHUNK * QUADS + q);
        let count = f32(min(CHUNK, elements - start));
        all = together(all, Moments(chunk_moments[at], chunk_moments[at + 1u], count));
    }
    let guess = guess_of(q);
    let variance = all.squares / all.count;
    saved_out[3u * q] = guess;
    saved_out[3u * q + 1u] = all.mean;
    saved_out[3u * q + 2u] = inverseSqrt(variance + EPSILON);
    let unbiased = all.squares / max(all.count - 1.0, 1.0);
    running_mean[q] = (1.0 - MOMENTUM) * running_mean[q] + MOMENTUM * (guess + all.mean);
    running_variance[q] = (1.0 - MOMENTUM) * running_variance[q] + MOMENTUM * unbiased;
}

@group(0) @binding(1) var<storage, read> fixed_mean: array<vec4f>;
@group(0) @binding(2) var<storage, read> fixed_variance: array<vec4f>;

/// The running averages in the place of a batch's statistics. One thread a quad.
@compute @workgroup_size(64)
fn fixed_statistics(@builtin(global_invocation_id) id: vec3u) {
    let q = id.x;
    if q < QUADS {
        saved_out[3u * q] = fixed_mean[q];
        saved_out[3u * q + 1u] = vec4f();
        saved_out[3u * q + 2u] = inverseSqrt(fixed_variance[q] + EPSILON);
    }
}

// ---- normalisation -------------------------------------------------------------------------------

@group(0) @binding(2) var<storage, read> saved: array<vec4f>;
@group(0) @binding(3) var<storage, read> gamma: array<vec4f>;
@group(0) @binding(4) var<storage, read> beta: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> output: array<vec4f>;
@group(0) @binding(6) var<storage, read> residual: array<vec4f>;
@group(0) @binding(7) var<storage, read_write> positive_out: array<u32>;

fn normalised(x: vec4f, q: u32) -> vec4f {
    return (x - saved[3u * q] - saved[3u * q + 1u]) * saved[3u * q + 2u];
}

/// output = γ · (input − mean)/√(variance + ε) + β{{ ", + residual" if residual }}{{ ", then ReLU" if relu }}.
@compute @workgroup_size(64)
fn normalise(
    @builtin(workgroup_id) group: vec3u,
    @builtin(num_workgroups) groups: vec3u,
    @builtin(local_invocation_index) lane: u32,
) {
    let index = group_index(group, groups);
    let elements = current.batch * AREA;
    let blocks = (elements + BLOCK - 1u) / BLOCK;
    let q = index / blocks;
    if q >= QUADS {
        return;
    }
    let start = index % blocks * BLOCK + lane;
    var bits = 0u;
    for (var k = 0u; k < 8u; k++) {
        let element = start + 64u * k;
        if element >= elements {
            break;
        }
        let at = place(q, element);
        var y = gamma[q] * normalised(input[at], q) + beta[q];
{% if residual %}
        y += residual[at];
{% endif %}
{% if keep_sign %}
        bits |= dot(select(vec4u(), vec4u(1u, 2u, 4u, 8u), y > vec4f()), vec4u(1u)) << (4u * k);
{% endif %}
{% if relu %}
        // Not `max`, which may swallow a NaN: the loss must see it.
        y = select(y, vec4f(), y <= vec4f());
{% endif %}
        output[at] = y;
    }
{% if keep_sign %}
    positive_out[(q * BLOCKS + index % blocks) * 64u + lane] = bits;
{% endif %}
}

// ---- the way back --------------------------------------------------------------------------------

@group(0) @binding(5) var<storage, read_write> grad_output: array<vec4f>;
@group(0) @binding(6) var<storage, read_write> partial_sums: array<vec4f>;
@group(0) @binding(7) var<storage, read> positive: array<u32>;

var<workgroup> lane_sums: array<array<vec4f, 2>, 64>;

/// partial_sums[chunk, q] = (Σ g, Σ g·x̂) over the chunk, where g is grad_output where the ReLU let
/// its input through, else zero{{ "; grad_output itself is overwritten by g" if keep_sign }}. One workgroup a chunk and quad.
@compute @workgroup_size(64)
fn backward_sums(
    @builtin(workgroup_id) group: vec3u,
    @builtin(num_workgroups) groups: vec3u,
    @builtin(local_invocation_index) lane: u32,
) {
    let index = group_index(group, groups);
    let q = index % QUADS;
    let start = index / QUADS * CHUNK;
    let end = min(start + CHUNK, current.batch * AREA);
    var sums = array<vec4f, 2>();
    for (var e = start + lane; e < end; e += 64u) {
        let at = place(q, e);
        let x = normalised(input[at], q);
        var g = grad_output[at];
{% if keep_sign %}
        let word = positive[(q * BLOCKS + e / BLOCK) * 64u + lane];
        let bits = word >> (e % BLOCK / 64u * 4u);
        g = select(vec4f(), g, (vec4u(bits) & vec4u(1u, 2u, 4u, 8u)) != vec4u());
        grad_output[at] = g;
{% elif relu %}
        g = select(vec4f(), g, gamma[q] * x + beta[q] > vec4f());
{% endif %}
        sums[0] += g;
        sums[1] += g * x;
    }
    lane_sums[lane] = sums;
    for (var half = 32u; half > 0u; half /= 2u) {
        workgroupBarrier();
        if lane < half {
            lane_sums[lane][0] += lane_sums[lane + half][0];
            lane_sums[lane][1] += lane_sums[lane + half][1];
        }
    }
    if lane == 0u && start < end {
        partial_sums[2u * index] = lane_sums[0][0];
        partial_sums[2u * index + 1u] = lane_sums[0][1];
    }
}

@group(0) @binding(1) var<storage, read> chunk_sums: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> means_out: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> grad_gamma: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> grad_beta: array<vec4f>;

/// grad_β = Σ g, grad_γ = Σ g·x̂, and their means over all elements. One thread a quad.
@compute @workgroup_size(64)
fn finish_backward(@builtin(global_invocation_id) id: vec3u) {
    let q = id.x;
    if q >= QUADS {
        return;
    }
    let elements = current.batch * AREA;
    var sum = vec4f();
    var sum_x = vec4f();
    for (var start = 0u; start < elements; start += CHUNK) {
        let at = 2u * (start / CHUNK * QUADS + q);
        sum += chunk_sums[at];
        sum_x += chunk_sums[at + 1u];
    }
    means_out[2u * q] = sum / f32(elements);
    means_out[2u * q + 1u] = sum_x / f32(elements);
    grad_beta[q] = sum;
    grad_gamma[q] = sum_x;
}

@group(0) @binding(5) var<storage, read> grad_in: array<vec4f>;
@group(0) @binding(6) var<storage, read> means: array<vec4f>;
@group(0) @binding(7) var<storage, read_write> grad_input: array<vec4f>;

/// grad_input = γ/√(variance + ε) · (g{{ " − mean(g) − x̂ · mean(g·x̂)" if not fixed }}).
@compute @workgroup_size(64)
fn backward(
    @builtin(workgroup_id) group: vec3u,
    @builtin(num_workgroups) groups: vec3u,
    @builtin(local_invocation_index) lane: u32,
) {
    let index = group_index(group, groups);
    let elements = current.batch * AREA;
    let blocks = (elements + BLOCK - 1u) / BLOCK;
    let q = index / blocks;
    if q >= QUADS {
        return;
    }
    let start = index % blocks * BLOCK + lane;
    for (var k = 0u; k < 8u; k++) {
        let element = start + 64u * k;
        if element >= elements {
            break;
        }
        let at = place(q, element);
        var g = grad_in[at];
{% if not fixed or (relu and not keep_sign) %}
        let x = normalised(input[at], q);
{% endif %}
{% if relu and not keep_sign %}
        g = select(vec4f(), g, gamma[q] * x + beta[q] > vec4f());
{% endif %}
{% if not fixed %}
        g -= means[2u * q] + x * means[2u * q + 1u];
{% endif %}
        grad_input[at] = gamma[q] * saved[3u * q + 2u] * g;
    }
}
