//! The dispatches of a forward pass, and the loss.

use super::{Builder, Lasting, NormOutput, Operand, Output, Purpose, TensorId};
use crate::engine::EngineError;
use crate::engine::layers::Layer;
use crate::engine::layout::Weights;
use crate::kernels::batch_norm::Partials;
use crate::kernels::conv::ForwardExtras;
use crate::kernels::linear::{self, LinearShape};
use crate::kernels::pool::{self, PoolShape};
use crate::kernels::{batch_norm, conv, elementwise, input, loss};
use crate::network::graph::{BatchNormId, NodeId, Op, ParameterId, Window};
use Operand::{Part, Tensor, Whole};

impl Builder<'_> {
    pub(super) fn forward(
        &mut self,
        layers: &[Layer],
        fixed: bool,
        purpose: Purpose,
    ) -> Result<(), EngineError> {
        for layer in layers {
            match *layer {
                Layer::Single(node) => self.single(node, fixed)?,
                Layer::BatchNorm { .. } => self.batch_norm(layer, fixed, purpose),
            }
        }
        Ok(())
    }

    fn single(&mut self, id: NodeId, fixed: bool) -> Result<(), EngineError> {
        let node = &self.graph.nodes[id.0];
        let shape = self.blocked(id);
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
                self.conv(id, weight, bias, Tensor(output), fixed);
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
                self.launch(pool::average(self.blocked(node.inputs[0])), operands);
            }
            Op::Linear { .. } | Op::BatchNorm(_) | Op::Add => unreachable!("handled elsewhere"),
        }
        self.outputs[id.0] = Some(Output::Written(output));
        Ok(())
    }

    fn conv(
        &mut self,
        id: NodeId,
        weight: ParameterId,
        bias: Option<ParameterId>,
        output: Operand,
        fixed: bool,
    ) {
        let packed = self.layout.packed[weight.0].expect("the layout has every convolution");
        let Weights {
            tiling,
            range,
            partials,
        } = packed.forward;
        let (source, entering) = self.entering(self.graph.node(id).inputs[0]);
        // The statistics of a BatchNorm behind it need no pass of their own.
        let norms = self.readers[id.0].clone();
        let norm = norms.into_iter().find(|layer| {
            !fixed && matches!(layer, Layer::BatchNorm { input, .. } if *input == id)
        });
        let extras = ForwardExtras {
            enters: entering.map(|(entry, _)| entry),
            bias: bias.is_some(),
            moments: norm.is_some(),
        };
        let mut operands = vec![source, Part(Lasting::Packed, range), output];
        operands.extend(entering.map(|(_, norm)| norm));
        operands.extend(bias.map(|bias| self.parameter(bias)));
        let kernel = conv::forward(&packed.shape, &tiling, extras);
        let Some(layer) = norm else {
            return self.launch(kernel, operands);
        };
        let shape = self
            .batch_norm_shape(layer, fixed)
            .expect("it is a BatchNorm");
        operands.push(self.scratch(shape.partial_bytes(partials)));
        self.launch(kernel, operands);
        self.finish_statistics(layer, partials);
    }

    /// Turns partial moments, which the dispatch before has left, into what a BatchNorm normalises by.
    fn finish_statistics(&mut self, layer: &Layer, partials: Partials) {
        let Layer::BatchNorm { layer: id, .. } = *layer else {
            return;
        };
        let shape = self
            .batch_norm_shape(layer, false)
            .expect("it is a BatchNorm");
        let scratch = self.scratch(shape.partial_bytes(partials));
        let [mean, variance] = self.running(id);
        let [gamma, beta] = self.affine(id);
        let saved = Part(Lasting::Saved, self.layout.saved[id.0]);
        let operands = [scratch, gamma, beta, saved, mean, variance];
        self.launch(batch_norm::finish_statistics(&shape, partials), operands);
    }

    fn running(&self, id: BatchNormId) -> [Operand; 2] {
        self.layout
            .running(id)
            .map(|range| Part(Lasting::Running, range))
    }

    fn affine(&self, id: BatchNormId) -> [Operand; 2] {
        let layer = &self.graph.batch_norms[id.0];
        [layer.gamma, layer.beta].map(|parameter| self.parameter(parameter))
    }

    /// Whether all that read a BatchNorm's output are convolutions, which can normalise what they read:
    /// then it need not be written. A convolution that trains needs it for its own gradient.
    fn is_deferred(&self, layer: &Layer, purpose: Purpose) -> bool {
        let Layer::BatchNorm {
            residual: None,
            output,
            ..
        } = *layer
        else {
            return false;
        };
        let normalises = |reader: &&Layer| match **reader {
            Layer::Single(id) => match self.graph.node(id).op {
                Op::Conv { weight, .. } => purpose == Purpose::Evaluation || !self.trains(weight),
                _ => false,
            },
            Layer::BatchNorm { .. } => false,
        };
        let kept = purpose == Purpose::Evaluation && self.options.keep_outputs;
        !kept && self.readers[output.0].iter().all(normalises)
    }

    fn batch_norm(&mut self, layer: &Layer, fixed: bool, purpose: Purpose) {
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
        if fixed {
            let [mean, variance] = self.running(id);
            let [gamma, beta] = self.affine(id);
            self.launch(
                batch_norm::fixed_statistics(&shape),
                [mean, variance, gamma, beta, saved],
            );
        } else if !matches!(self.graph.node(input).op, Op::Conv { .. }) {
            let scratch = self.scratch(shape.partial_bytes(shape.partials()));
            self.launch(batch_norm::statistics(&shape), [source, scratch]);
            self.finish_statistics(layer, shape.partials());
        }
        if self.is_deferred(layer, purpose)
            && let Tensor(input) = source
        {
            let relu = epilogue.relu;
            let layer = id;
            self.outputs[output.0] = Some(Output::Deferred { input, layer, relu });
            return;
        }
        let target = self.images(output, "output");
        let mut operands = vec![source, saved, Tensor(target)];
        operands.extend(residual.map(|residual| self.output(residual)));
        if epilogue.keeps_sign() {
            let signs = self.tensor("the signs before a ReLU", shape.sign_bytes());
            self.kept[output.0] = Some(signs);
            operands.push(Tensor(signs));
        }
        self.launch(batch_norm::normalise(&shape), operands);
        self.outputs[output.0] = Some(Output::Written(target));
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
            precision: self.options.precision,
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
        let input = self.blocked(node.inputs[0]);
        PoolShape {
            input,
            output: self.blocked(id),
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
