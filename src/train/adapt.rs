//! Adapting a network to the images that it is asked about, while it answers, without labels.

use std::fmt;

use super::settings::{OptimizerKind, Settings};
use super::start::{Start, plan};
use crate::data::order::epoch_order;
use crate::data::{Batch, DataSet};
use crate::engine::{BatchView, Engine, EngineError, OptimizerState, PlanOptions};
use crate::gpu::Gpu;
use crate::kernels::loss::Loss;
use crate::network::{State, Trainable, TrainedSet};

/// How a network adapts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// BatchNorm normalises by each batch's own statistics; nothing is learnt.
    Norm,
    /// The same, and one step of Adam on γ and β a batch, which makes the entropy of the answers smaller (Wang et al.,
    /// "Tent", arXiv 2006.10726). A batch is answered before the step that it leads to.
    Tent,
}

impl Method {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Norm, Self::Tent];

    /// The name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Norm => "norm",
            Self::Tent => "tent",
        }
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What decides an adaptation beside the network.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Options {
    /// How.
    pub method: Method,
    /// Adam's rate.
    pub lr: f64,
    /// Batches after which γ, β and Adam's memory are what they were at first.
    pub reset_every: Option<u64>,
    /// Whether the images come in an order that the settings' seed draws, instead of their own.
    pub shuffle: bool,
}

/// What a batch of test images came to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Answered {
    /// Images.
    pub images: u32,
    /// Right answers of the network as it was.
    pub hits_before: u32,
    /// Right answers of the adapted network; after a collapse, of the network as it was.
    pub hits: u32,
    /// Mean entropy of the adapted network's answers, in nats.
    pub entropy: f64,
    /// Whether the adaptation collapsed in this batch: it answers one class for all images of which the network as it
    /// was finds several, or its entropy is no number. Its γ and β are then what they were, and stay so.
    pub collapsed: bool,
}

/// Fewer images than this can be of one class by themselves.
const FEWEST_TO_JUDGE: usize = 16;

/// An adaptation under way: batches of the test images in their order.
pub struct Adaptation<'a> {
    data: &'a DataSet,
    start: &'a Start,
    options: Options,
    /// The network as it was.
    base: Engine<'a>,
    adapted: Engine<'a>,
    /// Adam's memory before the first step.
    fresh: OptimizerState,
    order: Vec<u32>,
    at: usize,
    batch: Batch,
    max_batch: usize,
    batches: u64,
    has_collapsed: bool,
}

impl<'a> Adaptation<'a> {
    /// Compiles both plans. Of the settings those of data, network, batch and precision count.
    ///
    /// # Errors
    /// If a plan does not fit the adapter.
    pub async fn new(
        gpu: &'a Gpu,
        data: &'a DataSet,
        settings: &Settings,
        start: &'a Start,
        options: Options,
    ) -> Result<Self, EngineError> {
        let shape = data.shape();
        let graph = &start.graph;
        let settings = Settings {
            optimizer: OptimizerKind::Adam,
            weight_decay: 0.0,
            freeze_stats: false,
            ..settings.clone()
        };
        let trained = match options.method {
            Method::Norm => TrainedSet::frozen(graph),
            Method::Tent => Trainable::default()
                .select(graph, settings.seed)
                .unwrap_or_else(|_| TrainedSet::frozen(graph)),
        };
        let adapting = PlanOptions {
            loss: Loss::Entropy,
            ..plan(&settings, &shape, trained)
        };
        let max_batch = adapting.max_batch as usize;
        let fixed = PlanOptions {
            freeze_statistics: true,
            ..plan(&settings, &shape, TrainedSet::frozen(graph))
        };
        let adapted = Engine::new(gpu, graph, adapting, &start.state).await?;
        Ok(Self {
            base: Engine::new(gpu, graph, fixed, &start.state).await?,
            fresh: adapted.read_optimizer().await?,
            adapted,
            order: epoch_order(settings.seed, 0, data.test.len(), options.shuffle),
            at: 0,
            batch: Batch::with_capacity(max_batch, &data.test),
            max_batch,
            batches: 0,
            has_collapsed: false,
            data,
            start,
            options,
        })
    }

    /// Batches of all test images.
    pub fn total_batches(&self) -> usize {
        self.order.len().div_ceil(self.max_batch)
    }

    /// Whether at least half of the batches hold images of one class only, as those of a folder in their order do.
    pub fn is_sorted(&self) -> bool {
        let label = |image: &u32| self.data.test.labels[*image as usize];
        let of_one = self.order.chunks(self.max_batch).filter(|batch| {
            let mut labels = batch.iter().map(label);
            let first = labels.next();
            labels.all(|label| Some(label) == first)
        });
        self.max_batch > 1 && 2 * of_one.count() >= self.total_batches()
    }

    /// Answers the next batch and adapts by it; `None` behind the last.
    ///
    /// # Errors
    /// If a device failed.
    pub async fn next(&mut self) -> Result<Option<Answered>, EngineError> {
        let end = self.order.len().min(self.at + self.max_batch);
        let indices = &self.order[self.at..end];
        if indices.is_empty() {
            return Ok(None);
        }
        let samples = indices.len();
        self.batch.fill(&self.data.test, indices, None);
        self.at = end;
        let before = answered(&mut self.base, (&self.batch).into(), None).await?;
        let mut result = Answered {
            images: samples as u32,
            hits_before: before.hits,
            hits: before.hits,
            entropy: f64::NAN,
            collapsed: false,
        };
        if self.has_collapsed {
            return Ok(Some(result));
        }
        let is_due = |every: u64| self.batches > 0 && self.batches.is_multiple_of(every.max(1));
        if self.options.reset_every.is_some_and(is_due) {
            self.reset()?;
        }
        self.batches += 1;
        let rate = match self.options.method {
            Method::Norm => 0.0,
            Method::Tent => self.options.lr,
        };
        let after = answered(&mut self.adapted, (&self.batch).into(), Some(rate)).await?;
        let entropy = after.loss / samples as f64;
        let one_class = [before.is_one_class, after.is_one_class];
        if self.options.method == Method::Tent && is_collapse(samples, one_class, entropy) {
            self.has_collapsed = true;
            result.collapsed = true;
            self.reset()?;
            return Ok(Some(result));
        }
        result.hits = after.hits;
        result.entropy = entropy;
        Ok(Some(result))
    }

    fn reset(&mut self) -> Result<(), EngineError> {
        self.adapted.write_state(&self.start.state)?;
        self.adapted.write_optimizer(&self.fresh)
    }

    /// The adapted network.
    ///
    /// # Errors
    /// If the device failed.
    pub async fn state(&self) -> Result<State, EngineError> {
        self.adapted.read_state().await
    }
}

/// Whether an adapted network has collapsed, by its answers to so many images: whether they are all of one class, before
/// and after adapting, and their entropy.
fn is_collapse(images: usize, one_class: [bool; 2], entropy: f64) -> bool {
    !entropy.is_finite() || (images >= FEWEST_TO_JUDGE && one_class == [false, true])
}

/// What an engine says of a batch.
struct Said {
    hits: u32,
    loss: f64,
    is_one_class: bool,
}

/// Lets an engine answer a batch: as an evaluation, or as a step at a rate.
async fn answered(
    engine: &mut Engine<'_>,
    batch: BatchView<'_>,
    rate: Option<f64>,
) -> Result<Said, EngineError> {
    match rate {
        Some(rate) => engine.train(batch, rate)?,
        None => engine.evaluate(batch)?,
    }
    let result = engine.next_result().await?;
    let result = result.expect("a batch was submitted");
    let logits = engine.logits(result.samples).await?;
    let classes = logits.len() / result.samples.max(1) as usize;
    let best = |row: &[f32]| {
        let best = row.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1));
        best.map(|(class, _)| class)
    };
    let mut answers = logits.chunks_exact(classes).map(best);
    let first = answers.next().flatten();
    Ok(Said {
        hits: result.hits,
        loss: result.loss_sum,
        is_one_class: answers.all(|answer| answer == first),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_class_is_a_collapse_where_there_were_several_and_images_enough() {
        assert!(is_collapse(200, [false, true], 0.1));
        assert!(
            !is_collapse(200, [true, true], 0.1),
            "images may be of one class"
        );
        assert!(!is_collapse(200, [false, false], 0.1));
        assert!(!is_collapse(15, [false, true], 0.1));
        assert!(is_collapse(1, [false, false], f64::NAN));
    }
}
