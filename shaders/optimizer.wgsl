// One step of the optimiser over all that is trained, in one dispatch.
//
// parameters     all parameters of the network, f32
// gradients      of those tensors of which something is trained, f32
// trained        [T] (place in parameters, place in gradients): the mask, as a list
// first, second  [T] f32: SGD's velocity, or Adam's two moments

const COUNT = {{ count }}u;
const MOMENTUM = {{ momentum }};
const WEIGHT_DECAY = {{ weight_decay }};
const BETA_1 = 0.9;
const BETA_2 = 0.999;
const EPSILON = 1e-8;

{% if rule == "sgd" %}
/// g = gradient + λw;  v = μv + g;  w −= η·{{ "(g + μv)" if nesterov else "v" }}. One thread a trained value.
{% else %}
/// {{ "w −= ηλw" if rule == "adamw" else "g = gradient + λw" }};  m = β₁m + (1 − β₁)g;  s = β₂s + (1 − β₂)g²;
/// w −= η/(1 − β₁ᵗ) · m / (√s/√(1 − β₂ᵗ) + ε). One thread a trained value.
{% endif %}
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
{% if rule == "adamw" %}
    w -= current.learning_rate * WEIGHT_DECAY * w;
{% else %}
    g += WEIGHT_DECAY * w;
{% endif %}
{% if rule == "sgd" %}
    let v = MOMENTUM * first[i] + g;
    first[i] = v;
    w -= current.learning_rate * {{ "(g + MOMENTUM * v)" if nesterov else "v" }};
{% else %}
    let m = BETA_1 * first[i] + (1.0 - BETA_1) * g;
    let s = BETA_2 * second[i] + (1.0 - BETA_2) * g * g;
    first[i] = m;
    second[i] = s;
    let spread = sqrt(s) / sqrt(current.second_correction) + EPSILON;
    w -= current.learning_rate / current.first_correction * m / spread;
{% endif %}
    parameters[place.x] = w;
}
