//! Lines over an axis, with their seeds, intervals and bands.

use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::HPos;

use super::sheet::{Axis, Key, Keys, Look, Plot, Shape, Sheet, TITLE, fitting};
use crate::train::plot::Drawing;
use crate::train::plot::axes::roomy;
use crate::train::plot::canvas::DrawResult;

/// A point of a line.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Point {
    pub x: f64,
    pub y: f64,
    /// How far its interval reaches to each side, where it has one.
    pub half_width: Option<f64>,
    /// What it is the mean of; with whether the run diverged.
    pub seeds: Vec<(f64, bool)>,
}

/// A line.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Line {
    /// What the key says; none for a line that looks like one above.
    pub label: Option<String>,
    pub look: Look,
    pub has_marks: bool,
    pub points: Vec<Point>,
    /// From least to greatest: (x, low, high).
    pub band: Vec<(f64, f64, f64)>,
    /// The paper's numbers.
    pub paper: Vec<(f64, f64)>,
}

impl Line {
    /// One without band and numbers of the paper.
    pub fn new(label: Option<String>, look: Look, has_marks: bool, points: Vec<Point>) -> Self {
        Self {
            label,
            look,
            has_marks,
            points,
            band: Vec::new(),
            paper: Vec::new(),
        }
    }
}

/// The horizontal axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Across {
    /// Round numbers.
    Linear,
    /// Logarithms to base 2.
    Doubling,
}

/// A figure of lines.
pub(super) struct Curves {
    pub width: f64,
    pub title: String,
    pub x_label: String,
    pub y_label: String,
    pub across: Across,
    /// Beyond which no value can be.
    pub limits: (f64, f64),
    pub lines: Vec<Line>,
    pub keys: Vec<Key>,
}

const LEFT: f64 = 82.0;
const TOP: f64 = 48.0;

impl Curves {
    /// With the keys of its lines and marks.
    pub fn explained(mut self) -> Self {
        let of_line = |line: &Line| {
            let words = line.label.clone()?;
            Some(Key {
                words,
                look: line.look,
                has_line: true,
                mark: line.has_marks.then_some(true),
            })
        };
        self.keys = self.lines.iter().filter_map(of_line).collect();
        let points = || self.lines.iter().flat_map(|line| &line.points);
        let marks = [
            (
                points().any(|point| point.seeds.iter().any(|(_, diverged)| !diverged)),
                Key::of_mark("one seed", Shape::Circle, false),
            ),
            (
                points().any(|point| point.seeds.iter().any(|(_, diverged)| *diverged)),
                Key::of_mark("a run that diverged", Shape::Cross, false),
            ),
            (
                self.lines.iter().any(|line| !line.paper.is_empty()),
                Key::of_mark("the paper's number", Shape::Diamond, false),
            ),
        ];
        let marks = marks.into_iter().filter(|(is_there, _)| *is_there);
        self.keys.extend(marks.map(|(_, key)| key));
        self
    }

    fn plot(&self) -> Plot {
        let (width, height) = (self.width - LEFT - 30.0, 330.0);
        let points = || self.lines.iter().flat_map(|line| &line.points);
        let paper = || self.lines.iter().flat_map(|line| &line.paper);
        let xs: Vec<f64> = points().map(|point| point.x).collect();
        let ys = points().flat_map(|point| {
            let half = point.half_width.unwrap_or_default();
            let seeds = point.seeds.iter().map(|(seed, _)| *seed);
            [point.y - half, point.y + half].into_iter().chain(seeds)
        });
        let bands = self.lines.iter().flat_map(|line| &line.band);
        let ys = ys
            .chain(bands.flat_map(|(_, low, high)| [*low, *high]))
            .chain(paper().map(|(_, y)| *y));
        let x = ends(xs.iter().copied());
        let y = roomy(ends(ys), 0.05);
        let y = (y.0.max(self.limits.0), y.1.min(self.limits.1));
        let x = match self.across {
            Across::Linear => {
                let x = if x.0 < x.1 { x } else { roomy(x, 0.0) };
                Axis::across(x, self.x_label.clone(), width)
            }
            Across::Doubling => {
                let x = if x.0 < x.1 {
                    roomy(x, 0.06)
                } else {
                    (x.0 - 1.0, x.1 + 1.0)
                };
                Axis::doubling(x, &xs, self.x_label.clone(), width)
            }
        };
        Plot {
            left: LEFT,
            top: TOP,
            width,
            height,
            x,
            y: Axis::up(y, self.y_label.clone(), height),
        }
    }
}

impl Drawing for Curves {
    fn size(&self) -> (u32, u32) {
        (
            self.width as u32,
            (TOP + 330.0 + 64.0 + Keys(&self.keys, self.width).height()) as u32,
        )
    }

    fn draw<D: DrawingBackend>(&self, area: &DrawingArea<D, Shift>, scale: u32) -> DrawResult<D> {
        let sheet = Sheet { area, scale };
        let title = fitting(&self.title, self.width - 40.0, TITLE);
        sheet.text(&title, (self.width / 2.0, 22.0), TITLE, HPos::Center)?;
        let plot = self.plot();
        plot.draw(&sheet)?;
        if self.lines.iter().all(|line| line.points.is_empty()) {
            let middle = (plot.left + plot.width / 2.0, plot.top + plot.height / 2.0);
            sheet.text("no run yet", middle, TITLE, HPos::Center)?;
        }
        for line in &self.lines {
            draw_band(&sheet, &plot, line)?;
        }
        for line in &self.lines {
            draw_line(&sheet, &plot, line)?;
        }
        Keys(&self.keys, self.width).draw(&sheet, plot.top + plot.height + 56.0)
    }
}

/// Least and greatest; 0 and 1 where there is nothing.
pub(super) fn ends(values: impl Iterator<Item = f64>) -> (f64, f64) {
    let finite = values.filter(|value| value.is_finite());
    let (low, high) = finite.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
        (low.min(value), high.max(value))
    });
    if low <= high { (low, high) } else { (0.0, 1.0) }
}

fn draw_band<D: DrawingBackend>(sheet: &Sheet<'_, D>, plot: &Plot, line: &Line) -> DrawResult<D> {
    if line.band.len() < 2 {
        return Ok(());
    }
    let lows = line.band.iter().map(|(x, low, _)| plot.at(*x, *low));
    let highs = line
        .band
        .iter()
        .rev()
        .map(|(x, _, high)| plot.at(*x, *high));
    let edge: Vec<_> = lows.chain(highs).collect();
    sheet.area(&edge, line.look.colour.mix(0.18))
}

fn draw_line<D: DrawingBackend>(sheet: &Sheet<'_, D>, plot: &Plot, line: &Line) -> DrawResult<D> {
    let look = &line.look;
    let places: Vec<_> = line
        .points
        .iter()
        .map(|point| plot.at(point.x, point.y))
        .collect();
    if places.len() > 1 {
        sheet.series(&places, look)?;
    }
    for (point, place) in line.points.iter().zip(places) {
        if let Some(half) = point.half_width {
            let (low, high) = (point.y - half, point.y + half);
            let (low, high) = (plot.at(point.x, low), plot.at(point.x, high));
            sheet.upright_interval(low, high, look.colour)?;
        }
        for (seed, diverged) in &point.seeds {
            // Beside the line, so that the interval can be seen.
            let (x, y) = plot.at(point.x, *seed);
            let shape = if *diverged {
                Shape::Cross
            } else {
                Shape::Circle
            };
            let look = Look { shape, ..*look };
            sheet.mark((x + 9.0, y), 3.0, &look, false)?;
        }
        if line.has_marks {
            sheet.mark(place, 4.0, look, true)?;
        }
    }
    for (x, y) in &line.paper {
        let look = Look {
            shape: Shape::Diamond,
            ..*look
        };
        sheet.mark(plot.at(*x, *y), 6.0, &look, false)?;
    }
    Ok(())
}
