//! A run's `manifest.tsv`: the files that it was trained and tested on, a line each, so that later readings of the same
//! data keep them apart.

use std::collections::BTreeSet;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::atomic_file::write_atomically;
use crate::data::{Manifest, Part, SourceFile};
use crate::field::Explanation;
use crate::platform::fs;

/// Its first line.
const COLUMNS: &str = "part\tbytes\tdigest\tpath";

/// What takes the place of a digest that is not known.
const UNKNOWN: &str = "-";

/// Bytes that are read at most: ten million files.
const LARGEST: u64 = 2 << 30;

/// A manifest that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ManifestError {
    /// The operating system refused, or the file is too large.
    #[error("{}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A line that this program did not write.
    #[error(
        "{}, line {line}: found {found:?}, expected {expected}; remove the file to go on without it: the images are then \
         not held against those of before",
        path.display()
    )]
    Line {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// The first letters of it.
        found: String,
        /// What it should be.
        expected: &'static str,
    },
}

/// What an earlier run says of the files that are to be read.
#[derive(Clone, Debug, Default)]
pub struct Earlier {
    /// Its files, if it kept them.
    pub manifest: Option<Arc<Manifest>>,
    /// What a person should know, where it did not.
    pub note: Option<Explanation>,
}

impl Earlier {
    /// Of the run in a folder; of none if there is no run.
    ///
    /// # Errors
    /// A manifest that cannot be read.
    pub fn of(run: Option<&Path>) -> Result<Self, ManifestError> {
        let Some(run) = run else {
            return Ok(Self::default());
        };
        let manifest = read(run)?.map(Arc::new);
        let note = manifest.is_none().then(|| {
            Explanation::new(format!(
                "{} has no manifest.tsv, as an earlier version made it: the images cannot be held against those that it was \
                 trained and tested on",
                run.display()
            ))
        });
        Ok(Self { manifest, note })
    }

    /// The files of both readings: those of now, and those of before that are gone, which may come back. What was before
    /// is forgotten where nothing of it is left: the data are others.
    pub fn and(&self, now: &Manifest) -> Manifest {
        let Some(before) = &self.manifest else {
            return now.clone();
        };
        if !now
            .files
            .iter()
            .any(|file| before.part(&file.path).is_some())
        {
            return now.clone();
        }
        let content = |file: &SourceFile| Some((file.bytes, file.digest?));
        let contents: BTreeSet<_> = now.files.iter().filter_map(content).collect();
        // What has another name now is not gone.
        let is_gone = |file: &&SourceFile| {
            let is_elsewhere = content(file).is_some_and(|content| contents.contains(&content));
            now.part(&file.path).is_none() && !is_elsewhere
        };
        let mut files = now.files.clone();
        for file in files.iter_mut().filter(|file| file.digest.is_none()) {
            let known = find(before, &file.path).filter(|known| known.bytes == file.bytes);
            file.digest = known.and_then(|known| known.digest);
        }
        files.extend(before.files.iter().filter(is_gone).cloned());
        files.sort_by(|one, other| one.path.cmp(&other.path));
        Manifest { files }
    }
}

fn find<'a>(manifest: &'a Manifest, path: &str) -> Option<&'a SourceFile> {
    let files = &manifest.files;
    let found = files.binary_search_by(|file| file.path.as_str().cmp(path));
    found.ok().map(|at| &files[at])
}

/// `manifest.tsv` of the run at `run`.
pub fn manifest_path(run: &Path) -> PathBuf {
    run.join("manifest.tsv")
}

/// Writes the manifest of the run at `run`.
///
/// # Errors
/// A file that cannot be written; the earlier one is whole then.
pub fn write(run: &Path, manifest: &Manifest) -> io::Result<()> {
    write_atomically(&manifest_path(run), |out| {
        writeln!(out, "{COLUMNS}")?;
        for file in &manifest.files {
            let part = name(file.part);
            let digest = file.digest.map(|digest| format!("{digest:016x}"));
            let digest = digest.as_deref().unwrap_or(UNKNOWN);
            writeln!(
                out,
                "{part}\t{}\t{digest}\t{}",
                file.bytes,
                escaped(&file.path)
            )?;
        }
        Ok(())
    })
}

/// Reads the manifest of the run at `run`; `None` if it has none.
///
/// # Errors
/// A file that cannot be read, or is none that [`write()`] wrote.
pub fn read(run: &Path) -> Result<Option<Manifest>, ManifestError> {
    let path = manifest_path(run);
    let failed = |source| ManifestError::File {
        path: path.clone(),
        source,
    };
    let file = match fs::open(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        opened => opened.map_err(failed)?.1,
    };
    let mut bytes = Vec::new();
    file.take(LARGEST + 1)
        .read_to_end(&mut bytes)
        .map_err(failed)?;
    if bytes.len() as u64 > LARGEST {
        return Err(failed(io::Error::new(
            io::ErrorKind::FileTooLarge,
            "the file is too large to be a list of files",
        )));
    }
    parse(&bytes).map(Some).map_err(
        |Wrong {
             line,
             found,
             expected,
         }| ManifestError::Line {
            path,
            line,
            found,
            expected,
        },
    )
}

/// Where a text is no manifest.
#[derive(Debug)]
struct Wrong {
    line: usize,
    found: String,
    expected: &'static str,
}

fn parse(bytes: &[u8]) -> Result<Manifest, Wrong> {
    // An editor may have left other ends of lines.
    let lines = bytes.split(|byte| *byte == b'\n').enumerate();
    let lines = lines.map(|(at, line)| (at + 1, line.strip_suffix(b"\r").unwrap_or(line)));
    let mut files: Vec<SourceFile> = Vec::new();
    let mut last = 0;
    for (number, line) in lines {
        let wrong = |expected| Wrong {
            line: number,
            found: String::from_utf8_lossy(line).chars().take(80).collect(),
            expected,
        };
        last = number;
        match number {
            1 if line == COLUMNS.as_bytes() => {}
            1 => {
                return Err(wrong(
                    "the columns part, bytes, digest and path, with tabs between them",
                ));
            }
            _ if line.is_empty() => {}
            _ => files.push(file(line).map_err(wrong)?),
        }
    }
    files.sort_by(|one, other| one.path.cmp(&other.path));
    match files.windows(2).find(|pair| pair[0].path == pair[1].path) {
        None => Ok(Manifest { files }),
        Some(twice) => Err(Wrong {
            line: last,
            found: twice[0].path.chars().take(80).collect(),
            expected: "each path once",
        }),
    }
}

/// A line; or what was expected in it.
fn file(line: &[u8]) -> Result<SourceFile, &'static str> {
    let line = std::str::from_utf8(line).map_err(|_| "text in UTF-8")?;
    let columns: Vec<&str> = line.split('\t').collect();
    let [part, bytes, digest, path] = columns[..] else {
        return Err("four columns: part, bytes, digest and path");
    };
    let parts = [Part::Train, Part::Test, Part::Both];
    let part = parts.into_iter().find(|known| name(*known) == part);
    let digest = match digest {
        UNKNOWN => None,
        digits if digits.len() == 16 && digits.bytes().all(|digit| digit.is_ascii_hexdigit()) => {
            u64::from_str_radix(digits, 16).ok()
        }
        _ => return Err("a digest of 16 hexadecimal digits, or -"),
    };
    Ok(SourceFile {
        path: unescaped(path)
            .filter(|path| !path.is_empty())
            .ok_or("a path")?,
        bytes: bytes.parse().map_err(|_| "a number of bytes")?,
        digest,
        part: part.ok_or("train, test or both first")?,
    })
}

fn name(part: Part) -> &'static str {
    match part {
        Part::Train => "train",
        Part::Test => "test",
        Part::Both => "both",
    }
}

/// A path on one line and without a tab: what would break that, as Rust writes it.
fn escaped(path: &str) -> String {
    let escape = |letter: char| match letter == '\\' || letter.is_control() {
        true => letter.escape_default().collect(),
        false => String::from(letter),
    };
    path.chars().map(escape).collect()
}

fn unescaped(text: &str) -> Option<String> {
    let mut path = String::new();
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        path.push(match letter {
            '\\' => match letters.next()? {
                't' => '\t',
                'n' => '\n',
                'r' => '\r',
                '\\' => '\\',
                'u' => {
                    let (code, rest) = letters.as_str().strip_prefix('{')?.split_once('}')?;
                    letters = rest.chars();
                    char::from_u32(u32::from_str_radix(code, 16).ok()?)?
                }
                _ => return None,
            },
            letter => letter,
        });
    }
    Some(path)
}
