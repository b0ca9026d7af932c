//! The share of channels with |γ| below the threshold, over the course of a run.
//!
//! Above, lines: all layers together, and the picked one. Below, `picture`: every layer, a row each,
//! against the same steps.

mod picture;

use eframe::Storage;
use egui::{Color32, Key, PointerButton, Rect, Response, Role, Sense, Stroke, Ui, Vec2};
use egui_plot::{
    AxisHints, Line, LineStyle, PlotBounds, PlotPoint, PlotPoints, PlotTransform, VLine,
};
use serde::{Deserialize, Serialize};

use crate::app::action::Action;
use crate::app::channels::Pick;
use crate::app::channels::norm_history::NormHistory;
use crate::app::channels::still_plot::{NUMBERS_WIDTH, still_plot};
use crate::app::curves::axes;
use crate::app::shared::Shared;
use crate::app::theme;
use crate::app::view::{Place, View, recall};
use crate::app::{focus, touch};
use crate::numbers::{grouped, percent, rounded};
use crate::train::history::Axis;
use picture::Picture;

/// The name that the view is kept under.
const KEPT: &str = "share";

/// What a reader asks for in the view of shares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShareReply {
    /// Show γ as they were after a step, of which there is a snapshot.
    Step(u64),
    /// Pick a layer, and show γ as they were after a step.
    Layer {
        /// The layer, by its place in the network.
        layer: usize,
        /// The step.
        step: u64,
    },
}

/// The view, and how the reader wants it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default)]
pub struct Share {
    /// Whether every layer is shown, below the lines.
    pub shows_layers: bool,
    #[serde(skip)]
    lines: Lines,
    #[serde(skip)]
    picture: Picture,
}

impl Default for Share {
    fn default() -> Self {
        Self {
            shows_layers: true,
            lines: Lines::default(),
            picture: Picture::default(),
        }
    }
}

/// The lines' points, and of what they are.
#[derive(Clone, Debug, Default)]
struct Lines {
    of: Option<(u64, Option<usize>)>,
    all: Vec<PlotPoint>,
    layer: Vec<PlotPoint>,
    highest: f64,
}

impl Lines {
    fn update(&mut self, history: &NormHistory, layer: Option<usize>) {
        let of = Some((history.revision(), layer));
        if self.of == of {
            return;
        }
        self.of = of;
        self.all.clear();
        self.layer.clear();
        for snapshot in history.snapshots() {
            let step = snapshot.step as f64;
            self.all.push(PlotPoint::new(step, history.share(snapshot)));
            if let Some(layer) = layer {
                let share = history.layer_share(snapshot, layer);
                self.layer.push(PlotPoint::new(step, share));
            }
        }
        let all = self.all.iter().chain(&self.layer);
        self.highest = all.map(|point| point.y).fold(0.0, f64::max);
    }

    /// The share that the axis ends with: steady, and not far above the lines.
    fn top(&self) -> f64 {
        let tops = [0.05, 0.1, 0.25, 0.5, 1.0];
        let fit = tops.into_iter().find(|top| self.highest * 1.02 <= *top);
        fit.unwrap_or(1.0)
    }
}

impl Share {
    /// The points drawn last, step and share: of all layers, and of the picked one.
    pub fn drawn_lines(&self) -> (&[PlotPoint], &[PlotPoint]) {
        (&self.lines.all, &self.lines.layer)
    }

    /// Draws it, with `marked` the step whose γ are shown elsewhere, and gives what the reader asks
    /// for.
    pub fn ui(
        &mut self,
        ui: &mut Ui,
        history: &NormHistory,
        picked_layer: Option<usize>,
        marked: Option<u64>,
    ) -> Option<ShareReply> {
        let [first, .., last] = history.snapshots() else {
            ui.weak(
                "From the second report of γ on, this shows how many channels have |γ| below the \
                 threshold.",
            );
            return None;
        };
        let layer = picked_layer.filter(|&layer| layer < history.layers().len());
        self.lines.update(history, layer);
        self.header_ui(ui, history, layer, marked);
        let room = ui.available_size();
        let share = if self.shows_layers { 0.45 } else { 1.0 };
        let size = Vec2::new(room.x, (room.y * share).max(70.0));
        let steps = (first.step as f64, last.step as f64);
        let (transform, clicked) = self.lines_ui(ui, history, layer, marked, steps, size);
        if !self.shows_layers {
            return clicked;
        }
        clicked.or_else(|| self.picture_ui(ui, history, layer, marked, &transform))
    }

    fn header_ui(
        &mut self,
        ui: &mut Ui,
        history: &NormHistory,
        layer: Option<usize>,
        marked: Option<u64>,
    ) {
        let Some(snapshot) = marked.and_then(|step| history.at(step)).or(history.last()) else {
            return;
        };
        ui.horizontal_wrapped(|ui| {
            ui.style_mut().wrap_mode = Some(egui::TextWrapMode::Extend);
            ui.label(format!(
                "|γ| < {} after step {}:",
                rounded(history.threshold()),
                grouped(snapshot.step)
            ));
            sample_ui(ui, all_stroke(ui), false);
            ui.label(format!("all layers {}", percent(history.share(snapshot))));
            if let Some(layer) = layer {
                sample_ui(ui, layer_stroke(), true);
                let share = percent(history.layer_share(snapshot, layer));
                ui.label(format!("{} {share}", history.layers().name(layer)));
            }
            ui.separator();
            ui.checkbox(&mut self.shows_layers, "Every layer")
                .on_hover_text(
                    "Show every layer against the steps: bright is all on, dark is all off",
                );
            if self.shows_layers {
                strip_ui(ui);
            }
        });
    }

    fn lines_ui(
        &self,
        ui: &mut Ui,
        history: &NormHistory,
        layer: Option<usize>,
        marked: Option<u64>,
        steps: (f64, f64),
        size: Vec2,
    ) -> (PlotTransform, Option<ShareReply>) {
        let bounds = PlotBounds::from_min_max([steps.0, 0.0], [steps.1, self.lines.top()]);
        let (thick, thin) = (all_stroke(ui), layer_stroke());
        let mark = Stroke::new(1.0, ui.visuals().strong_text_color());
        let lines = &self.lines;
        let plot = still_plot("share", size)
            .show_grid([false, true])
            .x_grid_spacer(|input| axes::x_marks(Axis::Step, input))
            .y_grid_spacer(axes::y_marks)
            .custom_y_axes(vec![
                AxisHints::new_y()
                    .label_spacing(axes::Y_LABELS)
                    .min_thickness(NUMBERS_WIDTH)
                    .formatter(|mark, _| {
                        let [value, apart] =
                            [mark.value, mark.step_size].map(|share| 100.0 * share);
                        format!("{} %", axes::number(value, apart))
                    }),
            ])
            .custom_x_axes(vec![
                AxisHints::new_x()
                    .label("step")
                    .label_spacing(axes::X_LABELS)
                    .formatter(|mark, _| axes::x_text(Axis::Step, mark)),
            ])
            .show(ui, |plot| {
                plot.set_plot_bounds(bounds);
                if layer.is_some() {
                    let points = PlotPoints::Borrowed(&lines.layer);
                    let line = Line::new("layer", points).stroke(thin);
                    plot.line(line.style(LineStyle::dashed_dense()).allow_hover(false));
                }
                let points = PlotPoints::Borrowed(&lines.all);
                plot.line(Line::new("all", points).stroke(thick).allow_hover(false));
                if let Some(step) = marked {
                    let line = VLine::new("shown", step as f64).stroke(mark);
                    plot.vline(line.allow_hover(false));
                }
            });
        let (response, transform) = (plot.response, plot.transform);
        focus::frame(ui, &response, *transform.frame());
        response.widget_info(|| {
            let text = summary(history, layer, marked);
            egui::WidgetInfo::labeled(Role::Canvas, true, format!("Over the run: {text}"))
        });
        let under = |x: f32| {
            let step = transform.value_from_position(egui::pos2(x, 0.0)).x;
            history.at(step.max(steps.0).round() as u64)
        };
        if let Some(snapshot) = response.hover_pos().and_then(|at| under(at.x)) {
            let tip = response.clone();
            tip.on_hover_ui_at_pointer(|ui| {
                ui.strong(format!("step {}", grouped(snapshot.step)));
                ui.label(format!("all layers: {}", percent(history.share(snapshot))));
                if let Some(layer) = layer {
                    let share = percent(history.layer_share(snapshot, layer));
                    ui.label(format!("{}: {share}", history.layers().name(layer)));
                }
                ui.weak("Click: show γ as they were then. Arrow keys: step through the snapshots.");
            });
        }
        if response.clicked_by(PointerButton::Primary) {
            response.request_focus();
            touch::stay(ui.ctx());
            let snapshot = response.interact_pointer_pos().and_then(|at| under(at.x));
            return (transform, snapshot.map(|s| ShareReply::Step(s.step)));
        }
        let (across, _) = arrows(ui, &response, false);
        let to = stepped(history, marked, across);
        (transform, to.map(ShareReply::Step))
    }

    fn picture_ui(
        &mut self,
        ui: &mut Ui,
        history: &NormHistory,
        layer: Option<usize>,
        marked: Option<u64>,
        transform: &PlotTransform,
    ) -> Option<ShareReply> {
        let height = (ui.available_height() - 4.0).max(40.0);
        let size = Vec2::new(ui.available_width(), height);
        let (whole, _) = ui.allocate_exact_size(size, Sense::hover());
        let rect = Rect::from_x_y_ranges(transform.frame().x_range(), whole.y_range());
        let response = ui.interact(rect, ui.scope_id().with("layers"), Sense::click());
        self.picture.paint(ui, history, rect);
        let layers = history.layers();
        let row = rect.height() / layers.len() as f32;
        let strong = ui.visuals().strong_text_color();
        if let Some(layer) = layer {
            let top = rect.top() + layer as f32 * row;
            let picked = Rect::from_x_y_ranges(rect.x_range(), top..=top + row.max(1.0));
            let kind = egui::StrokeKind::Outside;
            ui.painter()
                .rect_stroke(picked, 0.0, Stroke::new(1.0, strong), kind);
        }
        if let Some(step) = marked {
            let x = transform.position_from_point_x(step as f64);
            let pen = |width, color| Stroke::new(width, color);
            ui.painter()
                .vline(x, rect.y_range(), pen(3.0, Color32::BLACK));
            ui.painter()
                .vline(x, rect.y_range(), pen(1.0, Color32::WHITE));
        }
        paint_ends(ui, whole, rect, layers.len());
        focus::frame(ui, &response, rect);
        response.widget_info(|| {
            let text = summary(history, layer, marked);
            egui::WidgetInfo::labeled(Role::Canvas, true, format!("Every layer: {text}"))
        });
        let under = |at: egui::Pos2| {
            let layer = ((at.y - rect.top()) / row).max(0.0) as usize;
            let step = transform.value_from_position(at).x.max(0.0).round() as u64;
            let snapshot = history.at(step).or(history.snapshots().first())?;
            Some((layer.min(layers.len() - 1), snapshot))
        };
        if let Some((layer, snapshot)) = response.hover_pos().and_then(under) {
            let tip = response.clone();
            tip.on_hover_ui_at_pointer(|ui| {
                ui.strong(format!(
                    "{}, step {}",
                    layers.name(layer),
                    grouped(snapshot.step)
                ));
                let (below, of) = (snapshot.below()[layer], layers.range(layer).len());
                let share = percent(history.layer_share(snapshot, layer));
                ui.label(format!(
                    "{share}: {below} of {of} channels have |γ| below the threshold."
                ));
                ui.weak("Click: pick this layer, and show γ as they were then.");
            });
        }
        if response.clicked_by(PointerButton::Primary) {
            response.request_focus();
            touch::stay(ui.ctx());
            let (layer, snapshot) = response.interact_pointer_pos().and_then(under)?;
            let step = snapshot.step;
            return Some(ShareReply::Layer { layer, step });
        }
        let (across, down) = arrows(ui, &response, true);
        if down != 0 {
            let to = layer.map_or(0, |layer| layer.saturating_add_signed(down));
            let step = marked.or(history.last().map(|last| last.step))?;
            let layer = to.min(layers.len() - 1);
            return Some(ShareReply::Layer { layer, step });
        }
        stepped(history, marked, across).map(ShareReply::Step)
    }
}

impl View for Share {
    fn title(&self) -> &'static str {
        "Share off"
    }

    fn icon(&self) -> &'static str {
        "◑"
    }

    fn help(&self) -> &'static str {
        "The share of channels that are off, over the course of the run"
    }

    fn place(&self) -> Place {
        Place::Course
    }

    fn draw(&mut self, ui: &mut Ui, shared: &mut Shared) -> Option<Action> {
        let Some(run) = &shared.run else {
            ui.label("Start or open a run: the share of channels that are switched off is drawn here over its course.");
            return None;
        };
        let (step, layer) = (shared.scrub.step(), shared.picked.map(|pick| pick.layer));
        match self.ui(ui, &run.norms, layer, step)? {
            ShareReply::Step(step) => shared.scrub.go(Some(step)),
            ShareReply::Layer { layer, step } => {
                shared.scrub.go(Some(step));
                let channel = None;
                shared.pick(Pick { layer, channel });
            }
        }
        None
    }

    fn keep(&self, storage: &mut dyn Storage) {
        eframe::set_value(storage, KEPT, self);
    }

    fn recall(&mut self, storage: &dyn Storage) {
        recall(storage, KEPT, self);
    }
}

fn all_stroke(ui: &Ui) -> Stroke {
    Stroke::new(3.0, ui.visuals().strong_text_color())
}

fn layer_stroke() -> Stroke {
    Stroke::new(1.5, theme::SERIES[3])
}

/// A short piece of a line, as in a legend.
fn sample_ui(ui: &mut Ui, stroke: Stroke, dashed: bool) {
    let height = ui.text_style_height(&egui::TextStyle::Body);
    let (rect, _) = ui.allocate_exact_size(Vec2::new(22.0, height), Sense::hover());
    let ends = [rect.left_center(), rect.right_center()];
    if dashed {
        let shapes = egui::Shape::dashed_line(&ends, stroke, 5.0, 3.0);
        ui.painter().extend(shapes);
    } else {
        ui.painter().line_segment(ends, stroke);
    }
}

/// Which colour is which share.
fn strip_ui(ui: &mut Ui) {
    const STRIP: f32 = 64.0;
    let font = egui::TextStyle::Body.resolve(ui.style());
    let color = ui.visuals().text_color();
    let text = ui
        .painter()
        .layout_no_wrap("0–100 %".to_owned(), font, color);
    // In one piece: the numbers stay beside the colours where the row breaks.
    let size = Vec2::new(STRIP + 6.0 + text.size().x, text.size().y);
    let (whole, response) = ui.allocate_exact_size(size, Sense::hover());
    let rect = whole.with_max_x(whole.left() + STRIP);
    let name = "Colours of shares: bright is 0 %, dark is 100 %";
    response.widget_info(|| egui::WidgetInfo::labeled(Role::Image, true, name));
    let strip = theme::heat_strip(rect.shrink2(Vec2::new(0.0, 2.0)), 1.0, 0.0);
    ui.painter().add(egui::Shape::mesh(strip));
    let beside = rect.right_top() + Vec2::new(6.0, 0.0);
    ui.painter().galley(beside, text, color);
    response.on_hover_text(name);
}

/// The numbers of the first and the last layer, left of the picture.
fn paint_ends(ui: &Ui, whole: Rect, rect: Rect, count: usize) {
    let font = egui::TextStyle::Small.resolve(ui.style());
    let color = ui.visuals().weak_text_color();
    let painter = ui.painter().with_clip_rect(whole);
    let put = |y: f32, align: egui::Align2, text: String| {
        let at = egui::pos2(rect.left() - 5.0, y);
        painter.text(at, align, text, font.clone(), color);
    };
    put(rect.top(), egui::Align2::RIGHT_TOP, "layer 1".to_owned());
    if count > 1 {
        put(
            rect.bottom(),
            egui::Align2::RIGHT_BOTTOM,
            format!("layer {count}"),
        );
    }
}

/// What a screen reader says of the view.
fn summary(history: &NormHistory, layer: Option<usize>, marked: Option<u64>) -> String {
    let Some(snapshot) = marked.and_then(|step| history.at(step)).or(history.last()) else {
        return String::new();
    };
    let of_layer = layer.map(|layer| {
        let share = percent(history.layer_share(snapshot, layer));
        format!(", of {} {share}", history.layers().name(layer))
    });
    format!(
        "share of channels with |γ| below the threshold after step {}: of all layers {}{}",
        grouped(snapshot.step),
        percent(history.share(snapshot)),
        of_layer.unwrap_or_default(),
    )
}

/// How far arrow keys go: across, and down where that is asked for.
fn arrows(ui: &Ui, response: &Response, vertical: bool) -> (isize, isize) {
    if !focus::takes_arrows(ui, response, vertical) {
        return (0, 0);
    }
    let pressed = |key| ui.input(|input| input.num_presses(key)) as isize;
    let across = pressed(Key::ArrowRight) - pressed(Key::ArrowLeft);
    let down = pressed(Key::ArrowDown) - pressed(Key::ArrowUp);
    (across, if vertical { down } else { 0 })
}

/// The step of the snapshot so many after the one shown.
fn stepped(history: &NormHistory, marked: Option<u64>, by: isize) -> Option<u64> {
    if by == 0 {
        return None;
    }
    let last = history.snapshots().len().checked_sub(1)?;
    let place = marked.map_or(last, |step| history.place_at(step).unwrap_or(0));
    let to = place.saturating_add_signed(by).min(last);
    Some(history.snapshots()[to].step)
}
