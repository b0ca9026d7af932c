//! What to read of a data set, and how.

use std::path::Path;
use std::sync::Arc;

use super::{DataError, Manifest};
use crate::field::Field;

/// What to read of a data set, and how.
#[derive(Clone, Debug, PartialEq)]
pub struct LoadOptions {
    /// Rows and columns that the pictures of an image folder are brought to: 1 to 1,024. All other
    /// data sets keep their size.
    pub image_size: u32,
    /// The share of each class to test on, in an image folder that is not split: between 0 and 1
    /// (0.2 if not given).
    pub test_fraction: Option<f64>,
    /// Keep the first so many training images only.
    pub limit_train: Option<usize>,
    /// Keep the first so many test images only.
    pub limit_test: Option<usize>,
    /// Decides how an image folder is split, and nothing else.
    pub seed: u64,
    /// The files of a run that read these data before. Of a folder that is split, what was tested on then
    /// is tested on now, and files that were added are trained on only; notes say what differs.
    pub earlier: Option<Arc<Manifest>>,
}

impl Default for LoadOptions {
    fn default() -> Self {
        Self {
            image_size: 32,
            test_fraction: None,
            limit_train: None,
            limit_test: None,
            seed: 0,
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
