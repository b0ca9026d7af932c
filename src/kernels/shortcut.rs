//! The shortcut without parameters: every S-th pixel, and channels of zeros on both sides.

use super::source::Source;
use super::{Binding, Blocked, Grid, Kernel};

const FILE: &str = include_str!("../../shaders/shortcut.wgsl");

const INPUT: Binding = Binding::read("input", "Stored");
const OUTPUT: Binding = Binding::read_write("output", "Stored");
const GRAD_OUTPUT: Binding = Binding::read("grad_output", "Stored");
const GRAD_INPUT: Binding = Binding::read_write("grad_input", "Stored");
const ALL: &[Binding] = &[INPUT, OUTPUT, GRAD_OUTPUT, GRAD_INPUT];

/// A shortcut from `[N, C, H, W]` to `[N, C', ⌈H/S⌉, ⌈W/S⌉]`, C' ≥ C.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ShortcutShape {
    /// Input images.
    pub input: Blocked,
    /// Output images.
    pub output: Blocked,
    /// S.
    pub stride: u32,
}

impl ShortcutShape {
    /// Channels of zeros before the input's, ⌊(C' − C) / 2⌋; the rest stands behind them.
    pub fn channels_in_front(&self) -> u32 {
        (self.output.channels - self.input.channels) / 2
    }

    fn source(&self) -> Source {
        Source::new(FILE, ALL)
            .stored_in(self.input.precision)
            .count("CHANNELS", self.input.channels)
            .count("QUADS", self.input.quads)
            .count("HEIGHT", self.input.height)
            .count("WIDTH", self.input.width)
            .count("OUT_QUADS", self.output.quads)
            .count("OUT_HEIGHT", self.output.height)
            .count("OUT_WIDTH", self.output.width)
            .count("STRIDE", self.stride)
            .count("FRONT", self.channels_in_front())
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
    let shape = ShortcutShape {
        input: Blocked::new(5, 3, 4),
        output: Blocked::new(9, 2, 2),
        stride: 2,
    };
    shape.source()
}

/// `input` → `output`.
pub fn identity(shape: &ShortcutShape) -> Kernel {
    shape.kernel(
        "identity",
        vec![INPUT, OUTPUT],
        shape.output.quads_per_sample(),
    )
}

/// `grad_output` → `grad_input`.
pub fn identity_backward(shape: &ShortcutShape) -> Kernel {
    shape.kernel(
        "identity_backward",
        vec![GRAD_OUTPUT, GRAD_INPUT],
        shape.input.quads_per_sample(),
    )
}
