//! Measures as a report writes them.

use crate::experiment::results::{Measure, Unit};
use crate::experiment::statistics::{Difference, Estimate};
use crate::numbers::{bytes, grouped};

/// What stands where there is no value.
pub(super) const NONE: &str = "–";

/// A factor from a measure's own unit to that of an axis, and the name of that.
pub(super) fn axis_unit(measure: Measure) -> (f64, &'static str) {
    match measure.unit() {
        Unit::Percent => (100.0, "%"),
        Unit::Points => (100.0, "points"),
        Unit::Nats => (1.0, "nats"),
        Unit::Count => (1.0, ""),
        Unit::Bytes => (1e-6, "MB"),
        Unit::Seconds => (1.0, "s"),
    }
}

/// A measure and its unit, for an axis.
pub(super) fn axis_label(measure: Measure) -> String {
    match axis_unit(measure).1 {
        "" => measure.label().to_owned(),
        unit => format!("{} ({unit})", measure.label()),
    }
}

/// A value with its unit.
pub fn value(measure: Measure, value: f64) -> String {
    match measure.unit() {
        Unit::Percent => format!("{} %", minus(100.0 * value, decimals(100.0 * value, None))),
        Unit::Points => format!("{} points", minus(100.0 * value, 1)),
        Unit::Nats => minus(value, 3),
        Unit::Count => grouped(value.max(0.0).round() as u64),
        Unit::Bytes => bytes(value.max(0.0).round() as u64),
        Unit::Seconds if value.abs() < 1.0 => format!("{} ms", minus(1000.0 * value, 1)),
        Unit::Seconds => format!("{} s", minus(value, 1)),
    }
}

/// A mean, and its interval where it has one and varies.
pub fn estimate(measure: Measure, found: &Estimate) -> String {
    let Some(half) = found.half_width else {
        return value(measure, found.mean);
    };
    match measure.unit() {
        Unit::Percent | Unit::Points if measure != Measure::TrainedShare => {
            let (mean, half) = (100.0 * found.mean, 100.0 * half);
            let decimals = decimals(mean, Some(half));
            let unit = axis_unit(measure).1;
            format!("{} ± {half:.decimals$} {unit}", minus(mean, decimals))
        }
        Unit::Nats => format!("{} ± {half:.3}", minus(found.mean, 3)),
        // Of what is the same in each run, there is nothing to say.
        _ if half <= 1e-9 * found.mean.abs() => value(measure, found.mean),
        _ => format!("{} ± {}", value(measure, found.mean), value(measure, half)),
    }
}

/// A difference of two values of a measure: with its sign, and without its interval.
pub(super) fn difference(measure: Measure, value: f64) -> String {
    let sign = if value >= 0.0 { "+" } else { "" };
    match measure.unit() {
        Unit::Percent | Unit::Points => {
            let points = 100.0 * value;
            format!(
                "{sign}{} points",
                minus(points, decimals(f64::MAX, Some(points)))
            )
        }
        Unit::Nats => format!("{sign}{}", minus(value, 3)),
        Unit::Count | Unit::Bytes | Unit::Seconds => format!("{sign}{}", minus(value, 2)),
    }
}

/// From where to where a difference may be.
pub(super) fn interval(measure: Measure, found: &Difference) -> String {
    let [low, high] = [found.low, found.high].map(|end| difference(measure, end));
    let low = low.strip_suffix(" points").unwrap_or(&low);
    format!("{low} to {high}")
}

/// How likely, as papers write it.
pub(super) fn probability(p: f64) -> String {
    match p {
        p if p < 0.001 => "< 0.001".to_owned(),
        p => format!("{p:.3}"),
    }
}

/// One, or two where one would be a zero.
fn decimals(mean: f64, half: Option<f64>) -> usize {
    let is_small = |value: f64| value != 0.0 && value.abs() < 0.095;
    let is_close = half.map_or(mean != 0.0 && mean.abs() < 1.0, is_small);
    if is_close { 2 } else { 1 }
}

/// A number with a true minus sign, and none before a zero.
pub(super) fn minus(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    match text.strip_prefix('-') {
        Some(text) if text.trim_matches(['0', '.']).is_empty() => text.to_owned(),
        Some(text) => format!("−{text}"),
        None => text,
    }
}
