//! Finds out what a path holds, and reads it.

use std::io::{BufReader, Read};
use std::path::Path;

use super::options::LoadOptions;
use super::{DataError, DataSet, DataSource, Loaded, archive, cifar, idx, image_folder, shapes};
use crate::platform::fs::{self, File};

/// Reads a data set: the built-in one, or else one of a path to
///
/// - a CIFAR-10 or CIFAR-100 folder of the binary version, or the folder that has it,
/// - the `.tar.gz` of either as downloaded,
/// - a folder of IDX files, such as MNIST's,
/// - a folder of pictures, one folder a class (or with a table of labels), under `train/` and `test/` or to
///   be split.
///
/// There is at least one training image, one test image, and two classes. A page goes on meanwhile.
///
/// # Errors
///
/// A [`DataError`], whose sentence says which file is wrong, how, and what to do.
pub async fn load(source: &DataSource, options: &LoadOptions) -> Result<Loaded, DataError> {
    options.check()?;
    let mut loaded = match source {
        DataSource::Shapes => {
            options.refuse_test_fraction(Path::new("shapes"))?;
            let count =
                |limit: Option<usize>, all: usize| limit.map_or(all, |limit| limit.min(all));
            let train = count(options.limit_train, shapes::TRAIN);
            let test = count(options.limit_test, shapes::TEST);
            let data = shapes::generate_in_turns(train, test, shapes::SIZE, shapes::SEED);
            Loaded::plain(data.await)
        }
        DataSource::Path(path) => load_path(path, options).await?,
    };
    let data = &mut loaded.data;
    data.train
        .truncate(options.limit_train.unwrap_or(usize::MAX));
    data.test.truncate(options.limit_test.unwrap_or(usize::MAX));
    if let Some(earlier) = &options.earlier {
        loaded.notes.extend(earlier.held_against(&loaded.manifest));
    }
    Ok(loaded)
}

async fn load_path(path: &Path, options: &LoadOptions) -> Result<Loaded, DataError> {
    let metadata = fs::metadata(path).map_err(|source| match source.kind() {
        std::io::ErrorKind::NotFound => DataError::NotFound { path: path.into() },
        _ => DataError::Read {
            file: path.display().to_string(),
            source,
        },
    })?;
    if metadata.is_file() {
        options.refuse_test_fraction(path)?;
        return load_archive(path, metadata.len()).await.map(Loaded::plain);
    }
    if !metadata.is_dir() {
        return Err(unrecognised(path, ": it is neither a file nor a folder"));
    }
    if cifar::is_folder(path) {
        options.refuse_test_fraction(path)?;
        return cifar::load_folder(path).await.map(Loaded::plain);
    }
    if idx::is_folder(path) {
        options.refuse_test_fraction(path)?;
        return idx::load_folder(path).map(Loaded::plain);
    }
    if let Some(inner) = unpacked_folder(path)? {
        options.refuse_test_fraction(path)?;
        let data = cifar::load_folder(&path.join(inner)).await?;
        return Ok(Loaded::plain(data));
    }
    if fs::is_file(&path.join("data_batch_1")) || fs::is_dir(&path.join("cifar-10-batches-py")) {
        return Err(unrecognised(
            path,
            ": it looks like CIFAR's Python version; download the binary version",
        ));
    }
    match image_folder::load_folder(path, options).await? {
        Some(loaded) => Ok(loaded),
        None => Err(unrecognised(path, "")),
    }
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
