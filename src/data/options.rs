//! What to read of a data set, and how.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::{DataError, Manifest, digits};
use crate::field::Field;

/// What to read of a data set, and how.
#[derive(Clone, Debug, PartialEq)]
pub struct LoadOptions {
    /// Rows and columns that the pictures of an image folder are brought to: 1 to 1,024. All other
    /// data sets keep their size.
    pub image_size: u32,
    /// Rows and columns of the drawn digits: one of [`digits::SIZES`].
    pub digits_size: u32,
    /// The share of each class to test on, in an image folder that is not split: between 0 and 1
    /// (0.2 if not given).
    pub test_fraction: Option<f64>,
    /// Keep the first so many training images only.
    pub limit_train: Option<usize>,
    /// Keep the first so many test images only.
    pub limit_test: Option<usize>,
    /// Draws the split of an image folder that has no parts: another number, another split. Nothing else
    /// moves a picture from one part to the other.
    pub split_seed: u64,
    /// A table that says which picture of an image folder is of which class; found if there is one and
    /// none is given.
    pub labels: Option<PathBuf>,
    /// Classes of an image folder with fewer training pictures (or pictures to be split) are left out.
    pub min_images: Option<u64>,
    /// What pictures that are transparent are laid over.
    pub background: Background,
    /// Whether to go on without pictures that cannot be read.
    pub skip_bad: bool,
    /// The files of a run that read these data before. Of a folder that is split, what was tested on then
    /// is tested on now, and files that were added are trained on only; notes say what differs.
    pub earlier: Option<Arc<Manifest>>,
}

impl Default for LoadOptions {
    fn default() -> Self {
        Self {
            image_size: 32,
            digits_size: digits::SIZES[0],
            test_fraction: None,
            limit_train: None,
            limit_test: None,
            split_seed: 0,
            labels: None,
            min_images: None,
            background: Background::default(),
            skip_bad: false,
            earlier: None,
        }
    }
}

impl LoadOptions {
    pub(super) fn check(&self) -> Result<(), DataError> {
        let bad = |field, found, expected: &str| {
            Err(DataError::BadOption {
                field,
                found,
                expected: expected.into(),
            })
        };
        if !(1..=1024).contains(&self.image_size) {
            return bad(
                Field::ImageSize,
                self.image_size.to_string(),
                "1 to 1024 pixels",
            );
        }
        if !digits::SIZES.contains(&self.digits_size) {
            return bad(
                Field::DigitsSize,
                self.digits_size.to_string(),
                "16 or 28 pixels",
            );
        }
        if let Some(fraction) = self.test_fraction
            && !(fraction > 0.0 && fraction < 1.0)
        {
            return bad(
                Field::TestFraction,
                fraction.to_string(),
                "a share between 0 and 1, such as 0.2",
            );
        }
        for (field, limit) in [
            (Field::LimitTrain, self.limit_train),
            (Field::LimitTest, self.limit_test),
        ] {
            if limit == Some(0) {
                return bad(
                    field,
                    "0".into(),
                    "at least 1; leave it out to use all images",
                );
            }
        }
        Ok(())
    }

    /// How many images to draw, of so many to train on and so many to test on.
    pub(super) fn counts(&self, train: usize, test: usize) -> [usize; 2] {
        [(self.limit_train, train), (self.limit_test, test)]
            .map(|(limit, all)| limit.map_or(all, |limit| limit.min(all)))
    }

    /// An error if a test fraction is given for data that has its own test images.
    pub(super) fn refuse_test_fraction(&self, source: &Path) -> Result<(), DataError> {
        self.test_fraction.map_or(Ok(()), |fraction| {
            Err(DataError::BadOption {
                field: Field::TestFraction,
                found: fraction.to_string(),
                expected: format!("none, as {} has test images of its own", source.display()),
            })
        })
    }
}

/// What transparent pictures are laid over, as red, green and blue; as text `white`, `black` or `#rrggbb`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Background(pub [u8; 3]);

impl Background {
    /// What paper and most viewers show.
    pub const WHITE: Self = Self([255; 3]);
    /// What decoders leave where nothing is drawn.
    pub const BLACK: Self = Self([0; 3]);
}

impl Default for Background {
    fn default() -> Self {
        Self::WHITE
    }
}

impl fmt::Display for Background {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [red, green, blue] = self.0;
        match *self {
            Self::WHITE => f.write_str("white"),
            Self::BLACK => f.write_str("black"),
            _ => write!(f, "#{red:02x}{green:02x}{blue:02x}"),
        }
    }
}

/// A text is no colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected white, black or a colour such as #80c0ff")]
pub struct NoColour;

impl FromStr for Background {
    type Err = NoColour;

    fn from_str(text: &str) -> Result<Self, NoColour> {
        match text {
            "white" => return Ok(Self::WHITE),
            "black" => return Ok(Self::BLACK),
            _ => {}
        }
        let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6);
        let is_hex = |digits: &&str| digits.bytes().all(|digit| digit.is_ascii_hexdigit());
        let number = digits
            .filter(is_hex)
            .and_then(|digits| u32::from_str_radix(digits, 16).ok());
        let [_, red, green, blue] = number.ok_or(NoColour)?.to_be_bytes();
        Ok(Self([red, green, blue]))
    }
}

impl Serialize for Background {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Background {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}
