//! Named tensors in safetensors files, as PyTorch's and Python's tools read and write them.

use std::collections::BTreeMap;
use std::io::{self, Read, Write};
use std::path::Path;

use safetensors::tensor::{Dtype, SafeTensorError, SafeTensors, TensorInfo};
use sha2::{Digest, Sha256};

use super::settings::SettingsError;
use crate::field::{Explain, Explanation, Remedy};
use crate::network::state::{NamedTensor, TensorData};
use crate::platform::fs::open;

/// The strings under `__metadata__` in a file's header.
pub type Metadata = BTreeMap<String, String>;

/// Where [`write_tensors`] keeps the [`digest`] of the tensors and all other metadata.
pub const DIGEST_KEY: &str = "bnonly.digest";

/// Bytes before a file's header: its length, a little-endian u64.
const LENGTH_BYTES: u64 = 8;

/// What a safetensors file holds.
#[derive(Clone, Debug, PartialEq)]
pub struct TensorFile {
    /// Its tensors, by name.
    pub tensors: Vec<NamedTensor>,
    /// Its metadata; empty in many files that PyTorch wrote.
    pub metadata: Metadata,
}

/// Reads a safetensors file, of this program or any other, and checks its digest if it has one.
///
/// # Errors
/// A file that cannot be read, is cut short, damaged or foreign, or holds another type of number.
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
    // The header's length is judged before the rest is read: a video is no safetensors file.
    let mut bytes = Vec::new();
    (&mut reader)
        .take(LENGTH_BYTES)
        .read_to_end(&mut bytes)
        .map_err(failed)?;
    header_bytes(&file, &bytes, total)?;
    reader
        .take(total.saturating_sub(LENGTH_BYTES))
        .read_to_end(&mut bytes)
        .map_err(failed)?;
    parse_tensors(&file, &bytes)
}

/// Reads a safetensors file from memory; `file` is its name in errors.
///
/// # Errors
/// As [`read_tensors`].
pub fn parse_tensors(file: &str, bytes: &[u8]) -> Result<TensorFile, CheckpointError> {
    let header_bytes = header_bytes(file, bytes, bytes.len() as u64)?;
    let content = SafeTensors::deserialize(bytes)
        .map_err(|error| refused(file, bytes, header_bytes, &error))?;
    let mut tensors = Vec::with_capacity(content.len());
    for (name, view) in content.iter() {
        let data = match view.dtype() {
            Dtype::F32 => TensorData::F32(numbers(view.data(), f32::from_le_bytes)),
            Dtype::I64 => TensorData::I64(numbers(view.data(), i64::from_le_bytes)),
            other => {
                return Err(CheckpointError::Dtype {
                    file: file.to_owned(),
                    name: short(name),
                    found: other.to_string(),
                });
            }
        };
        let shape = view.shape().to_vec();
        tensors.push(NamedTensor {
            name: name.to_owned(),
            shape,
            data,
        });
    }
    tensors.sort_by(|a, b| a.name.cmp(&b.name));
    // Parsing has shown that the header is there and reads.
    let metadata = SafeTensors::read_metadata(bytes)
        .ok()
        .and_then(|(_, header)| header.metadata().clone())
        .map(|strings| strings.into_iter().collect::<Metadata>())
        .unwrap_or_default();
    // A file of this program has a digest; one without may have lost the key to the same damage.
    let is_ours = metadata.keys().any(|key| key.starts_with("bnonly."));
    if is_ours && metadata.get(DIGEST_KEY) != Some(&digest(&tensors, &metadata)) {
        return Err(CheckpointError::Damaged {
            file: file.to_owned(),
            bytes: bytes.len() as u64,
        });
    }
    Ok(TensorFile { tensors, metadata })
}

/// Writes a safetensors file piece by piece. Metadata gain `format` = `pt`, by which Python's tools
/// know whose names these are, and a [`digest`]. The same content gives the same bytes.
///
/// # Errors
/// What `out` reports; or a tensor whose values do not fill its shape.
pub fn write_tensors(
    out: &mut dyn Write,
    tensors: &[NamedTensor],
    metadata: &Metadata,
) -> io::Result<()> {
    let mut metadata = metadata.clone();
    metadata.insert("format".to_owned(), "pt".to_owned());
    metadata.remove(DIGEST_KEY);
    metadata.insert(DIGEST_KEY.to_owned(), digest(tensors, &metadata));

    // The widest type comes first, so that every tensor is aligned to its own width.
    let mut ordered: Vec<&NamedTensor> = tensors.iter().collect();
    ordered.sort_by_key(|tensor| (width(&tensor.data) == 4, &tensor.name));
    let mut header = BTreeMap::from([("__metadata__", serde_json::to_value(&metadata)?)]);
    let mut end = 0;
    for tensor in &ordered {
        let start = end;
        end += tensor.data.len() * width(&tensor.data);
        let fits = tensor.shape.iter().product::<usize>() == tensor.data.len();
        let dtype = match tensor.data {
            TensorData::F32(_) => Dtype::F32,
            TensorData::I64(_) => Dtype::I64,
        };
        let info = TensorInfo {
            dtype,
            shape: tensor.shape.clone(),
            data_offsets: (start, end),
        };
        if !fits
            || header
                .insert(&tensor.name, serde_json::to_value(info)?)
                .is_some()
        {
            let message = format!(
                "`{}` does not fill its shape or is there twice",
                tensor.name
            );
            return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
        }
    }
    let mut header = serde_json::to_vec(&header)?;
    header.resize(header.len().next_multiple_of(8), b' ');
    out.write_all(&(header.len() as u64).to_le_bytes())?;
    out.write_all(&header)?;
    for tensor in ordered {
        for_each_chunk(&tensor.data, |bytes| out.write_all(bytes))?;
    }
    Ok(())
}

/// SHA-256, in hexadecimal, over every tensor's name, type, shape and bytes in the order of their
/// names, then over the metadata but for the digest itself. With no metadata it is a state's
/// fingerprint, whatever file the state stands in.
pub fn digest(tensors: &[NamedTensor], metadata: &Metadata) -> String {
    let mut hash = Sha256::new();
    // Each text goes in behind its length, so that no two contents can look alike.
    let mut put = |text: &str| {
        hash.update((text.len() as u64).to_le_bytes());
        hash.update(text);
    };
    let mut ordered: Vec<&NamedTensor> = tensors.iter().collect();
    ordered.sort_by_key(|tensor| &tensor.name);
    for tensor in &ordered {
        put(&tensor.name);
        put(tensor.data.dtype());
        put(&format!("{:?}", tensor.shape));
    }
    for (key, value) in metadata.iter().filter(|(key, _)| *key != DIGEST_KEY) {
        put(key);
        put(value);
    }
    for tensor in ordered {
        // Hashing cannot fail.
        let _ = for_each_chunk(&tensor.data, |bytes| {
            hash.update(bytes);
            Ok(())
        });
    }
    hash.finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// Bytes a value.
fn width(data: &TensorData) -> usize {
    match data {
        TensorData::F32(_) => 4,
        TensorData::I64(_) => 8,
    }
}

/// The values as little-endian bytes, some thousands at a time.
fn for_each_chunk(
    data: &TensorData,
    mut take: impl FnMut(&[u8]) -> io::Result<()>,
) -> io::Result<()> {
    const VALUES: usize = 16_384;
    let mut bytes = Vec::with_capacity(data.len().min(VALUES) * width(data));
    let mut send = |chunk: &mut dyn Iterator<Item = u8>| {
        bytes.clear();
        bytes.extend(chunk);
        take(&bytes)
    };
    match data {
        TensorData::F32(values) => values
            .chunks(VALUES)
            .try_for_each(|v| send(&mut v.iter().flat_map(|x| x.to_le_bytes()))),
        TensorData::I64(values) => values
            .chunks(VALUES)
            .try_for_each(|v| send(&mut v.iter().flat_map(|x| x.to_le_bytes()))),
    }
}

fn numbers<const N: usize, T>(bytes: &[u8], from_le_bytes: fn([u8; N]) -> T) -> Vec<T> {
    bytes
        .as_chunks::<N>()
        .0
        .iter()
        .map(|chunk| from_le_bytes(*chunk))
        .collect()
}

/// The header's length in bytes, if a file of `total` bytes that starts with `start` can hold it.
fn header_bytes(file: &str, start: &[u8], total: u64) -> Result<u64, CheckpointError> {
    let Some(length) = start.first_chunk::<8>() else {
        return Err(CheckpointError::Short {
            file: file.to_owned(),
            bytes: total,
        });
    };
    let header_bytes = u64::from_le_bytes(*length);
    if header_bytes > total.saturating_sub(LENGTH_BYTES) {
        return Err(CheckpointError::Header {
            file: file.to_owned(),
            header_bytes,
            bytes: total,
        });
    }
    Ok(header_bytes)
}

/// The sentence for a file that the safetensors crate refused.
fn refused(
    file: &str,
    bytes: &[u8],
    header_bytes: u64,
    error: &SafeTensorError,
) -> CheckpointError {
    let file = file.to_owned();
    let start = (LENGTH_BYTES + header_bytes) as usize;
    if matches!(error, SafeTensorError::MetadataIncompleteBuffer)
        && let Some(expected) = declared_bytes(&bytes[LENGTH_BYTES as usize..start])
    {
        return CheckpointError::Data {
            file,
            expected,
            found: (bytes.len() - start) as u64,
        };
    }
    CheckpointError::Invalid {
        file,
        bytes: bytes.len() as u64,
        reason: short(&error.to_string()),
    }
}

/// Bytes of tensors that a header announces: the largest end of any.
fn declared_bytes(header: &[u8]) -> Option<u64> {
    let header: serde_json::Value = serde_json::from_slice(header).ok()?;
    let ends = header.as_object()?.values();
    ends.filter_map(|tensor| tensor.get("data_offsets")?.get(1)?.as_u64())
        .max()
}

/// A text from a file, fit to stand in a sentence.
fn short(text: &str) -> String {
    let mut escaped = text.chars().flat_map(char::escape_debug);
    let mut start: String = escaped.by_ref().take(200).collect();
    if escaped.next().is_some() {
        start.push('…');
    }
    start.replace("\\'", "'").replace("\\\"", "\"")
}

/// Why a checkpoint, delta or other safetensors file cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum CheckpointError {
    /// The operating system refused.
    #[error("{file} could not be read: {source}")]
    Open {
        /// The file.
        file: String,
        /// Why.
        source: io::Error,
    },
    /// A folder, a pipe or a device.
    #[error("{file} is not a file; expected a safetensors file")]
    NotAFile {
        /// The path.
        file: String,
    },
    /// The operating system refused, for instance because the disk is full.
    #[error(
        "{file} could not be written: {source}. An earlier {file}, if there was one, is unchanged; make room"
    )]
    Write {
        /// The file.
        file: String,
        /// Why.
        source: io::Error,
    },
    /// Too short to hold anything.
    #[error(
        "{file} has {bytes} bytes; a safetensors file starts with 8 bytes that give the length of \
         its header"
    )]
    Short {
        /// The file.
        file: String,
        /// Its length.
        bytes: u64,
    },
    /// The header's length is beyond the file's.
    #[error(
        "{file} has {bytes} bytes, but says that its header alone has {header_bytes}; it is cut \
         short, or is no safetensors file"
    )]
    Header {
        /// The file.
        file: String,
        /// The header's length as the file gives it.
        header_bytes: u64,
        /// The file's length.
        bytes: u64,
    },
    /// The tensors do not fill the file.
    #[error(
        "{file} holds {found} bytes of tensors, but its header lists {expected}; it is cut short \
         or damaged"
    )]
    Data {
        /// The file.
        file: String,
        /// Bytes that the header lists.
        expected: u64,
        /// Bytes that are there.
        found: u64,
    },
    /// A header that makes no sense.
    #[error("{file} ({bytes} bytes) is no safetensors file, or is damaged: {reason}")]
    Invalid {
        /// The file.
        file: String,
        /// Its length.
        bytes: u64,
        /// What is wrong with it.
        reason: String,
    },
    /// A tensor of a type that nothing here uses.
    #[error(
        "{file}: tensor `{name}` is {found}; expected F32 (I64 for num_batches_tracked). Convert it, \
         in Python: save_file({{k: v.float() if v.is_floating_point() else v for k, v in \
         load_file(IN).items()}}, OUT)"
    )]
    Dtype {
        /// The file.
        file: String,
        /// The tensor.
        name: String,
        /// Its type, as safetensors names it.
        found: String,
    },
    /// The content is not what was written.
    #[error(
        "{file} ({bytes} bytes) is damaged: its content does not have the digest that its header \
         gives; use a copy or another checkpoint"
    )]
    Damaged {
        /// The file.
        file: String,
        /// Its length.
        bytes: u64,
    },
    /// A safetensors file of another kind or program.
    #[error("{file} is a safetensors file, but no {expected} of bnonly: its metadata lack `{key}`")]
    Foreign {
        /// The file.
        file: String,
        /// What it should be.
        expected: &'static str,
        /// The metadata key that is missing, or has another kind's value.
        key: &'static str,
    },
    /// Metadata or optimiser tensors that cannot be right.
    #[error("{file}: `{key}` is {found}; expected {expected}")]
    Entry {
        /// The file.
        file: String,
        /// The metadata key or tensor.
        key: &'static str,
        /// What it is.
        found: String,
        /// What it should be.
        expected: &'static str,
    },
    /// Settings that cannot be read or written.
    #[error("{file}: the settings in it: {source}")]
    Settings {
        /// The file.
        file: String,
        /// Why.
        source: SettingsError,
    },
}

impl Explain for CheckpointError {
    fn explain(&self) -> Explanation {
        let told = Explanation::new(self);
        match self {
            Self::Write { .. } => told.or(Remedy::Resume(None)),
            _ => told,
        }
    }
}
