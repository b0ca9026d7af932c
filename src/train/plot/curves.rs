//! What a run reported, over its epochs.

use plotters::coord::Shift;
use plotters::prelude::*;

use super::axes::{extent, roomy};
use super::canvas::{Chart, DrawResult, FIRST, Frame, SECOND};
use super::palette::BAND;
use crate::train::history::quantity::{Quantity, SMOOTHING};
use crate::train::history::{Axis, Column, History, Query, Series};

/// The most points of a line: more cannot be told apart.
const COLUMNS: usize = 1_400;
/// More dots than these would hide the line.
const MOST_DOTS: usize = 60;
/// From so many evaluations on their line is thin.
const MANY: usize = 200;

/// What is drawn, in the quantity's unit.
struct Points {
    steps: Vec<Column>,
    tests: Vec<Column>,
}

impl Points {
    fn of(quantity: Quantity, history: &History, x: (f64, f64)) -> Self {
        let unit = quantity.scale();
        let view = |series: Series, window: usize| -> Vec<Column> {
            let columns = history.view(&Query {
                series,
                axis: Axis::Epoch,
                range: x,
                columns: COLUMNS,
                window,
            });
            let scaled = columns.into_iter().map(|column| Column {
                mean: unit * column.mean,
                low: unit * column.low,
                high: unit * column.high,
                ..column
            });
            scaled.collect()
        };
        let tests = quantity.test_series().map(|series| view(series, 1));
        Self {
            steps: view(quantity.series(), quantity.window(SMOOTHING as usize)),
            tests: tests.unwrap_or_default(),
        }
    }

    /// From 0, as far as the lines and most of the band reach.
    fn y(&self, x: (f64, f64)) -> (f64, f64) {
        let lines = self.steps.iter().chain(&self.tests);
        let lines = lines.map(|column| [column.x, column.mean]);
        let band = self.steps.iter();
        let band = band.map(|column| [column.x, column.low, column.high]);
        let (low, high) = extent(lines, band, x).unwrap_or((0.0, 1.0));
        let low = low.min(0.0);
        (low, roomy((low, high), 0.05).1)
    }
}

/// Draws the training steps, and the evaluations where there are any.
pub(super) fn draw<D: DrawingBackend>(
    quantity: Quantity,
    history: &History,
    area: &DrawingArea<D, Shift>,
    scale: u32,
) -> DrawResult<D> {
    let last = history.extent(Axis::Epoch).map_or(0.0, |(_, last)| last);
    let x = (0.0, if last > 0.0 { last } else { 1.0 });
    let points = Points::of(quantity, history, x);
    let frame = Frame {
        title: quantity.label(),
        x_label: "epochs",
        y_label: quantity.axis_label(),
        x,
        y: points.y(x),
        counts: false,
        scale,
    };
    let mut chart = frame.draw(area)?;
    let has_noise = quantity.has_noise();
    if has_noise {
        draw_band(&mut chart, &points.steps, frame.y)?;
    }
    let name = format!("training, mean of {SMOOTHING} steps");
    let name = has_noise.then_some(&*name);
    draw_line(&mut chart, &points.steps, FIRST, 2 * scale, name)?;
    if !points.tests.is_empty() {
        let is_dense = points.tests.len() > MANY;
        let width = if is_dense { scale } else { 2 * scale };
        draw_line(&mut chart, &points.tests, SECOND, width, Some("test"))?;
    }
    if points.tests.len() <= MOST_DOTS {
        let dots = points.tests.iter().filter(|column| column.mean.is_finite());
        let dots = dots.map(|at| Circle::new((at.x, at.mean), 3 * scale, SECOND.filled()));
        chart.draw_series(dots)?;
    }
    if !has_noise || points.steps.is_empty() && points.tests.is_empty() {
        return Ok(());
    }
    let means = || points.steps.iter().map(|column| column.mean);
    let position = match means().next_back() > means().next() {
        true => SeriesLabelPosition::LowerRight,
        false => SeriesLabelPosition::UpperRight,
    };
    frame.draw_legend(&mut chart, position)
}

/// From the least to the greatest value, as far as the axis goes: an outlier is cut off at its end.
fn draw_band<D: DrawingBackend>(
    chart: &mut Chart<'_, D>,
    columns: &[Column],
    (low, high): (f64, f64),
) -> DrawResult<D> {
    let is_placed = |column: &Column| column.low.is_finite() && column.high.is_finite();
    let style = FIRST.mix(f64::from(BAND)).filled();
    for piece in columns.split(|column| !is_placed(column)) {
        let lows = piece.iter().map(|column| (column.x, column.low));
        let highs = piece.iter().rev().map(|column| (column.x, column.high));
        let edge: Vec<_> = lows
            .chain(highs)
            .map(|(x, y)| (x, y.clamp(low, high)))
            .collect();
        if piece.len() > 1 {
            chart.draw_series([Polygon::new(edge, style)])?;
        }
    }
    Ok(())
}

/// A line of means with a gap where one is no number, named in the legend where it has a name.
fn draw_line<D: DrawingBackend>(
    chart: &mut Chart<'_, D>,
    columns: &[Column],
    colour: RGBColor,
    width: u32,
    name: Option<&str>,
) -> DrawResult<D> {
    let style = colour.stroke_width(width);
    let pieces = columns.split(|column| !column.mean.is_finite());
    let lines = pieces.map(|piece| {
        let points: Vec<_> = piece.iter().map(|column| (column.x, column.mean)).collect();
        PathElement::new(points, style)
    });
    let series = chart.draw_series(lines)?;
    if let Some(name) = name {
        let length = 9 * width.max(2) as i32;
        series
            .label(name)
            .legend(move |(x, y)| PathElement::new([(x, y), (x + length, y)], style));
    }
    Ok(())
}
