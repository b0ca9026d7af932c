//! What each dispatch of a training step has to do: how many bytes and how much arithmetic. With a
//! device, each of them alone.

use serde::Serialize;

use crate::gpu::pipeline::Access;
use crate::gpu::timing;
use crate::kernels::StepUniform;
use crate::network::Graph;
use crate::network::graph::{NodeId, Op};

use super::compile::{Launch, Operand, Persistent};
use super::compiled::Compiled;
use super::layout::Range;
use super::tilings::Tilings;
use super::{Engine, EngineError, PlanOptions};

/// The part of a step that a dispatch belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// From the images to the logits.
    Forward,
    /// The loss, and from it back.
    Backward,
    /// Of what trains, and of its packed copies.
    Update,
}

/// What one dispatch of a training step does for a batch of the largest size.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Work {
    /// The kernel's entry point.
    pub kernel: &'static str,
    /// The part of the step.
    pub phase: Phase,
    /// Images that it reads and writes, `16×32×32 → 32×16×16`; once where they are alike, nothing where
    /// it has none.
    pub images: String,
    /// The module whose parameters or statistics it uses, by PyTorch's name; else the one whose output
    /// it reads; else nothing.
    pub module: String,
    /// Multiplications and additions, of the plain sum over true channel counts.
    pub flops: u64,
    /// Bytes of each operand, which it has to move at least: each is read or written once, as a whole.
    /// One that is read *and* written counts once, because a kernel does not say which are; a
    /// convolution of a stride beyond its kernel does not need all of its input.
    pub operand_bytes: Vec<u64>,
}

impl Work {
    /// Bytes of all operands.
    pub fn bytes(&self) -> u64 {
        self.operand_bytes.iter().sum()
    }
}

/// What each dispatch of a training step does, in their order, worked out without a device.
///
/// # Errors
/// If a layer has no kernel.
pub fn step_work(graph: &Graph, options: &PlanOptions) -> Result<Vec<Work>, EngineError> {
    let compiled = Compiled::new(graph, options, &Tilings::default())?;
    Ok(of_step(graph, &compiled, options))
}

pub(super) fn of_step(graph: &Graph, compiled: &Compiled, options: &PlanOptions) -> Vec<Work> {
    let lists = &compiled.lists;
    let step = Step { graph, compiled };
    let batch = u64::from(options.max_batch);
    let work = |(place, launch): (usize, &Launch)| Work {
        kernel: launch.kernel.name,
        phase: match place {
            place if place < lists.loss_at => Phase::Forward,
            place if place < lists.update_at => Phase::Backward,
            _ => Phase::Update,
        },
        images: step.images(launch),
        module: step.module(launch).unwrap_or_default(),
        flops: batch * launch.kernel.flops_per_sample,
        operand_bytes: launch.operands.iter().map(|o| step.bytes(o)).collect(),
    };
    lists.train.iter().enumerate().map(work).collect()
}

/// A step's list, with all that says what its operands are.
struct Step<'a> {
    graph: &'a Graph,
    compiled: &'a Compiled,
}

impl Step<'_> {
    fn bytes(&self, operand: &Operand) -> u64 {
        match operand {
            Operand::Tensor(tensor) => self.compiled.lists.tensors[tensor.0].bytes,
            Operand::Part(_, range) => 4 * range.len,
            // The update binds these as a whole and touches only what trains.
            Operand::Whole(Persistent::Parameters | Persistent::Gradients) => {
                4 * self.compiled.layout.trained_len() as u64
            }
            Operand::Whole(which) => self.compiled.sizes.persistent(*which),
        }
    }

    /// The layer whose output or gradient an operand is.
    fn node(&self, operand: &Operand) -> Option<NodeId> {
        match operand {
            Operand::Tensor(tensor) => self.compiled.lists.tensors[tensor.0].node,
            Operand::Part(..) | Operand::Whole(_) => None,
        }
    }

    fn images(&self, launch: &Launch) -> String {
        let shapes = |kind| {
            let bindings = launch.operands.iter().zip(&launch.kernel.bindings);
            let of_kind = bindings.filter(move |(_, binding)| binding.access == kind);
            let nodes = of_kind.filter_map(|(operand, _)| self.node(operand));
            nodes.map(|node| self.graph.node(node).shape.to_string())
        };
        let from = shapes(Access::Read).next();
        let to = shapes(Access::ReadWrite).next_back();
        match (from, to) {
            (Some(from), Some(to)) if from != to => format!("{from} → {to}"),
            (from, to) => from.or(to).unwrap_or_default(),
        }
    }

    fn module(&self, launch: &Launch) -> Option<String> {
        let named = launch.operands.iter().find_map(|operand| match operand {
            Operand::Part(which, range) => self.owner(*which, *range),
            Operand::Tensor(_) | Operand::Whole(_) => None,
        });
        named.or_else(|| {
            let read = launch.operands.iter().find_map(|o| self.node(o))?;
            match &self.graph.node(read).op {
                Op::Conv { weight, .. } | Op::Linear { weight, .. } => {
                    Some(module_of(&self.graph.parameter(*weight).name))
                }
                Op::BatchNorm(layer) => Some(self.graph.batch_norm_at(*layer).name.clone()),
                Op::Input
                | Op::Relu
                | Op::Add
                | Op::MaxPool(_)
                | Op::IdentityShortcut { .. }
                | Op::GlobalAveragePool => None,
            }
        })
    }

    /// The module that a part of a persistent buffer belongs to.
    fn owner(&self, which: Persistent, range: Range) -> Option<String> {
        let parameters = &self.graph.parameters;
        let parameter = |is: &dyn Fn(usize) -> bool| {
            let place = (0..parameters.len()).find(|place| is(*place))?;
            Some(module_of(&parameters[place].name))
        };
        let norm = |is: &dyn Fn(usize) -> bool| {
            let place = (0..self.graph.batch_norms.len()).find(|place| is(*place))?;
            Some(self.graph.batch_norms[place].name.clone())
        };
        let layout = &self.compiled.layout;
        match which {
            Persistent::Parameters => parameter(&|p| layout.parameters[p] == range),
            Persistent::Gradients => parameter(&|p| layout.gradients[p] == Some(range)),
            Persistent::Packed => parameter(&|p| {
                layout.packed[p]
                    .is_some_and(|p| p.forward.range == range || p.backward.range == range)
            }),
            Persistent::Saved => norm(&|n| layout.saved[n] == range),
            Persistent::Running => norm(&|n| layout.running[n].contains(&range)),
            _ => None,
        }
    }
}

/// `blocks.0.conv1` of `blocks.0.conv1.weight`.
fn module_of(parameter: &str) -> String {
    let module = parameter.rsplit_once('.').map(|(module, _)| module);
    module.unwrap_or(parameter).to_owned()
}

/// A kernel of a training step, which may run several times in it.
#[derive(Clone, Debug)]
pub struct StepKernel {
    /// What it does, and for whom the first time.
    pub work: Work,
    /// Times that a step runs it: the same text on operands of the same bytes, for the same work.
    pub calls: u64,
    /// To run it alone, on the operands of the first time.
    pub dispatch: timing::Dispatch,
}

impl Engine<'_> {
    /// What each dispatch of a training step does, in their order.
    pub fn work(&self) -> &[Work] {
        &self.work
    }

    /// Each distinct kernel of a training step, in the order of their first times, ready to be run alone
    /// on a batch of the largest size. For that the uniform is written, with a learning rate of zero, so
    /// that no parameter moves; the next step writes its own. What a kernel reads is whatever the last
    /// step left in the plan's memory.
    pub fn kernels_alone(&self) -> Vec<StepKernel> {
        let batch = self.options.max_batch;
        self.write_step(&StepUniform {
            batch,
            learning_rate: 0.0,
            first_correction: 1.0,
            second_correction: 1.0,
        });
        let max_workgroups = self.gpu.capabilities.max_workgroups;
        let mut distinct: Vec<StepKernel> = Vec::new();
        for (work, dispatch) in self.work.iter().zip(&self.plan.train) {
            let dispatch = dispatch.alone(batch, max_workgroups);
            let same = distinct.iter_mut().find(|kernel| {
                kernel.dispatch.pipeline == dispatch.pipeline
                    && kernel.work.operand_bytes == work.operand_bytes
                    // Three channels take the same text as four, and less work.
                    && kernel.work.flops == work.flops
            });
            match same {
                Some(kernel) => kernel.calls += 1,
                None => distinct.push(StepKernel {
                    work: work.clone(),
                    calls: 1,
                    dispatch,
                }),
            }
        }
        distinct
    }
}
