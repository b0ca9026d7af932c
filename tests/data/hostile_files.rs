//! Whatever lies in a folder under the names of IDX files or of CIFAR's: images, or a sentence; what is read is in the
//! manifest, and each image that a file holds is counted.

use std::fs;
use std::io::Cursor;

use bnonly::data::cifar::{Kind, read_records};
use bnonly::data::{LoadOptions, Loaded, Part, archive, idx, load};
use proptest::prelude::*;
use proptest::sample::select;

use crate::data::files::*;
use crate::data::properties::{any_bytes, damaged, small_tar};

/// Bytes that begin as an IDX file does, with any dimensions.
fn any_idx() -> impl Strategy<Value = Vec<u8>> {
    let magic = select(vec![0x801_u32, 0x803, 0xc02, 0x802, 0x80803, 0]);
    let size = prop_oneof![0_u32..40, any::<u32>()];
    let content = prop::collection::vec(any::<u8>(), 0..300);
    (magic, prop::collection::vec(size, 0..4), content)
        .prop_map(|(magic, sizes, content)| idx(magic, &sizes, &content))
}

/// QMNIST's labels.
fn long_labels() -> Vec<u8> {
    let content: Vec<u8> = (0..48_u32)
        .flat_map(|at| (at / 8 % 3).to_be_bytes())
        .collect();
    idx(0xc02, &[6, 8], &content)
}

/// What may stand in a file: what belongs there, damaged or not, packed or not, or something else.
fn any_content(whole: Vec<u8>) -> impl Strategy<Value = Vec<u8>> {
    let zipped = gzip(&whole);
    let page = b"<!DOCTYPE html><html><title>gone</title></html>".to_vec();
    prop_oneof![
        4 => Just(whole.clone()),
        2 => Just(zipped.clone()),
        1 => damaged(whole.clone()),
        1 => damaged(zipped),
        1 => damaged(whole).prop_map(|bytes| gzip(&bytes)),
        1 => any_bytes(),
        1 => any_idx(),
        1 => Just(Vec::new()),
        1 => Just(page),
    ]
}

/// A file of a folder: its path and its bytes.
type Entry = (String, Vec<u8>);

/// One of the four files of an IDX set, or of QMNIST's or EMNIST's, perhaps in a folder.
fn any_idx_file(folders: &'static [&'static str]) -> impl Strategy<Value = Entry> {
    let sets = select(vec!["", "", "", "", "emnist-letters-", "qmnist-"]);
    let parts = select(vec![
        ("train", 6),
        ("train", 6),
        ("t10k", 3),
        ("test", 3),
        ("T10K", 3),
    ]);
    let endings = select(vec!["", ".gz", ".GZ", " (1).gz", "/x-idx"]);
    (sets, parts, any::<bool>(), endings, select(folders)).prop_flat_map(
        |(set, (part, count), labels, ending, folder)| {
            let what = if labels {
                "labels-idx1-ubyte"
            } else {
                "images-idx3-ubyte"
            };
            let file = format!("{set}{part}-{what}");
            let name = match ending {
                "/x-idx" => format!("{folder}{file}/{}", file.replace("-idx", ".idx")),
                ending => format!("{folder}{file}{ending}"),
            };
            let whole = if labels {
                idx_labels(count)
            } else {
                idx_images(count)
            };
            (Just(name), any_content(whole))
        },
    )
}

/// One of CIFAR's files, of either version, or an archive.
fn any_cifar_file(folders: &'static [&'static str]) -> impl Strategy<Value = Entry> {
    let names = select(CIFAR_NAMES).prop_map(String::from);
    let record = (names, select(folders), any_content(records(2, 1)))
        .prop_map(|(name, folder, bytes)| (format!("{folder}{name}"), bytes));
    let archive = (select(folders), any_content(small_tar()))
        .prop_map(|(folder, bytes)| (format!("{folder}cifar-10-binary.tar.gz"), bytes));
    prop_oneof![6 => record, 1 => archive]
}

/// Writes files into a new folder and reads it. A name that cannot be had beside the others is left out.
fn read(entries: &[Entry]) -> (tempfile::TempDir, Option<Loaded>) {
    let root = folder();
    for (name, bytes) in entries {
        let path = root.path().join(name);
        if fs::create_dir_all(path.parent().unwrap()).is_ok() {
            let _ = fs::write(path, bytes);
        }
    }
    let options = LoadOptions::default();
    let loaded = pollster::block_on(load(&root.path().into(), &options)).ok();
    (root, loaded)
}

/// That what was read is whole, and that the manifest's files, wherever they lie, hold as many images.
fn check(root: &tempfile::TempDir, loaded: &Loaded, images_of: impl Fn(&str, &[u8]) -> usize) {
    let data = &loaded.data;
    for images in [&data.train, &data.test] {
        check_images(images, data.classes.len());
    }
    let mut files = Vec::new();
    let mut folders = vec![root.path().to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                files.push(path);
            }
        }
    }
    let (mut train, mut test) = (0, 0);
    for source in &loaded.manifest.files {
        let path = files
            .iter()
            .find(|path| path.ends_with(&source.path) && Some(digest(path)) == source.digest)
            .unwrap_or_else(|| panic!("{} is no file", source.path));
        let bytes = fs::read(path).unwrap();
        assert_eq!(source.bytes, bytes.len() as u64);
        match source.part {
            Part::Train => train += images_of(&source.path, &bytes),
            Part::Test => test += images_of(&source.path, &bytes),
            Part::Both => return,
        }
    }
    assert_eq!((data.train.len(), data.test.len()), (train, test));
}

const IDX_FOLDERS: &[&str] = &["", "", "", "", "", "MNIST/raw/", "raw/"];
const CIFAR_NAMES: &[&str] = &[
    "data_batch_1.bin",
    "data_batch_1.bin",
    "data_batch_2.bin",
    "TEST_batch.bin",
    "test_batch.bin",
    "data_batch_1",
    "batches.meta.txt",
    "train.bin",
    "train",
    "meta",
];
const CIFAR_FOLDERS: &[&str] = &["", "", "", "", "cifar-10-batches-bin/", "a/b/"];

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(8000) })]

    #[test]
    fn any_header_of_an_idx_file(bytes in prop_oneof![
        any_idx(),
        any_idx().prop_map(|bytes| gzip(&bytes)),
        damaged(long_labels()),
        damaged(gzip(&long_labels())),
    ]) {
        if let Ok(images) = idx::read_images("x", bytes.len() as u64, bytes.as_slice()) {
            prop_assert_eq!(images.pixels.len() % images.image_bytes(), 0);
            prop_assert!(images.pixels.capacity() <= 1032 * bytes.len());
        }
        if let Ok(labels) = idx::read_labels("x", bytes.len() as u64, bytes.as_slice()) {
            prop_assert!(!labels.is_empty() && labels.capacity() <= 1032 * bytes.len());
        }
    }

    #[test]
    fn any_damage_to_records(bytes in any_content(records(1, 1))) {
        if let Ok(images) = read_records(Kind::Ten, "x", bytes.len() as u64, bytes.as_slice()) {
            prop_assert_eq!(images.len() * 3073, bytes.len());
        }
    }

    #[test]
    fn any_damage_to_an_archive(bytes in any_content(small_tar())) {
        let read = archive::read("x", bytes.len() as u64, Cursor::new(&bytes));
        if let Ok(data) = pollster::block_on(read) {
            prop_assert_eq!((data.train.len(), data.test.len()), (2, 1));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(1000) })]

    #[test]
    fn any_folder_of_idx_files(entries in prop::collection::vec(any_idx_file(IDX_FOLDERS), 3..14)) {
        let (root, loaded) = read(&entries);
        if let Some(loaded) = loaded {
            check(&root, &loaded, |name, bytes| {
                let images = idx::read_images("x", bytes.len() as u64, bytes);
                let is_images = name.contains("images");
                images.map_or(0, |images| if is_images { images.pixels.len() / images.image_bytes() } else { 0 })
            });
        }
    }

    #[test]
    fn any_folder_of_cifars_files(entries in prop::collection::vec(any_cifar_file(CIFAR_FOLDERS), 2..8)) {
        let (root, loaded) = read(&entries);
        if let Some(loaded) = loaded {
            check(&root, &loaded, |_, bytes| bytes.len() / if loaded.data.classes.len() == 100 { 3074 } else { 3073 });
        }
    }
}
