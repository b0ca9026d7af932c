//! What is wrong with a file, and where.

/// Why a file is no experiment.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {message}")]
pub struct ExperimentError {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong there, and what is expected.
    pub message: String,
}

/// Says what is wrong at a place of a text.
pub(super) struct Places<'a>(pub &'a str);

impl Places<'_> {
    pub fn error(&self, at: usize, message: impl Into<String>) -> ExperimentError {
        let before = &self.0[..self.0.floor_char_boundary(at)];
        ExperimentError {
            line: before.matches('\n').count() + 1,
            message: message.into(),
        }
    }
}
