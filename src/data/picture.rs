//! One picture from the bytes of a PNG or JPEG file.

use std::io::Cursor;

use image::imageops::FilterType;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits};

use super::DataError;

/// The longest side of a picture, in pixels.
pub const LARGEST_SIDE: u32 = 16_384;
/// The most pixels of a picture: 67 million, more than a camera of 50 megapixels takes.
pub const LARGEST_PIXELS: u64 = 1 << 26;
/// The longest file of a picture, in bytes.
pub const LARGEST_FILE: u64 = 256 << 20;
/// The most memory that decoding a picture may take, in bytes: 8 bytes for each of the most pixels.
const LARGEST_ALLOCATION: u64 = 8 * LARGEST_PIXELS;
/// The most pixels that one byte of a file can hold: PNG's deflate makes 1,032 bytes of one, each
/// of 8 pixels of 1 bit; JPEG stays below.
const PIXELS_A_BYTE: u64 = 1032 * 8;

/// Decodes a PNG or JPEG, whichever it is by its content, into `size` × `size` pixels of red, green
/// and blue: `[3, size, size]`, 0–255.
///
/// The picture is turned as its EXIF orientation says, and stretched to the square, without cutting
/// anything off, by Catmull and Rom's cubic filter (widened when shrinking, so that nothing
/// aliases); one that has the size already stays as it is. Grey becomes three equal channels, 16 bits
/// become 8, and what is transparent is laid over black.
///
/// # Errors
///
/// [`DataError::PictureSize`] before anything is decoded; [`DataError::Picture`] for any other format
/// and for a damaged or shortened file.
pub fn decode(file: &str, bytes: &[u8], size: u32) -> Result<Vec<u8>, DataError> {
    let damaged = |reason: String| DataError::Picture {
        file: file.into(),
        reason,
    };
    let undecodable = |error: image::ImageError| damaged(error.to_string());
    let format = match image::guess_format(bytes) {
        Ok(format @ (ImageFormat::Png | ImageFormat::Jpeg)) => format,
        _ if bytes.is_empty() => return Err(damaged("it has 0 bytes".into())),
        _ => {
            return Err(damaged(
                "its first bytes are neither PNG's nor JPEG's".into(),
            ));
        }
    };
    // The decoder refuses a PNG without pixels too, but without saying how large it claims to be.
    if let Some((width, height)) = png_dimensions(bytes) {
        check_dimensions(file, bytes, width, height)?;
    }
    if format == ImageFormat::Jpeg && !jpeg_is_whole(bytes) {
        return Err(damaged(format!(
            "the JPEG was cut short, its {} bytes have no end marker",
            bytes.len()
        )));
    }

    let mut limits = Limits::default();
    limits.max_image_width = Some(LARGEST_SIDE);
    limits.max_image_height = Some(LARGEST_SIDE);
    limits.max_alloc = Some(LARGEST_ALLOCATION);
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(undecodable)?;
    let (width, height) = decoder.dimensions();
    check_dimensions(file, bytes, width, height)?;
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut image = DynamicImage::from_decoder(decoder).map_err(undecodable)?;
    image.apply_orientation(orientation);
    // Eight bits and no palette before resizing, alpha before it too, so that what is transparent
    // does not bleed into what is not.
    let mut image = DynamicImage::ImageRgb8(over_black(image));
    if (image.width(), image.height()) != (size, size) {
        image = image.resize_exact(size, size, FilterType::CatmullRom);
    }
    let pixels = image.into_rgb8().into_raw();
    Ok((0..3)
        .flat_map(|channel| pixels.iter().skip(channel).step_by(3).copied())
        .collect())
}

/// Red, green and blue, with what is transparent laid over black.
fn over_black(image: DynamicImage) -> image::RgbImage {
    if !image.color().has_alpha() {
        return image.into_rgb8();
    }
    let image = image.into_rgba8();
    let mut over = image::RgbImage::new(image.width(), image.height());
    for (to, from) in over.pixels_mut().zip(image.pixels()) {
        let [.., alpha] = from.0;
        for (to, from) in to.0.iter_mut().zip(from.0) {
            *to = ((u32::from(from) * u32::from(alpha) + 127) / 255) as u8;
        }
    }
    over
}

/// Refuses a picture that has no pixels, more than it may have, or more than its file can hold.
fn check_dimensions(file: &str, bytes: &[u8], width: u32, height: u32) -> Result<(), DataError> {
    let pixels = u64::from(width) * u64::from(height);
    if pixels == 0 || pixels > LARGEST_PIXELS || width.max(height) > LARGEST_SIDE {
        let (side, pixels) = (LARGEST_SIDE, LARGEST_PIXELS);
        return Err(DataError::PictureSize {
            file: file.into(),
            width,
            height,
            side,
            pixels,
        });
    }
    if pixels > (bytes.len() as u64).saturating_mul(PIXELS_A_BYTE) {
        let reason = format!(
            "{} bytes cannot hold its {width} × {height} pixels",
            bytes.len()
        );
        return Err(DataError::Picture {
            file: file.into(),
            reason,
        });
    }
    Ok(())
}

/// Columns and rows that a PNG's header claims; `None` if there is no such header.
fn png_dimensions(bytes: &[u8]) -> Option<(u32, u32)> {
    let header = bytes.strip_prefix(b"\x89PNG\r\n\x1a\n")?;
    let header = header.get(4..)?.strip_prefix(b"IHDR")?;
    let word = |at: usize| Some(u32::from_be_bytes(header.get(at..at + 4)?.try_into().ok()?));
    Some((word(0)?, word(4)?))
}

/// Whether a JPEG has its end marker, after the segments (which may hold a thumbnail with an end
/// marker of its own). The decoder fills up what is missing in grey and says nothing.
fn jpeg_is_whole(bytes: &[u8]) -> bool {
    let mut at = 2; // after the start marker
    while let Some(&[0xff, marker, high, low]) = bytes.get(at..at + 4) {
        match marker {
            0xff => at += 1, // padding
            0xda => break,   // the first scan
            _ => at += 2 + usize::from(u16::from_be_bytes([high, low])),
        }
    }
    bytes
        .get(at..)
        .is_some_and(|scans| scans.windows(2).any(|pair| pair == [0xff, 0xd9]))
}
