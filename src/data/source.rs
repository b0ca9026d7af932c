//! Where images come from.

use std::convert::Infallible;
use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::platform::absolute;

/// Where images come from: as text `digits`, `shapes`, or a path.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum DataSource {
    /// The drawn digits, which need no file.
    #[default]
    Digits,
    /// The made-up shapes, which need no file.
    Shapes,
    /// A folder or an archive of a known layout.
    Path(PathBuf),
}

/// How [`DataSource::Digits`] is written.
const DIGITS: &str = "digits";
/// How [`DataSource::Shapes`] is written.
const SHAPES: &str = "shapes";

impl DataSource {
    /// Those that need no file, in the order to offer them in.
    pub const BUILT_IN: [Self; 2] = [Self::Digits, Self::Shapes];

    /// The path, unless the images are made up.
    pub fn path(&self) -> Option<&Path> {
        match self {
            Self::Digits | Self::Shapes => None,
            Self::Path(path) => Some(path),
        }
    }

    /// Makes a path absolute, so that it means the same from any folder.
    pub fn make_absolute(&mut self) {
        if let Self::Path(path) = self {
            *path = absolute(std::mem::take(path));
        }
    }
}

impl fmt::Display for DataSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Digits => f.write_str(DIGITS),
            Self::Shapes => f.write_str(SHAPES),
            Self::Path(path) => path.display().fmt(f),
        }
    }
}

impl From<&str> for DataSource {
    fn from(text: &str) -> Self {
        match text {
            DIGITS => Self::Digits,
            SHAPES => Self::Shapes,
            path => Self::Path(path.into()),
        }
    }
}

impl From<&Path> for DataSource {
    fn from(path: &Path) -> Self {
        Self::Path(path.to_owned())
    }
}

impl FromStr for DataSource {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(text.into())
    }
}

impl Serialize for DataSource {
    /// Fails for a path that is not UTF-8.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Digits => serializer.serialize_str(DIGITS),
            Self::Shapes => serializer.serialize_str(SHAPES),
            Self::Path(path) => path.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for DataSource {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|text| text.as_str().into())
    }
}
