//! The update of all that is trained, in one dispatch.

use minijinja::context;

use super::binding::declarations;
use super::{Binding, Grid, Kernel, render};

/// The second moment comes last, for rules that have one.
const ALL: [Binding; 5] = [
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

/// `parameters`, `gradients`, `trained` (`[count]`), the `first` moment, and the `second` where the rule has one.
pub fn update(rule: Rule, weight_decay: f64, count: u32) -> Kernel {
    let (name, momentum, nesterov) = match rule {
        Rule::Sgd { momentum, nesterov } => ("sgd", momentum, nesterov),
        Rule::Adam => ("adam", 0.0, false),
        Rule::AdamW => ("adamw", 0.0, false),
    };
    let literal = |value: f64| format!("{:?}", value as f32);
    let values = context! {
        rule => name, nesterov, count,
        momentum => literal(momentum), weight_decay => literal(weight_decay),
    };
    let bindings = ALL[..3 + rule.moments()].to_vec();
    Kernel {
        name: "update",
        source: render(
            include_str!("../../shaders/optimizer.wgsl"),
            &declarations(&bindings, &ALL),
            values,
        ),
        bindings,
        grid: Grid::threads(count),
        flops_per_sample: 0,
    }
}
