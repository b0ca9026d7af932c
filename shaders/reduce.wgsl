// Sums over the batch in a fixed order.

const QUADS = {{ quads }}u;
const CHANNELS = {{ channels }}u;
const AREA = {{ area }}u;
const CHUNK = {{ samples_per_chunk }}u;
const LENGTH = {{ length }}u;

var<workgroup> lane_sums: array<vec4f, 64>;

/// partial_sums[chunk, c] = Σ_{n in chunk, y, x} grad_output[n, c, y, x]. One workgroup a chunk and quad.
@compute @workgroup_size(64)
fn channel_sums(
    @builtin(workgroup_id) group: vec3u,
    @builtin(num_workgroups) groups: vec3u,
    @builtin(local_invocation_index) lane: u32,
) {
    let index = group_index(group, groups);
    let q = index % QUADS;
    let chunk = index / QUADS;
    let first = chunk * CHUNK;
    var sum = vec4f();
    for (var n = first; n < min(first + CHUNK, current.batch); n++) {
        for (var at = lane; at < AREA; at += 64u) {
            sum += vec4f(grad_output[(n * QUADS + q) * AREA + at]);
        }
    }
    lane_sums[lane] = sum;
    for (var half = 32u; half > 0u; half /= 2u) {
        workgroupBarrier();
        if lane < half {
            lane_sums[lane] += lane_sums[lane + half];
        }
    }
    // Four lanes read what the first one wrote.
    workgroupBarrier();
    let c = 4u * q + lane;
    if lane < 4u && c < CHANNELS && first < current.batch {
        partial_sums[chunk * CHANNELS + c] = lane_sums[0][lane];
    }
}

/// sums[i] = Σ_chunk partials[chunk, i] over the chunks of this batch, without the gradients' scale. One thread
/// a value.
@compute @workgroup_size(64)
fn sum_partials(
    @builtin(workgroup_id) group: vec3u,
    @builtin(num_workgroups) groups: vec3u,
    @builtin(local_invocation_index) lane: u32,
) {
    let i = group_index(group, groups) * 64u + lane;
    if i >= LENGTH {
        return;
    }
    var sum = 0.0;
    for (var chunk = 0u; chunk * CHUNK < current.batch; chunk++) {
        sum += partials[chunk * LENGTH + i];
    }
    sums[i] = sum / gradient_scale();
}
