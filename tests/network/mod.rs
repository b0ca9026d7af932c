//! Networks without a GPU: what they look like, where they start, what of them may train.

mod adopt;
mod architecture;
mod first_weights;
mod gamma;
mod initial;
mod recognise;
mod state;
mod trainable;

use bnonly::network::graph::Shape;
use bnonly::network::{Architecture, Graph, Options};

const CIFAR: Shape = Shape::new(3, 32, 32);

/// A network for CIFAR-10.
fn network(name: &str, options: Options) -> Graph {
    let architecture = Architecture::parse(name, options).expect("an architecture");
    architecture.build(CIFAR, 10).expect("a network")
}

fn names(graph: &Graph) -> Vec<&str> {
    graph.parameters.iter().map(|p| p.name.as_str()).collect()
}
