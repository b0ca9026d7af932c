//! A network by its name: `resnet-14`, `vgg-11`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

pub use super::build::Options;
use super::build::checked_width;
use super::error::NetworkError;
use super::graph::{Graph, Role, Shape};
use super::{resnet, vgg};

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

/// A network's name, `resnet-14` or `vgg-11`: one that exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ArchitectureName {
    family: Family,
    depth: u32,
}

impl ArchitectureName {
    /// Which family.
    pub fn family(self) -> Family {
        self.family
    }

    /// The number in it.
    pub fn depth(self) -> u32 {
        self.depth
    }

    /// Channels of its first stage where no width is asked for.
    pub fn own_width(self) -> u32 {
        match self.family {
            Family::ResNet => resnet::DEFAULT_WIDTH,
            Family::Vgg => vgg::DEFAULT_WIDTH,
        }
    }

    /// Names worth listing: the article's and the usual ResNets, and every VGG. Any other ResNet
    /// of depth 6n+2 can be built too.
    pub fn usual() -> impl Iterator<Item = Self> {
        let resnets = [8, 14, 20, 32, 44, 56, 110, 218, 434, 866];
        let resnets = resnets.map(|depth| (Family::ResNet, depth));
        let vggs = vgg::DEPTHS.map(|depth| (Family::Vgg, depth));
        resnets
            .into_iter()
            .chain(vggs)
            .map(|(family, depth)| Self { family, depth })
    }
}

impl Default for ArchitectureName {
    /// `resnet-14`.
    fn default() -> Self {
        Self {
            family: Family::ResNet,
            depth: 14,
        }
    }
}

impl FromStr for ArchitectureName {
    type Err = NetworkError;

    fn from_str(name: &str) -> Result<Self, NetworkError> {
        let unknown = || NetworkError::UnknownName {
            name: name.to_owned(),
            known: vgg::names(),
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
                    known: vgg::names(),
                });
            }
            _ => return Err(unknown()),
        };
        Ok(Self { family, depth })
    }
}

impl fmt::Display for ArchitectureName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let family = match self.family {
            Family::ResNet => "resnet",
            Family::Vgg => "vgg",
        };
        write!(f, "{family}-{}", self.depth)
    }
}

impl TryFrom<String> for ArchitectureName {
    type Error = NetworkError;

    fn try_from(text: String) -> Result<Self, NetworkError> {
        text.parse()
    }
}

impl From<ArchitectureName> for String {
    fn from(name: ArchitectureName) -> Self {
        name.to_string()
    }
}

/// A network that can be built; its name and options have been checked, its sizes will be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Architecture {
    name: ArchitectureName,
    options: Options,
}

impl Architecture {
    /// A network of a name, with options.
    ///
    /// # Errors
    ///
    /// Where the width is out of bounds, or a VGG is to have no shortcuts.
    pub fn new(name: ArchitectureName, options: Options) -> Result<Self, NetworkError> {
        if let Some(width) = options.width {
            checked_width(width)?;
        }
        if name.family == Family::Vgg && !options.shortcut {
            let depth = name.depth;
            return Err(NetworkError::NoShortcuts { depth });
        }
        Ok(Self { name, options })
    }

    /// A network from its name as text, `resnet-D` or `vgg-D`, and options.
    ///
    /// # Errors
    ///
    /// Where there is no such name or depth, and as [`Self::new`].
    pub fn parse(name: &str, options: Options) -> Result<Self, NetworkError> {
        Self::new(name.parse()?, options)
    }

    /// The network for images of shape `input`, sorted into `classes` classes.
    ///
    /// # Errors
    ///
    /// Where the images or the classes are out of bounds, or the network would be too large.
    pub fn build(&self, input: Shape, classes: u32) -> Result<Graph, NetworkError> {
        let depth = self.name.depth;
        match self.name.family {
            Family::ResNet => resnet::resnet(depth, &self.options, input, classes),
            Family::Vgg => vgg::vgg(depth, &self.options, input, classes),
        }
    }

    /// Its name.
    pub fn name(&self) -> ArchitectureName {
        self.name
    }

    /// Its family.
    pub fn family(&self) -> Family {
        self.name.family
    }

    /// Its depth, the number in its name.
    pub fn depth(&self) -> u32 {
        self.name.depth
    }

    /// Its options, as given.
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// Channels of its first stage.
    pub fn width(&self) -> u32 {
        self.options.width.unwrap_or(self.name.own_width())
    }
}

impl fmt::Display for Architecture {
    /// Its name without options, e.g. `resnet-14`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.name.fmt(f)
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
