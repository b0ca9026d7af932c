//! What lies in a folder and in all folders below it, by name, read once.

use std::cell::RefCell;
use std::collections::HashSet;
use std::ffi::{OsStr, OsString};
use std::io::{self, Read as _};
use std::ops::Range;
use std::path::{Path, PathBuf};

use image::ImageFormat;

use super::names;
use crate::data::{DataError, picture};
use crate::platform::fs::{self, DirEntry, File};

/// Folders within folders that are looked into.
const DEEPEST: usize = 32;
/// Bytes of a file that say what it is.
const START: usize = 18;

/// Where a tree of files is read from. Paths are relative to the folder of the data.
pub trait Source {
    /// What lies directly in a folder, in any order.
    ///
    /// # Errors
    /// What the system says.
    fn entries(&self, folder: &Path) -> io::Result<Vec<(OsString, Kind)>>;

    /// The first 18 bytes of a file, or all if it has fewer; none if it cannot be read.
    fn start(&self, file: &Path) -> Vec<u8>;

    /// A file's content.
    ///
    /// # Errors
    /// What the system says; a file of more than `most` bytes.
    fn read(&self, file: &Path, most: u64) -> io::Result<Vec<u8>>;

    /// Tables that lie beside the folder.
    fn beside(&self) -> Vec<PathBuf> {
        Vec::new()
    }
}

/// What stands at a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A folder.
    Folder,
    /// A file.
    File,
    /// Neither, or nothing to go into; with the reason: "leads nowhere".
    Odd(&'static str),
}

/// A folder on the disk, or in a page's memory.
#[derive(Debug)]
pub(super) struct Disk<'a> {
    root: &'a Path,
    /// Where links to folders lead that were followed: each is followed once.
    followed: RefCell<HashSet<PathBuf>>,
}

impl<'a> Disk<'a> {
    pub(super) fn new(root: &'a Path) -> Self {
        Self {
            root,
            followed: RefCell::default(),
        }
    }

    fn kind(&self, folder: &Path, entry: &DirEntry) -> Kind {
        // The system is not asked again where it has said so already.
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => Kind::Folder,
            Ok(kind) if kind.is_file() => Kind::File,
            Ok(kind) if kind.is_symlink() => self.linked(folder, &entry.path()),
            _ => Kind::Odd("is neither a file nor a folder"),
        }
    }

    fn linked(&self, folder: &Path, link: &Path) -> Kind {
        let Ok(metadata) = fs::metadata(link) else {
            return Kind::Odd("is a link that leads nowhere");
        };
        if metadata.is_file() {
            return Kind::File;
        }
        let (Ok(here), Ok(target)) = (fs::canonicalize(folder), fs::canonicalize(link)) else {
            return Kind::Odd("is a link that leads nowhere");
        };
        if !metadata.is_dir() {
            Kind::Odd("is neither a file nor a folder")
        } else if here.starts_with(&target) {
            Kind::Odd("is a link to a folder that it lies in")
        } else if !self.followed.borrow_mut().insert(target) {
            Kind::Odd("is a second link to the same folder")
        } else {
            Kind::Folder
        }
    }
}

impl Source for Disk<'_> {
    fn entries(&self, folder: &Path) -> io::Result<Vec<(OsString, Kind)>> {
        let folder = self.root.join(folder);
        let entries = fs::read_dir(&folder)?.map(|entry| {
            let entry = entry?;
            let name = entry.file_name();
            let kind = match names::is_debris(&name) {
                // Where it leads does not matter.
                true => Kind::File,
                false => self.kind(&folder, &entry),
            };
            Ok((name, kind))
        });
        entries.collect()
    }

    fn start(&self, file: &Path) -> Vec<u8> {
        let mut start = Vec::new();
        if let Ok((_, file)) = fs::open(&self.root.join(file)) {
            let _ = file.take(START as u64).read_to_end(&mut start);
        }
        start
    }

    fn read(&self, file: &Path, most: u64) -> io::Result<Vec<u8>> {
        read_file(&self.root.join(file), most)
    }

    fn beside(&self) -> Vec<PathBuf> {
        let up = Path::new("..");
        let Ok(entries) = fs::read_dir(self.root.join(up)) else {
            return Vec::new();
        };
        let names = entries.flatten().map(|entry| entry.file_name());
        let names = names.filter(|name| matches!(names::ending(name).as_str(), "csv" | "tsv"));
        names.map(|name| up.join(name)).collect()
    }
}

/// A file's content, of at most `most` bytes.
pub(super) fn read_file(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    let (bytes, file): (u64, File) = fs::open(path)?;
    if bytes > most {
        let told = format!("it has {bytes} bytes, more than the {most} that are read");
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, told));
    }
    let mut content = Vec::new();
    file.take(most).read_to_end(&mut content)?;
    Ok(content)
}

/// All files in a folder and below.
#[derive(Debug)]
pub(super) struct Tree {
    /// Files, those of a folder before those of the folders in it.
    pub files: Vec<Found>,
    pub root: Folder,
    /// What systems and programs leave behind: not looked into.
    pub debris: Vec<PathBuf>,
    /// What cannot be read or gone into, and why.
    pub odd: Vec<(PathBuf, &'static str)>,
    /// Folders of runs of this program.
    pub runs: Vec<PathBuf>,
}

/// A file.
#[derive(Debug)]
pub(super) struct Found {
    pub path: PathBuf,
    pub is_picture: bool,
}

impl Found {
    pub(super) fn name(&self) -> &OsStr {
        self.path.file_name().unwrap_or_default()
    }
}

/// A folder, its files as a range among all.
#[derive(Debug)]
pub(super) struct Folder {
    pub path: PathBuf,
    /// In the order of their names.
    pub folders: Vec<Self>,
    /// The files directly in it.
    pub own: Range<usize>,
    /// Those of the folders in it too.
    pub all: Range<usize>,
    /// Pictures directly in it.
    pub own_pictures: usize,
    /// Pictures in it and below, but for those of runs.
    pub pictures: usize,
    /// Whether it is the folder of a run.
    pub is_run: bool,
}

impl Folder {
    pub(super) fn name(&self) -> &OsStr {
        self.path.file_name().unwrap_or_default()
    }

    /// The folders in it that have pictures, directly or below.
    pub(super) fn with_pictures(&self) -> impl Iterator<Item = &Self> {
        self.folders.iter().filter(|folder| folder.pictures > 0)
    }
}

impl Tree {
    /// Reads all names; content only to tell what a file of an unknown ending is.
    pub(super) fn read(source: &dyn Source, root: &Path) -> Result<Self, DataError> {
        let mut tree = Self {
            files: Vec::new(),
            root: Folder::empty(PathBuf::new()),
            debris: Vec::new(),
            odd: Vec::new(),
            runs: Vec::new(),
        };
        let reader = Reader { source, root };
        tree.root = reader.folder(&mut tree, PathBuf::new(), 0)?;
        Ok(tree)
    }

    /// The pictures among a range of files.
    pub(super) fn pictures(&self, range: &Range<usize>) -> impl Iterator<Item = usize> {
        range.clone().filter(|&at| self.files[at].is_picture)
    }
}

struct Reader<'a> {
    source: &'a dyn Source,
    root: &'a Path,
}

impl Reader<'_> {
    fn folder(&self, tree: &mut Tree, path: PathBuf, depth: usize) -> Result<Folder, DataError> {
        let entries = self.source.entries(&path);
        let mut entries =
            entries.map_err(DataError::read(self.root.join(&path).display().to_string()))?;
        entries.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
        let mut folder = Folder::empty(path);
        let mut inner = Vec::new();
        folder.own.start = tree.files.len();
        for (name, kind) in entries {
            let path = folder.path.join(&name);
            match kind {
                _ if names::is_debris(&name) => tree.debris.push(path),
                Kind::Folder if depth == DEEPEST => tree.odd.push((path, "lies too deep")),
                Kind::Folder => inner.push(path),
                Kind::File => {
                    let is_picture = self.is_picture(&name, &path);
                    folder.own_pictures += usize::from(is_picture);
                    tree.files.push(Found { path, is_picture });
                }
                Kind::Odd(why) => tree.odd.push((path, why)),
            }
        }
        folder.own.end = tree.files.len();
        folder.is_run = is_run(&tree.files[folder.own.clone()], &inner);
        folder.pictures = folder.own_pictures;
        for path in inner {
            let inner = self.folder(tree, path, depth + 1)?;
            folder.pictures += inner.pictures;
            folder.folders.push(inner);
        }
        folder.all = folder.own.start..tree.files.len();
        if folder.is_run {
            folder.pictures = 0;
            tree.runs.push(folder.path.clone());
        }
        Ok(folder)
    }

    /// By its ending, or by its content where the ending says nothing.
    fn is_picture(&self, name: &OsStr, path: &Path) -> bool {
        let ending = names::ending(name);
        let is_text = matches!(
            ending.as_str(),
            "txt" | "md" | "csv" | "tsv" | "json" | "xml" | "toml"
        );
        names::format_of(&ending).is_some()
            || !is_text && !names::is_raw(&ending) && starts_a_picture(&self.source.start(path))
    }
}

/// Whether a file of which this is the start is a picture that can be read.
fn starts_a_picture(start: &[u8]) -> bool {
    match image::guess_format(start) {
        // Two letters would be too little: the next header's length is known too.
        Ok(ImageFormat::Bmp) => matches!(
            start.get(14..18),
            Some([12 | 40 | 52 | 56 | 64 | 108 | 124, 0, 0, 0])
        ),
        Ok(format) => picture::FORMATS.contains(&format),
        Err(_) => false,
    }
}

/// Whether a folder with these files and folders is that of a run.
fn is_run(files: &[Found], folders: &[PathBuf]) -> bool {
    let has_file = |name: &str| files.iter().any(|file| file.name() == name);
    let has_folder = |name: &str| folders.iter().any(|path| path.ends_with(name));
    has_file("config.toml")
        && (has_file("metrics.jsonl") || has_folder("checkpoints") || has_folder("plots"))
}

impl Folder {
    fn empty(path: PathBuf) -> Self {
        Self {
            path,
            folders: Vec::new(),
            own: 0..0,
            all: 0..0,
            own_pictures: 0,
            pictures: 0,
            is_run: false,
        }
    }
}
