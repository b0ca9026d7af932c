//! Thinning loses no extreme, means are exact, and a rewind leaves what a shorter run would have.

use bnonly::train::history::pyramid::{Pyramid, Summary};
use bnonly::train::history::{Axis, Column, History, Query, Series};
use bnonly::train::metric::Metric;
use proptest::prelude::*;

use crate::curves::runs::{eval, events, history, noise, step};

fn query(range: (f64, f64), columns: usize, window: usize) -> Query {
    Query {
        series: Series::Loss,
        axis: Axis::Step,
        range,
        columns,
        window,
    }
}

fn naive(values: &[f32]) -> Summary {
    let mut summary = Summary::EMPTY;
    for value in values {
        summary.low = summary.low.min(*value);
        summary.high = summary.high.max(*value);
        summary.sum += f64::from(*value);
    }
    summary
}

/// Sums are taken in another order.
fn assert_same(found: Summary, expected: Summary) {
    assert_eq!((found.low, found.high), (expected.low, expected.high));
    let off = (found.sum - expected.sum).abs();
    assert!(
        off <= 1e-9 * expected.sum.abs().max(1.0),
        "{found:?} {expected:?}"
    );
}

proptest! {
    #[test]
    fn any_stretch_is_summed_up_as_by_looking_at_each_value(
        mut values in prop::collection::vec(-100.0_f32..100.0, 0..700),
        cuts in prop::collection::vec((0.0..1.2, 0_usize..90), 0..4),
        ends in prop::collection::vec((0.0..1.1, 0.0..1.1), 1..20),
    ) {
        let mut pyramid = Pyramid::default();
        values.iter().for_each(|value| pyramid.push(*value));
        for (kept, more) in cuts {
            let kept = (kept * values.len() as f64) as usize;
            values.truncate(kept);
            pyramid.truncate(kept);
            for at in 0..more {
                values.push(at as f32 - 45.0);
                pyramid.push(at as f32 - 45.0);
            }
        }
        prop_assert_eq!(pyramid.values(), &values[..]);
        for (a, b) in ends {
            let place = |share: f64| (share * values.len() as f64) as usize;
            let (start, end) = (place(a), place(b));
            let inside = start.min(values.len())..end.min(values.len()).max(start.min(values.len()));
            assert_same(pyramid.summary(start..end), naive(&values[inside]));
        }
    }

    #[test]
    fn thinning_keeps_every_extreme_and_means_are_those_of_the_window(
        losses in prop::collection::vec(0.0_f32..10.0, 1..3000),
        first in 1_u64..100_000,
        columns in 1_usize..400,
        window in 1_usize..500,
        (left, width) in (-0.2..1.1, 1e-3..1.5),
    ) {
        let events = losses.iter().enumerate();
        let history: History =
            events.map(|(at, loss)| step(first + at as u64, f64::from(*loss))).collect::<Vec<_>>().iter().collect();
        let length = losses.len() as f64;
        let range = (first as f64 + left * length, first as f64 + (left + width) * length);
        let found = history.view(&query(range, columns, window));
        prop_assert!(found.len() <= columns + 4, "{} of {columns}", found.len());
        // Columns follow each other without gap or overlap; each is checked against its own values.
        let mut start = None;
        for Column { x, mean, low, high } in found.iter().copied() {
            let end = (x - first as f64) as usize + 1;
            // How far back the first column reaches cannot be told from outside.
            let Some(from) = start.replace(end) else { continue };
            let own = naive(&losses[from..end]);
            prop_assert_eq!((low, high), (f64::from(own.low), f64::from(own.high)));
            let wide = end.saturating_sub(window).min(from);
            let expected = naive(&losses[wide..end]).sum / (end - wide) as f64;
            prop_assert!((mean - expected).abs() < 1e-9, "{mean} {expected}");
        }
        let seen: Vec<f32> = losses.iter().enumerate()
            .filter(|(at, _)| (range.0..=range.1).contains(&(first as f64 + *at as f64)))
            .map(|(_, loss)| *loss).collect();
        if !seen.is_empty() {
            let whole = naive(&seen);
            let lowest = found.iter().map(|column| column.low).fold(f64::INFINITY, f64::min);
            let highest = found.iter().map(|column| column.high).fold(0.0, f64::max);
            prop_assert!(lowest <= f64::from(whole.low) && highest >= f64::from(whole.high));
        }
    }
}

#[test]
fn all_values_are_there_where_there_is_room_for_them() {
    let history = history(3, 500, 100);
    let columns = history.view(&query((101.0, 120.0), 100, 1));
    // One beyond each end.
    let places: Vec<f64> = columns.iter().map(|column| column.x).collect();
    let expected: Vec<f64> = (100..=121).map(f64::from).collect();
    assert_eq!(places, expected);
    for column in columns {
        assert_eq!((column.low, column.high), (column.mean, column.mean));
        let exact = history
            .nearest(Series::Loss, Axis::Step, column.x, 1)
            .unwrap();
        assert_eq!(column.mean, f64::from(exact.value));
    }
}

#[test]
fn a_million_steps_come_to_as_many_points_as_there_are_pixels() {
    let mut history = History::default();
    for at in 1..=1_000_000 {
        history.push(&step(at, if at == 654_321 { 9.0 } else { 1.0 + noise(at) }));
    }
    for axis in Axis::ALL {
        let range = history.extent(axis).unwrap();
        let width = range.1 - range.0;
        for zoom in [1.0, 10.0, 1e3, 1e5] {
            let range = (range.0 + 0.3 * width, range.0 + (0.3 + 1.0 / zoom) * width);
            let found = history.view(&Query {
                axis,
                ..query(range, 1280, 1)
            });
            assert!(found.len() <= 1284, "{}", found.len());
            assert!(
                found.len() >= 640.min((1e6 / zoom) as usize),
                "{}",
                found.len()
            );
        }
        let whole = history.view(&Query {
            axis,
            ..query(range, 1280, 200)
        });
        let highest = whole.iter().map(|column| column.high).fold(0.0, f64::max);
        assert_eq!(highest, 9.0, "one step of a million stands out");
    }
}

#[test]
fn a_huge_loss_does_not_drown_those_after_it() {
    let mut history = History::default();
    for at in 1..=2_000 {
        history.push(&step(at, if at == 10 { 1e30 } else { 1.0 }));
    }
    let found = history
        .nearest(Series::Loss, Axis::Step, 2_000.0, 1_000)
        .unwrap();
    assert_eq!((found.value, found.mean), (1.0, 1.0));
}

#[test]
fn a_rewind_forgets_what_is_after_it() {
    let events = events(7, 1_000, 100);
    let mut history: History = events.iter().collect();
    let before = |step: u64| -> Vec<Metric> {
        let at = |event: &Metric| match event {
            Metric::Step { step, .. } | Metric::Eval { step, .. } => *step,
        };
        events
            .iter()
            .filter(|event| at(event) < step)
            .cloned()
            .collect()
    };
    let stamp = history.stamp();
    history.push(&step(400, 5.0));
    assert_ne!(history.stamp(), stamp);
    assert_eq!(history.last_step(), Some(400));
    assert_eq!(
        (history.len(Series::Loss), history.len(Series::TestLoss)),
        (400, 3)
    );
    let mut expected: History = before(400).iter().collect();
    expected.push(&step(400, 5.0));
    assert!(history.events().eq(expected.events()));
    let whole = query((0.0, 500.0), 300, 30);
    assert_eq!(history.view(&whole), expected.view(&whole));

    // An evaluation is of the step that was the last; one of an earlier step is a rewind too.
    history.push(&eval(400, 1.0));
    history.push(&eval(400, 2.0));
    assert_eq!(history.len(Series::TestLoss), 4);
    let last = history
        .nearest(Series::TestLoss, Axis::Step, 400.0, 1)
        .unwrap();
    assert_eq!((last.step, last.value), (400, 2.0));
    history.push(&eval(300, 2.0));
    assert_eq!(
        (history.len(Series::Loss), history.len(Series::TestLoss)),
        (300, 3)
    );
}

#[test]
fn a_resumed_run_may_begin_later_and_leave_steps_out() {
    let given = [
        step(501, 1.0),
        step(502, 2.0),
        eval(502, 3.0),
        step(600, 4.0),
    ];
    let history: History = given.iter().collect();
    assert!(history.events().eq(given.iter().map(rounded)));
    assert_eq!(history.extent(Axis::Step), Some((501.0, 600.0)));
    assert_eq!(history.extent(Axis::Time), Some((501.0 / 50.0, 12.0)));
    let near = |x: f64| history.nearest(Series::Loss, Axis::Step, x, 2).unwrap();
    assert_eq!((near(0.0).step, near(0.0).mean), (501, 1.0));
    assert_eq!((near(550.0).step, near(550.0).mean), (502, 1.5));
    assert_eq!((near(552.0).step, near(1e9).mean), (600, 3.0));
    assert_eq!(history.place_of_step(550, Axis::Epoch), Some(6.0));
    assert_eq!(history.place_of_step(601, Axis::Step), None);
}

/// As precise as a history keeps it.
fn rounded(event: &Metric) -> Metric {
    let round = |value: f64| f64::from(value as f32);
    match event.clone() {
        Metric::Step {
            step,
            epoch,
            loss,
            accuracy,
            lr,
            seconds,
        } => {
            let (loss, accuracy, lr) = (round(loss), round(accuracy), round(lr));
            Metric::Step {
                step,
                epoch,
                loss,
                accuracy,
                lr,
                seconds,
            }
        }
        eval @ Metric::Eval { .. } => eval,
    }
}

#[test]
fn odd_numbers_and_odd_questions_are_answered() {
    let mut history = History::default();
    assert_eq!(history.extent(Axis::Step), None);
    assert!(history.view(&query((0.0, 1.0), 10, 1)).is_empty());
    assert_eq!(history.nearest(Series::Loss, Axis::Step, 0.0, 1), None);
    for (at, odd) in [
        (1, f64::NAN),
        (2, f64::INFINITY),
        (3, 1.0),
        (4, -1.0),
        (u64::MAX, 1e300),
    ] {
        history.push(&Metric::Step {
            step: at,
            epoch: odd,
            loss: odd,
            accuracy: odd,
            lr: odd,
            seconds: odd,
        });
    }
    let odd = [f64::NAN, f64::INFINITY, -1.0, 0.0, 2.5, 1e300];
    for axis in Axis::ALL {
        for (left, right) in odd.iter().flat_map(|left| odd.map(|right| (*left, right))) {
            for (columns, window) in [(0, 0), (1, usize::MAX), (100, 1)] {
                let range = (left, right);
                let found = history.view(&Query {
                    axis,
                    ..query(range, columns, window)
                });
                assert!(found.len() <= columns + 4);
            }
            history.nearest(Series::Loss, axis, left, usize::MAX);
        }
    }
    let found = history.view(&query((2.5, 4.5), 100, 1));
    let means: Vec<f64> = found.iter().map(|column| column.mean).take(3).collect();
    assert_eq!(
        means,
        [f64::INFINITY, 1.0, -1.0],
        "an odd value stays where it is"
    );
}

#[test]
fn files_without_times_have_evaluations_by_time_alone() {
    let mut history = History::default();
    for at in 1..=10 {
        let Metric::Step {
            step,
            epoch,
            loss,
            accuracy,
            lr,
            ..
        } = step(at, 1.0)
        else {
            unreachable!()
        };
        history.push(&Metric::Step {
            step,
            epoch,
            loss,
            accuracy,
            lr,
            seconds: 0.0,
        });
    }
    assert_eq!(history.extent(Axis::Time), None);
    assert!(!history.places_steps(Axis::Time));
    history.push(&eval(10, 1.0));
    assert_eq!(history.extent(Axis::Time), Some((0.2, 0.2)));
    let by_time = Query {
        axis: Axis::Time,
        ..query((0.0, 1.0), 10, 1)
    };
    assert!(history.view(&by_time).is_empty());
    assert_eq!(
        history
            .view(&Query {
                series: Series::TestLoss,
                ..by_time
            })
            .len(),
        1
    );
}
