//! Painted signs: the fonts at hand do not have them.

use egui::{Button, Painter, Pos2, Rect, Response, Stroke, Ui, Vec2, vec2};

use super::theme::SERIES;

/// A button with a picture in place of a text. `name` is what a screen reader says, and the tooltip.
pub fn picture_button(ui: &mut Ui, name: &str, picture: fn(&Painter, Rect, Stroke)) -> Response {
    let size = Vec2::splat(ui.spacing().interact_size.y);
    let button = ui.add(Button::new("").min_size(size));
    let stroke = ui.style().interact(&button).fg_stroke;
    picture(ui.painter(), button.rect, stroke);
    button.accessible_name(name).on_hover_text(name)
}

/// A triangle that points down: here is a menu.
pub fn menu(painter: &Painter, place: Rect, stroke: Stroke) {
    let triangle = Rect::from_center_size(place.center(), vec2(9.0, 6.0));
    let corners = vec![
        triangle.left_top(),
        triangle.right_top(),
        triangle.center_bottom(),
    ];
    let filled = egui::Shape::convex_polygon(corners, stroke.color, Stroke::NONE);
    painter.add(filled);
}

/// The face of a die: something drawn by chance.
pub fn die(painter: &Painter, place: Rect, stroke: Stroke) {
    let side = 0.62 * place.height();
    let face = Rect::from_center_size(place.center(), Vec2::splat(side));
    painter.rect_stroke(face, 2.0, stroke, egui::StrokeKind::Middle);
    for (x, y) in [
        (-1.0, -1.0),
        (1.0, -1.0),
        (0.0, 0.0),
        (-1.0, 1.0),
        (1.0, 1.0),
    ] {
        let pip = face.center() + vec2(x, y) * 0.26 * side;
        painter.circle_filled(pip, 0.09 * side, stroke.color);
    }
}

/// A tick where something is right, a cross where it is wrong, in colours that go with them.
pub fn tick_or_cross(painter: &Painter, centre: Pos2, is_right: bool) {
    let (lines, colour) = match is_right {
        true => (
            [[(-4.0, 0.0), (-1.0, 3.0)], [(-1.0, 3.0), (4.0, -4.0)]],
            SERIES[2],
        ),
        false => (
            [[(-3.5, -3.5), (3.5, 3.5)], [(-3.5, 3.5), (3.5, -3.5)]],
            SERIES[3],
        ),
    };
    for line in lines {
        let ends = line.map(|(x, y)| centre + vec2(x, y));
        painter.line_segment(ends, Stroke::new(1.8, colour));
    }
}
