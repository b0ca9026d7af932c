//! Pictures whose classes a table says, and those of which nothing says it.

use std::fs;
use std::path::Path;

use bnonly::data::LoadOptions;
use bnonly::field::{Explain, Keys};
use image::ImageFormat;

use crate::data::files::*;

fn picture(path: &Path, i: u8) {
    write(path, &plain_picture(4, 4, [i, 100, 9], ImageFormat::Png));
}

/// As Kaggle gives it: train/ and test/ without class folders.
fn flat(folder: &Path) {
    for i in 1..=20 {
        picture(&folder.join(format!("train/{i}.png")), i);
        picture(&folder.join(format!("test/{i}.png")), 100 + i);
    }
}

fn table(
    header: &str,
    name: impl Fn(u32) -> String,
    rows: std::ops::RangeInclusive<u32>,
) -> String {
    let rows = rows.map(|i| format!("{},{}\n", name(i), if i % 2 == 0 { "cat" } else { "dog" }));
    header.to_owned() + &rows.collect::<String>()
}

#[test]
fn flat_parts_are_no_classes() {
    let folder = folder();
    flat(folder.path());
    assert_says(
        &sentence(folder.path()),
        &[
            "no folder for each class",
            "train/ has 20 pictures directly in it (1.png, 10.png, 11.png and 17 more)",
            "test/ has 20",
            "id,label",
        ],
    );
    let told = tempfile::tempdir().unwrap();
    for i in 0..4 {
        for class in ["cat", "dog"] {
            picture(&told.path().join(format!("train/{class}.{i}.png")), i);
        }
        picture(&told.path().join(format!("test1/{i}.png")), i);
    }
    write(
        &told.path().join("sampleSubmission.csv"),
        b"id,label\n1,0\n",
    );
    assert_says(
        &sentence(told.path()),
        &["cat, dog", "train/cat/, train/dog/"],
    );
    assert_says(
        &sentence(&told.path().join("train")),
        &["8 pictures directly in it"],
    );
}

#[test]
fn a_table_beside_flat_parts_labels_them() {
    let folder = folder();
    let path = folder.path();
    flat(path);
    write(
        &path.join("sampleSubmission.csv"),
        table("id,label\n", |i| i.to_string(), 1..=20).as_bytes(),
    );
    write(
        &path.join("trainLabels.csv"),
        table("id,label\n", |i| i.to_string(), 1..=18).as_bytes(),
    );
    let loaded = load_all(path, &LoadOptions::default()).unwrap();
    assert_eq!(loaded.data.classes, ["cat", "dog"]);
    assert_eq!(loaded.data.train.len() + loaded.data.test.len(), 18);
    assert!(
        loaded.data.train.pixels.iter().all(|value| *value <= 100),
        "no picture of test/"
    );
    assert_says(
        &told(&loaded),
        &[
            "the labels are those in trainLabels.csv, which has 18 of 20 pictures",
            "2 pictures have no label and are not read: train/19.png, train/20.png",
            "test/ (20 pictures) is not used",
            "train/ is split",
        ],
    );
    // The folder alone finds the table beside it, and is split alike.
    let alone = load_all(&path.join("train"), &LoadOptions::default()).unwrap();
    assert_eq!(alone.data, loaded.data);
    assert_eq!(alone.manifest, loaded.manifest);

    write(
        &path.join("test_labels.csv"),
        table("", |i| format!("{i}.png"), 1..=20).as_bytes(),
    );
    let parts = load_all(path, &LoadOptions::default()).unwrap();
    assert_eq!((parts.data.train.len(), parts.data.test.len()), (18, 20));
}

#[test]
fn a_part_may_have_its_own_table() {
    let folder = folder();
    let path = folder.path();
    for i in 0..5 {
        for class in ["n01", "n02"] {
            picture(
                &path.join(format!("train/{class}/images/{class}_{i}.png")),
                i,
            );
        }
        picture(&path.join(format!("val/images/val_{i}.png")), i);
        picture(&path.join(format!("test/images/test_{i}.png")), i);
    }
    let rows: String = (0..5)
        .map(|i| format!("val_{i}.png\tn02\t0\t0\t62\t62\n"))
        .collect();
    write(&path.join("val/val_annotations.txt"), rows.as_bytes());
    write(&path.join("words.txt"), b"n01\tgoldfish\nn02\tsalamander\n");
    let loaded = load_all(path, &LoadOptions::default()).unwrap();
    assert_eq!(loaded.data.classes, ["n01", "n02"]);
    assert_eq!(loaded.data.train.len(), 10);
    assert_eq!(loaded.data.test.labels, [1; 5]);
    assert_says(
        &told(&loaded),
        &["val/val_annotations.txt", "test/ (5 pictures) is not used"],
    );
}

#[test]
fn a_table_that_is_given_is_used() {
    let folder = folder();
    let path = folder.path();
    for i in 1..=10 {
        picture(&path.join(format!("data/part{}/x{i}.png", i % 3)), i);
    }
    let file = path.join("my labels.csv");
    let options = LoadOptions {
        labels: Some(file.clone()),
        ..Default::default()
    };
    let data = path.join("data");
    let refused = |content: &str| {
        write(&file, content.as_bytes());
        let error = load_with(&data, &options).unwrap_err();
        error.explain().say(&Keys)
    };
    let missing = load_with(&data, &options).unwrap_err();
    assert_says(
        &missing.explain().say(&Keys),
        &["labels: ", "my labels.csv", "cannot be read"],
    );
    assert_says(
        &refused("id,label\n77,cat\n"),
        &["no column names the pictures", "`77, cat`"],
    );
    assert_says(
        &refused("id,a,b\nx1,3,4\n"),
        &["which column has the labels", "id, a, b"],
    );
    assert_says(
        &refused("id,label\nx1,cat\nx1,dog\n"),
        &["gives x1 two labels, cat and dog"],
    );
    assert_says(
        &refused("id,label\nx1,cat\n"),
        &["all labels are the same (cat)"],
    );
    write(
        &file,
        table("id,label\n", |i| format!("x{i}"), 1..=12).as_bytes(),
    );
    let loaded = load_all(&data, &options).unwrap();
    assert_eq!(loaded.data.classes, ["cat", "dog"]);
    assert_eq!(loaded.data.train.len() + loaded.data.test.len(), 10);
    assert_says(
        &told(&loaded),
        &["has 10 of 10 pictures; 2 rows name no picture"],
    );
    // Not given, folders are the classes; but a table is mentioned.
    fs::copy(&file, data.join("labels.csv")).unwrap();
    let loaded = load_all(&data, &LoadOptions::default()).unwrap();
    assert_eq!(loaded.data.classes, ["part0", "part1", "part2"]);
    assert_says(
        &told(&loaded),
        &["labels.csv is not used: the folders are taken for the classes; set labels to FILE"],
    );
}

#[test]
fn two_tables_must_agree() {
    let folder = folder();
    flat(folder.path());
    for name in ["a.csv", "b.csv"] {
        write(
            &folder.path().join(name),
            table("id,label\n", |i| i.to_string(), 1..=20).as_bytes(),
        );
    }
    load_path(folder.path()).unwrap();
    write(
        &folder.path().join("b.csv"),
        table("id,label\n", |i| (21 - i).to_string(), 1..=20).as_bytes(),
    );
    assert_says(&sentence(folder.path()), &["a.csv and b.csv both label"]);
    // One that labels few is of no use, which is said.
    fs::remove_file(folder.path().join("a.csv")).unwrap();
    write(
        &folder.path().join("b.csv"),
        table("id,label\n", |i| i.to_string(), 1..=5).as_bytes(),
    );
    assert_says(
        &sentence(folder.path()),
        &["b.csv has labels of 5 of 20 pictures only"],
    );
}
