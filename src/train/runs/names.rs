//! Names of runs, made of what differs between them.

use std::path::Path;

use super::summary::RunSummary;
use crate::field::Field;
use crate::train::setting::{Kind, Setting};
use crate::train::settings::Settings;
use crate::train::table::SETTINGS;

/// Fields that stand first in a name, because one asks for them first.
const FIRST: [Field; 4] = [Field::Model, Field::Width, Field::Train, Field::Data];

/// The settings in which runs differ, those that one asks for first in front.
pub fn differing(runs: &[&RunSummary]) -> Vec<&'static Setting> {
    let mut found: Vec<&'static Setting> = SETTINGS
        .iter()
        .filter(|setting| {
            let mut values = runs.iter().map(|run| setting.get(&run.settings));
            values
                .next()
                .is_some_and(|first| values.any(|other| other != first))
        })
        .collect();
    let place = |setting: &Setting| {
        let place = FIRST.iter().position(|first| *first == setting.field);
        place.unwrap_or(FIRST.len())
    };
    found.sort_by_key(|setting| place(setting));
    found
}

/// A name for each of some runs: the one that a person gave it, or what it has other than the rest. No two
/// are the same.
pub fn names(runs: &[&RunSummary]) -> Vec<String> {
    let differing = differing(runs);
    let made: Vec<String> = runs
        .iter()
        .map(|run| {
            let given = run.given_name.clone();
            given.unwrap_or_else(|| made_name(&run.settings, &differing))
        })
        .collect();
    runs.iter()
        .zip(&made)
        .enumerate()
        .map(|(at, (run, name))| {
            let is_taken = |(other, taken): (usize, &String)| other != at && taken == name;
            match made.iter().enumerate().any(is_taken) {
                true => format!("{name} ({})", told_apart(run, runs)),
                false => name.clone(),
            }
        })
        .collect()
}

fn made_name(settings: &Settings, differing: &[&'static Setting]) -> String {
    let parts: Vec<String> = differing
        .iter()
        .filter_map(|setting| part(setting, settings))
        .collect();
    match parts.is_empty() {
        true => format!("{} · {}", settings.model, settings.train),
        false => parts.join(" · "),
    }
}

/// What a setting adds to a name, such as `seed 3`; nothing where it is left out.
fn part(setting: &Setting, settings: &Settings) -> Option<String> {
    let value = value(setting, settings)?;
    let says_itself = FIRST.contains(&setting.field) && setting.field != Field::Width
        || setting.field == Field::Optimizer;
    Some(match setting.kind {
        _ if says_itself => value,
        Kind::SwitchOn | Kind::SwitchOff(..) | Kind::Either(..) => {
            let key = setting.field.key();
            match value == "true" {
                true => key.to_owned(),
                false => format!("no {key}"),
            }
        }
        Kind::Number(..) | Kind::Text(_) | Kind::Choice(..) => {
            format!("{} {value}", setting.field.key())
        }
    })
}

/// A setting's value in short: of a path its last part. `None` where it is left out.
pub fn value(setting: &Setting, settings: &Settings) -> Option<String> {
    let value = setting.get(settings)?;
    let is_path = matches!(setting.field, Field::Data | Field::Init | Field::Labels);
    let last = Path::new(&value).file_name().filter(|_| is_path);
    Some(match last {
        Some(last) => last.to_string_lossy().into_owned(),
        None => value,
    })
}

/// What tells a run from others with the same settings and name: its folder's name, or where that is the same
/// too, its path.
fn told_apart(run: &RunSummary, runs: &[&RunSummary]) -> String {
    let name = run.folder_name();
    let same = runs.iter().filter(|other| other.folder_name() == name);
    match same.count() > 1 {
        true => run.folder.display().to_string(),
        false => name,
    }
}
