//! Files of experiments: those that ship, and those that are wrong.

use bnonly::experiment::definition::{Experiment, Rule, Scale};
use bnonly::experiment::overlay::Overlay;
use bnonly::experiment::plan::Plan;
use bnonly::experiment::shipped::{shipped, shipped_named};

use super::{FILE, made_up};

#[test]
fn the_nine_that_ship_can_be_planned_at_every_scale() {
    let all = shipped();
    assert_eq!(all.len(), 9);
    for experiment in &all {
        let found = shipped_named(&experiment.name);
        assert_eq!(found.as_ref(), Some(experiment));
        for scale in Scale::ALL {
            let plan = Plan::new(experiment, scale, None, &Overlay::default());
            let plan = plan.unwrap_or_else(|error| panic!("{}: {error}", experiment.name));
            // Nothing is decided by fewer.
            assert!(plan.seeds >= 3, "{} {scale}", experiment.name);
            let mut names: Vec<_> = plan.arms.iter().map(|arm| arm.name.clone()).collect();
            names.sort();
            names.dedup();
            assert_eq!(
                names.len(),
                plan.arms.len(),
                "{} {scale}: {names:?}",
                experiment.name
            );
        }
        assert!(!experiment.figures.is_empty() && !experiment.not_shown.is_empty());
    }
    assert_eq!(shipped_named("no-such-experiment"), None);
}

/// Only arms differ: what is asked of one thing is answered by one thing.
#[test]
fn arms_of_shipped_experiments_share_all_other_settings() {
    for experiment in shipped() {
        let plan = Plan::new(&experiment, Scale::Glance, None, &Overlay::default()).unwrap();
        for arm in &plan.arms {
            let of = experiment.arm(&arm.of).unwrap();
            let mut first = plan.arms[0].settings.clone();
            for (key, _) in of.settings.iter().chain(experiment.arms[0].settings.iter()) {
                let setting = bnonly::train::table::setting_named(key).unwrap();
                if let Some(text) = setting.get(&arm.settings) {
                    setting.set(&mut first, &text).unwrap();
                }
            }
            for key in [&of.each, &experiment.arms[0].each].into_iter().flatten() {
                let setting = bnonly::train::table::setting_named(key).unwrap();
                match setting.get(&arm.settings) {
                    Some(text) => setting.set(&mut first, &text).unwrap(),
                    None => first.width = None,
                }
            }
            assert_eq!(first, arm.settings, "{}: {}", experiment.name, arm.name);
        }
    }
}

#[test]
fn all_that_a_file_says_is_read() {
    let experiment = made_up();
    assert_eq!(
        (experiment.name.as_str(), experiment.question.as_str()),
        ("made-up", "Is it?")
    );
    assert_eq!(experiment.scales[&Scale::Glance].each["width"], ["4", "8"]);
    assert_eq!(experiment.arms[1].after.as_deref(), Some("bn"));
    assert_eq!(experiment.figures[0].arms, ["bn", "alone"]);
    assert!(matches!(&experiment.rules[0], Rule::More { more, .. } if more.arm == "alone"));
    assert!(matches!(&experiment.rules[1], Rule::Steeper { flatter, .. } if flatter == "wide"));
    assert_eq!(experiment.run, None);
}

/// Each with a part of the file, what stands in its place, and what is said of it.
const WRONG: &[(&str, &str, &str)] = &[
    (
        "seeds = 3",
        "seeds = 0",
        "line 13: seeds: expected a whole number from 1 to 1000",
    ),
    (
        "epochs = 2",
        "epoch = 2",
        "line 10: `epoch`: there is no such setting; did you mean `epochs`?",
    ),
    (
        "epochs = 2",
        "epochs = -1",
        "line 10: epochs: `-1` cannot be used; expected",
    ),
    ("epochs = 2", "epochs = [2]", "line 10: `epochs`: expected"),
    (
        "batch-size = 32",
        "batch-size = 0",
        "line 14: batch-size: 0 cannot be used; expected",
    ),
    ("\"resnet-8\", ", "\"resnet-9\", ", "line 15: "),
    ("[scales.glance]", "[scales.huge]", "huge"),
    (
        "name = \"made-up\"",
        "name = \"made up\"",
        "line 2: `made up` cannot name files",
    ),
    (
        "after = \"bn\"",
        "after = \"alone\"",
        "line 33: `probe` begins after `alone`, which has to stand above it",
    ),
    (
        "after = \"bn\"",
        "after = \"nn\"",
        "line 33: there is no arm `nn`; expected one of bn, probe, alone, wide",
    ),
    (
        "name = \"alone\"",
        "name = \"bn\"",
        "line 36: a second arm `bn`",
    ),
    (
        "each = \"width\"",
        "each = \"lr\"",
        "line 44: scale glance has no values of `lr`",
    ),
    (
        "arms = [\"bn\", \"alone\"]",
        "arms = [\"all\"]",
        "there is no arm `all`",
    ),
    ("kind = \"arms\"", "kind = \"pie\"", "line 49: "),
    (
        "less = { arm = \"bn\" }",
        "less = { arm = \"b\" }",
        "there is no arm `b`",
    ),
    (
        "flatter = \"wide\"",
        "less = { arm = \"wide\" }",
        "a rule has either `more` and `less`, or `steeper` and `flatter`",
    ),
    (
        "less = { arm = \"bn\" }",
        "less = { arm = \"bn\", measure = \"joy\" }",
        "joy",
    ),
    ("label = \"wider\"", "colour = \"red\"", "line "),
    ("question = \"Is it?\"", "question = ", "line 4: "),
];

#[test]
fn what_is_wrong_is_told_with_its_line() {
    for (right, wrong, told) in WRONG {
        assert!(FILE.contains(right), "{right}");
        let error = Experiment::from_toml(&FILE.replacen(right, wrong, 1));
        let error = error.expect_err(wrong).to_string();
        assert!(
            error.starts_with("line ") && error.contains(told),
            "{wrong}: {error}"
        );
    }
    let error = Experiment::from_toml("")
        .expect_err("nothing is missing")
        .to_string();
    assert!(error.contains("name"), "{error}");
}
