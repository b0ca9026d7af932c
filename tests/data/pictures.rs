//! What becomes of one picture.

use bnonly::data::picture::decode;
use image::{DynamicImage, GrayImage, ImageFormat, Luma, Rgb, RgbImage, Rgba, RgbaImage};

use crate::data::files::*;

#[test]
fn channels_come_one_after_the_other() {
    let image = RgbImage::from_fn(2, 2, |x, y| Rgb([10 + x as u8, 20 + y as u8, 30]));
    let pixels = decode("x", &encode(&image.into(), ImageFormat::Png), 2).unwrap();
    assert_eq!(pixels, [10, 11, 10, 11, 20, 20, 21, 21, 30, 30, 30, 30]);
}

#[test]
fn what_is_transparent_is_laid_over_black() {
    let image = RgbaImage::from_fn(2, 1, |x, _| {
        if x == 0 {
            Rgba([255, 0, 0, 0])
        } else {
            Rgba([200, 100, 0, 128])
        }
    });
    let image =
        DynamicImage::ImageRgba8(image).resize_exact(2, 2, image::imageops::FilterType::Nearest);
    let pixels = decode("x", &encode(&image, ImageFormat::Png), 2).unwrap();
    assert_eq!(pixels, [0, 100, 0, 100, 0, 50, 0, 50, 0, 0, 0, 0]);
}

#[test]
fn grey_becomes_three_channels() {
    let image = GrayImage::from_pixel(3, 3, Luma([77]));
    for format in [ImageFormat::Png, ImageFormat::Jpeg] {
        assert_eq!(
            decode("x", &encode(&image.clone().into(), format), 3).unwrap(),
            [77; 27]
        );
    }
}

#[test]
fn pictures_are_brought_to_size_whole() {
    // Left half dark, right half light, three times as wide as high.
    let image = RgbImage::from_fn(96, 32, |x, _| Rgb([if x < 48 { 20 } else { 220 }; 3]));
    let pixels = decode("x", &encode(&image.into(), ImageFormat::Png), 8).unwrap();
    assert_eq!(pixels.len(), 3 * 64);
    for row in pixels.chunks_exact(8) {
        assert_eq!((row[0], row[1], row[6], row[7]), (20, 20, 220, 220));
    }
    let checks = RgbImage::from_fn(256, 256, |x, y| Rgb([((x + y) % 2 * 255) as u8; 3]));
    let pixels = decode("x", &encode(&checks.into(), ImageFormat::Png), 8).unwrap();
    assert!(
        pixels.iter().all(|v| v.abs_diff(127) <= 2),
        "shrinking must not alias: {pixels:?}"
    );
}

#[test]
fn the_content_counts_and_not_the_ending() {
    let jpeg = plain_picture(4, 4, [50; 3], ImageFormat::Jpeg);
    assert_eq!(decode("x.png", &jpeg, 4).unwrap(), [50; 48]);
}

#[test]
fn a_jpeg_may_have_bytes_after_its_end() {
    let mut jpeg = plain_picture(4, 4, [50; 3], ImageFormat::Jpeg);
    jpeg.extend([0; 100]);
    assert_eq!(decode("x", &jpeg, 4).unwrap(), [50; 48]);
}
