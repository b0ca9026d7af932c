// Max pooling over windows, and the average over whole images.
//
// input, grad_input    [N, Q, H, W] Stored
// output, grad_output  [N, Q, HO, WO] Stored (HO = WO = 1 for the average)
// chosen   [N, Q, HO, WO] u32: for each of the quad's channels eight bits, the place of the
//          maximum in its window, row-major; the first one where several are equal

// ---- head: of a sample; the host makes one for each shape ----
const QUADS = 2u;
const HEIGHT = 4;
const WIDTH = 6;
const OUT_HEIGHT = 2;
const OUT_WIDTH = 3;
const KERNEL = 3;
const STRIDE = 2;
const PADDING = 1;

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
@group(0) @binding(3) var<storage, read_write> chosen_out: array<u32>;
@group(0) @binding(4) var<storage, read> grad_output: array<Stored>;
@group(0) @binding(5) var<storage, read_write> grad_input: array<Stored>;
@group(0) @binding(6) var<storage, read> chosen: array<u32>;
// ---- end of head ----

/// output[n, c, y, x] = max over the window at (y·S − P, x·S − P). One thread an output quad.
@compute @workgroup_size(64)
fn max_pool(
    @builtin(workgroup_id) group: vec3u,
    @builtin(num_workgroups) groups: vec3u,
    @builtin(local_invocation_index) lane: u32,
) {
    let i = group_index(group, groups) * 64u + lane;
    let plane = i / u32(OUT_HEIGHT * OUT_WIDTH);
    if plane >= current.batch * QUADS {
        return;
    }
    let y0 = i32(i) / OUT_WIDTH % OUT_HEIGHT * STRIDE - PADDING;
    let x0 = i32(i) % OUT_WIDTH * STRIDE - PADDING;
    // The least f32, to the last digit: browsers refuse a text that is rounded beyond it.
    var best = vec4f(-0x1.fffffep+127);
    var at = vec4u();
    var found = false;
    for (var ky = 0; ky < KERNEL; ky++) {
        for (var kx = 0; kx < KERNEL; kx++) {
            let y = y0 + ky;
            let x = x0 + kx;
            if y < 0 || y >= HEIGHT || x < 0 || x >= WIDTH {
                continue;
            }
            let value = vec4f(input[(plane * u32(HEIGHT) + u32(y)) * u32(WIDTH) + u32(x)]);
            // A NaN wins, and nothing wins over it, so that it goes on to the loss and is seen there.
            let better = (!(value <= best) & (best == best)) | vec4<bool>(!found);
            best = select(best, value, better);
            at = select(at, vec4u(u32(ky * KERNEL + kx)), better);
            found = true;
        }
    }
    output[i] = Stored(best);
    chosen_out[i] = at.x | (at.y << 8u) | (at.z << 16u) | (at.w << 24u);
}

/// grad_input[n, c, y, x] = Σ grad_output over the windows that chose this place. One thread an input quad.
@compute @workgroup_size(64)
fn max_pool_backward(
    @builtin(workgroup_id) group: vec3u,
    @builtin(num_workgroups) groups: vec3u,
    @builtin(local_invocation_index) lane: u32,
) {
    let i = group_index(group, groups) * 64u + lane;
    let plane = i / u32(HEIGHT * WIDTH);
    if plane >= current.batch * QUADS {
        return;
    }
    let y = i32(i) / WIDTH % HEIGHT + PADDING;
    let x = i32(i) % WIDTH + PADDING;
    var sum = vec4f();
    for (var ky = y % STRIDE; ky < KERNEL; ky += STRIDE) {
        let oy = (y - ky) / STRIDE;
        if y < ky || oy >= OUT_HEIGHT {
            continue;
        }
        for (var kx = x % STRIDE; kx < KERNEL; kx += STRIDE) {
            let ox = (x - kx) / STRIDE;
            if x < kx || ox >= OUT_WIDTH {
                continue;
            }
            let at = (plane * u32(OUT_HEIGHT) + u32(oy)) * u32(OUT_WIDTH) + u32(ox);
            let places = (vec4u(chosen[at]) >> vec4u(0u, 8u, 16u, 24u)) & vec4u(0xffu);
            sum += select(vec4f(), vec4f(grad_output[at]), places == vec4u(u32(ky * KERNEL + kx)));
        }
    }
    grad_input[i] = Stored(sum);
}

/// output[n, c] = mean of input[n, c, :, :]. One thread an output quad.
@compute @workgroup_size(64)
fn average(
    @builtin(workgroup_id) group: vec3u,
    @builtin(num_workgroups) groups: vec3u,
    @builtin(local_invocation_index) lane: u32,
) {
    let i = group_index(group, groups) * 64u + lane;
    if i >= current.batch * QUADS {
        return;
    }
    var sum = vec4f();
    for (var at = 0u; at < u32(HEIGHT * WIDTH); at++) {
        sum += vec4f(input[i * u32(HEIGHT * WIDTH) + at]);
    }
    output[i] = Stored(sum / f32(HEIGHT * WIDTH));
}

/// grad_input[n, c, y, x] = grad_output[n, c] / (H·W). One thread an input quad.
@compute @workgroup_size(64)
fn average_backward(
    @builtin(workgroup_id) group: vec3u,
    @builtin(num_workgroups) groups: vec3u,
    @builtin(local_invocation_index) lane: u32,
) {
    let i = group_index(group, groups) * 64u + lane;
    if i < current.batch * QUADS * u32(HEIGHT * WIDTH) {
        grad_input[i] = Stored(vec4f(grad_output[i / u32(HEIGHT * WIDTH)]) / f32(HEIGHT * WIDTH));
    }
}
