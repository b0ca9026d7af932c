//! The CIFAR ResNets of He et al. (arXiv 1512.03385, section 4.2): 6n+2 layers in three stages of
//! n blocks, w, 2w and 4w channels wide; the second and third stage halve the image.
//!
//! Where the shape changes, the shortcut is a projection: a 1×1 convolution of stride 2, then
//! BatchNorm (their option B; Frankle et al., arXiv 2003.00152, use it too). Its BatchNorm trains
//! with the others.

use super::build::{Options, checked_width};
use super::error::NetworkError;
use super::graph::{Graph, NodeId, Shape, Window};

/// Smallest depth, one block a stage.
pub const MIN_DEPTH: u32 = 8;

/// Largest depth that is accepted.
pub const MAX_DEPTH: u32 = 2_000;

/// Channels of the first stage where none are asked for.
pub const DEFAULT_WIDTH: u32 = 16;

const CONV_3X3: Window = Window::new(3, 1, 1);

/// The CIFAR ResNet of `depth` = 6n+2 layers for images of shape `input`.
///
/// BatchNorm before the activation, the default, in the letters of PyTorch's modules:
///
/// ```text
/// stem   conv → bn → ReLU
/// block  conv1 → bn1 → ReLU → conv2 → bn2 (+ shortcut) → ReLU
/// ```
///
/// BatchNorm after the activation: each BatchNorm changes places with the ReLU behind its
/// convolution, the shortcut is added to what bn2 gives, and no ReLU follows the sum (bn2's own
/// came before it), so every block's last word is a BatchNorm:
///
/// ```text
/// stem   conv → ReLU → bn
/// block  conv1 → ReLU → bn1 → conv2 → ReLU → bn2 (+ shortcut)
/// ```
///
/// A projection is conv → BatchNorm in both. Without shortcuts there are neither sums nor
/// projections. The head is global average pooling and the linear layer `fc`.
///
/// Layers stand in the order they run, a projection before bn2, so that bn2, the sum and the ReLU
/// are neighbours; parameters and BatchNorm layers stand in the order of PyTorch's modules, bn2
/// before the projection.
///
/// # Errors
///
/// Where depth, width, classes or input are out of bounds.
pub fn resnet(
    depth: u32,
    options: &Options,
    input: Shape,
    classes: u32,
) -> Result<Graph, NetworkError> {
    let blocks_a_stage = blocks_a_stage(depth)?;
    let width = checked_width(options.width.unwrap_or(DEFAULT_WIDTH))?;
    let after = options.batch_norm_after_activation;
    let mut graph = Graph::new(input)?;

    let mut x = graph.conv("conv", NodeId(0), width, CONV_3X3, false)?;
    if after {
        x = graph.relu(x)?;
    }
    x = graph.batch_norm("bn", x)?;
    if !after {
        x = graph.relu(x)?;
    }
    for index in 0..3 * blocks_a_stage {
        let (stage, place) = (index / blocks_a_stage, index % blocks_a_stage);
        let block = Block {
            name: format!("blocks.{index}"),
            channels: width << stage,
            stride: if stage > 0 && place == 0 { 2 } else { 1 },
            shortcut: options.shortcut,
            batch_norm_after_activation: after,
        };
        x = block.build(&mut graph, x)?;
    }
    x = graph.global_average_pool(x)?;
    graph.linear("fc", x, classes)?;
    Ok(graph)
}

/// Whether there is a ResNet of that depth.
pub fn has_depth(depth: u32) -> bool {
    (MIN_DEPTH..=MAX_DEPTH).contains(&depth) && depth % 6 == 2
}

/// n of a depth 6n+2.
fn blocks_a_stage(depth: u32) -> Result<u32, NetworkError> {
    if !has_depth(depth) {
        return Err(wrong_depth(&depth.to_string(), Some(depth)));
    }
    Ok((depth - 2) / 6)
}

/// The error for a depth that does not exist, with the nearest that do.
pub(super) fn wrong_depth(written: &str, depth: Option<u32>) -> NetworkError {
    let depth = depth.unwrap_or(u32::MAX);
    let below = depth.clamp(MIN_DEPTH, MAX_DEPTH);
    let below = below - (below - 2) % 6;
    let nearest = if !(MIN_DEPTH..MAX_DEPTH).contains(&depth) {
        format!("resnet-{below}")
    } else {
        format!("resnet-{below} or resnet-{}", below + 6)
    };
    NetworkError::ResNetDepth {
        depth: written.to_owned(),
        min: MIN_DEPTH,
        max: MAX_DEPTH,
        nearest,
    }
}

/// One residual block.
struct Block {
    name: String,
    channels: u32,
    stride: u32,
    shortcut: bool,
    batch_norm_after_activation: bool,
}

impl Block {
    fn build(&self, graph: &mut Graph, input: NodeId) -> Result<NodeId, NetworkError> {
        let after = self.batch_norm_after_activation;
        let name = |part: &str| format!("{}.{part}", self.name);
        let first = Window {
            stride: self.stride,
            ..CONV_3X3
        };
        let mut x = graph.conv(&name("conv1"), input, self.channels, first, false)?;
        if after {
            x = graph.relu(x)?;
        }
        x = graph.batch_norm(&name("bn1"), x)?;
        if !after {
            x = graph.relu(x)?;
        }
        x = graph.conv(&name("conv2"), x, self.channels, CONV_3X3, false)?;
        if after {
            x = graph.relu(x)?;
        }
        let bn2 = graph.declare_batch_norm(&name("bn2"), self.channels)?;
        let shortcut = if self.shortcut && self.stride != 1 {
            let window = Window::new(1, self.stride, 0);
            let conv = name("shortcut.0");
            let projected = graph.conv(&conv, input, self.channels, window, false)?;
            graph.batch_norm(&name("shortcut.1"), projected)?
        } else {
            input
        };
        x = graph.apply_batch_norm(bn2, x)?;
        if self.shortcut {
            x = graph.add(x, shortcut)?;
        }
        if !after {
            x = graph.relu(x)?;
        }
        Ok(x)
    }
}
