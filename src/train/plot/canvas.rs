//! What all pictures are drawn on: their font, their lines and their axes.

use std::ops::Range;

use plotters::coord::Shift;
use plotters::coord::ranged1d::{DefaultFormatting, KeyPointHint, Ranged};
use plotters::coord::types::RangedCoordf64;
use plotters::prelude::*;

use super::PlotError;
use super::axes::{Mark, X_APART, Y_APART, marks, number};
use super::palette::{Rgb, SERIES};

/// What drawing something comes to.
pub(crate) type DrawResult<D> = Result<(), DrawingAreaErrorKind<<D as DrawingBackend>::ErrorType>>;

/// Axes with marks at round numbers.
pub(super) type Chart<'a, D> = ChartContext<'a, D, Cartesian2d<Axis, Axis>>;

/// An axis with marks of its own.
pub(super) struct Axis {
    range: (f64, f64),
    marks: Vec<f64>,
}

impl Axis {
    fn new(range: (f64, f64), marks: &[Mark]) -> Self {
        let marks = marks.iter().map(|mark| mark.value).collect();
        Self { range, marks }
    }
}

impl Ranged for Axis {
    type FormatOption = DefaultFormatting;
    type ValueType = f64;

    fn map(&self, value: &f64, limit: (i32, i32)) -> i32 {
        RangedCoordf64::from(self.range()).map(value, limit)
    }

    fn key_points<Hint: KeyPointHint>(&self, hint: Hint) -> Vec<f64> {
        match hint.weight().allow_light_points() {
            true => Vec::new(),
            false => self.marks.clone(),
        }
    }

    fn range(&self) -> Range<f64> {
        self.range.0..self.range.1
    }
}

/// What training steps and what is now are drawn in.
pub(super) const FIRST: RGBColor = colour(SERIES[0]);
/// What evaluations and what was at the start are drawn in.
pub(super) const SECOND: RGBColor = colour(SERIES[3]);
pub(crate) const INK: RGBColor = RGBColor(50, 50, 55);
pub(crate) const GRID: RGBColor = RGBColor(225, 226, 230);

/// A family name that every SVG viewer has; in PNGs it is the font of [`prepare`].
const FONT: &str = "sans-serif";

/// Width and height of a picture, in units of about 1/96 inch.
pub(super) const SIZE: (u32, u32) = (800, 480);
/// What axes and title leave of them.
const INNER: (f64, f64) = (700.0, 360.0);

/// A colour of the palette as the drawing library takes it.
pub(crate) const fn colour([red, green, blue]: Rgb) -> RGBColor {
    RGBColor(red, green, blue)
}

/// Readies what text is drawn with.
#[cfg(target_arch = "wasm32")]
pub(super) fn prepare() -> Result<(), PlotError> {
    Err(PlotError::Draw(
        "a page has no fonts to draw with".to_owned(),
    ))
}

/// Readies what text is drawn with.
#[cfg(not(target_arch = "wasm32"))]
pub(super) fn prepare() -> Result<(), PlotError> {
    static REGISTERED: std::sync::Once = std::sync::Once::new();
    let mut result = Ok(());
    REGISTERED.call_once(|| {
        let font = epaint_default_fonts::UBUNTU_LIGHT;
        result = plotters::style::register_font(FONT, FontStyle::Normal, font)
            .map_err(|_| PlotError::Draw("the built-in font does not read".to_owned()));
    });
    result
}

/// Text of a size, in the units of [`SIZE`].
pub(crate) fn text(size: u32, scale: u32) -> TextStyle<'static> {
    (FONT, size * scale).into_font().color(&INK)
}

/// A title and two axes.
pub(super) struct Frame<'a> {
    pub title: &'a str,
    pub x_label: &'a str,
    pub y_label: &'a str,
    pub x: (f64, f64),
    pub y: (f64, f64),
    /// What the vertical axis counts comes in whole numbers.
    pub counts: bool,
    /// Pixels a unit of [`SIZE`].
    pub scale: u32,
}

impl Frame<'_> {
    /// Draws them, and gives what lies between.
    pub fn draw<'a, D: DrawingBackend>(
        &self,
        area: &'a DrawingArea<D, Shift>,
    ) -> Result<Chart<'a, D>, DrawingAreaErrorKind<D::ErrorType>> {
        let (x, y, scale) = (self.x, self.y, self.scale);
        let x_marks = marks(x, (x.1 - x.0) * X_APART / INNER.0);
        let least = if self.counts { 1.0 } else { 0.0 };
        let y_apart = (y.1 - y.0) * Y_APART / INNER.1;
        let y_marks = marks(y, f64::max(y_apart, least));
        let mut chart = ChartBuilder::on(area)
            .caption(self.title, text(20, scale))
            .margin(14 * scale)
            .x_label_area_size(42 * scale)
            .y_label_area_size(64 * scale)
            .build_cartesian_2d(Axis::new(x, &x_marks), Axis::new(y, &y_marks))?;
        chart
            .configure_mesh()
            .x_desc(self.x_label)
            .y_desc(self.y_label)
            .x_label_formatter(&|x| written(&x_marks, *x))
            .y_label_formatter(&|y| written(&y_marks, *y))
            .axis_desc_style(text(15, scale))
            .label_style(text(13, scale))
            .axis_style(INK)
            .bold_line_style(GRID)
            .light_line_style(TRANSPARENT)
            .set_all_tick_mark_size(4 * scale)
            .draw()?;
        Ok(chart)
    }

    /// Explains the lines that were given a name.
    pub fn draw_legend<'a, D: DrawingBackend + 'a>(
        &self,
        chart: &mut Chart<'a, D>,
        position: SeriesLabelPosition,
    ) -> DrawResult<D> {
        chart
            .configure_series_labels()
            .position(position)
            .label_font(text(14, self.scale))
            .legend_area_size(26 * self.scale)
            .margin(12 * self.scale)
            .background_style(WHITE.mix(0.85))
            .draw()
    }
}

/// What stands at a mark.
fn written(marks: &[Mark], place: f64) -> String {
    let mark = marks.iter().find(|mark| mark.value == place);
    mark.map_or_else(String::new, |mark| number(mark.value, mark.apart))
}
