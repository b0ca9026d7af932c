//! Which pictures are tested on, by digests of their paths: nothing else in a folder decides it.

use std::collections::BTreeSet;

use sha2::{Digest as _, Sha256};

use super::error::FolderError;
use super::lister::Picture;
use super::tree::Source;
use crate::data::loaded::some_of;
use crate::data::{DataError, LoadOptions, Manifest, Part, picture};

/// The share of each class that is tested on when a folder is split and nothing else is said.
pub const DEFAULT_TEST_FRACTION: f64 = 0.2;

/// Fixes the order of the pictures, so that the first N hold all classes and are the same for every run.
const ORDER_SEED: u64 = 0x0c1a_55e5;

/// The first eight bytes of the SHA-256 of a content, as manifests keep it.
pub(super) fn content_digest(content: &[u8]) -> u64 {
    first_bytes(Sha256::digest(content).as_slice())
}

fn first_bytes(digest: &[u8]) -> u64 {
    let (first, _) = digest.split_first_chunk().expect("a digest of 32 bytes");
    u64::from_be_bytes(*first)
}

/// Draws a number for a picture, evenly from all: SHA-256 of the seed (8 bytes, little-endian) and its path.
fn drawn(seed: u64, key: &str) -> u64 {
    let mut digest = Sha256::new();
    digest.update(seed.to_le_bytes());
    digest.update(key);
    first_bytes(digest.finalize().as_slice())
}

/// Pictures in an order that mixes the classes, and in which each keeps its place among the others whatever
/// is added or taken away.
pub(super) fn mixed(mut pictures: Vec<Picture>, part: u64) -> Vec<Picture> {
    pictures.sort_by_cached_key(|picture| {
        (drawn(ORDER_SEED + part, &picture.key), picture.path.clone())
    });
    pictures
}

/// Parts pictures into those to train on and those to test on.
///
/// A picture is tested on if the number drawn for it, as a share of all numbers, is below the test fraction.
/// Of each class the lowest is tested on and the highest trained on. Pictures that an earlier reading knows
/// keep their part, under another name too, and then all others are trained on.
///
/// # Errors
/// Classes of one picture; nothing left to train on.
pub(super) fn split(
    source: &dyn Source,
    pictures: Vec<Picture>,
    classes: &[String],
    options: &LoadOptions,
) -> Result<(Vec<Picture>, Vec<Picture>), DataError> {
    let earlier = options.earlier.as_deref();
    let earlier = earlier.filter(|earlier| knows_some(earlier, &pictures));
    let tested = match earlier {
        Some(earlier) => tested_before(source, &pictures, earlier),
        None => draw(&pictures, classes, options)?,
    };
    let (mut train, mut test) = (Vec::new(), Vec::new());
    for (picture, is_tested) in pictures.into_iter().zip(tested) {
        if is_tested { &mut test } else { &mut train }.push(picture);
    }
    Ok((train, test))
}

/// Whether each picture is tested on, drawn by the seed.
fn draw(
    pictures: &[Picture],
    classes: &[String],
    options: &LoadOptions,
) -> Result<Vec<bool>, FolderError> {
    let fraction = options.test_fraction.unwrap_or(DEFAULT_TEST_FRACTION);
    let mut by_class: Vec<Vec<(u64, usize)>> = vec![Vec::new(); classes.len()];
    for (at, picture) in pictures.iter().enumerate() {
        let number = drawn(options.split_seed, &picture.key);
        by_class[picture.label as usize].push((number, at));
    }
    let small = by_class.iter().zip(classes);
    let small = small.filter(|(pictures, _)| pictures.len() < 2);
    let small: Vec<&String> = small.map(|(_, class)| class).collect();
    if !small.is_empty() {
        return Err(FolderError::ClassTooSmall {
            small: small.len(),
            classes: classes.len(),
            names: some_of(&small),
        });
    }
    let mut tested = vec![false; pictures.len()];
    for mut of_class in by_class {
        of_class.sort_by_key(|(number, at)| (*number, &pictures[*at].path));
        let below = |number: u64| (number as f64) < fraction * 2_f64.powi(64);
        let count = of_class.iter().filter(|(number, _)| below(*number)).count();
        let count = count.clamp(1, of_class.len() - 1);
        of_class[..count]
            .iter()
            .for_each(|(_, at)| tested[*at] = true);
    }
    Ok(tested)
}

fn knows_some(earlier: &Manifest, pictures: &[Picture]) -> bool {
    pictures
        .iter()
        .any(|picture| earlier.part(&picture.key).is_some())
}

/// Whether each picture was tested on before, by its name or, where a name is gone, by its content.
fn tested_before(source: &dyn Source, pictures: &[Picture], earlier: &Manifest) -> Vec<bool> {
    let keys: BTreeSet<&str> = pictures
        .iter()
        .map(|picture| picture.key.as_str())
        .collect();
    let missing = earlier
        .files
        .iter()
        .filter(|file| file.part == Part::Test && !keys.contains(file.path.as_str()));
    let missing: BTreeSet<(u64, u64)> = missing
        .filter_map(|file| Some((file.bytes, file.digest?)))
        .collect();
    let is_tested = |picture: &Picture| match earlier.part(&picture.key) {
        Some(part) => part == Part::Test,
        None if missing.is_empty() => false,
        None => source
            .read(&picture.path, picture::LARGEST_FILE)
            .is_ok_and(|content| {
                missing.contains(&(content.len() as u64, content_digest(&content)))
            }),
    };
    pictures.iter().map(is_tested).collect()
}
