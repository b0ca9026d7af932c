//! Corruptions of images, by which one sees how far a network can be trusted on others than it was trained on.

use std::fmt;
use std::io::Cursor;
use std::str::FromStr;

use image::codecs::jpeg::{JpegDecoder, JpegEncoder};
use image::{DynamicImage, ExtendedColorType, GrayImage, RgbImage};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, Normal};

use super::Images;

/// What is done to images. Levels are those of CIFAR-10-C (Hendrycks and Dietterich, arXiv 1903.12261) for small
/// images, so that five of one kind are about as hard there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Corruption {
    kind: Kind,
    /// 1 to 5.
    level: u8,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// Gaussian noise, each pixel's own.
    Noise,
    /// A Gaussian's mean of the pixels around.
    Blur,
    /// Nearer to the image's mean.
    Contrast,
    /// Saved as JPEG of low quality, and read again.
    Jpeg,
}

const NAMED: [(&str, Kind); 4] = [
    ("noise", Kind::Noise),
    ("blur", Kind::Blur),
    ("contrast", Kind::Contrast),
    ("jpeg", Kind::Jpeg),
];

/// Deviation of the noise, of pixels from 0 to 1.
const NOISE: [f64; 5] = [0.04, 0.06, 0.08, 0.09, 0.10];
/// Deviation of the Gaussian, in pixels.
const BLUR: [f32; 5] = [0.4, 0.6, 0.7, 0.8, 1.0];
/// What of the difference from the mean is left.
const CONTRAST: [f64; 5] = [0.75, 0.5, 0.4, 0.3, 0.15];
/// Quality.
const JPEG: [u8; 5] = [80, 65, 58, 50, 40];

impl Corruption {
    /// Changes images, each the same way every time.
    pub fn apply(self, images: &mut Images) {
        let bytes = images.image_bytes();
        let size = (images.width, images.height);
        let level = usize::from(self.level - 1);
        for (at, pixels) in images.pixels.chunks_exact_mut(bytes).enumerate() {
            match self.kind {
                Kind::Noise => noise(pixels, NOISE[level], at as u64),
                Kind::Contrast => contrast(pixels, size, CONTRAST[level]),
                Kind::Blur => redrawn(pixels, size, |image| image.blur(BLUR[level])),
                Kind::Jpeg => redrawn(pixels, size, |image| resaved(image, JPEG[level])),
            }
        }
    }
}

fn noise(pixels: &mut [u8], deviation: f64, image: u64) {
    let mut random = ChaCha8Rng::seed_from_u64(image);
    let normal = Normal::new(0.0, 255.0 * deviation).expect("a deviation above zero");
    for pixel in pixels {
        *pixel = (f64::from(*pixel) + normal.sample(&mut random)).round() as u8;
    }
}

/// Around each channel's mean.
fn contrast(pixels: &mut [u8], (width, height): (u32, u32), left: f64) {
    for plane in pixels.chunks_exact_mut((width * height) as usize) {
        let sum: u64 = plane.iter().map(|pixel| u64::from(*pixel)).sum();
        let mean = sum as f64 / plane.len() as f64;
        for pixel in plane {
            *pixel = (mean + left * (f64::from(*pixel) - mean)).round() as u8;
        }
    }
}

/// Planes of one or three channels as an image, and back.
fn redrawn(
    pixels: &mut [u8],
    (width, height): (u32, u32),
    change: impl FnOnce(DynamicImage) -> DynamicImage,
) {
    let area = (width * height) as usize;
    if pixels.len() == area {
        let image = GrayImage::from_raw(width, height, pixels.to_vec());
        let image = change(image.expect("as many pixels").into()).into_luma8();
        pixels.copy_from_slice(image.as_raw());
        return;
    }
    let colours = (0..area).flat_map(|at| [pixels[at], pixels[area + at], pixels[2 * area + at]]);
    let image = RgbImage::from_raw(width, height, colours.collect());
    let image = change(image.expect("as many pixels").into()).into_rgb8();
    for (at, colours) in image.pixels().enumerate() {
        for (channel, value) in colours.0.into_iter().enumerate() {
            pixels[channel * area + at] = value;
        }
    }
}

/// What is left of an image saved as JPEG. What cannot be saved stays as it is.
fn resaved(image: DynamicImage, quality: u8) -> DynamicImage {
    let mut bytes = Vec::new();
    let colour: ExtendedColorType = image.color().into();
    let saved = JpegEncoder::new_with_quality(&mut bytes, quality).encode(
        image.as_bytes(),
        image.width(),
        image.height(),
        colour,
    );
    let read = saved.and_then(|()| {
        let decoder = JpegDecoder::new(Cursor::new(&bytes))?;
        DynamicImage::from_decoder(decoder)
    });
    read.unwrap_or(image)
}

impl fmt::Display for Corruption {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = NAMED.iter().find(|(_, kind)| *kind == self.kind);
        let name = name.map_or("", |(name, _)| name);
        write!(f, "{name}:{}", self.level)
    }
}

/// A text is no corruption.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected noise, blur, contrast or jpeg with a level from 1 to 5, such as noise:3")]
pub struct NoCorruption;

impl FromStr for Corruption {
    type Err = NoCorruption;

    fn from_str(text: &str) -> Result<Self, NoCorruption> {
        let (name, level) = text.split_once(':').ok_or(NoCorruption)?;
        let kind = NAMED.iter().find(|(known, _)| *known == name);
        let (_, kind) = kind.ok_or(NoCorruption)?;
        let level = level.parse().ok().filter(|level| (1..=5).contains(level));
        Ok(Self {
            kind: *kind,
            level: level.ok_or(NoCorruption)?,
        })
    }
}
