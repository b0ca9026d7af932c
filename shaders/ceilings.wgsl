// What an adapter can do at most: arithmetic that touches no memory, memory without arithmetic, and a
// dispatch that does next to nothing. Everything computed depends on the step's uniform and is written,
// so that no compiler can leave it out.
//
// Number    what multiply-adds compute in, f32 or f16
// Element   what is copied at once

// ---- head: of a sample; the host makes one for each shape ----
const TURNS = 256u;
const CHAINS = 8u;
const FUSED = true;
const ELEMENTS = 1000u;
const PER_THREAD = 4u;

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

alias Number = f32;
alias Element = vec4f;

@group(0) @binding(1) var<storage, read_write> output: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> copied: array<Element>;
@group(0) @binding(3) var<storage, read> original: array<Element>;
// ---- end of head ----

alias Quad = vec4<Number>;

/// Independent chains of multiply-adds; those beyond CHAINS are not computed.
struct Chains {
    x_0: Quad,
    x_1: Quad,
    x_2: Quad,
    x_3: Quad,
    x_4: Quad,
    x_5: Quad,
    x_6: Quad,
    x_7: Quad,
}

/// x · scale + shift, as the driver likes it or as one operation.
fn turned(x: Quad, scale: Quad, shift: Quad) -> Quad {
    if FUSED {
        return fma(x, scale, shift);
    }
    return x * scale + shift;
}

/// Each chain turned once.
fn turned_once(x: Chains, scale: Quad, shift: Quad) -> Chains {
    var y = x;
    y.x_0 = turned(x.x_0, scale, shift);
    y.x_1 = turned(x.x_1, scale, shift);
    if CHAINS > 2u {
        y.x_2 = turned(x.x_2, scale, shift);
    }
    if CHAINS > 3u {
        y.x_3 = turned(x.x_3, scale, shift);
    }
    if CHAINS > 4u {
        y.x_4 = turned(x.x_4, scale, shift);
        y.x_5 = turned(x.x_5, scale, shift);
        y.x_6 = turned(x.x_6, scale, shift);
        y.x_7 = turned(x.x_7, scale, shift);
    }
    return y;
}

/// A chain's start.
fn started(start: Quad, chain: u32) -> Quad {
    return start + Quad(Number(f32(chain) / f32(CHAINS)));
}

/// output[i] = Σ over 2, 3, 4 or 8 chains of four numbers, each turned TURNS × 8 times: x = x · scale + shift.
/// The chains do not depend on each other, so that one multiply-add need not wait for the one before; eight turns
/// are written out, so that the loop itself costs nothing.
@compute @workgroup_size(64)
fn multiply_add(
    @builtin(workgroup_id) group: vec3u,
    @builtin(num_workgroups) groups: vec3u,
    @builtin(local_invocation_index) lane: u32,
) {
    let i = group_index(group, groups) * 64u + lane;
    // With the host's numbers x stays between 0 and 2: neither infinite nor too small for full speed.
    let scale = Quad(vec4f(current.first_correction));
    let shift = Quad(vec4f(current.second_correction));
    let start = Quad(vec4f(f32(i % 64u) / 64.0));
    var x = Chains(
        started(start, 0u),
        started(start, 1u),
        started(start, 2u),
        started(start, 3u),
        started(start, 4u),
        started(start, 5u),
        started(start, 6u),
        started(start, 7u),
    );
    for (var turn = 0u; turn < TURNS; turn++) {
        x = turned_once(x, scale, shift);
        x = turned_once(x, scale, shift);
        x = turned_once(x, scale, shift);
        x = turned_once(x, scale, shift);
        x = turned_once(x, scale, shift);
        x = turned_once(x, scale, shift);
        x = turned_once(x, scale, shift);
        x = turned_once(x, scale, shift);
    }
    var sum = x.x_0 + x.x_1;
    if CHAINS > 2u {
        sum += x.x_2;
    }
    if CHAINS > 3u {
        sum += x.x_3;
    }
    if CHAINS > 4u {
        sum += x.x_4;
        sum += x.x_5;
        sum += x.x_6;
        sum += x.x_7;
    }
    output[i] = vec4f(sum);
}

fn copy_element(i: u32) {
    if i < ELEMENTS {
        copied[i] = original[i];
    }
}

/// copied[i] = original[i] for all ELEMENTS; a workgroup takes 64 times 1 or 4 of them, its lanes side by side.
@compute @workgroup_size(64)
fn copy(
    @builtin(workgroup_id) group: vec3u,
    @builtin(num_workgroups) groups: vec3u,
    @builtin(local_invocation_index) lane: u32,
) {
    let start = group_index(group, groups) * (64u * PER_THREAD) + lane;
    copy_element(start);
    if PER_THREAD == 4u {
        copy_element(start + 64u);
        copy_element(start + 128u);
        copy_element(start + 192u);
    }
}

/// output[0] = a number. One workgroup: what is left is the cost of the dispatch itself.
@compute @workgroup_size(64)
fn next_to_nothing(@builtin(local_invocation_index) lane: u32) {
    if lane == 0u {
        output[0] = vec4f(current.first_correction);
    }
}
