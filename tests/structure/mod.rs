//! What holds for all of `src/`: a module uses those above it in `lib.rs`, never those below; files use each
//! other in no circle, but parent and child; files and functions are short enough to be read.
//!
//! [`sources`] reads the text, which rustfmt has laid out, without compiling it.

mod sources;

use std::collections::{BTreeMap, BTreeSet};

use sources::Sources;

/// Lines that a file may have.
const FILE: usize = 500;
/// Lines that a function may have, from its name to its last brace.
const FUNCTION: usize = 80;

#[test]
fn modules_use_those_above_them_in_lib_rs_and_never_those_below() {
    assert_eq!(Sources::of_this_package().upward_uses(), [""; 0]);
}

#[test]
fn files_use_each_other_in_no_circle() {
    assert_eq!(circles(&Sources::of_this_package().uses()), [""; 0]);
}

#[test]
fn files_and_functions_are_short_enough_to_be_read() {
    let sources = Sources::of_this_package();
    assert_eq!(sources.long_files(FILE), [""; 0]);
    assert_eq!(sources.long_functions(FUNCTION), [""; 0]);
}

/// Circles among files, by what each uses: those of which a file can be reached from itself.
fn circles(uses: &BTreeMap<String, BTreeSet<String>>) -> Vec<String> {
    let reached = |from: &String| {
        let mut reached = BTreeSet::new();
        let mut next: Vec<&String> = uses[from].iter().collect();
        while let Some(file) = next.pop() {
            if reached.insert(file.clone()) {
                next.extend(&uses[file]);
            }
        }
        reached
    };
    let reached: BTreeMap<_, _> = uses.keys().map(|file| (file, reached(file))).collect();
    let circles: BTreeSet<Vec<&str>> = uses
        .keys()
        .filter(|file| reached[file].contains(*file))
        .map(|file| {
            let others = uses
                .keys()
                .filter(|other| reached[file].contains(*other) && reached[other].contains(file));
            others.map(String::as_str).collect()
        })
        .collect();
    circles.iter().map(|files| files.join(", ")).collect()
}

fn made_up(files: &[(&str, &str)]) -> Sources {
    let files = files
        .iter()
        .map(|(path, text)| (path.to_string(), text.to_string()));
    Sources::new(files.collect())
}

#[test]
fn an_upward_use_is_found_wherever_it_stands() {
    let lib =
        "//! 0. [`low`]: files.\n//! 1. [`mod@high`]: all else.\npub mod high;\npub mod low;\n";
    let high = ("src/high.rs", "use crate::low::Thing;\n");
    for low in [
        "use crate::high::{\n    self, Other,\n};\n",
        "fn f() {\n    crate::high::other();\n}\n",
        "use super::{Unknown, high::Other};\n",
    ] {
        let sources = made_up(&[("src/lib.rs", lib), high, ("src/low/mod.rs", low)]);
        assert_eq!(sources.upward_uses(), ["src/low/mod.rs uses high"], "{low}");
    }
    let low = "/// As [`crate::high`].\nstruct Low;\n#[cfg(test)]\nmod tests {\n    use crate::high;\n}\n";
    let sources = made_up(&[("src/lib.rs", lib), high, ("src/low/mod.rs", low)]);
    assert_eq!(sources.upward_uses(), [""; 0]);
}

#[test]
fn a_circle_is_found_and_parent_and_child_are_none() {
    let files = [
        ("src/lib.rs", "//! 0. [`a`]: all.\nmod a;\n"),
        (
            "src/a/mod.rs",
            "mod b;\nmod c;\npub use b::B;\npub struct A;\n",
        ),
        (
            "src/a/b.rs",
            "use super::A;\nuse super::c::C;\npub struct B;\n",
        ),
    ];
    let with = |c: &'static str| {
        let mut files = files.to_vec();
        files.push(("src/a/c.rs", c));
        circles(&made_up(&files).uses())
    };
    assert_eq!(with("use super::A;\n"), [""; 0]);
    assert_eq!(with("use crate::a::b::B;\n"), ["src/a/b.rs, src/a/c.rs"]);
}

#[test]
fn long_functions_are_found_by_their_braces() {
    let text = "impl A {\n    pub(super) async fn long<T>(\n        a: T,\n    ) {\n        b();\n    }\n\n    fn short() {}\n}\n";
    let sources = made_up(&[("src/lib.rs", text)]);
    assert_eq!(sources.long_functions(5), [""; 0]);
    assert_eq!(sources.long_functions(4), ["src/lib.rs: long has 5 lines"]);
    assert_eq!(sources.long_files(8), ["src/lib.rs has 9 lines"]);
}
