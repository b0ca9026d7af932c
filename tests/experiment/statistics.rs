//! Means, intervals and comparisons beside SciPy's (`tests/fixtures/statistics/reference.py`).

use bnonly::experiment::statistics::{Difference, Estimate, Slope, difference};
use serde_json::Value;

fn scipy() -> Value {
    serde_json::from_str(include_str!("../fixtures/statistics/scipy.json")).unwrap()
}

fn numbers(value: &Value) -> Vec<f64> {
    let all = value.as_array().unwrap().iter();
    all.map(|number| number.as_f64().unwrap()).collect()
}

fn points(value: &Value) -> Vec<(f64, f64)> {
    let all = value.as_array().unwrap().iter();
    all.map(|point| (point[0].as_f64().unwrap(), point[1].as_f64().unwrap()))
        .collect()
}

fn near(found: f64, expected: &Value) {
    let expected = expected.as_f64().unwrap();
    let off = (found - expected).abs() / expected.abs().max(1e-3);
    assert!(off < 1e-6, "{found}, SciPy {expected}");
}

fn same(found: &Difference, expected: &Value) {
    near(found.value, &expected["value"]);
    near(found.low, &expected["low"]);
    near(found.high, &expected["high"]);
    near(found.degrees, &expected["degrees"]);
    near(found.p, &expected["p"]);
}

#[test]
fn means_and_their_intervals_are_scipys() {
    let scipy = scipy();
    let cases = scipy["estimates"].as_array().unwrap();
    assert_eq!(cases.len(), 3);
    for case in cases {
        let values = numbers(&case["values"]);
        let found = Estimate::of(&values).unwrap();
        near(found.mean, &case["mean"]);
        near(found.half_width.unwrap(), &case["half_width"]);
        assert_eq!(found.count, values.len());
    }
    assert_eq!(Estimate::of(&[]), None);
    assert_eq!(Estimate::of(&[0.5]).unwrap().half_width, None);
}

#[test]
fn differences_are_scipys_welch_test() {
    let scipy = scipy();
    let cases = scipy["welch"].as_array().unwrap();
    assert_eq!(cases.len(), 4);
    for case in cases {
        let found = difference(&numbers(&case["more"]), &numbers(&case["less"]));
        same(&found.unwrap(), case);
    }
    assert_eq!(difference(&[0.5], &[0.1, 0.2]), None);
}

#[test]
fn slopes_and_their_difference_are_scipys() {
    let scipy = scipy();
    let cases = scipy["slopes"].as_array().unwrap();
    assert_eq!(cases.len(), 2);
    for case in cases {
        let slopes = ["steeper", "flatter"].map(|key| Slope::of(&points(&case[key])).unwrap());
        for (at, slope) in slopes.iter().enumerate() {
            near(slope.value, &case["slopes"][at]);
            near(slope.error, &case["errors"][at]);
        }
        same(&slopes[0].difference(&slopes[1]), case);
    }
    assert_eq!(Slope::of(&[(1.0, 1.0), (2.0, 2.0)]), None);
    assert_eq!(Slope::of(&[(1.0, 1.0), (1.0, 2.0), (1.0, 3.0)]), None);
}

/// Seeds that all come to the same: the interval has no width, and is a number.
#[test]
fn without_any_spread_a_difference_is_what_it_is() {
    let found = difference(&[0.5; 3], &[0.25; 3]).unwrap();
    assert_eq!(
        (found.value, found.low, found.high, found.p),
        (0.25, 0.25, 0.25, 0.0)
    );
    let none = difference(&[0.5; 3], &[0.5; 3]).unwrap();
    assert_eq!((none.low, none.high, none.p), (0.0, 0.0, 1.0));
}
