//! The keyboard in what is painted by hand: which keys it takes, and how its focus shows.

use egui::{EventFilter, Rect, Response, StrokeKind, Ui};

/// Whether a widget has the keyboard's focus. If so the arrows that it moves by, left and right or
/// all four, are its own and do not move the focus on.
pub fn takes_arrows(ui: &Ui, response: &Response, vertical: bool) -> bool {
    if !response.has_focus() {
        return false;
    }
    let arrows = EventFilter {
        horizontal_arrows: true,
        vertical_arrows: vertical,
        ..EventFilter::default()
    };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, arrows));
    true
}

/// A frame around a widget that has the keyboard's focus.
pub fn frame(ui: &Ui, response: &Response, rect: Rect) {
    if response.has_focus() {
        let stroke = ui.visuals().selection.stroke;
        ui.painter()
            .rect_stroke(rect, 2.0, stroke, StrokeKind::Inside);
    }
}
