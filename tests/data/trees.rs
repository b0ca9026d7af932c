//! Whatever lies in a folder, each file of it is read, or counted among those that are not, and nothing
//! panics. `BNONLY_TREES=100000 cargo test --test host trees` throws so many trees.

use std::cell::Cell;
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::{OsStr, OsString};
use std::io;
use std::path::{Path, PathBuf};

use bnonly::data::image_folder::{Fate, Kind, Listing, Source, list};
use bnonly::data::{LoadOptions, picture};
use image::ImageFormat;
use proptest::prelude::*;
use rand::SeedableRng as _;
use rand::seq::IndexedRandom as _;
use rand_chacha::ChaCha8Rng;

use crate::data::files::*;

/// How many trees of names; a tenth of a thousandth of them are written and read too.
fn trees() -> u32 {
    let asked = std::env::var("BNONLY_TREES").ok();
    asked.map_or(3_000, |count| count.parse().expect("a number"))
}

enum Node {
    Folder(BTreeMap<OsString, Self>),
    File(Vec<u8>),
    Odd,
}

const CLASSES: [&str; 9] = [
    "cat",
    "Cat",
    "dog",
    "caf\u{e9}",
    "cafe\u{301}",
    "cat ",
    "0",
    "n01443537",
    "images",
];
const PARTS: [&str; 12] = [
    "train",
    "Training",
    "test",
    "test1",
    "Testing",
    "val",
    "valid",
    "seg_train",
    "seg_test",
    "train_images",
    "dev",
    "archive",
];
const DEBRIS: [&str; 7] = [
    "__MACOSX",
    "@eaDir",
    ".DS_Store",
    "._0.png",
    "Thumbs.db",
    "desktop.ini",
    ".git",
];
const OTHER_FOLDERS: [&str; 4] = ["runs", "checkpoints", "plots", "empty"];
const ENDINGS: [&str; 14] = [
    ".png", ".png", ".png", ".JPG", ".webp", ".gif", ".tif", ".bmp", ".heic", ".txt", ".xml", "",
    ".npy", ".nef",
];
const TABLES: [&str; 6] = [
    "labels.csv",
    "trainLabels.csv",
    "val_annotations.txt",
    "sampleSubmission.csv",
    "config.toml",
    "metrics.jsonl",
];

/// A tree of files, and how many lie outside of what systems leave behind.
struct Tree {
    root: Node,
    files: usize,
}

struct Grower {
    random: ChaCha8Rng,
    files: usize,
    /// Contents of files: pictures and others.
    contents: Vec<Vec<u8>>,
}

impl Grower {
    fn tree(seed: u64) -> Tree {
        let mut contents: Vec<Vec<u8>> = [ImageFormat::Png, ImageFormat::WebP]
            .map(|format| plain_picture(2, 2, [1, 2, 3], format))
            .to_vec();
        contents.extend(
            [&b""[..], b"BM", b"\xff\xd8\xff", b"GIF89a\x01", b"<html>"].map(<[u8]>::to_vec),
        );
        let mut grower = Self {
            random: ChaCha8Rng::seed_from_u64(seed),
            files: 0,
            contents,
        };
        let root = grower.folder(4, true);
        Tree {
            root,
            files: grower.files,
        }
    }

    fn folder(&mut self, depth: u32, is_counted: bool) -> Node {
        let mut inner = BTreeMap::new();
        for _ in 0..self.random.random_range(0..5) * u32::from(depth > 0) {
            let (name, is_debris) = self.folder_name();
            if let Entry::Vacant(place) = inner.entry(name) {
                place.insert(self.folder(depth - 1, is_counted && !is_debris));
            }
        }
        for _ in 0..*[0, 0, 1, 3, 6].choose(&mut self.random).expect("one") {
            let (name, is_debris) = self.file_name();
            if inner.contains_key(&name) {
                continue;
            }
            let node = match self.random.random_ratio(1, 40) {
                true => Node::Odd,
                false => Node::File(self.content(&name)),
            };
            let is_file = matches!(node, Node::File(_));
            self.files += usize::from(is_counted && is_file && !is_debris);
            inner.insert(name, node);
        }
        Node::Folder(inner)
    }

    fn folder_name(&mut self) -> (OsString, bool) {
        let names: &[&str] = match self.random.random_range(0..20) {
            0..10 => &CLASSES,
            10..16 => &PARTS,
            16..18 => &DEBRIS,
            _ => &OTHER_FOLDERS,
        };
        let name = *names.choose(&mut self.random).expect("a name");
        let name = match self.random.random_ratio(1, 20) {
            true => no_utf8(name),
            false => name.into(),
        };
        let is_debris = DEBRIS
            .iter()
            .any(|debris| name.as_encoded_bytes() == debris.as_bytes())
            || name.as_encoded_bytes().starts_with(b".");
        (name, is_debris)
    }

    fn file_name(&mut self) -> (OsString, bool) {
        if self.random.random_ratio(1, 12) {
            let name = *TABLES.choose(&mut self.random).expect("a name");
            return (name.into(), false);
        }
        if self.random.random_ratio(1, 12) {
            let name = *DEBRIS.choose(&mut self.random).expect("a name");
            return (name.into(), true);
        }
        let ending = ENDINGS.choose(&mut self.random).expect("an ending");
        (
            format!("{}{ending}", self.random.random_range(0..9)).into(),
            false,
        )
    }

    fn content(&mut self, name: &OsStr) -> Vec<u8> {
        if !TABLES.iter().any(|table| name == *table) {
            return self.contents.choose(&mut self.random).expect("one").clone();
        }
        let mark = *[",", "\t", ";", " "]
            .choose(&mut self.random)
            .expect("a mark");
        let mut text = [format!("id{mark}label\n"), String::new()]
            .choose(&mut self.random)
            .cloned()
            .expect("one");
        for _ in 0..self.random.random_range(0..12) {
            let (at, class) = (
                self.random.random_range(0..9),
                CLASSES[self.random.random_range(0..3)],
            );
            let row = [
                format!("{at}{mark}{class}\n"),
                format!("{at}.png{mark}{class}\n"),
                format!("train/{at}.png{mark}{class}{mark}7\n"),
                "\"\n".to_owned(),
            ];
            text += &row[*[0, 0, 0, 1, 1, 1, 2, 3]
                .choose(&mut self.random)
                .expect("a row")];
        }
        text.into_bytes()
    }
}

/// A name with a byte that is no UTF-8, where a system has such names.
fn no_utf8(name: &str) -> OsString {
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStringExt as _;
        OsString::from_vec([name.as_bytes(), b"\xe9"].concat())
    }
    #[cfg(not(unix))]
    name.into()
}

impl Node {
    fn at(&self, path: &Path) -> Option<&Self> {
        path.iter().try_fold(self, |node, name| match node {
            Self::Folder(inner) => inner.get(name),
            _ => None,
        })
    }

    fn write(&self, path: &Path) {
        match self {
            Self::Folder(inner) => {
                std::fs::create_dir_all(path).unwrap();
                inner
                    .iter()
                    .for_each(|(name, node)| node.write(&path.join(name)));
            }
            Self::File(content) => std::fs::write(path, content).unwrap(),
            Self::Odd => {
                #[cfg(unix)]
                std::os::unix::fs::symlink("nowhere", path).unwrap();
            }
        }
    }
}

impl Source for Tree {
    fn entries(&self, folder: &Path) -> io::Result<Vec<(OsString, Kind)>> {
        let Some(Node::Folder(inner)) = self.root.at(folder) else {
            return Err(io::ErrorKind::NotFound.into());
        };
        let entries = inner.iter().map(|(name, node)| {
            let kind = match node {
                Node::Folder(_) => Kind::Folder,
                Node::File(_) => Kind::File,
                Node::Odd => Kind::Odd("is odd"),
            };
            (name.clone(), kind)
        });
        Ok(entries.collect())
    }

    fn start(&self, file: &Path) -> Vec<u8> {
        let content = self.read(file, 0).unwrap_or_default();
        content.into_iter().take(18).collect()
    }

    fn read(&self, file: &Path, _: u64) -> io::Result<Vec<u8>> {
        match self.root.at(file) {
            Some(Node::File(content)) => Ok(content.clone()),
            _ => Err(io::ErrorKind::NotFound.into()),
        }
    }
}

fn options(seed: u64) -> LoadOptions {
    LoadOptions {
        min_images: [None, None, Some(1), Some(3)][seed as usize % 4],
        skip_bad: seed.is_multiple_of(2),
        split_seed: seed,
        image_size: 2,
        ..Default::default()
    }
}

fn check(tree: &Tree, listing: &Listing) -> Result<(), TestCaseError> {
    let counted: usize = listing.fates.values().sum();
    prop_assert_eq!(counted, tree.files, "{:?}", listing.fates);
    let used = listing.fates.get(&Fate::Used).copied().unwrap_or_default();
    prop_assert_eq!(used, listing.train.len() + listing.test.len());
    prop_assert!(!listing.train.is_empty() && !listing.test.is_empty());
    prop_assert!(listing.classes.len() > 1 && listing.classes.is_sorted());
    let all = || listing.train.iter().chain(&listing.test);
    let paths: BTreeSet<&PathBuf> = all().map(|picture| &picture.path).collect();
    prop_assert_eq!(paths.len(), used, "no picture is used twice");
    for picture in all() {
        prop_assert!(matches!(tree.root.at(&picture.path), Some(Node::File(_))));
        prop_assert!((picture.label as usize) < listing.classes.len());
    }
    // What is not used is told.
    if counted
        > used
            + listing
                .fates
                .get(&Fate::Labels)
                .copied()
                .unwrap_or_default()
    {
        prop_assert!(!listing.notes.is_empty());
    }
    Ok(())
}

#[test]
fn every_file_of_any_tree_is_accounted_for() {
    let accepted = Cell::new(0);
    let config = ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(trees())
    };
    let mut runner = proptest::test_runner::TestRunner::new(config);
    let thrown = runner.run(&any::<u64>(), |seed| {
        let tree = Grower::tree(seed);
        match list(&tree, Path::new("data"), &options(seed)) {
            Ok(listing) => {
                accepted.set(accepted.get() + 1);
                check(&tree, &listing)
            }
            Err(error) => {
                let sentence = error.to_string();
                prop_assert!(sentence.len() > 20, "{}", sentence);
                Ok(())
            }
        }
    });
    thrown.unwrap_or_else(|error| panic!("{error}"));
    // Else nothing would have been tried.
    assert!(
        accepted.get() > trees() / 20,
        "{} of {} trees are data",
        accepted.get(),
        trees()
    );
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(trees().div_ceil(50)) })]

    #[test]
    fn what_is_read_skipped_and_passed_over_is_what_is_there(seed: u64) {
        let tree = Grower::tree(seed);
        let folder = folder();
        // Tables beside the data would be looked at too.
        let path = folder.path().join("data");
        tree.root.write(&path);
        let options = LoadOptions { skip_bad: true, ..options(seed) };
        let Ok(listing) = list(&tree, &path, &options) else {
            prop_assert!(load_all(&path, &options).is_err());
            return Ok(());
        };
        check(&tree, &listing)?;
        let listed = listing.train.iter().chain(&listing.test);
        let good = listed.filter(|picture| {
            let content = tree.read(&picture.path, 0).unwrap();
            picture::decode("x", &content, 2, options.background).is_ok()
        });
        let good = good.count();
        match load_all(&path, &options) {
            Ok(loaded) => {
                prop_assert_eq!(loaded.data.train.len() + loaded.data.test.len(), good);
                prop_assert_eq!(loaded.manifest.files.len(), good);
                let bad = listing.train.len() + listing.test.len() - good;
                prop_assert_eq!(bad > 0, told(&loaded).contains("left out: ") , "{}", told(&loaded));
            }
            Err(error) => prop_assert!(error.to_string().contains("no picture is left"), "{}", error),
        }
    }
}
