//! One picture from the bytes of a file: PNG, JPEG, WebP, BMP, TIFF or GIF.

use std::io::Cursor;

use image::codecs::{gif::GifDecoder, png::PngDecoder, webp::WebPDecoder};
use image::imageops::FilterType;
use image::metadata::Orientation;
use image::{AnimationDecoder as _, DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits};

use super::{Background, DataError};

/// The formats that are read.
pub const FORMATS: [ImageFormat; 6] = [
    ImageFormat::Png,
    ImageFormat::Jpeg,
    ImageFormat::WebP,
    ImageFormat::Bmp,
    ImageFormat::Tiff,
    ImageFormat::Gif,
];
/// The longest side of a picture, in pixels.
pub const LARGEST_SIDE: u32 = 16_384;
/// The most pixels of a picture: 67 million, more than a camera of 50 megapixels takes.
pub const LARGEST_PIXELS: u64 = 1 << 26;
/// The longest file of a picture, in bytes.
pub const LARGEST_FILE: u64 = 256 << 20;
/// The most memory that decoding a picture may take, in bytes: 8 bytes for each of the most pixels.
const LARGEST_ALLOCATION: u64 = 8 * LARGEST_PIXELS;
/// The most pixels that one byte of a PNG or JPEG can hold: PNG's deflate makes 1,032 bytes of one, each
/// of 8 pixels of 1 bit; JPEG stays below. Other formats have no such bound.
const PIXELS_A_BYTE: u64 = 1032 * 8;

/// A picture as it was decoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// `[3, size, size]`, 0–255.
    pub pixels: Vec<u8>,
    /// The format of the file's content.
    pub format: ImageFormat,
    /// Whether something was transparent, if ever so little.
    pub is_transparent: bool,
    /// Whether the file has more pictures than the first, which was taken: an animation, or pages.
    pub has_more: bool,
}

/// Decodes a picture, of whichever format by its content, into `size` × `size` pixels of red, green
/// and blue: `[3, size, size]`, 0–255.
///
/// The picture is turned as its EXIF orientation says, and stretched to the square, without cutting
/// anything off, by Catmull and Rom's cubic filter (widened when shrinking, so that nothing
/// aliases); one that has the size already stays as it is. Grey becomes three equal channels, 16 bits
/// become 8, and what is transparent is laid over the background. Of several pictures the first is taken.
///
/// # Errors
///
/// [`DataError::PictureSize`] before anything is decoded; [`DataError::Picture`] for any other content,
/// saying what it is, and for a damaged or shortened file.
pub fn decode(
    file: &str,
    bytes: &[u8],
    size: u32,
    background: Background,
) -> Result<Picture, DataError> {
    let damaged = |reason: String| DataError::Picture {
        file: file.into(),
        reason,
    };
    let undecodable = |error: image::ImageError| damaged(error.to_string());
    let format = match image::guess_format(bytes) {
        Ok(format) if FORMATS.contains(&format) => format,
        _ => return Err(damaged(what_it_is(bytes))),
    };
    // The decoder refuses a PNG without pixels too, but without saying how large it claims to be.
    if let Some((width, height)) = png_dimensions(bytes) {
        check_dimensions(file, format, bytes, width, height)?;
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
    check_dimensions(file, format, bytes, width, height)?;
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut image = DynamicImage::from_decoder(decoder).map_err(undecodable)?;
    image.apply_orientation(orientation);
    // Eight bits and no palette before resizing, alpha before it too, so that what is transparent
    // does not bleed into what is not.
    let (image, is_transparent) = laid_over(image, background);
    let mut image = DynamicImage::ImageRgb8(image);
    if (image.width(), image.height()) != (size, size) {
        image = image.resize_exact(size, size, FilterType::CatmullRom);
    }
    let pixels = image.into_rgb8().into_raw();
    let channels = (0..3).flat_map(|channel| pixels.iter().skip(channel).step_by(3).copied());
    Ok(Picture {
        pixels: channels.collect(),
        format,
        is_transparent,
        has_more: has_more(format, bytes),
    })
}

/// Red, green and blue, with what is transparent laid over the background; whether anything is.
fn laid_over(image: DynamicImage, background: Background) -> (image::RgbImage, bool) {
    if !image.color().has_alpha() {
        return (image.into_rgb8(), false);
    }
    let image = image.into_rgba8();
    let mut over = image::RgbImage::new(image.width(), image.height());
    let mut is_transparent = false;
    for (to, from) in over.pixels_mut().zip(image.pixels()) {
        let [.., alpha] = from.0.map(u32::from);
        is_transparent |= alpha < 255;
        for ((to, from), below) in to.0.iter_mut().zip(from.0).zip(background.0) {
            *to = ((u32::from(from) * alpha + u32::from(below) * (255 - alpha) + 127) / 255) as u8;
        }
    }
    (over, is_transparent)
}

/// Whether a file that was decoded has a second picture.
fn has_more(format: ImageFormat, bytes: &[u8]) -> bool {
    let bytes = Cursor::new(bytes);
    match format {
        ImageFormat::Png => PngDecoder::new(bytes)
            .and_then(|png| png.is_apng())
            .unwrap_or(false),
        ImageFormat::Gif => {
            GifDecoder::new(bytes).is_ok_and(|gif| gif.into_frames().nth(1).is_some())
        }
        ImageFormat::WebP => WebPDecoder::new(bytes).is_ok_and(|webp| webp.has_animation()),
        ImageFormat::Tiff => {
            tiff::decoder::Decoder::new(bytes).is_ok_and(|tiff| tiff.more_images())
        }
        _ => false,
    }
}

/// What bytes are that are no picture of a known format.
fn what_it_is(bytes: &[u8]) -> String {
    const SAVE: &str = "which is not read here: save it as PNG or JPEG";
    let start = &bytes[..bytes.len().min(1024)];
    let text = String::from_utf8_lossy(start)
        .trim_start_matches('\u{feff}')
        .trim_start()
        .to_lowercase();
    let kind = infer::get(bytes).map(|kind| kind.mime_type());
    match kind {
        _ if bytes.is_empty() => "it has 0 bytes".to_owned(),
        _ if bytes.iter().all(|byte| *byte == 0) => {
            format!("all of its {} bytes are zero", bytes.len())
        }
        _ if text.starts_with("version https://git-lfs") => {
            "it is a Git LFS pointer, not the picture itself: fetch that by `git lfs pull`"
                .to_owned()
        }
        _ if bytes.starts_with(&[0, 5, 0x16, 7]) => {
            "it is what macOS notes of another file".to_owned()
        }
        _ if text.contains("<svg") => format!("it is an SVG drawing, {SAVE}"),
        _ if kind == Some("text/html")
            || text.starts_with("<!doctype html")
            || text.contains("<html") =>
        {
            "it is a web page (HTML), perhaps what a server answered in place of the picture"
                .to_owned()
        }
        Some(kind) if kind.starts_with("image/") => {
            format!("it is a picture of the kind {kind}, {SAVE}")
        }
        Some(kind) => format!("its content is no picture but {kind}"),
        None if is_text(start) => {
            let begins: String = text.chars().take(40).collect();
            format!(
                "it is text, which begins with `{}`",
                begins.lines().next().unwrap_or_default()
            )
        }
        None => "its first bytes are those of no picture format that is known here".to_owned(),
    }
}

/// Whether the start of a file is text; a letter may be cut at its end.
fn is_text(start: &[u8]) -> bool {
    let is_letters = |text: &str| {
        text.chars()
            .all(|letter| !letter.is_control() || letter.is_whitespace())
    };
    match std::str::from_utf8(start) {
        Ok(text) => is_letters(text),
        Err(error) => error.error_len().is_none() && error.valid_up_to() > 0,
    }
}

/// Refuses a picture that has no pixels, more than it may have, or more than its file can hold.
fn check_dimensions(
    file: &str,
    format: ImageFormat,
    bytes: &[u8],
    width: u32,
    height: u32,
) -> Result<(), DataError> {
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
    let is_bounded = matches!(format, ImageFormat::Png | ImageFormat::Jpeg);
    if is_bounded && pixels > (bytes.len() as u64).saturating_mul(PIXELS_A_BYTE) {
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
