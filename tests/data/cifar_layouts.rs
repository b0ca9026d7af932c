//! CIFAR as it comes: unpacked and packed, whole and not, and in Python's version.

use std::fs;
use std::path::Path;

use bnonly::data::Part;

use crate::data::files::*;

/// The archive of [`small_cifar`].
fn archive() -> Vec<u8> {
    let batch = records(3, 1);
    gzip(&tar(&[
        ("cifar-10-batches-bin/data_batch_1.bin", &batch),
        ("cifar-10-batches-bin/data_batch_2.bin", &batch),
        ("cifar-10-batches-bin/test_batch.bin", &batch),
    ]))
}

#[test]
fn an_archive_is_found_by_its_content_and_in_its_folder() {
    let root = folder();
    small_cifar(&root.path().join("c/unpacked"));
    let expected = load_path(&root.path().join("c/unpacked")).unwrap();
    for name in [
        "cifar-10-binary.tar.gz",
        "cifar-10-binary.tar(1).gz",
        "data.tgz",
    ] {
        let root = folder();
        let path = root.path().join(name);
        write(&path, &archive());
        // As torchvision leaves it beside what it reads itself.
        write(
            &root.path().join("cifar-10-batches-py/data_batch_1"),
            b"\x80\x02}q\x01",
        );
        assert!(load_path(&path).unwrap() == expected, "{name}");
        let loaded = loaded(root.path());
        assert!(loaded.data == expected, "{name}");
        assert_eq!(
            notes(&loaded)[0],
            format!("the data set was found in {}", path.display())
        );
    }
}

#[test]
fn what_is_unpacked_is_read_before_its_archive() {
    let root = folder();
    small_cifar(&root.path().join("data/cifar-10-batches-bin"));
    write(&root.path().join("cifar-10-binary.tar.gz"), &archive());
    let files = loaded(root.path()).manifest.files;
    assert_eq!(files[0].path, "data_batch_1.bin");
}

#[test]
fn the_archive_is_read_where_unpacking_was_broken_off() {
    let whole = records(3, 1);
    for (name, bytes) in [
        ("data_batch_2.bin", Some(&whole[..4000])),
        ("data_batch_2.bin", Some(&b""[..])),
        ("test_batch.bin", None),
    ] {
        for archive_at in ["cifar-10-binary.tar.gz", "unpacked/cifar-10-binary.tar.gz"] {
            let root = folder();
            let unpacked = root.path().join("unpacked");
            small_cifar(&unpacked);
            let expected = load_path(&unpacked).unwrap();
            match bytes {
                Some(bytes) => write(&unpacked.join(name), bytes),
                None => fs::remove_file(unpacked.join(name)).unwrap(),
            }
            let error = sentence(&unpacked);
            write(&root.path().join(archive_at), &archive());
            let loaded = loaded(&unpacked);
            assert!(loaded.data == expected);
            assert_says(
                &notes(&loaded)[0],
                &["is not whole", &error, "was read instead"],
            );
            assert_eq!(loaded.manifest.files[0].path, "cifar-10-binary.tar.gz");
        }
    }
}

#[test]
fn fewer_training_files_than_there_are_is_told() {
    let root = folder();
    small_cifar(root.path());
    assert_says(
        &notes(&loaded(root.path()))[0],
        &[
            "2 of the 5 files",
            "has no data_batch_3.bin, data_batch_4.bin, data_batch_5.bin",
        ],
    );
    assert_eq!(loaded(&tiny()).notes, []);
    write(&root.path().join("c.tar"), &archive());
    assert_says(
        &notes(&loaded(&root.path().join("c.tar")))[0],
        &["2 of the 5 files"],
    );
}

#[test]
fn names_in_capitals_are_known() {
    let root = folder();
    for name in ["DATA_BATCH_1.BIN", "Test_Batch.bin"] {
        write(&root.path().join(name), &records(3, 1));
    }
    assert_eq!(load_path(root.path()).unwrap().train.len(), 3);
}

#[test]
fn a_file_of_records_stands_for_its_folder() {
    let loaded = loaded(&tiny().join("test_batch.bin"));
    assert_eq!(
        (loaded.data.train.len(), loaded.data.test.len()),
        (640, 256)
    );
    assert_says(
        &notes(&loaded)[0],
        &["test_batch.bin was read with the other files"],
    );
}

#[test]
fn pythons_version_is_named_with_the_lines_that_convert_it() {
    let pickle = b"\x80\x02}q\x01(U\tfilenamesq\x02";
    let root = folder();
    let [ten, hundred] =
        ["10/cifar-10-batches-py", "100/cifar-100-python"].map(|name| root.path().join(name));
    for name in ["data_batch_1", "test_batch", "batches.meta"] {
        write(&ten.join(name), pickle);
    }
    for name in ["train", "test", "meta", "file.txt~"] {
        write(&hundred.join(name), pickle);
    }
    let told = |path: &Path, parts: &[&str]| {
        let sentence = sentence(path);
        assert_says(&sentence, parts);
        assert_says(
            &sentence,
            &["the binary version is needed", "import pickle, numpy"],
        );
    };
    for path in [&root.path().join("10"), &ten, &ten.join("test_batch")] {
        let lines = [
            "CIFAR-10's Python",
            "/cifar-10-binary.tar.gz",
            "data_batch_5",
            &format!("in {}", ten.display()),
        ];
        told(path, &lines);
    }
    for path in [&root.path().join("100"), &hundred, &hundred.join("train")] {
        let lines = [
            "CIFAR-100's Python",
            "/cifar-100-binary.tar.gz",
            "fine_labels",
            &format!("in {}", hundred.display()),
        ];
        told(path, &lines);
    }
    for (name, files) in [
        (
            "cifar-10-python.tar.gz",
            [
                "cifar-10-batches-py/batches.meta",
                "cifar-10-batches-py/data_batch_1",
            ],
        ),
        (
            "cifar-100-python.tar.gz",
            ["cifar-100-python/meta", "cifar-100-python/train"],
        ),
    ] {
        let root = folder();
        let path = root.path().join(name);
        write(&path, &gzip(&tar(&files.map(|name| (name, &pickle[..])))));
        for path in [root.path(), &path] {
            told(path, &[name, "unpack it (tar -xf ", "column_stack"]);
        }
    }
    // Converted, the same folder is read.
    small_cifar(&ten);
    assert_eq!(load_path(&root.path().join("10")).unwrap().train.len(), 6);
}

#[test]
fn pictures_beside_an_archive_stay_a_folder_of_pictures() {
    let root = folder();
    small_classes(root.path(), 3);
    write(&root.path().join("cifar-10-binary.tar.gz"), &archive());
    assert_eq!(load_path(root.path()).unwrap().classes, ["ant", "bee"]);
    let root = folder();
    small_classes(&root.path().join("train"), 3);
    small_classes(&root.path().join("test"), 3);
    small_idx(&root.path().join("raw"));
    assert_eq!(load_path(root.path()).unwrap().classes, ["ant", "bee"]);
}

#[test]
fn archives_of_other_files_say_what_they_have() {
    let root = folder();
    let path = root.path().join("MNIST.tar.gz");
    let files: [(&str, &[u8]); 2] = [
        ("MNIST/readme", b"x"),
        ("MNIST/raw/train-images-idx3-ubyte", b"x"),
    ];
    write(&path, &gzip(&tar(&files)));
    assert_says(
        &sentence(&path),
        &[
            "has train-images-idx3-ubyte, but no data_batch_1.bin",
            "tar -xf",
        ],
    );
    write(&path, &gzip(&tar(&[("c/data_batch_1.mat", b"x")])));
    assert_says(&sentence(&path), &["data_batch_1.mat, of Matlab's version"]);
    write(&path, &gzip(&tar(&[])));
    assert_says(&sentence(&path), &["no .tar.gz"]);
}

#[test]
fn manifests_have_the_digests_of_what_lies_on_the_disk() {
    let files = loaded(&tiny()).manifest.files;
    let parts: Vec<_> = files
        .iter()
        .map(|file| (file.path.as_str(), file.part))
        .collect();
    assert_eq!(parts[0], ("data_batch_1.bin", Part::Train));
    assert_eq!(parts[5], ("test_batch.bin", Part::Test));
    assert_eq!(parts.len(), 6);
    for file in &files {
        let path = tiny().join(&file.path);
        assert_eq!(file.bytes, fs::metadata(&path).unwrap().len());
        assert_eq!(file.digest, Some(digest(&path)));
    }
    let root = folder();
    let path = root.path().join("cifar.tar.gz");
    // What lies behind the last file of an archive counts, too.
    let bytes = [archive(), gzip(&[0; 4096])].concat();
    write(&path, &bytes);
    let files = loaded(&path).manifest.files;
    assert_eq!((files.len(), files[0].part), (1, Part::Both));
    assert_eq!(
        (files[0].path.as_str(), files[0].bytes, files[0].digest),
        ("cifar.tar.gz", bytes.len() as u64, Some(digest(&path)))
    );
}
