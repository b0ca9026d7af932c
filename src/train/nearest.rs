//! What to say of a key that no setting has.

use super::setting::Setting;
use super::table::SETTINGS;

/// What to say of a key that no setting has: the nearest one there is, or all.
pub fn no_such_setting(key: &str) -> String {
    match nearest(key) {
        Some(setting) => format!(
            "there is no such setting; did you mean `{}`?",
            setting.field.key()
        ),
        None => {
            let keys: Vec<_> = SETTINGS.iter().map(|setting| setting.field.key()).collect();
            format!("there is no such setting; there are {}", keys.join(", "))
        }
    }
}

/// The setting that a key was to name: by a few letters that differ, by its beginning, or by what the form calls it.
fn nearest(key: &str) -> Option<&'static Setting> {
    let plain = |text: &str| text.to_lowercase().replace(['_', ' '], "-");
    let key = plain(key);
    let distance = |name: &str| match name.starts_with(&key) && key.len() >= 3 {
        true => 1,
        false => strsim::damerau_levenshtein(name, &key),
    };
    let of_setting = |setting: &Setting| {
        let names = [setting.field.key().to_owned(), plain(setting.label)];
        names
            .iter()
            .map(|name| distance(name))
            .min()
            .unwrap_or(usize::MAX)
    };
    let nearest = SETTINGS.iter().min_by_key(|setting| of_setting(setting))?;
    (of_setting(nearest) <= (key.chars().count() / 3).max(1)).then_some(nearest)
}
