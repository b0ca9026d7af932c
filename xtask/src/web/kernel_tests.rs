//! `cargo xtask browser-tests`: the kernels' and the engine's tests in Chromium, on its WebGPU and its
//! driver in software: a second implementation of WGSL and a second driver for every kernel.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};

use crate::command::{cargo, is_ci, run as run_command};
use crate::setup;
use crate::times::Times;
use crate::web::tools::{WASM, leave_paths_out, rust_target, target_folder, wasm_bindgen};

/// With these Chromium computes on any machine, without a GPU or a display, and asks the net nothing.
const BROWSER_FLAGS: [&str; 11] = [
    "headless=new",
    "no-sandbox",
    "enable-unsafe-webgpu",
    "enable-features=Vulkan",
    "use-vulkan=swiftshader",
    "use-angle=swiftshader",
    "disable-quic",
    "no-first-run",
    "disable-background-networking",
    "disable-component-update",
    "disable-sync",
];
/// What all tests of one program may take: a processor does the GPU's work.
const TIMEOUT_SECS: u32 = 1800;

/// Where the tests run.
struct Browser {
    chromium: PathBuf,
    chromedriver: PathBuf,
    /// The folder of `wasm-bindgen-test-runner`.
    wasm_bindgen: PathBuf,
}

/// Sets up and runs the tests; `arguments` go to `cargo test` (a test's name, for one).
///
/// # Errors
/// If a test fails; with CI set, also if something that the tests need is missing.
pub fn run(arguments: &[String], times: &mut Times) -> Result<()> {
    match build(arguments, times)? {
        Some(tests) => times.stage("in a browser", |times| {
            times.cargo_test(tests, 1, |line| println!("{line}"))
        }),
        None => Ok(()),
    }
}

/// Sets up, builds the tests, and returns what runs them; `None` if something is missing that they need.
///
/// # Errors
/// If they cannot be built; with CI set, also if something is missing.
pub fn build(arguments: &[String], times: &mut Times) -> Result<Option<Command>> {
    let browser = match set_up() {
        Ok(browser) => browser,
        Err(missing) if is_ci() => return Err(missing),
        Err(missing) => {
            println!("skipped: the tests in a browser; {missing:#}");
            return Ok(None);
        }
    };
    times.stage("build for a browser", |_| {
        let mut build = tests()?;
        build.arg("--no-run");
        run_command(build)
    })?;
    let mut tests = tests()?;
    tests
        .args(arguments)
        .env(
            "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER",
            browser.wasm_bindgen.join("wasm-bindgen-test-runner"),
        )
        .env("CHROMEDRIVER", &browser.chromedriver)
        .env("WASM_BINDGEN_TEST_WEBDRIVER_JSON", browser.write_options()?)
        .env("WASM_BINDGEN_TEST_TIMEOUT", TIMEOUT_SECS.to_string());
    Ok(Some(tests))
}

/// The tests, with the app, as the page of its own tests is built: their dependencies are the same then.
fn tests() -> Result<Command> {
    let mut tests = cargo(&["test", "--package", "bnonly", "--target", WASM]);
    tests.args(["--test", "gpu"]);
    leave_paths_out(&mut tests)?;
    Ok(tests)
}

fn set_up() -> Result<Browser> {
    setup::for_browser_tests()?;
    rust_target(WASM)?;
    let found = |name: &str| {
        setup::find_program(name).with_context(|| {
            format!("there is no {name} on the path; it comes with Chromium or beside it")
        })
    };
    Ok(Browser {
        chromium: found("chromium")?,
        chromedriver: found("chromedriver")?,
        wasm_bindgen: wasm_bindgen()?,
    })
}

impl Browser {
    /// Writes what chromedriver is to start, and how; the file's path.
    fn write_options(&self) -> Result<PathBuf> {
        let quoted = |text: &str| format!("{text:?}");
        let flags = BROWSER_FLAGS.map(quoted).join(", ");
        let chromium = quoted(&self.chromium.to_string_lossy());
        let options = format!(
            "{{\"goog:chromeOptions\": {{\"binary\": {chromium}, \"args\": [{flags}]}}}}\n"
        );
        let path = target_folder()?.join("browser-tests.json");
        fs::write(&path, options)
            .with_context(|| format!("{} could not be written", path.display()))?;
        Ok(path)
    }
}
