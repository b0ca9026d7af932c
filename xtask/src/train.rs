//! `cargo xtask train`: from a fresh clone to a trained network.

use anyhow::Result;

use crate::command::{become_command, cargo};
use crate::setup;

/// What is trained when nothing is asked for: a minute or two on two processor cores, after which
/// BatchNorm alone tells a third of the made-up shapes apart.
const FIRST_TRAINING: &[&str] = &[
    "--data",
    "shapes",
    "--limit-train",
    "5000",
    "--limit-test",
    "500",
    "--model",
    "resnet-8",
    "--train",
    "bn",
    "--epochs",
    "3",
    "--batch-size",
    "16",
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
