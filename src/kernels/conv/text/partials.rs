//! What a BatchNorm needs of the destination: moments of what is written, or sums of its gradient. Each thread has those
//! of its tile, and a workgroup joins its threads'.

use super::share::swapped;
use super::{Conv, Wgsl, wgsl};

/// What is left of a quad of channels.
struct Kind {
    /// Its type in `shaders/common.wgsl`, and that type's fields.
    name: &'static str,
    fields: &'static [&'static str],
    /// The function that joins two.
    join: &'static str,
    /// Where threads leave theirs for each other.
    of_lanes: &'static str,
    /// Where the workgroup leaves its.
    of_workgroups: &'static str,
}

fn kind(conv: &Conv) -> Option<Kind> {
    if conv.extras.moments {
        Some(Kind {
            name: "Moments",
            fields: &["origin", "mean", "squares", "count"],
            join: "together",
            of_lanes: "lane_moments",
            of_workgroups: "partial_moments",
        })
    } else if conv.grad_sums() {
        Some(Kind {
            name: "GradSums",
            fields: &["sum", "sum_x"],
            join: "both",
            of_lanes: "lane_sums",
            of_workgroups: "partial_sums",
        })
    } else {
        None
    }
}

/// Quads that a thread leaves in workgroup memory. Few: a browser has them zeroed in each workgroup first.
fn kept_a_lane(conv: &Conv) -> u32 {
    match conv.tiling.quad_swap() {
        true => 1,
        false => conv.tiling.quads,
    }
}

/// Where threads leave theirs for each other.
pub(super) fn workgroup_memory(text: &mut Wgsl, conv: &Conv) {
    if let Some(Kind { name, of_lanes, .. }) = kind(conv) {
        let len = 64 * kept_a_lane(conv);
        wgsl!(text, "var<workgroup> {of_lanes}: array<{name}, {len}>;");
        text.blank();
    }
}

/// What the thread will have of its tile's k-th quad.
pub(super) fn of_quad(text: &mut Wgsl, conv: &Conv, k: u32) {
    if let Some(Kind { name, .. }) = kind(conv) {
        wgsl!(text, "var left_{k}: {name};");
    }
}

/// Nothing is summed yet.
pub(super) fn begin(text: &mut Wgsl, conv: &Conv) {
    if conv.extras.moments {
        wgsl!(
            text,
            "
            var own = vec4f();
            var count = 0.0;
            var sum = vec4f();
            var squares = vec4f();
            "
        );
    } else if conv.grad_sums() {
        wgsl!(
            text,
            "
            var sum = vec4f();
            var sum_x = vec4f();
            "
        );
    }
}

/// Adds pixel `y_I`. The first that the thread writes is the origin of its moments.
pub(super) fn add(text: &mut Wgsl, conv: &Conv, i: u32, is_first: bool) {
    if conv.grad_sums() {
        wgsl!(
            text,
            "
            sum += y_{i};
            sum_x += y_{i} * standardised(x_{i}, norm);
            "
        );
    } else if conv.extras.moments {
        if is_first {
            wgsl!(text, "own = y_0;");
        }
        wgsl!(
            text,
            "
            let d_{i} = y_{i} - own;
            count += 1.0;
            sum += d_{i};
            squares += d_{i} * d_{i};
            "
        );
    }
}

/// What the thread has of its tile's k-th quad.
pub(super) fn end(text: &mut Wgsl, conv: &Conv, k: u32) {
    if conv.extras.moments {
        wgsl!(
            text,
            "
            let divisor = max(count, 1.0);
            left_{k} = Moments(own, sum / divisor, max(squares - sum * sum / divisor, vec4f()), count);
            "
        );
    } else if conv.grad_sums() {
        wgsl!(text, "left_{k} = GradSums(sum, sum_x);");
    }
}

/// Joins those of all threads, and leaves them where the host wants them.
pub(super) fn join(text: &mut Wgsl, conv: &Conv) {
    let Some(kind) = kind(conv) else { return };
    if conv.tiling.quad_swap() {
        join_quads(text, &kind);
    } else {
        join_segments(text, conv, &kind);
    }
    let quads = conv.tiling.quads;
    let distance = 4 * kept_a_lane(conv);
    let Kind {
        join,
        of_lanes,
        of_workgroups,
        ..
    } = kind;
    wgsl!(
        text,
        "
        let q = first_quad + lane;
        if (lane < {quads}u) & (q < QUADS) & (first_tile < current.batch * (TILES_X * TILES_Y)) {{
            var all = {of_lanes}[lane];
            for (var i = 1u; i < 16u; i++) {{
                all = {join}(all, {of_lanes}[i * {distance}u + lane]);
            }}
            {of_workgroups}[index / QUAD_GROUPS * QUADS + q] = all;
        }}
        "
    );
}

/// Of four lanes that swap quads, each joins those of one quad.
fn join_quads(text: &mut Wgsl, kind: &Kind) {
    let Kind {
        name,
        join,
        of_lanes,
        ..
    } = kind;
    wgsl!(
        text,
        "// Each lane has a part of its own quad, the others of the four have the rest."
    );
    for k in 0..4 {
        let of_field = |field: &&str| swapped(&format!("left_{k}.{field}"), k);
        let fields = kind
            .fields
            .iter()
            .map(of_field)
            .collect::<Vec<_>>()
            .join(", ");
        wgsl!(text, "let handed_{k} = {name}({fields});");
    }
    wgsl!(
        text,
        "
        {of_lanes}[lane] = {join}({join}(handed_0, handed_1), {join}(handed_2, handed_3));
        workgroupBarrier();
        "
    );
}

/// Sixteen lanes join those of four lanes each.
fn join_segments(text: &mut Wgsl, conv: &Conv, kind: &Kind) {
    let Kind { join, of_lanes, .. } = kind;
    let quads = conv.tiling.quads;
    for k in 0..quads {
        wgsl!(text, "{of_lanes}[lane * {quads}u + {k}u] = left_{k};");
    }
    let of_segment = 4 * quads;
    wgsl!(
        text,
        "
        // Sixteen lanes a quad join four each, then one joins those.
        workgroupBarrier();
        let k = lane % {quads}u;
        let segment = lane / {quads}u;
        if segment < 16u {{
            let at = segment * {of_segment}u + k;
            var all = {of_lanes}[at];
            for (var i = 1u; i < 4u; i++) {{
                all = {join}(all, {of_lanes}[at + i * {quads}u]);
            }}
            {of_lanes}[at] = all;
        }}
        workgroupBarrier();
        "
    );
}
