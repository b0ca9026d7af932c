//! Where each parameter, gradient and running average lies in the plan's buffers.

use crate::kernels::batch_norm::{BatchNormShape, Partials};
use crate::kernels::conv::tiling::Tiling;
use crate::kernels::conv::{self, ConvShape, Direction, Pass};
use crate::network::Graph;
use crate::network::graph::{BatchNormId, Op, ParameterId};
use crate::network::trainable::{Selection, TrainedSet};

use super::PlanOptions;
use super::shapes::conv_shape;
use super::tilings::Tilings;

/// f32 to which the start of a tensor is rounded up, so that it can be bound on its own: 256 bytes,
/// the largest alignment WebGPU allows an adapter to ask for.
pub(super) const ALIGNMENT: u64 = 64;

/// A part of a buffer, in f32 from its start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Range {
    pub offset: u64,
    pub len: u64,
}

/// Lays ranges one after another.
#[derive(Default)]
struct Cursor(u64);

impl Cursor {
    /// Room for `len` values, rounded up to whole vec4f for kernels that read so.
    fn take(&mut self, len: u64) -> Range {
        let range = Range {
            offset: self.0,
            len: len.next_multiple_of(4),
        };
        self.0 = (self.0 + range.len).next_multiple_of(ALIGNMENT);
        range
    }
}

/// The packed copies of a convolution's weights.
#[derive(Clone, Copy, Debug)]
pub(super) struct Packed {
    pub shape: ConvShape,
    pub forward: Weights,
    pub backward: Weights,
}

/// How one pass is computed, where its copy lies, and how many partial results it leaves for a BatchNorm.
/// Where its tiling is not decided yet, the last two are upper bounds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Weights {
    pub tiling: Tiling,
    pub range: Range,
    pub partials: Partials,
}

/// Places a pass's copy of the weights.
fn weights(cursor: &mut Cursor, pass: &Pass, tilings: &Tilings) -> Weights {
    let possible = tilings.possible(pass);
    let len = possible.iter().map(|tiling| tiling.packed_len(pass)).max();
    let partials = possible.iter().map(|tiling| conv::partials(pass, tiling));
    Weights {
        tiling: tilings.of(pass),
        range: cursor.take(len.expect("there is the baseline")),
        partials: partials
            .max_by_key(|partials| partials.per_sample)
            .expect("there is the baseline"),
    }
}

/// Where everything lies.
pub(super) struct Layout {
    /// By parameter, in the buffer of parameters.
    pub parameters: Vec<Range>,
    pub parameters_len: u64,
    /// By parameter, in the buffer of gradients, for those that may need one.
    pub gradients: Vec<Option<Range>>,
    pub gradients_len: u64,
    /// By BatchNorm layer: mean and variance, in the buffer of running averages.
    pub running: Vec<[Range; 2]>,
    pub running_len: u64,
    /// By parameter: packed copies, for convolution weights.
    pub packed: Vec<Option<Packed>>,
    pub packed_len: u64,
    /// By BatchNorm layer, in the buffer of statistics of the batch under way.
    pub saved: Vec<Range>,
    pub saved_len: u64,
    /// Whether kernels touch images two pixels at a time, where they allow it.
    pub pairs: bool,
    /// For each trained value its place among the parameters and among the gradients, parameter by
    /// parameter, places ascending.
    pub trained: Vec<[u32; 2]>,
}

impl Layout {
    pub fn new(graph: &Graph, options: &PlanOptions, tilings: &Tilings) -> Self {
        let trained = &options.trained;
        let mut cursor = Cursor::default();
        let parameters: Vec<_> = graph
            .parameters
            .iter()
            .map(|p| cursor.take(p.len() as u64))
            .collect();
        let parameters_len = cursor.0;

        let wants_gradient = wants_gradient(graph, trained);
        let mut cursor = Cursor::default();
        let gradients: Vec<_> = graph
            .parameters
            .iter()
            .zip(&wants_gradient)
            .map(|(parameter, wanted)| wanted.then(|| cursor.take(parameter.len() as u64)))
            .collect();
        let gradients_len = cursor.0;

        let mut cursor = Cursor::default();
        let running = graph
            .batch_norms
            .iter()
            .map(|layer| [(); 2].map(|()| cursor.take(layer.channels.into())))
            .collect();
        let running_len = cursor.0;

        let mut cursor = Cursor::default();
        let saved = graph
            .batch_norms
            .iter()
            .map(|layer| {
                let quads = u64::from(layer.channels.div_ceil(4));
                cursor.take(quads * BatchNormShape::NORMALIZATION_BYTES / 4)
            })
            .collect();
        let saved_len = cursor.0;

        let mut cursor = Cursor::default();
        let mut packed = vec![None; graph.parameters.len()];
        for (node, shape) in graph
            .nodes
            .iter()
            .zip((0..).map(|node| conv_shape(graph, node, options.precision)))
        {
            if let (Op::Conv { weight, .. }, Some(shape)) = (&node.op, shape) {
                let shape = shape.in_pairs(tilings.pairs);
                let mut copy = |direction| weights(&mut cursor, &shape.pass(direction), tilings);
                packed[weight.0] = Some(Packed {
                    shape,
                    forward: copy(Direction::Forward),
                    backward: copy(Direction::Backward),
                });
            }
        }
        let packed_len = cursor.0;

        let mut layout = Self {
            parameters,
            parameters_len,
            gradients,
            gradients_len,
            running,
            running_len,
            packed,
            packed_len,
            saved,
            saved_len,
            pairs: tilings.pairs,
            trained: Vec::new(),
        };
        layout.trained = layout.trained_places(graph, trained);
        layout
    }

    fn trained_places(&self, graph: &Graph, trained: &TrainedSet) -> Vec<[u32; 2]> {
        let mut places = Vec::new();
        for (parameter, selection) in trained.selections.iter().enumerate() {
            let Some(gradient) = self.gradients[parameter] else {
                continue;
            };
            let base = [
                self.parameters[parameter].offset as u32,
                gradient.offset as u32,
            ];
            let mut push = |at: u32| places.push(base.map(|offset| offset + at));
            match selection {
                Selection::Frozen => {}
                Selection::Whole => (0..graph.parameters[parameter].len() as u32).for_each(push),
                Selection::Some(chosen) => chosen.iter().for_each(|at| push(*at)),
            }
        }
        places
    }

    /// Values that train.
    pub fn trained_len(&self) -> usize {
        self.trained.len()
    }

    pub fn parameter(&self, id: ParameterId) -> Range {
        self.parameters[id.0]
    }

    pub fn running(&self, id: BatchNormId) -> [Range; 2] {
        self.running[id.0]
    }
}

/// By parameter: whether the backward pass may give its gradient.
fn wants_gradient(graph: &Graph, trained: &TrainedSet) -> Vec<bool> {
    // BatchNorm's backward pass gives both gradients, whichever of them is trained.
    let mut wants: Vec<bool> = trained
        .selections
        .iter()
        .map(|selection| *selection != Selection::Frozen)
        .collect();
    for layer in &graph.batch_norms {
        wants[layer.gamma.0] = true;
        wants[layer.beta.0] = true;
    }
    for node in &graph.nodes {
        if let Op::Linear { weight, bias } = node.op {
            let either = wants[weight.0] || wants[bias.0];
            wants[weight.0] = either;
            wants[bias.0] = either;
        }
    }
    wants
}
