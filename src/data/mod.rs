//! Images and labels, from files or drawn by code, as bytes on the host.

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

/// A data set: images to train on, images to test on, and the names of the classes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataSet {
    /// Training images.
    pub train: Images,
    /// Test images, of the same channels and size.
    pub test: Images,
    /// One name a class, in the order of the labels.
    pub classes: Vec<String>,
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
