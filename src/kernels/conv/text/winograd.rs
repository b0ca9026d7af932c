//! Winograd's F(4, 3) along rows: four outputs of three weights by six products (Lavin and Gray, "Fast Algorithms for
//! Convolutional Neural Networks"). Weights are transformed by G, a row of the source by Bᵀ, the sums of products by
//! Aᵀ.

use super::super::patch::Place;
use super::{Conv, Wgsl, wgsl};

/// Products of a row of weights and a row of the source.
pub(super) const PRODUCTS: u32 = 6;

/// G · w of each row of weights that the lane holds: `g_K_0` to `g_K_5` of its k-th.
pub(super) fn transform_weights(text: &mut Wgsl, conv: &Conv) {
    for k in 0..conv.tiling.packed_stride(conv.pass) / conv.tiling.lanes / 3 {
        let [a, b, c] = [0, 1, 2].map(|i| format!("w_{}", 3 * k + i));
        wgsl!(
            text,
            "
            // G · w
            let even_{k} = (-1.0 / 6.0) * ({a} + {c});
            let odd_{k} = (-1.0 / 6.0) * {b};
            let far_even_{k} = (1.0 / 24.0) * {a} + (1.0 / 6.0) * {c};
            let far_odd_{k} = (1.0 / 12.0) * {b};
            let g_{k}_0 = 0.25 * {a};
            let g_{k}_1 = even_{k} + odd_{k};
            let g_{k}_2 = even_{k} - odd_{k};
            let g_{k}_3 = far_even_{k} + far_odd_{k};
            let g_{k}_4 = far_even_{k} - far_odd_{k};
            let g_{k}_5 = {c};
            "
        );
    }
}

/// Bᵀ · in of a row of the patch: `v_R_0` to `v_R_5`.
pub(super) fn transform_row(text: &mut Wgsl, conv: &Conv, r: usize) {
    wgsl!(text, "// Bᵀ · in");
    let columns = conv.patch.columns.lines.iter();
    for outside in columns.filter(|column| column.place == Place::Outside) {
        wgsl!(text, "let in_{r}_{} = vec4f();", outside.index);
    }
    wgsl!(
        text,
        "
        let v_{r}_0 = 4.0 * in_{r}_0 - 5.0 * in_{r}_2 + in_{r}_4;
        let v_{r}_1 = in_{r}_4 + in_{r}_3 - 4.0 * (in_{r}_1 + in_{r}_2);
        let v_{r}_2 = in_{r}_4 - in_{r}_3 + 4.0 * (in_{r}_1 - in_{r}_2);
        let v_{r}_3 = in_{r}_4 - in_{r}_2 + 2.0 * (in_{r}_3 - in_{r}_1);
        let v_{r}_4 = in_{r}_4 - in_{r}_2 - 2.0 * (in_{r}_3 - in_{r}_1);
        let v_{r}_5 = 4.0 * in_{r}_1 - 5.0 * in_{r}_3 + in_{r}_5;
        "
    );
}

/// The sums of products of the tile's quad k in row r, and what more than one pixel takes of Aᵀ · p.
pub(super) fn transform_sums(text: &mut Wgsl, k: u32, r: u32) {
    for m in 0..PRODUCTS {
        let [x, y, z, w] = [0, 1, 2, 3].map(|i| format!("sum_{}_{r}_{m}", 4 * k + i));
        wgsl!(text, "let p_{m} = vec4f({x}, {y}, {z}, {w});");
    }
    wgsl!(
        text,
        "
        // Aᵀ · p
        let near = p_1 - p_2;
        let far = p_3 - p_4;
        "
    );
}

/// Aᵀ · p, by pixel of the row.
pub(super) const PIXELS: [&str; 4] = [
    "p_0 + (p_1 + p_2) + (p_3 + p_4)",
    "near + 2.0 * far",
    "(p_1 + p_2) + 4.0 * (p_3 + p_4)",
    "near + 8.0 * far + p_5",
];
