//! A training, step by step: which batch, at which rate, and what came of it. `together` has the steps that several
//! share.

mod together;

use std::collections::VecDeque;

use web_time::Instant;

use super::advice::OneValue;
use super::batches::Batches;
use super::checkpoint::{Base, Checkpoint, OptimizerState, Progress};
use super::metric::Metric;
use super::peers::{Peers, PeersError};
use super::schedule::LearningRate;
use super::settings::Settings;
use super::start::Start;
use super::stopwatch::Stopwatch;
use crate::data::order::{AugmentationDraw, epoch_order};
use crate::data::{Batch, DataSet};
use crate::engine::{BatchResult, BatchView, Engine, EngineError, Extent, MemoryReport, Snapshot};
use crate::field::{Explain, Explanation, Field, Remedy};
use crate::gpu::Gpu;
use crate::network::{Graph, State};
use crate::study::gamma::ChannelsBelow;

/// |γ| below which a channel counts as switched off in reports.
pub const GAMMA_THRESHOLD: f32 = 0.01;

/// Why a training cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum TrainError {
    /// The adapter or the plan.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// The loss or a parameter is no number any more.
    #[error("{what} at step {step} is {value}: the training diverged")]
    Diverged {
        /// What is no number.
        what: String,
        /// The step, from 1.
        step: u64,
        /// NaN or an infinity.
        value: f64,
    },
    /// Batches that those who share them cannot share evenly.
    #[error("{batch} images a batch cannot be shared evenly by {ranks} ranks")]
    Uneven {
        /// Images a batch.
        batch: u32,
        /// Those who share them.
        ranks: usize,
    },
    /// Parts of batches that are too small.
    #[error(transparent)]
    OneValue(#[from] OneValue),
    /// Another of those who share the run.
    #[error(transparent)]
    Peers(#[from] PeersError),
}

impl Explain for TrainError {
    fn explain(&self) -> Explanation {
        match self {
            Self::Engine(error) => error.explain(),
            Self::Diverged { .. } => Explanation::new(self)
                .or(Remedy::Lower(&[Field::Lr]))
                .or(Remedy::Raise(&[Field::WarmupEpochs])),
            Self::Uneven { .. } => Explanation::new(self)
                .about(Field::BatchSize)
                .or(Remedy::Change(&[Field::BatchSize])),
            Self::OneValue(error) => error.explain(),
            Self::Peers(error) => Explanation::new(error),
        }
    }
}

/// A training on a device. Steps are submitted ahead; what they came to arrives as [`Metric`]s.
pub struct Trainer<'a> {
    engine: Engine<'a>,
    graph: &'a Graph,
    data: &'a DataSet,
    settings: &'a Settings,
    batches: Batches,
    rate: LearningRate,
    /// Values that train.
    trained: usize,
    base: Base,
    progress: Progress,
    submitted: u64,
    /// Steps submitted before the snapshot under way.
    snapshot_step: u64,
    /// Of the steps in flight, oldest first.
    rates: VecDeque<f64>,
    batch: Batch,
    test_order: Vec<u32>,
    /// The order of the epoch under way.
    epoch: Option<Epoch>,
    max_batch: usize,
    clock: Stopwatch,
    /// Those who share each batch with this one.
    peers: Option<Box<dyn Peers>>,
}

struct Epoch {
    number: u64,
    order: Vec<u32>,
    draw: Option<AugmentationDraw>,
}

impl<'a> Trainer<'a> {
    /// Compiles the plan and puts the state on the device.
    ///
    /// # Errors
    /// If the plan does not fit the adapter.
    pub async fn new(
        gpu: &'a Gpu,
        data: &'a DataSet,
        settings: &'a Settings,
        start: &'a Start,
    ) -> Result<Self, TrainError> {
        Self::among(gpu, data, settings, start, None).await
    }

    /// The same for one of several that share each batch by [`part`](super::peers::part): batch statistics are each one's own, gradients
    /// are those of the mean over the whole batch, and so are the results that are reported.
    ///
    /// # Errors
    /// As [`Self::new`], if batches cannot be shared evenly, or if another one failed or begins otherwise.
    pub async fn among(
        gpu: &'a Gpu,
        data: &'a DataSet,
        settings: &'a Settings,
        start: &'a Start,
        peers: Option<Box<dyn Peers>>,
    ) -> Result<Self, TrainError> {
        let mut plan = start.plan(settings, &data.shape());
        if let Some(peers) = &peers {
            together::check(settings, data, start, peers.count())?;
            plan.max_batch = plan.max_batch.div_ceil(peers.count() as u32);
        }
        let max_batch = plan.max_batch as usize;
        let mut engine = Engine::new(gpu, &start.graph, plan, &start.state).await?;
        if let Some(optimizer) = &start.optimizer {
            engine.write_optimizer(optimizer)?;
        }
        let mut trainer = Self {
            engine,
            graph: &start.graph,
            data,
            settings,
            batches: settings.batches(&data.shape()),
            rate: settings.learning_rate(),
            trained: start.trained.trained_count(&start.graph) as usize,
            base: start.base.clone(),
            progress: start.progress.clone(),
            submitted: start.progress.step,
            snapshot_step: 0,
            rates: VecDeque::new(),
            batch: Batch::with_capacity(max_batch, &data.train),
            test_order: (0..data.test.len() as u32).collect(),
            epoch: None,
            max_batch,
            clock: Stopwatch::started(Instant::now()),
            peers,
        };
        if let Some(peers) = &mut trainer.peers {
            peers.meet(together::fingerprint(data, settings, start))?;
        }
        Ok(trainer)
    }

    /// Device memory of the plan.
    pub fn memory(&self) -> MemoryReport {
        self.engine.memory()
    }

    /// Steps of an epoch.
    pub fn steps_per_epoch(&self) -> u64 {
        self.batches.steps()
    }

    /// Steps after which the training is done.
    pub fn total_steps(&self) -> u64 {
        self.settings.total_steps(self.steps_per_epoch())
    }

    /// Steps submitted so far, earlier parts of a resumed run included.
    pub fn submitted(&self) -> u64 {
        self.submitted
    }

    /// Whether all steps were submitted.
    pub fn is_done(&self) -> bool {
        self.submitted >= self.total_steps()
    }

    /// Whether an evaluation is due: at an epoch's end and at the training's.
    pub fn evaluation_is_due(&self) -> bool {
        self.is_done() || self.submitted.is_multiple_of(self.steps_per_epoch())
    }

    /// Submits the next step, and reports earlier ones that are finished.
    ///
    /// # Errors
    /// If the device failed or a loss is no number.
    pub async fn step(&mut self, report: &mut dyn FnMut(&Metric)) -> Result<(), TrainError> {
        if self.engine.in_flight() == Engine::MAX_IN_FLIGHT {
            self.report_one(report).await?;
        }
        let per_epoch = self.steps_per_epoch();
        let number = self.submitted / per_epoch;
        let settings = self.settings;
        if self
            .epoch
            .as_ref()
            .is_none_or(|epoch| epoch.number != number)
        {
            self.epoch = Some(Epoch {
                number,
                order: epoch_order(
                    settings.seed,
                    number,
                    self.data.train.len(),
                    settings.shuffle,
                ),
                draw: self.draw(number),
            });
        }
        let rate = match self.trained {
            0 => 0.0,
            _ => self.rate.at(
                self.submitted,
                per_epoch,
                settings.schedule_steps(per_epoch),
            ),
        };
        if let Some(epoch) = &mut self.epoch {
            let indices = &epoch.order[self.batches.places(self.submitted)];
            self.batch
                .fill(&self.data.train, indices, epoch.draw.as_mut());
        }
        self.rates.push_back(rate);
        self.submitted += 1;
        match self.peers.take() {
            None => Ok(self.engine.train(view(&self.batch), rate)?),
            Some(mut peers) => {
                let result = self.step_among(peers.as_mut(), rate).await;
                self.peers = Some(peers);
                self.take(result?, report)
            }
        }
    }

    /// How images are moved and mirrored in an epoch, if they are.
    fn draw(&self, epoch: u64) -> Option<AugmentationDraw> {
        let settings = self.settings;
        let crop = settings.augment && settings.crop;
        let flip = settings.flips(self.data.train.channels);
        (crop || flip).then(|| AugmentationDraw::new(settings.seed, epoch).only(crop, flip))
    }

    /// Waits for all steps submitted, and reports them.
    ///
    /// # Errors
    /// As [`Self::step`].
    pub async fn settle(&mut self, report: &mut dyn FnMut(&Metric)) -> Result<(), TrainError> {
        while self.engine.in_flight() > 0 {
            self.report_one(report).await?;
        }
        Ok(())
    }

    async fn report_one(&mut self, report: &mut dyn FnMut(&Metric)) -> Result<(), TrainError> {
        match self.engine.next_result().await? {
            Some(result) => self.take(result, report),
            None => Ok(()),
        }
    }

    /// Reports what the oldest step that was not reported yet came to.
    fn take(
        &mut self,
        result: BatchResult,
        report: &mut dyn FnMut(&Metric),
    ) -> Result<(), TrainError> {
        let BatchResult {
            loss_sum,
            hits,
            samples,
        } = result;
        let step = self.progress.step + 1;
        let loss = loss_sum / f64::from(samples);
        if !loss.is_finite() {
            return Err(TrainError::Diverged {
                what: "the loss".into(),
                step,
                value: loss,
            });
        }
        self.progress.step = step;
        self.progress.epoch = step as f64 / self.steps_per_epoch() as f64;
        report(&Metric::Step {
            step,
            epoch: self.progress.epoch,
            loss,
            accuracy: f64::from(hits) / f64::from(samples),
            lr: self.rates.pop_front().unwrap_or_default(),
            seconds: self.seconds(),
        });
        Ok(())
    }

    /// Loss and accuracy on the test set; all steps must be settled. `go_on` is asked before each batch;
    /// `None` once it says no.
    ///
    /// # Errors
    /// If the device failed or the loss is no number.
    pub async fn evaluate(
        &mut self,
        state: &State,
        go_on: &mut dyn FnMut() -> bool,
    ) -> Result<Option<Metric>, TrainError> {
        let (mut loss, mut hits) = (0.0, 0_u64);
        let mut take = |result: Option<BatchResult>| {
            if let Some(result) = result {
                loss += result.loss_sum;
                hits += u64::from(result.hits);
            }
        };
        let mut is_whole = true;
        for indices in self.test_order.chunks(self.max_batch) {
            is_whole = go_on();
            if !is_whole {
                break;
            }
            if self.engine.in_flight() == Engine::MAX_IN_FLIGHT {
                take(self.engine.next_result().await?);
            }
            self.batch.fill(&self.data.test, indices, None);
            self.engine.evaluate(view(&self.batch))?;
        }
        while self.engine.in_flight() > 0 {
            take(self.engine.next_result().await?);
        }
        if !is_whole {
            return Ok(None);
        }
        let images = self.data.test.len() as f64;
        let loss = loss / images;
        let step = self.progress.step;
        if !loss.is_finite() {
            return Err(TrainError::Diverged {
                what: "the test loss".into(),
                step,
                value: loss,
            });
        }
        Ok(Some(Metric::Eval {
            step,
            epoch: self.progress.epoch,
            loss,
            accuracy: hits as f64 / images,
            gamma_below_001: ChannelsBelow::count(self.graph, state, GAMMA_THRESHOLD).share(),
            seconds: self.seconds(),
        }))
    }

    /// The state and the optimiser's memory after all steps; all must be settled.
    ///
    /// # Errors
    /// If the device failed or a value is no number.
    pub async fn read(&mut self) -> Result<(State, OptimizerState), TrainError> {
        let state = self.engine.read_state().await?;
        let optimizer = self.engine.read_optimizer().await?;
        let step = self.progress.step;
        let odd = |values: &[f32]| values.iter().copied().find(|value| !value.is_finite());
        for (parameter, values) in self.graph.parameters.iter().zip(&state.parameters) {
            if let Some(value) = odd(values) {
                return Err(TrainError::Diverged {
                    what: parameter.name.clone(),
                    step,
                    value: value.into(),
                });
            }
        }
        for (layer, running) in self.graph.batch_norms.iter().zip(&state.running) {
            if let Some(value) = odd(&running.mean).or(odd(&running.variance)) {
                let what = format!("a running average of {}", layer.name);
                return Err(TrainError::Diverged {
                    what,
                    step,
                    value: value.into(),
                });
            }
        }
        if let Some(value) = odd(&optimizer.first_moment).or(odd(&optimizer.second_moment)) {
            let what = "the optimiser's memory".into();
            return Err(TrainError::Diverged {
                what,
                step,
                value: value.into(),
            });
        }
        Ok((state, optimizer))
    }

    /// Begins to copy what training moves, as it is after all steps submitted; `false` if an earlier
    /// copy is still under way. Waits for nothing.
    ///
    /// # Errors
    /// If the device failed or has no memory left.
    pub async fn begin_snapshot(&mut self, extent: Extent) -> Result<bool, TrainError> {
        let has_begun = self.engine.begin_snapshot(extent).await?;
        if has_begun {
            self.snapshot_step = self.submitted;
        }
        Ok(has_begun)
    }

    /// The snapshot begun, if it has arrived, and the steps it was taken after. Waits for nothing.
    ///
    /// # Errors
    /// If the device failed.
    pub fn take_snapshot(&mut self) -> Result<Option<(u64, Snapshot)>, TrainError> {
        let taken = self.engine.take_snapshot()?;
        Ok(taken.map(|snapshot| (self.snapshot_step, snapshot)))
    }

    /// The same, waiting for it; `None` if none was begun.
    ///
    /// # Errors
    /// If the device failed.
    pub async fn wait_for_snapshot(&mut self) -> Result<Option<(u64, Snapshot)>, TrainError> {
        let taken = self.engine.wait_for_snapshot().await?;
        Ok(taken.map(|snapshot| (self.snapshot_step, snapshot)))
    }

    /// All that it takes to go on from here.
    pub fn checkpoint(&self, state: &State, optimizer: OptimizerState) -> Checkpoint {
        Checkpoint {
            tensors: state.named(self.graph),
            optimizer,
            settings: self.settings.clone(),
            progress: Progress {
                seconds: self.seconds(),
                ..self.progress.clone()
            },
            base: self.base.clone(),
            choices: self.engine.choices().clone(),
        }
    }

    /// Notes an accuracy; whether it is the best so far.
    pub fn is_best(&mut self, accuracy: f64) -> bool {
        let better = self
            .progress
            .best_accuracy
            .is_none_or(|best| accuracy > best);
        if better {
            self.progress.best_accuracy = Some(accuracy);
        }
        better
    }

    /// Makes the next evaluation the best so far.
    pub fn forget_best(&mut self) {
        self.progress.best_accuracy = None;
    }

    /// A pause begins: it is no time of training.
    pub fn stop_clock(&mut self) {
        self.clock.stop(Instant::now());
    }

    /// A pause ends, if there is one.
    pub fn start_clock(&mut self) {
        self.clock.start(Instant::now());
    }

    /// Seconds of training and evaluation so far, resumed parts included and pauses left out.
    pub fn seconds(&self) -> f64 {
        self.progress.seconds + self.clock.elapsed(Instant::now()).as_secs_f64()
    }
}

fn view(batch: &Batch) -> BatchView<'_> {
    BatchView {
        pixels: &batch.pixels,
        labels: &batch.labels,
        augmentations: &batch.augmentations,
    }
}
