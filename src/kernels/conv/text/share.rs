//! What lanes of a subgroup hand to each other: weights, and borders of their tiles.

use super::super::patch::{Neighbour, Place};
use super::stored::pixel;
use super::{Conv, Wgsl, wgsl};

/// What the lane holds that has the weights of this lane's k-th quad, where four lanes swap quads.
pub(super) fn swapped(own: &str, k: u32) -> String {
    let swap = ["", "quadSwapX", "quadSwapY", "quadSwapDiagonal"][k as usize];
    format!("{swap}({own})")
}

/// Each lane's part of the weights of a group of quads, `w_K`.
pub(super) fn load_weights(text: &mut Wgsl, conv: &Conv) {
    let lanes = conv.tiling.lanes;
    let per_load = conv.tiling.weights_a_load(conv.pass);
    for k in 0..conv.tiling.packed_stride(conv.pass) / lanes / per_load {
        let first = k * lanes;
        wgsl!(
            text,
            "let loaded_{k} = weights[packed + {first}u + subgroup_lane];"
        );
        for i in 0..per_load {
            let register = k * per_load + i;
            let value = pixel(&format!("loaded_{k}"), per_load, i);
            wgsl!(text, "let w_{register} = {value};");
        }
    }
}

/// A row that the tile above or below holds.
pub(super) fn row_of_neighbour(text: &mut Wgsl, conv: &Conv, r: usize, from: Neighbour) {
    let loads = conv.patch.columns.loads.iter();
    for c in loads.flat_map(|load| &load.lines).flatten() {
        let register = format!("in_{}_{c}", from.line);
        let beyond = ["tile_y == 0u", "tile_y == TILES_Y - 1u"];
        of_neighbour(text, [r, *c], &register, from, beyond);
    }
}

/// The pixels of a row that the tiles to the left and right hold.
pub(super) fn columns_of_neighbours(text: &mut Wgsl, conv: &Conv, r: usize) {
    let columns = conv.patch.columns.lines.iter();
    for column in columns.filter(|column| column.place != Place::Outside) {
        let Some(from) = column.from else { continue };
        let register = format!("in_{r}_{}", from.line);
        let beyond = ["tile_x == 0u", "tile_x == TILES_X - 1u"];
        of_neighbour(text, [r, column.index], &register, from, beyond);
    }
}

/// A register of a lane before or after this one; zero where `beyond` says that there is no such tile, before and
/// after.
fn of_neighbour(
    text: &mut Wgsl,
    [r, c]: [usize; 2],
    register: &str,
    from: Neighbour,
    beyond: [&str; 2],
) {
    let lanes = from.lanes.unsigned_abs();
    let (shuffle, beyond) = match from.lanes < 0 {
        true => ("subgroupShuffleUp", beyond[0]),
        false => ("subgroupShuffleDown", beyond[1]),
    };
    wgsl!(
        text,
        "
        let from_{r}_{c} = {shuffle}({register}, {lanes}u);
        let in_{r}_{c} = select(from_{r}_{c}, vec4f(), {beyond});
        "
    );
}
