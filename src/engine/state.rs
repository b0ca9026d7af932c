//! Parameters, running averages and the optimiser's memory, to the device and back.

use crate::network::State;
use crate::network::state::RunningStatistics;

use super::compile::Persistent;
use super::layout::Range;
use super::plan::encode;
use super::{Engine, EngineError};

/// What the optimiser remembers, one value a trained value: parameter by parameter, places
/// ascending.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OptimizerState {
    /// Steps taken.
    pub steps: u64,
    /// SGD's velocity, or Adam's first moment.
    pub first_moment: Vec<f32>,
    /// Adam's second moment; empty for SGD.
    pub second_moment: Vec<f32>,
}

impl Engine<'_> {
    /// Puts a state on the device; the optimiser's memory stays as it is.
    ///
    /// # Errors
    /// If the device failed.
    ///
    /// # Panics
    /// If the state is not of this engine's graph.
    pub fn write_state(&mut self, state: &State) -> Result<(), EngineError> {
        let queue = &self.gpu.queue;
        let write = |buffer, range: Range, values: &[f32]| {
            assert!(
                values.len() as u64 <= range.len,
                "a state of another network"
            );
            queue.write_buffer(buffer, 4 * range.offset, bytemuck::cast_slice(values));
        };
        assert_eq!(
            state.parameters.len(),
            self.layout.parameters.len(),
            "a state of another network"
        );
        assert_eq!(
            state.running.len(),
            self.layout.running.len(),
            "a state of another network"
        );
        for (range, values) in self.layout.parameters.iter().zip(&state.parameters) {
            write(
                self.buffers.persistent(Persistent::Parameters),
                *range,
                values,
            );
        }
        for ([mean, variance], values) in self.layout.running.iter().zip(&state.running) {
            write(
                self.buffers.persistent(Persistent::Running),
                *mean,
                &values.mean,
            );
            write(
                self.buffers.persistent(Persistent::Running),
                *variance,
                &values.variance,
            );
        }
        self.batches_tracked = state
            .running
            .iter()
            .map(|running| running.batches_tracked)
            .collect();
        let mut encoder = self.gpu.device.create_command_encoder(&Default::default());
        encode(
            &mut encoder,
            &self.plan.pack,
            1,
            self.gpu.capabilities.max_workgroups,
        );
        queue.submit([encoder.finish()]);
        Ok(self.gpu.check()?)
    }

    /// Puts γ, β and running statistics on the device, and leaves all other parameters as they are;
    /// unlike [`Self::write_state`] it packs no convolution anew. γ and β are those of all channels,
    /// BatchNorm after BatchNorm.
    ///
    /// # Errors
    /// If the device failed.
    ///
    /// # Panics
    /// If the values are not of this engine's graph.
    pub fn write_batch_norms(
        &mut self,
        gamma: &[f32],
        beta: &[f32],
        running: &[RunningStatistics],
    ) -> Result<(), EngineError> {
        let layers = &self.graph.batch_norms;
        let channels: usize = layers.iter().map(|layer| layer.channels as usize).sum();
        assert!(
            [gamma.len(), beta.len()] == [channels; 2] && running.len() == layers.len(),
            "values of another network"
        );
        let write = |which: Persistent, range: Range, values: &[f32]| {
            let buffer = self.buffers.persistent(which);
            let bytes = bytemuck::cast_slice(values);
            self.gpu.queue.write_buffer(buffer, 4 * range.offset, bytes);
        };
        let mut start = 0;
        for ((layer, [mean, variance]), running) in
            layers.iter().zip(&self.layout.running).zip(running)
        {
            let count = layer.channels as usize;
            assert_eq!(
                [running.mean.len(), running.variance.len()],
                [count; 2],
                "values of another network"
            );
            let channels = start..start + count;
            start += count;
            let [gammas, betas] = [layer.gamma, layer.beta].map(|id| self.layout.parameter(id));
            write(Persistent::Parameters, gammas, &gamma[channels.clone()]);
            write(Persistent::Parameters, betas, &beta[channels]);
            write(Persistent::Running, *mean, &running.mean);
            write(Persistent::Running, *variance, &running.variance);
        }
        self.batches_tracked = running.iter().map(|layer| layer.batches_tracked).collect();
        Ok(self.gpu.check()?)
    }

    /// The state after all steps submitted so far.
    ///
    /// # Errors
    /// If the device failed.
    pub async fn read_state(&self) -> Result<State, EngineError> {
        let parameters = self
            .floats(self.buffers.persistent(Persistent::Parameters))
            .await?;
        let running = self
            .floats(self.buffers.persistent(Persistent::Running))
            .await?;
        let part = |values: &[f32], range: &Range, len: usize| {
            values[range.offset as usize..][..len].to_vec()
        };
        Ok(State {
            parameters: std::iter::zip(&self.layout.parameters, &self.graph.parameters)
                .map(|(range, parameter)| part(&parameters, range, parameter.len()))
                .collect(),
            running: std::iter::zip(&self.layout.running, &self.graph.batch_norms)
                .zip(&self.batches_tracked)
                .map(
                    |(([mean, variance], layer), batches_tracked)| RunningStatistics {
                        mean: part(&running, mean, layer.channels as usize),
                        variance: part(&running, variance, layer.channels as usize),
                        batches_tracked: *batches_tracked,
                    },
                )
                .collect(),
        })
    }

    /// Puts the optimiser's memory on the device.
    ///
    /// # Errors
    /// If the device failed.
    ///
    /// # Panics
    /// If it is not of this engine's trained set and rule.
    pub fn write_optimizer(&mut self, moments: &OptimizerState) -> Result<(), EngineError> {
        let count = self.layout.trained_len();
        let second = if self.options.rule.moments() == 2 {
            count
        } else {
            0
        };
        assert!(
            moments.first_moment.len() == count && moments.second_moment.len() == second,
            "an optimiser's memory of another trained set"
        );
        let queue = &self.gpu.queue;
        queue.write_buffer(
            self.buffers.persistent(Persistent::FirstMoment),
            0,
            bytemuck::cast_slice(&moments.first_moment),
        );
        queue.write_buffer(
            self.buffers.persistent(Persistent::SecondMoment),
            0,
            bytemuck::cast_slice(&moments.second_moment),
        );
        self.optimizer_steps = moments.steps;
        Ok(self.gpu.check()?)
    }

    /// The optimiser's memory after all steps submitted so far.
    ///
    /// # Errors
    /// If the device failed.
    pub async fn read_optimizer(&self) -> Result<OptimizerState, EngineError> {
        let count = self.layout.trained_len();
        let mut first = self
            .floats(self.buffers.persistent(Persistent::FirstMoment))
            .await?;
        first.truncate(count);
        let mut second = self
            .floats(self.buffers.persistent(Persistent::SecondMoment))
            .await?;
        second.truncate(if self.options.rule.moments() == 2 {
            count
        } else {
            0
        });
        Ok(OptimizerState {
            steps: self.optimizer_steps,
            first_moment: first,
            second_moment: second,
        })
    }

    async fn floats(&self, buffer: &wgpu::Buffer) -> Result<Vec<f32>, EngineError> {
        let bytes = self.gpu.read(buffer, buffer.size()).await?;
        Ok(bytemuck::pod_collect_to_vec(&bytes))
    }
}
