//! Which values of one network's parameters may change.

use super::graph::{Graph, ParameterId};

/// What of one parameter trains.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Selection {
    /// Nothing: it stays bit-identical.
    Frozen,
    /// All of it.
    Whole,
    /// The values at these row-major places, ascending, at least one.
    Some(Vec<u32>),
}

impl Selection {
    /// What either of the two selects. A union that covers a tensor place by place stays a list.
    pub fn union(self, other: Self) -> Self {
        match (self, other) {
            (Self::Frozen, other) | (other, Self::Frozen) => other,
            (Self::Whole, _) | (_, Self::Whole) => Self::Whole,
            (Self::Some(mut places), Self::Some(more)) => {
                places.extend(more);
                places.sort_unstable();
                places.dedup();
                Self::Some(places)
            }
        }
    }
}

/// What trains in a network: one [`Selection`] a parameter, in the order of
/// [`super::Graph::parameters`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrainedSet {
    /// One entry a parameter.
    pub selections: Vec<Selection>,
}

impl TrainedSet {
    /// Nothing trains.
    pub fn frozen(graph: &Graph) -> Self {
        Self {
            selections: vec![Selection::Frozen; graph.parameters.len()],
        }
    }

    /// Number of values that train.
    pub fn trained_count(&self, graph: &Graph) -> u64 {
        let counts = graph.parameters.iter().zip(&self.selections);
        counts
            .map(|(parameter, selection)| match selection {
                Selection::Frozen => 0,
                Selection::Whole => parameter.len() as u64,
                Selection::Some(places) => places.len() as u64,
            })
            .sum()
    }

    /// Whether any value of a parameter trains.
    pub fn is_trained(&self, id: ParameterId) -> bool {
        self.selections[id.0] != Selection::Frozen
    }

    /// The parameters of which any value trains, in order.
    pub fn trained(&self) -> impl Iterator<Item = ParameterId> + '_ {
        (0..self.selections.len())
            .map(ParameterId)
            .filter(|&id| self.is_trained(id))
    }

    /// Names of the parameters of which any value trains, in order.
    pub fn names<'graph>(&self, graph: &'graph Graph) -> Vec<&'graph str> {
        self.trained()
            .map(|id| graph.parameter(id).name.as_str())
            .collect()
    }

    /// The row-major places in a parameter that train, ascending.
    pub fn places(&self, graph: &Graph, id: ParameterId) -> Vec<u32> {
        match &self.selections[id.0] {
            Selection::Frozen => Vec::new(),
            // A graph's parameters have at most `build::MAX_PARAMETERS` values, so a u32 holds it.
            Selection::Whole => (0..graph.parameter(id).len() as u32).collect(),
            Selection::Some(places) => places.clone(),
        }
    }
}
