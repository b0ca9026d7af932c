//! The memory of a plan.

use wgpu::BufferUsages as Usage;

use crate::gpu::Gpu;
use crate::kernels::StepUniform;

use super::compile::Persistent;
use super::sizes::Sizes;

/// All buffers of a plan.
pub(super) struct Buffers {
    /// The uniform of every kernel.
    pub step: wgpu::Buffer,
    persistent: [wgpu::Buffer; Persistent::ALL.len()],
    slots: Vec<wgpu::Buffer>,
}

impl Buffers {
    pub fn new(gpu: &Gpu, sizes: &Sizes) -> Self {
        let create = |label: &str, size: u64, usage: wgpu::BufferUsages| {
            gpu.device.create_buffer(&wgpu::BufferDescriptor {
                label: Some(label),
                size,
                usage,
                mapped_at_creation: false,
            })
        };
        let storage = Usage::STORAGE | Usage::COPY_SRC | Usage::COPY_DST;
        let uniform = Usage::UNIFORM | Usage::COPY_DST;
        Self {
            step: create("step", size_of::<StepUniform>() as u64, uniform),
            persistent: Persistent::ALL
                .map(|which| create(which.name(), sizes.persistent(which), storage)),
            slots: sizes
                .slots()
                .iter()
                .map(|bytes| create("activations", *bytes, sizes.slot_usage))
                .collect(),
        }
    }

    pub fn persistent(&self, which: Persistent) -> &wgpu::Buffer {
        &self.persistent[which as usize]
    }

    pub fn slot(&self, slot: usize) -> &wgpu::Buffer {
        &self.slots[slot]
    }
}
