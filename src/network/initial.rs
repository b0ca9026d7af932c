//! First values of a network.

use std::fmt;
use std::str::FromStr;

use rand_distr::{Distribution, StandardNormal};
use serde::{Deserialize, Serialize};

use super::graph::{Graph, Op, Parameter, ParameterId, Role};
use super::state::{RunningStatistics, State};
use super::stream::{stream, unit};

/// First values of every BatchNorm's scale γ and shift β.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BnInit {
    /// γ uniform in [0, 1), β 0: Frankle et al., arXiv 2003.00152.
    #[default]
    Uniform,
    /// γ 1, β 0: PyTorch's own.
    Ones,
    /// γ 1, β 1.
    OnesOnes,
    /// γ uniform in (−1, 1), β 0.
    Symmetric,
}

impl BnInit {
    /// Every one of them.
    pub const ALL: [Self; 4] = [Self::Uniform, Self::Ones, Self::OnesOnes, Self::Symmetric];

    /// Its name on the command line and in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Uniform => "uniform",
            Self::Ones => "ones",
            Self::OnesOnes => "ones-ones",
            Self::Symmetric => "symmetric",
        }
    }
}

impl fmt::Display for BnInit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// No [`BnInit`] has this name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "BatchNorm cannot start from `{0}`; there are uniform (γ in [0, 1), β 0), ones (γ 1, β 0), \
     ones-ones (γ 1, β 1) and symmetric (γ in (−1, 1), β 0)"
)]
pub struct UnknownBnInit(pub String);

impl FromStr for BnInit {
    type Err = UnknownBnInit;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let found = Self::ALL.into_iter().find(|init| init.name() == text);
        found.ok_or_else(|| UnknownBnInit(text.to_owned()))
    }
}

/// The first values of all of a network's parameters and running statistics.
///
/// - Convolution and output weights: He normal over fan-in, deviation √(2 / fan_in) (He et al.,
///   arXiv 1502.01852).
/// - Convolution and output biases: uniform in ±1/√fan_in, PyTorch's own.
/// - γ and β: by `bn_init`.
/// - Running mean 0, running variance 1, no batches.
///
/// Each parameter draws from a stream of its own, which follows from `seed` and the parameter's
/// name: adding, removing or resizing a layer changes no other layer's values, and the values are
/// the same on every platform.
pub fn initial_state(graph: &Graph, seed: u64, bn_init: BnInit) -> State {
    let bias_bounds = bias_bounds(graph);
    let parameters = graph
        .parameters
        .iter()
        .enumerate()
        .map(|(place, parameter)| {
            let bound = bias_bounds[place];
            initial_values(parameter, bound, seed, bn_init)
        })
        .collect();
    let running = graph
        .batch_norms
        .iter()
        .map(|norm| RunningStatistics {
            mean: vec![0.0; norm.channels as usize],
            variance: vec![1.0; norm.channels as usize],
            batches_tracked: 0,
        })
        .collect();
    State {
        parameters,
        running,
    }
}

fn initial_values(parameter: &Parameter, bias_bound: f32, seed: u64, bn_init: BnInit) -> Vec<f32> {
    let count = parameter.len();
    let mut random = stream(seed, "initial values", &parameter.name);
    match parameter.role {
        Role::ConvWeight | Role::OutputWeight => {
            let deviation = (2.0 / fan_in(parameter) as f64).sqrt();
            let mut normal = || -> f64 { StandardNormal.sample(&mut random) };
            (0..count).map(|_| (normal() * deviation) as f32).collect()
        }
        Role::ConvBias | Role::OutputBias => (0..count)
            .map(|_| bias_bound * (2.0 * unit(&mut random) - 1.0))
            .collect(),
        Role::Gamma => match bn_init {
            BnInit::Uniform => (0..count).map(|_| unit(&mut random)).collect(),
            BnInit::Ones | BnInit::OnesOnes => vec![1.0; count],
            BnInit::Symmetric => (0..count).map(|_| symmetric(&mut random)).collect(),
        },
        Role::Beta => match bn_init {
            BnInit::OnesOnes => vec![1.0; count],
            BnInit::Uniform | BnInit::Ones | BnInit::Symmetric => vec![0.0; count],
        },
    }
}

/// A value of (−1, 1): of the 2²⁴ draws the one that gives −1 is drawn again.
fn symmetric(random: &mut impl rand::Rng) -> f32 {
    loop {
        let value = 2.0 * unit(random) - 1.0;
        if value > -1.0 {
            return value;
        }
    }
}

/// Inputs that one output of a weight sums over.
pub(super) fn fan_in(weight: &Parameter) -> usize {
    weight.shape[1..].iter().product()
}

/// 1/√fan_in for each bias, the fan-in being that of its layer's weight; 0 for other parameters.
fn bias_bounds(graph: &Graph) -> Vec<f32> {
    let mut bounds = vec![0.0; graph.parameters.len()];
    for node in &graph.nodes {
        let (weight, bias): (ParameterId, ParameterId) = match node.op {
            Op::Conv {
                weight,
                bias: Some(bias),
                ..
            }
            | Op::Linear { weight, bias } => (weight, bias),
            _ => continue,
        };
        bounds[bias.0] = (1.0 / (fan_in(graph.parameter(weight)) as f64).sqrt()) as f32;
    }
    bounds
}
