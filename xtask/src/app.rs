//! `cargo xtask app`: from a fresh clone to the window.

use std::env;

use anyhow::{Result, bail};

use crate::command::{become_command, cargo};
use crate::setup;

/// Sets up what the window needs, builds, and becomes `bnonly app`.
pub fn run(arguments: &[String]) -> Result<()> {
    let has = |name| env::var_os(name).is_some_and(|value| !value.is_empty());
    if cfg!(target_os = "linux") && !has("WAYLAND_DISPLAY") && !has("DISPLAY") {
        bail!(
            "there is no desktop to open a window on: neither WAYLAND_DISPLAY nor DISPLAY is set; \
             `cargo xtask train` needs none"
        );
    }
    setup::for_window()?;
    let mut command = cargo(&["run", "--release", "--package", "bnonly", "--", "app"]);
    command.args(arguments);
    become_command(command)
}
