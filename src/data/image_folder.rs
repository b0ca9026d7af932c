//! Folders of pictures: one subfolder a class, under `train/` and `test/` or to be split.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::cifar::reserve;
use super::order::{shuffle_in_place, stream};
use super::{DataError, DataSet, Images, LoadOptions, picture};
use crate::platform::fs::{self, DirEntry};
use crate::platform::{IS_A_PAGE, yield_now};

/// The share of each class that is tested on when a folder is split and nothing else is said.
pub const DEFAULT_TEST_FRACTION: f64 = 0.2;

/// Fixes the order of the images of a folder, whatever the run's seed, so that the first N hold all
/// classes and are the same for every run.
const ORDER_SEED: u64 = 0x0c1a_55e5;

/// Pictures that a page decodes between two of its other turns; some ten milliseconds.
const PICTURES_A_TURN: usize = 64;

/// Pictures to read, with their labels.
type Listing = Vec<(PathBuf, u32)>;

/// Whether the folder at `path` looks like a folder of pictures: it has a folder, or pictures.
pub(super) fn is_folder(path: &Path) -> Result<bool, DataError> {
    Ok(!subfolders(path)?.is_empty() || !pictures(path)?.is_empty())
}

/// Whether the folder at `path` has a test part of its own beside `train/`.
fn has_parts(path: &Path) -> Result<bool, DataError> {
    // A class may well be called "train": then it has pictures in it, and no folders.
    let train = path.join("train");
    Ok(fs::is_dir(&train) && !subfolders(&train)?.is_empty())
}

/// Reads the folder of pictures at `path`: `[N, 3, S, S]` with S the option's image size.
///
/// With classes under `train/`, the test images are those under `test/`, or else `val/`. Otherwise
/// each class is split: the test fraction of it (rounded, at least one image, and one is left) is
/// drawn by the seed. Classes are numbered in the order of their names, and images come in an order
/// that is mixed, but the same for every seed, so that a limit leaves all classes in. Files with
/// other endings than .png, .jpg and .jpeg, and hidden ones, are passed over.
///
/// # Errors
///
/// Folders without images, fewer than two classes, test classes that are not trained on, a test
/// fraction for a folder that has its parts, and any picture that [`picture::decode`] refuses.
pub async fn load_folder(path: &Path, options: &LoadOptions) -> Result<DataSet, DataError> {
    let (classes, mut train, mut test) = if has_parts(path)? {
        options.refuse_test_fraction(path)?;
        list_parts(path)?
    } else {
        let fraction = options.test_fraction.unwrap_or(DEFAULT_TEST_FRACTION);
        list_and_split(path, fraction, options.seed)?
    };
    for (part, listing, limit) in [
        (0, &mut train, options.limit_train),
        (1, &mut test, options.limit_test),
    ] {
        shuffle_in_place(listing, &mut stream(ORDER_SEED, part, *b"pictures"));
        listing.truncate(limit.unwrap_or(usize::MAX));
    }
    Ok(DataSet {
        train: read_pictures(path, train, options.image_size).await?,
        test: read_pictures(path, test, options.image_size).await?,
        classes,
    })
}

/// Class names, and the pictures under `train/` and `test/`.
fn list_parts(path: &Path) -> Result<(Vec<String>, Listing, Listing), DataError> {
    let classes = list_classes(&path.join("train"))?;
    let test_folder = ["test", "val"]
        .map(|name| path.join(name))
        .into_iter()
        .find(|path| fs::is_dir(path));
    let test_folder = test_folder.ok_or_else(|| DataError::NoTestFolder {
        folder: path.display().to_string(),
    })?;
    let mut test = Listing::new();
    for folder in subfolders(&test_folder)? {
        let label = classes
            .keys()
            .position(|class| *class == class_name(&folder));
        let label = label.ok_or_else(|| DataError::UnknownClass {
            folder: folder.display().to_string(),
        })?;
        test.extend(
            class_pictures(&folder)?
                .into_iter()
                .map(|picture| (picture, label as u32)),
        );
    }
    if test.is_empty() {
        return Err(no_images(&test_folder)?);
    }
    let names = classes.keys().cloned().collect();
    let train = (0..).zip(classes.into_values());
    let train = train
        .flat_map(|(label, pictures)| pictures.into_iter().map(move |picture| (picture, label)));
    Ok((names, train.collect(), test))
}

/// Class names, and the pictures of each split by `fraction` and `seed`.
fn list_and_split(
    path: &Path,
    fraction: f64,
    seed: u64,
) -> Result<(Vec<String>, Listing, Listing), DataError> {
    let classes = list_classes(path)?;
    let names = classes.keys().cloned().collect();
    let (mut train, mut test) = (Listing::new(), Listing::new());
    for (label, (class, mut pictures)) in (0..).zip(classes) {
        if pictures.len() < 2 {
            return Err(DataError::ClassTooSmall {
                folder: path.join(class).display().to_string(),
            });
        }
        shuffle_in_place(
            &mut pictures,
            &mut stream(seed, u64::from(label), *b"split   "),
        );
        let tested = (pictures.len() as f64 * fraction).round() as usize;
        let trained = pictures.split_off(tested.clamp(1, pictures.len() - 1));
        test.extend(pictures.into_iter().map(|picture| (picture, label)));
        train.extend(trained.into_iter().map(|picture| (picture, label)));
    }
    Ok((names, train, test))
}

/// The pictures of each class folder in `path`, by name.
fn list_classes(path: &Path) -> Result<BTreeMap<String, Vec<PathBuf>>, DataError> {
    let folders = subfolders(path)?;
    if folders.is_empty() {
        return Err(no_images(path)?);
    }
    if folders.len() < 2 {
        return Err(DataError::TooFewClasses {
            file: path.display().to_string(),
            found: 1,
        });
    }
    folders
        .into_iter()
        .map(|folder| {
            let pictures = class_pictures(&folder)?;
            Ok((class_name(&folder), pictures))
        })
        .collect()
}

/// The name of the class whose folder is `folder`.
fn class_name(folder: &Path) -> String {
    folder
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

/// The pictures of a class, at least one.
fn class_pictures(folder: &Path) -> Result<Vec<PathBuf>, DataError> {
    let pictures = pictures(folder)?;
    if pictures.is_empty() {
        return Err(DataError::EmptyClass {
            folder: folder.display().to_string(),
        });
    }
    Ok(pictures)
}

/// The error for a folder without class folders.
fn no_images(path: &Path) -> Result<DataError, DataError> {
    let loose = pictures(path)?.len();
    let hint = match loose {
        0 => String::new(),
        loose => format!(" in subfolders, but {loose} directly in it"),
    };
    Ok(DataError::NoImages {
        folder: path.display().to_string(),
        hint,
    })
}

/// The folders in `path` that are not hidden, in the order of their names.
fn subfolders(path: &Path) -> Result<Vec<PathBuf>, DataError> {
    entries(path, |entry| fs::is_dir(&entry.path()))
}

/// The pictures directly in `path` that are not hidden, in the order of their names.
fn pictures(path: &Path) -> Result<Vec<PathBuf>, DataError> {
    entries(path, |entry| {
        let path = entry.path();
        let ending = path
            .extension()
            .map(|ending| ending.to_string_lossy().to_ascii_lowercase());
        matches!(ending.as_deref(), Some("png" | "jpg" | "jpeg")) && is_file(entry, &path)
    })
}

/// Whether an entry is a file, without asking the system again where it has said so already.
fn is_file(entry: &DirEntry, path: &Path) -> bool {
    match entry.file_type() {
        Ok(kind) if !kind.is_symlink() => kind.is_file(),
        _ => fs::is_file(path),
    }
}

fn entries(path: &Path, wanted: impl Fn(&DirEntry) -> bool) -> Result<Vec<PathBuf>, DataError> {
    let read = || DataError::read(path.display().to_string());
    let mut found = Vec::new();
    for entry in fs::read_dir(path).map_err(read())? {
        let entry = entry.map_err(read())?;
        let hidden = entry.file_name().as_encoded_bytes().starts_with(b".");
        if !hidden && wanted(&entry) {
            found.push(entry.path());
        }
    }
    found.sort();
    Ok(found)
}

/// Decodes the pictures of `listing`, on as many threads as there are processors.
async fn read_pictures(path: &Path, listing: Listing, size: u32) -> Result<Images, DataError> {
    let mut images = Images::empty(3, size, size);
    let bytes = images.image_bytes();
    reserve(
        &path.display().to_string(),
        &mut images.pixels,
        listing.len() as u128 * bytes as u128,
    )?;
    images.pixels.resize(listing.len() * bytes, 0);
    images.labels = listing.iter().map(|&(_, label)| label).collect();

    let at_once = if IS_A_PAGE {
        PICTURES_A_TURN
    } else {
        listing.len().max(1)
    };
    let turns = images
        .pixels
        .chunks_mut(at_once * bytes)
        .zip(listing.chunks(at_once));
    for (pixels, listing) in turns {
        let each = pixels.par_chunks_exact_mut(bytes).zip(listing);
        each.try_for_each(|(pixels, (picture, _))| {
            pixels.copy_from_slice(&read_picture(picture, size)?);
            Ok(())
        })?;
        yield_now().await;
    }
    Ok(images)
}

/// Reads and decodes one picture.
fn read_picture(path: &Path, size: u32) -> Result<Vec<u8>, DataError> {
    let file = path.display().to_string();
    let bytes = fs::metadata(path).map_err(DataError::read(&file))?.len();
    if bytes > picture::LARGEST_FILE {
        let (limit, why) = (picture::LARGEST_FILE, "that the file of a picture may have");
        return Err(DataError::TooLarge {
            file,
            bytes: format!("{bytes} bytes"),
            limit,
            why,
        });
    }
    let content = fs::read(path).map_err(DataError::read(&file))?;
    picture::decode(&file, &content, size)
}
