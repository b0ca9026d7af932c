//! Runs of an experiment: settings in layers, arms with values, and what cannot be.

use bnonly::experiment::definition::{Experiment, Scale};
use bnonly::experiment::overlay::Overlay;
use bnonly::experiment::plan::Plan;
use bnonly::train::table::setting_named;

use super::{FILE, made_up};

fn overlay(given: &[(&str, &str)]) -> Overlay {
    let mut overlay = Overlay::default();
    for (key, text) in given {
        overlay.set(setting_named(key).unwrap(), (*text).to_owned());
    }
    overlay
}

#[test]
fn settings_lie_over_each_other_and_arms_have_a_run_for_each_value_and_seed() {
    let given = overlay(&[("lr", "0.5")]);
    let plan = Plan::new(&made_up(), Scale::Glance, None, &given).unwrap();
    let names: Vec<_> = plan.arms.iter().map(|arm| arm.name.as_str()).collect();
    let expected = [
        "bn-resnet-8",
        "bn-resnet-14",
        "probe-resnet-8",
        "probe-resnet-14",
        "alone",
        "wide-width-4",
        "wide-width-8",
    ];
    assert_eq!(names, expected);
    assert_eq!(plan.arms[1].label, "BatchNorm, resnet-14");
    assert_eq!(plan.arms[5].label, "wider, width 4");
    assert_eq!(plan.arms[3].after.as_deref(), Some("bn-resnet-14"));
    let settings = |name: &str| &plan.arm(name).unwrap().settings;
    assert_eq!(settings("bn-resnet-14").model.to_string(), "resnet-14");
    assert_eq!(settings("wide-width-8").width, Some(8));
    assert_eq!(
        (
            settings("bn-resnet-8").batch_size,
            settings("alone").batch_size
        ),
        (32, 16)
    );
    assert!(
        plan.arms
            .iter()
            .all(|arm| arm.settings.lr == 0.5 && arm.settings.epochs == 2)
    );
    let paper: Vec<_> = plan.arms.iter().map(|arm| arm.paper).collect();
    assert_eq!(paper[..5], [None, Some(47.9), None, None, Some(91.0)]);
    assert_eq!(plan.size(), "21 runs (7 arms, 3 seeds)");
    let runs = plan.runs();
    assert_eq!(
        (runs.len(), runs[7].folder().as_str()),
        (21, "bn-resnet-8-seed1")
    );
}

#[test]
fn arms_are_compared_value_by_value_or_with_one_that_has_none() {
    let plan = Plan::new(&made_up(), Scale::Glance, None, &Overlay::default()).unwrap();
    let names = |more, less| {
        let pairs = plan.pairs(more, less).into_iter();
        pairs
            .map(|(more, less)| format!("{} {}", more.name, less.name))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        names("probe", "bn"),
        ["probe-resnet-8 bn-resnet-8", "probe-resnet-14 bn-resnet-14"]
    );
    assert_eq!(
        names("alone", "bn"),
        ["alone bn-resnet-8", "alone bn-resnet-14"]
    );
    assert_eq!(names("alone", "alone"), ["alone alone"]);
}

#[test]
fn what_arms_differ_in_cannot_be_given_for_all() {
    let told = |given: &[(&str, &str)], seeds, scale| {
        let plan = Plan::new(&made_up(), scale, seeds, &overlay(given));
        plan.expect_err("it cannot").to_string()
    };
    for key in ["model", "train", "width", "batch-size"] {
        let value = if key == "model" {
            "resnet-8"
        } else if key == "train" {
            "bn"
        } else {
            "4"
        };
        let told = told(&[(key, value)], None, Scale::Glance);
        assert!(told.contains(&format!("differ in `{key}`")), "{told}");
    }
    assert!(told(&[], Some(0), Scale::Glance).contains("0 seeds"));
    assert!(told(&[], None, Scale::Small).contains("no scale small; it has glance, paper"));
    let told = told(&[("momentum", "1.5")], None, Scale::Glance);
    assert!(told.starts_with("arm bn-resnet-8: momentum"), "{told}");
}

/// `experiment.toml` beside the runs says how they were made, and can be run again.
#[test]
fn the_file_beside_the_runs_makes_the_same_plan() {
    let given = overlay(&[("lr", "0.5"), ("data", "a \"folder\" of mine")]);
    let plan = Plan::new(&made_up(), Scale::Glance, Some(4), &given).unwrap();
    let text = plan.to_toml();
    assert!(text.starts_with(FILE.trim_end()));
    let again = Plan::again(&Experiment::from_toml(&text).unwrap())
        .unwrap()
        .unwrap();
    assert_eq!(
        (again.scale, again.seeds, &again.overrides),
        (plan.scale, 4, &given)
    );
    assert_eq!(again.arms, plan.arms);
    // Run from there, it is written as it was.
    assert_eq!(again.to_toml(), text);
    let fewer = Plan::new(&again.experiment, Scale::Paper, None, &Overlay::default()).unwrap();
    let text = fewer.to_toml();
    assert_eq!(text.matches("[run]").count(), 1);
    let again = Plan::again(&Experiment::from_toml(&text).unwrap())
        .unwrap()
        .unwrap();
    assert_eq!((again.scale, again.seeds), (Scale::Paper, 5));
    assert_eq!(Plan::again(&made_up()).unwrap(), None);
}
