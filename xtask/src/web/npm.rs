//! What the page's build and tests take from npm: `wasm-opt`, and Playwright.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::command::{is_ci, program, run as run_command, succeeds};

/// The lock that says what is installed.
const LOCK: &str = "web/package-lock.json";
/// Where npm puts it.
const MODULES: &str = "web/node_modules";
/// npm itself.
#[cfg(windows)]
pub const NPM: &str = "npm.cmd";
/// npm itself.
#[cfg(not(windows))]
pub const NPM: &str = "npm";

/// The folder with the packages of `web/package-lock.json`, which are installed first if need be; `None`
/// where Node.js or npm are missing.
///
/// # Errors
/// If the installation fails, and, with `CI` set, if there is nothing to install with.
pub fn packages() -> Result<Option<PathBuf>> {
    let missing: Vec<&str> = [("node", "Node.js"), (NPM, "npm")]
        .into_iter()
        .filter(|(name, _)| !succeeds(program(name, &["--version"])))
        .map(|(_, title)| title)
        .collect();
    if !missing.is_empty() {
        if is_ci() {
            bail!(
                "missing: {}; on Debian `apt-get install nodejs npm` (as root), else https://nodejs.org",
                missing.join(" and ")
            );
        }
        return Ok(None);
    }
    let lock = fs::read(LOCK).with_context(|| format!("{LOCK} cannot be read"))?;
    // What was installed last, beside it.
    let installed = Path::new(MODULES).join(".installed-lock.json");
    if fs::read(&installed).ok().as_ref() != Some(&lock) {
        let mut install = program(NPM, &["ci", "--ignore-scripts"]);
        install.current_dir("web");
        run_command(install)?;
        fs::write(&installed, &lock)
            .with_context(|| format!("{} cannot be written", installed.display()))?;
    }
    Ok(Some(std::path::absolute(MODULES)?))
}

/// `wasm-opt` of the packages.
pub fn wasm_opt(packages: &Path) -> Command {
    let mut command = program("node", &[]);
    command.arg(packages.join("binaryen/bin/wasm-opt"));
    command
}
