//! The dispatches of a forward pass, and the loss.

use super::{Builder, Lasting, NormOutput, Operand, TensorId};
use crate::engine::EngineError;
use crate::engine::layers::Layer;
use crate::engine::layout::blocked;
use crate::kernels::linear::{self, LinearShape};
use crate::kernels::pool::{self, PoolShape};
use crate::kernels::{batch_norm, conv, elementwise, input, loss};
use crate::network::graph::{NodeId, Op, Window};
use Operand::{Part, Tensor, Whole};

impl Builder<'_> {
    pub(super) fn forward(&mut self, layers: &[Layer], fixed: bool) -> Result<(), EngineError> {
        for layer in layers {
            match *layer {
                Layer::Single(node) => self.single(node)?,
                Layer::BatchNorm { .. } => self.batch_norm(layer, fixed),
            }
        }
        Ok(())
    }

    fn single(&mut self, id: NodeId) -> Result<(), EngineError> {
        let node = &self.graph.nodes[id.0];
        let shape = blocked(self.graph, id);
        let source = |builder: &Self| builder.output(node.inputs[0]);
        if let Op::Linear { weight, bias } = node.op {
            let linear = self.linear_shape(id);
            let operands = [
                source(self),
                self.parameter(weight),
                self.parameter(bias),
                Whole(Lasting::Logits),
            ];
            self.launch(linear::forward(&linear), operands);
            return Ok(());
        }
        let output = self.images(id, "output");
        match node.op {
            Op::Input => {
                if shape.channels > 4 {
                    return Err(EngineError::Unsupported {
                        node: id.0,
                        op: "input".into(),
                        why: "images of at most four channels",
                    });
                }
                let (mean, deviation) = &self.options.normalization;
                let operands = [
                    Whole(Lasting::Pixels),
                    Whole(Lasting::Samples),
                    Tensor(output),
                ];
                self.launch(input::prepare(shape, mean, deviation), operands);
            }
            Op::Conv { weight, bias, .. } => {
                let packed =
                    self.layout.packed[weight.0].expect("the layout has every convolution");
                let mut operands = vec![
                    source(self),
                    Part(Lasting::Packed, packed.forward),
                    Tensor(output),
                ];
                operands.extend(bias.map(|bias| self.parameter(bias)));
                self.launch(conv::forward(&packed.shape, bias.is_some()), operands);
            }
            Op::Relu => {
                let operands = [source(self), Tensor(output)];
                self.launch(elementwise::relu(shape), operands);
            }
            Op::MaxPool(_) => {
                let pool = self.pool_shape(id);
                let chosen = self.tensor(
                    "the maxima's places",
                    pool.chosen_bytes(self.options.max_batch),
                );
                let operands = [source(self), Tensor(output), Tensor(chosen)];
                self.launch(pool::max_pool(&pool), operands);
                self.kept[id.0] = Some(chosen);
            }
            Op::GlobalAveragePool => {
                let operands = [source(self), Tensor(output)];
                self.launch(pool::average(blocked(self.graph, node.inputs[0])), operands);
            }
            Op::Linear { .. } | Op::BatchNorm(_) | Op::Add => unreachable!("handled elsewhere"),
        }
        self.outputs[id.0] = Some(output);
        Ok(())
    }

    fn batch_norm(&mut self, layer: &Layer, fixed: bool) {
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
        let shape = self
            .batch_norm_shape(layer, fixed)
            .expect("it is a BatchNorm");
        let source = self.output(input);
        let saved = Part(Lasting::Saved, self.layout.saved[id.0]);
        let [mean, variance] = self
            .layout
            .running(id)
            .map(|range| Part(Lasting::Running, range));
        if fixed {
            self.launch(
                batch_norm::fixed_statistics(&shape),
                [mean, variance, saved],
            );
        } else {
            let scratch = self.scratch(shape.partial_bytes());
            self.launch(batch_norm::statistics(&shape), [source, scratch]);
            let operands = [source, scratch, saved, mean, variance];
            self.launch(batch_norm::finish_statistics(&shape), operands);
        }
        let parameters = &self.graph.batch_norms[id.0];
        let [gamma, beta] = [parameters.gamma, parameters.beta].map(|id| self.parameter(id));
        let target = self.images(output, "output");
        let mut operands = vec![source, saved, gamma, beta, Tensor(target)];
        operands.extend(residual.map(|residual| self.output(residual)));
        if epilogue.keeps_sign() {
            let signs = self.tensor("the signs before a ReLU", shape.sign_bytes());
            self.kept[output.0] = Some(signs);
            operands.push(Tensor(signs));
        }
        self.launch(batch_norm::normalise(&shape), operands);
        self.outputs[output.0] = Some(target);
        // Of the lists the evaluation's comes last, so that its tensors stay.
        self.lists.norm_outputs[id.0] = Some(NormOutput {
            tensor: target,
            shape: shape.images,
        });
    }

    pub(super) fn linear_shape(&self, id: NodeId) -> LinearShape {
        let node = &self.graph.nodes[id.0];
        let input = &self.graph.nodes[node.inputs[0].0];
        LinearShape {
            channels: input.shape.channels,
            classes: node.shape.channels,
        }
    }

    pub(super) fn pool_shape(&self, id: NodeId) -> PoolShape {
        let node = &self.graph.nodes[id.0];
        let Op::MaxPool(Window {
            kernel,
            stride,
            padding,
        }) = node.op
        else {
            unreachable!("asked of max pools only")
        };
        let input = blocked(self.graph, node.inputs[0]);
        PoolShape {
            input,
            output: blocked(self.graph, id),
            kernel,
            stride,
            padding,
        }
    }

    /// The loss and its gradient by the logits, which it returns.
    pub(super) fn loss(&mut self) -> TensorId {
        let classes = self.lists.classes;
        let batch = u64::from(self.options.max_batch);
        let losses = self.tensor("the losses", 8 * batch);
        let grad_logits = self.tensor("the gradient of the logits", 4 * batch * u64::from(classes));
        let operands = [
            Whole(Lasting::Logits),
            Whole(Lasting::Samples),
            Tensor(losses),
            Tensor(grad_logits),
        ];
        self.launch(loss::cross_entropy(classes), operands);
        self.launch(
            loss::sum_losses(classes),
            [Tensor(losses), Whole(Lasting::Total)],
        );
        grad_logits
    }
}
