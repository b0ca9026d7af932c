//! Bad input: the sentence names the file, what was found, what was expected, and the way out.

use std::fs;
use std::path::Path;

use bnonly::data::{LoadOptions, load};

use crate::data::files::*;

#[test]
fn a_path_that_leads_nowhere_lists_what_can_be_given() {
    let sentence = sentence(Path::new("/no/such/folder"));
    assert_says(
        &sentence,
        &[
            "no file or folder /no/such/folder",
            "digits",
            "shapes",
            "CIFAR-10",
            "IDX",
            "PNG, JPEG",
        ],
    );
    // The word is case-sensitive.
    assert_says(
        &pollster::block_on(load(&"Shapes".into(), &LoadOptions::default()))
            .unwrap_err()
            .to_string(),
        &["Shapes", "`shapes`"],
    );
}

#[test]
fn an_unknown_folder_or_file_lists_what_can_be_given() {
    let folder = folder();
    assert_says(
        &sentence(folder.path()),
        &[
            "holds no data set",
            "data_batch_1.bin",
            ".tar.gz",
            "train/ and test/",
        ],
    );
    let file = folder.path().join("notes.txt");
    write(&file, b"hello");
    assert_says(&sentence(folder.path()), &["holds no data set"]);
    assert_says(&sentence(&file), &["notes.txt", "no .tar.gz"]);
    write(&folder.path().join("data_batch_1"), b"pickle");
    assert_says(
        &sentence(folder.path()),
        &["Python version", "binary version"],
    );
}

#[test]
fn options_out_of_range_are_named() {
    let refuse = |options: LoadOptions, parts: &[&str]| {
        assert_says(
            &load_with(&tiny(), &options).unwrap_err().to_string(),
            parts,
        );
    };
    let default = LoadOptions::default;
    refuse(
        LoadOptions {
            image_size: 0,
            ..default()
        },
        &["image-size: 0", "1 to 1024"],
    );
    refuse(
        LoadOptions {
            image_size: 1025,
            ..default()
        },
        &["image-size: 1025"],
    );
    for fraction in [0.0, 1.0, -0.5, f64::NAN, f64::INFINITY] {
        let options = LoadOptions {
            test_fraction: Some(fraction),
            ..default()
        };
        refuse(options, &["test-fraction: ", "between 0 and 1"]);
    }
    refuse(
        LoadOptions {
            test_fraction: Some(0.5),
            ..default()
        },
        &["has test images of its own"],
    );
    refuse(
        LoadOptions {
            limit_train: Some(0),
            ..default()
        },
        &["limit-train: 0", "at least 1"],
    );
    refuse(
        LoadOptions {
            limit_test: Some(0),
            ..default()
        },
        &["limit-test: 0"],
    );
}

#[test]
fn a_truncated_cifar_file_is_named_with_its_byte_counts() {
    let folder = folder();
    small_cifar(folder.path());
    write(
        &folder.path().join("data_batch_2.bin"),
        &records(3, 1)[..7000],
    );
    assert_says(
        &sentence(folder.path()),
        &[
            "data_batch_2.bin has 7000 bytes",
            "records of 3073 bytes",
            "854 bytes are left over after 2 records",
            "again",
        ],
    );
    write(&folder.path().join("data_batch_2.bin"), b"");
    assert_says(&sentence(folder.path()), &["data_batch_2.bin is empty"]);
}

#[test]
fn a_label_of_ten_is_named_with_its_record() {
    let folder = folder();
    small_cifar(folder.path());
    let mut bytes = records(600, 1);
    bytes[500 * 3073] = 10;
    write(&folder.path().join("test_batch.bin"), &bytes);
    assert_says(
        &sentence(folder.path()),
        &["test_batch.bin", "label of record 500", "is 10", "below 10"],
    );
}

#[test]
fn labels_of_cifar_100_are_checked_both() {
    let folder = folder();
    write(&folder.path().join("test.bin"), &records(2, 2));
    for (at, parts) in [
        (0, ["coarse label of record 0", "is 200", "below 20"]),
        (1, ["fine label", "is 200", "below 100"]),
    ] {
        let mut bytes = records(2, 2);
        bytes[at] = 200;
        write(&folder.path().join("train.bin"), &bytes);
        assert_says(&sentence(folder.path()), &parts);
    }
}

#[test]
fn missing_cifar_files_are_named() {
    let folder = folder();
    small_cifar(folder.path());
    fs::rename(
        folder.path().join("data_batch_2.bin"),
        folder.path().join("data_batch_4.bin"),
    )
    .unwrap();
    assert_says(
        &sentence(folder.path()),
        &["has no data_batch_2.bin", "CIFAR-10"],
    );
    fs::remove_file(folder.path().join("data_batch_1.bin")).unwrap();
    assert_says(&sentence(folder.path()), &["has no data_batch_1.bin"]);
    small_cifar(folder.path());
    fs::remove_file(folder.path().join("test_batch.bin")).unwrap();
    fs::remove_file(folder.path().join("data_batch_4.bin")).unwrap();
    assert_says(&sentence(folder.path()), &["has no test_batch.bin"]);
    write(&folder.path().join("train.bin"), &records(1, 2));
    assert_says(&sentence(folder.path()), &["both CIFAR-10 and CIFAR-100"]);
}

#[test]
fn class_names_must_be_as_many_as_classes() {
    let folder = folder();
    small_cifar(folder.path());
    write(&folder.path().join("batches.meta.txt"), b"airplane\nbird\n");
    assert_says(
        &sentence(folder.path()),
        &["batches.meta.txt names 2 classes", "10 are expected"],
    );
    write(
        &folder.path().join("batches.meta.txt"),
        &vec![b'\n'; 70_000],
    );
    assert_says(
        &sentence(folder.path()),
        &["batches.meta.txt", "70000 bytes"],
    );
}

#[test]
fn two_data_sets_in_one_folder_ask_for_one() {
    let folder = folder();
    small_cifar(&folder.path().join("cifar-10-batches-bin"));
    write(
        &folder.path().join("cifar-100-binary/train.bin"),
        &records(1, 2),
    );
    assert_says(
        &sentence(folder.path()),
        &[
            "2 data sets (cifar-10-batches-bin, cifar-100-binary)",
            "the one you mean",
        ],
    );
}

#[test]
fn damaged_archives_are_named() {
    let folder = folder();
    let path = folder.path().join("cifar.tar.gz");
    let batch = records(3, 1);
    let whole = tar(&[("c/data_batch_1.bin", &batch), ("c/test_batch.bin", &batch)]);
    let refuse = |bytes: &[u8], parts: &[&str]| {
        write(&path, bytes);
        assert_says(&sentence(&path), parts);
    };
    let zipped = gzip(&whole);
    refuse(
        &zipped[..zipped.len() / 2],
        &[
            "cifar.tar.gz",
            "could not be read",
            "check that it is whole",
        ],
    );
    refuse(
        &gzip(&whole[..5000]),
        &["cifar.tar.gz/data_batch_1.bin ends after 4488 of 9219 bytes"],
    );
    refuse(&gzip(b"no tar file"), &["cifar.tar.gz"]);
    refuse(
        &gzip(&tar(&[("cifar-10-batches-py/data_batch_1", b"pickle")])),
        &["the binary version is needed"],
    );
    refuse(
        &gzip(&tar(&[("data_batch_1.bin", &batch)])),
        &["cifar.tar.gz has no test_batch.bin"],
    );
    refuse(
        &gzip(&tar(&[
            ("a/test_batch.bin", &batch),
            ("b/test_batch.bin", &batch),
        ])),
        &["is there twice"],
    );
    refuse(
        &gzip(&tar(&[("data_batch_1.bin", &batch[1..])])),
        &["data_batch_1.bin has 9218 bytes", "3073"],
    );
}

#[test]
fn an_archive_that_claims_or_unpacks_to_too_much_is_refused() {
    let folder = folder();
    let path = folder.path().join("bomb.tar.gz");
    let mut claims = tar(&[("data_batch_1.bin", &records(1, 1))]);
    // Size in octal: 3,073 × 2^24 bytes; then the checksum, counted with spaces in its place.
    claims[124..136].copy_from_slice(b"600100000000");
    claims[148..156].fill(b' ');
    let sum: u32 = claims[..512].iter().map(|&byte| u32::from(byte)).sum();
    claims[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    write(&path, &gzip(&claims));
    assert_says(
        &sentence(&path),
        &[
            "bomb.tar.gz/data_batch_1.bin would unpack to 51556384768 bytes",
            "more than",
        ],
    );
}

#[test]
fn an_idx_file_of_the_wrong_kind_or_length_is_named() {
    let folder = folder();
    let path = folder.path();
    let images = path.join("train-images-idx3-ubyte");
    let refuse = |bytes: &[u8], parts: &[&str]| {
        small_idx(path);
        write(&images, bytes);
        assert_says(&sentence(path), parts);
    };
    let whole = idx_images(6);
    refuse(
        &idx_labels(6),
        &[
            "train-images-idx3-ubyte starts with 0x00000801",
            "0x00000803",
        ],
    );
    refuse(
        &whole[..10],
        &["train-images-idx3-ubyte ends after 10 of 16 bytes"],
    );
    refuse(b"", &["ends after 0 of 16 bytes"]);
    refuse(
        &whole[..100],
        &["6 images × 4 × 5, which takes 136 bytes, but it has 100"],
    );
    refuse(
        &[whole.clone(), vec![0]].concat(),
        &["136 bytes, but it has 137"],
    );
    refuse(&gzip(&whole[..100]), &["136 bytes, but it has 100"]);
    refuse(
        &gzip(&[whole.clone(), vec![0]].concat()),
        &["136 bytes, but it has more than 136"],
    );
    refuse(&gzip(&whole)[..30], &["train-images-idx3-ubyte"]);
    refuse(&idx(0x803, &[0, 4, 5], &[]), &["is empty (0 images)"]);
    refuse(&idx(0x803, &[1, 0, 5], &[]), &["5 × 0 pixels"]);
    refuse(
        &idx(0x803, &[1, 30_000, 30_000], &[]),
        &["30000 × 30000 pixels"],
    );
    refuse(
        &idx(0x803, &[u32::MAX, 1024, 1024], &[]),
        &["takes 4503599626321936 bytes, but it has 16"],
    );
    refuse(
        &gzip(&idx(0x803, &[u32::MAX, 1024, 1024], &[])),
        &["would unpack to", "gzip file of its length"],
    );
}

#[test]
fn idx_images_and_labels_must_belong_together() {
    let folder = folder();
    let path = folder.path();
    let refuse = |name: &str, bytes: &[u8], parts: &[&str]| {
        small_idx(path);
        write(&path.join(name), bytes);
        assert_says(&sentence(path), parts);
    };
    refuse(
        "train-labels-idx1-ubyte",
        &idx_labels(5),
        &["has 6 images", "train-labels-idx1-ubyte has 5 labels"],
    );
    refuse(
        "t10k-images-idx3-ubyte",
        &idx(0x803, &[3, 2, 2], &[0; 12]),
        &["t10k-images", "2 × 2", "4 × 5"],
    );
    refuse(
        "train-labels-idx1-ubyte",
        &idx(0x801, &[6], &[0; 6]),
        &["has 1 class;", "at least 2"],
    );
    small_idx(path);
    write(
        &path.join("t10k-labels-idx1-ubyte"),
        &idx(0x801, &[3], &[0, 3, 1]),
    );
    assert_says(
        &sentence(path),
        &["t10k-labels", "label of record 1", "is 3", "below 3"],
    );
    fs::remove_file(path.join("t10k-labels-idx1-ubyte")).unwrap();
    assert_says(
        &sentence(path),
        &[
            "has no t10k-labels-idx1-ubyte or t10k-labels-idx1-ubyte.gz",
            "IDX",
        ],
    );
}

#[cfg(unix)]
#[test]
fn a_device_is_no_data_set() {
    assert_says(
        &sentence(Path::new("/dev/null")),
        &["neither a file nor a folder"],
    );
}
