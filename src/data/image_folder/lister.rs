//! What is known while a folder is looked through, and what comes of it.

use std::path::{Path, PathBuf};

use super::labels::{self, Index, Labels, Useless};
use super::layout::pictures_below;
use super::left_out::{Fate, note};
use super::tree::{Folder, Source, Tree};
use crate::data::LoadOptions;
use crate::field::Explanation;
use crate::numbers::counted;

/// A picture to be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// Its path within the data's folder.
    pub path: PathBuf,
    /// The same in NFC, from the folder that holds classes or parts: what decides its part.
    pub key: String,
    /// Its class.
    pub label: u32,
}

/// A picture's place among the files, and its class.
pub(super) type Labelled = (usize, String);

/// What is known while a folder is looked through.
pub(super) struct Lister<'a> {
    pub source: &'a dyn Source,
    pub tree: &'a Tree,
    pub root: &'a Path,
    pub options: &'a LoadOptions,
    pub fates: Vec<Fate>,
    pub notes: Vec<Explanation>,
}

impl Lister<'_> {
    /// Adds a note.
    pub(super) fn say(&mut self, text: String) {
        self.notes.push(note(text));
    }

    /// Gives pictures a fate.
    pub(super) fn give(&mut self, pictures: &[usize], fate: Fate) {
        for &at in pictures {
            self.fates[at] = fate;
        }
    }

    /// Reads a table, by its path within the data.
    pub(super) fn read_table(&self, file: &Path, parts: &[&Folder]) -> Result<Labels, Useless> {
        labels::read(self.source, file, &self.index(parts))
    }

    /// The names of the pictures in `parts`.
    pub(super) fn index(&self, parts: &[&Folder]) -> Index {
        let pictures = pictures_of(self.tree, parts);
        let paths = pictures
            .iter()
            .map(|&at| self.tree.files[at].path.as_path());
        let folder = parts.first().map_or(Path::new(""), |part| &part.path);
        Index::new(paths, folder)
    }
}

/// All pictures in `parts` and below.
pub(super) fn pictures_of(tree: &Tree, parts: &[&Folder]) -> Vec<usize> {
    let pictures = parts.iter().map(|part| pictures_below(tree, part));
    pictures.flatten().collect()
}

/// `12 pictures`.
pub(super) fn pictures_text(count: usize) -> String {
    counted(count as u64, "picture")
}
