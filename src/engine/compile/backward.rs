//! The dispatches of the way back: from the loss to every trained parameter, and no further.

use super::{Builder, Lasting, Operand, TensorId};
use crate::engine::layers::Layer;
use crate::engine::layout::blocked;
use crate::kernels::conv::WeightChunks;
use crate::kernels::{batch_norm, conv, elementwise, linear, pool, reduce};
use crate::network::graph::{NodeId, Op, ParameterId};
use Operand::{Part, Tensor, Whole};

impl Builder<'_> {
    pub(super) fn backward(&mut self, layers: &[Layer], grad_logits: TensorId) {
        for layer in layers.iter().rev() {
            match *layer {
                Layer::Single(node) if self.needs_gradient[node.0] => {
                    self.single_backward(node, grad_logits)
                }
                Layer::BatchNorm { output, .. } if self.needs_gradient[output.0] => {
                    self.batch_norm_backward(layer);
                }
                Layer::Single(_) | Layer::BatchNorm { .. } => {}
            }
        }
    }

    fn gradient(&self, node: NodeId) -> TensorId {
        self.gradients[node.0].expect("a later layer gave it")
    }

    /// Where a layer shall write the gradient of its input: a fresh tensor, or none if nobody needs
    /// it. To be followed by [`Self::contribute`].
    fn wanted(&mut self, node: NodeId) -> Option<TensorId> {
        self.needs_gradient[node.0].then(|| self.images(node, "gradient"))
    }

    /// Adds a tensor to the gradient of a node's output.
    fn contribute(&mut self, node: NodeId, part: TensorId) {
        match self.gradients[node.0] {
            None => self.gradients[node.0] = Some(part),
            Some(sum) => {
                let kernel = elementwise::add(blocked(self.graph, node));
                self.launch(kernel, [Tensor(part), Tensor(sum)]);
            }
        }
    }

    fn single_backward(&mut self, id: NodeId, grad_logits: TensorId) {
        let node = &self.graph.nodes[id.0];
        let shape = blocked(self.graph, id);
        match node.op {
            Op::Input => {}
            Op::Linear { weight, bias } => {
                let linear = self.linear_shape(id);
                if self.trains(weight) || self.trains(bias) {
                    let operands = [
                        Tensor(grad_logits),
                        self.output(node.inputs[0]),
                        self.gradient_of(weight),
                        self.gradient_of(bias),
                    ];
                    self.launch(linear::grad_weight(&linear), operands);
                }
                if let Some(target) = self.wanted(node.inputs[0]) {
                    let operands = [Tensor(grad_logits), self.parameter(weight), Tensor(target)];
                    self.launch(linear::grad_input(&linear), operands);
                    self.contribute(node.inputs[0], target);
                }
            }
            Op::Conv { weight, bias, .. } => self.conv_backward(id, weight, bias),
            Op::Relu => {
                if let Some(target) = self.wanted(node.inputs[0]) {
                    let operands = [self.output(id), Tensor(target), Tensor(self.gradient(id))];
                    self.launch(elementwise::relu_backward(shape), operands);
                    self.contribute(node.inputs[0], target);
                }
            }
            Op::MaxPool(_) => {
                if let Some(target) = self.wanted(node.inputs[0]) {
                    let chosen = self.kept[id.0].expect("forward kept it");
                    let operands = [Tensor(self.gradient(id)), Tensor(target), Tensor(chosen)];
                    self.launch(pool::max_pool_backward(&self.pool_shape(id)), operands);
                    self.contribute(node.inputs[0], target);
                }
            }
            Op::GlobalAveragePool => {
                if let Some(target) = self.wanted(node.inputs[0]) {
                    let operands = [Tensor(self.gradient(id)), Tensor(target)];
                    self.launch(
                        pool::average_backward(blocked(self.graph, node.inputs[0])),
                        operands,
                    );
                    self.contribute(node.inputs[0], target);
                }
            }
            Op::BatchNorm(_) | Op::Add => unreachable!("part of a BatchNorm pass"),
        }
    }

    fn conv_backward(&mut self, id: NodeId, weight: ParameterId, bias: Option<ParameterId>) {
        let input = self.graph.nodes[id.0].inputs[0];
        let packed = self.layout.packed[weight.0].expect("the layout has every convolution");
        let shape = packed.shape;
        let grad_output = Tensor(self.gradient(id));
        if self.trains(weight) {
            let chunks = WeightChunks::new(&shape, self.options.max_batch);
            let len = shape.weight_len();
            let scratch = self.scratch(4 * u64::from(len) * u64::from(chunks.chunks));
            let operands = [self.output(input), grad_output, scratch];
            self.launch(conv::grad_weight(&shape, chunks), operands);
            let operands = [scratch, self.gradient_of(weight)];
            self.launch(reduce::sum_partials(len, chunks), operands);
        }
        if let Some(bias) = bias.filter(|bias| self.trains(*bias)) {
            let chunks = WeightChunks {
                samples_per_chunk: 1,
                chunks: self.options.max_batch,
            };
            let channels = shape.output.channels;
            let scratch = self.scratch(4 * u64::from(channels) * u64::from(chunks.chunks));
            self.launch(
                reduce::channel_sums(shape.output, chunks),
                [grad_output, scratch],
            );
            let operands = [scratch, self.gradient_of(bias)];
            self.launch(reduce::sum_partials(channels, chunks), operands);
        }
        if !self.needs_gradient[input.0] {
            return;
        }
        let weights = Part(Lasting::Packed, packed.backward);
        let sum = self.gradients[input.0];
        let target = sum.unwrap_or_else(|| self.images(input, "gradient"));
        self.launch(
            conv::grad_input(&shape, sum.is_some()),
            [grad_output, weights, Tensor(target)],
        );
        self.gradients[input.0] = Some(target);
    }

    fn batch_norm_backward(&mut self, layer: &Layer) {
        let Layer::BatchNorm {
            layer: id,
            input,
            residual,
            epilogue,
            output,
        } = *layer
        else {
            return;
        };
        let fixed = self.options.freeze_statistics;
        let shape = self
            .batch_norm_shape(layer, fixed)
            .expect("it is a BatchNorm");
        let parameters = &self.graph.batch_norms[id.0];
        let [gamma, beta] = [parameters.gamma, parameters.beta];
        let saved = Part(Lasting::Saved, self.layout.saved[id.0]);
        let head = [
            self.output(input),
            saved,
            self.parameter(gamma),
            self.parameter(beta),
            Tensor(self.gradient(output)),
        ];

        let passes_on = self.needs_gradient[input.0];
        self.lists.means_bytes = self.lists.means_bytes.max(shape.mean_bytes());
        let means = Whole(Lasting::Means);
        let trains = self.trains(gamma) || self.trains(beta);
        // With kept signs this pass also masks the gradient, which all that follows relies on.
        if trains || epilogue.keeps_sign() || (passes_on && !fixed) {
            let scratch = self.scratch(shape.partial_bytes());
            let mut operands = head.to_vec();
            operands.push(scratch);
            if epilogue.keeps_sign() {
                operands.push(Tensor(self.kept[output.0].expect("forward kept it")));
            }
            self.launch(batch_norm::backward_sums(&shape), operands);
            let operands = [
                scratch,
                means,
                self.gradient_of(gamma),
                self.gradient_of(beta),
            ];
            self.launch(batch_norm::finish_backward(&shape), operands);
        }
        if passes_on {
            let target = self.images(input, "gradient");
            let operands = head.into_iter().chain([means, Tensor(target)]);
            self.launch(batch_norm::backward(&shape), operands);
            self.contribute(input, target);
        }
        // What flows to the residual is the gradient of the sum itself: without a ReLU the gradient
        // of the output, with one what the first pass left in its place.
        if let Some(residual) = residual.filter(|residual| self.needs_gradient[residual.0]) {
            let gradient = self.gradient(output);
            self.contribute(residual, gradient);
        }
    }
}
