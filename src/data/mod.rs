//! Images and labels, from files or drawn by code, as bytes on the host.
//!
//! `load` reads a data set of any known layout from a [`DataSource`]; start reading in `load.rs`. `search` finds out
//! what a folder holds. Each format has a file: [`cifar`] and the [`archive`] it is downloaded as (`python_version` is
//! what is not read), [`idx`] (MNIST and its likes; `idx_name`, `idx_folder` and `emnist` are how such files come),
//! `image_folder` with [`picture`] for one picture of it. [`digits`] and [`shapes`] need no file: code draws them, with
//! what they share in `drawn`. `content` says what a
//! file is that has another's name, `digest` reads and digests at once. Then [`order`] says which image comes when and
//! how it is moved, and [`batch`] gathers what is uploaded.
//!
//! Files are hostile until parsed: sizes are checked before memory is taken, and whatever is wrong
//! is a [`DataError`]. Only `load`, `search`, `digest`, `image_folder` and the loaders of folders touch the file system;
//! the parsers take bytes or readers, so that they serve files dropped onto a web page too.

pub mod archive;
pub mod batch;
pub mod cifar;
pub(crate) mod content;
pub mod corrupt;
mod digest;
pub mod digits;
mod drawn;
mod emnist;
mod error;
pub mod idx;
mod idx_folder;
mod idx_name;
pub mod image_folder;
mod load;
mod loaded;
mod normalization;
mod options;
pub mod order;
pub mod picture;
mod python_version;
mod search;
pub mod shapes;
mod source;

pub use batch::Batch;
pub use error::{DataError, LAYOUTS};
pub use image_folder::FolderError;
pub use load::load;
pub use loaded::{Differences, Loaded, Manifest, Part, SourceFile};
pub use normalization::{NoNormalization, Normalization};
pub use options::{Background, LoadOptions, NoColour};
pub use source::DataSource;

/// Images of one size with their labels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Images {
    /// Channels C: 1 (grey) or 3 (red, green, blue).
    pub channels: u32,
    /// Rows H.
    pub height: u32,
    /// Columns W.
    pub width: u32,
    /// `[N, C, H, W]`, 0–255.
    pub pixels: Vec<u8>,
    /// `[N]`, each below the data set's number of classes.
    pub labels: Vec<u32>,
}

impl Images {
    /// No images yet, of this size.
    pub fn empty(channels: u32, height: u32, width: u32) -> Self {
        Self {
            channels,
            height,
            width,
            pixels: Vec::new(),
            labels: Vec::new(),
        }
    }

    /// How many images there are (N).
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Whether there is no image.
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// Bytes of one image: C · H · W.
    pub fn image_bytes(&self) -> usize {
        self.channels as usize * self.height as usize * self.width as usize
    }

    /// The pixels of image `index`: `[C, H, W]`, 0–255.
    ///
    /// # Panics
    ///
    /// If `index` is not below [`len`](Self::len).
    pub fn image(&self, index: usize) -> &[u8] {
        let bytes = self.image_bytes();
        &self.pixels[index * bytes..][..bytes]
    }

    /// Keeps the first `len` images, or all if there are no more, and gives the memory of the others
    /// back.
    pub fn truncate(&mut self, len: usize) {
        self.labels.truncate(len);
        self.pixels.truncate(self.labels.len() * self.image_bytes());
        self.labels.shrink_to_fit();
        self.pixels.shrink_to_fit();
    }
}

/// A data set: images to train on, images to test on, and the names of the classes.
///
/// ```
/// use bnonly::data::{DataSet, Images};
///
/// // Two grey images of 2×2 pixels, a dark and a light one.
/// let images = Images {
///     pixels: vec![10, 20, 10, 20, 200, 210, 200, 210],
///     labels: vec![0, 1],
///     ..Images::empty(1, 2, 2)
/// };
/// assert_eq!(images.image(1), [200, 210, 200, 210]);
/// let data = DataSet {
///     test: images.clone(),
///     train: images,
///     classes: vec!["dark".into(), "light".into()],
/// };
/// assert_eq!((data.shape().train, data.shape().classes), (2, 2));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataSet {
    /// Training images.
    pub train: Images,
    /// Test images, of the same channels and size.
    pub test: Images,
    /// One name a class, in the order of the labels.
    pub classes: Vec<String>,
}

impl DataSet {
    /// Its sizes.
    pub fn shape(&self) -> DataShape {
        DataShape {
            channels: self.train.channels,
            height: self.train.height,
            width: self.train.width,
            classes: self.classes.len(),
            train: self.train.len(),
            test: self.test.len(),
        }
    }
}

/// What a network and its plan have to know of a data set: its sizes, without its images.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DataShape {
    /// Channels of an image: 1 (grey) or 3 (red, green, blue).
    pub channels: u32,
    /// Rows of an image.
    pub height: u32,
    /// Columns of an image.
    pub width: u32,
    /// How many classes there are.
    pub classes: usize,
    /// How many training images.
    pub train: usize,
    /// How many test images.
    pub test: usize,
}

/// How one image is moved before it is trained on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Augmentation {
    /// Pixels the picture moves down: −4 to 4; what comes in is zero after normalisation.
    pub down: i8,
    /// Pixels the picture moves right: −4 to 4.
    pub right: i8,
    /// Whether it is mirrored left to right (before it is moved).
    pub flip: bool,
}
