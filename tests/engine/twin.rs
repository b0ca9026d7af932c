//! A whole network in float64, layer by layer to the loss: as slow and plain as the layers of
//! `tests/reference/` that it is made of.

use bnonly::engine::PlanOptions;
use bnonly::network::graph::Op;
use bnonly::network::{Graph, State};

use crate::engine::support::Samples;
use crate::reference::batch_norm::BatchNorm;
use crate::reference::conv::Conv;
use crate::reference::linear::Linear;
use crate::reference::pool::{MaxPool, global_average};
use crate::reference::shortcut::Shortcut;
use crate::reference::{loss, widen};

/// A network and a batch, waiting for parameters.
pub struct Twin<'a> {
    graph: &'a Graph,
    state: &'a State,
    freeze_statistics: bool,
    input: Vec<f64>,
    labels: Vec<u32>,
}

impl<'a> Twin<'a> {
    pub fn new(
        graph: &'a Graph,
        state: &'a State,
        options: &PlanOptions,
        (pixels, labels, _): &Samples,
    ) -> Self {
        let shape = graph.input_shape();
        let (mean, deviation) = &options.normalization;
        let input = pixels
            .iter()
            .enumerate()
            .map(|(i, pixel)| {
                let c = i / shape.pixels() as usize % shape.channels as usize;
                (f64::from(*pixel) / 255.0 - f64::from(mean[c])) / f64::from(deviation[c])
            })
            .collect();
        Self {
            graph,
            state,
            freeze_statistics: options.freeze_statistics,
            input,
            labels: labels.clone(),
        }
    }

    /// Parameters to start from, in double precision.
    pub fn parameters(&self) -> Vec<Vec<f64>> {
        self.state
            .parameters
            .iter()
            .map(|values| widen(values))
            .collect()
    }

    /// The mean cross-entropy with these parameters.
    pub fn loss(&self, parameters: &[Vec<f64>]) -> f64 {
        let outputs = self.outputs(parameters);
        let logits = outputs.last().expect("a network has layers");
        loss::cross_entropy(logits, &self.labels, self.graph.classes() as usize).mean
    }

    /// What each node of the graph gives with these parameters, `[N, C, H, W]`.
    pub fn outputs(&self, parameters: &[Vec<f64>]) -> Vec<Vec<f64>> {
        let n = self.labels.len();
        let mut outputs: Vec<Vec<f64>> = Vec::new();
        for node in &self.graph.nodes {
            let x = node
                .inputs
                .first()
                .map_or(&self.input, |input| &outputs[input.0]);
            let shape = node
                .inputs
                .first()
                .map_or(node.shape, |input| self.graph.node(*input).shape);
            let [c, h, w] = [shape.channels, shape.height, shape.width].map(|n| n as usize);
            let y = match &node.op {
                Op::Input => x.clone(),
                Op::Conv {
                    weight,
                    bias,
                    window,
                } => {
                    let conv = Conv {
                        n,
                        c,
                        h,
                        w,
                        o: node.shape.channels as usize,
                        kernel: window.kernel as usize,
                        stride: window.stride as usize,
                        padding: window.padding as usize,
                    };
                    let bias = bias.map(|bias| &*parameters[bias.0]);
                    conv.forward(x, &parameters[weight.0], bias)
                }
                Op::BatchNorm(id) => {
                    let layer = self.graph.batch_norm_at(*id);
                    let running = &self.state.running[id.0];
                    let (mean, variance) = (widen(&running.mean), widen(&running.variance));
                    let (gamma, beta) = (&parameters[layer.gamma.0], &parameters[layer.beta.0]);
                    let norm = BatchNorm::new(n, c, h * w);
                    match self.freeze_statistics {
                        true => norm.forward_eval(x, gamma, beta, &mean, &variance),
                        false => norm.forward(x, gamma, beta, &mean, &variance).y,
                    }
                }
                Op::Relu => x.iter().map(|x| x.max(0.0)).collect(),
                Op::Add => {
                    let other = &outputs[node.inputs[1].0];
                    x.iter().zip(other).map(|(x, other)| x + other).collect()
                }
                Op::MaxPool(window) => {
                    let pool = MaxPool {
                        planes: n * c,
                        h,
                        w,
                        kernel: window.kernel as usize,
                        stride: window.stride as usize,
                        padding: window.padding as usize,
                    };
                    pool.forward(x)
                }
                Op::IdentityShortcut { stride } => {
                    let shortcut = Shortcut {
                        n,
                        c,
                        h,
                        w,
                        o: node.shape.channels as usize,
                        stride: *stride as usize,
                    };
                    shortcut.forward(x)
                }
                Op::GlobalAveragePool => global_average(x, h * w),
                Op::Linear { weight, bias } => {
                    let linear = Linear {
                        n,
                        c,
                        o: node.shape.channels as usize,
                    };
                    linear.forward(x, &parameters[weight.0], &parameters[bias.0])
                }
            };
            outputs.push(y);
        }
        outputs
    }
}
