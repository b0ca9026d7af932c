//! Cells and marks as one mesh; names beside them.

use std::ops::Range;

use egui::epaint::Mesh;
use egui::{Pos2, Rect, Stroke, Ui, pos2};

use super::geometry::{Geometry, READABLE_ROW};
use super::marks::{hand_mark, off_mark};
use super::order::Sorted;
use super::scale::Scale;
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
    scale: Scale,
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
            let color = scale.colour(shown, flat);
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
            let color = scale.colour(shown, flat);
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

/// The layers' names, left of their rows.
pub fn labels(
    ui: &Ui,
    shown: &Shown<'_>,
    geometry: &Geometry,
    rows: Range<usize>,
    origin: Pos2,
    visible: Rect,
) {
    let font = egui::TextStyle::Small.resolve(ui.style());
    let column = visible.with_max_x(visible.left() + geometry.label_width - 4.0);
    let painter = ui.painter().with_clip_rect(column);
    // Where rows are low, every so many have a label, and the picked one.
    let every = (READABLE_ROW / geometry.row_height).ceil().max(1.0) as usize;
    let picked = shown.picked.map(|pick| pick.layer);
    for layer in rows {
        let near = picked.is_some_and(|picked| picked.abs_diff(layer) < every);
        let is_picked = picked == Some(layer);
        if !is_picked && (near || !layer.is_multiple_of(every)) {
            continue;
        }
        let middle = origin.y + (layer as f32 + 0.5) * geometry.row_height;
        let color = if is_picked {
            ui.visuals().strong_text_color()
        } else {
            ui.visuals().text_color()
        };
        let at = pos2(column.right(), middle);
        let name = shown.layers.name(layer);
        let place = egui::Align2::RIGHT_CENTER;
        let text = painter.text(at, place, name, font.clone(), color);
        if is_picked {
            let under = text.bottom() - 0.5;
            painter.hline(text.x_range(), under, Stroke::new(1.0, color));
        }
    }
}
