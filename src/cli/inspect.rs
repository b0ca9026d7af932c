//! `bnonly inspect`.

use super::Outcome;
use super::options::InspectOptions;
use super::print::line;
use super::tables::table;
use crate::numbers::{counted, grouped, percent};
use crate::train::inspect::{Inspection, Norm, Range, RunOf};

/// Says what a file of a network holds.
pub(super) fn inspect(options: &InspectOptions) -> anyhow::Result<Outcome> {
    let found = Inspection::of(&options.saved)?;
    let file = options.saved.display().to_string();
    if options.json {
        let mut object = serde_json::to_value(&found)?;
        object["file"] = file.into();
        line(object)?;
    } else {
        line(text(&file, &found).trim_end())?;
    }
    Ok(Outcome::Done)
}

fn text(file: &str, found: &Inspection) -> String {
    let mut lines = vec![("file", file.to_owned()), ("format", format(found))];
    lines.extend(found.run.as_ref().map(|run| ("run", of_run(run))));
    if !found.prefix.is_empty() {
        let told = format!(
            "all begin with `{}`, from what wrapped the network; it is left off",
            found.prefix
        );
        lines.push(("names", told));
    }
    let network = found.network.clone();
    let unknown = || "not known by the file; `--model` names it".to_owned();
    lines.push(("network", network.unwrap_or_else(unknown)));
    let classes = found.classes.map(|classes| grouped(classes as u64));
    lines.push((
        "classes",
        classes.unwrap_or_else(|| "no output layer is in it".to_owned()),
    ));
    let of = &found.parameters;
    lines.push((
        "parameters",
        format!(
            "{}: {} in {}, {} in the output layer, {} in others",
            grouped(of.all),
            grouped(of.batch_norm),
            counted(found.batch_norms.len() as u64, "BatchNorm"),
            grouped(of.output),
            grouped(of.all.saturating_sub(of.batch_norm + of.output))
        ),
    ));
    let types = found
        .types
        .iter()
        .map(|(name, count)| format!("{} of {name}", grouped(*count as u64)));
    let types: Vec<_> = types.collect();
    lines.push(("tensors", types.join(", ")));
    lines.extend(found.odd.iter().map(|told| ("odd", told.clone())));
    let beside = found.beside.iter();
    lines.extend(beside.map(|entry| ("not read", format!("`{}`: {}", entry.name, entry.what))));
    let mut text = String::new();
    for (at, (name, told)) in lines.iter().enumerate() {
        let is_again = at > 0 && lines[at - 1].0 == *name;
        text += &format!("{:<10}  {told}\n", if is_again { "" } else { *name });
    }
    if !found.batch_norms.is_empty() {
        text += &format!("\n{}", norms(&found.batch_norms));
    }
    text
}

fn format(found: &Inspection) -> String {
    match found.inside.is_empty() {
        true => found.format.clone(),
        false => format!(
            "{}; the state is `{}` of it",
            found.format,
            found.inside.join(".")
        ),
    }
}

fn of_run(run: &RunOf) -> String {
    let mut told = format!("{}, training {}", run.kind, run.train);
    if let (Some(step), Some(epoch)) = (run.step, run.epoch) {
        told += &format!(": step {}, epoch {epoch:.2}", grouped(step));
    }
    if let Some(accuracy) = run.best_accuracy {
        told += &format!(", best test accuracy {}", percent(accuracy));
    }
    told + &format!(
        "; images normalised by {}; it began from {}",
        run.normalization, run.base
    )
}

/// A row a BatchNorm, and one for all.
fn norms(norms: &[Norm]) -> String {
    let heading = [
        "BatchNorm",
        "channels",
        "γ from",
        "to",
        "|γ| < 0.01",
        "β from",
        "to",
        "mean from",
        "to",
        "variance from",
        "to",
    ];
    let mut rows = vec![heading.map(String::from).to_vec()];
    for norm in norms {
        let off = norm.gamma.map(|_| norm.off);
        rows.push(row(
            &norm.name,
            norm.channels,
            off,
            [norm.gamma, norm.beta, norm.mean, norm.variance],
        ));
    }
    let ranges = [
        Range::over(norms.iter().map(|norm| norm.gamma)),
        Range::over(norms.iter().map(|norm| norm.beta)),
        Range::over(norms.iter().map(|norm| norm.mean)),
        Range::over(norms.iter().map(|norm| norm.variance)),
    ];
    let channels = norms.iter().map(|norm| norm.channels).sum();
    let off = ranges[0].map(|_| norms.iter().map(|norm| norm.off).sum());
    rows.push(row("all", channels, off, ranges));
    table(&rows, &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
}

fn row(name: &str, channels: usize, off: Option<usize>, ranges: [Option<Range>; 4]) -> Vec<String> {
    let [gamma, rest @ ..] = ranges.map(|range| {
        let ends =
            range.map(|range| [range.least, range.greatest].map(|value| format!("{value:.4}")));
        ends.unwrap_or(["–".to_owned(), "–".to_owned()])
    });
    let share = |off| percent(off as f64 / channels.max(1) as f64);
    let off = off.map_or("–".to_owned(), share);
    let front = [name.to_owned(), grouped(channels as u64)];
    front
        .into_iter()
        .chain(gamma)
        .chain([off])
        .chain(rest.into_iter().flatten())
        .collect()
}
