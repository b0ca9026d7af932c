//! Settings as a link carries them: `model=resnet-20&lr=0.05`, the options that differ from their
//! defaults, named as on the command line.

use form_urlencoded::{Serializer, parse};
use toml::{Table, Value};

use super::settings::{Settings, SettingsError};

/// Why a link names no settings.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LinkError {
    /// One of its options.
    #[error(
        "the link's `{key}={value}` cannot be used: {message}; correct the link, or open the page without what \
         follows the #"
    )]
    Option {
        /// The option's name.
        key: String,
        /// What the link sets it to.
        value: String,
        /// What is wrong.
        message: String,
    },
    /// Values that do not go together, or out of their range.
    #[error(
        "the link's settings cannot be used: {0}; correct the link, or open the page without what follows the #"
    )]
    Settings(#[from] SettingsError),
}

/// The options of settings that differ from their defaults. `init` is left out: a link cannot carry a
/// file.
pub fn to_link(settings: &Settings) -> String {
    let table = |settings: &Settings| Table::try_from(settings).unwrap_or_default();
    let (mut options, defaults) = (table(settings), table(&Settings::default()));
    options.remove("init");
    let mut link = Serializer::new(String::new());
    for (key, value) in options
        .iter()
        .filter(|(key, value)| defaults.get(*key) != Some(*value))
    {
        let text = match value {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        link.append_pair(key, &text);
    }
    link.finish()
}

/// The settings a link names; what it does not name is as by default.
///
/// # Errors
/// An option that there is not, a value that it cannot have, and values that do not go together.
pub fn from_link(link: &str) -> Result<Settings, LinkError> {
    let mut settings = Settings::default();
    for (key, text) in parse(link.as_bytes()) {
        let failed = |message: String| LinkError::Option {
            key: key.chars().take(60).collect(),
            value: text.chars().take(60).collect(),
            message,
        };
        if key == "init" {
            return Err(failed("a link cannot carry a file".to_owned()));
        }
        let mut table = Table::try_from(&settings).unwrap_or_default();
        // A link does not say which kind a value is; the option knows.
        let mut refused = None;
        let set = kinds(&text).into_iter().find_map(|value| {
            table.insert(key.to_string(), value);
            let set = table.clone().try_into::<Settings>();
            set.map_err(|error| refused = Some(error.message().trim().replace('\n', "; ")))
                .ok()
        });
        settings = set.ok_or_else(|| failed(refused.unwrap_or_default()))?;
    }
    settings.validate()?;
    Ok(settings)
}

/// What a text may stand for, the least likely to be meant otherwise last: its refusal is the one to tell.
fn kinds(text: &str) -> Vec<Value> {
    let number = text.parse().ok().map(Value::Integer);
    let real = text
        .parse()
        .ok()
        .filter(|real: &f64| real.is_finite())
        .map(Value::Float);
    let truth = text.parse().ok().map(Value::Boolean);
    let words = Some(Value::String(text.to_owned()));
    words
        .into_iter()
        .chain(truth)
        .chain(real)
        .chain(number)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_names_what_differs_and_reads_back_the_same() {
        assert_eq!(to_link(&Settings::default()), "");
        let settings = Settings {
            data: "my images/cats & dogs #1.tar.gz".into(),
            model: "resnet-20".into(),
            train: "bn,fc.*".into(),
            width: Some(8),
            shortcut: false,
            lr: 0.1 + 0.2,
            schedule: "step:3,5".parse().expect("a schedule"),
            max_steps: Some(20),
            test_fraction: Some(0.25),
            seed: 7,
            warmup_epochs: 1.0,
            precision: crate::kernels::Precision::F16,
            ..Settings::default()
        };
        let link = to_link(&settings);
        assert!(link.contains("model=resnet-20&"), "{link}");
        assert!(!link.contains([' ', '#']), "{link}");
        assert!(!link.contains("momentum"), "{link}");
        assert_eq!(from_link(&link), Ok(settings));
    }

    #[test]
    fn numbers_are_taken_as_the_option_wants_them() {
        let settings =
            from_link("lr=1&seed=5&width=4&model=vgg-11&shortcut=false").expect("settings");
        assert_eq!(
            (settings.lr, settings.seed, settings.width),
            (1.0, 5, Some(4))
        );
        assert!(!settings.shortcut);
    }

    #[test]
    fn what_cannot_be_used_is_named() {
        for (link, named) in [
            ("epoch=3", "`epoch=3`"),
            ("lr=fast", "`lr=fast`"),
            ("batch-size=-1", "`batch-size=-1`"),
            ("batch-size=1.5", "`batch-size=1.5`"),
            ("init=state.safetensors", "cannot carry a file"),
            ("schedule=sometimes", "`schedule=sometimes`"),
            ("precision=f8", "`precision=f8`"),
            ("lr=-1", "lr: -1"),
            ("batch-size=0", "batch-size: 0"),
        ] {
            let sentence = from_link(link).expect_err(link).to_string();
            assert!(sentence.contains(named), "{sentence}");
            assert!(sentence.contains("correct the link"), "{sentence}");
        }
    }
}
