//! `cargo xtask train`: from a fresh clone to a trained network.

use anyhow::Result;

use crate::command::{become_command, cargo};
use crate::setup;

/// What is trained when nothing is asked for, the app's "First look": a minute on two CPU cores, and as long before it for
/// the driver to compile, after which BatchNorm alone reads more than nine of ten digits.
const FIRST_TRAINING: &[&str] = &[
    "--data",
    "digits",
    "--limit-train",
    "14000",
    "--limit-test",
    "1000",
    "--model",
    "resnet-14",
    "--train",
    "bn",
    "--epochs",
    "3",
    "--batch-size",
    "64",
    "--optimizer",
    "adam",
    "--lr",
    "0.02",
    "--schedule",
    "one-cycle",
    "--no-augment",
];

/// Sets up, builds, and becomes `bnonly train`.
pub fn run(arguments: &[String]) -> Result<()> {
    setup::run()?;
    let mut command = cargo(&["run", "--release", "--package", "bnonly", "--", "train"]);
    if arguments.is_empty() {
        command.args(FIRST_TRAINING);
    } else {
        command.args(arguments);
    }
    become_command(command)
}
