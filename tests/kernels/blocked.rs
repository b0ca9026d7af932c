//! `[N, C, H, W]` in float64 to and from the kernels' layout, `[N, ⌈C/4⌉, H, W]` of four f32 or f16; two f16
//! are a word of the harness.

use bnonly::kernels::{Blocked, Precision};
use half::f16;

/// A word of NaN, in f32 and as two f16.
const NOT_A_NUMBER: f32 = f32::from_bits(0x7fff_7fff);

/// The nearest values that are stored.
pub fn nearest(values: &[f64], precision: Precision) -> Vec<f64> {
    let stored = |value: &f64| match precision {
        Precision::F32 => f64::from(*value as f32),
        Precision::F16 => f64::from(f16::from_f32(*value as f32)),
    };
    values.iter().map(stored).collect()
}

/// What gradients of images are multiplied with.
pub fn gradient_scale(precision: Precision, batch: u32) -> f64 {
    match precision {
        Precision::F32 => 1.0,
        Precision::F16 => f64::from(Precision::HALF_GRADIENT_SCALE) * f64::from(batch),
    }
}

/// Values as the words of a buffer.
fn to_words(values: Vec<f32>, precision: Precision) -> Vec<f32> {
    match precision {
        Precision::F32 => values,
        Precision::F16 => {
            let bits = values.iter().map(|value| f16::from_f32(*value).to_bits());
            bytemuck::pod_collect_to_vec(&bits.collect::<Vec<_>>())
        }
    }
}

/// The words of a buffer as values.
pub fn from_words(words: &[f32], precision: Precision) -> Vec<f32> {
    match precision {
        Precision::F32 => words.to_vec(),
        Precision::F16 => {
            let bits: &[u16] = bytemuck::cast_slice(words);
            bits.iter()
                .map(|bits| f16::from_bits(*bits).to_f32())
                .collect()
        }
    }
}

/// Words of `batch` samples in the blocked layout.
pub fn blocked_len(shape: Blocked, batch: u32) -> usize {
    shape.bytes(batch) as usize / 4
}

/// The place of each value of `[N, C, H, W]`, in order, in the blocked layout.
fn places(shape: Blocked, batch: u32) -> impl Iterator<Item = usize> {
    let [channels, quads, area] =
        [shape.channels, shape.quads, shape.area()].map(|size| size as usize);
    (0..batch as usize).flat_map(move |n| {
        (0..channels).flat_map(move |c| {
            (0..area).map(move |at| ((n * quads + c / 4) * area + at) * 4 + c % 4)
        })
    })
}

/// To the blocked layout; channels beyond C are zero.
pub fn block(values: &[f64], shape: Blocked, batch: u32) -> Vec<f32> {
    assert_eq!(
        values.len(),
        (batch * shape.channels * shape.area()) as usize
    );
    let mut blocked = vec![0.0; 4 * (batch * shape.quads_per_sample()) as usize];
    for (place, value) in places(shape, batch).zip(values) {
        blocked[place] = *value as f32;
    }
    to_words(blocked, shape.precision)
}

/// As [`block`], in a buffer for `max_batch` samples, NaN beyond the batch: nothing may read there.
pub fn block_within(values: &[f64], shape: Blocked, batch: u32, max_batch: u32) -> Vec<f32> {
    let mut blocked = block(values, shape, batch);
    blocked.resize(blocked_len(shape, max_batch), NOT_A_NUMBER);
    blocked
}

/// From the blocked layout; channels beyond C must be zero.
#[track_caller]
pub fn unblock(name: &str, blocked: &[f32], shape: Blocked, batch: u32) -> Vec<f32> {
    assert_eq!(blocked.len(), blocked_len(shape, batch), "{name}: values");
    let mut padding = from_words(blocked, shape.precision);
    let values = places(shape, batch)
        .map(|place| std::mem::take(&mut padding[place]))
        .collect();
    if let Some(i) = padding.iter().position(|value| *value != 0.0) {
        panic!("{name}: a channel beyond C holds {} at [{i}]", padding[i]);
    }
    values
}

/// Values of each channel, zero up to whole quads.
pub fn pad(values: &[f64]) -> Vec<f32> {
    let mut padded: Vec<f32> = values.iter().map(|value| *value as f32).collect();
    padded.resize(values.len().next_multiple_of(4), 0.0);
    padded
}

/// The first `channels` of padded values; the rest must be zero.
#[track_caller]
pub fn unpad(name: &str, padded: &[f32], channels: u32) -> Vec<f32> {
    let (values, padding) = padded.split_at(channels as usize);
    assert!(
        padding.iter().all(|value| *value == 0.0),
        "{name}: {padding:?} beyond C"
    );
    values.to_vec()
}
