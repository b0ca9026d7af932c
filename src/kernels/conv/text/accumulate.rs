//! Products and their sums.

use super::share::swapped;
use super::winograd::PRODUCTS;
use super::{Conv, Wgsl, wgsl};

/// All sums of the tile, zero.
pub(super) fn sums(text: &mut Wgsl, conv: &Conv) {
    for o in 0..conv.channels() {
        for r in 0..conv.tiling.rows {
            for p in 0..conv.sums_a_row() {
                wgsl!(text, "var sum_{o}_{r}_{p} = 0.0;");
            }
        }
    }
}

/// Each weight times each value. Channel by channel, so that a channel's sums stay in registers for all of its
/// products.
pub(super) fn direct(text: &mut Wgsl, conv: &Conv) {
    for o in 0..conv.channels() {
        for tap in &conv.patch.uses {
            let weight = weight(conv, o, tap.tap);
            wgsl!(text, "{{\nlet w = {weight};");
            for i in ["x", "y", "z", "w"] {
                for pixel in &tap.pixels {
                    let (r, c) = (pixel.row, pixel.column);
                    let (source_r, source_c) = (pixel.source_row, pixel.source_column);
                    wgsl!(
                        text,
                        "sum_{o}_{r}_{c} += w.{i} * in_{source_r}_{source_c}.{i};"
                    );
                }
            }
            wgsl!(text, "}}");
        }
    }
}

/// A tap's weights of one channel of the tile for the four channels of the source's quad.
fn weight(conv: &Conv, o: u32, tap: u32) -> String {
    let kernel = conv.pass.shape.kernel;
    let lanes = conv.tiling.lanes;
    let taps = kernel * kernel;
    let place = o * taps + tap;
    if conv.tiling.quad_swap() {
        let register = o % 4 * taps + tap;
        swapped(&format!("w_{register}"), o / 4)
    } else if conv.shares() {
        let (register, lane) = (place / lanes, place % lanes);
        format!("subgroupBroadcast(w_{register}, {lane}u)")
    } else if conv.row_by_row() {
        format!("vec4f(weights[packed + u32(ky) * {kernel}u + {place}u])")
    } else if conv.column_by_column() {
        format!("vec4f(weights[packed + u32(kx) + {place}u])")
    } else {
        format!("vec4f(weights[packed + {place}u])")
    }
}

/// Winograd's products. Product by product, so that what all channels take stays in registers, and each sum for all
/// that is added to it.
pub(super) fn winograd(text: &mut Wgsl, conv: &Conv) {
    for m in 0..PRODUCTS {
        for o in 0..conv.channels() {
            for ky in 0..3 {
                let weight = transformed_weight(conv, o, ky, m);
                wgsl!(text, "{{\nlet w = {weight};");
                for i in ["x", "y", "z", "w"] {
                    for (r, taps) in conv.patch.rows.taps.iter().enumerate() {
                        let Some(source_r) = taps[ky as usize] else {
                            continue;
                        };
                        wgsl!(text, "sum_{o}_{r}_{m} += w.{i} * v_{source_r}_{m}.{i};");
                    }
                }
                wgsl!(text, "}}");
            }
        }
    }
}

/// What product m of a row of weights multiplies by.
fn transformed_weight(conv: &Conv, o: u32, ky: u32, m: u32) -> String {
    let lanes = conv.tiling.lanes;
    if conv.tiling.quad_swap() {
        let row = 3 * (o % 4) + ky;
        swapped(&format!("g_{row}_{m}"), o / 4)
    } else {
        let row = 3 * o + ky;
        let (register, lane) = (row / lanes, row % lanes);
        format!("subgroupBroadcast(g_{register}_{m}, {lane}u)")
    }
}
