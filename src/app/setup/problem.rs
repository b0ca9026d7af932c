//! What is wrong with settings, by the field it is about.

use crate::network::NetworkError;
use crate::train::start::StartError;

/// Something that keeps a run from starting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The command line's option without dashes, which names the field.
    pub option: &'static str,
    /// What is wrong, what is expected, and the way out.
    pub sentence: String,
}

/// What the fields are called here, by option.
pub(super) const LABELS: [(&str, &str); 31] = [
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
        ],
    ),
    (
        super::training::MORE,
        &["momentum", "nesterov", "weight-decay", "warmup-epochs"],
    ),
    ("Device and folder", &["adapter", "out"]),
];

/// Whether an option's field is within a part of the form.
pub(super) fn is_within(option: &str, part: &str) -> bool {
    let mut parts = OPTIONS.iter();
    parts.any(|(name, options)| *name == part && options.contains(&option))
}

impl Problem {
    /// The problem of an option; options in the sentence are named as their fields are.
    pub fn new(option: &'static str, sentence: &str) -> Self {
        let mut sentence = sentence.to_owned();
        for (name, label) in LABELS {
            let option = format!("--{name}");
            while let Some(at) = find_option(&sentence, &option) {
                sentence.replace_range(at..at + option.len(), label);
            }
        }
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

/// Where an option stands in a sentence, unless it is the start of a longer one.
fn find_option(sentence: &str, option: &str) -> Option<usize> {
    let continues = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'-';
    let mut places = sentence.match_indices(option).map(|(at, _)| at);
    places.find(|at| {
        let next = sentence.as_bytes().get(at + option.len());
        !next.is_some_and(continues)
    })
}

fn option_of(error: &NetworkError) -> &'static str {
    match error {
        NetworkError::Width { .. } | NetworkError::TooLarge { .. } => "width",
        NetworkError::Classes { .. } | NetworkError::Input { .. } => "data",
        NetworkError::NoShortcuts { .. } => "no-shortcut",
        _ => "model",
    }
}
