//! Softmax cross-entropy.

use minijinja::context;

use super::{Access, Grid, Kernel, render};
use Access::{Read, Write};

/// `logits`, `samples` → `losses`, `grad_logits`.
pub fn cross_entropy(classes: u32) -> Kernel {
    Kernel {
        name: "cross_entropy",
        source: render(
            include_str!("../../shaders/loss.wgsl"),
            context! { classes },
        ),
        bindings: vec![Read, Read, Write, Write],
        grid: Grid::threads_per_sample(1),
        flops_per_sample: 0,
    }
}

/// `losses` → `total`.
pub fn sum_losses(classes: u32) -> Kernel {
    Kernel {
        name: "sum_losses",
        source: render(
            include_str!("../../shaders/loss.wgsl"),
            context! { classes },
        ),
        bindings: vec![Read, Write],
        grid: Grid {
            groups: 1,
            per_sample: 0,
            block: 1,
        },
        flops_per_sample: 0,
    }
}
