//! An experiment as its file says it: a question, arms that differ in one thing, and the rule that answers.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use super::overlay::Overlay;
use super::results::Measure;
use crate::train::settings::UnknownName;
use serde::{Deserialize, Serialize};

/// How large an experiment is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scale {
    /// Built-in images and small networks: minutes on a CPU. It shows the idea and proves nothing.
    Glance,
    /// Some ten thousand images, short schedules: an hour or so on a laptop's GPU.
    Small,
    /// The paper's recipe.
    Paper,
}

impl Scale {
    /// All of them, the smallest first.
    pub const ALL: [Self; 3] = [Self::Glance, Self::Small, Self::Paper];

    /// Its name in files and options.
    pub fn name(self) -> &'static str {
        match self {
            Self::Glance => "glance",
            Self::Small => "small",
            Self::Paper => "paper",
        }
    }
}

impl fmt::Display for Scale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Scale {
    type Err = UnknownName;

    fn from_str(text: &str) -> Result<Self, UnknownName> {
        let found = Self::ALL.into_iter().find(|scale| scale.name() == text);
        found.ok_or(UnknownName)
    }
}

/// One question, and how it is asked.
#[derive(Clone, Debug, PartialEq)]
pub struct Experiment {
    /// Its name on the command line; letters, digits and hyphens.
    pub name: String,
    /// A heading.
    pub title: String,
    /// What it asks.
    pub question: String,
    /// What is behind the question, for who reads of it the first time.
    pub about: String,
    /// What is done, in some sentences.
    pub method: String,
    /// Where to look while it runs, and what for; empty where nothing is said.
    pub look: String,
    /// What it does not show, a sentence each.
    pub not_shown: Vec<String>,
    /// Settings of all its runs.
    pub settings: Overlay,
    /// How large it can be run.
    pub scales: BTreeMap<Scale, AtScale>,
    /// What differs.
    pub arms: Vec<Arm>,
    /// What is drawn.
    pub figures: Vec<Figure>,
    /// What decides; none where only a table answers.
    pub rules: Vec<Rule>,
    /// How it was run, where the file lies beside its runs.
    pub run: Option<RunOf>,
    /// The file, as it was read.
    pub text: String,
}

/// An experiment at a scale.
#[derive(Clone, Debug, PartialEq)]
pub struct AtScale {
    /// Runs of each arm, with seeds from 0.
    pub seeds: u32,
    /// Settings of all runs at this scale.
    pub settings: Overlay,
    /// The values that [`Arm::each`] takes, by the setting's key.
    pub each: BTreeMap<String, Vec<String>>,
}

/// What is compared with others.
#[derive(Clone, Debug, PartialEq)]
pub struct Arm {
    /// Its name in files; letters, digits and hyphens.
    pub name: String,
    /// What reports call it.
    pub label: String,
    /// What sets it apart.
    pub settings: Overlay,
    /// A setting that it is run with each value of, by its key.
    pub each: Option<String>,
    /// The arm whose last state it begins from, seed by seed.
    pub after: Option<String>,
    /// Whether accuracy is measured with channels switched off.
    pub removal: bool,
    /// The paper's test accuracies in percent: by the value of [`Self::each`], or of `model` where there is none.
    pub paper: BTreeMap<String, f64>,
}

/// What a figure shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FigureKind {
    /// A measure of each arm: its seeds, their mean and interval.
    Arms,
    /// A measure against another: a line for each arm that has several values.
    Lines,
    /// The share of channels off, layer by layer.
    OffByLayer,
    /// The share of channels off in the course of training.
    OffOverTime,
    /// How often each γ is had, before and after.
    GammaHistogram,
    /// Accuracy against the share of channels removed.
    Removal,
}

/// A figure.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Figure {
    /// The name of its files.
    pub name: String,
    /// What stands above it.
    pub title: String,
    /// What it shows.
    pub kind: FigureKind,
    /// The measure it shows, of those kinds that show one.
    #[serde(default = "accuracy")]
    pub measure: Measure,
    /// What it is shown against.
    #[serde(default = "norm_parameters")]
    pub against: Measure,
    /// The arms in it; all where there are none.
    #[serde(default)]
    pub arms: Vec<String>,
}

pub(super) fn accuracy() -> Measure {
    Measure::Accuracy
}

pub(super) fn norm_parameters() -> Measure {
    Measure::BatchNormParameters
}

/// A measure of an arm.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Side {
    /// The arm.
    pub arm: String,
    /// What is measured.
    #[serde(default = "accuracy")]
    pub measure: Measure,
}

/// What has to hold.
#[derive(Clone, Debug, PartialEq)]
pub enum Rule {
    /// One mean is above another: value by value where both arms have several, or where one has.
    More {
        /// What is claimed, as a sentence.
        says: String,
        /// What is to be more.
        more: Side,
        /// What is to be less.
        less: Side,
    },
    /// A measure rises faster along one arm's values than along another's.
    Steeper {
        /// What is claimed, as a sentence.
        says: String,
        /// The arm of the greater slope.
        steeper: String,
        /// The arm of the smaller one.
        flatter: String,
        /// What rises.
        measure: Measure,
        /// With the logarithm to base 2 of what.
        against: Measure,
    },
}

impl Rule {
    /// What is claimed, as a sentence.
    pub fn says(&self) -> &str {
        match self {
            Self::More { says, .. } | Self::Steeper { says, .. } => says,
        }
    }
}

/// How an experiment was run.
#[derive(Clone, Debug, PartialEq)]
pub struct RunOf {
    /// How large.
    pub scale: Scale,
    /// Runs of each arm.
    pub seeds: u32,
    /// Settings that were given beside those of the file.
    pub overrides: Overlay,
}

impl Experiment {
    /// The arm of this name.
    pub fn arm(&self, name: &str) -> Option<&Arm> {
        self.arms.iter().find(|arm| arm.name == name)
    }
}
