//! The tests of the page, in `web/tests`: Playwright drives Chromium, which computes without a GPU.

use std::env;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, ensure};

use crate::command::{cargo, is_ci, program, run as run_command, succeeds};
use crate::setup;
use crate::times::Times;
use crate::web;
use crate::web::npm;
use crate::web::tools::target_folder;

/// Where the tests are; each in a file of its own that ends like this.
const TESTS: &str = "web/tests";
const ENDING: &str = ".test.js";

/// Builds the page and the program that reads its checkpoints, and runs the tests, or those in files whose name
/// holds one of `names`.
///
/// # Errors
/// If a test fails or `names` find none, and, with `CI` set, if there is no browser, Node.js or npm; without `CI` the tests are left
/// out then, and a sentence says so.
pub fn run(names: &[String], times: &mut Times) -> Result<()> {
    let ready =
        setup::for_page().and_then(|()| npm::packages()?.context("Node.js or npm is missing"));
    if let Err(missing) = ready {
        if is_ci() {
            return Err(missing);
        }
        println!("left out: the tests of the page; {missing}");
        return Ok(());
    }
    let mut tests = Vec::new();
    for entry in fs::read_dir(TESTS).with_context(|| format!("{TESTS} cannot be read"))? {
        let path = entry?.path();
        let file = path.file_name().unwrap_or_default().to_string_lossy();
        let is_asked_for = names.is_empty() || names.iter().any(|name| file.contains(name));
        if file.ends_with(ENDING) && is_asked_for {
            tests.push(path);
        }
    }
    tests.sort();
    ensure!(
        !tests.is_empty(),
        "{TESTS} holds no {ENDING} of the name {}",
        names.join(" or ")
    );

    let mut bundle = PathBuf::new();
    times.stage("build of the page", |_| {
        bundle = web::build(web::Purpose::Tests)?;
        // The program, as the tests of the command line have it, which are built already.
        let mut program = cargo(&["test", "--workspace", "--test", "cli", "--no-run"]);
        program.args(setup::features()?);
        run_command(program)
    })?;

    let target = target_folder()?;
    // One after the other: each has the CPU to itself, on which everything is computed.
    let mut node = program("node", &["--test", "--test-concurrency=1"]);
    node.arg("--test-reporter=spec")
        .args(tests)
        .env("BUNDLE", bundle)
        .env("SHOTS", target.join("web-shots"))
        .env("CHROMIUM", chromium().context("there is no Chromium")?)
        .env(
            "BNONLY",
            target.join(format!("debug/bnonly{}", env::consts::EXE_SUFFIX)),
        );
    times.stage("the page", |times| times.node_test(node))
}

/// The browser of the tests: the one that `CHROMIUM` names, or the system's.
pub fn chromium() -> Option<PathBuf> {
    if let Some(named) = env::var_os("CHROMIUM").filter(|name| !name.is_empty()) {
        return Some(named.into());
    }
    let names = [
        "chromium",
        "chromium-browser",
        "google-chrome",
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    ];
    // Playwright starts it by its path, so the name is looked up.
    let folders: Vec<PathBuf> =
        env::split_paths(&env::var_os("PATH").unwrap_or_default()).collect();
    names
        .into_iter()
        .flat_map(|name| folders.iter().map(move |folder| folder.join(name)))
        .find(|path| path.is_file())
        .filter(|path| succeeds(program(&path.to_string_lossy(), &["--version"])))
}
