//! The values of all parameters and running statistics, on the host.

/// A BatchNorm layer's running averages, as PyTorch keeps them.
#[derive(Clone, Debug, PartialEq)]
pub struct RunningStatistics {
    /// `running_mean`, `[C]`.
    pub mean: Vec<f32>,
    /// `running_var`, `[C]`; an average of unbiased variances.
    pub variance: Vec<f32>,
    /// `num_batches_tracked`.
    pub batches_tracked: u64,
}

/// All that a network has learned or was given.
#[derive(Clone, Debug, PartialEq)]
pub struct State {
    /// One vector a parameter, in the order of [`super::Graph::parameters`], row-major.
    pub parameters: Vec<Vec<f32>>,
    /// One entry a BatchNorm layer, in the order of [`super::Graph::batch_norms`].
    pub running: Vec<RunningStatistics>,
}
