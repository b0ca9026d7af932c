//! The list of files that a run keeps.

use std::fs;
use std::sync::Arc;

use bnonly::data::{Manifest, Part, SourceFile};
use bnonly::train::manifest::{Earlier, manifest_path, read, write};
use proptest::prelude::*;

use Part::{Both, Test, Train};

fn file(path: &str, digest: Option<u64>, part: Part) -> SourceFile {
    let path = path.to_owned();
    SourceFile {
        path,
        bytes: 7,
        digest,
        part,
    }
}

fn earlier(files: &[SourceFile]) -> Earlier {
    Earlier {
        manifest: Some(Arc::new(Manifest {
            files: files.to_vec(),
        })),
        note: None,
    }
}

#[test]
fn a_manifest_is_a_line_a_file_and_reads_back_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let manifest = Manifest {
        files: vec![
            file("a/1.png", Some(0xab), Train),
            file("a/2.png", None, Test),
            file("all.tar.gz", Some(u64::MAX), Both),
            file("tab\there\nand\\there\u{1}.png", Some(0), Train),
        ],
    };
    write(folder.path(), &manifest).unwrap();
    let text = fs::read_to_string(manifest_path(folder.path())).unwrap();
    let expected = concat!(
        "part\tbytes\tdigest\tpath\n",
        "train\t7\t00000000000000ab\ta/1.png\n",
        "test\t7\t-\ta/2.png\n",
        "both\t7\tffffffffffffffff\tall.tar.gz\n",
        "train\t7\t0000000000000000\ttab\\there\\nand\\\\there\\u{1}.png\n",
    );
    assert_eq!(text, expected);
    assert_eq!(read(folder.path()).unwrap(), Some(manifest.clone()));
    fs::write(manifest_path(folder.path()), text.replace('\n', "\r\n")).unwrap();
    assert_eq!(read(folder.path()).unwrap(), Some(manifest));
}

#[test]
fn a_run_of_an_earlier_version_has_none_and_that_is_told() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(read(folder.path()).unwrap(), None);
    let note = Earlier::of(Some(folder.path())).unwrap().note.unwrap();
    assert!(note.text.contains("has no manifest.tsv"), "{}", note.text);
    assert!(Earlier::of(None).unwrap().note.is_none());
}

#[test]
fn a_hostile_manifest_is_answered_with_its_line() {
    let folder = tempfile::tempdir().unwrap();
    let good = "part\tbytes\tdigest\tpath\ntrain\t7\t-\ta\n";
    for (text, part) in [
        ("", "line 1"),
        ("a page of something else\n", "line 1"),
        (&*format!("{good}train\t7\t-\n"), "line 3"),
        (&format!("{good}train\t7\t-\tb\tc\n"), "four columns"),
        (&format!("{good}valid\t7\t-\tb\n"), "train, test or both"),
        (&format!("{good}train\t-7\t-\tb\n"), "number of bytes"),
        (
            &format!("{good}train\t99999999999999999999\t-\tb\n"),
            "number of bytes",
        ),
        (&format!("{good}train\t7\tabc\tb\n"), "16 hexadecimal"),
        (&format!("{good}train\t7\t-\t\n"), "a path"),
        (&format!("{good}train\t7\t-\tb\\x\n"), "a path"),
        (&format!("{good}train\t7\t-\tb\\u{{d800}}\n"), "a path"),
        (&format!("{good}test\t7\t-\ta\n"), "each path once"),
    ] {
        fs::write(manifest_path(folder.path()), text).unwrap();
        let told = read(folder.path()).unwrap_err().to_string();
        assert!(
            told.contains(part) && told.contains("remove the file"),
            "{told}"
        );
    }
    fs::write(
        manifest_path(folder.path()),
        b"part\tbytes\tdigest\tpath\ntrain\t7\t-\t\xff\n",
    )
    .unwrap();
    let told = read(folder.path()).unwrap_err().to_string();
    assert!(told.contains("line 2") && told.contains("UTF-8"), "{told}");
    fs::remove_file(manifest_path(folder.path())).unwrap();
    fs::create_dir(manifest_path(folder.path())).unwrap();
    read(folder.path()).unwrap_err();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200), is_headed: bool) {
        let folder = tempfile::tempdir().unwrap();
        let head: &[u8] = if is_headed { b"part\tbytes\tdigest\tpath\n" } else { b"" };
        fs::write(manifest_path(folder.path()), [head, &bytes].concat()).unwrap();
        let _ = read(folder.path());
    }

    #[test]
    fn any_path_reads_back(path in "\\PC{1,20}|[\\x00-\\x7f]{1,20}") {
        let folder = tempfile::tempdir().unwrap();
        let manifest = Manifest { files: vec![file(&path, None, Test)] };
        write(folder.path(), &manifest).unwrap();
        prop_assert_eq!(read(folder.path()).unwrap(), Some(manifest));
    }
}

#[test]
fn what_is_gone_keeps_its_part_in_case_it_comes_back() {
    let before = earlier(&[
        file("a", Some(1), Train),
        file("b", Some(2), Test),
        file("c", Some(3), Test),
        file("d", Some(4), Train),
    ]);
    let now = Manifest {
        files: vec![
            file("a", None, Train),
            file("b renamed", Some(2), Test),
            file("new", Some(9), Train),
        ],
    };
    let expected = [
        // What was not read this time is known from the last.
        file("a", Some(1), Train),
        file("b renamed", Some(2), Test),
        file("c", Some(3), Test),
        file("d", Some(4), Train),
        file("new", Some(9), Train),
    ];
    assert_eq!(before.and(&now).files, expected);
    assert_eq!(Earlier::default().and(&now), now);
    // Other data altogether.
    let others = Manifest {
        files: vec![file("x", Some(1), Train)],
    };
    assert_eq!(before.and(&others), others);
}
