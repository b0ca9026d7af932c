//! The command line: options in, sentences and exit codes out.
//!
//! `options` says what there is, `given` those of them that are settings; `train`, `eval`, `list` and `bench` do it; `progress` shows a
//! training on a terminal, `tables` what was measured, `wording` says what went wrong.

mod bench;
mod eval;
mod given;
mod list;
mod options;
mod progress;
mod tables;
mod train;
mod wording;

use std::error::Error;
use std::process::ExitCode;

#[cfg(not(feature = "app"))]
use clap::CommandFactory;
use clap::Parser;

#[cfg(feature = "app")]
use crate::app::window;
use crate::data::DataError;
use crate::gpu::GpuError;
use crate::network::NetworkError;
use crate::train::run_folder::RunFolderError;
use crate::train::start::StartError;
use options::{Command, Options};
use wording::sentence;

/// How a command ended that did not fail.
enum Outcome {
    Done,
    Interrupted,
}

/// A wrong use of the program, as opposed to a failure of what it tried: exit code 2.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
struct Usage(anyhow::Error);

/// Marks an error as one of usage.
fn usage(error: impl Into<anyhow::Error>) -> anyhow::Error {
    Usage(error.into()).into()
}

/// Whether an option was wrong, as opposed to what it led to.
fn is_usage(error: &anyhow::Error) -> bool {
    error.is::<Usage>() || error.chain().any(is_wrong_option)
}

fn is_wrong_option(error: &(dyn Error + 'static)) -> bool {
    let start = matches!(
        error.downcast_ref(),
        Some(StartError::Settings(_) | StartError::Network(_) | StartError::Trainable(_))
    );
    let folder = matches!(
        error.downcast_ref(),
        Some(
            RunFolderError::NotAFolder { .. }
                | RunFolderError::IsARun { .. }
                | RunFolderError::NotEmpty { .. }
                | RunFolderError::NotARun { .. }
        )
    );
    let adapter = matches!(error.downcast_ref(), Some(GpuError::UnknownAdapter { .. }));
    let data = matches!(error.downcast_ref(), Some(DataError::BadOption { .. }));
    start || folder || adapter || data || error.is::<NetworkError>()
}

/// Runs the program. Exit codes: 0 done, 1 failed, 2 wrong usage, 130 interrupted.
pub fn main() -> ExitCode {
    let options = Options::parse();
    let result = match options.command {
        #[cfg(feature = "app")]
        None => window::open(None)
            .map(|()| Outcome::Done)
            .map_err(Into::into),
        #[cfg(feature = "app")]
        Some(Command::App(options)) => window::open(options.run)
            .map(|()| Outcome::Done)
            .map_err(Into::into),
        #[cfg(not(feature = "app"))]
        None => {
            // Nothing to show the error to, if even this cannot be written.
            let _ = Options::command().print_help();
            return ExitCode::from(2);
        }
        Some(Command::Train(options)) => train::train(&options),
        Some(Command::Eval(options)) => eval::eval(&options),
        Some(Command::Models(options)) => list::models(&options),
        Some(Command::Devices(options)) => list::devices(&options),
        Some(Command::Bench(options)) => bench::bench(&options),
    };
    match result {
        Ok(Outcome::Done) => ExitCode::SUCCESS,
        Ok(Outcome::Interrupted) => ExitCode::from(130),
        Err(error) => {
            eprintln!("error: {}", sentence(&error));
            ExitCode::from(if is_usage(&error) { 2 } else { 1 })
        }
    }
}
