//! What a person can set, by name, and errors that say what to set otherwise.
//!
//! A library error knows no front end. By [`Explain`] it says which [`Field`] is wrong, what was found
//! and expected, and which [`Remedy`] helps. A front end has a [`Wording`] for fields and remedies, and
//! makes one sentence of it all: `--batch-size` on the command line is "Batch" in the form.

use std::borrow::Cow;
use std::path::PathBuf;

/// Something a person can set: a setting of a run, or where it computes and is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(missing_docs, reason = "train::table describes each setting")]
pub enum Field {
    Data,
    ImageSize,
    DigitsSize,
    TestFraction,
    SplitSeed,
    Labels,
    MinImages,
    Background,
    Normalization,
    SkipBad,
    LimitTrain,
    LimitTest,
    Model,
    Width,
    Shortcut,
    BnAfterActivation,
    Train,
    BnInit,
    WeightsInit,
    Init,
    Epochs,
    MaxSteps,
    BatchSize,
    Optimizer,
    Lr,
    Momentum,
    Nesterov,
    WeightDecay,
    Schedule,
    ScheduleEpochs,
    LrGamma,
    WarmupEpochs,
    Seed,
    Shuffle,
    Augment,
    Crop,
    Flip,
    DropLast,
    FreezeStats,
    Precision,
    /// Which adapter computes.
    Adapter,
    /// Only adapters of this interface.
    Backend,
    /// The folder of a new run.
    Out,
    /// The folder of a run to continue.
    Resume,
}

impl Field {
    /// The name in `config.toml` and in links: `batch-size`.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Data => "data",
            Self::ImageSize => "image-size",
            Self::DigitsSize => "digits-size",
            Self::TestFraction => "test-fraction",
            Self::SplitSeed => "split-seed",
            Self::Labels => "labels",
            Self::MinImages => "min-images",
            Self::Background => "background",
            Self::Normalization => "normalization",
            Self::SkipBad => "skip-bad",
            Self::LimitTrain => "limit-train",
            Self::LimitTest => "limit-test",
            Self::Model => "model",
            Self::Width => "width",
            Self::Shortcut => "shortcut",
            Self::BnAfterActivation => "bn-after-activation",
            Self::Train => "train",
            Self::BnInit => "bn-init",
            Self::WeightsInit => "weights-init",
            Self::Init => "init",
            Self::Epochs => "epochs",
            Self::MaxSteps => "max-steps",
            Self::BatchSize => "batch-size",
            Self::Optimizer => "optimizer",
            Self::Lr => "lr",
            Self::Momentum => "momentum",
            Self::Nesterov => "nesterov",
            Self::WeightDecay => "weight-decay",
            Self::Schedule => "schedule",
            Self::ScheduleEpochs => "schedule-epochs",
            Self::LrGamma => "lr-gamma",
            Self::WarmupEpochs => "warmup-epochs",
            Self::Seed => "seed",
            Self::Shuffle => "shuffle",
            Self::Augment => "augment",
            Self::Crop => "crop",
            Self::Flip => "flip",
            Self::DropLast => "drop-last",
            Self::FreezeStats => "freeze-stats",
            Self::Precision => "precision",
            Self::Adapter => "adapter",
            Self::Backend => "backend",
            Self::Out => "out",
            Self::Resume => "resume",
        }
    }
}

/// A way out of an error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// Choose smaller values of one of these.
    Lower(&'static [Field]),
    /// Choose larger values of one of these.
    Raise(&'static [Field]),
    /// Switch one of these on.
    Use(&'static [Field]),
    /// Choose another value of one of these.
    Change(&'static [Field]),
    /// Set one to this value, to keep things as they were.
    Keep(Field, String),
    /// Give a field this value, empty for a switch, `FILE` for any file, and to what end: "to go on without them".
    Give(Field, &'static str, &'static str),
    /// Continue the run from its last checkpoint; its folder, where it is known.
    Resume(Option<PathBuf>),
    /// Start a new run with the settings in this `config.toml`.
    StartAnew(PathBuf),
    /// Start a new run from the state in this file.
    StartFrom(PathBuf),
}

impl Remedy {
    /// What a network's memory grows with, smaller.
    pub const LESS_MEMORY: Self = Self::Lower(&[Field::BatchSize, Field::Width, Field::Model]);
}

/// An error in the parts that a front end makes a sentence of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// The field whose value is wrong, if the error is about one.
    pub field: Option<Field>,
    /// What is wrong and where, what was found, what is expected. Names no field.
    pub text: String,
    /// What helps; one of them is enough.
    pub remedies: Vec<Remedy>,
}

impl Explanation {
    /// An error that is about no field.
    pub fn new(text: impl ToString) -> Self {
        Self {
            field: None,
            text: text.to_string(),
            remedies: Vec::new(),
        }
    }

    /// A value that a field cannot have.
    pub fn value(field: Field, found: &str, expected: &str) -> Self {
        Self::new(format!("{found} cannot be used; expected {expected}")).about(field)
    }

    /// The same, about a field.
    #[must_use]
    pub fn about(mut self, field: Field) -> Self {
        self.field = Some(field);
        self
    }

    /// The same, with one more way out.
    #[must_use]
    pub fn or(mut self, remedy: Remedy) -> Self {
        self.remedies.push(remedy);
        self
    }

    /// The sentence, in a front end's words: `--batch-size: 0 cannot be used; expected …`.
    pub fn say(&self, wording: &dyn Wording) -> String {
        let name = self.field.and_then(|field| wording.name(field));
        let named = name.map_or_else(String::new, |name| format!("{name}: "));
        named + &self.say_unnamed(wording)
    }

    /// The sentence without the field's name, to be told at the field.
    pub fn say_unnamed(&self, wording: &dyn Wording) -> String {
        let remedies = self.remedies.iter();
        let remedies: Vec<_> = remedies
            .filter_map(|remedy| wording.remedy(remedy))
            .collect();
        match remedies.is_empty() {
            true => self.text.clone(),
            false => format!("{}; {}", self.text, remedies.join(", or ")),
        }
    }
}

/// An error that says what to set otherwise.
pub trait Explain {
    /// It in parts.
    fn explain(&self) -> Explanation;
}

/// What a front end calls fields and ways out.
pub trait Wording {
    /// A field's name; `None` where the front end has no such field.
    fn name(&self, field: Field) -> Option<Cow<'static, str>>;

    /// What to do, as the end of a sentence; `None` where the front end has no way to do it.
    fn remedy(&self, remedy: &Remedy) -> Option<String> {
        self.usual_remedy(remedy)
    }

    /// What to do, in words that suit any front end but for the fields' names.
    fn usual_remedy(&self, remedy: &Remedy) -> Option<String> {
        let said = |verb: &str, fields: &[Field]| {
            let names = alternatives(fields.iter().filter_map(|field| self.name(*field)));
            (!names.is_empty()).then(|| format!("{verb} {names}"))
        };
        match remedy {
            Remedy::Lower(fields) => said("use a smaller", fields),
            Remedy::Raise(fields) => said("use a larger", fields),
            Remedy::Use(fields) => said("switch on", fields),
            Remedy::Change(fields) => said("change", fields),
            Remedy::Keep(field, value) => {
                let name = self.name(*field)?;
                Some(format!("set {name} to {value} to keep it as it was"))
            }
            Remedy::Give(field, "", end) => Some(format!("{} {end}", said("use", &[*field])?)),
            Remedy::Give(field, "FILE", end) => {
                Some(format!("{} {end}", said("give a file at", &[*field])?))
            }
            Remedy::Give(field, value, end) => {
                Some(format!("{} to {value} {end}", said("set", &[*field])?))
            }
            Remedy::Resume(_) => Some("continue the run from its last checkpoint".to_owned()),
            Remedy::StartAnew(config) => Some(format!(
                "start a new run with the settings in {}",
                config.display()
            )),
            Remedy::StartFrom(file) => Some(format!(
                "start a new run from the state in {}",
                file.display()
            )),
        }
    }
}

/// Names fields as `config.toml` and links do: what the library itself says.
#[derive(Clone, Copy, Debug)]
pub struct Keys;

impl Wording for Keys {
    fn name(&self, field: Field) -> Option<Cow<'static, str>> {
        Some(Cow::Borrowed(field.key()))
    }
}

/// `a, b or c`.
fn alternatives(names: impl Iterator<Item = Cow<'static, str>>) -> String {
    let mut names: Vec<_> = names.collect();
    let last = names.pop().unwrap_or_default();
    match names.is_empty() {
        true => last.into_owned(),
        false => format!("{} or {last}", names.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Form;

    impl Wording for Form {
        fn name(&self, field: Field) -> Option<Cow<'static, str>> {
            match field {
                Field::BatchSize => Some("Batch".into()),
                Field::Width => Some("Width".into()),
                Field::Model => Some("Network".into()),
                _ => None,
            }
        }
    }

    #[test]
    fn a_sentence_has_the_front_ends_names_and_leaves_paths_alone() {
        let error = Explanation::new("/a/--width/c does not fit")
            .about(Field::BatchSize)
            .or(Remedy::Lower(&[
                Field::BatchSize,
                Field::Width,
                Field::Model,
            ]))
            .or(Remedy::Resume(None));
        assert_eq!(
            error.say(&Form),
            "Batch: /a/--width/c does not fit; use a smaller Batch, Width or Network, or continue the run \
             from its last checkpoint"
        );
    }

    #[test]
    fn what_a_front_end_does_not_have_is_left_out() {
        let error = Explanation::value(Field::Resume, "`x`", "a run")
            .or(Remedy::Change(&[Field::Backend]))
            .or(Remedy::Change(&[Field::Adapter, Field::Width]));
        assert_eq!(
            error.say(&Form),
            "`x` cannot be used; expected a run; change Width"
        );
    }
}
