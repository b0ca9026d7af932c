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
/// Lanes that share what they load.
const LANES = {{ lanes }}u;

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
{% if quad_swap %}
/// lane l keeps the weights of quad l, channel by channel all taps, row by row.
{% elif winograd %}
/// what lane l keeps in its registers 3k, 3k + 1, 3k + 2 are the weights of row k · LANES + l (channel · K + ky).
{% else %}
/// channel by channel all taps, row by row; the first LANES of them are in the first register of each lane.
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
    // A lane loads {{ weights_a_load }} at once.
    let slot = within / {{ lanes * weights_a_load }}u * {{ weights_a_load }}u + within % {{ weights_a_load }}u;
    let holder = within / {{ weights_a_load }}u % LANES;
    let source = at / PACKED_STRIDE % SOURCE_QUADS * 4u;
    let first = at / PACKED_STRIDE / SOURCE_QUADS * CHANNELS;
{% if quad_swap %}
    let channel = 4u * holder + slot / (KERNEL * KERNEL);
    let ky = slot / KERNEL % KERNEL;
    let kx = slot % KERNEL;
{% elif winograd %}
    let row = slot / KERNEL * LANES + holder;
    let channel = row / KERNEL;
    let ky = row % KERNEL;
    let kx = slot % KERNEL;
{% else %}
    let place = slot * LANES + holder;
    let channel = place / (KERNEL * KERNEL);
    let ky = place / KERNEL % KERNEL;
    let kx = place % KERNEL;
{% endif %}
    var weights = vec4f();
    if channel < CHANNELS {
        for (var i = 0u; i < 4u; i++) {
            weights[i] = weight_at(source + i, first + channel, ky, kx);
        }
    }
    packed[at] = Stored(weights);
}
