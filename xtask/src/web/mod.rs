//! `cargo xtask web`: the page, built and served on this machine, or written to a folder for any host.
//!
//! `tools` has or builds what compiles it and `npm` what makes it small; `bundle` makes its files and
//! `serve` serves them. `kernel_tests` and `page_tests` are what is tested in a browser.

mod bundle;
pub mod kernel_tests;
pub mod npm;
pub mod page_tests;
mod serve;
pub mod tools;

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

pub use bundle::Purpose;
use tools::target_folder;

/// Builds the page, then serves it until Ctrl-C, or only writes it to `--release-dir DIR`.
pub fn run(arguments: &[String]) -> Result<()> {
    let release_dir = match arguments {
        [] => None,
        [option, folder] if option == "--release-dir" => Some(std::path::absolute(folder)?),
        _ => bail!(
            "`cargo xtask web` takes nothing, or --release-dir DIR, not {}",
            arguments.join(" ")
        ),
    };
    match release_dir {
        Some(folder) => {
            let bytes = bundle::build(&folder, Purpose::Readers)?;
            println!(
                "{} holds the page; any host of static files serves it, under any path",
                folder.display()
            );
            bundle::record(bytes)
        }
        None => serve::serve(&build(Purpose::Readers)?),
    }
}

/// Builds the page into a folder of its purpose, which holds nothing else then.
pub fn build(purpose: Purpose) -> Result<PathBuf> {
    let folder = target_folder()?.join(match purpose {
        Purpose::Readers => "web",
        Purpose::Tests => "web-tests",
    });
    remove(&folder)?;
    bundle::build(&folder, purpose)?;
    Ok(folder)
}

fn remove(folder: &Path) -> Result<()> {
    match std::fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            bail!("{} cannot be removed: {error}", folder.display())
        }
        _ => Ok(()),
    }
}
