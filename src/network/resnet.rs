//! The CIFAR ResNets of He et al. (arXiv 1512.03385, section 4.2): 6n+2 layers in three stages of
//! n blocks, w, 2w and 4w channels wide; the second and third stage halve the image.

use super::build::{Options, checked_width};
use super::error::NetworkError;
use super::graph::{Graph, NodeId, Shape, Window};
use super::residual::{Block, Part, Shortcut, activated};
use super::torchvision;

/// Smallest depth, one block a stage.
pub const MIN_DEPTH: u32 = 8;

/// Largest depth that is accepted.
pub const MAX_DEPTH: u32 = 2_000;

/// Channels of the first stage where none are asked for.
pub const DEFAULT_WIDTH: u32 = 16;

const CONV_3X3: Window = Window::new(3, 1, 1);

/// How a family of CIFAR ResNets names its layers, and what its shortcuts are where the shape changes.
struct Style {
    stem: [&'static str; 2],
    /// The name of a block, by its stage and its place there, and the blocks of a stage.
    block: fn(u32, u32, u32) -> String,
    shortcut: Shortcut,
    head: &'static str,
}

/// Frankle et al.'s (arXiv 2003.00152): projections.
const PROJECTIONS: Style = Style {
    stem: ["conv", "bn"],
    block: |stage, place, blocks| format!("blocks.{}", stage * blocks + place),
    shortcut: Shortcut::Projection("shortcut"),
    head: "fc",
};

/// He et al.'s option A, under the names of the widely used PyTorch implementation (`layer1.0.conv1`, `linear`).
const OPTION_A: Style = Style {
    stem: ["conv1", "bn1"],
    block: |stage, place, _| format!("layer{}.{place}", stage + 1),
    shortcut: Shortcut::Identity,
    head: "linear",
};

/// The CIFAR ResNet of `depth` = 6n+2 layers for images of shape `input`, with projections where the shape changes:
/// a 1×1 convolution of stride 2, then BatchNorm (option B of He et al.; Frankle et al. use it too). Its BatchNorm
/// trains with the others.
///
/// BatchNorm before the activation, the default, in the letters of PyTorch's modules:
///
/// ```text
/// stem   conv → bn → ReLU
/// block  conv1 → bn1 → ReLU → conv2 → bn2 (+ shortcut) → ReLU
/// ```
///
/// BatchNorm after the activation:
///
/// ```text
/// stem   conv → ReLU → bn
/// block  conv1 → ReLU → bn1 → conv2 → ReLU → bn2 (+ shortcut)
/// ```
///
/// Without shortcuts there are neither sums nor projections. The head is global average pooling and the linear
/// layer `fc`.
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
    build(&PROJECTIONS, depth, options, input, classes)
}

/// The same with shortcuts that have no parameters (option A): where the shape changes, every second pixel, with
/// channels of zeros before and behind. Names are `conv1`, `bn1`, `layer1.0.conv1`, …, `linear`.
///
/// # Errors
///
/// As [`resnet`].
pub fn option_a(
    depth: u32,
    options: &Options,
    input: Shape,
    classes: u32,
) -> Result<Graph, NetworkError> {
    build(&OPTION_A, depth, options, input, classes)
}

fn build(
    style: &Style,
    depth: u32,
    options: &Options,
    input: Shape,
    classes: u32,
) -> Result<Graph, NetworkError> {
    let blocks = blocks_a_stage(depth)?;
    let width = checked_width(options.width.unwrap_or(DEFAULT_WIDTH))?;
    let mut graph = Graph::new(input)?;
    let [conv, bn] = style.stem;
    let mut x = graph.conv(conv, NodeId(0), width, CONV_3X3, false)?;
    x = activated(&mut graph, bn, x, options.batch_norm_after_activation)?;
    for index in 0..3 * blocks {
        let (stage, place) = (index / blocks, index % blocks);
        let stride = if stage > 0 && place == 0 { 2 } else { 1 };
        let part = |stride| Part {
            channels: width << stage,
            window: Window { stride, ..CONV_3X3 },
        };
        let block = Block {
            name: (style.block)(stage, place, blocks),
            parts: vec![part(stride), part(1)],
            stride,
            shortcut: style.shortcut,
        };
        x = block.build(&mut graph, x, options)?;
    }
    x = graph.global_average_pool(x)?;
    graph.linear(style.head, x, classes)?;
    Ok(graph)
}

/// Whether there is a ResNet of that depth.
pub fn has_depth(depth: u32) -> bool {
    (MIN_DEPTH..=MAX_DEPTH).contains(&depth) && depth % 6 == 2
}

/// n of a depth 6n+2.
fn blocks_a_stage(depth: u32) -> Result<u32, NetworkError> {
    if !has_depth(depth) {
        return Err(wrong_depth("resnet-", &depth.to_string(), Some(depth)));
    }
    Ok((depth - 2) / 6)
}

/// The error for a depth that does not exist, with the nearest that do; `family` stands before a depth.
pub(super) fn wrong_depth(family: &str, written: &str, depth: Option<u32>) -> NetworkError {
    let depth = depth.unwrap_or(u32::MAX);
    let below = depth.clamp(MIN_DEPTH, MAX_DEPTH);
    let below = below - (below - 2) % 6;
    let mut nearest = vec![format!("{family}{below}")];
    if (MIN_DEPTH..MAX_DEPTH).contains(&depth) {
        nearest.push(format!("{family}{}", below + 6));
    }
    if torchvision::DEPTHS.contains(&depth) {
        nearest.push(format!("torchvision's resnet{depth}"));
    }
    NetworkError::ResNetDepth {
        name: format!("{family}{written}"),
        min: MIN_DEPTH,
        max: MAX_DEPTH,
        nearest: nearest.join(" or "),
    }
}
