//! What a report says, apart from how it is laid out: blocks under headings.

use std::collections::BTreeSet;

use super::again::{again, distinct};
use super::blocks::{Block, Section, Table};
use super::figures::Drawn;
use super::words::{NONE, difference, estimate, interval, minus, probability};
use super::{Report, table};
use crate::experiment::definition::{FigureKind, Rule, Scale};
use crate::experiment::plan::PlannedArm;
use crate::experiment::results::{Measure, Outcome};
use crate::experiment::statistics::Estimate;
use crate::experiment::verdict::{Comparison, FEWEST, Judged, judge};
use crate::numbers::{counted, grouped};
use crate::train::setting::Setting;
use crate::train::settings::Settings;
use crate::train::table::SETTINGS;

/// A report.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Content {
    pub title: String,
    pub question: String,
    /// In a word.
    pub verdict: &'static str,
    /// What that word stands on.
    pub because: Vec<String>,
    pub sections: Vec<Section>,
}

impl Content {
    pub fn of(report: &Report<'_>, figures: Vec<Drawn>) -> Self {
        let experiment = &report.plan.experiment;
        let (judged, verdict) = judge(report.plan, report.results);
        let mut sections = vec![
            Section {
                heading: "What is behind it",
                blocks: vec![Block::Text(one_line(&experiment.about))],
            },
            done(report),
            came(report),
            drawn(figures),
            compared(&judged),
            Section {
                heading: "What this does not show",
                blocks: vec![Block::List(experiment.not_shown.clone())],
            },
            again(report),
        ];
        sections.retain(|section| {
            let is_empty = |block: &Block| matches!(block, Block::List(list) if list.is_empty());
            !section.blocks.iter().all(is_empty)
        });
        Self {
            title: experiment.title.clone(),
            question: experiment.question.clone(),
            verdict: verdict.map_or("a table, no verdict", |verdict| verdict.word()),
            because: because(report, &judged),
            sections,
        }
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What the verdict stands on.
pub(super) fn because(report: &Report<'_>, judged: &[Judged]) -> Vec<String> {
    let mut lines: Vec<String> = judged.iter().flat_map(claim).collect();
    if report.plan.scale == Scale::Glance {
        lines.push(
            "This is the scale glance: small networks, few images, short training. It shows the idea and proves nothing."
                .to_owned(),
        );
    }
    let missing = report.missing.len() as u64;
    if missing > 0 {
        lines.push(format!(
            "{} of {} {} missing, so another verdict may follow.",
            grouped(missing),
            counted(report.plan.runs().len() as u64, "run"),
            if missing == 1 { "is" } else { "are" }
        ));
    }
    lines
}

/// A claim with its verdict, and a line for each of its comparisons where it has several.
fn claim(judged: &Judged) -> Vec<String> {
    let word = capital(judged.verdict.word());
    let says = &judged.says;
    if let [one] = judged.comparisons.as_slice() {
        return vec![format!("{says} {word}: {}", effect(one))];
    }
    let mut lines = vec![format!("{says} {word}.")];
    lines.extend(judged.comparisons.iter().map(|one| {
        let word = capital(one.verdict.word());
        format!("{} against {}: {word}: {}", one.more, one.less, effect(one))
    }));
    lines
}

fn capital(word: &str) -> String {
    word[..1].to_uppercase() + &word[1..]
}

/// A difference and its interval, as a sentence.
fn effect(one: &Comparison) -> String {
    match &one.difference {
        None => "too few runs to say.".to_owned(),
        Some(found) => {
            let steeper = if one.against.is_some() {
                " a doubling"
            } else {
                ""
            };
            let few = match one.counts.0.min(one.counts.1) < FEWEST {
                true if one.against.is_none() => format!("; an arm has fewer than {FEWEST} runs"),
                _ => String::new(),
            };
            format!(
                "{}{steeper} (95 % interval {}{few}).",
                difference(one.measure, found.value),
                interval(one.measure, found)
            )
        }
    }
}

fn done(report: &Report<'_>) -> Section {
    let plan = report.plan;
    let labels: Vec<&str> = plan.arms.iter().map(|arm| arm.label.as_str()).collect();
    let seeds = match plan.seeds {
        1 => "one of each arm: 0".to_owned(),
        seeds => format!("{seeds} of each arm: 0 to {}", seeds - 1),
    };
    let images = distinct(report, |run| {
        let from = &run.provenance;
        let [train, test, classes] =
            [from.training_images, from.test_images, from.classes].map(grouped);
        format!("{train} trained on, {test} tested on, {classes} classes")
    });
    let facts = [
        ("Scale", plan.scale.to_string()),
        ("Runs", plan.size()),
        ("Arms", labels.join("; ")),
        ("Seeds", seeds),
        ("Images", images),
    ];
    let facts = facts.map(|(name, fact)| (name.to_owned(), fact)).to_vec();
    let mut blocks = vec![
        Block::Text(one_line(&plan.experiment.method)),
        Block::Facts(facts, false),
    ];
    let same = same(report);
    if !same.is_empty() {
        let text = "Settings that all runs share and that are not the program's own:";
        blocks.extend([Block::Text(text.to_owned()), Block::Facts(same, true)]);
    }
    let differing = table::differing(report);
    if !differing.is_empty() && plan.arms.len() > 1 {
        let keys = differing
            .iter()
            .map(|setting| setting.field.key().to_owned());
        let rows = plan.arms.iter().map(|arm| {
            let values = differing
                .iter()
                .map(|setting| shown(setting, &arm.settings));
            std::iter::once(arm.label.clone()).chain(values).collect()
        });
        blocks.push(Block::Table(Table {
            caption: "Settings in which the arms differ".to_owned(),
            head: std::iter::once("Arm".to_owned()).chain(keys).collect(),
            rows: rows.collect(),
        }));
    }
    Section {
        heading: "What was done",
        blocks,
    }
}

/// A setting's value; of a file, its name: where it lies says nothing elsewhere.
fn shown(setting: &Setting, settings: &Settings) -> String {
    let text = setting.get(settings).unwrap_or_else(|| NONE.to_owned());
    let path = std::path::Path::new(&text);
    match (path.is_absolute(), path.file_name()) {
        (true, Some(name)) => name.to_string_lossy().into_owned(),
        _ => text,
    }
}

/// Settings that are the same in all arms and not the default.
fn same(report: &Report<'_>) -> Vec<(String, String)> {
    let Some(first) = report.plan.arms.first() else {
        return Vec::new();
    };
    let default = Settings::default();
    let differing = table::differing(report);
    let is_told = |setting: &&Setting| {
        let differs = differing.iter().any(|other| other.field == setting.field);
        !differs && setting.get(&first.settings) != setting.get(&default)
    };
    let told = SETTINGS.iter().filter(is_told);
    told.map(|setting| {
        (
            setting.field.key().to_owned(),
            shown(setting, &first.settings),
        )
    })
    .collect()
}

/// The measures that the experiment is about, beside accuracy, in the order of [`Measure::ALL`].
fn measures(report: &Report<'_>) -> Vec<Measure> {
    let experiment = &report.plan.experiment;
    let mut named = BTreeSet::new();
    for figure in &experiment.figures {
        match figure.kind {
            FigureKind::Arms => named.extend([figure.measure]),
            FigureKind::Lines => named.extend([figure.measure, figure.against]),
            FigureKind::OffByLayer | FigureKind::OffOverTime => named.extend([Measure::Off]),
            FigureKind::GammaHistogram => named.extend([Measure::Off, Measure::OffAtStart]),
            FigureKind::Removal => named.extend([
                Measure::Off,
                Measure::LossBelow,
                Measure::LossRandom,
                Measure::LossStrongest,
            ]),
        }
    }
    for rule in &experiment.rules {
        match rule {
            Rule::More { more, less, .. } => named.extend([more.measure, less.measure]),
            Rule::Steeper {
                measure, against, ..
            } => named.extend([*measure, *against]),
        }
    }
    if experiment.rules.is_empty() {
        named.extend([
            Measure::TrainedShare,
            Measure::ResultBytes,
            Measure::MemoryBytes,
            Measure::StepSeconds,
        ]);
    }
    named.remove(&Measure::Accuracy);
    Measure::ALL
        .into_iter()
        .filter(|measure| named.contains(measure))
        .collect()
}

fn came(report: &Report<'_>) -> Section {
    let (measures, arms) = (measures(report), &report.plan.arms);
    let has_paper = arms.iter().any(|arm| report.paper(arm).is_some());
    let mut head = vec!["Arm".to_owned(), "Runs (n)".into(), "Test accuracy".into()];
    if has_paper {
        head.extend(["The paper".to_owned(), "Difference".into()]);
    }
    head.extend(measures.iter().map(|measure| capital_label(*measure)));
    let rows = arms
        .iter()
        .map(|arm| row(report, arm, has_paper, &measures));
    let mut blocks = vec![Block::Table(Table {
        caption: "Mean over seeds ± half the width of its 95 % confidence interval".to_owned(),
        head,
        rows: rows.collect(),
    })];
    if has_paper {
        let text = "The paper's numbers are for CIFAR-10 and its own recipe, over five seeds; most are read off its figures, to ±0.3 points. \
                    They stand here for comparison and decide nothing.";
        blocks.push(Block::Text(text.to_owned()));
    }
    blocks.extend(ended_otherwise(report));
    Section {
        heading: "What came of it",
        blocks,
    }
}

fn capital_label(measure: Measure) -> String {
    let label = measure.label();
    let first = label.chars().next().map_or(0, char::len_utf8);
    match label.is_ascii() {
        true => label[..first].to_uppercase() + &label[first..],
        false if label.starts_with(|letter: char| letter.is_ascii()) => {
            label[..first].to_uppercase() + &label[first..]
        }
        false => label.to_owned(),
    }
}

fn row(
    report: &Report<'_>,
    arm: &PlannedArm,
    has_paper: bool,
    measures: &[Measure],
) -> Vec<String> {
    let found = |measure| Estimate::of(&report.values(&arm.name, measure));
    let cell = |measure: Measure| {
        found(measure).map_or_else(|| NONE.to_owned(), |found| estimate(measure, &found))
    };
    let runs = report.runs_of(&arm.name).count();
    let mut row = vec![arm.label.clone(), runs.to_string(), cell(Measure::Accuracy)];
    if has_paper {
        let paper = report.paper(arm);
        row.push(paper.map_or_else(|| NONE.to_owned(), |paper| format!("{paper:.1} %")));
        let apart = found(Measure::Accuracy).zip(paper);
        let apart =
            apart.map(|(found, paper)| difference(Measure::Accuracy, found.mean - paper / 100.0));
        row.push(apart.unwrap_or_else(|| NONE.to_owned()));
    }
    row.extend(measures.iter().map(|measure| cell(*measure)));
    row
}

/// Runs that diverged, failed or are not there yet.
fn ended_otherwise(report: &Report<'_>) -> Vec<Block> {
    let label = |arm: &str| {
        let arm = report.plan.arm(arm).map_or(arm, |arm| &arm.label);
        arm.to_owned()
    };
    let diverged = report.results.iter().filter_map(|run| match &run.outcome {
        Outcome::Diverged(why) => Some(format!("{}, seed {}: {why}", label(&run.arm), run.seed)),
        Outcome::Finished => None,
    });
    let diverged: Vec<String> = diverged.collect();
    let failed = report.missing.iter().filter_map(|missing| {
        let why = missing.why.as_ref()?;
        Some(format!(
            "{}, seed {}: {why}",
            label(&missing.run.arm),
            missing.run.seed
        ))
    });
    let failed: Vec<String> = failed.collect();
    let unmade = report
        .missing
        .iter()
        .filter(|missing| missing.why.is_none());
    let unmade =
        unmade.map(|missing| format!("{}, seed {}", label(&missing.run.arm), missing.run.seed));
    let unmade: Vec<String> = unmade.collect();
    let mut blocks = Vec::new();
    for (runs, what) in [
        (
            diverged,
            "diverged. That is a result: it counts with the accuracy of a guess",
        ),
        (failed, "failed, and is in no mean"),
        (unmade, "not made yet, and is in no mean"),
    ] {
        if !runs.is_empty() {
            let count = counted(runs.len() as u64, "run");
            let what = match runs.len() {
                1 => what.to_owned(),
                _ => what.replace("and is in", "and are in"),
            };
            let verb = if what.starts_with("not") {
                if runs.len() == 1 { " is" } else { " are" }
            } else {
                ""
            };
            let text = format!("{count}{verb} {what}:");
            blocks.extend([Block::Text(text), Block::List(runs)]);
        }
    }
    blocks
}

fn drawn(figures: Vec<Drawn>) -> Section {
    let figures = figures.into_iter().enumerate();
    let blocks = figures.map(|(place, figure)| Block::Figure(place + 1, figure));
    Section {
        heading: "Figures",
        blocks: blocks.collect(),
    }
}

fn compared(judged: &[Judged]) -> Section {
    let mut blocks: Vec<Block> = judged
        .iter()
        .map(|judged| Block::Table(comparisons(judged)))
        .collect();
    if !judged.is_empty() {
        let text = format!(
            "Each comparison is Welch's t of two means (or of two slopes), at 95 %. A claim is supported where the interval is above zero, \
             contradicted where it is below, undecided where it holds zero or an arm has fewer than {FEWEST} runs. \
             Each interval is for itself: there is no correction for several comparisons."
        );
        blocks.push(Block::Text(text));
    }
    Section {
        heading: "The comparisons",
        blocks,
    }
}

fn comparisons(judged: &Judged) -> Table {
    let head = [
        "Compared",
        "Of what",
        "Difference",
        "95 % interval",
        "Degrees of freedom",
        "p",
        "n",
        "Verdict",
    ];
    let rows = judged.comparisons.iter().map(|one| {
        let of = match one.against {
            Some(against) => {
                format!(
                    "{} gained with each doubling of {}",
                    one.measure.label(),
                    against.label()
                )
            }
            None => one.measure.label().to_owned(),
        };
        let found = |words: fn(&Comparison) -> Option<String>| {
            words(one).unwrap_or_else(|| NONE.to_owned())
        };
        vec![
            format!("{} against {}", one.more, one.less),
            of,
            found(|one| Some(difference(one.measure, one.difference?.value))),
            found(|one| Some(interval(one.measure, &one.difference?))),
            found(|one| Some(minus(one.difference?.degrees, 1))),
            found(|one| Some(probability(one.difference?.p))),
            format!("{} and {}", one.counts.0, one.counts.1),
            one.verdict.word().to_owned(),
        ]
    });
    Table {
        caption: format!("{} {}.", judged.says, capital(judged.verdict.word())),
        head: head.map(str::to_owned).to_vec(),
        rows: rows.collect(),
    }
}
