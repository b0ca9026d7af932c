//! Made-up runs.

use bnonly::train::history::History;
use bnonly::train::metric::Metric;

/// A number from 0 to 1 that looks random, the same for the same input.
pub fn noise(seed: u64) -> f64 {
    let mixed = (seed ^ 0x9E37_79B9_7F4A_7C15).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let mixed = (mixed ^ (mixed >> 29)).wrapping_mul(0x94D0_49BB_1331_11EB);
    (mixed >> 11) as f64 / (1_u64 << 53) as f64
}

/// As short as a file holds it: longer ones may be read back one bit off.
fn short(value: f64) -> f64 {
    (value * 1e4).round() / 1e4
}

/// One step, 100 an epoch and 50 a second.
pub fn step(step: u64, loss: f64) -> Metric {
    Metric::Step {
        step,
        epoch: step as f64 / 100.0,
        loss,
        accuracy: short((1.0 - loss / 3.0).clamp(0.0, 1.0)),
        lr: if step < 20_000 { 0.1 } else { 0.01 },
        seconds: step as f64 / 50.0,
    }
}

/// One evaluation.
pub fn eval(step: u64, loss: f64) -> Metric {
    Metric::Eval {
        step,
        epoch: step as f64 / 100.0,
        loss,
        accuracy: short((1.0 - loss / 3.0).clamp(0.0, 1.0)),
        gamma_below_001: 0.25,
        seconds: step as f64 / 50.0,
    }
}

/// A run of so many steps whose loss falls, with an evaluation every `between` steps.
pub fn events(seed: u64, steps: u64, between: u64) -> Vec<Metric> {
    let mut events = Vec::new();
    for at in 1..=steps {
        let progress = at as f64 / steps as f64;
        let mean = 0.5 + 1.8 * (-4.0 * progress).exp() + 0.2 * noise(seed);
        events.push(step(at, short(mean + 0.6 * (noise(seed + at) - 0.4))));
        if at % between == 0 {
            events.push(eval(at, short(mean + 0.1)));
        }
    }
    events
}

/// [`events`], as a history.
pub fn history(seed: u64, steps: u64, between: u64) -> History {
    events(seed, steps, between).iter().collect()
}
