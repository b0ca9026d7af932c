//! `cargo xtask test`: all tests.

use std::fs;

use anyhow::Result;

use crate::command::{cargo, run as run_command};
use crate::setup;
use crate::times::{Times, threads};
use crate::web::{kernel_tests, page_tests};

/// The native kinds of test of the workspace, fast ones first: those beside the code, which need no GPU;
/// those in `tests/`; examples in the documentation.
const STAGES: [(&str, &[&str]); 3] = [
    ("beside the code", &["--lib", "--bins"]),
    ("tests/", &["--test", "*"]),
    ("examples in the documentation", &["--doc"]),
];
/// Where tests remember how convolutions are computed, by `.cargo/config.toml`.
const CHOICES: &str = "target/cache";

/// Sets up and runs all tests, those in a browser last; `arguments` go to each `cargo test`. With
/// arguments, the tests of the page are left out. Prints where the time went.
pub fn run(arguments: &[String]) -> Result<()> {
    setup::run()?;
    // No outcome may depend on what earlier tests have chosen. It may be missing.
    let _ = fs::remove_dir_all(CHOICES);
    let mut times = Times::default();
    let result = stages(arguments, &mut times);
    times.print();
    result
}

fn stages(arguments: &[String], times: &mut Times) -> Result<()> {
    let features = setup::features()?;
    times.stage("build", |_| {
        let mut build = cargo(&[
            "test",
            "--workspace",
            "--lib",
            "--bins",
            "--tests",
            "--no-run",
        ]);
        build.args(features);
        run_command(build)
    })?;
    let in_browser = kernel_tests::build(arguments, times)?;
    // A browser's driver in software compiles on one core and leaves the others to the native tests.
    let mut said = String::new();
    let result = times.beside(
        |times| native(features, arguments, times),
        |times| match in_browser {
            Some(tests) => times.stage("in a browser, beside", |times| {
                times.cargo_test(tests, 1, |line| said.extend([line, "\n"]))
            }),
            None => Ok(()),
        },
    );
    print!("{said}");
    result?;
    match arguments {
        [] => page_tests::run(&[], times),
        _ => Ok(()),
    }
}

fn native(features: &[&str], arguments: &[String], times: &mut Times) -> Result<()> {
    for (name, kind) in STAGES {
        times.stage(name, |times| {
            let mut command = cargo(&["test", "--workspace"]);
            command.args(features).args(kind).args(arguments);
            times.cargo_test(command, threads(), |line| println!("{line}"))
        })?;
    }
    Ok(())
}
