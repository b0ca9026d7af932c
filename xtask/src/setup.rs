//! `cargo xtask setup`: what a machine needs beside Rust. On Linux that is Vulkan's loader and a
//! driver, of the GPU or in software, for the app's window the libraries of the desktop, for the tests
//! in a browser Chromium, and for those of several ranks Open MPI; macOS and Windows bring their own drivers and libraries.

use std::env;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use crate::command::{is_ci, output, program, run as run_command, succeeds};
use crate::web::{npm, page_tests};

/// Something that has to be there.
struct Part {
    name: &'static str,
    debian_package: &'static str,
    is_there: fn(&Part) -> bool,
}

/// Vulkan's loader, and Mesa's drivers: AMD's, Intel's, and one in software.
const VULKAN: [Part; 2] = [
    library("libvulkan.so.1", "libvulkan1"),
    Part {
        name: "a Vulkan driver",
        debian_package: "mesa-vulkan-drivers",
        is_there: |_| has_vulkan_driver(),
    },
];

/// What winit opens for a window on Wayland, when the program runs.
const WAYLAND: [Part; 2] = [
    library("libwayland-client.so.0", "libwayland-client0"),
    library("libxkbcommon.so.0", "libxkbcommon0"),
];

/// What winit opens for a window on X11, when the program runs.
const X11: [Part; 6] = [
    library("libX11.so.6", "libx11-6"),
    library("libX11-xcb.so.1", "libx11-xcb1"),
    library("libXcursor.so.1", "libxcursor1"),
    library("libXi.so.6", "libxi6"),
    library("libxkbcommon.so.0", "libxkbcommon0"),
    library("libxkbcommon-x11.so.0", "libxkbcommon-x11-0"),
];

const CHROMIUM: Part = Part {
    name: "Chromium",
    debian_package: "chromium",
    is_there: |_| page_tests::chromium().is_some(),
};

/// What runs the kernels' tests in a browser.
const BROWSER: [Part; 2] = [CHROMIUM, on_path("chromedriver", "chromium-driver")];

/// What the tests of the page run in and with.
const PAGE: [Part; 3] = [
    CHROMIUM,
    on_path("node", "nodejs"),
    Part {
        name: "npm",
        debian_package: "npm",
        is_there: |_| succeeds(program(npm::NPM, &["--version"])),
    },
];

/// What builds and runs the program as several ranks.
const MPI: [Part; 3] = [
    Part {
        name: "Open MPI",
        debian_package: "openmpi-bin",
        is_there: |_| {
            let version = output(program("mpirun", &["--version"]));
            version.is_some_and(|version| version.contains("Open MPI"))
        },
    },
    on_path("mpicc", "libopenmpi-dev"),
    Part {
        name: "libclang",
        debian_package: "libclang-dev",
        is_there: |_| has_libclang(),
    },
];

/// Beside the packages of Debian.
const VULKAN_ELSEWHERE: &str = "\
Fedora:          sudo dnf install vulkan-loader mesa-vulkan-drivers
Arch:            sudo pacman -S vulkan-icd-loader, and one of vulkan-radeon, vulkan-intel,
                 nvidia-utils, vulkan-swrast (in software)
macOS, Windows:  nothing; Metal and Direct3D 12 are part of the system
An NVIDIA GPU brings its Vulkan driver with NVIDIA's own driver.";
const LIBRARIES_ELSEWHERE: &str = "Elsewhere:       the packages that hold these libraries";
const BROWSER_ELSEWHERE: &str = "\
Elsewhere:       Chromium, and the chromedriver of its version, on the path by these names";
const MPI_ELSEWHERE: &str = "\
Fedora:          sudo dnf install openmpi-devel clang-libs, and `module load mpi`
Arch:            sudo pacman -S openmpi clang";
const PAGE_ELSEWHERE: &str = "\
Elsewhere:       https://nodejs.org, and Chromium or Chrome; CHROMIUM names it where it is not in the PATH";

const fn library(file: &'static str, debian_package: &'static str) -> Part {
    Part {
        name: file,
        debian_package,
        is_there: |part| has_library(part.name),
    }
}

const fn on_path(name: &'static str, debian_package: &'static str) -> Part {
    Part {
        name,
        debian_package,
        is_there: |part| find_program(part.name).is_some(),
    }
}

/// Installs what training and tests need, or says what to install.
pub fn run() -> Result<()> {
    provide(VULKAN.iter().collect())
}

/// The same for the tests in a browser.
pub fn for_browser_tests() -> Result<()> {
    provide(BROWSER.iter().collect())
}

/// The same for the app's window, on the desktop under way.
pub fn for_window() -> Result<()> {
    let is_wayland = env::var_os("WAYLAND_DISPLAY").is_some_and(|name| !name.is_empty());
    let window: &[Part] = if is_wayland { &WAYLAND } else { &X11 };
    provide(VULKAN.iter().chain(window).collect())
}

/// The features of the package that this machine can build beside those that are on anyway, as cargo's arguments: MPI is
/// one, on Linux, where it is there or can be installed. All that builds the package for tests or checks gives the same,
/// or cargo builds it twice.
///
/// # Errors
/// With `CI` set, if MPI is missing and cannot be installed; without, a sentence says how to get it.
pub fn features() -> Result<&'static [&'static str]> {
    if !cfg!(target_os = "linux") {
        return Ok(&[]);
    }
    match provide_any(MPI.iter().collect()) {
        Ok(()) => Ok(&["--features", "bnonly/mpi"]),
        Err(missing) if is_ci() => Err(missing),
        Err(missing) => {
            println!("left out: what needs MPI; {missing:#}");
            Ok(&[])
        }
    }
}

/// The same for the tests of the page, on any system.
pub fn for_page() -> Result<()> {
    provide_any(PAGE.iter().collect())
}

fn provide(parts: Vec<&Part>) -> Result<()> {
    match cfg!(target_os = "linux") {
        true => provide_any(parts),
        false => Ok(()),
    }
}

fn provide_any(parts: Vec<&Part>) -> Result<()> {
    let missing = missing_of(&parts);
    if missing.is_empty() {
        return Ok(());
    }
    println!("missing: {}", names(&missing));
    let needs = |group: &[Part]| {
        let mut names = group.iter().map(|part| part.name);
        names.any(|name| missing.iter().any(|part| part.name == name))
    };
    if let Some(name) = chosen_drivers().filter(|_| needs(&VULKAN) && !has_vulkan_driver()) {
        bail!(
            "{name} is set, and names no driver's description (a .json file) that exists; unset or correct it"
        );
    }
    let packages: Vec<&str> = missing.iter().map(|part| part.debian_package).collect();
    let elsewhere = if needs(&VULKAN) {
        VULKAN_ELSEWHERE
    } else if needs(&BROWSER[1..]) {
        BROWSER_ELSEWHERE
    } else if needs(&PAGE) {
        PAGE_ELSEWHERE
    } else if needs(&MPI) {
        MPI_ELSEWHERE
    } else {
        LIBRARIES_ELSEWHERE
    };
    let how = format!(
        "Debian, Ubuntu:  sudo apt-get install {}\n{elsewhere}",
        packages.join(" ")
    );
    if !is_root() || !succeeds(program("apt-get", &["--version"])) {
        bail!("install {}, then run this again:\n{how}", names(&missing));
    }
    run_command(program("apt-get", &["update"]))?;
    let mut install = program("apt-get", &["install", "--yes", "--no-install-recommends"]);
    install
        .args(packages)
        .env("DEBIAN_FRONTEND", "noninteractive");
    run_command(install)?;
    let missing = missing_of(&parts);
    if !missing.is_empty() {
        bail!(
            "still missing after the installation: {}\n{how}",
            names(&missing)
        );
    }
    Ok(())
}

fn missing_of<'a>(parts: &[&'a Part]) -> Vec<&'a Part> {
    let is_missing = |part: &&&Part| !(part.is_there)(part);
    parts.iter().filter(is_missing).copied().collect()
}

fn names(parts: &[&Part]) -> String {
    let names: Vec<&str> = parts.iter().map(|part| part.name).collect();
    names.join(", ")
}

/// Whether the dynamic loader would find a library.
fn has_library(file: &str) -> bool {
    // `ldconfig` lies where only root looks for programs.
    let known = ["ldconfig", "/sbin/ldconfig", "/usr/sbin/ldconfig"]
        .into_iter()
        .find_map(|ldconfig| output(program(ldconfig, &["-p"])));
    // Its lines begin with the library's name and a space.
    let is_known = known.is_some_and(|known| {
        let mut names = known.lines().map(str::split_whitespace);
        names.any(|mut words| words.next() == Some(file))
    });
    let usual = ["/usr/lib", "/usr/lib64", "/usr/local/lib"].map(PathBuf::from);
    is_known
        || paths_of("LD_LIBRARY_PATH")
            .chain(usual)
            .any(|folder| folder.join(file).exists())
}

/// Whether bindgen would find the library that reads headers of C, by any version in its name.
fn has_libclang() -> bool {
    let holds = |folder: PathBuf| {
        let files = folder.read_dir().into_iter().flatten().flatten();
        files.into_iter().any(|file| {
            let name = file.file_name().to_string_lossy().into_owned();
            name.starts_with("libclang.so")
                || (name.starts_with("libclang-") && name.contains(".so"))
        })
    };
    let of_versions = Path::new("/usr/lib").read_dir().into_iter().flatten();
    let of_versions = (of_versions.flatten())
        .filter(|folder| folder.file_name().to_string_lossy().starts_with("llvm"))
        .map(|folder| folder.path().join("lib"));
    let usual = ["/usr/lib", "/usr/lib64", "/usr/local/lib"].map(PathBuf::from);
    paths_of("LIBCLANG_PATH")
        .chain(of_versions)
        .chain(usual)
        .any(holds)
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

/// Where a program lies, as the shell would find it.
pub fn find_program(name: &str) -> Option<PathBuf> {
    let file = format!("{name}{}", env::consts::EXE_SUFFIX);
    paths_of("PATH")
        .map(|folder| folder.join(&file))
        .find(|path| path.is_file())
}

fn is_root() -> bool {
    output(program("id", &["-u"])).is_some_and(|id| id.trim() == "0")
}
