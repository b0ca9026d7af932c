//! BatchNorm: batch statistics, normalisation (with residual and ReLU), and the way back.

use minijinja::context;

use super::{Access, Blocked, Grid, Kernel, render};
use Access::{Read, Write};

/// Elements that one workgroup of a pass over images takes; also the unit of the kept signs.
const BLOCK: u32 = 512;

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
    /// Elements (samples × pixels) that one workgroup of a reduction takes: a multiple of
    /// [`BLOCK`], so large that no more than 64 partial sums are left.
    fn chunk(&self) -> u32 {
        (self.max_batch * self.images.area())
            .div_ceil(64)
            .next_multiple_of(BLOCK)
            .max(4 * BLOCK)
    }

    fn blocks(&self) -> u32 {
        (self.max_batch * self.images.area()).div_ceil(BLOCK)
    }

    /// Bytes of the partial results of a reduction.
    pub fn partial_bytes(&self) -> u64 {
        let chunks = (self.max_batch * self.images.area()).div_ceil(self.chunk());
        32 * u64::from(self.images.quads * chunks)
    }

    /// Bytes of the kept signs.
    pub fn sign_bytes(&self) -> u64 {
        4 * 64 * u64::from(self.images.quads * self.blocks())
    }

    /// Bytes of the saved statistics: three vec4f a quad.
    pub fn saved_bytes(&self) -> u64 {
        48 * u64::from(self.images.quads)
    }

    /// Bytes of the two means that [`backward`] takes off.
    pub fn mean_bytes(&self) -> u64 {
        32 * u64::from(self.images.quads)
    }

    fn kernel(&self, name: &'static str, bindings: Vec<Access>, grid: Grid) -> Kernel {
        let values = context! {
            quads => self.images.quads, area => self.images.area(), chunk => self.chunk(),
            blocks => self.blocks(), residual => self.epilogue.residual, relu => self.epilogue.relu,
            keep_sign => self.epilogue.keeps_sign(), fixed => self.fixed,
        };
        let source = render(include_str!("../../shaders/batch_norm.wgsl"), values);
        Kernel {
            name,
            source,
            bindings,
            grid,
            flops_per_sample: 0,
        }
    }

    fn per_chunk(&self) -> Grid {
        Grid {
            groups: self.images.quads,
            per_sample: self.images.area(),
            block: self.chunk(),
        }
    }

    fn per_block(&self) -> Grid {
        Grid {
            groups: self.images.quads,
            per_sample: self.images.area(),
            block: BLOCK,
        }
    }

    fn per_quad(&self) -> Grid {
        Grid::threads(self.images.quads)
    }
}

/// `input` → `partial_moments`.
pub fn statistics(shape: &BatchNormShape) -> Kernel {
    shape.kernel("statistics", vec![Read, Write], shape.per_chunk())
}

/// `input`, `partial_moments` → `saved`, `running_mean`, `running_variance`.
pub fn finish_statistics(shape: &BatchNormShape) -> Kernel {
    shape.kernel(
        "finish_statistics",
        vec![Read, Read, Write, Write, Write],
        shape.per_quad(),
    )
}

/// `running_mean`, `running_variance` → `saved`.
pub fn fixed_statistics(shape: &BatchNormShape) -> Kernel {
    shape.kernel(
        "fixed_statistics",
        vec![Read, Read, Write],
        shape.per_quad(),
    )
}

/// `input`, `saved`, `gamma`, `beta` → `output`; then `residual` and the kept signs, where the
/// epilogue has them.
pub fn normalise(shape: &BatchNormShape) -> Kernel {
    let mut bindings = vec![Read, Read, Read, Read, Write];
    if shape.epilogue.residual {
        bindings.push(Read);
    }
    if shape.epilogue.keeps_sign() {
        bindings.push(Write);
    }
    shape.kernel("normalise", bindings, shape.per_block())
}

/// `input`, `saved`, `gamma`, `beta`, `grad_output` → `partial_sums`; with kept signs as a seventh
/// binding `grad_output` is overwritten by what passes the ReLU.
pub fn backward_sums(shape: &BatchNormShape) -> Kernel {
    let mut bindings = vec![Read, Read, Read, Read, Write, Write];
    if shape.epilogue.keeps_sign() {
        bindings.push(Read);
    }
    shape.kernel("backward_sums", bindings, shape.per_chunk())
}

/// `partial_sums` → `means`, `grad_gamma`, `grad_beta`.
pub fn finish_backward(shape: &BatchNormShape) -> Kernel {
    shape.kernel(
        "finish_backward",
        vec![Read, Write, Write, Write],
        shape.per_quad(),
    )
}

/// `input`, `saved`, `gamma`, `beta`, `grad_output` (as [`backward_sums`] left it), `means` →
/// `grad_input`.
pub fn backward(shape: &BatchNormShape) -> Kernel {
    shape.kernel(
        "backward",
        vec![Read, Read, Read, Read, Read, Read, Write],
        shape.per_block(),
    )
}
