//! Which variant of each pass of a network's convolutions runs on an adapter.
//!
//! Read in this order: `passes` (for which passes it is worth choosing), `policy` (when which variants are tried,
//! and what is remembered), `measure` (how a variant is checked and timed), `texts` (what makes a choice stale).

mod measure;
mod passes;
mod policy;
mod texts;

use crate::kernels::Precision;
use crate::kernels::conv::Pass;
use crate::kernels::conv::tiling::Tiling;

use super::choices::Choices;

pub use measure::Measured;
pub use policy::measure_tilings;
pub(super) use policy::{decide, known};

/// How kernels go over images on an adapter; on any, by default.
#[derive(Clone, Debug, Default)]
pub(super) struct Tilings {
    /// How passes are computed that are not computed by the baseline.
    pub choices: Choices,
    /// Whether images are touched two pixels at a time, where they allow it.
    pub pairs: bool,
    /// Passes, over images in f32, of which only measuring can tell how they will be computed, and all
    /// that it may choose from.
    pub undecided: Vec<(Pass, Vec<Tiling>)>,
}

impl Tilings {
    /// How a pass is computed: what was chosen for it, or the baseline.
    pub fn of(&self, pass: &Pass) -> Tiling {
        let baseline = || Tiling::baseline(pass);
        let chosen = self.choices.get(&pass.stored_in(Precision::F32));
        chosen.unwrap_or_else(baseline)
    }

    /// All that a pass may come to be computed by: what [`Self::of`] says, unless it is undecided.
    pub fn possible(&self, pass: &Pass) -> Vec<Tiling> {
        let in_f32 = pass.stored_in(Precision::F32);
        let undecided = self.undecided.iter().find(|(pass, _)| *pass == in_f32);
        match undecided {
            Some((_, possible)) => possible.clone(),
            None => vec![self.of(pass)],
        }
    }

    /// Whether no pass is undecided.
    pub fn is_decided(&self) -> bool {
        self.undecided.is_empty()
    }
}
