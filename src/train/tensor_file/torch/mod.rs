//! What `torch.save` writes, in both of its formats, read without Python and without running anything of it.
//!
//! A file is a pickle, a program for a small machine that builds objects, with the values of tensors beside it. `opcode`
//! reads the pickle's instructions, `machine` follows them, `value` is what they build; `globals` says which classes and
//! functions of Python stand for what, and `build` makes it: tensors, dicts and lists. All else is an object that is
//! only named, and a name that no state needs and that could run code has the file refused. `archive` and `older` are
//! the two formats, `state` finds the network's state among what a file holds, `tensor` takes a tensor's values out of it.
//!
//! Whatever the file says, memory stays within [`value::Budget`]: a fixed number of times its size.

mod archive;
mod build;
mod error;
mod globals;
mod machine;
mod older;
mod opcode;
mod state;
mod tensor;
mod value;

use std::collections::BTreeMap;

use rawzip::ZipArchive;

use super::{Format, TensorFile};
use crate::data::content::Content;
use archive::Archive;
pub use error::TorchError;
use opcode::Reader;
use tensor::{Storages, materialised};
use value::{Budget, Heap, Node, Value};

const ZIP: &[u8] = b"PK\x03\x04";

/// Whether a file that begins with these bytes may be one of `torch.save`.
pub(super) fn may_be(start: &[u8]) -> bool {
    // A header's length, with which a file of safetensors begins, may look alike.
    let is_header = matches!(start, [_, _, _, 0, 0, 0, 0, 0, b'{', ..]);
    !is_header && (start.starts_with(ZIP) || is_sure(start))
}

/// Whether it is one for sure.
pub(super) fn is_sure(start: &[u8]) -> bool {
    let is_archive = || Content::of(start) == Some(Content::PyTorch);
    older::begins(start) || (start.starts_with(ZIP) && is_archive())
}

/// The state in a file of `torch.save`; `None` for a ZIP archive of another program.
pub(super) fn parse(bytes: &[u8]) -> Result<Option<TensorFile>, TorchError> {
    let mut budget = Budget::of(bytes.len());
    if !bytes.starts_with(ZIP) {
        let mut heap = Heap::new(budget);
        let mut reader = Reader::new(bytes);
        let object = older::object(&mut reader, &mut heap)?;
        return state_of(&mut heap, object, Format::OlderTorch, |heap, _| {
            older::storages(&mut reader, heap)
        })
        .map(Some);
    }
    let zip = match ZipArchive::from_slice(bytes) {
        Ok(zip) => zip,
        // The list of entries is at its end.
        Err(_) if is_sure(bytes) => {
            return Err(TorchError::Cut {
                within: "its ZIP archive, before the list of its entries".to_owned(),
            });
        }
        Err(_) => return Ok(None),
    };
    let Some(archive) = Archive::of(&zip)? else {
        return Ok(None);
    };
    if archive.is_script() {
        return Err(TorchError::Script);
    }
    let big_endian = archive.is_big_endian(&mut budget)?;
    let pickle = archive.content("data.pkl", &mut budget)?;
    let mut heap = Heap::new(budget);
    let object = machine::run(&mut Reader::new(&pickle), &mut heap)?;
    state_of(&mut heap, object, Format::Torch, |heap, keys| {
        let mut bytes = BTreeMap::new();
        for key in keys {
            // A missing one is told with the tensor that needs it.
            let name = format!("data/{key}");
            if archive.has(&name) && !bytes.contains_key(key) {
                bytes.insert(key, archive.content(&name, heap.budget())?);
            }
        }
        Ok(Storages { bytes, big_endian })
    })
    .map(Some)
}

/// The state in what a pickle built. `storages` gives the bytes of those of these keys.
fn state_of<'a>(
    heap: &mut Heap<'a>,
    object: Value<'a>,
    format: Format,
    storages: impl FnOnce(&mut Heap<'a>, Vec<&'a str>) -> Result<Storages<'a>, TorchError>,
) -> Result<TensorFile, TorchError> {
    let found = state::find(heap, object)?;
    let keys = found.tensors.iter().filter_map(|(_, tensor)| {
        match heap.get(Value::Node(tensor.storage)) {
            Some(Node::Storage(storage)) => Some(storage.key),
            _ => None,
        }
    });
    let keys = keys.collect();
    let storages = storages(heap, keys)?;
    let mut types = BTreeMap::new();
    let mut tensors = Vec::with_capacity(found.tensors.len());
    for (name, tensor) in &found.tensors {
        let (tensor, dtype) = materialised(heap, name, tensor, &storages)?;
        *types.entry(dtype.to_string()).or_default() += 1;
        tensors.push(tensor);
    }
    Ok(TensorFile {
        tensors,
        metadata: BTreeMap::new(),
        format,
        types,
        inside: found.inside,
        beside: found.beside,
    })
}
