//! The plot itself: lines, bands and markers, and what a hand can do with it.

use egui::{Key as Button, RichText, Role, Sense, Ui, Vec2, WidgetInfo};
use egui_plot::{
    AxisHints, FilledArea, HoverPosition, Line, LineStyle, Plot, PlotBounds, PlotPoint, PlotPoints,
    PlotUi, Points, Text, VLine,
};

use super::legend::{self, Look};
use super::run_points::RunPoints;
use super::{Curves, Input, Reply, axes, hover};
use crate::app::layout_class::is_touched;
use crate::app::{focus, touch};
use crate::numbers::grouped;
use crate::train::history::{Axis, History};
use crate::train::plot::axes::roomy;
use crate::train::plot::palette::BAND;

/// More markers than these would hide the line.
const MOST_MARKERS: usize = 100;

/// The part that is seen, where the reader chose it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Zoom {
    pub x: Option<(f64, f64)>,
    pub y: Option<(f64, f64)>,
}

impl Zoom {
    pub fn is_set(&self) -> bool {
        *self != Self::default()
    }
}

/// The whole of an axis, with some room at either end.
pub(super) fn extent(runs: &[&History], axis: Axis) -> Option<(f64, f64)> {
    let extents = runs.iter().filter_map(|run| run.extent(axis));
    let whole = extents.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))?;
    Some(roomy(whole, 0.02))
}

impl Curves {
    pub(super) fn plot_ui(
        &mut self,
        ui: &mut Ui,
        input: &Input<'_>,
        x: (f64, f64),
    ) -> Option<Reply> {
        let drawn = self.drawn.iter().filter_map(|drawn| drawn.extent);
        let whole = drawn.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)));
        let y = self
            .zoom
            .y
            .unwrap_or(roomy(whole.unwrap_or((0.0, 1.0)), 0.05));
        let seen = PlotBounds::from_min_max([x.0, y.0], [x.1, y.1]);
        let margin = egui::Margin {
            // egui_plot lets the axis' name stand out by a quarter of its height.
            left: 6,
            // Half of the last mark's label.
            right: 10,
            ..egui::Margin::ZERO
        };
        let grid = ui.visuals().text_color().gamma_multiply(0.35);
        let plot = self.plot(input).grid_color(grid);
        // A finger scrolls the pane where there is nothing to move in the plot.
        let is_still = is_touched(ui.ctx()) && !self.zoom.is_set();
        let plot = match is_still {
            true => plot
                .sense(Sense::click())
                .allow_drag(false)
                .allow_axis_zoom_drag(false),
            false => plot,
        };
        let shown = egui::Frame::NONE.inner_margin(margin).show(ui, |ui| {
            plot.show(ui, |plot| {
                plot.set_plot_bounds(seen);
                scroll(plot);
                self.add_items(plot, input, y);
            })
        });
        let shown = shown.inner;
        let response = shown.response;
        let description = || hover::description(input, self.quantity, self.axis);
        response.widget_info(|| WidgetInfo::labeled(Role::GraphicsObject, true, description()));

        let found = *shown.transform.bounds();
        let chosen = |axis: usize| {
            let (low, high) = (found.min()[axis], found.max()[axis]);
            // Rounding is no choice.
            let least = 1e-9 * (seen.max()[axis] - seen.min()[axis]);
            let moved = (low - seen.min()[axis]).abs() + (high - seen.max()[axis]).abs();
            (moved > least).then_some((low, high))
        };
        self.zoom.x = chosen(0).or(self.zoom.x);
        self.zoom.y = chosen(1).or(self.zoom.y);
        if response.double_clicked() {
            self.zoom = Zoom::default();
        }
        if focus::takes_arrows(ui, &response, false) {
            self.keys(ui, x);
        }
        if response.clicked() {
            touch::stay(ui.ctx());
        }
        let pointer = response
            .interact_pointer_pos()
            .filter(|_| response.clicked());
        let place = pointer.map(|pointer| shown.transform.value_from_position(pointer).x);
        let step = place.and_then(|x| {
            let history = input.history;
            history.nearest(self.quantity.series(), self.axis, x, 1)
        });
        step.map(|found| Reply::Mark(found.step))
    }

    fn plot<'a>(&self, input: &'a Input<'a>) -> Plot<'a> {
        let (axis, quantity, window) = (self.axis, self.quantity, self.window as usize);
        let x_axis = AxisHints::new_x()
            .label(axis.label())
            .label_spacing(axes::X_LABELS)
            .formatter(move |mark, _| axes::x_text(axis, mark));
        let mut y_axis = AxisHints::new_y()
            .label(quantity.axis_label())
            .label_spacing(axes::Y_LABELS);
        let mut plot = Plot::new("curves")
            .allow_scroll(false)
            .allow_double_click_reset(false)
            .x_grid_spacer(move |input| axes::x_marks(axis, input))
            .label_formatter(move |position| match position {
                HoverPosition::Elsewhere { position } => {
                    let text = hover::text(input, quantity, axis, window, position.x);
                    (!text.is_empty()).then_some(text)
                }
                HoverPosition::NearDataPoint { .. } => None,
            });
        if self.is_logarithmic {
            plot = plot.y_grid_spacer(axes::log_marks);
            y_axis = y_axis.formatter(axes::log_text);
        } else {
            plot = plot.y_grid_spacer(axes::y_marks);
            y_axis = y_axis.formatter(|mark, _| axes::number(mark.value, mark.step_size));
        }
        plot.custom_x_axes(vec![x_axis]).custom_y_axes(vec![y_axis])
    }

    /// Earlier runs first, so that the run under way lies on top.
    fn add_items<'a>(&'a self, plot: &mut PlotUi<'a>, input: &Input<'a>, y: (f64, f64)) {
        let shown = input.earlier.iter().filter(|run| run.shown);
        let is_dark = plot.ctx().global_style().visuals.dark_mode;
        for (run, drawn) in shown.zip(self.drawn.iter().skip(1)) {
            add_run(plot, drawn, legend::look(run.look).on(is_dark), false);
        }
        if let Some(drawn) = self.drawn.first() {
            add_run(plot, drawn, legend::CURRENT.on(is_dark), true);
        }
        let marked = input.marked_step;
        let place =
            marked.and_then(|step| Some((step, input.history.place_of_step(step, self.axis)?)));
        if let Some((step, x)) = place {
            let colour = plot.ctx().global_style().visuals.text_color();
            let line = VLine::new("", x).color(colour).width(1.0);
            plot.vline(
                line.style(LineStyle::Dotted { spacing: 4.0 })
                    .allow_hover(false),
            );
            let text = RichText::new(format!(" step {}", grouped(step))).size(12.0);
            let label = Text::new("", PlotPoint::new(x, y.1), text);
            plot.text(
                label
                    .color(colour)
                    .anchor(egui::Align2::LEFT_TOP)
                    .allow_hover(false),
            );
        }
    }

    /// With the keyboard: arrows move the part that is seen, + and − zoom, Home shows all.
    fn keys(&mut self, ui: &Ui, (left, right): (f64, f64)) {
        let is_pressed = |key: Button| ui.input(|input| input.key_pressed(key));
        let (width, middle) = (right - left, (left + right) / 2.0);
        let around = |half: f64| Some((middle - half, middle + half));
        if is_pressed(Button::Home) {
            self.zoom = Zoom::default();
        } else if is_pressed(Button::ArrowLeft) {
            self.zoom.x = Some((left - 0.1 * width, right - 0.1 * width));
        } else if is_pressed(Button::ArrowRight) {
            self.zoom.x = Some((left + 0.1 * width, right + 0.1 * width));
        } else if is_pressed(Button::Plus) || is_pressed(Button::Equals) {
            self.zoom.x = around(0.4 * width);
        } else if is_pressed(Button::Minus) {
            self.zoom.x = around(0.625 * width);
        }
    }
}

/// A wheel zooms along the horizontal axis, or moves along it.
fn scroll(plot: &mut PlotUi<'_>) {
    if !plot.response().hovered() {
        return;
    }
    let delta = plot.ctx().input(|input| input.smooth_scroll_delta());
    if delta.y != 0.0 {
        plot.zoom_bounds_around_hovered(Vec2::new((delta.y / 200.0).exp(), 1.0));
    }
    if delta.x != 0.0 {
        let x = -f64::from(delta.x) * plot.transform().dvalue_dpos()[0];
        plot.translate_bounds(Vec2::new(x as f32, 0.0));
    }
}

fn add_run<'a>(plot: &mut PlotUi<'a>, drawn: &'a RunPoints, look: Look, has_band: bool) {
    if has_band && !drawn.band_x.is_empty() {
        let (x, low, high) = (&drawn.band_x, &drawn.band_low, &drawn.band_high);
        let band = FilledArea::new("", x, low, high).allow_hover(false);
        plot.add(band.fill_color(look.training.gamma_multiply(BAND)));
    }
    let line = |points: &'a [PlotPoint], colour| {
        let line = Line::new("", PlotPoints::Borrowed(points)).color(colour);
        line.width(1.8)
            .allow_band(false)
            .style(look.dashes)
            .allow_hover(false)
    };
    plot.line(line(&drawn.line, look.training));
    plot.line(line(&drawn.test, look.test));
    if drawn.test.len() <= MOST_MARKERS {
        let placed = drawn.test.iter().filter(|point| point.y.is_finite());
        let markers: Vec<PlotPoint> = placed.copied().collect();
        let markers = Points::new("", PlotPoints::Owned(markers)).color(look.test);
        plot.points(markers.radius(3.5).shape(look.marker).allow_hover(false));
    }
}
