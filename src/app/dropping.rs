//! What is drawn while something is dragged over the window.

use egui::{Align2, Area, Context, Frame, Id, Order, RichText, Stroke};

const WHAT: &str = "A folder of images or CIFAR's .tar.gz becomes the data of the next run; the folder \
                    of a run is opened; from the file of a network (.safetensors, .pt, .pth) the next run begins; the .toml file of an \
                    experiment is shown.";

/// Says what can be dropped, as long as something is held over the window.
pub fn ui(ctx: &Context) {
    if ctx.input(|input| input.raw.hovered_files.is_empty()) {
        return;
    }
    let style = ctx.global_style();
    let stroke = Stroke::new(3.0, style.visuals.selection.bg_fill);
    let rect = ctx.content_rect();
    let layer = egui::LayerId::new(Order::Foreground, Id::unique("what hovers"));
    let painter = ctx.layer_painter(layer);
    painter.rect_filled(rect, 0.0, style.visuals.panel_fill.gamma_multiply(0.8));
    let inner = rect.shrink(6.0);
    painter.rect_stroke(inner, 6.0, stroke, egui::StrokeKind::Inside);
    Area::new(Id::unique("what can be dropped"))
        .order(Order::Tooltip)
        .anchor(Align2::CENTER_CENTER, egui::Vec2::ZERO)
        .interactable(false)
        .show(ctx, |ui| {
            Frame::window(&style).show(ui, |ui| {
                ui.set_width(360.0_f32.min(rect.width() - 60.0));
                ui.vertical_centered(|ui| {
                    ui.label(RichText::new("Drop it here").heading());
                    ui.label(WHAT);
                });
            });
        });
}
