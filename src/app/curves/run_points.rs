//! The points of a run as the plot takes them, kept until data, range or size change.

use egui_plot::PlotPoint;

use super::Quantity;
use super::history::{Axis, Column, History, Query, Series};

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
        let is_seen = |x: f64| (range.0..=range.1).contains(&x);
        let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
        let seen = |point: &&PlotPoint| is_seen(point.x) && point.y.is_finite();
        for point in self.line.iter().chain(&self.test).filter(seen) {
            (low, high) = (low.min(point.y), high.max(point.y));
        }
        // A single outlier shall not press all else flat, so that a fiftieth of the band may leave
        // the picture at either side.
        let band = |edges: &[f64]| {
            let edges = self.band_x.iter().zip(edges);
            let seen = edges.filter(|(x, edge)| is_seen(**x) && **edge > BELOW_ALL);
            seen.map(|(_, edge)| *edge)
                .filter(|edge| edge.is_finite())
                .collect::<Vec<_>>()
        };
        let (mut lows, mut highs) = (band(&self.band_low), band(&self.band_high));
        if !lows.is_empty() {
            let at = lows.len() / 50;
            low = low.min(*lows.select_nth_unstable_by(at, f64::total_cmp).1);
        }
        if !highs.is_empty() {
            let at = highs.len() - 1 - highs.len() / 50;
            high = high.max(*highs.select_nth_unstable_by(at, f64::total_cmp).1);
        }
        (low <= high).then_some((low, high))
    }
}
