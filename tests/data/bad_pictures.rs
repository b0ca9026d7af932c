//! Bad pictures and folders of them: the sentence names the file, what was found, what was expected,
//! and the way out.

use std::fs;

use bnonly::data::LoadOptions;
use image::ImageFormat;

use crate::data::files::*;

#[test]
fn image_folders_without_images_are_named() {
    let folder = folder();
    let path = folder.path();
    let picture = plain_picture(4, 4, [0; 3], ImageFormat::Png);
    write(&path.join("loose.png"), &picture);
    assert_says(
        &sentence(path),
        &["no images (.png, .jpg or .jpeg) in subfolders, but 1 directly in it"],
    );
    write(&path.join("ant/1.png"), &picture);
    assert_says(&sentence(path), &["has 1 class;", "at least 2"]);
    write(&path.join("ant/2.png"), &picture);
    fs::create_dir(path.join("bee")).unwrap();
    assert_says(&sentence(path), &["class folder", "bee has no images"]);
    write(&path.join("bee/1.png"), &picture);
    assert_says(&sentence(path), &["bee has only 1 image", "split needs 2"]);
}

#[test]
fn parts_of_an_image_folder_must_match() {
    let folder = folder();
    let path = folder.path();
    small_classes(&path.join("train"), 2);
    assert_says(&sentence(path), &["has train/ but neither test/ nor val/"]);
    fs::create_dir(path.join("test")).unwrap();
    assert_says(&sentence(path), &["test has no images"]);
    small_classes(&path.join("test"), 1);
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
        &["cat is a class that the training folder does not have"],
    );
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
    refuse(b"GIF89a", &["neither PNG's nor JPEG's"]);
    refuse(b"", &["0 bytes"]);
}
