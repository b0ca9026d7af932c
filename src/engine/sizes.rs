//! What memory a plan takes.

use wgpu::BufferUsages as Usage;

use crate::gpu::Capabilities;

use super::compile::{Lasting, Lists, TensorId};
use super::layout::Layout;
use super::memory::{Lifetime, MemoryReport, Slots};
use super::{EngineError, PlanOptions};

/// Bytes of every buffer, known before any is made.
pub(super) struct Sizes {
    lasting: [u64; Lasting::ALL.len()],
    slots: Slots,
    /// What slots are used for.
    pub slot_usage: Usage,
    report: MemoryReport,
}

impl Sizes {
    pub fn new(lists: &Lists, layout: &Layout, options: &PlanOptions) -> Self {
        let batch = u64::from(options.max_batch);
        let trained = layout.trained_len() as u64;
        let bytes = |which| match which {
            Lasting::Pixels => lists.sample_bytes as u64 * batch,
            Lasting::Samples => 8 * batch,
            Lasting::Parameters => 4 * layout.parameters_len,
            Lasting::Gradients => 4 * layout.gradients_len,
            Lasting::Running => 4 * layout.running_len,
            Lasting::Packed => 4 * layout.packed_len,
            Lasting::Saved => 4 * layout.saved_len,
            Lasting::Scratch => lists.scratch_bytes,
            Lasting::Trained => 8 * trained,
            Lasting::FirstMoment => 4 * trained,
            Lasting::SecondMoment => 4 * trained * (options.rule.moments() as u64 - 1),
            Lasting::Logits => 4 * batch * u64::from(lists.classes),
            Lasting::Total => 8,
        };
        let tensors: Vec<u64> = lists.tensors.iter().map(|tensor| tensor.bytes).collect();
        let (evaluation, slot_usage) = match options.keep_outputs {
            true => (Lifetime::List, Usage::STORAGE | Usage::COPY_SRC),
            false => (Lifetime::Use, Usage::STORAGE),
        };
        let lasting = Lasting::ALL.map(|which| bytes(which).max(16).next_multiple_of(16));
        let slots = Slots::assign(
            &tensors,
            &[(&lists.train, Lifetime::Use), (&lists.evaluate, evaluation)],
        );
        let mut report = lasting_report(&lasting);
        slots.report(&lists.train, lists.loss_at, &mut report);
        Self {
            lasting,
            slots,
            slot_usage,
            report,
        }
    }

    /// Bytes of a buffer that outlives a step.
    pub fn lasting(&self, which: Lasting) -> u64 {
        self.lasting[which as usize]
    }

    /// The slot of a tensor.
    pub fn slot(&self, tensor: TensorId) -> usize {
        self.slots.of_tensor[tensor.0].expect("every tensor of a launch has a slot")
    }

    /// Bytes of each slot.
    pub fn slots(&self) -> &[u64] {
        &self.slots.bytes
    }

    /// No buffer and no binding may be larger than the adapter allows.
    pub fn check(&self, adapter: &Capabilities, lists: &Lists) -> Result<(), EngineError> {
        let largest_buffer = adapter.max_buffer_bytes;
        let largest_binding = adapter.max_binding_bytes.min(largest_buffer);
        let lasting = Lasting::ALL
            .into_iter()
            .zip(self.lasting)
            .map(|(which, bytes)| {
                let limit = if which.is_bound_in_parts() {
                    largest_buffer
                } else {
                    largest_binding
                };
                (format!("the buffer of {}", which.name()), bytes, limit)
            });
        let tensors = lists
            .tensors
            .iter()
            .map(|tensor| (tensor.name.clone(), tensor.bytes, largest_binding));
        for (what, bytes, limit) in lasting.chain(tensors) {
            if bytes > limit {
                return Err(EngineError::TooLarge { what, bytes, limit });
            }
        }
        Ok(())
    }

    /// The same by purpose.
    pub fn report(&self) -> MemoryReport {
        self.report
    }
}

/// What outlives a step, by purpose.
fn lasting_report(lasting: &[u64; Lasting::ALL.len()]) -> MemoryReport {
    let mut report = MemoryReport::default();
    for (which, bytes) in Lasting::ALL.into_iter().zip(lasting) {
        *match which {
            Lasting::Parameters | Lasting::Packed | Lasting::Running => &mut report.parameters,
            Lasting::Gradients
            | Lasting::Trained
            | Lasting::FirstMoment
            | Lasting::SecondMoment => &mut report.optimizer,
            Lasting::Pixels
            | Lasting::Samples
            | Lasting::Saved
            | Lasting::Scratch
            | Lasting::Logits
            | Lasting::Total => &mut report.other,
        } += bytes;
    }
    report
}
