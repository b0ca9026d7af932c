//! A state from tensors as other programs leave them: under a wrapper's names, pruned, averaged, of
//! another number of classes or of channels. What is made of them is told.
//!
//! `names` finds out which tensor is which; `values` makes what is stored another way what a network
//! takes; here is the order of it all.

mod names;
mod values;

use std::collections::HashMap;

use super::graph::{Graph, Op, Parameter};
use super::state::{NamedTensor, OPTIMIZER_PREFIX, State, StateError, TensorData, first_few};
use crate::field::Explanation;

/// A state, and what was done to have it.
#[derive(Clone, Debug, PartialEq)]
pub struct Adopted {
    /// The state of the network.
    pub state: State,
    /// What was left off, converted, passed over or made anew, a sentence each.
    pub notes: Vec<Explanation>,
}

/// What is kept beside a network and is none of its tensors: the optimiser's memory, and the count of
/// averaged states that `torch.optim.swa_utils.AveragedModel` keeps.
fn is_beside(name: &str) -> bool {
    let first = name.split('.').next().unwrap_or_default();
    name == "n_averaged"
        || name.starts_with(OPTIMIZER_PREFIX)
        || ["optim", "optimizers", "optimizer_state", "scheduler"].contains(&first)
}

/// The state of a network from named tensors. Tensors that fit as they are give the state that
/// [`State::from_named`] gives, bit for bit. `fresh` makes first values, of which the output layer is
/// taken where the tensors have none for as many classes; without it that is an error.
///
/// # Errors
/// Tensors that are not this network's, all of them; a value that is not finite; an output layer for
/// another number of classes, without `fresh`.
pub fn adopt(
    graph: &Graph,
    tensors: Vec<NamedTensor>,
    fresh: Option<&dyn Fn() -> State>,
) -> Result<Adopted, StateError> {
    let mut tensors = tensors;
    tensors.retain(|tensor| !is_beside(&tensor.name));
    let mut notes = Vec::new();
    let mut note = |text: Option<String>| notes.extend(text.map(Explanation::new));

    note(values::join_pruned(&mut tensors)?);
    let naming = names::Naming::of(graph, tensors.iter().map(|tensor| tensor.name.as_str()));
    let outside = naming.apply(&mut tensors);
    note(naming.told());
    note(outside);
    note(values::repeat_channels(graph, &mut tensors));
    note(values::settle_counts(graph, &mut tensors));
    note(values::lift_variances(graph, &mut tensors));
    let head = Head::of(graph, &tensors);
    note(values::add_biases(graph, &mut tensors));
    note(match (head, fresh) {
        (Head::Fits, _) => None,
        // What else is wrong says more.
        (head, None) => {
            let rest = without_head(graph, tensors.clone(), None);
            State::from_named(graph, rest.0)?;
            return Err(StateError::Head { told: head.told() });
        }
        (head, Some(fresh)) => {
            let (rest, left_over) = without_head(graph, tensors, Some(&fresh()));
            tensors = rest;
            let mut told = format!("{}; a new one is made from the seed", head.told());
            if !left_over.is_empty() {
                told += &format!("; passed over: {}", first_few(&left_over));
            }
            Some(told)
        }
    });
    Ok(Adopted {
        state: State::from_named(graph, tensors)?,
        notes,
    })
}

/// The output layer among tensors.
enum Head {
    Fits,
    /// For so many classes, and the network has so many.
    Classes(usize, usize),
    Missing,
}

impl Head {
    fn of(graph: &Graph, tensors: &[NamedTensor]) -> Self {
        let Some((weight, _)) = head(graph) else {
            return Self::Fits;
        };
        let found = tensors.iter().find(|tensor| tensor.name == weight.name);
        match found.map(|tensor| tensor.shape.as_slice()) {
            None => Self::Missing,
            Some([classes, features])
                if *features == weight.shape[1] && *classes != weight.shape[0] =>
            {
                Self::Classes(*classes, weight.shape[0])
            }
            // It fits, or does not in a way that no other head mends.
            Some(_) => Self::Fits,
        }
    }

    fn told(&self) -> String {
        match self {
            Self::Fits => String::new(),
            Self::Classes(found, needed) => {
                format!("the state's output layer is for {found} classes, the data have {needed}")
            }
            Self::Missing => "the state has no output layer that this network has".to_owned(),
        }
    }
}

/// Weight and bias of the output layer.
fn head(graph: &Graph) -> Option<(&Parameter, &Parameter)> {
    graph.nodes.iter().rev().find_map(|node| match node.op {
        Op::Linear { weight, bias } => Some((graph.parameter(weight), graph.parameter(bias))),
        _ => None,
    })
}

/// Tensors with the output layer of `fresh` in place of their own (zeros without one), and the names of
/// those that were of another kind of output layer.
fn without_head(
    graph: &Graph,
    mut tensors: Vec<NamedTensor>,
    fresh: Option<&State>,
) -> (Vec<NamedTensor>, Vec<String>) {
    let Some((weight, bias)) = head(graph) else {
        return (tensors, Vec::new());
    };
    let own = [weight.name.clone(), bias.name.clone()];
    let mut left_over = Vec::new();
    tensors.retain(|tensor| {
        let is_own = own.contains(&tensor.name);
        let is_left_over = !is_own && names::is_of_a_head(&tensor.name);
        if is_left_over {
            left_over.push(tensor.name.clone());
        }
        !is_own && !is_left_over
    });
    let values: HashMap<&str, &Vec<f32>> = fresh.map_or_else(HashMap::new, |state| {
        let names = graph.parameters.iter().map(|p| p.name.as_str());
        names.zip(&state.parameters).collect()
    });
    for parameter in [weight, bias] {
        let fresh = values.get(parameter.name.as_str());
        let values = fresh.map_or_else(|| vec![0.0; parameter.len()], |values| values.to_vec());
        tensors.push(NamedTensor {
            name: parameter.name.clone(),
            shape: parameter.shape.clone(),
            data: TensorData::F32(values),
        });
    }
    (tensors, left_over)
}
