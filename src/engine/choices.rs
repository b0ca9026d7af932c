//! What was chosen for convolutions: kept from run to run in a file, and by each run for itself.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use web_time::SystemTime;

use crate::gpu::Capabilities;
use crate::kernels::conv::Pass;
use crate::kernels::conv::tiling::Tiling;
use crate::platform::{cache_dir, fs};

/// How convolutions are computed on one adapter, with its driver. A run that computes them by the same variants again
/// has the same bits again.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Choices {
    adapter: String,
    choices: Vec<Choice>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Choice {
    /// Over images in f32, touched a pixel at a time, whatever they are stored in.
    pass: Pass,
    tiling: Tiling,
    /// A digest of the texts among which it was chosen.
    #[serde(default)]
    texts: String,
}

/// By adapter and driver.
type Adapters = BTreeMap<String, Vec<Choice>>;

impl Choices {
    /// None yet, on this adapter.
    pub(super) fn none(capabilities: &Capabilities) -> Self {
        let lanes = capabilities.subgroup_size.unwrap_or(0);
        let adapter = format!("{capabilities}, {lanes} lanes");
        Self {
            adapter,
            choices: Vec::new(),
        }
    }

    /// What the file has for the adapter. A file that is missing or broken is as good as an empty one: all in
    /// it can be measured again.
    pub(super) fn load(capabilities: &Capabilities) -> Self {
        let none = Self::none(capabilities);
        let choices = read().remove(&none.adapter).unwrap_or_default();
        Self { choices, ..none }
    }

    /// Whether they are of the same adapter and driver.
    pub(super) fn is_of_adapter_of(&self, other: &Self) -> bool {
        self.adapter == other.adapter
    }

    pub(super) fn get(&self, pass: &Pass) -> Option<Tiling> {
        let of_pass = self.choices.iter().find(|choice| choice.pass == *pass);
        of_pass.map(|choice| choice.tiling)
    }

    /// What was chosen for a pass, if it was among texts of this digest: of others it may not be the fastest.
    pub(super) fn chosen_among(&self, texts: &str, pass: &Pass) -> Option<Tiling> {
        let of_pass = self.choices.iter().find(|choice| choice.pass == *pass);
        let among_these = of_pass.filter(|choice| choice.texts == texts);
        among_these.map(|choice| choice.tiling)
    }

    pub(super) fn put(&mut self, pass: Pass, tiling: Tiling, texts: &str) {
        self.choices.retain(|choice| choice.pass != pass);
        self.choices.push(Choice {
            pass,
            tiling,
            texts: texts.to_owned(),
        });
    }

    /// Writes it, beside what others wrote meanwhile. Where that fails, the next run measures again.
    pub(super) fn save(&self) {
        let mut adapters = read();
        adapters.insert(self.adapter.clone(), self.choices.clone());
        if let Some(path) = path() {
            let _ = write(&path, &adapters);
        }
    }
}

fn path() -> Option<PathBuf> {
    Some(cache_dir()?.join("bnonly").join("tilings.json"))
}

fn read() -> Adapters {
    path().map_or_else(Adapters::new, |path| read_from(&path))
}

fn read_from(path: &Path) -> Adapters {
    let text = || {
        let (_, mut file) = fs::open(path).ok()?;
        let mut text = String::new();
        file.read_to_string(&mut text).ok()?;
        serde_json::from_str(&text).ok()
    };
    text().unwrap_or_default()
}

/// Beside the file and then in its place, so that a reader finds all of it.
fn write(path: &Path, adapters: &Adapters) -> std::io::Result<()> {
    let text = serde_json::to_string_pretty(adapters)?;
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    let number = now.map_or(0, |since| since.as_nanos());
    let beside = path.with_extension(format!("json.{number}"));
    fs::File::create(&beside)?.write_all(text.as_bytes())?;
    fs::rename(&beside, path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gpu::Lanes;
    use crate::kernels::Blocked;
    use crate::kernels::conv::{ConvShape, Direction};

    #[test]
    fn what_was_written_is_read_and_a_broken_file_is_as_good_as_none() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("deeper").join("tilings.json");
        assert!(read_from(&path).is_empty());

        let images = Blocked::new(16, 32, 32);
        let shape = ConvShape {
            input: images,
            output: images,
            kernel: 3,
            stride: 1,
            padding: 1,
        };
        let pass = shape.pass(Direction::Backward);
        let mut one = Choices {
            adapter: "one".into(),
            choices: Vec::new(),
        };
        let lanes = Lanes {
            of_cpu: true,
            subgroup_size: Some(8),
        };
        let variants = Tiling::all(&pass, lanes);
        assert_eq!(one.get(&pass), None);
        one.put(pass, variants[1], "old texts");
        one.put(pass, variants[0], "texts");
        assert_eq!(one.get(&pass), Some(variants[0]));
        assert_eq!(one.get(&shape.pass(Direction::Forward)), None);
        assert_eq!(one.chosen_among("texts", &pass), Some(variants[0]));
        assert_eq!(one.chosen_among("changed texts", &pass), None);

        let adapters = Adapters::from([(one.adapter.clone(), one.choices)]);
        write(&path, &adapters).expect("it can be written");
        let choices = read_from(&path).remove("one").expect("its adapter");
        assert_eq!((choices[0].pass, choices[0].tiling), (pass, variants[0]));
        assert!(!read_from(&path).contains_key("another"));
        let beside = std::fs::read_dir(path.parent().expect("a folder"));
        assert_eq!(
            beside.expect("it is there").count(),
            1,
            "nothing is left beside"
        );

        std::fs::write(&path, &std::fs::read(&path).expect("it is there")[..40]).expect("cut");
        assert!(read_from(&path).is_empty());
    }
}
