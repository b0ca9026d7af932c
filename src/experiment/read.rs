//! Reading an experiment's file, with a line for whatever is wrong.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use super::definition::{
    Arm, AtScale, Experiment, Figure, Rule, RunOf, Scale, Side, accuracy, norm_parameters,
};
use super::error::{ExperimentError, Places};
use super::overlay::{Overlay, Table};
use super::results::Measure;

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct File {
    name: Spanned<String>,
    title: String,
    question: String,
    about: String,
    method: String,
    #[serde(default)]
    look: String,
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
            look: file.look,
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
