//! Printing: the one place that writes to standard output and to standard error. A reader that went away or a full
//! disk ends a command without a panic.

use std::fmt::Display;
use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether another process prints for this one.
static IS_SILENT: AtomicBool = AtomicBool::new(false);

/// Prints nothing from now on: another process does it for this one.
pub(super) fn be_silent() {
    IS_SILENT.store(true, Ordering::Relaxed);
}

/// Whether nothing is printed.
pub(super) fn is_silent() -> bool {
    IS_SILENT.load(Ordering::Relaxed)
}

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
    match is_silent() {
        true => Ok(()),
        false => Ok(writeln!(io::stdout(), "{text}")?),
    }
}

/// Prints a line to standard error, if that can be written to: there is no other place to say that it cannot.
pub(super) fn tell(text: impl Display) {
    if !is_silent() {
        let _ = writeln!(io::stderr(), "{text}");
    }
}
