//! A training into a folder, from start to end.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::delta::Delta;
use super::event::Event;
use super::plot::{LayerGammas, PlotError, Run, plot_run};
use super::run_folder::{RunFolder, RunFolderError};
use super::settings::Settings;
use super::start::Start;
use super::trainer::{TrainError, Trainer};
use crate::engine::MemoryReport;
use crate::network::{Graph, State};

/// Time after which a checkpoint is saved though no epoch ended: what a crash may cost.
const SAVE_EVERY: Duration = Duration::from_secs(60);

/// Why a run ended before its time.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The training.
    #[error(transparent)]
    Train(#[from] TrainError),
    /// The folder.
    #[error(transparent)]
    Folder(#[from] RunFolderError),
    /// The pictures.
    #[error(transparent)]
    Plot(#[from] PlotError),
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// All steps are done.
    Finished,
    /// It was asked to stop; the folder holds all it takes to go on.
    Interrupted,
}

/// What a run tells before its first step.
#[derive(Clone, Copy, Debug)]
pub struct Outlook {
    /// Device memory of the plan.
    pub memory: MemoryReport,
    /// Steps already done.
    pub done_steps: u64,
    /// Steps in all.
    pub total_steps: u64,
    /// Batches of an epoch.
    pub steps_per_epoch: u64,
}

/// Who follows a run.
pub trait Observer {
    /// Before the first step.
    fn starts(&mut self, outlook: Outlook);
    /// A step or an evaluation is finished.
    fn event(&mut self, event: &Event);
}

/// Trains until all steps are done or `stop` is set, and leaves everything in the folder. `trainer` was
/// made of `settings` and `start`; making it first leaves no folder behind for a plan that does not fit.
///
/// # Errors
/// If the device failed, the training diverged, or a file could not be written; the last checkpoint
/// saved before that is whole.
pub async fn run(
    trainer: &mut Trainer<'_>,
    settings: &Settings,
    start: &Start,
    folder: &mut RunFolder,
    stop: &AtomicBool,
    observer: &mut dyn Observer,
) -> Result<Ending, RunError> {
    observer.starts(Outlook {
        memory: trainer.memory(),
        done_steps: trainer.submitted(),
        total_steps: trainer.total_steps(),
        steps_per_epoch: trainer.steps_per_epoch(),
    });
    if trainer.submitted() == 0 {
        save(trainer, folder).await?;
    }
    let mut saved = Instant::now();
    while !trainer.is_done() {
        if stop.load(Ordering::Relaxed) {
            trained(trainer, folder, observer, Await::All).await?;
            save(trainer, folder).await?;
            return Ok(Ending::Interrupted);
        }
        trained(trainer, folder, observer, Await::Step).await?;
        if trainer.evaluation_is_due() {
            trained(trainer, folder, observer, Await::All).await?;
            evaluate(trainer, folder, observer).await?;
            saved = Instant::now();
        } else if saved.elapsed() > SAVE_EVERY {
            trained(trainer, folder, observer, Await::All).await?;
            save(trainer, folder).await?;
            saved = Instant::now();
        }
    }
    finish(trainer, settings, start, folder).await?;
    Ok(Ending::Finished)
}

/// What [`trained`] shall wait for.
enum Await {
    /// Submit a step.
    Step,
    /// Wait for all steps.
    All,
}

/// Goes on with the training and logs what comes of it.
async fn trained(
    trainer: &mut Trainer<'_>,
    folder: &mut RunFolder,
    observer: &mut dyn Observer,
    what: Await,
) -> Result<(), RunError> {
    let mut logged = Ok(());
    let mut report = |event: &Event| {
        if logged.is_ok() {
            logged = folder.log(event);
        }
        observer.event(event);
    };
    let trained = match what {
        Await::Step => trainer.step(&mut report).await,
        Await::All => trainer.settle(&mut report).await,
    };
    trained?;
    Ok(logged?)
}

/// Evaluates, logs it, and saves a checkpoint: as the best one too if it is.
async fn evaluate(
    trainer: &mut Trainer<'_>,
    folder: &mut RunFolder,
    observer: &mut dyn Observer,
) -> Result<(), RunError> {
    let (state, optimizer) = trainer.read().await?;
    let event = trainer.evaluate(&state).await?;
    folder.log(&event)?;
    observer.event(&event);
    let is_best = matches!(event, Event::Eval { accuracy, .. } if trainer.is_best(accuracy));
    let checkpoint = trainer.checkpoint(&state, optimizer);
    folder.save_last(&checkpoint)?;
    if is_best {
        folder.save_best(&checkpoint)?;
    }
    Ok(())
}

async fn save(trainer: &mut Trainer<'_>, folder: &mut RunFolder) -> Result<(), RunError> {
    let (state, optimizer) = trainer.read().await?;
    Ok(folder.save_last(&trainer.checkpoint(&state, optimizer))?)
}

/// The delta and the pictures.
async fn finish(
    trainer: &mut Trainer<'_>,
    settings: &Settings,
    start: &Start,
    folder: &mut RunFolder,
) -> Result<(), RunError> {
    let (state, _) = trainer.read().await?;
    let graph = &start.graph;
    folder.save_delta(&Delta::of(
        graph,
        &state,
        &start.trained,
        settings,
        &start.base,
    ))?;
    let events = folder.events()?;
    let gammas = gammas(graph, &start.initial, &state);
    Ok(plot_run(
        &Run {
            events: &events,
            gammas: &gammas,
        },
        &folder.plots_path(),
    )?)
}

fn gammas(graph: &Graph, start: &State, end: &State) -> Vec<LayerGammas> {
    let of = |state: &State, layer: &crate::network::graph::BatchNorm| {
        state.parameters[layer.gamma.0].clone()
    };
    graph
        .batch_norms
        .iter()
        .map(|layer| LayerGammas {
            name: layer.name.clone(),
            start: of(start, layer),
            end: of(end, layer),
        })
        .collect()
}
