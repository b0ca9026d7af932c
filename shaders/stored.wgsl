
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

