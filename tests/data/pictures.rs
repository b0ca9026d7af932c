//! What becomes of one picture.

use bnonly::data::Background;
use bnonly::data::picture::{self, Picture};
use image::{DynamicImage, GrayImage, ImageFormat, Luma, Rgb, RgbImage, Rgba, RgbaImage};

use crate::data::files::*;

fn decode_all(bytes: &[u8], size: u32) -> Picture {
    picture::decode("x", bytes, size, Background::WHITE).unwrap()
}

fn decode(bytes: &[u8], size: u32) -> Vec<u8> {
    decode_all(bytes, size).pixels
}

#[test]
fn channels_come_one_after_the_other() {
    let image = RgbImage::from_fn(2, 2, |x, y| Rgb([10 + x as u8, 20 + y as u8, 30]));
    let pixels = decode(&encode(&image.into(), ImageFormat::Png), 2);
    assert_eq!(pixels, [10, 11, 10, 11, 20, 20, 21, 21, 30, 30, 30, 30]);
}

#[test]
fn what_is_transparent_is_laid_over_the_background() {
    let image = RgbaImage::from_fn(2, 1, |x, _| {
        if x == 0 {
            Rgba([255, 0, 0, 0])
        } else {
            Rgba([200, 100, 0, 128])
        }
    });
    let image =
        DynamicImage::ImageRgba8(image).resize_exact(2, 2, image::imageops::FilterType::Nearest);
    let bytes = encode(&image, ImageFormat::Png);
    for (background, expected) in [
        ("black", [[0, 100], [0, 50], [0, 0]]),
        ("white", [[255, 227], [255, 177], [255, 127]]),
        ("#0a6400", [[10, 105], [100, 100], [0, 0]]),
    ] {
        let picture = picture::decode("x", &bytes, 2, background.parse().unwrap()).unwrap();
        let expected = expected.map(|row| [row, row]);
        assert_eq!(
            picture.pixels,
            expected.as_flattened().as_flattened(),
            "{background}"
        );
        assert!(picture.is_transparent);
    }
    assert_eq!(decode_all(&bytes, 2).pixels[0], 255, "white is the default");
    let opaque = RgbaImage::from_pixel(2, 2, Rgba([7, 8, 9, 255]));
    let picture = decode_all(&encode(&opaque.into(), ImageFormat::Png), 2);
    assert!(!picture.is_transparent);
    assert_eq!(picture.pixels, [7, 7, 7, 7, 8, 8, 8, 8, 9, 9, 9, 9]);
}

#[test]
fn backgrounds_are_words_or_colours() {
    for text in ["white", "black", "#80c0ff", "#000001"] {
        assert_eq!(text.parse::<Background>().unwrap().to_string(), text);
    }
    assert_eq!("#FFFFFF".parse(), Ok(Background::WHITE));
    for text in [
        "", "grey", "#fff", "#12345", "#1234567", "80c0ff", "#+12345", "#é1234",
    ] {
        assert!(text.parse::<Background>().is_err(), "{text}");
    }
}

#[test]
fn each_format_is_read_and_cut_short_refused() {
    let image = RgbImage::from_fn(40, 30, |x, y| {
        Rgb([(x * 6) as u8, (y * 8) as u8, (x * y) as u8])
    });
    let exact = decode(&encode(&image.clone().into(), ImageFormat::Png), 8);
    for format in picture::FORMATS {
        let bytes = encode(&image.clone().into(), format);
        let read = decode_all(&bytes, 8);
        assert_eq!(read.format, format);
        assert!(!read.has_more && !read.is_transparent, "{format:?}");
        // JPEG and GIF lose something; the others nothing.
        let most = exact
            .iter()
            .zip(&read.pixels)
            .map(|(one, other)| one.abs_diff(*other))
            .max();
        let may = if matches!(format, ImageFormat::Jpeg | ImageFormat::Gif) {
            40
        } else {
            0
        };
        assert!(most.unwrap() <= may, "{format:?} is {most:?} away");
        let cut = picture::decode("x", &bytes[..bytes.len() / 2], 8, Background::WHITE);
        assert!(cut.is_err(), "{format:?} cut short");
    }
}

#[test]
fn of_several_pictures_the_first_is_read() {
    let frame = |red: u8| image::Frame::new(RgbaImage::from_pixel(4, 4, Rgba([red, 0, 0, 255])));
    let mut gif = Vec::new();
    image::codecs::gif::GifEncoder::new(&mut gif)
        .encode_frames([frame(200), frame(50)])
        .unwrap();
    let read = decode_all(&gif, 4);
    assert!(read.has_more);
    assert_eq!(read.pixels[0], 200);
}

#[test]
fn what_is_no_picture_is_told_for_what_it_is() {
    let heic = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic";
    for (bytes, part) in [
        (&b""[..], "0 bytes"),
        (&[0; 50], "all of its 50 bytes are zero"),
        (b"<!DOCTYPE html><title>404</title>", "web page"),
        (b"\n<html><body>", "web page"),
        (
            b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n",
            "git lfs pull",
        ),
        (heic, "image/heif"),
        (b"8BPS\0\x01\0\0\0\0\0\0\0\x03", "PNG or JPEG"),
        (
            b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'/>",
            "SVG",
        ),
        (b"PK\x03\x04\x14\0\0\0\x08\0", "application/zip"),
        (b"\0\x05\x16\x07\0\x02\0\0Mac OS X", "macOS"),
        (
            b"{\"error\": \"not found\"}",
            "text, which begins with `{\"error\"",
        ),
        (b"\x07\x99\x03\xfe", "no picture format"),
    ] {
        let refused = picture::decode("a.jpg", bytes, 8, Background::WHITE).unwrap_err();
        assert_says(&refused.to_string(), &["a.jpg", part]);
    }
}

#[test]
fn grey_becomes_three_channels() {
    let image = GrayImage::from_pixel(3, 3, Luma([77]));
    for format in [ImageFormat::Png, ImageFormat::Jpeg] {
        assert_eq!(decode(&encode(&image.clone().into(), format), 3), [77; 27]);
    }
}

#[test]
fn pictures_are_brought_to_size_whole() {
    // Left half dark, right half light, three times as wide as high.
    let image = RgbImage::from_fn(96, 32, |x, _| Rgb([if x < 48 { 20 } else { 220 }; 3]));
    let pixels = decode(&encode(&image.into(), ImageFormat::Png), 8);
    assert_eq!(pixels.len(), 3 * 64);
    for row in pixels.chunks_exact(8) {
        assert_eq!((row[0], row[1], row[6], row[7]), (20, 20, 220, 220));
    }
    let checks = RgbImage::from_fn(256, 256, |x, y| Rgb([((x + y) % 2 * 255) as u8; 3]));
    let pixels = decode(&encode(&checks.into(), ImageFormat::Png), 8);
    assert!(
        pixels.iter().all(|v| v.abs_diff(127) <= 2),
        "shrinking must not alias: {pixels:?}"
    );
}

#[test]
fn the_content_counts_and_not_the_ending() {
    let jpeg = plain_picture(4, 4, [50; 3], ImageFormat::Jpeg);
    assert_eq!(decode(&jpeg, 4), [50; 48]);
}

#[test]
fn a_jpeg_may_have_bytes_after_its_end() {
    let mut jpeg = plain_picture(4, 4, [50; 3], ImageFormat::Jpeg);
    jpeg.extend([0; 100]);
    assert_eq!(decode(&jpeg, 4), [50; 48]);
}
