//! The network as a graph of layers, without a GPU.
//!
//! Read in this order: [`graph`] (layers, parameters, shapes), [`resnet`] and [`vgg`] (who build
//! graphs), [`state`] (the values of all parameters on the host), [`initial`] (their first values),
//! [`trainable`] (which of them may change).

pub mod graph;
pub mod initial;
pub mod resnet;
pub mod state;
pub mod trainable;
pub mod vgg;

pub use graph::Graph;
pub use state::State;
