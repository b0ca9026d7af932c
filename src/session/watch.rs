//! When to look at γ and β while training goes on, and what to tell of them.

use std::sync::Arc;
use std::time::Duration;

use web_time::Instant;

use super::prober::{Prober, Probing};
use super::{Event, Opened, Reporter};
use crate::engine::{Extent, Snapshot};
use crate::network::State;
use crate::study::gamma::Norms;

/// Time between two looks at γ and β while training: often enough to see them move, seldom enough
/// to cost nothing.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// A run that is watched.
pub(super) struct Watch {
    opened: Arc<Opened>,
    /// As the last snapshots left it.
    state: State,
    /// When the last look began.
    last: Instant,
    /// When the last look at all that moves began.
    last_full: Option<Instant>,
    /// Whether the run has moved on from the state that the prober has.
    is_behind: bool,
    /// Whether the first step is still to be told: until then the prober, which would compile where it is
    /// computed, is asked nothing.
    is_beginning: bool,
    /// What the prober is asked when it has caught up.
    pub questions: Vec<Probing>,
}

impl Watch {
    pub fn new(opened: &Arc<Opened>) -> Self {
        Self {
            opened: opened.clone(),
            state: opened.start.state.clone(),
            last: Instant::now(),
            last_full: None,
            is_behind: false,
            is_beginning: false,
            questions: Vec::new(),
        }
    }

    /// Whether the run has moved on from the state that the prober has.
    pub fn is_behind(&self) -> bool {
        self.is_behind
    }

    /// The first step is about to be taken.
    pub fn begins(&mut self) {
        (self.is_behind, self.is_beginning) = (true, true);
    }

    /// A step was told, or there is none to wait for.
    pub fn has_told_a_step(&mut self) {
        self.is_beginning = false;
    }

    /// A step was taken.
    pub fn has_moved(&mut self) {
        self.is_behind = true;
    }

    /// What was taken last is all that the run came to.
    pub fn has_caught_up(&mut self) {
        self.is_behind = false;
    }

    /// What to look at now, if it is time: at γ and β, or at all that moves where a question waits for it.
    pub fn is_due(&self) -> Option<Extent> {
        let is_over = |since: Instant| since.elapsed() >= LOOK_EVERY;
        let is_asked = !self.questions.is_empty() && !self.is_beginning;
        if is_asked && self.last_full.is_none_or(is_over) {
            return Some(Extent::Full);
        }
        is_over(self.last).then_some(Extent::GammaBeta)
    }

    /// A look has begun.
    pub fn has_begun(&mut self, extent: Extent) {
        self.last = Instant::now();
        if extent == Extent::Full {
            self.last_full = Some(self.last);
        }
    }

    /// Tells of what has arrived: γ and β to all, a full snapshot to the prober, and then what was asked
    /// about it.
    pub fn take(
        &mut self,
        step: u64,
        snapshot: Snapshot,
        reporter: &Reporter,
        prober: Option<&Prober>,
    ) {
        snapshot.apply(&mut self.state);
        self.report(reporter, step);
        if let Some(prober) = prober.filter(|_| snapshot.is_full()) {
            prober.send(Probing::Snapshot {
                step,
                snapshot: Box::new(snapshot),
            });
            if self.is_beginning {
                return;
            }
            self.questions
                .drain(..)
                .for_each(|asked| prober.send(asked));
        }
    }

    pub fn report(&self, reporter: &Reporter, step: u64) {
        reporter.send(Event::Norms {
            step,
            epoch: step as f64 / self.opened.outlook.steps_per_epoch as f64,
            norms: Arc::new(Norms::of(&self.opened.start.graph, &self.state)),
        });
    }
}
