//! VGG with BatchNorm (Simonyan and Zisserman, arXiv 1409.1556) in its CIFAR form: torchvision's
//! `features`, then global average pooling and one linear layer instead of three.

use super::build::{Options, checked_width};
use super::error::NetworkError;
use super::graph::{Graph, NodeId, Shape, Window};

/// The depths there are.
pub const DEPTHS: [u32; 4] = [11, 13, 16, 19];

/// Channels of the first stage where none are asked for.
pub const DEFAULT_WIDTH: u32 = 64;

const CONV_3X3: Window = Window::new(3, 1, 1);
const POOL_2X2: Window = Window::new(2, 2, 0);

/// All names, for sentences that must list them.
pub(super) fn names() -> String {
    DEPTHS.map(|depth| format!("vgg-{depth}")).join(", ")
}

/// Convolutions in each of the five stages.
fn convolutions(depth: u32) -> Option<[u32; 5]> {
    match depth {
        11 => Some([1, 1, 2, 2, 2]),
        13 => Some([2, 2, 2, 2, 2]),
        16 => Some([2, 2, 3, 3, 3]),
        19 => Some([2, 2, 4, 4, 4]),
        _ => None,
    }
}

/// The VGG of `depth` layers for images of shape `input`; stages w, 2w, 4w, 8w and 8w channels
/// wide, each 3×3 convolutions (with bias) and then a 2×2 max pooling.
///
/// Names are torchvision's, `features.N.weight`, where N counts convolution, BatchNorm, ReLU and
/// pooling alike. With BatchNorm after the activation the two change places, so the first
/// BatchNorm is `features.2` instead of `features.1`. A pooling that would leave less than one
/// pixel is left out, but N counts it all the same: the names do not depend on the image size.
///
/// # Errors
///
/// Where depth, width, classes or input are out of bounds, or shortcuts are to be left out: a VGG
/// has none.
pub fn vgg(
    depth: u32,
    options: &Options,
    input: Shape,
    classes: u32,
) -> Result<Graph, NetworkError> {
    let Some(convolutions) = convolutions(depth) else {
        return Err(NetworkError::VggDepth {
            depth: depth.to_string(),
            known: names(),
        });
    };
    if !options.shortcut {
        return Err(NetworkError::NoShortcuts { depth });
    }
    let width = checked_width(options.width.unwrap_or(DEFAULT_WIDTH))?;
    let after = options.batch_norm_after_activation;
    let mut graph = Graph::new(input)?;
    let (mut x, mut index) = (NodeId(0), 0);
    for (stage, count) in convolutions.into_iter().enumerate() {
        let channels = width << stage.min(3);
        for _ in 0..count {
            x = graph.conv(&format!("features.{index}"), x, channels, CONV_3X3, true)?;
            if after {
                x = graph.relu(x)?;
                x = graph.batch_norm(&format!("features.{}", index + 2), x)?;
            } else {
                x = graph.batch_norm(&format!("features.{}", index + 1), x)?;
                x = graph.relu(x)?;
            }
            index += 3;
        }
        let shape = graph.shape_of(x)?;
        if shape.height >= 2 && shape.width >= 2 {
            x = graph.max_pool(x, POOL_2X2)?;
        }
        index += 1;
    }
    x = graph.global_average_pool(x)?;
    graph.linear("classifier", x, classes)?;
    Ok(graph)
}
