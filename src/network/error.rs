//! Why a network cannot be built.

use super::graph::Shape;
use crate::field::{Explain, Explanation, Field, Remedy};

/// Why a network cannot be built.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NetworkError {
    /// No family of networks has this name.
    #[error(
        "there is no network `{name}`; there are resnet-D and cifar-resnetD with D = 6n+2 (resnet-8, cifar-resnet20, …), {known}"
    )]
    UnknownName {
        /// The name as given.
        name: String,
        /// The names of all VGGs and of torchvision's ResNets.
        known: String,
    },
    /// A ResNet's depth is not 6n+2, or out of bounds.
    #[error(
        "there is no {name}: a CIFAR ResNet has 6n+2 layers, from {min} to {max}; try {nearest}"
    )]
    ResNetDepth {
        /// The name as given.
        name: String,
        /// The smallest depth.
        min: u32,
        /// The largest depth.
        max: u32,
        /// The nearest names that exist, as words.
        nearest: String,
    },
    /// A VGG's depth is none of the four.
    #[error("there is no vgg-{depth}; there are {known}")]
    VggDepth {
        /// The depth as given.
        depth: String,
        /// The names of all VGGs.
        known: String,
    },
    /// torchvision has no ResNet of that depth.
    #[error("there is no {name}; there are {known}")]
    TorchvisionDepth {
        /// The name as given.
        name: String,
        /// The names of all of torchvision's that there are here.
        known: String,
    },
    /// The width is 0 or absurd.
    #[error("a network cannot be {width} channels wide: the width must be from 1 to {max}")]
    Width {
        /// The width as given.
        width: u32,
        /// The largest that is accepted.
        max: u32,
    },
    /// Too few or too many classes.
    #[error("cannot tell {classes} classes apart: a network needs from 2 to {max} classes")]
    Classes {
        /// The classes as given.
        classes: u32,
        /// The most that are accepted.
        max: u32,
    },
    /// The images are empty or absurdly large.
    #[error(
        "images of {input} cannot be an input: channels, height and width must be from 1 to {max}"
    )]
    Input {
        /// The shape as given.
        input: Shape,
        /// The largest extent that is accepted.
        max: u32,
    },
    /// A VGG was asked for without shortcuts.
    #[error("vgg-{depth} has no shortcuts to leave out; only a ResNet has some")]
    NoShortcuts {
        /// The VGG's depth.
        depth: u32,
    },
    /// A layer does not fit the shape it is given.
    #[error("{layer} cannot take an input of {input}: {reason}")]
    Shape {
        /// The layer, by name or kind.
        layer: String,
        /// What it was given.
        input: Shape,
        /// What is wrong with it.
        reason: String,
    },
    /// Two inputs of an addition differ.
    #[error("cannot add {left} and {right}: the shapes differ")]
    Add {
        /// One input.
        left: Shape,
        /// The other input.
        right: Shape,
    },
    /// Two parameters of one name.
    #[error("the network already has a parameter `{name}`")]
    DuplicateName {
        /// The name.
        name: String,
    },
    /// A layer that does not exist, or not yet.
    #[error("layer {node} does not exist: the network has {count} layers so far")]
    UnknownNode {
        /// The layer's number.
        node: usize,
        /// How many there are.
        count: usize,
    },
    /// More parameters than any adapter could hold.
    #[error("the network has more than {limit} parameters with `{name}`")]
    TooLarge {
        /// The parameter that went over.
        name: String,
        /// The most values a network may have.
        limit: u64,
    },
}

impl Explain for NetworkError {
    fn explain(&self) -> Explanation {
        let told = Explanation::new(self);
        match self {
            Self::Width { .. } => told.about(Field::Width),
            Self::TooLarge { .. } => told
                .about(Field::Width)
                .or(Remedy::Lower(&[Field::Width, Field::Model])),
            Self::Classes { .. } | Self::Input { .. } => told.about(Field::Data),
            Self::NoShortcuts { .. } => told
                .about(Field::Shortcut)
                .or(Remedy::Change(&[Field::Shortcut, Field::Model])),
            _ => told.about(Field::Model),
        }
    }
}
