//! Cells and marks as one mesh.

use std::ops::Range;

use egui::epaint::Mesh;
use egui::{Pos2, Rect, pos2};

use super::geometry::Geometry;
use super::marks::{hand_mark, off_mark};
use super::order::Sorted;
use crate::app::channels::Shown;
use crate::app::theme;

/// Cells no smaller than this have a gap around them, in points.
const ROOMY_CELL: f32 = 5.0;

/// The cells of some rows, with the map's top left corner at `origin`.
pub fn cells(
    shown: &Shown<'_>,
    sorted: &Sorted,
    geometry: &Geometry,
    visible: Range<usize>,
    origin: Pos2,
    largest: f32,
    pixels_per_point: f32,
) -> Mesh {
    let mut mesh = Mesh::default();
    let to_pixel = |x: f32| (x * pixels_per_point).round() / pixels_per_point;
    for layer in visible.clone() {
        let range = shown.layers.range(layer);
        let channels = range.len();
        for place in 0..channels {
            let flat = range.start + sorted.channel(shown.layers, layer, place);
            let cell = geometry
                .cell(layer, place, channels)
                .translate(origin.to_vec2());
            let cell = Rect::from_min_max(
                pos2(to_pixel(cell.left()), to_pixel(cell.top())),
                pos2(to_pixel(cell.right()), to_pixel(cell.bottom())),
            );
            let cell = with_gap(cell, pixels_per_point);
            let color = theme::heat(shown.norms.gamma[flat].abs() / largest);
            mesh.add_colored_rect(cell, color);
            if shown.is_off(flat) {
                off_mark(&mut mesh, cell, theme::contrasting(color));
            }
        }
    }
    // Last, since these reach beyond narrow cells.
    for (&flat, &off) in shown.by_hand {
        let Some((layer, channel)) = shown.layers.place(flat) else {
            continue;
        };
        if visible.contains(&layer) {
            let place = sorted.place(shown.layers, layer, channel);
            let channels = shown.layers.range(layer).len();
            let cell = geometry.cell(layer, place, channels);
            let color = theme::heat(shown.norms.gamma[flat].abs() / largest);
            hand_mark(&mut mesh, cell.translate(origin.to_vec2()), off, color);
        }
    }
    mesh
}

fn with_gap(cell: Rect, pixels_per_point: f32) -> Rect {
    let gap = 1.0 / pixels_per_point;
    let low = cell.height() < ROOMY_CELL;
    let right = if low || cell.width() < ROOMY_CELL {
        0.0
    } else {
        gap
    };
    let bottom = if low { 0.0 } else { gap };
    Rect::from_min_max(cell.min, cell.max - egui::vec2(right, bottom))
}
