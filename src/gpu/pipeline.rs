//! WGSL to compute pipelines, each of one bind group.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;

use super::compiling::{Compiling, Work};
use super::{Gpu, GpuError};
use crate::platform::IS_A_PAGE;

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

/// A pipeline's text, and the function in it.
type Key = (String, &'static str);

/// Pipelines by their text, so that layers of one shape share one.
#[derive(Default)]
pub struct PipelineCache {
    layouts: BTreeMap<Vec<Access>, wgpu::BindGroupLayout>,
    pipelines: HashMap<Key, Pipeline>,
}

/// One text that becomes a module, and those of its functions that become pipelines.
pub struct Text<'a> {
    source: &'a str,
    entry_points: Vec<(&'a EntryPoint<'a>, wgpu::BindGroupLayout)>,
}

/// Pipelines just compiled.
pub struct Compiled(Vec<(Key, Pipeline)>);

impl PipelineCache {
    /// What is not there yet.
    pub fn missing<'a>(&mut self, gpu: &Gpu, entry_points: &'a [EntryPoint<'a>]) -> Vec<Text<'a>> {
        let mut texts: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
        for entry_point in entry_points {
            if !self.pipelines.contains_key(&entry_point.key()) {
                let of_text = texts.entry(entry_point.source).or_default();
                of_text.insert(entry_point);
            }
        }
        let mut with_layout = |entry_point: &'a EntryPoint<'a>| {
            let bindings = &entry_point.bindings;
            let known = self.layouts.entry(bindings.clone());
            let layout = known.or_insert_with(|| layout(gpu, bindings));
            (entry_point, layout.clone())
        };
        let texts = texts.into_iter().map(|(source, entry_points)| Text {
            source,
            entry_points: entry_points.into_iter().map(&mut with_layout).collect(),
        });
        texts.collect()
    }

    /// Takes in what was compiled.
    pub fn add(&mut self, compiled: Compiled) {
        self.pipelines.extend(compiled.0);
    }

    /// Compiles an entry point, or finds it. What the device has to say of a wrong text it says through
    /// [`Gpu::guarded`].
    pub fn get(&mut self, gpu: &Gpu, entry_point: &EntryPoint<'_>) -> Pipeline {
        for text in self.missing(gpu, std::slice::from_ref(entry_point)) {
            self.add(Compiled(text.compile(gpu)));
        }
        self.pipelines[&entry_point.key()].clone()
    }
}

impl Text<'_> {
    fn compile(&self, gpu: &Gpu) -> Vec<(Key, Pipeline)> {
        let first = self.entry_points.first();
        let module = gpu
            .device
            .create_shader_module(wgpu::ShaderModuleDescriptor {
                label: first.map(|(entry_point, _)| entry_point.name),
                source: wgpu::ShaderSource::Wgsl(self.source.into()),
            });
        let compiled = self.entry_points.iter().map(|(entry_point, layout)| {
            let pipeline = pipeline(gpu, &module, entry_point, layout);
            (entry_point.key(), pipeline)
        });
        compiled.collect()
    }
}

impl Gpu {
    /// Compiles on as many threads as the processor has, as drivers take up to a second for one pipeline; tells
    /// whoever follows it ([`Gpu::follow_compiling`]) after each.
    ///
    /// # Errors
    /// If a text was refused, memory ran out, or whoever follows it stopped it.
    pub async fn compile(&self, texts: &[Text<'_>]) -> Result<Compiled, GpuError> {
        let of = texts.iter().map(|text| text.entry_points.len()).sum();
        let tell = |done| {
            let work = Work::Kernels;
            self.tell_compiling(Compiling { work, done, of })
        };
        if of > 0 {
            tell(0)?;
        }
        if !IS_A_PAGE {
            let compiled = self.guarded(|| self.on_all_threads(texts, tell)).await?;
            return compiled.map(Compiled);
        }
        // The browser compiles elsewhere, in order: what it has to say of a text comes when that is compiled.
        let mut compiled = Vec::new();
        for text in texts {
            compiled.extend(self.guarded(|| text.compile(self)).await?);
            tell(compiled.len())?;
        }
        Ok(Compiled(compiled))
    }

    fn on_all_threads(
        &self,
        texts: &[Text<'_>],
        tell: impl Fn(usize) -> Result<(), GpuError>,
    ) -> Result<Vec<(Key, Pipeline)>, GpuError> {
        let is_stopped = &AtomicBool::new(false);
        let (sender, receiver) = mpsc::channel();
        let mut compiled = Vec::new();
        let mut told = Ok(());
        rayon::in_place_scope(|scope| {
            for text in texts {
                let sender = sender.clone();
                scope.spawn(move |_| {
                    if !is_stopped.load(Ordering::Relaxed) {
                        // Received until all senders are gone.
                        let _ = sender.send(text.compile(self));
                    }
                });
            }
            drop(sender);
            for part in receiver {
                compiled.extend(part);
                if told.is_ok() {
                    told = tell(compiled.len());
                    is_stopped.store(told.is_err(), Ordering::Relaxed);
                }
            }
        });
        told.map(|()| compiled)
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
