//! The output layer.

use minijinja::context;

use super::{Access, Grid, Kernel, Precision, render_images};
use Access::{Read, Write};

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

    fn kernel(&self, name: &'static str, bindings: Vec<Access>, grid: Grid) -> Kernel {
        let values =
            context! { channels => self.channels, row => self.row(), classes => self.classes };
        Kernel {
            name,
            source: render_images(
                self.precision,
                false,
                include_str!("../../shaders/linear.wgsl"),
                values,
            ),
            bindings,
            grid,
            flops_per_sample: 2 * u64::from(self.channels) * u64::from(self.classes),
        }
    }
}

/// `input`, `weight`, `bias` → `logits`.
pub fn forward(shape: &LinearShape) -> Kernel {
    let grid = Grid::threads_per_sample(shape.classes);
    shape.kernel("linear", vec![Read, Read, Read, Write], grid)
}

/// `grad_logits`, `weight` → `grad_input`.
pub fn grad_input(shape: &LinearShape) -> Kernel {
    let grid = Grid::threads_per_sample(shape.row());
    shape.kernel("grad_input_of_linear", vec![Read, Read, Write], grid)
}

/// `grad_logits`, `input` → `grad_weight`, `grad_bias`.
pub fn grad_weight(shape: &LinearShape) -> Kernel {
    let grid = Grid::threads(shape.classes * (shape.channels + 1));
    shape.kernel(
        "grad_weight_of_linear",
        vec![Read, Read, Write, Write],
        grid,
    )
}
