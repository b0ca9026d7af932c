//! The variants in which the passes of a convolution over images can be computed.
//!
//! A thread computes a tile: some quads of channels of some rows and columns of the destination. What is
//! fast differs between adapters by more than tenfold, so there are two tables of variants, one for adapters that
//! compute on the CPU and one for GPUs, from which the engine picks by measuring. All variants compute the same.

use serde::{Deserialize, Serialize};

use super::{Blocked, Direction, Pass};
use crate::gpu::Lanes;

/// How the products of one row of weights are formed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// Each weight times each value.
    Direct,
    /// The same, one row of weights after the other in a loop, and one row of pixels a thread: a short text,
    /// which compiles in a fraction of the time.
    RowByRow,
    /// Winograd's F(4, 3) along each row: four outputs of three weights by six products instead of twelve
    /// (Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks").
    Winograd,
    /// Each weight times each value, one column of weights after the other in a loop, and one column of pixels a
    /// thread: neighbouring lanes touch neighbouring pixels, which is what GPUs load fastest.
    ColumnByColumn,
}

/// A line of a table.
#[derive(Clone, Copy, Debug)]
struct Variant {
    method: Method,
    /// Quads of channels of a tile.
    quads: u32,
    rows: u32,
    columns: u32,
    /// Lanes of a subgroup each load a part of the weights and hand it to the others, and take the
    /// borders of their tiles from each other where they can.
    shares: bool,
}

const fn variant(method: Method, shares: bool, quads: u32, rows: u32, columns: u32) -> Variant {
    Variant {
        method,
        quads,
        rows,
        columns,
        shares,
    }
}

/// The baseline, which all others are compared with: a short text, quickly compiled, in WGSL that every adapter
/// has.
const BASELINE: Variant = variant(Method::RowByRow, false, 1, 1, 16);

/// What is worth trying where a CPU computes, the likely fastest first: loads cost it far more than
/// arithmetic, so tiles are as large as can be and lanes share what they load.
const ON_CPUS: &[Variant] = &[
    variant(Method::Winograd, true, 4, 4, 4),
    variant(Method::Winograd, true, 4, 8, 4),
    variant(Method::Winograd, true, 2, 8, 4),
    variant(Method::Winograd, true, 2, 4, 4),
    variant(Method::Direct, true, 4, 4, 4),
    variant(Method::Direct, true, 4, 2, 4),
    variant(Method::Direct, true, 2, 4, 4),
    BASELINE,
    variant(Method::Direct, false, 2, 4, 4),
    variant(Method::Direct, false, 1, 4, 4),
];

/// What is worth trying on a GPU, the likely fastest first: many threads hide what a load takes, if
/// neighbouring lanes load neighbouring pixels and no thread needs more registers than there are; loops keep
/// the text short, which those compilers need most of a second for otherwise.
const ON_GPUS: &[Variant] = &[
    variant(Method::ColumnByColumn, false, 2, 8, 1),
    variant(Method::ColumnByColumn, false, 1, 8, 1),
    variant(Method::ColumnByColumn, false, 1, 4, 1),
    variant(Method::ColumnByColumn, false, 1, 2, 1),
    variant(Method::ColumnByColumn, false, 4, 8, 1),
    variant(Method::Direct, false, 2, 4, 2),
    variant(Method::Direct, false, 1, 2, 2),
    BASELINE,
];

/// The largest windows whose taps are all written out.
const LARGEST_WRITTEN_OUT: u32 = 5;

/// A variant of a pass, for its images and an adapter's subgroups.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Tiling {
    /// How products are formed.
    pub method: Method,
    /// Quads of channels that a thread computes.
    pub quads: u32,
    /// Rows.
    pub rows: u32,
    /// Columns.
    pub columns: u32,
    /// Lanes that share what they load; 0 if each loads its own.
    pub lanes: u32,
}

impl Tiling {
    /// All that are worth trying for a pass, the likely fastest first.
    pub fn all(pass: &Pass, lanes: Lanes) -> Vec<Self> {
        let table = match lanes.of_cpu {
            true => ON_CPUS,
            false => ON_GPUS,
        };
        let mut all = Vec::new();
        for variant in table {
            let tiling = Self::fitted(variant, pass, lanes.subgroup_size);
            all.extend(tiling.filter(|tiling| !all.contains(tiling)));
        }
        all
    }

    /// The baseline.
    pub fn baseline(pass: &Pass) -> Self {
        Self::fitted(&BASELINE, pass, None).expect("it fits every pass")
    }

    /// The likely fastest.
    pub fn unmeasured(pass: &Pass, lanes: Lanes) -> Self {
        Self::all(pass, lanes)[0]
    }

    /// A variant, no larger than the images.
    fn fitted(variant: &Variant, pass: &Pass, subgroup_size: Option<u32>) -> Option<Self> {
        let destination = pass.destination();
        let shape = &pass.shape;
        let lanes = match variant.shares {
            true => subgroup_size.filter(|size| super::WORKGROUP_SIZE.is_multiple_of(*size))?,
            false => 0,
        };
        // In the gradient of the input a tile begins at a multiple of the stride.
        let step = match pass.direction {
            Direction::Forward => 1,
            Direction::Backward => shape.stride,
        };
        let evenly = |most: u32, length: u32| {
            length
                .div_ceil(length.div_ceil(most))
                .next_multiple_of(step)
        };
        // A text of so many taps for each of a tile's values takes drivers minutes to compile.
        if variant.method == Method::Direct && shape.kernel > LARGEST_WRITTEN_OUT {
            return None;
        }
        let columns = match variant.method {
            Method::Direct | Method::RowByRow => evenly(variant.columns, destination.width),
            Method::Winograd if shape.kernel == 3 && shape.stride == 1 => variant.columns,
            Method::ColumnByColumn if step == 1 => 1,
            // Lanes beside each other would need different columns of the weights.
            Method::Winograd | Method::ColumnByColumn => return None,
        };
        Some(Self {
            method: variant.method,
            quads: variant.quads.min(destination.quads.next_power_of_two()),
            rows: match variant.method {
                Method::RowByRow => 1,
                Method::Direct | Method::Winograd | Method::ColumnByColumn => {
                    evenly(variant.rows, destination.height)
                }
            },
            columns,
            lanes,
        })
    }

    /// Groups of quads of the destination, the last one perhaps not full.
    pub(super) fn quad_groups(&self, destination: Blocked) -> u32 {
        destination.quads.div_ceil(self.quads)
    }

    /// Tiles of a group of quads of one sample.
    pub(super) fn tiles(&self, destination: Blocked) -> u32 {
        destination.height.div_ceil(self.rows) * destination.width.div_ceil(self.columns)
    }

    /// Whether each of four lanes holds the weights of one of four quads and they swap them: a swap within four
    /// lanes is one instruction where a subgroup has no more, but handing a lane's value to all is a dozen.
    pub(super) fn quad_swap(&self) -> bool {
        self.lanes == 4 && self.quads == 4
    }

    /// Quads of weights that a lane loads at once.
    pub(super) fn weights_a_load(&self, pass: &Pass) -> u32 {
        if self.lanes > 0 && pass.source().pairs {
            2
        } else {
            1
        }
    }

    /// Quads of packed weights for a group of destination quads and one source quad: each lane of those
    /// that share loads as many.
    pub(super) fn packed_stride(&self, pass: &Pass) -> u32 {
        let kernel = pass.shape.kernel;
        let channels = 4 * self.quads;
        let lanes = self.lanes.max(1);
        let quads = match self.method {
            Method::Direct | Method::RowByRow | Method::ColumnByColumn => {
                channels * kernel * kernel
            }
            // All taps of a row in one lane, which turns them into what Winograd multiplies by.
            Method::Winograd => kernel * (channels * kernel).next_multiple_of(lanes),
        };
        quads.next_multiple_of(lanes * self.weights_a_load(pass))
    }

    /// Quads of the packed weights of a pass; channels rounded up on both sides.
    pub(super) fn packed_quads(&self, pass: &Pass) -> u64 {
        let groups = self.quad_groups(pass.destination()) * pass.source().quads;
        u64::from(groups) * u64::from(self.packed_stride(pass))
    }

    /// Words of four bytes that they take.
    pub fn packed_len(&self, pass: &Pass) -> u64 {
        self.packed_quads(pass) * u64::from(pass.source().precision.bytes())
    }
}

impl std::fmt::Display for Tiling {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let method = match self.method {
            Method::Direct => "direct",
            Method::RowByRow => "row by row",
            Method::Winograd => "Winograd",
            Method::ColumnByColumn => "column by column",
        };
        let Self {
            quads,
            rows,
            columns,
            lanes,
            ..
        } = self;
        write!(f, "{method} {}x{rows}x{columns}", 4 * quads)?;
        if *lanes > 0 {
            write!(f, ", {lanes} lanes")?;
        }
        Ok(())
    }
}
