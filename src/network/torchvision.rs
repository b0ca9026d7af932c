//! torchvision's ResNets (He et al., arXiv 1512.03385, and Zagoruyko and Komodakis, arXiv 1605.07146), with its names,
//! its counts and its arithmetic: a stem of a 7×7 convolution and a pooling, four stages, the stride of a bottleneck in
//! its 3×3 convolution.

use super::build::{Options, checked_width};
use super::error::NetworkError;
use super::graph::{Graph, NodeId, Shape, Window};
use super::residual::{Block, Part, Shortcut, activated};

/// Channels of the first stage where none are asked for.
pub const DEFAULT_WIDTH: u32 = 64;

const STEM: Window = Window::new(7, 2, 3);
const POOL: Window = Window::new(3, 2, 1);

/// How many channels a bottleneck gives for each of its stage's.
const EXPANSION: u32 = 4;

/// What is between a ResNet's stem and its head.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Design {
    /// Blocks of each stage.
    blocks: [u32; 4],
    /// Channels between a bottleneck's convolutions for each of its stage's; `None` where blocks are two 3×3
    /// convolutions.
    bottleneck: Option<u32>,
}

/// The depths of plain ResNets.
pub const DEPTHS: [u32; 5] = [18, 34, 50, 101, 152];

/// The depth of the wide one, `wide_resnet50_2`: a ResNet-50 of twice as many channels within its bottlenecks.
pub const WIDE_DEPTH: u32 = 50;

fn design(depth: u32, within: u32) -> Option<Design> {
    let (blocks, bottleneck) = match depth {
        18 => ([2, 2, 2, 2], None),
        34 => ([3, 4, 6, 3], None),
        50 => ([3, 4, 6, 3], Some(within)),
        101 => ([3, 4, 23, 3], Some(within)),
        152 => ([3, 8, 36, 3], Some(within)),
        _ => return None,
    };
    Some(Design { blocks, bottleneck })
}

/// All names, for sentences that must list them.
pub(super) fn names() -> String {
    let names = DEPTHS.map(|depth| format!("resnet{depth}"));
    format!("{}, wide_resnet50_2", names.join(", "))
}

/// `resnet18` to `resnet152` for images of shape `input`: torchvision's `resnetD(num_classes=classes)`.
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
    build(depth, 1, options, input, classes)
}

/// `wide_resnet50_2`.
///
/// # Errors
///
/// Where width, classes or input are out of bounds.
pub fn wide_resnet(options: &Options, input: Shape, classes: u32) -> Result<Graph, NetworkError> {
    build(WIDE_DEPTH, 2, options, input, classes)
}

fn build(
    depth: u32,
    within: u32,
    options: &Options,
    input: Shape,
    classes: u32,
) -> Result<Graph, NetworkError> {
    let design = design(depth, within).ok_or_else(|| NetworkError::TorchvisionDepth {
        name: format!("resnet{depth}"),
        known: names(),
    })?;
    let width = checked_width(options.width.unwrap_or(DEFAULT_WIDTH))?;
    let mut graph = Graph::new(input)?;
    let mut x = graph.conv("conv1", NodeId(0), width, STEM, false)?;
    x = activated(&mut graph, "bn1", x, options.batch_norm_after_activation)?;
    x = graph.max_pool(x, POOL)?;
    for (stage, blocks) in (0..).zip(design.blocks) {
        for place in 0..blocks {
            let stride = if stage > 0 && place == 0 { 2 } else { 1 };
            let block = Block {
                name: format!("layer{}.{place}", stage + 1),
                parts: design.parts(width << stage, stride),
                stride,
                shortcut: Shortcut::Projection("downsample"),
            };
            x = block.build(&mut graph, x, options)?;
        }
    }
    x = graph.global_average_pool(x)?;
    graph.linear("fc", x, classes)?;
    Ok(graph)
}

impl Design {
    /// The convolutions of a block of a stage `channels` wide.
    fn parts(&self, channels: u32, stride: u32) -> Vec<Part> {
        let part = |channels, kernel, stride| Part {
            channels,
            window: Window::new(kernel, stride, kernel / 2),
        };
        match self.bottleneck {
            None => vec![part(channels, 3, stride), part(channels, 3, 1)],
            Some(within) => vec![
                part(channels * within, 1, 1),
                part(channels * within, 3, stride),
                part(channels * EXPANSION, 1, 1),
            ],
        }
    }
}
