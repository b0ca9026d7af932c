//! Which run of an experiment is next, and what becomes of one that ended: the same for all who make runs. They have the
//! sessions, wait, and tell; as many runs as they like may be under way at once.

use std::collections::BTreeSet;
use std::io;
use std::sync::Arc;

use super::folder::{ExperimentFolder, FolderError, before, can_begin};
use super::measure::{MeasureError, measure, measure_removal};
use super::plan::{Plan, RunName};
use super::report::Missing;
use super::results::{Outcome, RunResult};
use crate::field::{Explain, Explanation};
use crate::gpu::{AdapterChoice, Gpu, GpuError};
use crate::session::{Opened, Request, SessionError};
use crate::train::run::{Ending, RunError};
use crate::train::trainer::TrainError;

/// How a run came out.
#[derive(Clone, Debug)]
pub enum Came {
    /// It ended, was measured, and its result is in its folder.
    Result(Box<RunResult>),
    /// It came to no result: why.
    Failed(Explanation),
    /// It was stopped, and can go on.
    Stopped,
}

/// What is to be done next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// This run is to begin, or to go on; it is under way from now on.
    Begin(RunName),
    /// This one cannot begin, and why: it counts as failed.
    Failed(RunName, String),
    /// None can begin before one that is under way has ended.
    Wait,
    /// All have ended or are under way.
    Nothing,
}

/// What is to be made, is being made, and did not come to a result.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Board {
    waiting: Vec<RunName>,
    under_way: BTreeSet<RunName>,
    failed: Vec<(RunName, String)>,
}

impl Board {
    /// All runs that have no result yet.
    ///
    /// # Errors
    /// A result that cannot be read.
    pub fn new(folder: &ExperimentFolder, plan: &Plan) -> Result<Self, FolderError> {
        let mut waiting = Vec::new();
        for run in plan.runs() {
            if folder.result(&run)?.is_none() {
                waiting.push(run);
            }
        }
        Ok(Self {
            waiting,
            ..Self::default()
        })
    }

    /// Those that are still to begin.
    pub fn waiting(&self) -> &[RunName] {
        &self.waiting
    }

    /// Those that came to no result, and why.
    pub fn failed(&self) -> &[(RunName, String)] {
        &self.failed
    }

    /// What is to be done next.
    pub fn next(&mut self, folder: &ExperimentFolder, plan: &Plan) -> Next {
        let is_to_come = |run: &RunName| self.waiting.contains(run) || self.under_way.contains(run);
        let place = self.waiting.iter().position(|run| {
            let before = before(plan, run);
            !before.is_some_and(|before| is_to_come(&before))
        });
        let Some(place) = place else {
            return match self.waiting.is_empty() {
                true => Next::Nothing,
                false => Next::Wait,
            };
        };
        let run = self.waiting.remove(place);
        if let Some(first) = before(plan, &run) {
            let result = folder.result(&first).ok().flatten();
            if !can_begin(result.as_ref()) {
                let why = format!("it begins from {}, which did not finish", first.folder());
                self.failed.push((run.clone(), why.clone()));
                return Next::Failed(run, why);
            }
        }
        self.under_way.insert(run.clone());
        Next::Begin(run)
    }

    /// A run is not under way any more; `why` it came to no result, if it failed.
    pub fn ended(&mut self, run: &RunName, why: Option<String>) {
        self.under_way.remove(run);
        self.failed.extend(why.map(|why| (run.clone(), why)));
    }
}

/// What a session is asked for, to make a run or to go on with it.
///
/// # Errors
/// As of [`ExperimentFolder::origin`].
pub fn request(
    folder: &ExperimentFolder,
    plan: &Plan,
    run: &RunName,
    adapter: AdapterChoice,
    watched: bool,
) -> Result<Request, FolderError> {
    Ok(Request {
        origin: folder.origin(plan, run)?,
        adapter,
        paused: false,
        watched,
    })
}

/// Takes in a run that ended: measures it, and writes the result into its folder. `opened` is what its session told of it
/// before the first step. `gpu` is only asked for where channels are removed; that takes as long as a hundred evaluations,
/// between which `go_on` is asked.
pub async fn ended(
    folder: &ExperimentFolder,
    plan: &Plan,
    run: &RunName,
    opened: Option<&Opened>,
    ended: &Result<Ending, Arc<SessionError>>,
    gpu: impl Future<Output = Result<Gpu, GpuError>>,
    go_on: &mut dyn FnMut() -> bool,
) -> Came {
    let outcome = match ended {
        Ok(Ending::Finished) => Outcome::Finished,
        Ok(Ending::Interrupted | Ending::NotBegun) => return Came::Stopped,
        Err(error) => match diverged(error) {
            Some(why) => Outcome::Diverged(why),
            None => return Came::Failed(error.explain()),
        },
    };
    let removal = plan.arm(&run.arm).is_some_and(|arm| arm.removal);
    let removal = removal && outcome == Outcome::Finished;
    let measured = async {
        let opened = opened.ok_or(Unmeasured::NotBegun)?;
        let (mut result, state) = measure(run, opened, outcome)?;
        if removal && !measure_removal(&mut result, &gpu.await?, opened, &state, go_on).await? {
            return Ok::<_, Unmeasured>(None);
        }
        result
            .write(&folder.run(run))
            .map_err(Unmeasured::Unwritten)?;
        Ok(Some(result))
    };
    match measured.await {
        Ok(None) => Came::Stopped,
        Ok(Some(result)) => Came::Result(Box::new(result)),
        Err(error) => Came::Failed(Explanation::new(error)),
    }
}

/// Why a run that ended has no result.
#[derive(Debug, thiserror::Error)]
enum Unmeasured {
    #[error("it could not be measured: the run ended before it began")]
    NotBegun,
    #[error("it could not be measured: {0}")]
    Measure(#[from] MeasureError),
    #[error("it could not be measured: {0}")]
    Gpu(#[from] GpuError),
    #[error("its measures could not be written: {0}")]
    Unwritten(io::Error),
}

/// Why a training diverged, if that is what ended it.
fn diverged(error: &SessionError) -> Option<String> {
    match error {
        SessionError::Run {
            source: RunError::Train(error @ TrainError::Diverged { .. }),
            ..
        } => Some(error.to_string()),
        _ => None,
    }
}

/// What there is of an experiment, and what is missing; `failed` are runs of which it is known why.
///
/// # Errors
/// A result that cannot be read.
pub fn gathered(
    folder: &ExperimentFolder,
    plan: &Plan,
    failed: &[(RunName, String)],
) -> Result<(Vec<RunResult>, Vec<Missing>), FolderError> {
    let (mut results, mut missing) = (Vec::new(), Vec::new());
    for run in plan.runs() {
        match folder.result(&run)? {
            Some(result) => results.push(result),
            None => {
                let why = failed.iter().find(|(name, _)| *name == run);
                let why = why.map(|(_, why)| why.clone());
                missing.push(Missing { run, why });
            }
        }
    }
    Ok((results, missing))
}
