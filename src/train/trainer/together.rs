//! Steps that several trainers share, each with its part of the batch.

use std::ops::Range;

use sha2::{Digest, Sha256};

use super::{TrainError, Trainer};
use crate::data::{Batch, DataSet};
use crate::engine::{BatchResult, BatchView};
use crate::train::advice::check_batches;
use crate::train::peers::{Peers, part};
use crate::train::saved::digest;
use crate::train::settings::Settings;
use crate::train::start::Start;

impl Trainer<'_> {
    /// Takes a step with this one's part of the batch; what the whole of it came to.
    pub(super) async fn step_among(
        &mut self,
        peers: &mut dyn Peers,
        rate: f64,
    ) -> Result<BatchResult, TrainError> {
        let whole = self.batch.labels.len();
        let part = part(whole, peers.rank(), peers.count());
        let share = part.len() as f32 / whole as f32;
        // Loss, hits and gradients, so that all of them take one exchange.
        let mut sums = vec![0.0; 2 + self.trained];
        if !part.is_empty() {
            let part = view_of(&self.batch, part);
            let (result, gradients) = self.engine.gradients(part).await?;
            (sums[0], sums[1]) = (result.loss_sum as f32, result.hits as f32);
            let shares = gradients.iter().map(|gradient| gradient * share);
            sums[2..]
                .iter_mut()
                .zip(shares)
                .for_each(|(sum, share)| *sum = share);
        }
        peers.sum(&mut sums)?;
        self.engine.update(&sums[2..], rate)?;
        Ok(BatchResult {
            loss_sum: sums[0].into(),
            hits: sums[1] as u32,
            samples: whole as u32,
        })
    }
}

/// Some of its images.
fn view_of(batch: &Batch, images: Range<usize>) -> BatchView<'_> {
    let bytes = batch.pixels.len() / batch.labels.len();
    BatchView {
        pixels: &batch.pixels[bytes * images.start..bytes * images.end],
        labels: &batch.labels[images.clone()],
        augmentations: &batch.augmentations[images],
    }
}

/// Of all that those who share a run must have alike.
pub(super) fn fingerprint(data: &DataSet, settings: &Settings, start: &Start) -> u64 {
    let mut hash = Sha256::new();
    let settings = settings.to_toml().unwrap_or_default();
    for text in [settings, digest(&start.graph, &start.state)] {
        hash.update(text);
    }
    hash.update(start.progress.step.to_le_bytes());
    hash.update(&data.train.pixels);
    hash.update(bytemuck::cast_slice(&data.train.labels));
    let digest = hash.finalize();
    let (first, _) = digest.split_first_chunk().expect("a SHA-256 has 32 bytes");
    u64::from_be_bytes(*first)
}

/// Checks that so many can share the batches, and that each part has a variance in every channel.
pub(super) fn check(
    settings: &Settings,
    data: &DataSet,
    start: &Start,
    ranks: usize,
) -> Result<(), TrainError> {
    let batch = settings.batch_size;
    if !(batch as usize).is_multiple_of(ranks) {
        return Err(TrainError::Uneven { batch, ranks });
    }
    Ok(check_batches(
        &start.graph,
        settings,
        &data.shape(),
        ranks as u64,
    )?)
}
