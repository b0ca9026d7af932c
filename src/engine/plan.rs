//! Dispatches with their memory: buffers, pipelines and bind groups, made once.

use crate::gpu::Gpu;
use crate::gpu::pipeline::PipelineCache;
use crate::kernels::{Grid, StepUniform};

use super::compile::{Lasting, Launch, Lists, Operand};
use super::layout::Layout;
use super::memory::{MemoryReport, Slots};
use super::{EngineError, PlanOptions};

/// A dispatch, ready to be encoded.
pub(super) struct Dispatch {
    pub name: &'static str,
    pipeline: wgpu::ComputePipeline,
    bind_group: wgpu::BindGroup,
    grid: Grid,
}

/// The dispatches of a step and of an evaluation.
pub(super) struct Plan {
    pub train: Vec<Dispatch>,
    pub evaluate: Vec<Dispatch>,
    pub pack: Vec<Dispatch>,
    pub memory: MemoryReport,
    pub pipelines: usize,
    pub sample_bytes: usize,
    pub classes: u32,
}

/// Buffers that live as long as the plan.
pub(super) struct Buffers {
    pub step: wgpu::Buffer,
    pub pixels: wgpu::Buffer,
    pub samples: wgpu::Buffer,
    pub parameters: wgpu::Buffer,
    pub gradients: wgpu::Buffer,
    pub running: wgpu::Buffer,
    pub packed: wgpu::Buffer,
    pub saved: wgpu::Buffer,
    pub scratch: wgpu::Buffer,
    pub means: wgpu::Buffer,
    pub trained: wgpu::Buffer,
    pub first_moment: wgpu::Buffer,
    pub second_moment: wgpu::Buffer,
    pub logits: wgpu::Buffer,
    pub total: wgpu::Buffer,
    slots: Vec<wgpu::Buffer>,
}

impl Buffers {
    fn lasting(&self, which: Lasting) -> &wgpu::Buffer {
        match which {
            Lasting::Pixels => &self.pixels,
            Lasting::Samples => &self.samples,
            Lasting::Parameters => &self.parameters,
            Lasting::Gradients => &self.gradients,
            Lasting::Running => &self.running,
            Lasting::Packed => &self.packed,
            Lasting::Saved => &self.saved,
            Lasting::Scratch => &self.scratch,
            Lasting::Means => &self.means,
            Lasting::Trained => &self.trained,
            Lasting::FirstMoment => &self.first_moment,
            Lasting::SecondMoment => &self.second_moment,
            Lasting::Logits => &self.logits,
            Lasting::Total => &self.total,
        }
    }
}

/// Makes all buffers, pipelines and bind groups.
pub(super) async fn build(
    gpu: &Gpu,
    lists: Lists,
    layout: &Layout,
    options: &PlanOptions,
) -> Result<(Buffers, Plan), EngineError> {
    let bytes: Vec<u64> = lists.tensors.iter().map(|(_, bytes)| *bytes).collect();
    let slots = Slots::assign(&bytes, &[&lists.train, &lists.evaluate]);
    let batch = u64::from(options.max_batch);
    let count = layout.trained_len() as u64;
    let moments = options.rule.moments() as u64;

    check_sizes(gpu, &lists, layout)?;
    let create = |label: &str, size: u64| {
        gpu.device.create_buffer(&wgpu::BufferDescriptor {
            label: Some(label),
            size: size.max(16).next_multiple_of(16),
            usage: wgpu::BufferUsages::STORAGE
                | wgpu::BufferUsages::COPY_SRC
                | wgpu::BufferUsages::COPY_DST,
            mapped_at_creation: false,
        })
    };
    let buffers = gpu
        .guarded(|| Buffers {
            step: gpu.device.create_buffer(&wgpu::BufferDescriptor {
                label: Some("step"),
                size: size_of::<StepUniform>() as u64,
                usage: wgpu::BufferUsages::UNIFORM | wgpu::BufferUsages::COPY_DST,
                mapped_at_creation: false,
            }),
            pixels: create("pixels", lists.sample_bytes as u64 * batch),
            samples: create("samples", 8 * batch),
            parameters: create("parameters", 4 * layout.parameters_len),
            gradients: create("gradients", 4 * layout.gradients_len),
            running: create("running averages", 4 * layout.running_len),
            packed: create("packed weights", 4 * layout.packed_len),
            saved: create("batch statistics", 4 * layout.saved_len),
            scratch: create("partial sums", lists.scratch_bytes),
            means: create("means", lists.means_bytes),
            trained: create("trained", 8 * count),
            first_moment: create("first moment", 4 * count),
            second_moment: create("second moment", if moments == 2 { 4 * count } else { 0 }),
            logits: create("logits", 4 * batch * u64::from(lists.classes)),
            total: create("total", 8),
            slots: slots
                .bytes
                .iter()
                .map(|bytes| create("activations", *bytes))
                .collect(),
        })
        .await?;
    gpu.queue
        .write_buffer(&buffers.trained, 0, bytemuck::cast_slice(&layout.trained));

    let memory = MemoryReport {
        tensors: buffers.slots.iter().map(wgpu::Buffer::size).sum(),
        parameters: buffers.parameters.size() + buffers.packed.size() + buffers.running.size(),
        optimizer: buffers.gradients.size()
            + buffers.trained.size()
            + buffers.first_moment.size()
            + buffers.second_moment.size(),
        other: [
            &buffers.step,
            &buffers.pixels,
            &buffers.samples,
            &buffers.saved,
            &buffers.scratch,
            &buffers.means,
            &buffers.logits,
            &buffers.total,
        ]
        .map(wgpu::Buffer::size)
        .iter()
        .sum(),
    };
    let mut cache = PipelineCache::default();
    let mut ready = |list: &[Launch]| -> Vec<Dispatch> {
        list.iter()
            .map(|launch| dispatch(gpu, &mut cache, &buffers, &slots, launch))
            .collect()
    };
    let (train, evaluate, pack) = gpu
        .guarded(|| {
            (
                ready(&lists.train),
                ready(&lists.evaluate),
                ready(&lists.pack),
            )
        })
        .await?;
    let plan = Plan {
        train,
        evaluate,
        pack,
        memory,
        pipelines: cache.len(),
        sample_bytes: lists.sample_bytes,
        classes: lists.classes,
    };
    Ok((buffers, plan))
}

/// No binding may be larger than the adapter allows.
fn check_sizes(gpu: &Gpu, lists: &Lists, layout: &Layout) -> Result<(), EngineError> {
    let binding = gpu
        .capabilities
        .max_binding_bytes
        .min(gpu.capabilities.max_buffer_bytes);
    let lasting = [
        (
            "the buffer of all parameters",
            4 * layout.parameters_len,
            binding,
        ),
        (
            "the buffer of all gradients",
            4 * layout.gradients_len,
            binding,
        ),
        (
            "the list of trained values",
            8 * layout.trained_len() as u64,
            binding,
        ),
        (
            "the partial sums of a reduction",
            lists.scratch_bytes,
            binding,
        ),
        (
            "the packed weights",
            4 * layout.packed_len,
            gpu.capabilities.max_buffer_bytes,
        ),
    ];
    let lasting = lasting
        .into_iter()
        .map(|(what, bytes, limit)| (what.to_owned(), bytes, limit));
    let tensors = lists
        .tensors
        .iter()
        .map(|(what, bytes)| (what.clone(), *bytes, binding));
    for (what, bytes, limit) in lasting.chain(tensors) {
        if bytes > limit {
            return Err(EngineError::TooLarge { what, bytes, limit });
        }
    }
    Ok(())
}

fn dispatch(
    gpu: &Gpu,
    cache: &mut PipelineCache,
    buffers: &Buffers,
    slots: &Slots,
    launch: &Launch,
) -> Dispatch {
    let pipeline = launch.kernel.pipeline(gpu, cache);
    let resource = |operand: &Operand| -> wgpu::BindingResource<'_> {
        let (buffer, offset, size) = match operand {
            Operand::Tensor(tensor) => {
                let slot = slots.of_tensor[tensor.0].expect("every tensor of a launch has a slot");
                (&buffers.slots[slot], 0, None)
            }
            Operand::Part(which, range) => (
                buffers.lasting(*which),
                4 * range.offset,
                std::num::NonZero::new(4 * range.len),
            ),
            Operand::Whole(which) => (buffers.lasting(*which), 0, None),
        };
        wgpu::BindingResource::Buffer(wgpu::BufferBinding {
            buffer,
            offset,
            size,
        })
    };
    let resources = std::iter::once(buffers.step.as_entire_binding())
        .chain(launch.operands.iter().map(resource));
    let entries: Vec<_> = (0..)
        .zip(resources)
        .map(|(binding, resource)| wgpu::BindGroupEntry { binding, resource })
        .collect();
    let bind_group = gpu.device.create_bind_group(&wgpu::BindGroupDescriptor {
        label: Some(launch.kernel.name),
        layout: &pipeline.layout,
        entries: &entries,
    });
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
