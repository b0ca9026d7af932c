// Passes over single values. All arrays are [N, Q, H, W] Stored; one thread a quad.

const PER_SAMPLE = {{ per_sample }}u;

@group(0) @binding(1) var<storage, read> input: array<Stored>;
@group(0) @binding(2) var<storage, read_write> output: array<Stored>;
@group(0) @binding(3) var<storage, read> grad_output: array<Stored>;

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

/// output = grad_output where the ReLU's result `input` is above zero, else zero.
@compute @workgroup_size(64)
fn relu_backward(
    @builtin(workgroup_id) group: vec3u,
    @builtin(num_workgroups) groups: vec3u,
    @builtin(local_invocation_index) lane: u32,
) {
    let i = group_index(group, groups) * 64u + lane;
    if i < current.batch * PER_SAMPLE {
        output[i] = Stored(select(vec4f(), vec4f(grad_output[i]), vec4f(input[i]) > vec4f()));
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
