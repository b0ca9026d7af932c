//! Which tile a thread computes, and what of the source comes into its registers.

use super::super::patch::{Axis, Line, Load, Place};
use super::stored::pixel;
use super::{Conv, Wgsl, normalization, share, wgsl, winograd};

/// The thread's tile, and where the rows and columns that it reads lie.
pub(super) fn tile(text: &mut Wgsl, conv: &Conv) {
    let (quads, rows, columns) = (conv.tiling.quads, conv.tiling.rows, conv.tiling.columns);
    wgsl!(
        text,
        "
        let index = group_index(group, groups);
        let first_quad = index % QUAD_GROUPS * {quads}u;
        let first_tile = index / QUAD_GROUPS * 64u;
        let tile = first_tile + lane;
        let tile_x = tile % TILES_X;
        let tile_y = tile / TILES_X % TILES_Y;
        let n = tile / (TILES_X * TILES_Y);
        // Lanes beyond the batch go on with its last sample, as others may want what they load.
        let sample = min(n, current.batch - 1u);
        let x0 = tile_x * {columns}u;
        let y0 = tile_y * {rows}u;
        "
    );
    wgsl!(text, "let column = {};", begin(&conv.patch.columns, "x0"));
    wgsl!(text, "let row = {};", begin(&conv.patch.rows, "y0"));
    // A loop over columns of weights works its only column out by itself, one over rows its only row.
    if !conv.column_by_column() {
        for (x, load) in conv.patch.columns.loads.iter().enumerate() {
            column(text, conv, x, load);
        }
    }
    for line in &conv.patch.rows.lines {
        row(text, conv, line);
    }
}

/// Where a tile that begins at `destination` in the destination begins in the source.
fn begin(axis: &Axis, destination: &str) -> String {
    let multiply = match axis.multiply {
        1 => String::new(),
        by => format!(" * {by}u"),
    };
    let divide = match axis.divide {
        1 => String::new(),
        by => format!(" / {by}u"),
    };
    format!("i32({destination}{multiply}{divide}) - {}", axis.subtract)
}

/// Where a load lies within a row, and whether it lies within the images.
fn column(text: &mut Wgsl, conv: &Conv, x: usize, load: &Load) {
    let offset = load.offset;
    let per_load = match conv.patch.pixels_a_load() {
        1 => String::new(),
        pixels => format!(" / {pixels}u"),
    };
    if load.place == Place::Sometimes {
        wgsl!(
            text,
            "
            let x_{x} = u32(clamp(column + {offset}, 0, SOURCE_WIDTH - 1)){per_load};
            let inside_x_{x} = u32(column + {offset}) < u32(SOURCE_WIDTH);
            "
        );
    } else {
        wgsl!(text, "let x_{x} = u32(column + {offset}){per_load};");
    }
}

/// Where a row begins within a channel, and whether it lies within the images.
fn row(text: &mut Wgsl, conv: &Conv, line: &Line) {
    let Line { index, offset, .. } = line;
    if line.place == Place::Sometimes && line.from.is_none() {
        wgsl!(
            text,
            "
            let y_{index} = u32(clamp(row + {offset}, 0, SOURCE_HEIGHT - 1)) * SOURCE_STRIDE;
            let inside_y_{index} = u32(row + {offset}) < u32(SOURCE_HEIGHT);
            "
        );
    } else if line.place == Place::Inside && !conv.row_by_row() {
        wgsl!(text, "let y_{index} = u32(row + {offset}) * SOURCE_STRIDE;");
    }
}

/// Where a quad of the source's channels and its weights lie, and what normalises it.
pub(super) fn source_quad(text: &mut Wgsl, conv: &Conv) {
    let packed_stride =
        conv.tiling.packed_stride(conv.pass) / conv.tiling.weights_a_load(conv.pass);
    wgsl!(
        text,
        "
        let image = (sample * SOURCE_QUADS + c) * u32(SOURCE_HEIGHT) * SOURCE_STRIDE;
        let packed = (index % QUAD_GROUPS * SOURCE_QUADS + c) * {packed_stride}u;
        "
    );
    if conv.extras.enters.is_some() {
        if conv.shares() {
            normalization::load_shared(text, conv, "c", conv.pass.source().quads);
        } else {
            normalization::load(text, "c");
        }
    }
}

/// The loop of a method that takes one row or one column of weights after the other.
pub(super) fn loop_over_taps(text: &mut Wgsl, conv: &Conv) {
    let shape = &conv.pass.shape;
    let (kernel, stride) = (shape.kernel, shape.stride);
    let before = shape.padding as i32 - (kernel as i32 - 1);
    if conv.row_by_row() {
        wgsl!(text, "for (var ky = 0; ky < {kernel}; ky++) {{");
        if conv.forward() {
            wgsl!(text, "let sy = row + ky;");
        } else {
            wgsl!(
                text,
                "
                // Taps run backwards, as they lie in packed weights, and hit every S-th row.
                let moved = i32(y0) + {before} + ky;
                if (moved < 0) | (moved % {stride} != 0) {{
                    continue;
                }}
                let sy = moved / {stride};
                "
            );
        }
        wgsl!(
            text,
            "
            if u32(sy) >= u32(SOURCE_HEIGHT) {{
                continue;
            }}
            let y_0 = u32(sy) * SOURCE_STRIDE;
            "
        );
    }
    if conv.column_by_column() {
        wgsl!(text, "for (var kx = 0; kx < {kernel}; kx++) {{");
        if conv.forward() {
            wgsl!(text, "let sx = column + kx;");
        } else {
            wgsl!(
                text,
                "
                // Taps run backwards, as they lie in packed weights.
                let sx = i32(x0) + {before} + kx;
                "
            );
        }
        wgsl!(
            text,
            "
            if u32(sx) >= u32(SOURCE_WIDTH) {{
                continue;
            }}
            let x_0 = u32(sx);
            "
        );
    }
}

/// Its end.
pub(super) fn end_of_loop_over_taps(text: &mut Wgsl, conv: &Conv) {
    if conv.row_by_row() || conv.column_by_column() {
        wgsl!(text, "}}");
    }
}

/// All that the tile reads, `in_R_C`: rows that are loaded, then those that neighbours hold.
pub(super) fn patch(text: &mut Wgsl, conv: &Conv) {
    let rows = || {
        let rows = conv.patch.rows.lines.iter();
        rows.filter(|row| row.place != Place::Outside)
    };
    let loaded = rows().filter(|row| row.from.is_none());
    let of_neighbours = rows().filter(|row| row.from.is_some());
    for row in loaded.chain(of_neighbours) {
        match row.from {
            None => load_row(text, conv, row),
            Some(from) => share::row_of_neighbour(text, conv, row.index, from),
        }
        share::columns_of_neighbours(text, conv, row.index);
        if conv.winograd() {
            winograd::transform_row(text, conv, row.index);
        }
    }
}

/// The loads of a row, each normalised if a BatchNorm's input enters, and zero outside of the images.
fn load_row(text: &mut Wgsl, conv: &Conv, row: &Line) {
    let r = row.index;
    let pixels = conv.patch.pixels_a_load();
    for (x, load) in conv.patch.columns.loads.iter().enumerate() {
        wgsl!(text, "let loaded_{r}_{x} = source[image + y_{r} + x_{x}];");
        let inside = match (row.place, load.place) {
            (Place::Sometimes, Place::Sometimes) => Some(format!("inside_y_{r} & inside_x_{x}")),
            (Place::Sometimes, _) => Some(format!("inside_y_{r}")),
            (_, Place::Sometimes) => Some(format!("inside_x_{x}")),
            _ => None,
        };
        for (place, c) in (0..).zip(&load.lines) {
            // Else beside the tile.
            let Some(c) = c else { continue };
            let mut value = pixel(&format!("loaded_{r}_{x}"), pixels, place);
            if conv.extras.enters.is_some() {
                value = format!("entering({value}, norm)");
            }
            match &inside {
                Some(inside) => wgsl!(text, "let in_{r}_{c} = select(vec4f(), {value}, {inside});"),
                None => wgsl!(text, "let in_{r}_{c} = {value};"),
            }
        }
    }
}
