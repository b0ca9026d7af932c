//! Convolution: forward, gradient of the input, gradient of the weights, and packing of weights.
//!
//! `tiling` says which variants of the passes over images there are, `patch` what a tile reads, `text` puts their
//! WGSL together; here are the kernels.

pub(super) mod pack;
mod patch;
mod text;
pub mod tiling;
mod weight;

use serde::{Deserialize, Serialize};

use super::batch_norm::Partials;
use super::source::images_head;
use super::{Binding, Blocked, Grid, Kernel, Precision, WORKGROUP_SIZE};
use crate::platform::IS_A_PAGE;
pub use pack::pack;
use patch::Patch;
use text::{Conv, Extras};
use tiling::Tiling;
pub use weight::{WeightChunks, grad_weight};

/// What a text with subgroups begins with: browsers want to be asked, and naga, which has them without, does not know
/// what is asked for.
const ENABLE_SUBGROUPS: &str = if IS_A_PAGE { "enable subgroups;\n" } else { "" };

/// A convolution of `[N, Cin, Hin, Win]` with `[Cout, Cin, K, K]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ConvShape {
    /// Input images.
    pub input: Blocked,
    /// Output images.
    pub output: Blocked,
    /// K.
    pub kernel: u32,
    /// S.
    pub stride: u32,
    /// P, zeros on every side.
    pub padding: u32,
}

impl ConvShape {
    /// Values of the weight.
    pub fn weight_len(&self) -> u32 {
        self.input.channels * self.output.channels * self.kernel * self.kernel
    }

    /// Floating-point operations of either pass over one sample, without the additions of zeros.
    pub fn flops_per_sample(&self) -> u64 {
        2 * u64::from(self.weight_len()) * u64::from(self.output.area())
    }

    /// The same convolution of images two pixels at a time, where that is wanted and they allow it.
    pub fn in_pairs(mut self, wanted: bool) -> Self {
        for images in [&mut self.input, &mut self.output] {
            *images = images.in_pairs(wanted);
        }
        self
    }

    /// One of its passes over images.
    pub fn pass(&self, direction: Direction) -> Pass {
        Pass {
            shape: *self,
            direction,
        }
    }
}

/// In which direction images pass through the weights.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Direction {
    /// From the input to the output.
    Forward,
    /// From the gradient of the output to that of the input.
    Backward,
}

/// A convolution in one direction: what a [`Tiling`] computes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Pass {
    /// The convolution.
    pub shape: ConvShape,
    /// In which direction.
    pub direction: Direction,
}

impl Pass {
    /// The images it reads.
    pub fn source(&self) -> Blocked {
        match self.direction {
            Direction::Forward => self.shape.input,
            Direction::Backward => self.shape.output,
        }
    }

    /// The same pass over images in other numbers, a pixel at a time.
    pub fn stored_in(mut self, precision: Precision) -> Self {
        for images in [&mut self.shape.input, &mut self.shape.output] {
            *images = images.stored_in(precision);
        }
        self
    }
    /// The images it writes.
    pub fn destination(&self) -> Blocked {
        match self.direction {
            Direction::Forward => self.shape.output,
            Direction::Backward => self.shape.input,
        }
    }
}

/// What a forward pass does beside the convolution.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ForwardExtras {
    /// The source is a BatchNorm's input: it is normalised when it is read, then a ReLU if so said.
    pub enters: Option<Entry>,
    /// A bias of Q vec4f is added.
    pub bias: bool,
    /// Leaves partial moments of the output for [`super::batch_norm::finish_statistics`].
    pub moments: bool,
}

/// How a BatchNorm's input is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// max(·, 0) behind the normalisation.
    pub relu: bool,
}

/// What the gradient of the input does beside the convolution.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BackwardExtras {
    /// It is added to what the destination holds.
    pub accumulates: bool,
    /// The destination is the gradient of a BatchNorm's output: what does not pass its ReLU becomes zero,
    /// and partial sums are left for [`super::batch_norm::finish_backward`].
    pub batch_norm: Option<Gate>,
}

/// What says which elements passed a ReLU.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gate {
    /// There is no ReLU.
    Open,
    /// The sign of the normalised value, worked out again.
    Recomputed,
    /// The bits that [`super::batch_norm::normalise`] left.
    Kept,
}

/// Forward: `source`, `weights` (as [`pack`] leaves them for this tiling) → `destination`; where the extras have them,
/// `normalization` (of what enters), `bias`, `partial_moments`.
pub fn forward(shape: &ConvShape, tiling: &Tiling, extras: ForwardExtras) -> Kernel {
    kernel(&shape.pass(Direction::Forward), tiling, extras.into())
}

/// Gradient of the input: `source` (the gradient of the output), `weights` (as [`pack`] leaves them for
/// this tiling) → `destination`; where it is the gradient of a BatchNorm's output, then that BatchNorm's
/// `normalization`, its input as `norm_input`, `partial_sums` and, if they were kept, the signs, `positive`.
pub fn grad_input(shape: &ConvShape, tiling: &Tiling, extras: BackwardExtras) -> Kernel {
    kernel(&shape.pass(Direction::Backward), tiling, extras.into())
}

fn kernel(pass: &Pass, tiling: &Tiling, extras: Extras) -> Kernel {
    let patch = Patch::new(pass, tiling);
    let destination = pass.destination();
    let conv = Conv {
        pass,
        tiling,
        patch: &patch,
        extras,
    };
    let pairs = pass.source().pairs || destination.pairs;
    let enable = if tiling.lanes > 0 {
        ENABLE_SUBGROUPS
    } else {
        ""
    };
    let head = images_head(destination.precision, pairs);
    Kernel {
        name: "conv",
        source: format!("{enable}{head}{}", text::text(&conv)),
        bindings: text::bindings(&conv),
        grid: Grid {
            groups: tiling.quad_groups(destination),
            per_sample: tiling.tiles(destination),
            block: WORKGROUP_SIZE,
        },
        flops_per_sample: pass.shape.flops_per_sample(),
    }
}

/// How many partial results a pass leaves for a BatchNorm.
pub fn partials(pass: &Pass, tiling: &Tiling) -> Partials {
    Partials {
        per_sample: tiling.tiles(pass.destination()),
        block: WORKGROUP_SIZE,
    }
}
