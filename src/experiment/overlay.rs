//! Settings that a file gives, laid over others.

use std::collections::BTreeMap;

use toml::{Spanned, Value};

use super::error::{ExperimentError, Places};
use crate::train::nearest::no_such_setting;
use crate::train::setting::Setting;
use crate::train::settings::{Settings, SettingsError};
use crate::train::table::setting_named;

/// A table of settings in a file.
pub(super) type Table = BTreeMap<String, Spanned<Value>>;

/// Settings that are given, as text, to be laid over others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Overlay(BTreeMap<&'static str, String>);

impl Overlay {
    /// Reads a table, and tries each value.
    pub(super) fn read(places: &Places<'_>, table: &Table) -> Result<Self, ExperimentError> {
        let mut overlay = Self::default();
        for (key, value) in table {
            let wrong = |message: String| {
                let line = places.error(value.span().start, message);
                Err(line)
            };
            let Some(setting) = setting_named(key) else {
                return wrong(format!("`{key}`: {}", no_such_setting(key)));
            };
            let text = match value.get_ref() {
                Value::String(text) => text.clone(),
                Value::Integer(number) => number.to_string(),
                Value::Float(number) => number.to_string(),
                Value::Boolean(is_on) => is_on.to_string(),
                _ => return wrong(format!("`{key}`: expected {}", setting.expected)),
            };
            if let Err(error) = try_alone(setting, &text) {
                return wrong(error.to_string());
            }
            overlay.set(setting, text);
        }
        Ok(overlay)
    }

    /// Gives a setting, in place of what was given for it.
    pub fn set(&mut self, setting: &Setting, text: String) {
        self.0.insert(setting.field.key(), text);
    }

    /// Gives all that another gives, in place of what was given for it.
    pub fn extend(&mut self, other: &Self) {
        self.0.extend(other.0.clone());
    }

    /// What is given for the setting of this key.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key).map(String::as_str)
    }

    /// The keys of what is given.
    pub fn keys(&self) -> impl Iterator<Item = &'static str> {
        self.0.keys().copied()
    }

    /// Keys and values.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.0.iter().map(|(key, text)| (*key, text.as_str()))
    }

    /// Lays it over settings.
    ///
    /// # Errors
    /// A value that its setting does not have.
    pub fn apply(&self, settings: &mut Settings) -> Result<(), SettingsError> {
        if self.0.contains_key("epochs") && !self.0.contains_key("max-steps") {
            settings.max_steps = None;
        }
        self.0.iter().try_for_each(|(key, text)| {
            let setting = setting_named(key);
            setting.map_or(Ok(()), |setting| setting.set(settings, text))
        })
    }
}

fn try_alone(setting: &Setting, text: &str) -> Result<(), SettingsError> {
    let mut settings = Settings::default();
    setting.set(&mut settings, text)?;
    setting.check(&settings)
}
