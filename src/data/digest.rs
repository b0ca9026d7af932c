//! A file that is digested as it is read, so that it is read once.

use std::io::{self, Read};
use std::path::Path;

use sha2::{Digest, Sha256};

use super::{DataError, Part, SourceFile};
use crate::platform::fs::{self, File};

/// Passes a file on, and digests what comes by.
pub(super) struct Digested {
    file: File,
    hash: Sha256,
    bytes: u64,
}

impl Digested {
    /// Opens a file: its name for messages, its length in bytes, and its content.
    pub(super) fn open(path: &Path) -> Result<(String, u64, Self), DataError> {
        let name = path.display().to_string();
        let (bytes, file) = fs::open(path).map_err(DataError::read(&name))?;
        let digested = Self {
            file,
            hash: Sha256::new(),
            bytes: 0,
        };
        Ok((name, bytes, digested))
    }

    /// The file as a run keeps it in mind, by its path within the data. What nobody has read so far is read now.
    pub(super) fn source(mut self, path: String, part: Part) -> io::Result<SourceFile> {
        io::copy(&mut self, &mut io::sink())?;
        let digest = self.hash.finalize();
        let (first, _) = digest.split_first_chunk().expect("a SHA-256 has 32 bytes");
        Ok(SourceFile {
            path,
            bytes: self.bytes,
            digest: Some(u64::from_be_bytes(*first)),
            part,
        })
    }
}

impl Read for Digested {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.file.read(buffer)?;
        self.hash.update(&buffer[..count]);
        self.bytes += count as u64;
        Ok(count)
    }
}

/// The path of a file within a folder, with `/` between folders.
pub(super) fn path_within(folder: &Path, file: &Path) -> String {
    let within = file.strip_prefix(folder).unwrap_or(file);
    let names = within.components();
    let names: Vec<_> = names
        .map(|name| name.as_os_str().to_string_lossy())
        .collect();
    names.join("/")
}
