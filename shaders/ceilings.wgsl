// What an adapter can do at most: arithmetic that touches no memory, memory without arithmetic, and a
// dispatch that does next to nothing. Everything computed depends on the step's uniform and is written,
// so that no compiler can leave it out.

alias Element = {{ "vec4<u64>" if pairs | default(false) else "vec4f" }};

{% if work == "multiply_add" %}
alias Quad = {{ "vec4h" if half else "vec4f" }};

/// output[i] = Σ over {{ chains }} chains of vec4{{ "h" if half else "f" }}, each turned {{ turns }} × {{ unrolled }} times: x = {{ "fma(x, scale, shift)" if fused else "x · scale + shift" }}.
/// The chains do not depend on each other, so that one multiply-add need not wait for the one before.
@compute @workgroup_size(64)
fn multiply_add(
    @builtin(workgroup_id) group: vec3u,
    @builtin(num_workgroups) groups: vec3u,
    @builtin(local_invocation_index) lane: u32,
) {
    let i = group_index(group, groups) * 64u + lane;
    // With the host's numbers x stays between 0 and 2: neither infinite nor too small for full speed.
    let scale = Quad(vec4f(current.first_correction));
    let shift = Quad(vec4f(current.second_correction));
    let start = Quad(vec4f(f32(i % 64u) / 64.0));
{% for chain in range(chains) %}
    var x_{{ chain }} = start + Quad({{ chain }}.0 / {{ chains }}.0);
{% endfor %}
    for (var turn = 0u; turn < {{ turns }}u; turn++) {
{% for again in range(unrolled) %}
{% for chain in range(chains) %}
        x_{{ chain }} = {% if fused %}fma(x_{{ chain }}, scale, shift){% else %}x_{{ chain }} * scale + shift{% endif %};
{% endfor %}
{% endfor %}
    }
    var sum = Quad();
{% for chain in range(chains) %}
    sum += x_{{ chain }};
{% endfor %}
    output[i] = vec4f(sum);
}
{% elif work == "copy" %}

/// copied[i] = original[i] for {{ elements }} elements; a workgroup takes {{ per_thread }} × 64, its lanes side by side.
@compute @workgroup_size(64)
fn copy(
    @builtin(workgroup_id) group: vec3u,
    @builtin(num_workgroups) groups: vec3u,
    @builtin(local_invocation_index) lane: u32,
) {
    let start = group_index(group, groups) * {{ 64 * per_thread }}u + lane;
{% for k in range(per_thread) %}
    if start + {{ 64 * k }}u < {{ elements }}u {
        copied[start + {{ 64 * k }}u] = original[start + {{ 64 * k }}u];
    }
{% endfor %}
}
{% else %}
/// output[0] = a number. One workgroup: what is left is the cost of the dispatch itself.
@compute @workgroup_size(64)
fn next_to_nothing(@builtin(local_invocation_index) lane: u32) {
    if lane == 0u {
        output[0] = vec4f(current.first_correction);
    }
}
{% endif %}
