//! Names of IDX files as they come: from MNIST's page, EMNIST's and QMNIST's archives, torchvision, Kaggle, and
//! programs that unpack.

use super::Part;

/// What the name of an IDX file says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct IdxName {
    /// What stands before it, in lower case and with dashes: `emnist-letters`; nothing for MNIST.
    pub(super) set: String,
    /// What it is for: [`Part::Train`] or [`Part::Test`].
    pub(super) part: Part,
    /// Whether it has labels; images otherwise.
    pub(super) labels: bool,
    /// The word for its part, `t10k` or `test`.
    pub(super) word: String,
    /// Whether its name ends in `.gz`.
    pub(super) zipped: bool,
}

/// Reads a name such as `emnist-letters-train-images-idx3-ubyte.gz`, in any case and with anything between its words;
/// `None` for another file.
pub(super) fn parse(name: &str) -> Option<IdxName> {
    let name = name.to_lowercase();
    let words = name.split(|c: char| !c.is_alphanumeric());
    let words: Vec<_> = words.filter(|word| !word.is_empty()).collect();
    let (at, labels) = words
        .iter()
        .enumerate()
        .find_map(|(at, word)| match *word {
            "images" | "image" => Some((at, false)),
            "labels" | "label" => Some((at, true)),
            _ => None,
        })?;
    let (before, behind) = (&words[..at], &words[at + 1..]);
    let (word, set) = before.split_last()?;
    let part = match *word {
        "train" | "training" => Part::Train,
        "t10k" | "test" | "testing" => Part::Test,
        _ => return None,
    };
    let says_idx = |word: &str| word.starts_with("idx") || word == "ubyte";
    // A browser numbers what it downloads once more.
    let is_usual = |word: &str| {
        says_idx(word) || ["int", "gz"].contains(&word) || word.bytes().all(|b| b.is_ascii_digit())
    };
    let fits = behind.iter().any(|word| says_idx(word)) && behind.iter().all(|word| is_usual(word));
    fits.then(|| IdxName {
        set: set.join("-"),
        part,
        labels,
        word: (*word).to_owned(),
        zipped: behind.last() == Some(&"gz"),
    })
}

impl IdxName {
    /// Which of the four files of a set it is: training images, training labels, test images, test labels.
    pub(super) fn role(&self) -> usize {
        2 * usize::from(self.part == Part::Test) + usize::from(self.labels)
    }
}

/// The usual name of a set's file in a role.
pub(super) fn usual(set: &str, role: usize) -> String {
    let test = if set.is_empty() { "t10k" } else { "test" };
    let part = if role < 2 { "train" } else { test };
    let what = match role % 2 {
        0 => "images-idx3-ubyte",
        _ if set == "qmnist" => "labels-idx2-int",
        _ => "labels-idx1-ubyte",
    };
    let dash = if set.is_empty() { "" } else { "-" };
    format!("{set}{dash}{part}-{what}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_in_all_their_spellings() {
        let read = |name| parse(name).map(|name| (name.set.clone(), name.role(), name.zipped));
        for (name, set, role, zipped) in [
            ("train-images-idx3-ubyte", "", 0, false),
            ("train-labels.idx1-ubyte", "", 1, false),
            ("T10K_IMAGES_IDX3_UBYTE.GZ", "", 2, true),
            ("t10k-labels-idx1-ubyte (1).gz", "", 3, true),
            ("test-images.idx3-ubyte.gz", "", 2, true),
            ("train-images.idx", "", 0, false),
            (
                "emnist-letters-test-labels-idx1-ubyte.gz",
                "emnist-letters",
                3,
                true,
            ),
            (
                "emnist-mnist-train-images-idx3-ubyte",
                "emnist-mnist",
                0,
                false,
            ),
            ("qmnist-train-labels-idx2-int.gz", "qmnist", 1, true),
        ] {
            assert_eq!(read(name), Some((set.to_owned(), role, zipped)), "{name}");
        }
        for other in [
            "train-images",
            "images-idx3-ubyte",
            "train-images-idx3-ubyte.zip",
            "train-images-idx3-ubyte.gz.part",
            "train-images-idx3-ubyte.md5",
            "emnist-letters-mapping.txt",
            "",
        ] {
            assert_eq!(read(other), None, "{other}");
        }
    }

    #[test]
    fn the_usual_name_reads_back() {
        for set in ["", "emnist-letters", "qmnist"] {
            for role in 0..4 {
                let name = parse(&usual(set, role)).expect("a name");
                assert_eq!((name.set.as_str(), name.role()), (set, role));
            }
        }
    }
}
