//! Why files of tensors cannot be read or written.

use std::io;

use super::torch::TorchError;
use crate::field::{Explain, Explanation, Remedy};
use crate::train::settings::SettingsError;

/// Why a checkpoint, delta or other file of tensors cannot be read or written.
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
    #[error("{file} is not a file; expected one of safetensors or of torch.save")]
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
    /// A file of another format.
    #[error("{file} is no state of a network, but {found}")]
    Format {
        /// The file.
        file: String,
        /// What it is, and what to do.
        found: String,
    },
    /// A file of `torch.save` that gives no state.
    #[error("{file}, a file of PyTorch, {source}")]
    Torch {
        /// The file.
        file: String,
        /// Why not, as the end of the sentence.
        source: TorchError,
    },
    /// More than the memory that there is.
    #[error("{file} has {bytes} bytes, for which there is no memory")]
    Memory {
        /// The file.
        file: String,
        /// Its length.
        bytes: u64,
    },
    /// A tensor of a type that nothing here uses.
    #[error(
        "{file}: tensor `{name}` is {found}; expected F32, F64, F16 or BF16 (or whole numbers for \
         num_batches_tracked). Convert it, in Python: save_file({{k: v.float() if v.is_floating_point() else v \
         for k, v in load_file(IN).items()}}, OUT)"
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
    /// A file of another kind or program.
    #[error("{file} is no {expected} of bnonly: its metadata lack `{key}`")]
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
