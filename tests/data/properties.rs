//! Whatever the bytes, the parsers give a value or an error: no panic, and no memory that the bytes
//! could not fill.

use std::io::Cursor;

use bnonly::data::cifar::{Collector, Kind, read_records};
use bnonly::data::{Background, DataSet, archive, idx, picture};
use image::{ImageFormat, RgbImage};
use proptest::prelude::*;

use crate::data::files::*;

/// `bytes` with some of them overwritten, some cut out and the end cut off.
pub fn damaged(bytes: Vec<u8>) -> impl Strategy<Value = Vec<u8>> {
    let len = bytes.len();
    let writes = prop::collection::vec((0..len, any::<u8>()), 0..8);
    // Headers are where the sizes are: most of the damage goes there.
    let header = prop::collection::vec((0..len.min(64), any::<u8>()), 0..4);
    (writes, header, 0..=len, prop::bool::weighted(0.3)).prop_map(
        move |(writes, header, end, cut)| {
            let mut bytes = bytes.clone();
            for (at, byte) in writes.into_iter().chain(header) {
                bytes[at] = byte;
            }
            if cut {
                bytes.truncate(end);
            }
            bytes
        },
    )
}

pub fn any_bytes() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>(), 0..600)
}

fn with_start(start: Vec<u8>) -> impl Strategy<Value = Vec<u8>> {
    any_bytes().prop_map(move |bytes| [start.clone(), bytes].concat())
}

fn noise_picture(format: ImageFormat) -> Vec<u8> {
    let image = RgbImage::from_fn(19, 13, |x, y| {
        image::Rgb([(x * 37) as u8, (y * 91) as u8, (x * y * 7) as u8])
    });
    encode(&image.into(), format)
}

pub fn small_tar() -> Vec<u8> {
    tar(&[
        ("c/data_batch_1.bin", &records(2, 1)),
        ("c/batches.meta.txt", b"a\n"),
        ("c/test_batch.bin", &records(1, 1)),
    ])
}

fn check_data_set(data: &DataSet, bytes: usize) {
    for images in [&data.train, &data.test] {
        check_images(images, data.classes.len());
        assert!(images.pixels.capacity() <= 1032 * bytes);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(400) })]

    #[test]
    fn records_of_any_bytes(
        bytes in prop_oneof![any_bytes(), damaged(records(2, 1)), damaged(records(2, 2))],
        claimed in prop_oneof![Just(None), any::<u16>().prop_map(Some)],
        hundred: bool,
    ) {
        let kind = if hundred { Kind::Hundred } else { Kind::Ten };
        let claimed = claimed.map_or(bytes.len() as u64, u64::from);
        if let Ok(images) = read_records(kind, "x", claimed, bytes.as_slice()) {
            prop_assert_eq!(images.len() * kind.record_bytes(), claimed as usize);
            prop_assert_eq!(images.pixels.len(), images.len() * 3072);
            prop_assert!(images.labels.iter().all(|&label| label < kind.classes()));
        }
    }

    #[test]
    fn class_names_of_any_bytes(bytes in any_bytes()) {
        let mut collector = Collector::new("x");
        let _ = collector.add("batches.meta.txt", bytes.len() as u64, bytes.as_slice());
        prop_assert!(collector.finish().is_err());
    }

    #[test]
    fn idx_of_any_bytes(bytes in prop_oneof![
        any_bytes(),
        with_start(vec![0, 0, 8, 3, 0, 0]),
        with_start(vec![0, 0, 8, 1, 0, 0]),
        damaged(idx_images(6)),
        damaged(idx_labels(6)),
        damaged(gzip(&idx_images(6))),
        damaged(idx_images(6)).prop_map(|bytes| gzip(&bytes)),
    ]) {
        if let Ok(images) = idx::read_images("x", bytes.len() as u64, bytes.as_slice()) {
            prop_assert!(images.pixels.len() >= images.image_bytes());
            prop_assert_eq!(images.pixels.len() % images.image_bytes(), 0);
            prop_assert!(images.pixels.capacity() <= 1032 * bytes.len());
        }
        if let Ok(labels) = idx::read_labels("x", bytes.len() as u64, bytes.as_slice()) {
            prop_assert!(!labels.is_empty() && labels.capacity() <= 1032 * bytes.len());
        }
    }

    #[test]
    fn archives_of_any_bytes(bytes in prop_oneof![
        any_bytes(),
        with_start(vec![0x1f, 0x8b, 8, 0]),
        any_bytes().prop_map(|bytes| gzip(&bytes)),
        damaged(small_tar()),
        damaged(small_tar()).prop_map(|bytes| gzip(&bytes)),
        damaged(gzip(&small_tar())),
    ]) {
        if let Ok(data) = pollster::block_on(archive::read("x", bytes.len() as u64, Cursor::new(&bytes))) {
            check_data_set(&data, bytes.len());
        }
    }

    #[test]
    fn pictures_of_any_bytes(
        bytes in prop_oneof![
            any_bytes(),
            with_start(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec()),
            with_start(vec![0xff, 0xd8, 0xff]),
            damaged(noise_picture(ImageFormat::Png)),
            damaged(noise_picture(ImageFormat::Jpeg)),
            damaged(noise_picture(ImageFormat::WebP)),
            damaged(noise_picture(ImageFormat::Bmp)),
            damaged(noise_picture(ImageFormat::Tiff)),
            damaged(noise_picture(ImageFormat::Gif)),
        ],
        size in 1_u32..40,
    ) {
        if let Ok(picture) = picture::decode("x", &bytes, size, Background::WHITE) {
            prop_assert_eq!(picture.pixels.len(), 3 * (size * size) as usize);
        }
    }
}
