//! A row an arm: each seed, their mean and its interval, and the paper's number.

use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::HPos;

use super::curves::ends;
use super::sheet::{Axis, Key, Keys, Look, Plot, SMALL, Shape, Sheet, TITLE, fitting, width};
use crate::experiment::statistics::Estimate;
use crate::train::plot::Drawing;
use crate::train::plot::axes::roomy;
use crate::train::plot::canvas::{DrawResult, GRID, INK};

/// An arm.
pub(super) struct Row {
    pub label: String,
    pub look: Look,
    pub estimate: Option<Estimate>,
    /// Its runs, and whether they diverged.
    pub seeds: Vec<(f64, bool)>,
    /// The mean in words.
    pub words: String,
    pub paper: Option<f64>,
}

/// A figure of rows.
pub(super) struct Rows {
    pub width: f64,
    pub title: String,
    pub x_label: String,
    /// Beyond which no value can be.
    pub limits: (f64, f64),
    pub rows: Vec<Row>,
}

const TOP: f64 = 48.0;
const ROW: f64 = 40.0;

impl Rows {
    fn keys(&self) -> Vec<Key> {
        let seeds = || self.rows.iter().flat_map(|row| &row.seeds);
        let keys = [
            (
                true,
                Key::of_mark("mean with its 95 % interval", Shape::Square, true),
            ),
            (true, Key::of_mark("one seed", Shape::Circle, false)),
            (
                seeds().any(|(_, diverged)| *diverged),
                Key::of_mark("a run that diverged", Shape::Cross, false),
            ),
            (
                self.rows.iter().any(|row| row.paper.is_some()),
                Key::of_mark("the paper's number", Shape::Diamond, false),
            ),
        ];
        let keys = keys.into_iter().filter(|(is_there, _)| *is_there);
        keys.map(|(_, key)| key).collect()
    }

    fn plot(&self) -> Plot {
        let widest = |of: fn(&Row) -> &str| {
            let widths = self.rows.iter().map(|row| width(of(row), SMALL));
            widths.fold(0.0, f64::max)
        };
        let most = (0.42 * self.width).clamp(80.0, 330.0);
        let left = (widest(|row| &row.label) + 24.0).clamp(80.0, most);
        let right = (widest(|row| &row.words) + 24.0).clamp(60.0, 170.0);
        let (width, height) = (self.width - left - right, ROW * self.rows.len() as f64);
        let values = self.rows.iter().flat_map(|row| {
            let estimate = row.estimate.iter().flat_map(|estimate| {
                let half = estimate.half_width.unwrap_or_default();
                [estimate.mean - half, estimate.mean + half]
            });
            let seeds = row.seeds.iter().map(|(seed, _)| *seed);
            estimate.chain(seeds).chain(row.paper).collect::<Vec<_>>()
        });
        let x = roomy(ends(values), 0.06);
        let x = (x.0.max(self.limits.0), x.1.min(self.limits.1));
        Plot {
            left,
            top: TOP,
            width,
            height,
            x: Axis::across(x, self.x_label.clone(), width),
            y: Axis {
                range: (0.0, 1.0),
                marks: Vec::new(),
                label: String::new(),
            },
        }
    }
}

impl Drawing for Rows {
    fn size(&self) -> (u32, u32) {
        let keys = self.keys();
        let height = TOP + ROW * self.rows.len() as f64 + 64.0 + Keys(&keys, self.width).height();
        (self.width as u32, height as u32)
    }

    fn draw<D: DrawingBackend>(&self, area: &DrawingArea<D, Shift>, scale: u32) -> DrawResult<D> {
        let sheet = Sheet { area, scale };
        let title = fitting(&self.title, self.width - 40.0, TITLE);
        sheet.text(&title, (self.width / 2.0, 22.0), TITLE, HPos::Center)?;
        let plot = self.plot();
        plot.draw(&sheet)?;
        for (place, row) in self.rows.iter().enumerate() {
            let y = plot.top + ROW * (place as f64 + 0.5);
            draw_row(&sheet, &plot, row, y)?;
        }
        Keys(&self.keys(), self.width).draw(&sheet, plot.top + plot.height + 56.0)
    }
}

fn draw_row<D: DrawingBackend>(
    sheet: &Sheet<'_, D>,
    plot: &Plot,
    row: &Row,
    y: f64,
) -> DrawResult<D> {
    let right = plot.left + plot.width;
    let rule = y + ROW / 2.0;
    if rule + 1.0 < plot.top + plot.height {
        sheet.line(&[(plot.left, rule), (right, rule)], GRID, 1)?;
    }
    let label = fitting(&row.label, plot.left - 20.0, SMALL);
    sheet.text(&label, (plot.left - 10.0, y), SMALL, HPos::Right)?;
    sheet.text(&row.words, (right + 10.0, y), SMALL, HPos::Left)?;
    let x = |value: f64| plot.at(value, 0.0).0;
    let Some(estimate) = row.estimate else {
        let middle = plot.left + plot.width / 2.0;
        return sheet.text("no run yet", (middle, y), SMALL, HPos::Center);
    };
    // The mean above, its seeds below, so that neither hides the other.
    let (above, below) = (y - 7.0, y + 9.0);
    if let Some(half) = estimate.half_width {
        let (low, high) = (x(estimate.mean - half), x(estimate.mean + half));
        sheet.line(&[(low, above), (high, above)], row.look.colour, 2)?;
        for end in [low, high] {
            sheet.line(
                &[(end, above - 5.0), (end, above + 5.0)],
                row.look.colour,
                2,
            )?;
        }
    }
    let look = |shape| Look { shape, ..row.look };
    sheet.mark((x(estimate.mean), above), 5.0, &look(Shape::Square), true)?;
    for (seed, diverged) in &row.seeds {
        let shape = if *diverged {
            Shape::Cross
        } else {
            Shape::Circle
        };
        sheet.mark((x(*seed), below), 4.0, &look(shape), false)?;
    }
    if let Some(paper) = row.paper {
        let look = Look {
            colour: INK,
            ..look(Shape::Diamond)
        };
        sheet.mark((x(paper), above), 6.0, &look, false)?;
    }
    Ok(())
}
