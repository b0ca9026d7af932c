//! From a graph, a trained set and a largest batch to a fixed list of dispatches, and running it.
//!
//! Read in this order: `tilings` (how each convolution is computed on this adapter; `choices` keeps it),
//! `layout` (where each parameter lies in the buffers; `shapes` has those of images), `layers` (which nodes
//! run as one pass), `compile` (the dispatches of a step, forward and back), `memory` (which tensors share
//! memory), `sizes` (what all of it takes), `compiled` (all of that, known without a device), `buffers` and
//! `plan` (memory, pipelines and bind groups), and here [`Engine`], which submits; `state`, `snapshot` and
//! `outputs` bring values to the device and back, `gradients` takes a step in two halves. `work` counts what each dispatch does, for measurements,
//! and `fewest_bytes` what a step cannot do without.

mod buffers;
mod choices;
mod compile;
mod compiled;
mod fewest_bytes;
mod gradients;
mod layers;
mod layout;
mod memory;
mod outputs;
mod plan;
mod shapes;
mod sizes;
mod snapshot;
mod state;
mod tilings;
mod work;

use std::collections::VecDeque;

use futures_channel::oneshot;

use crate::data::{Augmentation, Batch, Normalization};
use crate::field::{Explain, Explanation, Field, Remedy};
use crate::gpu::{Capabilities, Gpu, GpuError};
use crate::kernels::loss::Loss;
use crate::kernels::optimizer::Rule;
use crate::kernels::{Precision, StepUniform};
use crate::network::trainable::TrainedSet;
use crate::network::{Graph, State};

pub use choices::Choices;
pub use compiled::{MemoryNeeded, memory_needed};
pub use fewest_bytes::{FewestBytes, fewest_bytes};
pub use memory::MemoryReport;
pub use snapshot::{Extent, Snapshot};
pub use state::OptimizerState;
pub use tilings::{Measured, measure_tilings};
pub use work::{Phase, StepKernel, Work, step_work};

use buffers::Buffers;
use compile::Persistent;
use compiled::Compiled;
use layout::Layout;
use plan::Plan;
use snapshot::Snapshots;

/// What can go wrong when a network is compiled or run.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The adapter or its device.
    #[error(transparent)]
    Gpu(#[from] GpuError),
    /// The plan's buffers could not be had.
    #[error(
        "this training needs {megabytes:.0} MB on the device, which could not be had ({message})"
    )]
    OutOfMemory {
        /// What the plan takes, in 10⁶ bytes.
        megabytes: f64,
        /// The driver's words.
        message: String,
    },
    /// A tensor is larger than the adapter can bind.
    #[error("{what} takes {bytes} bytes at this batch size, the adapter binds at most {limit}")]
    TooLarge {
        /// Which tensor or buffer.
        what: String,
        /// Its bytes.
        bytes: u64,
        /// The adapter's limit.
        limit: u64,
    },
    /// Images shall be stored in f16, which the adapter does not have.
    #[error("f16 cannot be used: the adapter {name} does not have it; expected f32")]
    NoHalfPrecision {
        /// The adapter's name.
        name: String,
    },
    /// The graph has a layer that no kernel computes.
    #[error("layer {node} ({op}) cannot run: {why}")]
    Unsupported {
        /// Its place in the graph.
        node: usize,
        /// What it computes.
        op: String,
        /// What is missing.
        why: &'static str,
    },
    /// A question about another network, or about images that are not there.
    #[error(
        "{asked} cannot be looked at, as there are {available}: the question is of another network or data set; ask again about this one"
    )]
    Elsewhere {
        /// What was asked about, e.g. `image 12`.
        asked: String,
        /// What there is, e.g. `10 test images`.
        available: String,
    },
}

impl Explain for EngineError {
    fn explain(&self) -> Explanation {
        let told = Explanation::new(self);
        match self {
            Self::Gpu(error) => error.explain(),
            Self::OutOfMemory { .. } => told.or(Remedy::LESS_MEMORY),
            Self::TooLarge { .. } => told.or(Remedy::Lower(&[Field::BatchSize, Field::Width])),
            Self::NoHalfPrecision { .. } => told
                .about(Field::Precision)
                .or(Remedy::Change(&[Field::Precision, Field::Adapter])),
            Self::Unsupported { .. } | Self::Elsewhere { .. } => told,
        }
    }
}

/// All that decides a plan, but for the graph.
#[derive(Clone, Debug, PartialEq)]
pub struct PlanOptions {
    /// What trains.
    pub trained: TrainedSet,
    /// The largest batch; smaller ones run on the same plan.
    pub max_batch: u32,
    /// What training makes small; evaluations tell the cross-entropy.
    pub loss: Loss,
    /// How gradients move parameters.
    pub rule: Rule,
    /// λ of weight decay, on all that trains.
    pub weight_decay: f64,
    /// BatchNorm normalises by its running averages, which do not move.
    pub freeze_statistics: bool,
    /// Mean and deviation of each channel of the input, of values scaled to 0–1.
    pub normalization: (Vec<f32>, Vec<f32>),
    /// How activations, their gradients and packed weights are stored.
    pub precision: Precision,
    /// Which variants of convolutions shall run, if it is on the adapter that these are of.
    pub choices: Choices,
    /// Each output of an evaluation has memory of its own, for [`Engine::layer_output`].
    pub keep_outputs: bool,
}

impl PlanOptions {
    /// A plan that trains nothing, for `max_batch` images as the graph takes them, in f32.
    pub fn evaluation(graph: &Graph, max_batch: u32) -> Self {
        let channels = graph.input_shape().channels;
        Self {
            trained: TrainedSet::frozen(graph),
            max_batch,
            loss: Loss::CrossEntropy,
            rule: Rule::Sgd {
                momentum: 0.0,
                nesterov: false,
            },
            weight_decay: 0.0,
            freeze_statistics: true,
            normalization: Normalization::default().values(channels),
            precision: Precision::F32,
            choices: Choices::default(),
            keep_outputs: false,
        }
    }
}

/// Whether an adapter can store images so.
///
/// # Errors
/// If it cannot.
pub fn check_precision(precision: Precision, adapter: &Capabilities) -> Result<(), EngineError> {
    match precision {
        Precision::F16 if !adapter.half_precision => Err(EngineError::NoHalfPrecision {
            name: adapter.name.clone(),
        }),
        _ => Ok(()),
    }
}

/// One batch, as bytes on the host.
#[derive(Clone, Copy, Debug)]
pub struct BatchView<'a> {
    /// `[N, C, H, W]`, 0–255.
    pub pixels: &'a [u8],
    /// `[N]`.
    pub labels: &'a [u32],
    /// `[N]`; the default leaves an image as it is.
    pub augmentations: &'a [Augmentation],
}

impl<'a> From<&'a Batch> for BatchView<'a> {
    fn from(batch: &'a Batch) -> Self {
        Self {
            pixels: &batch.pixels,
            labels: &batch.labels,
            augmentations: &batch.augmentations,
        }
    }
}

/// What a batch came to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BatchResult {
    /// The plan's loss summed over the batch, in nats.
    pub loss_sum: f64,
    /// Samples whose largest logit was the label's.
    pub hits: u32,
    /// Samples.
    pub samples: u32,
}

/// A network on a device, with its plan; submits steps without waiting for them.
pub struct Engine<'a> {
    gpu: &'a Gpu,
    graph: &'a Graph,
    options: PlanOptions,
    layout: Layout,
    buffers: Buffers,
    plan: Plan,
    /// By dispatch of a training step.
    work: Vec<Work>,
    upload: Vec<u8>,
    samples: Vec<[u32; 2]>,
    staging: Vec<wgpu::Buffer>,
    pending: VecDeque<Pending>,
    submitted: usize,
    choices: Choices,
    optimizer_steps: u64,
    batches_tracked: Vec<u64>,
    snapshots: Snapshots,
}

/// A batch whose result has not been read yet.
struct Pending {
    submission: wgpu::SubmissionIndex,
    mapped: oneshot::Receiver<Result<(), wgpu::BufferAsyncError>>,
    staging: usize,
    samples: u32,
}

/// What is done with a batch.
#[derive(Clone, Copy)]
enum Task {
    /// All of a training step.
    Step,
    /// A step up to the gradients.
    Gradients,
    Evaluation,
}

impl<'a> Engine<'a> {
    /// Batches that may be under way at once: enough that the GPU never waits for the host, few
    /// enough that results arrive while they matter.
    pub const MAX_IN_FLIGHT: usize = 4;

    /// Compiles a plan and puts a state on the device.
    ///
    /// # Errors
    /// If the adapter lacks the precision, a tensor exceeds its limits, memory runs out, or a layer has no
    /// kernel.
    pub async fn new(
        gpu: &'a Gpu,
        graph: &'a Graph,
        options: PlanOptions,
        state: &State,
    ) -> Result<Self, EngineError> {
        check_precision(options.precision, &gpu.capabilities)?;
        let batch = options.max_batch;
        let mut tilings = tilings::known(Some(&gpu.capabilities), graph, batch, &options.choices);
        let mut compiled = Compiled::new(graph, &options, &tilings)?;
        // What does not fit need not be tried.
        compiled.sizes.check(&gpu.capabilities, &compiled.lists)?;
        if !tilings.is_decided() {
            tilings = tilings::decide(gpu, tilings, batch).await?;
            compiled = Compiled::new(graph, &options, &tilings)?;
        }
        let work = work::of_step(graph, &compiled, &options);
        let (buffers, plan) = plan::build(gpu, &compiled, &options).await?;
        let staging = gpu
            .guarded(|| {
                (0..Self::MAX_IN_FLIGHT)
                    .map(|_| {
                        gpu.device.create_buffer(&wgpu::BufferDescriptor {
                            label: Some("result"),
                            size: 8,
                            usage: wgpu::BufferUsages::COPY_DST | wgpu::BufferUsages::MAP_READ,
                            mapped_at_creation: false,
                        })
                    })
                    .collect()
            })
            .await?;
        let mut engine = Self {
            gpu,
            graph,
            layout: compiled.layout,
            buffers,
            plan,
            work,
            upload: Vec::new(),
            samples: Vec::new(),
            staging,
            pending: VecDeque::new(),
            submitted: 0,
            choices: tilings.choices,
            optimizer_steps: 0,
            batches_tracked: vec![0; graph.batch_norms.len()],
            snapshots: Snapshots::default(),
            options,
        };
        engine.write_state(state)?;
        Ok(engine)
    }

    /// Which variants of convolutions it runs.
    pub fn choices(&self) -> &Choices {
        &self.choices
    }

    /// Device memory of the plan, in bytes.
    pub fn memory(&self) -> MemoryReport {
        self.plan.memory
    }

    /// The kernels of a training step, in order.
    pub fn training_kernels(&self) -> Vec<&'static str> {
        let dispatches = self.plan.train.iter();
        dispatches.map(|dispatch| dispatch.name).collect()
    }

    /// Steps the optimiser has taken.
    pub fn optimizer_steps(&self) -> u64 {
        self.optimizer_steps
    }

    /// Batches submitted whose results have not been taken.
    pub fn in_flight(&self) -> usize {
        self.pending.len()
    }

    /// Submits one training step. Fewer than [`Self::MAX_IN_FLIGHT`] batches may be in flight.
    ///
    /// # Errors
    /// If the device failed meanwhile.
    pub fn train(&mut self, batch: BatchView<'_>, learning_rate: f64) -> Result<(), EngineError> {
        if self.layout.trained_len() > 0 {
            self.optimizer_steps += 1;
        }
        self.track_batch();
        self.submit(batch, learning_rate, Task::Step)
    }

    /// Counts a batch that moves the running averages.
    fn track_batch(&mut self) {
        if !self.options.freeze_statistics {
            self.batches_tracked
                .iter_mut()
                .for_each(|count| *count += 1);
        }
    }

    /// Submits one batch of evaluation: BatchNorm by its running averages, nothing changes.
    ///
    /// # Errors
    /// If the device failed meanwhile.
    pub fn evaluate(&mut self, batch: BatchView<'_>) -> Result<(), EngineError> {
        self.submit(batch, 0.0, Task::Evaluation)
    }

    fn submit(
        &mut self,
        batch: BatchView<'_>,
        learning_rate: f64,
        task: Task,
    ) -> Result<(), EngineError> {
        assert!(
            self.in_flight() < Self::MAX_IN_FLIGHT,
            "take results before submitting more"
        );
        let samples = batch.labels.len() as u32;
        assert!(
            samples > 0
                && samples <= self.options.max_batch
                && batch.augmentations.len() == batch.labels.len()
                && batch.pixels.len() == batch.labels.len() * self.plan.sample_bytes,
            "a batch of another shape than the plan's"
        );
        self.gpu.check()?;
        self.write_step(&self.uniform(samples, learning_rate));
        self.upload(batch);
        let slot = self.submitted % Self::MAX_IN_FLIGHT;
        self.submitted += 1;
        let mut encoder = self.gpu.device.create_command_encoder(&Default::default());
        let list = match task {
            Task::Step => &self.plan.train,
            Task::Gradients => &self.plan.train[..self.plan.update_at],
            Task::Evaluation => &self.plan.evaluate,
        };
        plan::encode(
            &mut encoder,
            list,
            samples,
            self.gpu.capabilities.max_workgroups,
        );
        encoder.copy_buffer_to_buffer(
            self.buffers.persistent(Persistent::Total),
            0,
            &self.staging[slot],
            0,
            8,
        );
        let submission = self.gpu.queue.submit([encoder.finish()]);
        let (sender, mapped) = oneshot::channel();
        self.staging[slot].map_async(wgpu::MapMode::Read, .., move |result| {
            // Nobody listens any more if the engine was dropped meanwhile.
            let _ = sender.send(result);
        });
        self.pending.push_back(Pending {
            submission,
            mapped,
            staging: slot,
            samples,
        });
        Ok(())
    }

    /// Writes a batch where the step reads it.
    fn upload(&mut self, batch: BatchView<'_>) {
        let queue = &self.gpu.queue;
        self.samples.clear();
        let words = batch.labels.iter().zip(batch.augmentations);
        self.samples
            .extend(words.map(|(label, augmentation)| [*label, augmentation.packed()]));
        queue.write_buffer(
            self.buffers.persistent(Persistent::Samples),
            0,
            bytemuck::cast_slice(&self.samples),
        );
        if batch.pixels.len().is_multiple_of(4) {
            queue.write_buffer(self.buffers.persistent(Persistent::Pixels), 0, batch.pixels);
        } else {
            self.upload.clear();
            self.upload.extend_from_slice(batch.pixels);
            self.upload
                .resize(batch.pixels.len().next_multiple_of(4), 0);
            queue.write_buffer(self.buffers.persistent(Persistent::Pixels), 0, &self.upload);
        }
    }

    /// What every kernel knows of the step under way.
    fn uniform(&self, batch: u32, learning_rate: f64) -> StepUniform {
        let [first_correction, second_correction] =
            self.options.rule.corrections(self.optimizer_steps);
        StepUniform {
            batch,
            learning_rate: learning_rate as f32,
            first_correction: first_correction as f32,
            second_correction: second_correction as f32,
        }
    }

    fn write_step(&self, uniform: &StepUniform) {
        let bytes = bytemuck::bytes_of(uniform);
        self.gpu.queue.write_buffer(&self.buffers.step, 0, bytes);
    }

    /// The result of the oldest batch in flight, waiting for it; `None` if there is none.
    ///
    /// # Errors
    /// If the device failed meanwhile.
    pub async fn next_result(&mut self) -> Result<Option<BatchResult>, EngineError> {
        let Some(pending) = self.pending.pop_front() else {
            return Ok(None);
        };
        let lost = |message: String| GpuError::Lost { message };
        let mapped = self.gpu.finish(pending.submission, pending.mapped).await?;
        mapped.map_err(|error| lost(error.to_string()))?;
        let staging = &self.staging[pending.staging];
        let view = staging
            .get_mapped_range(..)
            .map_err(|error| lost(error.to_string()))?;
        let [loss_sum, hits]: [f32; 2] = bytemuck::pod_read_unaligned(&view);
        drop(view);
        staging.unmap();
        Ok(Some(BatchResult {
            loss_sum: loss_sum.into(),
            hits: hits as u32,
            samples: pending.samples,
        }))
    }
}
