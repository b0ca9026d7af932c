//! How fast: the adapter at its best, each kernel of a training step against that, and whole steps.
//!
//! [`ceilings`] knows of no network; [`kernels`] times those of a plan alone; [`steps`] trains. Here all
//! of it for one network.

pub mod ceilings;
pub mod kernels;
pub mod steps;

use serde::Serialize;

pub use ceilings::Ceilings;
pub use kernels::{KernelTime, Limit};
pub use steps::StepTime;

use crate::engine::{Engine, EngineError, FewestBytes, MemoryReport, PlanOptions, fewest_bytes};
use crate::gpu::Gpu;
use crate::gpu::timing::{Effort, Timer};
use crate::network::graph::Role;
use crate::network::{Graph, Selection, State, TrainedSet};

/// What was measured of a network, in one mode of training.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Training {
    /// Parameters that train.
    pub trained_parameters: u64,
    /// What the plan takes on the device, by purpose.
    pub memory_bytes: MemoryReport,
    /// Whole steps.
    pub step: StepTime,
    /// Each distinct kernel of a step, in the order of their first times.
    pub kernels: Vec<KernelTime>,
    /// All dispatches of a step, as long as each takes alone; more than a step's where a GPU runs
    /// several at once, less where the host does not keep up.
    pub kernels_milliseconds: f64,
    /// Bytes of the operands of all dispatches of a step.
    pub moved_bytes: u64,
    /// The fewest that a step must move, where γ and β and nothing else train.
    pub fewest_bytes: Option<FewestBytes>,
}

/// Measures whole steps on made-up images, then each kernel alone. `stage` is told what is under way.
///
/// # Errors
/// If the plan does not fit the adapter, or the device failed.
pub async fn training(
    gpu: &Gpu,
    timer: &Timer<'_>,
    ceilings: &Ceilings,
    (graph, state): (&Graph, &State),
    options: PlanOptions,
    effort: Effort,
    stage: &mut dyn FnMut(&str),
) -> Result<Training, EngineError> {
    stage("compiling");
    let batch = options.max_batch;
    let trained_parameters = options.trained.trained_count(graph);
    let fewest = match trains_batch_norm_alone(graph, &options.trained) {
        true => Some(fewest_bytes(graph, batch, options.precision)?),
        false => None,
    };
    let mut engine = Engine::new(gpu, graph, options, state).await?;
    stage("whole steps");
    let step = steps::measure(&mut engine, graph, batch, effort).await?;
    let kernels = kernels::measure(&engine, timer, ceilings, stage).await?;
    Ok(Training {
        trained_parameters,
        memory_bytes: engine.memory(),
        step,
        kernels_milliseconds: kernels.iter().map(KernelTime::milliseconds_a_step).sum(),
        kernels,
        moved_bytes: engine.work().iter().map(|work| work.bytes()).sum(),
        fewest_bytes: fewest,
    })
}

fn trains_batch_norm_alone(graph: &Graph, trained: &TrainedSet) -> bool {
    let parameters = graph.parameters.iter().zip(&trained.selections);
    parameters.into_iter().all(|(parameter, selection)| {
        let expected = match parameter.role {
            Role::Gamma | Role::Beta => Selection::Whole,
            _ => Selection::Frozen,
        };
        *selection == expected
    })
}
