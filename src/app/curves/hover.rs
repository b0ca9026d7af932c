//! The exact numbers at a place of the plot, as text.

use super::axes::clock;
use super::{Input, Quantity};
use crate::numbers::grouped;
use crate::train::history::{Axis, History, Value};

/// What is known at `x`: the step nearest to it, and each run's numbers there.
pub(super) fn text(
    input: &Input<'_>,
    quantity: Quantity,
    axis: Axis,
    window: usize,
    x: f64,
) -> String {
    let mut text = String::new();
    let history = input.history;
    let nearest = history
        .nearest(quantity.series(), axis, x, window)
        .or_else(|| history.nearest(quantity.test_series()?, axis, x, 1));
    if let Some(value) = nearest {
        text = place(&value);
        lines(&mut text, "", history, quantity, axis, window, x);
    }
    for run in input.earlier.iter().filter(|run| run.shown) {
        let name = format!("{}: ", run.name);
        lines(&mut text, &name, &run.history, quantity, axis, window, x);
    }
    text.trim_start().to_owned()
}

/// The last numbers of the run under way, for those who hear the plot instead of seeing it.
pub(super) fn description(input: &Input<'_>, quantity: Quantity, axis: Axis) -> String {
    let mut text = format!("{} by {}", quantity.label(), axis.label());
    match input.history.last_step() {
        Some(step) => {
            text.push_str(&format!(", up to step {}", grouped(step)));
            let end = f64::MAX;
            lines(&mut text, "", input.history, quantity, axis, 1, end);
        }
        None => text.push_str(", no steps yet"),
    }
    text.replace('\n', ", ")
}

fn lines(
    text: &mut String,
    name: &str,
    history: &History,
    quantity: Quantity,
    axis: Axis,
    window: usize,
    x: f64,
) {
    let window = quantity.window(window);
    if let Some(found) = history.nearest(quantity.series(), axis, x, window) {
        let value = quantity.text(f64::from(found.value));
        text.push_str(&format!("\n{name}{} {value}", quantity.training_label()));
        if window > 1 {
            let mean = quantity.text(found.mean);
            text.push_str(&format!(", mean {mean}"));
        }
    }
    let test = quantity.test_series();
    if let Some(found) = test.and_then(|series| history.nearest(series, axis, x, 1)) {
        let value = quantity.text(f64::from(found.value));
        let step = grouped(found.step);
        text.push_str(&format!("\n{name}test {value} at step {step}"));
    }
}

fn place(value: &Value) -> String {
    let mut text = format!("step {}, epoch {:.2}", grouped(value.step), value.epoch);
    if value.seconds > 0.0 {
        text.push_str(&format!(", {}", clock(value.seconds)));
    }
    text
}
