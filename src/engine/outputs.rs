//! What a layer made of a batch.

use crate::kernels::{Blocked, Precision};
use crate::network::graph::BatchNormId;

use super::compile::Persistent;
use super::{Engine, EngineError};

impl Engine<'_> {
    /// What the pass of a BatchNorm left of the first `samples` images of the batch submitted last,
    /// which must have been an evaluation: `[samples, C, H, W]`, behind the addition and the ReLU that
    /// run in the same pass.
    ///
    /// # Errors
    /// If the device failed.
    ///
    /// # Panics
    /// If the plan does not keep outputs, stores them in f16, or has no such layer.
    pub async fn layer_output(
        &self,
        layer: BatchNormId,
        samples: u32,
    ) -> Result<Vec<f32>, EngineError> {
        assert!(
            self.options.keep_outputs && (1..=self.options.max_batch).contains(&samples),
            "a plan that keeps the outputs of as many images"
        );
        assert_eq!(
            self.options.precision,
            Precision::F32,
            "a plan that keeps f32"
        );
        let kept = self.plan.kept[layer.0].expect("a BatchNorm that runs");
        let slot = self.buffers.slot(kept.slot);
        let bytes = self.gpu.read(slot, kept.shape.bytes(samples)).await?;
        let blocked = bytemuck::pod_collect_to_vec(&bytes);
        Ok(unblocked(&blocked, kept.shape, samples))
    }

    /// The logits of the batch submitted last, `[N, classes]`.
    ///
    /// # Errors
    /// If the device failed meanwhile.
    pub async fn logits(&self, samples: u32) -> Result<Vec<f32>, EngineError> {
        let bytes = 4 * u64::from(samples) * u64::from(self.plan.classes);
        Ok(bytemuck::pod_collect_to_vec(
            &self
                .gpu
                .read(self.buffers.persistent(Persistent::Logits), bytes)
                .await?,
        ))
    }
}

/// `[N, ⌈C/4⌉, H, W]` of four values as `[N, C, H, W]`.
fn unblocked(blocked: &[f32], shape: Blocked, samples: u32) -> Vec<f32> {
    let [channels, quads, area] =
        [shape.channels, shape.quads, shape.area()].map(|size| size as usize);
    let mut values = Vec::with_capacity(samples as usize * channels * area);
    for image in 0..samples as usize {
        for channel in 0..channels {
            let quad = &blocked[4 * (image * quads + channel / 4) * area..][..4 * area];
            values.extend(quad.chunks_exact(4).map(|lanes| lanes[channel % 4]));
        }
    }
    values
}
