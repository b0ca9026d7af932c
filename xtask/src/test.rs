//! `cargo xtask test`: all tests.

use anyhow::Result;

use crate::command::{cargo, run as run_command};
use crate::setup;
use crate::web::{kernel_tests, page_tests};

/// The three native kinds of test of the workspace, fast ones first: those beside the code, which need
/// no GPU; those in `tests/`; examples in the documentation.
const STAGES: [&[&str]; 3] = [&["--lib", "--bins"], &["--test", "*"], &["--doc"]];

/// Sets up and runs all tests, those in a browser last; `arguments` go to each `cargo test`. With
/// arguments, the tests of the page are left out.
pub fn run(arguments: &[String]) -> Result<()> {
    setup::run()?;
    for stage in STAGES {
        let mut command = cargo(&["test", "--workspace"]);
        command.args(stage).args(arguments);
        run_command(command)?;
    }
    kernel_tests::run(arguments)?;
    match arguments {
        [] => page_tests::run(&[]),
        _ => Ok(()),
    }
}
