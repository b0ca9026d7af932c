//! Kernels that only measure: the most arithmetic, the most memory traffic, the least of a dispatch.

use super::source::Source;
use super::{Binding, Grid, Kernel, StepUniform, WORKGROUP_SIZE};

const FILE: &str = include_str!("../../shaders/ceilings.wgsl");

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

/// What a text is about; the rest of its head is as it is for [`next_to_nothing`].
#[derive(Default)]
struct Subject {
    multiply_add: Option<MultiplyAdd>,
    elements: u32,
    per_thread: u32,
    pairs: bool,
}

impl Subject {
    fn source(&self) -> Source {
        let MultiplyAdd {
            chains,
            fused,
            half,
        } = self.multiply_add.unwrap_or(MultiplyAdd {
            chains: 2,
            fused: false,
            half: false,
        });
        let number = if half { "f16" } else { "f32" };
        let element = if self.pairs { "vec4<u64>" } else { "vec4f" };
        Source::new(FILE, ALL)
            .half(half)
            .count("TURNS", TURNS)
            .count("CHAINS", chains)
            .flag("FUSED", fused)
            .count("ELEMENTS", self.elements)
            .count("PER_THREAD", self.per_thread)
            .declare(&format!(
                "alias Number = {number};\nalias Element = {element};\n"
            ))
    }

    fn kernel(&self, name: &'static str, bindings: Vec<Binding>, groups: u32) -> Kernel {
        Kernel {
            name,
            source: self.source().bind(&bindings),
            bindings,
            grid: Grid {
                groups,
                per_sample: 0,
                block: 1,
            },
            flops_per_sample: 0,
        }
    }
}

/// What the head in the file says.
#[cfg(test)]
pub(super) fn sample() -> Source {
    let subject = Subject {
        multiply_add: MultiplyAdd::variants(false).last(),
        elements: 1000,
        per_thread: 4,
        pairs: false,
    };
    subject.source()
}

/// → `output`, a vec4f for each of `workgroups` × 64 threads.
pub fn multiply_add(variant: MultiplyAdd, workgroups: u32) -> Kernel {
    let subject = Subject {
        multiply_add: Some(variant),
        ..Subject::default()
    };
    Kernel {
        flops_per_sample: variant.flops_per_thread() * u64::from(workgroups * WORKGROUP_SIZE),
        ..subject.kernel("multiply_add", vec![OUTPUT], workgroups)
    }
}

/// `original` → `copied`: `elements` vec4f, or pairs of them as four 64-bit integers, `per_thread` (1 or 4) by each
/// thread.
pub fn copy(elements: u32, per_thread: u32, pairs: bool) -> Kernel {
    let subject = Subject {
        elements,
        per_thread,
        pairs,
        ..Subject::default()
    };
    let workgroups = elements.div_ceil(WORKGROUP_SIZE * per_thread);
    subject.kernel("copy", vec![COPIED, ORIGINAL], workgroups)
}

/// → `output`, one vec4f of it.
pub fn next_to_nothing() -> Kernel {
    Subject::default().kernel("next_to_nothing", vec![OUTPUT], 1)
}
