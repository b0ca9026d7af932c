//! What a text begins with.

use super::stored::element;
use super::{Conv, Gate, Wgsl, wgsl};
use crate::kernels::Binding;
use crate::kernels::batch_norm::SIGNS_PER_WORD;

/// What the text computes, and from what.
pub(super) fn comment(text: &mut Wgsl, conv: &Conv) {
    let packed_stride = conv.tiling.packed_stride(conv.pass);
    let (quads, rows, columns) = (conv.tiling.quads, conv.tiling.rows, conv.tiling.columns);
    wgsl!(
        text,
        "
        // Convolution of channel-blocked images, forward and the gradient of its input, with what stands before
        // and after it in a network.
        //
        // source       [N, QS, HS, WS] Stored
        // weights      [groups, QS, {packed_stride}] Stored, see pack_weights.wgsl
        // destination  [N, QD, HD, WD] Stored
        //
        // A thread computes a tile, {quads} quads of channels × {rows} rows × {columns} columns, and keeps it in registers. Which
        // row and column of the source each tap of each pixel reads is worked out on the host, so that all that
        // follows is written out: with a stride the gradient of the input touches only every S-th tap, and
        // those are the only ones in this text.
        //
        // Registers: in_R_C source row R, column C of the tile's patch; sum_O_R_P channel O, row R, and pixel P or, by
        // Winograd's method, product P.
        "
    );
    if conv.tiling.quad_swap() {
        wgsl!(
            text,
            "
            //
            // Each of four lanes holds the weights of one of the four quads, and they hand them around: lane L counts the quads
            // from its own, its k-th is quad k ^ L.
            "
        );
    }
    text.blank();
}

/// Shapes.
pub(super) fn constants(text: &mut Wgsl, conv: &Conv) {
    let (source, destination) = (conv.pass.source(), conv.pass.destination());
    let pixels_a_load = conv.patch.pixels_a_load();
    wgsl!(text, "const SOURCE_QUADS = {}u;", source.quads);
    wgsl!(text, "const SOURCE_HEIGHT = {};", source.height);
    wgsl!(text, "const SOURCE_WIDTH = {};", source.width);
    wgsl!(text, "/// Elements of a row.");
    wgsl!(
        text,
        "const SOURCE_STRIDE = {}u;",
        source.width / pixels_a_load
    );
    wgsl!(text, "const QUADS = {}u;", destination.quads);
    wgsl!(text, "const HEIGHT = {}u;", destination.height);
    wgsl!(text, "const WIDTH = {}u;", destination.width);
    wgsl!(
        text,
        "const QUAD_GROUPS = {}u;",
        conv.tiling.quad_groups(destination)
    );
    wgsl!(text, "const TILES_X = {}u;", conv.patch.columns.tiles);
    wgsl!(text, "const TILES_Y = {}u;", conv.patch.rows.tiles);
    wgsl!(text, "const LANES = {}u;", conv.tiling.lanes);
    wgsl!(
        text,
        "/// Pixels whose ReLU signs share a word, four bits each."
    );
    wgsl!(text, "const SIGNS = {SIGNS_PER_WORD}u;");
    text.blank();
}

/// What the pass reads and writes, in the order of its bindings.
pub(in crate::kernels::conv) fn bindings(conv: &Conv) -> Vec<Binding> {
    let source = element(conv.patch.pixels_a_load());
    let weights = element(conv.tiling.weights_a_load(conv.pass));
    let destination = element(conv.pixels_a_store());
    let optional = [
        (
            conv.extras.enters.is_some() || conv.grad_sums(),
            Binding::read("normalization", "vec4f"),
        ),
        (conv.extras.bias, Binding::read("bias", "vec4f")),
        (
            conv.extras.moments,
            Binding::read_write("partial_moments", "Moments"),
        ),
        (conv.grad_sums(), Binding::read("norm_input", destination)),
        (
            conv.grad_sums(),
            Binding::read_write("partial_sums", "GradSums"),
        ),
        (
            conv.extras.gate == Some(Gate::Kept),
            Binding::read("positive", "u32"),
        ),
    ];
    let always = [
        Binding::read("source", source),
        Binding::read("weights", weights),
        Binding::read_write("destination", destination),
    ];
    let optional = optional.into_iter().filter(|(wanted, _)| *wanted);
    let optional = optional.map(|(_, binding)| binding);
    always.into_iter().chain(optional).collect()
}

/// The entry point, up to its first line.
pub(super) fn entry_point(text: &mut Wgsl, conv: &Conv) {
    let when = |condition: bool, words: &'static str| if condition { words } else { "" };
    let extras = &conv.extras;
    if extras.accumulates || conv.grad_sums() {
        let plus = when(extras.accumulates, "+");
        let sums = when(
            conv.grad_sums(),
            ", zero where the ReLU was; partial_sums[group, q] = (Σ g, Σ g·x̂)",
        );
        wgsl!(text, "/// destination {plus}= source ∗ weights{sums}.");
    } else {
        let enters = when(extras.enters.is_some(), ", the source normalised first");
        let bias = when(extras.bias, ", plus bias");
        let moments = when(
            extras.moments,
            "; partial_moments[group, q] = moments of the destination",
        );
        wgsl!(
            text,
            "/// destination = source ∗ weights{enters}{bias}{moments}."
        );
    }
    wgsl!(
        text,
        "
        @compute @workgroup_size(64)
        fn conv(
            @builtin(workgroup_id) group: vec3u,
            @builtin(num_workgroups) groups: vec3u,
        "
    );
    if conv.shares() {
        wgsl!(
            text,
            "
                @builtin(subgroup_id) subgroup: u32,
                @builtin(subgroup_invocation_id) subgroup_lane: u32,
            ) {{
                let lane = subgroup * LANES + subgroup_lane;
            "
        );
    } else {
        wgsl!(
            text,
            "
                @builtin(local_invocation_index) lane: u32,
            ) {{
            "
        );
    }
}
