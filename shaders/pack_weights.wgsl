// Weights of a convolution in the order in which a pass over images reads them.
//
// weight  [CO, CI, K, K] f32, PyTorch's layout
// packed  [groups of destination quads, source quads, PACKED_STRIDE] Stored over four source channels
//
// CHANNELS         destination channels of a group
// FORWARD          the forward pass; else the backward pass, where taps run backwards
// LANES            lanes that share what they load
// WEIGHTS_A_LOAD   quads of weights that a lane loads at once
// QUAD_SWAP, WINOGRAD  in which order, see place_of
// PACKED_STRIDE    quads of a group and a source quad
// PACKED_LEN       quads of all

// ---- head: of a sample; the host makes one for each shape ----
const INPUT_CHANNELS = 3u;
const OUTPUT_CHANNELS = 5u;
const SOURCE_QUADS = 1u;
const KERNEL = 3u;
const CHANNELS = 4u;
const FORWARD = true;
const LANES = 1u;
const WEIGHTS_A_LOAD = 1u;
const QUAD_SWAP = false;
const WINOGRAD = false;
const PACKED_STRIDE = 36u;
const PACKED_LEN = 72u;

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

@group(0) @binding(1) var<storage, read> weight: array<f32>;
@group(0) @binding(2) var<storage, read_write> packed: array<Stored>;
// ---- end of head ----

/// The weight from a source to a destination channel; zero if one of them is not there.
fn weight_at(source: u32, destination: u32, ky: u32, kx: u32) -> f32 {
    if FORWARD {
        if source < INPUT_CHANNELS && destination < OUTPUT_CHANNELS {
            return weight[((destination * INPUT_CHANNELS + source) * KERNEL + ky) * KERNEL + kx];
        }
    } else if source < OUTPUT_CHANNELS && destination < INPUT_CHANNELS {
        return weight[((source * INPUT_CHANNELS + destination) * KERNEL + KERNEL - 1u - ky) * KERNEL + KERNEL - 1u - kx];
    }
    return 0.0;
}

/// A channel of a group, and a tap.
struct Place {
    channel: u32,
    ky: u32,
    kx: u32,
}

/// Whose weights a lane keeps in a slot.
fn place_of(slot: u32, lane: u32) -> Place {
    if QUAD_SWAP {
        // Lane l has those of quad l: channel by channel all taps, row by row.
        return Place(4u * lane + slot / (KERNEL * KERNEL), slot / KERNEL % KERNEL, slot % KERNEL);
    }
    if WINOGRAD {
        // Lane l has in its registers 3k, 3k + 1, 3k + 2 those of row k · LANES + l (channel · K + ky).
        let row = slot / KERNEL * LANES + lane;
        return Place(row / KERNEL, row % KERNEL, slot % KERNEL);
    }
    // Channel by channel all taps, row by row; the first LANES of them are in the first slot of each lane.
    let place = slot * LANES + lane;
    return Place(place / (KERNEL * KERNEL), place / KERNEL % KERNEL, place % KERNEL);
}

/// One thread a quad of `packed`. What is left up to PACKED_STRIDE is zero.
@compute @workgroup_size(64)
fn pack_weights(
    @builtin(workgroup_id) group: vec3u,
    @builtin(num_workgroups) groups: vec3u,
    @builtin(local_invocation_index) lane: u32,
) {
    let at = group_index(group, groups) * 64u + lane;
    if at >= PACKED_LEN {
        return;
    }
    let within = at % PACKED_STRIDE;
    let slot = within / (LANES * WEIGHTS_A_LOAD) * WEIGHTS_A_LOAD + within % WEIGHTS_A_LOAD;
    let place = place_of(slot, within / WEIGHTS_A_LOAD % LANES);
    let source = at / PACKED_STRIDE % SOURCE_QUADS * 4u;
    let destination = at / PACKED_STRIDE / SOURCE_QUADS * CHANNELS + place.channel;
    var weights = vec4f();
    if place.channel < CHANNELS {
        for (var i = 0u; i < 4u; i++) {
            weights[i] = weight_at(source + i, destination, place.ky, place.kx);
        }
    }
    packed[at] = Stored(weights);
}
