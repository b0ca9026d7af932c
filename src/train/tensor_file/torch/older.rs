//! What `torch.save` wrote before PyTorch 1.6: pickles one after the other (a number that says what it is, a version, the
//! machine, the object, the keys of storages), and behind them each storage's length and bytes.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::super::values::short;
use super::error::TorchError;
use super::machine;
use super::opcode::Reader;
use super::tensor::Storages;
use super::value::{Heap, Value};

/// `0x1950a86a20f9469cfc6c`, little-endian.
const MAGIC: [u8; 10] = [0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19];

/// The one version that there ever was.
const VERSION: i64 = 1001;

fn damaged(reason: impl ToString) -> TorchError {
    TorchError::Damaged {
        reason: reason.to_string(),
    }
}

/// Whether a file begins as these do, in any protocol of pickles.
pub(super) fn begins(bytes: &[u8]) -> bool {
    let start = &bytes[..bytes.len().min(32)];
    start.windows(MAGIC.len()).any(|window| window == MAGIC)
}

/// The object in a file; the reader then stands behind it.
pub(super) fn object<'a>(
    reader: &mut Reader<'a>,
    heap: &mut Heap<'a>,
) -> Result<Value<'a>, TorchError> {
    if machine::run(reader, heap)? != Value::Large(&MAGIC) {
        return Err(damaged(
            "it does not begin with the number of PyTorch's files",
        ));
    }
    if machine::run(reader, heap)? != Value::Int(VERSION) {
        return Err(damaged(format!(
            "behind its beginning its version, {VERSION}, is missing"
        )));
    }
    // The machine that wrote it; all of them wrote numbers alike.
    machine::run(reader, heap)?;
    machine::run(reader, heap)
}

/// The values behind the object.
pub(super) fn storages<'a>(
    reader: &mut Reader<'a>,
    heap: &mut Heap<'a>,
) -> Result<Storages<'a>, TorchError> {
    let keys = machine::run(reader, heap)?;
    let mut widths = BTreeMap::new();
    for storage in heap.storages() {
        if *widths.entry(storage.key).or_insert(storage.element.bytes()) != storage.element.bytes()
        {
            return Err(damaged(format!(
                "the values {} have two types",
                short(storage.key)
            )));
        }
    }
    let mut storages = BTreeMap::new();
    for key in heap.items(keys).unwrap_or_default() {
        let known = match key {
            Value::Text(key) => widths.get_key_value(key),
            _ => None,
        };
        let (key, width) = known.ok_or_else(|| damaged("it lists values that no tensor uses"))?;
        let within = format!("the values {}", short(key));
        let length = reader.take(8, &within)?;
        let length = length
            .first_chunk()
            .map_or(0, |length| i64::from_le_bytes(*length));
        let length = u64::try_from(length)
            .ok()
            .and_then(|length| length.checked_mul(*width));
        let length =
            length.ok_or_else(|| damaged(format!("{within} have a length that cannot be")))?;
        let values = reader.take(length, &within)?;
        if storages.insert(*key, Cow::Borrowed(values)).is_some() {
            return Err(TorchError::Twice {
                what: "lists of values",
                name: short(key),
            });
        }
    }
    Ok(Storages {
        bytes: storages,
        big_endian: false,
    })
}
