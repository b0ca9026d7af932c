//! Pictures that lie in no class folders: the table that labels them, or what to say where there is none.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::error::FolderError;
use super::labels::{self, Labels, Useless};
use super::layout::{empty_folders, levels};
use super::left_out::by_ending;
use super::lister::{Lister, pictures_of, pictures_text};
use super::names::{self, NamedPart, folder_text, part_of, readable, readable_path};
use super::tree::{Folder, read_file};
use crate::data::loaded::some_of;

/// The table that was given, for the pictures in `parts`.
///
/// # Errors
/// A table that cannot be read or labels nothing.
pub(super) fn given_table(lister: &Lister<'_>, parts: &[&Folder]) -> Result<Labels, FolderError> {
    let file = lister.options.labels.clone().unwrap_or_default();
    let read = || {
        let content = read_file(&file, labels::LARGEST);
        let content = content.map_err(|error| Useless::Unreadable(error.to_string()))?;
        let table = labels::parse(&file, &content, &lister.index(parts))?;
        match table.classes().as_slice() {
            [] => Err(Useless::OneLabel("none".to_owned())),
            [label] => Err(Useless::OneLabel((*label).to_owned())),
            _ => Ok(table),
        }
    };
    read().map_err(|why| FolderError::Labels {
        file: file.display().to_string(),
        folder: lister.root.display().to_string(),
        why,
    })
}

/// The table beside or among the pictures of `parts` that labels at least half of them; two labels at least,
/// where they are trained on.
///
/// # Errors
/// Two tables that label as many, and not alike.
pub(super) fn table_of(
    lister: &Lister<'_>,
    base: &Folder,
    parts: &[&Folder],
    part: NamedPart,
) -> Result<Option<Labels>, FolderError> {
    let count = pictures_of(lister.tree, parts).len();
    let tables = tables(lister, base, parts, part);
    let tables = tables.into_iter().filter_map(|(_, table)| table.ok());
    let enough = |table: &Labels| {
        2 * table.count() >= count && (part != NamedPart::Train || table.classes().len() > 1)
    };
    let mut tables: Vec<_> = tables.filter(enough).collect();
    tables.sort_by_key(|table| std::cmp::Reverse(table.count()));
    let mut tables = tables.into_iter();
    let first = tables.next();
    match (&first, tables.next()) {
        (Some(first), Some(second))
            if first.count() == second.count() && first.labels != second.labels =>
        {
            Err(FolderError::TwoTables {
                folder: lister.root.display().to_string(),
                first: readable_path(&first.file),
                second: readable_path(&second.file),
            })
        }
        _ => Ok(first),
    }
}

/// What each table says that may be about the pictures of `parts`.
fn tables(
    lister: &Lister<'_>,
    base: &Folder,
    parts: &[&Folder],
    part: NamedPart,
) -> Vec<(PathBuf, Result<Labels, Useless>)> {
    let files_in = |folder: &Folder| -> Vec<PathBuf> {
        let files = lister.tree.files[folder.own.clone()].iter();
        files.map(|file| file.path.clone()).collect()
    };
    // A table of one part says nothing of another that lies beside it.
    let mut files: Vec<PathBuf> = levels(&lister.tree.root).flat_map(files_in).collect();
    if lister.tree.root.own_pictures > 0 {
        files.extend(lister.source.beside());
    }
    files.retain(|file| is_about(file, part));
    for part in parts.iter().filter(|part| part.path != base.path) {
        files.extend(levels(part).flat_map(files_in));
    }
    files.retain(|file| labels::may_be_table(file));
    let files: BTreeSet<_> = files.into_iter().collect();
    let read = files.into_iter().map(|file| {
        let table = lister.read_table(&file, parts);
        (file, table)
    });
    read.collect()
}

/// Whether a table's name leaves open, or says, that it is about a part.
fn is_about(table: &Path, part: NamedPart) -> bool {
    let name = readable(table.file_stem().unwrap_or_default()).to_lowercase();
    let is_of = |part: NamedPart| match part {
        NamedPart::Train => name.contains("train"),
        NamedPart::Test => name.contains("test"),
        NamedPart::Validation => {
            name.contains("valid")
                || name
                    .split(|letter: char| !letter.is_alphabetic())
                    .any(|word| word == "val")
        }
    };
    match part {
        NamedPart::Train => !is_of(NamedPart::Test) && !is_of(NamedPart::Validation),
        _ => is_of(part) && !is_of(NamedPart::Train),
    }
}

/// The error for a folder without pictures.
pub(super) fn no_pictures(lister: &Lister<'_>, base: &Folder) -> FolderError {
    let mut endings: BTreeMap<String, u64> = BTreeMap::new();
    for file in &lister.tree.files[base.all.clone()] {
        *endings.entry(names::ending(file.name())).or_default() += 1;
    }
    let hint = match endings.is_empty() {
        true => String::new(),
        false => format!(
            ", but other files: {} (give the folder that holds one data set, or make pictures of them)",
            by_ending(endings)
        ),
    };
    FolderError::NoPictures {
        folder: lister.root.display().to_string(),
        hint,
    }
}

/// The error for pictures of which nothing says what they show.
pub(super) fn refusal(lister: &Lister<'_>, base: &Folder, parts: &[&Folder]) -> FolderError {
    let folders: Vec<&Folder> = base.with_pictures().collect();
    let prefixes = prefixes(lister, parts);
    if let ([class], []) = (folders.as_slice(), prefixes.as_slice())
        && base.own_pictures == 0
        && part_of(&readable(class.name())).is_none()
        && !matches!(
            readable(class.name()).to_lowercase().as_str(),
            "images" | "image" | "imgs" | "img" | "pictures" | "photos"
        )
    {
        let empty = empty_folders(lister.tree, base, true).unwrap_or_default();
        let hint = match empty.is_empty() {
            true => String::new(),
            false => format!("; {} without pictures", some_of(&empty)),
        };
        return FolderError::OneClass {
            folder: lister.root.display().to_string(),
            class: readable(class.name()),
            hint,
        };
    }
    let mut seen = Vec::new();
    if base.own_pictures > 0 {
        seen.push(seen_in(lister, base));
    }
    seen.extend(folders.iter().map(|folder| seen_in(lister, folder)));
    let part = parts.first().filter(|part| part.path != base.path);
    let within = part.map_or_else(String::new, |part| folder_text(&part.path));
    let mut way = match prefixes.as_slice() {
        [] => format!(
            "put each class's pictures into a folder of its own, such as {within}CLASS/, or a table of labels (a CSV file \
             with rows `id,label` or `file,label`) beside them"
        ),
        prefixes => {
            let folders: Vec<_> = prefixes
                .iter()
                .map(|prefix| format!("{within}{prefix}/"))
                .collect();
            let (some, folders) = (some_of(prefixes), some_of(&folders));
            format!("if names begin with the class ({some}), move the pictures into {folders}")
        }
    };
    if let Some(why) = useless_tables(lister, base, parts) {
        way = format!("{way}; {why}");
    }
    FolderError::Flat {
        folder: lister.root.display().to_string(),
        seen: seen.join(", "),
        way,
    }
}

/// `train/ has 40 pictures directly in it (cat.0.jpg, cat.1.jpg, cat.10.jpg and 37 more)`.
fn seen_in(lister: &Lister<'_>, folder: &Folder) -> String {
    let direct: Vec<_> = lister.tree.pictures(&folder.own).collect();
    let name = match folder.path.as_os_str().is_empty() {
        true => "it".to_owned(),
        false => folder_text(&folder.path),
    };
    if direct.is_empty() {
        return format!(
            "{name} has {} in its folders",
            pictures_text(folder.pictures)
        );
    }
    let names: Vec<_> = direct
        .iter()
        .map(|&at| readable(lister.tree.files[at].name()))
        .collect();
    format!(
        "{name} has {} directly in it ({})",
        pictures_text(names.len()),
        some_of(&names)
    )
}

/// What the names of pictures begin with, before numbers, if that may be classes: several, each of several
/// pictures.
fn prefixes(lister: &Lister<'_>, parts: &[&Folder]) -> Vec<String> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let pictures = pictures_of(lister.tree, parts);
    for &at in &pictures {
        let file = &lister.tree.files[at].path;
        let stem = readable(file.file_stem().unwrap_or_default());
        let prefix = stem.trim_end_matches(|letter: char| !letter.is_alphabetic());
        *counts.entry(prefix.to_owned()).or_default() += 1;
    }
    let are_classes = counts.len() > 1
        && counts
            .iter()
            .all(|(prefix, count)| !prefix.is_empty() && *count > 1);
    match are_classes {
        true => counts.into_keys().collect(),
        false => Vec::new(),
    }
}

/// Whether the folders in `base` are those of pictures and of what was drawn over them, by their names: no
/// classes.
pub(super) fn are_masks(base: &Folder) -> bool {
    const PICTURES: [&str; 5] = ["image", "img", "picture", "photo", "jpegimage"];
    const DRAWN: [&str; 7] = [
        "mask",
        "label",
        "annotation",
        "segmentation",
        "segmentationcla",
        "groundtruth",
        "gt",
    ];
    let names = base.with_pictures().map(|folder| {
        let name = readable(folder.name()).to_lowercase();
        name.replace(['_', '-', ' '], "")
            .trim_end_matches('s')
            .to_owned()
    });
    let names: Vec<_> = names.collect();
    let some = |of: &[&str]| names.iter().any(|name| of.contains(&name.as_str()));
    let are_known = |name: &String| [&PICTURES[..], &DRAWN].concat().contains(&name.as_str());
    some(&PICTURES) && some(&DRAWN) && names.iter().all(are_known)
}

/// What to say of tables that may label pictures which lie in class folders.
pub(super) fn unused_tables(lister: &Lister<'_>, base: &Folder) -> Vec<String> {
    let count = pictures_of(lister.tree, &[base]).len();
    let tables = tables(lister, base, &[base], NamedPart::Train).into_iter();
    let told = tables.filter_map(|(file, table)| {
        let why = match table {
            Ok(table) if 2 * table.count() < count || table.classes().len() < 2 => return None,
            Ok(_) => String::new(),
            Err(Useless::NoLabels(columns)) => {
                format!(", and it is not clear which of its columns has labels ({columns})")
            }
            Err(_) => return None,
        };
        let file = readable_path(&file);
        Some(format!(
            "{file} is not used{why}: the folders are taken for the classes"
        ))
    });
    told.collect()
}

/// Why the tables beside the pictures do not label them.
fn useless_tables(lister: &Lister<'_>, base: &Folder, parts: &[&Folder]) -> Option<String> {
    let count = pictures_of(lister.tree, parts).len();
    let tables = tables(lister, base, parts, NamedPart::Train).into_iter();
    let told = tables.filter_map(|(file, table)| {
        let file = readable_path(&file);
        match table {
            Ok(table) if table.classes().len() < 2 => Some(format!("{file} has one label only")),
            Ok(table) => Some(format!(
                "{file} has labels of {} of {count} pictures only",
                table.count()
            )),
            Err(Useless::NamesNone(_)) => None,
            Err(why) => Some(format!("{file} is no help: {why}")),
        }
    });
    let told: Vec<_> = told.collect();
    (!told.is_empty()).then(|| told.join("; "))
}
