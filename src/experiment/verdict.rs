//! What the rule of an experiment makes of its runs: supported, contradicted, or undecided.

use super::definition::{Experiment, Rule, Side};
use super::plan::{Plan, PlannedArm};
use super::results::{Measure, RunResult};
use super::statistics::{Difference, Slope, difference};

/// Runs of an arm below which nothing is decided.
pub const FEWEST: usize = 3;

/// What a comparison says of a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The 95 % interval of the difference is above zero.
    Supported,
    /// It is below zero.
    Contradicted,
    /// It holds zero, or there are fewer than three runs of an arm.
    Undecided,
}

impl Verdict {
    /// A word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Supported => "supported",
            Self::Contradicted => "contradicted",
            Self::Undecided => "undecided",
        }
    }
}

/// One comparison.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// What is to be more, in words.
    pub more: String,
    /// What is to be less, in words.
    pub less: String,
    /// What is compared; of slopes, what rises.
    pub measure: Measure,
    /// With the doubling of what it rises, of slopes.
    pub against: Option<Measure>,
    /// Runs that counted on either side.
    pub counts: (usize, usize),
    /// By how much it is more; `None` where there are too few runs to say.
    pub difference: Option<Difference>,
    /// What that says.
    pub verdict: Verdict,
}

/// A claim, and what became of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Judged {
    /// The claim, as a sentence.
    pub says: String,
    /// All its comparisons.
    pub comparisons: Vec<Comparison>,
    /// Supported where all are, contradicted where one is, else undecided.
    pub verdict: Verdict,
}

/// What all rules say; and of all of them together, as of the comparisons of one. `None` without a rule.
pub fn judge(plan: &Plan, results: &[RunResult]) -> (Vec<Judged>, Option<Verdict>) {
    let experiment = &plan.experiment;
    let judged = experiment.rules.iter().map(|rule| {
        let comparisons = compare(experiment, plan, results, rule);
        Judged {
            says: rule.says().to_owned(),
            verdict: together(comparisons.iter().map(|comparison| comparison.verdict)),
            comparisons,
        }
    });
    let judged: Vec<Judged> = judged.collect();
    let all = (!judged.is_empty()).then(|| together(judged.iter().map(|judged| judged.verdict)));
    (judged, all)
}

fn together(verdicts: impl Iterator<Item = Verdict>) -> Verdict {
    let (mut is_any, mut are_all) = (false, true);
    for verdict in verdicts {
        if verdict == Verdict::Contradicted {
            return verdict;
        }
        is_any = true;
        are_all &= verdict == Verdict::Supported;
    }
    match is_any && are_all {
        true => Verdict::Supported,
        false => Verdict::Undecided,
    }
}

fn compare(
    experiment: &Experiment,
    plan: &Plan,
    results: &[RunResult],
    rule: &Rule,
) -> Vec<Comparison> {
    match rule {
        Rule::More { more, less, .. } => {
            let pairs = plan.pairs(&more.arm, &less.arm).into_iter();
            let pairs = pairs.map(|(left, right)| by_means(results, (left, more), (right, less)));
            pairs.collect()
        }
        Rule::Steeper {
            steeper,
            flatter,
            measure,
            against,
            ..
        } => {
            let points = |arm: &str| points(plan, results, arm, *measure, *against);
            let label = |arm: &str| experiment.arm(arm).map_or(arm, |arm| &arm.label).to_owned();
            let (more, less) = (points(steeper), points(flatter));
            let slopes = (Slope::of(&more), Slope::of(&less));
            let difference = match slopes {
                (Some(more), Some(less)) => Some(more.difference(&less)),
                _ => None,
            };
            vec![Comparison {
                more: label(steeper),
                less: label(flatter),
                measure: *measure,
                against: Some(*against),
                counts: (more.len(), less.len()),
                verdict: verdict(
                    difference.as_ref(),
                    fewest(plan, results, &[steeper, flatter]),
                ),
                difference,
            }]
        }
    }
}

/// Runs of the planned arm of these that has fewest of them.
fn fewest(plan: &Plan, results: &[RunResult], arms: &[&str]) -> usize {
    let planned = plan
        .arms
        .iter()
        .filter(|arm| arms.contains(&arm.of.as_str()));
    let runs = planned.map(|arm| results.iter().filter(|run| run.arm == arm.name).count());
    runs.min().unwrap_or_default()
}

/// A measure of an arm's runs, of those that have it. A run that diverged has its accuracy all the same.
pub fn values(results: &[RunResult], arm: &str, measure: Measure) -> Vec<f64> {
    let of_arm = results.iter().filter(|result| result.arm == arm);
    let values = of_arm.filter_map(|result| result.measures.get(&measure).copied());
    values.collect()
}

fn by_means(
    results: &[RunResult],
    (left, more): (&PlannedArm, &Side),
    (right, less): (&PlannedArm, &Side),
) -> Comparison {
    let above = values(results, &left.name, more.measure);
    let below = values(results, &right.name, less.measure);
    let difference = difference(&above, &below);
    // Two measures of one arm are told apart by what is measured.
    let words = |arm: &PlannedArm, side: &Side| match left.name == right.name {
        true => format!("{}: {}", arm.label, side.measure.label()),
        false => arm.label.clone(),
    };
    Comparison {
        more: words(left, more),
        less: words(right, less),
        measure: more.measure,
        against: None,
        counts: (above.len(), below.len()),
        verdict: verdict(difference.as_ref(), above.len().min(below.len())),
        difference,
    }
}

fn points(
    plan: &Plan,
    results: &[RunResult],
    arm: &str,
    measure: Measure,
    against: Measure,
) -> Vec<(f64, f64)> {
    let of_arm = |result: &&RunResult| {
        plan.arms
            .iter()
            .any(|a| a.of == arm && a.name == result.arm)
    };
    let point = |result: &RunResult| {
        let x = result.measures.get(&against)?.log2();
        Some((x, *result.measures.get(&measure)?))
    };
    results.iter().filter(of_arm).filter_map(point).collect()
}

fn verdict(difference: Option<&Difference>, runs: usize) -> Verdict {
    match difference {
        Some(difference) if runs >= FEWEST && difference.low > 0.0 => Verdict::Supported,
        Some(difference) if runs >= FEWEST && difference.high < 0.0 => Verdict::Contradicted,
        _ => Verdict::Undecided,
    }
}
