//! `cargo xtask train`: from a fresh clone to a trained network.

use anyhow::Result;

use crate::command::{become_command, cargo};
use crate::setup;

/// What is trained when nothing is asked for: a minute or two on two processor cores.
const FIRST_TRAINING: &[&str] = &[
    "--data",
    "shapes",
    "--limit-train",
    "2000",
    "--limit-test",
    "500",
    "--model",
    "resnet-14",
    "--train",
    "bn",
    "--epochs",
    "4",
    "--batch-size",
    "64",
    "--schedule",
    "step:3",
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
