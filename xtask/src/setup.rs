//! `cargo xtask setup`: what a machine needs beside Rust. On Linux that is Vulkan's loader and a
//! driver, of the GPU or in software; macOS and Windows bring their own.

use std::env;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use crate::command::{output, program, run as run_command, succeeds};

/// Debian's Vulkan loader, and Mesa's drivers: AMD's, Intel's, and one in software.
const DEBIAN_PACKAGES: [&str; 2] = ["libvulkan1", "mesa-vulkan-drivers"];

const HOW_TO_INSTALL: &str = "\
Debian, Ubuntu:  sudo apt-get install libvulkan1 mesa-vulkan-drivers
Fedora:          sudo dnf install vulkan-loader mesa-vulkan-drivers
Arch:            sudo pacman -S vulkan-icd-loader, and one of vulkan-radeon, vulkan-intel,
                 nvidia-utils, vulkan-swrast (in software)
macOS, Windows:  nothing; Metal and Direct3D 12 are part of the system
An NVIDIA GPU brings its Vulkan driver with NVIDIA's own driver.";

/// Installs what is missing, or says what to install.
pub fn run() -> Result<()> {
    if !cfg!(target_os = "linux") {
        return Ok(());
    }
    let missing = missing_parts();
    if missing.is_empty() {
        return Ok(());
    }
    println!("missing: {}", missing.join(" and "));
    if let Some(name) = chosen_drivers().filter(|_| !has_vulkan_driver()) {
        bail!(
            "{name} is set, and names no driver's description (a .json file) that exists; unset or correct it"
        );
    }
    if !is_root() || !succeeds(program("apt-get", &["--version"])) {
        bail!(
            "install {}, then run this again:\n{HOW_TO_INSTALL}",
            missing.join(" and ")
        );
    }
    run_command(program("apt-get", &["update"]))?;
    let mut install = program("apt-get", &["install", "--yes", "--no-install-recommends"]);
    install
        .args(DEBIAN_PACKAGES)
        .env("DEBIAN_FRONTEND", "noninteractive");
    run_command(install)?;
    let missing = missing_parts();
    if !missing.is_empty() {
        bail!(
            "still missing after the installation: {}\n{HOW_TO_INSTALL}",
            missing.join(" and ")
        );
    }
    Ok(())
}

/// What of Vulkan cannot be found.
fn missing_parts() -> Vec<&'static str> {
    let mut missing = Vec::new();
    if !has_vulkan_loader() {
        missing.push("Vulkan's loader (libvulkan.so.1)");
    }
    if !has_vulkan_driver() {
        missing.push("a Vulkan driver");
    }
    missing
}

fn has_vulkan_loader() -> bool {
    // `ldconfig` lies where only root looks for programs.
    let known = ["ldconfig", "/sbin/ldconfig", "/usr/sbin/ldconfig"]
        .into_iter()
        .find_map(|ldconfig| output(program(ldconfig, &["-p"])));
    let is_known = known.is_some_and(|known| known.contains("libvulkan.so.1"));
    let usual = ["/usr/lib", "/usr/lib64", "/usr/local/lib"].map(PathBuf::from);
    is_known
        || paths_of("LD_LIBRARY_PATH")
            .chain(usual)
            .any(|folder| folder.join("libvulkan.so.1").exists())
}

/// Looks where the loader looks for the files that describe drivers
/// (<https://github.com/KhronosGroup/Vulkan-Loader/blob/main/docs/LoaderDriverInterface.md>).
fn has_vulkan_driver() -> bool {
    if let Some(name) = chosen_drivers() {
        return paths_of(name).any(|path| describes_driver(&path) || holds_driver(&path));
    }
    let home = env::home_dir().unwrap_or_default();
    let usual = [
        "/etc",
        "/usr/share",
        "/usr/local/etc",
        "/usr/local/share",
        "/run/opengl-driver/share",
    ]
    .map(PathBuf::from)
    .into_iter()
    .chain([home.join(".config"), home.join(".local/share")]);
    let chosen = [
        "XDG_CONFIG_HOME",
        "XDG_CONFIG_DIRS",
        "XDG_DATA_HOME",
        "XDG_DATA_DIRS",
    ]
    .into_iter()
    .flat_map(paths_of);
    let added =
        paths_of("VK_ADD_DRIVER_FILES").any(|path| describes_driver(&path) || holds_driver(&path));
    added
        || usual
            .chain(chosen)
            .any(|folder| holds_driver(&folder.join("vulkan/icd.d")))
}

/// The variable, if one is set, whose files or folders replace the search for drivers.
fn chosen_drivers() -> Option<&'static str> {
    let is_set = |name: &&str| env::var_os(name).is_some_and(|paths| !paths.is_empty());
    ["VK_DRIVER_FILES", "VK_ICD_FILENAMES"]
        .into_iter()
        .find(is_set)
}

/// Whether a folder holds a driver's description.
fn holds_driver(folder: &Path) -> bool {
    let entries = folder.read_dir().into_iter().flatten();
    entries
        .flatten()
        .any(|entry| describes_driver(&entry.path()))
}

fn describes_driver(path: &Path) -> bool {
    path.extension()
        .is_some_and(|extension| extension == "json")
        && path.is_file()
}

/// The paths in an environment variable.
fn paths_of(name: &str) -> impl Iterator<Item = PathBuf> + use<> {
    let paths = env::var_os(name).unwrap_or_default();
    env::split_paths(&paths)
        .filter(|path| !path.as_os_str().is_empty())
        .collect::<Vec<_>>()
        .into_iter()
}

fn is_root() -> bool {
    output(program("id", &["-u"])).is_some_and(|id| id.trim() == "0")
}
