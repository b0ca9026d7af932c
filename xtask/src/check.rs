//! `cargo xtask check`: everything about the code that needs no test run.

use anyhow::{Result, bail};

use crate::command::{cargo, is_ci, program, run as run_command, succeeds};
use crate::setup;
use crate::web::tools::{WASM, install, rust_target};

/// All parts, those that fail soonest first; the last is left out unless it is named.
const PARTS: [&str; 6] = ["fmt", "package", "clippy", "docs", "deny", "targets"];
/// Systems that the program runs on beside this one, and which need no linker of their own to be checked.
const TARGETS: [&str; 2] = ["x86_64-pc-windows-gnu", "aarch64-apple-darwin"];
/// `deny.toml` is written for this one.
const CARGO_DENY_VERSION: &str = "^0.20";

/// Runs the parts that were named, or all.
pub fn run(arguments: &[String]) -> Result<()> {
    let (options, named): (Vec<&str>, Vec<&str>) = arguments
        .iter()
        .map(String::as_str)
        .partition(|argument| argument.starts_with("--"));
    if let Some(unknown) = options.iter().find(|&&option| option != "--advisories") {
        bail!("no such option: {unknown}; there is --advisories");
    }
    if let Some(unknown) = named.iter().find(|part| !PARTS.contains(part)) {
        bail!("no such check: {unknown}; there are {}", PARTS.join(", "));
    }
    let mut skipped = Vec::new();
    for part in PARTS
        .into_iter()
        .filter(|part| named.contains(part) || (named.is_empty() && *part != "targets"))
    {
        let left_out = match part {
            "fmt" => fmt()?,
            "package" => package()?,
            "clippy" => clippy()?,
            "docs" => docs()?,
            "targets" => targets()?,
            _ => deny(options.contains(&"--advisories"), named.contains(&part))?,
        };
        skipped.extend(left_out);
    }
    for skipped in &skipped {
        println!("skipped: {skipped}");
    }
    if is_ci() && !skipped.is_empty() {
        bail!("{} checks were skipped, and CI is set", skipped.len());
    }
    Ok(())
}

/// What a part could not check, and how to get what it lacks.
type Skipped = Option<String>;

fn fmt() -> Result<Skipped> {
    if let Some(skipped) = rustup_component("rustfmt", cargo(&["fmt", "--version"]))? {
        return Ok(Some(skipped));
    }
    run_command(cargo(&["fmt", "--all", "--", "--check"]))?;
    Ok(None)
}

/// Whether what others would build from can be put together, without building it.
fn package() -> Result<Skipped> {
    let mut package = cargo(&["package", "--package", "bnonly", "--no-verify"]);
    package.args(["--allow-dirty", "--offline", "--quiet"]);
    run_command(package)?;
    Ok(None)
}

fn clippy() -> Result<Skipped> {
    if let Some(skipped) = rustup_component("clippy", cargo(&["clippy", "--version"]))? {
        return Ok(Some(skipped));
    }
    let mut native = cargo(&["clippy", "--workspace", "--all-targets"]);
    native
        .args(setup::features()?)
        .args(["--", "-D", "warnings"]);
    run_command(native)?;
    // As a server builds it, without the app. What the tests need would bring the app's crates back.
    run_command(cargo(&[
        "clippy",
        "--package",
        "bnonly",
        "--lib",
        "--bins",
        "--no-default-features",
        "--",
        "-D",
        "warnings",
    ]))?;

    if let Err(missing) = rust_target(WASM) {
        return Ok(Some(format!("clippy for the browser; {missing}")));
    }
    // The page, in a stricter configuration: what the browser does not have is banned by name.
    let mut wasm = cargo(&[
        "clippy",
        "--package",
        "bnonly",
        "--lib",
        "--bins",
        "--target",
        WASM,
        "--",
        "-D",
        "warnings",
    ]);
    wasm.env(
        "CLIPPY_CONF_DIR",
        concat!(env!("CARGO_MANIFEST_DIR"), "/clippy-wasm"),
    );
    run_command(wasm)?;
    Ok(None)
}

fn docs() -> Result<Skipped> {
    // With the examples cargo takes the dependencies as tests have them, which clippy has checked already.
    let mut docs = cargo(&["doc", "--workspace", "--no-deps", "--lib", "--examples"]);
    docs.args(["--bin", "xtask"]).args(setup::features()?);
    docs.env("RUSTDOCFLAGS", "-D warnings");
    run_command(docs)?;
    Ok(None)
}

/// Library, app and this program, as far as compiling goes without a linker.
fn targets() -> Result<Skipped> {
    for target in TARGETS {
        if let Err(missing) = rust_target(target) {
            return Ok(Some(format!("{target}; {missing}")));
        }
        run_command(cargo(&["check", "--workspace", "--target", target]))?;
    }
    Ok(None)
}

/// Licences, duplicates and sources of all dependencies. The database of known faults is on GitHub,
/// which not every machine reaches, so it is asked only when `advisories` says so.
///
/// Building cargo-deny takes minutes, so a missing one is installed unattended or when asked for.
fn deny(advisories: bool, asked_for: bool) -> Result<Skipped> {
    let is_installed = || succeeds(cargo(&["deny", "--version"]));
    if !is_installed() && (asked_for || is_ci()) {
        let mut install = install("cargo-deny", CARGO_DENY_VERSION, "0")?;
        install.arg("--locked");
        run_command(install)?;
    }
    if !is_installed() {
        return Ok(Some(format!(
            "deny; install it with `cargo install cargo-deny --locked --version {CARGO_DENY_VERSION}` (some minutes)"
        )));
    }
    let mut deny = cargo(&["deny", "check", "licenses", "bans", "sources"]);
    if advisories {
        deny.arg("advisories");
    }
    run_command(deny)?;
    Ok(None)
}

fn rustup_component(name: &str, version: std::process::Command) -> Result<Skipped> {
    if succeeds(version) {
        return Ok(None);
    }
    if !has_rustup() {
        return Ok(Some(format!(
            "{name}; it is not installed, and there is no rustup to add it with"
        )));
    }
    run_command(program("rustup", &["component", "add", name]))?;
    Ok(None)
}

fn has_rustup() -> bool {
    succeeds(program("rustup", &["--version"]))
}
