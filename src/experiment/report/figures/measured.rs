//! Figures of measures: of each arm, or against another measure.

use super::curves::{Across, Curves, Line, Point};
use super::rows::{Row, Rows};
use super::sheet::Look;
use super::{Told, arms_of};
use crate::experiment::definition::Figure;
use crate::experiment::plan::PlannedArm;
use crate::experiment::report::Report;
use crate::experiment::report::words::{NONE, axis_label, axis_unit, estimate, value};
use crate::experiment::results::{Measure, Unit};
use crate::experiment::statistics::Estimate;

/// Beyond which no value of a measure can be, in the unit of its axis.
fn limits(measure: Measure) -> (f64, f64) {
    match measure.unit() {
        Unit::Percent => (0.0, 100.0),
        Unit::Points => (-100.0, 100.0),
        Unit::Nats | Unit::Count | Unit::Bytes | Unit::Seconds => (0.0, f64::INFINITY),
    }
}

/// Values of an arm's runs in the unit of an axis, and which of the runs diverged.
fn seeds(report: &Report<'_>, arm: &PlannedArm, measure: Measure) -> Vec<(f64, bool)> {
    let factor = axis_unit(measure).0;
    let runs = report.runs_of(&arm.name);
    let seeds = runs.filter_map(|run| {
        let value = run
            .measures
            .get(&measure)
            .filter(|value| value.is_finite())?;
        Some((factor * value, !run.is_finished()))
    });
    seeds.collect()
}

/// An estimate in the unit of an axis.
fn scaled(measure: Measure, found: Estimate) -> Estimate {
    let factor = axis_unit(measure).0;
    Estimate {
        mean: factor * found.mean,
        half_width: found.half_width.map(|half| factor * half),
        ..found
    }
}

/// An arm's numbers, as a sentence.
fn told(report: &Report<'_>, arm: &PlannedArm, measure: Measure) -> String {
    let values = report.values(&arm.name, measure);
    let Some(found) = Estimate::of(&values) else {
        return format!("{}: no run yet.", arm.label);
    };
    let each: Vec<String> = values.iter().map(|one| value(measure, *one)).collect();
    let mean = estimate(measure, &found);
    let mut told = format!(
        "{}: {mean} (n = {}: {})",
        arm.label,
        found.count,
        each.join(", ")
    );
    if let Some(paper) = paper(report, arm, measure) {
        told += &format!("; the paper has {paper:.1} %");
    }
    told + "."
}

fn paper(report: &Report<'_>, arm: &PlannedArm, measure: Measure) -> Option<f64> {
    report.paper(arm).filter(|_| measure == Measure::Accuracy)
}

/// A row an arm.
pub(super) fn arms(report: &Report<'_>, figure: &Figure, width: f64) -> Told<Rows> {
    let measure = figure.measure;
    let names = names(report);
    let arms = arms_of(report, figure);
    let rows = arms.iter().map(|arm| {
        let found = Estimate::of(&report.values(&arm.name, measure));
        let place = names.iter().position(|name| *name == arm.of);
        Row {
            label: arm.label.clone(),
            look: Look::of(place.unwrap_or_default()),
            words: found.map_or_else(|| NONE.to_owned(), |found| estimate(measure, &found)),
            estimate: found.map(|found| scaled(measure, found)),
            seeds: seeds(report, arm, measure),
            paper: paper(report, arm, measure),
        }
    });
    Told {
        drawing: Rows {
            width,
            title: figure.title.clone(),
            x_label: axis_label(measure),
            limits: limits(measure),
            rows: rows.collect(),
        },
        explained: format!(
            "A row an arm: {}. The square is the mean over seeds, the bar its 95 % interval, a circle one seed.",
            measure.label()
        ),
        told: arms.iter().map(|arm| told(report, arm, measure)).collect(),
    }
}

/// The names of the experiment's arms: an arm has one colour in all figures.
fn names(report: &Report<'_>) -> Vec<String> {
    let arms = report.plan.experiment.arms.iter();
    arms.map(|arm| arm.name.clone()).collect()
}

/// A line an arm, along its values.
pub(super) fn lines(report: &Report<'_>, figure: &Figure, width: f64) -> Told<Curves> {
    let (measure, against) = (figure.measure, figure.against);
    let planned = arms_of(report, figure);
    let arms = report.plan.experiment.arms.iter().enumerate();
    let arms = arms.filter(|(_, arm)| planned.iter().any(|planned| planned.of == arm.name));
    let lines = arms.map(|(place, arm)| {
        let of_arm = planned.iter().filter(|planned| planned.of == arm.name);
        let mut found: Vec<_> = of_arm
            .filter_map(|planned| {
                let point = point(report, planned, measure, against)?;
                let paper = paper(report, planned, measure);
                Some((point.x, paper, point))
            })
            .collect();
        found.sort_by(|left, right| left.0.total_cmp(&right.0));
        let paper = found
            .iter()
            .filter_map(|(x, paper, _)| Some((*x, (*paper)?)));
        let paper = paper.collect();
        let points = found.into_iter().map(|(_, _, point)| point).collect();
        let label = Some(arm.label.clone());
        Line {
            paper,
            ..Line::new(label, Look::of(place), true, points)
        }
    });
    let curves = Curves {
        width,
        title: figure.title.clone(),
        x_label: format!("{} (each doubling is as wide)", axis_label(against)),
        y_label: axis_label(measure),
        across: Across::Doubling,
        limits: limits(measure),
        lines: lines.collect(),
        keys: Vec::new(),
    };
    let told = planned.iter().map(|arm| {
        let at = Estimate::of(&report.values(&arm.name, against));
        let at = at.map(|at| format!("At {} {}: ", value(against, at.mean), against.label()));
        at.unwrap_or_default() + &told(report, arm, measure)
    });
    Told {
        drawing: curves.explained(),
        explained: format!(
            "{} against {}: a line an arm. Marks are means over seeds with their 95 % intervals, a circle beside them is one seed.",
            capital(measure.label()),
            against.label()
        ),
        told: told.collect(),
    }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    first.chain(letters).collect()
}

/// The mean of an arm, at the logarithm of what it is shown against.
fn point(
    report: &Report<'_>,
    arm: &PlannedArm,
    measure: Measure,
    against: Measure,
) -> Option<Point> {
    let found = scaled(measure, Estimate::of(&report.values(&arm.name, measure))?);
    let x = Estimate::of(&report.values(&arm.name, against))?
        .mean
        .log2();
    x.is_finite().then(|| Point {
        x,
        y: found.mean,
        half_width: found.half_width,
        seeds: seeds(report, arm, measure),
    })
}
