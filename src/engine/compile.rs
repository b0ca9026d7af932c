//! The dispatches of a training step and of an evaluation, over tensors that have no memory yet.

use crate::kernels::batch_norm::{self, BatchNormShape};
use crate::kernels::conv::{self, ConvShape, WeightChunks};
use crate::kernels::linear::{self, LinearShape};
use crate::kernels::pool::{self, PoolShape};
use crate::kernels::{Blocked, Kernel, elementwise, input, loss, optimizer, reduce};
use crate::network::Graph;
use crate::network::graph::{NodeId, Op, ParameterId, Window};
use crate::network::trainable::Selection;

use super::layers::{Layer, layers};
use super::layout::{Layout, Range};
use super::{EngineError, PlanOptions};

/// A tensor of a step, by its place in [`Lists::tensors`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct TensorId(pub usize);

/// What a dispatch binds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operand {
    /// All of a tensor that lives within one step.
    Tensor(TensorId),
    /// Part of a buffer that lives as long as the plan.
    Part(Lasting, Range),
    /// All of one.
    Whole(Lasting),
}

/// Buffers that outlive a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Lasting {
    Pixels,
    Samples,
    Parameters,
    Gradients,
    Running,
    Packed,
    Saved,
    /// Partial results of one reduction; the next overwrites them.
    Scratch,
    /// The means that a BatchNorm's way back takes off; the next overwrites them.
    Means,
    Trained,
    FirstMoment,
    SecondMoment,
    Logits,
    Total,
}

/// A kernel and what it binds, in the order of its bindings.
pub(super) struct Launch {
    pub kernel: Kernel,
    pub operands: Vec<Operand>,
}

/// All that a plan will do.
pub(super) struct Lists {
    /// Bytes of each tensor, with a name for messages.
    pub tensors: Vec<(String, u64)>,
    pub train: Vec<Launch>,
    pub evaluate: Vec<Launch>,
    /// Packs all convolution weights; after a state was written.
    pub pack: Vec<Launch>,
    pub scratch_bytes: u64,
    pub means_bytes: u64,
    pub sample_bytes: usize,
    pub classes: u32,
}

/// The convolution at a place in the graph, if there is one.
pub(super) fn conv_shape(graph: &Graph, node: usize) -> Option<ConvShape> {
    let Op::Conv {
        window: Window {
            kernel,
            stride,
            padding,
        },
        ..
    } = graph.nodes[node].op
    else {
        return None;
    };
    let input = blocked(graph, graph.nodes[node].inputs[0]);
    Some(ConvShape {
        input,
        output: blocked(graph, NodeId(node)),
        kernel,
        stride,
        padding,
    })
}

fn blocked(graph: &Graph, node: NodeId) -> Blocked {
    let shape = graph.nodes[node.0].shape;
    Blocked::new(shape.channels, shape.height, shape.width)
}

/// Lists the dispatches.
pub(super) fn compile(
    graph: &Graph,
    layout: &Layout,
    options: &PlanOptions,
) -> Result<Lists, EngineError> {
    let layers = layers(graph)?;
    let input = graph.nodes[0].shape;
    let classes = graph.nodes[graph.nodes.len() - 1].shape.channels;
    let mut builder = Builder {
        graph,
        layout,
        options,
        lists: Lists {
            tensors: Vec::new(),
            train: Vec::new(),
            evaluate: Vec::new(),
            pack: Vec::new(),
            scratch_bytes: 16,
            means_bytes: 16,
            sample_bytes: (input.channels * input.height * input.width) as usize,
            classes,
        },
        list: Vec::new(),
        outputs: vec![None; graph.nodes.len()],
        kept: vec![None; graph.nodes.len()],
        gradients: vec![None; graph.nodes.len()],
        needs_gradient: needs_gradient(graph, options),
    };

    builder.forward(&layers, options.freeze_statistics)?;
    let grad_logits = builder.loss();
    if layout.trained_len() > 0 {
        builder.backward(&layers, grad_logits);
        builder.update();
    }
    builder.lists.train = std::mem::take(&mut builder.list);

    builder.forward(&layers, true)?;
    builder.loss();
    builder.lists.evaluate = std::mem::take(&mut builder.list);

    for weight in 0..graph.parameters.len() {
        builder.pack(ParameterId(weight));
    }
    builder.lists.pack = std::mem::take(&mut builder.list);
    Ok(builder.lists)
}

/// By node: whether a trained parameter acts at it or before it.
fn needs_gradient(graph: &Graph, options: &PlanOptions) -> Vec<bool> {
    let trains = |id: ParameterId| options.trained.selections[id.0] != Selection::Frozen;
    let mut needs = vec![false; graph.nodes.len()];
    for (id, node) in graph.nodes.iter().enumerate() {
        let own = match &node.op {
            Op::Conv { weight, bias, .. } => trains(*weight) || bias.is_some_and(trains),
            Op::BatchNorm(layer) => {
                let layer = &graph.batch_norms[layer.0];
                trains(layer.gamma) || trains(layer.beta)
            }
            Op::Linear { weight, bias } => trains(*weight) || trains(*bias),
            Op::Input | Op::Relu | Op::Add | Op::MaxPool(_) | Op::GlobalAveragePool => false,
        };
        needs[id] = own || node.inputs.iter().any(|input| needs[input.0]);
    }
    needs
}

struct Builder<'a> {
    graph: &'a Graph,
    layout: &'a Layout,
    options: &'a PlanOptions,
    lists: Lists,
    /// The list being written.
    list: Vec<Launch>,
    /// By node: its output.
    outputs: Vec<Option<TensorId>>,
    /// By node: what else backward needs of it (signs of a ReLU, places of maxima).
    kept: Vec<Option<TensorId>>,
    /// By node: the gradient of its output, so far.
    gradients: Vec<Option<TensorId>>,
    needs_gradient: Vec<bool>,
}

use Operand::{Part, Tensor, Whole};

impl Builder<'_> {
    fn tensor(&mut self, name: impl Into<String>, bytes: u64) -> TensorId {
        self.lists.tensors.push((name.into(), bytes));
        TensorId(self.lists.tensors.len() - 1)
    }

    fn images(&mut self, node: NodeId, what: &str) -> TensorId {
        let bytes = blocked(self.graph, node).bytes(self.options.max_batch);
        self.tensor(format!("the {what} of layer {}", node.0), bytes)
    }

    fn launch(&mut self, kernel: Kernel, operands: impl IntoIterator<Item = Operand>) {
        let operands: Vec<_> = operands.into_iter().collect();
        debug_assert_eq!(kernel.bindings.len(), operands.len(), "{}", kernel.name);
        self.list.push(Launch { kernel, operands });
    }

    fn output(&self, node: NodeId) -> Operand {
        Tensor(self.outputs[node.0].expect("layers run after their inputs"))
    }

    fn parameter(&self, id: ParameterId) -> Operand {
        Part(Lasting::Parameters, self.layout.parameter(id))
    }

    fn gradient_of(&self, id: ParameterId) -> Operand {
        let range = self.layout.gradients[id.0].expect("the layout has room for it");
        Part(Lasting::Gradients, range)
    }

    fn scratch(&mut self, bytes: u64) -> Operand {
        self.lists.scratch_bytes = self.lists.scratch_bytes.max(bytes);
        Whole(Lasting::Scratch)
    }

    fn batch_norm_shape(&self, layer: &Layer, fixed: bool) -> Option<BatchNormShape> {
        let Layer::BatchNorm {
            input, epilogue, ..
        } = *layer
        else {
            return None;
        };
        let images = blocked(self.graph, input);
        Some(BatchNormShape {
            images,
            max_batch: self.options.max_batch,
            epilogue,
            fixed,
        })
    }

    // ---- forward ---------------------------------------------------------------------------------

    fn forward(&mut self, layers: &[Layer], fixed: bool) -> Result<(), EngineError> {
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
    }

    fn linear_shape(&self, id: NodeId) -> LinearShape {
        let node = &self.graph.nodes[id.0];
        let input = &self.graph.nodes[node.inputs[0].0];
        LinearShape {
            channels: input.shape.channels,
            classes: node.shape.channels,
        }
    }

    fn pool_shape(&self, id: NodeId) -> PoolShape {
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
    fn loss(&mut self) -> TensorId {
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

    // ---- the way back ----------------------------------------------------------------------------

    fn backward(&mut self, layers: &[Layer], grad_logits: TensorId) {
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

    fn trains(&self, id: ParameterId) -> bool {
        self.options.trained.selections[id.0] != Selection::Frozen
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

    // ---- the update ------------------------------------------------------------------------------

    fn update(&mut self) {
        let rule = self.options.rule;
        let count = self.layout.trained_len() as u32;
        let mut operands = vec![
            Whole(Lasting::Parameters),
            Whole(Lasting::Gradients),
            Whole(Lasting::Trained),
            Whole(Lasting::FirstMoment),
        ];
        operands.extend((rule.moments() == 2).then_some(Whole(Lasting::SecondMoment)));
        self.launch(
            optimizer::update(rule, self.options.weight_decay, count),
            operands,
        );
        for weight in (0..self.graph.parameters.len()).map(ParameterId) {
            if self.trains(weight) {
                self.pack(weight);
            }
        }
    }

    /// Packs a convolution's weights for both ways; nothing for other parameters.
    fn pack(&mut self, weight: ParameterId) {
        if let Some(packed) = self.layout.packed[weight.0] {
            let source = self.parameter(weight);
            let operands = [source, Part(Lasting::Packed, packed.forward)];
            self.launch(conv::pack_forward(&packed.shape), operands);
            let operands = [source, Part(Lasting::Packed, packed.backward)];
            self.launch(conv::pack_backward(&packed.shape), operands);
        }
    }
}
