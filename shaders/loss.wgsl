// Softmax cross-entropy against the labels, and the entropy of answers.
//
// logits, grad_logits  [N, K] f32
// samples  [N] (label, augmentation word)
// losses   [N] vec2f: cross-entropy or entropy in nats, and 1 where the largest logit is the label's
// total    vec2f: the two summed over the batch

// ---- head: of a sample; the host makes one for each shape ----
const CLASSES = 3u;

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

@group(0) @binding(1) var<storage, read> logits: array<f32>;
@group(0) @binding(2) var<storage, read> samples: array<vec2u>;
@group(0) @binding(3) var<storage, read_write> losses: array<vec2f>;
@group(0) @binding(4) var<storage, read_write> grad_logits: array<f32>;
@group(0) @binding(5) var<storage, read> sample_losses: array<vec2f>;
@group(0) @binding(6) var<storage, read_write> total: array<vec2f>;
// ---- end of head ----

/// The place of a sample's largest logit, the first of equals. A NaN is the largest, and stays it: then the loss is NaN
/// by its sums alone, whatever an adapter's `exp` makes of one (SwiftShader's: infinity).
fn largest_logit(n: u32) -> u32 {
    var largest = 0u;
    for (var k = 1u; k < CLASSES; k++) {
        let best = logits[n * CLASSES + largest];
        if best == best && !(logits[n * CLASSES + k] <= best) {
            largest = k;
        }
    }
    return largest;
}

/// losses[n] = (log Σ_k e^(logits[n, k] − logits[n, label]), hit), and the gradient of the mean over
/// the batch: grad_logits[n, k] = (softmax(logits[n])[k] − [k = label]) / N. One thread a sample.
@compute @workgroup_size(64)
fn cross_entropy(
    @builtin(workgroup_id) group: vec3u,
    @builtin(num_workgroups) groups: vec3u,
    @builtin(local_invocation_index) lane: u32,
) {
    let n = group_index(group, groups) * 64u + lane;
    if n >= current.batch {
        return;
    }
    let label = samples[n].x;
    let largest = largest_logit(n);
    let offset = logits[n * CLASSES + largest];
    var sum = 0.0;
    for (var k = 0u; k < CLASSES; k++) {
        sum += exp(logits[n * CLASSES + k] - offset);
    }
    for (var k = 0u; k < CLASSES; k++) {
        let probability = exp(logits[n * CLASSES + k] - offset) / sum;
        grad_logits[n * CLASSES + k] = (probability - f32(k == label)) / f32(current.batch);
    }
    losses[n] = vec2f(log(sum) + offset - logits[n * CLASSES + label], f32(largest == label));
}

/// losses[n] = (H(n), hit) with the entropy of the answer H = −Σ_k p_k log p_k, p = softmax(logits[n]), and the gradient
/// of its mean over the batch: grad_logits[n, k] = −p_k (log p_k + H) / N. Labels count hits and nothing else. One
/// thread a sample.
@compute @workgroup_size(64)
fn entropy(
    @builtin(workgroup_id) group: vec3u,
    @builtin(num_workgroups) groups: vec3u,
    @builtin(local_invocation_index) lane: u32,
) {
    let n = group_index(group, groups) * 64u + lane;
    if n >= current.batch {
        return;
    }
    let largest = largest_logit(n);
    let offset = logits[n * CLASSES + largest];
    var sum = 0.0;
    for (var k = 0u; k < CLASSES; k++) {
        sum += exp(logits[n * CLASSES + k] - offset);
    }
    // The logarithm of p_k, which is finite where p_k itself is rounded to zero.
    let log_sum = log(sum) + offset;
    var mean_log = 0.0;
    for (var k = 0u; k < CLASSES; k++) {
        let log_probability = logits[n * CLASSES + k] - log_sum;
        mean_log += exp(log_probability) * log_probability;
    }
    for (var k = 0u; k < CLASSES; k++) {
        let log_probability = logits[n * CLASSES + k] - log_sum;
        grad_logits[n * CLASSES + k] = -exp(log_probability) * (log_probability - mean_log) / f32(current.batch);
    }
    losses[n] = vec2f(-mean_log, f32(largest == samples[n].x));
}

var<workgroup> lane_totals: array<vec2f, 64>;

/// total[0] = Σ_n sample_losses[n]. One workgroup.
@compute @workgroup_size(64)
fn sum_losses(@builtin(local_invocation_index) lane: u32) {
    var sum = vec2f();
    for (var n = lane; n < current.batch; n += 64u) {
        sum += sample_losses[n];
    }
    lane_totals[lane] = sum;
    for (var half = 32u; half > 0u; half /= 2u) {
        workgroupBarrier();
        if lane < half {
            lane_totals[lane] += lane_totals[lane + half];
        }
    }
    if lane == 0u {
        total[0] = lane_totals[0];
    }
}
