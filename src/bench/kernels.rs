//! Each kernel of a training step, alone, beside what the adapter can do at that time.

use serde::Serialize;

use super::ceilings::{Best, Limit};
use crate::engine::{Engine, EngineError, Phase, StepKernel};
use crate::gpu::timing::Timer;

/// One distinct kernel of a step: the same text on operands of the same bytes.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct KernelTime {
    /// Its entry point.
    pub kernel: &'static str,
    /// The part of the step.
    pub phase: Phase,
    /// Images it reads and writes.
    pub images: String,
    /// For which module it runs the first time.
    pub module: String,
    /// Times in a step.
    pub calls: u64,
    /// Of one call, alone and again and again; what it works on may therefore be in a cache.
    pub milliseconds_a_call: f64,
    /// Multiplications and additions of a call; 0 where bytes are what it is about.
    pub flops_a_call: u64,
    /// Bytes of its operands, each counted once.
    pub bytes_a_call: u64,
    /// Where it has such a figure.
    pub gflops_per_second: Option<f64>,
    /// Of its operands.
    pub gigabytes_per_second: f64,
    /// Which of arithmetic and memory would take longer at the adapter's best.
    pub limit: Limit,
    /// That best, measured right before and right after the kernel: the mean, in 10⁹ operations or bytes a
    /// second.
    pub best_beside: f64,
    /// The time it would take at that best, as a share of the time it took. Above 1 where caches help, or a
    /// kernel computes less than the plain sum.
    pub share_of_limit: f64,
    /// Of the time of all dispatches of a step, 0 to 1.
    pub share_of_step: f64,
}

impl KernelTime {
    /// Of all its calls in a step.
    pub fn milliseconds_a_step(&self) -> f64 {
        self.calls as f64 * self.milliseconds_a_call
    }

    fn new(kernel: &StepKernel, seconds: f64, limit: Limit, best_beside: f64) -> Self {
        let work = &kernel.work;
        let (flops, bytes) = (work.flops as f64, work.bytes() as f64);
        // A clock may show nothing for what hardly takes time.
        let seconds = seconds.max(1e-9);
        let of_limit = match limit {
            Limit::Arithmetic => flops,
            Limit::Memory => bytes,
        };
        Self {
            kernel: work.kernel,
            phase: work.phase,
            images: work.images.clone(),
            module: work.module.clone(),
            calls: kernel.calls,
            milliseconds_a_call: 1e3 * seconds,
            flops_a_call: work.flops,
            bytes_a_call: work.bytes(),
            gflops_per_second: (work.flops > 0).then_some(flops / seconds / 1e9),
            gigabytes_per_second: bytes / seconds / 1e9,
            limit,
            best_beside,
            share_of_limit: of_limit / (1e9 * best_beside) / seconds,
            share_of_step: 0.0,
        }
    }
}

/// Times each distinct kernel of a training step, in the order of their first times. At least one step
/// should have run, so that they work on numbers that training gives. `stage` is told which is under way.
///
/// # Errors
/// If the device failed.
pub async fn measure(
    engine: &Engine<'_>,
    timer: &Timer<'_>,
    best: &Best<'_>,
    stage: &mut dyn FnMut(&str),
) -> Result<Vec<KernelTime>, EngineError> {
    let mut times = Vec::new();
    // What was measured after one kernel is what was measured before the next.
    let mut last = None;
    let kernels = engine.kernels_alone();
    for (place, kernel) in (1..).zip(&kernels) {
        stage(&format!(
            "kernel {place} of {}: {}",
            kernels.len(),
            kernel.work.kernel
        ));
        let work = &kernel.work;
        let limit = best.limit(work.flops as f64, work.bytes() as f64);
        let before = match last {
            Some((of, now)) if of == limit => now,
            _ => best.now(limit).await?,
        };
        let seconds = timer.seconds_a_call(&kernel.dispatch).await?;
        let after = best.now(limit).await?;
        last = Some((limit, after));
        let beside = (before + after) / 2.0;
        times.push(KernelTime::new(kernel, seconds, limit, beside));
    }
    let all: f64 = times.iter().map(KernelTime::milliseconds_a_step).sum();
    for time in &mut times {
        time.share_of_step = time.milliseconds_a_step() / all;
    }
    Ok(times)
}
