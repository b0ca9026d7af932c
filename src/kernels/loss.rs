//! Softmax cross-entropy, and the entropy of answers.

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

/// What training makes small.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Loss {
    /// Softmax cross-entropy with the labels.
    #[default]
    CrossEntropy,
    /// The entropy of the answers, without labels (Wang et al., "Tent", arXiv 2006.10726).
    Entropy,
}

/// `logits`, `samples` → `losses`, `grad_logits`.
pub fn of(loss: Loss, classes: u32) -> Kernel {
    let bindings = vec![LOGITS, SAMPLES, LOSSES, GRAD_LOGITS];
    Kernel {
        name: match loss {
            Loss::CrossEntropy => "cross_entropy",
            Loss::Entropy => "entropy",
        },
        source: source(classes).bind(&bindings),
        bindings,
        grid: Grid::threads_per_sample(1),
        flops_per_sample: 0,
    }
}

/// `sample_losses` (the losses of [`of`]) → `total`.
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
