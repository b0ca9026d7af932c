//! What the data sets have in common that code draws: labels in turn, a stream of random numbers a picture.
//!
//! Drawing uses additions, multiplications, divisions, square roots and rounding only, which are exact in
//! IEEE arithmetic: the bytes are the same on every platform.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::Rng;
use rayon::prelude::*;

use super::order::{below, stream};
use super::{DataSet, Images};
use crate::platform::{IS_A_PAGE, yield_now};

/// Pictures that a page draws between two of its other turns; some ten milliseconds.
const PICTURES_A_TURN: usize = 128;

/// How a data set is drawn.
#[derive(Clone, Copy, Debug)]
pub(super) struct Drawing {
    /// Channels of a picture.
    pub channels: u32,
    /// Its rows and columns.
    pub size: u32,
    /// Names of the classes, in the order of the labels.
    pub classes: &'static [&'static str],
    /// Streams of random numbers for the pictures to train on and those to test on.
    pub purposes: [[u8; 8]; 2],
    /// Draws a picture of a class: `[channels, size, size]`.
    pub draw: fn(class: usize, size: u32, draw: Draw, pixels: &mut [u8]),
}

impl Drawing {
    /// Draws `train` and `test` pictures. Picture `i` has class `i mod` their number, and depends on
    /// `seed` and `i` alone, so fewer pictures are the first of more.
    ///
    /// # Panics
    ///
    /// If the size is 0.
    pub fn generate(&self, train: usize, test: usize, seed: u64) -> DataSet {
        let mut data = self.undrawn(train, test);
        for (images, purpose) in [&mut data.train, &mut data.test]
            .into_iter()
            .zip(self.purposes)
        {
            self.draw_from(0, &mut images.pixels, seed, purpose);
        }
        data
    }

    /// The same, while a page goes on.
    ///
    /// # Panics
    ///
    /// If the size is 0.
    pub async fn generate_in_turns(&self, train: usize, test: usize, seed: u64) -> DataSet {
        let mut data = self.undrawn(train, test);
        for (images, purpose) in [&mut data.train, &mut data.test]
            .into_iter()
            .zip(self.purposes)
        {
            let at_once = if IS_A_PAGE {
                PICTURES_A_TURN
            } else {
                images.len().max(1)
            };
            let turns = images.pixels.chunks_mut(at_once * self.image_bytes());
            for (turn, pixels) in turns.enumerate() {
                self.draw_from(turn * at_once, pixels, seed, purpose);
                yield_now().await;
            }
        }
        data
    }

    /// The labels, and black pictures.
    fn undrawn(&self, train: usize, test: usize) -> DataSet {
        assert!(self.size > 0, "pictures need pixels");
        let images = |count: usize| {
            let mut images = Images::empty(self.channels, self.size, self.size);
            images.labels = (0..self.classes.len() as u32).cycle().take(count).collect();
            images.pixels = vec![0; count * self.image_bytes()];
            images
        };
        DataSet {
            train: images(train),
            test: images(test),
            classes: self
                .classes
                .iter()
                .map(|&name| String::from(name))
                .collect(),
        }
    }

    fn image_bytes(&self) -> usize {
        Images::empty(self.channels, self.size, self.size).image_bytes()
    }

    /// Draws pictures, from number `first` on.
    fn draw_from(&self, first: usize, pixels: &mut [u8], seed: u64, purpose: [u8; 8]) {
        let each = pixels.par_chunks_exact_mut(self.image_bytes()).enumerate();
        each.for_each(|(place, pixels)| {
            let index = first + place;
            let rng = stream(seed, index as u64, purpose);
            (self.draw)(index % self.classes.len(), self.size, Draw(rng), pixels);
        });
    }
}

/// Two coordinates, in pixels unless said otherwise.
pub(super) type Vector = [f32; 2];

/// Random choices for one picture.
#[derive(Debug)]
pub(super) struct Draw(pub ChaCha8Rng);

impl Draw {
    /// A number, all about equally likely.
    pub fn between(&mut self, low: f32, high: f32) -> f32 {
        let unit = (self.0.next_u32() >> 8) as f32 / (1 << 24) as f32;
        low + (high - low) * unit
    }

    /// One of a few.
    pub fn one_of<T: Copy>(&mut self, items: &[T]) -> T {
        items[below(&mut self.0, items.len() as u32) as usize]
    }

    /// A unit vector near the x axis: turned by up to twice the angle whose tangent is `limit`.
    pub fn tilt(&mut self, limit: f32) -> Vector {
        let t = self.between(-limit, limit);
        let norm = 1.0 + t * t;
        [(1.0 - t * t) / norm, 2.0 * t / norm]
    }

    /// The sum of four even numbers, nearly normal, of mean 0 and deviation 147.8.
    pub fn noise(&mut self) -> f32 {
        let bytes = self.0.next_u32().to_le_bytes();
        let sum: u32 = bytes.into_iter().map(u32::from).sum();
        sum as f32 - 510.0
    }
}
