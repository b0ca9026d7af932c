//! What `torch.save` writes since PyTorch 1.6: a ZIP archive of one pickle, and of each storage's bytes.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::Read;

use flate2::read::DeflateDecoder;
use rawzip::{CompressionMethod, ZipArchiveEntryWayfinder, ZipSliceArchive};

use super::super::values::short;
use super::error::TorchError;
use super::value::Budget;

/// An archive of PyTorch.
pub(super) struct Archive<'z> {
    archive: &'z ZipSliceArchive<&'z [u8]>,
    entries: BTreeMap<&'z str, Entry>,
    /// What stands before `data.pkl` and before all other names.
    folder: &'z str,
}

struct Entry {
    place: ZipArchiveEntryWayfinder,
    method: CompressionMethod,
    is_encrypted: bool,
    /// Of its content; 0 where whoever wrote it computed none.
    crc32: u32,
    bytes: u64,
}

fn damaged(reason: impl ToString) -> TorchError {
    TorchError::Damaged {
        reason: reason.to_string(),
    }
}

impl<'z> Archive<'z> {
    /// `None` for a ZIP archive that PyTorch did not write.
    pub fn of(archive: &'z ZipSliceArchive<&'z [u8]>) -> Result<Option<Self>, TorchError> {
        let mut entries = BTreeMap::new();
        let mut listed = archive.entries();
        let broken = |_| damaged("the list of entries of its ZIP archive does not read");
        while let Some(found) = listed.next_entry().map_err(broken)? {
            // PyTorch's names are plain.
            let Ok(name) = std::str::from_utf8(found.file_path().as_bytes()) else {
                continue;
            };
            let entry = Entry {
                place: found.wayfinder(),
                method: found.compression_method(),
                is_encrypted: found.flags().is_encrypted(),
                crc32: found.crc32(),
                bytes: found.uncompressed_size_hint(),
            };
            if entries.insert(name, entry).is_some() {
                return Err(TorchError::Twice {
                    what: "entries",
                    name: short(name),
                });
            }
        }
        let folders = entries
            .keys()
            .filter_map(|name| name.strip_suffix("data.pkl"));
        let mut folders = folders.filter(|folder| folder.is_empty() || folder.ends_with('/'));
        let (folder, another) = (folders.next(), folders.next());
        if another.is_some() {
            return Err(damaged(
                "its ZIP archive has several entries data.pkl, where PyTorch has one",
            ));
        }
        Ok(folder.map(|folder| Self {
            archive,
            entries,
            folder,
        }))
    }

    /// Whether it is a program of TorchScript.
    pub fn is_script(&self) -> bool {
        self.find("constants.pkl").is_some()
    }

    /// Whether numbers are stored with their largest part first.
    pub fn is_big_endian(&self, budget: &mut Budget) -> Result<bool, TorchError> {
        match self.find("byteorder") {
            Some(_) => Ok(&*self.content("byteorder", budget)? == b"big"),
            None => Ok(false),
        }
    }

    fn find(&self, name: &str) -> Option<(&'z str, &Entry)> {
        let name = format!("{}{name}", self.folder);
        self.entries
            .get_key_value(name.as_str())
            .map(|(name, entry)| (*name, entry))
    }

    /// Whether there is an entry `name` in PyTorch's folder.
    pub fn has(&self, name: &str) -> bool {
        self.find(name).is_some()
    }

    /// The content of an entry, as it lies in the file where it is not packed.
    pub fn content(&self, name: &str, budget: &mut Budget) -> Result<Cow<'z, [u8]>, TorchError> {
        let (full, entry) = self
            .find(name)
            .ok_or_else(|| damaged(format!("its ZIP archive has no {}", short(name))))?;
        let packed = |how| TorchError::Packed {
            entry: short(full),
            how,
        };
        if entry.is_encrypted {
            return Err(packed("encrypted"));
        }
        let found = self.archive.get_entry(entry.place);
        let found = found.map_err(|_| TorchError::Cut {
            within: format!("the entry {} of its ZIP archive", short(full)),
        })?;
        let bytes = entry.bytes;
        let content = match entry.method {
            CompressionMethod::STORE => Cow::Borrowed(found.data()),
            CompressionMethod::DEFLATE => {
                // Held to what it says before anything is unpacked.
                budget.charge(bytes)?;
                let mut unpacked = Vec::with_capacity(usize::try_from(bytes).unwrap_or(usize::MAX));
                let mut packed = DeflateDecoder::new(found.data()).take(bytes);
                let read = packed.read_to_end(&mut unpacked);
                read.map_err(|_| damaged(format!("its entry {} does not unpack", short(full))))?;
                Cow::Owned(unpacked)
            }
            _ => return Err(packed("packed in a way that PyTorch does not know")),
        };
        if content.len() as u64 != bytes {
            let (name, there) = (short(full), content.len());
            return Err(damaged(format!(
                "its entry {name} has {there} bytes and should have {bytes}"
            )));
        }
        if entry.crc32 != 0 && crc32fast::hash(&content) != entry.crc32 {
            return Err(damaged(format!(
                "the content of its entry {} has not the checksum that it should have",
                short(full)
            )));
        }
        Ok(content)
    }
}
