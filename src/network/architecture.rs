//! A network by its name: `resnet-14`, `vgg-11`, `resnet50`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

pub use super::build::Options;
use super::build::checked_width;
use super::error::NetworkError;
use super::graph::{Graph, Role, Shape};
use super::{resnet, torchvision, vgg};

/// A family of networks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Family {
    /// `resnet-D`: [`resnet::resnet`].
    ResNet,
    /// `cifar-resnetD`: [`resnet::option_a`].
    OptionA,
    /// `vgg-D`: [`vgg::vgg`].
    Vgg,
    /// `resnetD`: [`torchvision::resnet`].
    Torchvision,
    /// `wide_resnet50_2`: [`torchvision::wide_resnet`].
    Wide,
}

impl Family {
    /// What stands before and behind the depth in a name.
    const fn around(self) -> (&'static str, &'static str) {
        match self {
            Self::ResNet => ("resnet-", ""),
            Self::OptionA => ("cifar-resnet", ""),
            Self::Vgg => ("vgg-", ""),
            Self::Torchvision => ("resnet", ""),
            Self::Wide => ("wide_resnet", "_2"),
        }
    }

    /// All, the one with the longer of two names that begin alike first.
    const ALL: [Self; 5] = [
        Self::OptionA,
        Self::Wide,
        Self::ResNet,
        Self::Torchvision,
        Self::Vgg,
    ];

    /// The depth, or why there is none that is written so.
    fn depth(self, written: &str) -> Result<u32, NetworkError> {
        // A number too long for u32 is a depth all the same, only a wrong one.
        let depth = written.parse::<u32>().ok();
        let wrong = || match self {
            Self::ResNet | Self::OptionA => resnet::wrong_depth(self.around().0, written, depth),
            Self::Vgg => NetworkError::VggDepth {
                depth: written.to_owned(),
                known: vgg::names(),
            },
            Self::Torchvision | Self::Wide => NetworkError::TorchvisionDepth {
                name: format!("{}{written}{}", self.around().0, self.around().1),
                known: torchvision::names(),
            },
        };
        let exists = |depth: &u32| match self {
            Self::ResNet | Self::OptionA => resnet::has_depth(*depth),
            Self::Vgg => vgg::DEPTHS.contains(depth),
            Self::Torchvision => torchvision::DEPTHS.contains(depth),
            Self::Wide => *depth == torchvision::WIDE_DEPTH,
        };
        depth.filter(exists).ok_or_else(wrong)
    }
}

/// A network's name, such as `resnet-14`, `vgg-11` or `resnet50`: one that exists.
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
            Family::ResNet | Family::OptionA => resnet::DEFAULT_WIDTH,
            Family::Vgg => vgg::DEFAULT_WIDTH,
            Family::Torchvision | Family::Wide => torchvision::DEFAULT_WIDTH,
        }
    }

    /// Names worth listing: the article's and the usual ResNets, torchvision's, and every VGG. Any other CIFAR
    /// ResNet of depth 6n+2 can be built too.
    pub fn usual() -> impl Iterator<Item = Self> {
        let of = |family, depths: &'static [u32]| {
            depths.iter().map(move |&depth| Self { family, depth })
        };
        of(Family::ResNet, &[8, 14, 20, 32, 44, 56, 110, 218, 434, 866])
            .chain(of(Family::Vgg, &vgg::DEPTHS))
            .chain(of(Family::OptionA, &[20, 32, 44, 56, 110]))
            .chain(of(Family::Torchvision, &torchvision::DEPTHS))
            .chain(of(Family::Wide, &[torchvision::WIDE_DEPTH]))
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
        let of_family = |family: &Family| {
            let (before, behind) = family.around();
            let written = name.strip_prefix(before)?.strip_suffix(behind)?;
            let is_number = !written.is_empty() && written.bytes().all(|b| b.is_ascii_digit());
            is_number.then_some((*family, written))
        };
        let found = Family::ALL.iter().find_map(of_family);
        let (family, written) = found.ok_or_else(|| NetworkError::UnknownName {
            name: name.to_owned(),
            known: format!("{}, {}", vgg::names(), torchvision::names()),
        })?;
        let depth = family.depth(written)?;
        Ok(Self { family, depth })
    }
}

impl fmt::Display for ArchitectureName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (before, behind) = self.family.around();
        write!(f, "{before}{}{behind}", self.depth)
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

    /// A network from its name as text, such as `resnet-14`, and options.
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
            Family::OptionA => resnet::option_a(depth, &self.options, input, classes),
            Family::Vgg => vgg::vgg(depth, &self.options, input, classes),
            Family::Torchvision => torchvision::resnet(depth, &self.options, input, classes),
            Family::Wide => torchvision::wide_resnet(&self.options, input, classes),
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
