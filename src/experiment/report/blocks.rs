//! What a report is laid out of.

use super::figures::Drawn;

/// Rows of cells; the first of a row is its heading.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Table {
    pub caption: String,
    pub head: Vec<String>,
    pub rows: Vec<Vec<String>>,
}

/// A part of a section.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Block {
    Text(String),
    /// Names and what they are; whether they are typed as they stand.
    Facts(Vec<(String, String)>, bool),
    List(Vec<String>),
    Code(String),
    Table(Table),
    /// With its number.
    Figure(usize, Drawn),
    /// Words, and where they come from.
    Source(String, String),
}

/// What stands under a heading.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Section {
    pub heading: &'static str,
    pub blocks: Vec<Block>,
}
