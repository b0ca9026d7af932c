// The gradient of a convolution's weights.
//
// input        [N, QI, HI, WI] Stored
// grad_output  [N, QO, HO, WO] Stored
// partial_sums     [chunks, CO, CI, K, K] f32, one sum a chunk of samples
// weight       [CO, CI, K, K] f32, PyTorch's layout

const IN_CHANNELS = {{ input.channels }}u;
const IN_QUADS = {{ input.quads }}u;
const IN_HEIGHT = {{ input.height }};
const IN_WIDTH = {{ input.width }};
const OUT_CHANNELS = {{ output.channels }}u;
const OUT_QUADS = {{ output.quads }}u;
const OUT_HEIGHT = {{ output.height }};
const OUT_WIDTH = {{ output.width }};
const KERNEL = {{ kernel }}u;
const STRIDE = {{ stride }};
const PADDING = {{ padding }};
const CHUNK = {{ samples_per_chunk }}u;

@group(0) @binding(1) var<storage, read> input: array<Stored>;
@group(0) @binding(2) var<storage, read> grad_output: array<Stored>;
@group(0) @binding(3) var<storage, read_write> partial_sums: array<f32>;

fn load(row: u32, x: i32) -> vec4f {
    let value = vec4f(input[row + u32(clamp(x, 0, IN_WIDTH - 1))]);
    // One comparison, which a negative x fails, too. With `&&` each load is a branch, and compiling for
    // SwiftShader in Chromium took time and memory that doubled with every other of them: at stride 2
    // the browser's GPU process ended before it was done.
    return select(vec4f(), value, u32(x) < u32(IN_WIDTH));
}

fn load_grad(row: u32, x: i32) -> vec4f {
    let value = vec4f(grad_output[row + u32(min(x, OUT_WIDTH - 1))]);
    return select(vec4f(), value, x < OUT_WIDTH);
}

/// partial_sums[chunk, o, c, ky, kx] = Σ_{n in chunk, y, x} grad_output[n, o, y, x] · input[n, c, y·S − P + ky, x·S − P + kx].
/// One thread a chunk, a quad of o, a quad of c and a ky; all kx of them in registers.
@compute @workgroup_size(64)
fn grad_weight(
    @builtin(workgroup_id) group: vec3u,
    @builtin(num_workgroups) groups: vec3u,
    @builtin(local_invocation_index) lane: u32,
) {
    var i = group_index(group, groups) * 64u + lane;
    let ky = i % KERNEL;
    i /= KERNEL;
    let c = i % IN_QUADS;
    i /= IN_QUADS;
    let o = i % OUT_QUADS;
    let chunk = i / OUT_QUADS;
    let first = chunk * CHUNK;
    if first >= current.batch {
        return;
    }
{% for kx in range(kernel) %}
    {% for j in range(4) %}
    var sum_{{ kx }}_{{ j }} = vec4f();
    {% endfor %}
{% endfor %}
    for (var n = first; n < min(first + CHUNK, current.batch); n++) {
        for (var y = 0; y < OUT_HEIGHT; y++) {
            let iy = y * STRIDE - PADDING + i32(ky);
            if iy < 0 || iy >= IN_HEIGHT {
                continue;
            }
            let in_row = ((n * IN_QUADS + c) * u32(IN_HEIGHT) + u32(iy)) * u32(IN_WIDTH);
            let out_row = ((n * OUT_QUADS + o) * u32(OUT_HEIGHT) + u32(y)) * u32(OUT_WIDTH);
            for (var x = 0; x < OUT_WIDTH; x += {{ tile_pixels }}) {
                let column = x * STRIDE - PADDING;
{% for line in columns.lines %}
                let in_{{ loop.index0 }} = load(in_row, column + {{ line.offset }});
{% endfor %}
{% for p in range(tile_pixels) %}
                let grad_{{ p }} = load_grad(out_row, x + {{ p }});
{% endfor %}
{% for kx in range(kernel) %}
    {% for p in range(tile_pixels) if columns.taps[p][kx] is not none %}
        {% for j in range(4) %}
                sum_{{ kx }}_{{ j }} += grad_{{ p }} * in_{{ columns.taps[p][kx] }}[{{ j }}];
        {% endfor %}
    {% endfor %}
{% endfor %}
            }
        }
    }
{% for i in range(4) %}
    {% for j in range(4) %}
    if 4u * o + {{ i }}u < OUT_CHANNELS && 4u * c + {{ j }}u < IN_CHANNELS {
        let at = (((chunk * OUT_CHANNELS + 4u * o + {{ i }}u) * IN_CHANNELS + 4u * c + {{ j }}u) * KERNEL + ky) * KERNEL;
        {% for kx in range(kernel) %}
        partial_sums[at + {{ kx }}u] = sum_{{ kx }}_{{ j }}[{{ i }}];
        {% endfor %}
    }
    {% endfor %}
{% endfor %}
}
