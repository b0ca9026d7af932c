//! What a file is by its first bytes, whatever its name says: what stands where images, or a state, were expected.

use std::fmt;

use super::DataError;

/// So many bytes of a file are enough to say what it is.
pub(crate) const START: usize = 512;

/// What a file is that was taken for something else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Content {
    /// HTML: what a server sends instead of a file that it does not have or give. With its title.
    WebPage(Option<String>),
    /// XML, as storage servers send instead of a file.
    Xml,
    /// JSON, as interfaces of servers send.
    Json,
    /// Stands for a file that git-lfs has not fetched.
    LfsPointer,
    /// What Python's `pickle` writes.
    Pickle,
    /// What PyTorch writes.
    PyTorch,
    /// A file of one of these formats, which is known by its name alone.
    Known(&'static str),
    /// An archive, or a compressed file, which must be unpacked: its name.
    Packed(&'static str),
    /// Text, with its first line.
    Text(String),
}

/// Formats with certain first bytes.
const KNOWN: [(&[u8], Content); 19] = [
    (b"PK\x03\x04", Content::Packed("a ZIP archive")),
    (b"PK\x05\x06", Content::Packed("an empty ZIP archive")),
    (b"7z\xbc\xaf\x27\x1c", Content::Packed("a 7-Zip archive")),
    (b"Rar!\x1a\x07", Content::Packed("a RAR archive")),
    (b"\xfd7zXZ\x00", Content::Packed("packed by xz")),
    (b"BZh", Content::Packed("packed by bzip2")),
    (b"\x28\xb5\x2f\xfd", Content::Packed("packed by Zstandard")),
    (b"\x1f\x8b", Content::Packed("packed by gzip")),
    (b"\x1f\x9d", Content::Packed("packed by compress")),
    (b"MATLAB 5.0", Content::Known("a file of MATLAB")),
    (b"\x93NUMPY", Content::Known("an array of NumPy (.npy)")),
    (b"\x89HDF\r\n\x1a\n", Content::Known("an HDF5 file")),
    (b"GGUF", Content::Known("a GGUF file")),
    (b"PAR1", Content::Known("a Parquet file")),
    (b"ARROW1", Content::Known("an Arrow file")),
    (b"\x89PNG\r\n\x1a\n", Content::Known("a PNG picture")),
    (b"\xff\xd8\xff", Content::Known("a JPEG picture")),
    (b"GIF8", Content::Known("a GIF picture")),
    (b"%PDF-", Content::Known("a PDF document")),
];

impl Content {
    /// What a file is that begins with these bytes ([`START`] of them are enough); `None` if that cannot be said.
    pub(crate) fn of(start: &[u8]) -> Option<Self> {
        if let [0x80, 2..=5, ..] = start {
            return Some(Self::Pickle);
        }
        if start.starts_with(b"PK\x03\x04") {
            let name = start.get(30..).unwrap_or_default();
            let name = &name[..name.len().min(usize::from(*start.get(26).unwrap_or(&0)))];
            if name.ends_with(b".npy") {
                return Some(Self::Known("an archive of NumPy's arrays (.npz)"));
            }
            if name.ends_with(b"data.pkl") || name.ends_with(b"/version") {
                return Some(Self::PyTorch);
            }
        }
        let known = KNOWN.iter().find(|(first, _)| start.starts_with(first));
        known
            .map(|(_, content)| content.clone())
            .or_else(|| Self::of_text(start))
    }

    fn of_text(start: &[u8]) -> Option<Self> {
        let start = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start);
        let text = match std::str::from_utf8(start) {
            Ok(text) => text,
            // The end may be within a character.
            Err(error) if error.error_len().is_none() => {
                std::str::from_utf8(&start[..error.valid_up_to()]).unwrap_or_default()
            }
            Err(_) => return None,
        };
        let text = text.trim();
        let is_text = |c: char| !c.is_control() || c.is_whitespace();
        if text.is_empty() || !text.chars().all(is_text) {
            return None;
        }
        let lower = text.to_ascii_lowercase();
        let pages = ["<!doctype html", "<html", "<head", "<body", "<script"];
        let is_page = pages.iter().any(|tag| lower.starts_with(tag)) || lower.contains("<html");
        Some(if is_page {
            Self::WebPage(title(text, &lower))
        } else if lower.starts_with("<?xml") || lower.starts_with("<error") {
            Self::Xml
        } else if lower.starts_with("version https://git-lfs") {
            Self::LfsPointer
        } else if lower.starts_with('{') && lower.contains('"') {
            Self::Json
        } else {
            let first = text.lines().next().unwrap_or_default();
            Self::Text(shortened(first))
        })
    }

    /// What helps, as the end of a sentence.
    pub(crate) fn way(&self) -> &'static str {
        match self {
            Self::WebPage(_) | Self::Xml | Self::Json | Self::Text(_) => {
                "a server sent it instead of the file, or it was saved under this name: download the file again"
            }
            Self::LfsPointer => {
                "run `git lfs pull` where it was cloned, or download the file itself"
            }
            Self::Packed(_) => "unpack it, and give the folder with its files",
            Self::Pickle | Self::PyTorch | Self::Known(_) => {
                "check that it is the right file, or download it again"
            }
        }
    }

    /// Whether it stands for the right file: there is a way from it to that.
    pub(crate) fn is_instead(&self) -> bool {
        !matches!(
            self,
            Self::Text(_) | Self::Known(_) | Self::Pickle | Self::PyTorch
        )
    }

    /// The error that `file` is this.
    pub(crate) fn refused(&self, file: &str, expected: &'static str) -> DataError {
        DataError::NotData {
            file: file.into(),
            found: self.to_string(),
            expected,
            way: self.way(),
        }
    }
}

/// The error that `file`, which begins with `start`, is something else than `expected`, if that can be said.
pub(crate) fn refuse(file: &str, start: &[u8], expected: &'static str) -> Option<DataError> {
    Content::of(start).map(|content| content.refused(file, expected))
}

impl fmt::Display for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::WebPage(Some(title)) => write!(f, "a web page (\"{title}\")"),
            Self::WebPage(None) => f.write_str("a web page"),
            Self::Xml => f.write_str("an XML page, such as a server's message"),
            Self::Json => f.write_str("JSON text, such as a server's message"),
            Self::LfsPointer => f.write_str("a git-lfs pointer, which only stands for the file"),
            Self::Pickle => f.write_str("a pickle (a file of Python)"),
            Self::PyTorch => f.write_str("a file of PyTorch"),
            Self::Known(name) | Self::Packed(name) => f.write_str(name),
            Self::Text(line) => write!(f, "text (\"{line}\")"),
        }
    }
}

/// The title of a web page. Both texts are as long.
fn title(text: &str, lower: &str) -> Option<String> {
    let from = lower.find("<title>")? + "<title>".len();
    let to = from + lower[from..].find("</title>")?;
    let title = shortened(text[from..to].trim());
    (!title.is_empty()).then_some(title)
}

/// A line, or so much of it as fits into a sentence.
fn shortened(line: &str) -> String {
    const LONGEST: usize = 60;
    let line: String = line
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    match line.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}
