//! What memory a plan takes.

use wgpu::BufferUsages as Usage;

use crate::gpu::Capabilities;

use super::compile::{Lists, Persistent, TensorId};
use super::layout::Layout;
use super::memory::{Lifetime, MemoryReport, Slots};
use super::{EngineError, PlanOptions};

/// Bytes of every buffer, known before any is made.
pub(super) struct Sizes {
    persistent: [u64; Persistent::ALL.len()],
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
            Persistent::Pixels => lists.sample_bytes as u64 * batch,
            Persistent::Samples => 8 * batch,
            Persistent::Parameters => 4 * layout.parameters_len,
            Persistent::Gradients => 4 * layout.gradients_len,
            Persistent::Running => 4 * layout.running_len,
            Persistent::Packed => 4 * layout.packed_len,
            Persistent::Saved => 4 * layout.saved_len,
            Persistent::Scratch => lists.scratch_bytes,
            Persistent::Trained => 8 * trained,
            Persistent::FirstMoment => 4 * trained,
            Persistent::SecondMoment => 4 * trained * (options.rule.moments() as u64 - 1),
            Persistent::Logits => 4 * batch * u64::from(lists.classes),
            Persistent::Total => 8,
        };
        let tensors: Vec<u64> = lists.tensors.iter().map(|tensor| tensor.bytes).collect();
        let (evaluation, slot_usage) = match options.keep_outputs {
            true => (Lifetime::List, Usage::STORAGE | Usage::COPY_SRC),
            false => (Lifetime::Use, Usage::STORAGE),
        };
        let persistent = Persistent::ALL.map(|which| bytes(which).max(16).next_multiple_of(16));
        let slots = Slots::assign(
            &tensors,
            &[(&lists.train, Lifetime::Use), (&lists.evaluate, evaluation)],
        );
        let mut report = persistent_report(&persistent);
        slots.report(&lists.train, lists.loss_at, &mut report);
        Self {
            persistent,
            slots,
            slot_usage,
            report,
        }
    }

    /// Bytes of a buffer that outlives a step.
    pub fn persistent(&self, which: Persistent) -> u64 {
        self.persistent[which as usize]
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
        let persistent = Persistent::ALL
            .into_iter()
            .zip(self.persistent)
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
        for (what, bytes, limit) in persistent.chain(tensors) {
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
fn persistent_report(persistent: &[u64; Persistent::ALL.len()]) -> MemoryReport {
    let mut report = MemoryReport::default();
    for (which, bytes) in Persistent::ALL.into_iter().zip(persistent) {
        *match which {
            Persistent::Parameters | Persistent::Packed | Persistent::Running => {
                &mut report.parameters
            }
            Persistent::Gradients
            | Persistent::Trained
            | Persistent::FirstMoment
            | Persistent::SecondMoment => &mut report.optimizer,
            Persistent::Pixels
            | Persistent::Samples
            | Persistent::Saved
            | Persistent::Scratch
            | Persistent::Logits
            | Persistent::Total => &mut report.other,
        } += bytes;
    }
    report
}
