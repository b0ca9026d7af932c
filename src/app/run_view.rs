//! The run that the app shows: what it was opened as, and all it has told since.

use std::path::Path;
use std::sync::Arc;

use super::channels::Layers;
use super::channels::norm_history::NormHistory;
use super::speed::Speed;
use crate::session::{Event, Opened, Phase};
use crate::study::gamma::Norms;
use crate::train::batches::Batches;
use crate::train::history::History;
use crate::train::metric::Metric;
use crate::train::run::Ending;

/// A run, under way or ended.
#[derive(Debug)]
pub struct RunView {
    /// What it was opened as.
    pub opened: Arc<Opened>,
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
    batches: Batches,
}

impl RunView {
    /// A run just opened; `threshold` is the |γ| below which a channel counts as off.
    pub fn new(opened: Arc<Opened>, threshold: f32) -> Self {
        let layers = Arc::new(Layers::of(&opened.start.graph));
        let mut run_view = Self {
            phase: Some(Phase::Paused),
            ending: None,
            history: History::default(),
            norms: NormHistory::new(layers, threshold),
            speed: Speed::default(),
            step: opened.outlook.done_steps,
            batch: None,
            accuracy: None,
            is_homeless: false,
            batches: opened.settings.batches(&opened.data.shape()),
            opened,
        };
        // A resumed run went from its first state to this one; what lay between is not kept.
        let start = &run_view.opened.start;
        if start.progress.step > 0 {
            let first = Arc::new(Norms::of(&start.graph, &start.initial));
            run_view.keep_norms(0, 0.0, first);
        }
        for metric in &run_view.opened.past {
            run_view.history.push(metric);
            if let Metric::Eval { accuracy, .. } = metric {
                run_view.accuracy = Some(*accuracy);
            }
        }
        run_view
    }

    /// Takes in what the session told of it.
    pub fn take(&mut self, event: &Event) {
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
                Arc::make_mut(&mut self.opened).folder.clone_from(to);
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
                let images = self.batches.images_in(step);
                self.speed.step(step, images, seconds);
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

    /// Whether another program trains it, and it is only shown.
    pub fn is_only_shown(&self) -> bool {
        self.opened.trained_by.is_some()
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
        let settings = &self.opened.settings;
        let data = settings.data.path().and_then(Path::file_name);
        let data = data.map_or(settings.data.to_string(), |name| {
            name.to_string_lossy().into_owned()
        });
        format!("{} · {} · {data}", settings.model, settings.train)
    }

    /// A name that tells it from other runs: its folder's.
    pub fn name(&self) -> String {
        let folder = &self.opened.folder;
        let name = folder.file_name().unwrap_or(folder.as_os_str());
        name.to_string_lossy().into_owned()
    }

    /// Images a second, lately.
    pub fn images_per_second(&self) -> Option<f64> {
        self.speed.images_per_second()
    }

    /// Seconds that the steps left will take, evaluations not counted.
    pub fn seconds_left(&self) -> Option<f64> {
        let left = self.opened.outlook.total_steps.saturating_sub(self.step);
        Some(left as f64 / self.speed.steps_per_second()?)
    }
}
