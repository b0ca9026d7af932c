//! Max pooling, and the average over whole images.

use super::source::Source;
use super::{Binding, Blocked, Grid, Kernel};

const FILE: &str = include_str!("../../shaders/pool.wgsl");

const INPUT: Binding = Binding::read("input", "Stored");
const OUTPUT: Binding = Binding::read_write("output", "Stored");
const CHOSEN_OUT: Binding = Binding::read_write("chosen_out", "u32");
const GRAD_OUTPUT: Binding = Binding::read("grad_output", "Stored");
const GRAD_INPUT: Binding = Binding::read_write("grad_input", "Stored");
const CHOSEN: Binding = Binding::read("chosen", "u32");
const ALL: &[Binding] = &[INPUT, OUTPUT, CHOSEN_OUT, GRAD_OUTPUT, GRAD_INPUT, CHOSEN];

/// Max pooling of `[N, C, H, W]` by K×K windows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PoolShape {
    /// Input images.
    pub input: Blocked,
    /// Output images.
    pub output: Blocked,
    /// K, at most 16.
    pub kernel: u32,
    /// S.
    pub stride: u32,
    /// P, −∞ on every side.
    pub padding: u32,
}

impl PoolShape {
    /// The average over whole images, as a window of all pixels.
    pub fn global(input: Blocked) -> Self {
        Self {
            input,
            output: Blocked::new(input.channels, 1, 1).stored_in(input.precision),
            kernel: 1,
            stride: 1,
            padding: 0,
        }
    }

    /// Bytes of the chosen places of `batch` samples.
    pub fn chosen_bytes(&self, batch: u32) -> u64 {
        4 * u64::from(batch) * u64::from(self.output.quads_per_sample())
    }

    fn source(&self) -> Source {
        Source::new(FILE, ALL)
            .stored_in(self.input.precision)
            .count("QUADS", self.input.quads)
            .integer("HEIGHT", self.input.height)
            .integer("WIDTH", self.input.width)
            .integer("OUT_HEIGHT", self.output.height)
            .integer("OUT_WIDTH", self.output.width)
            .integer("KERNEL", self.kernel)
            .integer("STRIDE", self.stride)
            .integer("PADDING", self.padding)
    }

    fn kernel(&self, name: &'static str, bindings: Vec<Binding>, threads: u32) -> Kernel {
        Kernel {
            name,
            source: self.source().bind(&bindings),
            bindings,
            grid: Grid::threads_per_sample(threads),
            flops_per_sample: 0,
        }
    }
}

/// What the head in the file says.
#[cfg(test)]
pub(super) fn sample() -> Source {
    let shape = PoolShape {
        input: Blocked::new(5, 4, 6),
        output: Blocked::new(5, 2, 3),
        kernel: 3,
        stride: 2,
        padding: 1,
    };
    shape.source()
}

/// `input` → `output`, `chosen_out`.
pub fn max_pool(shape: &PoolShape) -> Kernel {
    shape.kernel(
        "max_pool",
        vec![INPUT, OUTPUT, CHOSEN_OUT],
        shape.output.quads_per_sample(),
    )
}

/// `grad_output`, `chosen` (what [`max_pool`] left in `chosen_out`) → `grad_input`.
pub fn max_pool_backward(shape: &PoolShape) -> Kernel {
    shape.kernel(
        "max_pool_backward",
        vec![GRAD_OUTPUT, GRAD_INPUT, CHOSEN],
        shape.input.quads_per_sample(),
    )
}

/// `input` → `output` (`[N, Q, 1, 1]`).
pub fn average(input: Blocked) -> Kernel {
    PoolShape::global(input).kernel("average", vec![INPUT, OUTPUT], input.quads)
}

/// `grad_output` → `grad_input`.
pub fn average_backward(input: Blocked) -> Kernel {
    PoolShape::global(input).kernel(
        "average_backward",
        vec![GRAD_OUTPUT, GRAD_INPUT],
        input.quads_per_sample(),
    )
}
