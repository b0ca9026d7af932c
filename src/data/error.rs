//! What can be wrong with data: each a sentence with the file, what was found, what was expected,
//! and the way out.

use std::path::PathBuf;

use super::image_folder::FolderError;
use crate::field::{Explain, Explanation, Field, Remedy};

/// The layouts that [`load`](super::load) knows, for sentences that must list them.
pub const LAYOUTS: &str = "`digits` or `shapes` (built in), a CIFAR-10 or CIFAR-100 folder of the binary version \
    (data_batch_1.bin … or train.bin), the .tar.gz of either as downloaded, an IDX folder \
    (train-images-idx3-ubyte …, plain or .gz), or a folder of pictures (PNG, JPEG, WebP, BMP, TIFF, GIF) with \
    one folder a class or a table of labels, either under train/ and test/ or to be split";

/// Why a data set could not be read. `file` is a name as the user knows it: a path, or for a member
/// of an archive the archive's path and the member's name.
#[derive(Debug, thiserror::Error)]
pub enum DataError {
    /// The path leads nowhere.
    #[error("there is no file or folder {}; data can be {LAYOUTS}", path.display())]
    NotFound {
        /// The path as given.
        path: PathBuf,
    },

    /// The path exists, but holds no data set of a known layout.
    #[error("{} holds no data set that is known here{hint}; data can be {LAYOUTS}", path.display())]
    Unrecognised {
        /// The path as given.
        path: PathBuf,
        /// Empty, or what it looks like, starting with `": "`.
        hint: String,
    },

    /// A folder holds several data sets.
    #[error("{} holds both {first} and {second}; give the path of the one you mean", path.display())]
    Ambiguous {
        /// The folder.
        path: PathBuf,
        /// A data set in it.
        first: String,
        /// Another one.
        second: String,
    },

    /// A folder holds several data sets in its folders, or in files of one folder.
    #[error(
        "{} holds {} data sets ({}); give the path of the one you mean, such as {}",
        path.display(), sets.len(), sets.join(", "), example.display()
    )]
    SeveralSets {
        /// The folder.
        path: PathBuf,
        /// What tells them apart: their paths within the folder, or the starts of their files' names.
        sets: Vec<String>,
        /// The path of the first.
        example: PathBuf,
    },

    /// CIFAR's Python version.
    #[error(
        "{} is {name}'s Python version, but the binary version is needed; download it \
         (https://www.cs.toronto.edu/~kriz/{binary}), or make it: {where_to}, run these lines with Python and NumPy, \
         then give that folder:\n\n{lines}",
        path.display()
    )]
    PythonVersion {
        /// The folder or archive.
        path: PathBuf,
        /// "CIFAR-10" or "CIFAR-100".
        name: &'static str,
        /// The archive of the binary version.
        binary: &'static str,
        /// What to do before the lines are run.
        where_to: String,
        /// The lines that make the binary version.
        lines: &'static str,
    },

    /// A file is something else than its name says.
    #[error("{file} is {found}, not {expected}; {way}")]
    NotData {
        /// The file.
        file: String,
        /// What it is.
        found: String,
        /// What was expected.
        expected: &'static str,
        /// What helps.
        way: &'static str,
    },

    /// An option has a value that cannot be used.
    #[error("{}: {found} cannot be used; expected {expected}", field.key())]
    BadOption {
        /// Which.
        field: Field,
        /// Its value.
        found: String,
        /// Which values can be used, and the way out.
        expected: String,
    },

    /// The operating system would not give the file, or its compressed stream is damaged.
    #[error("{file} could not be read: {source}; check that it is whole and that you may read it")]
    Read {
        /// The file or folder.
        file: String,
        /// What the system, or the decompressor, said.
        source: std::io::Error,
    },

    /// One file of a layout is there, another is not.
    #[error("{folder} has no {file}, which belongs to a {layout}; unpack or download it again")]
    MissingFile {
        /// The folder or archive.
        folder: String,
        /// The missing file, or the names it may have.
        file: String,
        /// The layout it belongs to.
        layout: &'static str,
    },

    /// An archive has the same file twice.
    #[error("{file} is there twice; keep one of the two, or download the archive again")]
    Duplicate {
        /// The file.
        file: String,
    },

    /// A file of records ends within a record.
    #[error(
        "{file} has {bytes} bytes, which is no whole number of records of {record_bytes} bytes \
         ({} bytes are left over after {} records); it was probably cut short: download or copy it again",
        bytes % record_bytes, bytes / record_bytes
    )]
    PartialRecord {
        /// The file.
        file: String,
        /// Its length.
        bytes: u64,
        /// The length of a record.
        record_bytes: u64,
    },

    /// A file ends before the length that its directory entry or header gives.
    #[error(
        "{file} ends after {found} of {expected} bytes; it was cut short: download or copy it again"
    )]
    CutShort {
        /// The file.
        file: String,
        /// Bytes that were there.
        found: u64,
        /// Bytes that should have been there.
        expected: u64,
    },

    /// A file has no content where images or labels were expected.
    #[error("{file} is empty (0 images); at least one is needed: download or copy it again")]
    Empty {
        /// The file.
        file: String,
    },

    /// A label is not below the number of classes.
    #[error(
        "{file}: the {what} of record {record} (counted from 0) is {label}, but must be below {classes}; \
         the file is damaged or of another data set"
    )]
    LabelOutOfRange {
        /// The file.
        file: String,
        /// "label", "coarse label" or "fine label".
        what: &'static str,
        /// Which record, from 0.
        record: u64,
        /// Its label.
        label: u32,
        /// How many classes there are.
        classes: u32,
    },

    /// A list of class names has the wrong length.
    #[error(
        "{file} names {found} classes, but {expected} are expected, one a line; \
         correct it, or remove it to do without names"
    )]
    ClassNames {
        /// The file.
        file: String,
        /// Names found.
        found: usize,
        /// Names expected.
        expected: usize,
    },

    /// An IDX file starts with the wrong four bytes.
    #[error(
        "{file} starts with {found:#010x}, but an IDX file of {what} starts with {expected:#010x}; \
         check that the file has its right name and is unpacked"
    )]
    IdxMagic {
        /// The file.
        file: String,
        /// "images" or "labels".
        what: &'static str,
        /// Its first four bytes, big-endian.
        found: u32,
        /// What they should be.
        expected: u32,
    },

    /// An IDX file of integers has labels of no number or of too many.
    #[error(
        "{file}: its labels have {numbers} numbers each, but must have 1 to {most}; it is damaged: download or copy it again"
    )]
    IdxLabels {
        /// The file.
        file: String,
        /// Numbers of a label.
        numbers: u32,
        /// The most there may be.
        most: u32,
    },

    /// An IDX file's header and its length disagree.
    #[error(
        "{file}: its header says {dimensions}, which takes {expected} bytes, but it has {found}; \
         it is damaged: download or copy it again"
    )]
    IdxLength {
        /// The file.
        file: String,
        /// The header's dimensions, in words.
        dimensions: String,
        /// Bytes they take, header included.
        expected: u128,
        /// Bytes there are ("more than N" for a compressed file that was not read on).
        found: String,
    },

    /// Images and labels are not equally many.
    #[error(
        "{images_file} has {images} images, but {labels_file} has {labels} labels; they must be of one data set"
    )]
    CountMismatch {
        /// The file of images.
        images_file: String,
        /// How many images it has.
        images: u64,
        /// The file of labels.
        labels_file: String,
        /// How many labels it has.
        labels: u64,
    },

    /// Training and test images differ in size.
    #[error(
        "{file}: the images are {found} (rows × columns), but the training images are {expected}; both must be of one size"
    )]
    SizeMismatch {
        /// The file of test images.
        file: String,
        /// Their size.
        found: String,
        /// The training images' size.
        expected: String,
    },

    /// A file says that it holds, or unpacks to, more than is sensible.
    #[error(
        "{file} would unpack to {bytes}, more than the {limit} bytes {why}; it is damaged or was made to do harm"
    )]
    TooLarge {
        /// The file.
        file: String,
        /// How much, in words.
        bytes: String,
        /// The most that is accepted.
        limit: u64,
        /// Where the limit comes from: "that …".
        why: &'static str,
    },

    /// A picture cannot be decoded.
    #[error(
        "{file} is no picture that can be read: {reason}; replace it or take it out of the folder"
    )]
    Picture {
        /// The file.
        file: String,
        /// What the decoder said.
        reason: String,
    },

    /// A picture has no pixels or too many.
    #[error(
        "{file} is {width} × {height} pixels; pictures may have 1 to {side} pixels a side and {pixels} in all: \
         make it smaller or take it out of the folder"
    )]
    PictureSize {
        /// The file.
        file: String,
        /// Columns.
        width: u32,
        /// Rows.
        height: u32,
        /// The longest side accepted.
        side: u32,
        /// The most pixels accepted.
        pixels: u64,
    },

    /// There is nothing to tell apart.
    #[error("{file} has {found} {}; at least 2 are needed to learn to tell them apart", if *found == 1 { "class" } else { "classes" })]
    TooFewClasses {
        /// The folder or file.
        file: String,
        /// Classes found.
        found: usize,
    },

    /// A folder of pictures cannot be read.
    #[error(transparent)]
    Folder(Box<FolderError>),

    /// The images do not fit into memory.
    #[error("{file}: the images take {bytes} bytes, more memory than there is")]
    Memory {
        /// The data set.
        file: String,
        /// Bytes needed.
        bytes: u128,
    },
}

impl DataError {
    /// An input/output error on `file`.
    pub(super) fn read(file: impl Into<String>) -> impl FnOnce(std::io::Error) -> Self {
        let file = file.into();
        move |source| Self::Read { file, source }
    }
}

impl From<FolderError> for DataError {
    fn from(error: FolderError) -> Self {
        Self::Folder(Box::new(error))
    }
}

impl Explain for DataError {
    fn explain(&self) -> Explanation {
        let told = Explanation::new(self);
        match self {
            Self::BadOption {
                field,
                found,
                expected,
            } => Explanation::value(*field, found, expected),
            Self::NotFound { .. }
            | Self::Unrecognised { .. }
            | Self::Ambiguous { .. }
            | Self::SeveralSets { .. }
            | Self::PythonVersion { .. } => told.about(Field::Data),
            Self::Folder(error) => error.explain(),
            Self::Picture { .. } | Self::PictureSize { .. } => {
                told.or(Remedy::Give(Field::SkipBad, "", "to go on without it"))
            }
            Self::Memory { .. } => told.or(Remedy::Lower(&[
                Field::ImageSize,
                Field::LimitTrain,
                Field::LimitTest,
            ])),
            _ => told,
        }
    }
}
