//! Small data sets of every format, as bytes and as files, for the other tests.

use std::fs;
use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};

use bnonly::data::{DataError, DataSet, Images, LoadOptions, Loaded, load};
use bnonly::field::Keys;
use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use sha2::{Digest as _, Sha256};

/// The fixture: 640 + 256 made-up images in CIFAR-10's layout.
pub fn tiny() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/tiny/cifar-10-batches-bin")
}

pub fn load_path(path: &Path) -> Result<DataSet, DataError> {
    load_with(path, &LoadOptions::default())
}

pub fn load_with(path: &Path, options: &LoadOptions) -> Result<DataSet, DataError> {
    load_all(path, options).map(|loaded| loaded.data)
}

pub fn load_all(path: &Path, options: &LoadOptions) -> Result<Loaded, DataError> {
    pollster::block_on(load(&path.into(), options))
}

/// What is said of data that were read, a line each.
pub fn told(loaded: &Loaded) -> String {
    let notes = loaded.notes.iter().map(|note| note.say(&Keys));
    notes.collect::<Vec<_>>().join("\n")
}

/// What is read of `path`, with its manifest and notes.
#[track_caller]
pub fn loaded(path: &Path) -> Loaded {
    let (path, options) = (path.into(), LoadOptions::default());
    pollster::block_on(load(&path, &options)).unwrap_or_else(|error| panic!("{error}"))
}

/// The notes, as a terminal has them.
pub fn notes(loaded: &Loaded) -> Vec<String> {
    let notes = loaded.notes.iter();
    notes.map(|note| note.say(&Keys)).collect()
}

/// The sentence that loading `path` fails with.
#[track_caller]
pub fn sentence(path: &Path) -> String {
    load_path(path)
        .expect_err("this should not load")
        .to_string()
}

pub fn folder() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

#[track_caller]
pub fn assert_says(sentence: &str, parts: &[&str]) {
    for part in parts {
        assert!(sentence.contains(part), "{part:?} is not in {sentence:?}");
    }
}

pub fn write(path: &Path, bytes: &[u8]) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
}

/// `count` records of CIFAR-10 or (with two label bytes) CIFAR-100; record `i` has label `i mod 10`.
pub fn records(count: usize, label_bytes: usize) -> Vec<u8> {
    (0..count)
        .flat_map(|i| {
            let mut record = vec![(i % 10) as u8; label_bytes];
            record.extend((0..3072).map(|at| (at * 7 + i) as u8));
            record
        })
        .collect()
}

/// A CIFAR-10 folder of two training files and a test file, of 3 records each.
pub fn small_cifar(folder: &Path) {
    for name in ["data_batch_1.bin", "data_batch_2.bin", "test_batch.bin"] {
        write(&folder.join(name), &records(3, 1));
    }
}

pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// A tar file of the given files.
pub fn tar(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (name, bytes) in files {
        let mut header = tar::Header::new_ustar();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        builder.append_data(&mut header, name, *bytes).unwrap();
    }
    builder.into_inner().unwrap()
}

/// An IDX file: magic number, dimensions, content.
pub fn idx(magic: u32, dimensions: &[u32], content: &[u8]) -> Vec<u8> {
    let mut bytes = magic.to_be_bytes().to_vec();
    for dimension in dimensions {
        bytes.extend(dimension.to_be_bytes());
    }
    bytes.extend(content);
    bytes
}

/// `count` images of 4 rows and 5 columns; pixel `p` of image `i` is `20 i + p`.
pub fn idx_images(count: u32) -> Vec<u8> {
    let content: Vec<u8> = (0..count * 20).map(|at| at as u8).collect();
    idx(0x803, &[count, 4, 5], &content)
}

/// Labels 0, 1, 2, 0, 1, 2 …
pub fn idx_labels(count: u32) -> Vec<u8> {
    let content: Vec<u8> = (0..count).map(|at| (at % 3) as u8).collect();
    idx(0x801, &[count], &content)
}

/// A folder of plain IDX files: 6 training and 3 test images.
pub fn small_idx(folder: &Path) {
    write(&folder.join("train-images-idx3-ubyte"), &idx_images(6));
    write(&folder.join("train-labels-idx1-ubyte"), &idx_labels(6));
    write(&folder.join("t10k-images-idx3-ubyte"), &idx_images(3));
    write(&folder.join("t10k-labels-idx1-ubyte"), &idx_labels(3));
}

/// A picture of one colour.
pub fn plain_picture(width: u32, height: u32, colour: [u8; 3], format: ImageFormat) -> Vec<u8> {
    encode(
        &RgbImage::from_pixel(width, height, Rgb(colour)).into(),
        format,
    )
}

pub fn encode(image: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    image.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// Folders `ant` (red PNGs) and `bee` (blue JPEGs) with `count` pictures each of 8 × 8 pixels, the
/// `i`th with `i` as its green.
pub fn small_classes(folder: &Path, count: u8) {
    for i in 0..count {
        let red = plain_picture(8, 8, [200, i, 0], ImageFormat::Png);
        write(&folder.join(format!("ant/{i:03}.png")), &red);
        let blue = plain_picture(8, 8, [0, i, 200], ImageFormat::Jpeg);
        write(&folder.join(format!("bee/{i:03}.JPG")), &blue);
    }
}

/// The start of a PNG that claims to have so many columns and rows, with a right checksum.
pub fn png_claiming(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = plain_picture(1, 1, [0; 3], ImageFormat::Png);
    bytes[16..20].copy_from_slice(&width.to_be_bytes());
    bytes[20..24].copy_from_slice(&height.to_be_bytes());
    let mut crc = flate2::Crc::new();
    crc.update(&bytes[12..29]);
    bytes[29..33].copy_from_slice(&crc.sum().to_be_bytes());
    bytes
}

/// The first eight bytes of a file's SHA-256, big-endian.
pub fn digest(path: &Path) -> u64 {
    let digest = Sha256::digest(fs::read(path).unwrap());
    u64::from_be_bytes(digest[..8].try_into().unwrap())
}

/// That there are images, that each has all its pixels, and that each label names a class.
#[track_caller]
pub fn check_images(images: &Images, classes: usize) {
    assert!(!images.is_empty());
    assert_eq!(images.pixels.len(), images.len() * images.image_bytes());
    assert!(
        images
            .labels
            .iter()
            .all(|&label| (label as usize) < classes)
    );
}
