//! What an adapter can do at most.

use serde::Serialize;
use wgpu::BufferUsages as Usage;

use crate::gpu::pipeline::PipelineCache;
use crate::gpu::timing::{Dispatch, Effort, Timer};
use crate::gpu::{Gpu, GpuError};
use crate::kernels::ceilings::{MultiplyAdd, UNIFORM, copy, multiply_add, next_to_nothing};
use crate::kernels::{Kernel, WORKGROUP_SIZE};

/// Bytes that are copied: more than the caches of any adapter hold, and no more than WebGPU's default
/// limits let a kernel bind.
const COPIED_BYTES: u64 = 128 << 20;

/// Elements that a thread of the copying kernel takes; the faster is the ceiling.
const COPIED_A_THREAD: [u32; 2] = [1, 4];

/// Fewest workgroups that do arithmetic, and most: enough for the largest GPUs.
const WORKGROUPS: [u32; 2] = [256, 8192];

/// How long the adapter's best is measured beside a kernel.
const BESIDE: Effort = Effort {
    round_secs: 0.01,
    rounds: 1,
};

/// What was measured.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Ceilings {
    /// Multiply-adds of f32 in registers, two operations each, in 10⁹ a second.
    pub f32_gflops_per_second: f64,
    /// The fastest variant of the kernel.
    pub f32_variant: String,
    /// The same in f16, where kernels may compute in it.
    pub f16_gflops_per_second: Option<f64>,
    /// The fastest variant of that kernel.
    pub f16_variant: Option<String>,
    /// A kernel that copies, bytes read and bytes written, in 10⁹ a second.
    pub kernel_copy_gigabytes_per_second: f64,
    /// What it copies at once: whichever is the faster of what kernels use on the adapter.
    pub kernel_copy_variant: String,
    /// The driver's own copy from buffer to buffer, counted the same way.
    pub buffer_copy_gigabytes_per_second: f64,
    /// One more dispatch in a pass, of a kernel that writes four numbers.
    pub dispatch_microseconds: f64,
    /// One more submission, of nothing, and waiting for it.
    pub submission_microseconds: f64,
}

impl Ceilings {
    /// Measures them, and gives what came nearest to them, to be measured again. `stage` is told what is
    /// under way.
    ///
    /// # Errors
    /// If the device failed, or has no memory for what is copied.
    pub async fn measure<'a>(
        gpu: &'a Gpu,
        timer: &Timer<'_>,
        stage: &mut dyn FnMut(&str),
    ) -> Result<(Self, Best<'a>), GpuError> {
        let bench = Bench::new(gpu, timer).await?;
        stage("multiply-adds");
        let arithmetic = bench.multiply_add(false).await?;
        let half = match gpu.capabilities.half_precision {
            true => Some(bench.multiply_add(true).await?),
            false => None,
        };
        stage("copies");
        let copy = bench.kernel_copy().await?;
        let buffer_copy = bench.buffer_copy().await?;
        stage("the cost of a dispatch");
        let nothing = bench.ready(&next_to_nothing()).await?;
        let ceilings = Self {
            f32_gflops_per_second: arithmetic.rate(),
            f32_variant: arithmetic.variant.clone(),
            f16_gflops_per_second: half.as_ref().map(Fastest::rate),
            f16_variant: half.map(|half| half.variant),
            kernel_copy_gigabytes_per_second: copy.rate(),
            kernel_copy_variant: copy.variant.clone(),
            buffer_copy_gigabytes_per_second: buffer_copy,
            dispatch_microseconds: 1e6 * timer.seconds_a_call(&nothing).await?,
            submission_microseconds: 1e6 * timer.submission_secs(),
        };
        let best = Best {
            timer: Timer::new(gpu, BESIDE).await?,
            arithmetic,
            copy,
        };
        Ok((ceilings, best))
    }
}

/// What an adapter can be bound by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Limit {
    /// Multiply-adds.
    Arithmetic,
    /// Bytes.
    Memory,
}

/// The kernels that come nearest to what an adapter can do, to be run again beside what is held against them:
/// where other programs compute too, what was measured a minute ago holds no longer.
pub struct Best<'a> {
    timer: Timer<'a>,
    arithmetic: Fastest,
    copy: Fastest,
}

impl Best<'_> {
    /// Which would take longer at the adapter's best: these operations, or reading and writing these bytes.
    pub fn limit(&self, flops: f64, bytes: f64) -> Limit {
        match flops / self.arithmetic.rate() > bytes / self.copy.rate() {
            true => Limit::Arithmetic,
            false => Limit::Memory,
        }
    }

    /// What the adapter can do just now, in 10⁹ operations or bytes a second.
    ///
    /// # Errors
    /// If the device failed.
    pub async fn now(&self, limit: Limit) -> Result<f64, GpuError> {
        let fastest = match limit {
            Limit::Arithmetic => &self.arithmetic,
            Limit::Memory => &self.copy,
        };
        let seconds = self.timer.seconds_a_call(&fastest.dispatch).await?;
        Ok(fastest.work / seconds.max(1e-9) / 1e9)
    }
}

/// The fastest of some variants of a kernel.
struct Fastest {
    variant: String,
    dispatch: Dispatch,
    /// Operations or bytes of a call.
    work: f64,
    seconds: f64,
}

impl Fastest {
    /// 10⁹ operations or bytes a second.
    fn rate(&self) -> f64 {
        self.work / self.seconds / 1e9
    }

    /// The faster of two.
    fn or(self, other: Option<Self>) -> Self {
        match other {
            Some(other) if other.rate() >= self.rate() => other,
            _ => self,
        }
    }
}

/// The memory that the kernels run on.
struct Bench<'a> {
    gpu: &'a Gpu,
    timer: &'a Timer<'a>,
    bytes: u64,
    uniform: wgpu::Buffer,
    output: wgpu::Buffer,
    input: wgpu::Buffer,
}

impl<'a> Bench<'a> {
    async fn new(gpu: &'a Gpu, timer: &'a Timer<'a>) -> Result<Self, GpuError> {
        let allowed = &gpu.capabilities;
        let bytes = COPIED_BYTES
            .min(allowed.max_binding_bytes)
            .min(allowed.max_buffer_bytes);
        let bytes = bytes / 32 * 32;
        let create = |label, size, usage| {
            gpu.device.create_buffer(&wgpu::BufferDescriptor {
                label: Some(label),
                size,
                usage,
                mapped_at_creation: false,
            })
        };
        let storage = Usage::STORAGE | Usage::COPY_SRC | Usage::COPY_DST;
        let uniform = Usage::UNIFORM | Usage::COPY_DST;
        let [uniform, output, input] = gpu
            .guarded(|| {
                [
                    create("step", size_of_val(&UNIFORM) as u64, uniform),
                    create("copy", bytes, storage),
                    create("original", bytes, storage),
                ]
            })
            .await?;
        gpu.queue
            .write_buffer(&uniform, 0, bytemuck::bytes_of(&UNIFORM));
        Ok(Self {
            gpu,
            timer,
            bytes,
            uniform,
            output,
            input,
        })
    }

    async fn ready(&self, kernel: &Kernel) -> Result<Dispatch, GpuError> {
        let made = self.gpu.guarded(|| {
            let copied = [("copied", &self.output), ("original", &self.input)];
            let operands = match kernel.bindings.len() {
                1 => &[("output", &self.output)][..],
                _ => &copied,
            };
            let mut pipelines = PipelineCache::default();
            kernel.dispatch(
                self.gpu,
                &mut pipelines,
                UNIFORM.batch,
                &self.uniform,
                operands,
            )
        });
        made.await
    }

    async fn multiply_add(&self, half: bool) -> Result<Fastest, GpuError> {
        let mut fastest = None;
        for variant in MultiplyAdd::variants(half) {
            let [fewest, most] = WORKGROUPS;
            let mut dispatch = self.ready(&multiply_add(variant, fewest)).await?;
            // Enough of them that starting and ending a dispatch does not count.
            let first = self.timer.seconds_a_call(&dispatch).await?;
            let wanted = f64::from(fewest) * 0.25 * self.timer.effort().round_secs / first;
            let room = self.bytes / u64::from(16 * WORKGROUP_SIZE);
            let workgroups = (wanted as u32).clamp(fewest, most.min(room as u32));
            let seconds = match workgroups == fewest {
                true => first,
                false => {
                    dispatch.workgroups = [workgroups, 1];
                    self.timer.seconds_a_call(&dispatch).await?
                }
            };
            let threads = u64::from(workgroups * WORKGROUP_SIZE);
            let measured = Fastest {
                variant: variant.to_string(),
                dispatch,
                work: (variant.flops_per_thread() * threads) as f64,
                seconds,
            };
            fastest = Some(measured.or(fastest));
        }
        Ok(fastest.expect("there are variants"))
    }

    async fn kernel_copy(&self) -> Result<Fastest, GpuError> {
        let mut fastest = None;
        for (pairs, bytes, words) in [
            (false, 16, "of vec4f"),
            (true, 32, "of two vec4f at once as 64-bit integers"),
        ] {
            if pairs && !self.gpu.capabilities.wide_loads {
                continue;
            }
            for per_thread in COPIED_A_THREAD {
                let kernel = copy((self.bytes / bytes) as u32, per_thread, pairs);
                let dispatch = self.ready(&kernel).await?;
                let measured = Fastest {
                    variant: words.to_owned(),
                    seconds: self.timer.seconds_a_call(&dispatch).await?,
                    dispatch,
                    work: 2.0 * self.bytes as f64,
                };
                fastest = Some(measured.or(fastest));
            }
        }
        Ok(fastest.expect("there are variants"))
    }

    /// GB/s.
    async fn buffer_copy(&self) -> Result<f64, GpuError> {
        let encode = |encoder: &mut wgpu::CommandEncoder, repeats: u32| {
            for _ in 0..repeats {
                encoder.copy_buffer_to_buffer(&self.input, 0, &self.output, 0, self.bytes);
            }
        };
        let seconds = self.timer.seconds_a_turn(encode).await?;
        Ok(2.0 * self.bytes as f64 / seconds / 1e9)
    }
}
