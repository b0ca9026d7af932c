//! Printing: the one place that writes to standard output and to standard error. A reader that went away or a full
//! disk ends a command without a panic.

use std::fmt::Display;
use std::io::{self, Write};

/// Standard output cannot be written to.
#[derive(Debug, thiserror::Error)]
#[error("standard output cannot be written to: {0}")]
pub(super) struct Unprinted(#[from] io::Error);

impl Unprinted {
    /// Whether the reader went away, as `head` does: nobody is left who would want to know.
    pub fn is_closed_pipe(&self) -> bool {
        self.0.kind() == io::ErrorKind::BrokenPipe
    }
}

/// Prints a line to standard output.
///
/// # Errors
/// If that is closed, or on a full disk.
pub(super) fn line(text: impl Display) -> Result<(), Unprinted> {
    Ok(writeln!(io::stdout(), "{text}")?)
}

/// Prints a line to standard error, if that can be written to: there is no other place to say that it cannot.
pub(super) fn tell(text: impl Display) {
    let _ = writeln!(io::stderr(), "{text}");
}
