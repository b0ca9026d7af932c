//! What rules make of runs.

use bnonly::experiment::definition::Scale;
use bnonly::experiment::overlay::Overlay;
use bnonly::experiment::plan::Plan;
use bnonly::experiment::results::{Measure, RunResult};
use bnonly::experiment::verdict::{Verdict, judge};

use super::{made_up, result};

fn plan() -> Plan {
    Plan::new(&made_up(), Scale::Glance, None, &Overlay::default()).unwrap()
}

/// Three seeds of each arm, with these accuracies and this many γ and β.
fn runs(arms: &[(&str, f64, f64)]) -> Vec<RunResult> {
    let of_arm = |(arm, accuracy, norms): &(&str, f64, f64)| {
        let run = |seed: u64| {
            let measures = [
                (Measure::Accuracy, accuracy + 0.01 * seed as f64),
                (Measure::BatchNormParameters, *norms),
            ];
            result(arm, seed, &measures)
        };
        [0, 1, 2].map(run)
    };
    arms.iter().flat_map(of_arm).collect()
}

const ARMS: [(&str, f64, f64); 5] = [
    ("bn-resnet-8", 0.5, 64.0),
    ("bn-resnet-14", 0.7, 128.0),
    ("alone", 0.9, 256.0),
    ("wide-width-4", 0.5, 64.0),
    ("wide-width-8", 0.5, 128.0),
];

#[test]
fn clear_differences_support_and_contradict() {
    let (judged, verdict) = judge(&plan(), &runs(&ARMS));
    assert_eq!(verdict, Some(Verdict::Supported), "{judged:#?}");
    assert_eq!(judged[0].comparisons.len(), 2);
    let first = &judged[0].comparisons[0];
    assert_eq!(
        (first.more.as_str(), first.less.as_str()),
        ("alone", "BatchNorm, resnet-8")
    );
    assert!((first.difference.unwrap().value - 0.4).abs() < 1e-12);
    assert_eq!(first.counts, (3, 3));
    // Doubling γ and β by depth gains 0.2, by width nothing.
    let slopes = judged[1].comparisons[0].difference.unwrap();
    assert!((slopes.value - 0.2).abs() < 1e-12, "{slopes:?}");

    let mut arms = ARMS;
    arms[0].1 = 0.95;
    let (judged, verdict) = judge(&plan(), &runs(&arms));
    let verdicts: Vec<_> = judged[0]
        .comparisons
        .iter()
        .map(|one| one.verdict)
        .collect();
    assert_eq!(verdicts, [Verdict::Contradicted, Verdict::Supported]);
    assert_eq!(verdict, Some(Verdict::Contradicted));
}

#[test]
fn what_is_close_and_what_has_too_few_runs_is_undecided() {
    let mut arms = ARMS;
    arms[1].1 = 0.895;
    let (judged, verdict) = judge(&plan(), &runs(&arms));
    assert_eq!(judged[0].verdict, Verdict::Undecided);
    assert_eq!(verdict, Some(Verdict::Undecided));
    // However clear, two runs decide nothing.
    let mut few = runs(&ARMS);
    few.retain(|run| run.arm != "alone" || run.seed < 2);
    let (judged, _) = judge(&plan(), &few);
    assert_eq!(judged[0].verdict, Verdict::Undecided);
    assert!(judged[0].comparisons[0].difference.is_some());
    // Also where a slope has points enough.
    let mut few = runs(&ARMS);
    few.retain(|run| run.arm != "wide-width-8" || run.seed < 2);
    let (judged, _) = judge(&plan(), &few);
    assert!(judged[1].comparisons[0].difference.is_some());
    assert_eq!(judged[1].verdict, Verdict::Undecided);
    let (judged, _) = judge(&plan(), &[]);
    assert!(judged.iter().all(|one| one.verdict == Verdict::Undecided));
    assert_eq!(judged[0].comparisons[0].difference, None);
}

#[test]
fn two_measures_of_one_arm_are_told_apart() {
    let mut experiment = made_up();
    let text = experiment.text.replace(
        "more = { arm = \"alone\" }\nless = { arm = \"bn\" }",
        "more = { arm = \"alone\", measure = \"loss-random\" }\nless = { arm = \"alone\", measure = \"loss-below\" }",
    );
    experiment = bnonly::experiment::definition::Experiment::from_toml(&text).unwrap();
    let plan = Plan::new(&experiment, Scale::Glance, None, &Overlay::default()).unwrap();
    let run = |seed| {
        let below = 0.01 * seed as f64;
        result(
            "alone",
            seed,
            &[
                (Measure::LossBelow, below),
                (Measure::LossRandom, 0.3 + below),
            ],
        )
    };
    let (judged, _) = judge(&plan, &[run(0), run(1), run(2)]);
    let [one] = judged[0].comparisons.as_slice() else {
        panic!("{judged:#?}")
    };
    assert_eq!(one.verdict, Verdict::Supported);
    assert_eq!(
        one.more,
        "alone: accuracy lost without as many random channels"
    );
    assert_ne!(one.more, one.less);
}
