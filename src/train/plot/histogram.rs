//! How γ of all layers is spread, at the start and now.

use plotters::coord::Shift;
use plotters::prelude::*;

use super::canvas::{Chart, DrawResult, FIRST, Frame, SECOND};
use super::gammas::{LayerGammas, OFF, range, share_off};

/// Bars of a histogram.
const BINS: usize = 60;

/// Counts of values between two ends.
struct Counts {
    low: f64,
    high: f64,
    counts: [usize; BINS],
}

impl Counts {
    fn of(values: &[f32], (low, high): (f64, f64)) -> Self {
        let mut counts = [0; BINS];
        let values = values.iter().map(|value| f64::from(*value));
        for value in values.filter(|value| value.is_finite()) {
            let bin = ((value - low) / (high - low) * BINS as f64) as usize;
            counts[bin.min(BINS - 1)] += 1;
        }
        Self { low, high, counts }
    }

    fn most(&self) -> usize {
        self.counts.iter().copied().max().unwrap_or(0)
    }

    /// Where a bar begins.
    fn edge(&self, bin: usize) -> f64 {
        self.low + bin as f64 * (self.high - self.low) / BINS as f64
    }
}

/// Draws what is now as bars, and the start as an outline, so that it covers nothing.
pub(super) fn draw<D: DrawingBackend>(
    gammas: &[LayerGammas],
    area: &DrawingArea<D, Shift>,
    scale: u32,
) -> DrawResult<D> {
    let all = |of: fn(&LayerGammas) -> &Vec<f32>| -> Vec<f32> {
        gammas.iter().flat_map(of).copied().collect()
    };
    let (start, end) = (all(|layer| &layer.start), all(|layer| &layer.end));
    let (low, high) = range(start.iter().chain(&end).map(|gamma| f64::from(*gamma)));
    // Equal values, as of γ = 1, get a bar of some width in the middle.
    let x = match high - low < 1e-6 {
        true => (low - 0.5, high + 0.5),
        false => (low, high),
    };
    let (before, after) = (Counts::of(&start, x), Counts::of(&end, x));
    let most = before.most().max(after.most()).max(1);
    let title = format!(
        "γ of {} channels, {:.1} % with |γ| < {OFF}",
        end.len(),
        100.0 * share_off(&end)
    );
    let frame = Frame {
        title: &title,
        x_label: "γ",
        y_label: "channels",
        x,
        y: (0.0, 1.05 * most as f64),
        counts: true,
        scale,
    };
    let mut chart = frame.draw(area)?;
    draw_bars(&mut chart, &after, scale)?;
    draw_outline(&mut chart, &before, scale)?;
    frame.draw_legend(&mut chart, SeriesLabelPosition::UpperRight)
}

fn draw_bars<D: DrawingBackend>(
    chart: &mut Chart<'_, D>,
    counts: &Counts,
    scale: u32,
) -> DrawResult<D> {
    let side = 12 * scale as i32;
    let style = FIRST.mix(0.75).filled();
    let bars = counts.counts.iter().enumerate();
    let bars = bars.filter(|(_, count)| **count > 0);
    chart
        .draw_series(bars.map(|(bin, count)| {
            let (left, right) = (counts.edge(bin), counts.edge(bin + 1));
            Rectangle::new([(left, 0.0), (right, *count as f64)], style)
        }))?
        .label("at the end")
        .legend(move |(x, y)| Rectangle::new([(x, y - side / 2), (x + side, y + side / 2)], style));
    Ok(())
}

fn draw_outline<D: DrawingBackend>(
    chart: &mut Chart<'_, D>,
    counts: &Counts,
    scale: u32,
) -> DrawResult<D> {
    let mut outline = vec![(counts.edge(0), 0.0)];
    for (bin, count) in counts.counts.iter().enumerate() {
        let count = *count as f64;
        outline.extend([(counts.edge(bin), count), (counts.edge(bin + 1), count)]);
    }
    outline.push((counts.edge(BINS), 0.0));
    let (side, style) = (12 * scale as i32, SECOND.stroke_width(2 * scale));
    chart
        .draw_series(LineSeries::new(outline, style))?
        .label("at the start")
        .legend(move |(x, y)| PathElement::new([(x, y), (x + side, y)], style));
    Ok(())
}
