//! How long the runs of an experiment will take, by some steps of its smallest and its largest arm.

use web_time::Instant;

use super::measure::EVALUATIONS;
use super::plan::{Plan, PlannedArm, RunName};
use crate::data::{DataError, DataSet, Loaded};
use crate::gpu::{Gpu, GpuError};
use crate::network::graph::Op;
use crate::network::{Graph, Selection, TrainedSet};
use crate::train::manifest::Earlier;
use crate::train::start::{Start, StartError, load, prepare};
use crate::train::trainer::{TrainError, Trainer};

/// Steps before the clock starts.
const WARM: u32 = 2;

/// Steps that are timed.
const TIMED: u32 = 4;

/// Why nothing can be said.
#[derive(Debug, thiserror::Error)]
pub enum EstimateError {
    /// The images.
    #[error(transparent)]
    Data(#[from] DataError),
    /// The adapter.
    #[error(transparent)]
    Gpu(#[from] GpuError),
    /// An arm's settings do not fit the images.
    #[error(transparent)]
    Start(#[from] StartError),
    /// A step.
    #[error(transparent)]
    Train(#[from] TrainError),
}

/// An arm in numbers.
struct Size {
    steps: f64,
    evaluations: f64,
    /// Multiplications and additions of a step, about.
    step: f64,
    /// Those of an evaluation.
    evaluation: f64,
}

/// What was measured of one arm.
struct Measured {
    operations: f64,
    /// Seconds a step.
    step: f64,
    /// Seconds until the first step was done.
    before: f64,
}

/// Seconds that these runs will take one after another on an adapter.
///
/// # Errors
/// Images, an adapter or settings that the runs would fail by, too; a step that diverges.
pub async fn seconds(gpu: &Gpu, plan: &Plan, runs: &[RunName]) -> Result<f64, EstimateError> {
    let arms: Vec<&PlannedArm> = (plan.arms.iter())
        .filter(|arm| runs.iter().any(|run| run.arm == arm.name))
        .collect();
    let Some(first) = arms.first() else {
        return Ok(0.0);
    };
    // Arms may differ in their images; how many there are is nearly always the same.
    let Loaded { data, .. } = load(&first.settings, &Earlier::default()).await?;
    let sizes = arms.iter().map(|arm| size(arm, &data));
    let sizes: Vec<Size> = sizes.collect::<Result<_, _>>()?;
    let by_step = |a: &usize, b: &usize| sizes[*a].step.total_cmp(&sizes[*b].step);
    let places = || 0..arms.len();
    let (Some(least), Some(most)) = (places().min_by(by_step), places().max_by(by_step)) else {
        return Ok(0.0);
    };
    let measured = |place: usize| measure(gpu, arms[place], &data, sizes[place].step);
    let small = measured(least).await?;
    let large = if least == most {
        None
    } else {
        Some(measured(most).await?)
    };
    let mut all = 0.0;
    for (arm, size) in arms.iter().zip(&sizes) {
        let (step, before) = between(&small, large.as_ref(), size.step);
        let (evaluation, _) = between(&small, large.as_ref(), size.evaluation);
        let run = before + size.steps * step + size.evaluations * evaluation;
        let count = runs.iter().filter(|run| run.arm == arm.name).count();
        all += run * count as f64;
    }
    Ok(all)
}

/// Seconds of so many operations and before them, on the line through what was measured; in proportion below the
/// smallest.
fn between(small: &Measured, large: Option<&Measured>, operations: f64) -> (f64, f64) {
    let below = operations <= small.operations;
    match large.filter(|large| !below && large.operations > small.operations) {
        None => (small.step * operations / small.operations, small.before),
        Some(large) => {
            let part = (operations - small.operations) / (large.operations - small.operations);
            let along = |from: f64, to: f64| (from + part * (to - from)).max(0.0);
            (
                along(small.step, large.step),
                along(small.before, large.before),
            )
        }
    }
}

fn size(arm: &PlannedArm, data: &DataSet) -> Result<Size, StartError> {
    let settings = &arm.settings;
    let (graph, trained) = prepare(settings, &data.shape())?;
    let steps_per_epoch = settings.batches(&data.shape()).steps();
    let steps = settings.total_steps(steps_per_epoch);
    let forward = operations(&graph);
    // Forward, gradients of what lies between, and of weights where any train.
    let passes = if trains_weights(&graph, &trained) {
        3.0
    } else {
        2.0
    };
    let removal = if arm.removal { EVALUATIONS } else { 0 };
    Ok(Size {
        steps: steps as f64,
        evaluations: (steps as f64 / steps_per_epoch.max(1) as f64).ceil() + removal as f64,
        step: passes * forward * f64::from(settings.batch_size),
        evaluation: forward * data.test.len() as f64,
    })
}

/// Multiplications and additions of the convolutions for one image.
fn operations(graph: &Graph) -> f64 {
    let of_node = |node: &crate::network::graph::Node| match node.op {
        Op::Conv { weight, .. } => {
            let outputs = f64::from(node.shape.height) * f64::from(node.shape.width);
            graph.parameter(weight).len() as f64 * outputs
        }
        _ => 0.0,
    };
    graph.nodes.iter().map(of_node).sum()
}

fn trains_weights(graph: &Graph, trained: &TrainedSet) -> bool {
    let parameters = graph.nodes.iter().filter_map(|node| match node.op {
        Op::Conv { weight, .. } => Some(weight),
        _ => None,
    });
    let mut selections = parameters.map(|weight| &trained.selections[weight.0]);
    selections.any(|selection| *selection != Selection::Frozen)
}

async fn measure(
    gpu: &Gpu,
    arm: &PlannedArm,
    data: &DataSet,
    operations: f64,
) -> Result<Measured, EstimateError> {
    let begin = Instant::now();
    let start = Start::new(&arm.settings, &data.shape())?;
    let mut trainer = Trainer::new(gpu, data, &arm.settings, &start).await?;
    let mut steps = async |count: u32| -> Result<(), TrainError> {
        for _ in 0..count {
            trainer.step(&mut |_| {}).await?;
        }
        trainer.settle(&mut |_| {}).await
    };
    steps(WARM).await?;
    let before = begin.elapsed().as_secs_f64();
    let timed = Instant::now();
    steps(TIMED).await?;
    let step = timed.elapsed().as_secs_f64() / f64::from(TIMED);
    Ok(Measured {
        operations,
        step,
        before,
    })
}
