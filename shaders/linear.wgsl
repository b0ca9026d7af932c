// The output layer.
//
// input, grad_input    [N, 4·Q] StoredValue: a channel-blocked tensor of 1×1 images, Q = ⌈C/4⌉
// weight, grad_weight  [K, C] f32
// bias, grad_bias      [K] f32
// logits, grad_logits  [N, K] f32

// ---- head: of a sample; the host makes one for each shape ----
const CHANNELS = 5u;
const ROW = 8u;
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

/// Four channels of a pixel, or four weights of a convolution, in memory. Kernels compute in f32.
alias Stored = vec4<f32>;
alias StoredValue = f32;

/// What gradients of images are multiplied with while they are images: nothing.
fn gradient_scale() -> f32 {
    return 1.0;
}

@group(0) @binding(1) var<storage, read> input: array<StoredValue>;
@group(0) @binding(2) var<storage, read> weight: array<f32>;
@group(0) @binding(3) var<storage, read> bias: array<f32>;
@group(0) @binding(4) var<storage, read_write> logits: array<f32>;
@group(0) @binding(5) var<storage, read> grad_logits: array<f32>;
@group(0) @binding(6) var<storage, read_write> grad_input: array<StoredValue>;
@group(0) @binding(7) var<storage, read_write> grad_weight: array<f32>;
@group(0) @binding(8) var<storage, read_write> grad_bias: array<f32>;
// ---- end of head ----

/// logits[n, k] = bias[k] + Σ_c input[n, c] · weight[k, c]. One thread a logit.
@compute @workgroup_size(64)
fn linear(
    @builtin(workgroup_id) group: vec3u,
    @builtin(num_workgroups) groups: vec3u,
    @builtin(local_invocation_index) lane: u32,
) {
    let i = group_index(group, groups) * 64u + lane;
    let n = i / CLASSES;
    let k = i % CLASSES;
    if n >= current.batch {
        return;
    }
    var sum = 0.0;
    for (var c = 0u; c < CHANNELS; c++) {
        sum += f32(input[n * ROW + c]) * weight[k * CHANNELS + c];
    }
    logits[i] = sum + bias[k];
}

/// grad_input[n, c] = Σ_k grad_logits[n, k] · weight[k, c] · the gradients' scale; zero beyond C. One thread a value.
@compute @workgroup_size(64)
fn grad_input_of_linear(
    @builtin(workgroup_id) group: vec3u,
    @builtin(num_workgroups) groups: vec3u,
    @builtin(local_invocation_index) lane: u32,
) {
    let i = group_index(group, groups) * 64u + lane;
    let n = i / ROW;
    let c = i % ROW;
    if n >= current.batch {
        return;
    }
    var sum = 0.0;
    if c < CHANNELS {
        for (var k = 0u; k < CLASSES; k++) {
            sum += grad_logits[n * CLASSES + k] * weight[k * CHANNELS + c];
        }
    }
    grad_input[i] = StoredValue(sum * gradient_scale());
}

/// grad_weight[k, c] = Σ_n grad_logits[n, k] · input[n, c], grad_bias[k] = Σ_n grad_logits[n, k].
/// One thread a weight; the one past a row's last does the bias.
@compute @workgroup_size(64)
fn grad_weight_of_linear(
    @builtin(workgroup_id) group: vec3u,
    @builtin(num_workgroups) groups: vec3u,
    @builtin(local_invocation_index) lane: u32,
) {
    let i = group_index(group, groups) * 64u + lane;
    let k = i / (CHANNELS + 1u);
    let c = i % (CHANNELS + 1u);
    if k >= CLASSES {
        return;
    }
    var sum = 0.0;
    for (var n = 0u; n < current.batch; n++) {
        var x = 1.0;
        if c < CHANNELS {
            x = f32(input[n * ROW + c]);
        }
        sum += grad_logits[n * CLASSES + k] * x;
    }
    if c < CHANNELS {
        grad_weight[k * CHANNELS + c] = sum;
    } else {
        grad_bias[k] = sum;
    }
}
