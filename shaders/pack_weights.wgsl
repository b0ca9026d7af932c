// Weights of a convolution in the order in which a pass over images reads them.
//
// weight  [CO, CI, K, K] f32, PyTorch's layout
// packed  [groups of destination quads, source quads, PACKED_STRIDE] Stored over four source channels

const INPUT_CHANNELS = {{ input_channels }}u;
const OUTPUT_CHANNELS = {{ output_channels }}u;
const SOURCE_QUADS = {{ source_quads }}u;
const KERNEL = {{ kernel }}u;
/// Destination channels of a group.
const CHANNELS = {{ 4 * quads }}u;
const PACKED_STRIDE = {{ packed_stride }}u;

@group(0) @binding(1) var<storage, read> weight: array<f32>;
@group(0) @binding(2) var<storage, read_write> packed: array<Stored>;

fn weight_at(source: u32, destination: u32, ky: u32, kx: u32) -> f32 {
{% if forward %}
    if source < INPUT_CHANNELS && destination < OUTPUT_CHANNELS {
        return weight[((destination * INPUT_CHANNELS + source) * KERNEL + ky) * KERNEL + kx];
    }
{% else %}
    // The other way taps run backwards.
    if source < OUTPUT_CHANNELS && destination < INPUT_CHANNELS {
        return weight[((source * INPUT_CHANNELS + destination) * KERNEL + KERNEL - 1u - ky) * KERNEL + KERNEL - 1u - kx];
    }
{% endif %}
    return 0.0;
}

/// One thread a quad of `packed`. Of a group and source quad:
{% if winograd %}
/// lane by lane the three weights of a row (channel · K + ky), one after another each {{ lanes }} lanes apart.
{% else %}
/// channel by channel all taps, row by row.
{% endif %}
/// What is left up to PACKED_STRIDE is zero.
@compute @workgroup_size(64)
fn pack_weights(
    @builtin(workgroup_id) group: vec3u,
    @builtin(num_workgroups) groups: vec3u,
    @builtin(local_invocation_index) lane: u32,
) {
    let at = group_index(group, groups) * 64u + lane;
    if at >= {{ packed_len }}u {
        return;
    }
    let within = at % PACKED_STRIDE;
    let source = at / PACKED_STRIDE % SOURCE_QUADS * 4u;
    let first = at / PACKED_STRIDE / SOURCE_QUADS * CHANNELS;
{% if winograd %}
    let row = within / (KERNEL * {{ lanes }}u) * {{ lanes }}u + within % {{ lanes }}u;
    let channel = row / KERNEL;
    let ky = row % KERNEL;
    let kx = within / {{ lanes }}u % KERNEL;
{% else %}
    let channel = within / (KERNEL * KERNEL);
    let ky = within / KERNEL % KERNEL;
    let kx = within % KERNEL;
{% endif %}
    var weights = vec4f();
    if channel < CHANNELS {
        for (var i = 0u; i < 4u; i++) {
            weights[i] = weight_at(source + i, first + channel, ky, kx);
        }
    }
    packed[at] = Stored(weights);
}
