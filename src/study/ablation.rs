//! Switching channels off: which of them, and what that does to a state.

/// Which channels are switched off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ablation {
    /// One entry a channel, BatchNorm after BatchNorm: whether it is off, so that its γ counts as 0.
    pub off: Vec<bool>,
    /// Whether β counts as 0 too. A channel with γ = 0 alone still passes on its β.
    pub with_beta: bool,
}
