//! An experiment as its file says it: a question, arms that differ in one thing, and the rule that answers.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use toml::Spanned;

use super::overlay::{Overlay, Table};
use super::results::Measure;
use crate::train::settings::UnknownName;

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

fn accuracy() -> Measure {
    Measure::Accuracy
}

fn norm_parameters() -> Measure {
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

/// Why a file is no experiment.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {message}")]
pub struct ExperimentError {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong there, and what is expected.
    pub message: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct File {
    name: Spanned<String>,
    title: String,
    question: String,
    about: String,
    method: String,
    #[serde(default)]
    not_shown: Vec<String>,
    #[serde(default)]
    settings: Table,
    scales: BTreeMap<Scale, FileScale>,
    arms: Vec<FileArm>,
    #[serde(default)]
    figures: Vec<Spanned<Figure>>,
    #[serde(default)]
    rules: Vec<Spanned<FileRule>>,
    run: Option<FileRun>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileScale {
    seeds: Spanned<u32>,
    #[serde(default)]
    settings: Table,
    #[serde(default)]
    each: BTreeMap<Spanned<String>, Vec<Spanned<toml::Value>>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileArm {
    name: Spanned<String>,
    label: String,
    #[serde(default)]
    settings: Table,
    each: Option<Spanned<String>>,
    after: Option<Spanned<String>>,
    #[serde(default)]
    removal: bool,
    #[serde(default)]
    paper: BTreeMap<String, f64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileRule {
    says: String,
    more: Option<Side>,
    less: Option<Side>,
    steeper: Option<String>,
    flatter: Option<String>,
    #[serde(default = "accuracy")]
    measure: Measure,
    #[serde(default = "norm_parameters")]
    against: Measure,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileRun {
    scale: Scale,
    seeds: u32,
    #[serde(default)]
    overrides: Table,
}

/// Says what is wrong at a place of a text.
pub(super) struct Places<'a>(pub &'a str);

impl Places<'_> {
    pub fn error(&self, at: usize, message: impl Into<String>) -> ExperimentError {
        let before = &self.0[..self.0.floor_char_boundary(at)];
        ExperimentError {
            line: before.matches('\n').count() + 1,
            message: message.into(),
        }
    }
}

impl Experiment {
    /// Reads an experiment's file.
    ///
    /// # Errors
    /// What is wrong, with its line: text that is not TOML, a key or a setting that does not exist, a value that no
    /// setting has, an arm that another part names and that is not there.
    pub fn from_toml(text: &str) -> Result<Self, ExperimentError> {
        let places = Places(text);
        let file: File = toml::from_str(text).map_err(|error| {
            let at = error.span().map_or(0, |span| span.start);
            places.error(at, error.message().trim().replace('\n', "; "))
        })?;
        check_name(&places, &file.name)?;
        let scales = file.scales.into_iter();
        let scales = scales.map(|(scale, found)| Ok((scale, at_scale(&places, found)?)));
        let arms = file.arms.iter().map(|arm| read_arm(&places, arm));
        let rules = file.rules.into_iter().map(|rule| read_rule(&places, rule));
        let run = file.run.map(|run| {
            Ok(RunOf {
                scale: run.scale,
                seeds: run.seeds,
                overrides: Overlay::read(&places, &run.overrides)?,
            })
        });
        let experiment = Self {
            name: file.name.into_inner(),
            title: file.title,
            question: file.question,
            about: file.about,
            method: file.method,
            not_shown: file.not_shown,
            settings: Overlay::read(&places, &file.settings)?,
            scales: scales.collect::<Result<_, ExperimentError>>()?,
            arms: arms.collect::<Result<_, _>>()?,
            figures: (file.figures.iter().map(|figure| figure.get_ref().clone())).collect(),
            rules: rules.collect::<Result<_, _>>()?,
            run: run.transpose()?,
            text: text.to_owned(),
        };
        experiment.check_arms(&places, &file.arms)?;
        for figure in &file.figures {
            for name in &figure.get_ref().arms {
                experiment.check_arm(&places, figure.span().start, name)?;
            }
        }
        Ok(experiment)
    }

    /// The arm of this name.
    pub fn arm(&self, name: &str) -> Option<&Arm> {
        self.arms.iter().find(|arm| arm.name == name)
    }

    fn check_arm(&self, places: &Places<'_>, at: usize, name: &str) -> Result<(), ExperimentError> {
        if self.arm(name).is_some() {
            return Ok(());
        }
        let names: Vec<&str> = self.arms.iter().map(|arm| arm.name.as_str()).collect();
        let message = format!(
            "there is no arm `{name}`; expected one of {}",
            names.join(", ")
        );
        Err(places.error(at, message))
    }

    fn check_each(
        &self,
        places: &Places<'_>,
        each: &Spanned<String>,
    ) -> Result<(), ExperimentError> {
        let key = each.get_ref();
        let lacks = |(_, at): &(&Scale, &AtScale)| !at.each.contains_key(key);
        match self.scales.iter().find(lacks) {
            None => Ok(()),
            Some((scale, _)) => {
                let message = format!(
                    "scale {scale} has no values of `{key}`; write [scales.{scale}.each] with {key} = […]"
                );
                Err(places.error(each.span().start, message))
            }
        }
    }

    fn check_arms(&self, places: &Places<'_>, file: &[FileArm]) -> Result<(), ExperimentError> {
        if file.is_empty() {
            return Err(places.error(0, "there is no arm; expected at least one [[arms]]"));
        }
        for (place, arm) in file.iter().enumerate() {
            let at = arm.name.span().start;
            let name = arm.name.get_ref();
            if self.arms[..place].iter().any(|other| other.name == *name) {
                return Err(
                    places.error(at, format!("a second arm `{name}`; give it another name"))
                );
            }
            if let Some(each) = &arm.each {
                self.check_each(places, each)?;
            }
            if let Some(after) = &arm.after {
                self.check_arm(places, after.span().start, after.get_ref())?;
                let is_before = self.arms[..place]
                    .iter()
                    .any(|other| other.name == *after.get_ref());
                let each = |arm: &str| self.arm(arm).and_then(|arm| arm.each.clone());
                let of_after = each(after.get_ref());
                let message = if !is_before {
                    format!(
                        "`{name}` begins after `{}`, which has to stand above it",
                        after.get_ref()
                    )
                } else if of_after.is_some() && of_after != each(name) {
                    format!(
                        "`{}` has several values, so `{name}` has to have the same `each`",
                        after.get_ref()
                    )
                } else {
                    continue;
                };
                return Err(places.error(after.span().start, message));
            }
        }
        for rule in &self.rules {
            let names = match rule {
                Rule::More { more, less, .. } => [&more.arm, &less.arm],
                Rule::Steeper {
                    steeper, flatter, ..
                } => [steeper, flatter],
            };
            for name in names {
                let at = self.text.find(rule.says()).unwrap_or_default();
                self.check_arm(places, at, name)?;
            }
        }
        Ok(())
    }
}

fn check_name(places: &Places<'_>, name: &Spanned<String>) -> Result<(), ExperimentError> {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || letter == '-';
    let text = name.get_ref();
    if !text.is_empty() && text.len() <= 60 && text.chars().all(is_plain) {
        return Ok(());
    }
    let message =
        format!("`{text}` cannot name files; expected at most 60 letters, digits and hyphens");
    Err(places.error(name.span().start, message))
}

fn at_scale(places: &Places<'_>, found: FileScale) -> Result<AtScale, ExperimentError> {
    if !(1..=1000).contains(found.seeds.get_ref()) {
        let message = "seeds: expected a whole number from 1 to 1000";
        return Err(places.error(found.seeds.span().start, message));
    }
    let mut each = BTreeMap::new();
    for (key, values) in found.each {
        let texts = values.iter().map(|value| {
            let one = Table::from([(key.get_ref().clone(), value.clone())]);
            let read = Overlay::read(places, &one)?;
            Ok(read.get(key.get_ref()).unwrap_or_default().to_owned())
        });
        let texts: Vec<String> = texts.collect::<Result<_, ExperimentError>>()?;
        if texts.is_empty() {
            return Err(places.error(
                key.span().start,
                format!("{}: expected at least one value", key.get_ref()),
            ));
        }
        each.insert(key.into_inner(), texts);
    }
    Ok(AtScale {
        seeds: found.seeds.into_inner(),
        settings: Overlay::read(places, &found.settings)?,
        each,
    })
}

fn read_arm(places: &Places<'_>, arm: &FileArm) -> Result<Arm, ExperimentError> {
    check_name(places, &arm.name)?;
    Ok(Arm {
        name: arm.name.get_ref().clone(),
        label: arm.label.clone(),
        settings: Overlay::read(places, &arm.settings)?,
        each: arm.each.as_ref().map(|each| each.get_ref().clone()),
        after: arm.after.as_ref().map(|after| after.get_ref().clone()),
        removal: arm.removal,
        paper: arm.paper.clone(),
    })
}

fn read_rule(places: &Places<'_>, rule: Spanned<FileRule>) -> Result<Rule, ExperimentError> {
    let at = rule.span().start;
    match rule.into_inner() {
        FileRule {
            says,
            more: Some(more),
            less: Some(less),
            steeper: None,
            flatter: None,
            ..
        } => Ok(Rule::More { says, more, less }),
        FileRule {
            says,
            more: None,
            less: None,
            steeper: Some(steeper),
            flatter: Some(flatter),
            measure,
            against,
        } => Ok(Rule::Steeper {
            says,
            steeper,
            flatter,
            measure,
            against,
        }),
        _ => Err(places.error(
            at,
            "a rule has either `more` and `less`, or `steeper` and `flatter`",
        )),
    }
}

/// The experiments that come with the program, by name.
const SHIPPED: [&str; 9] = [
    include_str!("../../assets/experiments/disables-features.toml"),
    include_str!("../../assets/experiments/affine-matters.toml"),
    include_str!("../../assets/experiments/better-representations.toml"),
    include_str!("../../assets/experiments/random-features.toml"),
    include_str!("../../assets/experiments/bn-before-activation.toml"),
    include_str!("../../assets/experiments/depth-vs-width.toml"),
    include_str!("../../assets/experiments/removable-features.toml"),
    include_str!("../../assets/experiments/shortcuts.toml"),
    include_str!("../../assets/experiments/few-parameters.toml"),
];

/// The experiments that come with the program.
///
/// # Panics
/// Never: a test reads them all.
pub fn shipped() -> Vec<Experiment> {
    let read = |text: &&str| Experiment::from_toml(text).expect("a shipped experiment reads");
    SHIPPED.iter().map(read).collect()
}

/// The shipped one of this name.
pub fn shipped_named(name: &str) -> Option<Experiment> {
    shipped()
        .into_iter()
        .find(|experiment| experiment.name == name)
}
