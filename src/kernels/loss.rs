//! Softmax cross-entropy.

use super::source::Source;
use super::{Binding, Grid, Kernel};

const FILE: &str = include_str!("../../shaders/loss.wgsl");

const LOGITS: Binding = Binding::read("logits", "f32");
const SAMPLES: Binding = Binding::read("samples", "vec2u");
const LOSSES: Binding = Binding::read_write("losses", "vec2f");
const GRAD_LOGITS: Binding = Binding::read_write("grad_logits", "f32");
const SAMPLE_LOSSES: Binding = Binding::read("sample_losses", "vec2f");
const TOTAL: Binding = Binding::read_write("total", "vec2f");
const ALL: &[Binding] = &[LOGITS, SAMPLES, LOSSES, GRAD_LOGITS, SAMPLE_LOSSES, TOTAL];

fn source(classes: u32) -> Source {
    Source::new(FILE, ALL).count("CLASSES", classes)
}

/// What the head in the file says.
#[cfg(test)]
pub(super) fn sample() -> Source {
    source(3)
}

/// `logits`, `samples` → `losses`, `grad_logits`.
pub fn cross_entropy(classes: u32) -> Kernel {
    let bindings = vec![LOGITS, SAMPLES, LOSSES, GRAD_LOGITS];
    Kernel {
        name: "cross_entropy",
        source: source(classes).bind(&bindings),
        bindings,
        grid: Grid::threads_per_sample(1),
        flops_per_sample: 0,
    }
}

/// `sample_losses` (the losses of [`cross_entropy`]) → `total`.
pub fn sum_losses(classes: u32) -> Kernel {
    let bindings = vec![SAMPLE_LOSSES, TOTAL];
    Kernel {
        name: "sum_losses",
        source: source(classes).bind(&bindings),
        bindings,
        grid: Grid {
            groups: 1,
            per_sample: 0,
            block: 1,
        },
        flops_per_sample: 0,
    }
}
