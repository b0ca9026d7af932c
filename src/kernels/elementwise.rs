//! ReLU on its own, its backward pass, and addition.

use super::source::Source;
use super::{Binding, Blocked, Grid, Kernel};

const FILE: &str = include_str!("../../shaders/elementwise.wgsl");

const INPUT: Binding = Binding::read("input", "Stored");
const OUTPUT: Binding = Binding::read_write("output", "Stored");
const GRAD_OUTPUT: Binding = Binding::read("grad_output", "Stored");
const GRAD_INPUT: Binding = Binding::read_write("grad_input", "Stored");
const ALL: &[Binding] = &[INPUT, OUTPUT, GRAD_OUTPUT, GRAD_INPUT];

fn source(shape: Blocked) -> Source {
    Source::new(FILE, ALL)
        .stored_in(shape.precision)
        .count("PER_SAMPLE", shape.quads_per_sample())
}

/// What the head in the file says.
#[cfg(test)]
pub(super) fn sample() -> Source {
    source(Blocked::new(5, 2, 3))
}

fn kernel(name: &'static str, shape: Blocked, bindings: Vec<Binding>) -> Kernel {
    Kernel {
        name,
        source: source(shape).bind(&bindings),
        bindings,
        grid: Grid::threads_per_sample(shape.quads_per_sample()),
        flops_per_sample: 0,
    }
}

/// `input` → `output` = max(input, 0).
pub fn relu(shape: Blocked) -> Kernel {
    kernel("relu", shape, vec![INPUT, OUTPUT])
}

/// `input` (what the ReLU gave), `grad_output` → `grad_input`.
pub fn relu_backward(shape: Blocked) -> Kernel {
    kernel("relu_backward", shape, vec![INPUT, GRAD_INPUT, GRAD_OUTPUT])
}

/// `input` is added to `output`.
pub fn add(shape: Blocked) -> Kernel {
    kernel("add", shape, vec![INPUT, OUTPUT])
}
