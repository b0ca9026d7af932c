//! Where the marks of the axes stand, and what is written at them: what pictures have too is in
//! [`axes`](crate::train::plot::axes), here is what only the app has, times and logarithms.

use std::ops::RangeInclusive;

use egui::Rangef;
use egui_plot::{GridInput, GridMark};

use crate::numbers::grouped;
use crate::train::history::Axis;
pub(in crate::app) use crate::train::plot::axes::number;
use crate::train::plot::axes::{X_APART, Y_APART, round_up, sizes};

/// Points between two marks for one of them to have a label, and for it to have it in full strength:
/// the first keeps labels off the finer marks, which are a quarter as far apart at most.
pub(in crate::app) const X_LABELS: Rangef = Rangef {
    min: 45.0,
    max: 60.0,
};
pub(in crate::app) const Y_LABELS: Rangef = Rangef {
    min: 19.0,
    max: 28.0,
};

/// What [`GridInput::base_step_size`] stands for, in points.
const BASE: f64 = 8.0;

/// Seconds between marks of a clock, from 1 second to 10 days; shorter ones are decimal.
const TIMES: [f64; 17] = [
    1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1_800.0, 3_600.0, 7_200.0, 21_600.0,
    43_200.0, 86_400.0, 172_800.0, 864_000.0,
];

/// Marks of the horizontal axis: minutes and hours where it is time, round numbers otherwise.
pub(in crate::app) fn x_marks(axis: Axis, input: GridInput) -> Vec<GridMark> {
    let apart = input.base_step_size * X_APART / BASE;
    let time = TIMES.into_iter().find(|time| *time >= apart);
    match time.filter(|_| axis == Axis::Time && apart > 0.5) {
        Some(size) => {
            let divides = |small: f64, large: f64| (large / small).fract() == 0.0;
            let mut finer = TIMES.into_iter().rev();
            let finer = finer.find(|time| *time < size && divides(*time, size));
            let mut coarser = TIMES.into_iter();
            let coarser = coarser.find(|time| *time > size && divides(size, *time));
            spaced(
                input,
                [finer.unwrap_or(0.2), size, coarser.unwrap_or(10.0 * size)],
            )
        }
        None => even_marks(input, apart),
    }
}

/// Marks of a vertical axis that is not logarithmic.
pub(in crate::app) fn y_marks(input: GridInput) -> Vec<GridMark> {
    let apart = input.base_step_size * Y_APART / BASE;
    even_marks(input, apart)
}

/// Marks at multiples of 1, 2 or 5 times a power of ten.
fn even_marks(input: GridInput, apart: f64) -> Vec<GridMark> {
    match apart > 0.0 && apart.is_finite() {
        true => spaced(input, sizes(apart)),
        false => Vec::new(),
    }
}

fn spaced(input: GridInput, sizes: [f64; 3]) -> Vec<GridMark> {
    egui_plot::uniform_grid_spacer(|_| sizes)(input)
}

/// What stands at a mark of the horizontal axis.
pub(in crate::app) fn x_text(axis: Axis, mark: GridMark) -> String {
    match axis {
        Axis::Step if mark.value < -0.5 || (mark.value - mark.value.round()).abs() > 1e-6 => {
            String::new()
        }
        Axis::Step => grouped(mark.value.round() as u64),
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
    // The plot draws whatever it is given, outside of it too.
    marks.retain(|mark| (low..=high).contains(&mark.value));
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

/// `0:07`, `12:05` or `3:00:00`: minutes and seconds, hours before them where there are any.
pub(super) fn clock(seconds: f64) -> String {
    let whole = seconds.max(0.0).round() as u64;
    let (hours, minutes, seconds) = (whole / 3600, whole / 60 % 60, whole % 60);
    match hours {
        0 => format!("{minutes}:{seconds:02}"),
        _ => format!("{hours}:{minutes:02}:{seconds:02}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn input(low: f64, high: f64, points: f64) -> GridInput {
        GridInput {
            bounds: (low, high),
            base_step_size: BASE * (high - low) / points,
        }
    }

    /// The texts of the marks that are far enough apart to have one.
    fn texts(marks: Vec<GridMark>, apart: f64, text: impl Fn(GridMark) -> String) -> Vec<String> {
        let labelled = marks.into_iter().filter(|mark| mark.step_size >= apart);
        labelled.map(text).filter(|text| !text.is_empty()).collect()
    }

    #[test]
    fn marks_are_round_numbers_that_fit_beside_each_other() {
        let steps = x_marks(Axis::Step, input(0.0, 40_001.0, 800.0));
        let found = texts(steps, 2500.0, |mark| x_text(Axis::Step, mark));
        let expected = "0 5,000 10,000 15,000 20,000 25,000 30,000 35,000 40,000";
        assert_eq!(found, expected.split(' ').collect::<Vec<_>>());
        let times = x_marks(Axis::Time, input(0.0, 5_401.0, 500.0));
        let found = texts(times, 900.0, |mark| x_text(Axis::Time, mark));
        assert_eq!(found, ["0:00", "30:00", "1:00:00", "1:30:00"]);
        let losses = y_marks(input(0.4, 2.6, 300.0));
        let found = texts(losses, 0.3, |mark| number(mark.value, mark.step_size));
        assert_eq!(found, ["0.5", "1", "1.5", "2", "2.5"]);
    }

    #[test]
    fn logarithmic_marks_stay_within_the_axis() {
        for (low, high) in [
            (0.3_f64, 3.0_f64),
            (0.5, 0.9),
            (1e-6, 1.0),
            (1e-200, 1e200),
            (7.0, 7.1),
        ] {
            let (low, high) = (low.log10(), high.log10());
            let marks = log_marks(input(low, high, 300.0));
            assert!((2..120).contains(&marks.len()), "{} marks", marks.len());
            assert!(marks.iter().all(|mark| (low..=high).contains(&mark.value)));
            let labelled = marks.iter().map(|mark| log_text(*mark, &(low..=high)));
            assert!(labelled.filter(|text| !text.is_empty()).count() >= 2);
        }
        let range = 0.3_f64.log10()..=3.0_f64.log10();
        let found = texts(
            log_marks(input(*range.start(), *range.end(), 300.0)),
            0.2,
            |mark| log_text(mark, &range),
        );
        assert_eq!(found, ["0.5", "1", "2"]);
    }

    #[test]
    fn times_are_written_as_a_clock_does() {
        assert_eq!(clock(7.4), "0:07");
        assert_eq!(clock(3_599.6), "1:00:00");
    }
}
