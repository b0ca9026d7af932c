//! Runs side by side: a column for each setting in which they differ, and what came of them.

use super::names::{differing, names, value};
use super::summary::RunSummary;
use crate::numbers::{duration, grouped, percent, percent_closely};

/// What stands where nothing is known.
pub const UNKNOWN: &str = "–";

/// Runs side by side.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    /// Names of the columns.
    pub columns: Vec<Column>,
    /// A row a run, as long as there are columns.
    pub rows: Vec<Vec<String>>,
}

/// A column of a [`Table`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: &'static str,
    /// What it says, in a sentence without its full stop.
    pub help: &'static str,
    /// Whether it holds numbers, which stand at the right.
    pub is_number: bool,
}

const fn column(name: &'static str, help: &'static str, is_number: bool) -> Column {
    Column {
        name,
        help,
        is_number,
    }
}

const NAME: Column = column(
    "run",
    "The run's name, or what it has other than the rest",
    false,
);

const RESULTS: [Column; 6] = [
    column("state", "Whether the run goes on", false),
    column("epochs", "Epochs that are done, of all", true),
    column("trained", "Parameters that train", true),
    column(
        "accuracy",
        "Share of the test set that was classified correctly at the last evaluation ± the standard error of a proportion",
        true,
    ),
    column(
        "off",
        "Share of BatchNorm channels with |γ| < 0.01 at the last evaluation",
        true,
    ),
    column("time", "Time of training and evaluation", true),
];

impl Table {
    /// Of some runs, in their order.
    pub fn of(runs: &[&RunSummary]) -> Self {
        let settings = differing(runs);
        let mut columns = vec![NAME];
        columns.extend(settings.iter().map(|setting| {
            let is_number = matches!(setting.kind, crate::train::setting::Kind::Number(..));
            column(setting.field.key(), setting.help, is_number)
        }));
        columns.extend(RESULTS);
        let rows = names(runs)
            .into_iter()
            .zip(runs)
            .map(|(name, run)| {
                let mut row = vec![name];
                let values = settings.iter().map(|setting| value(setting, &run.settings));
                row.extend(values.map(|value| value.unwrap_or_else(|| UNKNOWN.to_owned())));
                row.extend(results(run));
                row
            })
            .collect();
        Self { columns, rows }
    }
}

/// What came of a run, in the order of [`RESULTS`].
fn results(run: &RunSummary) -> [String; 6] {
    let unknown = || UNKNOWN.to_owned();
    let trained = match run.facts.trained_parameters {
        0 => unknown(),
        trained => grouped(trained),
    };
    [
        run.state.word().to_owned(),
        epochs(run),
        trained,
        accuracy(run).unwrap_or_else(unknown),
        run.off.map_or_else(unknown, percent_closely),
        match run.seconds > 0.0 {
            true => duration(run.seconds),
            false => unknown(),
        },
    ]
}

/// `48.3 % ± 0.5 %`, or without the error where the number of test images is not known.
pub fn accuracy(run: &RunSummary) -> Option<String> {
    let share = percent(run.accuracy?);
    Some(match run.accuracy_error() {
        Some(error) => format!("{share} ± {}", percent(error)),
        None => share,
    })
}

/// `1.5 of 3`: epochs done, of all.
pub fn epochs(run: &RunSummary) -> String {
    match run.progress() {
        Some(share) if share > 0.0 => {
            let all = run.epoch / share;
            match all < 1.0 {
                true => format!("{:.2} of {all:.2}", run.epoch),
                false => format!("{:.1} of {all:.0}", run.epoch),
            }
        }
        _ => format!("{:.1}", run.epoch),
    }
}
