//! What is wrong with settings, by the field it is about.

use crate::app::wording::{InTheApp, capitalised, label};
use crate::field::{Explain, Explanation, Field};
use crate::platform::IS_A_PAGE;

/// The part of the form about what a run computes on and where it goes; a page has no folders.
pub(super) const DEVICE: &str = if IS_A_PAGE {
    "Device"
} else {
    "Device and folder"
};

/// A row of the form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Row {
    /// What the reader can set.
    Field(Field),
    /// Many settings at once.
    Preset,
    /// How many random weights train.
    Weights,
    /// The names of the parameters that train.
    Parameters,
    /// The epochs of a schedule by steps.
    Milestones,
}

impl Row {
    /// What it is called.
    pub(super) fn label(self) -> &'static str {
        match self {
            Self::Field(field) => label(field).unwrap_or_default(),
            Self::Preset => "Preset",
            Self::Weights => "Weights",
            Self::Parameters => "Parameters",
            Self::Milestones => "At epochs",
        }
    }
}

impl From<Field> for Row {
    fn from(field: Field) -> Self {
        Self::Field(field)
    }
}

/// Something that keeps a run from starting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where it is told.
    pub row: Row,
    /// What is wrong, what is expected, and the way out.
    pub sentence: String,
}

/// By part of the form, its fields.
const PARTS: [(&str, &[Field]); 8] = [
    (
        "Data",
        &[
            Field::Data,
            Field::ImageSize,
            Field::TestFraction,
            Field::LimitTrain,
            Field::LimitTest,
        ],
    ),
    (
        super::data::SIZES,
        &[
            Field::ImageSize,
            Field::TestFraction,
            Field::LimitTrain,
            Field::LimitTest,
        ],
    ),
    (
        "Network",
        &[
            Field::Model,
            Field::Width,
            Field::Shortcut,
            Field::BnAfterActivation,
        ],
    ),
    (
        "What trains",
        &[Field::Train, Field::BnInit, Field::Init, Field::FreezeStats],
    ),
    (
        super::network::FIRST_STATE,
        &[Field::Init, Field::FreezeStats],
    ),
    (
        "Training",
        &[
            Field::Optimizer,
            Field::Lr,
            Field::Momentum,
            Field::Nesterov,
            Field::WeightDecay,
            Field::Schedule,
            Field::LrGamma,
            Field::WarmupEpochs,
            Field::Epochs,
            Field::MaxSteps,
            Field::BatchSize,
            Field::Seed,
            Field::Precision,
        ],
    ),
    (
        super::training::MORE,
        &[
            Field::Momentum,
            Field::Nesterov,
            Field::WeightDecay,
            Field::WarmupEpochs,
            Field::Precision,
        ],
    ),
    (DEVICE, &[Field::Adapter, Field::Out]),
];

/// Whether a row is within a part of the form.
pub(super) fn is_within(row: Row, part: &str) -> bool {
    let field = match row {
        Row::Field(field) => field,
        Row::Preset => return false,
        Row::Weights | Row::Parameters => Field::Train,
        Row::Milestones => Field::Schedule,
    };
    let mut parts = PARTS.iter();
    parts.any(|(name, fields)| *name == part && fields.contains(&field))
}

impl Problem {
    /// What an error says, at the field that it is about or else at `otherwise`.
    pub fn of(error: &dyn Explain, otherwise: Field) -> Self {
        Self::new(&error.explain(), otherwise)
    }

    /// The same for what is found out here.
    pub fn new(explanation: &Explanation, otherwise: Field) -> Self {
        Self {
            row: explanation.field.unwrap_or(otherwise).into(),
            sentence: capitalised(&explanation.say(&InTheApp)),
        }
    }

    /// What is wrong with what was typed in a row.
    pub(super) fn typed(row: Row, sentence: &str) -> Self {
        Self {
            row,
            sentence: capitalised(sentence),
        }
    }
}
