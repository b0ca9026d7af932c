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
{% set pixels = 2 if pairs else 1 %}
alias Element = {{ element(pixels) }};
/// Elements of an image of a quad, of {{ pixels }} pixels each.
const ELEMENTS = {{ area // pixels }}u;
/// Elements of a quad that a workgroup of a reduction takes.
const CHUNK = {{ chunk // pixels }}u;
const EPSILON = 1e-5;
const MOMENTUM = 0.1;
const WORDS = (AREA + 7u) / 8u;

/// The place of an element of a quad in storage.
fn place(q: u32, element: u32) -> u32 {
    return (element / ELEMENTS * QUADS + q) * ELEMENTS + element % ELEMENTS;
}

/// Partial results in a batch.
fn partials() -> u32 {
    return (current.batch * {{ partials.per_sample }}u + {{ partials.block - 1 }}u) / {{ partials.block }}u;
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
    let start = index / QUADS * CHUNK;
    let end = min(start + CHUNK, current.batch * ELEMENTS);
    var mine = Moments();
    if start + lane < end {
        // Lanes measure from a value in the midst of others, so that neither a large mean nor an odd
        // value costs digits.
        let own = middle(
            {{ pixel("input[place(q, start)]", pixels, 0) }},
            {{ pixel("input[place(q, (start + end) / 2u)]", pixels, 0) }},
            {{ pixel("input[place(q, end - 1u)]", pixels, 0) }},
        );
        var sum = vec4f();
        var squares = vec4f();
        for (var e = start + lane; e < end; e += 64u) {
            let loaded = input[place(q, e)];
{% for i in range(pixels) %}
            let d_{{ i }} = {{ pixel("loaded", pixels, i) }} - own;
            sum += d_{{ i }};
            squares += d_{{ i }} * d_{{ i }};
{% endfor %}
        }
        let count = f32((end - start - lane + 63u) / 64u * {{ pixels }}u);
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

// ---- normalisation -------------------------------------------------------------------------------

{# What becomes of pixel i of an element: y_i, and with its signs `bits`, moved by `shift`. #}
{% macro normalised_pixel(i, shift) %}
        var y_{{ i }} = normalised({{ pixel("loaded", pixels, i) }}, norm);
    {% if residual %}
        y_{{ i }} += {{ pixel("added", pixels, i) }};
    {% endif %}
    {% if keep_sign %}
        bits |= dot(select(vec4u(), vec4u(1u, 2u, 4u, 8u), y_{{ i }} > vec4f()), vec4u(1u)){{ " << " ~ shift ~ "u" if shift }};
    {% endif %}
    {% if relu %}
        y_{{ i }} = rectified(y_{{ i }});
    {% endif %}
{% endmacro %}
{% if keep_sign and not pairs %}
/// Signs of the pixels of a workgroup, four bits each.
var<workgroup> signs: array<u32, 512>;
{% endif %}

/// output = γ · (input − mean)/√(variance + ε) + β{{ ", + residual" if residual }}{{ ", then ReLU" if relu }}.
{% if pairs %}
/// One thread eight pixels of a quad.
{% else %}
/// One workgroup the pixels of 64 words of signs, neighbouring lanes neighbouring pixels.
{% endif %}
@compute @workgroup_size(64)
fn normalise(
    @builtin(workgroup_id) group: vec3u,
    @builtin(num_workgroups) groups: vec3u,
    @builtin(local_invocation_index) lane: u32,
) {
    let own_word = group_index(group, groups) * 64u + lane;
{% if pairs %}
    if own_word >= current.batch * (QUADS * WORDS) {
        return;
    }
    let norm = normalization[own_word / WORDS % QUADS];
    let first = own_word % WORDS * 8u;
    let image = (own_word / WORDS * AREA + first) / 2u;
    var bits = 0u;
    {% for k in range(0, 8, 2) %}
    {{ "if first + " ~ k ~ "u < AREA" if area % 8 != 0 and k > 0 }} {
        let at = image + {{ k // 2 }}u;
        let loaded = input[at];
        {% if residual %}
        let added = residual[at];
        {% endif %}
        {% for i in range(2) %}
{{ normalised_pixel(i, 4 * (k + i)) }}
        {% endfor %}
        output[at] = {{ joined("y", 2) }};
    }
    {% endfor %}
    {% if keep_sign %}
    positive_out[own_word] = bits;
    {% endif %}
{% else %}
    {% for k in range(8) %}
    {
        let word = (own_word - lane) + {{ 8 * k }}u + lane / 8u;
        let pixel = word % WORDS * 8u + lane % 8u;
        {% if keep_sign %}
        var bits = 0u;
        {% endif %}
        if (word < current.batch * (QUADS * WORDS)){{ " & (pixel < AREA)" if area % 8 != 0 }} {
            let norm = normalization[word / WORDS % QUADS];
            let at = word / WORDS * AREA + pixel;
            let loaded = input[at];
        {% if residual %}
            let added = residual[at];
        {% endif %}
{{ normalised_pixel(0, 0) }}
            output[at] = {{ joined("y", 1) }};
        }
        {% if keep_sign %}
        signs[{{ 64 * k }}u + lane] = bits;
        {% endif %}
    }
    {% endfor %}
    {% if keep_sign %}
    workgroupBarrier();
    var all = 0u;
        {% for k in range(8) %}
    {
        // Each lane begins elsewhere, so that they do not meet in one bank of the memory.
        let pixel = ({{ k }}u + lane / 4u) % 8u;
        all |= signs[lane * 8u + pixel] << (4u * pixel);
    }
        {% endfor %}
    if own_word < current.batch * (QUADS * WORDS) {
        positive_out[own_word] = all;
    }
    {% endif %}
{% endif %}
}

// ---- the way back --------------------------------------------------------------------------------

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
    let end = min(start + CHUNK, current.batch * ELEMENTS);
    let norm = normalization[q];
    var mine = GradSums();
    for (var e = start + lane; e < end; e += 64u) {
        let at = place(q, e);
        let loaded = input[at];
        let grad = grad_output[at];
{% if keep_sign %}
        let pixel = e % ELEMENTS * {{ pixels }}u;
        let bits = positive[(e / ELEMENTS * QUADS + q) * WORDS + pixel / 8u] >> (4u * (pixel % 8u));
{% endif %}
{% for i in range(pixels) %}
        let x_{{ i }} = {{ pixel("loaded", pixels, i) }};
        var g_{{ i }} = {{ pixel("grad", pixels, i) }};
    {% if keep_sign %}
        g_{{ i }} = select(vec4f(), g_{{ i }}, (vec4u(bits{{ " >> 4u" if i == 1 }}) & vec4u(1u, 2u, 4u, 8u)) != vec4u());
    {% elif relu %}
        g_{{ i }} = select(vec4f(), g_{{ i }}, normalised(x_{{ i }}, norm) > vec4f());
    {% endif %}
        mine = both(mine, GradSums(g_{{ i }}, g_{{ i }} * standardised(x_{{ i }}, norm)));
{% endfor %}
{% if relu %}
        grad_output[at] = {{ joined("g", pixels) }};
{% endif %}
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

{# What becomes of pixel i of an element: g_i. #}
{% macro gradient_of_pixel(i) %}
        var g_{{ i }} = {{ pixel("grad", pixels, i) }};
    {% if not fixed %}
        g_{{ i }} -= norm.mean_grad + standardised({{ pixel("loaded", pixels, i) }}, norm) * norm.mean_grad_x;
    {% endif %}
        g_{{ i }} *= norm.scale;
{% endmacro %}
/// grad_input = γ/√(variance + ε) · (grad_in{{ " − mean(g) − x̂ · mean(g·x̂)" if not fixed }}), where grad_in is what passed the
/// ReLU.
{% if pairs %}
/// One thread eight pixels of a quad.
{% else %}
/// One workgroup 512 pixels, neighbouring lanes neighbouring pixels.
{% endif %}
@compute @workgroup_size(64)
fn backward(
    @builtin(workgroup_id) group: vec3u,
    @builtin(num_workgroups) groups: vec3u,
    @builtin(local_invocation_index) lane: u32,
) {
    let first = group_index(group, groups) * 64u;
{% if pairs %}
    let word = first + lane;
    if word >= current.batch * (QUADS * WORDS) {
        return;
    }
    let norm = normalization[word / WORDS % QUADS];
    let pixel = word % WORDS * 8u;
    let image = (word / WORDS * AREA + pixel) / 2u;
    {% for k in range(0, 8, 2) %}
    {{ "if pixel + " ~ k ~ "u < AREA" if area % 8 != 0 and k > 0 }} {
        let at = image + {{ k // 2 }}u;
        let grad = grad_in[at];
        {% if not fixed %}
        let loaded = input[at];
        {% endif %}
        {% for i in range(2) %}
{{ gradient_of_pixel(i) }}
        {% endfor %}
        grad_input[at] = {{ joined("g", 2) }};
    }
    {% endfor %}
{% else %}
    {% for k in range(8) %}
    {
        let at = first * 8u + {{ 64 * k }}u + lane;
        if at < current.batch * (QUADS * AREA) {
            let norm = normalization[at / AREA % QUADS];
            let grad = grad_in[at];
        {% if not fixed %}
            let loaded = input[at];
        {% endif %}
{{ gradient_of_pixel(0) }}
            grad_input[at] = {{ joined("g", 1) }};
        }
    }
    {% endfor %}
{% endif %}
}
