//! IDX files, the format of MNIST, Fashion-MNIST, KMNIST and EMNIST: a magic number, the dimensions,
//! and bytes; numbers are big-endian. Plain or gzipped.
//!
//! Source: <http://yann.lecun.com/exdb/mnist/>.

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use super::archive::{DEFLATE_RATIO, Unzip, is_gzip};
use super::cifar::{read_up_to, reserve};
use super::{DataError, DataSet, Images};
use crate::platform::fs::{self, open};

/// Unsigned bytes in three dimensions: images, rows, columns.
const IMAGES_MAGIC: u32 = 0x0000_0803;
/// Unsigned bytes in one dimension.
const LABELS_MAGIC: u32 = 0x0000_0801;
/// The longest side of an image.
const LARGEST_SIDE: u32 = 1024;

/// Reads an IDX file of images, of `bytes` bytes as it lies on the disk: `[N, 1, H, W]`, without
/// labels.
///
/// # Errors
///
/// Another magic number, dimensions that do not agree with the length or that the file cannot hold,
/// sides over 1,024 pixels, no images, or what the reader or the decompressor says.
pub fn read_images(file: &str, bytes: u64, reader: impl BufRead) -> Result<Images, DataError> {
    let ([height, width], pixels) = read_bytes(
        file,
        bytes,
        reader,
        "images",
        IMAGES_MAGIC,
        |[height, width]| {
            let sensible = 1..=LARGEST_SIDE;
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
        },
    )?;
    Ok(Images {
        pixels,
        ..Images::empty(1, height, width)
    })
}

/// Reads an IDX file of labels, of `bytes` bytes as it lies on the disk.
///
/// # Errors
///
/// As [`read_images`].
pub fn read_labels(file: &str, bytes: u64, reader: impl BufRead) -> Result<Vec<u8>, DataError> {
    let ([], labels) = read_bytes(file, bytes, reader, "labels", LABELS_MAGIC, |[]| Ok(()))?;
    Ok(labels)
}

/// Reads magic number, number of items, the `N` sizes of an item (which `check` may refuse), and the
/// items' bytes.
fn read_bytes<const N: usize>(
    file: &str,
    bytes: u64,
    mut reader: impl BufRead,
    what: &'static str,
    magic: u32,
    check: impl FnOnce([u32; N]) -> Result<(), DataError>,
) -> Result<([u32; N], Vec<u8>), DataError> {
    let zipped = is_gzip(&mut reader).map_err(DataError::read(file))?;
    let mut reader = Unzip::new(reader).map_err(DataError::read(file))?;
    let (count, sizes) = read_header(file, &mut reader, what, magic)?;
    check(sizes)?;

    let header = header_bytes(N);
    let content = sizes.iter().fold(u128::from(count), |product, &size| {
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
    Ok((sizes, content_bytes))
}

/// Bytes before the items: magic number, number of items, and the sizes of an item in `dimensions` dimensions.
fn header_bytes(dimensions: usize) -> usize {
    8 + 4 * dimensions
}

/// Reads the number of items and the `N` sizes of an item.
fn read_header<const N: usize>(
    file: &str,
    reader: &mut impl Read,
    what: &'static str,
    magic: u32,
) -> Result<(u32, [u32; N]), DataError> {
    let mut header = vec![0; header_bytes(N)];
    let found = read_up_to(reader, &mut header).map_err(DataError::read(file))?;
    let word = |index: usize| {
        let mut word = [0; 4];
        word.copy_from_slice(&header[4 * index..][..4]);
        u32::from_be_bytes(word)
    };
    if found >= 4 && word(0) != magic {
        return Err(DataError::IdxMagic {
            file: file.into(),
            what,
            found: word(0),
            expected: magic,
        });
    }
    if found < header.len() {
        return Err(DataError::CutShort {
            file: file.into(),
            found: found as u64,
            expected: header.len() as u64,
        });
    }
    match word(1) {
        0 => Err(DataError::Empty { file: file.into() }),
        count => Ok((count, std::array::from_fn(|index| word(2 + index)))),
    }
}

/// The four files of a folder.
struct Files {
    train_images: PathBuf,
    train_labels: PathBuf,
    test_images: PathBuf,
    test_labels: PathBuf,
}

/// The path in `folder` of the file such as `train-images-idx3-ubyte`, in any of its spellings.
fn spelled(folder: &Path, stem: &str, dimensions: u32) -> Option<PathBuf> {
    let names = ["-", "."].map(|dash| format!("{stem}{dash}idx{dimensions}-ubyte"));
    let names = names
        .iter()
        .flat_map(|name| [name.clone(), format!("{name}.gz")]);
    names
        .map(|name| folder.join(name))
        .find(|path| fs::is_file(path))
}

/// Whether the folder at `path` has an IDX file.
pub(super) fn is_folder(path: &Path) -> bool {
    ["train", "t10k"].iter().any(|part| {
        spelled(path, &format!("{part}-images"), 3).is_some()
            || spelled(path, &format!("{part}-labels"), 1).is_some()
    })
}

/// Reads the folder of IDX files at `path`: `train-images-idx3-ubyte`, `train-labels-idx1-ubyte`,
/// `t10k-images-idx3-ubyte` and `t10k-labels-idx1-ubyte`, each also with `.idx3-ubyte` for
/// `-idx3-ubyte`, and with or without `.gz`. The classes are 0 to the largest label trained on, and
/// are named so.
///
/// # Errors
///
/// A missing file, as [`read_images`], images and labels that are not equally many, test images of
/// another size, a test label that no training image has reached, or a single class.
pub fn load_folder(path: &Path) -> Result<DataSet, DataError> {
    let find = |stem: &str, dimensions: u32| {
        spelled(path, stem, dimensions).ok_or_else(|| DataError::MissingFile {
            folder: path.display().to_string(),
            file: format!("{stem}-idx{dimensions}-ubyte or {stem}-idx{dimensions}-ubyte.gz"),
            layout: "folder of IDX files (MNIST and its likes)",
        })
    };
    let files = Files {
        train_images: find("train-images", 3)?,
        train_labels: find("train-labels", 1)?,
        test_images: find("t10k-images", 3)?,
        test_labels: find("t10k-labels", 1)?,
    };
    let train = read_pair(&files.train_images, &files.train_labels)?;
    let test = read_pair(&files.test_images, &files.test_labels)?;
    if (test.height, test.width) != (train.height, train.width) {
        return Err(DataError::SizeMismatch {
            file: files.test_images.display().to_string(),
            found: format!("{} × {}", test.height, test.width),
            expected: format!("{} × {}", train.height, train.width),
        });
    }
    let classes = train.labels.iter().max().map_or(0, |&label| label + 1);
    if classes < 2 {
        let file = files.train_labels.display().to_string();
        return Err(DataError::TooFewClasses {
            file,
            found: classes as usize,
        });
    }
    if let Some(record) = test.labels.iter().position(|&label| label >= classes) {
        return Err(DataError::LabelOutOfRange {
            file: files.test_labels.display().to_string(),
            what: "label",
            record: record as u64,
            label: test.labels[record],
            classes,
        });
    }
    Ok(DataSet {
        train,
        test,
        classes: (0..classes).map(|class| class.to_string()).collect(),
    })
}

/// Reads a file of images and the file of their labels.
fn read_pair(images_path: &Path, labels_path: &Path) -> Result<Images, DataError> {
    let opened = |path: &Path| {
        let file = path.display().to_string();
        let (bytes, reader) = open(path).map_err(DataError::read(&file))?;
        Ok::<_, DataError>((file, bytes, BufReader::new(reader)))
    };
    let (images_file, bytes, reader) = opened(images_path)?;
    let images = read_images(&images_file, bytes, reader)?;
    let (labels_file, bytes, reader) = opened(labels_path)?;
    let labels = read_labels(&labels_file, bytes, reader)?;
    pair(&images_file, images, &labels_file, &labels)
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
