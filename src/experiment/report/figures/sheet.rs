//! What figures are drawn on: lines, marks and text at places in units, and axes.

use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use crate::numbers::grouped;
use crate::train::plot::axes::{X_APART, Y_APART, marks, number};
use crate::train::plot::canvas::{DrawResult, GRID, INK, colour, text};
use crate::train::plot::palette::SERIES;

/// Width of a figure in a report.
pub(super) const WIDTH: f64 = 800.0;
/// Sizes of text; the drawing library makes letters about a fifth smaller.
pub(super) const TITLE: u32 = 22;
/// That of names and numbers.
pub(super) const SMALL: u32 = 17;

/// A place, in units from the left and from the top.
pub(super) type At = (f64, f64);

/// A mark's shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    Circle,
    Square,
    Triangle,
    Diamond,
    Down,
    Cross,
}

/// How a series looks: never by colour alone.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Look {
    pub colour: RGBColor,
    pub shape: Shape,
    /// Lengths of stroke and gap; none for a line without gaps.
    pub dash: Option<(f64, f64)>,
}

impl Look {
    /// The one of a place in a list.
    pub fn of(place: usize) -> Self {
        const SHAPES: [Shape; 5] = [
            Shape::Circle,
            Shape::Square,
            Shape::Triangle,
            Shape::Diamond,
            Shape::Down,
        ];
        const DASHES: [Option<(f64, f64)>; 4] =
            [None, Some((9.0, 5.0)), Some((3.0, 4.0)), Some((14.0, 4.0))];
        Self {
            colour: colour(SERIES[place % SERIES.len()]),
            shape: SHAPES[place % SHAPES.len()],
            dash: DASHES[place % DASHES.len()],
        }
    }

    /// What explains marks, whatever their colour.
    pub fn ink(shape: Shape) -> Self {
        Self {
            colour: INK,
            shape,
            dash: None,
        }
    }
}

/// How wide text is at most, about: viewers have fonts of their own.
pub(super) fn width(text: &str, size: u32) -> f64 {
    text.chars().count() as f64 * f64::from(size) * 0.46
}

/// Text that fits; where it does not, its middle is left out: names often differ at their ends.
pub(super) fn fitting(text: &str, most: f64, size: u32) -> String {
    if width(text, size) <= most {
        return text.to_owned();
    }
    let letters = (most / width("x", size)).max(3.0) as usize - 1;
    let (first, last) = (letters - letters / 2, letters / 2);
    let all: Vec<char> = text.chars().collect();
    let first: String = all[..first.min(all.len())].iter().collect();
    let last: String = all[all.len().saturating_sub(last)..].iter().collect();
    format!("{}…{}", first.trim_end(), last.trim_start())
}

/// A drawing area, in units.
pub(super) struct Sheet<'a, D: DrawingBackend> {
    pub area: &'a DrawingArea<D, Shift>,
    pub scale: u32,
}

impl<D: DrawingBackend> Sheet<'_, D> {
    fn place(&self, (x, y): At) -> (i32, i32) {
        let scale = f64::from(self.scale);
        ((x * scale).round() as i32, (y * scale).round() as i32)
    }

    /// Text beside a place.
    pub fn text(&self, words: &str, at: At, size: u32, side: HPos) -> DrawResult<D> {
        let style = text(size, self.scale).pos(Pos::new(side, VPos::Center));
        self.area.draw(&Text::new(words, self.place(at), style))
    }

    /// Text that runs upwards.
    fn upright(&self, words: &str, at: At, size: u32) -> DrawResult<D> {
        let style = text(size, self.scale)
            .transform(FontTransform::Rotate270)
            .pos(Pos::new(HPos::Center, VPos::Center));
        self.area.draw(&Text::new(words, self.place(at), style))
    }

    /// A line through places.
    pub fn line(&self, points: &[At], colour: RGBColor, width: u32) -> DrawResult<D> {
        let points: Vec<_> = points.iter().map(|at| self.place(*at)).collect();
        let style = colour.stroke_width(width * self.scale);
        self.area.draw(&PathElement::new(points, style))
    }

    /// A line as a series has it.
    pub fn series(&self, points: &[At], look: &Look) -> DrawResult<D> {
        match look.dash {
            None => self.line(points, look.colour, 2),
            Some(dash) => dashes(points, dash)
                .iter()
                .try_for_each(|dash| self.line(dash, look.colour, 2)),
        }
    }

    /// A filled shape.
    pub fn area(&self, points: &[At], style: RGBAColor) -> DrawResult<D> {
        let points: Vec<_> = points.iter().map(|at| self.place(*at)).collect();
        self.area.draw(&Polygon::new(points, style.filled()))
    }

    /// A mark of a size, from its middle to its edge.
    pub fn mark(&self, at: At, size: f64, look: &Look, is_filled: bool) -> DrawResult<D> {
        let (x, y) = at;
        let corners = match look.shape {
            Shape::Circle => {
                let radius = (size * f64::from(self.scale)).round() as i32;
                let style = match is_filled {
                    true => look.colour.filled(),
                    false => look.colour.stroke_width(self.scale),
                };
                return self.area.draw(&Circle::new(self.place(at), radius, style));
            }
            Shape::Cross => {
                let falling = [(x - size, y - size), (x + size, y + size)];
                let rising = [(x - size, y + size), (x + size, y - size)];
                self.line(&falling, look.colour, 2)?;
                return self.line(&rising, look.colour, 2);
            }
            Shape::Square => vec![
                (x - size, y - size),
                (x + size, y - size),
                (x + size, y + size),
                (x - size, y + size),
            ],
            Shape::Triangle => vec![
                (x, y - size - 1.0),
                (x + size + 1.0, y + size),
                (x - size - 1.0, y + size),
            ],
            Shape::Down => vec![
                (x, y + size + 1.0),
                (x + size + 1.0, y - size),
                (x - size - 1.0, y - size),
            ],
            Shape::Diamond => {
                let size = size + 1.5;
                vec![(x, y - size), (x + size, y), (x, y + size), (x - size, y)]
            }
        };
        if is_filled {
            return self.area(&corners, look.colour.into());
        }
        let mut outline = corners.clone();
        outline.extend(corners.first());
        self.line(&outline, look.colour, 1)
    }

    /// An interval that stands upright, with ends.
    pub fn upright_interval(&self, low: At, high: At, colour: RGBColor) -> DrawResult<D> {
        for (x, y) in [low, high] {
            self.line(&[(x - 4.0, y), (x + 4.0, y)], colour, 1)?;
        }
        self.line(&[low, high], colour, 1)
    }
}

/// A line in pieces.
fn dashes(points: &[At], (stroke, gap): (f64, f64)) -> Vec<Vec<At>> {
    let mut pieces = Vec::new();
    let (mut piece, mut left, mut is_stroke) = (Vec::new(), stroke, true);
    for pair in points.windows(2) {
        let ((x0, y0), (x1, y1)) = (pair[0], pair[1]);
        let length = (x1 - x0).hypot(y1 - y0);
        let at = |along: f64| {
            (
                x0 + (x1 - x0) * along / length,
                y0 + (y1 - y0) * along / length,
            )
        };
        let mut along = 0.0;
        if is_stroke {
            piece.push((x0, y0));
        }
        while length - along > left {
            along += left;
            piece.push(at(along));
            if is_stroke {
                pieces.push(std::mem::take(&mut piece));
            } else {
                piece = vec![at(along)];
            }
            is_stroke = !is_stroke;
            left = if is_stroke { stroke } else { gap };
        }
        left -= length - along;
        if is_stroke {
            piece.push((x1, y1));
        }
    }
    if is_stroke && piece.len() > 1 {
        pieces.push(piece);
    }
    pieces
}

/// An axis: its ends, what is marked on it, and its name.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Axis {
    pub range: (f64, f64),
    pub marks: Vec<(f64, String)>,
    pub label: String,
}

impl Axis {
    /// One with marks at round numbers, `apart` units from each other at least on a length.
    pub fn linear(range: (f64, f64), label: String, length: f64, apart: f64) -> Self {
        let found = marks(range, (range.1 - range.0) * apart / length);
        let written = found
            .iter()
            .map(|mark| (mark.value, number(mark.value, mark.apart)));
        Self {
            range,
            marks: written.collect(),
            label,
        }
    }

    /// One from left to right.
    pub fn across(range: (f64, f64), label: String, length: f64) -> Self {
        Self::linear(range, label, length, X_APART)
    }

    /// One from below to above.
    pub fn up(range: (f64, f64), label: String, length: f64) -> Self {
        Self::linear(range, label, length, Y_APART)
    }

    /// One of logarithms to base 2, marked at values that are there, as far as there is room.
    pub fn doubling(range: (f64, f64), values: &[f64], label: String, length: f64) -> Self {
        let mut values: Vec<f64> = values.to_vec();
        values.sort_by(f64::total_cmp);
        let mut marks: Vec<(f64, String)> = Vec::new();
        let place = |at: f64| (at - range.0) / (range.1 - range.0) * length;
        let mut free = f64::NEG_INFINITY;
        for value in values {
            let words = grouped(value.exp2().round() as u64);
            let half = width(&words, SMALL) / 2.0;
            if place(value) - half > free + 6.0 {
                free = place(value) + half;
                marks.push((value, words));
            }
        }
        Self {
            range,
            marks,
            label,
        }
    }

    fn share(&self, value: f64) -> f64 {
        let (low, high) = self.range;
        ((value - low) / (high - low)).clamp(0.0, 1.0)
    }
}

/// Two axes and what lies between.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Plot {
    pub left: f64,
    pub top: f64,
    pub width: f64,
    pub height: f64,
    pub x: Axis,
    pub y: Axis,
}

impl Plot {
    /// Where a point lies.
    pub fn at(&self, x: f64, y: f64) -> At {
        (
            self.left + self.x.share(x) * self.width,
            self.top + (1.0 - self.y.share(y)) * self.height,
        )
    }

    /// Draws grid, axes and their names.
    pub fn draw<D: DrawingBackend>(&self, sheet: &Sheet<'_, D>) -> DrawResult<D> {
        let bottom = self.top + self.height;
        for (value, words) in &self.y.marks {
            let (_, y) = self.at(self.x.range.0, *value);
            sheet.line(&[(self.left, y), (self.left + self.width, y)], GRID, 1)?;
            sheet.text(words, (self.left - 7.0, y), SMALL, HPos::Right)?;
        }
        for (value, words) in &self.x.marks {
            let (x, _) = self.at(*value, self.y.range.0);
            sheet.line(&[(x, self.top), (x, bottom)], GRID, 1)?;
            sheet.text(words, (x, bottom + 14.0), SMALL, HPos::Center)?;
        }
        let corners = [
            (self.left, self.top),
            (self.left, bottom),
            (self.left + self.width, bottom),
        ];
        sheet.line(&corners, INK, 1)?;
        let middle = self.left + self.width / 2.0;
        sheet.text(&self.x.label, (middle, bottom + 38.0), SMALL, HPos::Center)?;
        let middle = self.top + self.height / 2.0;
        sheet.upright(&self.y.label, (self.left - 52.0, middle), SMALL)
    }
}

/// What a mark or a line stands for.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Key {
    pub words: String,
    pub look: Look,
    pub has_line: bool,
    /// Whether it has a mark, and whether that is filled.
    pub mark: Option<bool>,
}

impl Key {
    /// That of a mark alone.
    pub fn of_mark(words: &str, shape: Shape, is_filled: bool) -> Self {
        Self {
            words: words.to_owned(),
            look: Look::ink(shape),
            has_line: false,
            mark: Some(is_filled),
        }
    }
}

/// Rows of keys below a figure of a width.
pub(super) struct Keys<'a>(pub &'a [Key], pub f64);

impl Keys<'_> {
    const ROW: f64 = 24.0;

    fn columns(&self) -> usize {
        let widest = self.0.iter().map(|key| width(&key.words, SMALL) + 60.0);
        let widest = widest.fold(1.0, f64::max);
        ((self.1 - 80.0) / widest).clamp(1.0, 4.0) as usize
    }

    /// How high they are.
    pub fn height(&self) -> f64 {
        Self::ROW * self.0.len().div_ceil(self.columns()) as f64
    }

    /// Draws them from `top` on.
    pub fn draw<D: DrawingBackend>(&self, sheet: &Sheet<'_, D>, top: f64) -> DrawResult<D> {
        let columns = self.columns();
        let each = (self.1 - 80.0) / columns as f64;
        for (place, key) in self.0.iter().enumerate() {
            let left = 60.0 + (place % columns) as f64 * each;
            let y = top + Self::ROW * ((place / columns) as f64 + 0.5);
            if key.has_line {
                sheet.series(&[(left, y), (left + 34.0, y)], &key.look)?;
            }
            if let Some(is_filled) = key.mark {
                sheet.mark((left + 17.0, y), 4.0, &key.look, is_filled)?;
            }
            let words = fitting(&key.words, each - 50.0, SMALL);
            sheet.text(&words, (left + 42.0, y), SMALL, HPos::Left)?;
        }
        Ok(())
    }
}
