//! Finds out what a path holds, and reads it.

use std::path::{Path, PathBuf};

use super::cifar::Kind;
use super::content::Content;
use super::options::LoadOptions;
use super::search::{self, Found, Holds};
use super::{
    DataError, DataSource, Loaded, archive, cifar, digits, idx, idx_folder, idx_name, image_folder,
    python_version, shapes,
};
use crate::field::Explanation;
use crate::platform::fs;

/// Reads a data set: a built-in one, or else one of a path to
///
/// - a CIFAR-10 or CIFAR-100 folder of the binary version,
/// - the `.tar.gz` of either as downloaded,
/// - a folder of IDX files, such as MNIST's,
/// - the folder that one of these lies in, up to two folders deep, or one of its files,
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
        DataSource::Digits => {
            options.refuse_test_fraction(Path::new("digits"))?;
            let [train, test] = options.counts(digits::TRAIN, digits::TEST);
            let size = options.digits_size;
            Loaded::plain(digits::generate_in_turns(train, test, size, digits::SEED).await)
        }
        DataSource::Shapes => {
            options.refuse_test_fraction(Path::new("shapes"))?;
            let [train, test] = options.counts(shapes::TRAIN, shapes::TEST);
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
        return load_file(path).await;
    }
    if !metadata.is_dir() {
        return Err(unrecognised(path, ": it is neither a file nor a folder"));
    }
    let found = search::folder(path)?;
    match found.as_slice() {
        [] => {}
        [one] => {
            options.refuse_test_fraction(path)?;
            let mut loaded = load_found(one).await?;
            if one.at != path {
                let note = format!("the data set was found in {}", one.at.display());
                loaded.notes.insert(0, Explanation::new(note));
            }
            return Ok(loaded);
        }
        several => return Err(several_sets(path, several)),
    }
    match image_folder::load_folder(path, options).await? {
        Some(loaded) => Ok(loaded),
        None => Err(unrecognised(path, &search::unread(path))),
    }
}

/// Reads what was found in a folder.
async fn load_found(found: &Found) -> Result<Loaded, DataError> {
    match &found.holds {
        Holds::Cifar(kind, files) => match cifar::load_folder(&found.at, files).await {
            Err(error) => load_archive_instead(&found.at, *kind, error).await,
            loaded => loaded,
        },
        Holds::Archive(_) => archive::load(&found.at).await,
        Holds::Python(kind, packed) => Err(python_version::refused(*kind, &found.at, *packed)),
        Holds::Idx(sets) => {
            let mut each = sets.iter();
            match (each.next(), each.next()) {
                (Some((name, set)), None) => idx_folder::load(&found.at, name, set).await,
                (first, _) => Err(DataError::SeveralSets {
                    path: found.at.clone(),
                    sets: sets.keys().map(|name| idx_name::usual(name, 0)).collect(),
                    example: first.map_or(PathBuf::new(), |(_, set)| set.example().into()),
                }),
            }
        }
    }
}

/// Reads the archive that a damaged folder was unpacked from, if it lies in the folder or beside it.
async fn load_archive_instead(
    folder: &Path,
    kind: Kind,
    error: DataError,
) -> Result<Loaded, DataError> {
    let is_damage = matches!(
        error,
        DataError::CutShort { .. }
            | DataError::Empty { .. }
            | DataError::MissingFile { .. }
            | DataError::NotData { .. }
            | DataError::PartialRecord { .. }
    );
    let folders = [folder, search::parent(folder)];
    if is_damage
        && let Some(archive) = search::archive_of(kind, &folders)
        && let Ok(mut loaded) = archive::load(&archive).await
    {
        let note = format!(
            "{} is not whole ({error}); the archive {} was read instead",
            folder.display(),
            archive.display()
        );
        loaded.notes.insert(0, Explanation::new(note));
        return Ok(loaded);
    }
    Err(error)
}

/// Reads a file: CIFAR's archive, or else a file that stands for its data set.
async fn load_file(path: &Path) -> Result<Loaded, DataError> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let content = search::content(path);
    let idx = idx_name::parse(&name);
    if (idx.is_some() || cifar::kind_of(&name).is_some() || content == Some(Content::Pickle))
        && let Some(mut found) = search::beside(path)
    {
        if let (Holds::Idx(sets), Some(idx)) = (&mut found.holds, idx) {
            sets.retain(|set, _| *set == idx.set);
        }
        let mut loaded = load_found(&found).await?;
        let folder = found.at.display();
        let note = format!("{name} was read with the other files of its data set in {folder}");
        loaded.notes.insert(0, Explanation::new(note));
        return Ok(loaded);
    }
    if search::start(path).is_some_and(|start| idx::is_idx(&start)) {
        let hint = ": it is an IDX file; give the folder with the four files of its data set, by their usual names \
             (train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte, t10k-labels-idx1-ubyte)";
        return Err(unrecognised(path, hint));
    }
    archive::load(path).await
}

/// The error for a folder with several data sets in it.
fn several_sets(path: &Path, found: &[Found]) -> DataError {
    let within = |found: &Found| {
        let at = found.at.strip_prefix(path).unwrap_or(&found.at);
        at.display().to_string()
    };
    DataError::SeveralSets {
        path: path.into(),
        sets: found.iter().map(within).collect(),
        example: found
            .first()
            .map_or(PathBuf::new(), |found| found.at.clone()),
    }
}

fn unrecognised(path: &Path, hint: &str) -> DataError {
    DataError::Unrecognised {
        path: path.into(),
        hint: hint.into(),
    }
}
