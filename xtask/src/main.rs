//! `cargo xtask …`: set up, open the window, train, build the page, test and check, by the same
//! commands on every machine.
//!
//! Plain Rust in place of scripts, so that it runs wherever cargo does. It prints each command
//! before it runs it.

mod app;
mod check;
mod command;
mod setup;
mod test;
mod times;
mod train;
mod web;

use std::env;
use std::process::ExitCode;

use anyhow::{Result, bail};

const USAGE: &str = "\
cargo xtask COMMAND

  app [RUN]            Set up what is missing, build, and open the window; with the folder of a run,
                       that run in it
  train [ARGUMENTS…]   Set up what is missing, build, and run `bnonly train ARGUMENTS`;
                       without arguments, a small training on drawn digits
  web                  Build the page into target/web and serve it to this machine
  web --release-dir DIR
                       Build the page and write its files to DIR, for any host of static files, and
                       its size to web/size.txt
  test [ARGUMENTS…]    Set up what is missing (on Linux also Open MPI) and run all tests, the fast ones first, those in a
                       browser last, and print where the time went; arguments go to `cargo test` (a test's name, for one), without
                       those of the page
  browser-tests [ARGUMENTS…]
                       Only the kernels' and the engine's tests in Chromium, whose WebGPU computes on
                       the processor
  page-tests [NAMES…]  Only those of the page, or those in files of web/tests whose name holds one of NAMES
  check [PARTS…] [--advisories]
                       fmt, package, clippy, docs, deny; all of them if none is named. `targets`, only where it is
                       named, checks for Windows and macOS what compiles without their linkers.
                       --advisories lets `deny` fetch the database of known faults from the net
  setup                Only the set-up, without the window's: a Vulkan driver on Linux, nothing elsewhere

With CI=true in the environment, a tool that is missing and cannot be installed is a failure;
without, its check is skipped and a sentence says how to get it.";

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Runs tests and prints where their time went.
fn timed(tests: impl FnOnce(&mut times::Times) -> Result<()>) -> Result<()> {
    let mut times = times::Times::default();
    let result = tests(&mut times);
    times.print();
    result
}

fn run() -> Result<()> {
    // From wherever in the tree it was called, work at its root.
    env::set_current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))?;

    let arguments: Vec<String> = env::args().skip(1).collect();
    let (name, rest) = match arguments.split_first() {
        Some((name, rest)) => (name.as_str(), rest),
        None => ("help", arguments.as_slice()),
    };
    match name {
        "app" => app::run(rest),
        "train" => train::run(rest),
        "web" => web::run(rest),
        "test" => test::run(rest),
        "browser-tests" => timed(|times| web::kernel_tests::run(rest, times)),
        "page-tests" => timed(|times| web::page_tests::run(rest, times)),
        "check" => check::run(rest),
        "setup" if rest.is_empty() => setup::run(),
        "help" | "--help" | "-h" => {
            println!("{USAGE}");
            Ok(())
        }
        _ => bail!("no such command: {}\n\n{USAGE}", arguments.join(" ")),
    }
}
