//! The update of all that is trained, in one dispatch.

use super::source::Source;
use super::{Binding, Grid, Kernel};

const FILE: &str = include_str!("../../shaders/optimizer.wgsl");

/// The second moment comes last, for rules that have one.
const ALL: &[Binding] = &[
    Binding::read_write("parameters", "f32"),
    Binding::read("gradients", "f32"),
    Binding::read("trained", "vec2u"),
    Binding::read_write("first", "f32"),
    Binding::read_write("second", "f32"),
];

/// The rule by which gradients move parameters, as PyTorch has it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Rule {
    /// Stochastic gradient descent with momentum.
    Sgd {
        /// μ.
        momentum: f64,
        /// Nesterov's form.
        nesterov: bool,
    },
    /// Adam: weight decay is part of the gradient.
    Adam,
    /// AdamW: weight decay acts on the weights themselves.
    AdamW,
}

impl Rule {
    /// Values it remembers for each trained one.
    pub fn moments(&self) -> usize {
        match self {
            Rule::Sgd { .. } => 1,
            Rule::Adam | Rule::AdamW => 2,
        }
    }

    /// 1 − βᵗ for Adam's two moments at step `t` (from 1); 1 for SGD.
    pub fn corrections(&self, t: u64) -> [f64; 2] {
        match self {
            Rule::Sgd { .. } => [1.0, 1.0],
            Rule::Adam | Rule::AdamW => [0.9, 0.999].map(|beta: f64| 1.0 - beta.powf(t as f64)),
        }
    }
}

fn source(rule: Rule, weight_decay: f64, count: u32) -> Source {
    let (momentum, nesterov) = match rule {
        Rule::Sgd { momentum, nesterov } => (momentum, nesterov),
        Rule::Adam | Rule::AdamW => (0.0, false),
    };
    Source::new(FILE, ALL)
        .count("COUNT", count)
        .flag("ADAM", matches!(rule, Rule::Adam | Rule::AdamW))
        .flag("DECOUPLED", rule == Rule::AdamW)
        .flag("NESTEROV", nesterov)
        .number("MOMENTUM", momentum as f32)
        .number("WEIGHT_DECAY", weight_decay as f32)
}

/// What the head in the file says.
#[cfg(test)]
pub(super) fn sample() -> Source {
    source(Rule::AdamW, 0.01, 7)
}

/// `parameters`, `gradients`, `trained` (`[count]`), the `first` moment, and the `second` where the rule has one.
pub fn update(rule: Rule, weight_decay: f64, count: u32) -> Kernel {
    let bindings = ALL[..3 + rule.moments()].to_vec();
    Kernel {
        name: "update",
        source: source(rule, weight_decay, count).bind(&bindings),
        bindings,
        grid: Grid::threads(count),
        flops_per_sample: 0,
    }
}
