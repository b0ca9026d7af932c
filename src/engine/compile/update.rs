//! The update of what trains, and packing of convolutions' weights.

use super::Operand::{Part, Whole};
use super::list::{Context, List, Tensors};
use super::{Launch, Persistent};
use crate::engine::layout::Weights;
use crate::kernels::conv::Direction;
use crate::kernels::{conv, optimizer};
use crate::network::graph::ParameterId;

/// Moves what trains, and packs it anew.
pub(super) fn list(context: &Context<'_>, tensors: &mut Tensors) -> Vec<Launch> {
    let mut list = List::new(context, tensors);
    let rule = context.options.rule;
    let count = context.layout.trained_len() as u32;
    let mut operands = vec![
        ("parameters", Whole(Persistent::Parameters)),
        ("gradients", Whole(Persistent::Gradients)),
        ("trained", Whole(Persistent::Trained)),
        ("first", Whole(Persistent::FirstMoment)),
    ];
    if rule.moments() == 2 {
        operands.push(("second", Whole(Persistent::SecondMoment)));
    }
    list.launch(
        optimizer::update(rule, context.options.weight_decay, count),
        operands,
    );
    for weight in (0..context.graph.parameters.len()).map(ParameterId) {
        if context.trains(weight) {
            pack(&mut list, weight);
        }
    }
    list.launches
}

/// Packs the weights of all convolutions.
pub(super) fn pack_all(context: &Context<'_>, tensors: &mut Tensors) -> Vec<Launch> {
    let mut list = List::new(context, tensors);
    for weight in 0..context.graph.parameters.len() {
        pack(&mut list, ParameterId(weight));
    }
    list.launches
}

/// Packs a convolution's weights for both directions; nothing for other parameters.
fn pack(list: &mut List<'_>, weight: ParameterId) {
    let Some(packed) = list.context.layout.packed[weight.0] else {
        return;
    };
    let both = [
        (Direction::Forward, packed.forward),
        (Direction::Backward, packed.backward),
    ];
    for (direction, Weights { tiling, range, .. }) in both {
        let operands = [
            ("weight", list.context.parameter(weight)),
            ("packed", Part(Persistent::Packed, range)),
        ];
        list.launch(conv::pack(&packed.shape.pass(direction), &tiling), operands);
    }
}
