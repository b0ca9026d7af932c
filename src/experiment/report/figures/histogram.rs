//! How often each γ is had, before and after: a panel an arm.

use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::HPos;

use super::sheet::{Axis, Key, Keys, Look, Plot, SMALL, Shape, Sheet, TITLE, fitting};
use crate::experiment::results::Bins;
use crate::train::plot::Drawing;
use crate::train::plot::canvas::{DrawResult, colour};
use crate::train::plot::palette::SERIES;

/// An arm.
pub(super) struct Panel {
    pub label: String,
    pub bins: Bins,
}

/// A figure of panels.
pub(super) struct Panels {
    pub width: f64,
    pub title: String,
    pub panels: Vec<Panel>,
}

/// Below this width panels stand below each other.
const NARROW: f64 = 600.0;
const TOP: f64 = 44.0;
/// A panel's height with its heading and axis.
const PANEL: f64 = 300.0;
const START: RGBColor = colour(SERIES[3]);
const END: RGBColor = colour(SERIES[0]);

/// Bins of several runs as those of one, over all that they span.
pub(super) fn together<'a>(bins: impl Iterator<Item = &'a Bins> + Clone) -> Bins {
    let (low, high) = bins
        .clone()
        .fold((f64::INFINITY, f64::NEG_INFINITY), |ends, bins| {
            (ends.0.min(bins.low), ends.1.max(bins.high))
        });
    let count = bins.clone().map(|bins| bins.end.len()).max().unwrap_or(0);
    let mut all = Bins {
        low,
        high,
        start: vec![0; count],
        end: vec![0; count],
    };
    if count == 0 || low >= high {
        return Bins::default();
    }
    for bins in bins {
        for (from, to) in [(&bins.start, &mut all.start), (&bins.end, &mut all.end)] {
            let step = (bins.high - bins.low) / from.len().max(1) as f64;
            for (place, values) in from.iter().enumerate() {
                let middle = bins.low + (place as f64 + 0.5) * step;
                let into = (middle - low) / (high - low) * count as f64;
                to[(into as usize).min(count - 1)] += values;
            }
        }
    }
    all
}

impl Panels {
    fn keys() -> [Key; 2] {
        let key = |words: &str, colour, is_filled| Key {
            look: Look {
                colour,
                shape: Shape::Square,
                dash: None,
            },
            ..Key::of_mark(words, Shape::Square, is_filled)
        };
        [
            key("at the end", END, true),
            key("before the first step", START, false),
        ]
    }

    fn columns(&self) -> usize {
        let most = if self.width < NARROW { 1 } else { 2 };
        self.panels.len().clamp(1, most)
    }

    fn rows(&self) -> usize {
        self.panels.len().div_ceil(self.columns()).max(1)
    }
}

impl Drawing for Panels {
    fn size(&self) -> (u32, u32) {
        let height =
            TOP + PANEL * self.rows() as f64 + Keys(&Self::keys(), self.width).height() + 8.0;
        (self.width as u32, height as u32)
    }

    fn draw<D: DrawingBackend>(&self, area: &DrawingArea<D, Shift>, scale: u32) -> DrawResult<D> {
        let sheet = Sheet { area, scale };
        let title = fitting(&self.title, self.width - 40.0, TITLE);
        sheet.text(&title, (self.width / 2.0, 22.0), TITLE, HPos::Center)?;
        let columns = self.columns();
        let each = self.width / columns as f64;
        for (place, panel) in self.panels.iter().enumerate() {
            let corner = (
                (place % columns) as f64 * each,
                TOP + (place / columns) as f64 * PANEL,
            );
            draw_panel(&sheet, panel, corner, each)?;
        }
        if self.panels.is_empty() {
            let middle = (self.width / 2.0, TOP + PANEL / 2.0);
            sheet.text("no run yet", middle, TITLE, HPos::Center)?;
        }
        Keys(&Self::keys(), self.width).draw(&sheet, TOP + PANEL * self.rows() as f64)
    }
}

fn draw_panel<D: DrawingBackend>(
    sheet: &Sheet<'_, D>,
    panel: &Panel,
    (left, top): (f64, f64),
    each: f64,
) -> DrawResult<D> {
    let bins = &panel.bins;
    let label = fitting(&panel.label, each - 30.0, SMALL);
    sheet.text(
        &label,
        (left + each / 2.0 + 20.0, top + 10.0),
        SMALL,
        HPos::Center,
    )?;
    let (width, height) = (each - 100.0, PANEL - 84.0);
    let most = bins
        .start
        .iter()
        .chain(&bins.end)
        .max()
        .copied()
        .unwrap_or(0)
        .max(1) as f64;
    let range = if bins.low < bins.high {
        (bins.low, bins.high)
    } else {
        (0.0, 1.0)
    };
    let plot = Plot {
        left: left + 78.0,
        top: top + 24.0,
        width,
        height,
        x: Axis::across(range, "γ".to_owned(), width),
        y: Axis::up((0.0, 1.05 * most), "channels".to_owned(), height),
    };
    plot.draw(sheet)?;
    let count = bins.end.len();
    if count == 0 {
        let middle = (plot.left + width / 2.0, plot.top + height / 2.0);
        return sheet.text("no run yet", middle, SMALL, HPos::Center);
    }
    let edge = |place: usize| range.0 + (range.1 - range.0) * place as f64 / count as f64;
    for (place, values) in bins
        .end
        .iter()
        .enumerate()
        .filter(|(_, values)| **values > 0)
    {
        let (low, high) = (
            plot.at(edge(place), 0.0),
            plot.at(edge(place + 1), *values as f64),
        );
        let corners = [low, (high.0, low.1), high, (low.0, high.1)];
        sheet.area(&corners, END.mix(0.75))?;
    }
    let mut outline = vec![plot.at(range.0, 0.0)];
    for (place, values) in bins.start.iter().enumerate() {
        let values = *values as f64;
        outline.extend([
            plot.at(edge(place), values),
            plot.at(edge(place + 1), values),
        ]);
    }
    outline.push(plot.at(range.1, 0.0));
    sheet.line(&outline, START, 2)
}
