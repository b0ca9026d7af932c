//! IDX files, the format of MNIST, Fashion-MNIST, KMNIST, EMNIST and QMNIST: a magic number, the dimensions,
//! and the items; numbers are big-endian. Plain or gzipped.
//!
//! Source: <http://yann.lecun.com/exdb/mnist/>; for QMNIST's labels <https://github.com/facebookresearch/qmnist>.

use std::io::{BufRead, Read};

use super::archive::{DEFLATE_RATIO, Unzip, is_gzip};
use super::cifar::{read_up_to, reserve};
use super::content::{self, START};
use super::{DataError, Images};

/// Unsigned bytes in three dimensions: images, rows, columns.
const IMAGES_MAGIC: u32 = 0x0000_0803;
/// Unsigned bytes in one dimension.
const LABELS_MAGIC: u32 = 0x0000_0801;
/// 32-bit integers in two dimensions: QMNIST's labels, of which each has its class first.
const LONG_LABELS_MAGIC: u32 = 0x0000_0c02;
/// The longest side of an image.
const LARGEST_SIDE: u32 = 1024;
/// The most numbers a label has; QMNIST's have eight.
const MOST_NUMBERS: u32 = 64;

/// Whether a file that begins so, unpacked, is an IDX file of images or labels.
pub(super) fn is_idx(start: &[u8]) -> bool {
    [IMAGES_MAGIC, LABELS_MAGIC, LONG_LABELS_MAGIC]
        .iter()
        .any(|magic| start.starts_with(&magic.to_be_bytes()))
}

/// Reads an IDX file of images, of `bytes` bytes as it lies on the disk: `[N, 1, H, W]`, without
/// labels.
///
/// # Errors
///
/// Another magic number, dimensions that do not agree with the length or that the file cannot hold,
/// sides over 1,024 pixels, no images, or what the reader or the decompressor says.
pub fn read_images(file: &str, bytes: u64, reader: impl BufRead) -> Result<Images, DataError> {
    let read = read_items(file, bytes, reader, "images", &[IMAGES_MAGIC], |sizes| {
        let sensible = 1..=LARGEST_SIDE;
        let (height, width) = (sizes[0], sizes[1]);
        if sensible.contains(&height) && sensible.contains(&width) {
            return Ok(());
        }
        let (side, pixels) = (LARGEST_SIDE, u64::from(LARGEST_SIDE).pow(2));
        Err(DataError::PictureSize {
            file: file.into(),
            width,
            height,
            side,
            pixels,
        })
    })?;
    Ok(Images {
        pixels: read.content,
        ..Images::empty(1, read.sizes[0], read.sizes[1])
    })
}

/// Reads an IDX file of labels, of `bytes` bytes as it lies on the disk: bytes, or QMNIST's rows of integers, whose
/// first is the class.
///
/// # Errors
///
/// As [`read_images`], and a class that is no byte.
pub fn read_labels(file: &str, bytes: u64, reader: impl BufRead) -> Result<Vec<u8>, DataError> {
    let magics = [LABELS_MAGIC, LONG_LABELS_MAGIC];
    let read = read_items(
        file,
        bytes,
        reader,
        "labels",
        &magics,
        |sizes| match sizes {
            [numbers] if !(1..=MOST_NUMBERS).contains(numbers) => Err(DataError::IdxLabels {
                file: file.into(),
                numbers: *numbers,
                most: MOST_NUMBERS,
            }),
            _ => Ok(()),
        },
    )?;
    let &[numbers] = read.sizes.as_slice() else {
        return Ok(read.content);
    };
    let rows = read.content.chunks_exact(4 * numbers as usize);
    let labels = (0..).zip(rows).map(|(record, row)| {
        let label = row
            .first_chunk()
            .map_or(0, |first| u32::from_be_bytes(*first));
        u8::try_from(label).map_err(|_| DataError::LabelOutOfRange {
            file: file.into(),
            what: "label",
            record,
            label,
            classes: 256,
        })
    });
    labels.collect()
}

/// The items of an IDX file.
struct Items {
    /// The sizes of an item.
    sizes: Vec<u32>,
    content: Vec<u8>,
}

/// Reads magic number (one of `magics`), number of items, the sizes of an item (which `check` may refuse), and the
/// items' bytes.
fn read_items(
    file: &str,
    bytes: u64,
    mut reader: impl BufRead,
    what: &'static str,
    magics: &[u32],
    check: impl FnOnce(&[u32]) -> Result<(), DataError>,
) -> Result<Items, DataError> {
    let zipped = is_gzip(&mut reader).map_err(DataError::read(file))?;
    let mut reader = Unzip::new(reader).map_err(DataError::read(file))?;
    let Header {
        header,
        unit,
        count,
        sizes,
    } = read_header(file, &mut reader, what, magics)?;
    check(&sizes)?;

    let content = sizes
        .iter()
        .fold(u128::from(count) * unit, |product, &size| {
            product * u128::from(size)
        });
    let expected = content + header as u128;
    let length = |found: String| DataError::IdxLength {
        file: file.into(),
        dimensions: sizes.iter().fold(format!("{count} {what}"), |text, size| {
            format!("{text} × {size}")
        }),
        expected,
        found,
    };
    let most = bytes.saturating_mul(DEFLATE_RATIO);
    if zipped && expected > u128::from(most) {
        return Err(DataError::TooLarge {
            file: file.into(),
            bytes: format!("{expected} bytes"),
            limit: most,
            why: "that a gzip file of its length can hold",
        });
    }
    if !zipped && expected != u128::from(bytes) {
        return Err(length(bytes.to_string()));
    }
    let mut content_bytes = Vec::new();
    reserve(file, &mut content_bytes, content)?;
    // The file holds as many, or could: `reserve` has seen that they fit into `usize`.
    let content = content as usize;
    reader
        .by_ref()
        .take(content as u64)
        .read_to_end(&mut content_bytes)
        .map_err(DataError::read(file))?;
    if content_bytes.len() < content {
        return Err(length((header + content_bytes.len()).to_string()));
    }
    if read_up_to(&mut reader, &mut [0]).map_err(DataError::read(file))? != 0 {
        return Err(length(format!("more than {expected}")));
    }
    Ok(Items {
        sizes,
        content: content_bytes,
    })
}

/// What stands before the items.
struct Header {
    /// Its own bytes.
    header: usize,
    /// Bytes of a number.
    unit: u128,
    /// How many items there are.
    count: u32,
    /// The sizes of an item.
    sizes: Vec<u32>,
}

fn read_header(
    file: &str,
    reader: &mut impl Read,
    what: &'static str,
    magics: &[u32],
) -> Result<Header, DataError> {
    let mut magic = [0; 4];
    let found = read_up_to(reader, &mut magic).map_err(DataError::read(file))?;
    let number = u32::from_be_bytes(magic);
    // The last byte is the number of dimensions; there are at most three.
    let header = 4 + 4 * (number & 3) as usize;
    if found == magic.len() && !magics.contains(&number) {
        let mut start = magic.to_vec();
        let more = reader.take((START - start.len()) as u64);
        // What cannot be read on is no less wrong.
        let _ = { more }.read_to_end(&mut start);
        let wrong = || DataError::IdxMagic {
            file: file.into(),
            what,
            found: number,
            expected: magics[0],
        };
        return Err(content::refuse(file, &start, "an IDX file").unwrap_or_else(wrong));
    }
    let mut rest = vec![0; if found == magic.len() { header - 4 } else { 0 }];
    let found = found + read_up_to(reader, &mut rest).map_err(DataError::read(file))?;
    let expected = if found < 4 {
        4 + 4 * (magics[0] & 3) as usize
    } else {
        header
    };
    if found < expected {
        return Err(DataError::CutShort {
            file: file.into(),
            found: found as u64,
            expected: expected as u64,
        });
    }
    let mut words = rest
        .chunks_exact(4)
        .map(|word| u32::from_be_bytes([word[0], word[1], word[2], word[3]]));
    match words.next() {
        Some(count @ 1..) => Ok(Header {
            header,
            unit: if number == LONG_LABELS_MAGIC { 4 } else { 1 },
            count,
            sizes: words.collect(),
        }),
        _ => Err(DataError::Empty { file: file.into() }),
    }
}

/// Gives `images` their `labels`.
///
/// # Errors
///
/// [`DataError::CountMismatch`] if they are not equally many.
pub fn pair(
    images_file: &str,
    images: Images,
    labels_file: &str,
    labels: &[u8],
) -> Result<Images, DataError> {
    let count = images.pixels.len() / images.image_bytes();
    if labels.len() != count {
        return Err(DataError::CountMismatch {
            images_file: images_file.into(),
            images: count as u64,
            labels_file: labels_file.into(),
            labels: labels.len() as u64,
        });
    }
    Ok(Images {
        labels: labels.iter().map(|&label| u32::from(label)).collect(),
        ..images
    })
}
