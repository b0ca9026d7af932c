//! The text of a pass over images.
//!
//! What is fast differs between adapters, and compilers disagree on unrolling, so a pass has many texts: each variant
//! is written out for its shape. [`text`] goes through the parts in their order; each is a file:
//!
//! | part | file |
//! |---|---|
//! | what the text computes, constants, bindings, the entry point's arguments | `head` |
//! | which tile a thread computes, and what of the source comes into its registers | `load` |
//! | weights and borders of tiles that lanes hand to each other | `share` |
//! | what a BatchNorm does to a quad of channels | `normalization` |
//! | Winograd's three transforms | `winograd` |
//! | products and their sums | `accumulate` |
//! | what is done with the sums, and their way to memory | `epilogue` |
//! | moments and sums of gradients, joined for a workgroup | `partials` |
//!
//! In registers: `in_R_C` source row R, column C of the tile's patch; `sum_O_R_P` channel O, row R, and pixel P or,
//! with Winograd's method, product P.

mod accumulate;
mod epilogue;
mod head;
mod load;
mod normalization;
mod partials;
mod share;
mod stored;
mod winograd;

use super::patch::Patch;
use super::tiling::{Method, Tiling};
use super::{BackwardExtras, Direction, Entry, ForwardExtras, Gate, Pass};
use crate::kernels::binding::declarations;
use crate::kernels::wgsl::{Wgsl, wgsl};
pub(super) use head::bindings;

/// What a pass does beside the convolution, in either direction.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Extras {
    enters: Option<Entry>,
    bias: bool,
    moments: bool,
    accumulates: bool,
    gate: Option<Gate>,
}

impl From<ForwardExtras> for Extras {
    fn from(extras: ForwardExtras) -> Self {
        Self {
            enters: extras.enters,
            bias: extras.bias,
            moments: extras.moments,
            ..Self::default()
        }
    }
}

impl From<BackwardExtras> for Extras {
    fn from(extras: BackwardExtras) -> Self {
        Self {
            accumulates: extras.accumulates,
            gate: extras.batch_norm,
            ..Self::default()
        }
    }
}

/// What a text is made for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Conv<'a> {
    pub pass: &'a Pass,
    pub tiling: &'a Tiling,
    pub patch: &'a Patch,
    pub extras: Extras,
}

/// The text of a pass, without what all kernels share.
pub(super) fn text(conv: &Conv) -> String {
    let mut text = Wgsl::default();
    head::comment(&mut text, conv);
    head::constants(&mut text, conv);
    wgsl!(text, "{}", declarations(&bindings(conv), &[]));
    text.blank();
    partials::workgroup_memory(&mut text, conv);
    head::entry_point(&mut text, conv);
    load::tile(&mut text, conv);
    accumulate::sums(&mut text, conv);
    wgsl!(text, "for (var c = 0u; c < SOURCE_QUADS; c++) {{");
    source_quad(&mut text, conv);
    wgsl!(text, "}}");
    for k in 0..conv.tiling.quads {
        epilogue::quad(&mut text, conv, k);
    }
    partials::join(&mut text, conv);
    wgsl!(text, "}}");
    normalization::entering(&mut text, conv);
    text.finish()
}

/// What is added to the sums for each quad of the source's channels.
fn source_quad(text: &mut Wgsl, conv: &Conv) {
    load::source_quad(text, conv);
    if conv.shares() {
        share::load_weights(text, conv);
    }
    if conv.winograd() {
        winograd::transform_weights(text, conv);
    }
    load::loop_over_taps(text, conv);
    load::patch(text, conv);
    if conv.winograd() {
        accumulate::winograd(text, conv);
    } else {
        accumulate::direct(text, conv);
    }
    load::end_of_loop_over_taps(text, conv);
}

impl Conv<'_> {
    fn winograd(&self) -> bool {
        self.tiling.method == Method::Winograd
    }

    fn row_by_row(&self) -> bool {
        self.tiling.method == Method::RowByRow
    }

    fn column_by_column(&self) -> bool {
        self.tiling.method == Method::ColumnByColumn
    }

    fn forward(&self) -> bool {
        self.pass.direction == Direction::Forward
    }

    /// Whether lanes of a subgroup hand each other what they load.
    fn shares(&self) -> bool {
        self.tiling.lanes > 0
    }

    /// Whether the destination is the gradient of a BatchNorm's output, of which sums are left.
    fn grad_sums(&self) -> bool {
        self.extras.gate.is_some()
    }

    /// Channels of a tile.
    fn channels(&self) -> u32 {
        4 * self.tiling.quads
    }

    /// Sums of a channel and row: of pixels, or of Winograd's products.
    fn sums_a_row(&self) -> u32 {
        if self.winograd() {
            winograd::PRODUCTS
        } else {
            self.tiling.columns
        }
    }

    /// Pixels that are stored at once.
    fn pixels_a_store(&self) -> u32 {
        let pairs = self.pass.destination().pairs && self.tiling.columns.is_multiple_of(2);
        if pairs { 2 } else { 1 }
    }
}
