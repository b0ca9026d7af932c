//! How γ is distributed, in one layer or in all.

use std::sync::Arc;

use egui::epaint::Mesh;
use egui::{Rect, Role, Shape, Stroke, Ui, Vec2};
use egui_plot::{GridMark, PlotBounds, PlotTransform};
use serde::{Deserialize, Serialize};

use crate::app::channels::Shown;
use crate::app::channels::still_plot::{faint, still_plot};
use crate::app::theme;
use crate::app::touch;
use crate::numbers::{grouped, rounded, signed};
use crate::study::gamma::{Histogram, Norms};
use crate::train::plot::axes::round_up;

/// Bins of the histogram.
const BINS: usize = 48;

/// Whose γ are counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Of {
    /// The picked layer's.
    #[default]
    Layer,
    /// The whole network's.
    AllLayers,
}

/// The counts, and what was counted.
#[derive(Clone, Debug, Default)]
pub struct Distribution(Option<Counted>);

#[derive(Clone, Debug)]
struct Counted {
    norms: Arc<Norms>,
    channels: std::ops::Range<usize>,
    threshold: f32,
    histogram: Histogram,
    below: usize,
}

impl Distribution {
    /// Draws the histogram with the threshold marked.
    pub fn ui(
        &mut self,
        ui: &mut Ui,
        shown: &Shown<'_>,
        layer: usize,
        of: Of,
        log_counts: bool,
        size: Vec2,
    ) {
        let (channels, name) = match of {
            Of::Layer => (shown.layers.range(layer), shown.layers.name(layer)),
            Of::AllLayers => (0..shown.layers.all_channels(), "all layers"),
        };
        let counted = self.count(shown, channels);
        let histogram = &counted.histogram;
        let height = |count: u64| {
            let count = count as f64;
            if log_counts {
                (1.0 + count).log10()
            } else {
                count
            }
        };
        let most = histogram.counts.iter().copied().max().unwrap_or(0).max(1);
        let (low, high) = (f64::from(histogram.low), f64::from(histogram.high));
        let bounds = PlotBounds::from_min_max([low, 0.0], [high, 1.08 * height(most)]);
        let plot = still_plot("histogram", size)
            .x_axis_label("γ")
            .y_axis_label("channels")
            .show_grid([false, true])
            .y_grid_spacer(move |input| marks(input.bounds.1, log_counts))
            .y_axis_formatter(move |mark, _| {
                let count = if log_counts {
                    10f64.powf(mark.value) - 1.0
                } else {
                    mark.value
                };
                grouped(count.round() as u64)
            })
            .show(ui, |plot| plot.set_plot_bounds(bounds));
        let transform = plot.transform;
        counted.paint(ui, &transform, height);
        let response = plot.response;
        response.widget_info(|| {
            egui::WidgetInfo::labeled(Role::Canvas, true, counted.summary(name, shown.threshold))
        });
        if response.clicked() {
            touch::stay(ui.ctx());
        }
        if let Some(at) = response.hover_pos() {
            let gamma = transform.value_from_position(at).x;
            let bin = ((gamma - low) / (high - low) * BINS as f64).max(0.0) as usize;
            let bin = bin.min(BINS - 1);
            let (from, to) = histogram.edges(bin);
            response.on_hover_ui_at_pointer(|ui| {
                let count = grouped(histogram.counts[bin]);
                ui.strong(format!(
                    "γ from {} to {}: {count} channels",
                    signed(from),
                    signed(to)
                ));
                ui.label(counted.summary(name, shown.threshold));
            });
        }
    }

    fn count(&mut self, shown: &Shown<'_>, channels: std::ops::Range<usize>) -> &Counted {
        let fresh = self.0.take().filter(|counted| {
            Arc::ptr_eq(&counted.norms, shown.norms)
                && counted.channels == channels
                && counted.threshold == shown.threshold
        });
        let counted = fresh.unwrap_or_else(|| Counted::of(shown, channels));
        self.0.insert(counted)
    }
}

impl Counted {
    fn of(shown: &Shown<'_>, channels: std::ops::Range<usize>) -> Self {
        let gamma = &shown.norms.gamma[channels.clone()];
        let finite = gamma.iter().copied().filter(|value| value.is_finite());
        let (low, high) = finite.fold((0.0f32, 0.0f32), |(l, h), v| (l.min(v), h.max(v)));
        let least = (2.0 * shown.threshold).clamp(1e-3, 1e3);
        let (low, high) = (low.max(-1e30).min(-least), high.min(1e30).max(least));
        Self {
            norms: shown.norms.clone(),
            threshold: shown.threshold,
            histogram: Histogram::of(gamma.iter().copied(), low, high, BINS),
            below: gamma.iter().filter(|g| g.abs() < shown.threshold).count(),
            channels,
        }
    }

    /// The bars, as high as `height` makes a count, and the threshold as a band around zero.
    fn paint(&self, ui: &Ui, transform: &PlotTransform, height: impl Fn(u64) -> f64) {
        let (histogram, threshold) = (&self.histogram, self.threshold);
        let frame = *transform.frame();
        let painter = ui.painter().with_clip_rect(frame);
        let at = |gamma: f32| transform.position_from_point_x(f64::from(gamma));
        let edge = theme::SERIES[3];
        if threshold > 0.0 {
            let band = at(-threshold)..=at(threshold);
            let band = Rect::from_x_y_ranges(band, frame.y_range());
            painter.rect_filled(band, 0.0, faint(edge));
        }
        let mut mesh = Mesh::default();
        for (bin, &count) in histogram.counts.iter().enumerate() {
            let (left, right) = histogram.edges(bin);
            let top = transform.position_from_point_y(height(count));
            let bar = Rect::from_x_y_ranges(at(left)..=at(right) - 1.0, top..=frame.bottom());
            mesh.add_colored_rect(bar, theme::SERIES[0]);
        }
        painter.add(Shape::Mesh(Arc::new(mesh)));
        if threshold > 0.0 {
            for x in [at(-threshold), at(threshold)] {
                let ends = [egui::pos2(x, frame.top()), egui::pos2(x, frame.bottom())];
                painter.extend(Shape::dashed_line(&ends, Stroke::new(1.0, edge), 6.0, 4.0));
            }
        }
    }

    fn summary(&self, name: &str, threshold: f32) -> String {
        let odd = self.histogram.not_a_number + self.histogram.under + self.histogram.over;
        let odd = match odd {
            0 => String::new(),
            odd => format!(", {} are not finite", grouped(odd)),
        };
        format!(
            "Histogram of γ of {name}: {} of {} channels have |γ| < {}{odd}",
            grouped(self.below as u64),
            grouped(self.channels.len() as u64),
            rounded(threshold),
        )
    }
}

/// Lines at round counts.
fn marks(top: f64, log_counts: bool) -> Vec<GridMark> {
    let mark = |value: f64, step_size: f64| GridMark { value, step_size };
    if log_counts {
        let counts = [0.0, 1.0, 10.0, 100.0, 1e3, 1e4, 1e5, 1e6];
        let places = counts.into_iter().map(|count: f64| (1.0 + count).log10());
        let inside = places.filter(|place| *place < top);
        return inside.map(|place| mark(place, 1.0)).collect();
    }
    // Some four lines.
    let step = round_up((top / 5.0).max(1.0));
    let places = (0..6).map(|place| f64::from(place) * step);
    let inside = places.filter(|place| *place < top);
    inside.map(|place| mark(place, step)).collect()
}
