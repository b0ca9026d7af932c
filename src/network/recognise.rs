//! Which network named tensors are of, from their names and shapes.

use super::architecture::{Architecture, ArchitectureName};
use super::build::Options;
use super::state::NamedTensor;

/// What tensors say of the network that they are of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recognised {
    /// The network.
    pub architecture: Architecture,
    /// Classes, where there is an output layer.
    pub classes: Option<u32>,
    /// Channels of its images.
    pub channels: u32,
}

/// The network that tensors are of, whatever wrapped it; `None` where it is none of those that can be built. Whether
/// all of it is there and fits is judged by [`super::adopt()`], not here. Shortcuts without parameters and none at all
/// leave the same tensors: of those they are taken to be option A's, under its names. What a BatchNorm's place is
/// (before or after the activation), tensors do not say.
pub fn recognise(tensors: &[NamedTensor]) -> Option<Recognised> {
    let seen = Seen::of(tensors);
    let name = seen.name()?;
    let first = seen.first_convolution?;
    let name: ArchitectureName = name.parse().ok()?;
    let [width, channels] = [first[0], first[1]].map(|extent| u32::try_from(extent).ok());
    let options = Options {
        width: width.filter(|width| *width != name.own_width()),
        shortcut: !seen.is_ours() || seen.has_projections,
        ..Options::default()
    };
    Some(Recognised {
        architecture: Architecture::new(name, options).ok()?,
        classes: seen.classes.and_then(|classes| u32::try_from(classes).ok()),
        channels: channels?,
    })
}

/// What of the names and shapes tells networks apart.
#[derive(Debug, Default)]
struct Seen {
    /// Blocks under this program's names, `blocks.N`.
    blocks: usize,
    /// Blocks of each stage under `layerI.J`.
    stages: Vec<usize>,
    has_projections: bool,
    /// `conv3`, of bottlenecks.
    has_third: bool,
    /// Channels between a bottleneck's convolutions, in the first stage.
    within: usize,
    /// Convolutions under `features.N`.
    features: usize,
    first_convolution: Option<[usize; 4]>,
    classes: Option<usize>,
}

impl Seen {
    fn of(tensors: &[NamedTensor]) -> Self {
        let mut seen = Self::default();
        for tensor in tensors {
            let parts: Vec<&str> = tensor.name.split('.').collect();
            let shape = tensor.shape.as_slice();
            let number = |text: &str| text.parse::<usize>().ok().filter(|number| *number < 1_000);
            for pair in parts.windows(2) {
                let (Some(stage), Some(block)) = (pair[0].strip_prefix("layer"), number(pair[1]))
                else {
                    if let ("blocks", Some(block)) = (pair[0], number(pair[1])) {
                        seen.blocks = seen.blocks.max(block + 1);
                    }
                    continue;
                };
                if let Some(stage @ 1..=4) = number(stage) {
                    seen.stages.resize(seen.stages.len().max(stage), 0);
                    seen.stages[stage - 1] = seen.stages[stage - 1].max(block + 1);
                }
            }
            seen.has_projections |= parts
                .iter()
                .any(|part| matches!(*part, "shortcut" | "downsample"));
            let last_two = &parts[parts.len().saturating_sub(2)..];
            match (last_two, shape) {
                (["conv3", "weight"], _) => seen.has_third = true,
                (["conv1", "weight"], [within, ..]) if parts.contains(&"layer1") => {
                    seen.within = *within;
                }
                (["conv" | "conv1", "weight"], &[o, i, h, w])
                    if !parts.contains(&"blocks")
                        && !parts.iter().any(|part| part.starts_with("layer")) =>
                {
                    seen.first_convolution = Some([o, i, h, w]);
                }
                ([at, "weight"], &[o, i, h, w]) if parts.contains(&"features") => {
                    seen.features += 1;
                    if *at == "0" {
                        seen.first_convolution = Some([o, i, h, w]);
                    }
                }
                ([.., "weight"], [classes, _]) => seen.classes = Some(*classes),
                _ => {}
            }
        }
        seen
    }

    /// Whether names are this program's own.
    fn is_ours(&self) -> bool {
        self.blocks > 0
    }

    fn name(&self) -> Option<String> {
        if self.is_ours() {
            return Some(format!("resnet-{}", 2 * self.blocks + 2));
        }
        match self.stages[..] {
            [n, m, l] if n == m && m == l => {
                let family = match self.has_projections {
                    true => "resnet-",
                    false => "cifar-resnet",
                };
                Some(format!("{family}{}", 6 * n + 2))
            }
            [a, b, c, d] => {
                let wide = self
                    .first_convolution
                    .is_some_and(|[width, ..]| self.within > width);
                let name = match ([a, b, c, d], self.has_third) {
                    ([2, 2, 2, 2], false) => "resnet18",
                    ([3, 4, 6, 3], false) => "resnet34",
                    ([3, 4, 6, 3], true) if wide => "wide_resnet50_2",
                    ([3, 4, 6, 3], true) => "resnet50",
                    ([3, 4, 23, 3], true) => "resnet101",
                    ([3, 8, 36, 3], true) => "resnet152",
                    _ => return None,
                };
                Some(name.to_owned())
            }
            [] => {
                let depth = match self.features {
                    8 => 11,
                    10 => 13,
                    13 => 16,
                    16 => 19,
                    _ => return None,
                };
                Some(format!("vgg-{depth}"))
            }
            _ => None,
        }
    }
}
