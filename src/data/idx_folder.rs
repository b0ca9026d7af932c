//! Folders of IDX files: which of them make a data set, and which of several copies of one is whole.

use std::collections::BTreeMap;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use super::digest::{Digested, path_within};
use super::emnist::{self, Split};
use super::idx::{pair, read_images, read_labels};
use super::idx_name::{IdxName, parse, usual};
use super::{DataError, DataSet, Images, Loaded, Manifest, Part, SourceFile};
use crate::field::Explanation;
use crate::platform::yield_now;

/// The sets of a folder, by what stands before their files' names.
pub(super) type Sets = BTreeMap<String, Set>;

/// A data set's files.
#[derive(Clone, Debug, Default)]
pub(super) struct Set {
    /// Training images, training labels, test images and test labels: of each all copies, the one to take first in
    /// front.
    files: [Vec<(IdxName, PathBuf)>; 4],
}

impl Set {
    fn is_whole(&self) -> bool {
        self.files.iter().all(|copies| !copies.is_empty())
    }

    /// A file of it, to name it by.
    pub(super) fn example(&self) -> &Path {
        let mut files = self.files.iter().flatten();
        files.next().map_or(Path::new(""), |(_, path)| path)
    }
}

/// The data sets among files that lie in one folder. A file may lie in a folder of its own name, as 7-Zip unpacks it.
pub(super) fn sets<'a>(files: impl IntoIterator<Item = &'a PathBuf>) -> Sets {
    let mut sets = Sets::new();
    for path in files {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if let Some(name) = parse(&name) {
            let set = sets.entry(name.set.clone()).or_default();
            set.files[name.role()].push((name, path.clone()));
        }
    }
    for copies in sets.values_mut().flat_map(|set| &mut set.files) {
        // MNIST's own name first, unpacked before packed, and the plainest name.
        copies.sort_by_key(|(name, path)| {
            let is_usual = matches!(name.word.as_str(), "train" | "t10k");
            (!is_usual, name.zipped, path.as_os_str().len(), path.clone())
        });
    }
    if sets.values().any(Set::is_whole) {
        sets.retain(|_, set| set.is_whole());
    }
    sets
}

/// Reads the set of these files in `folder`. The classes are the labels from 0, or from 1 if none is 0, to the
/// largest trained on; they are named so, but for EMNIST's, whose images are turned upright, too. Of two copies of a
/// file the first that is whole is taken.
///
/// # Errors
///
/// A missing file, as [`read_images`], images and labels that are not equally many, test images of
/// another size, a test label that no training image has reached, or a single class.
pub(super) async fn load(folder: &Path, name: &str, set: &Set) -> Result<Loaded, DataError> {
    for (role, copies) in set.files.iter().enumerate() {
        if copies.is_empty() {
            let usual = usual(name, role);
            return Err(DataError::MissingFile {
                folder: folder.display().to_string(),
                file: format!("{usual} or {usual}.gz"),
                layout: "folder of IDX files (MNIST and its likes)",
            });
        }
    }
    let [train_images, train_labels, test_images, test_labels] = &set.files;
    let mut reading = Reading {
        folder,
        manifest: Manifest::default(),
        notes: Vec::new(),
    };
    let train = reading.pair(train_images, train_labels)?;
    yield_now().await;
    let test = reading.pair(test_images, test_labels)?;
    yield_now().await;
    let data = reading.data_set(name, train, test)?;
    reading.manifest.files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(Loaded {
        data,
        manifest: reading.manifest,
        notes: reading.notes,
    })
}

/// Images with their labels, and the names of their files.
struct Pair {
    images_file: String,
    labels_file: String,
    images: Images,
}

/// What a set is read with.
struct Reading<'a> {
    folder: &'a Path,
    manifest: Manifest,
    notes: Vec<Explanation>,
}

impl Reading<'_> {
    fn note(&mut self, text: String) {
        self.notes.push(Explanation::new(text));
    }

    /// Reads images and their labels.
    fn pair(
        &mut self,
        images: &[(IdxName, PathBuf)],
        labels: &[(IdxName, PathBuf)],
    ) -> Result<Pair, DataError> {
        let (images_file, images) = self.first_whole(images, |file, bytes, reader| {
            read_images(file, bytes, reader)
        })?;
        let (labels_file, labels) = self.first_whole(labels, |file, bytes, reader| {
            read_labels(file, bytes, reader)
        })?;
        let images = pair(&images_file, images, &labels_file, &labels)?;
        Ok(Pair {
            images_file,
            labels_file,
            images,
        })
    }

    /// Reads the first copy of a file that can be read, and says so if it is not the first of all.
    fn first_whole<T>(
        &mut self,
        copies: &[(IdxName, PathBuf)],
        read: impl Fn(&str, u64, &mut BufReader<Digested>) -> Result<T, DataError>,
    ) -> Result<(String, T), DataError> {
        let (mut left_out, mut wrong) = (Vec::new(), None);
        for (name, path) in copies {
            match self.read(name.part, path, &read) {
                Ok((file, content)) => {
                    if !left_out.is_empty() {
                        let left_out = left_out.join(", ");
                        self.note(format!("{left_out}; {file} is whole, and was read instead"));
                    }
                    self.name_others(name, path, copies);
                    return Ok((file, content));
                }
                Err(error) => {
                    let what = fault(&error);
                    left_out.push(format!("{} {what}", path_within(self.folder, path)));
                    // Of an empty file there is least to say.
                    wrong = match wrong {
                        None | Some(DataError::CutShort { found: 0, .. }) => Some(error),
                        first => first,
                    };
                }
            }
        }
        Err(wrong.expect("at least one copy"))
    }

    fn read<T>(
        &mut self,
        part: Part,
        path: &Path,
        read: impl Fn(&str, u64, &mut BufReader<Digested>) -> Result<T, DataError>,
    ) -> Result<(String, T), DataError> {
        let (file, bytes, reader) = Digested::open(path)?;
        let mut reader = BufReader::with_capacity(1 << 16, reader);
        let content = read(&file, bytes, &mut reader)?;
        let within = path_within(self.folder, path);
        let source: SourceFile = reader
            .into_inner()
            .source(within, part)
            .map_err(DataError::read(&file))?;
        self.manifest.files.push(source);
        Ok((file, content))
    }

    /// Says which files have the same part by another word (`test-images` beside `t10k-images`).
    fn name_others(&mut self, taken: &IdxName, path: &Path, copies: &[(IdxName, PathBuf)]) {
        let others = copies.iter().filter(|(name, _)| name.word != taken.word);
        let others: Vec<_> = others
            .map(|(_, path)| path_within(self.folder, path))
            .collect();
        if !others.is_empty() {
            let path = path_within(self.folder, path);
            self.note(format!(
                "{path} was read; {}, for the same part, was left out",
                others.join(", ")
            ));
        }
    }

    /// Puts images together, and turns them if they are EMNIST's.
    fn data_set(&mut self, name: &str, train: Pair, test: Pair) -> Result<DataSet, DataError> {
        let (mut train, train_labels) = (train.images, train.labels_file);
        let (mut test, test_images, test_labels) =
            (test.images, test.images_file, test.labels_file);
        if (test.height, test.width) != (train.height, train.width) {
            return Err(DataError::SizeMismatch {
                file: test_images,
                found: format!("{} × {}", test.height, test.width),
                expected: format!("{} × {}", train.height, train.width),
            });
        }
        let is_named = emnist::is_emnist(name);
        let split = match is_named {
            true => Split::named(name),
            false => Split::recognised(&train, &test),
        };
        if is_named || split.is_some() {
            emnist::turn_upright(&mut train);
            emnist::turn_upright(&mut test);
        }
        let largest = train.labels.iter().copied().max().unwrap_or_default();
        let all = train.labels.iter().chain(&test.labels);
        let first = u32::from(all.copied().min() == Some(1));
        if largest <= first {
            return Err(DataError::TooFewClasses {
                file: train_labels,
                found: 1,
            });
        }
        if let Some(record) = test.labels.iter().position(|&label| label > largest) {
            return Err(DataError::LabelOutOfRange {
                file: test_labels,
                what: "label",
                record: record as u64,
                label: test.labels[record],
                classes: largest + 1,
            });
        }
        for label in train.labels.iter_mut().chain(&mut test.labels) {
            *label -= first;
        }
        let numbers = || (first..=largest).map(|label| label.to_string()).collect();
        let names = split.and_then(|split| split.names_of(first, largest));
        self.tell(is_named, split, first, largest);
        let data = DataSet {
            train,
            test,
            classes: names.unwrap_or_else(numbers),
        };
        self.tell_empty_classes(&data);
        Ok(data)
    }

    /// Says what was converted, and what it was taken for.
    fn tell(&mut self, is_named: bool, split: Option<Split>, first: u32, last: u32) {
        if is_named || split.is_some() {
            let title = split.map_or("EMNIST", Split::title);
            let taken = match is_named {
                true => format!("is {title}"),
                false => format!("was taken for {title}, as its labels are {first} to {last}"),
            };
            self.note(format!(
                "{} {taken}: its images lie on their side and were turned upright (rows and columns swapped)",
                self.folder.display()
            ));
        }
        if first == 1 && split != Some(Split::Letters) {
            self.note(format!(
                "no label is 0: the {last} classes are the labels 1 to {last}"
            ));
        }
    }

    /// Says which classes have no training image.
    fn tell_empty_classes(&mut self, data: &DataSet) {
        let mut is_seen = vec![false; data.classes.len()];
        for &label in &data.train.labels {
            is_seen[label as usize] = true;
        }
        let unseen: Vec<_> = data
            .classes
            .iter()
            .zip(&is_seen)
            .filter(|(_, seen)| !**seen)
            .map(|(class, _)| class.as_str())
            .collect();
        if !unseen.is_empty() {
            self.note(format!(
                "{} of the {} classes have no training image: {}",
                unseen.len(),
                data.classes.len(),
                listed(&unseen)
            ));
        }
    }
}

/// What is wrong with a file, as the end of a short sentence.
fn fault(error: &DataError) -> String {
    match error {
        DataError::CutShort { found: 0, .. } => "is empty".into(),
        DataError::CutShort { .. } | DataError::IdxLength { .. } => "is not whole".into(),
        DataError::NotData { found, .. } => format!("is {found}"),
        _ => "cannot be read".into(),
    }
}

/// The first few of a list.
fn listed(names: &[&str]) -> String {
    const SHOWN: usize = 10;
    match names.len() {
        ..=SHOWN => names.join(", "),
        many => format!("{} and {} more", names[..SHOWN].join(", "), many - SHOWN),
    }
}
