//! WGSL to compute pipelines, each of one bind group.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use rayon::prelude::*;

use super::Gpu;

/// Invocations that every kernel has in a workgroup.
pub(super) const MIN_INVOCATIONS: u32 = 64;

/// What a kernel does with a buffer that it binds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Access {
    /// `var<uniform>`.
    Uniform,
    /// `var<storage, read>`.
    Read,
    /// `var<storage, read_write>`.
    ReadWrite,
}

/// What becomes a pipeline.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct EntryPoint<'a> {
    /// WGSL.
    pub source: &'a str,
    /// One of its functions.
    pub name: &'static str,
    /// Its group 0: bindings 0, 1, ….
    pub bindings: Vec<Access>,
}

impl EntryPoint<'_> {
    fn key(&self) -> (String, &'static str) {
        (self.source.to_owned(), self.name)
    }
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
    layouts: BTreeMap<Vec<Access>, wgpu::BindGroupLayout>,
    pipelines: HashMap<(String, &'static str), Pipeline>,
}

impl PipelineCache {
    /// Compiles what is not there yet, on as many threads as the processor has: drivers take up to a second
    /// for one. What the device has to say of a wrong text it says through [`Gpu::guarded`].
    pub fn compile(&mut self, gpu: &Gpu, entry_points: &[EntryPoint<'_>]) {
        let mut texts: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
        for entry_point in entry_points {
            if !self.pipelines.contains_key(&entry_point.key()) {
                let bindings = &entry_point.bindings;
                self.layouts
                    .entry(bindings.clone())
                    .or_insert_with(|| layout(gpu, bindings));
                let of_text = texts.entry(entry_point.source).or_default();
                of_text.insert(entry_point);
            }
        }
        let layouts = &self.layouts;
        let compiled = texts.par_iter().flat_map_iter(|(source, entry_points)| {
            let module = gpu
                .device
                .create_shader_module(wgpu::ShaderModuleDescriptor {
                    label: entry_points.first().map(|entry_point| entry_point.name),
                    source: wgpu::ShaderSource::Wgsl((*source).into()),
                });
            entry_points.iter().map(move |entry_point| {
                let layout = &layouts[&entry_point.bindings];
                (
                    entry_point.key(),
                    pipeline(gpu, &module, entry_point, layout),
                )
            })
        });
        let compiled: Vec<_> = compiled.collect();
        self.pipelines.extend(compiled);
    }

    /// Compiles an entry point, or finds it.
    pub fn get(&mut self, gpu: &Gpu, entry_point: &EntryPoint<'_>) -> Pipeline {
        self.compile(gpu, std::slice::from_ref(entry_point));
        self.pipelines[&entry_point.key()].clone()
    }
}

fn pipeline(
    gpu: &Gpu,
    module: &wgpu::ShaderModule,
    entry_point: &EntryPoint<'_>,
    layout: &wgpu::BindGroupLayout,
) -> Pipeline {
    let label = Some(entry_point.name);
    let pipeline_layout = gpu
        .device
        .create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
            label,
            bind_group_layouts: &[Some(layout)],
            immediate_size: 0,
        });
    let pipeline = gpu
        .device
        .create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
            label,
            layout: Some(&pipeline_layout),
            module,
            entry_point: label,
            compilation_options: wgpu::PipelineCompilationOptions {
                // The kernels that use workgroup memory write it before they read it.
                zero_initialize_workgroup_memory: false,
                ..Default::default()
            },
            cache: None,
        });
    Pipeline {
        pipeline,
        layout: layout.clone(),
    }
}

fn layout(gpu: &Gpu, bindings: &[Access]) -> wgpu::BindGroupLayout {
    let entries: Vec<_> = (0..)
        .zip(bindings)
        .map(|(binding, kind)| wgpu::BindGroupLayoutEntry {
            binding,
            visibility: wgpu::ShaderStages::COMPUTE,
            ty: wgpu::BindingType::Buffer {
                ty: match kind {
                    Access::Uniform => wgpu::BufferBindingType::Uniform,
                    Access::Read => wgpu::BufferBindingType::Storage { read_only: true },
                    Access::ReadWrite => wgpu::BufferBindingType::Storage { read_only: false },
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
