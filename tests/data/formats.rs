//! Data sets of each format, as they should be.

use std::fs;

use bnonly::data::{DataSource, LoadOptions, load};
use image::ImageFormat;

use crate::data::files::*;

#[test]
fn cifar_10_records_are_read_in_the_order_of_their_files() {
    // Labels, bytes and sums as read by NumPy from the same files.
    let data = load_path(&tiny()).unwrap();
    assert_eq!((data.train.len(), data.test.len()), (640, 256));
    assert_eq!(
        (data.train.channels, data.train.height, data.train.width),
        (3, 32, 32)
    );
    assert_eq!(data.classes.len(), 10);
    assert_eq!(
        data.classes[..2],
        [
            "wave [[2, 1], [0, -2], [-1, -3]]",
            "wave [[-3, -3], [-2, 2], [1, 3]]"
        ]
    );
    assert_record(
        &data.train,
        0,
        (
            8,
            [103, 72, 172, 67],
            [66, 113, 198, 179],
            [103, 81, 100, 69],
            387842,
        ),
    );
    assert_record(
        &data.train,
        2 * 128 + 127,
        (
            3,
            [157, 183, 142, 183],
            [190, 128, 143, 114],
            [168, 188, 181, 225],
            390594,
        ),
    );
    assert_record(
        &data.test,
        255,
        (
            0,
            [136, 75, 162, 105],
            [33, 109, 45, 107],
            [191, 112, 135, 156],
            393220,
        ),
    );
    assert_eq!(data.train.labels.iter().sum::<u32>(), 2876);
    assert_eq!(
        data.train.pixels.iter().map(|&v| u64::from(v)).sum::<u64>(),
        249_754_526
    );
}

/// Label, first four reds, first four greens, last four blues, sum of all.
type Record = (u32, [u8; 4], [u8; 4], [u8; 4], u32);

#[track_caller]
fn assert_record(images: &bnonly::data::Images, index: usize, expected: Record) {
    let pixels = images.image(index);
    let four = |at: usize| -> [u8; 4] { pixels[at..at + 4].try_into().unwrap() };
    let sum = pixels.iter().map(|&v| u32::from(v)).sum::<u32>();
    assert_eq!(
        (images.labels[index], four(0), four(1024), four(3068), sum),
        expected
    );
}

#[test]
fn cifar_10_is_found_in_the_folder_it_unpacks_to() {
    let folder = tempfile::tempdir().unwrap();
    small_cifar(&folder.path().join("cifar-10-batches-bin"));
    let data = load_path(folder.path()).unwrap();
    assert_eq!((data.train.len(), data.test.len()), (6, 3));
    assert_eq!(data.classes[9], "truck", "names without batches.meta.txt");
}

#[test]
fn cifar_100_learns_the_fine_label() {
    let folder = tempfile::tempdir().unwrap();
    let mut train = records(3, 2);
    train[3074] = 19;
    train[3075] = 99;
    write(&folder.path().join("train.bin"), &train);
    write(&folder.path().join("test.bin"), &records(2, 2));
    let names: String = (0..100).map(|i| format!("name {i}\n")).collect();
    write(
        &folder.path().join("fine_label_names.txt"),
        names.as_bytes(),
    );
    let data = load_path(folder.path()).unwrap();
    assert_eq!(data.train.labels, [0, 99, 2]);
    assert_eq!(data.train.image(2), &train[2 * 3074 + 2..]);
    assert_eq!(data.classes[99], "name 99");
    assert_eq!(data.test.len(), 2);
}

#[test]
fn an_archive_gives_what_its_folder_gives() {
    let folder = tempfile::tempdir().unwrap();
    let files: Vec<_> = [
        "data_batch_3.bin",
        "test_batch.bin",
        "data_batch_1.bin",
        "batches.meta.txt",
        "data_batch_2.bin",
    ]
    .into_iter()
    .map(|name| {
        (
            format!("cifar-10-batches-bin/{name}"),
            fs::read(tiny().join(name)).unwrap(),
        )
    })
    .chain([(
        "cifar-10-batches-bin/._data_batch_1.bin".into(),
        vec![1, 2, 3],
    )])
    .chain([(
        format!("cifar-10-batches-bin/{}.html", "long".repeat(40)),
        vec![7; 5000],
    )])
    .collect();
    let files: Vec<_> = files
        .iter()
        .map(|(name, bytes)| (name.as_str(), bytes.as_slice()))
        .collect();
    let mut expected = load_path(&tiny()).unwrap();
    expected.train.truncate(384);
    for (name, bytes) in [
        ("cifar.tar.gz", gzip(&tar(&files))),
        ("cifar.tar", tar(&files)),
    ] {
        let path = folder.path().join(name);
        write(&path, &bytes);
        assert!(load_path(&path).unwrap() == expected, "{name}");
    }
}

#[test]
fn idx_files_are_read_plain_and_gzipped_and_in_both_spellings() {
    let folder = tempfile::tempdir().unwrap();
    let plain = folder.path().join("plain");
    small_idx(&plain);
    let data = load_path(&plain).unwrap();
    assert_eq!(
        (data.train.channels, data.train.height, data.train.width),
        (1, 4, 5)
    );
    assert_eq!(data.train.labels, [0, 1, 2, 0, 1, 2]);
    assert_eq!(data.train.image(2), (40..60).collect::<Vec<u8>>());
    assert_eq!(data.classes, ["0", "1", "2"]);
    assert_eq!(data.test.len(), 3);

    let zipped = folder.path().join("zipped");
    let dotted = folder.path().join("dotted");
    for entry in fs::read_dir(&plain).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        let bytes = fs::read(&path).unwrap();
        write(&zipped.join(format!("{name}.gz")), &gzip(&bytes));
        write(&dotted.join(name.replace("-idx", ".idx")), &bytes);
    }
    assert_eq!(load_path(&zipped).unwrap(), data);
    assert_eq!(load_path(&dotted).unwrap(), data);
}

#[test]
fn an_image_folder_with_parts_keeps_them() {
    let folder = tempfile::tempdir().unwrap();
    small_classes(&folder.path().join("train"), 5);
    small_classes(&folder.path().join("test"), 2);
    write(&folder.path().join("train/ant/notes.txt"), b"not a picture");
    write(
        &folder.path().join("train/ant/._000.png"),
        b"left by a file manager",
    );
    let data = load_with(
        folder.path(),
        &LoadOptions {
            image_size: 8,
            ..Default::default()
        },
    )
    .unwrap();
    assert_eq!(data.classes, ["ant", "bee"]);
    assert_eq!((data.train.len(), data.test.len()), (10, 4));
    assert_eq!(
        (data.train.channels, data.train.height, data.train.width),
        (3, 8, 8)
    );
    for (index, &label) in data.train.labels.iter().enumerate() {
        let image = data.train.image(index);
        let (red, blue) = (image[0], image[2 * 64]);
        assert!(
            if label == 0 {
                red == 200 && blue == 0
            } else {
                red < 10 && blue > 190
            },
            "{label} {red} {blue}"
        );
    }
    let val = tempfile::tempdir().unwrap();
    fs::rename(folder.path().join("train"), val.path().join("train")).unwrap();
    fs::rename(folder.path().join("test"), val.path().join("val")).unwrap();
    let options = LoadOptions {
        image_size: 8,
        split_seed: 9,
        ..Default::default()
    };
    let other = load_with(val.path(), &options).unwrap();
    assert_eq!(other.train, data.train, "val/ for test/, whatever the seed");
    assert_eq!((other.test.len(), other.classes), (4, data.classes));
}

#[test]
fn classes_of_two_images_keep_one_on_each_side_of_a_split() {
    let folder = tempfile::tempdir().unwrap();
    small_classes(folder.path(), 2);
    for fraction in [0.01, 0.99] {
        let options = LoadOptions {
            test_fraction: Some(fraction),
            ..Default::default()
        };
        let data = load_with(folder.path(), &options).unwrap();
        assert_eq!((data.train.len(), data.test.len()), (2, 2));
    }
}

#[test]
fn a_class_may_be_called_train() {
    let folder = tempfile::tempdir().unwrap();
    for class in ["train", "car"] {
        for i in 0..2 {
            let picture = plain_picture(4, 4, [i, 0, 0], ImageFormat::Png);
            write(&folder.path().join(format!("{class}/{i}.png")), &picture);
        }
    }
    assert_eq!(load_path(folder.path()).unwrap().classes, ["car", "train"]);
}

#[test]
fn limits_keep_the_first_images() {
    let options = LoadOptions {
        limit_train: Some(130),
        limit_test: Some(1),
        ..Default::default()
    };
    let (all, some) = (
        load_path(&tiny()).unwrap(),
        load_with(&tiny(), &options).unwrap(),
    );
    assert_eq!((some.train.len(), some.test.len()), (130, 1));
    assert_eq!(some.train.pixels, all.train.pixels[..130 * 3072]);
    assert_eq!(some.train.labels, all.train.labels[..130]);
    let options = LoadOptions {
        limit_train: Some(usize::MAX),
        ..Default::default()
    };
    assert_eq!(load_with(&tiny(), &options).unwrap(), all);
}

#[test]
fn limits_leave_the_classes_of_an_image_folder_mixed() {
    let folder = tempfile::tempdir().unwrap();
    small_classes(folder.path(), 40);
    let options = LoadOptions {
        limit_train: Some(20),
        ..Default::default()
    };
    let labels = load_with(folder.path(), &options).unwrap().train.labels;
    assert!((5..=15).contains(&labels.iter().sum::<u32>()), "{labels:?}");
    let all = load_path(folder.path()).unwrap().train.labels;
    assert_eq!(labels, all[..20]);
}

#[test]
fn the_word_shapes_needs_no_file() {
    let options = LoadOptions {
        limit_train: Some(100),
        limit_test: Some(50),
        ..Default::default()
    };
    let data = pollster::block_on(load(&DataSource::Shapes, &options))
        .unwrap()
        .data;
    assert_eq!(
        (data.train.len(), data.test.len(), data.classes.len()),
        (100, 50, 10)
    );
}
