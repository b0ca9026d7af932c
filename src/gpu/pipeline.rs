//! WGSL to compute pipelines, each of one bind group.

use std::collections::HashMap;

use super::Gpu;

/// Invocations that every kernel has in a workgroup.
pub(super) const MIN_INVOCATIONS: u32 = 64;

/// How a binding is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BindingKind {
    /// `var<uniform>`.
    Uniform,
    /// `var<storage, read>`.
    Read,
    /// `var<storage, read_write>`.
    Write,
}

/// A compiled kernel.
#[derive(Clone, Debug)]
pub struct Pipeline {
    /// What to dispatch.
    pub pipeline: wgpu::ComputePipeline,
    /// Its group 0: bindings 0, 1, … in the order they were given.
    pub layout: wgpu::BindGroupLayout,
}

/// Pipelines by their text, so that layers of one shape share one.
#[derive(Default)]
pub struct PipelineCache {
    layouts: HashMap<Vec<BindingKind>, wgpu::BindGroupLayout>,
    modules: HashMap<String, wgpu::ShaderModule>,
    pipelines: HashMap<(String, &'static str, Vec<BindingKind>), Pipeline>,
}

impl PipelineCache {
    /// Compiles an entry point, or finds it. What the device has to say of a wrong text it says
    /// through [`Gpu::guarded`].
    pub fn get(
        &mut self,
        gpu: &Gpu,
        source: &str,
        entry_point: &'static str,
        bindings: &[BindingKind],
    ) -> Pipeline {
        let key = (source.to_owned(), entry_point, bindings.to_vec());
        if let Some(pipeline) = self.pipelines.get(&key) {
            return pipeline.clone();
        }
        let layout = self
            .layouts
            .entry(bindings.to_vec())
            .or_insert_with(|| layout(gpu, bindings));
        let module = self.modules.entry(source.to_owned()).or_insert_with(|| {
            gpu.device
                .create_shader_module(wgpu::ShaderModuleDescriptor {
                    label: Some(entry_point),
                    source: wgpu::ShaderSource::Wgsl(source.into()),
                })
        });
        let pipeline_layout = gpu
            .device
            .create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
                label: Some(entry_point),
                bind_group_layouts: &[Some(layout)],
                immediate_size: 0,
            });
        let pipeline = gpu
            .device
            .create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
                label: Some(entry_point),
                layout: Some(&pipeline_layout),
                module,
                entry_point: Some(entry_point),
                compilation_options: wgpu::PipelineCompilationOptions {
                    // The kernels that use workgroup memory write it before they read it.
                    zero_initialize_workgroup_memory: false,
                    ..Default::default()
                },
                cache: None,
            });
        let made = Pipeline {
            pipeline,
            layout: layout.clone(),
        };
        self.pipelines.insert(key, made.clone());
        made
    }
}

fn layout(gpu: &Gpu, bindings: &[BindingKind]) -> wgpu::BindGroupLayout {
    let entries: Vec<_> = (0..)
        .zip(bindings)
        .map(|(binding, kind)| wgpu::BindGroupLayoutEntry {
            binding,
            visibility: wgpu::ShaderStages::COMPUTE,
            ty: wgpu::BindingType::Buffer {
                ty: match kind {
                    BindingKind::Uniform => wgpu::BufferBindingType::Uniform,
                    BindingKind::Read => wgpu::BufferBindingType::Storage { read_only: true },
                    BindingKind::Write => wgpu::BufferBindingType::Storage { read_only: false },
                },
                has_dynamic_offset: false,
                min_binding_size: None,
            },
            count: None,
        })
        .collect();
    gpu.device
        .create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
            label: None,
            entries: &entries,
        })
}
