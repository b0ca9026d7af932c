//! γ's history while a run goes on: what snapshots bring, put together and written down.

use std::collections::BTreeMap;
use std::io;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use super::gamma_history::{GammaHistory, GammaLayer, Recorder};
use super::start::Start;
use crate::engine::Snapshot;
use crate::field::Explanation;
use crate::network::State;
use crate::network::graph::ParameterId;
use crate::study::gamma::{Norms, channel_ranges};

/// Where a parameter's values lie among γ or β of all channels.
enum Place {
    Gamma(Range<usize>),
    Beta(Range<usize>),
}

/// γ's history of a run, open for writing.
pub(super) struct GammaLog {
    recorder: Recorder,
    /// What the run that goes on had kept.
    pub past: Arc<GammaHistory>,
    /// What was cut, replaced, or never kept.
    pub note: Option<Explanation>,
    /// As the last snapshot left them: what does not train is in none.
    norms: Norms,
    places: BTreeMap<ParameterId, Place>,
    steps_per_epoch: u64,
}

impl GammaLog {
    /// In the folder `run`; what `start` goes on from is its first entry, or its last one so far.
    pub fn open(run: &Path, start: &Start, steps_per_epoch: u64) -> io::Result<Self> {
        let graph = &start.graph;
        let layers = GammaLayer::of(graph);
        let opened = Recorder::open(run, &layers, start.progress.step)?;
        let norms = graph.batch_norms.iter().zip(channel_ranges(graph));
        let places = norms.flat_map(|(norm, range)| {
            let gamma = (norm.gamma, Place::Gamma(range.clone()));
            [gamma, (norm.beta, Place::Beta(range))]
        });
        let mut log = Self {
            recorder: opened.recorder,
            past: Arc::new(opened.past),
            note: opened.note,
            norms: Norms::of(graph, &start.state),
            places: places.collect(),
            steps_per_epoch,
        };
        log.push(start.progress.step, start.progress.seconds)?;
        Ok(log)
    }

    /// Whether it is time for another snapshot.
    pub fn is_due(&self, step: u64) -> bool {
        self.recorder.is_due(step)
    }

    /// A snapshot arrived, of after `step`; it is written down where there is a place for it.
    pub fn take(&mut self, step: u64, seconds: f64, snapshot: &Snapshot) -> io::Result<()> {
        for (id, values) in &snapshot.parameters {
            match self.places.get(id) {
                Some(Place::Gamma(range)) => {
                    self.norms.gamma[range.clone()].copy_from_slice(values);
                }
                Some(Place::Beta(range)) => self.norms.beta[range.clone()].copy_from_slice(values),
                None => {}
            }
        }
        match self.is_due(step) {
            true => self.push(step, seconds),
            false => Ok(()),
        }
    }

    /// The run is saved as it is after `step`: that is written down in any case, and all is on the disk then.
    pub fn save(
        &mut self,
        step: u64,
        seconds: f64,
        start: &Start,
        state: &State,
    ) -> io::Result<()> {
        self.norms = Norms::of(&start.graph, state);
        self.push(step, seconds)?;
        self.recorder.sync()
    }

    /// Goes on in the new folder of a run whose folder is gone.
    pub fn write_anew(&mut self, run: &Path) -> io::Result<()> {
        self.recorder.write_anew(run)
    }

    /// Where it is kept.
    pub fn path(&self) -> &Path {
        self.recorder.path()
    }

    fn push(&mut self, step: u64, seconds: f64) -> io::Result<()> {
        let epoch = step as f64 / self.steps_per_epoch.max(1) as f64;
        self.recorder.push(step, epoch, seconds, &self.norms)
    }
}
