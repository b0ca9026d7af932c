//! What building for the browser needs beside what building for this machine does: Rust's target for
//! WebAssembly, and wasm-bindgen's programs in the version of the crate.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::command::{cargo, output, program, run as run_command, succeeds};

/// The browser's target.
pub const WASM: &str = "wasm32-unknown-unknown";

/// Sees to it that Rust can build for the browser.
///
/// # Errors
/// If its target is missing and cannot be added; the sentence says how to get it.
pub fn wasm_target() -> Result<()> {
    if has_wasm_target() {
        return Ok(());
    }
    if succeeds(program("rustup", &["--version"])) {
        run_command(program("rustup", &["target", "add", WASM]))?;
    }
    if !has_wasm_target() {
        bail!(
            "Rust's target {WASM} is missing; `rustup target add {WASM}` adds it, elsewhere the package \
             of the standard library for {WASM}"
        );
    }
    Ok(())
}

fn has_wasm_target() -> bool {
    let sysroot = output(program("rustc", &["--print", "sysroot"])).unwrap_or_default();
    let targets = Path::new(sysroot.trim()).join("lib/rustlib");
    targets.join(WASM).is_dir()
}

/// The folder that holds `wasm-bindgen` and `wasm-bindgen-test-runner`, of the version in `Cargo.lock`:
/// they understand no other's output. Builds them first if they are not there, which takes minutes.
///
/// # Errors
/// If they can be neither found nor built.
pub fn wasm_bindgen() -> Result<PathBuf> {
    let version = locked_version("wasm-bindgen")?;
    let root = target_folder()?.join("tools");
    let folder = root.join("bin");
    if !has_wasm_bindgen(&folder, &version) {
        // Without `--locked`: the programs' own lock may name versions that were withdrawn since.
        let mut install = cargo(&["install", "wasm-bindgen-cli", "--version", &version]);
        install.arg("--root").arg(&root).arg("--force");
        run_command(install)?;
    }
    if !has_wasm_bindgen(&folder, &version) {
        bail!(
            "{} holds no wasm-bindgen {version} after its installation",
            folder.display()
        );
    }
    Ok(folder)
}

fn has_wasm_bindgen(folder: &Path, version: &str) -> bool {
    ["wasm-bindgen", "wasm-bindgen-test-runner"]
        .iter()
        .all(|name| {
            let path = folder.join(format!("{name}{}", env::consts::EXE_SUFFIX));
            // `wasm-bindgen 0.2.130`
            let said = output(program(&path.to_string_lossy(), &["--version"]));
            said.is_some_and(|said| said.split_whitespace().nth(1) == Some(version))
        })
}

/// The version of a crate that `Cargo.lock` names.
fn locked_version(name: &str) -> Result<String> {
    let lock = fs::read_to_string("Cargo.lock").context("Cargo.lock could not be read")?;
    let named = format!("name = \"{name}\"");
    let mut lines = lock.lines().skip_while(|line| *line != named);
    let version = lines.nth(1).and_then(|line| {
        line.strip_prefix("version = \"")
            .and_then(|version| version.strip_suffix('"'))
    });
    version
        .map(str::to_owned)
        .with_context(|| format!("Cargo.lock names no version of {name}"))
}

/// Cargo's folder for what it builds, as an absolute path.
pub fn target_folder() -> Result<PathBuf> {
    let folder = env::var_os("CARGO_TARGET_DIR").map_or_else(|| "target".into(), PathBuf::from);
    std::path::absolute(&folder).with_context(|| format!("{} is no folder", folder.display()))
}
