//! `[N, C, H, W]` in float64 to and from the kernels' layout, `[N, ⌈C/4⌉, H, W]` of four f32.

use bnonly::kernels::Blocked;

/// Values of `batch` samples in the blocked layout.
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
    let mut blocked = vec![0.0; blocked_len(shape, batch)];
    for (place, value) in places(shape, batch).zip(values) {
        blocked[place] = *value as f32;
    }
    blocked
}

/// As [`block`], in a buffer for `max_batch` samples, NaN beyond the batch: nothing may read there.
pub fn block_within(values: &[f64], shape: Blocked, batch: u32, max_batch: u32) -> Vec<f32> {
    let mut blocked = block(values, shape, batch);
    blocked.resize(blocked_len(shape, max_batch), f32::NAN);
    blocked
}

/// From the blocked layout; channels beyond C must be zero.
#[track_caller]
pub fn unblock(name: &str, blocked: &[f32], shape: Blocked, batch: u32) -> Vec<f32> {
    assert_eq!(blocked.len(), blocked_len(shape, batch), "{name}: values");
    let mut padding = blocked.to_vec();
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
