//! The form as text, to be remembered. What cannot be read back takes its default, entry by entry.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use toml::{Table, Value};

use super::presets::Preset;
use super::{Folds, Setup};
use crate::gpu::AdapterChoice;
use crate::train::settings::Settings;

impl Serialize for Setup {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.to_text())
    }
}

impl<'de> Deserialize<'de> for Setup {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|text| Self::from_text(&text))
    }
}

impl Setup {
    /// What is remembered of the form.
    pub fn to_text(&self) -> String {
        let mut table = Table::new();
        let mut put = |key: &str, value: Option<Value>| {
            if let Some(value) = value {
                table.insert(key.to_owned(), value);
            }
        };
        put("settings", Value::try_from(&self.settings).ok());
        put("runs", Value::try_from(&self.runs).ok());
        put("recent", Value::try_from(&self.recent).ok());
        put("open", Value::try_from(&self.folds.0).ok());
        put("adapter", self.adapter.adapter.clone().map(Value::from));
        let backend = self.adapter.backend.map(wgpu::Backend::to_str);
        put("backend", backend.map(Value::from));
        put("preset", self.preset.map(|preset| preset.name.into()));
        table.to_string()
    }

    /// The form as it was remembered, as far as the text can be read.
    pub fn from_text(text: &str) -> Self {
        let table: Table = text.parse().unwrap_or_default();
        let mut setup = Self::default();
        if let Some(Value::Table(stored)) = table.get("settings") {
            setup.settings = readable_settings(stored);
        }
        take(&table, "runs", &mut setup.runs);
        take(&table, "recent", &mut setup.recent);
        let mut folds = Folds::default();
        take(&table, "open", &mut folds.0);
        setup.folds = folds;
        let word = |key: &str| table.get(key).and_then(Value::as_str);
        setup.adapter = AdapterChoice {
            adapter: word("adapter").map(str::to_owned),
            backend: word("backend").and_then(backend),
            turn: 0,
        };
        setup.preset = word("preset").and_then(Preset::named);
        setup
    }
}

/// The settings of a table, each that is unknown or of the wrong kind left at its default.
fn readable_settings(stored: &Table) -> Settings {
    let mut known = Table::try_from(Settings::default()).unwrap_or_default();
    for (key, value) in stored {
        let before = known.insert(key.clone(), value.clone());
        if known.clone().try_into::<Settings>().is_err() {
            match before {
                Some(before) => known.insert(key.clone(), before),
                None => known.remove(key),
            };
        }
    }
    known.try_into().unwrap_or_default()
}

fn take<T: DeserializeOwned>(table: &Table, key: &str, into: &mut T) {
    if let Some(Ok(found)) = table.get(key).cloned().map(Value::try_into) {
        *into = found;
    }
}

fn backend(name: &str) -> Option<wgpu::Backend> {
    let all = [
        wgpu::Backend::Vulkan,
        wgpu::Backend::Metal,
        wgpu::Backend::Dx12,
        wgpu::Backend::Gl,
    ];
    all.into_iter().find(|backend| backend.to_str() == name)
}
