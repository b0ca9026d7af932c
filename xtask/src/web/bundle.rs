//! The page as static files: the program as WebAssembly, its glue, and what lies in `web/`.
//!
//! A file's name carries a digest of what is in it, except `index.html`, which names the others: an
//! old file that a browser or a host kept is never taken for a new one.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest as _, Sha256};

use crate::command::{cargo, program, run as run_command};
use crate::web::npm;
use crate::web::tools::{
    WASM, leave_paths_out, paths_of_this_machine, rust_target, target_folder, wasm_bindgen,
};

/// The most bytes of all files together, gzipped. What is quickly downloaded is 3 MB, and the aim; experiments with their
/// reports and files of other programs took the page above it. This is to come down again, and not to go up.
const LIMIT: usize = 3_150_000;
/// How large the page was when it was last built to be hosted, in bytes; a test holds it below [`LIMIT`].
const RECORD: &str = "web/size.txt";

/// What a page is built for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// To be downloaded: small and quick, which takes minutes to build.
    Readers,
    /// To be tested: as cargo builds the tests in a browser, with their dependencies.
    Tests,
}

impl Purpose {
    /// The cargo profile, and the folder of what it builds.
    fn profile(self) -> (&'static str, &'static str) {
        match self {
            Self::Readers => ("page", "page"),
            Self::Tests => ("dev", "debug"),
        }
    }
}

/// A file of the page, under the name by which `index.html` asks for it.
struct File {
    name: &'static str,
    bytes: Vec<u8>,
}

/// Builds the page and writes its files into a folder, which is made if it is missing. What else lies
/// there stays. Returns the bytes of all files, gzipped.
///
/// # Errors
/// If a tool is missing or fails, if the program holds a path of this machine, and, with `CI` set, if
/// `wasm-opt` is missing.
pub fn build(folder: &Path, purpose: Purpose) -> Result<usize> {
    let (glue, program) = build_program(purpose)?;
    let read = |name: &str| {
        let path = Path::new("web").join(name);
        fs::read(&path).with_context(|| format!("{} cannot be read", path.display()))
    };
    let bytes = program.len();
    let files = [
        File {
            name: "bnonly.js",
            bytes: glue,
        },
        File {
            name: "bnonly_bg.wasm",
            bytes: program,
        },
        File {
            name: "page.js",
            bytes: read("page.js")?,
        },
        File {
            name: "page.css",
            bytes: read("page.css")?,
        },
        File {
            name: "icon.svg",
            bytes: icon().into_bytes(),
        },
    ];
    let index = String::from_utf8(read("index.html")?).context("web/index.html is not UTF-8")?;
    let index = point(&index, &files, bytes)?;

    fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    let mut total = 0;
    let mut write = |name: &str, bytes: &[u8]| -> Result<()> {
        let path = folder.join(name);
        fs::write(&path, bytes).with_context(|| format!("{} cannot be written", path.display()))?;
        let compressed = gzipped(bytes)?;
        total += compressed;
        println!(
            "{name:40} {:>9} bytes, {compressed:>9} gzipped",
            bytes.len()
        );
        Ok(())
    };
    for file in &files {
        write(&file.name_with_digest(), &file.bytes)?;
    }
    // Last: what it names is there then.
    write("index.html", index.as_bytes())?;
    println!("{:40} {:>9}        {total:>9} gzipped", "together", "");
    Ok(total)
}

/// Writes down how large the page is that is going to be hosted.
///
/// # Errors
/// If that cannot be written, or if it is too large.
pub fn record(total: usize) -> Result<()> {
    fs::write(RECORD, format!("{total}\n"))
        .with_context(|| format!("{RECORD} cannot be written"))?;
    println!("{RECORD} says so; commit it");
    ensure!(
        total <= LIMIT,
        "the page has {total} bytes gzipped, and should stay below {LIMIT}"
    );
    Ok(())
}

/// Builds the program for the browser: its glue in JavaScript, and its WebAssembly.
fn build_program(purpose: Purpose) -> Result<(Vec<u8>, Vec<u8>)> {
    rust_target(WASM)?;
    let tools = wasm_bindgen()?;
    let packages = match purpose {
        Purpose::Readers => npm::packages()?,
        Purpose::Tests => None,
    };

    let (profile, built) = purpose.profile();
    let mut build = cargo(&["build", "--package", "bnonly", "--bin", "bnonly"]);
    build.args(["--target", WASM, "--profile", profile]);
    leave_paths_out(&mut build)?;
    run_command(build)?;

    let target = target_folder()?;
    let folder = target.join("web-build");
    let mut bindgen = program(&tools.join("wasm-bindgen").to_string_lossy(), &[]);
    bindgen
        .args(["--target", "web", "--no-typescript", "--out-name", "bnonly"])
        .args(["--remove-name-section", "--remove-producers-section"])
        .arg("--out-dir")
        .arg(&folder)
        .arg(target.join(WASM).join(built).join("bnonly.wasm"));
    run_command(bindgen)?;
    ensure!(
        !folder.join("snippets").exists(),
        "a crate brings JavaScript of its own ({}), which the page does not take along yet",
        folder.join("snippets").display()
    );

    let wasm = folder.join("bnonly_bg.wasm");
    match packages {
        Some(packages) => {
            let mut optimise = npm::wasm_opt(&packages);
            // What rustc has used since 1.87, and every browser with WebGPU has.
            optimise
                .args(["-O3", "--enable-bulk-memory", "--enable-multivalue"])
                .args([
                    "--enable-mutable-globals",
                    "--enable-nontrapping-float-to-int",
                ])
                .args(["--enable-reference-types", "--enable-sign-ext"])
                .arg(&wasm)
                .arg("--output")
                .arg(&wasm);
            run_command(optimise)?;
        }
        None if purpose == Purpose::Readers => println!(
            "left out: wasm-opt, which makes the program smaller; it needs Node.js and npm"
        ),
        None => {}
    }
    let read = |path: PathBuf| {
        fs::read(&path).with_context(|| format!("{} cannot be read", path.display()))
    };
    let (glue, program) = (read(folder.join("bnonly.js"))?, read(wasm)?);
    for (path, _) in &paths_of_this_machine()? {
        let path = path.to_string_lossy();
        ensure!(
            !contains(&program, path.as_bytes()) && !contains(&glue, path.as_bytes()),
            "the page would hold a path of this machine ({path}); rustc should have been told to leave it out"
        );
    }
    Ok((glue, program))
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

impl File {
    /// `page.js` as `page-0123456789ab.js`.
    fn name_with_digest(&self) -> String {
        let digest = Sha256::digest(&self.bytes);
        let digest: String = digest[..6]
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        match self.name.split_once('.') {
            Some((stem, end)) => format!("{stem}-{digest}.{end}"),
            None => format!("{}-{digest}", self.name),
        }
    }
}

/// `index.html` with the names that files have in the bundle, and the program's size.
fn point(index: &str, files: &[File], bytes: usize) -> Result<String> {
    let mut index = index.to_owned();
    let names = files.iter().map(|file| {
        (
            format!("\"{}\"", file.name),
            format!("\"{}\"", file.name_with_digest()),
        )
    });
    let size = (
        "data-bytes=\"0\"".to_owned(),
        format!("data-bytes=\"{bytes}\""),
    );
    for (from, to) in names.chain([size]) {
        ensure!(
            index.matches(&from).count() == 1,
            "web/index.html should name {from} once"
        );
        index = index.replace(&from, &to);
    }
    Ok(index)
}

/// Rows of channels that darken, as on the icon of the app's window.
fn icon() -> String {
    const COLOURS: [&str; 5] = ["#141828", "#1e5082", "#2896a0", "#78d282", "#f0e65a"];
    let cell = |x: usize, y: usize| {
        let colour = COLOURS[(x + 2 * y) % COLOURS.len()];
        format!(
            "<path fill=\"{colour}\" d=\"M{} {}h14v14h-14z\"/>",
            16 * x,
            16 * y
        )
    };
    let cells = (0..4).flat_map(|y| (0..4).map(move |x| cell(x, y)));
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 64 64\">{}</svg>\n",
        cells.collect::<String>()
    )
}

/// How many bytes are left of these by gzip, as hosts compress.
fn gzipped(bytes: &[u8]) -> Result<usize> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes)?;
    Ok(encoder.finish()?.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(name: &'static str, bytes: &[u8]) -> File {
        File {
            name,
            bytes: bytes.to_vec(),
        }
    }

    #[test]
    fn names_change_with_what_is_in_the_files() {
        let [a, b] = [&b"a"[..], b"b"].map(|bytes| file("page.js", bytes).name_with_digest());
        assert_eq!(a, "page-ca978112ca1b.js");
        assert_ne!(a, b);
    }

    #[test]
    fn the_page_names_each_file_once() {
        let files = [file("page.js", b"a"), file("page.css", b"b")];
        let page =
            "<link href=\"page.css\"><script src=\"page.js\"></script><body data-bytes=\"0\">";
        let pointed = point(page, &files, 7).expect("a page");
        assert_eq!(
            pointed,
            "<link href=\"page-3e23e8160039.css\"><script src=\"page-ca978112ca1b.js\"></script><body data-bytes=\"7\">"
        );
        for wrong in [page.replace("page.css", "style.css"), page.repeat(2)] {
            assert!(point(&wrong, &files, 7).is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_page_that_is_hosted_is_quickly_downloaded() {
        let record = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("..")
            .join(RECORD);
        let text = fs::read_to_string(&record).expect("a size");
        let total: usize = text.trim().parse().expect("a number of bytes");
        assert!(total <= LIMIT, "{total} bytes gzipped, not {LIMIT}");
    }

    #[test]
    fn the_icon_has_a_row_of_cells_for_each_of_its_four_layers() {
        let icon = icon();
        assert_eq!(icon.matches("<path").count(), 16);
        assert!(
            icon.contains("<path fill=\"#2896a0\" d=\"M0 16h14v14h-14z\"/>"),
            "{icon}"
        );
    }
}
