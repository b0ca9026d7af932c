// Bytes to normalised images, moved and mirrored on the way.
//
// pixels   [N, C, H, W] u8, four to a word
// samples  [N] (label, augmentation word)
// output   [N, 1, H, W] Stored

const CHANNELS = {{ channels }}u;
const HEIGHT = {{ height }};
const WIDTH = {{ width }};

/// output[n, c, y, x] = (pixels[n, c, y − down, flip(x − right)] / 255 − mean[c]) / deviation[c],
/// zero where that falls outside the image. One thread a pixel.
@compute @workgroup_size(64)
fn prepare(
    @builtin(workgroup_id) group: vec3u,
    @builtin(num_workgroups) groups: vec3u,
    @builtin(local_invocation_index) lane: u32,
) {
    let i = group_index(group, groups) * 64u + lane;
    let n = i / u32(HEIGHT * WIDTH);
    if n >= current.batch {
        return;
    }
    let place = i32(i % u32(HEIGHT * WIDTH));
    let move_word = samples[n].y;
    let y = place / WIDTH - (i32(move_word & 0xffu) - 8);
    let x_moved = place % WIDTH - (i32((move_word >> 8u) & 0xffu) - 8);
    let x = select(x_moved, WIDTH - 1 - x_moved, (move_word >> 16u) != 0u);
    var value = vec4f();
    if y >= 0 && y < HEIGHT && x >= 0 && x < WIDTH {
        let mean = array<f32, CHANNELS>({{ mean | join(", ") }});
        let deviation = array<f32, CHANNELS>({{ deviation | join(", ") }});
{% for c in range(channels) %}
        {
            let at = ((n * CHANNELS + {{ c }}u) * u32(HEIGHT) + u32(y)) * u32(WIDTH) + u32(x);
            let byte = (pixels[at / 4u] >> (8u * (at % 4u))) & 0xffu;
            value[{{ c }}] = (f32(byte) / 255.0 - mean[{{ c }}]) / deviation[{{ c }}];
        }
{% endfor %}
    }
    output[i] = Stored(value);
}
