//! A BatchNorm's normalization of a quad of channels: of what enters the convolution, or of what its destination is the
//! gradient of.

use super::{Conv, Wgsl, wgsl};
use crate::kernels::Normalization;

/// Vectors of a Normalization.
const VECTORS: u32 = (size_of::<Normalization>() / 16) as u32;

/// Loads a quad's Normalization, by its vectors.
pub(super) fn load(text: &mut Wgsl, quad: &str) {
    wgsl!(text, "let norm = Normalization(");
    for k in 0..VECTORS {
        wgsl!(text, "normalization[{quad} * {VECTORS}u + {k}u],");
    }
    wgsl!(text, ");");
}

/// Loads it where all lanes want the same, one of `quads`: each loads one or some vectors, and hands them to the others.
pub(super) fn load_shared(text: &mut Wgsl, conv: &Conv, quad: &str, quads: u32) {
    let lanes = conv.tiling.lanes;
    let last = VECTORS * quads - 1;
    for k in 0..VECTORS.div_ceil(lanes) {
        let first = k * lanes;
        wgsl!(
            text,
            "let norm_{k} = normalization[min({quad} * {VECTORS}u + {first}u + subgroup_lane, {last}u)];"
        );
    }
    wgsl!(text, "let norm = Normalization(");
    for k in 0..VECTORS {
        let (register, lane) = (k / lanes, k % lanes);
        wgsl!(text, "subgroupBroadcast(norm_{register}, {lane}u),");
    }
    wgsl!(text, ");");
}

/// The function that normalises what enters.
pub(super) fn entering(text: &mut Wgsl, conv: &Conv) {
    let Some(entry) = conv.extras.enters else {
        return;
    };
    let value = match entry.relu {
        true => "rectified(normalised(x, norm))",
        false => "normalised(x, norm)",
    };
    text.blank();
    wgsl!(
        text,
        "
        fn entering(x: vec4f, norm: Normalization) -> vec4f {{
            return {value};
        }}
        "
    );
}
