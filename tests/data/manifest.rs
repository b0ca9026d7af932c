//! What became of a data set's files since they were last read.

use bnonly::data::{Differences, Manifest, Part, SourceFile};
use bnonly::field::Keys;

use Part::{Test, Train};

fn manifest(files: &[(&str, u64, Part)]) -> Manifest {
    let files = files.iter().map(|&(path, content, part)| SourceFile {
        path: path.to_owned(),
        bytes: 100,
        digest: (content != 0).then_some(content),
        part,
    });
    Manifest {
        files: files.collect(),
    }
}

fn told(differences: &Differences) -> Vec<String> {
    let notes = differences.notes();
    notes.iter().map(|note| note.say(&Keys)).collect()
}

#[test]
fn the_same_files_differ_in_nothing() {
    let files = manifest(&[("a/1.png", 1, Train), ("a/2.png", 2, Test)]);
    let differences = files.differences(&files);
    assert!(differences.is_empty());
    assert!(told(&differences).is_empty());
    // Behind a limit nothing is read: sizes are all that is known.
    let unread = manifest(&[("a/1.png", 0, Train), ("a/2.png", 0, Test)]);
    assert!(files.differences(&unread).is_empty());
    assert!(unread.differences(&files).is_empty());
    assert_eq!(files.part("a/2.png"), Some(Test));
    assert_eq!(files.part("a/3.png"), None);
}

#[test]
fn each_file_that_differs_is_in_one_list() {
    let then = manifest(&[
        ("a/changed.png", 1, Train),
        ("a/gone.png", 2, Train),
        ("a/moved.png", 3, Train),
        ("a/old name.png", 4, Test),
        ("a/same.png", 5, Test),
        ("a/turned.png", 6, Train),
    ]);
    let now = manifest(&[
        ("a/changed.png", 11, Train),
        ("a/moved.png", 3, Test),
        ("a/new name.png", 4, Test),
        ("a/new.png", 7, Train),
        ("a/same.png", 5, Test),
        ("a/turned into.png", 6, Test),
    ]);
    let differences = then.differences(&now);
    let one = |path: &str| vec![path.to_owned()];
    assert_eq!(differences.added, one("a/new.png"));
    assert_eq!(differences.missing, one("a/gone.png"));
    assert_eq!(differences.changed, one("a/changed.png"));
    assert_eq!(differences.renamed, one("a/new name.png"));
    assert_eq!(differences.moved, ["a/moved.png", "a/turned into.png"]);
    assert!(differences.test_differs);
    let told = told(&differences);
    assert!(
        told.last().unwrap().contains("test set differs"),
        "{told:?}"
    );
    assert_eq!(told.len(), 6);
}

#[test]
fn only_test_images_make_another_test_set() {
    let then = manifest(&[("1", 1, Train), ("2", 2, Train), ("3", 3, Test)]);
    let differ = |now: &[(&str, u64, Part)]| {
        let differences = then.differences(&manifest(now));
        (differences.test_differs, told(&differences).join("\n"))
    };
    let (differs, said) = differ(&[
        ("0", 9, Train),
        ("00", 8, Train),
        ("2", 22, Train),
        ("3", 3, Test),
    ]);
    assert!(!differs, "{said}");
    for part in [
        "2 files were added since the images were first read: 0, 00; they are trained on only",
        "1 file has gone missing since the images were first read: 1",
        "1 file has changed since the images were first read: 2",
    ] {
        assert!(said.contains(part), "{part:?} is not in {said:?}");
    }
    for now in [
        &[("1", 1, Train), ("2", 2, Train), ("3", 33, Test)][..],
        &[("1", 1, Train), ("2", 2, Train)],
        &[
            ("1", 1, Train),
            ("2", 2, Train),
            ("3", 3, Test),
            ("4", 4, Test),
        ],
        &[("1", 1, Train), ("2", 2, Train), ("3", 3, Train)],
    ] {
        let (differs, said) = differ(now);
        assert!(differs && said.contains("cannot be compared"), "{said}");
    }
}

#[test]
fn many_files_are_counted_and_some_named() {
    let many: Vec<_> = (1000..2234).map(|i| i.to_string()).collect();
    let many: Vec<_> = many.iter().map(|path| (path.as_str(), 0, Train)).collect();
    let differences = manifest(&[]).differences(&manifest(&many));
    let said = told(&differences).join("\n");
    assert!(said.contains("1,234 files were added"), "{said}");
    assert!(said.contains("1000, 1001, 1002 and 1231 more"), "{said}");
}

#[test]
fn other_data_are_told_in_a_word_and_none_are_not() {
    let then = manifest(&[("a/1.png", 1, Train), ("a/2.png", 2, Test)]);
    let said = |now: &Manifest| {
        let notes = then.held_against(now);
        notes.iter().map(|note| note.say(&Keys)).collect::<Vec<_>>()
    };
    let others = said(&manifest(&[("x/1.png", 8, Train), ("x/2.png", 9, Test)]));
    assert_eq!(others.len(), 1);
    assert!(others[0].contains("are others"), "{others:?}");
    assert!(said(&Manifest::default()).is_empty());
    assert!(said(&then).is_empty());
    // One folder deeper, they are the same files still.
    let deeper = said(&manifest(&[
        ("all/a/1.png", 1, Train),
        ("all/a/2.png", 2, Test),
    ]));
    assert!(deeper[0].contains("2 files were renamed"), "{deeper:?}");
}
