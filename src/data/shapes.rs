//! A built-in data set: made-up pictures of ten classes, drawn by code.
//!
//! A class is a form (disc, ring, square, triangle or cross) with a texture (striped or dotted), light
//! and dark on a darker ground. Everything else varies and says nothing of the class: hues, place,
//! size, a small turn, the background and its own faint texture, smaller forms strewn about, something
//! that hides a part, light and noise. A classifier must therefore see the texture inside the largest
//! form, and that form.
//!
//! How hard it is was set by trials with ResNet-14: full training learns it in a few epochs, training
//! BatchNorm alone does so slowly and stays well behind. (With either lightness first, any turn and
//! more noise, BatchNorm alone hardly left chance.)

use super::drawn::{Draw, Drawing, Vector};
use super::order::below;
use super::{DataSet, DataShape};

/// Training images of the data set `shapes`.
pub const TRAIN: usize = 10_000;
/// Test images of the data set `shapes`.
pub const TEST: usize = 2_000;
/// Rows and columns of its images.
pub const SIZE: u32 = 32;
/// Its seed: fixed, so that runs of different seeds see the same images.
pub const SEED: u64 = 0;

/// The classes, in the order of the labels: `2 · form + texture`.
pub const CLASSES: [&str; 10] = [
    "striped disc",
    "dotted disc",
    "striped ring",
    "dotted ring",
    "striped square",
    "dotted square",
    "striped triangle",
    "dotted triangle",
    "striped cross",
    "dotted cross",
];

/// The sizes of the data set `shapes`.
pub const SHAPE: DataShape = DataShape {
    channels: 3,
    height: SIZE,
    width: SIZE,
    classes: CLASSES.len(),
    train: TRAIN,
    test: TEST,
};

const FORMS: [Form; 5] = [
    Form::Disc,
    Form::Ring,
    Form::Square,
    Form::Triangle,
    Form::Cross,
];

/// Draws `train` and `test` pictures: `[N, 3, size, size]`. Image `i` has class `i mod 10`, and
/// depends on `seed` and `i` alone, so fewer images are the first of more.
///
/// # Panics
///
/// If `size` is 0.
pub fn generate(train: usize, test: usize, size: u32, seed: u64) -> DataSet {
    drawing(size).generate(train, test, seed)
}

/// The same, while a page goes on.
///
/// # Panics
///
/// If `size` is 0.
pub async fn generate_in_turns(train: usize, test: usize, size: u32, seed: u64) -> DataSet {
    drawing(size).generate_in_turns(train, test, seed).await
}

fn drawing(size: u32) -> Drawing {
    Drawing {
        channels: 3,
        size,
        classes: &CLASSES,
        purposes: [*b"shapes  ", *b"shapes t"],
        draw,
    }
}

#[derive(Clone, Copy)]
enum Form {
    Everywhere,
    Disc,
    Ring,
    Square,
    Triangle,
    Cross,
}

#[derive(Clone, Copy)]
enum Texture {
    Plain,
    Striped,
    Dotted,
}

type Colour = [f32; 3];

/// A form somewhere in the picture, in two colours. Lengths are in pixels.
struct Layer {
    form: Form,
    centre: Vector,
    /// The form's x axis, a unit vector.
    axis: Vector,
    /// From the centre to the outline, more or less.
    radius: f32,
    texture: Texture,
    /// The texture's x axis, a unit vector.
    texture_axis: Vector,
    /// From stripe to stripe or dot to dot.
    period: f32,
    colours: [Colour; 2],
}

impl Layer {
    /// Lays this over `below`, at a point.
    fn over(&self, point: Vector, below: Colour) -> Colour {
        let relative = [point[0] - self.centre[0], point[1] - self.centre[1]];
        let cover = coverage(self.form.distance(turn(relative, self.axis), self.radius));
        if cover == 0.0 {
            return below;
        }
        let second = self
            .texture
            .share(turn(relative, self.texture_axis), self.period);
        mix(below, mix(self.colours[0], self.colours[1], second), cover)
    }
}

impl Form {
    /// How far a point is outside of the form around the origin, negative inside; exact near the
    /// sides, which is all that [`coverage`] needs.
    fn distance(self, [x, y]: Vector, radius: f32) -> f32 {
        let length = || (x * x + y * y).sqrt();
        match self {
            Self::Everywhere => -1.0,
            Self::Disc => length() - radius,
            Self::Ring => (length() - 0.75 * radius).abs() - 0.27 * radius,
            Self::Square => x.abs().max(y.abs()) - 0.85 * radius,
            Self::Triangle => {
                // Three sides, half the way from the centre to a corner.
                let slope: f32 = 0.866_025_4 * x.abs() + 0.5 * y;
                slope.max(-y) - 0.6 * radius
            }
            Self::Cross => {
                let (long, short) = (x.abs().max(y.abs()), x.abs().min(y.abs()));
                (long - radius).max(short - 0.36 * radius)
            }
        }
    }
}

impl Texture {
    /// The share of the second colour at a point: two fifths of the plane, whichever the texture.
    fn share(self, [x, y]: Vector, period: f32) -> f32 {
        // From the middle of the nearest stripe or dot, −½ to ½ periods.
        let offset = |v: f32| v / period - (v / period + 0.5).floor();
        match self {
            Self::Plain => 0.0,
            Self::Striped => coverage((offset(x).abs() - 0.2) * period),
            Self::Dotted => {
                let (x, y) = (offset(x), offset(y));
                coverage(((x * x + y * y).sqrt() - 0.36) * period)
            }
        }
    }
}

/// How much of a pixel is covered, by its centre's distance outside of an outline.
fn coverage(distance: f32) -> f32 {
    (0.5 - distance).clamp(0.0, 1.0)
}

/// A vector in the coordinates whose x axis is `axis`.
fn turn([x, y]: Vector, [cos, sin]: Vector) -> Vector {
    [x * cos + y * sin, y * cos - x * sin]
}

fn mix(from: Colour, to: Colour, share: f32) -> Colour {
    std::array::from_fn(|channel| from[channel] + (to[channel] - from[channel]) * share)
}

impl Draw {
    /// A unit vector in any direction, all about equally likely: the rational points of a quarter
    /// circle, turned by quarters.
    fn axis(&mut self) -> Vector {
        let [x, y] = self.tilt(0.414_213_56);
        self.one_of(&[[x, y], [-y, x], [-x, -y], [y, -x]])
    }

    /// A colour of any hue, and of lightness between `low` and `high`.
    fn colour(&mut self, low: f32, high: f32) -> Colour {
        let hue = self.between(0.0, 6.0);
        let saturation = self.between(0.1, 0.9);
        let value = self.between(low, high);
        let ramp = |shift: f32| {
            let at = (hue + shift) % 6.0;
            ((at - 3.0).abs() - 1.0).clamp(0.0, 1.0)
        };
        [ramp(0.0), ramp(4.0), ramp(2.0)].map(|pure| value * (1.0 - saturation * (1.0 - pure)))
    }

    /// A light and a dark colour, either first.
    fn contrast(&mut self) -> [Colour; 2] {
        let (light, dark) = (self.colour(0.6, 1.0), self.colour(0.05, 0.45));
        self.one_of(&[[light, dark], [dark, light]])
    }

    /// A form of `radius` around `centre`.
    fn layer(
        &mut self,
        form: Form,
        texture: Texture,
        centre: Vector,
        radius: f32,
        pixel: f32,
    ) -> Layer {
        Layer {
            form,
            centre,
            axis: self.axis(),
            radius,
            texture,
            texture_axis: self.axis(),
            period: pixel
                * match texture {
                    Texture::Dotted => self.between(4.4, 6.0),
                    _ => self.between(3.6, 5.6),
                },
            colours: self.contrast(),
        }
    }

    /// A point in the picture, `margin` pixels from its edges.
    fn point(&mut self, size: f32, margin: f32) -> Vector {
        [
            self.between(margin, size - margin),
            self.between(margin, size - margin),
        ]
    }
}

/// Draws a picture of class `class`: `[3, size, size]`.
fn draw(class: usize, size: u32, mut draw: Draw, pixels: &mut [u8]) {
    let side = size as f32;
    let pixel = side / 32.0;
    let textures = [Texture::Plain, Texture::Striped, Texture::Dotted];

    // From back to front: background, clutter, the figure, what hides a part of it.
    let mut layers = Vec::with_capacity(8);
    let texture = draw.one_of(&textures);
    let middle = [side / 2.0; 2];
    let mut background = draw.layer(Form::Everywhere, texture, middle, side, 1.3 * pixel);
    background.colours = [draw.colour(0.1, 0.5), draw.colour(0.1, 0.5)];
    background.colours[1] = mix(background.colours[0], background.colours[1], 0.35);
    layers.push(background);
    for _ in 0..1 + below(&mut draw.0, 3) {
        let (form, texture) = (draw.one_of(&FORMS), draw.one_of(&textures));
        let (centre, radius) = (draw.point(side, 0.0), draw.between(2.2, 3.8) * pixel);
        layers.push(draw.layer(form, texture, centre, radius, pixel));
    }
    let texture = [Texture::Striped, Texture::Dotted][class % 2];
    let radius = draw.between(9.0, 13.0) * pixel;
    let centre = draw.point(side, 0.85 * radius);
    let mut figure = draw.layer(FORMS[class / 2], texture, centre, radius, pixel);
    figure.axis = draw.tilt(0.18);
    figure.colours = [draw.colour(0.75, 1.0), draw.colour(0.0, 0.3)];
    layers.push(figure);
    for _ in 0..below(&mut draw.0, 2) {
        let form = draw.one_of(&FORMS);
        let [x, y] = draw.axis();
        let reach = draw.between(0.6, 1.1) * radius;
        let centre = [centre[0] + reach * x, centre[1] + reach * y];
        let hidden = draw.between(2.0, 3.6) * pixel;
        layers.push(draw.layer(form, Texture::Plain, centre, hidden, pixel));
    }

    // Light falls off along a line; noise is the sum of four even ones, nearly normal.
    let light = draw.axis();
    let slope = draw.between(0.0, 0.4) / side;
    let noise = draw.between(3.0, 12.0) / 147.8;
    let plane = (size * size) as usize;
    for at in 0..plane {
        let point = [
            (at as u32 % size) as f32 + 0.5,
            (at as u32 / size) as f32 + 0.5,
        ];
        let colour = layers
            .iter()
            .fold([0.0; 3], |below, layer| layer.over(point, below));
        let along = (point[0] - middle[0]) * light[0] + (point[1] - middle[1]) * light[1];
        let gain = 255.0 * (0.9 + slope * along);
        for (channel, value) in colour.into_iter().enumerate() {
            let value = value * gain + draw.noise() * noise;
            pixels[channel * plane + at] = (value + 0.5) as u8; // saturates at 0 and 255
        }
    }
}
