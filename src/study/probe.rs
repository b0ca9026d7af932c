//! What a trained network does with some of its channels switched off: accuracy on test images, its
//! answer to single images, and what a channel makes of one.

use crate::network::graph::{BatchNormId, Shape};

/// How well a network tells test images apart.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Accuracy {
    /// Test images it was measured on.
    pub images: usize,
    /// Mean cross-entropy, in nats.
    pub loss: f64,
    /// Share classified correctly, from 0 to 1.
    pub accuracy: f64,
}

/// What a network says of one test image.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// The image, by its place in the test set.
    pub image: u32,
    /// `[classes]`: the softmax of the logits.
    pub probabilities: Vec<f32>,
}

/// What the channels of one BatchNorm, with the addition and the ReLU that follow it, make of an image.
#[derive(Clone, Debug, PartialEq)]
pub struct FeatureMaps {
    /// The layer.
    pub layer: BatchNormId,
    /// The image, by its place in the test set.
    pub image: u32,
    /// C×H×W.
    pub shape: Shape,
    /// `[C, H, W]`.
    pub values: Vec<f32>,
}
