//! Which tensors of a step may share memory.

use serde::Serialize;

use super::compile::{Launch, Operand};

/// Bytes of device memory that a plan takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct MemoryReport {
    /// What forward leaves for later layers and for the backward pass. (What an evaluation alone uses, too.)
    pub activations: u64,
    /// Gradients of activations.
    pub gradients: u64,
    /// Memory that activations and gradients take in turns within a step.
    pub shared: u64,
    /// Parameters, their packed copies and running averages.
    pub parameters: u64,
    /// Gradients of parameters, what the optimiser remembers, and the list of what trains.
    pub optimizer: u64,
    /// Uploads, partial sums and results.
    pub other: u64,
}

impl MemoryReport {
    /// All of it.
    pub fn total(&self) -> u64 {
        self.tensors() + self.parameters + self.optimizer + self.other
    }

    /// Activations and their gradients: what lives within a step.
    pub fn tensors(&self) -> u64 {
        self.activations + self.gradients + self.shared
    }
}

/// How long the tensors of a list live.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Lifetime {
    /// From the first launch that uses one to the last.
    Use,
    /// To the end of the list, so that they can be read behind it.
    List,
}

/// Memory that tensors take in turns: by tensor the number of its slot, by slot its bytes.
pub(super) struct Slots {
    pub of_tensor: Vec<Option<usize>>,
    pub bytes: Vec<u64>,
}

impl Slots {
    /// Gives each tensor of the lists a slot that nothing else uses from the tensor's first launch to
    /// its last; to the end of the list where the list says so. The lists run one at a time, so they
    /// take the same slots.
    pub fn assign(bytes: &[u64], lists: &[(&[Launch], Lifetime)]) -> Self {
        let mut slots = Self {
            of_tensor: vec![None; bytes.len()],
            bytes: Vec::new(),
        };
        for (list, lifetime) in lists {
            slots.assign_list(bytes, list, *lifetime);
        }
        slots
    }

    /// Adds the bytes of all slots to a report, by what a step has in them: activations before place
    /// `loss_at` of its list, gradients from there on, or both.
    pub fn report(&self, step: &[Launch], loss_at: usize, report: &mut MemoryReport) {
        // A tensor is what it is where it first appears: gradients read activations, too.
        let mut is_gradient = vec![None; self.of_tensor.len()];
        let mut holds = vec![[false; 2]; self.bytes.len()];
        for (place, launch) in step.iter().enumerate() {
            for tensor in tensors(launch) {
                let gradient = *is_gradient[tensor].get_or_insert(place >= loss_at);
                if let Some(slot) = self.of_tensor[tensor] {
                    holds[slot][usize::from(gradient)] = true;
                }
            }
        }
        for (bytes, holds) in self.bytes.iter().zip(holds) {
            *match holds {
                [_, false] => &mut report.activations,
                [false, true] => &mut report.gradients,
                [true, true] => &mut report.shared,
            } += bytes;
        }
    }

    fn assign_list(&mut self, bytes: &[u64], list: &[Launch], lifetime: Lifetime) {
        let mut last_use = vec![None; bytes.len()];
        for (place, launch) in list.iter().enumerate() {
            for tensor in tensors(launch) {
                last_use[tensor] = Some(place);
            }
        }
        let mut free: Vec<usize> = (0..self.bytes.len()).collect();
        for (place, launch) in list.iter().enumerate() {
            for tensor in tensors(launch) {
                if self.of_tensor[tensor].is_none() {
                    self.of_tensor[tensor] = Some(self.take(&mut free, bytes[tensor]));
                }
            }
            if lifetime == Lifetime::List {
                continue;
            }
            for tensor in tensors(launch) {
                if last_use[tensor] == Some(place) {
                    last_use[tensor] = None;
                    free.extend(self.of_tensor[tensor]);
                }
            }
        }
    }

    /// The smallest free slot that is large enough and less than four times as large; else a new one.
    fn take(&mut self, free: &mut Vec<usize>, bytes: u64) -> usize {
        let fits = |slot: &usize| (bytes..4 * bytes).contains(&self.bytes[*slot]);
        let best = (0..free.len())
            .filter(|at| fits(&free[*at]))
            .min_by_key(|at| self.bytes[free[*at]]);
        match best {
            Some(at) => free.swap_remove(at),
            None => {
                self.bytes.push(bytes);
                self.bytes.len() - 1
            }
        }
    }
}

fn tensors(launch: &Launch) -> impl Iterator<Item = usize> {
    launch.operands.iter().filter_map(|operand| match operand {
        Operand::Tensor(tensor) => Some(tensor.0),
        Operand::Part(..) | Operand::Whole(_) => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::compile::TensorId;
    use crate::kernels::{Blocked, elementwise};

    /// Reads one tensor and writes another.
    fn launch(from: usize, to: usize) -> Launch {
        Launch {
            kernel: elementwise::relu(Blocked::new(4, 1, 1)),
            operands: [from, to].map(|at| Operand::Tensor(TensorId(at))).to_vec(),
        }
    }

    #[test]
    fn a_slot_is_for_what_lives_in_it() {
        // Activations 0, 1 and 2; from the third launch on gradients 3, 4 and 5. The fourth reads
        // activation 1.
        let step = [
            launch(0, 1),
            launch(1, 2),
            launch(2, 3),
            launch(1, 4),
            launch(3, 5),
        ];
        let bytes = [100, 1_000, 110, 90, 10_000, 100_000];
        let slots = Slots::assign(&bytes, &[(&step, Lifetime::Use)]);
        assert_eq!(slots.bytes, [100, 1_000, 110, 10_000, 100_000]);
        let mut report = MemoryReport::default();
        slots.report(&step, 2, &mut report);
        // Gradient 3 lies where activation 0 did.
        let found = [report.activations, report.gradients, report.shared];
        assert_eq!(found, [1_110, 110_000, 100]);
    }
}
