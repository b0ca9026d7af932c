//! BatchNorm: batch statistics, normalisation (with residual and ReLU), and the backward pass.

use super::source::{PAIRS, STATISTICS, Source};
use super::{Binding, Blocked, GradSums, Grid, Kernel, Moments, Normalization};

/// How far a step moves running averages towards a batch's: PyTorch's default, and the constant of this name in
/// `shaders/batch_norm.wgsl`.
pub const MOMENTUM: f64 = 0.1;

/// Statistics, and the sums of the backward pass.
const REDUCTIONS: &str = include_str!("../../shaders/batch_norm.wgsl");
/// Normalisation, and the gradient of the input.
const PASSES: &str = include_str!("../../shaders/normalise.wgsl");

const INPUT: Binding = Binding::read("input", "Element");
const PARTIAL_MOMENTS: Binding = Binding::read_write("partial_moments", "Moments");
const ALL_MOMENTS: Binding = Binding::read("all_moments", "Moments");
const GAMMA: Binding = Binding::read("gamma", "vec4f");
const BETA: Binding = Binding::read("beta", "vec4f");
const NORMALIZATION_OUT: Binding = Binding::read_write("normalization_out", "Normalization");
const RUNNING_MEAN: Binding = Binding::read_write("running_mean", "vec4f");
const RUNNING_VARIANCE: Binding = Binding::read_write("running_variance", "vec4f");
const FIXED_MEAN: Binding = Binding::read("fixed_mean", "vec4f");
const FIXED_VARIANCE: Binding = Binding::read("fixed_variance", "vec4f");
const NORMALIZATION: Binding = Binding::read("normalization", "Normalization");
const OUTPUT: Binding = Binding::read_write("output", "Element");
const RESIDUAL: Binding = Binding::read("residual", "Element");
const POSITIVE_OUT: Binding = Binding::read_write("positive_out", "u32");
const GRAD_OUTPUT: Binding = Binding::read_write("grad_output", "Element");
const PARTIAL_SUMS: Binding = Binding::read_write("partial_sums", "GradSums");
const POSITIVE: Binding = Binding::read("positive", "u32");
const ALL_SUMS: Binding = Binding::read("all_sums", "GradSums");
const GRAD_GAMMA: Binding = Binding::read_write("grad_gamma", "vec4f");
const GRAD_BETA: Binding = Binding::read_write("grad_beta", "vec4f");
const GRAD_IN: Binding = Binding::read("grad_in", "Element");
const GRAD_INPUT: Binding = Binding::read_write("grad_input", "Element");
const OF_REDUCTIONS: &[Binding] = &[
    INPUT,
    PARTIAL_MOMENTS,
    ALL_MOMENTS,
    GAMMA,
    BETA,
    NORMALIZATION_OUT,
    RUNNING_MEAN,
    RUNNING_VARIANCE,
    FIXED_MEAN,
    FIXED_VARIANCE,
    NORMALIZATION,
    GRAD_OUTPUT,
    PARTIAL_SUMS,
    POSITIVE,
    ALL_SUMS,
    GRAD_GAMMA,
    GRAD_BETA,
];
const OF_PASSES: &[Binding] = &[
    INPUT,
    NORMALIZATION,
    OUTPUT,
    RESIDUAL,
    POSITIVE_OUT,
    GRAD_IN,
    GRAD_INPUT,
];

/// An element of one pixel.
const ELEMENT_OF_ONE: &str = "alias Element = Stored;

fn first_of(element: Element) -> vec4f {
    return vec4f(element);
}

/// There is none.
fn second_of(element: Element) -> vec4f {
    return vec4f();
}

fn element_of(first: vec4f, second: vec4f) -> Element {
    return Element(first);
}
";

/// An element of two pixels.
const ELEMENT_OF_TWO: &str = "alias Element = StoredPair;

fn element_of(first: vec4f, second: vec4f) -> Element {
    return stored_pair(first, second);
}
";

const SIGNS: &str = "/// Signs of the pixels of a workgroup, four bits each.
var<workgroup> signs: array<u32, 512>;
";

/// Where no lane has signs for another: a browser zeroes what a workgroup has.
const NO_SIGNS: &str = "var<private> signs: array<u32, 1>;
";

/// Pixels of a quad whose kept signs share a u32.
pub(super) const SIGNS_PER_WORD: u32 = 8;

/// Lanes of a workgroup take turns through a reduction's elements; so many turns at the least.
const MIN_TURNS: u32 = 32;

/// What follows the normalisation in the same pass.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Epilogue {
    /// Another tensor is added.
    pub residual: bool,
    /// Then max(·, 0).
    pub relu: bool,
}

impl Epilogue {
    /// Whether backward needs the signs before the ReLU kept: without a residual it works them out
    /// again from BatchNorm's input.
    pub fn keeps_sign(&self) -> bool {
        self.residual && self.relu
    }
}

/// How many partial results a reduction leaves for a quad: ⌈batch · `per_sample` / `block`⌉.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize)]
pub struct Partials {
    /// Items of work a sample.
    pub per_sample: u32,
    /// Items of work a partial result.
    pub block: u32,
}

impl Partials {
    fn count(&self, batch: u32) -> u64 {
        (u64::from(batch) * u64::from(self.per_sample)).div_ceil(self.block.into())
    }
}

/// A BatchNorm layer over images of one shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct BatchNormShape {
    /// Its images.
    pub images: Blocked,
    /// The largest batch.
    pub max_batch: u32,
    /// What follows in the same pass.
    pub epilogue: Epilogue,
    /// Normalises by the running averages, which do not move, instead of the batch's statistics.
    pub fixed: bool,
}

impl BatchNormShape {
    /// Elements (samples × pixels) that one workgroup of a reduction takes, so large that no more
    /// than 64 partial results are left.
    fn chunk(&self) -> u32 {
        (self.max_batch * self.images.area())
            .div_ceil(64)
            .next_multiple_of(super::WORKGROUP_SIZE)
            .max(MIN_TURNS * super::WORKGROUP_SIZE)
    }

    /// Words of kept signs of one quad of one sample.
    fn words(&self) -> u32 {
        self.images.area().div_ceil(SIGNS_PER_WORD)
    }

    /// What [`statistics`] and [`backward_sums`] leave.
    pub fn partials(&self) -> Partials {
        Partials {
            per_sample: self.images.area(),
            block: self.chunk(),
        }
    }

    /// Bytes of the partial results of a reduction.
    pub fn partial_bytes(&self, partials: Partials) -> u64 {
        let bytes = size_of::<Moments>().max(size_of::<GradSums>()) as u64;
        bytes * u64::from(self.images.quads) * partials.count(self.max_batch)
    }

    /// Bytes of the kept signs.
    pub fn sign_bytes(&self) -> u64 {
        4 * u64::from(self.max_batch) * u64::from(self.images.quads * self.words())
    }

    /// Bytes of what a BatchNorm keeps from forward to back for one quad.
    pub const NORMALIZATION_BYTES: u64 = size_of::<Normalization>() as u64;

    /// What both texts say of the images.
    fn source(&self, file: &'static str, all: &'static [Binding]) -> Source {
        let Blocked {
            precision, pairs, ..
        } = self.images;
        let source = Source::new(file, all)
            .stored_in(precision)
            .count("QUADS", self.images.quads)
            .count("AREA", self.images.area())
            .count("PIXELS", if pairs { 2 } else { 1 })
            .flag("RELU", self.epilogue.relu)
            .flag("KEEPS_SIGNS", self.epilogue.keeps_sign())
            .declare(STATISTICS);
        match pairs {
            true => source.declare(PAIRS).declare(ELEMENT_OF_TWO),
            false => source.declare(ELEMENT_OF_ONE),
        }
    }

    fn reductions(&self, partials: Partials) -> Source {
        self.source(REDUCTIONS, OF_REDUCTIONS)
            .count("CHUNK", self.chunk())
            .count("PER_SAMPLE", partials.per_sample)
            .count("BLOCK", partials.block)
    }

    fn passes(&self) -> Source {
        let shares_signs = self.epilogue.keeps_sign() && !self.images.pairs;
        self.source(PASSES, OF_PASSES)
            .flag("RESIDUAL", self.epilogue.residual)
            .flag("FIXED", self.fixed)
            .declare(if shares_signs { SIGNS } else { NO_SIGNS })
    }

    fn reduction(
        &self,
        name: &'static str,
        bindings: Vec<Binding>,
        grid: Grid,
        partials: Partials,
    ) -> Kernel {
        Kernel {
            name,
            source: self.reductions(partials).bind(&bindings),
            bindings,
            grid,
            flops_per_sample: 0,
        }
    }

    fn pass(&self, name: &'static str, bindings: Vec<Binding>) -> Kernel {
        Kernel {
            name,
            source: self.passes().bind(&bindings),
            bindings,
            grid: self.per_word(),
            flops_per_sample: 0,
        }
    }

    fn per_chunk(&self) -> Grid {
        let Partials { per_sample, block } = self.partials();
        Grid {
            groups: self.images.quads,
            per_sample,
            block,
        }
    }

    fn per_word(&self) -> Grid {
        Grid::threads_per_sample(self.images.quads * self.words())
    }

    /// A workgroup a quad.
    fn per_quad(&self) -> Grid {
        Grid {
            groups: self.images.quads,
            per_sample: 0,
            block: 1,
        }
    }
}

/// What the heads in the files say: of the reductions and of the passes.
#[cfg(test)]
pub(super) fn samples() -> [Source; 2] {
    let shape = BatchNormShape {
        images: Blocked::new(5, 2, 3),
        max_batch: 4,
        epilogue: Epilogue {
            residual: true,
            relu: true,
        },
        fixed: false,
    };
    [shape.reductions(shape.partials()), shape.passes()]
}

/// `input` → `partial_moments`.
pub fn statistics(shape: &BatchNormShape) -> Kernel {
    shape.reduction(
        "statistics",
        vec![INPUT, PARTIAL_MOMENTS],
        shape.per_chunk(),
        shape.partials(),
    )
}

/// `all_moments` (as many as `partials` says), `gamma`, `beta` → `normalization_out`, `running_mean`,
/// `running_variance`.
pub fn finish_statistics(shape: &BatchNormShape, partials: Partials) -> Kernel {
    shape.reduction(
        "finish_statistics",
        vec![
            ALL_MOMENTS,
            GAMMA,
            BETA,
            NORMALIZATION_OUT,
            RUNNING_MEAN,
            RUNNING_VARIANCE,
        ],
        shape.per_quad(),
        partials,
    )
}

/// `fixed_mean`, `fixed_variance`, `gamma`, `beta` → `normalization_out`.
pub fn fixed_statistics(shape: &BatchNormShape) -> Kernel {
    shape.reduction(
        "fixed_statistics",
        vec![FIXED_MEAN, FIXED_VARIANCE, GAMMA, BETA, NORMALIZATION_OUT],
        Grid::threads(shape.images.quads),
        shape.partials(),
    )
}

/// `input`, `normalization` → `output`; `residual` and `positive_out`, the kept signs, where the epilogue has
/// them.
pub fn normalise(shape: &BatchNormShape) -> Kernel {
    let mut bindings = vec![INPUT, NORMALIZATION, OUTPUT];
    if shape.epilogue.residual {
        bindings.push(RESIDUAL);
    }
    if shape.epilogue.keeps_sign() {
        bindings.push(POSITIVE_OUT);
    }
    shape.pass("normalise", bindings)
}

/// `input`, `normalization`, `grad_output` → `partial_sums`; behind a ReLU `grad_output` is overwritten by
/// what passes it, by kept signs, `positive`, if the epilogue has them.
pub fn backward_sums(shape: &BatchNormShape) -> Kernel {
    let mut bindings = vec![INPUT, NORMALIZATION, GRAD_OUTPUT, PARTIAL_SUMS];
    if shape.epilogue.keeps_sign() {
        bindings.push(POSITIVE);
    }
    shape.reduction(
        "backward_sums",
        bindings,
        shape.per_chunk(),
        shape.partials(),
    )
}

/// `all_sums` (as many as `partials` says) → the means in `normalization_out`, `grad_gamma`, `grad_beta`.
pub fn finish_backward(shape: &BatchNormShape, partials: Partials) -> Kernel {
    shape.reduction(
        "finish_backward",
        vec![ALL_SUMS, NORMALIZATION_OUT, GRAD_GAMMA, GRAD_BETA],
        shape.per_quad(),
        partials,
    )
}

/// `input`, `normalization`, `grad_in` (`grad_output` as [`backward_sums`] left it) → `grad_input`.
pub fn backward(shape: &BatchNormShape) -> Kernel {
    shape.pass("backward", vec![INPUT, NORMALIZATION, GRAD_IN, GRAD_INPUT])
}
