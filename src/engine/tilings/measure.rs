//! How a variant of a pass is compiled, checked against the baseline, and timed.

use web_time::{Duration, Instant};

use crate::gpu::pipeline::PipelineCache;
use crate::gpu::timing::{self, Timer};
use crate::gpu::{Capabilities, Gpu, GpuError};
use crate::kernels::conv::tiling::Tiling;
use crate::kernels::conv::{self, BackwardExtras, Direction, ForwardExtras, Pass};
use crate::kernels::{Kernel, StepUniform};

/// Samples of a check; the destination has room for one more, which must stay as it was.
const CHECKED_SAMPLES: u32 = 3;

/// Most f32 of a tensor that is measured on: a large batch is measured by a part of it.
const MOST_VALUES: u64 = 1 << 24;

/// Difference from the baseline, relative in norm, that single precision explains.
const RELATIVE: f64 = 1e-4;

/// A variant of a pass, and how long it took.
#[derive(Clone, Copy, Debug)]
pub struct Measured {
    /// The variant.
    pub tiling: Tiling,
    /// Seconds for the batch.
    pub secs: f64,
}

/// The fastest of those measured.
pub(super) fn fastest(tried: &[Measured]) -> Option<Tiling> {
    let by_time = |a: &&Measured, b: &&Measured| a.secs.total_cmp(&b.secs);
    tried.iter().min_by(by_time).map(|measured| measured.tiling)
}

/// All variants of some passes, compiled beside each other.
pub(super) async fn compile_all(gpu: &Gpu, passes: &[Pass]) -> Result<PipelineCache, GpuError> {
    let of_pass = |pass| kernels(&gpu.capabilities, pass);
    let kernels: Vec<_> = passes.iter().flat_map(of_pass).collect();
    let entry_points: Vec<_> = kernels.iter().map(Kernel::entry_point).collect();
    let mut pipelines = PipelineCache::default();
    let missing = pipelines.missing(gpu, &entry_points);
    match gpu.compile(&missing).await {
        Ok(compiled) => {
            pipelines.add(compiled);
            Ok(pipelines)
        }
        // Each alone will show which of them it was.
        Err(GpuError::Refused { .. }) => Ok(PipelineCache::default()),
        Err(error) => Err(error),
    }
}

/// All variants of a pass and the baseline, as an adapter gets them, each with the packing of its weights.
pub(super) fn kernels(adapter: &Capabilities, pass: &Pass) -> Vec<Kernel> {
    let touched = as_touched(adapter, pass);
    let mut tilings = Tiling::all(pass, adapter.lanes());
    tilings.push(Tiling::baseline(pass));
    let of_tiling = |tiling: &Tiling| [kernel(&touched, tiling), conv::pack(&touched, tiling)];
    tilings.iter().flat_map(of_tiling).collect()
}

/// A pass over images as the adapter touches them.
fn as_touched(adapter: &Capabilities, pass: &Pass) -> Pass {
    let shape = pass.shape.in_pairs(adapter.wide_loads);
    shape.pass(pass.direction)
}

fn kernel(pass: &Pass, tiling: &Tiling) -> Kernel {
    match pass.direction {
        Direction::Forward => conv::forward(&pass.shape, tiling, ForwardExtras::default()),
        Direction::Backward => conv::grad_input(&pass.shape, tiling, BackwardExtras::default()),
    }
}

/// Tries the variants of a pass, the likely fastest first, those that compute what the baseline does. With
/// `patience`, the first that takes longer to get ready is the last. `go_on` is asked before each.
pub(super) async fn try_all(
    gpu: &Gpu,
    pipelines: &mut PipelineCache,
    timer: &Timer<'_>,
    pass: &Pass,
    batch: u32,
    patience: Option<Duration>,
    go_on: &dyn Fn() -> Result<(), GpuError>,
) -> Result<Vec<Measured>, GpuError> {
    let largest = pass.source().bytes(1).max(pass.destination().bytes(1)) / 4;
    let whole = batch;
    let batch = whole.min((MOST_VALUES / largest).max(1) as u32);
    let trial = Trial::new(gpu, pipelines, pass, batch.max(CHECKED_SAMPLES + 1)).await?;
    let mut tried = Vec::new();
    for tiling in Tiling::all(pass, gpu.capabilities.lanes()) {
        go_on()?;
        let begin = Instant::now();
        let Some(candidate) = trial.candidate(pipelines, &tiling).await? else {
            continue;
        };
        if !trial.is_right(&candidate).await? {
            continue;
        }
        let took = begin.elapsed();
        let impatient = patience.is_some_and(|patience| took > patience);
        // Where it will be the only one, it need not be measured.
        let secs = match impatient && tried.is_empty() {
            true => 0.0,
            false => {
                let part = f64::from(whole) / f64::from(batch);
                part * trial.seconds(timer, &candidate, batch).await?
            }
        };
        tried.push(Measured { tiling, secs });
        if impatient {
            break;
        }
    }
    Ok(tried)
}

/// A pass on made-up values, and what the baseline makes of them.
struct Trial<'a> {
    gpu: &'a Gpu,
    pass: Pass,
    source: wgpu::Buffer,
    weight: wgpu::Buffer,
    destination: wgpu::Buffer,
    step: wgpu::Buffer,
    expected: Vec<f32>,
}

/// A kernel with weights packed for it.
struct Candidate {
    kernel: Kernel,
    dispatch: timing::Dispatch,
}

impl<'a> Trial<'a> {
    async fn new(
        gpu: &'a Gpu,
        pipelines: &mut PipelineCache,
        pass: &Pass,
        batch: u32,
    ) -> Result<Self, GpuError> {
        use wgpu::BufferUsages as Usage;
        let buffers = gpu.guarded(|| {
            let create = |size: u64, usage: Usage| {
                gpu.device.create_buffer(&wgpu::BufferDescriptor {
                    label: Some("trial"),
                    size,
                    usage: usage | Usage::COPY_DST,
                    mapped_at_creation: false,
                })
            };
            let source = create(pass.source().bytes(batch), Usage::STORAGE);
            let weight_bytes = 4 * u64::from(pass.shape.weight_len()).next_multiple_of(4);
            let weight = create(weight_bytes, Usage::STORAGE);
            let images = pass.destination().bytes(batch);
            let destination = create(images, Usage::STORAGE | Usage::COPY_SRC);
            for buffer in [&source, &weight] {
                let values = made_up(buffer.size() / 4);
                gpu.queue
                    .write_buffer(buffer, 0, bytemuck::cast_slice(&values));
            }
            let step = create(size_of::<StepUniform>() as u64, Usage::UNIFORM);
            (source, weight, destination, step)
        });
        let (source, weight, destination, step) = buffers.await?;
        let mut trial = Self {
            gpu,
            pass: as_touched(&gpu.capabilities, pass),
            source,
            weight,
            destination,
            step,
            expected: Vec::new(),
        };
        let baseline = trial.candidate(pipelines, &Tiling::baseline(pass)).await?;
        if let Some(baseline) = baseline {
            trial.expected = trial.result(&baseline).await?;
        }
        Ok(trial)
    }

    /// Compiles a variant and packs its weights; nothing if the device refuses it.
    async fn candidate(
        &self,
        pipelines: &mut PipelineCache,
        tiling: &Tiling,
    ) -> Result<Option<Candidate>, GpuError> {
        self.candidate_of(pipelines, kernel(&self.pass, tiling), tiling)
            .await
    }

    async fn candidate_of(
        &self,
        pipelines: &mut PipelineCache,
        kernel: Kernel,
        tiling: &Tiling,
    ) -> Result<Option<Candidate>, GpuError> {
        let made = self.gpu.guarded(|| {
            let packed = self.gpu.device.create_buffer(&wgpu::BufferDescriptor {
                label: Some("packed weights"),
                size: 4 * tiling.packed_len(&self.pass),
                usage: wgpu::BufferUsages::STORAGE,
                mapped_at_creation: false,
            });
            let pack = conv::pack(&self.pass, tiling);
            let operands = [("weight", &self.weight), ("packed", &packed)];
            let pack = pack.dispatch(self.gpu, pipelines, 1, &self.step, &operands);
            let mut encoder = self.gpu.device.create_command_encoder(&Default::default());
            pack.encode(&mut encoder, 1);
            self.gpu.queue.submit([encoder.finish()]);
            let operands = [
                ("source", &self.source),
                ("weights", &packed),
                ("destination", &self.destination),
            ];
            kernel.dispatch(self.gpu, pipelines, 1, &self.step, &operands)
        });
        match made.await {
            Ok(dispatch) => Ok(Some(Candidate { kernel, dispatch })),
            Err(GpuError::Refused { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// A candidate's dispatch for a batch, the uniform written for it.
    fn for_batch(&self, candidate: &Candidate, batch: u32) -> timing::Dispatch {
        let step = StepUniform {
            batch,
            learning_rate: 0.0,
            first_correction: 1.0,
            second_correction: 1.0,
        };
        self.gpu
            .queue
            .write_buffer(&self.step, 0, bytemuck::bytes_of(&step));
        let largest = self.gpu.capabilities.max_workgroups;
        timing::Dispatch {
            workgroups: candidate.kernel.grid.workgroups(batch, largest),
            ..candidate.dispatch.clone()
        }
    }

    /// The destination of a small batch, which was NaN before.
    async fn result(&self, candidate: &Candidate) -> Result<Vec<f32>, GpuError> {
        let bytes = self.pass.destination().bytes(CHECKED_SAMPLES + 1);
        let poison = vec![f32::NAN; bytes as usize / 4];
        self.gpu
            .queue
            .write_buffer(&self.destination, 0, bytemuck::cast_slice(&poison));
        let dispatch = self.for_batch(candidate, CHECKED_SAMPLES);
        timing::submission_seconds(self.gpu, |encoder| dispatch.encode(encoder, 1)).await?;
        let bytes = self.gpu.read(&self.destination, bytes).await?;
        Ok(bytemuck::pod_collect_to_vec(&bytes))
    }

    /// Whether a candidate computes what the baseline does, all of it and nothing beyond.
    async fn is_right(&self, candidate: &Candidate) -> Result<bool, GpuError> {
        let result = self.result(candidate).await?;
        let mut difference = 0.0;
        let mut norm = 0.0;
        for (actual, expected) in result.iter().zip(&self.expected) {
            match (actual.is_nan(), expected.is_nan()) {
                (true, true) => {}
                (false, false) => {
                    difference += f64::from(actual - expected).powi(2);
                    norm += f64::from(*expected).powi(2);
                }
                _ => return Ok(false),
            }
        }
        Ok(difference <= RELATIVE * RELATIVE * norm)
    }

    async fn seconds(
        &self,
        timer: &Timer<'_>,
        candidate: &Candidate,
        batch: u32,
    ) -> Result<f64, GpuError> {
        timer
            .seconds_a_call(&self.for_batch(candidate, batch))
            .await
    }
}

/// Values in (−1, 1), the same each time.
fn made_up(len: u64) -> Vec<f32> {
    let value = |i: u64| {
        let mixed = (i as u32).wrapping_mul(0x9e37_79b9);
        let mixed = (mixed ^ mixed >> 15).wrapping_mul(0x85eb_ca6b);
        f32::from_bits(0x3f80_0000 | mixed >> 9) * 2.0 - 3.0
    };
    (0..len).map(value).collect()
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use crate::kernels::Blocked;
    use crate::kernels::conv::ConvShape;

    #[pollster::test]
    async fn a_variant_that_computes_too_little_too_much_or_elsewhere_is_not_right() {
        let gpu = Gpu::open(&Default::default()).await.expect("an adapter");
        let images = Blocked::new(8, 6, 8);
        let shape = ConvShape {
            input: images,
            output: images,
            kernel: 3,
            stride: 1,
            padding: 1,
        };
        let pass = shape.pass(Direction::Forward);
        let pipelines = &mut PipelineCache::default();
        let trial = Trial::new(&gpu, pipelines, &pass, CHECKED_SAMPLES + 1).await;
        let trial = trial.expect("room for it");
        let tiling = Tiling::baseline(&pass);
        let mut is_right = async |text: &str, instead: &str| {
            let mut kernel = kernel(&trial.pass, &tiling);
            assert!(kernel.source.contains(text), "{}", kernel.source);
            kernel.source = kernel.source.replace(text, instead);
            let candidate = trial.candidate_of(pipelines, kernel, &tiling).await;
            let candidate = candidate.expect("the device goes on").expect("valid text");
            trial
                .is_right(&candidate)
                .await
                .expect("the device goes on")
        };
        assert!(is_right("sum_0_0_0 ", "sum_0_0_0 ").await);
        assert!(!is_right("sum_0_0_0 += w.x", "sum_0_0_0 += 1.01 * w.x").await);
        assert!(!is_right("ky < 3", "ky < 2").await);
        // Nothing of the last sample, and something of one beyond the batch.
        assert!(!is_right("if (n < current.batch)", "if (n + 1u < current.batch)").await);
        assert!(!is_right("if (n < current.batch)", "if (n < current.batch + 1u)").await);
    }
}
