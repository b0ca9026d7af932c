//! A view of two parts: beside each other where there is room, else one below the other.

use egui::Ui;

/// Points between two parts beside each other.
const GAP: f32 = 16.0;

/// Draws both parts of a view; beside each other from `wide` points on.
pub fn halves<T>(
    ui: &mut Ui,
    wide: f32,
    view: &mut T,
    first: impl FnOnce(&mut T, &mut Ui),
    second: impl FnOnce(&mut T, &mut Ui),
) {
    if ui.available_width() < wide {
        first(view, ui);
        ui.separator();
        second(view, ui);
        return;
    }
    let half = (ui.available_width() - GAP) / 2.0;
    ui.horizontal_top(|ui| {
        ui.vertical(|ui| {
            ui.set_width(half);
            first(view, ui);
        });
        ui.add_space(GAP / 2.0);
        ui.vertical(|ui| {
            ui.set_width(half);
            second(view, ui);
        });
    });
}
