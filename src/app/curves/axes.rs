//! Where the marks of the axes stand, and how numbers on them are written.

use std::ops::RangeInclusive;

use egui_plot::{GridInput, GridMark};

use crate::app::history::Axis;

/// Seconds between marks; each divides the next.
const TIMES: [f64; 13] = [
    1e-3,
    1e-2,
    0.1,
    1.0,
    10.0,
    60.0,
    600.0,
    3_600.0,
    6.0 * 3_600.0,
    86_400.0,
    864_000.0,
    8_640_000.0,
    86_400_000.0,
];

/// Marks of the horizontal axis: minutes and hours where it is time, tens otherwise.
pub(super) fn x_marks(axis: Axis, input: GridInput) -> Vec<GridMark> {
    if axis != Axis::Time {
        return egui_plot::log_grid_spacer(10)(input);
    }
    let first = TIMES.iter().position(|time| *time >= input.base_step_size);
    let first = first.unwrap_or(TIMES.len()).min(TIMES.len() - 3);
    egui_plot::uniform_grid_spacer(|_| [TIMES[first], TIMES[first + 1], TIMES[first + 2]])(input)
}

/// What stands at a mark of the horizontal axis.
pub(super) fn x_text(axis: Axis, mark: GridMark) -> String {
    match axis {
        Axis::Step if mark.value < -0.5 || mark.value.fract() != 0.0 => String::new(),
        Axis::Step => grouped(mark.value as u64),
        Axis::Epoch if mark.value < 0.0 => String::new(),
        Axis::Epoch => number(mark.value, mark.step_size),
        Axis::Time if mark.value < 0.0 => String::new(),
        Axis::Time if mark.step_size < 1.0 => format!("{} s", number(mark.value, mark.step_size)),
        Axis::Time => clock(mark.value),
    }
}

/// Marks of a logarithmic axis, whose places are decimal logarithms: round numbers, evenly apart
/// where less than a power of ten is seen, and 1 to 9 times each power of ten otherwise.
pub(super) fn log_marks(input: GridInput) -> Vec<GridMark> {
    let (low, high) = (input.bounds.0.max(-300.0), input.bounds.1.min(300.0));
    let mut marks = Vec::new();
    if high - low < 1.0 {
        let (from, to) = (10_f64.powf(low), 10_f64.powf(high));
        let size = round_up((to - from) / 8.0);
        let mut at = (from / size).ceil();
        while at * size <= to && marks.len() < 100 {
            let value = at * size;
            marks.push(GridMark {
                value: value.log10(),
                step_size: ((value + size) / value).log10(),
            });
            at += 1.0;
        }
        return marks;
    }
    // So many powers of ten that they do not run into each other.
    let every = (20.0 * input.base_step_size / 8.0).ceil().max(1.0);
    let mut power = (low / every).floor() * every;
    while power <= high {
        marks.push(GridMark {
            value: power,
            step_size: every,
        });
        if every == 1.0 {
            marks.extend((2..10).map(|digit| {
                let digit = f64::from(digit);
                let is_labelled = digit == 2.0 || digit == 5.0;
                GridMark {
                    value: power + digit.log10(),
                    // From 2 down to 1 and from 5 up to 10 it is as far.
                    step_size: if is_labelled {
                        0.3
                    } else {
                        (1.0 + 1.0 / digit).log10()
                    },
                }
            }));
        }
        power += every;
    }
    marks
}

/// What stands at a mark of a logarithmic axis of which `range` is seen.
pub(super) fn log_text(mark: GridMark, range: &RangeInclusive<f64>) -> String {
    let value = 10_f64.powf(mark.value);
    if range.end() - range.start() < 1.0 {
        return number(value, value * (10_f64.powf(mark.step_size) - 1.0));
    }
    let power = 10_f64.powf((mark.value + 1e-9).floor());
    match (value / power).round() as u8 {
        1 | 2 | 5 => number(value, power),
        _ => String::new(),
    }
}

/// The next of 1, 2 and 5 times a power of ten.
fn round_up(size: f64) -> f64 {
    let power = 10_f64.powf(size.log10().floor());
    let factors = [1.0, 2.0, 5.0, 10.0];
    let factor = factors.into_iter().find(|factor| factor * power >= size);
    factor.unwrap_or(10.0) * power
}

/// A number with as many decimals as tell it from its neighbour.
pub(super) fn number(value: f64, apart: f64) -> String {
    if value != 0.0 && (value.abs() < 1e-4 || value.abs() >= 1e6) {
        return format!("{value:.0e}");
    }
    let decimals = (-apart.log10() - 1e-9).ceil().clamp(0.0, 9.0) as usize;
    format!("{value:.decimals$}")
}

/// `12,345`.
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `0:07`, `12:05` or `3:00:00`: minutes and seconds, hours before them where there are any.
pub(super) fn clock(seconds: f64) -> String {
    let whole = seconds.max(0.0).round() as u64;
    let (hours, minutes, seconds) = (whole / 3600, whole / 60 % 60, whole % 60);
    match hours {
        0 => format!("{minutes}:{seconds:02}"),
        _ => format!("{hours}:{minutes:02}:{seconds:02}"),
    }
}
