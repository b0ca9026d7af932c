//! Figures of channels: which are off, where and when, how γ is spread, and what is lost without some.

use std::collections::BTreeMap;

use super::curves::{Across, Curves, Line, Point};
use super::histogram::{Panel, Panels, together};
use super::sheet::{Look, Shape};
use super::{Told, arms_of};
use crate::experiment::definition::Figure;
use crate::experiment::plan::PlannedArm;
use crate::experiment::report::Report;
use crate::experiment::results::Removed;
use crate::numbers::percent;

/// More panels than these are not drawn.
const MOST_PANELS: usize = 6;
/// More layers than these are not told one by one.
const MOST_LAYERS: usize = 20;

const SHARE_OFF: &str = "channels with |γ| < 0.01 (%)";

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len().max(1) as f64
}

/// Mean shares off of an arm's layers, with their names.
fn layers(report: &Report<'_>, arm: &PlannedArm) -> Vec<(String, f64)> {
    let mut layers: Vec<(String, Vec<f64>)> = Vec::new();
    for run in report.runs_of(&arm.name) {
        for (place, layer) in run
            .layers
            .iter()
            .enumerate()
            .filter(|(_, layer)| layer.share.is_finite())
        {
            if layers.len() <= place {
                layers.resize(place + 1, (layer.layer.clone(), Vec::new()));
            }
            layers[place].1.push(layer.share);
        }
    }
    let layers = layers.into_iter();
    layers.map(|(name, shares)| (name, mean(&shares))).collect()
}

/// A line an arm over its layers.
pub(super) fn by_layer(report: &Report<'_>, figure: &Figure, width: f64) -> Told<Curves> {
    let arms = arms_of(report, figure);
    let found: Vec<_> = arms.iter().map(|arm| layers(report, arm)).collect();
    let lines = arms
        .iter()
        .zip(&found)
        .enumerate()
        .map(|(place, (arm, layers))| {
            let points = layers.iter().enumerate().map(|(layer, (_, share))| Point {
                x: (layer + 1) as f64,
                y: 100.0 * share,
                ..Point::default()
            });
            let has_marks = layers.len() <= 40;
            Line::new(
                Some(arm.label.clone()),
                Look::of(place),
                has_marks,
                points.collect(),
            )
        });
    let told = arms
        .iter()
        .zip(&found)
        .map(|(arm, layers)| match layers.as_slice() {
            [] => format!("{}: no run yet.", arm.label),
            few if few.len() <= MOST_LAYERS => {
                let each = few
                    .iter()
                    .map(|(name, share)| format!("{name} {}", percent(*share)));
                format!("{}: {}.", arm.label, each.collect::<Vec<_>>().join(", "))
            }
            many => {
                let by_share =
                    |left: &&(String, f64), right: &&(String, f64)| left.1.total_cmp(&right.1);
                let words = |layer: Option<&(String, f64)>| {
                    layer.map_or_else(String::new, |(name, share)| {
                        format!("{} in {name}", percent(*share))
                    })
                };
                format!(
                    "{}: {} layers, least {}, most {}.",
                    arm.label,
                    many.len(),
                    words(many.iter().min_by(by_share)),
                    words(many.iter().max_by(by_share))
                )
            }
        });
    let curves = Curves {
        width,
        title: figure.title.clone(),
        x_label: "BatchNorm layer, from the first to the last".to_owned(),
        y_label: SHARE_OFF.to_owned(),
        across: Across::Linear,
        limits: (0.0, 100.0),
        lines: lines.collect(),
        keys: Vec::new(),
    };
    Told {
        drawing: curves.explained(),
        explained: "The share of each layer's channels with |γ| < 0.01 at the end, in the mean over seeds: a line an arm."
            .to_owned(),
        told: told.collect(),
    }
}

/// A line a seed, a colour an arm.
pub(super) fn over_time(report: &Report<'_>, figure: &Figure, width: f64) -> Told<Curves> {
    let arms = arms_of(report, figure);
    let mut lines = Vec::new();
    let mut told = Vec::new();
    for (place, arm) in arms.iter().enumerate() {
        let (mut first, mut last) = (Vec::new(), Vec::new());
        for run in report.runs_of(&arm.name) {
            let course = run
                .course
                .iter()
                .filter(|(epoch, share)| epoch.is_finite() && share.is_finite());
            let points: Vec<Point> = course
                .map(|(epoch, share)| Point {
                    x: *epoch,
                    y: 100.0 * share,
                    ..Point::default()
                })
                .collect();
            first.extend(points.first().map(|point| point.y / 100.0));
            last.extend(points.last().map(|point| point.y / 100.0));
            let is_first = !lines
                .iter()
                .any(|line: &Line| line.label.as_deref() == Some(&arm.label));
            let label = is_first.then(|| arm.label.clone());
            let has_marks = points.len() <= 40;
            lines.push(Line::new(label, Look::of(place), has_marks, points));
        }
        told.push(match last.is_empty() {
            true => format!("{}: no run yet.", arm.label),
            false => format!(
                "{}: from {} before the first step to {} at the end, in the mean of {} seeds.",
                arm.label,
                percent(mean(&first)),
                percent(mean(&last)),
                last.len()
            ),
        });
    }
    let curves = Curves {
        width,
        title: figure.title.clone(),
        x_label: "epochs".to_owned(),
        y_label: SHARE_OFF.to_owned(),
        across: Across::Linear,
        limits: (0.0, 100.0),
        lines,
        keys: Vec::new(),
    };
    Told {
        drawing: curves.explained(),
        explained: "The share of all channels with |γ| < 0.01 at each evaluation: a line a seed, a colour an arm.".to_owned(),
        told,
    }
}

/// A panel an arm.
pub(super) fn histogram(report: &Report<'_>, figure: &Figure, width: f64) -> Told<Panels> {
    let arms = arms_of(report, figure);
    let shown = &arms[..arms.len().min(MOST_PANELS)];
    let panels = shown.iter().map(|arm| Panel {
        label: arm.label.clone(),
        bins: together(report.runs_of(&arm.name).map(|run| &run.gammas)),
    });
    let panels: Vec<Panel> = panels.collect();
    let told = panels.iter().map(|panel| {
        let bins = &panel.bins;
        let step = (bins.high - bins.low) / bins.end.len().max(1) as f64;
        let about = |counts: &[u64]| {
            let all: u64 = counts.iter().sum();
            let sum: f64 = counts
                .iter()
                .enumerate()
                .map(|(place, count)| (bins.low + (place as f64 + 0.5) * step) * *count as f64)
                .sum();
            sum / all.max(1) as f64
        };
        match bins.end.iter().sum::<u64>() {
            0 => format!("{}: no run yet.", panel.label),
            all => format!(
                "{}: {all} γ of all seeds; their mean is about {:.2} before and {:.2} at the end.",
                panel.label,
                about(&bins.start),
                about(&bins.end)
            ),
        }
    });
    let told = told.collect();
    let mut explained =
        "How many channels have which γ, over all seeds: the outline before the first step, filled at the end.".to_owned();
    if shown.len() < arms.len() {
        explained += &format!(
            " The first {} of {} arms are shown.",
            shown.len(),
            arms.len()
        );
    }
    Told {
        drawing: Panels {
            width,
            title: figure.title.clone(),
            panels,
        },
        explained,
        told,
    }
}

/// Which channels are removed, and how a line of it looks.
const ORDERS: [(&str, Shape); 3] = [
    ("weakest first", Shape::Circle),
    ("random", Shape::Square),
    ("strongest first", Shape::Triangle),
];

/// What is left at each share, of all seeds.
fn at_shares(report: &Report<'_>, arm: &PlannedArm, with_beta: bool) -> Vec<(f64, Vec<Removed>)> {
    let mut shares: BTreeMap<i64, (f64, Vec<Removed>)> = BTreeMap::new();
    for run in report.runs_of(&arm.name) {
        let removal = run
            .removal
            .iter()
            .filter(|removed| removed.with_beta == with_beta);
        for removed in removal.filter(|removed| removed.share.is_finite()) {
            let key = (removed.share * 1e6).round() as i64;
            let at = shares.entry(key).or_insert((removed.share, Vec::new()));
            at.1.push(removed.clone());
        }
    }
    shares.into_values().collect()
}

/// Accuracy against the share removed.
pub(super) fn removal(report: &Report<'_>, figure: &Figure, width: f64) -> Told<Curves> {
    let arms: Vec<_> = arms_of(report, figure)
        .into_iter()
        .filter(|arm| arm.removal)
        .collect();
    let mut lines = Vec::new();
    let mut told = Vec::new();
    for (place, arm) in arms.iter().enumerate() {
        for with_beta in [false, true] {
            let shares = at_shares(report, arm, with_beta);
            let what = if with_beta { "γ and β" } else { "γ" };
            for (order, (name, shape)) in ORDERS.into_iter().enumerate() {
                let words = match arms.len() {
                    1 => format!("{name}, {what} set to 0"),
                    _ => format!("{}: {name}, {what}", arm.label),
                };
                let line = removal_line(
                    &shares,
                    order,
                    words.clone(),
                    Look {
                        shape,
                        dash: with_beta.then_some((9.0, 5.0)),
                        ..Look::of(place * ORDERS.len() + order)
                    },
                );
                let each = line
                    .points
                    .iter()
                    .map(|point| format!("{:.0} %: {:.1} %", point.x, point.y));
                let each: Vec<String> = each.collect();
                told.push(match each.is_empty() {
                    true => format!("{words}: no run yet."),
                    false => format!("{words}; share removed and accuracy: {}.", each.join(", ")),
                });
                lines.push(line);
            }
        }
    }
    let curves = Curves {
        width,
        title: figure.title.clone(),
        x_label: "channels removed (%)".to_owned(),
        y_label: "test accuracy (%)".to_owned(),
        across: Across::Linear,
        limits: (0.0, 100.0),
        lines,
        keys: Vec::new(),
    };
    Told {
        drawing: curves.explained(),
        explained: "Test accuracy with a share of the channels set to 0, in the mean over seeds: γ alone (whole lines) and γ and β (dashed). \
                    The band is from the least to the greatest of the random draws."
            .to_owned(),
        told,
    }
}

fn removal_line(shares: &[(f64, Vec<Removed>)], order: usize, label: String, look: Look) -> Line {
    let values = |removed: &[Removed]| -> Vec<f64> {
        let of = removed.iter().flat_map(|removed| match order {
            0 => vec![removed.weakest],
            1 => removed.random.clone(),
            _ => vec![removed.strongest],
        });
        of.filter(|accuracy| accuracy.is_finite())
            .map(|accuracy| 100.0 * accuracy)
            .collect()
    };
    let found = shares
        .iter()
        .map(|(share, removed)| (100.0 * share, values(removed)));
    let found: Vec<(f64, Vec<f64>)> = found.filter(|(_, values)| !values.is_empty()).collect();
    let points = found.iter().map(|(x, values)| Point {
        x: *x,
        y: mean(values),
        ..Point::default()
    });
    let band = found.iter().filter(|_| order == 1).map(|(x, values)| {
        let low = values.iter().copied().fold(f64::INFINITY, f64::min);
        (
            *x,
            low,
            values.iter().copied().fold(f64::NEG_INFINITY, f64::max),
        )
    });
    Line {
        band: band.collect(),
        ..Line::new(Some(label), look, true, points.collect())
    }
}
