//! γ and β over a whole run, in its folder: some hundred snapshots, thinned as they age.
//!
//! Read in this order: [`thin`] (which are kept), `format` (what the file holds), `read` (whatever the file
//! holds), `recorder` (who writes it while a run goes on).

mod format;
mod read;
mod recorder;
pub mod thin;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::field::Explanation;
use crate::network::Graph;
use crate::study::gamma::Norms;

pub use read::{GammaHistoryError, read_gammas};
pub use recorder::Recorder;

/// Snapshots that a file holds at most.
pub const MOST_SNAPSHOTS: usize = 512;

/// Bytes that a file has at most, as far as [`FEWEST_SNAPSHOTS`] allow.
const MOST_BYTES: usize = 16 << 20;

/// Snapshots there is room for however large they are.
const FEWEST_SNAPSHOTS: usize = 32;

/// A BatchNorm whose γ and β are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GammaLayer {
    /// PyTorch's module name, e.g. `blocks.3.bn2`.
    pub name: String,
    /// How many channels it has.
    pub channels: usize,
}

impl GammaLayer {
    /// Those of a network, in the order of [`Graph::batch_norms`].
    pub fn of(graph: &Graph) -> Vec<Self> {
        let layers = graph.batch_norms.iter().map(|norm| Self {
            name: norm.name.clone(),
            channels: norm.channels as usize,
        });
        layers.collect()
    }
}

/// γ and β after some step.
#[derive(Clone, Debug, PartialEq)]
pub struct GammaSnapshot {
    /// Steps finished.
    pub step: u64,
    /// Epochs finished.
    pub epoch: f64,
    /// Seconds of training and evaluation so far, pauses left out.
    pub seconds: f64,
    /// The values.
    pub norms: Arc<Norms>,
}

/// What a file holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct GammaHistory {
    /// The network's BatchNorms; their channels lie in this order in each snapshot.
    pub layers: Vec<GammaLayer>,
    /// By step.
    pub snapshots: Vec<GammaSnapshot>,
    /// Snapshots that were damaged or cut short, and are left out.
    pub left_out: usize,
}

impl GammaHistory {
    /// What is missing of it, as a person should know it; `first_step` is where the run began to be kept.
    pub fn note(&self, run: &Path) -> Option<Explanation> {
        let file = gammas_path(run);
        if self.left_out > 0 {
            return Some(Explanation::new(format!(
                "{}: {} of γ could not be read and {} left out: the file was damaged or cut short",
                file.display(),
                counted(self.left_out),
                match self.left_out {
                    1 => "is",
                    _ => "are",
                }
            )));
        }
        match self.snapshots.first() {
            Some(first) if first.step > 0 => Some(Explanation::new(format!(
                "γ of this run was kept from step {} on; an earlier version of the program, which did not keep it, \
                 trained it before that",
                crate::numbers::grouped(first.step)
            ))),
            _ => None,
        }
    }
}

/// `1 snapshot`, `3 snapshots`.
fn counted(snapshots: usize) -> String {
    match snapshots {
        1 => "1 snapshot".to_owned(),
        many => format!("{many} snapshots"),
    }
}

/// What to say of a run that has no such file.
pub fn not_kept(run: &Path) -> Explanation {
    Explanation::new(format!(
        "{} has no {}: an earlier version of the program trained it, which did not keep γ over the run; only what its \
         checkpoint holds can be shown",
        run.display(),
        FILE
    ))
}

/// The file's name in a run's folder.
const FILE: &str = "gamma.history";

/// γ's history of the run at `run`.
pub fn gammas_path(run: &Path) -> PathBuf {
    run.join(FILE)
}
