//! What stands under a data file's name and is something else: each reader says what it is.

use std::path::Path;

use crate::data::files::*;

const PAGE: &[u8] = b"\xef\xbb\xbf\n <!DOCTYPE HTML PUBLIC \"-//IETF//DTD HTML 2.0//EN\">\n<html><head>\n<title>403 Forbidden</title>\n</head></html>\n";
const XML: &[u8] =
    b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>AccessDenied</Code></Error>";
const POINTER: &[u8] = b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 30730000\n";

/// Contents with what must be said of them.
fn contents() -> Vec<(Vec<u8>, [&'static str; 2])> {
    [
        (
            PAGE,
            [
                "is a web page (\"403 Forbidden\")",
                "download the file again",
            ],
        ),
        (
            b"<html>gone</html>",
            ["is a web page", "download the file again"],
        ),
        (XML, ["is an XML page", "download the file again"]),
        (POINTER, ["is a git-lfs pointer", "git lfs pull"]),
        (
            b"{\"error\": \"not found\"}",
            ["is JSON text", "download the file again"],
        ),
        (b"PK\x03\x04\x14\0\0\0", ["is a ZIP archive", "unpack it"]),
        (b"\xfd7zXZ\0\0\x04", ["is packed by xz", "unpack it"]),
    ]
    .map(|(bytes, told)| (bytes.to_vec(), told))
    .to_vec()
}

/// Checks what is said of `file` in `data`, as it is and within gzip.
fn check(data: &Path, file: &Path) {
    for (bytes, told) in contents() {
        let name = file.file_name().unwrap().to_str().unwrap();
        write(file, &bytes);
        let sentence = sentence(data);
        assert_says(&sentence, &[name]);
        assert_says(&sentence, &told);
    }
}

#[test]
fn under_the_names_of_idx_files() {
    for name in ["train-images-idx3-ubyte", "t10k-labels-idx1-ubyte"] {
        let root = folder();
        small_idx(root.path());
        check(root.path(), &root.path().join(name));
        write(&root.path().join(name), &gzip(PAGE));
        assert_says(&sentence(root.path()), &["is a web page"]);
    }
    let root = folder();
    for name in [
        "train-images-idx3-ubyte",
        "train-labels-idx1-ubyte",
        "t10k-images-idx3-ubyte",
        "t10k-labels-idx1-ubyte",
    ] {
        write(&root.path().join(format!("{name}.gz")), PAGE);
    }
    assert_says(
        &sentence(root.path()),
        &["train-images-idx3-ubyte.gz is a web page"],
    );
}

#[test]
fn under_the_names_of_cifars_files() {
    for name in ["data_batch_1.bin", "test_batch.bin"] {
        let root = folder();
        small_cifar(root.path());
        check(root.path(), &root.path().join(name));
    }
    // As long as records are, so that only its label gives it away.
    let root = folder();
    small_cifar(root.path());
    let mut page = PAGE[4..].to_vec();
    page.resize(3073, b' ');
    write(&root.path().join("test_batch.bin"), &page);
    assert_says(&sentence(root.path()), &["is a web page"]);
}

#[test]
fn under_the_name_of_an_archive() {
    let root = folder();
    let path = root.path().join("cifar-10-binary.tar.gz");
    check(&path, &path);
    write(&path, &gzip(PAGE));
    assert_says(&sentence(&path), &["is a web page"]);
    write(&path, b"404: Not Found");
    assert_says(&sentence(&path), &["it is text (\"404: Not Found\")"]);
    write(&path, b"");
    assert_says(&sentence(&path), &["cifar-10-binary.tar.gz is empty"]);
}

#[test]
fn a_page_within_an_archive() {
    let root = folder();
    let path = root.path().join("cifar.tar.gz");
    write(&path, &gzip(&tar(&[("c/data_batch_1.bin", PAGE)])));
    assert_says(
        &sentence(&path),
        &["cifar.tar.gz/data_batch_1.bin is a web page"],
    );
}

#[test]
fn an_image_that_begins_like_text_is_an_image() {
    let root = folder();
    small_cifar(root.path());
    // The label is a tabulator, and grey levels are letters.
    let mut bytes = vec![b'a'; 2 * 3073];
    bytes[..7].copy_from_slice(b"\t<html>");
    bytes[3073] = 0;
    write(&root.path().join("test_batch.bin"), &bytes);
    assert_eq!(load_path(root.path()).unwrap().test.labels, [9, 0]);
}

#[test]
fn data_of_other_kinds_is_named() {
    // A ZIP archive's first file has its name at byte 30, and the name's length at byte 26.
    let mut npz = b"PK\x03\x04".to_vec();
    npz.resize(30, 0);
    npz[26] = 11;
    npz.extend(b"x_train.npy");
    for (name, bytes, told) in [
        ("train_X.bin", &[0; 27648][..], "is a file of STL-10"),
        (
            "train_32x32.mat",
            b"MATLAB 5.0 MAT-file",
            "is a file of MATLAB",
        ),
        ("mnist.npz", &npz, "NumPy's arrays (.npz)"),
        ("archive.zip", b"PK\x03\x04", "is a ZIP archive; unpack it"),
        ("train.parquet", b"PAR1", "is a Parquet file"),
    ] {
        let root = folder();
        write(&root.path().join(name), bytes);
        assert_says(&sentence(root.path()), &[name, told]);
    }
}
