// Convolution of channel-blocked images, forward and the gradient of its input.
//
// source       [N, QS, HS, WS] vec4f
// weights      [QS, K, K, QD] mat4x4f: column j, component i weighs source channel 4·qs + j for
//              destination channel 4·qd + i
// destination  [N, QD, HD, WD] vec4f
//
// A thread computes one quad of channels × {{ tile_pixels }} pixels of a row and keeps them in registers. Which source
// column each tap of each pixel reads is worked out on the host: with a stride the gradient of
// the input touches only every S-th tap, and those are the only ones in this text.

const SOURCE_QUADS = {{ source.quads }}u;
const SOURCE_HEIGHT = {{ source.height }};
const SOURCE_WIDTH = {{ source.width }};
const QUADS = {{ destination.quads }}u;
const HEIGHT = {{ destination.height }}u;
const WIDTH = {{ destination.width }}u;
const KERNEL = {{ kernel }};
const STRIDE = {{ stride }};
const PADDING = {{ padding }};
const TILE_PIXELS = {{ tile_pixels }}u;
const TILES_X = (WIDTH + TILE_PIXELS - 1u) / TILE_PIXELS;

@group(0) @binding(1) var<storage, read> source: array<vec4f>;
@group(0) @binding(2) var<storage, read> weights: array<mat4x4f>;
@group(0) @binding(3) var<storage, read_write> destination: array<vec4f>;
{% if bias %}
@group(0) @binding(4) var<storage, read> bias: array<vec4f>;
{% endif %}

fn load(row: u32, x: i32) -> vec4f {
    let value = source[row + u32(clamp(x, 0, SOURCE_WIDTH - 1))];
    // One comparison, which a negative x fails, too. With `&&` each load is a branch, and compiling for
    // SwiftShader in Chromium took time and memory that doubled with every other of them: at stride 2
    // the browser's GPU process ended before it was done.
    return select(vec4f(), value, u32(x) < u32(SOURCE_WIDTH));
}

{% if forward %}
/// destination[n, o, y, x] = bias[o] + Σ_{c, ky, kx} w[o, c, ky, kx] · source[n, c, y·S − P + ky, x·S − P + kx]
{% else %}
/// destination[n, c, y, x] {{ "+" if accumulate }}= Σ_{o, ky, kx} w[o, c, ky, kx] · source[n, o, (y + P − ky)/S, (x + P − kx)/S],
/// over the taps for which both divisions leave no rest.
{% endif %}
@compute @workgroup_size(64)
fn conv(
    @builtin(workgroup_id) group: vec3u,
    @builtin(num_workgroups) groups: vec3u,
    @builtin(local_invocation_index) lane: u32,
) {
    var i = group_index(group, groups) * 64u + lane;
    let x0 = (i % TILES_X) * TILE_PIXELS;
    i /= TILES_X;
    let y = i % HEIGHT;
    i /= HEIGHT;
    let q = i % QUADS;
    let n = i / QUADS;
    if n >= current.batch {
        return;
    }
{% for p in range(tile_pixels) %}
    var sum_{{ p }} = {% if bias %}bias[q]{% else %}vec4f(){% endif %};
{% endfor %}
{% if forward %}
    let column = i32(x0) * STRIDE - PADDING;
{% else %}
    let column = i32(x0) / STRIDE;
{% endif %}
    for (var c = 0u; c < SOURCE_QUADS; c++) {
        for (var ky = 0; ky < KERNEL; ky++) {
{% if forward %}
            let sy = i32(y) * STRIDE - PADDING + ky;
            if sy < 0 || sy >= SOURCE_HEIGHT {
                continue;
            }
{% else %}
            let moved = i32(y) + PADDING - ky;
            let sy = moved / STRIDE;
            if moved < 0 || moved % STRIDE != 0 || sy >= SOURCE_HEIGHT {
                continue;
            }
{% endif %}
            let row = ((n * SOURCE_QUADS + c) * u32(SOURCE_HEIGHT) + u32(sy)) * u32(SOURCE_WIDTH);
            let taps = (c * u32(KERNEL) + u32(ky)) * u32(KERNEL) * QUADS + q;
{% for offset in columns %}
            let in_{{ loop.index0 }} = load(row, column + ({{ offset }}));
{% endfor %}
{% for tap in taps %}
            {
                let w = weights[taps + {{ tap.kx }}u * QUADS];
    {% for use in tap.uses %}
                sum_{{ use.pixel }} += w * in_{{ use.column }};
    {% endfor %}
            }
{% endfor %}
        }
    }
    let out = ((n * QUADS + q) * HEIGHT + y) * WIDTH + x0;
{% for p in range(tile_pixels) %}
    if x0 + {{ p }}u < WIDTH {
        destination[out + {{ p }}u] {{ "+" if accumulate }}= sum_{{ p }};
    }
{% endfor %}
}
