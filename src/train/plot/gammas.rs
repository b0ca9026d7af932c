//! γ of a run's layers, and which channels of them count as off.

/// |γ| below this counts as switched off, as in `gamma_below_0.01`.
pub(super) const OFF: f32 = 0.01;

/// The γ of one BatchNorm layer.
#[derive(Clone, Debug, PartialEq)]
pub struct LayerGammas {
    /// The layer, e.g. `blocks.3.bn2`.
    pub name: String,
    /// γ before the first step, one a channel.
    pub start: Vec<f32>,
    /// γ now.
    pub end: Vec<f32>,
}

/// The share of channels that are off, from 0 to 1.
pub(super) fn share_off(gammas: &[f32]) -> f64 {
    let off = gammas.iter().filter(|gamma| gamma.abs() < OFF).count();
    off as f64 / gammas.len().max(1) as f64
}

/// The least and the greatest finite value; 0 and 1 where there is none.
pub(super) fn range(values: impl Iterator<Item = f64>) -> (f64, f64) {
    let finite = values.filter(|value| value.is_finite());
    let (low, high) = finite.fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), v| {
        (l.min(v), h.max(v))
    });
    if low > high {
        (0.0, 1.0)
    } else {
        (low, high.max(low + 1e-12))
    }
}
