//! The safetensors format: what PyTorch's and Python's tools write beside `torch.save`, and what this program writes.

use std::collections::BTreeMap;
use std::io::{self, Write};

use safetensors::tensor::{Dtype, SafeTensorError, SafeTensors, TensorInfo};
use sha2::{Digest, Sha256};

use super::error::CheckpointError;
use super::not_tensors::foreign;
use super::values::{short, values};
use super::{Format, Metadata, TensorFile};
use crate::network::state::{NamedTensor, TensorData};

/// Where [`write_tensors`] keeps the [`digest`] of the tensors and all other metadata.
pub const DIGEST_KEY: &str = "bnonly.digest";

/// Bytes before a file's header: its length, a little-endian u64.
pub(super) const LENGTH_BYTES: u64 = 8;

/// Reads a safetensors file from memory; `file` is its name in errors.
pub(super) fn parse(file: &str, bytes: &[u8]) -> Result<TensorFile, CheckpointError> {
    let header_bytes = header_bytes(file, bytes, bytes.len() as u64)
        .map_err(|error| foreign(file, bytes).unwrap_or(error))?;
    let content = SafeTensors::deserialize(bytes).map_err(|error| {
        foreign(file, bytes).unwrap_or_else(|| refused(file, bytes, header_bytes, &error))
    })?;
    let mut tensors = Vec::with_capacity(content.len());
    let mut types = BTreeMap::new();
    for (name, view) in content.iter() {
        let data = values(view.dtype(), view.data()).ok_or_else(|| CheckpointError::Dtype {
            file: file.to_owned(),
            name: short(name),
            found: view.dtype().to_string(),
        })?;
        *types.entry(view.dtype().to_string()).or_default() += 1;
        tensors.push(NamedTensor {
            name: name.to_owned(),
            shape: view.shape().to_vec(),
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
    Ok(TensorFile {
        tensors,
        metadata,
        format: Format::Safetensors,
        types,
        inside: Vec::new(),
        beside: Vec::new(),
    })
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

/// The header's length in bytes, if a file of `total` bytes that starts with `start` can hold it.
pub(super) fn header_bytes(file: &str, start: &[u8], total: u64) -> Result<u64, CheckpointError> {
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
