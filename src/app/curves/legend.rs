//! Which line is whose: colours, dashes and markers, and the rows that explain them.

use egui::{Color32, Pos2, Rect, Role, ScrollArea, Sense, Shape, Stroke, Ui, WidgetInfo, vec2};
use egui_plot::{LineStyle, MarkerShape};

use super::earlier::LOOKS;
use super::{Input, Quantity, Reply};
use crate::app::layout_class::{is_for_touch, small_button};
use crate::app::theme::SERIES;

/// How the lines of a run look. Runs differ by dashes and markers too, for those who cannot tell the
/// colours apart.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Look {
    pub training: Color32,
    pub test: Color32,
    pub dashes: LineStyle,
    pub marker: MarkerShape,
}

/// The run under way.
pub(super) const CURRENT: Look = Look {
    training: SERIES[0],
    test: SERIES[3],
    dashes: LineStyle::Solid,
    marker: MarkerShape::Circle,
};

/// Room for what stands in a row beside a run's name: check box, swatches, button.
const BESIDE_NAME: f32 = 120.0;
/// The same where they are for touch.
const BESIDE_LARGER: f32 = 150.0;

/// Length of a piece of a line, in points.
const LINE: f32 = 26.0;

const EARLIER: [Look; LOOKS] = [
    earlier(2, LineStyle::Dashed { length: 12.0 }, MarkerShape::Square),
    earlier(1, LineStyle::Dashed { length: 6.0 }, MarkerShape::Diamond),
    earlier(5, LineStyle::Dashed { length: 20.0 }, MarkerShape::Up),
    earlier(4, LineStyle::Dotted { spacing: 6.0 }, MarkerShape::Cross),
    earlier(1, LineStyle::Dashed { length: 20.0 }, MarkerShape::Down),
    earlier(2, LineStyle::Dotted { spacing: 6.0 }, MarkerShape::Plus),
    earlier(4, LineStyle::Dashed { length: 12.0 }, MarkerShape::Left),
    earlier(5, LineStyle::Dashed { length: 6.0 }, MarkerShape::Right),
];

const fn earlier(colour: usize, dashes: LineStyle, marker: MarkerShape) -> Look {
    Look {
        training: SERIES[colour],
        test: SERIES[colour],
        dashes,
        marker,
    }
}

impl Look {
    /// Lighter where the background is dark.
    pub fn on(mut self, is_dark: bool) -> Self {
        if is_dark {
            self.training = self.training.lerp_to_gamma(Color32::WHITE, 0.3);
            self.test = self.test.lerp_to_gamma(Color32::WHITE, 0.15);
        }
        self
    }
}

/// The look of an earlier run, by its number.
pub(super) fn look(number: usize) -> Look {
    EARLIER[number % LOOKS]
}

/// What stands above the plot: it leaves the plot half of the pane's height, and scrolls where it has more to
/// say, at large letters or with many runs.
pub(super) fn in_half<R>(ui: &mut Ui, content: impl FnOnce(&mut Ui) -> R) -> R {
    /// Height of the numbers and the name below a plot, in points.
    const BELOW: f32 = 44.0;
    let room = 0.5 * ui.available_height() - ui.spacing().item_spacing.y - BELOW;
    ScrollArea::vertical()
        .id_salt("above the plot")
        .max_height(room.max(ui.spacing().interact_size.y))
        .min_scrolled_height(0.0)
        .auto_shrink([false, true])
        .show(ui, content)
        .inner
}

/// The lines of the run under way, then the earlier runs. What the reader asks for, if anything.
pub(super) fn ui(ui: &mut Ui, input: &Input<'_>, quantity: Quantity) -> Option<Reply> {
    let runs = input.earlier;
    let mut reply = None;
    let has_test = quantity.test_series().is_some();
    if !input.history.is_empty() {
        let look = CURRENT.on(ui.visuals().dark_mode);
        if !runs.is_empty() {
            ui.strong(short(input.name, ui.max_rect().width()))
                .on_hover_text(input.name);
        }
        let name = if has_test {
            "training"
        } else {
            quantity.label()
        };
        together(ui, name, LINE + ui.spacing().item_spacing.x, |ui| {
            swatch(ui, look.training, Some(look.dashes), None);
            ui.label(name);
        });
        if has_test {
            together(ui, "test", LINE + ui.spacing().item_spacing.x, |ui| {
                swatch(ui, look.test, Some(look.dashes), Some(look.marker));
                ui.label("test");
            });
        }
    }
    for (at, run) in runs.iter().enumerate() {
        let beside = match is_for_touch(ui) {
            true => BESIDE_LARGER,
            false => BESIDE_NAME,
        };
        let text = short(&run.name, ui.max_rect().width() - beside);
        together(ui, &text.clone(), beside, |ui| {
            let mut shown = run.shown;
            let tip = format!("Draw {} behind the run under way", run.name);
            if ui.checkbox(&mut shown, text).on_hover_text(tip).changed() {
                reply = Some(Reply::Show { run: at, shown });
            }
            let look = look(run.look).on(ui.visuals().dark_mode);
            swatch(ui, look.training, Some(look.dashes), None);
            if has_test {
                swatch(ui, look.test, None, Some(look.marker));
            }
            let button = small_button(ui, "×");
            let label = format!("Remove {}", run.name);
            button
                .widget_info(|| WidgetInfo::labeled(Role::Button, ui.is_enabled(), label.clone()));
            let tip = "Take this run out of the comparison; its files stay as they are";
            if button.on_hover_text(tip).clicked() {
                reply = Some(Reply::Remove(at));
            }
        });
    }
    let compare = ui.button("Compare…");
    let tip = "Choose earlier runs to lay over this one";
    if compare.on_hover_text(tip).clicked() {
        reply = Some(Reply::Compare);
    }
    reply
}

/// Widgets that are kept together where the row breaks: `text`, and what is `beside` it, in points.
fn together(ui: &mut Ui, text: &str, beside: f32, widgets: impl FnOnce(&mut Ui)) {
    let galley = egui::WidgetText::from(text).into_galley(
        ui,
        Some(egui::TextWrapMode::Extend),
        f32::INFINITY,
        egui::TextStyle::Body,
    );
    ui.allocate_ui_with_layout(
        vec2(galley.size().x + beside, ui.spacing().interact_size.y),
        egui::Layout::left_to_right(egui::Align::Center),
        |ui| {
            ui.style_mut().wrap_mode = Some(egui::TextWrapMode::Extend);
            widgets(ui);
        },
    );
}

/// A piece of a line, as the plot draws it.
fn swatch(ui: &mut Ui, colour: Color32, line: Option<LineStyle>, marker: Option<MarkerShape>) {
    let width = if line.is_some() { LINE } else { 10.0 };
    let (rect, _) = ui.allocate_exact_size(vec2(width, 12.0), Sense::hover());
    let ends = [rect.left_center(), rect.right_center()];
    let stroke = Stroke::new(2.0, colour);
    match line {
        Some(LineStyle::Dashed { length }) => {
            // The longest dashes would fill the swatch.
            let length = length.min(9.0);
            let dashes = Shape::dashed_line(&ends, stroke, length, 0.6 * length);
            ui.painter().extend(dashes);
        }
        Some(LineStyle::Dotted { spacing }) => {
            let dots = Shape::dotted_line(&ends, colour, spacing, 1.5);
            ui.painter().extend(dots);
        }
        Some(LineStyle::Solid) => {
            ui.painter().line_segment(ends, stroke);
        }
        None => {}
    }
    if let Some(marker) = marker {
        let area = Rect::from_center_size(rect.center(), vec2(8.0, 8.0));
        ui.painter().add(marker_shape(marker, area, colour));
    }
}

fn marker_shape(marker: MarkerShape, area: Rect, colour: Color32) -> Shape {
    let (centre, radius) = (area.center(), area.width() / 2.0);
    let at = |x: f32, y: f32| Pos2::new(centre.x + x * radius, centre.y + y * radius);
    let filled = |points: Vec<Pos2>| Shape::convex_polygon(points, colour, Stroke::NONE);
    let strokes = |ends: [[Pos2; 2]; 2]| {
        let stroke = Stroke::new(1.5, colour);
        Shape::Vec(ends.map(|ends| Shape::line_segment(ends, stroke)).into())
    };
    match marker {
        MarkerShape::Circle => Shape::circle_filled(centre, radius, colour),
        MarkerShape::Square => Shape::rect_filled(area.shrink(0.5), 0.0, colour),
        MarkerShape::Diamond => filled(vec![
            at(0.0, -1.0),
            at(1.0, 0.0),
            at(0.0, 1.0),
            at(-1.0, 0.0),
        ]),
        MarkerShape::Up => filled(vec![at(0.0, -1.0), at(1.0, 0.9), at(-1.0, 0.9)]),
        MarkerShape::Down => filled(vec![at(-1.0, -0.9), at(1.0, -0.9), at(0.0, 1.0)]),
        MarkerShape::Left => filled(vec![at(-1.0, 0.0), at(0.9, -1.0), at(0.9, 1.0)]),
        MarkerShape::Right => filled(vec![at(1.0, 0.0), at(-0.9, 1.0), at(-0.9, -1.0)]),
        MarkerShape::Plus => {
            strokes([[at(-1.0, 0.0), at(1.0, 0.0)], [at(0.0, -1.0), at(0.0, 1.0)]])
        }
        MarkerShape::Cross | MarkerShape::Asterisk => strokes([
            [at(-0.8, -0.8), at(0.8, 0.8)],
            [at(-0.8, 0.8), at(0.8, -0.8)],
        ]),
    }
}

/// A name that does not fill the row, and has room in so many points.
fn short(name: &str, room: f32) -> String {
    const LETTERS: f32 = 40.0;
    /// Points of a usual letter.
    const LETTER: f32 = 8.0;
    let letters = (room / LETTER).clamp(8.0, LETTERS) as usize;
    match name.char_indices().nth(letters) {
        Some((end, _)) => format!("{}…", &name[..end]),
        None => name.to_owned(),
    }
}
