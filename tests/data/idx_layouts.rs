//! IDX files as they come: from torchvision, EMNIST, QMNIST, Kaggle, and programs that unpack.

use std::fs;
use std::path::Path;

use bnonly::data::{DataSet, Part};

use crate::data::files::*;

/// The four files of [`small_idx`], by name and content.
fn four() -> [(&'static str, Vec<u8>); 4] {
    [
        ("train-images-idx3-ubyte", idx_images(6)),
        ("train-labels-idx1-ubyte", idx_labels(6)),
        ("t10k-images-idx3-ubyte", idx_images(3)),
        ("t10k-labels-idx1-ubyte", idx_labels(3)),
    ]
}

/// What these four files hold.
fn plain() -> DataSet {
    let folder = folder();
    small_idx(folder.path());
    load_path(folder.path()).unwrap()
}

#[test]
fn torchvisions_folders_are_read_from_each_of_their_levels() {
    for set in ["MNIST", "FashionMNIST", "KMNIST"] {
        let root = folder();
        let raw = root.path().join(set).join("raw");
        for (name, bytes) in four() {
            write(&raw.join(name), &bytes);
            write(&raw.join(format!("{name}.gz")), &gzip(&bytes));
        }
        // As older versions of it leave beside.
        let processed = root.path().join(set).join("processed/training.pt");
        write(&processed, b"PK\x03\x04");
        for path in [root.path(), &root.path().join(set), &raw] {
            let loaded = loaded(path);
            assert_eq!(loaded.data, plain(), "{}", path.display());
            let notes = notes(&loaded);
            if path == raw {
                assert!(notes.is_empty(), "{notes:?}");
            } else {
                let found = format!("the data set was found in {}", raw.display());
                assert_eq!(notes, [found]);
            }
        }
    }
}

#[test]
fn without_torchvisions_raw_files_its_processed_ones_are_named() {
    let root = folder();
    let mut pt = b"PK\x03\x04".to_vec();
    pt.resize(30, 0);
    pt[26] = 17;
    pt.extend(b"training/data.pkl");
    write(&root.path().join("training.pt"), &pt);
    assert_says(
        &sentence(root.path()),
        &["training.pt is a file of PyTorch", "raw/"],
    );
}

#[test]
fn several_sets_below_a_folder_are_listed() {
    let root = folder();
    small_idx(&root.path().join("MNIST/raw"));
    small_idx(&root.path().join("KMNIST/raw"));
    small_cifar(&root.path().join("cifar-10-batches-bin"));
    assert_says(
        &sentence(root.path()),
        &[
            "holds 3 data sets (",
            "MNIST",
            "cifar-10-batches-bin",
            "the one you mean",
            &root.path().join("KMNIST").join("raw").display().to_string(),
        ],
    );
}

#[test]
fn a_file_in_a_folder_of_its_name_is_read() {
    let root = folder();
    for (name, bytes) in four() {
        let inner = name.replace("-idx", ".idx");
        write(&root.path().join(name).join(inner), &bytes);
    }
    let loaded = loaded(root.path());
    assert_eq!(loaded.data, plain());
    assert_eq!(
        loaded.manifest.files[3].path,
        "train-labels-idx1-ubyte/train-labels.idx1-ubyte"
    );
}

#[test]
fn names_are_read_in_any_spelling() {
    let spellings: [fn(&str) -> String; 5] = [
        |name| name.replace("t10k", "test"),
        |name| name.replace('-', "_"),
        |name| name.to_uppercase(),
        |name| name.replace("-idx", ".idx").replace("t10k", "Test"),
        |name| format!("{name} (1)"),
    ];
    for (index, spelled) in spellings.into_iter().enumerate() {
        for zipped in [false, true] {
            let root = folder();
            for (name, bytes) in four() {
                let name = spelled(name);
                if zipped {
                    write(&root.path().join(format!("{name}.gz")), &gzip(&bytes));
                } else {
                    write(&root.path().join(name), &bytes);
                }
            }
            let loaded = loaded(root.path());
            assert_eq!(loaded.data, plain(), "spelling {index}");
            assert_eq!(loaded.notes, [], "spelling {index}");
        }
    }
}

#[test]
fn a_gzip_file_without_its_ending_is_read() {
    let root = folder();
    for (name, bytes) in four() {
        write(&root.path().join(name), &gzip(&bytes));
    }
    assert_eq!(load_path(root.path()).unwrap(), plain());
}

#[test]
fn both_words_for_the_test_part_are_told_apart() {
    let root = folder();
    small_idx(root.path());
    write(&root.path().join("test-images-idx3-ubyte"), &idx_images(4));
    let loaded = loaded(root.path());
    assert_eq!(loaded.data, plain());
    assert_eq!(
        notes(&loaded),
        [
            "t10k-images-idx3-ubyte was read; test-images-idx3-ubyte, for the same part, was left out"
        ]
    );
}

#[test]
fn a_broken_file_beside_a_whole_one_is_left_out_and_named() {
    let whole = idx_images(3);
    let page = b"<!DOCTYPE html><html><head><title>Busy</title></head></html>";
    for (broken, fault) in [
        (&b""[..], "is empty"),
        (&whole[..9], "is not whole"),
        (&whole[..50], "is not whole"),
        (&page[..], "is a web page (\"Busy\")"),
    ] {
        let root = folder();
        for (name, bytes) in four() {
            write(&root.path().join(format!("{name}.gz")), &gzip(&bytes));
        }
        write(&root.path().join("t10k-images-idx3-ubyte"), broken);
        let loaded = loaded(root.path());
        assert_eq!(loaded.data, plain());
        let zipped = root.path().join("t10k-images-idx3-ubyte.gz");
        assert_eq!(
            notes(&loaded),
            [format!(
                "t10k-images-idx3-ubyte {fault}; {} is whole, and was read instead",
                zipped.display()
            )]
        );
        assert_eq!(loaded.manifest.files[0].path, "t10k-images-idx3-ubyte.gz");
    }
}

#[test]
fn of_two_broken_copies_the_one_with_something_in_it_is_told() {
    let root = folder();
    small_idx(root.path());
    write(&root.path().join("train-images-idx3-ubyte"), b"");
    let name = "train-images-idx3-ubyte.gz";
    write(&root.path().join(name), b"<html>no such file</html>");
    assert_says(&sentence(root.path()), &[name, "is a web page"]);
}

#[test]
fn one_of_its_files_stands_for_a_data_set() {
    let root = folder();
    small_idx(root.path());
    let file = root.path().join("train-labels-idx1-ubyte");
    let loaded = loaded(&file);
    assert_eq!(loaded.data, plain());
    assert_says(
        &notes(&loaded)[0],
        &["train-labels-idx1-ubyte was read with the other files"],
    );
    let other = root.path().join("pixels");
    fs::copy(root.path().join("train-images-idx3-ubyte"), &other).unwrap();
    assert_says(
        &sentence(&other),
        &["it is an IDX file; give the folder with the four files"],
    );
}

/// Two images a label from `first` to `last`, of 28 × 28 pixels, 28 · row + column mod 251; and the labels.
fn letters(first: u8, last: u8) -> (Vec<u8>, Vec<u8>) {
    let labels: Vec<u8> = (first..=last).chain(first..=last).collect();
    let pixels: Vec<u8> = (0..784_u32).map(|at| (at % 251) as u8).collect();
    let count = labels.len() as u32;
    (
        idx(0x803, &[count, 28, 28], &pixels.repeat(labels.len())),
        idx(0x801, &[count], &labels),
    )
}

fn write_letters(folder: &Path, train: &str, test: &str, (images, labels): &(Vec<u8>, Vec<u8>)) {
    for part in [train, test] {
        write(
            &folder.join(format!("{part}-images-idx3-ubyte.gz")),
            &gzip(images),
        );
        write(
            &folder.join(format!("{part}-labels-idx1-ubyte.gz")),
            &gzip(labels),
        );
    }
}

#[test]
fn emnists_letters_are_turned_upright_by_name_and_by_their_labels() {
    for (train, test, told) in [
        (
            "emnist-letters-train",
            "emnist-letters-test",
            "is EMNIST of letters",
        ),
        (
            "train",
            "t10k",
            "was taken for EMNIST of letters (26 classes, A to Z), as its labels are 1 to 26",
        ),
    ] {
        let root = folder();
        write_letters(root.path(), train, test, &letters(1, 26));
        let loaded = loaded(root.path());
        let data = &loaded.data;
        assert_eq!(data.classes.len(), 26);
        assert_eq!(
            (&data.classes[0], &data.classes[25]),
            (&"A".into(), &"Z".into())
        );
        assert_eq!((data.train.labels[0], data.test.labels[51]), (0, 25));
        // Rows of the file are columns of the image.
        assert_eq!(data.train.image(51)[..3], [0, 28, 56]);
        assert_eq!(data.test.image(0)[28..31], [1, 29, 57]);
        let notes = notes(&loaded);
        assert_eq!(notes.len(), 1, "{notes:?}");
        assert_says(&notes[0], &[told, "turned upright"]);
    }
}

#[test]
fn emnists_other_splits_have_their_classes() {
    for (train, test, last, name) in [
        ("emnist-balanced-train", "emnist-balanced-test", 46, "t"),
        ("emnist-byclass-train", "emnist-byclass-test", 61, "z"),
        ("emnist-digits-train", "emnist-digits-test", 9, "9"),
        ("train", "t10k", 46, "t"),
        ("train", "t10k", 61, "z"),
    ] {
        let root = folder();
        write_letters(root.path(), train, test, &letters(0, last));
        let loaded = loaded(root.path());
        let data = &loaded.data;
        assert_eq!(data.classes.len(), usize::from(last) + 1);
        assert_eq!(data.classes[usize::from(last)], name);
        assert_eq!(data.train.image(0)[..3], [0, 28, 56]);
        assert_says(&notes(&loaded)[0], &["EMNIST", "turned upright"]);
    }
}

#[test]
fn ten_digits_by_mnists_names_are_not_turned() {
    let root = folder();
    write_letters(root.path(), "train", "t10k", &letters(0, 9));
    let loaded = loaded(root.path());
    assert_eq!(loaded.data.train.image(0)[..3], [0, 1, 2]);
    assert_eq!(loaded.notes, []);
}

#[test]
fn of_several_splits_of_emnist_a_file_chooses_one() {
    let root = folder();
    let raw = root.path().join("EMNIST/raw");
    for (split, first, last) in [("letters", 1, 26), ("digits", 0, 9), ("balanced", 0, 46)] {
        let [train, test] = ["train", "test"].map(|part| format!("emnist-{split}-{part}"));
        write_letters(&raw, &train, &test, &letters(first, last));
    }
    let example = raw.join("emnist-balanced-train-images-idx3-ubyte.gz");
    assert_says(
        &sentence(root.path()),
        &[
            "3 data sets",
            "emnist-balanced",
            "emnist-digits",
            "emnist-letters",
            &format!("such as {}", example.display()),
        ],
    );
    assert_eq!(loaded(&example).data.classes.len(), 47);
    let letters = raw.join("emnist-letters-test-labels-idx1-ubyte.gz");
    assert_eq!(loaded(&letters).data.classes.len(), 26);
}

#[test]
fn labels_that_begin_with_one_are_no_class_more() {
    let root = folder();
    small_idx(root.path());
    let labels = |count: u32| {
        let labels: Vec<u8> = (0..count).map(|at| (at % 3) as u8 + 1).collect();
        idx(0x801, &[count], &labels)
    };
    write(&root.path().join("train-labels-idx1-ubyte"), &labels(6));
    write(&root.path().join("t10k-labels-idx1-ubyte"), &labels(3));
    let loaded = loaded(root.path());
    assert_eq!(loaded.data.classes, ["1", "2", "3"]);
    assert_eq!(loaded.data.train.labels, [0, 1, 2, 0, 1, 2]);
    assert_eq!(
        notes(&loaded),
        ["no label is 0: the 3 classes are the labels 1 to 3"]
    );
}

#[test]
fn classes_without_a_training_image_are_named() {
    let root = folder();
    small_idx(root.path());
    let labels = idx(0x801, &[6], &[0, 5, 0, 5, 3, 3]);
    write(&root.path().join("train-labels-idx1-ubyte"), &labels);
    assert_eq!(
        notes(&loaded(root.path())),
        ["3 of the 6 classes have no training image: 1, 2, 4"]
    );
}

#[test]
fn qmnists_rows_of_labels_are_read_by_their_first_number() {
    let root = folder();
    let labels = |classes: &[u32]| {
        let rows = classes
            .iter()
            .flat_map(|&class| [class, 4, 300, 7, 9, 1, 0, 0]);
        let content: Vec<u8> = rows.flat_map(u32::to_be_bytes).collect();
        idx(0xc02, &[classes.len() as u32, 8], &content)
    };
    let raw = root.path().join("QMNIST/raw");
    write(&raw.join("qmnist-train-images-idx3-ubyte"), &idx_images(6));
    write(
        &raw.join("qmnist-train-labels-idx2-int"),
        &labels(&[0, 1, 2, 0, 1, 2]),
    );
    write(
        &raw.join("qmnist-test-images-idx3-ubyte.gz"),
        &gzip(&idx_images(3)),
    );
    write(
        &raw.join("qmnist-test-labels-idx2-int.gz"),
        &gzip(&labels(&[0, 1, 2])),
    );
    assert_eq!(load_path(root.path()).unwrap(), plain());
    let file = raw.join("qmnist-train-labels-idx2-int");
    write(&file, &labels(&[0, 1, 2, 0, 1, 256]));
    assert_says(&sentence(root.path()), &["record 5", "is 256", "below 256"]);
    write(&file, &labels(&[0; 6])[..100]);
    assert_says(
        &sentence(root.path()),
        &["6 labels × 8, which takes 204 bytes, but it has 100"],
    );
    write(&file, &idx(0xc02, &[6, 0], &[]));
    assert_says(&sentence(root.path()), &["have 0 numbers each"]);
    write(&file, &idx(0xc02, &[u32::MAX, 64], &[]));
    assert_says(
        &sentence(root.path()),
        &["takes 1099511627532 bytes, but it has 12"],
    );
}

#[test]
fn the_manifest_has_each_file_with_its_digest() {
    let root = folder();
    small_idx(root.path());
    let plain = root.path().join("t10k-labels-idx1-ubyte");
    let zipped = gzip(&idx_labels(3));
    write(&root.path().join("t10k-labels-idx1-ubyte.gz"), &zipped);
    fs::remove_file(plain).unwrap();
    let files = loaded(root.path()).manifest.files;
    let found: Vec<_> = files
        .iter()
        .map(|file| (file.path.as_str(), file.bytes, file.part))
        .collect();
    assert_eq!(
        found,
        [
            ("t10k-images-idx3-ubyte", 76, Part::Test),
            ("t10k-labels-idx1-ubyte.gz", zipped.len() as u64, Part::Test),
            ("train-images-idx3-ubyte", 136, Part::Train),
            ("train-labels-idx1-ubyte", 14, Part::Train),
        ]
    );
    // Of the file as it lies on the disk.
    for file in &files {
        assert_eq!(file.digest, Some(digest(&root.path().join(&file.path))));
    }
}
