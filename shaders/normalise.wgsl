// BatchNorm over batch, rows and columns: its passes over whole images, one each way. The reductions before them
// are in batch_norm.wgsl.
//
// input, output, residual, grad_…   [N, Q, H, W] Stored, touched as Elements of PIXELS neighbouring pixels
// normalization                     [Q] Normalization
// positive_out   [N, Q, ⌈H·W/8⌉] u32: bit 4k + i of word w: was channel i of pixel 8w + k above zero
//                before the ReLU
//
// AREA    H·W

// ---- head: of a sample; the host makes one for each shape ----
const QUADS = 2u;
const AREA = 6u;
const PIXELS = 1u;
const RELU = true;
const KEEPS_SIGNS = true;
const RESIDUAL = true;
const FIXED = false;

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

// What BatchNorm keeps of a quad of channels, and how partial results are joined.

/// What a BatchNorm does to a quad of channels in this step, and what its backward pass takes off. The mean is
/// in two parts, so that x − mean keeps its digits where the mean dwarfs the deviation.
struct Normalization {
    /// A first guess of the mean, and what is to be added to it.
    guess: vec4f,
    offset: vec4f,
    /// 1/√(variance + ε).
    inverse_deviation: vec4f,
    /// γ/√(variance + ε).
    scale: vec4f,
    beta: vec4f,
    /// mean(g) and mean(g·x̂) over the batch, g the gradient of what was normalised.
    mean_grad: vec4f,
    mean_grad_x: vec4f,
}

/// x̂.
fn standardised(x: vec4f, norm: Normalization) -> vec4f {
    return (x - norm.guess - norm.offset) * norm.inverse_deviation;
}

/// γ·x̂ + β.
fn normalised(x: vec4f, norm: Normalization) -> vec4f {
    return (x - norm.guess - norm.offset) * norm.scale + norm.beta;
}

/// The middle one of three values.
fn middle(a: vec4f, b: vec4f, c: vec4f) -> vec4f {
    return max(min(a, b), min(max(a, b), c));
}

/// Mean, from an origin, and sum of squared deviations of `count` values.
struct Moments {
    origin: vec4f,
    mean: vec4f,
    squares: vec4f,
    count: f32,
}

/// The moments of two sets together (Chan, Golub and LeVeque).
fn together(a: Moments, b: Moments) -> Moments {
    if a.count == 0.0 {
        return b;
    }
    let count = a.count + b.count;
    let delta = (b.origin - a.origin) + (b.mean - a.mean);
    let part = b.count / count;
    return Moments(
        a.origin,
        a.mean + select(delta * part, vec4f(), b.count == 0.0),
        a.squares + b.squares + select(delta * delta * (a.count * part), vec4f(), b.count == 0.0),
        count,
    );
}

/// Σ g and Σ g·x̂.
struct GradSums {
    sum: vec4f,
    sum_x: vec4f,
}

fn both(a: GradSums, b: GradSums) -> GradSums {
    return GradSums(a.sum + b.sum, a.sum_x + b.sum_x);
}

alias Element = Stored;

fn first_of(element: Element) -> vec4f {
    return vec4f(element);
}

/// There is none.
fn second_of(element: Element) -> vec4f {
    return vec4f();
}

fn element_of(first: vec4f, second: vec4f) -> Element {
    return Element(first);
}

/// Signs of the pixels of a workgroup, four bits each.
var<workgroup> signs: array<u32, 512>;

@group(0) @binding(1) var<storage, read> input: array<Element>;
@group(0) @binding(2) var<storage, read> normalization: array<Normalization>;
@group(0) @binding(3) var<storage, read_write> output: array<Element>;
@group(0) @binding(4) var<storage, read> residual: array<Element>;
@group(0) @binding(5) var<storage, read_write> positive_out: array<u32>;
@group(0) @binding(6) var<storage, read> grad_in: array<Element>;
@group(0) @binding(7) var<storage, read_write> grad_input: array<Element>;
// ---- end of head ----

/// Words of kept signs of an image of a quad, eight pixels each.
const WORDS = (AREA + 7u) / 8u;

/// Whether an image has a pixel, of a word of which it has the first.
fn has_pixel(pixel: u32) -> bool {
    return AREA % 8u == 0u || pixel < AREA;
}

/// What is added to a normalised element.
fn added_at(at: u32) -> Element {
    var added = Element();
    if RESIDUAL {
        added = residual[at];
    }
    return added;
}

/// A pixel before the ReLU.
fn before_relu(x: vec4f, added: vec4f, norm: Normalization) -> vec4f {
    var y = normalised(x, norm);
    if RESIDUAL {
        y += added;
    }
    return y;
}

/// A pixel as it is left, with the ReLU if there is one.
fn finished(y: vec4f) -> vec4f {
    var z = y;
    if RELU {
        z = rectified(y);
    }
    return z;
}

/// Which channels of a pixel are above zero.
fn signs_of(y: vec4f) -> u32 {
    return dot(select(vec4u(), vec4u(1u, 2u, 4u, 8u), y > vec4f()), vec4u(1u));
}

/// Normalises a pair of pixels and gives their signs.
fn normalise_pair(at: u32, norm: Normalization) -> u32 {
    let loaded = input[at];
    let added = added_at(at);
    let y_0 = before_relu(first_of(loaded), first_of(added), norm);
    let y_1 = before_relu(second_of(loaded), second_of(added), norm);
    output[at] = element_of(finished(y_0), finished(y_1));
    return signs_of(y_0) | (signs_of(y_1) << 4u);
}

/// Normalises the pixels of a word of signs.
fn normalise_pairs(word: u32) {
    if word >= current.batch * (QUADS * WORDS) {
        return;
    }
    let norm = normalization[word / WORDS % QUADS];
    let pixel = word % WORDS * 8u;
    let at = (word / WORDS * AREA + pixel) / 2u;
    var signs_of_word = normalise_pair(at, norm);
    if has_pixel(pixel + 2u) {
        signs_of_word |= normalise_pair(at + 1u, norm) << 8u;
    }
    if has_pixel(pixel + 4u) {
        signs_of_word |= normalise_pair(at + 2u, norm) << 16u;
    }
    if has_pixel(pixel + 6u) {
        signs_of_word |= normalise_pair(at + 3u, norm) << 24u;
    }
    if KEEPS_SIGNS {
        positive_out[word] = signs_of_word;
    }
}

/// Normalises a pixel of the `turn`-th eighth of a workgroup's words.
fn normalise_pixel(turn: u32, first_word: u32, lane: u32) {
    let word = first_word + 8u * turn + lane / 8u;
    let pixel = word % WORDS * 8u + lane % 8u;
    var bits = 0u;
    if (word < current.batch * (QUADS * WORDS)) & has_pixel(pixel) {
        let norm = normalization[word / WORDS % QUADS];
        let at = word / WORDS * AREA + pixel;
        let y = before_relu(first_of(input[at]), first_of(added_at(at)), norm);
        bits = signs_of(y);
        output[at] = element_of(finished(y), vec4f());
    }
    if KEEPS_SIGNS {
        signs[64u * turn + lane] = bits;
    }
}

/// The signs of a pixel of a lane's word, where they belong. Each lane begins elsewhere, so that they do not meet
/// in one bank of the memory.
fn signs_in_word(turn: u32, lane: u32) -> u32 {
    let pixel = (turn + lane / 4u) % 8u;
    return signs[lane * 8u + pixel] << (4u * pixel);
}

/// Normalises the pixels of 64 words, neighbouring lanes neighbouring pixels.
fn normalise_pixels(first_word: u32, lane: u32) {
    normalise_pixel(0u, first_word, lane);
    normalise_pixel(1u, first_word, lane);
    normalise_pixel(2u, first_word, lane);
    normalise_pixel(3u, first_word, lane);
    normalise_pixel(4u, first_word, lane);
    normalise_pixel(5u, first_word, lane);
    normalise_pixel(6u, first_word, lane);
    normalise_pixel(7u, first_word, lane);
    if KEEPS_SIGNS {
        workgroupBarrier();
        var all = signs_in_word(0u, lane);
        all |= signs_in_word(1u, lane);
        all |= signs_in_word(2u, lane);
        all |= signs_in_word(3u, lane);
        all |= signs_in_word(4u, lane);
        all |= signs_in_word(5u, lane);
        all |= signs_in_word(6u, lane);
        all |= signs_in_word(7u, lane);
        if first_word + lane < current.batch * (QUADS * WORDS) {
            positive_out[first_word + lane] = all;
        }
    }
}

/// output = γ · (input − mean)/√(variance + ε) + β, then + residual if RESIDUAL, then max(·, 0) if RELU; positive_out
/// if KEEPS_SIGNS. One workgroup 64 words of signs: of pairs of pixels one thread a word.
@compute @workgroup_size(64)
fn normalise(
    @builtin(workgroup_id) group: vec3u,
    @builtin(num_workgroups) groups: vec3u,
    @builtin(local_invocation_index) lane: u32,
) {
    let first_word = group_index(group, groups) * 64u;
    if PIXELS == 2u {
        normalise_pairs(first_word + lane);
    } else {
        normalise_pixels(first_word, lane);
    }
}

/// The gradient of a pixel of BatchNorm's input.
fn gradient_of(grad: vec4f, x: vec4f, norm: Normalization) -> vec4f {
    var g = grad;
    if !FIXED {
        g -= norm.mean_grad + standardised(x, norm) * norm.mean_grad_x;
    }
    return g * norm.scale;
}

/// grad_input of an element.
fn backward_element(at: u32, norm: Normalization) {
    let grad = grad_in[at];
    var loaded = Element();
    if !FIXED {
        loaded = input[at];
    }
    let g_0 = gradient_of(first_of(grad), first_of(loaded), norm);
    let g_1 = gradient_of(second_of(grad), second_of(loaded), norm);
    grad_input[at] = element_of(g_0, g_1);
}

/// grad_input of eight pixels, pair by pair.
fn backward_pairs(word: u32) {
    if word >= current.batch * (QUADS * WORDS) {
        return;
    }
    let norm = normalization[word / WORDS % QUADS];
    let pixel = word % WORDS * 8u;
    let at = (word / WORDS * AREA + pixel) / 2u;
    backward_element(at, norm);
    if has_pixel(pixel + 2u) {
        backward_element(at + 1u, norm);
    }
    if has_pixel(pixel + 4u) {
        backward_element(at + 2u, norm);
    }
    if has_pixel(pixel + 6u) {
        backward_element(at + 3u, norm);
    }
}

/// grad_input of a pixel, if the batch has it.
fn backward_pixel(at: u32) {
    if at < current.batch * (QUADS * AREA) {
        backward_element(at, normalization[at / AREA % QUADS]);
    }
}

/// grad_input = γ/√(variance + ε) · (grad_in − mean(g) − x̂ · mean(g·x̂)), or if FIXED without the means; grad_in is
/// what passed the ReLU. One workgroup 512 pixels: of pairs one thread eight pixels, else neighbouring lanes
/// neighbouring pixels.
@compute @workgroup_size(64)
fn backward(
    @builtin(workgroup_id) group: vec3u,
    @builtin(num_workgroups) groups: vec3u,
    @builtin(local_invocation_index) lane: u32,
) {
    let first = group_index(group, groups) * 64u;
    if PIXELS == 2u {
        backward_pairs(first + lane);
    } else {
        let at = first * 8u + lane;
        backward_pixel(at);
        backward_pixel(at + 64u);
        backward_pixel(at + 128u);
        backward_pixel(at + 192u);
        backward_pixel(at + 256u);
        backward_pixel(at + 320u);
        backward_pixel(at + 384u);
        backward_pixel(at + 448u);
    }
}
