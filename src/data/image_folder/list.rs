//! From the names in a folder to pictures with labels, and what is to be said of the rest.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::error::FolderError;
use super::layout::{Layout, Shape, classes_in, pictures_below};
use super::left_out::{self, Fate, note_with};
use super::lister::{Labelled, Lister, Picture, pictures_text};
use super::names::{folder_text, readable_path};
use super::split;
use super::tree::{Source, Tree};
use crate::data::loaded::some_of;
use crate::data::{DataError, LoadOptions};
use crate::field::{Explanation, Field, Remedy};

/// All that is to be read of a folder, and all that is not.
#[derive(Debug)]
pub struct Listing {
    /// Names of the classes, in the order of the labels.
    pub classes: Vec<String>,
    /// To train on, in an order that mixes the classes.
    pub train: Vec<Picture>,
    /// To test on, likewise.
    pub test: Vec<Picture>,
    /// What was guessed or passed over.
    pub notes: Vec<Explanation>,
    /// How many files had which fate; together all files that were found.
    pub fates: BTreeMap<Fate, usize>,
}

/// Finds the pictures below a folder, their classes and parts.
///
/// # Errors
/// A folder that holds no pictures or not two classes, or of which it is not clear what the classes are.
pub fn list(source: &dyn Source, root: &Path, options: &LoadOptions) -> Result<Listing, DataError> {
    let tree = Tree::read(source, root)?;
    list_tree(source, &tree, root, options)
}

pub(super) fn list_tree(
    source: &dyn Source,
    tree: &Tree,
    root: &Path,
    options: &LoadOptions,
) -> Result<Listing, DataError> {
    if tree.root.is_run {
        let folder = root.display().to_string();
        return Err(FolderError::Run { folder }.into());
    }
    let mut lister = Lister {
        source,
        tree,
        root,
        options,
        fates: vec![Fate::default(); tree.files.len()],
        notes: Vec::new(),
    };
    let (base, mut train, test) = lister.parts()?;
    let test = match test {
        Some(test) => {
            options.refuse_test_fraction(root)?;
            lister.leave_out_small_classes(&mut train);
            Some(lister.of_known_classes(test, &train))
        }
        None => {
            lister.leave_out_small_classes(&mut train);
            None
        }
    };
    let classes = lister.classes(&train)?;
    let label = |class: &String| classes.binary_search(class).unwrap_or_default() as u32;
    let picture = |(at, class): &Labelled| {
        let path = tree.files[*at].path.clone();
        let key = readable_path(path.strip_prefix(&base).unwrap_or(&path));
        let label = label(class);
        Picture { path, key, label }
    };
    for (at, _) in train.iter().chain(test.iter().flatten()) {
        lister.fates[*at] = Fate::Used;
    }
    let train: Vec<_> = train.iter().map(picture).collect();
    let (train, test) = match test {
        Some(test) => (train, test.iter().map(picture).collect()),
        None => split::split(source, train, &classes, options)?,
    };
    if test.is_empty() {
        let why = match options.earlier {
            Some(_) => {
                ": of those that were tested on before, none is there any more; begin a new run"
            }
            None => "",
        };
        return Err(FolderError::NothingLeft {
            folder: root.display().to_string(),
            verb: "test",
            why: why.to_owned(),
        }
        .into());
    }
    left_out::tell(tree, &mut lister.fates, &mut lister.notes);
    let mut fates = BTreeMap::new();
    for fate in &lister.fates {
        *fates.entry(*fate).or_default() += 1;
    }
    Ok(Listing {
        train: split::mixed(train, 0),
        test: split::mixed(test, 1),
        notes: lister.notes,
        classes,
        fates,
    })
}

impl<'a> Lister<'a> {
    /// The folder that keys start from, the pictures to train on or to be split, and those to test on.
    #[expect(clippy::type_complexity, reason = "three values, named above")]
    fn parts(&mut self) -> Result<(PathBuf, Vec<Labelled>, Option<Vec<Labelled>>), DataError> {
        let layout = Layout::of(self.tree, &self.root.display().to_string())?;
        let base = layout.base;
        if !base.path.as_os_str().is_empty() {
            self.say(format!("the pictures are in {}", folder_text(&base.path)));
        }
        let Shape::Parts {
            train,
            tests,
            others,
        } = &layout.shape
        else {
            let labelled = self.classes_or_table(base)?;
            return Ok((base.path.clone(), labelled, None));
        };
        let labelled = self.training_part(base, train)?;
        for other in others {
            self.say(format!(
                "{} ({}) is not used: it is neither train/ nor test/",
                folder_text(&other.path),
                pictures_text(other.pictures)
            ));
            self.give(&pictures_below(self.tree, other), Fate::Unused);
        }
        let test = self.test_part(base, tests, &labelled)?;
        if test.is_none() {
            let names: Vec<_> = train.iter().map(|part| folder_text(&part.path)).collect();
            let names = some_of(&names);
            self.say(format!(
                "{names} is split: there are no other pictures with labels to test on"
            ));
        }
        // A part that is all there is gives the same split as its folder given alone.
        let base = match (&test, train.as_slice()) {
            (None, [only]) => classes_in(only).path.clone(),
            _ => base.path.clone(),
        };
        Ok((base, labelled, test))
    }

    /// Takes classes out that have too few pictures.
    fn leave_out_small_classes(&mut self, labelled: &mut Vec<Labelled>) {
        let Some(least) = self.options.min_images else {
            return;
        };
        let counts = counts(labelled);
        let small: BTreeSet<String> = counts
            .into_iter()
            .filter(|(_, count)| *count < least)
            .map(|(class, _)| class.to_owned())
            .collect();
        if small.is_empty() {
            return;
        }
        let (kept, out): (Vec<_>, Vec<_>) = std::mem::take(labelled)
            .into_iter()
            .partition(|(_, class)| !small.contains(class));
        *labelled = kept;
        let places: Vec<_> = out.iter().map(|(at, _)| *at).collect();
        self.give(&places, Fate::SmallClass);
        let (count, names) = (small.len(), small.into_iter().collect::<Vec<_>>());
        let text = format!(
            "{count} {} of fewer than {least} pictures {} left out ({}): {}",
            if count == 1 { "class" } else { "classes" },
            if count == 1 { "is" } else { "are" },
            pictures_text(places.len()),
            some_of(&names)
        );
        self.notes
            .push(note_with(text, Remedy::Change(&[Field::MinImages])));
    }

    /// Test pictures without those of classes that were left out.
    fn of_known_classes(&mut self, test: Vec<Labelled>, train: &[Labelled]) -> Vec<Labelled> {
        let classes: BTreeSet<&str> = train.iter().map(|(_, class)| class.as_str()).collect();
        let (kept, out): (Vec<_>, Vec<_>) = test
            .into_iter()
            .partition(|(_, class)| classes.contains(class.as_str()));
        let places: Vec<_> = out.iter().map(|(at, _)| *at).collect();
        self.give(&places, Fate::SmallClass);
        kept
    }

    /// The names of the classes, sorted.
    fn classes(&self, labelled: &[Labelled]) -> Result<Vec<String>, FolderError> {
        let classes: BTreeSet<&String> = labelled.iter().map(|(_, class)| class).collect();
        let classes: Vec<String> = classes.into_iter().cloned().collect();
        let folder = self.root.display().to_string();
        match classes.as_slice() {
            [] => Err(FolderError::NothingLeft {
                folder,
                verb: "train",
                why: match self.options.min_images {
                    Some(least) => format!(": no class has {least} pictures"),
                    None => String::new(),
                },
            }),
            [class] => Err(FolderError::OneClass {
                folder,
                class: class.clone(),
                hint: self.other_notes(),
            }),
            _ => Ok(classes),
        }
    }

    /// What was said so far, for an error that may come of it.
    fn other_notes(&self) -> String {
        let notes = self.notes.iter().map(|note| format!("; {}", note.text));
        notes.collect()
    }
}

/// How many pictures each class has.
pub(super) fn counts(labelled: &[Labelled]) -> BTreeMap<&str, u64> {
    let mut counts = BTreeMap::new();
    for (_, class) in labelled {
        *counts.entry(class.as_str()).or_default() += 1;
    }
    counts
}
