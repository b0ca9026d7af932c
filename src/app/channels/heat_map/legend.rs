//! Above the map: how it is drawn, and how to read it.

use egui::epaint::Mesh;
use egui::{Color32, DragValue, Rect, Role, Sense, Shape, Ui, Vec2, WidgetInfo};

use super::{Colours, HeatMap, Order, marks};
use crate::app::channels::Shown;
use crate::app::layout_class::{drag_speed, fold};
use crate::app::theme;
use crate::numbers::{read, rounded, signed};

/// Length of the strip of colours, in points.
const STRIP: f32 = 96.0;

impl HeatMap {
    pub(super) fn controls_ui(&mut self, ui: &mut Ui, shown: &Shown<'_>) {
        fold(ui, "Order, colours and signs", |ui| {
            self.all_controls_ui(ui, shown)
        });
    }

    fn all_controls_ui(&mut self, ui: &mut Ui, shown: &Shown<'_>) {
        ui.horizontal_wrapped(|ui| {
            ui.style_mut().wrap_mode = Some(egui::TextWrapMode::Extend);
            ui.label("Sort:");
            ui.selectable_value(&mut self.order, Order::Channel, "channel")
                .on_hover_text("Each layer's channels by their number, from 0");
            ui.selectable_value(&mut self.order, Order::Magnitude, "|γ|")
                .on_hover_text("Each layer's channels by |γ|, the largest first");
            ui.separator();
            ui.checkbox(&mut self.fills_width, "Fill the width")
                .on_hover_text("Stretch each layer's cells over the whole width; otherwise all cells are as wide");
            ui.checkbox(&mut self.all_at_once, "All layers")
                .on_hover_text("Show all layers at once where rows of one point allow it; otherwise rows have room for names, and the map scrolls");
        });
        ui.horizontal_wrapped(|ui| {
            ui.style_mut().wrap_mode = Some(egui::TextWrapMode::Extend);
            self.scale_ui(ui);
            ui.separator();
            marks_ui(ui, shown);
            let drawn = self.drawn.as_ref();
            if drawn.is_some_and(|d| d.geometry.row_height < marks::LOWEST_MARKED) {
                ui.weak("rows too low for crosses")
                    .on_hover_text("Make the map higher, or let it scroll, to see which channels are crossed: they are off");
            }
        });
    }

    /// What the colours stand for, and what can be chosen of it.
    fn scale_ui(&mut self, ui: &mut Ui) {
        ui.label("Colours:");
        ui.selectable_value(&mut self.colours, Colours::Magnitude, "size of γ")
            .on_hover_text("Bright is a large |γ|, dark a small one");
        ui.selectable_value(&mut self.colours, Colours::Change, "change since the start")
            .on_hover_text("Blue: |γ| is less than at the start of the run. Orange: it is more. Light grey: as much");
        let end = self.largest_drawn();
        match self.colours {
            Colours::Magnitude => ui.label("|γ| 0"),
            Colours::Change => ui.label(format!("|γ| {}", signed(-end))),
        };
        strip_ui(ui, self.colours, end);
        let is_ours = !self.grows && self.brightest.is_none();
        let mut chosen = end;
        if self.grows {
            ui.label(signed(end));
        } else {
            let value = DragValue::new(&mut chosen)
                .range(0.01..=100.0)
                .speed(drag_speed(ui, 0.01))
                .custom_parser(read);
            let value = ui
                .add(value)
                .accessible_name("Brightest |γ|")
                .on_hover_text("Where the scale ends; what is larger looks the same");
            if value.changed() {
                self.brightest = Some(chosen);
            }
        }
        ui.weak(self.scale_in_words());
        if !self.grows && !is_ours {
            let back = ui.button("As at the start");
            let tip = "Let the scale end at the 99th percentile of |γ| at the start again";
            if back.on_hover_text(tip).clicked() {
                self.brightest = None;
            }
        }
        ui.checkbox(&mut self.grows, "Growing scale").on_hover_text(
            "Let the scale end at the largest value shown. A channel that stays as it is then looks darker when others grow",
        );
    }

    /// Where the scale ends, and why there.
    fn scale_in_words(&self) -> &'static str {
        match (self.grows, self.brightest) {
            (true, _) => "the largest shown",
            (false, None) => "fixed: 99th percentile of |γ| at the start",
            (false, Some(_)) => "fixed by you",
        }
    }
}

fn strip_ui(ui: &mut Ui, colours: Colours, end: f32) {
    let size = Vec2::new(STRIP, ui.text_style_height(&egui::TextStyle::Body));
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    let end = signed(end);
    let name = match colours {
        Colours::Magnitude => {
            format!("Colours of |γ|: dark is 0, bright is {end} or more")
        }
        Colours::Change => format!(
            "Colours of the change of |γ| since the start: blue is less by {end} or more, orange is more by {end} or more, light grey is as at the start"
        ),
    };
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, &name));
    let rect = rect.shrink2(Vec2::new(0.0, 2.0));
    let strip = match colours {
        Colours::Magnitude => theme::heat_strip(rect, 0.0, 1.0),
        Colours::Change => theme::strip(rect, -1.0, 1.0, theme::change),
    };
    ui.painter().add(Shape::mesh(strip));
    response.on_hover_text(name);
}

fn marks_ui(ui: &mut Ui, shown: &Shown<'_>) {
    let dark = theme::heat(0.0);
    let bright = theme::heat(0.8);
    let text = format!("off: |γ| < {}", rounded(shown.threshold));
    let tip = "Crossed, or struck through where cells are small: in tests this γ counts as 0";
    mark_ui(ui, &text, tip, |mesh, cell| {
        mesh.add_colored_rect(cell, dark);
        marks::off_mark(mesh, cell, theme::contrasting(dark));
    });
    let tip = "A filled triangle: you switched this channel off";
    mark_ui(ui, "off by hand", tip, |mesh, cell| {
        mesh.add_colored_rect(cell, bright);
        marks::off_mark(mesh, cell, Color32::BLACK);
        marks::hand_mark(mesh, cell, true, bright);
    });
    let tip = "A hollow triangle: you switched this channel on, whatever the threshold";
    mark_ui(ui, "on by hand", tip, |mesh, cell| {
        mesh.add_colored_rect(cell, dark);
        marks::hand_mark(mesh, cell, false, dark);
    });
}

/// A mark and what it means, which stay on one line.
fn mark_ui(ui: &mut Ui, text: &str, tip: &str, draw: impl FnOnce(&mut Mesh, Rect)) {
    let font = egui::TextStyle::Body.resolve(ui.style());
    let color = ui.visuals().text_color();
    let galley = ui.painter().layout_no_wrap(text.to_owned(), font, color);
    let side = galley.size().y;
    let size = Vec2::new(side + 4.0 + galley.size().x, side);
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    let mut mesh = Mesh::default();
    let mark = Rect::from_min_size(rect.min, Vec2::splat(side));
    draw(&mut mesh, mark.shrink(1.0));
    ui.painter().add(Shape::mesh(mesh));
    let beside = rect.min + Vec2::new(side + 4.0, 0.0);
    ui.painter().galley(beside, galley, color);
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, text));
    response.on_hover_text(tip);
}
