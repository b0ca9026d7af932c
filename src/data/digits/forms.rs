//! The forms of the digits: outlines of two fonts, as distances to the outline.

use std::sync::LazyLock;

use ab_glyph::{Font, FontRef, OutlineCurve, Point};

use crate::data::drawn::Vector;

/// A field reaches so far from the middle of its form, in heights of the form.
const REACH: f32 = 0.8;
/// Distances between neighbouring nodes of a field, along an axis.
const STEPS: usize = 64;
const NODES: usize = STEPS + 1;
/// Straight lines that stand for a curve.
const LINES_A_CURVE: u8 = 6;

/// Letters of a font that serve as the digits 0 to 9, and how thick its lines are, in heights.
struct Face {
    font: &'static [u8],
    line: f32,
    letters: [&'static str; 10],
}

/// Not only the digits' own letters: people also write 0 as a circle, 1 as a bare line, 4 open above, 6 and 9 with a
/// straight line, and 3 with a flat back, as other letters of the fonts are.
const FACES: [Face; 2] = [
    Face {
        font: epaint_default_fonts::UBUNTU_LIGHT,
        line: 0.085,
        letters: ["0O", "1I", "2", "3З", "4Ч", "5", "6b", "7", "8", "9q"],
    },
    Face {
        font: epaint_default_fonts::HACK_REGULAR,
        line: 0.125,
        letters: ["O", "1", "2", "3", "4", "5", "6", "7", "8", "9"],
    },
];

/// Each digit's forms.
pub(super) static FORMS: LazyLock<[Vec<Form>; 10]> = LazyLock::new(|| {
    std::array::from_fn(|digit| {
        let of_face = |face: &Face| {
            let font = FontRef::try_from_slice(face.font).expect("a font of the program's own");
            let forms = face.letters[digit].chars();
            forms
                .map(|letter| Form::new(&font, letter, face.line))
                .collect::<Vec<_>>()
        };
        FACES.iter().flat_map(of_face).collect()
    })
});

/// A form of a digit: how far each point of its surroundings is from its outline.
///
/// Lengths are in heights of the form, its middle is the origin, and y points down.
#[derive(Debug)]
pub(super) struct Form {
    /// How thick its lines are.
    pub line: f32,
    /// From its middle to its left and right ends.
    pub half_width: f32,
    /// Distances outside of the outline, negative inside, row by row.
    nodes: Vec<f32>,
}

impl Form {
    fn new(font: &FontRef<'_>, letter: char, line: f32) -> Self {
        let outline = font
            .outline(font.glyph_id(letter))
            .expect("a letter that its font has");
        let lines: Vec<[Point; 2]> = outline.curves.iter().flat_map(straightened).collect();
        let (min, max) = (outline.bounds.min, outline.bounds.max);
        // The font's y points up, so its "min" is the top left corner.
        let height = min.y - max.y;
        let middle = [(min.x + max.x) / 2.0, (min.y + max.y) / 2.0];
        let place = |point: Point| {
            [
                (point.x - middle[0]) / height,
                (middle[1] - point.y) / height,
            ]
        };
        let lines: Vec<[Vector; 2]> = lines.iter().map(|ends| ends.map(place)).collect();
        let at = |n: usize| (n as f32 / STEPS as f32 * 2.0 - 1.0) * REACH;
        let nodes = (0..NODES * NODES).map(|n| distance([at(n % NODES), at(n / NODES)], &lines));
        Self {
            line,
            half_width: (max.x - min.x) / 2.0 / height,
            nodes: nodes.collect(),
        }
    }

    /// How far a point is outside of the outline. What is beyond the field is as far as its border.
    pub fn distance(&self, point: Vector) -> f32 {
        let scaled = point.map(|v| ((v / REACH + 1.0) * 0.5).clamp(0.0, 1.0) * STEPS as f32);
        let [column, row] = scaled.map(|v| (v as usize).min(STEPS - 1));
        let [x, y] = [scaled[0] - column as f32, scaled[1] - row as f32];
        let along = |row: usize| {
            let left = self.nodes[row * NODES + column];
            left + (self.nodes[row * NODES + column + 1] - left) * x
        };
        let above = along(row);
        above + (along(row + 1) - above) * y
    }
}

/// A curve as straight lines.
fn straightened(curve: &OutlineCurve) -> Vec<[Point; 2]> {
    let at = |t: f32| match *curve {
        OutlineCurve::Line(from, to) => mix(from, to, t),
        OutlineCurve::Quad(from, by, to) => mix(mix(from, by, t), mix(by, to, t), t),
        OutlineCurve::Cubic(from, first, second, to) => {
            let by = mix(first, second, t);
            mix(
                mix(mix(from, first, t), by, t),
                mix(by, mix(second, to, t), t),
                t,
            )
        }
    };
    let lines = match curve {
        OutlineCurve::Line(..) => 1,
        OutlineCurve::Quad(..) | OutlineCurve::Cubic(..) => LINES_A_CURVE,
    };
    let ends = (0..=lines).map(|n| at(f32::from(n) / f32::from(lines)));
    let ends: Vec<Point> = ends.collect();
    ends.windows(2).map(|pair| [pair[0], pair[1]]).collect()
}

fn mix(from: Point, to: Point, share: f32) -> Point {
    Point {
        x: from.x + (to.x - from.x) * share,
        y: from.y + (to.y - from.y) * share,
    }
}

/// How far a point is outside of what the lines surround.
fn distance(point: Vector, lines: &[[Vector; 2]]) -> f32 {
    let mut nearest = f32::INFINITY;
    // How often the lines go round the point: each that crosses the ray to its right counts.
    let mut turns = 0;
    for [from, to] in lines {
        let along = [to[0] - from[0], to[1] - from[1]];
        let away = [point[0] - from[0], point[1] - from[1]];
        let length = along[0] * along[0] + along[1] * along[1];
        let share = match length > 0.0 {
            true => ((away[0] * along[0] + away[1] * along[1]) / length).clamp(0.0, 1.0),
            false => 0.0,
        };
        let [x, y] = [away[0] - share * along[0], away[1] - share * along[1]];
        nearest = nearest.min(x * x + y * y);
        let side = along[0] * away[1] - along[1] * away[0];
        if from[1] <= point[1] && to[1] > point[1] && side > 0.0 {
            turns += 1;
        } else if to[1] <= point[1] && from[1] > point[1] && side < 0.0 {
            turns -= 1;
        }
    }
    let distance = nearest.sqrt();
    if turns == 0 { distance } else { -distance }
}
