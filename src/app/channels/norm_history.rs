//! γ and β over the course of a run, thinned so that memory stays bounded.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::app::channels::Layers;
use crate::study::gamma::Norms;
use crate::train::gamma_history::thin::Thinning;

/// How much a [`NormHistory`] may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Bytes of γ, β and counts, as far as [`Bounds::FEWEST`] snapshots allow.
    pub bytes: usize,
    /// Snapshots.
    pub snapshots: usize,
}

impl Bounds {
    /// Snapshots that are kept however large they are: the first, the last, and some between.
    pub const FEWEST: usize = 4;
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            bytes: 64 << 20,
            snapshots: 2_000,
        }
    }
}

/// γ and β after some step, and how many channels of each layer are below the threshold.
#[derive(Clone, Debug)]
pub struct NormSnapshot {
    /// Steps finished.
    pub step: u64,
    /// Epochs finished.
    pub epoch: f64,
    /// The values.
    pub norms: Arc<Norms>,
    below: Box<[u32]>,
    all_below: u32,
}

impl NormSnapshot {
    /// Channels with |γ| below the threshold, one entry a layer.
    pub fn below(&self) -> &[u32] {
        &self.below
    }

    fn count(&mut self, layers: &Layers, threshold: f32) {
        self.all_below = 0;
        for (layer, below) in self.below.iter_mut().enumerate() {
            let gamma = &self.norms.gamma[layers.range(layer)];
            *below = gamma.iter().map(|g| u32::from(g.abs() < threshold)).sum();
            self.all_below += *below;
        }
    }
}

/// γ and β that do not fit the network whose history is kept.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "after step {step} there are {gamma} γ and {beta} β, but the network has {expected} channels; \
     begin a new history for another network"
)]
pub struct OtherNetwork {
    /// After which step.
    pub step: u64,
    /// How many γ there are.
    pub gamma: usize,
    /// How many β there are.
    pub beta: usize,
    /// Channels of the network.
    pub expected: usize,
}

/// The γ and β of a run, in the order of its steps.
///
/// When there are too many, some go, as [`Thinning`] says: what is kept covers the run evenly, the newest more
/// closely. The first and the last stay.
#[derive(Clone, Debug)]
pub struct NormHistory {
    layers: Arc<Layers>,
    snapshots: Vec<NormSnapshot>,
    thinning: Thinning,
    threshold: f32,
    revision: u64,
}

/// The next number for a content no history had before.
fn next_revision() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

impl NormHistory {
    /// An empty one, with the usual bounds, for a network with these layers.
    pub fn new(layers: Arc<Layers>, threshold: f32) -> Self {
        Self::bounded(layers, threshold, Bounds::default())
    }

    /// An empty one within other bounds.
    pub fn bounded(layers: Arc<Layers>, threshold: f32, bounds: Bounds) -> Self {
        let values = 2 * layers.all_channels() * size_of::<f32>();
        let each = values + layers.len() * size_of::<u32>() + size_of::<NormSnapshot>();
        let capacity = (bounds.bytes / each).min(bounds.snapshots);
        Self {
            layers,
            snapshots: Vec::new(),
            thinning: Thinning::new(capacity.max(Bounds::FEWEST)),
            threshold,
            revision: next_revision(),
        }
    }

    /// Adds what γ and β are after `step`. Where that is not after the last step, the run was
    /// rewound, and what came at or after it goes.
    ///
    /// # Errors
    ///
    /// Where the values are another network's; nothing is changed then.
    pub fn push(&mut self, step: u64, epoch: f64, norms: Arc<Norms>) -> Result<(), OtherNetwork> {
        let expected = self.layers.all_channels();
        let (gamma, beta) = (norms.gamma.len(), norms.beta.len());
        if gamma != expected || beta != expected {
            return Err(OtherNetwork {
                step,
                gamma,
                beta,
                expected,
            });
        }
        self.rewind(step);
        let mut snapshot = NormSnapshot {
            step,
            epoch,
            norms,
            below: vec![0; self.layers.len()].into(),
            all_below: 0,
        };
        snapshot.count(&self.layers, self.threshold);
        self.snapshots.push(snapshot);
        self.thinning.thin(&mut self.snapshots, |s| s.step);
        self.revision = next_revision();
        Ok(())
    }

    /// Forgets what came at or after `step`.
    pub fn rewind(&mut self, step: u64) {
        let kept = self.snapshots.partition_point(|s| s.step < step);
        if kept < self.snapshots.len() {
            self.snapshots.truncate(kept);
            self.revision = next_revision();
        }
    }

    /// Counts anew below another threshold; nothing happens where it is the same.
    pub fn set_threshold(&mut self, threshold: f32) {
        if threshold.to_bits() == self.threshold.to_bits() {
            return;
        }
        self.threshold = threshold;
        for snapshot in &mut self.snapshots {
            snapshot.count(&self.layers, threshold);
        }
        self.revision = next_revision();
    }

    /// The |γ| below which a channel counts.
    pub fn threshold(&self) -> f32 {
        self.threshold
    }

    /// The network's layers.
    pub fn layers(&self) -> &Arc<Layers> {
        &self.layers
    }

    /// All that is kept, by step.
    pub fn snapshots(&self) -> &[NormSnapshot] {
        &self.snapshots
    }

    /// Snapshots there is room for.
    pub fn capacity(&self) -> usize {
        self.thinning.capacity()
    }

    /// The place of the snapshot at a step, or of the nearest before it.
    pub fn place_at(&self, step: u64) -> Option<usize> {
        let after = self.snapshots.partition_point(|s| s.step <= step);
        after.checked_sub(1)
    }

    /// The snapshot at a step, or the nearest before it.
    pub fn at(&self, step: u64) -> Option<&NormSnapshot> {
        self.place_at(step).map(|place| &self.snapshots[place])
    }

    /// The newest snapshot.
    pub fn last(&self) -> Option<&NormSnapshot> {
        self.snapshots.last()
    }

    /// The share of a layer's channels below the threshold in a snapshot, from 0 to 1.
    ///
    /// # Panics
    ///
    /// Where there is no such layer.
    pub fn layer_share(&self, snapshot: &NormSnapshot, layer: usize) -> f64 {
        share(snapshot.below[layer], self.layers.range(layer).len())
    }

    /// The share of all channels below the threshold in a snapshot, from 0 to 1.
    pub fn share(&self, snapshot: &NormSnapshot) -> f64 {
        share(snapshot.all_below, self.layers.all_channels())
    }

    /// A number that is another one after every change, and in every history.
    pub fn revision(&self) -> u64 {
        self.revision
    }
}

/// 0 of nothing.
fn share(part: u32, whole: usize) -> f64 {
    if whole == 0 {
        0.0
    } else {
        f64::from(part) / whole as f64
    }
}
