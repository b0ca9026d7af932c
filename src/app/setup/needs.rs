//! What a run will take, worked out before it starts, away from the frame that shows it.

use std::sync::mpsc::{Receiver, TryRecvError, channel};

use super::problem::Problem;
use crate::data::{DataError, DataShape};
use crate::engine::{MemoryReport, memory_needed};
use crate::field::{Explanation, Field};
use crate::gpu::Capabilities;
use crate::network::{Graph, Selection, TrainedSet, counts};
use crate::platform;
use crate::train::settings::Settings;
use crate::train::start::{StartError, plan, prepare};

/// What a run will take.
#[derive(Clone, Debug, PartialEq)]
pub struct Needs {
    /// Parameters of the network.
    pub parameters: u64,
    /// Those of them that train.
    pub trained: u64,
    /// Bytes on the device.
    pub memory: MemoryReport,
    /// The same if everything trained.
    pub memory_of_all: MemoryReport,
    /// Whether both are known exactly; else they are upper bounds.
    pub memory_is_exact: bool,
    /// Updates in all.
    pub steps: u64,
    /// Updates an epoch.
    pub steps_per_epoch: u64,
    /// Bytes of the run's `delta.safetensors`, to within a few percent.
    pub delta_bytes: u64,
    /// The same if everything trained.
    pub delta_bytes_of_all: u64,
}

impl Needs {
    /// What a run with these settings takes on data of this shape and an adapter; on any where none is given.
    ///
    /// # Errors
    /// What keeps the run from starting, as far as it can be told without reading data or a state.
    pub fn of(
        settings: &Settings,
        data: &DataShape,
        adapter: Option<&Capabilities>,
    ) -> Result<Self, Problem> {
        let problem = |error: StartError| Problem::of(&error, Field::Model);
        let (graph, trained) = prepare(settings, data).map_err(problem)?;
        if let Some(path) = settings.data.path()
            && !platform::fs::exists(path)
        {
            let path = path.to_owned();
            return Err(Problem::of(&DataError::NotFound { path }, Field::Data));
        }
        if let Some(path) = settings
            .init
            .as_ref()
            .filter(|path| !platform::fs::exists(path))
        {
            let told = format!(
                "there is no file {}; choose another, or start from the seed",
                path.display()
            );
            return Err(Problem::at(Field::Init.into(), &Explanation::new(told)));
        }
        let all = TrainedSet {
            selections: vec![Selection::Whole; graph.parameters.len()],
        };
        let memory = |trained: &TrainedSet| {
            memory_needed(&graph, &plan(settings, data, trained.clone()), adapter)
                .map_err(|error| Problem::of(&error, Field::Model))
        };
        let (this, of_all) = (memory(&trained)?, memory(&all)?);
        let steps_per_epoch = settings.batches(data).steps();
        Ok(Self {
            parameters: counts(&graph).all,
            trained: trained.trained_count(&graph),
            memory: this.report,
            memory_of_all: of_all.report,
            memory_is_exact: this.is_exact && of_all.is_exact,
            steps: settings.total_steps(steps_per_epoch),
            steps_per_epoch,
            delta_bytes: delta_bytes(&graph, &trained),
            delta_bytes_of_all: delta_bytes(&graph, &all),
        })
    }

    /// The share of parameters that train, 0 to 1.
    pub fn share(&self) -> f64 {
        self.trained as f64 / self.parameters.max(1) as f64
    }
}

/// Bytes of a delta: values (a place of eight bytes beside each where a tensor trains in part), the
/// running statistics, and the header that safetensors gives each tensor.
fn delta_bytes(graph: &Graph, trained: &TrainedSet) -> u64 {
    /// Settings, digest and shapes, in the header.
    const METADATA: u64 = 1_000;
    /// Type, shape and offsets of a tensor, beside its name.
    const ENTRY: u64 = 60;
    let entry = |name: &str| name.len() as u64 + ENTRY;
    let parameters = graph.parameters.iter().zip(&trained.selections);
    let parameters = parameters.map(|(parameter, selection)| match selection {
        Selection::Frozen => 0,
        Selection::Whole => 4 * parameter.len() as u64 + entry(&parameter.name),
        Selection::Some(places) => 12 * places.len() as u64 + 2 * entry(&parameter.name),
    });
    let statistics = graph.batch_norms.iter().map(|layer| {
        let gamma = graph.parameter(layer.gamma);
        2 * 4 * gamma.len() as u64 + 8 + 3 * entry(&gamma.name)
    });
    METADATA + parameters.sum::<u64>() + statistics.sum::<u64>()
}

type Answer = Result<Needs, Problem>;

/// What [`Needs`] are worked out from.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Question {
    pub settings: Settings,
    pub data: DataShape,
    pub adapter: Option<Capabilities>,
}

/// Works out [`Needs`] away from the frame, one at a time, the last asked for next.
#[derive(Debug, Default)]
pub(super) struct Estimator {
    waiting: Option<Question>,
    running: Option<Receiver<Answer>>,
    /// Whether the one under way was overtaken by other settings.
    outdated: bool,
    last: Option<Needs>,
    problem: Option<Problem>,
}

impl Estimator {
    /// Asks for another answer; the last known one stands until then.
    pub fn ask(&mut self, question: Question) {
        self.outdated = self.running.is_some();
        self.waiting = Some(question);
        self.problem = None;
    }

    /// Drops what was asked, and keeps the last answer.
    pub fn cancel(&mut self) {
        self.outdated = self.running.is_some();
        self.waiting = None;
        self.problem = None;
    }

    /// Takes the answer that is ready and starts on the next question; `wake` is called when an
    /// answer is there to be taken.
    pub fn update(&mut self, wake: impl FnOnce() + Send + 'static) {
        if let Some(running) = &self.running {
            let answer = match running.try_recv() {
                Ok(answer) => Some(answer),
                Err(TryRecvError::Empty) => return,
                // The thread panicked or could not be had; there is nothing to show.
                Err(TryRecvError::Disconnected) => None,
            };
            self.running = None;
            match answer {
                Some(Ok(needs)) => self.last = Some(needs),
                Some(Err(problem)) if !self.outdated => self.problem = Some(problem),
                _ => {}
            }
            self.outdated = false;
        }
        if let Some(asked) = self.waiting.take() {
            let (sender, receiver) = channel();
            let work = move || async move {
                // Nobody waits for it where the form is gone.
                let _ = sender.send(Needs::of(
                    &asked.settings,
                    &asked.data,
                    asked.adapter.as_ref(),
                ));
                wake();
            };
            // Without a thread the sender is dropped, and there is nothing to show.
            let _ = platform::spawn("needs", work);
            self.running = Some(receiver);
        }
    }

    /// Whether the last answer is to the last question.
    pub fn is_current(&self) -> bool {
        self.waiting.is_none() && self.running.is_none()
    }

    /// The last answer.
    pub fn last(&self) -> Option<&Needs> {
        self.last.as_ref()
    }

    /// What keeps the settings last asked about from starting.
    pub fn problem(&self) -> Option<&Problem> {
        self.problem.as_ref()
    }
}
