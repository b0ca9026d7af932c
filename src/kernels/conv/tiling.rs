//! In which ways the passes of a convolution over images can be computed.
//!
//! A thread computes a tile: some quads of channels of some rows and columns of the destination. What is
//! fast differs between adapters by more than tenfold, so there is a table of ways, `VARIANTS`, from
//! which the engine picks by measuring. All of them compute the same, in the same text.

use serde::{Deserialize, Serialize};

use super::{Blocked, Direction, Pass};

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
}

/// A line of `VARIANTS`.
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

/// The plain way, of which all others are variants: a short text, quickly compiled, in WGSL that every adapter
/// has.
const PLAIN: Variant = variant(Method::RowByRow, false, 1, 1, 16);

/// All ways, the likely fastest first where nothing was measured.
const VARIANTS: [Variant; 10] = {
    use Method::{Direct, Winograd};
    [
        variant(Winograd, true, 4, 4, 4),
        variant(Winograd, true, 4, 8, 4),
        variant(Winograd, true, 2, 8, 4),
        variant(Winograd, true, 2, 4, 4),
        variant(Direct, true, 4, 4, 4),
        variant(Direct, true, 4, 2, 4),
        variant(Direct, true, 2, 4, 4),
        PLAIN,
        variant(Direct, false, 2, 4, 4),
        variant(Direct, false, 1, 4, 4),
    ]
};

/// A way to compute a pass, for its images and an adapter's subgroups.
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
    /// All that fit a pass, the likely fastest first.
    pub fn all(pass: &Pass, subgroup_size: Option<u32>) -> Vec<Self> {
        let mut all = Vec::new();
        for variant in &VARIANTS {
            let tiling = Self::fitted(variant, pass, subgroup_size);
            all.extend(tiling.filter(|tiling| !all.contains(tiling)));
        }
        all
    }

    /// The plain way.
    pub fn plain(pass: &Pass) -> Self {
        Self::fitted(&PLAIN, pass, None).expect("it fits every pass")
    }

    /// The likely fastest.
    pub fn unmeasured(pass: &Pass, subgroup_size: Option<u32>) -> Self {
        Self::all(pass, subgroup_size)[0]
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
        let columns = match variant.method {
            Method::Direct | Method::RowByRow => evenly(variant.columns, destination.width),
            Method::Winograd if shape.kernel == 3 && shape.stride == 1 => variant.columns,
            Method::Winograd => return None,
        };
        Some(Self {
            method: variant.method,
            quads: variant.quads.min(destination.quads.next_power_of_two()),
            rows: match variant.method {
                Method::RowByRow => 1,
                Method::Direct | Method::Winograd => evenly(variant.rows, destination.height),
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
            Method::Direct | Method::RowByRow => channels * kernel * kernel,
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
