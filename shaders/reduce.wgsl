// Sums over the batch in a fixed order.

// ---- head: of a sample; the host makes one for each shape ----
const QUADS = 2u;
const CHANNELS = 5u;
const AREA = 6u;
const CHUNK = 4u;
const LENGTH = 5u;

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

@group(0) @binding(1) var<storage, read> grad_output: array<Stored>;
@group(0) @binding(2) var<storage, read_write> partial_sums: array<f32>;
@group(0) @binding(3) var<storage, read> partials: array<f32>;
@group(0) @binding(4) var<storage, read_write> sums: array<f32>;
// ---- end of head ----

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
