// The output layer.
//
// input, grad_input    [N, 4·Q] StoredValue: a channel-blocked tensor of 1×1 images, Q = ⌈C/4⌉
// weight, grad_weight  [K, C] f32
// bias, grad_bias      [K] f32
// logits, grad_logits  [N, K] f32

const CHANNELS = {{ channels }}u;
const ROW = {{ row }}u;
const CLASSES = {{ classes }}u;

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
