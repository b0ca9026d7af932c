//! `bnonly runs`.

use std::path::Path;

use anyhow::{Context, anyhow};
use serde_json::json;

use super::options::RunsOptions;
use super::print::{line, tell};
use super::tables::runs_table;
use super::{Outcome, usage};
use crate::platform::fs;
use crate::train::runs::table::Table;
use crate::train::runs::{RunState, RunSummary, list, names};

/// Lists the runs in a folder, side by side.
pub(super) fn runs(options: &RunsOptions) -> anyhow::Result<Outcome> {
    let folder = options.folder.as_path();
    if folder != Path::new(super::train::RUNS) && !fs::is_dir(folder) {
        let error = anyhow!(
            "there is no folder {}; expected one that holds runs",
            folder.display()
        );
        return Err(usage(error));
    }
    // The folder of a run is as good as that of several.
    let itself = [folder.to_owned()];
    let found = list(folder, &itself);
    let found = found.with_context(|| format!("{} cannot be looked into", folder.display()))?;
    for (_, error) in &found.unreadable {
        tell(format_args!("note: left out: {error}"));
    }
    let runs: Vec<&RunSummary> = found.runs.iter().collect();
    if options.json {
        for (run, name) in runs.iter().zip(names(&runs)) {
            line(in_json(run, &name))?;
        }
        return Ok(Outcome::Done);
    }
    match runs.is_empty() {
        true => line(format_args!("no runs in {}", folder.display()))?,
        false => {
            let folders = runs.iter().map(|run| run.folder.display().to_string());
            line(runs_table(&Table::of(&runs), folders).trim_end())?;
        }
    }
    Ok(Outcome::Done)
}

fn in_json(run: &RunSummary, name: &str) -> serde_json::Value {
    let known = |number: u64| (number > 0).then_some(number);
    let holder = match &run.state {
        RunState::Training(holder) => Some(holder),
        _ => None,
    };
    json!({
        "run": run.folder, "name": name, "state": run.state.word(), "trained_by": holder,
        "step": run.step, "total_steps": known(run.facts.total_steps), "epoch": run.epoch,
        "parameters": known(run.facts.parameters), "trained_parameters": known(run.facts.trained_parameters),
        "test_images": known(run.facts.test_images), "accuracy": run.accuracy,
        "accuracy_error": run.accuracy_error(), "gamma_below_0.01": run.off, "seconds": run.seconds,
        "settings": run.settings,
    })
}
