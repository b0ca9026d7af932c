//! The dispatches of the backward pass: from the loss to every trained parameter, and no further.

use super::{Builder, Lasting, Operand, TensorId};
use crate::engine::layers::Layer;
use crate::engine::layout::Weights;
use crate::kernels::batch_norm::Partials;
use crate::kernels::conv::{BackwardExtras, Gate, WeightChunks};
use crate::kernels::{batch_norm, conv, elementwise, linear, pool, reduce};
use crate::network::graph::{NodeId, Op, ParameterId};
use Operand::{Part, Tensor};

impl Builder<'_> {
    pub(super) fn backward(&mut self, layers: &[Layer], grad_logits: TensorId) {
        for layer in layers.iter().rev() {
            match *layer {
                Layer::Single(node) if self.needs_gradient[node.0] => {
                    self.single_backward(layers, node, grad_logits)
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
        self.contributions[node.0] += 1;
        match self.gradients[node.0] {
            None => self.gradients[node.0] = Some(part),
            Some(sum) => {
                let kernel = elementwise::add(self.blocked(node));
                self.launch(kernel, [Tensor(part), Tensor(sum)]);
            }
        }
    }

    fn single_backward(&mut self, layers: &[Layer], id: NodeId, grad_logits: TensorId) {
        let node = &self.graph.nodes[id.0];
        let shape = self.blocked(id);
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
            Op::Conv { weight, bias, .. } => self.conv_backward(layers, id, weight, bias),
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
                        pool::average_backward(self.blocked(node.inputs[0])),
                        operands,
                    );
                    self.contribute(node.inputs[0], target);
                }
            }
            Op::BatchNorm(_) | Op::Add => unreachable!("part of a BatchNorm pass"),
        }
    }

    fn conv_backward(
        &mut self,
        layers: &[Layer],
        id: NodeId,
        weight: ParameterId,
        bias: Option<ParameterId>,
    ) {
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
            self.launch(
                reduce::sum_partials(len, chunks, shape.input.precision),
                operands,
            );
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
            self.launch(
                reduce::sum_partials(channels, chunks, shape.input.precision),
                operands,
            );
        }
        if !self.needs_gradient[input.0] {
            return;
        }
        let Weights {
            tiling,
            range,
            partials,
        } = packed.backward;
        let weights = Part(Lasting::Packed, range);
        let sum = self.gradients[input.0];
        let target = sum.unwrap_or_else(|| self.images(input, "gradient"));
        self.gradients[input.0] = Some(target);
        self.contributions[input.0] += 1;
        let accumulates = sum.is_some();
        let mut operands = vec![grad_output, weights, Tensor(target)];
        let Some(norm) = self.completed(layers, input) else {
            let extras = BackwardExtras {
                accumulates,
                batch_norm: None,
            };
            return self.launch(conv::grad_input(&shape, &tiling, extras), operands);
        };
        self.is_summed_up[input.0] = true;
        operands.extend(self.sums_operands(norm, partials));
        let extras = BackwardExtras {
            accumulates,
            batch_norm: Some(gate(norm)),
        };
        self.launch(conv::grad_input(&shape, &tiling, extras), operands);
        self.finish_backward(norm, partials);
    }

    /// The BatchNorm whose output a node is, if all have now given to its gradient and it has to be summed.
    fn completed<'l>(&self, layers: &'l [Layer], node: NodeId) -> Option<&'l Layer> {
        let is_of =
            |layer: &&Layer| matches!(layer, Layer::BatchNorm { output, .. } if *output == node);
        let norm = layers.iter().find(is_of)?;
        let gives = |layer: &&&Layer| match **layer {
            Layer::Single(id) => self.needs_gradient[id.0],
            Layer::BatchNorm { output, .. } => self.needs_gradient[output.0],
        };
        let all = self.readers[node.0].iter().filter(gives).count();
        (self.contributions[node.0] == all && self.is_summed(norm)).then_some(norm)
    }

    /// Whether a BatchNorm's backward pass begins with two sums over the gradient. With a ReLU, finding them also
    /// masks the gradient, which all that follows relies on.
    fn is_summed(&self, norm: &Layer) -> bool {
        let Layer::BatchNorm {
            layer,
            input,
            epilogue,
            ..
        } = *norm
        else {
            return false;
        };
        let parameters = &self.graph.batch_norms[layer.0];
        let trains = self.trains(parameters.gamma) || self.trains(parameters.beta);
        let passes_on = self.needs_gradient[input.0];
        trains || epilogue.relu || (passes_on && !self.options.freeze_statistics)
    }

    /// What finds those sums binds behind the gradient: statistics, input, where the sums go, and signs.
    fn sums_operands(&mut self, norm: &Layer, partials: Partials) -> Vec<Operand> {
        let Layer::BatchNorm {
            layer,
            input,
            epilogue,
            output,
            ..
        } = *norm
        else {
            unreachable!("it is a BatchNorm");
        };
        let shape = self
            .batch_norm_shape(norm, self.options.freeze_statistics)
            .expect("it is a BatchNorm");
        let scratch = self.scratch(shape.partial_bytes(partials));
        let saved = Part(Lasting::Saved, self.layout.saved[layer.0]);
        let mut operands = vec![saved, self.output(input), scratch];
        if epilogue.keeps_sign() {
            operands.push(Tensor(self.kept[output.0].expect("forward kept it")));
        }
        operands
    }

    /// Turns partial sums, which the dispatch before has left, into gradients and means.
    fn finish_backward(&mut self, norm: &Layer, partials: Partials) {
        let Layer::BatchNorm { layer, .. } = *norm else {
            return;
        };
        let shape = self
            .batch_norm_shape(norm, self.options.freeze_statistics)
            .expect("it is a BatchNorm");
        let parameters = &self.graph.batch_norms[layer.0];
        let operands = [
            self.scratch(shape.partial_bytes(partials)),
            Part(Lasting::Saved, self.layout.saved[layer.0]),
            self.gradient_of(parameters.gamma),
            self.gradient_of(parameters.beta),
        ];
        self.launch(batch_norm::finish_backward(&shape, partials), operands);
    }

    fn batch_norm_backward(&mut self, layer: &Layer) {
        let Layer::BatchNorm {
            layer: id,
            input,
            residual,
            output,
            ..
        } = *layer
        else {
            return;
        };
        let shape = self
            .batch_norm_shape(layer, self.options.freeze_statistics)
            .expect("it is a BatchNorm");
        let gradient = self.gradient(output);
        if self.is_summed(layer) && !self.is_summed_up[output.0] {
            let partials = shape.partials();
            let [saved, source, scratch, signs @ ..] = &self.sums_operands(layer, partials)[..]
            else {
                unreachable!("there are at least three")
            };
            let mut operands = vec![*source, *saved, Tensor(gradient), *scratch];
            operands.extend(signs);
            self.launch(batch_norm::backward_sums(&shape), operands);
            self.finish_backward(layer, partials);
        }
        if self.needs_gradient[input.0] {
            let target = self.images(input, "gradient");
            let saved = Part(Lasting::Saved, self.layout.saved[id.0]);
            let operands = [self.output(input), saved, Tensor(gradient), Tensor(target)];
            self.launch(batch_norm::backward(&shape), operands);
            self.contribute(input, target);
        }
        // What flows to the residual is the gradient of the sum itself: without a ReLU the gradient
        // of the output, with one what was left in its place.
        if let Some(residual) = residual.filter(|residual| self.needs_gradient[residual.0]) {
            self.contribute(residual, gradient);
        }
    }
}

/// What says which elements of a BatchNorm's output passed its ReLU.
fn gate(norm: &Layer) -> Gate {
    match norm {
        Layer::BatchNorm { epilogue, .. } if epilogue.keeps_sign() => Gate::Kept,
        Layer::BatchNorm { epilogue, .. } if epilogue.relu => Gate::Recomputed,
        _ => Gate::Open,
    }
}
