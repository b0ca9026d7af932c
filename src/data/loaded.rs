//! A data set as it was read: its images, the files they came from, and what is worth a word.

use super::{DataSet, DataShape};
use crate::field::Explanation;

/// A data set as it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loaded {
    /// The images.
    pub data: DataSet,
    /// The files they came from; none for images that code drew.
    pub manifest: Manifest,
    /// What was passed over, guessed or converted, a sentence each: told once, before the first step.
    pub notes: Vec<Explanation>,
}

impl Loaded {
    /// Images of which nothing else is to be said.
    pub fn plain(data: DataSet) -> Self {
        Self {
            data,
            manifest: Manifest::default(),
            notes: Vec::new(),
        }
    }

    /// The images' sizes.
    pub fn shape(&self) -> DataShape {
        self.data.shape()
    }
}

/// The files of a data set, and which of them are tested on: what a run keeps, to be held against the
/// data when it goes on or is evaluated.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Manifest {
    /// In the order of their paths.
    pub files: Vec<SourceFile>,
}

/// A file that images came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceFile {
    /// Its path within the data, with `/` between folders, in Unicode's composed form (NFC).
    pub path: String,
    /// Its length in bytes.
    pub bytes: u64,
    /// The first eight bytes of its SHA-256, big-endian; `None` where it was not read, for instance
    /// behind a limit.
    pub digest: Option<u64>,
    /// What its images are for.
    pub part: Part,
}

/// What the images of a file are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// To train on.
    Train,
    /// To test on.
    Test,
    /// Both: an archive that holds all.
    Both,
}
