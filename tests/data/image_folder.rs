//! Folders of pictures as people have them: what is taken for classes and parts, what is passed over, and
//! that it is told.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};

use bnonly::data::{LoadOptions, Loaded, Manifest, Part};
use image::ImageFormat;

use crate::data::files::*;

/// `count` pictures in a folder, unlike all others that were made.
fn pictures(folder: &Path, count: u8) {
    static MADE: AtomicU16 = AtomicU16::new(0);
    let [high, low] = MADE.fetch_add(1, Ordering::Relaxed).to_be_bytes();
    for i in 0..count {
        let content = plain_picture(4, 4, [i, low, high], ImageFormat::Png);
        write(&folder.join(format!("{i}.png")), &content);
    }
}

#[track_caller]
fn read(path: &Path) -> Loaded {
    load_all(path, &LoadOptions::default()).unwrap_or_else(|error| panic!("{error}"))
}

fn lengths(loaded: &Loaded) -> (usize, usize) {
    (loaded.data.train.len(), loaded.data.test.len())
}

/// The paths of the files in a part.
fn files_in(manifest: &Manifest, part: Part) -> BTreeSet<String> {
    let files = manifest.files.iter().filter(|file| file.part == part);
    files.map(|file| file.path.clone()).collect()
}

#[test]
fn a_split_is_the_datas_and_stays_when_files_come_and_go() {
    let folder = folder();
    let path = folder.path();
    for class in ["a", "b"] {
        pictures(&path.join(class), 100);
    }
    let first = read(path);
    assert_eq!(told(&first), "");
    let (train, test) = lengths(&first);
    assert_eq!(train + test, 200);
    assert!((20..=60).contains(&test), "{test} of 200 at a share of 0.2");
    let tested = files_in(&first.manifest, Part::Test);
    assert_eq!(tested.len(), test);
    assert!(tested.iter().any(|path| path.starts_with("a/")));

    pictures(&path.join("a"), 130);
    fs::remove_file(path.join("b/7.png")).unwrap();
    let second = read(path);
    let still = files_in(&second.manifest, Part::Test);
    let known: BTreeSet<_> = first
        .manifest
        .files
        .iter()
        .map(|file| file.path.clone())
        .collect();
    let moved: Vec<_> = still
        .intersection(&known)
        .filter(|path| !tested.contains(*path))
        .collect();
    assert_eq!(
        moved, [""; 0],
        "no picture that was trained on is tested on"
    );
    let lost: Vec<_> = tested.difference(&still).collect();
    assert!(lost.iter().all(|path| *path == "b/7.png"), "{lost:?}");

    let other = LoadOptions {
        split_seed: 1,
        ..Default::default()
    };
    let other = load_all(path, &other).unwrap();
    assert_ne!(files_in(&other.manifest, Part::Test), still);
    // The same below another folder: what counts is the path from the folder of the classes.
    let deeper = tempfile::tempdir().unwrap();
    let inner = deeper.path().join("archive/flowers");
    fs::create_dir_all(&inner).unwrap();
    for class in ["a", "b"] {
        fs::rename(path.join(class), inner.join(class)).unwrap();
    }
    assert_eq!(read(deeper.path()).manifest, second.manifest);
}

#[test]
fn what_an_earlier_run_knew_keeps_its_part() {
    let folder = folder();
    let path = folder.path();
    for class in ["a", "b"] {
        pictures(&path.join(class), 20);
    }
    let first = read(path);
    let with = |earlier: &Manifest| {
        let options = LoadOptions {
            earlier: Some(Arc::new(earlier.clone())),
            // Another draw would be another split.
            split_seed: 77,
            ..Default::default()
        };
        load_all(path, &options).unwrap()
    };
    let same = with(&first.manifest);
    assert_eq!((&same.data, told(&same)), (&first.data, String::new()));

    for i in 20..60 {
        let content = plain_picture(4, 4, [i, 200, 200], ImageFormat::Png);
        write(&path.join(format!("a/{i}.png")), &content);
    }
    let tested = files_in(&first.manifest, Part::Test);
    let renamed = tested.first().unwrap();
    fs::rename(path.join(renamed), path.join("a/renamed.png")).unwrap();
    let second = with(&first.manifest);
    let mut expected = tested.clone();
    expected.remove(renamed);
    expected.insert("a/renamed.png".to_owned());
    assert_eq!(files_in(&second.manifest, Part::Test), expected);
    let said = told(&second);
    assert_says(
        &said,
        &[
            "40 files were added",
            "they are trained on only",
            "1 file was renamed",
        ],
    );
    assert!(!said.contains("differs"), "{said}");

    fs::remove_file(path.join("a/renamed.png")).unwrap();
    let third = with(&first.manifest);
    assert_says(
        &told(&third),
        &["1 file has gone missing", "test set differs"],
    );

    for class in ["a", "b"] {
        fs::remove_dir_all(path.join(class)).unwrap();
        pictures(&path.join(format!("new-{class}")), 9);
    }
    let other = with(&first.manifest);
    assert_says(&told(&other), &["test set differs"]);
}

#[test]
fn every_class_is_trained_and_tested_on() {
    let folder = folder();
    for class in 0..40 {
        pictures(&folder.path().join(format!("{class}")), 2);
    }
    for fraction in [0.001, 0.5, 0.999] {
        let options = LoadOptions {
            test_fraction: Some(fraction),
            ..Default::default()
        };
        let loaded = load_all(folder.path(), &options).unwrap();
        assert_eq!(lengths(&loaded), (40, 40));
    }
}

#[test]
fn parts_are_known_by_names_of_any_form() {
    for (train, test) in [
        ("Training", "Testing"),
        ("train", "valid"),
        ("TRAIN", "validation"),
        ("Train", "Test"),
        ("train_images", "test-images"),
        ("seg_train/seg_train", "seg_test/seg_test"),
        ("archive/x/train", "archive/x/val"),
    ] {
        let folder = folder();
        for class in ["ant", "bee"] {
            pictures(&folder.path().join(train).join(class), 5);
            pictures(&folder.path().join(test).join(class), 2);
        }
        let loaded = read(folder.path());
        assert_eq!(loaded.data.classes, ["ant", "bee"], "{train}");
        assert_eq!(lengths(&loaded), (10, 4), "{train}");
    }
}

#[test]
fn names_of_parts_may_be_classes() {
    for (one, other) in [
        ("train", "car"),
        ("train_station", "test_tube"),
        ("valid", "broken"),
    ] {
        let folder = folder();
        pictures(&folder.path().join(one), 3);
        pictures(&folder.path().join(other), 3);
        let mut expected = [one, other];
        expected.sort_unstable();
        assert_eq!(read(folder.path()).data.classes, expected);
    }
}

#[test]
fn the_part_with_labels_is_tested_on() {
    let folder = folder();
    let path = folder.path();
    for class in ["a", "b", "c"] {
        pictures(&path.join("train").join(class), 5);
        pictures(&path.join("val").join(class), 2);
    }
    pictures(&path.join("test"), 7);
    let loaded = read(path);
    assert_eq!(lengths(&loaded), (15, 6));
    assert_says(
        &told(&loaded),
        &["test/ (7 pictures) is not used", "no labels"],
    );

    fs::remove_dir_all(path.join("test")).unwrap();
    pictures(&path.join("test/a"), 1);
    let loaded = read(path);
    assert_eq!(lengths(&loaded), (15, 1));
    assert_says(
        &told(&loaded),
        &[
            "val/ (6 pictures) is not used: test/ is tested on",
            "2 classes have no pictures to test on: b, c",
        ],
    );

    fs::remove_dir_all(path.join("test/a")).unwrap();
    fs::remove_dir_all(path.join("val")).unwrap();
    pictures(&path.join("test"), 7);
    let loaded = read(path);
    assert_eq!(loaded.data.train.len() + loaded.data.test.len(), 15);
    assert_says(
        &told(&loaded),
        &["train/ is split", "test/ (7 pictures) is not used"],
    );
}

#[test]
fn pictures_below_a_class_folder_are_the_classs() {
    let folder = folder();
    let path = folder.path();
    for class in ["ant", "bee"] {
        pictures(&path.join(class).join("images"), 4);
        write(&path.join(class).join("boxes.txt"), b"");
    }
    let loaded = read(path);
    assert_eq!(loaded.data.classes, ["ant", "bee"]);
    assert_says(
        &told(&loaded),
        &[
            "8 pictures lie in folders within class folders",
            "2 files are not read: 2 .txt",
        ],
    );

    let folds = tempfile::tempdir().unwrap();
    for fold in ["fold1", "fold2"] {
        for class in ["ant", "bee"] {
            pictures(&folds.path().join(fold).join(class), 4);
        }
    }
    assert_says(
        &sentence(folds.path()),
        &["fold1/ and fold2/ both have ant, bee in them"],
    );
}

#[test]
fn names_are_compared_composed_and_alike_ones_told() {
    let folder = folder();
    let path = folder.path();
    let (composed, decomposed) = ("caf\u{e9}", "cafe\u{301}");
    pictures(&path.join("train").join(composed), 4);
    pictures(&path.join("train/Tea"), 4);
    pictures(&path.join("test").join(decomposed), 2);
    pictures(&path.join("test/tea"), 2);
    let loaded = read(path);
    assert_eq!(loaded.data.classes, ["Tea", composed]);
    assert_eq!(lengths(&loaded), (8, 4));
    assert_says(&told(&loaded), &["tea for Tea"]);
}

/// Not every system keeps such names apart.
#[cfg(target_os = "linux")]
#[test]
fn folders_that_differ_stay_apart() {
    use std::os::unix::ffi::OsStrExt as _;

    let folder = folder();
    let path = folder.path();
    for name in [&b"caf\xe8"[..], b"caf\xe9", b"plain"] {
        pictures(&path.join(std::ffi::OsStr::from_bytes(name)), 4);
    }
    let loaded = read(path);
    assert_eq!(loaded.data.classes, ["caf\\xE8", "caf\\xE9", "plain"]);
    assert_says(&told(&loaded), &["no UTF-8", "caf\\xE8, caf\\xE9"]);

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    for name in ["Cat", "cat", "caf\u{e9}", "cafe\u{301}"] {
        pictures(&path.join(name), 4);
    }
    let loaded = read(path);
    assert_eq!(loaded.data.classes, ["Cat", "caf\u{e9}", "cat"]);
    assert_says(
        &told(&loaded),
        &[
            "Cat and cat in . differ in capitals",
            "both called café, written differently: they are one class",
        ],
    );
    assert_eq!(loaded.data.train.len() + loaded.data.test.len(), 16);
}

#[test]
fn what_systems_leave_behind_is_no_class() {
    let folder = folder();
    let path = folder.path();
    for class in ["cat", "dog"] {
        pictures(&path.join(class), 5);
        for debris in [".DS_Store", "Thumbs.db", "desktop.ini", "._0.png"] {
            write(&path.join(class).join(debris), b"\0\x05\x16\x07");
        }
    }
    write(&path.join("__MACOSX/cat/._0.png"), b"\0\x05\x16\x07");
    pictures(&path.join("@eaDir/0.png"), 2);
    pictures(&path.join(".ipynb_checkpoints"), 2);
    fs::create_dir(path.join("unsorted")).unwrap();
    let loaded = read(path);
    assert_eq!(loaded.data.classes, ["cat", "dog"]);
    assert_eq!(loaded.data.train.len() + loaded.data.test.len(), 10);
    assert_says(
        &told(&loaded),
        &[
            "left behind by a system or a program (11): .ipynb_checkpoints, @eaDir, __MACOSX and 8 more",
            "unsorted/ has no pictures and is no class",
        ],
    );
}

#[test]
fn runs_in_the_folder_are_no_class() {
    let folder = folder();
    let path = folder.path();
    pictures(&path.join("cat"), 5);
    pictures(&path.join("dog"), 5);
    let run = path.join("runs/20261101-000000-resnet-14-bn");
    write(&run.join("config.toml"), b"");
    write(&run.join("metrics.jsonl"), b"");
    pictures(&run.join("plots"), 3);
    let loaded = read(path);
    assert_eq!(loaded.data.classes, ["cat", "dog"]);
    assert_says(
        &told(&loaded),
        &["folders of runs are no classes and are not read: runs/20261101"],
    );
    // A run's folder beside the classes, and one given as data.
    let beside = path.join("first-run");
    fs::rename(&run, &beside).unwrap();
    assert_eq!(read(path).data.classes, ["cat", "dog"]);
    assert_says(&sentence(&beside), &["the folder of a run"]);
}

#[test]
fn pictures_of_all_formats_are_read_and_the_rest_is_counted() {
    let folder = folder();
    let path = folder.path();
    let picture = |format| plain_picture(6, 6, [7, 8, 9], format);
    for (name, format) in [
        ("1.PNG", ImageFormat::Png),
        ("2.JPeG", ImageFormat::Jpeg),
        ("3.webp", ImageFormat::WebP),
        ("4.bmp", ImageFormat::Bmp),
        ("5.tif", ImageFormat::Tiff),
        ("6.gif", ImageFormat::Gif),
        ("7.png", ImageFormat::WebP),
        ("8", ImageFormat::Jpeg),
        ("9.dat", ImageFormat::Bmp),
    ] {
        write(&path.join("ant").join(name), &picture(format));
    }
    for (name, content) in [
        ("a.heic", &b"x"[..]),
        ("b.heic", b"x"),
        ("c.svg", b"<svg/>"),
        ("d.txt", b"BM"),
        ("e", b"BM"),
        ("f.nef", b"II*\0\x08\0\0\0"),
    ] {
        write(&path.join("ant").join(name), content);
    }
    pictures(&path.join("bee"), 3);
    pictures(path, 2);
    let loaded = read(path);
    assert_eq!(loaded.data.train.len() + loaded.data.test.len(), 12);
    assert_says(
        &told(&loaded),
        &[
            "6 files are not read: 2 .heic, 1 without an ending, 1 .nef, 1 .svg, 1 .txt",
            "saved as PNG or JPEG",
            "3 pictures have an ending that is not the content's",
            "7.png (WebP)",
            "2 pictures beside the class folders are not read: 0.png, 1.png",
        ],
    );
}

#[test]
fn transparent_pictures_and_copies_in_both_parts_are_told() {
    let folder = folder();
    let path = folder.path();
    for class in ["ant", "bee"] {
        pictures(&path.join("train").join(class), 3);
        pictures(&path.join("test").join(class), 2);
    }
    let clear = image::RgbaImage::from_pixel(4, 4, image::Rgba([0, 0, 0, 0]));
    let clear = encode(&clear.into(), ImageFormat::Png);
    write(&path.join("train/ant/clear.png"), &clear);
    fs::copy(path.join("train/bee/0.png"), path.join("test/bee/copy.png")).unwrap();
    let loaded = read(path);
    assert_says(
        &told(&loaded),
        &[
            "1 picture of 12 is transparent and laid over white; change background",
            "1 picture to test on is a training picture too",
        ],
    );
    assert!(loaded.data.train.pixels.contains(&255));
    let options = LoadOptions {
        background: "#102030".parse().unwrap(),
        ..Default::default()
    };
    let loaded = load_all(path, &options).unwrap();
    assert_says(&told(&loaded), &["laid over #102030"]);
    assert!(!loaded.data.train.pixels.contains(&255));
}

#[test]
fn classes_of_one_picture_are_counted_and_can_be_left_out() {
    let folder = folder();
    let path = folder.path();
    for i in 0..30 {
        pictures(
            &path.join(format!("person-{i:02}")),
            if i % 10 == 0 { 6 } else { 1 },
        );
    }
    assert_says(
        &sentence(path),
        &[
            "27 of 30 classes have only 1 picture",
            "person-01, person-02, person-03 and 24 more",
        ],
    );
    let least = |least| LoadOptions {
        min_images: Some(least),
        ..Default::default()
    };
    let loaded = load_all(path, &least(2)).unwrap();
    assert_eq!(loaded.data.classes, ["person-00", "person-10", "person-20"]);
    assert_says(
        &told(&loaded),
        &["27 classes of fewer than 2 pictures are left out (27 pictures)"],
    );
    let error = load_all(path, &least(7)).unwrap_err();
    assert_says(&error.to_string(), &["no class has 7 pictures"]);
}

#[cfg(unix)]
#[test]
fn links_are_followed_once() {
    use std::os::unix::fs::symlink;

    let folder = folder();
    let path = folder.path();
    let elsewhere = tempfile::tempdir().unwrap();
    pictures(&elsewhere.path().join("dogs"), 4);
    pictures(&path.join("cat"), 4);
    symlink(elsewhere.path().join("dogs"), path.join("dog")).unwrap();
    symlink(path, path.join("cat/up")).unwrap();
    symlink(path.join("nowhere"), path.join("cat/5.png")).unwrap();
    symlink(path.join("cat/0.png"), path.join("cat/6.png")).unwrap();
    let loaded = read(path);
    assert_eq!(loaded.data.classes, ["cat", "dog"]);
    assert_eq!(loaded.data.train.len() + loaded.data.test.len(), 9);
    assert_says(
        &told(&loaded),
        &[
            "cat/up is a link to a folder that it lies in",
            "cat/5.png is a link that leads nowhere",
        ],
    );
}
