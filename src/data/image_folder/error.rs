//! What can be wrong with a folder of pictures.

use super::labels::Useless;
use crate::field::{Explain, Explanation, Field, Remedy};

/// Why the pictures of a folder cannot be read or told apart.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// There are no pictures.
    #[error(
        "{folder} has no pictures that can be read (PNG, JPEG, WebP, BMP, TIFF or GIF){hint}; put each class's pictures \
         into a folder named after the class"
    )]
    NoPictures {
        /// The folder.
        folder: String,
        /// Empty, or what was found instead.
        hint: String,
    },

    /// Pictures lie in folders that are no classes, and nothing says what they show.
    #[error(
        "{folder} has no folder for each class: {seen}. Nothing says what each picture shows; {way}"
    )]
    Flat {
        /// The folder.
        folder: String,
        /// Where pictures lie.
        seen: String,
        /// How to sort them.
        way: String,
    },

    /// It is a run.
    #[error("{folder} is the folder of a run, not of images; give the folder of the images")]
    Run {
        /// The folder.
        folder: String,
    },

    /// There is nothing to tell apart.
    #[error(
        "{folder} has 1 class, {class}; at least 2 are needed to learn to tell them apart{hint}"
    )]
    OneClass {
        /// The folder, or the table of labels.
        folder: String,
        /// The class.
        class: String,
        /// Empty, or what else was found.
        hint: String,
    },

    /// A folder beside those of classes has only pictures that cannot be read.
    #[error(
        "{folder} would be a class, but none of its pictures can be read ({found}); save them as PNG or JPEG"
    )]
    UnreadableClass {
        /// The class's folder.
        folder: String,
        /// What it has.
        found: String,
    },

    /// Folders within folders: either may be the classes.
    #[error(
        "it is not clear which folders in {folder} are the classes: {first} and {second} both have {inner} in them. Put \
         all pictures of a class into one folder, and move training and test pictures into train/ and test/ if these \
         are their parts"
    )]
    WhichClasses {
        /// The folder.
        folder: String,
        /// A folder in it.
        first: String,
        /// Another one.
        second: String,
        /// What both have.
        inner: String,
    },

    /// Classes are only in the test folder.
    #[error(
        "{part} has folders of classes that the training pictures do not have: {folders}; rename or remove them, or add training pictures"
    )]
    UnknownClass {
        /// The folder of test pictures.
        part: String,
        /// The folders.
        folders: String,
    },

    /// Classes cannot be split into training and test images.
    #[error(
        "{small} of {classes} classes have only 1 picture, but a split needs 2 (one to train on, one to test on): {names}; add \
         pictures"
    )]
    ClassTooSmall {
        /// How many classes have one picture.
        small: usize,
        /// How many classes there are.
        classes: usize,
        /// Some of them.
        names: String,
    },

    /// There is a folder to train on, none to test on, and something else.
    #[error(
        "{folder} has {train}, but no test/ or val/ beside it, only {others}; name the folder of test pictures test/, or give \
         {folder}/{train} as the data to have it split"
    )]
    NoTestFolder {
        /// The folder.
        folder: String,
        /// The folder of training pictures.
        train: String,
        /// What else is there.
        others: String,
    },

    /// There are folders to test on and none to train on.
    #[error(
        "{folder} has {tests}, but no train/ beside it; name the folder of training pictures train/"
    )]
    NoTrainFolder {
        /// The folder.
        folder: String,
        /// The folders of test pictures.
        tests: String,
    },

    /// A table of labels was given that labels nothing.
    #[error("{file} cannot be used as labels of the pictures in {folder}: {why}")]
    Labels {
        /// The table.
        file: String,
        /// The folder.
        folder: String,
        /// Why.
        why: Useless,
    },

    /// Two tables label the same pictures.
    #[error(
        "{first} and {second} both label the pictures in {folder}, and not alike; take one away or give the one you mean"
    )]
    TwoTables {
        /// The folder.
        folder: String,
        /// A table.
        first: String,
        /// Another one.
        second: String,
    },

    /// Pictures cannot be read.
    #[error("{count} of {pictures} pictures cannot be read:\n  {}\nReplace them or take them out of the folder", shown.join("\n  "))]
    BadPictures {
        /// How many.
        count: usize,
        /// Of how many.
        pictures: usize,
        /// The first ones, with the reasons.
        shown: Vec<String>,
    },

    /// Nothing is left to train or test on.
    #[error("{folder}: no picture is left to {verb} on{why}")]
    NothingLeft {
        /// The folder.
        folder: String,
        /// "train" or "test".
        verb: &'static str,
        /// Empty, or why.
        why: String,
    },
}

impl Explain for FolderError {
    fn explain(&self) -> Explanation {
        let told = Explanation::new(self);
        let give = Remedy::Give;
        match self {
            Self::Flat { .. } => {
                let way = give(Field::Labels, "FILE", "to use a table that lies elsewhere");
                told.about(Field::Data).or(way)
            }
            Self::TwoTables { .. } => told.or(give(Field::Labels, "FILE", "to say which")),
            Self::ClassTooSmall { .. } => {
                told.or(give(Field::MinImages, "2", "to leave such classes out"))
            }
            Self::UnreadableClass { .. } | Self::BadPictures { .. } => {
                told.or(give(Field::SkipBad, "", "to go on without them"))
            }
            Self::Labels { .. } => told.about(Field::Labels),
            _ => told,
        }
    }
}
