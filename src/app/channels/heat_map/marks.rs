//! Marks that do not rely on colour.
//!
//! What is off is crossed, or struck through where cells are too small for a cross; what the reader
//! switched has a triangle at its top, filled where it is off, hollow where it is on.

use egui::epaint::{Mesh, Vertex, WHITE_UV};
use egui::{Color32, Pos2, Rect, pos2};

/// In cells lower than this a mark would hide the colour, in points.
pub const LOWEST_MARKED: f32 = 2.5;
/// Crosses are no smaller than this, in points.
const SMALLEST_CROSS: f32 = 3.0;

/// A cross, or a stroke in the middle where there is no room for one.
pub fn off_mark(mesh: &mut Mesh, cell: Rect, color: Color32) {
    if cell.height() < LOWEST_MARKED {
        return;
    }
    let side = (cell.width().min(cell.height()) - 2.0).min(10.0);
    if side < SMALLEST_CROSS {
        // Strokes of narrow neighbours make one line; in a low cell a dash leaves its colour to see.
        let half = (cell.height() / 12.0).clamp(0.25, 1.0);
        let low = cell.height() < cell.width();
        let reach = cell.width() * if low { 0.2 } else { 0.5 };
        let stroke = egui::vec2(reach, half) * 2.0;
        let stroke = Rect::from_center_size(cell.center(), stroke);
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
