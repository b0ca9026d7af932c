//! Finds out what a path holds, and reads it.

use std::io::{BufReader, Read};
use std::path::Path;

use super::{DataError, DataSet, archive, cifar, idx, image_folder, shapes};
use crate::field::Field;
use crate::platform::fs::{self, File};

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
}

impl Default for LoadOptions {
    fn default() -> Self {
        Self {
            image_size: 32,
            test_fraction: None,
            limit_train: None,
            limit_test: None,
            seed: 0,
        }
    }
}

impl LoadOptions {
    fn check(&self) -> Result<(), DataError> {
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

/// Reads a data set: the word `shapes` for the built-in one, or else a path to
///
/// - a CIFAR-10 or CIFAR-100 folder of the binary version, or the folder that has it,
/// - the `.tar.gz` of either as downloaded,
/// - a folder of IDX files, such as MNIST's,
/// - a folder of PNG and JPEG pictures, one subfolder a class, under `train/` and `test/` or to be
///   split.
///
/// There is at least one training image, one test image, and two classes. A page goes on meanwhile.
///
/// # Errors
///
/// A [`DataError`], whose sentence says which file is wrong, how, and what to do.
pub async fn load(source: &str, options: &LoadOptions) -> Result<DataSet, DataError> {
    options.check()?;
    let path = Path::new(source);
    let mut data = if source == "shapes" {
        options.refuse_test_fraction(path)?;
        let count = |limit: Option<usize>, all: usize| limit.map_or(all, |limit| limit.min(all));
        let train = count(options.limit_train, shapes::TRAIN);
        let test = count(options.limit_test, shapes::TEST);
        shapes::generate_in_turns(train, test, shapes::SIZE, shapes::SEED).await
    } else {
        load_path(path, options).await?
    };
    data.train
        .truncate(options.limit_train.unwrap_or(usize::MAX));
    data.test.truncate(options.limit_test.unwrap_or(usize::MAX));
    Ok(data)
}

async fn load_path(path: &Path, options: &LoadOptions) -> Result<DataSet, DataError> {
    let metadata = fs::metadata(path).map_err(|source| match source.kind() {
        std::io::ErrorKind::NotFound => DataError::NotFound { path: path.into() },
        _ => DataError::Read {
            file: path.display().to_string(),
            source,
        },
    })?;
    if metadata.is_file() {
        options.refuse_test_fraction(path)?;
        return load_archive(path, metadata.len()).await;
    }
    if !metadata.is_dir() {
        return Err(unrecognised(path, ": it is neither a file nor a folder"));
    }
    if cifar::is_folder(path) {
        options.refuse_test_fraction(path)?;
        return cifar::load_folder(path).await;
    }
    if idx::is_folder(path) {
        options.refuse_test_fraction(path)?;
        return idx::load_folder(path);
    }
    if let Some(inner) = unpacked_folder(path)? {
        options.refuse_test_fraction(path)?;
        return cifar::load_folder(&path.join(inner)).await;
    }
    if fs::is_file(&path.join("data_batch_1")) || fs::is_dir(&path.join("cifar-10-batches-py")) {
        return Err(unrecognised(
            path,
            ": it looks like CIFAR's Python version; download the binary version",
        ));
    }
    if image_folder::is_folder(path)? {
        return image_folder::load_folder(path, options).await;
    }
    Err(unrecognised(path, ""))
}

/// The folder within `path` that CIFAR's archives unpack to, if there is one.
fn unpacked_folder(path: &Path) -> Result<Option<&'static str>, DataError> {
    let found = ["cifar-10-batches-bin", "cifar-100-binary"]
        .map(|name| Some(name).filter(|name| cifar::is_folder(&path.join(name))));
    match found {
        [Some(first), Some(second)] => Err(DataError::Ambiguous {
            path: path.into(),
            first: first.into(),
            second: second.into(),
        }),
        [first, second] => Ok(first.or(second)),
    }
}

/// Reads a file, which must be CIFAR's archive.
async fn load_archive(path: &Path, bytes: u64) -> Result<DataSet, DataError> {
    let file = path.display().to_string();
    let open = || File::open(path).map_err(DataError::read(&file));
    // A tar file has "ustar" at byte 257; the old format without it is not in use any more.
    let mut start = Vec::new();
    open()?
        .take(262)
        .read_to_end(&mut start)
        .map_err(DataError::read(&file))?;
    if !start.starts_with(&archive::GZIP) && start.get(257..262) != Some(b"ustar") {
        return Err(unrecognised(path, ": the file is no .tar.gz"));
    }
    archive::read(&file, bytes, BufReader::with_capacity(1 << 16, open()?)).await
}

fn unrecognised(path: &Path, hint: &str) -> DataError {
    DataError::Unrecognised {
        path: path.into(),
        hint: hint.into(),
    }
}
