//! The network as a graph of layers, without a GPU.
//!
//! Read in this order: [`graph`] (layers, parameters, shapes), [`build`] (adding layers to one),
//! [`resnet`], [`torchvision`] and [`vgg`] (who build graphs), [`architecture`] (which of them a name means),
//! [`state`] (the values of all parameters on the host), [`initial`] (their first values, of which
//! [`mod@orthogonal`] works out some),
//! [`mod@adopt`] (a state from other programs' tensors), [`mod@recognise`] (which network they are of), [`trainable`] (which of them may change),
//! [`trained_set`] (that choice, for one graph).

pub mod adopt;
pub mod architecture;
pub mod build;
pub mod error;
pub mod graph;
pub mod initial;
pub mod orthogonal;
pub mod recognise;
mod residual;
pub mod resnet;
pub mod state;
mod stream;
pub mod torchvision;
pub mod trainable;
pub mod trained_set;
pub mod vgg;

pub use adopt::{Adopted, adopt};
pub use architecture::{Architecture, ArchitectureName, Family, Options, ParameterCounts, counts};
pub use error::NetworkError;
pub use graph::Graph;
pub use initial::{BnInit, FirstValues, WeightsInit, initial_state};
pub use recognise::{Recognised, recognise};
pub use state::{NamedTensor, State, StateError, TensorData};
pub use trainable::{Selection, Trainable, TrainableError, TrainedSet};
