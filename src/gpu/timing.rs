//! How long work on the device takes, by the clock on the wall.
//!
//! A dispatch is repeated within one pass until a submission takes long enough for the clock; the median
//! of several such rounds counts, less what an empty submission takes. No timestamps of the device are
//! needed, which not all have and browsers make coarse.

use futures_channel::oneshot;
use web_time::Instant;

use super::{Gpu, GpuError};

/// Something to dispatch, alone and again.
#[derive(Clone, Debug)]
pub struct Dispatch {
    /// What runs.
    pub pipeline: wgpu::ComputePipeline,
    /// Its group 0.
    pub bind_group: wgpu::BindGroup,
    /// Workgroups in x and y.
    pub workgroups: [u32; 2],
}

impl Dispatch {
    /// Encodes it `repeats` times within one pass.
    pub fn encode(&self, encoder: &mut wgpu::CommandEncoder, repeats: u32) {
        let mut pass = encoder.begin_compute_pass(&Default::default());
        pass.set_pipeline(&self.pipeline);
        pass.set_bind_group(0, &self.bind_group, &[]);
        for _ in 0..repeats {
            pass.dispatch_workgroups(self.workgroups[0], self.workgroups[1], 1);
        }
    }
}

/// How much time a measurement may take.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Effort {
    /// What one round shall take at least, in seconds; the more, the less the clock's own noise counts.
    pub round_secs: f64,
    /// Rounds, of which the median counts.
    pub rounds: usize,
}

impl Effort {
    /// For figures that are printed.
    pub const THOROUGH: Self = Self {
        round_secs: 0.07,
        rounds: 5,
    };
    /// For a first look, and for choosing between variants.
    pub const QUICK: Self = Self {
        round_secs: 0.015,
        rounds: 3,
    };
}

/// Most repeats in one submission: each takes memory for its commands.
const MOST_REPEATS: u32 = 1 << 15;

/// Measures on one device.
pub struct Timer<'a> {
    gpu: &'a Gpu,
    effort: Effort,
    submission_secs: f64,
}

impl<'a> Timer<'a> {
    /// Measures first what a submission itself costs.
    ///
    /// # Errors
    /// If the device failed.
    pub async fn new(gpu: &'a Gpu, effort: Effort) -> Result<Self, GpuError> {
        let mut rounds = Vec::new();
        // The first ones set things up.
        for round in 0..4 + 8 * effort.rounds {
            let empty = submission_seconds(gpu, |encoder| {
                encoder.begin_compute_pass(&Default::default());
            })
            .await?;
            if round >= 4 {
                rounds.push(empty);
            }
        }
        Ok(Self {
            gpu,
            effort,
            submission_secs: median(&mut rounds),
        })
    }

    /// How much time it takes.
    pub fn effort(&self) -> Effort {
        self.effort
    }

    /// Seconds from a submission of nothing to its end.
    pub fn submission_secs(&self) -> f64 {
        self.submission_secs
    }

    /// Seconds that one of many dispatches in a pass takes.
    ///
    /// # Errors
    /// If the device failed.
    pub async fn seconds_a_call(&self, dispatch: &Dispatch) -> Result<f64, GpuError> {
        self.seconds_a_turn(|encoder, repeats| dispatch.encode(encoder, repeats))
            .await
    }

    /// Seconds that one turn takes of work which `encode` writes down as many times as it is told.
    ///
    /// # Errors
    /// If the device failed.
    pub async fn seconds_a_turn(
        &self,
        encode: impl Fn(&mut wgpu::CommandEncoder, u32),
    ) -> Result<f64, GpuError> {
        let round = async |repeats: u32| -> Result<f64, GpuError> {
            let taken = submission_seconds(self.gpu, |encoder| encode(encoder, repeats)).await?;
            Ok((taken - self.submission_secs).max(0.0))
        };
        // The first call compiles what the driver left for it.
        round(1).await?;
        let mut repeats = 1;
        loop {
            let taken = round(repeats).await?;
            if taken >= self.effort.round_secs || repeats >= MOST_REPEATS {
                break;
            }
            // Never more than eight times as many at once: the first rounds measure badly.
            let wanted = f64::from(repeats) * 1.2 * self.effort.round_secs / taken.max(1e-9);
            repeats = (wanted as u32)
                .clamp(repeats + 1, 8 * repeats)
                .min(MOST_REPEATS);
        }
        let mut rounds = Vec::new();
        for _ in 0..self.effort.rounds {
            rounds.push(round(repeats).await? / f64::from(repeats));
        }
        Ok(median(&mut rounds))
    }
}

/// Seconds from the submission of what `encode` writes to its end. What the host takes to encode does
/// not count.
///
/// # Errors
/// If the device failed.
pub async fn submission_seconds(
    gpu: &Gpu,
    encode: impl FnOnce(&mut wgpu::CommandEncoder),
) -> Result<f64, GpuError> {
    let mut encoder = gpu.device.create_command_encoder(&Default::default());
    encode(&mut encoder);
    let commands = encoder.finish();
    let (sender, done) = oneshot::channel();
    let since = Instant::now();
    let submission = gpu.queue.submit([commands]);
    gpu.queue.on_submitted_work_done(move || {
        // Nobody listens any more if the device was lost meanwhile.
        let _ = sender.send(());
    });
    gpu.finish(submission, done).await?;
    Ok(since.elapsed().as_secs_f64())
}

/// The middle of some values, the mean of two where there is no middle one; 0 of none.
pub fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    match (values.len(), values.len() / 2) {
        (0, _) => 0.0,
        (len, middle) if len % 2 == 1 => values[middle],
        (_, middle) => (values[middle - 1] + values[middle]) / 2.0,
    }
}

#[cfg(test)]
mod tests {
    use super::median;

    #[test]
    fn a_median_is_in_the_middle() {
        assert_eq!(median(&mut []), 0.0);
        assert_eq!(median(&mut [3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(&mut [4.0, 1.0, 2.0, 100.0]), 3.0);
    }
}
