//! A page's files: a tree in memory, with as much of `std::fs` as this program uses. Relative and
//! absolute paths are the same, there is one root.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::{self, ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};

/// Every file and folder but the root, by its path.
type Tree = BTreeMap<PathBuf, Node>;

static TREE: LazyLock<Mutex<Tree>> = LazyLock::new(Mutex::default);

#[derive(Clone, Debug)]
enum Node {
    Folder,
    File(Content),
}

/// Shared with whoever has it open, as on a disk: a file that was replaced can be read to its end.
type Content = Arc<Mutex<Vec<u8>>>;

fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Where a path leads from the root.
fn place(path: &Path) -> PathBuf {
    let mut place = PathBuf::new();
    for component in path.components() {
        match component {
            Component::Normal(name) => place.push(name),
            Component::ParentDir => {
                place.pop();
            }
            Component::Prefix(_) | Component::RootDir | Component::CurDir => {}
        }
    }
    place
}

fn find(tree: &Tree, path: &Path) -> io::Result<Node> {
    let place = place(path);
    if place.as_os_str().is_empty() {
        return Ok(Node::Folder);
    }
    let missing = || io::Error::new(ErrorKind::NotFound, "there is no such file or folder");
    tree.get(&place).cloned().ok_or_else(missing)
}

fn find_file(tree: &Tree, path: &Path) -> io::Result<Content> {
    match find(tree, path)? {
        Node::File(content) => Ok(content),
        Node::Folder => Err(io::Error::new(
            ErrorKind::InvalidInput,
            "this is not a file",
        )),
    }
}

/// An error unless a path's folder is there.
fn expect_folder_of(tree: &Tree, path: &Path) -> io::Result<PathBuf> {
    let place = place(path);
    match find(tree, place.parent().unwrap_or(Path::new("")))? {
        Node::Folder => Ok(place),
        Node::File(_) => Err(io::Error::new(
            ErrorKind::NotADirectory,
            "a file is no folder",
        )),
    }
}

/// A file, open for reading from its start or for writing at its end.
#[derive(Debug)]
pub struct File {
    content: Content,
    at: usize,
}

impl File {
    /// Opens a file for reading.
    ///
    /// # Errors
    /// If it is not there, or a folder.
    pub fn open(path: impl AsRef<Path>) -> io::Result<Self> {
        let path = path.as_ref();
        let content = find_file(&lock(&TREE), path)?;
        Ok(Self { content, at: 0 })
    }

    /// Makes an empty file for writing, in place of the one there.
    ///
    /// # Errors
    /// If its folder is not there, or a folder stands at its path.
    pub fn create(path: impl AsRef<Path>) -> io::Result<Self> {
        let path = path.as_ref();
        let mut tree = lock(&TREE);
        let place = expect_folder_of(&tree, path)?;
        if let Ok(Node::Folder) = find(&tree, path) {
            return Err(io::Error::new(ErrorKind::IsADirectory, "this is a folder"));
        }
        let content = Content::default();
        tree.insert(place, Node::File(content.clone()));
        Ok(Self { content, at: 0 })
    }

    /// Nothing is kept back: there is no disk.
    ///
    /// # Errors
    /// None.
    pub fn sync_all(&self) -> io::Result<()> {
        Ok(())
    }

    /// As [`File::sync_all`].
    ///
    /// # Errors
    /// None.
    pub fn sync_data(&self) -> io::Result<()> {
        Ok(())
    }
}

impl Read for File {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = lock(&self.content)
            .get(self.at..)
            .unwrap_or_default()
            .read(buffer)?;
        self.at += read;
        Ok(read)
    }
}

impl Seek for File {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let (from, by) = match to {
            SeekFrom::Start(at) => (0, i64::try_from(at).unwrap_or(-1)),
            SeekFrom::Current(by) => (self.at, by),
            SeekFrom::End(by) => (lock(&self.content).len(), by),
        };
        let at = (from as i64).checked_add(by);
        let at = at.and_then(|at| usize::try_from(at).ok());
        let before = || io::Error::new(ErrorKind::InvalidInput, "this is before the file's start");
        self.at = at.ok_or_else(before)?;
        Ok(self.at as u64)
    }
}

impl Write for File {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut content = lock(&self.content);
        let room = content.try_reserve(bytes.len());
        room.map_err(|_| io::Error::new(ErrorKind::OutOfMemory, "the page has no memory left"))?;
        content.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// How to open a file that is written at its end.
#[derive(Debug, Default)]
pub struct OpenOptions {
    create: bool,
}

impl OpenOptions {
    /// None of them.
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether to make it if it is not there.
    pub fn create(&mut self, create: bool) -> &mut Self {
        self.create = create;
        self
    }

    /// Whether it can be read: it always can.
    pub fn read(&mut self, _: bool) -> &mut Self {
        self
    }

    /// What is written goes behind what is there: it always does.
    pub fn append(&mut self, _: bool) -> &mut Self {
        self
    }

    /// Opens it.
    ///
    /// # Errors
    /// As [`File::open`], or [`File::create`] if it is to be made.
    pub fn open(&self, path: impl AsRef<Path>) -> io::Result<File> {
        let path = path.as_ref();
        match File::open(path) {
            Err(error) if self.create && error.kind() == ErrorKind::NotFound => File::create(path),
            opened => opened,
        }
    }
}

/// What stands at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Metadata {
    is_dir: bool,
    bytes: u64,
}

impl Metadata {
    /// Whether it is a folder.
    pub fn is_dir(&self) -> bool {
        self.is_dir
    }

    /// Whether it is a file.
    pub fn is_file(&self) -> bool {
        !self.is_dir
    }

    /// A page has none.
    pub fn is_symlink(&self) -> bool {
        false
    }

    /// Bytes of a file; 0 for a folder.
    pub fn len(&self) -> u64 {
        self.bytes
    }
}

impl Node {
    fn metadata(&self) -> Metadata {
        match self {
            Self::Folder => Metadata {
                is_dir: true,
                bytes: 0,
            },
            Self::File(content) => Metadata {
                is_dir: false,
                bytes: lock(content).len() as u64,
            },
        }
    }
}

/// What stands at a path.
///
/// # Errors
/// If nothing does.
pub fn metadata(path: impl AsRef<Path>) -> io::Result<Metadata> {
    let path = path.as_ref();
    Ok(find(&lock(&TREE), path)?.metadata())
}

/// A path from the root.
///
/// # Errors
/// If nothing stands there.
pub fn canonicalize(path: impl AsRef<Path>) -> io::Result<PathBuf> {
    metadata(path.as_ref())?;
    Ok(Path::new("/").join(place(path.as_ref())))
}

/// The content of a file.
///
/// # Errors
/// As [`File::open`].
pub fn read(path: impl AsRef<Path>) -> io::Result<Vec<u8>> {
    let path = path.as_ref();
    let content = find_file(&lock(&TREE), path)?;
    let content = lock(&content);
    Ok(content.clone())
}

/// Puts a file there with all its content, and makes the folders it lies in.
///
/// # Errors
/// If one of those is a file, or the file a folder.
#[cfg(target_arch = "wasm32")]
pub fn put(path: &Path, content: Vec<u8>) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        create_dir_all(folder)?;
    }
    *lock(&File::create(path)?.content) = content;
    Ok(())
}

/// An entry of a folder.
#[derive(Clone, Debug)]
pub struct DirEntry {
    path: PathBuf,
    metadata: Metadata,
}

impl DirEntry {
    /// Its path.
    pub fn path(&self) -> PathBuf {
        self.path.clone()
    }

    /// Its name.
    pub fn file_name(&self) -> OsString {
        self.path.file_name().unwrap_or_default().to_owned()
    }

    /// What it is.
    ///
    /// # Errors
    /// None.
    pub fn file_type(&self) -> io::Result<Metadata> {
        Ok(self.metadata)
    }
}

/// What a folder holds.
///
/// # Errors
/// If it is not there, or a file.
pub fn read_dir(path: impl AsRef<Path>) -> io::Result<std::vec::IntoIter<io::Result<DirEntry>>> {
    let path = path.as_ref();
    let tree = lock(&TREE);
    if !find(&tree, path)?.metadata().is_dir {
        return Err(io::Error::new(
            ErrorKind::NotADirectory,
            "a file is no folder",
        ));
    }
    let folder = place(path);
    let within = |entry: &&PathBuf| entry.parent() == Some(&folder);
    let inside = tree
        .range(folder.clone()..)
        .take_while(|(entry, _)| entry.starts_with(&folder));
    let entries: Vec<_> = inside
        .filter(|(entry, _)| within(entry))
        .map(|(entry, node)| {
            Ok(DirEntry {
                path: path.join(entry.file_name().unwrap_or_default()),
                metadata: node.metadata(),
            })
        })
        .collect();
    Ok(entries.into_iter())
}

/// Makes a folder.
///
/// # Errors
/// If something stands there, or the folder it is to lie in is not there.
pub fn create_dir(path: impl AsRef<Path>) -> io::Result<()> {
    let path = path.as_ref();
    let mut tree = lock(&TREE);
    if find(&tree, path).is_ok() {
        return Err(io::Error::new(
            ErrorKind::AlreadyExists,
            "something stands there",
        ));
    }
    let place = expect_folder_of(&tree, path)?;
    tree.insert(place, Node::Folder);
    Ok(())
}

/// Makes a folder and those it lies in, where they are not there.
///
/// # Errors
/// If one of them is a file.
pub fn create_dir_all(path: impl AsRef<Path>) -> io::Result<()> {
    let path = path.as_ref();
    let mut tree = lock(&TREE);
    let place = place(path);
    let folders: Vec<_> = place
        .ancestors()
        .filter(|at| !at.as_os_str().is_empty())
        .collect();
    for folder in folders.into_iter().rev() {
        match tree.entry(folder.to_owned()).or_insert(Node::Folder) {
            Node::Folder => {}
            Node::File(_) => {
                return Err(io::Error::new(
                    ErrorKind::NotADirectory,
                    "a file is no folder",
                ));
            }
        }
    }
    Ok(())
}

/// Removes a file.
///
/// # Errors
/// If it is not there, or a folder.
pub fn remove_file(path: impl AsRef<Path>) -> io::Result<()> {
    let path = path.as_ref();
    let mut tree = lock(&TREE);
    find_file(&tree, path)?;
    tree.remove(&place(path));
    Ok(())
}

/// Removes a folder that is empty.
///
/// # Errors
/// If it is not there, a file, or holds something.
pub fn remove_dir(path: impl AsRef<Path>) -> io::Result<()> {
    let path = path.as_ref();
    if read_dir(path)?.next().is_some() {
        return Err(io::Error::new(
            ErrorKind::DirectoryNotEmpty,
            "the folder is not empty",
        ));
    }
    remove_dir_all(path)
}

/// Removes a folder and all in it.
///
/// # Errors
/// If it is not there.
pub fn remove_dir_all(path: impl AsRef<Path>) -> io::Result<()> {
    let path = path.as_ref();
    let mut tree = lock(&TREE);
    find(&tree, path)?;
    let place = place(path);
    tree.retain(|entry, _| !entry.starts_with(&place));
    Ok(())
}

/// Gives a file another path, in place of the file there.
///
/// # Errors
/// If it is not there, or a folder, or the other path's folder is not there.
pub fn rename(from: impl AsRef<Path>, to: impl AsRef<Path>) -> io::Result<()> {
    let (from, to) = (from.as_ref(), to.as_ref());
    let mut tree = lock(&TREE);
    let content = find_file(&tree, from)?;
    let to = expect_folder_of(&tree, to)?;
    tree.remove(&place(from));
    tree.insert(to, Node::File(content));
    Ok(())
}

#[cfg(test)]
mod tests;
