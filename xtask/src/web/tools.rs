//! What building for the browser needs beside what building for this machine does: Rust's target for
//! WebAssembly, and wasm-bindgen's programs in the version of the crate.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::command::{cargo, output, program, run as run_command, succeeds};

/// The browser's target.
pub const WASM: &str = "wasm32-unknown-unknown";

/// Sees to it that Rust can build for a target.
///
/// # Errors
/// If it is missing and cannot be added; the sentence says how to get it.
pub fn rust_target(target: &str) -> Result<()> {
    if has_rust_target(target) {
        return Ok(());
    }
    if succeeds(program("rustup", &["--version"])) {
        run_command(program("rustup", &["target", "add", target]))?;
    }
    if !has_rust_target(target) {
        bail!(
            "Rust's target {target} is missing; `rustup target add {target}` adds it, elsewhere the package \
             of the standard library for {target}"
        );
    }
    Ok(())
}

fn has_rust_target(target: &str) -> bool {
    let sysroot = output(program("rustc", &["--print", "sysroot"])).unwrap_or_default();
    let targets = Path::new(sysroot.trim()).join("lib/rustlib");
    targets.join(target).is_dir()
}

/// Folders of this machine that would be in the program's messages, and what stands there instead.
///
/// # Errors
/// If one of them cannot be found.
pub fn paths_of_this_machine() -> Result<Vec<(PathBuf, &'static str)>> {
    let home = env::home_dir().context("this user has no home")?;
    let cargo_home = env::var_os("CARGO_HOME").map_or_else(|| home.join(".cargo"), PathBuf::from);
    let sysroot =
        output(program("rustc", &["--print", "sysroot"])).context("rustc has no sysroot")?;
    let sources = Path::new(sysroot.trim()).join("lib/rustlib/src/rust");
    // The last that fits counts.
    Ok(vec![
        (cargo_home, "cargo"),
        (sources, "rust"),
        (env::current_dir()?, "bnonly"),
        (target_folder()?, "target"),
    ])
}

/// Has cargo leave the paths of this machine out of what it builds for the browser. Whatever is built for it
/// is built so: cargo would build all again for other flags.
///
/// # Errors
/// As [`paths_of_this_machine`].
pub fn leave_paths_out(cargo: &mut Command) -> Result<()> {
    let remapped: Vec<_> = paths_of_this_machine()?
        .iter()
        .map(|(path, name)| format!("--remap-path-prefix={}={name}", path.display()))
        .collect();
    // Unlike RUSTFLAGS, leaves paths with a space whole.
    cargo.env("CARGO_ENCODED_RUSTFLAGS", remapped.join("\u{1f}"));
    Ok(())
}

/// `cargo install` of a tool that runs for seconds: optimised a little or not at all, because building it takes
/// longer than running it.
///
/// # Errors
/// If there is no folder to build in.
pub fn install(tool: &str, version: &str, opt_level: &str) -> Result<Command> {
    let mut install = cargo(&["install", tool, "--version", version]);
    install
        .arg("--target-dir")
        .arg(target_folder()?.join("tools/build"))
        .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", opt_level)
        .env("CARGO_PROFILE_RELEASE_LTO", "off")
        .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16")
        .env("CARGO_PROFILE_RELEASE_DEBUG", "false");
    Ok(install)
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
        let mut install = install("wasm-bindgen-cli", &version, "1")?;
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
