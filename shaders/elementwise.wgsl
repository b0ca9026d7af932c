// Passes over single values. All arrays are [N, Q, H, W] Stored; one thread a quad.

const PER_SAMPLE = {{ per_sample }}u;

/// output = max(input, 0).
@compute @workgroup_size(64)
fn relu(
    @builtin(workgroup_id) group: vec3u,
    @builtin(num_workgroups) groups: vec3u,
    @builtin(local_invocation_index) lane: u32,
) {
    let i = group_index(group, groups) * 64u + lane;
    if i < current.batch * PER_SAMPLE {
        output[i] = Stored(rectified(vec4f(input[i])));
    }
}

/// grad_input = grad_output where the ReLU's result `input` is above zero, else zero.
@compute @workgroup_size(64)
fn relu_backward(
    @builtin(workgroup_id) group: vec3u,
    @builtin(num_workgroups) groups: vec3u,
    @builtin(local_invocation_index) lane: u32,
) {
    let i = group_index(group, groups) * 64u + lane;
    if i < current.batch * PER_SAMPLE {
        grad_input[i] = Stored(select(vec4f(), vec4f(grad_output[i]), vec4f(input[i]) > vec4f()));
    }
}

/// output += input.
@compute @workgroup_size(64)
fn add(
    @builtin(workgroup_id) group: vec3u,
    @builtin(num_workgroups) groups: vec3u,
    @builtin(local_invocation_index) lane: u32,
) {
    let i = group_index(group, groups) * 64u + lane;
    if i < current.batch * PER_SAMPLE {
        output[i] = Stored(vec4f(output[i]) + vec4f(input[i]));
    }
}
