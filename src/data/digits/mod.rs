//! A built-in data set: the ten digits, drawn from the program's own fonts as if by many hands.
//!
//! `forms` has each digit's outlines as distances, so that a line can be made thick or thin; `waves`
//! bends them smoothly and makes the ground uneven. Everything but the form varies: size, width, slant,
//! turn, place, thickness, ink, ground and noise. The digit is lighter than its ground, as in MNIST.
//!
//! docs/decisions says how hard that is beside real handwriting.

mod forms;
mod waves;

use super::drawn::{Draw, Drawing, Vector};
use super::order::below;
use super::{DataSet, DataShape};
use forms::{FORMS, Form};
use waves::Waves;

/// Training images of the data set `digits`.
pub const TRAIN: usize = 60_000;
/// Test images of the data set `digits`.
pub const TEST: usize = 10_000;
/// Rows and columns that its images may have; the first where nothing is said.
pub const SIZES: [u32; 2] = [16, 28];
/// Its seed: fixed, so that runs of different seeds see the same images.
pub const SEED: u64 = 0;

/// The classes, in the order of the labels.
pub const CLASSES: [&str; 10] = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];

/// The sizes of the data set `digits`, with `size` rows and columns.
pub const fn shape(size: u32) -> DataShape {
    DataShape {
        channels: 1,
        height: size,
        width: size,
        classes: CLASSES.len(),
        train: TRAIN,
        test: TEST,
    }
}

/// Draws `train` and `test` pictures: `[N, 1, size, size]`. Image `i` is of digit `i mod 10`, and
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
        channels: 1,
        size,
        classes: &CLASSES,
        purposes: [*b"digits  ", *b"digits t"],
        draw,
    }
}

/// How a form is written: what takes a place of the picture to one of the form.
struct Hand {
    form: &'static Form,
    /// Where the middle of the form is. The picture goes from (−1, −1) to (1, 1), y down.
    middle: Vector,
    /// Half the height of the form: 1 for the whole picture.
    height: f32,
    /// The form's x axis, a unit vector.
    axis: Vector,
    /// How far the top leans to the right, for each height above the middle.
    slant: f32,
    /// By how much it is wider than in the font.
    stretch: f32,
    /// By how much its lines are thicker than in the font, in heights.
    thicker: f32,
    /// What bends it, along x and y, in heights.
    bends: Waves<2>,
}

impl Hand {
    fn new(digit: usize, draw: &mut Draw) -> Self {
        let forms = &FORMS[digit];
        let form = &forms[below(&mut draw.0, forms.len() as u32) as usize];
        let height = draw.between(0.64, 0.86);
        let stretch = draw.between(0.8, 1.3);
        let bend = draw.between(0.0, 0.2);
        Self {
            form,
            middle: [draw.between(-0.1, 0.1), draw.between(-0.06, 0.06)],
            height,
            axis: draw.tilt(0.1),
            slant: draw.between(-0.1, 0.4),
            // No wider than the picture has room for.
            stretch: stretch.min(0.5 / form.half_width),
            thicker: draw.between(0.08, 0.2) - form.line,
            bends: Waves::new(draw, bend),
        }
    }

    /// How much of a pixel is ink, by the place of its middle and half its side.
    fn ink(&self, point: Vector, half_pixel: f32) -> f32 {
        let [x, y] = [point[0] - self.middle[0], point[1] - self.middle[1]];
        let [cos, sin] = self.axis;
        let heights = 0.5 / self.height;
        let [x, y] = [(x * cos + y * sin) * heights, (y * cos - x * sin) * heights];
        let x = (x + self.slant * y) / self.stretch;
        let bend = self.bends.at([1.4 * x, 1.4 * y]);
        let outside = self.form.distance([x + bend[0], y + bend[1]]) - 0.5 * self.thicker;
        (0.5 - outside / (2.0 * half_pixel * heights)).clamp(0.0, 1.0)
    }
}

/// Draws a picture of a digit: `[1, size, size]`.
fn draw(digit: usize, size: u32, mut draw: Draw, pixels: &mut [u8]) {
    let hand = Hand::new(digit, &mut draw);
    let ground = draw.between(0.0, 0.2);
    let contrast = draw.between(0.6, 1.0);
    let unevenness = draw.between(0.0, 0.15);
    let grounds = Waves::<1>::new(&mut draw, unevenness);
    let noise = draw.between(0.0, 0.06) / 147.8;
    let half_pixel = 1.0 / size as f32;
    for (at, pixel) in pixels.iter_mut().enumerate() {
        let place = |n: u32| (2 * n + 1) as f32 * half_pixel - 1.0;
        let point = [place(at as u32 % size), place(at as u32 / size)];
        let below = ground + grounds.at(point)[0];
        let share = hand.ink(point, half_pixel);
        let value = below + contrast * (1.0 - 0.5 * below.max(0.0)) * share;
        let value = value + draw.noise() * noise;
        *pixel = (value * 255.0 + 0.5) as u8; // saturates at 0 and 255
    }
}
