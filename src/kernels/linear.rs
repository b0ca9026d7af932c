//! The output layer.

use super::source::Source;
use super::{Binding, Grid, Kernel, Precision};

const FILE: &str = include_str!("../../shaders/linear.wgsl");

const INPUT: Binding = Binding::read("input", "StoredValue");
const WEIGHT: Binding = Binding::read("weight", "f32");
const BIAS: Binding = Binding::read("bias", "f32");
const LOGITS: Binding = Binding::read_write("logits", "f32");
const GRAD_LOGITS: Binding = Binding::read("grad_logits", "f32");
const GRAD_INPUT: Binding = Binding::read_write("grad_input", "StoredValue");
const GRAD_WEIGHT: Binding = Binding::read_write("grad_weight", "f32");
const GRAD_BIAS: Binding = Binding::read_write("grad_bias", "f32");
const ALL: &[Binding] = &[
    INPUT,
    WEIGHT,
    BIAS,
    LOGITS,
    GRAD_LOGITS,
    GRAD_INPUT,
    GRAD_WEIGHT,
    GRAD_BIAS,
];

/// `[N, C]` → `[N, K]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct LinearShape {
    /// C.
    pub channels: u32,
    /// K.
    pub classes: u32,
    /// How the channel-blocked input and its gradient are stored.
    pub precision: Precision,
}

impl LinearShape {
    /// Numbers in one sample's row of the channel-blocked input.
    fn row(&self) -> u32 {
        self.channels.next_multiple_of(4)
    }

    fn source(&self) -> Source {
        Source::new(FILE, ALL)
            .stored_in(self.precision)
            .count("CHANNELS", self.channels)
            .count("ROW", self.row())
            .count("CLASSES", self.classes)
    }

    fn kernel(&self, name: &'static str, bindings: Vec<Binding>, grid: Grid) -> Kernel {
        Kernel {
            name,
            source: self.source().bind(&bindings),
            bindings,
            grid,
            flops_per_sample: 2 * u64::from(self.channels) * u64::from(self.classes),
        }
    }
}

/// What the head in the file says.
#[cfg(test)]
pub(super) fn sample() -> Source {
    let shape = LinearShape {
        channels: 5,
        classes: 3,
        precision: Precision::F32,
    };
    shape.source()
}

/// `input`, `weight`, `bias` → `logits`.
pub fn forward(shape: &LinearShape) -> Kernel {
    let grid = Grid::threads_per_sample(shape.classes);
    shape.kernel("linear", vec![INPUT, WEIGHT, BIAS, LOGITS], grid)
}

/// `grad_logits`, `weight` → `grad_input`.
pub fn grad_input(shape: &LinearShape) -> Kernel {
    let grid = Grid::threads_per_sample(shape.row());
    shape.kernel(
        "grad_input_of_linear",
        vec![GRAD_LOGITS, WEIGHT, GRAD_INPUT],
        grid,
    )
}

/// `grad_logits`, `input` → `grad_weight`, `grad_bias`.
pub fn grad_weight(shape: &LinearShape) -> Kernel {
    let grid = Grid::threads(shape.classes * (shape.channels + 1));
    shape.kernel(
        "grad_weight_of_linear",
        vec![GRAD_LOGITS, INPUT, GRAD_WEIGHT, GRAD_BIAS],
        grid,
    )
}
