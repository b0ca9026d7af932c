//! A data set as it was read: its images, the files they came from, and what is worth a word.

use std::collections::{BTreeMap, BTreeSet};

use super::{DataSet, DataShape};
use crate::field::{Explanation, Field};
use crate::numbers::counted;

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

/// What became of a data set's files since a manifest of them was made: paths, each in one list only.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Differences {
    /// Files that were not there.
    pub added: Vec<String>,
    /// Files that are there no more.
    pub missing: Vec<String>,
    /// Files with another content.
    pub changed: Vec<String>,
    /// Files with the same content and part by another name; the new ones.
    pub renamed: Vec<String>,
    /// Files that were for training and are tested on now, or the other way round.
    pub moved: Vec<String>,
    /// Whether the images that are tested on are others than before.
    pub test_differs: bool,
}

impl Manifest {
    /// The part of the file at `path`, if it is known.
    pub fn part(&self, path: &str) -> Option<Part> {
        let found = self
            .files
            .binary_search_by(|file| file.path.as_str().cmp(path));
        found.ok().map(|at| self.files[at].part)
    }

    /// What to say where files of before are held against those of now; of other data only that they are others.
    pub fn held_against(&self, now: &Self) -> Vec<Explanation> {
        if self.files.is_empty() || now.files.is_empty() {
            return Vec::new();
        }
        let content = |file: &SourceFile| Some((file.bytes, file.digest?));
        let contents: BTreeSet<_> = self.files.iter().filter_map(content).collect();
        let is_known = |file: &SourceFile| {
            let is_content = content(file).is_some_and(|content| contents.contains(&content));
            is_content || self.part(&file.path).is_some()
        };
        match now.files.iter().any(is_known) {
            true => self.differences(now).notes(),
            false => {
                let text = "these images are others than those that were first read: the test set differs, and accuracies cannot be compared";
                vec![Explanation::new(text).about(Field::Data)]
            }
        }
    }

    /// How the files differ from these, by `now`. Contents are compared where both were read.
    pub fn differences(&self, now: &Self) -> Differences {
        let by_path = |manifest: &Self| -> BTreeMap<String, SourceFile> {
            let files = manifest.files.iter();
            files
                .map(|file| (file.path.clone(), file.clone()))
                .collect()
        };
        let (mut missing, mut added) = (by_path(self), by_path(now));
        let mut differences = Differences::default();
        for earlier in &self.files {
            let Some(file) = added.remove(&earlier.path) else {
                continue;
            };
            missing.remove(&earlier.path);
            if file.part != earlier.part {
                differences.test_differs = true;
                differences.moved.push(file.path);
            } else if !file.may_equal(earlier) {
                differences.test_differs |= file.part != Part::Train;
                differences.changed.push(file.path);
            }
        }
        let mut contents: BTreeMap<(u64, u64), Vec<SourceFile>> = BTreeMap::new();
        for file in missing.into_values() {
            match file.digest {
                Some(digest) => contents.entry((file.bytes, digest)).or_default().push(file),
                None => differences.lose(file),
            }
        }
        for file in added.into_values() {
            let same = file
                .digest
                .and_then(|digest| contents.get_mut(&(file.bytes, digest))?.pop());
            match same {
                Some(earlier) if earlier.part == file.part => differences.renamed.push(file.path),
                Some(_) => {
                    differences.test_differs = true;
                    differences.moved.push(file.path);
                }
                None => {
                    differences.test_differs |= file.part != Part::Train;
                    differences.added.push(file.path);
                }
            }
        }
        for file in contents.into_values().flatten() {
            differences.lose(file);
        }
        differences
    }
}

impl SourceFile {
    /// Whether nothing says that the contents differ.
    fn may_equal(&self, other: &Self) -> bool {
        let read = self.digest.zip(other.digest);
        self.bytes == other.bytes && read.is_none_or(|(one, other)| one == other)
    }
}

impl Differences {
    fn lose(&mut self, file: SourceFile) {
        self.test_differs |= file.part != Part::Train;
        self.missing.push(file.path);
    }

    /// Whether the files are the same, by the same names.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// What to say of them: a sentence each, none where nothing differs.
    pub fn notes(&self) -> Vec<Explanation> {
        const THEN: &str = "since the images were first read";
        let told = |paths: &[String], one: &str, several: &str, end: &str| {
            let verb = if paths.len() == 1 { one } else { several };
            let files = counted(paths.len() as u64, "file");
            let said = format!("{files} {verb} {THEN}: {}{end}", some_of(paths));
            (!paths.is_empty()).then_some(said)
        };
        let only = match (self.test_differs, self.added.len()) {
            (true, _) => "",
            (false, 1) => "; it is trained on only",
            (false, _) => "; they are trained on only",
        };
        let moved = "; what was tested on is trained on now, or the other way round";
        let differs = "the test set differs: accuracies cannot be compared with those of before";
        let notes = [
            told(&self.added, "was added", "were added", only),
            told(&self.missing, "has gone missing", "have gone missing", ""),
            told(&self.changed, "has changed", "have changed", ""),
            told(&self.renamed, "was renamed", "were renamed", ""),
            told(
                &self.moved,
                "has changed parts",
                "have changed parts",
                moved,
            ),
            self.test_differs.then(|| differs.to_owned()),
        ];
        notes.into_iter().flatten().map(Explanation::new).collect()
    }
}

/// The first three of `names`, and how many more there are.
pub(super) fn some_of<T: AsRef<str>>(names: &[T]) -> String {
    first_of(names, 3)
}

/// The first `shown` of `names`, and how many more there are.
pub(super) fn first_of<T: AsRef<str>>(names: &[T], shown: usize) -> String {
    let first: Vec<&str> = names.iter().take(shown).map(AsRef::as_ref).collect();
    match names.len().saturating_sub(shown) {
        0 => first.join(", "),
        more => format!("{} and {more} more", first.join(", ")),
    }
}
