//! Cells and marks as one mesh.
//!
//! What is off is crossed, or struck through where cells are too small for a cross; what the reader
//! switched has a triangle at its top, filled where it is off, hollow where it is on.

use std::ops::Range;

use egui::epaint::{Mesh, Vertex, WHITE_UV};
use egui::{Color32, Pos2, Rect, pos2};

use super::geometry::Geometry;
use super::order::Sorted;
use crate::app::channels::Shown;
use crate::app::theme;

/// Cells no smaller than this have a gap around them and room for a cross, in points.
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
    let right = if cell.width() >= ROOMY_CELL { gap } else { 0.0 };
    let bottom = if cell.height() >= ROOMY_CELL {
        gap
    } else {
        0.0
    };
    Rect::from_min_max(cell.min, cell.max - egui::vec2(right, bottom))
}

/// A cross, or a stroke through the middle where there is no room for one.
pub fn off_mark(mesh: &mut Mesh, cell: Rect, color: Color32) {
    let side = (cell.width().min(cell.height()) - 2.0).min(10.0);
    if side < ROOMY_CELL - 2.0 {
        let half = (cell.height() / 12.0).clamp(0.25, 1.0);
        let middle = cell.center().y;
        let stroke = Rect::from_x_y_ranges(cell.x_range(), middle - half..=middle + half);
        mesh.add_colored_rect(stroke, color.gamma_multiply(0.8));
        return;
    }
    let color = color.gamma_multiply(0.75);
    let (center, reach) = (cell.center(), side / 2.0);
    for slope in [1.0, -1.0] {
        let along = egui::vec2(reach, slope * reach);
        let across = egui::vec2(-slope, 1.0) * 0.45;
        quad(
            mesh,
            [
                center - along - across,
                center + along - across,
                center + along + across,
                center - along + across,
            ],
            color,
        );
    }
}

/// A triangle at the top of a cell, however narrow: filled for off, hollow for on.
pub fn hand_mark(mesh: &mut Mesh, cell: Rect, off: bool, on_color: Color32) {
    let reach = (cell.height() / 2.0).clamp(2.5, 4.0);
    let triangle = |mesh: &mut Mesh, reach: f32, drop: f32, color| {
        let top = pos2(cell.center().x, cell.top() + drop);
        let corners = [
            top + egui::vec2(-reach, 0.0),
            top + egui::vec2(reach, 0.0),
            top + egui::vec2(0.0, reach * 1.4),
        ];
        let first = mesh.vertices.len() as u32;
        mesh.vertices.extend(corners.map(|at| vertex(at, color)));
        mesh.add_triangle(first, first + 1, first + 2);
    };
    // Dark around bright, so that it stands out from any cell and from both themes' background.
    triangle(mesh, reach + 1.2, -0.6, Color32::BLACK);
    triangle(mesh, reach, 0.0, Color32::WHITE);
    if !off {
        triangle(mesh, reach - 1.4, 0.6, on_color);
    }
}

fn quad(mesh: &mut Mesh, corners: [Pos2; 4], color: Color32) {
    let first = mesh.vertices.len() as u32;
    mesh.vertices.extend(corners.map(|at| vertex(at, color)));
    mesh.add_triangle(first, first + 1, first + 2);
    mesh.add_triangle(first, first + 2, first + 3);
}

fn vertex(pos: Pos2, color: Color32) -> Vertex {
    Vertex {
        pos,
        uv: WHITE_UV,
        color,
    }
}
