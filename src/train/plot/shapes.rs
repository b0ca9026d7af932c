//! A drawing as what it is made of, in units, for a screen whose fonts and colours are other than those of a file.

use std::convert::Infallible;

use plotters::prelude::*;
use plotters::style::text_anchor::HPos;
use plotters_backend::{BackendColor, BackendStyle, BackendTextStyle, DrawingErrorKind};

use super::canvas::{GRID, INK};
use super::palette::Rgb;
use super::{Drawing, PlotError};

/// Steps a unit: the drawing library knows whole numbers only.
const STEPS: u32 = 8;

/// A place, in units from the left and from the top.
pub type At = (f32, f32);

/// A colour, by what it is for where it is not of the palette.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Tone {
    /// That of text and axes.
    Ink,
    /// That of the lines behind all.
    Grid,
    /// One of the palette, and how opaque.
    Colour(Rgb, f32),
}

/// Where text stands from its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// It begins there.
    Left,
    /// Its middle is there.
    Middle,
    /// It ends there.
    Right,
}

/// Something drawn.
#[derive(Clone, Debug, PartialEq)]
pub enum Shape {
    /// A line through places, and how wide.
    Line(Vec<At>, f32, Tone),
    /// A shape that is filled, by its corners.
    Area(Vec<At>, Tone),
    /// A circle by its middle and radius, and how wide its line is; none where it is filled.
    Circle(At, f32, Option<f32>, Tone),
    /// Text.
    Text {
        /// What.
        words: String,
        /// The middle of its height.
        at: At,
        /// Height of its letters.
        size: f32,
        /// Where it stands from there.
        side: Side,
        /// Whether it runs upwards.
        is_upright: bool,
    },
}

/// A drawing as shapes.
pub(crate) fn drawn_as_shapes(drawing: &impl Drawing) -> Result<Vec<Shape>, PlotError> {
    let (width, height) = drawing.size();
    let mut shapes = Vec::new();
    let recorder = Recorder {
        size: (width * STEPS, height * STEPS),
        shapes: &mut shapes,
    };
    let area = recorder.into_drawing_area();
    drawing
        .draw(&area, STEPS)
        .map_err(|error| PlotError::Draw(error.to_string()))?;
    drop(area);
    Ok(shapes)
}

/// Shapes of a width and a height as a file, on white.
pub fn shapes_as_svg((width, height): (u32, u32), shapes: &[Shape]) -> String {
    let mut svg = format!(
        "<svg width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" \
         xmlns=\"http://www.w3.org/2000/svg\">\n<rect width=\"{width}\" height=\"{height}\" fill=\"#FFFFFF\"/>\n"
    );
    shapes.iter().for_each(|shape| write_shape(&mut svg, shape));
    svg.push_str("</svg>\n");
    svg
}

fn write_shape(svg: &mut String, shape: &Shape) {
    let places = |points: &[At]| {
        let places = points.iter().map(|(x, y)| format!("{x},{y}"));
        places.collect::<Vec<_>>().join(" ")
    };
    let line = |width: f32, tone: Tone| {
        let (colour, opacity) = written(tone);
        format!(
            "fill=\"none\" stroke=\"{colour}\" stroke-opacity=\"{opacity}\" stroke-width=\"{width}\""
        )
    };
    let filled = |tone: Tone| {
        let (colour, opacity) = written(tone);
        format!("fill=\"{colour}\" fill-opacity=\"{opacity}\"")
    };
    let text = match shape {
        Shape::Line(points, width, tone) => {
            format!(
                "<polyline points=\"{}\" {}/>",
                places(points),
                line(*width, *tone)
            )
        }
        Shape::Area(corners, tone) => {
            format!(
                "<polygon points=\"{}\" {}/>",
                places(corners),
                filled(*tone)
            )
        }
        Shape::Circle((x, y), radius, width, tone) => {
            let look = width.map_or_else(|| filled(*tone), |width| line(width, *tone));
            format!("<circle cx=\"{x}\" cy=\"{y}\" r=\"{radius}\" {look}/>")
        }
        Shape::Text {
            words,
            at: (x, y),
            size,
            side,
            is_upright,
        } => {
            let anchor = match side {
                Side::Left => "start",
                Side::Middle => "middle",
                Side::Right => "end",
            };
            let turn = match is_upright {
                true => format!(" transform=\"rotate(-90 {x} {y})\""),
                false => String::new(),
            };
            let words = words.replace('&', "&amp;").replace('<', "&lt;");
            format!(
                "<text x=\"{x}\" y=\"{y}\" dy=\"0.5ex\" text-anchor=\"{anchor}\" font-family=\"sans-serif\" \
                 font-size=\"{size}\" {}{turn}>{words}</text>",
                filled(Tone::Ink)
            )
        }
    };
    svg.push_str(&text);
    svg.push('\n');
}

/// A colour and how opaque it is, as SVG has them.
fn written(tone: Tone) -> (String, f32) {
    let (RGBColor(red, green, blue), opacity) = match tone {
        Tone::Ink => (INK, 1.0),
        Tone::Grid => (GRID, 1.0),
        Tone::Colour([red, green, blue], opacity) => (RGBColor(red, green, blue), opacity),
    };
    (format!("#{red:02X}{green:02X}{blue:02X}"), opacity)
}

/// What takes down what is drawn.
struct Recorder<'a> {
    size: (u32, u32),
    shapes: &'a mut Vec<Shape>,
}

type Place = (i32, i32);
type Drawn = Result<(), DrawingErrorKind<Infallible>>;

fn units(steps: u32) -> f32 {
    steps as f32 / STEPS as f32
}

fn at((x, y): Place) -> At {
    (x as f32 / STEPS as f32, y as f32 / STEPS as f32)
}

fn tone(colour: BackendColor) -> Tone {
    let (red, green, blue) = colour.rgb;
    match RGBColor(red, green, blue) {
        INK => Tone::Ink,
        GRID => Tone::Grid,
        _ => Tone::Colour([red, green, blue], colour.alpha as f32),
    }
}

impl DrawingBackend for Recorder<'_> {
    type ErrorType = Infallible;

    fn get_size(&self) -> (u32, u32) {
        self.size
    }

    fn ensure_prepared(&mut self) -> Drawn {
        Ok(())
    }

    fn present(&mut self) -> Drawn {
        Ok(())
    }

    fn draw_pixel(&mut self, _: Place, _: BackendColor) -> Drawn {
        Ok(())
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = Place>>(
        &mut self,
        path: I,
        style: &S,
    ) -> Drawn {
        let points = path.into_iter().map(at).collect();
        let shape = Shape::Line(points, units(style.stroke_width()), tone(style.color()));
        self.shapes.push(shape);
        Ok(())
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = Place>>(
        &mut self,
        corners: I,
        style: &S,
    ) -> Drawn {
        let corners = corners.into_iter().map(at).collect();
        self.shapes.push(Shape::Area(corners, tone(style.color())));
        Ok(())
    }

    fn draw_circle<S: BackendStyle>(
        &mut self,
        middle: Place,
        radius: u32,
        style: &S,
        is_filled: bool,
    ) -> Drawn {
        let line = (!is_filled).then(|| units(style.stroke_width()));
        let shape = Shape::Circle(at(middle), units(radius), line, tone(style.color()));
        self.shapes.push(shape);
        Ok(())
    }

    fn draw_text<S: BackendTextStyle>(&mut self, text: &str, style: &S, place: Place) -> Drawn {
        self.shapes.push(Shape::Text {
            words: text.to_owned(),
            at: at(place),
            // As in SVG.
            size: style.size() as f32 / 1.24 / STEPS as f32,
            side: match style.anchor().h_pos {
                HPos::Left => Side::Left,
                HPos::Center => Side::Middle,
                HPos::Right => Side::Right,
            },
            is_upright: matches!(style.transform(), FontTransform::Rotate270),
        });
        Ok(())
    }
}
