{# Images lie in memory as elements of one pixel or of two neighbouring ones, four channels each. `element`
   is their type, `pixel` takes one of the pixels from a loaded one, `joined` makes one of as many registers
   NAME_0, NAME_1. #}
{% macro element(pixels) -%} {{ "StoredPair" if pixels == 2 else "Stored" }} {%- endmacro %}
{% macro pixel(loaded, pixels, place) -%}
    {%- if pixels == 2 -%} {{ ["first_of", "second_of"][place] }}({{ loaded }}) {%- else -%} vec4f({{ loaded }}) {%- endif -%}
{%- endmacro %}
{% macro joined(name, pixels) -%}
    {%- if pixels == 2 -%} stored_pair({{ name }}_0, {{ name }}_1) {%- else -%} Stored({{ name }}_0) {%- endif -%}
{%- endmacro %}

{% if half %}
/// Four channels of a pixel, or four weights of a convolution, in memory. Kernels compute in f32.
alias Stored = vec4<f16>;
alias StoredValue = f16;

/// What gradients of images are multiplied with while they are images: they are those of the batch's summed
/// loss, times a power of two.
fn gradient_scale() -> f32 {
    return {{ gradient_scale }}.0 * f32(current.batch);
}
{% else %}
/// Four channels of a pixel, or four weights of a convolution, in memory.
alias Stored = vec4f;
alias StoredValue = f32;

/// What gradients of images are multiplied with while they are images: nothing.
fn gradient_scale() -> f32 {
    return 1.0;
}
{% endif %}

{% if pairs %}

/// Two neighbouring pixels of a quad in memory: of 2k and 2k + 1.
alias StoredPair = vec4<u64>;

fn first_of(pair: StoredPair) -> vec4f {
    return halves(pair.xy);
}

fn second_of(pair: StoredPair) -> vec4f {
    return halves(pair.zw);
}

fn halves(x: vec2<u64>) -> vec4f {
    let low = vec2u(x);
    let high = vec2u(x >> vec2u(32u));
    return bitcast<vec4f>(vec4u(low.x, high.x, low.y, high.y));
}

fn stored_pair(first: vec4f, second: vec4f) -> StoredPair {
    let a = bitcast<vec4u>(first);
    let b = bitcast<vec4u>(second);
    let low = vec4<u64>(vec4u(a.xz, b.xz));
    let high = vec4<u64>(vec4u(a.yw, b.yw));
    return low | (high << vec4u(32u));
}
{% endif %}
