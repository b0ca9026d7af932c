//! Dispatches with their memory: buffers, pipelines and bind groups, made once.

use crate::gpu::pipeline::PipelineCache;
use crate::gpu::{Gpu, GpuError, timing};
use crate::kernels::{Blocked, Grid};

use super::buffers::Buffers;
use super::compile::{Launch, Operand, Persistent};
use super::compiled::Compiled;
use super::memory::MemoryReport;
use super::sizes::Sizes;
use super::{EngineError, PlanOptions};

/// A dispatch, ready to be encoded.
pub(super) struct Dispatch {
    pub name: &'static str,
    pipeline: wgpu::ComputePipeline,
    bind_group: wgpu::BindGroup,
    grid: Grid,
}

impl Dispatch {
    /// The same, to be run alone for a batch of `samples`.
    pub fn alone(&self, samples: u32, max_workgroups: u32) -> timing::Dispatch {
        timing::Dispatch {
            pipeline: self.pipeline.clone(),
            bind_group: self.bind_group.clone(),
            workgroups: self.grid.workgroups(samples, max_workgroups),
        }
    }
}

/// An output that stays where it is until the next batch.
#[derive(Clone, Copy)]
pub(super) struct KeptOutput {
    pub slot: usize,
    pub shape: Blocked,
}

/// The dispatches of a step and of an evaluation.
pub(super) struct Plan {
    pub train: Vec<Dispatch>,
    /// Where in `train` the update begins.
    pub update_at: usize,
    pub evaluate: Vec<Dispatch>,
    pub pack: Vec<Dispatch>,
    /// By BatchNorm layer: where an evaluation leaves its output; empty unless outputs are kept.
    pub kept: Vec<Option<KeptOutput>>,
    pub memory: MemoryReport,
    pub sample_bytes: usize,
    pub classes: u32,
}

/// Makes all buffers, pipelines and bind groups.
pub(super) async fn build(
    gpu: &Gpu,
    compiled: &Compiled,
    options: &PlanOptions,
) -> Result<(Buffers, Plan), EngineError> {
    let Compiled {
        layout,
        lists,
        sizes,
    } = compiled;
    let memory = sizes.report();
    let needs = |error| match error {
        GpuError::OutOfMemory { message } => EngineError::OutOfMemory {
            megabytes: memory.total() as f64 / 1e6,
            message,
        },
        other => other.into(),
    };
    let buffers = gpu
        .guarded(|| Buffers::new(gpu, sizes))
        .await
        .map_err(needs)?;
    let trained = buffers.persistent(Persistent::Trained);
    gpu.queue
        .write_buffer(trained, 0, bytemuck::cast_slice(&layout.trained));

    let launches = [&lists.train, &lists.evaluate, &lists.pack];
    let all = launches.into_iter().flatten();
    let entry_points: Vec<_> = all.map(|launch| launch.kernel.entry_point()).collect();
    let missing = gpu.pipelines().missing(gpu, &entry_points);
    let made = gpu.compile(&missing).await.map_err(needs)?;
    gpu.pipelines().add(made);
    let [train, evaluate, pack] = gpu
        .guarded(|| {
            let mut pipelines = gpu.pipelines();
            let mut ready = |launch| dispatch(gpu, &mut pipelines, &buffers, sizes, launch);
            launches.map(|list| list.iter().map(&mut ready).collect::<Vec<_>>())
        })
        .await
        .map_err(needs)?;
    let keeps = options.keep_outputs.then_some(&lists.norm_outputs);
    let kept = keeps.into_iter().flatten().map(|output| {
        output.map(|output| KeptOutput {
            slot: sizes.slot(output.tensor),
            shape: output.shape,
        })
    });
    let plan = Plan {
        train,
        update_at: lists.update_at,
        evaluate,
        pack,
        kept: kept.collect(),
        memory,
        sample_bytes: lists.sample_bytes,
        classes: lists.classes,
    };
    Ok((buffers, plan))
}

fn dispatch(
    gpu: &Gpu,
    pipelines: &mut PipelineCache,
    buffers: &Buffers,
    sizes: &Sizes,
    launch: &Launch,
) -> Dispatch {
    let pipeline = pipelines.get(gpu, &launch.kernel.entry_point());
    let resource = |operand: &Operand| -> wgpu::BindingResource<'_> {
        let (buffer, offset, size) = match operand {
            Operand::Tensor(tensor) => (buffers.slot(sizes.slot(*tensor)), 0, None),
            Operand::Part(which, range) => (
                buffers.persistent(*which),
                4 * range.offset,
                std::num::NonZero::new(4 * range.len),
            ),
            Operand::Whole(which) => (buffers.persistent(*which), 0, None),
        };
        wgpu::BindingResource::Buffer(wgpu::BufferBinding {
            buffer,
            offset,
            size,
        })
    };
    let operands = launch.operands.iter().map(resource);
    let bind_group = launch
        .kernel
        .bind_group(gpu, &pipeline, &buffers.step, operands);
    Dispatch {
        name: launch.kernel.name,
        pipeline: pipeline.pipeline,
        bind_group,
        grid: launch.kernel.grid,
    }
}

/// Encodes a list as one compute pass for a batch of `samples`.
pub(super) fn encode(
    encoder: &mut wgpu::CommandEncoder,
    list: &[Dispatch],
    samples: u32,
    max_workgroups: u32,
) {
    let mut pass = encoder.begin_compute_pass(&Default::default());
    for dispatch in list {
        let [x, y] = dispatch.grid.workgroups(samples, max_workgroups);
        pass.set_pipeline(&dispatch.pipeline);
        pass.set_bind_group(0, &dispatch.bind_group, &[]);
        pass.dispatch_workgroups(x, y, 1);
    }
}
