//! What was measured, as bars, as text and as a curve.

use egui::{Color32, Rect, RichText, Role, Sense, Stroke, Ui, Vec2, WidgetInfo, vec2};
use egui_plot::{
    AxisHints, HoverPosition, Line, LineStyle, MarkerShape, Plot, PlotBounds, PlotPoints, Points,
    VLine,
};

use super::results::{Curve, Measured};
use super::{Network, Pending, SwitchingOff, share_off};
use crate::app::bars::Bar;
use crate::app::curves::axes;
use crate::app::theme::SERIES;
use crate::app::touch;
use crate::numbers::{counted, grouped, percent};
use crate::study::probe::Accuracy;

/// Points between two labels of an axis from which they begin to show, and show in full.
const LABELS_ACROSS: egui::Rangef = egui::Rangef {
    min: 36.0,
    max: 50.0,
};
const LABELS_UP: egui::Rangef = egui::Rangef {
    min: 20.0,
    max: 26.0,
};
const WEAKEST: &str = "weakest |γ| off";
const RANDOM: &str = "as many at random off";

impl SwitchingOff {
    pub(super) fn figures_ui(&mut self, ui: &mut Ui, off: usize, network: &Network<'_>) {
        ui.label(RichText::new("Accuracy on test images").strong())
            .on_hover_text("The share of test images that the network classifies correctly.");
        let chance = 1.0 / f64::from(network.graph.classes().max(1));
        self.bars_ui(ui, chance);
        ui.add_space(6.0);
        self.curve_ui(ui, off, network);
    }

    fn bars_ui(&self, ui: &mut Ui, chance: f64) {
        let results = &self.results;
        let waits = results.measuring();
        let whole = results.whole.as_ref();
        let fresh = results.is_fresh(&results.whole);
        accuracy_ui(ui, "All channels on", whole, waits && !fresh, chance);
        let fresh = results.is_fresh(&results.ablated);
        let ablated = results.ablated.as_ref();
        accuracy_ui(ui, "These off", ablated, waits && !fresh, chance);

        let fresh = results.is_fresh(&results.random);
        let waits = waits && !fresh && results.compares();
        let random = results.random.as_ref();
        let note = match random {
            _ if waits => "measuring…".to_owned(),
            Some(random) => format!(
                "mean of {}, {} to {}; {}; {}",
                counted(random.value.draws as u64, "draw"),
                percent(random.value.least),
                percent(random.value.greatest),
                of_images(random.value.images, random.step),
                share_off(random.off, random.channels),
            ),
            None => "not measured yet".to_owned(),
        };
        let share = random.map(|random| random.value.mean);
        let label = "As many at random";
        Bar {
            label,
            share,
            range: random.map(|random| (random.value.least, random.value.greatest)),
            reference: Some(chance),
            colour: SERIES[1],
            faded: !fresh,
            spoken: &spoken(label, share, &note),
            ..Bar::default()
        }
        .ui(ui)
        .on_hover_text(
            "As many channels off, chosen at random, several times: the bar is the mean, the line \
             from the least to the greatest. Where the weakest channels can go and random ones \
             cannot, the network has learned which features it does not need.",
        );
        ui.weak(note);
        ui.weak(format!("The tick is chance: {}.", percent(chance)));
    }

    fn curve_ui(&mut self, ui: &mut Ui, off: usize, network: &Network<'_>) {
        let curve = &self.results.curve;
        let title = "Accuracy against the share of channels off";
        ui.label(RichText::new(title).strong()).on_hover_text(
            "From all channels on to all off: those of least |γ| first, and as many at random. \
             Of random ones the line is the mean of the draws that the bar has too, the strokes reach from the \
             least to the greatest. The dotted line is the share that is off now.",
        );
        legend_ui(ui, &mut self.whole_axis);
        let channels = network.norms.gamma.len();
        let summary = curve_summary(curve);
        plot_ui(
            ui,
            curve,
            100.0 * off as f64 / channels.max(1) as f64,
            match self.whole_axis {
                true => 100.0,
                false => top(curve),
            },
            &summary,
        );
        ui.weak(&summary);
        if !curve.off.is_empty() {
            egui::CollapsingHeader::new("The curve as numbers").show(ui, |ui| table_ui(ui, curve));
        }
        let is_asked = self.results.compares() && self.results.measuring();
        let button = ui
            .add_enabled(!is_asked, egui::Button::new("Measure the curve"))
            .on_hover_text(
                "Measure accuracy against the share switched off, and with as many off at random, \
                 of the network as it is now. Points appear one by one.",
            )
            .on_disabled_hover_text("The curve is being measured.");
        if button.clicked() {
            self.curve_once = true;
            self.pending = Some(Pending::Now);
        }
    }
}

fn accuracy_ui(
    ui: &mut Ui,
    label: &str,
    measured: Option<&Measured<Accuracy>>,
    waits: bool,
    chance: f64,
) {
    let note = match measured {
        _ if waits => "measuring…".to_owned(),
        Some(measured) => {
            let images = of_images(measured.value.images, measured.step);
            match label {
                "These off" => format!("{images}; {}", share_off(measured.off, measured.channels)),
                _ => images,
            }
        }
        None => "not measured yet".to_owned(),
    };
    let share = measured.map(|measured| measured.value.accuracy);
    Bar {
        label,
        share,
        reference: Some(chance),
        faded: waits,
        spoken: &spoken(label, share, &note),
        ..Bar::default()
    }
    .ui(ui)
    .on_hover_text(format!("{label}: {note}"));
    ui.weak(note);
}

fn of_images(images: usize, step: u64) -> String {
    let (images, step) = (grouped(images as u64), grouped(step));
    format!("{images} images, step {step}")
}

fn spoken(label: &str, share: Option<f64>, note: &str) -> String {
    match share {
        Some(share) => format!("{label}: {}, {note}", percent(share)),
        None => format!("{label}: {note}"),
    }
}

fn curve_summary(curve: &Curve) -> String {
    match curve.off.len() {
        0 => "No point yet.".to_owned(),
        points => format!(
            "{}, each of {}",
            counted(points as u64, "point"),
            of_images(curve.images, curve.step)
        ),
    }
}

/// The axes: shares in per cent, both ways.
fn curve_plot() -> Plot<'static> {
    let label = |position: &HoverPosition<'_>| match position {
        HoverPosition::NearDataPoint {
            plot_name,
            position,
            ..
        } if !plot_name.is_empty() => Some(format!(
            "{plot_name}: {:.1} % of channels off, accuracy {:.1} %",
            position.x, position.y
        )),
        _ => None,
    };
    let per_cent = |mark: egui_plot::GridMark, _: &_| format!("{:.0} %", mark.value);
    Plot::new("accuracy against the share off")
        .height(170.0)
        .allow_zoom(false)
        .allow_drag(false)
        .allow_scroll(false)
        .allow_boxed_zoom(false)
        .allow_axis_zoom_drag(false)
        .sense(Sense::click())
        .show_crosshair(false)
        .default_x_bounds(0.0, 100.0)
        .x_grid_spacer(egui_plot::uniform_grid_spacer(|_| [100.0, 20.0, 10.0]))
        .y_grid_spacer(axes::y_marks)
        .custom_x_axes(vec![
            AxisHints::new_x()
                .label("channels off")
                .label_spacing(LABELS_ACROSS)
                .formatter(per_cent),
        ])
        .custom_y_axes(vec![
            AxisHints::new_y()
                .label_spacing(LABELS_UP)
                .formatter(per_cent)
                .min_thickness(38.0),
        ])
        .label_formatter(label)
}

/// Where the vertical axis ends, in per cent, so that what is drawn fills it.
fn top(curve: &Curve) -> f64 {
    let points = curve.weakest.iter().map(|point| point.y);
    let highest = points.chain(curve.spread.iter().map(|spread| spread.1));
    let needed = 1.05 * highest.fold(0.0, f64::max);
    let tops = [10.0, 20.0, 30.0, 40.0, 50.0, 60.0, 80.0, 100.0];
    let fit = tops.into_iter().find(|top| needed > 0.0 && needed <= *top);
    fit.unwrap_or(100.0)
}

/// Which line is which, above the plot, where it covers none of them.
fn legend_ui(ui: &mut Ui, whole_axis: &mut bool) {
    ui.horizontal_wrapped(|ui| {
        for (name, colour) in [(WEAKEST, SERIES[0]), (RANDOM, SERIES[1])] {
            swatch(ui, colour, name == WEAKEST);
            ui.label(name);
        }
        ui.checkbox(whole_axis, "up to 100 %").on_hover_text(
            "Let the vertical axis end at 100 %, to compare curves; else it fits the curve.",
        );
    });
}

/// A piece of a line with its mark.
fn swatch(ui: &mut Ui, colour: Color32, is_round: bool) {
    let (rect, _) = ui.allocate_exact_size(vec2(22.0, 12.0), Sense::hover());
    let ends = [rect.left_center(), rect.right_center()];
    let painter = ui.painter();
    painter.line_segment(ends, Stroke::new(1.5, colour));
    match is_round {
        true => painter.circle_filled(rect.center(), 3.5, colour),
        false => {
            let square = Rect::from_center_size(rect.center(), Vec2::splat(6.0));
            painter.rect_filled(square, 0.0, colour)
        }
    };
}

fn plot_ui(ui: &mut Ui, curve: &Curve, share_now: f64, top: f64, summary: &str) {
    let (solid, dashed) = (LineStyle::Solid, LineStyle::dashed_dense());
    let (circle, square) = (MarkerShape::Circle, MarkerShape::Square);
    let series = [
        (WEAKEST, &curve.weakest, SERIES[0], solid, circle),
        (RANDOM, &curve.random, SERIES[1], dashed, square),
    ];
    let marker = ui.visuals().text_color();
    let shown = curve_plot().show(ui, |plot| {
        plot.set_plot_bounds(PlotBounds::from_min_max([-1.0, 0.0], [101.0, top]));
        for (point, (least, greatest)) in curve.random.iter().zip(&curve.spread) {
            let ends = vec![[point.x, *least], [point.x, *greatest]];
            let line = Line::new("", ends).color(SERIES[1]).width(1.0);
            plot.line(line.allow_hover(false));
        }
        plot.vline(
            VLine::new("off now", share_now)
                .color(marker)
                .style(LineStyle::Dotted { spacing: 4.0 }),
        );
        for (name, points, colour, style, shape) in series {
            let line = Line::new(name, PlotPoints::Borrowed(points));
            plot.line(
                line.color(colour)
                    .style(style)
                    .width(1.5)
                    .id((name, "line")),
            );
            let points = Points::new(name, PlotPoints::Borrowed(points));
            plot.points(
                points
                    .color(colour)
                    .shape(shape)
                    .radius(3.0)
                    .id((name, "points")),
            );
        }
    });
    if shown.response.clicked() {
        touch::stay(ui.ctx());
    }
    shown.response.widget_info(|| {
        let label = format!("Curve of accuracy against the share of channels off: {summary}");
        WidgetInfo::labeled(Role::Figure, true, label)
    });
}

fn table_ui(ui: &mut Ui, curve: &Curve) {
    egui::Grid::new("curve as numbers")
        .striped(true)
        .num_columns(3)
        .show(ui, |ui| {
            for heading in ["channels off", "weakest", "random"] {
                ui.label(RichText::new(heading).strong());
            }
            ui.end_row();
            for (place, off) in curve.off.iter().enumerate() {
                ui.label(grouped(*off as u64));
                ui.label(percent(curve.weakest[place].y / 100.0));
                let (least, greatest) = curve.spread[place];
                let mean = percent(curve.random[place].y / 100.0);
                ui.label(match least < greatest {
                    true => format!("{mean} ({least:.1} to {greatest:.1})"),
                    false => mean,
                });
                ui.end_row();
            }
        });
}
