//! EMNIST: MNIST's layout, but each image lies on its side (rows and columns change places), and classes are letters.
//!
//! Source: Cohen et al., "EMNIST: an extension of MNIST to handwritten letters", <https://arxiv.org/abs/1702.05373>, and
//! the `*-mapping.txt` files of its archive.

use super::Images;

/// Rows and columns of its images.
const SIDE: u32 = 28;
/// Training and test images of its digits.
const DIGITS: (usize, usize) = (240_000, 40_000);

/// The small letters that do not look like their capitals: classes of their own in two of the splits.
const SMALL_LETTERS: &str = "abdefghnqrt";

/// A data set of EMNIST.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Split {
    /// Digits, capitals and small letters: 62 classes.
    ByClass,
    /// The same, where letters that look alike are one: 47 classes.
    Merged,
    /// 26 letters, small or capital, with labels from 1.
    Letters,
    /// Ten digits.
    Digits,
}

impl Split {
    /// What files whose names begin so hold; `None` if they are not EMNIST's.
    pub(super) fn named(set: &str) -> Option<Self> {
        let mut words = set.split('-').skip_while(|word| *word != "emnist").skip(1);
        Some(match words.next()? {
            "byclass" => Self::ByClass,
            "bymerge" | "balanced" => Self::Merged,
            "letters" => Self::Letters,
            "digits" | "mnist" => Self::Digits,
            _ => return None,
        })
    }

    /// What files of MNIST's names hold, if it can be told from the labels or the numbers of images that they are
    /// EMNIST's.
    pub(super) fn recognised(train: &Images, test: &Images) -> Option<Self> {
        if (train.height, train.width) != (SIDE, SIDE) {
            return None;
        }
        let labels = || train.labels.iter().chain(&test.labels);
        match (labels().min()?, labels().max()?) {
            (1, 26) => Some(Self::Letters),
            (0, 46) => Some(Self::Merged),
            (0, 61) => Some(Self::ByClass),
            (0, 9) if (train.len(), test.len()) == DIGITS => Some(Self::Digits),
            _ => None,
        }
    }

    /// The names of its classes, in the order of the labels.
    fn names(self) -> Vec<String> {
        let (digits, capitals) = ('0'..='9', 'A'..='Z');
        let names: Vec<char> = match self {
            Self::ByClass => digits.chain(capitals).chain('a'..='z').collect(),
            Self::Merged => digits
                .chain(capitals)
                .chain(SMALL_LETTERS.chars())
                .collect(),
            Self::Letters => capitals.collect(),
            Self::Digits => digits.collect(),
        };
        names.into_iter().map(String::from).collect()
    }

    /// The names of labels `first` to `last`, if it has them all.
    pub(super) fn names_of(self, first: u32, last: u32) -> Option<Vec<String>> {
        // Letters are counted from 1, unless somebody has moved them.
        let start = u32::from(self == Self::Letters && first > 0);
        let from = first.checked_sub(start)? as usize;
        let to = last.checked_sub(start)? as usize;
        self.names().get(from..=to).map(<[_]>::to_vec)
    }

    /// What it is called in a sentence.
    pub(super) fn title(self) -> &'static str {
        match self {
            Self::ByClass => "EMNIST of digits and letters (62 classes)",
            Self::Merged => "EMNIST of digits and letters (47 classes)",
            Self::Letters => "EMNIST of letters (26 classes, A to Z)",
            Self::Digits => "EMNIST of digits",
        }
    }
}

/// Whether files whose names begin so are EMNIST's.
pub(super) fn is_emnist(set: &str) -> bool {
    set.split('-').any(|word| word == "emnist")
}

/// Turns images upright: rows become columns.
pub(super) fn turn_upright(images: &mut Images) {
    let (height, width) = (images.height as usize, images.width as usize);
    let mut turned = vec![0; height * width];
    for image in images.pixels.chunks_exact_mut(height * width) {
        for (at, pixel) in turned.iter_mut().enumerate() {
            // Row and column of the turned image.
            let (row, column) = (at / height, at % height);
            *pixel = image[column * width + row];
        }
        image.copy_from_slice(&turned);
    }
    (images.height, images.width) = (images.width, images.height);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_split_has_its_classes() {
        for (set, first, last, ends) in [
            ("emnist-byclass", 0, 61, ["0", "z"]),
            ("emnist-bymerge", 0, 46, ["0", "t"]),
            ("emnist-balanced", 0, 46, ["0", "t"]),
            ("emnist-letters", 1, 26, ["A", "Z"]),
            ("emnist-letters", 0, 25, ["A", "Z"]),
            ("emnist-digits", 0, 9, ["0", "9"]),
            ("emnist-mnist", 0, 9, ["0", "9"]),
        ] {
            let split = Split::named(set).expect("a split");
            let names = split.names_of(first, last).expect("names");
            assert_eq!([&names[0], &names[names.len() - 1]], ends, "{set}");
            assert_eq!(names.len() as u32, last - first + 1);
            assert_eq!(split.names_of(first, last + 1), None);
        }
        assert_eq!(Split::named("fashion-mnist"), None);
        assert!(is_emnist("emnist-other") && !is_emnist("qmnist"));
    }

    #[test]
    fn turning_swaps_rows_and_columns() {
        let mut images = Images {
            pixels: vec![1, 2, 3, 4, 5, 6],
            labels: vec![0],
            ..Images::empty(1, 2, 3)
        };
        turn_upright(&mut images);
        assert_eq!((images.height, images.width), (3, 2));
        assert_eq!(images.pixels, [1, 4, 2, 5, 3, 6]);
    }
}
