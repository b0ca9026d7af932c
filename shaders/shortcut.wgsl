// The shortcut without parameters of He et al. ("option A"): every S-th pixel, and channels of zeros on both sides.
//
// input, grad_input    [N, Q, H, W] Stored
// output, grad_output  [N, QO, HO, WO] Stored; output channel c is input channel c − FRONT

// ---- head: of a sample; the host makes one for each shape ----
const CHANNELS = 5u;
const QUADS = 2u;
const HEIGHT = 3u;
const WIDTH = 4u;
const OUT_QUADS = 3u;
const OUT_HEIGHT = 2u;
const OUT_WIDTH = 2u;
const STRIDE = 2u;
const FRONT = 2u;

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

@group(0) @binding(1) var<storage, read> input: array<Stored>;
@group(0) @binding(2) var<storage, read_write> output: array<Stored>;
@group(0) @binding(3) var<storage, read> grad_output: array<Stored>;
@group(0) @binding(4) var<storage, read_write> grad_input: array<Stored>;
// ---- end of head ----

/// Four neighbours of the eight channels of two quads, from channel `first` of `a` on; `first` is at most 4.
fn four_from(a: vec4f, b: vec4f, first: u32) -> vec4f {
    switch first {
        case 0u: { return a; }
        case 1u: { return vec4f(a.yzw, b.x); }
        case 2u: { return vec4f(a.zw, b.xy); }
        case 3u: { return vec4f(a.w, b.xyz); }
        default: { return b; }
    }
}

fn input_quad(sample: u32, quad: i32, pixel: u32) -> vec4f {
    if quad < 0 || quad >= i32(QUADS) {
        return vec4f();
    }
    return vec4f(input[(sample * QUADS + u32(quad)) * HEIGHT * WIDTH + pixel]);
}

/// output[n, c, y, x] = input[n, c − FRONT, y·S, x·S], or 0 where there is no such channel. One thread an output quad.
@compute @workgroup_size(64)
fn identity(
    @builtin(workgroup_id) group: vec3u,
    @builtin(num_workgroups) groups: vec3u,
    @builtin(local_invocation_index) lane: u32,
) {
    let i = group_index(group, groups) * 64u + lane;
    let plane = i / (OUT_HEIGHT * OUT_WIDTH);
    if plane >= current.batch * OUT_QUADS {
        return;
    }
    let sample = plane / OUT_QUADS;
    let at = i % (OUT_HEIGHT * OUT_WIDTH);
    let pixel = at / OUT_WIDTH * STRIDE * WIDTH + at % OUT_WIDTH * STRIDE;
    // The quad that holds the first of the four channels, or the channel before it.
    let quad = i32(plane % OUT_QUADS) - i32(FRONT / 4u) - 1;
    let a = input_quad(sample, quad, pixel);
    let b = input_quad(sample, quad + 1, pixel);
    output[i] = Stored(four_from(a, b, 4u - FRONT % 4u));
}

fn gradient_quad(sample: u32, quad: u32, pixel: u32) -> vec4f {
    if quad >= OUT_QUADS {
        return vec4f();
    }
    return vec4f(grad_output[(sample * OUT_QUADS + quad) * OUT_HEIGHT * OUT_WIDTH + pixel]);
}

/// grad_input[n, c, y·S, x·S] = grad_output[n, c + FRONT, y, x], and 0 elsewhere. One thread an input quad.
@compute @workgroup_size(64)
fn identity_backward(
    @builtin(workgroup_id) group: vec3u,
    @builtin(num_workgroups) groups: vec3u,
    @builtin(local_invocation_index) lane: u32,
) {
    let i = group_index(group, groups) * 64u + lane;
    let plane = i / (HEIGHT * WIDTH);
    if plane >= current.batch * QUADS {
        return;
    }
    let y = i / WIDTH % HEIGHT;
    let x = i % WIDTH;
    var gradient = vec4f();
    if y % STRIDE == 0u && x % STRIDE == 0u {
        let pixel = y / STRIDE * OUT_WIDTH + x / STRIDE;
        let quad = plane % QUADS + FRONT / 4u;
        let a = gradient_quad(plane / QUADS, quad, pixel);
        let b = gradient_quad(plane / QUADS, quad + 1u, pixel);
        let channels = plane % QUADS * 4u + vec4u(0u, 1u, 2u, 3u);
        gradient = select(vec4f(), four_from(a, b, FRONT % 4u), channels < vec4u(CHANNELS));
    }
    grad_input[i] = Stored(gradient);
}
