//! The figures of a report: drawn, and told in words with their numbers.
//!
//! `sheet` is what they are drawn on; `curves`, `rows` and `histogram` draw; `shares` and `measured` make of runs what they draw.

mod curves;
mod histogram;
mod measured;
mod rows;
mod shares;
mod sheet;

use super::{Report, ReportError};
use crate::experiment::definition::{Figure, FigureKind};
use crate::experiment::plan::PlannedArm;
use crate::train::plot::shapes::{Shape, drawn_as_shapes, shapes_as_svg};
use crate::train::plot::{CAN_DRAW, Drawing, PlotError, drawn_as_png, drawn_as_svg};
use sheet::WIDTH;

/// A figure that is done.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Drawn {
    /// The name of its files.
    pub name: String,
    /// What stands above it.
    pub title: String,
    /// How to read it.
    pub explained: String,
    /// Its numbers, in words: a sentence each.
    pub told: Vec<String>,
    /// A whole file.
    pub svg: String,
}

/// A figure as the app draws it.
#[derive(Clone, Debug, PartialEq)]
pub struct Sketch {
    /// What stands above it.
    pub title: String,
    /// How to read it.
    pub explained: String,
    /// Its numbers, in words: a sentence each.
    pub told: Vec<String>,
    /// Width and height, in units.
    pub size: (f32, f32),
    /// What it is made of, what lies above last.
    pub shapes: Vec<Shape>,
}

/// The figures of a report, for a screen.
///
/// # Errors
/// As of the report: there is nothing known that causes one.
pub fn sketches(report: &Report<'_>, width: f64) -> Result<Vec<Sketch>, ReportError> {
    each(report, &AsSketch(width))
}

/// All that the experiment asks for.
pub(super) fn draw_all(report: &Report<'_>) -> Result<Vec<Drawn>, ReportError> {
    each(report, &AsSvg)
}

/// The same as PNG, by name.
pub(super) fn pixels(report: &Report<'_>) -> Result<Vec<(String, Vec<u8>)>, ReportError> {
    each(report, &AsPng)
}

/// What is drawn, how it is read, and its numbers.
struct Told<T> {
    drawing: T,
    explained: String,
    told: Vec<String>,
}

/// What is made of a figure, whatever it shows.
trait Make {
    type Made;

    /// How wide the figure is, in units.
    fn width(&self) -> f64 {
        WIDTH
    }

    fn make<T: Drawing>(
        &self,
        figure: &Figure,
        name: String,
        told: Told<T>,
    ) -> Result<Self::Made, PlotError>;
}

struct AsSvg;

impl Make for AsSvg {
    type Made = Drawn;

    fn make<T: Drawing>(
        &self,
        figure: &Figure,
        name: String,
        told: Told<T>,
    ) -> Result<Drawn, PlotError> {
        Ok(Drawn {
            name,
            title: figure.title.clone(),
            explained: told.explained,
            told: told.told,
            svg: match CAN_DRAW {
                true => drawn_as_svg(&told.drawing)?,
                // A page has what the app draws already, and no room for another way of drawing.
                false => shapes_as_svg(told.drawing.size(), &drawn_as_shapes(&told.drawing)?),
            },
        })
    }
}

struct AsPng;

impl Make for AsPng {
    type Made = (String, Vec<u8>);

    fn make<T: Drawing>(
        &self,
        _: &Figure,
        name: String,
        told: Told<T>,
    ) -> Result<Self::Made, PlotError> {
        Ok((name, drawn_as_png(&told.drawing)?))
    }
}

struct AsSketch(f64);

impl Make for AsSketch {
    type Made = Sketch;

    fn width(&self) -> f64 {
        self.0
    }

    fn make<T: Drawing>(
        &self,
        figure: &Figure,
        _: String,
        told: Told<T>,
    ) -> Result<Sketch, PlotError> {
        let (width, height) = told.drawing.size();
        Ok(Sketch {
            title: figure.title.clone(),
            explained: told.explained,
            told: told.told,
            size: (width as f32, height as f32),
            shapes: drawn_as_shapes(&told.drawing)?,
        })
    }
}

fn each<M: Make>(report: &Report<'_>, make: &M) -> Result<Vec<M::Made>, ReportError> {
    let width = make.width();
    let mut names: Vec<String> = Vec::new();
    let figures = report.plan.experiment.figures.iter();
    let made = figures.map(|figure| {
        let name = file_name(&figure.name, &names);
        names.push(name.clone());
        let made = match figure.kind {
            FigureKind::Arms => make.make(figure, name, measured::arms(report, figure, width)),
            FigureKind::Lines => make.make(figure, name, measured::lines(report, figure, width)),
            FigureKind::OffByLayer => {
                make.make(figure, name, shares::by_layer(report, figure, width))
            }
            FigureKind::OffOverTime => {
                make.make(figure, name, shares::over_time(report, figure, width))
            }
            FigureKind::GammaHistogram => {
                make.make(figure, name, shares::histogram(report, figure, width))
            }
            FigureKind::Removal => make.make(figure, name, shares::removal(report, figure, width)),
        };
        made.map_err(|source| ReportError::Figure {
            name: figure.name.clone(),
            source,
        })
    });
    made.collect()
}

/// A name that files can have, and that none before it has.
fn file_name(name: &str, before: &[String]) -> String {
    let plain = name.chars().map(|letter| match letter {
        letter if letter.is_ascii_alphanumeric() || letter == '-' => letter,
        _ => '-',
    });
    let plain: String = plain.take(60).collect();
    let free = |name: &String| !name.is_empty() && !before.contains(name);
    let numbered = (2..).map(|number| format!("{plain}-{number}"));
    let mut names = std::iter::once(plain.clone()).chain(numbered);
    names.find(free).unwrap_or(plain)
}

/// The planned arms in a figure.
fn arms_of<'a>(report: &Report<'a>, figure: &Figure) -> Vec<&'a PlannedArm> {
    let is_in = |arm: &&PlannedArm| figure.arms.is_empty() || figure.arms.contains(&arm.of);
    report.plan.arms.iter().filter(is_in).collect()
}
