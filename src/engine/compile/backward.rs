//! The dispatches of the backward pass: from the loss to every trained parameter, and no further.

use super::Operand::{Part, Tensor};
use super::forward::Outputs;
use super::list::{Context, List, Tensors};
use super::{Launch, Operand, Persistent, TensorId};
use crate::engine::layers::{BatchNormPass, Layer};
use crate::engine::layout::Weights;
use crate::kernels::batch_norm::{Epilogue, Partials};
use crate::kernels::conv::{BackwardExtras, ConvShape, Gate, WeightChunks};
use crate::kernels::{batch_norm, conv, elementwise, linear, pool, reduce, shortcut};
use crate::network::graph::{NodeId, Op, ParameterId};

struct Backward<'a> {
    list: List<'a>,
    context: &'a Context<'a>,
    /// Of the forward pass before.
    outputs: &'a Outputs,
    grad_logits: TensorId,
    /// By node: the gradient of its output, so far.
    gradients: Vec<Option<TensorId>>,
    /// By node: how many layers have given to that gradient.
    contributions: Vec<usize>,
    /// By node: whether a convolution has left the sums that a BatchNorm's backward pass begins with.
    is_summed_up: Vec<bool>,
}

/// From the gradient by the logits to those of all that trains.
pub(super) fn list<'a>(
    context: &'a Context<'a>,
    tensors: &'a mut Tensors,
    outputs: &'a Outputs,
    grad_logits: TensorId,
) -> Vec<Launch> {
    let nodes = context.graph.nodes.len();
    let mut backward = Backward {
        list: List::new(context, tensors),
        context,
        outputs,
        grad_logits,
        gradients: vec![None; nodes],
        contributions: vec![0; nodes],
        is_summed_up: vec![false; nodes],
    };
    for layer in context.layers.iter().rev() {
        if context.needs_gradient[layer.output().0] {
            match layer {
                Layer::Single(node) => backward.single(*node),
                Layer::BatchNorm(pass) => backward.batch_norm(pass),
            }
        }
    }
    backward.list.launches
}

impl Backward<'_> {
    fn gradient(&self, node: NodeId) -> Operand {
        Tensor(self.gradients[node.0].expect("a later layer gave it"))
    }

    /// Where a layer shall write the gradient of its input: a fresh tensor, or none if nobody needs
    /// it. To be followed by [`Self::contribute`].
    fn wanted(&mut self, node: NodeId) -> Option<TensorId> {
        self.context.needs_gradient[node.0].then(|| self.list.images(node, "gradient"))
    }

    /// Adds a tensor to the gradient of a node's output.
    fn contribute(&mut self, node: NodeId, part: TensorId) {
        self.contributions[node.0] += 1;
        match self.gradients[node.0] {
            None => self.gradients[node.0] = Some(part),
            Some(sum) => {
                let kernel = elementwise::add(self.context.blocked(node));
                let operands = [("input", Tensor(part)), ("output", Tensor(sum))];
                self.list.launch(kernel, operands);
            }
        }
    }

    fn single(&mut self, id: NodeId) {
        let context = self.context;
        let node = context.graph.node(id);
        match node.op {
            Op::Input => {}
            Op::Linear { weight, bias } => self.linear(id, weight, bias),
            Op::Conv { weight, bias, .. } => self.conv(id, weight, bias),
            Op::Relu => {
                if let Some(target) = self.wanted(node.inputs[0]) {
                    let operands = [
                        ("input", self.outputs.operand(id)),
                        ("grad_output", self.gradient(id)),
                        ("grad_input", Tensor(target)),
                    ];
                    let kernel = elementwise::relu_backward(context.blocked(id));
                    self.list.launch(kernel, operands);
                    self.contribute(node.inputs[0], target);
                }
            }
            Op::MaxPool(window) => {
                if let Some(target) = self.wanted(node.inputs[0]) {
                    let operands = [
                        ("grad_output", self.gradient(id)),
                        ("grad_input", Tensor(target)),
                        ("chosen", self.outputs.kept(id)),
                    ];
                    let kernel = pool::max_pool_backward(&context.pool_shape(id, window));
                    self.list.launch(kernel, operands);
                    self.contribute(node.inputs[0], target);
                }
            }
            Op::IdentityShortcut { stride } => {
                if let Some(target) = self.wanted(node.inputs[0]) {
                    let operands = [
                        ("grad_output", self.gradient(id)),
                        ("grad_input", Tensor(target)),
                    ];
                    let shape = context.shortcut_shape(id, stride);
                    self.list
                        .launch(shortcut::identity_backward(&shape), operands);
                    self.contribute(node.inputs[0], target);
                }
            }
            Op::GlobalAveragePool => {
                if let Some(target) = self.wanted(node.inputs[0]) {
                    let operands = [
                        ("grad_output", self.gradient(id)),
                        ("grad_input", Tensor(target)),
                    ];
                    let kernel = pool::average_backward(context.blocked(node.inputs[0]));
                    self.list.launch(kernel, operands);
                    self.contribute(node.inputs[0], target);
                }
            }
            Op::BatchNorm(_) | Op::Add => unreachable!("part of a BatchNorm pass"),
        }
    }

    fn linear(&mut self, id: NodeId, weight: ParameterId, bias: ParameterId) {
        let context = self.context;
        let linear = context.linear_shape(id);
        let input = context.graph.node(id).inputs[0];
        let grad_logits = ("grad_logits", Tensor(self.grad_logits));
        if context.trains(weight) || context.trains(bias) {
            let operands = [
                grad_logits,
                ("input", self.outputs.operand(input)),
                ("grad_weight", context.gradient_of(weight)),
                ("grad_bias", context.gradient_of(bias)),
            ];
            self.list.launch(linear::grad_weight(&linear), operands);
        }
        if let Some(target) = self.wanted(input) {
            let operands = [
                grad_logits,
                ("weight", context.parameter(weight)),
                ("grad_input", Tensor(target)),
            ];
            self.list.launch(linear::grad_input(&linear), operands);
            self.contribute(input, target);
        }
    }

    fn conv(&mut self, id: NodeId, weight: ParameterId, bias: Option<ParameterId>) {
        let context = self.context;
        let packed = context.layout.packed[weight.0].expect("the layout has every convolution");
        if context.trains(weight) {
            self.conv_weight(id, &packed.shape, weight);
        }
        if let Some(bias) = bias.filter(|bias| context.trains(*bias)) {
            self.conv_bias(id, &packed.shape, bias);
        }
        let input = context.graph.node(id).inputs[0];
        if context.needs_gradient[input.0] {
            self.conv_input(id, input, &packed.shape, &packed.backward);
        }
    }

    fn conv_weight(&mut self, id: NodeId, shape: &ConvShape, weight: ParameterId) {
        let chunks = WeightChunks::new(shape, self.context.options.max_batch);
        let len = shape.weight_len();
        let scratch = self
            .list
            .scratch(4 * u64::from(len) * u64::from(chunks.chunks));
        let operands = [
            (
                "input",
                self.outputs.operand(self.context.graph.node(id).inputs[0]),
            ),
            ("grad_output", self.gradient(id)),
            ("partial_sums", scratch),
        ];
        self.list.launch(conv::grad_weight(shape, chunks), operands);
        let operands = [
            ("partials", scratch),
            ("sums", self.context.gradient_of(weight)),
        ];
        let kernel = reduce::sum_partials(len, chunks, shape.input.precision);
        self.list.launch(kernel, operands);
    }

    fn conv_bias(&mut self, id: NodeId, shape: &ConvShape, bias: ParameterId) {
        let chunks = WeightChunks {
            samples_per_chunk: 1,
            chunks: self.context.options.max_batch,
        };
        let channels = shape.output.channels;
        let scratch = self
            .list
            .scratch(4 * u64::from(channels) * u64::from(chunks.chunks));
        let operands = [
            ("grad_output", self.gradient(id)),
            ("partial_sums", scratch),
        ];
        self.list
            .launch(reduce::channel_sums(shape.output, chunks), operands);
        let operands = [
            ("partials", scratch),
            ("sums", self.context.gradient_of(bias)),
        ];
        let kernel = reduce::sum_partials(channels, chunks, shape.input.precision);
        self.list.launch(kernel, operands);
    }

    fn conv_input(&mut self, id: NodeId, input: NodeId, shape: &ConvShape, weights: &Weights) {
        let Weights {
            tiling,
            range,
            partials,
        } = weights;
        let sum = self.gradients[input.0];
        let target = sum.unwrap_or_else(|| self.list.images(input, "gradient"));
        self.gradients[input.0] = Some(target);
        self.contributions[input.0] += 1;
        let norm = self.completed(input);
        let extras = BackwardExtras {
            accumulates: sum.is_some(),
            batch_norm: norm.map(|pass| gate(pass.epilogue)),
        };
        let mut operands = vec![
            ("source", self.gradient(id)),
            ("weights", Part(Persistent::Packed, *range)),
            ("destination", Tensor(target)),
        ];
        let kernel = conv::grad_input(shape, tiling, extras);
        let Some(pass) = norm else {
            return self.list.launch(kernel, operands);
        };
        self.is_summed_up[input.0] = true;
        operands.extend([
            ("normalization", self.context.saved(pass.layer)),
            ("norm_input", self.outputs.operand(pass.input)),
            ("partial_sums", self.sums(&pass, *partials)),
        ]);
        operands.extend(self.signs(&pass));
        self.list.launch(kernel, operands);
        self.finish_sums(&pass, *partials);
    }

    /// The BatchNorm whose output a node is, if all have now given to its gradient and it has to be summed.
    fn completed(&self, node: NodeId) -> Option<BatchNormPass> {
        let mut layers = self.context.layers.iter();
        let pass = layers.find_map(|layer| match layer {
            Layer::BatchNorm(pass) if pass.output == node => Some(*pass),
            _ => None,
        })?;
        let gives = |layer: &&Layer| self.context.needs_gradient[layer.output().0];
        let all = self.context.readers[node.0].iter().filter(gives).count();
        (self.contributions[node.0] == all && self.is_summed(&pass)).then_some(pass)
    }

    /// Whether a BatchNorm's backward pass begins with two sums over the gradient. With a ReLU, finding them also
    /// masks the gradient, which all that follows relies on.
    fn is_summed(&self, pass: &BatchNormPass) -> bool {
        let context = self.context;
        let parameters = &context.graph.batch_norms[pass.layer.0];
        let trains = context.trains(parameters.gamma) || context.trains(parameters.beta);
        let passes_on = context.needs_gradient[pass.input.0];
        trains || pass.epilogue.relu || (passes_on && !context.options.freeze_statistics)
    }

    /// Where partial sums of a BatchNorm's gradient go.
    fn sums(&mut self, pass: &BatchNormPass, partials: Partials) -> Operand {
        let fixed = self.context.options.freeze_statistics;
        let shape = self.context.batch_norm_shape(pass, fixed);
        self.list.scratch(shape.partial_bytes(partials))
    }

    /// The signs before a BatchNorm's ReLU, if they were kept.
    fn signs(&self, pass: &BatchNormPass) -> Option<(&'static str, Operand)> {
        let keeps = pass.epilogue.keeps_sign();
        keeps.then(|| ("positive", self.outputs.kept(pass.output)))
    }

    /// Turns partial sums, which the dispatch before has left, into gradients and means.
    fn finish_sums(&mut self, pass: &BatchNormPass, partials: Partials) {
        let context = self.context;
        let shape = context.batch_norm_shape(pass, context.options.freeze_statistics);
        let parameters = &context.graph.batch_norms[pass.layer.0];
        let operands = [
            ("all_sums", self.sums(pass, partials)),
            ("normalization_out", context.saved(pass.layer)),
            ("grad_gamma", context.gradient_of(parameters.gamma)),
            ("grad_beta", context.gradient_of(parameters.beta)),
        ];
        self.list
            .launch(batch_norm::finish_backward(&shape, partials), operands);
    }

    fn batch_norm(&mut self, pass: &BatchNormPass) {
        let context = self.context;
        let shape = context.batch_norm_shape(pass, context.options.freeze_statistics);
        let gradient = self.gradients[pass.output.0].expect("a later layer gave it");
        let input = ("input", self.outputs.operand(pass.input));
        let normalization = ("normalization", context.saved(pass.layer));
        if self.is_summed(pass) && !self.is_summed_up[pass.output.0] {
            let partials = shape.partials();
            let sums = self.sums(pass, partials);
            let mut operands = vec![
                input,
                normalization,
                ("grad_output", Tensor(gradient)),
                ("partial_sums", sums),
            ];
            operands.extend(self.signs(pass));
            self.list
                .launch(batch_norm::backward_sums(&shape), operands);
            self.finish_sums(pass, partials);
        }
        if let Some(target) = self.wanted(pass.input) {
            let operands = [
                input,
                normalization,
                ("grad_in", Tensor(gradient)),
                ("grad_input", Tensor(target)),
            ];
            self.list.launch(batch_norm::backward(&shape), operands);
            self.contribute(pass.input, target);
        }
        // What flows to the residual is the gradient of the sum itself: without a ReLU the gradient
        // of the output, with one what was left in its place.
        let needs_gradient = |node: &NodeId| context.needs_gradient[node.0];
        if let Some(residual) = pass.residual.filter(needs_gradient) {
            self.contribute(residual, gradient);
        }
    }
}

/// What says which elements of a BatchNorm's output passed its ReLU.
fn gate(epilogue: Epilogue) -> Gate {
    match epilogue {
        _ if epilogue.keeps_sign() => Gate::Kept,
        Epilogue { relu: true, .. } => Gate::Recomputed,
        Epilogue { relu: false, .. } => Gate::Open,
    }
}
