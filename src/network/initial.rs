//! First values of a network.

use std::fmt;
use std::str::FromStr;

use rand::Rng;
use rand_distr::{Distribution, StandardNormal};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::graph::{Graph, Op, Parameter, ParameterId, Role};
use super::orthogonal::orthogonal;
use super::state::{RunningStatistics, State};
use super::stream::{stream, unit};

/// First values of convolutions' and the output layer's weights.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WeightsInit {
    /// Normal of deviation √(2 / fan-in): He et al., arXiv 1502.01852. PyTorch's `kaiming_normal_`.
    #[default]
    HeNormal,
    /// Uniform in ±√(6 / fan-in), which has the same deviation. PyTorch's `kaiming_uniform_`.
    Uniform,
    /// √2 times an orthogonal matrix of `[out, fan-in]`, drawn uniformly: Saxe et al., arXiv
    /// 1312.6120. PyTorch's `orthogonal_` with the ReLU's gain.
    Orthogonal,
    /// √(2 / fan-in), of either sign: the signed Kaiming constant of Ramanujan et al., arXiv
    /// 1911.13299.
    Binary,
}

impl WeightsInit {
    /// Every one of them.
    pub const ALL: [Self; 4] = [
        Self::HeNormal,
        Self::Uniform,
        Self::Orthogonal,
        Self::Binary,
    ];

    /// Its name on the command line and in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::HeNormal => "he-normal",
            Self::Uniform => "uniform",
            Self::Orthogonal => "orthogonal",
            Self::Binary => "binary",
        }
    }
}

impl fmt::Display for WeightsInit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// No [`WeightsInit`] has this name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "weights cannot start from `{0}`; there are he-normal (deviation √(2 / fan-in)), uniform (in ±√(6 / \
     fan-in)), orthogonal (times √2) and binary (±√(2 / fan-in))"
)]
pub struct UnknownWeightsInit(pub String);

impl FromStr for WeightsInit {
    type Err = UnknownWeightsInit;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let found = Self::ALL.into_iter().find(|init| init.name() == text);
        found.ok_or_else(|| UnknownWeightsInit(text.to_owned()))
    }
}

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

/// What a seed's first values are drawn from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct FirstValues {
    /// Convolutions' and the output layer's weights.
    pub weights: WeightsInit,
    /// γ and β.
    pub bn: BnInit,
}

/// With He normal weights.
impl From<BnInit> for FirstValues {
    fn from(bn: BnInit) -> Self {
        let weights = WeightsInit::default();
        Self { weights, bn }
    }
}

/// The first values of all of a network's parameters and running statistics.
///
/// - Convolution and output weights, γ and β: as `first` says; a [`BnInit`] alone stands for He
///   normal weights beside it.
/// - Convolution and output biases: uniform in ±1/√fan_in, PyTorch's own.
/// - Running mean 0, running variance 1, no batches.
///
/// Each parameter draws from a stream of its own, which follows from `seed` and the parameter's
/// name: adding, removing or resizing a layer changes no other layer's values, and the values are
/// the same on every platform.
pub fn initial_state(graph: &Graph, seed: u64, first: impl Into<FirstValues>) -> State {
    let first = first.into();
    let bias_bounds = bias_bounds(graph);
    let parameters = graph
        .parameters
        .par_iter()
        .enumerate()
        .map(|(place, parameter)| {
            let bound = bias_bounds[place];
            initial_values(parameter, bound, seed, first)
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

fn initial_values(
    parameter: &Parameter,
    bias_bound: f32,
    seed: u64,
    first: FirstValues,
) -> Vec<f32> {
    let count = parameter.len();
    let mut random = stream(seed, "initial values", &parameter.name);
    match parameter.role {
        Role::ConvWeight | Role::OutputWeight => weights(parameter, first.weights, &mut random),
        Role::ConvBias | Role::OutputBias => (0..count)
            .map(|_| bias_bound * (2.0 * unit(&mut random) - 1.0))
            .collect(),
        Role::Gamma => match first.bn {
            BnInit::Uniform => (0..count).map(|_| unit(&mut random)).collect(),
            BnInit::Ones | BnInit::OnesOnes => vec![1.0; count],
            BnInit::Symmetric => (0..count).map(|_| symmetric(&mut random)).collect(),
        },
        Role::Beta => match first.bn {
            BnInit::OnesOnes => vec![1.0; count],
            BnInit::Uniform | BnInit::Ones | BnInit::Symmetric => vec![0.0; count],
        },
    }
}

fn weights(weight: &Parameter, init: WeightsInit, random: &mut impl Rng) -> Vec<f32> {
    let (count, inputs) = (weight.len(), fan_in(weight));
    let deviation = (2.0 / inputs as f64).sqrt();
    match init {
        WeightsInit::HeNormal => {
            let mut normal = || -> f64 { StandardNormal.sample(random) };
            (0..count).map(|_| (normal() * deviation) as f32).collect()
        }
        WeightsInit::Uniform => {
            let bound = (deviation * 3.0_f64.sqrt()) as f32;
            let mut value = || bound * (2.0 * unit(random) - 1.0);
            (0..count).map(|_| value()).collect()
        }
        WeightsInit::Orthogonal => {
            // Rounded to f32, so that no weight hangs on the last digit of a platform's logarithm.
            let mut normal = || -> f64 { StandardNormal.sample(random) };
            let drawn: Vec<f64> = (0..count).map(|_| f64::from(normal() as f32)).collect();
            let values = orthogonal(&drawn, weight.shape[0], inputs);
            let gain = 2.0_f64.sqrt();
            values.iter().map(|value| (value * gain) as f32).collect()
        }
        WeightsInit::Binary => {
            let size = deviation as f32;
            let mut sign = || random.next_u32() >> 31;
            (0..count)
                .map(|_| if sign() == 0 { size } else { -size })
                .collect()
        }
    }
}

/// A value of (−1, 1): of the 2²⁴ draws the one that gives −1 is drawn again.
fn symmetric(random: &mut impl Rng) -> f32 {
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
