//! What is wrong with settings, by the row of the form that it is about.

use crate::app::wording::{InTheApp, capitalised, label};
use crate::field::{Explain, Explanation, Field};
use crate::platform::IS_A_PAGE;
use crate::train::setting::Part;
use crate::train::table::setting;

/// A part of the form that folds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Section {
    /// Settings.
    Of(Part),
    /// What a run computes on and where it goes.
    Device,
}

impl Section {
    /// What it is called; a page has no folders.
    pub fn title(self) -> &'static str {
        match self {
            Self::Of(part) => part.title(),
            Self::Device if IS_A_PAGE => "Device",
            Self::Device => "Device and folder",
        }
    }

    /// Whether it comes folded open.
    pub fn comes_open(self) -> bool {
        match self {
            Self::Of(part) => part.within().is_none(),
            Self::Device => true,
        }
    }

    /// Whether a row is within it.
    pub fn holds(self, row: Row) -> bool {
        let Some(setting) = row.field().and_then(setting) else {
            return self == Self::Device && row != Row::Preset;
        };
        self == Self::Of(setting.part)
            || setting
                .part
                .within()
                .is_some_and(|part| self == Self::Of(part))
    }
}

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

    /// The field that it sets, or sets a part of.
    fn field(self) -> Option<Field> {
        match self {
            Self::Field(field) => Some(field),
            Self::Preset => None,
            Self::Weights | Self::Parameters => Some(Field::Train),
            Self::Milestones => Some(Field::Schedule),
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
    /// What is wrong, what is expected, and the way out, as it is told there.
    pub text: String,
    /// The same with the row's name, as it is told elsewhere.
    pub sentence: String,
}

impl Problem {
    /// What an error says, at the field that it is about or else at `otherwise`.
    pub fn of(error: &dyn Explain, otherwise: Field) -> Self {
        let explanation = error.explain();
        let row = explanation.field.unwrap_or(otherwise).into();
        Self::at(row, &explanation)
    }

    /// The same at a certain row.
    pub fn at(row: Row, explanation: &Explanation) -> Self {
        let text = explanation.say_unnamed(&InTheApp);
        Self {
            row,
            text: capitalised(&text),
            sentence: format!("{}: {text}", row.label()),
        }
    }
}
