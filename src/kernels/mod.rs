//! The kernels: one file a family, the host side of `shaders/NAME.wgsl`.
//!
//! A WGSL file is plain: what depends on a shape stands in its head, constants and the declarations of what is
//! bound, which `source` makes anew for each shape. Only convolutions are texts that the host puts together,
//! because what a tile keeps in registers depends on the shape. A function here takes the shapes and gives a
//! [`Kernel`]: the finished text, its bindings by name, and how many workgroups a batch needs. Nothing here knows
//! of networks or training.

pub mod batch_norm;
mod binding;
pub mod ceilings;
pub mod conv;
pub mod elementwise;
pub mod input;
pub mod linear;
pub mod loss;
pub mod optimizer;
pub mod pool;
mod precision;
pub mod reduce;
pub mod shortcut;
mod source;
mod structs;
mod wgsl;

use serde::{Deserialize, Serialize};

use crate::gpu::Gpu;
use crate::gpu::pipeline::{Access, EntryPoint, Pipeline, PipelineCache};
use crate::gpu::timing::Dispatch;

pub use binding::Binding;
pub use precision::Precision;
pub use structs::{GradSums, Moments, Normalization, StepUniform};

/// Invocations in a workgroup, in every kernel.
pub const WORKGROUP_SIZE: u32 = 64;

/// The shape of a channel-blocked image tensor, `[N, ⌈C/4⌉, H, W]` of four numbers, and how they are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Blocked {
    /// Channels C.
    pub channels: u32,
    /// ⌈C/4⌉.
    pub quads: u32,
    /// Rows H.
    pub height: u32,
    /// Columns W.
    pub width: u32,
    /// How numbers are stored.
    pub precision: Precision,
    /// Whether kernels load and store two neighbouring pixels at once, as 64-bit integers: processors take
    /// hardly longer for them than for one. Only f32, and only rows of even length.
    pub pairs: bool,
}

impl Blocked {
    /// The blocked shape of images `[C, H, W]`, in f32.
    pub fn new(channels: u32, height: u32, width: u32) -> Self {
        Self {
            channels,
            quads: channels.div_ceil(4),
            height,
            width,
            precision: Precision::F32,
            pairs: false,
        }
    }

    /// The same images in other numbers, a pixel at a time.
    pub fn stored_in(self, precision: Precision) -> Self {
        Self {
            precision,
            pairs: false,
            ..self
        }
    }

    /// The same images two pixels at a time, where that is wanted and they allow it.
    pub fn in_pairs(self, wanted: bool) -> Self {
        let allowed = self.precision == Precision::F32 && self.width.is_multiple_of(2);
        Self {
            pairs: wanted && allowed,
            ..self
        }
    }

    /// Pixels of one channel of one sample.
    pub fn area(&self) -> u32 {
        self.height * self.width
    }

    /// Quads of one sample.
    pub fn quads_per_sample(&self) -> u32 {
        self.quads * self.area()
    }

    /// Bytes of `batch` samples.
    pub fn bytes(&self, batch: u32) -> u64 {
        4 * u64::from(self.precision.bytes())
            * u64::from(batch)
            * u64::from(self.quads)
            * u64::from(self.height)
            * u64::from(self.width)
    }
}

/// How many workgroups a batch needs: `groups · ⌈batch · per_sample / block⌉`, or just `groups` if
/// `per_sample` is zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grid {
    /// Workgroups a block.
    pub groups: u32,
    /// Items of work a sample.
    pub per_sample: u32,
    /// Items of work a block.
    pub block: u32,
}

impl Grid {
    /// A grid that does not depend on the batch, one thread for each of `threads`.
    pub fn threads(threads: u32) -> Self {
        Self {
            groups: threads.div_ceil(WORKGROUP_SIZE),
            per_sample: 0,
            block: 1,
        }
    }

    /// One thread for each of `threads` items of each sample.
    pub fn threads_per_sample(threads: u32) -> Self {
        Self {
            groups: 1,
            per_sample: threads,
            block: WORKGROUP_SIZE,
        }
    }

    /// Workgroups for a batch, folded so that no dimension exceeds `largest` (kernels unfold it by
    /// `group_index`). The grid may be somewhat larger than needed; kernels guard their ends.
    pub fn workgroups(&self, batch: u32, largest: u32) -> [u32; 2] {
        let blocks = match self.per_sample {
            0 => 1,
            per_sample => {
                (u64::from(batch) * u64::from(per_sample)).div_ceil(u64::from(self.block))
            }
        };
        let groups = u64::from(self.groups) * blocks;
        let rows = groups.div_ceil(u64::from(largest)).max(1);
        [groups.div_ceil(rows) as u32, rows as u32]
    }
}

/// A kernel with its shapes filled in, ready to become a pipeline.
#[derive(Clone, Debug)]
pub struct Kernel {
    /// The entry point; names the kernel in listings too.
    pub name: &'static str,
    /// WGSL.
    pub source: String,
    /// Bindings 1, 2, … of group 0, in order; binding 0 is always the step's uniform.
    pub bindings: Vec<Binding>,
    /// Workgroups by batch.
    pub grid: Grid,
    /// Multiplications and additions for one sample, of the plain sum over true channel counts; 0 where
    /// moving bytes is what the kernel is about.
    pub flops_per_sample: u64,
}

impl Kernel {
    /// What has to be compiled.
    pub fn entry_point(&self) -> EntryPoint<'_> {
        EntryPoint {
            source: &self.source,
            name: self.name,
            bindings: std::iter::once(Access::Uniform)
                .chain(self.bindings.iter().map(|binding| binding.access))
                .collect(),
        }
    }

    /// Operands given by the names of the bindings, in the order of [`Kernel::bindings`].
    ///
    /// # Panics
    /// If one is missing, given twice or unknown.
    pub fn operands<'n, T>(&self, named: impl IntoIterator<Item = (&'n str, T)>) -> Vec<T> {
        binding::by_name(self.name, &self.bindings, named)
    }

    /// Binds the step's uniform and the kernel's operands, in the order of [`Kernel::bindings`].
    pub fn bind_group<'a>(
        &self,
        gpu: &Gpu,
        pipeline: &Pipeline,
        step: &'a wgpu::Buffer,
        operands: impl IntoIterator<Item = wgpu::BindingResource<'a>>,
    ) -> wgpu::BindGroup {
        let resources = std::iter::once(step.as_entire_binding()).chain(operands);
        let entries: Vec<_> = (0..)
            .zip(resources)
            .map(|(binding, resource)| wgpu::BindGroupEntry { binding, resource })
            .collect();
        gpu.device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: Some(self.name),
            layout: &pipeline.layout,
            entries: &entries,
        })
    }

    /// The kernel alone, for a batch, on the step's uniform and whole buffers by the names of its bindings.
    ///
    /// # Panics
    /// If a buffer is missing, given twice or unknown.
    pub fn dispatch(
        &self,
        gpu: &Gpu,
        pipelines: &mut PipelineCache,
        batch: u32,
        step: &wgpu::Buffer,
        buffers: &[(&str, &wgpu::Buffer)],
    ) -> Dispatch {
        let compiled = pipelines.get(gpu, &self.entry_point());
        let operands = self.operands(buffers.iter().copied());
        let resources = operands.into_iter().map(wgpu::Buffer::as_entire_binding);
        Dispatch {
            bind_group: self.bind_group(gpu, &compiled, step, resources),
            pipeline: compiled.pipeline,
            workgroups: self.grid.workgroups(batch, gpu.capabilities.max_workgroups),
        }
    }
}
