// Convolution of channel-blocked images, forward and the gradient of its input, with what stands before
// and after it in a network.
//
// source       [N, QS, HS, WS] Stored
// weights      [groups, QS, {{ packed_stride }}] Stored, see pack_weights.wgsl
// destination  [N, QD, HD, WD] Stored
//
// A thread computes a tile, {{ tiling.quads }} quads of channels × {{ tiling.rows }} rows × {{ tiling.columns }} columns, and keeps it in registers. Which
// row and column of the source each tap of each pixel reads is worked out on the host, so that all that
// follows is written out: with a stride the gradient of the input touches only every S-th tap, and
// those are the only ones in this text.
//
// Registers: in_R_C source row R, column C of the tile's patch; sum_O_R_P channel O, row R, and pixel P or, by
// Winograd's way, product P.
{% if quad_swap %}
//
// Each of four lanes holds the weights of one of the four quads, and they hand them around: lane L counts the quads
// from its own, its k-th is quad k ^ L.
{% endif %}

const SOURCE_QUADS = {{ source.quads }}u;
const SOURCE_HEIGHT = {{ source.height }};
const SOURCE_WIDTH = {{ source.width }};
/// Elements of a row.
const SOURCE_STRIDE = {{ source.width // pixels_a_load }}u;
const QUADS = {{ destination.quads }}u;
const HEIGHT = {{ destination.height }}u;
const WIDTH = {{ destination.width }}u;
const QUAD_GROUPS = {{ quad_groups }}u;
const TILES_X = {{ patch.columns.tiles }}u;
const TILES_Y = {{ patch.rows.tiles }}u;
const LANES = {{ tiling.lanes }}u;
/// Pixels whose ReLU signs share a word, four bits each.
const SIGNS = 8u;

@group(0) @binding(1) var<storage, read> source: array<{{ element(pixels_a_load) }}>;
@group(0) @binding(2) var<storage, read> weights: array<{{ element(weights_a_load) }}>;
@group(0) @binding(3) var<storage, read_write> destination: array<{{ element(pixels_a_store) }}>;
{% set shared_lanes = tiling.lanes > 0 %}
{% set sums = gate != "none" %}
{% set next = 4 %}
{% if enters or sums %}
@group(0) @binding(4) var<storage, read> normalization: array<vec4f>;
    {% set next = 5 %}
{% endif %}
{% if bias %}
@group(0) @binding({{ next }}) var<storage, read> bias: array<vec4f>;
    {% set next = next + 1 %}
{% endif %}
{% if moments %}
@group(0) @binding({{ next }}) var<storage, read_write> partial_moments: array<Moments>;
{% endif %}
{% if sums %}
@group(0) @binding(5) var<storage, read> norm_input: array<{{ element(pixels_a_store) }}>;
@group(0) @binding(6) var<storage, read_write> partial_sums: array<GradSums>;
{% endif %}
{% if gate == "kept" %}
@group(0) @binding(7) var<storage, read> positive: array<u32>;
{% endif %}

{# Few: a browser has them zeroed in each workgroup first. #}
{% set kept_a_lane = 1 if quad_swap else tiling.quads %}
{% if moments %}
var<workgroup> lane_moments: array<Moments, {{ 64 * kept_a_lane }}>;
{% elif sums %}
var<workgroup> lane_sums: array<GradSums, {{ 64 * kept_a_lane }}>;
{% endif %}

{# The seven vec4f of a Normalization: of lanes that want the same, each loads one and hands it to the others. #}
{% macro load_normalization(name, quad, quads, same) %}
    {% if same %}
        {% for k in range((6 + tiling.lanes) // tiling.lanes) %}
        let {{ name }}_{{ k }} = normalization[min({{ quad }} * 7u + {{ k * tiling.lanes }}u + subgroup_lane, {{ 7 * quads - 1 }}u)];
        {% endfor %}
    {% endif %}
        let {{ name }} = Normalization(
    {% for k in range(7) %}
        {% if same %}
            subgroupBroadcast({{ name }}_{{ k // tiling.lanes }}, {{ k % tiling.lanes }}u),
        {% else %}
            normalization[{{ quad }} * 7u + {{ k }}u],
        {% endif %}
    {% endfor %}
        );
{% endmacro %}
{# What the lane holds that has the weights of this lane's k-th quad. #}
{% macro swapped(own, k) -%}
    {{ ["", "quadSwapX", "quadSwapY", "quadSwapDiagonal"][k] }}({{ own }})
{%- endmacro %}
{% macro weight(o, tap) -%}
    {%- set place = o * taps + tap -%}
    {%- if quad_swap -%} {{ swapped("w_" ~ (o % 4 * taps + tap), o // 4) }}
    {%- elif shared_lanes -%} subgroupBroadcast(w_{{ place // tiling.lanes }}, {{ place % tiling.lanes }}u)
    {%- elif row_by_row -%} vec4f(weights[packed + u32(ky) * {{ kernel }}u + {{ place }}u])
    {%- elif column_by_column -%} vec4f(weights[packed + u32(kx) + {{ place }}u])
    {%- else -%} vec4f(weights[packed + {{ place }}u]) {%- endif -%}
{%- endmacro %}

{% if not accumulates and not sums %}
/// destination = source ∗ weights{{ ", the source normalised first" if enters }}{{ ", plus bias" if bias }}{{ "; partial_moments[group, q] = moments of the destination" if moments }}.
{% else %}
/// destination {{ "+" if accumulates }}= source ∗ weights{{ ", zero where the ReLU was; partial_sums[group, q] = (Σ g, Σ g·x̂)" if sums }}.
{% endif %}
@compute @workgroup_size(64)
fn conv(
    @builtin(workgroup_id) group: vec3u,
    @builtin(num_workgroups) groups: vec3u,
{% if shared_lanes %}
    @builtin(subgroup_id) subgroup: u32,
    @builtin(subgroup_invocation_id) subgroup_lane: u32,
{% else %}
    @builtin(local_invocation_index) lane: u32,
{% endif %}
) {
{% if shared_lanes %}
    let lane = subgroup * LANES + subgroup_lane;
{% endif %}
    let index = group_index(group, groups);
    let first_quad = index % QUAD_GROUPS * {{ tiling.quads }}u;
    let first_tile = index / QUAD_GROUPS * 64u;
    let tile = first_tile + lane;
    let tile_x = tile % TILES_X;
    let tile_y = tile / TILES_X % TILES_Y;
    let n = tile / (TILES_X * TILES_Y);
    // Lanes beyond the batch go on with its last sample, as others may want what they load.
    let sample = min(n, current.batch - 1u);
    let x0 = tile_x * {{ tiling.columns }}u;
    let y0 = tile_y * {{ tiling.rows }}u;
    let column = i32(x0{{ " * " ~ patch.columns.multiply ~ "u" if patch.columns.multiply != 1 }}{{ " / " ~ patch.columns.divide ~ "u" if patch.columns.divide != 1 }}) - {{ patch.columns.subtract }};
    let row = i32(y0{{ " * " ~ patch.rows.multiply ~ "u" if patch.rows.multiply != 1 }}{{ " / " ~ patch.rows.divide ~ "u" if patch.rows.divide != 1 }}) - {{ patch.rows.subtract }};
{% set a_load = " / " ~ pixels_a_load ~ "u" if pixels_a_load > 1 else "" %}
{% for c in patch.columns.loads if not column_by_column %}
    {% if c.place == "sometimes" %}
    let x_{{ loop.index0 }} = u32(clamp(column + {{ c.offset }}, 0, SOURCE_WIDTH - 1)){{ a_load }};
    let inside_x_{{ loop.index0 }} = u32(column + {{ c.offset }}) < u32(SOURCE_WIDTH);
    {% else %}
    let x_{{ loop.index0 }} = u32(column + {{ c.offset }}){{ a_load }};
    {% endif %}
{% endfor %}
{% for r in patch.rows.lines %}
    {% if r.place == "sometimes" and r.from is none %}
    let y_{{ loop.index0 }} = u32(clamp(row + {{ r.offset }}, 0, SOURCE_HEIGHT - 1)) * SOURCE_STRIDE;
    let inside_y_{{ loop.index0 }} = u32(row + {{ r.offset }}) < u32(SOURCE_HEIGHT);
    {% elif r.place == "inside" and not row_by_row %}
    let y_{{ loop.index0 }} = u32(row + {{ r.offset }}) * SOURCE_STRIDE;
    {% endif %}
{% endfor %}

{% set products = 6 if winograd else tiling.columns %}
{% for o in range(4 * tiling.quads) %}
    {% for r in range(tiling.rows) %}
        {% for p in range(products) %}
    var sum_{{ o }}_{{ r }}_{{ p }} = 0.0;
        {% endfor %}
    {% endfor %}
{% endfor %}
    for (var c = 0u; c < SOURCE_QUADS; c++) {
        let image = (sample * SOURCE_QUADS + c) * u32(SOURCE_HEIGHT) * SOURCE_STRIDE;
        let packed = (index % QUAD_GROUPS * SOURCE_QUADS + c) * {{ packed_stride // weights_a_load }}u;
{% if enters %}
{{ load_normalization("norm", "c", source.quads, shared_lanes) }}{% endif %}
{% if shared_lanes %}
    {% for k in range(packed_stride // tiling.lanes // weights_a_load) %}
        let loaded_{{ k }} = weights[packed + {{ k * tiling.lanes }}u + subgroup_lane];
        {% for i in range(weights_a_load) %}
        let w_{{ k * weights_a_load + i }} = {{ pixel("loaded_" ~ k, weights_a_load, i) }};
        {% endfor %}
    {% endfor %}
{% endif %}
{% if winograd %}
    {% for k in range(packed_stride // tiling.lanes // 3) %}
        // G · w
        {% set a = "w_" ~ (3 * k) %}
        {% set b = "w_" ~ (3 * k + 1) %}
        {% set c = "w_" ~ (3 * k + 2) %}
        let even_{{ k }} = (-1.0 / 6.0) * ({{ a }} + {{ c }});
        let odd_{{ k }} = (-1.0 / 6.0) * {{ b }};
        let far_even_{{ k }} = (1.0 / 24.0) * {{ a }} + (1.0 / 6.0) * {{ c }};
        let far_odd_{{ k }} = (1.0 / 12.0) * {{ b }};
        let g_{{ k }}_0 = 0.25 * {{ a }};
        let g_{{ k }}_1 = even_{{ k }} + odd_{{ k }};
        let g_{{ k }}_2 = even_{{ k }} - odd_{{ k }};
        let g_{{ k }}_3 = far_even_{{ k }} + far_odd_{{ k }};
        let g_{{ k }}_4 = far_even_{{ k }} - far_odd_{{ k }};
        let g_{{ k }}_5 = {{ c }};
    {% endfor %}
{% endif %}
{% if row_by_row %}
        for (var ky = 0; ky < {{ kernel }}; ky++) {
    {% if forward %}
        let sy = row + ky;
    {% else %}
        // Taps run the other way, as they lie in packed weights, and hit every S-th row.
        let moved = i32(y0) + {{ padding - (kernel - 1) }} + ky;
        if (moved < 0) | (moved % {{ stride }} != 0) {
            continue;
        }
        let sy = moved / {{ stride }};
    {% endif %}
        if u32(sy) >= u32(SOURCE_HEIGHT) {
            continue;
        }
        let y_0 = u32(sy) * SOURCE_STRIDE;
{% endif %}
{% if column_by_column %}
        for (var kx = 0; kx < {{ kernel }}; kx++) {
    {% if forward %}
        let sx = column + kx;
    {% else %}
        // Taps run the other way, as they lie in packed weights.
        let sx = i32(x0) + {{ padding - (kernel - 1) }} + kx;
    {% endif %}
        if u32(sx) >= u32(SOURCE_WIDTH) {
            continue;
        }
        let x_0 = u32(sx);
{% endif %}
{# Rows that are loaded, then those that neighbours hold. #}
{% for from_neighbour in [false, true] %}
    {% for r in patch.rows.lines if r.place != "outside" and (r.from is not none) == from_neighbour %}
        {% set ri = r.index %}
        {% for load in patch.columns.loads %}
            {% set x = loop.index0 %}
            {% if not from_neighbour %}
        let loaded_{{ ri }}_{{ x }} = source[image + y_{{ ri }} + x_{{ x }}];
            {% endif %}
            {% for c in load.lines %}
                {% set place = loop.index0 %}
                {% if c is none %}
                {# Beside the tile. #}
                {% elif not from_neighbour %}
                    {% set value = pixel("loaded_" ~ ri ~ "_" ~ x, pixels_a_load, place) %}
                    {% if enters %}
                        {% set value = "entering(" ~ value ~ ", norm)" %}
                    {% endif %}
                    {% if r.place == "sometimes" and load.place == "sometimes" %}
        let in_{{ ri }}_{{ c }} = select(vec4f(), {{ value }}, inside_y_{{ ri }} & inside_x_{{ x }});
                    {% elif r.place == "sometimes" %}
        let in_{{ ri }}_{{ c }} = select(vec4f(), {{ value }}, inside_y_{{ ri }});
                    {% elif load.place == "sometimes" %}
        let in_{{ ri }}_{{ c }} = select(vec4f(), {{ value }}, inside_x_{{ x }});
                    {% else %}
        let in_{{ ri }}_{{ c }} = {{ value }};
                    {% endif %}
                {% elif r.from[1] < 0 %}
        let from_{{ ri }}_{{ c }} = subgroupShuffleUp(in_{{ r.from[0] }}_{{ c }}, {{ -r.from[1] }}u);
        let in_{{ ri }}_{{ c }} = select(from_{{ ri }}_{{ c }}, vec4f(), tile_y == 0u);
                {% else %}
        let from_{{ ri }}_{{ c }} = subgroupShuffleDown(in_{{ r.from[0] }}_{{ c }}, {{ r.from[1] }}u);
        let in_{{ ri }}_{{ c }} = select(from_{{ ri }}_{{ c }}, vec4f(), tile_y == TILES_Y - 1u);
                {% endif %}
            {% endfor %}
        {% endfor %}
        {% for c in patch.columns.lines if c.place != "outside" and c.from is not none %}
            {% if c.from[1] < 0 %}
        let from_{{ ri }}_{{ c.index }} = subgroupShuffleUp(in_{{ ri }}_{{ c.from[0] }}, {{ -c.from[1] }}u);
        let in_{{ ri }}_{{ c.index }} = select(from_{{ ri }}_{{ c.index }}, vec4f(), tile_x == 0u);
            {% else %}
        let from_{{ ri }}_{{ c.index }} = subgroupShuffleDown(in_{{ ri }}_{{ c.from[0] }}, {{ c.from[1] }}u);
        let in_{{ ri }}_{{ c.index }} = select(from_{{ ri }}_{{ c.index }}, vec4f(), tile_x == TILES_X - 1u);
            {% endif %}
        {% endfor %}
        {% if winograd %}
        // Bᵀ · in
            {% for c in patch.columns.lines if c.place == "outside" %}
        let in_{{ ri }}_{{ c.index }} = vec4f();
            {% endfor %}
        let v_{{ ri }}_0 = 4.0 * in_{{ ri }}_0 - 5.0 * in_{{ ri }}_2 + in_{{ ri }}_4;
        let v_{{ ri }}_1 = in_{{ ri }}_4 + in_{{ ri }}_3 - 4.0 * (in_{{ ri }}_1 + in_{{ ri }}_2);
        let v_{{ ri }}_2 = in_{{ ri }}_4 - in_{{ ri }}_3 + 4.0 * (in_{{ ri }}_1 - in_{{ ri }}_2);
        let v_{{ ri }}_3 = in_{{ ri }}_4 - in_{{ ri }}_2 + 2.0 * (in_{{ ri }}_3 - in_{{ ri }}_1);
        let v_{{ ri }}_4 = in_{{ ri }}_4 - in_{{ ri }}_2 - 2.0 * (in_{{ ri }}_3 - in_{{ ri }}_1);
        let v_{{ ri }}_5 = 4.0 * in_{{ ri }}_1 - 5.0 * in_{{ ri }}_3 + in_{{ ri }}_5;
        {% endif %}
    {% endfor %}
{% endfor %}
{% if winograd %}
{# Product by product, so that what all channels take stays in registers, and each sum for all that is added to it. #}
{% for m in range(6) %}
    {% for o in range(4 * tiling.quads) %}
        {% for ky in range(3) %}
            {% set place = 3 * o + ky %}
        {
            {% if quad_swap %}
            let w = {{ swapped("g_" ~ (3 * (o % 4) + ky) ~ "_" ~ m, o // 4) }};
            {% else %}
            let w = subgroupBroadcast(g_{{ place // tiling.lanes }}_{{ m }}, {{ place % tiling.lanes }}u);
            {% endif %}
            {% for i in "xyzw" %}
                {% for r in range(tiling.rows) if patch.rows.taps[r][ky] is not none %}
            sum_{{ o }}_{{ r }}_{{ m }} += w.{{ i }} * v_{{ patch.rows.taps[r][ky] }}_{{ m }}.{{ i }};
                {% endfor %}
            {% endfor %}
        }
        {% endfor %}
    {% endfor %}
{% endfor %}
{% else %}
{# Channel by channel, so that a channel's sums stay in registers for all of its products. #}
{% for o in range(4 * tiling.quads) %}
    {% for tap in patch.uses %}
        {
            let w = {{ weight(o, tap.tap) }};
        {% for i in "xyzw" %}
            {% for use in tap.pixels %}
            sum_{{ o }}_{{ use.row }}_{{ use.column }} += w.{{ i }} * in_{{ use.source_row }}_{{ use.source_column }}.{{ i }};
            {% endfor %}
        {% endfor %}
        }
    {% endfor %}
{% endfor %}
{% endif %}
{% if row_by_row or column_by_column %}
        }
{% endif %}
    }

{% for k in range(tiling.quads) %}
    {% if moments or sums %}
    var left_{{ k }}: {{ "Moments" if moments else "GradSums" }};
    {% endif %}
    {
        let q = first_quad + {{ "(" ~ k ~ "u ^ subgroup_lane)" if quad_swap else k ~ "u" }};
    {% if moments %}
        var own = vec4f();
        var count = 0.0;
        var sum = vec4f();
        var squares = vec4f();
    {% elif sums %}
        var sum = vec4f();
        var sum_x = vec4f();
    {% endif %}
    {% if sums %}
{{ load_normalization("norm", "q", destination.quads, shared_lanes and not quad_swap) }}
    {% endif %}
        if (n < current.batch){{ " & (q < QUADS)" if destination.quads % tiling.quads != 0 }} {
    {% if bias %}
            let added = bias[q];
    {% endif %}
            let image = (n * QUADS + q) * (HEIGHT * WIDTH);
    {% for r in range(tiling.rows) %}
            {{ "if y0 + " ~ r ~ "u < HEIGHT" if patch.rows.partial and r > 0 }} {
                let at = (image + (y0 + {{ r }}u) * WIDTH + x0){{ " / " ~ pixels_a_store ~ "u" if pixels_a_store > 1 }};
        {% if gate == "kept" and patch.signs_of_a_row_share_a_word %}
                let signs = positive[(n * QUADS + q) * ((HEIGHT * WIDTH + SIGNS - 1u) / SIGNS) + ((y0 + {{ r }}u) * WIDTH + x0) / SIGNS] >> (4u * (((y0 + {{ r }}u) * WIDTH + x0) % SIGNS));
        {% endif %}
        {% if winograd %}
            {% for m in range(6) %}
                let p_{{ m }} = vec4f({% for i in range(4) %}sum_{{ 4 * k + i }}_{{ r }}_{{ m }}{{ ", " if not loop.last }}{% endfor %});
            {% endfor %}
                // Aᵀ · p
                let near = p_1 - p_2;
                let far = p_3 - p_4;
        {% endif %}
        {% for p in range(0, tiling.columns, pixels_a_store) %}
                {{ "if x0 + " ~ p ~ "u < WIDTH" if patch.columns.partial and p > 0 }} {
                    let place = at{{ " + " ~ p // pixels_a_store ~ "u" if p > 0 }};
            {% if accumulates %}
                    let before = destination[place];
            {% endif %}
            {% if sums %}
                    let entered = norm_input[place];
            {% endif %}
            {% for i in range(pixels_a_store) %}
                {% set at_x = p + i %}
                {% if not winograd %}
                    var y_{{ i }} = vec4f({% for c in range(4) %}sum_{{ 4 * k + c }}_{{ r }}_{{ at_x }}{{ ", " if not loop.last }}{% endfor %});
                {% else %}
                    var y_{{ i }} = {{ ["p_0 + (p_1 + p_2) + (p_3 + p_4)", "near + 2.0 * far", "(p_1 + p_2) + 4.0 * (p_3 + p_4)", "near + 8.0 * far + p_5"][at_x] }};
                {% endif %}
                {% if bias %}
                    y_{{ i }} += added;
                {% endif %}
                {% if accumulates %}
                    y_{{ i }} += {{ pixel("before", pixels_a_store, i) }};
                {% endif %}
                {% if sums %}
                    let x_{{ i }} = {{ pixel("entered", pixels_a_store, i) }};
                {% endif %}
                {% if gate == "recomputed" %}
                    y_{{ i }} = select(vec4f(), y_{{ i }}, normalised(x_{{ i }}, norm) > vec4f());
                {% elif gate == "kept" %}
                    {% if patch.signs_of_a_row_share_a_word %}
                    y_{{ i }} = select(vec4f(), y_{{ i }}, (vec4u(signs >> {{ 4 * at_x }}u) & vec4u(1u, 2u, 4u, 8u)) != vec4u());
                    {% else %}
                    let pixel_{{ i }} = (y0 + {{ r }}u) * WIDTH + x0 + {{ at_x }}u;
                    let signs_{{ i }} = positive[(n * QUADS + q) * ((HEIGHT * WIDTH + SIGNS - 1u) / SIGNS) + pixel_{{ i }} / SIGNS] >> (4u * (pixel_{{ i }} % SIGNS));
                    y_{{ i }} = select(vec4f(), y_{{ i }}, (vec4u(signs_{{ i }}) & vec4u(1u, 2u, 4u, 8u)) != vec4u());
                    {% endif %}
                {% endif %}
            {% endfor %}
                    destination[place] = {{ joined("y", pixels_a_store) }};
            {% for i in range(pixels_a_store) %}
                {% if sums %}
                    sum += y_{{ i }};
                    sum_x += y_{{ i }} * standardised(x_{{ i }}, norm);
                {% elif moments %}
                    {% if r == 0 and p == 0 and i == 0 %}
                    own = y_0;
                    {% endif %}
                    let d_{{ i }} = y_{{ i }} - own;
                    count += 1.0;
                    sum += d_{{ i }};
                    squares += d_{{ i }} * d_{{ i }};
                {% endif %}
            {% endfor %}
                }
        {% endfor %}
            }
    {% endfor %}
        }
    {% if moments %}
        let divisor = max(count, 1.0);
        left_{{ k }} = Moments(own, sum / divisor, max(squares - sum * sum / divisor, vec4f()), count);
    {% elif sums %}
        left_{{ k }} = GradSums(sum, sum_x);
    {% endif %}
    }
{% endfor %}
{% if moments or sums %}
    {% set kept = "lane_moments" if moments else "lane_sums" %}
    {% set joined = "together" if moments else "both" %}
    {% if quad_swap %}
    // Each lane has a part of its own quad, the others of the four have the rest.
        {% for k in range(4) %}
            {% set fields = ["origin", "mean", "squares", "count"] if moments else ["sum", "sum_x"] %}
    let handed_{{ k }} = {{ "Moments" if moments else "GradSums" }}({% for field in fields %}{{ swapped("left_" ~ k ~ "." ~ field, k) }}{{ ", " if not loop.last }}{% endfor %});
        {% endfor %}
    {{ kept }}[lane] = {{ joined }}({{ joined }}(handed_0, handed_1), {{ joined }}(handed_2, handed_3));
    workgroupBarrier();
    {% else %}
        {% for k in range(tiling.quads) %}
    {{ kept }}[lane * {{ tiling.quads }}u + {{ k }}u] = left_{{ k }};
        {% endfor %}
    // Sixteen lanes a quad join four each, then one joins those.
    workgroupBarrier();
    let k = lane % {{ tiling.quads }}u;
    let segment = lane / {{ tiling.quads }}u;
    if segment < 16u {
        let at = segment * {{ 4 * tiling.quads }}u + k;
        var all = {{ kept }}[at];
        for (var i = 1u; i < 4u; i++) {
            all = {{ joined }}(all, {{ kept }}[at + i * {{ tiling.quads }}u]);
        }
        {{ kept }}[at] = all;
    }
    workgroupBarrier();
    {% endif %}
    let q = first_quad + lane;
    if (lane < {{ tiling.quads }}u) & (q < QUADS) & (first_tile < current.batch * (TILES_X * TILES_Y)) {
        var all = {{ kept }}[lane];
        for (var i = 1u; i < 16u; i++) {
            all = {{ joined }}(all, {{ kept }}[i * {{ 4 * kept_a_lane }}u + lane]);
        }
        partial_{{ "moments" if moments else "sums" }}[index / QUAD_GROUPS * QUADS + q] = all;
    }
{% endif %}
}

{% if enters %}
fn entering(x: vec4f, norm: Normalization) -> vec4f {
    return {{ "rectified(normalised(x, norm))" if enters_relu else "normalised(x, norm)" }};
}
{% endif %}
