//! How an epoch is cut into batches.

use std::ops::Range;

/// The batches of each epoch: all of one size, but the last may be smaller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Batches {
    images: u64,
    size: u64,
    steps: u64,
}

impl Batches {
    /// Batches of `batch_size` of so many images. With `drop_last` a last batch that is smaller than the
    /// others is left out, as by PyTorch's `DataLoader`; one that is alone stays (of which PyTorch's would
    /// make no batch at all).
    pub fn new(images: usize, batch_size: u32, drop_last: bool) -> Self {
        let images = images as u64;
        let size = u64::from(batch_size).clamp(1, images.max(1));
        let steps = match drop_last {
            true => images / size,
            false => images.div_ceil(size),
        };
        Self {
            images: images.min(steps * size),
            size,
            steps,
        }
    }

    /// Steps of an epoch.
    pub fn steps(&self) -> u64 {
        self.steps
    }

    /// Images of a batch that is not the last.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Images of an epoch's last batch.
    pub fn last(&self) -> u64 {
        self.images - self.steps.saturating_sub(1) * self.size
    }

    /// Places in its epoch's order of the images of a step, counted from 0 over all epochs.
    pub fn places(&self, step: u64) -> Range<usize> {
        let first = step % self.steps.max(1) * self.size;
        let end = (first + self.size).min(self.images);
        first as usize..end as usize
    }

    /// Images trained on in the first so many steps; an image counts once in each epoch.
    pub fn images_in(&self, steps: u64) -> u64 {
        let per_epoch = self.steps.max(1);
        steps / per_epoch * self.images + steps % per_epoch * self.size
    }
}
