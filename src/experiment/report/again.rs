//! How to repeat an experiment: commands, machine, data.

use std::collections::BTreeSet;

use super::Report;
use super::blocks::{Block, Section};
use super::words::NONE;
use crate::experiment::results::RunResult;
use crate::experiment::shipped::shipped_named;
use crate::train::setting::Kind;
use crate::train::table::setting_named;

/// What is the same in all runs, or all that there is of it.
pub(super) fn distinct(report: &Report<'_>, of: impl Fn(&RunResult) -> String) -> String {
    let found: BTreeSet<String> = report.results.iter().map(of).collect();
    let found: Vec<String> = found.into_iter().filter(|text| !text.is_empty()).collect();
    match found.is_empty() {
        true => NONE.to_owned(),
        false => found.join("; "),
    }
}

/// The section.
pub(super) fn again(report: &Report<'_>) -> Section {
    let plan = report.plan;
    let mut blocks = vec![
        Block::Text("Beside this report, with the file that lies there:".to_owned()),
        Block::Code("bnonly experiment run experiment.toml".to_owned()),
    ];
    let command = command(report);
    let is_of_the_paper = command.is_some() || plan.arms.iter().any(|arm| arm.paper.is_some());
    if let Some(command) = command {
        blocks.push(Block::Text("Or anywhere:".to_owned()));
        blocks.push(Block::Code(command));
    }
    let facts = [
        (
            "Adapter",
            distinct(report, |run| run.provenance.adapter.clone()),
        ),
        (
            "Driver",
            distinct(report, |run| run.provenance.driver.clone()),
        ),
        (
            "Program",
            distinct(report, |run| format!("bnonly {}", run.provenance.version)),
        ),
        (
            "Images",
            distinct(report, |run| run.provenance.data.clone()),
        ),
        (
            "Day",
            if report.day.is_empty() {
                NONE
            } else {
                report.day
            }
            .to_owned(),
        ),
    ];
    let facts = facts.map(|(name, fact)| (name.to_owned(), fact)).to_vec();
    blocks.push(Block::Facts(facts, false));
    if is_of_the_paper {
        blocks.push(Block::Source(
            "The paper: J. Frankle, D. J. Schwab, A. S. Morcos, “Training BatchNorm and Only BatchNorm: On the Expressive Power of \
             Random Features in CNNs”, arXiv 2003.00152"
                .to_owned(),
            "https://arxiv.org/abs/2003.00152".to_owned(),
        ));
    }
    Section {
        heading: "How to repeat it",
        blocks,
    }
}

/// The command that runs a shipped experiment so; none of a person's own, whose file only that person has.
fn command(report: &Report<'_>) -> Option<String> {
    let plan = report.plan;
    let shipped = shipped_named(&plan.experiment.name)?;
    if !plan.experiment.text.starts_with(shipped.text.trim_end()) {
        return None;
    }
    let mut command = format!(
        "bnonly experiment run {} --scale {} --seeds {}",
        plan.experiment.name, plan.scale, plan.seeds
    );
    for (key, value) in plan.overrides.iter() {
        command += &option(key, value);
    }
    Some(command)
}

/// A setting as an option; nothing of a switch that stands as it does without.
fn option(key: &str, value: &str) -> String {
    let is_on = value == "true";
    match setting_named(key).map(|setting| setting.kind) {
        Some(Kind::SwitchOn) if is_on => format!(" --{key}"),
        Some(Kind::SwitchOff(off, _) | Kind::Either(off, _)) if !is_on => format!(" --{off}"),
        Some(Kind::Either(..)) => format!(" --{key}"),
        Some(Kind::SwitchOn | Kind::SwitchOff(..)) => String::new(),
        _ => format!(" --{key} {}", quoted(value)),
    }
}

/// Text as a shell takes it for one word.
fn quoted(text: &str) -> String {
    let is_plain = |letter: char| letter.is_alphanumeric() || "-_./:,=+%@\\".contains(letter);
    match !text.is_empty() && text.chars().all(is_plain) {
        true => text.to_owned(),
        false => format!("'{}'", text.replace('\'', r"'\''")),
    }
}
