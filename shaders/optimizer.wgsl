// One step of the optimiser over all that is trained, in one dispatch.
//
// parameters     all parameters of the network, f32
// gradients      of those tensors of which something is trained, f32
// trained        [T] (place in parameters, place in gradients): the mask, as a list
// first, second  [T] f32: SGD's velocity, or Adam's two moments
//
// COUNT is T, MOMENTUM is SGD's μ, WEIGHT_DECAY is λ.

// ---- head: of a sample; the host makes one for each shape ----
const COUNT = 7u;
const ADAM = true;
const DECOUPLED = true;
const NESTEROV = false;
const MOMENTUM = 0.0;
const WEIGHT_DECAY = 0.01;

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

@group(0) @binding(1) var<storage, read_write> parameters: array<f32>;
@group(0) @binding(2) var<storage, read> gradients: array<f32>;
@group(0) @binding(3) var<storage, read> trained: array<vec2u>;
@group(0) @binding(4) var<storage, read_write> first: array<f32>;
@group(0) @binding(5) var<storage, read_write> second: array<f32>;
// ---- end of head ----

const BETA_1 = 0.9;
const BETA_2 = 0.999;
const EPSILON = 1e-8;

/// SGD: g = gradient + λw;  v = μv + g;  w −= η·v, or by NESTEROV w −= η·(g + μv).
///
/// ADAM: g = gradient + λw, or DECOUPLED (AdamW) w −= ηλw;  m = β₁m + (1 − β₁)g;  s = β₂s + (1 − β₂)g²;
/// w −= η/(1 − β₁ᵗ) · m / (√s/√(1 − β₂ᵗ) + ε).
///
/// One thread a trained value.
@compute @workgroup_size(64)
fn update(
    @builtin(workgroup_id) group: vec3u,
    @builtin(num_workgroups) groups: vec3u,
    @builtin(local_invocation_index) lane: u32,
) {
    let i = group_index(group, groups) * 64u + lane;
    if i >= COUNT {
        return;
    }
    let place = trained[i];
    var w = parameters[place.x];
    var g = gradients[place.y];
    if DECOUPLED {
        w -= current.learning_rate * WEIGHT_DECAY * w;
    } else {
        g += WEIGHT_DECAY * w;
    }
    if ADAM {
        let m = BETA_1 * first[i] + (1.0 - BETA_1) * g;
        let s = BETA_2 * second[i] + (1.0 - BETA_2) * g * g;
        first[i] = m;
        second[i] = s;
        let spread = sqrt(s) / sqrt(current.second_correction) + EPSILON;
        w -= current.learning_rate / current.first_correction * m / spread;
    } else {
        let v = MOMENTUM * first[i] + g;
        first[i] = v;
        if NESTEROV {
            w -= current.learning_rate * (g + MOMENTUM * v);
        } else {
            w -= current.learning_rate * v;
        }
    }
    parameters[place.x] = w;
}
