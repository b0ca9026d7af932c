//! A residual block, as every ResNet here is made of, and the stages of blocks.

use super::build::Options;
use super::error::NetworkError;
use super::graph::{Graph, NodeId, Window};

/// What a block adds where its output has another shape than its input. Elsewhere it is the input itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shortcut {
    /// Option A of He et al. (arXiv 1512.03385): every second pixel, and channels of zeros. It has no parameters.
    Identity,
    /// Option B: a 1×1 convolution and a BatchNorm, whose names begin with this, `shortcut` or `downsample`.
    Projection(&'static str),
}

/// A convolution of a block, with the BatchNorm behind it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Part {
    pub channels: u32,
    pub window: Window,
}

/// One residual block.
pub(super) struct Block {
    /// What its names begin with, such as `blocks.3` or `layer1.0`.
    pub name: String,
    /// Its convolutions in their order; `conv1`, `bn1`, `conv2`, …
    pub parts: Vec<Part>,
    /// Pixels from one to the next that it passes on, of all convolutions together.
    pub stride: u32,
    pub shortcut: Shortcut,
}

impl Block {
    /// Adds it to a graph. In the letters of PyTorch's modules, for two convolutions:
    ///
    /// ```text
    /// conv1 → bn1 → ReLU → conv2 → bn2 (+ shortcut) → ReLU
    /// ```
    ///
    /// BatchNorm after the activation: each BatchNorm changes places with the ReLU behind its convolution, the
    /// shortcut is added to what the last BatchNorm gives, and no ReLU follows the sum (there was one before):
    ///
    /// ```text
    /// conv1 → ReLU → bn1 → conv2 → ReLU → bn2 (+ shortcut)
    /// ```
    ///
    /// A projection is conv → BatchNorm in both. Layers stand in the order they run, a shortcut before the last
    /// BatchNorm, so that this, the sum and the ReLU are neighbours; parameters stand in the order of PyTorch's
    /// modules, the last BatchNorm before the projection.
    pub fn build(
        &self,
        graph: &mut Graph,
        input: NodeId,
        options: &Options,
    ) -> Result<NodeId, NetworkError> {
        let after = options.batch_norm_after_activation;
        let name = |part: &str, number: usize| format!("{}.{part}{number}", self.name);
        let (last, before) = self.parts.split_last().expect("a block has convolutions");
        let mut x = input;
        for (part, number) in before.iter().zip(1..) {
            x = graph.conv(&name("conv", number), x, part.channels, part.window, false)?;
            x = activated(graph, &name("bn", number), x, after)?;
        }
        let number = self.parts.len();
        x = graph.conv(&name("conv", number), x, last.channels, last.window, false)?;
        if after {
            x = graph.relu(x)?;
        }
        let norm = graph.declare_batch_norm(&name("bn", number), last.channels)?;
        let shortcut = match options.shortcut {
            true => Some(self.shortcut(graph, input, last.channels)?),
            false => None,
        };
        x = graph.apply_batch_norm(norm, x)?;
        if let Some(shortcut) = shortcut {
            x = graph.add(x, shortcut)?;
        }
        if !after {
            x = graph.relu(x)?;
        }
        Ok(x)
    }

    fn shortcut(
        &self,
        graph: &mut Graph,
        input: NodeId,
        channels: u32,
    ) -> Result<NodeId, NetworkError> {
        if self.stride == 1 && graph.shape_of(input)?.channels == channels {
            return Ok(input);
        }
        match self.shortcut {
            Shortcut::Identity => graph.identity_shortcut(input, channels, self.stride),
            Shortcut::Projection(name) => {
                let window = Window::new(1, self.stride, 0);
                let part = |place: u32| format!("{}.{name}.{place}", self.name);
                let projected = graph.conv(&part(0), input, channels, window, false)?;
                graph.batch_norm(&part(1), projected)
            }
        }
    }
}

/// BatchNorm `name` and a ReLU, the ReLU first where BatchNorm stands after the activation.
pub(super) fn activated(
    graph: &mut Graph,
    name: &str,
    x: NodeId,
    after: bool,
) -> Result<NodeId, NetworkError> {
    match after {
        true => {
            let x = graph.relu(x)?;
            graph.batch_norm(name, x)
        }
        false => {
            let x = graph.batch_norm(name, x)?;
            graph.relu(x)
        }
    }
}
