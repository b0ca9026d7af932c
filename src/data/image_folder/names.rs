//! Names of files and folders: as text that tells them apart, and what they say of the content.

use std::ffi::OsStr;
use std::fmt::Write as _;
use std::path::Path;

use image::ImageFormat;
use unicode_normalization::UnicodeNormalization as _;

/// A name in Unicode's composed form (NFC), as systems differ in how they write `é`. Bytes that are no
/// UTF-8 are written `\xE9`, so that names which differ in nothing else stay apart.
pub(super) fn readable(name: &OsStr) -> String {
    let mut text = String::new();
    for chunk in name.as_encoded_bytes().utf8_chunks() {
        text.push_str(chunk.valid());
        for byte in chunk.invalid() {
            // Writing to a text cannot fail.
            let _ = write!(text, "\\x{byte:02X}");
        }
    }
    composed(&text)
}

/// A text in NFC.
pub(super) fn composed(text: &str) -> String {
    match text.is_ascii() {
        true => text.to_owned(),
        false => text.nfc().collect(),
    }
}

/// A path of such names, with `/` between them.
pub(super) fn readable_path(path: &Path) -> String {
    let names: Vec<_> = path.iter().map(readable).collect();
    names.join("/")
}

/// What stands behind a name's last point, in lower case; empty where there is nothing.
pub(super) fn ending(name: &OsStr) -> String {
    let ending = Path::new(name).extension();
    ending.map_or_else(String::new, |ending| readable(ending).to_lowercase())
}

/// The format that an ending stands for, of those that are read.
pub(super) fn format_of(ending: &str) -> Option<ImageFormat> {
    Some(match ending {
        "png" | "apng" => ImageFormat::Png,
        "jpg" | "jpeg" | "jpe" | "jfif" => ImageFormat::Jpeg,
        "webp" => ImageFormat::WebP,
        "bmp" | "dib" => ImageFormat::Bmp,
        "gif" => ImageFormat::Gif,
        "tif" | "tiff" => ImageFormat::Tiff,
        _ => return None,
    })
}

/// Whether files with this ending are pictures that cannot be read here.
pub(super) fn is_unreadable_picture(ending: &str) -> bool {
    is_raw(ending)
        || matches!(
            ending,
            "heic"
                | "heif"
                | "avif"
                | "jxl"
                | "jp2"
                | "j2k"
                | "psd"
                | "svg"
                | "eps"
                | "tga"
                | "ppm"
                | "pgm"
                | "pbm"
                | "pnm"
                | "exr"
                | "hdr"
                | "dds"
                | "ico"
                | "pcx"
                | "xcf"
                | "dcm"
        )
}

/// Whether this is the ending of a camera's own format, which begins as TIFF does, but is none.
pub(super) fn is_raw(ending: &str) -> bool {
    matches!(
        ending,
        "dng" | "cr2" | "cr3" | "nef" | "nrw" | "arw" | "orf" | "rw2" | "raf" | "pef" | "srw"
    )
}

/// Whether a file or folder is what a system or a program leaves behind beside the data.
pub(super) fn is_debris(name: &OsStr) -> bool {
    const LEFT_BEHIND: [&str; 14] = [
        "__macosx",
        "@eadir",
        "@recycle",
        "@recently-snapshot",
        "#recycle",
        "#snapshot",
        "$recycle.bin",
        "system volume information",
        "lost+found",
        "__pycache__",
        "thumbs.db",
        "ehthumbs.db",
        "desktop.ini",
        "icon\r",
    ];
    let text = readable(name);
    text.starts_with('.') || LEFT_BEHIND.contains(&text.to_lowercase().as_str())
}

/// Which part a folder of this name is for; the rest of the name is empty where it says nothing more.
/// `Training`, `train_images`, `test1`: nothing; `seg_train`: `seg`. Validation counts as a test.
pub(super) fn part_of(name: &str) -> Option<(NamedPart, String)> {
    const PLAIN: [&str; 17] = [
        "data", "dataset", "folder", "image", "images", "img", "imgs", "jpeg", "jpg", "part",
        "photos", "pictures", "png", "resized", "set", "split", "the",
    ];
    let lower = name.to_lowercase();
    let mut part = None;
    let mut rest = Vec::new();
    let words = lower.split(|letter: char| !letter.is_alphabetic());
    for word in words.filter(|word| !word.is_empty()) {
        match named_part(word) {
            Some(found) if part.is_none() => part = Some(found),
            Some(_) => return None,
            None if PLAIN.contains(&word) => {}
            None => rest.push(word),
        }
    }
    part.map(|part| (part, rest.join(" ")))
}

fn named_part(word: &str) -> Option<NamedPart> {
    Some(match word {
        "train" | "training" | "trainset" | "trainingset" => NamedPart::Train,
        "test" | "testing" | "tests" | "testset" => NamedPart::Test,
        "val" | "valid" | "validation" | "validate" | "valset" | "validationset" | "dev"
        | "eval" | "evaluation" => NamedPart::Validation,
        _ => return None,
    })
}

/// What a folder's name says that its pictures are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum NamedPart {
    Train,
    Test,
    Validation,
}

/// `train/`, or `.` for the folder itself.
pub(super) fn folder_text(path: &Path) -> String {
    match path.as_os_str().is_empty() {
        true => ".".to_owned(),
        false => format!("{}/", readable_path(path)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_composed() {
        assert_eq!(readable(OsStr::new("cafe\u{301}")), "caf\u{e9}");
        assert_eq!(readable_path(Path::new("a/b c.png")), "a/b c.png");
        assert_eq!(ending(OsStr::new("a.b.JPG")), "jpg");
    }

    #[test]
    fn folders_say_which_part_they_are() {
        use NamedPart::{Test, Train, Validation};
        for (name, part, rest) in [
            ("train", Train, ""),
            ("Training", Train, ""),
            ("TRAIN-SET", Train, ""),
            ("train_images", Train, ""),
            ("test1", Test, ""),
            ("Testing", Test, ""),
            ("valid", Validation, ""),
            ("validation", Validation, ""),
            ("dev", Validation, ""),
            ("seg_train", Train, "seg"),
            ("asl_alphabet_test", Test, "asl alphabet"),
        ] {
            assert_eq!(part_of(name), Some((part, rest.to_owned())), "{name}");
        }
        for name in [
            "cat",
            "trains",
            "images",
            "tested",
            "train-test",
            "Trainer",
            "",
        ] {
            assert_eq!(part_of(name), None, "{name}");
        }
    }

    #[test]
    fn what_is_left_behind_is_known_by_its_name() {
        for name in [
            "__MACOSX",
            "@eaDir",
            ".DS_Store",
            "._0.png",
            "Thumbs.db",
            "desktop.ini",
            ".git",
        ] {
            assert!(is_debris(OsStr::new(name)), "{name}");
        }
        for name in ["cat", "thumbs", "_", "0.png", "MACOSX"] {
            assert!(!is_debris(OsStr::new(name)), "{name}");
        }
    }
}
