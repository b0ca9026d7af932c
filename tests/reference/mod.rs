//! Float64 twins of every kernel: the textbook's loops, in the textbook's letters, as slow and as
//! plain as they come. `tests/twins/` holds them against PyTorch; the other tests hold the kernels
//! against them.
//!
//! One file a family, named as in `shaders/` and `src/kernels/`: [`input`], [`conv`],
//! [`batch_norm`], [`pool`], [`shortcut`], [`linear`], [`loss`], [`optimizer`]. [`fixture`] reads PyTorch's
//! tensors from `tests/fixtures/`.
//!
//! All tensors are dense and row-major; images are `[N, C, H, W]`.

// Each test that says `mod reference;` compiles all of it and uses a part.
#![allow(dead_code)]

pub mod batch_norm;
pub mod conv;
pub mod fixture;
pub mod input;
pub mod linear;
pub mod loss;
pub mod optimizer;
pub mod pool;
pub mod shortcut;

/// What a norm may differ by whatever the reference's: lets a reference of zeros be met.
const ABSOLUTE: f64 = 1e-12;

/// Holds `actual` against `expected` in norm: ‖actual − expected‖₂ ≤ relative · ‖expected‖₂ + 1e-12.
///
/// # Panics
///
/// When they are further apart, differ in length, or `actual` has a value that is no finite number.
/// The message names the place of the largest difference.
#[track_caller]
pub fn assert_close(name: &str, actual: &[f32], expected: &[f64], relative: f64) {
    assert_eq!(actual.len(), expected.len(), "{name}: number of values");
    if let Some(i) = actual.iter().position(|a| !a.is_finite()) {
        panic!("{name}[{i}] is {}, expected {}", actual[i], expected[i]);
    }
    let mut error_squared = 0.0;
    let mut expected_squared = 0.0;
    let mut worst = (0, 0.0);
    for (i, (&a, &e)) in actual.iter().zip(expected).enumerate() {
        let difference = (f64::from(a) - e).abs();
        error_squared += difference * difference;
        expected_squared += e * e;
        if difference > worst.1 {
            worst = (i, difference);
        }
    }
    let (error, norm) = (error_squared.sqrt(), expected_squared.sqrt());
    // Written so that a NaN in the reference fails too.
    let is_close = error <= relative * norm + ABSOLUTE;
    assert!(
        is_close,
        "{name}: error in norm {error:e} of {norm:e}, {:e} relative; at most {relative:e} wanted. \
         Furthest off at [{}]: {} instead of {}",
        error / norm,
        worst.0,
        actual.get(worst.0).copied().unwrap_or_default(),
        expected.get(worst.0).copied().unwrap_or_default(),
    );
}

/// The same values in double precision.
pub fn widen(values: &[f32]) -> Vec<f64> {
    values.iter().copied().map(f64::from).collect()
}

/// The nearest values in single precision.
pub fn narrow(values: &[f64]) -> Vec<f32> {
    values.iter().map(|&v| v as f32).collect()
}
