//! What a trained network does with some of its channels switched off: accuracy on test images, its
//! answer to single images, and what a channel makes of one.

use super::ablation::Ablation;
use super::gamma::{Norms, all_gammas};
use crate::data::{Batch, DataSet, Normalization};
use crate::engine::{BatchResult, Engine, EngineError, PlanOptions};
use crate::gpu::Gpu;
use crate::network::graph::{BatchNormId, Op, Role, Shape};
use crate::network::{Graph, State};

/// How well a network tells test images apart.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Accuracy {
    /// Test images it was measured on.
    pub images: usize,
    /// Mean cross-entropy, in nats.
    pub loss: f64,
    /// Share classified correctly, from 0 to 1.
    pub accuracy: f64,
}

/// What a network says of one test image.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// The image, by its place in the test set.
    pub image: u32,
    /// `[classes]`: the softmax of the logits.
    pub probabilities: Vec<f32>,
}

/// What the channels of one BatchNorm, with the addition and the ReLU that follow it, make of an image.
#[derive(Clone, Debug, PartialEq)]
pub struct FeatureMaps {
    /// The layer.
    pub layer: BatchNormId,
    /// The image, by its place in the test set.
    pub image: u32,
    /// C×H×W.
    pub shape: Shape,
    /// `[C, H, W]`.
    pub values: Vec<f32>,
}

/// A network on a device, for looking at what it does. Nothing trains here, and a training on the
/// same device is not disturbed.
pub struct Probe<'a> {
    gpu: &'a Gpu,
    graph: &'a Graph,
    data: &'a DataSet,
    state: State,
    /// For accuracy and answers.
    tests: Bench<'a>,
    /// Mean and deviation of each channel.
    normalization: (Vec<f32>, Vec<f32>),
    /// Keeps what every layer makes of one image; made when that is first asked for.
    inspection: Option<Bench<'a>>,
    /// The image that the inspection's layers have last seen.
    inspected: Option<u32>,
    batch: Batch,
    test_order: Vec<u32>,
    max_batch: usize,
}

impl<'a> Probe<'a> {
    /// Compiles a plan that tests `batch_size` images at a time, and puts the state on the device.
    ///
    /// # Errors
    /// If a tensor exceeds the adapter's limits, memory runs out, or a layer has no kernel.
    ///
    /// # Panics
    /// If the state or the images are not of this graph.
    pub async fn new(
        gpu: &'a Gpu,
        graph: &'a Graph,
        data: &'a DataSet,
        batch_size: u32,
        normalization: Normalization,
        state: State,
    ) -> Result<Self, EngineError> {
        let images = u32::try_from(data.test.len()).unwrap_or(u32::MAX);
        let max_batch = batch_size.min(images).max(1);
        let normalization = normalization.values(data.test.channels);
        let plan = PlanOptions {
            normalization: normalization.clone(),
            ..PlanOptions::evaluation(graph, max_batch)
        };
        let max_batch = max_batch as usize;
        Ok(Self {
            gpu,
            graph,
            data,
            tests: Bench::new(gpu, graph, plan, &state).await?,
            normalization,
            inspection: None,
            inspected: None,
            batch: Batch::with_capacity(max_batch, &data.test),
            test_order: (0..images).collect(),
            max_batch,
            state,
        })
    }

    /// Bytes of device memory taken so far.
    pub fn memory_bytes(&self) -> u64 {
        std::iter::once(&self.tests)
            .chain(&self.inspection)
            .map(|bench| bench.engine.memory().total())
            .sum()
    }

    /// The network as it is probed, all channels on.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// Replaces the network's state; all that is asked from here on is about the new one.
    ///
    /// # Panics
    /// If the state is not of this graph.
    pub fn set_state(&mut self, state: State) {
        let change = Change::between(self.graph, &self.state, &state);
        self.state = state;
        for bench in std::iter::once(&mut self.tests).chain(&mut self.inspection) {
            bench.change = bench.change.max(change);
        }
    }

    /// Loss and accuracy on the first `images` test images, or on all if there are no more. `go_on` is
    /// asked before each batch; where it says no, the answer is `None`, after the few batches under
    /// way. A loss that is no number is handed on as it is.
    ///
    /// # Errors
    /// If the device failed, or the ablation is of another network.
    pub async fn accuracy(
        &mut self,
        ablation: &Ablation,
        images: usize,
        go_on: &mut dyn FnMut() -> bool,
    ) -> Result<Option<Accuracy>, EngineError> {
        self.tests.ready(self.graph, &self.state, ablation).await?;
        let images = images.min(self.data.test.len());
        let (mut loss, mut hits) = (0.0, 0_u64);
        let mut take = |result: Option<BatchResult>| {
            if let Some(result) = result {
                loss += result.loss_sum;
                hits += u64::from(result.hits);
            }
        };
        let engine = &mut self.tests.engine;
        let mut is_whole = true;
        for indices in self.test_order[..images].chunks(self.max_batch) {
            if !go_on() {
                is_whole = false;
                break;
            }
            if engine.in_flight() == Engine::MAX_IN_FLIGHT {
                take(engine.next_result().await?);
            }
            self.batch.fill(&self.data.test, indices, None);
            engine.evaluate((&self.batch).into())?;
        }
        while engine.in_flight() > 0 {
            take(engine.next_result().await?);
        }
        let mean = |sum: f64| sum / images.max(1) as f64;
        Ok(is_whole.then(|| Accuracy {
            images,
            loss: mean(loss),
            accuracy: mean(hits as f64),
        }))
    }

    /// What the network says of these test images, in their order. Where a logit is no number, no
    /// probability is.
    ///
    /// # Errors
    /// If the device failed, there is no such image, or the ablation is of another network.
    pub async fn answers(
        &mut self,
        ablation: &Ablation,
        images: &[u32],
    ) -> Result<Vec<Answer>, EngineError> {
        images
            .iter()
            .try_for_each(|image| check_image(self.data, *image))?;
        self.tests.ready(self.graph, &self.state, ablation).await?;
        let engine = &mut self.tests.engine;
        let mut answers = Vec::with_capacity(images.len());
        for indices in images.chunks(self.max_batch) {
            self.batch.fill(&self.data.test, indices, None);
            engine.evaluate((&self.batch).into())?;
            engine.next_result().await?;
            let logits = engine.logits(indices.len() as u32).await?;
            let rows = logits.chunks_exact(self.graph.classes() as usize);
            answers.extend(indices.iter().zip(rows).map(|(image, logits)| Answer {
                image: *image,
                probabilities: softmax(logits),
            }));
        }
        Ok(answers)
    }

    /// What a layer's channels make of a test image. Other layers of the same image come without
    /// another pass through the network.
    ///
    /// # Errors
    /// If the device failed or has no memory left, there is no such layer or image, or the ablation is
    /// of another network.
    pub async fn feature_maps(
        &mut self,
        ablation: &Ablation,
        layer: BatchNormId,
        image: u32,
    ) -> Result<FeatureMaps, EngineError> {
        check_image(self.data, image)?;
        let node = self
            .graph
            .nodes
            .iter()
            .find(|node| node.op == Op::BatchNorm(layer));
        let Some(node) = node else {
            return Err(EngineError::Elsewhere {
                asked: format!("BatchNorm {} (from 0)", layer.0),
                available: format!("{} of them", self.graph.batch_norms.len()),
            });
        };
        let bench = match &mut self.inspection {
            Some(bench) => bench,
            None => {
                let plan = PlanOptions {
                    normalization: self.normalization.clone(),
                    keep_outputs: true,
                    ..PlanOptions::evaluation(self.graph, 1)
                };
                let made = Bench::new(self.gpu, self.graph, plan, &self.state).await?;
                self.inspection.insert(made)
            }
        };
        let changed = bench.ready(self.graph, &self.state, ablation).await?;
        if changed || self.inspected != Some(image) {
            self.inspected = None;
            self.batch.fill(&self.data.test, &[image], None);
            bench.engine.evaluate((&self.batch).into())?;
            bench.engine.next_result().await?;
            self.inspected = Some(image);
        }
        Ok(FeatureMaps {
            layer,
            image,
            shape: node.shape,
            values: bench.engine.layer_output(layer, 1).await?,
        })
    }
}

/// An engine, and how far the state on it is behind.
struct Bench<'a> {
    engine: Engine<'a>,
    change: Change,
    /// The channels that are off on the device.
    ablation: Ablation,
}

/// What of a state is another than on the device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Change {
    Nothing,
    /// γ, β and running statistics at most.
    Norms,
    /// Perhaps all of it.
    State,
}

impl Change {
    /// Compares bits, so that a NaN is equal to itself.
    fn between(graph: &Graph, old: &State, new: &State) -> Self {
        assert!(
            old.parameters.len() == new.parameters.len() && old.running.len() == new.running.len(),
            "a state of another network"
        );
        let differ = |a: &[f32], b: &[f32]| {
            bytemuck::cast_slice::<_, u32>(a) != bytemuck::cast_slice::<_, u32>(b)
        };
        let parameters = old.parameters.iter().zip(&new.parameters);
        let parameters = graph.parameters.iter().zip(parameters);
        let of_parameters = parameters.map(|(parameter, (a, b))| match parameter.role {
            _ if !differ(a, b) => Self::Nothing,
            Role::Gamma | Role::Beta => Self::Norms,
            _ => Self::State,
        });
        let running = old.running.iter().zip(&new.running);
        let of_running = running.map(|(a, b)| {
            match differ(&a.mean, &b.mean) || differ(&a.variance, &b.variance) {
                true => Self::Norms,
                false => Self::Nothing,
            }
        });
        let largest = of_parameters.chain(of_running).max();
        largest.unwrap_or(Self::Nothing)
    }
}

impl<'a> Bench<'a> {
    async fn new(
        gpu: &'a Gpu,
        graph: &'a Graph,
        plan: PlanOptions,
        state: &State,
    ) -> Result<Self, EngineError> {
        Ok(Self {
            engine: Engine::new(gpu, graph, plan, state).await?,
            change: Change::Nothing,
            ablation: Ablation::none(all_gammas(graph, state).count()),
        })
    }

    /// Brings state and ablation onto the device, where they are not there yet; whether that was so.
    async fn ready(
        &mut self,
        graph: &Graph,
        state: &State,
        ablation: &Ablation,
    ) -> Result<bool, EngineError> {
        let (asked, channels) = (ablation.off.len(), self.ablation.off.len());
        if asked != channels {
            return Err(EngineError::Elsewhere {
                asked: format!("an ablation of {asked} channels"),
                available: format!("{channels} channels"),
            });
        }
        // What a question left that nobody waited for.
        while self.engine.in_flight() > 0 {
            self.engine.next_result().await?;
        }
        if self.change == Change::Nothing && self.ablation == *ablation {
            return Ok(false);
        }
        // Until all is written, the device may hold a part of each.
        self.change = self.change.max(Change::Norms);
        if self.change == Change::State {
            self.engine.write_state(state)?;
        }
        let mut norms = Norms::of(graph, state);
        ablation.apply(&mut norms);
        self.engine
            .write_batch_norms(&norms.gamma, &norms.beta, &state.running)?;
        self.change = Change::Nothing;
        self.ablation.clone_from(ablation);
        Ok(true)
    }
}

fn check_image(data: &DataSet, image: u32) -> Result<(), EngineError> {
    if (image as usize) < data.test.len() {
        return Ok(());
    }
    Err(EngineError::Elsewhere {
        asked: format!("test image {image} (from 0)"),
        available: format!("{} test images", data.test.len()),
    })
}

/// exp(xᵢ) / Σ exp(xⱼ); the largest x is taken off first, so that nothing overflows.
fn softmax(logits: &[f32]) -> Vec<f32> {
    let largest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let exponential = |x: f32| (f64::from(x) - f64::from(largest)).exp();
    let sum: f64 = logits.iter().map(|x| exponential(*x)).sum();
    logits
        .iter()
        .map(|x| (exponential(*x) / sum) as f32)
        .collect()
}
