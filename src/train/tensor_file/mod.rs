//! Named tensors in files: safetensors, which this program reads and writes, and what `torch.save` writes, which it
//! reads (`torch/`). Which of them a file is, its first bytes say, whatever its name.

mod error;
mod not_tensors;
mod safetensors;
mod torch;
mod values;

use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, Read};
use std::path::Path;

use serde::Serialize;

pub use self::safetensors::{DIGEST_KEY, digest, write_tensors};
pub use error::CheckpointError;
pub use torch::TorchError;

use self::safetensors::{LENGTH_BYTES, header_bytes};
use not_tensors::{START, foreign};

use crate::network::state::NamedTensor;
use crate::platform::fs::open;

/// The strings under `__metadata__` in a file's header.
pub type Metadata = BTreeMap<String, String>;

/// The most bytes of a ZIP archive that does not begin as PyTorch's do, so that no collection of photographs is read
/// for nothing.
const LARGEST_UNKNOWN_ARCHIVE: u64 = 1 << 30;

/// What a file of tensors holds.
#[derive(Clone, Debug, PartialEq)]
pub struct TensorFile {
    /// The state's tensors: by name, or in PyTorch's order where `torch.save` kept it.
    pub tensors: Vec<NamedTensor>,
    /// Its metadata; empty in many files that PyTorch wrote.
    pub metadata: Metadata,
    /// How it is written.
    pub format: Format,
    /// How many tensors are stored as which type, as safetensors names it.
    pub types: BTreeMap<String, usize>,
    /// The keys under which the state lies in the file, from the outermost; none where it is all of the file.
    pub inside: Vec<String>,
    /// What else is in the file, which is passed over.
    pub beside: Vec<Beside>,
}

/// How a file of tensors is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Safetensors.
    Safetensors,
    /// What `torch.save` writes since PyTorch 1.6: a ZIP archive.
    Torch,
    /// What it wrote before: pickles, and behind them the values.
    OlderTorch,
}

/// Something in a file that is no tensor of the state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Beside {
    /// Its key, fit to stand in a sentence.
    pub name: String,
    /// What it is: `12`, `a list of 3`, `an object of argparse.Namespace`.
    pub what: String,
}

impl TensorFile {
    /// Types of floats that were made 32-bit floats.
    pub fn converted(&self) -> Vec<&str> {
        let floats = self.types.keys().map(String::as_str);
        floats
            .filter(|name| ["F16", "BF16", "F64"].contains(name))
            .collect()
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Safetensors => "safetensors",
            Self::Torch => "torch.save, as since PyTorch 1.6",
            Self::OlderTorch => "torch.save, as before PyTorch 1.6",
        })
    }
}

/// Reads a file of tensors, of this program or any other, and checks its digest if it has one.
///
/// # Errors
/// A file that cannot be read, is cut short, damaged or foreign, or holds a type of number that is
/// neither a float of 16 to 64 bits nor a whole number; one of `torch.save` that holds no state, or asks for what is
/// neither tensor nor container.
pub fn read_tensors(path: &Path) -> Result<TensorFile, CheckpointError> {
    let file = path.display().to_string();
    let failed = |source| CheckpointError::Open {
        file: file.clone(),
        source,
    };
    let (total, mut reader) = match open(path) {
        Err(error) if error.kind() == io::ErrorKind::InvalidInput => {
            return Err(CheckpointError::NotAFile { file });
        }
        opened => opened.map_err(failed)?,
    };
    // What it is, its start says, before the rest is read: a video has no tensors.
    let mut bytes = Vec::new();
    (&mut reader)
        .take(START)
        .read_to_end(&mut bytes)
        .map_err(failed)?;
    let too_large = total > LARGEST_UNKNOWN_ARCHIVE && !torch::is_sure(&bytes);
    if !torch::may_be(&bytes) || too_large {
        let length = &bytes[..bytes.len().min(LENGTH_BYTES as usize)];
        if let Err(error) = header_bytes(&file, length, total) {
            return Err(foreign(&file, &bytes).unwrap_or(error));
        }
    }
    let rest = total.saturating_sub(bytes.len() as u64);
    let has_room = usize::try_from(rest).is_ok_and(|rest| bytes.try_reserve_exact(rest).is_ok());
    if !has_room {
        return Err(CheckpointError::Memory { file, bytes: total });
    }
    reader.take(rest).read_to_end(&mut bytes).map_err(failed)?;
    parse_tensors(&file, &bytes)
}

/// Whether a file begins as those of `torch.save` do, whatever its name.
pub fn is_of_torch(path: &Path) -> bool {
    let mut start = Vec::new();
    let read = open(path).and_then(|(_, reader)| reader.take(START).read_to_end(&mut start));
    read.is_ok() && torch::is_sure(&start)
}

/// Reads a file of tensors from memory; `file` is its name in errors.
///
/// # Errors
/// As [`read_tensors`].
pub fn parse_tensors(file: &str, bytes: &[u8]) -> Result<TensorFile, CheckpointError> {
    if !torch::may_be(bytes) {
        return safetensors::parse(file, bytes);
    }
    match torch::parse(bytes) {
        Ok(Some(found)) => Ok(found),
        Ok(None) => foreign(file, bytes).map_or_else(|| safetensors::parse(file, bytes), Err),
        Err(source) => Err(CheckpointError::Torch {
            file: file.to_owned(),
            source,
        }),
    }
}
