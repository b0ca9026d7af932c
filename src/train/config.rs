//! `config.toml`, read: settings as this program writes them, and as people, editors and shells leave them.

use std::ops::Range;

use super::nearest::no_such_setting;
use super::setting::{Kind, Setting};
use super::settings::{Settings, SettingsError};
use super::table::{SETTINGS, setting_named};
use crate::field::Field;

/// What a backslash in double quotes needs.
const SINGLE_QUOTES: &str = "a backslash in double quotes begins an escape, such as \\t for a tab: write a path in single \
                             quotes, as in 'C:\\Users\\me\\images', or with / in place of \\";

impl Settings {
    /// Reads a `config.toml`. The values are not judged yet: see [`Settings::validate`].
    ///
    /// # Errors
    /// Text that is not TOML, a key that no option has, or a value of the wrong kind, with its line.
    pub fn from_toml(text: &str) -> Result<Self, SettingsError> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        toml::from_str(text).map_err(|error| explained(text, &error))
    }

    /// Reads a `config.toml` that may come from any editor or shell.
    ///
    /// # Errors
    /// As [`Settings::from_toml`]; bytes that are not UTF-8; a path that holds a control character, as `"C:\temp"` does.
    pub fn from_config(bytes: &[u8]) -> Result<Self, SettingsError> {
        let text = decoded(bytes)?;
        let settings = Self::from_toml(text)?;
        let is_spoilt = |setting: &&Setting| {
            let text = setting.get(&settings);
            text.is_some_and(|text| text.chars().any(char::is_control))
        };
        match SETTINGS.iter().find(is_spoilt) {
            None => Ok(settings),
            Some(setting) => {
                let key = setting.field.key();
                let sets = |line: &str| line.trim_start().starts_with(key);
                Err(SettingsError::Toml {
                    line: text.lines().position(sets).unwrap_or_default() + 1,
                    key: key.to_owned(),
                    message: format!("the text holds a control character; {SINGLE_QUOTES}"),
                })
            }
        }
    }
}

/// The text of a file, which is to be UTF-8.
fn decoded(bytes: &[u8]) -> Result<&str, SettingsError> {
    let has_mark = bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]);
    if has_mark || bytes.iter().take(2).any(|byte| *byte == 0) {
        return Err(SettingsError::Encoding(
            "it is UTF-16 text, as PowerShell's > and some editors write it; save it as UTF-8 (in PowerShell: Get-Content \
             OLD.toml | Set-Content -Encoding utf8 NEW.toml)"
                .to_owned(),
        ));
    }
    std::str::from_utf8(bytes).map_err(|error| {
        let line = bytes[..error.valid_up_to()]
            .iter()
            .filter(|byte| **byte == b'\n')
            .count();
        let line = line + 1;
        SettingsError::Encoding(format!(
            "line {line} is not UTF-8 text; save the file as UTF-8"
        ))
    })
}

fn explained(text: &str, error: &toml::de::Error) -> SettingsError {
    let (line, content) = match error.span() {
        Some(span) => place(text, span),
        None => (1, ""),
    };
    let (key, value) = content.split_once('=').unwrap_or((content, ""));
    let (key, value) = (key.trim(), value.trim());
    let message = error.message().trim().replace('\n', "; ");
    SettingsError::Toml {
        line,
        key: key.chars().take(60).collect(),
        message: in_plain_words(key, value, &message).unwrap_or(message),
    }
}

/// The line of a place in a text, from 1, and what it says.
fn place(text: &str, span: Range<usize>) -> (usize, &str) {
    let start = text.floor_char_boundary(span.start);
    let line = text[..start].matches('\n').count();
    (line + 1, text.lines().nth(line).unwrap_or_default())
}

/// What is wrong with `key = value`, for people who do not know the types behind; `None` where TOML's own words do.
fn in_plain_words(key: &str, value: &str, message: &str) -> Option<String> {
    if let Some(unknown) = message.strip_prefix("unknown field `") {
        let unknown = unknown.split('`').next().unwrap_or_default();
        return Some(no_such_setting(unknown));
    }
    if value.starts_with('"') && has_lone_backslash(value) {
        return Some(SINGLE_QUOTES.to_owned());
    }
    let setting = setting_named(key)?;
    let expected = setting.expected;
    let wrong_kind = ["invalid type: ", "invalid value: "];
    let found = wrong_kind
        .iter()
        .find_map(|start| message.strip_prefix(start));
    let found = found.and_then(|rest| rest.split(", expected").next());
    if let Some(better) = rewritten(setting, value) {
        return Some(format!(
            "{value} cannot be used; expected {expected}; write {key} = {better}"
        ));
    }
    match found {
        Some(found) => Some(format!("{found} cannot be used; expected {expected}")),
        None if message.contains("expected") => None,
        None => Some(format!("{message}; expected {expected}")),
    }
}

/// What was meant, where that is plain: a number in quotes, a word without them, `True`, epochs as a list.
fn rewritten(setting: &Setting, value: &str) -> Option<String> {
    let is_one = |text: &str| setting.set(&mut Settings::default(), text).is_ok();
    let bare = value.trim_matches(['"', '\'']);
    let list = value
        .strip_prefix('[')
        .and_then(|list| list.strip_suffix(']'));
    let list = list.map(|list| list.replace([' ', '"', '\''], ""));
    let text = match list {
        Some(list) if setting.field == Field::Schedule => format!("step:{list}"),
        Some(list) => list,
        None => bare.to_owned(),
    };
    match setting.kind {
        Kind::Number(..) if bare != value && is_one(bare) => Some(bare.to_owned()),
        Kind::SwitchOn | Kind::SwitchOff(..) => {
            let small = bare.to_lowercase();
            (small != value && is_one(&small)).then_some(small)
        }
        Kind::Text(_) | Kind::Choice(..)
            if bare == value && is_one(&text) && !has_quotes(&text) =>
        {
            Some(format!("\"{text}\""))
        }
        _ => None,
    }
}

fn has_quotes(text: &str) -> bool {
    text.contains(['"', '\'', '\\', '#'])
}

/// Whether there is a backslash that escapes neither a backslash nor a quote.
fn has_lone_backslash(value: &str) -> bool {
    let mut letters = value.chars();
    while let Some(letter) = letters.next() {
        if letter == '\\' && !matches!(letters.next(), Some('\\' | '"')) {
            return true;
        }
    }
    false
}
