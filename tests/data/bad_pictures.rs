//! Bad pictures and folders of them: the sentence names the file, what was found, what was expected,
//! and the way out.

use std::fs;

use bnonly::data::LoadOptions;
use bnonly::field::{Explain, Keys};
use image::ImageFormat;

use crate::data::files::*;

#[test]
fn image_folders_without_images_are_named() {
    let folder = folder();
    let path = folder.path();
    let picture = plain_picture(4, 4, [0; 3], ImageFormat::Png);
    write(&path.join("ant/notes.txt"), b"none yet");
    assert_says(&sentence(path), &["no pictures that can be read", "1 .txt"]);
    write(&path.join("loose.png"), &picture);
    assert_says(
        &sentence(path),
        &[
            "no folder for each class",
            "1 picture directly in it (loose.png)",
        ],
    );
    fs::remove_file(path.join("loose.png")).unwrap();
    write(&path.join("ant/1.png"), &picture);
    fs::create_dir(path.join("bee")).unwrap();
    assert_says(
        &sentence(path),
        &["has 1 class, ant;", "at least 2", "bee/ without pictures"],
    );
    write(&path.join("ant/2.png"), &picture);
    write(&path.join("bee/1.png"), &picture);
    assert_says(
        &sentence(path),
        &["1 of 2 classes have only 1 picture", "split needs 2", "bee"],
    );
    write(&path.join("bee/1.heic"), b"a telephone's");
    write(&path.join("cat/1.heic"), b"a telephone's");
    assert_says(
        &sentence(path),
        &["cat/ would be a class", "1 .heic", "PNG or JPEG"],
    );
}

#[test]
fn parts_of_an_image_folder_must_match() {
    let folder = folder();
    let path = folder.path();
    small_classes(&path.join("train"), 2);
    small_classes(&path.join("tset"), 2);
    assert_says(
        &sentence(path),
        &["has train/, but no test/ or val/", "only tset/"],
    );
    fs::rename(path.join("tset"), path.join("test")).unwrap();
    let options = LoadOptions {
        test_fraction: Some(0.5),
        ..Default::default()
    };
    assert_says(
        &load_with(path, &options).unwrap_err().to_string(),
        &["test-fraction", "of its own"],
    );
    write(
        &path.join("test/cat/1.png"),
        &plain_picture(4, 4, [0; 3], ImageFormat::Png),
    );
    assert_says(
        &sentence(path),
        &["test/ has folders of classes that the training pictures do not have: cat"],
    );
    fs::remove_dir_all(path.join("train")).unwrap();
    small_classes(&path.join("val"), 2);
    assert_says(&sentence(path), &["has test/, val/, but no train/"]);
}

#[test]
fn a_bad_picture_in_a_folder_is_named() {
    let folder = folder();
    small_classes(folder.path(), 3);
    let refuse = |bytes: &[u8], parts: &[&str]| {
        write(&folder.path().join("bee/bad.png"), bytes);
        assert_says(
            &sentence(folder.path()),
            &[&["bee/bad.png"], parts].concat(),
        );
    };
    refuse(&png_claiming(0, 0), &["0 × 0 pixels", "1 to 16384"]);
    refuse(
        &png_claiming(30_000, 30_000),
        &["30000 × 30000 pixels", "16384"],
    );
    refuse(
        &png_claiming(10_000, 10_000),
        &["10000 × 10000 pixels", "67108864"],
    );
    refuse(
        &png_claiming(8000, 8000),
        &["bytes cannot hold its 8000 × 8000 pixels"],
    );
    refuse(
        &plain_picture(9, 9, [1; 3], ImageFormat::Png)[..40],
        &["no picture that can be read"],
    );
    let jpeg = plain_picture(64, 64, [9; 3], ImageFormat::Jpeg);
    refuse(&jpeg[..jpeg.len() - 8], &["cut short"]);
    refuse(b"GIF89a", &["no picture that can be read"]);
    refuse(b"<html>", &["web page"]);
    refuse(b"", &["0 bytes"]);
}

#[test]
fn bad_pictures_are_told_all_at_once_or_skipped() {
    let folder = folder();
    let path = folder.path();
    small_classes(path, 8);
    let jpeg = plain_picture(64, 64, [9; 3], ImageFormat::Jpeg);
    for (name, bytes) in [
        ("ant/empty.jpg", &b""[..]),
        ("ant/page.jpg", b"<!DOCTYPE html><title>404</title>"),
        ("ant/short.jpg", &jpeg[..jpeg.len() - 8]),
        (
            "bee/pointer.jpg",
            b"version https://git-lfs.github.com/spec/v1\nsize 1\n",
        ),
        ("bee/claims.png", &png_claiming(30_000, 30_000)),
    ] {
        write(&path.join(name), bytes);
    }
    let reasons = [
        "ant/empty.jpg: it has 0 bytes",
        "ant/page.jpg: it is a web page",
        "ant/short.jpg: the JPEG was cut short",
        "bee/pointer.jpg: it is a Git LFS pointer",
        "bee/claims.png: it is 30000 × 30000 pixels",
    ];
    let refused = load_with(path, &LoadOptions::default()).unwrap_err();
    assert_says(&refused.explain().say(&Keys), &reasons);
    assert_says(
        &refused.explain().say(&Keys),
        &["5 of 21 pictures", "skip-bad"],
    );
    let skip = LoadOptions {
        skip_bad: true,
        image_size: 8,
        ..Default::default()
    };
    let loaded = load_all(path, &skip).unwrap();
    assert_says(&told(&loaded), &reasons);
    assert_says(
        &told(&loaded),
        &["5 pictures cannot be read and are left out"],
    );
    let data = loaded.data;
    assert_eq!(data.train.len() + data.test.len(), 16);
    assert_eq!(loaded.manifest.files.len(), 16);
    for images in [&data.train, &data.test] {
        for index in 0..images.len() {
            let is_red = images.image(index)[0] > 100;
            assert_eq!(
                is_red,
                images.labels[index] == 0,
                "pixels and labels go together"
            );
        }
    }
    for i in 0..20 {
        write(&path.join(format!("bee/{i}.png")), b"");
    }
    assert_says(&sentence(path), &["25 of 41", "and 15 more"]);
    for i in 0..8 {
        write(&path.join(format!("bee/{i:03}.JPG")), b"");
    }
    assert_says(
        &told(&load_all(path, &skip).unwrap()),
        &["no picture is left to train on of these classes: bee"],
    );
}
