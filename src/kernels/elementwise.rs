//! ReLU on its own, its way back, and addition.

use minijinja::context;

use super::{Access, Blocked, Grid, Kernel, render_images};
use Access::{Read, Write};

fn kernel(name: &'static str, shape: Blocked, bindings: Vec<Access>) -> Kernel {
    let per_sample = shape.quads_per_sample();
    Kernel {
        name,
        source: render_images(
            shape.precision,
            false,
            include_str!("../../shaders/elementwise.wgsl"),
            context! { per_sample },
        ),
        bindings,
        grid: Grid::threads_per_sample(per_sample),
        flops_per_sample: 0,
    }
}

/// `input` → `output` = max(input, 0).
pub fn relu(shape: Blocked) -> Kernel {
    kernel("relu", shape, vec![Read, Write])
}

/// The ReLU's `output`, `grad_input` to write, `grad_output`.
pub fn relu_backward(shape: Blocked) -> Kernel {
    kernel("relu_backward", shape, vec![Read, Write, Read])
}

/// `input` is added to `output`.
pub fn add(shape: Blocked) -> Kernel {
    kernel("add", shape, vec![Read, Write])
}
