//! A training into a folder: what to log and when to save.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use web_time::Instant;

use super::delta::Delta;
use super::gamma_history::{GammaHistory, gammas_path};
use super::gamma_log::GammaLog;
use super::metric::Metric;
use super::plot::{self, LayerGammas, PlotError, plot_run};
use super::run_folder::{Facts, RunFolder, RunFolderError};
use super::settings::Settings;
use super::start::Start;
use super::trainer::{TrainError, Trainer};
use crate::data::Manifest;
use crate::engine::{Extent, MemoryReport, Snapshot};
use crate::field::{Explain, Explanation};
use crate::network::graph::BatchNorm;
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

impl Explain for RunError {
    fn explain(&self) -> Explanation {
        match self {
            Self::Train(error) => error.explain(),
            Self::Folder(error) => error.explain(),
            Self::Plot(error) => Explanation::new(error),
        }
    }
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// All steps are done.
    Finished,
    /// It was asked to stop; the folder holds all it takes to go on.
    Interrupted,
    /// It was asked to stop before it was ready for its first step: nothing was changed, and no folder made.
    NotBegun,
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

impl Outlook {
    /// Of a training.
    pub fn of(trainer: &Trainer<'_>) -> Self {
        Self {
            memory: trainer.memory(),
            done_steps: trainer.submitted(),
            total_steps: trainer.total_steps(),
            steps_per_epoch: trainer.steps_per_epoch(),
        }
    }
}

/// A training whose results go into a folder. If the device fails, the training diverges or a file
/// cannot be written, the last checkpoint saved before that is whole.
pub struct Run<'a> {
    trainer: Trainer<'a>,
    settings: &'a Settings,
    start: &'a Start,
    folder: RunFolder,
    gammas: GammaLog,
    saved: Instant,
}

impl<'a> Run<'a> {
    /// `trainer` was made of `settings` and `start`; making it first leaves no folder behind for a
    /// plan that does not fit. The state before the first step is saved.
    ///
    /// # Errors
    /// If the device failed or a file could not be written.
    pub async fn new(
        trainer: Trainer<'a>,
        settings: &'a Settings,
        start: &'a Start,
        folder: RunFolder,
    ) -> Result<Self, RunError> {
        let gammas = GammaLog::open(folder.path(), start, trainer.steps_per_epoch());
        let gammas = gammas.map_err(|source| RunFolderError::File {
            path: gammas_path(folder.path()),
            source,
        })?;
        let mut run = Self {
            trainer,
            settings,
            start,
            folder,
            gammas,
            saved: Instant::now(),
        };
        if run.trainer.submitted() == 0 {
            run.save(&mut |_| {}).await?;
        }
        Ok(run)
    }

    /// Its memory and length.
    pub fn outlook(&self) -> Outlook {
        Outlook::of(&self.trainer)
    }

    /// Where it is kept.
    pub fn folder(&self) -> &RunFolder {
        &self.folder
    }

    /// γ and β over the part of it that came before.
    pub fn past_gammas(&self) -> &Arc<GammaHistory> {
        &self.gammas.past
    }

    /// What the person who trains should know of what was kept of γ.
    pub fn note(&self) -> Option<&Explanation> {
        self.gammas.note.as_ref()
    }

    /// A pause begins: it is no time of training.
    pub fn stop_clock(&mut self) {
        self.trainer.stop_clock();
    }

    /// A pause ends, if there is one.
    pub fn start_clock(&mut self) {
        self.trainer.start_clock();
    }

    /// Steps submitted so far.
    pub fn submitted(&self) -> u64 {
        self.trainer.submitted()
    }

    /// Whether all steps were submitted.
    pub fn is_done(&self) -> bool {
        self.trainer.is_done()
    }

    /// Whether the step submitted last calls for an evaluation.
    pub fn evaluation_is_due(&self) -> bool {
        self.trainer.evaluation_is_due()
    }

    /// Submits a step, and logs earlier ones that are finished. Saves now and then.
    ///
    /// # Errors
    /// If the device failed, the training diverged, or a file could not be written.
    pub async fn step(&mut self, report: &mut dyn FnMut(&Metric)) -> Result<(), RunError> {
        let mut logged = Ok(());
        let done = self
            .trainer
            .step(&mut log(&mut self.folder, &mut logged, report))
            .await;
        done?;
        logged?;
        if self.saved.elapsed() > SAVE_EVERY && !self.evaluation_is_due() {
            self.save(report).await?;
        }
        Ok(())
    }

    /// Waits for all steps submitted, and logs them.
    ///
    /// # Errors
    /// As [`Self::step`].
    pub async fn settle(&mut self, report: &mut dyn FnMut(&Metric)) -> Result<(), RunError> {
        let mut logged = Ok(());
        let done = self
            .trainer
            .settle(&mut log(&mut self.folder, &mut logged, report))
            .await;
        done?;
        Ok(logged?)
    }

    /// Evaluates, logs it, and saves a checkpoint: as the best one too if it is. Whether that was done;
    /// nothing is once `go_on` says no. Nothing is saved where the folder is gone.
    ///
    /// # Errors
    /// As [`Self::step`].
    pub async fn evaluate(
        &mut self,
        report: &mut dyn FnMut(&Metric),
        go_on: &mut dyn FnMut() -> bool,
    ) -> Result<bool, RunError> {
        self.settle(report).await?;
        let (state, optimizer) = self.trainer.read().await?;
        let Some(event) = self.trainer.evaluate(&state, go_on).await? else {
            return Ok(false);
        };
        self.folder.log(&event)?;
        report(&event);
        let is_best =
            matches!(event, Metric::Eval { accuracy, .. } if self.trainer.is_best(accuracy));
        self.keep_gammas(&state)?;
        let checkpoint = self.trainer.checkpoint(&state, optimizer);
        let saved = self.folder.save_last(&checkpoint);
        let saved = saved.and_then(|()| match is_best {
            true => self.folder.save_best(&checkpoint),
            false => Ok(()),
        });
        self.but_gone(saved)?;
        self.saved = Instant::now();
        Ok(true)
    }

    /// Saves a checkpoint, unless the folder is gone (see [`Self::folder_is_gone`]).
    ///
    /// # Errors
    /// As [`Self::step`].
    pub async fn save(&mut self, report: &mut dyn FnMut(&Metric)) -> Result<(), RunError> {
        self.settle(report).await?;
        let (state, optimizer) = self.trainer.read().await?;
        self.keep_gammas(&state)?;
        let checkpoint = self.trainer.checkpoint(&state, optimizer);
        let saved = self.folder.save_last(&checkpoint);
        self.but_gone(saved)?;
        self.saved = Instant::now();
        Ok(())
    }

    /// A folder that is gone ends no run: whoever drives it sees that, and has it written anew.
    fn but_gone(&mut self, saved: Result<(), RunFolderError>) -> Result<(), RunFolderError> {
        match saved {
            Err(_) if self.folder.is_gone() => Ok(()),
            saved => saved,
        }
    }

    /// Whether its folder was deleted or moved.
    pub fn folder_is_gone(&mut self) -> bool {
        self.folder.is_gone()
    }

    /// The same, as it was known a second ago at most: fit to be asked at each step.
    pub fn folder_seems_gone(&mut self) -> bool {
        self.folder.seems_gone()
    }

    /// Makes a new folder beside one that is gone, and saves all that is known there. The best checkpoint was in the
    /// old folder: the next evaluation is the best so far again.
    ///
    /// # Errors
    /// If the device failed or a file could not be written.
    pub async fn write_anew(
        &mut self,
        manifest: &Manifest,
        facts: &Facts,
        report: &mut dyn FnMut(&Metric),
    ) -> Result<(), RunError> {
        self.settle(report).await?;
        self.folder.write_anew(self.settings, manifest, facts)?;
        let kept = self.gammas.write_anew(self.folder.path());
        self.gammas_kept(kept)?;
        self.trainer.forget_best();
        self.save(report).await
    }

    /// Writes γ and β down as the checkpoint will hold them.
    fn keep_gammas(&mut self, state: &State) -> Result<(), RunError> {
        let (step, seconds) = (self.trainer.submitted(), self.trainer.seconds());
        let kept = self.gammas.save(step, seconds, self.start, state);
        self.gammas_kept(kept)
    }

    fn gammas_kept(&mut self, kept: io::Result<()>) -> Result<(), RunError> {
        let path = self.gammas.path().to_owned();
        let kept = kept.map_err(|source| RunFolderError::File { path, source });
        Ok(self.but_gone(kept)?)
    }

    /// Whether a snapshot of γ and β is wanted for the run's folder.
    pub fn snapshot_is_due(&self) -> bool {
        self.gammas.is_due(self.trainer.submitted())
    }

    /// Begins a [`Snapshot`]; see [`Trainer::begin_snapshot`].
    ///
    /// # Errors
    /// If the device failed or has no memory left.
    pub async fn begin_snapshot(&mut self, extent: Extent) -> Result<bool, RunError> {
        Ok(self.trainer.begin_snapshot(extent).await?)
    }

    /// The snapshot begun, once it has arrived; see [`Trainer::take_snapshot`]. Its γ and β go into the folder
    /// where there is a place for them.
    ///
    /// # Errors
    /// If the device failed, or a file could not be written.
    pub fn take_snapshot(&mut self) -> Result<Option<(u64, Snapshot)>, RunError> {
        let taken = self.trainer.take_snapshot()?;
        self.keep_snapshot(taken)
    }

    fn keep_snapshot(
        &mut self,
        taken: Option<(u64, Snapshot)>,
    ) -> Result<Option<(u64, Snapshot)>, RunError> {
        if let Some((step, snapshot)) = &taken {
            let kept = self.gammas.take(*step, self.trainer.seconds(), snapshot);
            self.gammas_kept(kept)?;
        }
        Ok(taken)
    }

    /// The same, waiting for it; see [`Trainer::wait_for_snapshot`].
    ///
    /// # Errors
    /// As [`Self::take_snapshot`].
    pub async fn wait_for_snapshot(&mut self) -> Result<Option<(u64, Snapshot)>, RunError> {
        let taken = self.trainer.wait_for_snapshot().await?;
        self.keep_snapshot(taken)
    }

    /// Leaves the delta and the pictures, after the last step.
    ///
    /// # Errors
    /// If the device failed or a file could not be written.
    pub async fn finish(&mut self) -> Result<(), RunError> {
        let (state, _) = self.trainer.read().await?;
        let graph = &self.start.graph;
        self.folder.save_delta(&Delta::of(
            graph,
            &state,
            &self.start.trained,
            self.settings,
            &self.start.base,
        ))?;
        let history = self.folder.history().await?;
        let gammas = gammas(graph, &self.start.initial, &state);
        let drawn = plot::PlottedRun {
            history: &history,
            gammas: &gammas,
        };
        Ok(plot_run(&drawn, &self.folder.plots_path())?)
    }
}

/// Passes an event on after writing it down.
fn log<'a>(
    folder: &'a mut RunFolder,
    logged: &'a mut Result<(), RunFolderError>,
    report: &'a mut dyn FnMut(&Metric),
) -> impl FnMut(&Metric) + 'a {
    move |event| {
        if logged.is_ok() {
            *logged = folder.log(event);
        }
        report(event);
    }
}

fn gammas(graph: &Graph, start: &State, end: &State) -> Vec<LayerGammas> {
    let of = |state: &State, layer: &BatchNorm| state.parameters[layer.gamma.0].clone();
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
