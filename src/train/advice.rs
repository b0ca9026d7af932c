//! What is wrong with batches, and what is worth a word, before a training starts.

use super::batches::Batches;
use super::settings::Settings;
use crate::data::DataShape;
use crate::field::{Explain, Explanation, Field, Remedy};
use crate::network::graph::Op;
use crate::network::{Graph, TrainedSet};

/// A batch of which a BatchNorm sees one value a channel, which has no variance. PyTorch refuses it too:
/// "Expected more than 1 value per channel when training".
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{} 1 image{}, which {layer} sees as 1×1 pixel: BatchNorm needs more than one value a channel to normalise by \
     its batch",
    match is_last {
        true => format!("an epoch's last batch (of {images} training images) has"),
        false => "each batch has".to_owned(),
    },
    match ranks {
        1 => "",
        _ => " on a rank",
    }
)]
pub struct OneValue {
    /// The first BatchNorm that sees so little.
    pub layer: String,
    /// Whether only an epoch's last batch is so small.
    pub is_last: bool,
    /// Training images.
    pub images: usize,
    /// Those who share each batch.
    pub ranks: u64,
}

impl Explain for OneValue {
    fn explain(&self) -> Explanation {
        let told = Explanation::new(self).about(Field::BatchSize);
        let told = match self.is_last {
            true => told
                .or(Remedy::Use(&[Field::DropLast]))
                .or(Remedy::Change(&[Field::BatchSize])),
            false => told.or(Remedy::Raise(&[Field::BatchSize])),
        };
        told.or(Remedy::Use(&[Field::FreezeStats]))
    }
}

/// Checks that each batch, or the part of it that is on each of so many ranks, has a variance in every channel.
///
/// # Errors
/// A batch of one value a channel, unless statistics are frozen.
pub fn check_batches(
    graph: &Graph,
    settings: &Settings,
    data: &DataShape,
    ranks: u64,
) -> Result<(), OneValue> {
    if settings.freeze_stats {
        return Ok(());
    }
    let sees_one_pixel = graph.nodes.iter().find_map(|node| match node.op {
        Op::BatchNorm(id) if node.shape.pixels() == 1 => Some(graph.batch_norm_at(id)),
        _ => None,
    });
    let batches = settings.batches(data);
    // The smallest part of a batch that is not empty.
    let part = |images: u64| (images / ranks).max(1);
    let is_first = part(batches.size()) == 1;
    match sees_one_pixel {
        Some(layer)
            if is_first || (part(batches.last()) == 1 && ends_an_epoch(settings, &batches)) =>
        {
            Err(OneValue {
                layer: layer.name.clone(),
                is_last: !is_first,
                images: data.train,
                ranks,
            })
        }
        _ => Ok(()),
    }
}

/// Whether the training reaches the last batch of an epoch.
fn ends_an_epoch(settings: &Settings, batches: &Batches) -> bool {
    settings.total_steps(batches.steps()) >= batches.steps()
}

/// What a person should know of a training that is about to start.
pub fn advice(
    graph: &Graph,
    trained: &TrainedSet,
    settings: &Settings,
    data: &DataShape,
) -> Vec<Explanation> {
    if settings.freeze_stats {
        return Vec::new();
    }
    let mut notes = Vec::new();
    let mut norms = graph.batch_norms.iter();
    if !norms.any(|norm| trained.is_trained(norm.gamma) || trained.is_trained(norm.beta)) {
        let told = "no BatchNorm trains, but the running statistics of all follow the images, and with them what the \
                    network answers; they can be kept as they are";
        notes.push(Explanation::new(told).or(Remedy::Use(&[Field::FreezeStats])));
    }
    let batches = settings.batches(data);
    let (last, size) = (batches.last(), batches.size());
    if 4 * last < size && ends_an_epoch(settings, &batches) {
        let images = if last == 1 { "image" } else { "images" };
        let told = format!(
            "each epoch ends with a batch of {last} {images}, the others have {size}: so few move BatchNorm's running \
             statistics as far as a whole batch does, and less surely"
        );
        notes.push(Explanation::new(told).or(Remedy::Use(&[Field::DropLast])));
    }
    notes
}

/// Says whether images are mirrored, where the settings leave that to them, and notes it in the settings,
/// so that the run is the same whatever later versions do.
pub fn settle_flip(settings: &mut Settings, data: &DataShape) -> Option<Explanation> {
    let was_open = settings.flip.is_none() && settings.augment;
    let flips = settings.flip.unwrap_or(data.channels != 1);
    settings.flip = Some(flips);
    // Of the data that is built in nothing is guessed.
    (was_open && !flips && settings.data.path().is_some()).then(|| {
        let told = "images of one channel are not mirrored, because digits and letters would read otherwise";
        Explanation::new(told).or(Remedy::Use(&[Field::Flip]))
    })
}
