//! The dispatches from the images to the logits, of a training step and of an evaluation.

use super::Operand::{Part, Tensor, Whole};
use super::list::{Context, List, Tensors};
use super::{Launch, NormOutput, Operand, Persistent, TensorId};
use crate::engine::EngineError;
use crate::engine::layers::{BatchNormPass, Layer};
use crate::engine::layout::Weights;
use crate::kernels::batch_norm::Partials;
use crate::kernels::conv::{Entry, ForwardExtras};
use crate::kernels::{batch_norm, conv, elementwise, input, linear, pool, shortcut};
use crate::network::graph::{BatchNormId, NodeId, Op, ParameterId, Window};

/// What a forward pass is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    Training,
    Evaluation,
}

/// A forward pass, and what it leaves.
pub(super) struct ForwardPass {
    pub launches: Vec<Launch>,
    pub outputs: Outputs,
    /// By BatchNorm layer: what its pass leaves.
    pub norm_outputs: Vec<Option<NormOutput>>,
}

/// What stands for a node's output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Output {
    /// The output itself.
    Written(TensorId),
    /// The input of a BatchNorm, whose output its readers make themselves.
    Deferred {
        input: TensorId,
        layer: BatchNormId,
        relu: bool,
    },
}

/// What a forward pass leaves for later layers and for backward.
pub(super) struct Outputs {
    /// By node: its output.
    outputs: Vec<Option<Output>>,
    /// By node: what else backward needs of it (signs of a ReLU, places of maxima).
    kept: Vec<Option<TensorId>>,
}

impl Outputs {
    fn get(&self, node: NodeId) -> Output {
        self.outputs[node.0].expect("layers run after their inputs")
    }

    pub fn tensor(&self, node: NodeId) -> TensorId {
        match self.get(node) {
            Output::Written(tensor) => tensor,
            Output::Deferred { .. } => unreachable!("only convolutions read what is deferred"),
        }
    }

    pub fn operand(&self, node: NodeId) -> Operand {
        Tensor(self.tensor(node))
    }

    /// What else was kept of a node.
    pub fn kept(&self, node: NodeId) -> Operand {
        Tensor(self.kept[node.0].expect("forward kept it"))
    }
}

struct Forward<'a> {
    list: List<'a>,
    context: &'a Context<'a>,
    purpose: Purpose,
    /// BatchNorm normalises by its running averages.
    fixed: bool,
    outputs: Outputs,
    norm_outputs: Vec<Option<NormOutput>>,
}

/// From the images to the logits.
pub(super) fn list<'a>(
    context: &'a Context<'a>,
    tensors: &'a mut Tensors,
    purpose: Purpose,
) -> Result<ForwardPass, EngineError> {
    let nodes = context.graph.nodes.len();
    let mut forward = Forward {
        list: List::new(context, tensors),
        context,
        purpose,
        fixed: purpose == Purpose::Evaluation || context.options.freeze_statistics,
        outputs: Outputs {
            outputs: vec![None; nodes],
            kept: vec![None; nodes],
        },
        norm_outputs: vec![None; context.graph.batch_norms.len()],
    };
    for layer in &context.layers {
        match layer {
            Layer::Single(node) => forward.single(*node)?,
            Layer::BatchNorm(pass) => forward.batch_norm(pass),
        }
    }
    Ok(ForwardPass {
        launches: forward.list.launches,
        outputs: forward.outputs,
        norm_outputs: forward.norm_outputs,
    })
}

impl Forward<'_> {
    fn single(&mut self, id: NodeId) -> Result<(), EngineError> {
        let context = self.context;
        let node = context.graph.node(id);
        let shape = context.blocked(id);
        if let Op::Linear { weight, bias } = node.op {
            self.linear(id, weight, bias);
            return Ok(());
        }
        let output = self.list.images(id, "output");
        let target = ("output", Tensor(output));
        match node.op {
            Op::Input => {
                if shape.channels > 4 {
                    return Err(EngineError::Unsupported {
                        node: id.0,
                        op: "input".into(),
                        why: "images of at most four channels",
                    });
                }
                let (mean, deviation) = &context.options.normalization;
                let operands = [
                    ("pixels", Whole(Persistent::Pixels)),
                    ("samples", Whole(Persistent::Samples)),
                    target,
                ];
                self.list
                    .launch(input::prepare(shape, mean, deviation), operands);
            }
            Op::Conv { weight, bias, .. } => self.conv(id, weight, bias, output),
            Op::Relu => {
                let operands = [("input", self.outputs.operand(node.inputs[0])), target];
                self.list.launch(elementwise::relu(shape), operands);
            }
            Op::MaxPool(window) => self.max_pool(id, window, output),
            Op::IdentityShortcut { stride } => {
                let operands = [("input", self.outputs.operand(node.inputs[0])), target];
                let kernel = shortcut::identity(&context.shortcut_shape(id, stride));
                self.list.launch(kernel, operands);
            }
            Op::GlobalAveragePool => {
                let operands = [("input", self.outputs.operand(node.inputs[0])), target];
                let kernel = pool::average(context.blocked(node.inputs[0]));
                self.list.launch(kernel, operands);
            }
            Op::Linear { .. } | Op::BatchNorm(_) | Op::Add => unreachable!("handled elsewhere"),
        }
        self.outputs.outputs[id.0] = Some(Output::Written(output));
        Ok(())
    }

    fn linear(&mut self, id: NodeId, weight: ParameterId, bias: ParameterId) {
        let context = self.context;
        let input = context.graph.node(id).inputs[0];
        let operands = [
            ("input", self.outputs.operand(input)),
            ("weight", context.parameter(weight)),
            ("bias", context.parameter(bias)),
            ("logits", Whole(Persistent::Logits)),
        ];
        self.list
            .launch(linear::forward(&context.linear_shape(id)), operands);
    }

    fn max_pool(&mut self, id: NodeId, window: Window, output: TensorId) {
        let pool = self.context.pool_shape(id, window);
        let bytes = pool.chosen_bytes(self.context.options.max_batch);
        let chosen = self.list.tensor("the maxima's places", bytes);
        let operands = [
            (
                "input",
                self.outputs.operand(self.context.graph.node(id).inputs[0]),
            ),
            ("output", Tensor(output)),
            ("chosen_out", Tensor(chosen)),
        ];
        self.list.launch(pool::max_pool(&pool), operands);
        self.outputs.kept[id.0] = Some(chosen);
    }

    fn conv(
        &mut self,
        id: NodeId,
        weight: ParameterId,
        bias: Option<ParameterId>,
        output: TensorId,
    ) {
        let context = self.context;
        let packed = context.layout.packed[weight.0].expect("the layout has every convolution");
        let Weights {
            tiling,
            range,
            partials,
        } = packed.forward;
        // What is deferred is normalised on the way in.
        let input = context.graph.node(id).inputs[0];
        let (source, entry) = match self.outputs.get(input) {
            Output::Written(tensor) => (tensor, None),
            Output::Deferred { input, layer, relu } => (input, Some((Entry { relu }, layer))),
        };
        let norm = match self.fixed {
            true => None,
            false => self.summed_up(id),
        };
        let extras = ForwardExtras {
            enters: entry.map(|(entry, _)| entry),
            bias: bias.is_some(),
            moments: norm.is_some(),
        };
        let mut operands = vec![
            ("source", Tensor(source)),
            ("weights", Part(Persistent::Packed, range)),
            ("destination", Tensor(output)),
        ];
        operands.extend(entry.map(|(_, layer)| ("normalization", context.saved(layer))));
        operands.extend(bias.map(|bias| ("bias", context.parameter(bias))));
        let kernel = conv::forward(&packed.shape, &tiling, extras);
        let Some(pass) = norm else {
            return self.list.launch(kernel, operands);
        };
        let shape = context.batch_norm_shape(&pass, self.fixed);
        let scratch = self.list.scratch(shape.partial_bytes(partials));
        operands.push(("partial_moments", scratch));
        self.list.launch(kernel, operands);
        self.finish_statistics(&pass, partials);
    }

    /// The BatchNorm behind a convolution: its statistics need no pass of their own.
    fn summed_up(&self, conv: NodeId) -> Option<BatchNormPass> {
        let mut readers = self.context.readers[conv.0].iter();
        readers.find_map(|reader| match reader {
            Layer::BatchNorm(pass) if pass.input == conv => Some(*pass),
            _ => None,
        })
    }

    /// Turns partial moments, which the dispatch before has left, into what a BatchNorm normalises by.
    fn finish_statistics(&mut self, pass: &BatchNormPass, partials: Partials) {
        let context = self.context;
        let shape = context.batch_norm_shape(pass, false);
        let [running_mean, running_variance] = context.running(pass.layer);
        let [gamma, beta] = context.affine(pass.layer);
        let operands = [
            (
                "all_moments",
                self.list.scratch(shape.partial_bytes(partials)),
            ),
            ("gamma", gamma),
            ("beta", beta),
            ("normalization_out", context.saved(pass.layer)),
            ("running_mean", running_mean),
            ("running_variance", running_variance),
        ];
        self.list
            .launch(batch_norm::finish_statistics(&shape, partials), operands);
    }

    /// Whether all that read a BatchNorm's output are convolutions, which can normalise what they read:
    /// then it need not be written. A convolution that trains needs it for its own gradient.
    fn is_deferred(&self, pass: &BatchNormPass) -> bool {
        let is_evaluation = self.purpose == Purpose::Evaluation;
        let normalises = |reader: &Layer| match reader {
            Layer::Single(id) => match self.context.graph.node(*id).op {
                Op::Conv { weight, .. } => is_evaluation || !self.context.trains(weight),
                _ => false,
            },
            Layer::BatchNorm(_) => false,
        };
        let is_kept = is_evaluation && self.context.options.keep_outputs;
        let readers = &self.context.readers[pass.output.0];
        pass.residual.is_none() && !is_kept && readers.iter().all(normalises)
    }

    fn batch_norm(&mut self, pass: &BatchNormPass) {
        let context = self.context;
        let shape = context.batch_norm_shape(pass, self.fixed);
        let input = self.outputs.tensor(pass.input);
        if self.fixed {
            self.fixed_statistics(pass);
        } else if !matches!(context.graph.node(pass.input).op, Op::Conv { .. }) {
            let scratch = self.list.scratch(shape.partial_bytes(shape.partials()));
            let operands = [("input", Tensor(input)), ("partial_moments", scratch)];
            self.list.launch(batch_norm::statistics(&shape), operands);
            self.finish_statistics(pass, shape.partials());
        }
        if self.is_deferred(pass) {
            self.outputs.outputs[pass.output.0] = Some(Output::Deferred {
                input,
                layer: pass.layer,
                relu: pass.epilogue.relu,
            });
            return;
        }
        let target = self.list.images(pass.output, "output");
        let mut operands = vec![
            ("input", Tensor(input)),
            ("normalization", context.saved(pass.layer)),
            ("output", Tensor(target)),
        ];
        let residual = pass.residual;
        operands.extend(residual.map(|residual| ("residual", self.outputs.operand(residual))));
        if pass.epilogue.keeps_sign() {
            let signs = self
                .list
                .tensor("the signs before a ReLU", shape.sign_bytes());
            self.outputs.kept[pass.output.0] = Some(signs);
            operands.push(("positive_out", Tensor(signs)));
        }
        self.list.launch(batch_norm::normalise(&shape), operands);
        self.outputs.outputs[pass.output.0] = Some(Output::Written(target));
        self.norm_outputs[pass.layer.0] = Some(NormOutput {
            tensor: target,
            shape: shape.images,
        });
    }

    /// Makes what a BatchNorm normalises by of its running averages.
    fn fixed_statistics(&mut self, pass: &BatchNormPass) {
        let context = self.context;
        let [mean, variance] = context.running(pass.layer);
        let [gamma, beta] = context.affine(pass.layer);
        let operands = [
            ("fixed_mean", mean),
            ("fixed_variance", variance),
            ("gamma", gamma),
            ("beta", beta),
            ("normalization_out", context.saved(pass.layer)),
        ];
        let shape = context.batch_norm_shape(pass, true);
        self.list
            .launch(batch_norm::fixed_statistics(&shape), operands);
    }
}
