//! The run that the app shows: what its folder tells, what it was opened as, and all it has told since.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::channels::Layers;
use super::channels::norm_history::NormHistory;
use super::speed::Speed;
use crate::session::{Event, Opened, Phase};
use crate::study::gamma::Norms;
use crate::train::batches::Batches;
use crate::train::gamma_history::{GammaHistory, GammaLayer};
use crate::train::history::{History, Series};
use crate::train::metric::Metric;
use crate::train::read_run::ReadRun;
use crate::train::run::Ending;
use crate::train::settings::Settings;

/// A run, under way or ended.
#[derive(Debug)]
pub struct RunView {
    /// What it was opened as; none of a run that was only read, without its images and an adapter.
    pub opened: Option<Arc<Opened>>,
    /// Where it is kept.
    pub folder: PathBuf,
    /// All that defines it.
    pub settings: Settings,
    /// Steps in all; 0 where that is not known.
    pub total_steps: u64,
    /// Batches of an epoch; 0 where that is not known.
    pub steps_per_epoch: u64,
    /// Whether steps are being taken; none once it has ended.
    pub phase: Option<Phase>,
    /// How it ended, if it did; `None` for a failure too.
    pub ending: Option<Ending>,
    /// What it reported.
    pub history: History,
    /// γ and β over its course.
    pub norms: NormHistory,
    /// Steps and images a second.
    pub speed: Speed,
    /// Steps finished.
    pub step: u64,
    /// Loss and accuracy of the step last finished.
    pub batch: Option<(f64, f64)>,
    /// Test accuracy of the evaluation last done.
    pub accuracy: Option<f64>,
    /// Whether its folder was deleted or moved, and not written anew.
    is_homeless: bool,
    batches: Option<Batches>,
}

impl RunView {
    /// A run just opened; `threshold` is the |γ| below which a channel counts as off.
    pub fn new(opened: Arc<Opened>, threshold: f32) -> Self {
        let layers = Arc::new(Layers::of(&opened.start.graph));
        let (history, outlook) = (opened.past.clone(), opened.outlook);
        let mut run_view = Self {
            phase: Some(Phase::Paused),
            ending: None,
            accuracy: last_accuracy(&history),
            history,
            norms: NormHistory::new(layers, threshold),
            speed: Speed::default(),
            step: outlook.done_steps,
            total_steps: outlook.total_steps,
            steps_per_epoch: outlook.steps_per_epoch,
            batch: None,
            is_homeless: false,
            batches: Some(opened.settings.batches(&opened.data.shape())),
            folder: opened.folder.clone(),
            settings: opened.settings.clone(),
            opened: Some(opened.clone()),
        };
        let start = &opened.start;
        let first = opened.past_gammas.snapshots.first();
        if start.progress.step > 0 && first.is_none_or(|first| first.step > 0) {
            // An earlier version kept nothing of what lay between its first state and this one.
            let first = Arc::new(Norms::of(&start.graph, &start.initial));
            run_view.keep_norms(0, 0.0, first);
        }
        run_view.keep_past(&opened.past_gammas);
        run_view
    }

    /// A run as its folder tells of it, which is not opened, or not yet.
    pub fn read(run: ReadRun, threshold: f32) -> Self {
        let gammas = run.gammas.clone().unwrap_or_default();
        let layers: &[GammaLayer] = &gammas.layers;
        let ending = ending_of(&run);
        let mut run_view = Self {
            opened: None,
            phase: None,
            ending: Some(ending),
            accuracy: last_accuracy(&run.history),
            history: run.history,
            norms: NormHistory::new(Arc::new(Layers::named(layers)), threshold),
            speed: Speed::default(),
            step: run.step,
            total_steps: run.total_steps,
            steps_per_epoch: run.steps_per_epoch,
            batch: None,
            is_homeless: false,
            batches: None,
            folder: run.folder,
            settings: run.settings,
        };
        run_view.keep_past(&gammas);
        run_view
    }

    /// Takes up all that a folder tells, of which a glance was shown so far.
    pub fn take_read(&mut self, run: ReadRun) {
        let ending = ending_of(&run);
        self.accuracy = last_accuracy(&run.history);
        self.history = run.history;
        (self.step, self.total_steps) = (run.step, run.total_steps);
        self.steps_per_epoch = run.steps_per_epoch;
        self.ending = Some(ending);
    }

    fn keep_past(&mut self, gammas: &GammaHistory) {
        for snapshot in &gammas.snapshots {
            self.keep_norms(snapshot.step, snapshot.epoch, snapshot.norms.clone());
        }
    }

    /// Takes in what the session told of it; of a run that was only read it tells nothing.
    pub fn take(&mut self, event: &Event) {
        if self.opened.is_none() {
            return;
        }
        match event {
            Event::Metric(metric) => self.take_metric(metric),
            Event::Norms { step, epoch, norms } => self.keep_norms(*step, *epoch, norms.clone()),
            Event::Phase(phase) => {
                self.phase = Some(*phase);
                self.speed.interrupt();
            }
            Event::Gone { .. } => self.is_homeless = true,
            Event::Moved { to, .. } => {
                self.is_homeless = false;
                self.folder.clone_from(to);
                if let Some(opened) = &mut self.opened {
                    Arc::make_mut(opened).folder.clone_from(to);
                }
            }
            Event::Ended(ended) => {
                self.phase = None;
                self.ending = ended.as_ref().ok().copied();
            }
            _ => {}
        }
    }

    fn take_metric(&mut self, metric: &Metric) {
        self.history.push(metric);
        match *metric {
            Metric::Step {
                step,
                seconds,
                loss,
                accuracy,
                ..
            } => {
                self.step = step;
                self.batch = Some((loss, accuracy));
                if let Some(batches) = &self.batches {
                    self.speed.step(step, batches.images_in(step), seconds);
                }
            }
            Metric::Eval { accuracy, .. } => self.accuracy = Some(accuracy),
        }
    }

    fn keep_norms(&mut self, step: u64, epoch: f64, norms: Arc<Norms>) {
        // They are of the graph that the layers are of.
        let _ = self.norms.push(step, epoch, norms);
    }

    /// Whether it has ended, or failed.
    pub fn has_ended(&self) -> bool {
        self.phase.is_none()
    }

    /// Whether all of its steps are done, and evaluated.
    pub fn is_done(&self) -> bool {
        let is_through = self.total_steps > 0 && self.step >= self.total_steps;
        is_through && self.history.is_evaluated(self.step)
    }

    /// Whether another program trains it, and it is only shown.
    pub fn is_only_shown(&self) -> bool {
        let opened = self.opened.as_ref();
        opened.is_some_and(|opened| opened.trained_by.is_some())
    }

    /// Whether its folder was deleted or moved, and not written anew.
    pub fn is_homeless(&self) -> bool {
        self.is_homeless
    }

    /// Whether it was stopped or broke off, and can go on from its last checkpoint.
    pub fn can_go_on(&self) -> bool {
        let is_left_off = self.has_ended() && self.ending != Some(Ending::Finished);
        is_left_off && !self.is_only_shown() && !self.is_homeless
    }

    /// `resnet-14 · bn · shapes`.
    pub fn title(&self) -> String {
        let settings = &self.settings;
        let data = settings.data.path().and_then(Path::file_name);
        let data = data.map_or(settings.data.to_string(), |name| {
            name.to_string_lossy().into_owned()
        });
        format!("{} · {} · {data}", settings.model, settings.train)
    }

    /// A name that tells it from other runs: its folder's.
    pub fn name(&self) -> String {
        let folder = &self.folder;
        let name = folder.file_name().unwrap_or(folder.as_os_str());
        name.to_string_lossy().into_owned()
    }

    /// Images a second, lately.
    pub fn images_per_second(&self) -> Option<f64> {
        self.speed.images_per_second()
    }

    /// Seconds that the steps left will take, evaluations not counted.
    pub fn seconds_left(&self) -> Option<f64> {
        let left = self.total_steps.saturating_sub(self.step);
        Some(left as f64 / self.speed.steps_per_second()?)
    }
}

/// How a run that is read has ended, or would if it were resumed and stopped.
fn ending_of(run: &ReadRun) -> Ending {
    match run.is_finished() {
        true => Ending::Finished,
        false => Ending::Interrupted,
    }
}

/// The share of the test set that the last evaluation found classified correctly.
fn last_accuracy(history: &History) -> Option<f64> {
    let last = history.last(Series::TestAccuracy)?;
    Some(f64::from(last.value))
}
