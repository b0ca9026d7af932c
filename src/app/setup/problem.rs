//! What is wrong with settings, by the field it is about.

use crate::network::NetworkError;
use crate::platform::IS_A_PAGE;
use crate::train::start::StartError;

/// The part of the form about what a run computes on and where it goes; a page has no folders.
pub(super) const DEVICE: &str = if IS_A_PAGE {
    "Device"
} else {
    "Device and folder"
};

/// Something that keeps a run from starting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The command line's option without dashes, which names the field.
    pub option: &'static str,
    /// What is wrong, what is expected, and the way out.
    pub sentence: String,
}

/// What the fields are called here, by option.
const LABELS: [(&str, &str); 32] = [
    ("data", "Images"),
    ("image-size", "Resize to"),
    ("test-fraction", "Test share"),
    ("limit-train", "Training limit"),
    ("limit-test", "Test limit"),
    ("model", "Network"),
    ("width", "Width"),
    ("no-shortcut", "Shortcuts"),
    ("bn-after-activation", "BatchNorm after the activation"),
    ("train", "Trains"),
    ("bn-init", "γ and β start"),
    ("init", "Start from"),
    ("optimizer", "Optimiser"),
    ("lr-gamma", "Factor"),
    ("lr", "Learning rate"),
    ("momentum", "Momentum"),
    ("nesterov", "Nesterov"),
    ("weight-decay", "Weight decay"),
    ("schedule", "Schedule"),
    ("warmup-epochs", "Warm-up"),
    ("epochs", "Train for"),
    ("max-steps", "Train for"),
    ("batch-size", "Batch"),
    ("seed", "Seed"),
    ("freeze-stats", "Freeze statistics"),
    ("precision", "Precision"),
    ("adapter", "Adapter"),
    ("out", "Runs go to"),
    ("preset", "Preset"),
    ("random", "Weights"),
    ("names", "Parameters"),
    ("milestones", "At epochs"),
];

/// What the field of an option is called.
pub(super) fn label(option: &str) -> &'static str {
    let found = LABELS.iter().find(|(name, _)| *name == option);
    found.map_or("", |(_, label)| label)
}

/// By part of the form, the options of its fields.
const OPTIONS: [(&str, &[&str]); 8] = [
    (
        "Data",
        &[
            "data",
            "image-size",
            "test-fraction",
            "limit-train",
            "limit-test",
        ],
    ),
    (
        super::data::SIZES,
        &["image-size", "test-fraction", "limit-train", "limit-test"],
    ),
    (
        "Network",
        &["model", "width", "no-shortcut", "bn-after-activation"],
    ),
    ("What trains", &["train", "bn-init", "init", "freeze-stats"]),
    (super::network::FIRST_STATE, &["init", "freeze-stats"]),
    (
        "Training",
        &[
            "optimizer",
            "lr",
            "momentum",
            "nesterov",
            "weight-decay",
            "schedule",
            "lr-gamma",
            "warmup-epochs",
            "epochs",
            "max-steps",
            "batch-size",
            "seed",
            "milestones",
            "precision",
        ],
    ),
    (
        super::training::MORE,
        &[
            "momentum",
            "nesterov",
            "weight-decay",
            "warmup-epochs",
            "precision",
        ],
    ),
    (DEVICE, &["adapter", "out"]),
];

/// Whether an option's field is within a part of the form.
pub(super) fn is_within(option: &str, part: &str) -> bool {
    let mut parts = OPTIONS.iter();
    parts.any(|(name, options)| *name == part && options.contains(&option))
}

impl Problem {
    /// The problem of an option; options in the sentence are named as their fields are.
    pub fn new(option: &'static str, sentence: &str) -> Self {
        let sentence = in_the_app(sentence);
        let mut letters = sentence.chars();
        let sentence = match letters.next() {
            Some(first) => first.to_uppercase().chain(letters).collect(),
            None => sentence,
        };
        Self { option, sentence }
    }

    /// What keeps a run from starting, by the option it is about.
    pub fn of(error: &StartError) -> Self {
        use crate::train::settings::SettingsError;
        let (option, sentence) = match error {
            StartError::Settings(SettingsError::Value { option, .. }) => {
                (*option, error.to_string())
            }
            StartError::Settings(_) => ("data", error.to_string()),
            StartError::Network(error) => (option_of(error), error.to_string()),
            StartError::Trainable(error) => ("train", error.to_string()),
            StartError::BnInit(error) => ("bn-init", error.to_string()),
            StartError::Saved(error) => ("init", error.to_string()),
            StartError::Checkpoint(_) | StartError::Optimizer { .. } => ("init", error.to_string()),
        };
        Self::new(option, &sentence)
    }
}

/// Errors name options as on the command line; in the app they are named as their fields are,
/// `--batch-size` as "Batch", and without dashes where there is no such field.
pub(in crate::app) fn in_the_app(sentence: &str) -> String {
    let sentence = without_the_terminal(sentence);
    let mut said = String::with_capacity(sentence.len());
    let mut rest = sentence.as_str();
    while let Some(at) = rest.find("--") {
        let (before, dashed) = (&rest[..at], &rest[at + 2..]);
        let is_of_name = |letter: char| letter.is_ascii_alphanumeric() || letter == '-';
        let end = dashed.find(|letter| !is_of_name(letter));
        let name = dashed[..end.unwrap_or(dashed.len())].trim_end_matches('-');
        said.push_str(before);
        // Dashes within a word or a path are no option's.
        let is_within = said.ends_with(|letter: char| letter.is_alphanumeric() || letter == '/');
        match label(name) {
            _ if is_within || name.is_empty() => said.push_str(&rest[at..at + 2 + name.len()]),
            "" => said.push_str(&name.replace('-', " ")),
            label => said.push_str(label),
        }
        rest = &dashed[name.len()..];
    }
    said + rest
}

/// A sentence without what it adds in brackets for who types commands.
fn without_the_terminal(sentence: &str) -> String {
    let mut said = sentence.to_owned();
    for begin in [" (--resume", " (--adapter;"] {
        if let Some(from) = said.find(begin)
            && let Some(len) = said[from..].find(')')
        {
            said.replace_range(from..=from + len, "");
        }
    }
    said
}

fn option_of(error: &NetworkError) -> &'static str {
    match error {
        NetworkError::Width { .. } | NetworkError::TooLarge { .. } => "width",
        NetworkError::Classes { .. } | NetworkError::Input { .. } => "data",
        NetworkError::NoShortcuts { .. } => "no-shortcut",
        _ => "model",
    }
}

#[cfg(test)]
mod tests {
    use super::in_the_app;

    #[test]
    fn options_are_named_as_their_fields_are() {
        let said = in_the_app("use a smaller --batch-size, or (--width) in /a/b--c-d--e");
        assert_eq!(said, "use a smaller Batch, or (Width) in /a/b--c-d--e");
        let said = in_the_app("resume the run (--resume), with a smaller --batch-size");
        assert_eq!(said, "resume the run, with a smaller Batch");
        let said = in_the_app("another adapter (--adapter; `bnonly devices` lists them)");
        assert_eq!(said, "another adapter");
        let said = in_the_app("--lr-gamma=1: not --lr, see --dry-run -- or --");
        assert_eq!(said, "Factor=1: not Learning rate, see dry run -- or --");
    }
}
