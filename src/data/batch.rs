//! A batch on its way to the GPU: bytes, labels and moves, refilled in place.

use super::order::AugmentationDraw;
use super::{Augmentation, Images};

/// Some images of a data set, in the order they are trained on or tested.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Batch {
    /// `[N, C, H, W]`, 0–255, as in the data set: moving and normalising is left to the GPU.
    pub pixels: Vec<u8>,
    /// `[N]`, each below the number of classes.
    pub labels: Vec<u32>,
    /// `[N]`, how each image is moved.
    pub augmentations: Vec<Augmentation>,
}

impl Batch {
    /// An empty batch with room for `size` images such as `images` has.
    pub fn with_capacity(size: usize, images: &Images) -> Self {
        Self {
            pixels: Vec::with_capacity(size * images.image_bytes()),
            labels: Vec::with_capacity(size),
            augmentations: Vec::with_capacity(size),
        }
    }

    /// Images in the batch (N).
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Whether there is no image in the batch.
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// Replaces what the batch holds by the images at `indices`, moved as `draw` says, or left as
    /// they are without one. Allocates nothing once it has held as many images.
    ///
    /// # Panics
    ///
    /// If an index is not below `images.len()`.
    pub fn fill(
        &mut self,
        images: &Images,
        indices: &[u32],
        mut draw: Option<&mut AugmentationDraw>,
    ) {
        self.pixels.clear();
        self.labels.clear();
        self.augmentations.clear();
        for &index in indices {
            self.pixels.extend_from_slice(images.image(index as usize));
            self.labels.push(images.labels[index as usize]);
            self.augmentations.push(
                draw.as_mut()
                    .map_or(Augmentation::default(), |draw| draw.at(index)),
            );
        }
    }
}
