//! `bnonly experiment`: lists them, prints one, runs one, and writes a report.

mod conduct;
mod make;
mod ranks;
mod told;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, anyhow};
use serde_json::json;
use web_time::SystemTime;

use super::options::{ExperimentCommand, ExperimentOptions, ListExperiments, RunExperiment};
use super::print::{line, tell};
use super::ranks::Ranks;
use super::{Outcome, usage};
use crate::experiment::conduct::gathered;
use crate::experiment::definition::{Experiment, Scale};
use crate::experiment::folder::{EXPERIMENTS, ExperimentFolder};
use crate::experiment::plan::Plan;
use crate::experiment::report::{Missing, Report};
use crate::experiment::results::RunResult;
use crate::experiment::shipped::{shipped, shipped_named};
use crate::experiment::verdict::judge;
use crate::gpu::AdapterChoice;
use conduct::Conduct;
use ranks::{Crew, take_part};

/// Does what was asked for.
pub(super) fn experiment(
    options: &ExperimentOptions,
    ranks: Option<&Arc<Ranks>>,
) -> anyhow::Result<Outcome> {
    match &options.command {
        ExperimentCommand::List(options) => list(options),
        ExperimentCommand::Show(options) => {
            line(named(&options.experiment)?.text.trim_end())?;
            Ok(Outcome::Done)
        }
        ExperimentCommand::Run(options) => run(options, ranks),
        ExperimentCommand::Report(options) => {
            let folder = ExperimentFolder::at(&options.folder);
            let plan = folder.plan().map_err(usage)?;
            let (results, missing) = gathered(&folder, &plan, &[])?;
            report(&folder, &plan, &results, &missing)?;
            Ok(Outcome::Done)
        }
    }
}

fn list(options: &ListExperiments) -> anyhow::Result<Outcome> {
    for experiment in shipped() {
        let plans = experiment
            .scales
            .keys()
            .map(|scale| Plan::new(&experiment, *scale, None, &Default::default()));
        let plans: Vec<Plan> = plans.collect::<Result<_, _>>()?;
        if options.json {
            let runs = plans
                .iter()
                .map(|plan| (plan.scale.to_string(), json!(plan.runs().len())));
            let runs: serde_json::Map<_, _> = runs.collect();
            line(json!({
                "name": experiment.name, "title": experiment.title, "question": experiment.question, "runs": runs,
            }))?;
            continue;
        }
        let runs = plans
            .iter()
            .map(|plan| format!("{} {}", plan.scale, plan.runs().len()));
        let runs: Vec<_> = runs.collect();
        line(format_args!(
            "{}\n    {}\n    runs: {}",
            experiment.name,
            experiment.question,
            runs.join(", ")
        ))?;
    }
    Ok(Outcome::Done)
}

/// A shipped experiment, or one of a person's own.
fn named(name: &str) -> anyhow::Result<Experiment> {
    let path = Path::new(name);
    if path
        .extension()
        .is_some_and(|extension| extension == "toml")
        || path.is_file()
    {
        let text = fs::read_to_string(path)
            .with_context(|| format!("{name} cannot be read"))
            .map_err(usage)?;
        return Experiment::from_toml(&text)
            .with_context(|| name.to_owned())
            .map_err(usage);
    }
    shipped_named(name).ok_or_else(|| {
        let names: Vec<String> = shipped()
            .into_iter()
            .map(|experiment| experiment.name)
            .collect();
        usage(anyhow!(
            "there is no experiment `{name}`; there are {}, and files that end in .toml",
            names.join(", ")
        ))
    })
}

/// The folder that a file lies in beside its runs.
fn beside(name: &str, experiment: &Experiment) -> Option<PathBuf> {
    let folder = Path::new(name)
        .parent()
        .filter(|_| experiment.run.is_some())?;
    Some(match folder.as_os_str().is_empty() {
        true => PathBuf::from("."),
        false => folder.to_owned(),
    })
}

fn run(options: &RunExperiment, ranks: Option<&Arc<Ranks>>) -> anyhow::Result<Outcome> {
    let jobs = options.jobs;
    let adapter = AdapterChoice {
        turn: ranks.map_or(0, |ranks| ranks.place_on_machine()),
        ..options.device.choice()
    };
    if let Some(ranks) = ranks.filter(|ranks| ranks.rank() > 0) {
        take_part(ranks, adapter, jobs)?;
        return Ok(Outcome::Done);
    }
    // From here on the other ranks wait for what this one says.
    let crew = ranks.map(|ranks| Crew::new(ranks, jobs));
    let overrides = options.settings.overlay()?;
    let plan_of = |experiment: &Experiment| {
        // A file beside its runs says how they were made; what is given now goes over that.
        let before = experiment.run.as_ref();
        let scale = options.scale.or(before.map(|run| run.scale));
        let scale = scale.unwrap_or(Scale::Glance);
        let before = before.filter(|run| run.scale == scale);
        let seeds = options.seeds.or(before.map(|run| run.seeds));
        let mut given = before.map(|run| run.overrides.clone()).unwrap_or_default();
        given.extend(&overrides);
        Plan::new(experiment, scale, seeds, &given)
    };
    let experiments = match options.experiment.as_str() {
        "all" => shipped(),
        name => vec![named(name)?],
    };
    let several = experiments.len() > 1;
    // All are laid out before the first begins.
    let plans = experiments
        .iter()
        .map(plan_of)
        .collect::<Result<Vec<_>, _>>()
        .map_err(usage)?;
    let mut conduct = Conduct::new(adapter, jobs, crew, &options.told)?;
    for plan in &plans {
        let place = format!("{}-{}", plan.experiment.name, plan.scale);
        let path = match (&options.out, beside(&options.experiment, &plan.experiment)) {
            (Some(out), _) if several => out.join(place),
            (Some(out), _) => out.clone(),
            (None, Some(beside)) => beside,
            (None, None) => PathBuf::from(EXPERIMENTS).join(place),
        };
        let folder = ExperimentFolder::open(&path, plan).map_err(usage)?;
        let failed = conduct.run(&folder, plan)?;
        let (results, missing) = gathered(&folder, plan, &failed)?;
        report(&folder, plan, &results, &missing)?;
        if conduct.is_stopped() {
            tell(format_args!(
                "interrupted; go on with: bnonly experiment run {}",
                path.join("experiment.toml").display()
            ));
            return Ok(Outcome::Interrupted);
        }
        if !failed.is_empty() {
            let count = failed.len();
            return Err(anyhow!(
                "{count} of {} runs failed; the others are in the report",
                plan.runs().len()
            ));
        }
    }
    Ok(Outcome::Done)
}

/// Writes the report, and says what it says.
fn report(
    folder: &ExperimentFolder,
    plan: &Plan,
    results: &[RunResult],
    missing: &[Missing],
) -> anyhow::Result<()> {
    let now = SystemTime::now();
    let day = crate::train::run_folder::day(now);
    let report = Report {
        plan,
        results,
        missing,
        day: &day,
    };
    report.write(folder.path())?;
    let (judged, verdict) = judge(plan, results);
    for claim in judged {
        tell(format_args!("{}: {}", claim.verdict.word(), claim.says));
    }
    if let Some(verdict) = verdict {
        tell(format_args!("verdict: {}", verdict.word()));
    }
    line(format_args!(
        "{}",
        folder.path().join("report.html").display()
    ))?;
    Ok(())
}
