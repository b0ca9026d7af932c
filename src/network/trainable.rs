//! Which parameters, or parts of one, may change.

/// What of one parameter trains.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Selection {
    /// Nothing: it stays bit-identical.
    Frozen,
    /// All of it.
    Whole,
    /// The values at these row-major places, ascending, at least one.
    Some(Vec<u32>),
}

/// What trains in a network: one [`Selection`] a parameter, in the order of
/// [`super::Graph::parameters`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrainedSet {
    /// One entry a parameter.
    pub selections: Vec<Selection>,
}
