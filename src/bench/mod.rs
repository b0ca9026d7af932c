//! How fast: the adapter at its best, each kernel of a training step beside that, and whole steps.
//!
//! [`ceilings`] knows of no network; [`kernels`] times those of a plan alone; [`steps`] trains. Here all
//! of it for one network.

pub mod ceilings;
pub mod kernels;
pub mod steps;

use serde::Serialize;

pub use ceilings::{Best, Ceilings, Limit};
pub use kernels::KernelTime;
pub use steps::StepTime;

use crate::engine::{
    Engine, EngineError, FewestBytes, Measured, MemoryReport, Phase, PlanOptions, fewest_bytes,
    measure_tilings,
};
use crate::gpu::Gpu;
use crate::gpu::timing::{Effort, Timer};
use crate::kernels::Blocked;
use crate::kernels::conv::{Direction, Pass};
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

/// A variant of a pass of a convolution.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct VariantTime {
    /// Method, channels × rows × columns of a tile, lanes that share.
    pub variant: String,
    /// Seconds for the batch, in thousandths.
    pub milliseconds: f64,
    /// Of a direct convolution, so that Winograd's may exceed the adapter's best.
    pub gflops_per_second: f64,
}

/// A pass of a convolution, and all its variants, as they stand in the table.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PassVariants {
    /// Forward, or back to the gradient of the input.
    pub phase: Phase,
    /// Images it reads and writes.
    pub images: String,
    /// K.
    pub kernel: u32,
    /// S.
    pub stride: u32,
    /// Those that compute what the baseline does.
    pub variants: Vec<VariantTime>,
}

/// Measures every variant of every convolution of a network that has enough to do, and remembers the fastest
/// of each for the plans made from now on.
///
/// # Errors
/// If the device failed.
pub async fn measure_variants(
    gpu: &Gpu,
    graph: &Graph,
    batch: u32,
    stage: &mut dyn FnMut(&str),
) -> Result<Vec<PassVariants>, EngineError> {
    let measured = measure_tilings(gpu, graph, batch, stage).await?;
    let of_pass = |(pass, variants): (Pass, Vec<Measured>)| {
        let flops = u64::from(batch) * pass.shape.flops_per_sample();
        let of_variant = |measured: &Measured| VariantTime {
            variant: measured.tiling.to_string(),
            milliseconds: 1e3 * measured.secs,
            gflops_per_second: flops as f64 / measured.secs.max(1e-9) / 1e9,
        };
        let size =
            |images: Blocked| format!("{}×{}×{}", images.channels, images.height, images.width);
        PassVariants {
            phase: match pass.direction {
                Direction::Forward => Phase::Forward,
                Direction::Backward => Phase::Backward,
            },
            images: format!("{} → {}", size(pass.source()), size(pass.destination())),
            kernel: pass.shape.kernel,
            stride: pass.shape.stride,
            variants: variants.iter().map(of_variant).collect(),
        }
    };
    Ok(measured.into_iter().map(of_pass).collect())
}

/// Measures whole steps on made-up images, then each kernel alone. `stage` is told what is under way.
///
/// # Errors
/// If the plan does not fit the adapter, or the device failed.
pub async fn training(
    gpu: &Gpu,
    timer: &Timer<'_>,
    best: &Best<'_>,
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
    let kernels = kernels::measure(&engine, timer, best, stage).await?;
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
