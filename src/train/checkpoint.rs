//! To come.

/// What the optimiser remembers between steps, one value a trained value, in the order of the
/// trained set: parameter by parameter, places ascending.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct OptimizerState {
    /// Steps taken.
    pub steps: u64,
    /// SGD's velocity, or Adam's first moment.
    pub first_moment: Vec<f32>,
    /// Adam's second moment; empty for SGD.
    pub second_moment: Vec<f32>,
}
