//! Settings as a link carries them: `model=resnet-20&lr=0.05`, the options that differ from their
//! defaults, named as on the command line.

use form_urlencoded::{Serializer, parse};

use super::nearest::no_such_setting;
use super::settings::{Settings, SettingsError};
use super::table::{SETTINGS, setting_named};
use crate::field::{Explain, Field};

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

/// The settings that differ from their defaults. `init` and `labels` are left out: a link cannot carry a file.
pub fn to_link(settings: &Settings) -> String {
    let defaults = Settings::default();
    let mut link = Serializer::new(String::new());
    for setting in SETTINGS
        .iter()
        .filter(|setting| !matches!(setting.field, Field::Init | Field::Labels))
    {
        let text = setting.get(settings);
        if let Some(text) = text.filter(|text| setting.get(&defaults).as_ref() != Some(text)) {
            link.append_pair(setting.field.key(), &text);
        }
    }
    link.finish()
}

/// The settings a link names; what it does not name is as by default.
///
/// # Errors
/// A setting that there is not, a value that it cannot have, and values that do not go together.
pub fn from_link(link: &str) -> Result<Settings, LinkError> {
    let mut settings = Settings::default();
    for (key, text) in parse(link.as_bytes()) {
        let failed = |message: String| LinkError::Option {
            key: key.chars().take(60).collect(),
            value: text.chars().take(60).collect(),
            message,
        };
        let setting = setting_named(&key).ok_or_else(|| failed(no_such_setting(&key)))?;
        if matches!(setting.field, Field::Init | Field::Labels) {
            return Err(failed("a link cannot carry a file".to_owned()));
        }
        let set = setting.set(&mut settings, &text);
        set.map_err(|error| failed(error.explain().text))?;
    }
    settings.validate()?;
    Ok(settings)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_names_what_differs_and_reads_back_the_same() {
        assert_eq!(to_link(&Settings::default()), "");
        let settings = Settings {
            data: "my images/cats & dogs #1.tar.gz".into(),
            model: "resnet-20".parse().expect("a network"),
            train: "bn,fc.*".parse().expect("what trains"),
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
        let of_earlier_versions = "epochs=3&warmup-epochs=1.0&shortcut=false&train=bn%2Boutput";
        let settings = from_link(of_earlier_versions).expect("settings");
        assert_eq!((settings.epochs, settings.warmup_epochs), (3, 1.0));
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
            ("precision=f8", "expected f32 or f16"),
            ("model=resnet-15", "try resnet-14 or resnet-20"),
            ("lr=-1", "lr: -1"),
            ("batch-size=0", "batch-size: 0"),
        ] {
            let sentence = from_link(link).expect_err(link).to_string();
            assert!(sentence.contains(named), "{sentence}");
            assert!(sentence.contains("correct the link"), "{sentence}");
        }
    }
}
