//! CIFAR-10 and CIFAR-100 in their binary version: files of records, each a label or two and then
//! the 32 × 32 pixels as 1,024 bytes of red, of green and of blue, row by row.
//!
//! Source: <https://www.cs.toronto.edu/~kriz/cifar.html>.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};

use super::content::{self, START};
use super::digest::Digested;
use super::{DataError, DataSet, Images, Loaded, Manifest, Part};
use crate::field::Explanation;
use crate::platform::yield_now;

const SIDE: u32 = 32;
const PIXEL_BYTES: usize = 3 * 32 * 32;
/// The longest list of class names that is read, in bytes.
const LONGEST_NAMES: u64 = 64 * 1024;
/// Records read at a time.
const CHUNK: u64 = 256;

/// Which of the two data sets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Ten classes: `data_batch_1.bin` to `data_batch_5.bin` and `test_batch.bin`.
    Ten,
    /// A hundred fine classes (and twenty coarse ones, which are not used): `train.bin`, `test.bin`.
    Hundred,
}

impl Kind {
    /// How many classes there are.
    pub fn classes(self) -> u32 {
        match self {
            Self::Ten => 10,
            Self::Hundred => 100,
        }
    }

    /// What stands before the pixels of a record: each label's name and number of values. The last
    /// is the one to learn.
    fn labels(self) -> &'static [(&'static str, u32)] {
        match self {
            Self::Ten => &[("label", 10)],
            Self::Hundred => &[("coarse label", 20), ("fine label", 100)],
        }
    }

    /// Length of a record in bytes: 3,073 or 3,074.
    pub fn record_bytes(self) -> usize {
        self.labels().len() + PIXEL_BYTES
    }

    /// Files of training images there are in all.
    fn training_files(self) -> usize {
        match self {
            Self::Ten => 5,
            Self::Hundred => 1,
        }
    }

    fn layout(self) -> &'static str {
        match self {
            Self::Ten => "CIFAR-10 folder of the binary version",
            Self::Hundred => "CIFAR-100 folder of the binary version",
        }
    }
}

/// What a file of the binary version is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    /// The `n`th file of training images, from 1.
    Train(u32),
    Test,
    Names,
}

/// All files that are read, in the order of a folder.
const FILES: [(&str, Kind, Role); 10] = [
    ("data_batch_1.bin", Kind::Ten, Role::Train(1)),
    ("data_batch_2.bin", Kind::Ten, Role::Train(2)),
    ("data_batch_3.bin", Kind::Ten, Role::Train(3)),
    ("data_batch_4.bin", Kind::Ten, Role::Train(4)),
    ("data_batch_5.bin", Kind::Ten, Role::Train(5)),
    ("test_batch.bin", Kind::Ten, Role::Test),
    ("batches.meta.txt", Kind::Ten, Role::Names),
    ("train.bin", Kind::Hundred, Role::Train(1)),
    ("test.bin", Kind::Hundred, Role::Test),
    ("fine_label_names.txt", Kind::Hundred, Role::Names),
];

/// The file of the binary version that `name` names, in whatever case.
fn known(name: &str) -> Option<(&'static str, Kind, Role)> {
    let mut files = FILES.into_iter();
    files.find(|(known, ..)| known.eq_ignore_ascii_case(name))
}

/// Collects the files of the binary version, from a folder, an archive or a browser, in any order.
#[derive(Debug)]
pub struct Collector {
    /// Where the files come from, for messages.
    source: String,
    kind: Option<Kind>,
    train: BTreeMap<u32, Images>,
    test: Option<Images>,
    names: Option<Vec<String>>,
}

impl Collector {
    /// Nothing collected yet; `source` is the folder or archive the files come from.
    pub fn new(source: impl Into<String>) -> Self {
        Self {
            source: source.into(),
            kind: None,
            train: BTreeMap::new(),
            test: None,
            names: None,
        }
    }

    /// Whether `name` (without folders) is a file of the binary version.
    pub fn knows(name: &str) -> bool {
        known(name).is_some()
    }

    /// Reads the file `name` of `bytes` bytes; files of other names are passed over. Memory for
    /// `bytes` is taken at once, so the caller must know that the file can hold as many.
    ///
    /// # Errors
    ///
    /// A file of part records, a label out of range, a file cut short, class names that are not as
    /// many as classes, or a file that was added before.
    pub fn add(&mut self, name: &str, bytes: u64, reader: impl Read) -> Result<(), DataError> {
        let Some((_, kind, role)) = known(name) else {
            return Ok(());
        };
        let file = format!("{}/{name}", self.source);
        if *self.kind.get_or_insert(kind) != kind {
            return Err(DataError::Ambiguous {
                path: self.source.clone().into(),
                first: "CIFAR-10".into(),
                second: "CIFAR-100 (one of them without its folder)".into(),
            });
        }
        let twice = match role {
            Role::Train(part) => self.train.contains_key(&part),
            Role::Test => self.test.is_some(),
            Role::Names => self.names.is_some(),
        };
        if twice {
            return Err(DataError::Duplicate { file });
        }
        match role {
            Role::Train(part) => {
                self.train
                    .insert(part, read_records(kind, &file, bytes, reader)?);
            }
            Role::Test => self.test = Some(read_records(kind, &file, bytes, reader)?),
            Role::Names => self.names = Some(read_names(kind, &file, bytes, reader)?),
        }
        Ok(())
    }

    /// What is worth a word of what was collected.
    pub fn notes(&self) -> Vec<Explanation> {
        let Some(kind) = self.kind else {
            return Vec::new();
        };
        let (found, all) = (self.train.len(), kind.training_files());
        let mut notes = Vec::new();
        if found < all {
            let missing = FILES.iter().filter(|(_, of, role)| {
                *of == kind && matches!(role, Role::Train(part) if !self.train.contains_key(part))
            });
            let missing: Vec<_> = missing.map(|(name, ..)| *name).collect();
            notes.push(Explanation::new(format!(
                "{} has {found} of the {all} files of training images; it has no {}",
                self.source,
                missing.join(", ")
            )));
        }
        notes
    }

    /// Puts what was collected together, the training files in the order of their numbers.
    ///
    /// # Errors
    ///
    /// If there is no test file, or the training files do not run from 1 without a gap.
    pub fn finish(self) -> Result<DataSet, DataError> {
        let kind = self.kind.unwrap_or(Kind::Ten);
        let missing = |role| DataError::MissingFile {
            folder: self.source.clone(),
            file: FILES
                .iter()
                .find(|file| (file.1, file.2) == (kind, role))
                .map_or_else(|| "file".into(), |file| file.0.into()),
            layout: kind.layout(),
        };
        let mut parts = (1..).zip(self.train);
        let Some((1, (1, mut train))) = parts.next() else {
            return Err(missing(Role::Train(1)));
        };
        for (expected, (part, images)) in parts {
            if part != expected {
                return Err(missing(Role::Train(expected)));
            }
            train.labels.extend(images.labels);
            train.pixels.extend(images.pixels);
        }
        let test = self.test.ok_or_else(|| missing(Role::Test))?;
        let classes = self.names.unwrap_or_else(|| match kind {
            Kind::Ten => TEN_NAMES.map(String::from).to_vec(),
            Kind::Hundred => (0..kind.classes()).map(|class| class.to_string()).collect(),
        });
        Ok(DataSet {
            train,
            test,
            classes,
        })
    }
}

/// CIFAR-10's classes, for a folder without `batches.meta.txt`.
const TEN_NAMES: [&str; 10] = [
    "airplane",
    "automobile",
    "bird",
    "cat",
    "deer",
    "dog",
    "frog",
    "horse",
    "ship",
    "truck",
];

/// Which data set a file of records of this name belongs to; a list of class names is none.
pub(super) fn kind_of(name: &str) -> Option<Kind> {
    known(name).and_then(|(_, kind, role)| (role != Role::Names).then_some(kind))
}

/// Reads the files of the binary version among `files`, which lie in the folder at `path`; fewer than five training
/// files will do if they run from 1, and class names are optional.
///
/// # Errors
///
/// As [`Collector`], and what the file system says.
pub(super) async fn load_folder(path: &Path, files: &[PathBuf]) -> Result<Loaded, DataError> {
    let mut collector = Collector::new(path.display().to_string());
    let mut manifest = Manifest::default();
    for path in files {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let Some((_, _, role)) = known(&name) else {
            continue;
        };
        let (file, bytes, mut reader) = Digested::open(path)?;
        collector.add(&name, bytes, &mut reader)?;
        let part = match role {
            Role::Train(_) => Part::Train,
            Role::Test => Part::Test,
            Role::Names => continue,
        };
        let source = reader.source(name.into_owned(), part);
        manifest.files.push(source.map_err(DataError::read(file))?);
        yield_now().await;
    }
    let notes = collector.notes();
    let data = collector.finish()?;
    Ok(Loaded {
        data,
        manifest,
        notes,
    })
}

/// Reads the records of a file of `bytes` bytes: `[N, 3, 32, 32]` and the labels to learn.
///
/// # Errors
///
/// [`DataError::Empty`], [`DataError::PartialRecord`], [`DataError::LabelOutOfRange`],
/// [`DataError::CutShort`], [`DataError::NotData`], [`DataError::Memory`] or [`DataError::Read`].
pub fn read_records(
    kind: Kind,
    file: &str,
    bytes: u64,
    mut reader: impl Read,
) -> Result<Images, DataError> {
    let mut start = [0; START];
    let found = read_up_to(&mut reader, &mut start).map_err(DataError::read(file))?;
    let start = &start[..found];
    read_whole_records(kind, file, bytes, start.chain(reader)).map_err(|error| match error {
        // What else it is is asked last: an image may begin like anything.
        DataError::PartialRecord { .. } | DataError::LabelOutOfRange { .. } => {
            content::refuse(file, start, "the binary version of CIFAR").unwrap_or(error)
        }
        error => error,
    })
}

/// As [`read_records`], but for what else the file may be.
fn read_whole_records(
    kind: Kind,
    file: &str,
    bytes: u64,
    mut reader: impl Read,
) -> Result<Images, DataError> {
    let record_bytes = kind.record_bytes();
    if bytes == 0 {
        return Err(DataError::Empty { file: file.into() });
    }
    if !bytes.is_multiple_of(record_bytes as u64) {
        return Err(DataError::PartialRecord {
            file: file.into(),
            bytes,
            record_bytes: record_bytes as u64,
        });
    }
    let count = bytes / record_bytes as u64;
    let mut images = Images::empty(3, SIDE, SIDE);
    reserve(
        file,
        &mut images.pixels,
        u128::from(count) * PIXEL_BYTES as u128,
    )?;
    reserve(file, &mut images.labels, count.into())?;

    let mut buffer = vec![0; record_bytes * count.min(CHUNK) as usize];
    let mut done = 0;
    while done < count {
        let chunk = &mut buffer[..record_bytes * (count - done).min(CHUNK) as usize];
        let found = read_up_to(&mut reader, chunk).map_err(DataError::read(file))?;
        if found < chunk.len() {
            let found = done * record_bytes as u64 + found as u64;
            return Err(DataError::CutShort {
                file: file.into(),
                found,
                expected: bytes,
            });
        }
        for record in chunk.chunks_exact(record_bytes) {
            let (labels, pixels) = record.split_at(kind.labels().len());
            for (&label, &(what, classes)) in labels.iter().zip(kind.labels()) {
                let label = u32::from(label);
                if label >= classes {
                    let (file, record) = (file.into(), done);
                    return Err(DataError::LabelOutOfRange {
                        file,
                        what,
                        record,
                        label,
                        classes,
                    });
                }
            }
            images
                .labels
                .extend(labels.last().map(|&label| u32::from(label)));
            images.pixels.extend_from_slice(pixels);
            done += 1;
        }
    }
    Ok(images)
}

/// Reads class names, one a line; empty lines do not count.
fn read_names(
    kind: Kind,
    file: &str,
    bytes: u64,
    reader: impl Read,
) -> Result<Vec<String>, DataError> {
    let file = file.to_owned();
    if bytes > LONGEST_NAMES {
        let why = "that a list of class names may take";
        return Err(DataError::TooLarge {
            file,
            bytes: format!("{bytes} bytes"),
            limit: LONGEST_NAMES,
            why,
        });
    }
    let mut text = Vec::new();
    reader
        .take(bytes)
        .read_to_end(&mut text)
        .map_err(DataError::read(&file))?;
    let names: Vec<String> = String::from_utf8_lossy(&text)
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .map(|line| line.replace(char::is_control, "\u{fffd}"))
        .collect();
    let expected = kind.classes() as usize;
    if names.len() != expected {
        return Err(DataError::ClassNames {
            file,
            found: names.len(),
            expected,
        });
    }
    Ok(names)
}

/// Makes room for `items` more, or says how much memory is missing.
pub(super) fn reserve<T>(file: &str, items: &mut Vec<T>, more: u128) -> Result<(), DataError> {
    let memory = || DataError::Memory {
        file: file.into(),
        bytes: more * size_of::<T>() as u128,
    };
    let more = usize::try_from(more).map_err(|_| memory())?;
    items.try_reserve_exact(more).map_err(|_| memory())
}

/// Fills `buffer` as far as `reader` goes, and says how far that was.
pub(super) fn read_up_to(reader: &mut impl Read, buffer: &mut [u8]) -> std::io::Result<usize> {
    let mut found = 0;
    while found < buffer.len() {
        match reader.read(&mut buffer[found..]) {
            Ok(0) => break,
            Ok(more) => found += more,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(found)
}
