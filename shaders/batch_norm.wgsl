// BatchNorm over batch, rows and columns: statistics, normalisation, and the way back.
//
// input, output, residual, grad_…   [N, Q, H, W] Stored
// gamma, beta, running_…            [Q] vec4f
// normalization                     [Q]
// positive   [N, Q, ⌈H·W/8⌉] u32: bit 4k + i of word w: was channel i of pixel 8w + k above zero
//            before the ReLU
//
// Where a convolution stands before or behind, its kernel does some of this in passing (conv.wgsl), and the
// kernels here only what is left.

const QUADS = {{ quads }}u;
const AREA = {{ area }}u;
/// Elements (n, y, x) of a quad that a workgroup of a reduction takes.
const CHUNK = {{ chunk }}u;
const EPSILON = 1e-5;
const MOMENTUM = 0.1;
const WORDS = (AREA + 7u) / 8u;

/// The place of an element of a quad in storage.
fn place(q: u32, element: u32) -> u32 {
    return (element / AREA * QUADS + q) * AREA + element % AREA;
}

/// Partial results in a batch.
fn partials() -> u32 {
    return (current.batch * {{ partials.per_sample }}u + {{ partials.block - 1 }}u) / {{ partials.block }}u;
}

@group(0) @binding(1) var<storage, read> input: array<Stored>;

// ---- statistics ----------------------------------------------------------------------------------

@group(0) @binding(2) var<storage, read_write> partial_moments: array<Moments>;

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
    let start = index / QUADS * CHUNK;
    let end = min(start + CHUNK, current.batch * AREA);
    var mine = Moments();
    if start + lane < end {
        // Lanes measure from a value in the midst of others, so that neither a large mean nor an odd
        // value costs digits.
        let own = middle(
            vec4f(input[place(q, start)]),
            vec4f(input[place(q, (start + end) / 2u)]),
            vec4f(input[place(q, end - 1u)]),
        );
        var sum = vec4f();
        var squares = vec4f();
        for (var e = start + lane; e < end; e += 64u) {
            let d = vec4f(input[place(q, e)]) - own;
            sum += d;
            squares += d * d;
        }
        let count = f32((end - start - lane + 63u) / 64u);
        mine = Moments(own, sum / count, max(squares - sum * sum / count, vec4f()), count);
    }
    join_moments(lane, mine);
    if lane == 0u && start < end {
        partial_moments[index] = lane_moments[0];
    }
}

@group(0) @binding(1) var<storage, read> all_moments: array<Moments>;
@group(0) @binding(2) var<storage, read> gamma: array<vec4f>;
@group(0) @binding(3) var<storage, read> beta: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> normalization_out: array<Normalization>;
@group(0) @binding(5) var<storage, read_write> running_mean: array<vec4f>;
@group(0) @binding(6) var<storage, read_write> running_variance: array<vec4f>;

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
    for (var i = lane; i <= last; i += 64u) {
        let next = all_moments[i * QUADS + q];
        mine = together(mine, Moments(guess, next.origin - guess + next.mean, next.squares, next.count));
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

@group(0) @binding(1) var<storage, read> fixed_mean: array<vec4f>;
@group(0) @binding(2) var<storage, read> fixed_variance: array<vec4f>;
@group(0) @binding(3) var<storage, read> fixed_gamma: array<vec4f>;
@group(0) @binding(4) var<storage, read> fixed_beta: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> fixed_out: array<Normalization>;

/// The running averages in the place of a batch's statistics. One thread a quad.
@compute @workgroup_size(64)
fn fixed_statistics(@builtin(global_invocation_id) id: vec3u) {
    let q = id.x;
    if q < QUADS {
        let inverse_deviation = inverseSqrt(fixed_variance[q] + EPSILON);
        fixed_out[q] = Normalization(
            fixed_mean[q],
            vec4f(),
            inverse_deviation,
            fixed_gamma[q] * inverse_deviation,
            fixed_beta[q],
            vec4f(),
            vec4f(),
        );
    }
}

// ---- normalisation -------------------------------------------------------------------------------

@group(0) @binding(2) var<storage, read> normalization: array<Normalization>;
@group(0) @binding(3) var<storage, read_write> output: array<Stored>;
@group(0) @binding(4) var<storage, read> residual: array<Stored>;
@group(0) @binding(5) var<storage, read_write> positive_out: array<u32>;

/// output = γ · (input − mean)/√(variance + ε) + β{{ ", + residual" if residual }}{{ ", then ReLU" if relu }}.
/// One thread eight pixels of a quad.
@compute @workgroup_size(64)
fn normalise(
    @builtin(workgroup_id) group: vec3u,
    @builtin(num_workgroups) groups: vec3u,
    @builtin(local_invocation_index) lane: u32,
) {
    let word = group_index(group, groups) * 64u + lane;
    if word >= current.batch * (QUADS * WORDS) {
        return;
    }
    let norm = normalization[word / WORDS % QUADS];
    let first = word % WORDS * 8u;
    let image = word / WORDS * AREA + first;
    var bits = 0u;
{% for k in range(8) %}
    {{ "if first + " ~ k ~ "u < AREA" if area % 8 != 0 and k > 0 }} {
        var y = normalised(vec4f(input[image + {{ k }}u]), norm);
    {% if residual %}
        y += vec4f(residual[image + {{ k }}u]);
    {% endif %}
    {% if keep_sign %}
        bits |= dot(select(vec4u(), vec4u(1u, 2u, 4u, 8u), y > vec4f()), vec4u(1u)) << {{ 4 * k }}u;
    {% endif %}
    {% if relu %}
        // Not `max`, which may swallow a NaN: the loss must see it.
        y = select(y, vec4f(), y <= vec4f());
    {% endif %}
        output[image + {{ k }}u] = Stored(y);
    }
{% endfor %}
{% if keep_sign %}
    positive_out[word] = bits;
{% endif %}
}

// ---- the way back --------------------------------------------------------------------------------

@group(0) @binding(3) var<storage, read_write> grad_output: array<Stored>;
@group(0) @binding(4) var<storage, read_write> partial_sums: array<GradSums>;
@group(0) @binding(5) var<storage, read> positive: array<u32>;

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

/// partial_sums[chunk, q] = (Σ g, Σ g·x̂) over the chunk, where g is grad_output{{ ", which becomes zero where the ReLU let nothing through" if relu }}.
/// One workgroup a chunk and quad.
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
    let norm = normalization[q];
    var mine = GradSums();
    for (var e = start + lane; e < end; e += 64u) {
        let at = place(q, e);
        let x = vec4f(input[at]);
        var g = vec4f(grad_output[at]);
{% if keep_sign %}
        let pixel = e % AREA;
        let bits = positive[(e / AREA * QUADS + q) * WORDS + pixel / 8u] >> (4u * (pixel % 8u));
        g = select(vec4f(), g, (vec4u(bits) & vec4u(1u, 2u, 4u, 8u)) != vec4u());
        grad_output[at] = Stored(g);
{% elif relu %}
        g = select(vec4f(), g, normalised(x, norm) > vec4f());
        grad_output[at] = Stored(g);
{% endif %}
        mine = both(mine, GradSums(g, g * standardised(x, norm)));
    }
    join_sums(lane, mine);
    if lane == 0u && start < end {
        partial_sums[index] = lane_sums[0];
    }
}

@group(0) @binding(1) var<storage, read> all_sums: array<GradSums>;
@group(0) @binding(2) var<storage, read_write> normalization_means: array<Normalization>;
@group(0) @binding(3) var<storage, read_write> grad_gamma: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> grad_beta: array<vec4f>;

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
    for (var i = lane; i < partials(); i += 64u) {
        mine = both(mine, all_sums[i * QUADS + q]);
    }
    join_sums(lane, mine);
    if lane > 0u {
        return;
    }
    let elements = f32(current.batch * AREA);
    normalization_means[q].mean_grad = lane_sums[0].sum / elements;
    normalization_means[q].mean_grad_x = lane_sums[0].sum_x / elements;
    grad_beta[q] = lane_sums[0].sum / gradient_scale();
    grad_gamma[q] = lane_sums[0].sum_x / gradient_scale();
}

@group(0) @binding(3) var<storage, read> grad_in: array<Stored>;
@group(0) @binding(4) var<storage, read_write> grad_input: array<Stored>;

/// grad_input = γ/√(variance + ε) · (grad_in{{ " − mean(g) − x̂ · mean(g·x̂)" if not fixed }}), where grad_in is what passed the
/// ReLU. One thread eight pixels of a quad.
@compute @workgroup_size(64)
fn backward(
    @builtin(workgroup_id) group: vec3u,
    @builtin(num_workgroups) groups: vec3u,
    @builtin(local_invocation_index) lane: u32,
) {
    let word = group_index(group, groups) * 64u + lane;
    if word >= current.batch * (QUADS * WORDS) {
        return;
    }
    let norm = normalization[word / WORDS % QUADS];
    let first = word % WORDS * 8u;
    let image = word / WORDS * AREA + first;
{% for k in range(8) %}
    {{ "if first + " ~ k ~ "u < AREA" if area % 8 != 0 and k > 0 }} {
        var g = vec4f(grad_in[image + {{ k }}u]);
    {% if not fixed %}
        g -= norm.mean_grad + standardised(vec4f(input[image + {{ k }}u]), norm) * norm.mean_grad_x;
    {% endif %}
        grad_input[image + {{ k }}u] = Stored(norm.scale * g);
    }
{% endfor %}
}
