// Softmax cross-entropy against the labels.
//
// logits, grad_logits  [N, K] f32
// samples  [N] (label, augmentation word)
// losses   [N] vec2f: cross-entropy in nats, and 1 where the largest logit is the label's
// total    vec2f: the two summed over the batch

const CLASSES = {{ classes }}u;

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
    // A NaN is the largest, and stays it: then the loss is NaN by its sums alone, whatever an adapter's
    // `exp` makes of one (SwiftShader's: infinity).
    var largest = 0u;
    for (var k = 1u; k < CLASSES; k++) {
        let best = logits[n * CLASSES + largest];
        if best == best && !(logits[n * CLASSES + k] <= best) {
            largest = k;
        }
    }
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
