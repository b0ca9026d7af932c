//! Kernels that only measure: the most arithmetic, the most memory traffic, the least of a dispatch.

use minijinja::context;

use super::binding::declarations;
use super::{Binding, Grid, Kernel, StepUniform, WORKGROUP_SIZE, render};

const OUTPUT: Binding = Binding::read_write("output", "vec4f");
const COPIED: Binding = Binding::read_write("copied", "Element");
const ORIGINAL: Binding = Binding::read("original", "Element");
const ALL: &[Binding] = &[OUTPUT, COPIED, ORIGINAL];

/// What the uniform holds while these run: with them a chain of multiply-adds stays between 0 and 2.
pub const UNIFORM: StepUniform = StepUniform {
    batch: 1,
    learning_rate: 0.0,
    first_correction: 0.75,
    second_correction: 0.125,
};

/// Turns of the loop, of `UNROLLED` multiply-adds a chain each; far from the 65,535 at which Mesa's
/// llvmpipe ends a loop.
const TURNS: u32 = 256;

/// Multiply-adds of a chain that are written out, so that the loop itself costs nothing.
const UNROLLED: u32 = 8;

/// How multiply-adds are written. Which is fastest is the adapter's secret: more chains hide how long
/// one takes, until registers run out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MultiplyAdd {
    /// Independent chains of four numbers in a thread.
    pub chains: u32,
    /// `fma` rather than a product and a sum, which drivers may or may not join.
    pub fused: bool,
    /// In f16 rather than f32; the adapter must have it.
    pub half: bool,
}

impl MultiplyAdd {
    /// All that are tried for one type of number.
    pub fn variants(half: bool) -> impl Iterator<Item = Self> {
        [2, 3, 4, 8].into_iter().flat_map(move |chains| {
            [false, true].map(|fused| Self {
                chains,
                fused,
                half,
            })
        })
    }

    /// Multiplications and additions of one thread.
    pub fn flops_per_thread(&self) -> u64 {
        2 * 4 * u64::from(self.chains) * u64::from(TURNS * UNROLLED)
    }
}

impl std::fmt::Display for MultiplyAdd {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let written = if self.fused { "fma" } else { "product and sum" };
        write!(f, "{written}, {} chains of vec4", self.chains)
    }
}

/// → `output`, a vec4f for each of `workgroups` × 64 threads.
pub fn multiply_add(variant: MultiplyAdd, workgroups: u32) -> Kernel {
    let MultiplyAdd {
        chains,
        fused,
        half,
    } = variant;
    let values = context! {
        work => "multiply_add", turns => TURNS, unrolled => UNROLLED, chains, fused, half,
    };
    let kernel = kernel("multiply_add", values, vec![OUTPUT], workgroups);
    let enable = if half { "enable f16;\n" } else { "" };
    Kernel {
        source: format!("{enable}{}", kernel.source),
        flops_per_sample: variant.flops_per_thread() * u64::from(workgroups * WORKGROUP_SIZE),
        ..kernel
    }
}

/// `original` → `copied`: `elements` vec4f, or pairs of them as four 64-bit integers, `per_thread` by each thread.
pub fn copy(elements: u32, per_thread: u32, pairs: bool) -> Kernel {
    let values = context! { work => "copy", elements, per_thread, pairs };
    let workgroups = elements.div_ceil(WORKGROUP_SIZE * per_thread);
    kernel("copy", values, vec![COPIED, ORIGINAL], workgroups)
}

/// → `output`, one vec4f of it.
pub fn next_to_nothing() -> Kernel {
    let values = context! { work => "nothing" };
    kernel("next_to_nothing", values, vec![OUTPUT], 1)
}

fn kernel(
    name: &'static str,
    values: minijinja::Value,
    bindings: Vec<Binding>,
    groups: u32,
) -> Kernel {
    Kernel {
        name,
        source: render(
            include_str!("../../shaders/ceilings.wgsl"),
            &declarations(&bindings, ALL),
            values,
        ),
        bindings,
        grid: Grid {
            groups,
            per_sample: 0,
            block: 1,
        },
        flops_per_sample: 0,
    }
}
