//! Tensors from storages: a view's values, one after the other.

use std::borrow::Cow;
use std::collections::BTreeMap;

use safetensors::tensor::Dtype;

use super::super::values::{short, values};
use super::error::TorchError;
use super::value::{Element, Heap, Node, Storage, Tensor, Value};
use crate::network::state::NamedTensor;

/// The bytes of a file's storages.
pub(super) struct Storages<'a> {
    pub bytes: BTreeMap<&'a str, Cow<'a, [u8]>>,
    /// Whether a number's first byte is its largest part.
    pub big_endian: bool,
}

/// A tensor with its values, and the type that they are stored as.
pub(super) fn materialised<'a>(
    heap: &mut Heap<'a>,
    name: &str,
    tensor: &Tensor,
    storages: &Storages<'_>,
) -> Result<(NamedTensor, Dtype), TorchError> {
    let Some(Node::Storage(storage)) = heap.get(Value::Node(tensor.storage)) else {
        return Err(kind(name, "without values"));
    };
    let storage = Storage::clone(storage);
    let dtype = match tensor.element {
        Element::Of(dtype) => dtype,
        Element::Odd(odd, _) => return Err(kind(name, odd)),
        Element::Untyped => return Err(kind(name, "of bytes without a type")),
    };
    let view = View::of(name, tensor, &storage, dtype, storages)?;
    // A whole number is kept in eight bytes, a float in four.
    let is_float = matches!(dtype, Dtype::F16 | Dtype::BF16 | Dtype::F32 | Dtype::F64);
    heap.charge((view.count as u64).saturating_mul(if is_float { 4 } else { 8 }))?;
    let mut bytes = view.bytes(tensor);
    if storages.big_endian && view.width > 1 {
        bytes
            .to_mut()
            .chunks_exact_mut(view.width)
            .for_each(<[u8]>::reverse);
    }
    let data = values(dtype, &bytes).ok_or_else(|| kind(name, &dtype.to_string()))?;
    let tensor = NamedTensor {
        name: name.to_owned(),
        shape: tensor.shape.to_vec(),
        data,
    };
    Ok((tensor, dtype))
}

fn kind(name: &str, kind: &str) -> TorchError {
    TorchError::Kind {
        name: short(name),
        kind: kind.to_owned(),
    }
}

/// A tensor's part of its storage, found to be there.
struct View<'b> {
    /// From its first value on.
    bytes: &'b [u8],
    /// How many values.
    count: usize,
    /// Bytes of one.
    width: usize,
}

impl<'b> View<'b> {
    fn of(
        name: &str,
        tensor: &Tensor,
        storage: &Storage<'_>,
        dtype: Dtype,
        storages: &'b Storages<'_>,
    ) -> Result<Self, TorchError> {
        let missing = |needed, found| TorchError::Values {
            name: short(name),
            needed,
            found,
        };
        let width = dtype.bitsize() as u64 / 8;
        let all = storages.bytes.get(storage.key);
        let all =
            all.ok_or_else(|| missing(storage.len.saturating_mul(storage.element.bytes()), 0))?;
        let found = all.len() as u64;
        // All of it in 128 bits, which 64 products of two numbers of 64 bits do not fit into, so each is held to the file.
        let (mut count, mut extents) = (1_u64, Some(1_usize));
        let mut last = u128::from(tensor.offset);
        for (extent, stride) in tensor.shape.iter().zip(&tensor.strides) {
            count = count.saturating_mul(*extent as u64);
            extents = extents.and_then(|all| all.checked_mul((*extent).max(1)));
            last = last.saturating_add(u128::from(*stride) * (*extent as u128).saturating_sub(1));
        }
        // Whoever multiplies them again shall not go beyond a number either, and be there a 0 among them.
        let count = usize::try_from(count).ok().filter(|_| extents.is_some());
        let count = count.ok_or_else(|| missing(u64::MAX, found))?;
        let first = u128::from(storage.first) * u128::from(storage.element.bytes());
        let start = first.saturating_add(u128::from(tensor.offset) * u128::from(width));
        let end = match count {
            0 => start,
            _ => first.saturating_add(last.saturating_add(1).saturating_mul(u128::from(width))),
        };
        let end_of_storage =
            first.saturating_add(u128::from(storage.len) * u128::from(storage.element.bytes()));
        if end > u128::from(found) || end > end_of_storage {
            let needed = u64::try_from(end).unwrap_or(u64::MAX);
            let there = u64::try_from(end_of_storage.min(u128::from(found))).unwrap_or(found);
            return Err(missing(needed, there));
        }
        Ok(Self {
            // Both are within the storage's bytes.
            bytes: &all[start.min(end) as usize..end as usize],
            count,
            width: width as usize,
        })
    }

    /// The values one after the other, the last index moving fastest.
    fn bytes(&self, tensor: &Tensor) -> Cow<'b, [u8]> {
        if self.count == 0 || is_contiguous(tensor) {
            return Cow::Borrowed(&self.bytes[..self.count * self.width]);
        }
        let mut gathered = Vec::with_capacity(self.count * self.width);
        let (rows, inner) = match (tensor.shape.split_last(), tensor.strides.last()) {
            (Some((inner, rows)), Some(stride)) => (rows, (*inner, *stride as usize)),
            _ => (&[][..], (1, 0)),
        };
        let mut index = vec![0; rows.len()];
        loop {
            let places = index.iter().zip(&tensor.strides);
            let start: usize = places.map(|(at, stride)| at * *stride as usize).sum();
            for at in 0..inner.0 {
                let from = (start + at * inner.1) * self.width;
                gathered.extend_from_slice(&self.bytes[from..from + self.width]);
            }
            // The next row, as an odometer counts.
            let Some(turned) = (0..rows.len()).rev().find(|at| index[*at] + 1 < rows[*at]) else {
                return Cow::Owned(gathered);
            };
            index[turned] += 1;
            index[turned + 1..].fill(0);
        }
    }
}

/// Whether its values lie one after the other.
fn is_contiguous(tensor: &Tensor) -> bool {
    let mut expected = 1;
    let dimensions = tensor.shape.iter().zip(&tensor.strides).rev();
    for (extent, stride) in dimensions {
        if *extent != 1 && *stride != expected {
            return false;
        }
        expected = expected.saturating_mul(*extent as u64);
    }
    true
}
