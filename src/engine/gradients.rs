//! A step in two halves: what a batch asks of the values that train, and moving them. Between the two, those who share
//! a batch add up what their parts of it ask for.

use super::compile::Persistent;
use super::plan::encode;
use super::{BatchResult, BatchView, Engine, EngineError, Task};
use crate::gpu::GpuError;

impl Engine<'_> {
    /// The first half: runs a batch forward and backward, and waits for what came of it. The gradients are those of the
    /// mean loss over the batch, one a value that trains: parameter by parameter, places ascending. Running averages
    /// move. No other batch may be in flight.
    ///
    /// # Errors
    /// If the device failed meanwhile.
    pub async fn gradients(
        &mut self,
        batch: BatchView<'_>,
    ) -> Result<(BatchResult, Vec<f32>), EngineError> {
        assert_eq!(self.in_flight(), 0, "results of other batches come first");
        self.track_batch();
        self.submit(batch, 0.0, Task::Gradients)?;
        let lost = || GpuError::Lost {
            message: "no result came".into(),
        };
        let result = self.next_result().await?.ok_or_else(lost)?;
        if self.layout.trained_len() == 0 {
            return Ok((result, Vec::new()));
        }
        let buffer = self.buffers.persistent(Persistent::Gradients);
        let all = self.gpu.read(buffer, 4 * self.layout.gradients_len).await?;
        let all: Vec<f32> = bytemuck::pod_collect_to_vec(&all);
        let trained = self.layout.trained.iter();
        let gradients = trained.map(|[_, place]| all[*place as usize]).collect();
        Ok((result, gradients))
    }

    /// The second half: moves what trains by gradients, in the order in which [`Self::gradients`] gives them.
    ///
    /// # Errors
    /// If the device failed meanwhile.
    ///
    /// # Panics
    /// If there are more or fewer gradients than values that train.
    pub fn update(&mut self, gradients: &[f32], learning_rate: f64) -> Result<(), EngineError> {
        let trained = &self.layout.trained;
        assert_eq!(gradients.len(), trained.len(), "one gradient a value");
        self.gpu.check()?;
        if trained.is_empty() {
            return Ok(());
        }
        let mut all = vec![0.0_f32; self.layout.gradients_len as usize];
        for ([_, place], gradient) in trained.iter().zip(gradients) {
            all[*place as usize] = *gradient;
        }
        self.optimizer_steps += 1;
        self.write_step(&self.uniform(1, learning_rate));
        let buffer = self.buffers.persistent(Persistent::Gradients);
        let queue = &self.gpu.queue;
        queue.write_buffer(buffer, 0, bytemuck::cast_slice(&all));
        let mut encoder = self.gpu.device.create_command_encoder(&Default::default());
        encode(
            &mut encoder,
            &self.plan.train[self.plan.update_at..],
            1,
            self.gpu.capabilities.max_workgroups,
        );
        queue.submit([encoder.finish()]);
        Ok(())
    }
}
