//! The points of a run as the plot takes them, kept until data, range or size change.

use egui_plot::PlotPoint;

use super::Quantity;
use crate::train::history::{Axis, Column, History, Query, Series};
use crate::train::plot::axes::extent;

/// Far below any f64's logarithm: where a band ends that reaches down to 0 on a logarithmic axis.
const BELOW_ALL: f64 = -400.0;

/// What decides the points of a run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Key {
    pub stamp: u64,
    pub quantity: Quantity,
    pub axis: Axis,
    pub is_logarithmic: bool,
    /// The part of the axis that is seen.
    pub range: (f64, f64),
    pub columns: usize,
    pub window: usize,
}

/// The points of a run. On a logarithmic axis they are decimal logarithms; a line has a gap (NaN)
/// where a value has none.
#[derive(Debug, Default)]
pub(super) struct RunPoints {
    key: Option<Key>,
    /// Means of the training steps.
    pub line: Vec<PlotPoint>,
    pub band_x: Vec<f64>,
    pub band_low: Vec<f64>,
    pub band_high: Vec<f64>,
    pub test: Vec<PlotPoint>,
    /// The part of the axis to show, if there is anything: all lines, and most of the band.
    pub extent: Option<(f64, f64)>,
    /// Whether a value has no place on a logarithmic axis.
    pub lacks_values: bool,
}

impl RunPoints {
    /// Works the points out, unless they were worked out for the same key before.
    pub fn refresh(&mut self, history: &History, key: Key) {
        if self.key == Some(key) {
            return;
        }
        self.key = Some(key);
        let view = |series: Series, window: usize| {
            history.view(&Query {
                series,
                axis: key.axis,
                range: key.range,
                columns: key.columns,
                window,
            })
        };
        let steps = view(key.quantity.series(), key.window);
        let tests = key.quantity.test_series().map(|series| view(series, 1));
        let tests = tests.unwrap_or_default();

        let scale = key.quantity.scale();
        let place = |value: f64| match key.is_logarithmic {
            false => value * scale,
            true if value > 0.0 => (value * scale).log10(),
            true => f64::NAN,
        };
        let edge = |value: f64| match place(value) {
            nowhere if nowhere.is_nan() => BELOW_ALL,
            place => place,
        };
        let points = |columns: &[Column], line: &mut Vec<PlotPoint>| {
            line.clear();
            line.extend(columns.iter().map(|c| PlotPoint::new(c.x, place(c.mean))));
        };
        points(&steps, &mut self.line);
        points(&tests, &mut self.test);
        let fill = |values: &mut Vec<f64>, of: &dyn Fn(&Column) -> f64| {
            values.clear();
            values.extend(steps.iter().map(of));
        };
        fill(&mut self.band_x, &|column| column.x);
        fill(&mut self.band_low, &|column| edge(column.low));
        fill(&mut self.band_high, &|column| edge(column.high));
        self.lacks_values =
            key.is_logarithmic && steps.iter().chain(&tests).any(|column| column.low <= 0.0);
        self.extent = self.extent(key.range);
    }

    /// How many points are handed to the plot.
    pub fn points(&self) -> usize {
        self.line.len() + self.band_x.len() + self.test.len()
    }

    fn extent(&self, range: (f64, f64)) -> Option<(f64, f64)> {
        let lines = self.line.iter().chain(&self.test);
        let lines = lines.map(|point| [point.x, point.y]);
        let edge = |edge: f64| if edge > BELOW_ALL { edge } else { f64::NAN };
        let band = self.band_x.iter().zip(&self.band_low);
        let band = band.zip(&self.band_high);
        let band = band.map(|((x, low), high)| [*x, edge(*low), edge(*high)]);
        extent(lines, band, range)
    }
}
