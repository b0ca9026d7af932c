//! A network by its name: `resnet-14`, `vgg-11`.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::build::MAX_WIDTH;
use super::error::NetworkError;
use super::graph::{Graph, Role, Shape};
use super::{resnet, vgg};

/// What can be chosen about a network beside its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Options {
    /// Channels of the first stage; `None` is the family's own, 16 for a ResNet, 64 for a VGG.
    pub width: Option<u32>,
    /// Whether a ResNet has shortcuts; `false` for a VGG is an error.
    pub shortcut: bool,
    /// Whether a BatchNorm stands behind the ReLU instead of before it.
    pub batch_norm_after_activation: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            width: None,
            shortcut: true,
            batch_norm_after_activation: false,
        }
    }
}

/// A family of networks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Family {
    /// [`resnet::resnet`].
    #[serde(rename = "resnet")]
    ResNet,
    /// [`vgg::vgg`].
    Vgg,
}

/// A network that can be built; its name and options have been checked, its sizes will be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Architecture {
    family: Family,
    depth: u32,
    options: Options,
}

impl Architecture {
    /// A network from its name, `resnet-D` or `vgg-D`, and options.
    ///
    /// # Errors
    ///
    /// Where there is no such name or depth, the width is out of bounds, or a VGG is to have no
    /// shortcuts.
    pub fn parse(name: &str, options: Options) -> Result<Self, NetworkError> {
        let unknown = || NetworkError::UnknownName {
            name: name.to_owned(),
        };
        let (family, written) = name.split_once('-').ok_or_else(unknown)?;
        let is_number = !written.is_empty() && written.bytes().all(|b| b.is_ascii_digit());
        // A number too long for u32 is a depth all the same, only a wrong one.
        let depth = written.parse::<u32>().ok();
        let (family, depth) = match (family, depth) {
            ("resnet" | "vgg", _) if !is_number => return Err(unknown()),
            ("resnet", Some(depth)) if resnet::has_depth(depth) => (Family::ResNet, depth),
            ("resnet", depth) => return Err(resnet::wrong_depth(written, depth)),
            ("vgg", Some(depth)) if vgg::DEPTHS.contains(&depth) => (Family::Vgg, depth),
            ("vgg", _) => {
                return Err(NetworkError::VggDepth {
                    depth: written.to_owned(),
                });
            }
            _ => return Err(unknown()),
        };
        if let Some(width) = options.width {
            checked_width(width)?;
        }
        if family == Family::Vgg && !options.shortcut {
            return Err(NetworkError::NoShortcuts { depth });
        }
        Ok(Self {
            family,
            depth,
            options,
        })
    }

    /// The network for images of shape `input`, sorted into `classes` classes.
    ///
    /// # Errors
    ///
    /// Where the images or the classes are out of bounds, or the network would be too large.
    pub fn build(&self, input: Shape, classes: u32) -> Result<Graph, NetworkError> {
        match self.family {
            Family::ResNet => resnet::resnet(self.depth, &self.options, input, classes),
            Family::Vgg => vgg::vgg(self.depth, &self.options, input, classes),
        }
    }

    /// Names worth listing: the article's and the usual ResNets, and every VGG. Any other ResNet
    /// of depth 6n+2 can be built too.
    pub fn all_names() -> Vec<String> {
        let resnets = [8, 14, 20, 32, 44, 56, 110, 218, 434, 866];
        let resnets = resnets.iter().map(|depth| format!("resnet-{depth}"));
        let vggs = vgg::DEPTHS.iter().map(|depth| format!("vgg-{depth}"));
        resnets.chain(vggs).collect()
    }

    /// Its family.
    pub fn family(&self) -> Family {
        self.family
    }

    /// Its depth, the number in its name.
    pub fn depth(&self) -> u32 {
        self.depth
    }

    /// Its options, as given.
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// Channels of its first stage.
    pub fn width(&self) -> u32 {
        self.options.width.unwrap_or(match self.family {
            Family::ResNet => resnet::DEFAULT_WIDTH,
            Family::Vgg => vgg::DEFAULT_WIDTH,
        })
    }
}

impl fmt::Display for Architecture {
    /// Its name without options, e.g. `resnet-14`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let family = match self.family {
            Family::ResNet => "resnet",
            Family::Vgg => "vgg",
        };
        write!(f, "{family}-{}", self.depth)
    }
}

/// `width` if it is in bounds.
pub(super) fn checked_width(width: u32) -> Result<u32, NetworkError> {
    let max = MAX_WIDTH;
    if (1..=max).contains(&width) {
        Ok(width)
    } else {
        Err(NetworkError::Width { width, max })
    }
}

/// How many values a network has, by kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ParameterCounts {
    /// All parameters; running statistics are none.
    pub all: u64,
    /// γ and β of every BatchNorm, those of projections too.
    pub batch_norm: u64,
    /// Weight and bias of the output layer.
    pub output: u64,
    /// Convolution weights of the projections.
    pub shortcut: u64,
}

/// Counts a network's parameters.
pub fn counts(graph: &Graph) -> ParameterCounts {
    let mut counts = ParameterCounts::default();
    for parameter in &graph.parameters {
        let values = parameter.len() as u64;
        counts.all += values;
        match parameter.role {
            Role::Gamma | Role::Beta => counts.batch_norm += values,
            Role::OutputWeight | Role::OutputBias => counts.output += values,
            Role::ConvWeight | Role::ConvBias if parameter.on_shortcut => {
                counts.shortcut += values;
            }
            Role::ConvWeight | Role::ConvBias => {}
        }
    }
    counts
}
