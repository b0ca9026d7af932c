//! Values as a state has them, from a file's bytes.

use half::{bf16, f16};
use safetensors::tensor::Dtype;

use crate::network::state::TensorData;

/// Little-endian values as the types that a state has; `None` for a type that is no usual number.
pub(super) fn values(dtype: Dtype, bytes: &[u8]) -> Option<TensorData> {
    let floats = |values| Some(TensorData::F32(values));
    let whole = |values| Some(TensorData::I64(values));
    match dtype {
        Dtype::F32 => floats(numbers(bytes, f32::from_le_bytes)),
        Dtype::F64 => floats(numbers(bytes, |b| f64::from_le_bytes(b) as f32)),
        Dtype::F16 => floats(numbers(bytes, |b| f16::from_le_bytes(b).to_f32())),
        Dtype::BF16 => floats(numbers(bytes, |b| bf16::from_le_bytes(b).to_f32())),
        Dtype::I64 => whole(numbers(bytes, i64::from_le_bytes)),
        Dtype::I32 => whole(numbers(bytes, |b| i32::from_le_bytes(b).into())),
        Dtype::I16 => whole(numbers(bytes, |b| i16::from_le_bytes(b).into())),
        Dtype::I8 => whole(numbers(bytes, |b| i8::from_le_bytes(b).into())),
        Dtype::U64 => whole(numbers(bytes, |b| {
            i64::try_from(u64::from_le_bytes(b)).unwrap_or(i64::MAX)
        })),
        Dtype::U32 => whole(numbers(bytes, |b| u32::from_le_bytes(b).into())),
        Dtype::U16 => whole(numbers(bytes, |b| u16::from_le_bytes(b).into())),
        Dtype::U8 | Dtype::BOOL => whole(numbers(bytes, |b| u8::from_le_bytes(b).into())),
        _ => None,
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

/// A text from a file, fit to stand in a sentence.
pub(super) fn short(text: &str) -> String {
    let mut escaped = text.chars().flat_map(char::escape_debug);
    let mut start: String = escaped.by_ref().take(200).collect();
    if escaped.next().is_some() {
        start.push('…');
    }
    start.replace("\\'", "'").replace("\\\"", "\"")
}
