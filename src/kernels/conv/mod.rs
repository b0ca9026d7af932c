//! Convolution: forward, gradient of the input, gradient of the weights, and packing of weights.
//!
//! `tiling` says which variants of the passes over images there are, `patch` what a tile reads; here
//! are the kernels.

mod patch;
pub mod tiling;
mod weight;

use minijinja::context;
use minijinja::value::Serde;
use serde::{Deserialize, Serialize};

use super::batch_norm::Partials;
use super::wgsl::laid_out;
use super::{Binding, Blocked, Grid, Kernel, Precision, WORKGROUP_SIZE, render_images};
use crate::platform::IS_A_PAGE;
use patch::Patch;
use tiling::{Method, Tiling};
pub use weight::{WeightChunks, grad_weight};

/// The text of the passes over images, a template.
pub const TEXT: &str = include_str!("../../../shaders/conv.wgsl");

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

/// Forward: `source`, `weights` (as [`pack`] leaves them for this tiling) → `destination`; then, where the
/// extras have them, `normalization` (of what enters), `bias`, `partial_moments`.
pub fn forward(shape: &ConvShape, tiling: &Tiling, extras: ForwardExtras) -> Kernel {
    let mut optional = Vec::new();
    if extras.enters.is_some() {
        optional.push(NORMALIZATION);
    }
    if extras.bias {
        optional.push(Binding::read("bias", "vec4f"));
    }
    if extras.moments {
        optional.push(Binding::read_write("partial_moments", "Moments"));
    }
    let values = context! {
        enters => extras.enters.is_some(),
        enters_relu => extras.enters.is_some_and(|entry| entry.relu),
        bias => extras.bias, moments => extras.moments,
        accumulates => false, gate => "none",
    };
    kernel(&shape.pass(Direction::Forward), tiling, values, optional)
}

/// Gradient of the input: `source` (the gradient of the output), `weights` (as [`pack`] leaves them for
/// this tiling) → `destination`; where it is the gradient of a BatchNorm's output, then that BatchNorm's
/// `normalization`, its input as `norm_input`, `partial_sums` and, if they were kept, the signs, `positive`.
pub fn grad_input(shape: &ConvShape, tiling: &Tiling, extras: BackwardExtras) -> Kernel {
    let pass = shape.pass(Direction::Backward);
    let sums = vec![
        NORMALIZATION,
        Binding::read("norm_input", element(pixels_a_store(&pass, tiling))),
        Binding::read_write("partial_sums", "GradSums"),
    ];
    let (gate, optional) = match extras.batch_norm {
        None => ("none", vec![]),
        Some(Gate::Open) => ("open", sums),
        Some(Gate::Recomputed) => ("recomputed", sums),
        Some(Gate::Kept) => {
            let positive = Binding::read("positive", "u32");
            ("kept", sums.into_iter().chain([positive]).collect())
        }
    };
    let values = context! {
        enters => false, enters_relu => false, bias => false, moments => false,
        accumulates => extras.accumulates, gate,
    };
    kernel(&pass, tiling, values, optional)
}

/// A BatchNorm's `Normalization` by its seven fields.
const NORMALIZATION: Binding = Binding::read("normalization", "vec4f");

/// How images or weights lie that are touched so many at a time.
fn element(at_a_time: u32) -> &'static str {
    match at_a_time {
        2 => "StoredPair",
        _ => "Stored",
    }
}

fn pixels_a_store(pass: &Pass, tiling: &Tiling) -> u32 {
    match pass.destination().pairs && tiling.columns.is_multiple_of(2) {
        true => 2,
        false => 1,
    }
}

fn kernel(
    pass: &Pass,
    tiling: &Tiling,
    extras: minijinja::Value,
    optional: Vec<Binding>,
) -> Kernel {
    let patch = Patch::new(pass, tiling);
    let destination = pass.destination();
    let values = context! {
        source => Serde(pass.source()), destination => Serde(destination),
        patch => Serde(&patch), tiling => Serde(tiling),
        winograd => tiling.method == Method::Winograd,
        row_by_row => tiling.method == Method::RowByRow,
        column_by_column => tiling.method == Method::ColumnByColumn,
        quad_swap => tiling.quad_swap(),
        forward => pass.direction == Direction::Forward,
        kernel => pass.shape.kernel, stride => pass.shape.stride, padding => pass.shape.padding,
        quad_groups => tiling.quad_groups(destination),
        packed_stride => tiling.packed_stride(pass),
        weights_a_load => tiling.weights_a_load(pass),
        pixels_a_load => patch.pixels_a_load(),
        pixels_a_store => pixels_a_store(pass, tiling),
        taps => pass.shape.kernel * pass.shape.kernel,
        ..extras
    };
    Kernel {
        name: "conv",
        source: format!(
            "{}{}",
            if tiling.lanes > 0 {
                ENABLE_SUBGROUPS
            } else {
                ""
            },
            laid_out(&render_images(
                destination.precision,
                pass.source().pairs || destination.pairs,
                TEXT,
                values,
            ))
        ),
        bindings: [
            Binding::read("source", element(patch.pixels_a_load() as u32)),
            Binding::read("weights", element(tiling.weights_a_load(pass))),
            Binding::read_write("destination", element(pixels_a_store(pass, tiling))),
        ]
        .into_iter()
        .chain(optional)
        .collect(),
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

/// `weight` (`[Cout, Cin, K, K]`) → `packed`, as a pass with this tiling reads it.
pub fn pack(pass: &Pass, tiling: &Tiling) -> Kernel {
    let values = context! {
        input_channels => pass.shape.input.channels, output_channels => pass.shape.output.channels,
        forward => pass.direction == Direction::Forward,
        source_quads => pass.source().quads,
        kernel => pass.shape.kernel, quads => tiling.quads, lanes => tiling.lanes.max(1),
        winograd => tiling.method == Method::Winograd,
        quad_swap => tiling.quad_swap(),
        packed_stride => tiling.packed_stride(pass),
        weights_a_load => tiling.weights_a_load(pass),
        packed_len => tiling.packed_quads(pass),
    };
    Kernel {
        name: "pack_weights",
        source: render_images(
            pass.source().precision,
            false,
            include_str!("../../../shaders/pack_weights.wgsl"),
            values,
        ),
        bindings: vec![
            Binding::read("weight", "f32"),
            Binding::read_write("packed", "Stored"),
        ],
        grid: Grid::threads(tiling.packed_quads(pass) as u32),
        flops_per_sample: 0,
    }
}
