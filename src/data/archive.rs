//! CIFAR-10 and CIFAR-100 as downloaded: a `.tar.gz` of the binary version, read as it is unpacked,
//! without touching the disk.

use std::collections::BTreeSet;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use flate2::bufread::MultiGzDecoder;

use super::cifar::{Collector, Kind, kind_of, read_up_to};
use super::content::{Content, START};
use super::digest::Digested;
use super::{DataError, DataSet, Loaded, Manifest, Part, idx_name, python_version};
use crate::platform::fs;
use crate::platform::yield_now;

/// The most bytes an archive may unpack to; CIFAR-100 takes 185 million.
const LARGEST_ARCHIVE: u64 = 1 << 30;

/// Bytes that are read of an archive to see what it is, unpacked. A file of CIFAR-100's takes 153 million.
const PEEKED: u64 = 1 << 28;

/// Deflate makes at most 1,032 bytes of one (258 bytes a match, which takes at least 2 bits).
pub(super) const DEFLATE_RATIO: u64 = 1032;

/// The first two bytes of a gzip file.
pub(super) const GZIP: [u8; 2] = [0x1f, 0x8b];

/// Names of other files that are kept in mind, to say what an archive has: CIFAR's have fewer.
const MOST_NAMES: usize = 4096;

/// Reads a `.tar.gz` (or `.tar`, as some browsers leave it) of `bytes` bytes. Files of unknown names
/// in it are passed over, and so are the folders that files lie in.
///
/// # Errors
///
/// As [`Collector`]; an archive that is damaged, unpacks to more than it can sensibly hold, or has
/// none of the files.
pub async fn read(file: &str, bytes: u64, reader: impl BufRead) -> Result<DataSet, DataError> {
    collect(file, bytes, reader).await?.finish()
}

/// Reads the archive at `path`.
///
/// # Errors
///
/// As [`read`], and what the file system says.
pub(super) async fn load(path: &Path) -> Result<Loaded, DataError> {
    let (file, bytes, reader) = Digested::open(path)?;
    let mut reader = BufReader::with_capacity(1 << 16, reader);
    let collector = collect(&file, bytes, &mut reader).await?;
    let notes = collector.notes();
    let data = collector.finish()?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let source = reader.into_inner().source(name.into_owned(), Part::Both);
    let files = vec![source.map_err(DataError::read(file))?];
    Ok(Loaded {
        data,
        manifest: Manifest { files },
        notes,
    })
}

async fn collect(file: &str, bytes: u64, mut reader: impl BufRead) -> Result<Collector, DataError> {
    if bytes == 0 {
        return Err(DataError::Empty { file: file.into() });
    }
    let most = if is_gzip(&mut reader).map_err(DataError::read(file))? {
        bytes.saturating_mul(DEFLATE_RATIO).min(LARGEST_ARCHIVE)
    } else {
        bytes.min(LARGEST_ARCHIVE)
    };
    let mut reader = Unzip::new(reader).map_err(DataError::read(file))?;
    let mut start = [0; START];
    let found = read_up_to(&mut reader, &mut start).map_err(DataError::read(file))?;
    let start = &start[..found];
    if !is_tar(start) {
        return Err(no_tar(file, start));
    }
    let mut archive = tar::Archive::new(Bounded {
        inner: start.chain(reader),
        left: most,
    });
    let mut collector = Collector::new(file);
    let mut found = false;
    let mut others = BTreeSet::new();
    // Raw: long names and other extensions of the format would be read into memory whole, and none
    // of the files needs them.
    for entry in archive.entries().map_err(DataError::read(file))?.raw(true) {
        let entry = entry.map_err(DataError::read(file))?;
        if !entry.header().entry_type().is_file() {
            continue;
        }
        let name = last_name(&entry.header().path_bytes());
        if !Collector::knows(&name) {
            if others.len() < MOST_NAMES {
                others.insert(name);
            }
            continue;
        }
        let size = entry.size();
        if size > most {
            return Err(DataError::TooLarge {
                file: format!("{file}/{name}"),
                bytes: format!("{size} bytes"),
                limit: most,
                why: "that an archive of this length may unpack to",
            });
        }
        found = true;
        collector.add(&name, size, entry)?;
        yield_now().await;
    }
    if found {
        Ok(collector)
    } else {
        Err(without_records(file, &others))
    }
}

/// A file's name without its folders.
fn last_name(path: &[u8]) -> String {
    let name = path.rsplit(|&byte| byte == b'/').next();
    String::from_utf8_lossy(name.unwrap_or_default()).into_owned()
}

/// Whether a file that begins so is a tar file: its first 512 bytes have the sum that they name, in which the sum
/// itself counts as spaces. Files older than "ustar" have one too.
fn is_tar(start: &[u8]) -> bool {
    let Some((header, _)) = start.split_first_chunk::<START>() else {
        return false;
    };
    let named = std::str::from_utf8(&header[148..156]).unwrap_or_default();
    let named = named.trim_matches(|c: char| c == ' ' || c == '\0');
    let others = header[..148].iter().chain(&header[156..]);
    let sum = 8 * u32::from(b' ') + others.map(|&byte| u32::from(byte)).sum::<u32>();
    u32::from_str_radix(named, 8) == Ok(sum)
}

/// The error for a file that is no archive, or one of another kind.
fn no_tar(file: &str, start: &[u8]) -> DataError {
    let hint = match Content::of(start) {
        Some(content) if content.is_instead() => {
            return content.refused(file, "a .tar.gz of CIFAR");
        }
        Some(content) => format!(": it is {content}, no .tar.gz"),
        None => ": the file is no .tar.gz, or a damaged one".into(),
    };
    let path = file.into();
    DataError::Unrecognised { path, hint }
}

/// The error for an archive with no file of records, but `others`.
fn without_records(file: &str, others: &BTreeSet<String>) -> DataError {
    if let Some(kind) = python_version::kind(|name| others.contains(name)) {
        return python_version::refused(kind, Path::new(file), true);
    }
    let known = others.iter().find(|name| idx_name::parse(name).is_some());
    let hint = match known.or(others.first()) {
        Some(name) if name.ends_with(".mat") => {
            format!(": the archive has {name}, of Matlab's version; the binary version is needed")
        }
        Some(name) => format!(
            ": the archive has {name}, but no data_batch_1.bin or train.bin of CIFAR; unpack it (tar -xf {file}) and \
             give the folder"
        ),
        None => ": the archive has no files".into(),
    };
    DataError::Unrecognised {
        path: file.into(),
        hint,
    }
}

/// What an archive holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Version {
    /// What is read.
    Binary,
    /// Pickles.
    Python,
}

/// Which data set the archive at `path` holds, and in which version; `None` for any other file.
pub(super) fn peek(path: &Path) -> Option<(Kind, Version)> {
    let (_, file) = fs::open(path).ok()?;
    let mut archive = tar::Archive::new(Unzip::new(BufReader::new(file)).ok()?.take(PEEKED));
    let mut others = BTreeSet::new();
    for entry in archive.entries().ok()?.raw(true).take(MOST_NAMES) {
        let Ok(entry) = entry else { break };
        let name = last_name(&entry.header().path_bytes());
        if let Some(kind) = kind_of(&name) {
            return Some((kind, Version::Binary));
        }
        others.insert(name);
        if let Some(kind) = python_version::kind(|name| others.contains(name)) {
            return Some((kind, Version::Python));
        }
    }
    None
}

/// Whether `reader` stands at the start of a gzip stream; reads nothing off it.
pub(super) fn is_gzip(reader: &mut impl BufRead) -> io::Result<bool> {
    Ok(reader.fill_buf()?.starts_with(&GZIP))
}

/// Unpacks gzip, and passes all else through.
pub(super) enum Unzip<R> {
    /// A gzip file, of one or more members.
    Gzip(Box<MultiGzDecoder<R>>),
    /// Any other.
    Plain(R),
}

impl<R: BufRead> Unzip<R> {
    pub(super) fn new(mut reader: R) -> io::Result<Self> {
        Ok(if is_gzip(&mut reader)? {
            Self::Gzip(Box::new(MultiGzDecoder::new(reader)))
        } else {
            Self::Plain(reader)
        })
    }
}

impl<R: BufRead> Read for Unzip<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Gzip(inner) => inner.read(buffer),
            Self::Plain(inner) => inner.read(buffer),
        }
    }
}

/// A reader that fails once more than `left` bytes have come out of it.
struct Bounded<R> {
    inner: R,
    left: u64,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.left = self.left.checked_sub(count as u64).ok_or_else(|| {
            io::Error::other("it unpacks to more than an archive of this data set may hold")
        })?;
        Ok(count)
    }
}
