//! Tables of labels: which picture is of which class, as CSV and its likes.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use super::names::{self, composed};
use super::tree::Source;

/// The largest table that is read, in bytes.
pub(super) const LARGEST: u64 = 1 << 28;

/// What a table says of pictures.
#[derive(Debug)]
pub(super) struct Labels {
    /// The table.
    pub file: PathBuf,
    /// A label for each picture, where there is one.
    pub labels: Vec<Option<String>>,
    /// Rows that name no picture.
    pub unknown: usize,
}

/// Why a table labels nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Useless {
    /// It cannot be read, for this reason.
    #[error("it cannot be read ({0})")]
    Unreadable(String),
    /// No column names the pictures; an example of what it has.
    #[error(
        "no column names the pictures; expected rows such as `id,label` or `file,label`, but a row is `{0}`"
    )]
    NamesNone(String),
    /// It is not clear which column has the labels; the columns' names.
    #[error("it is not clear which column has the labels; name it `label` (the columns are {0})")]
    NoLabels(String),
    /// A picture has two labels: its name, and both.
    #[error("it gives {0} two labels, {1} and {2}; take one of these rows out")]
    Contradicts(String, String, String),
    /// All labels are the same, or there are none.
    #[error("all labels are the same ({0}); at least 2 are needed")]
    OneLabel(String),
}

impl Labels {
    /// How many pictures have a label.
    pub(super) fn count(&self) -> usize {
        self.labels.iter().flatten().count()
    }

    /// The different labels.
    pub(super) fn classes(&self) -> Vec<&str> {
        let mut classes: Vec<&str> = self.labels.iter().flatten().map(String::as_str).collect();
        classes.sort_unstable();
        classes.dedup();
        classes
    }
}

/// The names by which a table may call pictures: a path, a file's name, that name without its ending.
#[derive(Debug)]
pub(super) struct Index {
    /// A picture's place; `None` where several have the name.
    by_name: HashMap<String, Option<usize>>,
    count: usize,
}

impl Index {
    /// Of pictures by their paths in the data, and the folder that paths may start from.
    pub(super) fn new<'a>(pictures: impl Iterator<Item = &'a Path>, folder: &Path) -> Self {
        let mut by_name = HashMap::new();
        let mut count = 0;
        for (at, path) in pictures.enumerate() {
            count += 1;
            let whole = names::readable_path(path);
            let within = path.strip_prefix(folder).unwrap_or(path);
            let within = names::readable_path(within);
            let name = names::readable(path.file_name().unwrap_or_default());
            let stem = names::readable(path.file_stem().unwrap_or_default());
            let within_stem = within
                .strip_suffix(&name)
                .map(|folder| format!("{folder}{stem}"));
            let mut known = vec![whole, within, name, stem];
            known.extend(within_stem);
            known.sort_unstable();
            known.dedup();
            for name in known {
                let place = by_name.entry(name).or_insert(Some(at));
                if *place != Some(at) {
                    *place = None;
                }
            }
        }
        Self { by_name, count }
    }

    fn find(&self, cell: &str) -> Option<usize> {
        let cell = cell.trim();
        if let Some(found) = self.by_name.get(cell) {
            return *found;
        }
        let cell = composed(&cell.replace('\\', "/"));
        let cell = cell.trim_start_matches("./").trim_start_matches('/');
        self.by_name.get(cell).copied().flatten()
    }
}

/// What a table in a file says of pictures.
///
/// # Errors
/// Why it labels none of them.
pub(super) fn read(source: &dyn Source, file: &Path, index: &Index) -> Result<Labels, Useless> {
    let content = source.read(file, LARGEST);
    let content = content.map_err(|error| Useless::Unreadable(error.to_string()))?;
    parse(file, &content, index)
}

/// What a table says of pictures.
///
/// # Errors
/// Why it labels none of them.
pub(super) fn parse(file: &Path, content: &[u8], index: &Index) -> Result<Labels, Useless> {
    let rows = rows(&text_of(content)).map_err(|error| Useless::Unreadable(error.to_string()))?;
    let column = file_column(&rows, index).ok_or_else(|| {
        let first = rows.get(1).or(rows.first()).cloned().unwrap_or_default();
        Useless::NamesNone(first.join(", ").chars().take(60).collect())
    })?;
    let first = rows[0].get(column);
    let has_header = first.is_none_or(|cell| index.find(cell).is_none());
    let (header, rows) = rows.split_at(usize::from(has_header));
    let header = header.first().map(Vec::as_slice);
    let said = LabelColumn::find(header, rows, column)
        .ok_or_else(|| Useless::NoLabels(header.unwrap_or_default().join(", ")))?;
    let mut labels: Vec<Option<String>> = vec![None; index.count];
    let mut unknown = 0;
    for row in rows {
        let cell = row.get(column).map_or("", String::as_str);
        let Some(at) = index.find(cell) else {
            unknown += usize::from(row.iter().any(|cell| !cell.trim().is_empty()));
            continue;
        };
        let Some(label) = said.of(header, row, column) else {
            continue;
        };
        match &labels[at] {
            Some(other) if *other != label => {
                return Err(Useless::Contradicts(cell.to_owned(), other.clone(), label));
            }
            _ => labels[at] = Some(label),
        }
    }
    let file = file.to_owned();
    Ok(Labels {
        file,
        labels,
        unknown,
    })
}

/// Where a row has its label.
enum LabelColumn {
    At(usize),
    /// In the header of the one column, beside the file's, that has a 1.
    OneHot,
}

impl LabelColumn {
    fn find(header: Option<&[String]>, rows: &[Vec<String>], file: usize) -> Option<Self> {
        const NAMES: [&str; 15] = [
            "label",
            "labels",
            "class",
            "classname",
            "labelname",
            "category",
            "target",
            "breed",
            "species",
            "diagnosis",
            "tag",
            "y",
            "classid",
            "emotion",
            "dx",
        ];
        let columns = rows.first().map_or(0, Vec::len);
        let plain = |name: &str| -> String {
            let letters = name.chars().filter(|letter| letter.is_alphanumeric());
            letters.collect::<String>().to_lowercase()
        };
        let named = |name: &str| {
            let mut header = header?.iter();
            header
                .position(|column| plain(column) == name)
                .filter(|&at| at != file)
        };
        match (columns, header) {
            (2, _) => Some(Self::At(1 - file.min(1))),
            (_, Some(_)) if columns > 2 => match NAMES.iter().find_map(|name| named(name)) {
                Some(at) => Some(Self::At(at)),
                None => is_one_hot(rows, file).then_some(Self::OneHot),
            },
            (_, None) if file + 1 < columns => Some(Self::At(file + 1)),
            _ => None,
        }
    }

    fn of(&self, header: Option<&[String]>, row: &[String], file: usize) -> Option<String> {
        let label = match self {
            Self::At(at) => row.get(*at)?,
            Self::OneHot => {
                let at = (0..row.len()).find(|&at| at != file && is_one(&row[at]))?;
                header?.get(at)?
            }
        };
        let label = composed(label.trim());
        (!label.is_empty()).then_some(label)
    }
}

fn is_one(cell: &str) -> bool {
    matches!(cell.trim(), "1" | "1.0")
}

fn is_one_hot(rows: &[Vec<String>], file: usize) -> bool {
    rows.iter().all(|row| {
        let others = || {
            (0..row.len())
                .filter(|&at| at != file)
                .map(|at| row[at].trim())
        };
        others().all(|cell| matches!(cell, "0" | "0.0" | "1" | "1.0"))
            && others().filter(|cell| is_one(cell)).count() == 1
    })
}

/// The column that names the most pictures, if any names one.
fn file_column(rows: &[Vec<String>], index: &Index) -> Option<usize> {
    let columns = rows.iter().map(Vec::len).max()?;
    let named = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells.filter(|cell| index.find(cell).is_some()).count()
    };
    let counts = (0..columns).map(|column| (named(column), std::cmp::Reverse(column)));
    let (count, column) = counts.max()?;
    (count > 0).then_some(column.0)
}

/// The rows of a table, parted by what its first line has most of.
fn rows(text: &str) -> csv::Result<Vec<Vec<String>>> {
    let first = text.lines().next().unwrap_or_default();
    let count = |mark: u8| first.bytes().filter(|byte| *byte == mark).count();
    let marks = [b';', b'\t', b','].into_iter();
    let mark = marks
        .filter(|mark| count(*mark) > 0)
        .max_by_key(|mark| count(*mark));
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(mark.unwrap_or(b' '))
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let records = reader.records().map(|record| {
        let record = record?;
        Ok(record.iter().map(str::to_owned).collect())
    });
    records.collect()
}

/// A table's text: UTF-8, UTF-16 with its mark, or else Latin-1, where no byte is lost.
fn text_of(content: &[u8]) -> String {
    let words = |to_word: fn([u8; 2]) -> u16| {
        let (pairs, _) = content[2..].as_chunks();
        let words: Vec<u16> = pairs.iter().copied().map(to_word).collect();
        String::from_utf16_lossy(&words)
    };
    match content {
        [0xff, 0xfe, ..] => words(u16::from_le_bytes),
        [0xfe, 0xff, ..] => words(u16::from_be_bytes),
        _ => match std::str::from_utf8(content) {
            Ok(text) => text.trim_start_matches('\u{feff}').to_owned(),
            Err(_) => content.iter().map(|&byte| char::from(byte)).collect(),
        },
    }
}

/// Whether a file of this name may be a table of labels, and no example of an answer to be handed in.
pub(super) fn may_be_table(file: &Path) -> bool {
    let name = names::readable(file.file_name().unwrap_or_default()).to_lowercase();
    let is_table = matches!(
        names::ending(file.file_name().unwrap_or_default()).as_str(),
        "csv" | "tsv" | "txt"
    );
    is_table && !name.contains("sample") && !name.contains("submission")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(table: &str, pictures: &[&str]) -> Result<Vec<Option<String>>, Useless> {
        bytes(table.as_bytes(), pictures)
    }

    fn bytes(table: &[u8], pictures: &[&str]) -> Result<Vec<Option<String>>, Useless> {
        let index = Index::new(pictures.iter().map(Path::new), Path::new("train"));
        parse(Path::new("labels.csv"), table, &index).map(|labels| labels.labels)
    }

    const PICTURES: [&str; 3] = ["train/1.png", "train/2.png", "train/x/3.png"];

    #[test]
    fn columns_are_found_with_and_without_a_header() {
        let expected = Ok(["cat", "dog", "cat"]
            .map(|label| Some(label.to_owned()))
            .to_vec());
        for table in [
            "id,label\n1,cat\n2,dog\n3,cat\n",
            "1,cat\n2,dog\n3,cat",
            "file;label\r\n1.png;cat\r\n2.png;dog\r\n3.png;cat\r\n",
            "train/1.png\tcat\ntrain/2.png\tdog\nx/3.png\tcat\n",
            "\u{feff}label,image\ncat,1.png\ndog,2.png\ncat,.\\x\\3.png\n",
            ",file_name,width,label\n0,1.png,32,cat\n1,2.png,32,dog\n2,3.png,32,cat\n",
            "image,cat,dog\n1,1.0,0.0\n2,0.0,1.0\n3,1.0,0.0\n",
            "1.png\tcat\t0\t0\n2.png\tdog\t0\t0\n3.png\tcat\t0\t0\n",
            "\"id\",\"label\"\n\"1\",\"cat\"\n\"2\",\"dog\"\n\"3\",\"cat\"\n\n",
            "1.png cat\n2.png dog\nx/3.png cat\n",
        ] {
            assert_eq!(labels(table, &PICTURES), expected, "{table:?}");
        }
        let utf16: Vec<u8> = "\u{feff}id,label\n1,cat\n2,dog\n3,cat\n"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        assert_eq!(bytes(&utf16, &PICTURES), expected);
    }

    #[test]
    fn a_table_that_labels_nothing_says_why() {
        let refused = |table: &str| labels(table, &PICTURES).expect_err("no labels");
        assert!(
            matches!(refused("id,label\n7,cat\n8,dog\n"), Useless::NamesNone(row) if row == "7, cat")
        );
        assert!(matches!(refused(""), Useless::NamesNone(_)));
        assert!(matches!(
            refused("id,wide,high\n1,32,32\n2,32,32\n"),
            Useless::NoLabels(_)
        ));
        assert!(matches!(
            refused("id,label\n1,cat\n1,dog\n"),
            Useless::Contradicts(..)
        ));
    }

    #[test]
    fn names_of_latin_1_stay_apart() {
        let found = bytes(b"1,caf\xe8\n2,caf\xe9\n", &PICTURES).expect("labels");
        assert_eq!(
            found[..2],
            [Some("caf\u{e8}".to_owned()), Some("caf\u{e9}".to_owned())]
        );
    }

    #[test]
    fn a_name_of_two_pictures_labels_neither() {
        let found = labels(
            "id,label\n1,cat\nb/1,dog\n2,cat\n",
            &["a/1.png", "b/1.png", "2.png"],
        );
        let some = |label: &str| Some(label.to_owned());
        assert_eq!(found, Ok(vec![None, some("dog"), some("cat")]));
    }
}
