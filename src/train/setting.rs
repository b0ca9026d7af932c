//! What is known of a setting: its name, its help, its values. [`table`](super::table) has one of each.

use std::path::{Path, PathBuf};

use super::schedule::Schedule;
use super::settings::{OptimizerKind, Settings, SettingsError};
use crate::data::{Background, DataSource, Normalization};
use crate::field::Field;
use crate::kernels::Precision;
use crate::network::{ArchitectureName, BnInit, Trainable, WeightsInit};

/// One setting, for all that reads, writes, names or explains it.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// Which. Its key is the one in `config.toml`, in links and on the command line.
    pub field: Field,
    /// The part of the form, and with it the heading on the command line.
    pub part: Part,
    /// What the form calls it.
    pub label: &'static str,
    /// What it is, as a sentence without its full stop.
    pub help: &'static str,
    /// What kind of value it has.
    pub kind: Kind,
    /// The values that it may have, behind "expected".
    pub expected: &'static str,
    /// What holds where it is left out, if that is possible and worth a word.
    pub unset: Option<&'static str>,
    /// Whether its value can work, judged without data, network or adapter.
    pub is_valid: fn(&Settings) -> bool,
    /// How to read and write it.
    pub access: Access,
}

/// What kind of value a setting has.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// Off by default.
    SwitchOn,
    /// On by default; with the option that switches it off, and what that does.
    SwitchOff(&'static str, &'static str),
    /// On or off, or left out: then the data decide; with the option that switches it off, and what that does.
    Either(&'static str, &'static str),
    /// A number; with what stands for it in `--width <CHANNELS>`, and its unit.
    Number(&'static str, &'static str),
    /// A text; with what stands for it in `--data <PATH|digits|shapes>`.
    Text(&'static str),
    /// One of a few; with what stands for it in `--precision <f32|f16>`.
    Choice(&'static str, &'static [Choice]),
}

/// A value that can be chosen.
#[derive(Clone, Copy, Debug)]
pub struct Choice {
    /// How it is written.
    pub word: &'static str,
    /// What the form calls it.
    pub label: &'static str,
    /// What it does, as a sentence.
    pub help: &'static str,
}

/// The parts of the form, in its order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Which images.
    Data,
    /// How many of them, and how large.
    Sizes,
    /// Which network.
    Network,
    /// What of it trains.
    Trained,
    /// What it starts from.
    FirstState,
    /// How it trains.
    Training,
    /// What is seldom changed of that.
    More,
}

impl Part {
    /// What the form calls it.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Data => "Data",
            Self::Sizes => "More: size, limits, split",
            Self::Network => "Network",
            Self::Trained => "What trains",
            Self::FirstState => "More: first state, statistics",
            Self::Training => "Training",
            Self::More => "More: momentum, decay, order",
        }
    }

    /// The part that it folds away within.
    pub const fn within(self) -> Option<Self> {
        match self {
            Self::Sizes => Some(Self::Data),
            Self::FirstState => Some(Self::Trained),
            Self::More => Some(Self::Training),
            Self::Data | Self::Network | Self::Trained | Self::Training => None,
        }
    }

    /// The heading of its options on the command line.
    pub const fn heading(self) -> &'static str {
        match self {
            Self::Data | Self::Sizes => "Data",
            Self::Network => "Network",
            Self::Trained | Self::FirstState | Self::Training | Self::More => "Training",
        }
    }
}

impl Setting {
    /// Sets it from text.
    ///
    /// # Errors
    /// A text that is none of its values.
    pub fn set(&self, settings: &mut Settings, text: &str) -> Result<(), SettingsError> {
        (self.access.read)(settings, text).map_err(|refused| match refused {
            Refused::Because(message) => SettingsError::Text {
                field: self.field,
                message,
            },
            Refused::Unreadable => SettingsError::Value {
                field: self.field,
                found: match text.is_empty() {
                    true => named(text),
                    false => format!("`{text}`"),
                },
                expected: self.expected.to_owned(),
            },
        })
    }

    /// Its value as text, which [`Self::set`] reads back; `None` where it is left out.
    pub fn get(&self, settings: &Settings) -> Option<String> {
        (self.access.write)(settings)
    }

    /// Checks its value as far as that can be judged alone.
    ///
    /// # Errors
    /// A value that cannot work.
    pub fn check(&self, settings: &Settings) -> Result<(), SettingsError> {
        if (self.is_valid)(settings) {
            return Ok(());
        }
        Err(SettingsError::Value {
            field: self.field,
            found: self
                .get(settings)
                .map_or_else(String::new, |text| named(&text)),
            expected: self.expected.to_owned(),
        })
    }

    /// What the default is, in words; `None` where there is nothing to say.
    pub fn default_text(&self) -> Option<String> {
        match self.kind {
            Kind::SwitchOn | Kind::SwitchOff(..) => None,
            Kind::Either(..) | Kind::Number(..) | Kind::Text(_) | Kind::Choice(..) => {
                let text = self.get(&Settings::default());
                text.or(self.unset.map(str::to_owned))
            }
        }
    }
}

/// A value as sentences name it.
fn named(text: &str) -> String {
    match text.is_empty() {
        true => "an empty text".to_owned(),
        false => text.to_owned(),
    }
}

/// How a setting is read from text, and written.
#[derive(Clone, Copy, Debug)]
pub struct Access {
    pub(super) read: fn(&mut Settings, &str) -> Result<(), Refused>,
    pub(super) write: fn(&Settings) -> Option<String>,
}

/// Reads and writes a field of [`Settings`].
macro_rules! access {
    ($name:ident) => {
        $crate::train::setting::Access {
            read: |settings, text| {
                settings.$name = $crate::train::setting::Text::read(text)?;
                Ok(())
            },
            write: |settings| $crate::train::setting::Text::write(&settings.$name),
        }
    };
}
pub(super) use access;

/// Why a text is none of a setting's values.
#[derive(Debug)]
pub(super) enum Refused {
    /// Nothing more is known than what is expected.
    Unreadable,
    /// For this reason.
    Because(String),
}

/// A value that can be written and read back.
pub(super) trait Text: Sized {
    fn write(&self) -> Option<String>;
    fn read(text: &str) -> Result<Self, Refused>;
}

/// Text for types whose own words say nothing to a person.
macro_rules! plain_text {
    ($($kind:ty),*) => {$(
        impl Text for $kind {
            fn write(&self) -> Option<String> {
                Some(self.to_string())
            }

            fn read(text: &str) -> Result<Self, Refused> {
                text.parse().map_err(|_| Refused::Unreadable)
            }
        }
    )*};
}

plain_text!(
    u32,
    u64,
    f64,
    bool,
    Background,
    DataSource,
    Normalization,
    OptimizerKind,
    Precision,
    BnInit,
    WeightsInit,
    Schedule
);

impl Text for ArchitectureName {
    fn write(&self) -> Option<String> {
        Some(self.to_string())
    }

    fn read(text: &str) -> Result<Self, Refused> {
        text.parse().map_err(because)
    }
}

impl Text for Trainable {
    fn write(&self) -> Option<String> {
        Some(self.to_string())
    }

    fn read(text: &str) -> Result<Self, Refused> {
        text.parse().map_err(because)
    }
}

impl Text for PathBuf {
    fn write(&self) -> Option<String> {
        Some(self.display().to_string())
    }

    fn read(text: &str) -> Result<Self, Refused> {
        match text.is_empty() {
            true => Err(Refused::Unreadable),
            false => Ok(text.into()),
        }
    }
}

impl<T: Text> Text for Option<T> {
    fn write(&self) -> Option<String> {
        self.as_ref().and_then(T::write)
    }

    fn read(text: &str) -> Result<Self, Refused> {
        T::read(text).map(Some)
    }
}

fn because(error: impl ToString) -> Refused {
    Refused::Because(error.to_string())
}

/// Rates go to the GPU as f32 and have to be finite there too.
pub(super) fn is_rate(value: f64) -> bool {
    value >= 0.0 && (value as f32).is_finite()
}

pub(super) fn is_share(share: f64) -> bool {
    share > 0.0 && share < 1.0
}

pub(super) fn is_length(epochs: f64) -> bool {
    epochs > 0.0 && epochs.is_finite()
}

pub(super) fn is_named(path: &Path) -> bool {
    !path.as_os_str().is_empty()
}
