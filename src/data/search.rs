//! What a folder holds: the data set whose files lie in it, or else those of the folders in it, as programs that
//! download and unpack leave them (`MNIST/raw/`, `cifar-10-batches-bin/` beside its archive).

use std::path::{Path, PathBuf};

use super::archive::{self, Version};
use super::cifar::{self, Kind};
use super::content::{Content, START};
use super::idx_name::parse;
use super::{DataError, idx_folder, python_version};
use crate::platform::fs::{self, DirEntry};

/// Entries of a folder within the data that are looked at; the folders looked for have fewer.
const MOST_ENTRIES: usize = 256;
/// Folders that are looked into in all.
const MOST_FOLDERS: usize = 256;
/// How far below the data a set may lie: `DATA/MNIST/raw/`.
const DEPTH: u32 = 2;

/// A data set that was found.
#[derive(Clone, Debug)]
pub(super) struct Found {
    /// The folder, or the archive.
    pub(super) at: PathBuf,
    pub(super) holds: Holds,
}

/// What was found there.
#[derive(Clone, Debug)]
pub(super) enum Holds {
    /// CIFAR's binary files.
    Cifar(Kind, Vec<PathBuf>),
    /// IDX files: what stands before their names, and the files.
    Idx(idx_folder::Sets),
    /// CIFAR's archive of the binary version.
    Archive(Kind),
    /// CIFAR's Python version, unpacked or (true) as an archive.
    Python(Kind, bool),
}

impl Found {
    /// Which of CIFAR's data sets it is, and how it is to be preferred to others of it: the lower the better.
    fn form(&self) -> Option<(Kind, u8)> {
        match self.holds {
            Holds::Cifar(kind, _) => Some((kind, 0)),
            Holds::Archive(kind) => Some((kind, 1)),
            Holds::Python(kind, false) => Some((kind, 2)),
            Holds::Python(kind, true) => Some((kind, 3)),
            Holds::Idx(_) => None,
        }
    }
}

/// What lies in a folder, in the order of names, without what is hidden.
#[derive(Debug, Default)]
struct Listing {
    files: Vec<PathBuf>,
    folders: Vec<PathBuf>,
}

impl Listing {
    fn of(folder: &Path, most: usize) -> Result<Self, DataError> {
        let read = || DataError::read(folder.display().to_string());
        let mut listing = Self::default();
        for entry in fs::read_dir(folder).map_err(read())?.take(most) {
            let entry = entry.map_err(read())?;
            let path = entry.path();
            if name(&path).starts_with('.') {
                continue;
            }
            if is_folder(&entry, &path) {
                listing.folders.push(path);
            } else {
                listing.files.push(path);
            }
        }
        listing.files.sort();
        listing.folders.sort();
        Ok(listing)
    }

    fn has_file(&self, wanted: &str) -> bool {
        self.files.iter().any(|path| name(path) == wanted)
    }

    /// Whether it has pictures, as a class's folder has.
    fn has_pictures(&self) -> bool {
        self.files.iter().any(|path| {
            let ending = path.extension().unwrap_or_default();
            let ending = ending.to_string_lossy().to_ascii_lowercase();
            let endings = ["png", "jpg", "jpeg", "bmp", "gif", "webp", "tif", "tiff"];
            endings.contains(&ending.as_str())
        })
    }

    /// The data set of these files themselves.
    fn holds(&self) -> Option<Holds> {
        let is_file = |path: &&PathBuf| fs::is_file(path);
        let records = self.files.iter().filter(is_file);
        if let Some(kind) = records.clone().find_map(|path| cifar::kind_of(&name(path))) {
            return Some(Holds::Cifar(kind, records.cloned().collect()));
        }
        let inner = self.folders.iter().filter_map(|folder| unpacked(folder));
        let files: Vec<_> = records.cloned().chain(inner).collect();
        let sets = idx_folder::sets(&files);
        (!sets.is_empty()).then_some(Holds::Idx(sets))
    }
}

/// Whether an entry is a folder, without asking the system again where it has said so already.
fn is_folder(entry: &DirEntry, path: &Path) -> bool {
    match entry.file_type() {
        Ok(kind) if !kind.is_symlink() => kind.is_dir(),
        _ => fs::is_dir(path),
    }
}

fn name(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}

/// The file in a folder that has the file's name, as 7-Zip unpacks `train-images-idx3-ubyte.gz`.
fn unpacked(folder: &Path) -> Option<PathBuf> {
    let wanted = parse(&name(folder))?;
    let files = Listing::of(folder, MOST_ENTRIES).ok()?.files;
    files
        .into_iter()
        .find(|file| parse(&name(file)).is_some_and(|name| name.role() == wanted.role()))
}

/// Looks into the folders of the data.
#[derive(Debug, Default)]
struct Search {
    found: Vec<Found>,
    /// Folders that were looked into.
    seen: usize,
    /// Folders right in the data that have pictures in them.
    picture_folders: usize,
    /// Whether there are classes with pictures under a folder for training.
    has_parts: bool,
}

impl Search {
    fn look(&mut self, folder: &Path, listing: &Listing, depth: u32) {
        for path in &listing.files {
            self.look_at_archive(path);
        }
        for child in &listing.folders {
            if self.seen == MOST_FOLDERS {
                return;
            }
            self.seen += 1;
            // What cannot be looked into has no data set that could be read.
            let Ok(inner) = Listing::of(child, MOST_ENTRIES) else {
                continue;
            };
            if let Some(holds) = inner.holds().or_else(|| python(child, &inner)) {
                let at = child.clone();
                self.found.push(Found { at, holds });
            } else if inner.has_pictures() {
                self.picture_folders += usize::from(depth == DEPTH);
                let is_training = name(folder).to_lowercase().starts_with("train");
                self.has_parts |= is_training && depth < DEPTH;
            } else if depth > 1 {
                self.look(child, &inner, depth - 1);
            }
        }
    }

    /// Takes a file in, if it is CIFAR's archive.
    fn look_at_archive(&mut self, path: &Path) {
        let name = name(path).to_lowercase();
        let endings = [".tar", ".tar.gz", ".tgz"];
        let is_candidate =
            name.contains("cifar") || endings.iter().any(|ending| name.ends_with(ending));
        if is_candidate && let Some((kind, version)) = archive::peek(path) {
            let holds = match version {
                Version::Binary => Holds::Archive(kind),
                Version::Python => Holds::Python(kind, true),
            };
            let at = path.to_owned();
            self.found.push(Found { at, holds });
        }
    }

    /// What was found, without what there is in a better form, and without what may lie beside pictures.
    fn found(mut self) -> Vec<Found> {
        if self.has_parts || self.picture_folders > 1 {
            // Pictures are what such a folder is for, but for CIFAR as its archive unpacks.
            let unpacked = ["cifar-10-batches-bin", "cifar-100-binary"];
            self.found
                .retain(|found| unpacked.contains(&name(&found.at).as_str()));
        }
        let forms: Vec<_> = self.found.iter().filter_map(Found::form).collect();
        self.found.retain(|found| {
            let Some((kind, form)) = found.form() else {
                return true;
            };
            forms
                .iter()
                .all(|(other, better)| *other != kind || form <= *better)
        });
        self.found
    }
}

/// CIFAR's Python version, if `folder` has it.
fn python(folder: &Path, listing: &Listing) -> Option<Holds> {
    let kind = python_version::kind(|name| listing.has_file(name))?;
    let pickle = match kind {
        Kind::Ten => return Some(Holds::Python(kind, false)),
        Kind::Hundred => folder.join("train"),
    };
    (content(&pickle) == Some(Content::Pickle)).then_some(Holds::Python(kind, false))
}

/// What the folder at `path` holds: one data set whose files lie in it, or those that lie further within.
pub(super) fn folder(path: &Path) -> Result<Vec<Found>, DataError> {
    let listing = Listing::of(path, usize::MAX)?;
    if let Some(holds) = listing.holds() {
        let at = path.to_owned();
        return Ok(vec![Found { at, holds }]);
    }
    let mut search = Search::default();
    if let Some(holds) = python(path, &listing) {
        let at = path.to_owned();
        search.found.push(Found { at, holds });
    }
    search.look(path, &listing, DEPTH);
    Ok(search.found())
}

/// The folder in which something lies.
pub(super) fn parent(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

/// The data set whose files lie in the folder of the file at `path`.
pub(super) fn beside(path: &Path) -> Option<Found> {
    let at = path.parent()?;
    // The parent of a bare name is the empty path.
    let at = if at.as_os_str().is_empty() {
        Path::new(".")
    } else {
        at
    };
    let listing = Listing::of(at, usize::MAX).ok()?;
    let holds = listing.holds().or_else(|| python(at, &listing))?;
    let at = at.to_owned();
    Some(Found { at, holds })
}

/// The archive of a data set of CIFAR's that lies in one of these folders.
pub(super) fn archive_of(kind: Kind, folders: &[&Path]) -> Option<PathBuf> {
    let files = folders
        .iter()
        .filter_map(|folder| Listing::of(folder, MOST_ENTRIES).ok())
        .flat_map(|listing| listing.files);
    let mut search = Search::default();
    for file in files {
        search.look_at_archive(&file);
    }
    let mut found = search.found.into_iter();
    found
        .find(|found| matches!(found.holds, Holds::Archive(of) if of == kind))
        .map(|found| found.at)
}

/// What the file at `path` is by its first bytes.
pub(super) fn content(path: &Path) -> Option<Content> {
    Content::of(&start(path)?)
}

/// The first bytes of the file at `path`.
pub(super) fn start(path: &Path) -> Option<Vec<u8>> {
    use std::io::Read as _;

    let (_, file) = fs::open(path).ok()?;
    let mut start = Vec::new();
    file.take(START as u64).read_to_end(&mut start).ok()?;
    Some(start)
}

/// What lies in the folder at `path`, or in a folder of it, that looks like data but cannot be read: the end of a
/// sentence.
pub(super) fn unread(path: &Path) -> String {
    let Ok(listing) = Listing::of(path, MOST_ENTRIES) else {
        return String::new();
    };
    let inner = listing.folders.iter().take(16);
    let inner = inner.filter_map(|folder| Listing::of(folder, MOST_ENTRIES).ok());
    let files = listing.files.iter().cloned();
    let files = files.chain(inner.flat_map(|listing| listing.files));
    files
        .take(MOST_ENTRIES)
        .find_map(|file| said(&file))
        .unwrap_or_default()
}

/// What a file is, if it looks like data that cannot be read.
fn said(path: &Path) -> Option<String> {
    let file = path.display();
    let name = name(path);
    if ["train_X.bin", "test_X.bin"].contains(&name.as_str()) {
        return Some(format!(
            ": {file} is a file of STL-10, which is not read here"
        ));
    }
    match content(path)? {
        Content::Known(what) if what.contains("picture") => None,
        Content::PyTorch if path.extension().is_some_and(|ending| ending == "pt") => Some(format!(
            ": {file} is a file of PyTorch, as torchvision writes; its folder raw/, with the files as downloaded, is needed"
        )),
        Content::Packed(what) => Some(format!(
            ": {file} is {what}; unpack it, and give the folder with its files"
        )),
        Content::PyTorch | Content::Pickle => Some(format!(": {file} is {}", content(path)?)),
        Content::Known(what) => Some(format!(": {file} is {what}, which is not read here")),
        _ => None,
    }
}
