//! CIFAR-10 and CIFAR-100 as downloaded: a `.tar.gz` of the binary version, read as it is unpacked,
//! without touching the disk.

use std::io::{self, BufRead, Read};

use flate2::bufread::MultiGzDecoder;

use super::cifar::Collector;
use super::{DataError, DataSet};
use crate::platform::yield_now;

/// The most bytes an archive may unpack to; CIFAR-100 takes 185 million.
const LARGEST_ARCHIVE: u64 = 1 << 30;

/// Deflate makes at most 1,032 bytes of one (258 bytes a match, which takes at least 2 bits).
pub(super) const DEFLATE_RATIO: u64 = 1032;

/// The first two bytes of a gzip file.
pub(super) const GZIP: [u8; 2] = [0x1f, 0x8b];

/// Reads a `.tar.gz` (or `.tar`, as some browsers leave it) of `bytes` bytes. Files of unknown names
/// in it are passed over, and so are the folders that files lie in.
///
/// # Errors
///
/// As [`Collector`]; an archive that is damaged, unpacks to more than it can sensibly hold, or has
/// none of the files.
pub async fn read(file: &str, bytes: u64, mut reader: impl BufRead) -> Result<DataSet, DataError> {
    let most = if is_gzip(&mut reader).map_err(DataError::read(file))? {
        bytes.saturating_mul(DEFLATE_RATIO).min(LARGEST_ARCHIVE)
    } else {
        bytes.min(LARGEST_ARCHIVE)
    };
    let reader = Unzip::new(reader).map_err(DataError::read(file))?;
    let mut archive = tar::Archive::new(Bounded {
        inner: reader,
        left: most,
    });
    let mut collector = Collector::new(file);
    let mut found = false;
    // Raw: long names and other extensions of the format would be read into memory whole, and none
    // of the files needs them.
    for entry in archive.entries().map_err(DataError::read(file))?.raw(true) {
        let entry = entry.map_err(DataError::read(file))?;
        if !entry.header().entry_type().is_file() {
            continue;
        }
        let path = entry.header().path_bytes();
        let name = path.rsplit(|&byte| byte == b'/').next().unwrap_or_default();
        let Some(name) = std::str::from_utf8(name)
            .ok()
            .filter(|name| Collector::knows(name))
        else {
            continue;
        };
        let (name, size) = (name.to_owned(), entry.size());
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
    if !found {
        return Err(DataError::Unrecognised {
            path: file.into(),
            hint: ": the archive has no data_batch_1.bin or train.bin (the binary version is needed, not Python's or Matlab's)".into(),
        });
    }
    collector.finish()
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
