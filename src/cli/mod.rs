//! The command line: options in, sentences and exit codes out.
//!
//! `options` says what there is, `given` those of them that are settings; `train`, `eval`, `inspect`, `recalibrate`,
//! `adapt`, `runs`, `list`, `experiment` and `bench` do it (`subject` is what some of them begin with); `progress` shows a
//! training on a terminal, `tables` what was measured, `wording` says what went wrong. All of them print by `print`.
//! `signals` and `runtime_dir` are about the process itself, `ranks` about others that MPI started beside it.

mod adapt;
mod bench;
mod eval;
mod experiment;
mod given;
mod inspect;
mod list;
mod options;
mod print;
mod progress;
mod ranks;
mod recalibrate;
mod runs;
mod runtime_dir;
mod signals;
mod subject;
mod tables;
mod train;
mod wording;

use std::error::Error;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

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
use crate::train::trainer::TrainError;
use options::{Command, ExperimentCommand, Options};
use print::Unprinted;
use ranks::Ranks;
use wording::sentence;

/// How long the first rank waits, if something was wrong, before it ends behind the others.
const UNTIL_GONE: Duration = Duration::from_millis(500);

/// How a command ended that did not fail.
enum Outcome {
    Done,
    Interrupted,
    /// It was told how the program is used.
    #[cfg(not(feature = "app"))]
    Misused,
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
    let batch = matches!(error.downcast_ref(), Some(TrainError::Uneven { .. }));
    start || folder || adapter || data || batch || error.is::<NetworkError>()
}

/// Runs the program. Exit codes: 0 done, 1 failed, 2 wrong usage, 130 interrupted.
pub fn main() -> ExitCode {
    let parsed = Options::try_parse();
    if let Ok(options) = &parsed
        && !matches!(
            options.command,
            Some(Command::Inspect(_) | Command::Models(_) | Command::Runs(_))
        )
    {
        runtime_dir::give_one();
    }
    // Also of wrong options only one of several ranks speaks.
    let ranks = match parsed.as_ref().is_ok_and(|options| !shares(options)) {
        true => Ok(None),
        false => ranks::join().map(|ranks| ranks.map(Arc::new)),
    };
    let (code, ranks) = match (parsed, ranks) {
        (Err(answer), ranks) => (told(&answer), ranks.ok().flatten()),
        (Ok(_), Err(error)) => (ended(Err(usage(error))), None),
        (Ok(options), Ok(ranks)) => (ended(run(options, ranks.as_ref())), ranks),
    };
    match ranks {
        None => code,
        Some(ranks) => {
            ranks.leave();
            // What a launcher makes of an exit code is to end all ranks, so only the first one has one, when the others
            // have had the time to be gone.
            if ranks.rank() > 0 {
                return ExitCode::SUCCESS;
            }
            if code != ExitCode::SUCCESS {
                std::thread::sleep(UNTIL_GONE);
            }
            code
        }
    }
}

/// Whether several ranks share what is asked for; of all else each would do its own.
fn shares(options: &Options) -> bool {
    match &options.command {
        Some(Command::Train(_)) => true,
        Some(Command::Experiment(options)) => matches!(options.command, ExperimentCommand::Run(_)),
        _ => false,
    }
}

fn run(options: Options, ranks: Option<&Arc<Ranks>>) -> anyhow::Result<Outcome> {
    match options.command {
        #[cfg(feature = "app")]
        None => Ok(window::open(None).map(|()| Outcome::Done)?),
        #[cfg(feature = "app")]
        Some(Command::App(options)) => Ok(window::open(options.run).map(|()| Outcome::Done)?),
        #[cfg(not(feature = "app"))]
        None => {
            // Nothing to show the error to, if even this cannot be written.
            let _ = Options::command().print_help();
            Ok(Outcome::Misused)
        }
        Some(Command::Train(options)) => train::train(&options, ranks),
        Some(Command::Eval(options)) => eval::eval(&options),
        Some(Command::Recalibrate(options)) => recalibrate::recalibrate(&options),
        Some(Command::Adapt(options)) => adapt::adapt(&options),
        Some(Command::Inspect(options)) => inspect::inspect(&options),
        Some(Command::Runs(options)) => runs::runs(&options),
        Some(Command::Models(options)) => list::models(&options),
        Some(Command::Devices(options)) => list::devices(&options),
        Some(Command::Experiment(options)) => experiment::experiment(&options, ranks),
        Some(Command::Bench(options)) => bench::bench(&options),
    }
}

/// Says what was asked for in place of a command, help or the version, or what is wrong with the options.
fn told(answer: &clap::Error) -> ExitCode {
    let printed = match print::is_silent() {
        true => Ok(()),
        false => answer.print(),
    };
    match printed {
        Err(error) if !answer.use_stderr() => ended(Err(Unprinted::from(error).into())),
        _ => ExitCode::from(u8::try_from(answer.exit_code()).unwrap_or(2)),
    }
}

/// Says what went wrong, if anything did.
fn ended(result: anyhow::Result<Outcome>) -> ExitCode {
    let is_closed_pipe =
        |error: &anyhow::Error| error.downcast_ref().is_some_and(Unprinted::is_closed_pipe);
    match result {
        Ok(Outcome::Done) => ExitCode::SUCCESS,
        Ok(Outcome::Interrupted) => ExitCode::from(130),
        #[cfg(not(feature = "app"))]
        Ok(Outcome::Misused) => ExitCode::from(2),
        Err(error) if is_closed_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            print::tell(format_args!("error: {}", sentence(&error)));
            ExitCode::from(if is_usage(&error) { 2 } else { 1 })
        }
    }
}
