//! All runs of an experiment at a scale.

use serde::{Deserialize, Serialize};

use super::definition::{Arm, AtScale, Experiment, Scale};
use super::overlay::Overlay;
use crate::field::{Explain, Explanation};
use crate::numbers::grouped;
use crate::train::settings::Settings;
use crate::train::start::{StartError, check};
use crate::train::table::setting_named;

/// Why an experiment cannot be run as asked.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    /// It says nothing of this scale.
    #[error("{name} has no scale {scale}; it has {}", known.join(", "))]
    Scale {
        /// The experiment.
        name: String,
        /// The scale.
        scale: Scale,
        /// Those it has.
        known: Vec<&'static str>,
    },
    /// A setting is given in which its arms differ.
    #[error(
        "the arms of {name} differ in `{key}`, so it cannot be given for all; copy the experiment to a file (bnonly experiment show {name}) and change it there"
    )]
    Differs {
        /// The experiment.
        name: String,
        /// The setting.
        key: &'static str,
    },
    /// Too few or too many runs.
    #[error("{found} seeds cannot be used; expected a whole number from 1 to 1000")]
    Seeds {
        /// What was asked for.
        found: u32,
    },
    /// An arm's settings do not fit each other.
    #[error("arm {arm}: {source}")]
    Arm {
        /// The arm.
        arm: String,
        /// What is wrong.
        source: Box<StartError>,
    },
}

impl Explain for PlanError {
    fn explain(&self) -> Explanation {
        match self {
            Self::Arm { arm, source } => {
                let mut told = source.explain();
                told.text = format!("arm {arm}: {}", told.text);
                told
            }
            Self::Scale { .. } | Self::Differs { .. } | Self::Seeds { .. } => {
                Explanation::new(self)
            }
        }
    }
}

/// All runs of an experiment.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// The experiment.
    pub experiment: Experiment,
    /// How large.
    pub scale: Scale,
    /// Runs of each arm, with seeds from 0.
    pub seeds: u32,
    /// What was given beside the file.
    pub overrides: Overlay,
    /// Its arms, a value each where they have several.
    pub arms: Vec<PlannedArm>,
}

/// An arm with one of its values.
#[derive(Clone, Debug, PartialEq)]
pub struct PlannedArm {
    /// Its name in files, such as `bn` or `bn-resnet-8`.
    pub name: String,
    /// What reports call it, such as `BatchNorm, resnet-8`.
    pub label: String,
    /// The name of the [`Arm`].
    pub of: String,
    /// Its value, where the arm has several.
    pub value: Option<String>,
    /// Settings of its runs, but for the seed.
    pub settings: Settings,
    /// The planned arm whose last state it begins from.
    pub after: Option<String>,
    /// Whether accuracy is measured with channels removed.
    pub removal: bool,
    /// The paper's test accuracy in percent.
    pub paper: Option<f64>,
}

/// One run of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RunName {
    /// The planned arm.
    pub arm: String,
    /// The seed.
    pub seed: u64,
}

impl RunName {
    /// Its folder within `runs/`.
    pub fn folder(&self) -> String {
        format!("{}-seed{}", self.arm, self.seed)
    }
}

impl Plan {
    /// Lays out all runs.
    ///
    /// # Errors
    /// A scale that the file does not have, a setting given for all in which arms differ, settings that do not fit.
    pub fn new(
        experiment: &Experiment,
        scale: Scale,
        seeds: Option<u32>,
        overrides: &Overlay,
    ) -> Result<Self, PlanError> {
        let name = || experiment.name.clone();
        let Some(at) = experiment.scales.get(&scale) else {
            let known = experiment.scales.keys().map(|scale| scale.name()).collect();
            return Err(PlanError::Scale {
                name: name(),
                scale,
                known,
            });
        };
        let seeds = seeds.unwrap_or(at.seeds);
        if !(1..=1000).contains(&seeds) {
            return Err(PlanError::Seeds { found: seeds });
        }
        let differs = |key: &&'static str| {
            let in_arm =
                |arm: &Arm| arm.settings.get(key).is_some() || arm.each.as_deref() == Some(key);
            *key == "seed" || experiment.arms.iter().any(in_arm)
        };
        if let Some(key) = overrides.keys().find(differs) {
            return Err(PlanError::Differs { name: name(), key });
        }
        let mut arms = Vec::new();
        for arm in &experiment.arms {
            for value in values(at, arm) {
                arms.push(planned(experiment, at, arm, value, overrides)?);
            }
        }
        Ok(Self {
            experiment: experiment.clone(),
            scale,
            seeds,
            overrides: overrides.clone(),
            arms,
        })
    }

    /// The plan that a file beside its runs was made by; `None` where it is an experiment that was not run.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn again(experiment: &Experiment) -> Result<Option<Self>, PlanError> {
        let run = experiment.run.as_ref();
        run.map(|run| Self::new(experiment, run.scale, Some(run.seeds), &run.overrides))
            .transpose()
    }

    /// What `experiment.toml` holds beside the runs: the file, and how it was run.
    pub fn to_toml(&self) -> String {
        use std::fmt::Write as _;
        let mut text = self.experiment.text.trim_end().to_owned();
        if self.experiment.run.is_some() {
            // That of another time.
            text.truncate(text.rfind(RUN_HEADING).unwrap_or(text.len()));
            text.truncate(text.trim_end().len());
        }
        // A `String` takes whatever is written to it.
        let _ = write!(
            text,
            "\n\n{RUN_HEADING}\nscale = \"{}\"\nseeds = {}\n",
            self.scale, self.seeds
        );
        if self.overrides.keys().next().is_some() {
            text.push_str("\n[run.overrides]\n");
            for (key, value) in self.overrides.iter() {
                let _ = writeln!(text, "{key} = {}", toml::Value::String(value.to_owned()));
            }
        }
        text
    }

    /// All runs: seed after seed, so that something of each arm is there early; and each after what it begins from.
    pub fn runs(&self) -> Vec<RunName> {
        let of_seed = |seed: u32| {
            let arms = self.arms.iter();
            arms.map(move |arm| RunName {
                arm: arm.name.clone(),
                seed: seed.into(),
            })
        };
        (0..self.seeds).flat_map(of_seed).collect()
    }

    /// The planned arm of this name.
    pub fn arm(&self, name: &str) -> Option<&PlannedArm> {
        self.arms.iter().find(|arm| arm.name == name)
    }

    /// Arms to compare: those of one value, or each of one with the other where that has no values.
    pub fn pairs(&self, more: &str, less: &str) -> Vec<(&PlannedArm, &PlannedArm)> {
        let of = |name: &str| {
            self.arms
                .iter()
                .filter(|arm| arm.of == name)
                .collect::<Vec<_>>()
        };
        let right = of(less);
        let pairs = of(more).into_iter().flat_map(|left| {
            let fits = move |right: &&&PlannedArm| match (&left.value, &right.value) {
                (Some(left), Some(right)) => left == right,
                _ => true,
            };
            right
                .iter()
                .filter(fits)
                .map(move |right| (left, *right))
                .collect::<Vec<_>>()
        });
        pairs.collect()
    }

    /// Its size in words, such as `12 runs (4 arms, 3 seeds)`.
    pub fn size(&self) -> String {
        let (arms, seeds) = (self.arms.len() as u64, u64::from(self.seeds));
        let several = |count: u64, word: &str| match count {
            1 => format!("1 {word}"),
            _ => format!("{} {word}s", grouped(count)),
        };
        let (runs, arms) = (several(arms * seeds, "run"), several(arms, "arm"));
        format!("{runs} ({arms}, {})", several(seeds, "seed"))
    }
}

/// Begins what [`Plan::to_toml`] adds.
const RUN_HEADING: &str = "# How it was run.\n[run]";

/// The values that an arm is run with.
fn values<'a>(at: &'a AtScale, arm: &'a Arm) -> Vec<Option<&'a str>> {
    let each = arm.each.as_ref().and_then(|key| at.each.get(key));
    match each {
        None => vec![None],
        Some(values) => values.iter().map(|value| Some(value.as_str())).collect(),
    }
}

fn planned(
    experiment: &Experiment,
    at: &AtScale,
    arm: &Arm,
    value: Option<&str>,
    overrides: &Overlay,
) -> Result<PlannedArm, PlanError> {
    let mut each = Overlay::default();
    if let (Some(key), Some(value)) = (&arm.each, value)
        && let Some(setting) = setting_named(key)
    {
        each.set(setting, value.to_owned());
    }
    let named = |name: &str, between: &str| match value {
        // Such as `width-4`, where the value does not say what it is of.
        Some(value) if value.parse::<f64>().is_ok() => {
            let key = arm.each.as_deref().unwrap_or_default();
            let apart = if between == "-" { "-" } else { " " };
            format!("{name}{between}{key}{apart}{value}")
        }
        Some(value) => format!("{name}{between}{value}"),
        None => name.to_owned(),
    };
    let mut settings = Settings::default();
    let name = named(&arm.name, "-");
    let layers = [
        &experiment.settings,
        &at.settings,
        &arm.settings,
        &each,
        overrides,
    ];
    let applied = layers
        .iter()
        .try_for_each(|layer| layer.apply(&mut settings));
    let checked = applied
        .map_err(StartError::from)
        .and_then(|()| check(&settings));
    checked.map_err(|source| PlanError::Arm {
        arm: name.clone(),
        source: Box::new(source),
    })?;
    settings.make_absolute();
    // The paper's number of what the arm comes to, if it has one.
    let paper = match value {
        Some(value) => arm.paper.get(value),
        None => arm.paper.get(&settings.model.to_string()),
    };
    Ok(PlannedArm {
        label: named(&arm.label, ", "),
        of: arm.name.clone(),
        value: value.map(str::to_owned),
        after: arm.after.as_ref().map(|after| {
            let each = experiment
                .arm(after)
                .and_then(|after| after.each.as_deref());
            if each.is_some() {
                named(after, "-")
            } else {
                after.clone()
            }
        }),
        removal: arm.removal,
        paper: paper.copied(),
        name,
        settings,
    })
}
