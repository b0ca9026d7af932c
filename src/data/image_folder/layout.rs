//! Which folders are parts and which are classes, by names alone.

use std::collections::{BTreeMap, BTreeSet};

use super::error::FolderError;
use super::left_out::by_ending;
use super::names::{self, NamedPart, folder_text, part_of, readable};
use super::tree::{Folder, Tree};
use crate::data::loaded::some_of;

/// How the folder of the data is laid out.
#[derive(Debug)]
pub(super) struct Layout<'t> {
    /// The folder that holds the parts or the classes: the data's, or the only one in it.
    pub base: &'t Folder,
    pub shape: Shape<'t>,
}

/// What lies in the base.
#[derive(Debug)]
pub(super) enum Shape<'t> {
    /// Classes, to be split.
    Classes,
    /// Folders of training pictures, and of those to test on.
    Parts {
        train: Vec<&'t Folder>,
        tests: Vec<(&'t Folder, NamedPart)>,
        /// Other folders with pictures.
        others: Vec<&'t Folder>,
    },
}

impl<'t> Layout<'t> {
    /// # Errors
    /// Parts of which one is missing.
    pub(super) fn of(tree: &'t Tree, whole: &str) -> Result<Self, FolderError> {
        let base = levels(&tree.root).last().unwrap_or(&tree.root);
        let mut layout = Self {
            base,
            shape: Shape::Classes,
        };
        // A part may be all there is on some level above: train/ alone.
        let (mut train, mut tests, mut others) = (Vec::new(), Vec::new(), Vec::new());
        for (folder, part) in parts(base) {
            match part {
                Some(NamedPart::Train) => train.push(folder),
                Some(part) => tests.push((folder, part)),
                None => others.push(folder),
            }
        }
        tests.sort_by_key(|(_, part)| *part);
        let list = |folders: &[&Folder]| -> String {
            let names: Vec<_> = folders
                .iter()
                .map(|folder| folder_text(folder.name().as_ref()))
                .collect();
            some_of(&names)
        };
        let has_classes = train
            .iter()
            .any(|part| classes_in(part).with_pictures().count() > 1);
        layout.shape = match (train.is_empty(), tests.is_empty(), others.is_empty()) {
            (false, true, false) if has_classes => {
                return Err(FolderError::NoTestFolder {
                    folder: whole.to_owned(),
                    train: list(&train),
                    others: list(&others),
                });
            }
            // Without class folders too: it will be refused, unless a table labels the pictures.
            (false, false, _) | (false, _, true) => Shape::Parts {
                train,
                tests,
                others,
            },
            (true, false, true) if tests.len() > 1 => {
                let tests: Vec<_> = tests.iter().map(|(folder, _)| *folder).collect();
                return Err(FolderError::NoTrainFolder {
                    folder: whole.to_owned(),
                    tests: list(&tests),
                });
            }
            _ => Shape::Classes,
        };
        Ok(layout)
    }
}

/// The folders with pictures in `base`, each with its part if its name says one. What a name says beside
/// the part (`seg` of `seg_train`) must stand in another part's name too: `train_station` is a class.
fn parts(base: &Folder) -> Vec<(&Folder, Option<NamedPart>)> {
    let folders: Vec<_> = base
        .with_pictures()
        .map(|folder| (folder, part_of(&readable(folder.name()))))
        .collect();
    let is_part = |part: NamedPart, rest: &str| {
        rest.is_empty()
            || folders.iter().any(|(_, other)| {
                other
                    .as_ref()
                    .is_some_and(|(other, its)| *other != part && its == rest)
            })
    };
    let folders = folders.iter().map(|(folder, named)| {
        let named = named.as_ref().filter(|(part, rest)| is_part(*part, rest));
        (*folder, named.map(|(part, _)| *part))
    });
    folders.collect()
}

/// A folder, and as long as all there is in it is one folder of folders, that one.
pub(super) fn levels(folder: &Folder) -> impl Iterator<Item = &Folder> {
    std::iter::successors(Some(folder), |folder| {
        let mut inner = folder.with_pictures();
        let only = inner.next().filter(|_| folder.own_pictures == 0)?;
        let is_only = inner.next().is_none() && only.with_pictures().next().is_some();
        is_only.then_some(only)
    })
}

/// The level of a part that has its class folders.
pub(super) fn classes_in(part: &Folder) -> &Folder {
    levels(part).last().unwrap_or(part)
}

/// The pictures in a folder and below, but for those of runs.
pub(super) fn pictures_below(tree: &Tree, folder: &Folder) -> Vec<usize> {
    if folder.is_run {
        return Vec::new();
    }
    let mut pictures: Vec<usize> = tree.pictures(&folder.own).collect();
    for inner in &folder.folders {
        pictures.extend(pictures_below(tree, inner));
    }
    pictures
}

/// # Errors
/// Two folders that would be classes have the same two folders in them: those may be the classes.
pub(super) fn check_nested(folder: &Folder) -> Result<(), FolderError> {
    let mut seen: BTreeMap<Vec<String>, &Folder> = BTreeMap::new();
    for class in folder.with_pictures() {
        let inner: BTreeSet<String> = class
            .with_pictures()
            .map(|folder| readable(folder.name()))
            .collect();
        let inner: Vec<_> = inner.into_iter().collect();
        if inner.len() < 2 {
            continue;
        }
        if let Some(first) = seen.insert(inner.clone(), class) {
            return Err(FolderError::WhichClasses {
                folder: folder_text(&folder.path),
                first: folder_text(first.name().as_ref()),
                second: folder_text(class.name().as_ref()),
                inner: some_of(&inner),
            });
        }
    }
    Ok(())
}

/// Folders beside those of classes that have no pictures: said, or refused where all they have are pictures
/// of other formats. Those of runs are told elsewhere.
///
/// # Errors
/// Such a folder, unless what is bad is to be skipped.
pub(super) fn empty_folders(
    tree: &Tree,
    folder: &Folder,
    skip_bad: bool,
) -> Result<Vec<String>, FolderError> {
    let mut empty = Vec::new();
    for folder in folder.folders.iter().filter(|folder| folder.pictures == 0) {
        let is_of_runs = tree.runs.iter().any(|run| run.starts_with(&folder.path));
        if is_of_runs {
            continue;
        }
        let mut endings: BTreeMap<String, u64> = BTreeMap::new();
        for file in &tree.files[folder.all.clone()] {
            *endings.entry(names::ending(file.name())).or_default() += 1;
        }
        let text = folder_text(&folder.path);
        if !skip_bad
            && endings
                .keys()
                .any(|ending| names::is_unreadable_picture(ending))
        {
            let found = by_ending(endings);
            return Err(FolderError::UnreadableClass {
                folder: text,
                found,
            });
        }
        empty.push(text);
    }
    Ok(empty)
}
