//! `cargo xtask test`: all tests.

use anyhow::Result;

use crate::command::{cargo, run as run_command};
use crate::setup;
use crate::web_tests;

/// The three kinds of test of the workspace, fast ones first: those beside the code, which need no
/// GPU; those in `tests/`; examples in the documentation.
const STAGES: [&[&str]; 3] = [&["--lib", "--bins"], &["--test", "*"], &["--doc"]];

/// Sets up and runs all tests; `arguments` go to each `cargo test`. With arguments, the tests of the page,
/// which come last, are left out.
pub fn run(arguments: &[String]) -> Result<()> {
    setup::run()?;
    for stage in STAGES {
        let mut command = cargo(&["test", "--workspace"]);
        command.args(stage).args(arguments);
        run_command(command)?;
    }
    match arguments {
        [] => web_tests::run(),
        _ => Ok(()),
    }
}
