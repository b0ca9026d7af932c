//! What is printed where nobody reads, or where there is no room: a sentence or nothing, never a panic.
#![cfg(target_os = "linux")]

use std::fs::OpenOptions;
use std::process::Stdio;

use crate::program::{Ended, bnonly, steps_done, train_command};

/// How a command ends that prints to nobody, and to a full disk.
#[track_caller]
fn ends_well(arguments: &[&str]) {
    let (reader, closed) = std::io::pipe().expect("a pipe");
    drop(reader);
    let mut command = bnonly(arguments);
    let ended: Ended = command
        .stdout(closed)
        .output()
        .expect("the program starts")
        .into();
    assert_eq!(ended.code, Some(0), "{arguments:?}: {}", ended.stderr);
    for word in ["panicked", "error"] {
        assert!(
            !ended.stderr.contains(word),
            "{arguments:?}: {}",
            ended.stderr
        );
    }

    let mut command = bnonly(arguments);
    let ended: Ended = command
        .stdout(full())
        .output()
        .expect("the program starts")
        .into();
    ended.fails(
        1,
        &["standard output cannot be written to", "No space left"],
    );
}

/// Every write to it fails, as on a full disk.
fn full() -> Stdio {
    let full = OpenOptions::new().write(true).open("/dev/full");
    full.expect("a device").into()
}

#[test]
fn every_command_prints_to_nobody_and_to_a_full_disk() {
    for arguments in [
        &["models"][..],
        &["models", "--json"],
        &["runs", "tests"],
        &["inspect", "tests/fixtures/resnet8-bn/init.safetensors"],
        &["devices"],
        &["devices", "--json"],
        &["--help"],
        &["train", "--help"],
        &["--version"],
        // Its first line stands before all that it measures.
        &["bench", "--quick", "--model", "resnet-8"],
    ] {
        ends_well(arguments);
    }
}

#[test]
fn a_training_goes_on_without_a_place_to_print_to() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("run");
    let mut command = train_command(&out, "--max-steps 2 --batch-size 8 --limit-test 8 --json");
    let ended: Ended = command
        .stdout(full())
        .output()
        .expect("the program starts")
        .into();
    ended.fails(
        1,
        &["the training goes on without printing", "done and saved"],
    );
    assert_eq!(steps_done(&out), 2);
    ends_well(&["eval", &out.display().to_string()]);
}

#[test]
fn an_error_that_cannot_be_printed_keeps_its_exit_code() {
    let mut command = bnonly(["train", "--batch-size", "0"]);
    assert_eq!(
        command.stderr(full()).status().expect("it starts").code(),
        Some(2)
    );
    let mut command = bnonly(["trane"]);
    assert_eq!(
        command.stderr(full()).status().expect("it starts").code(),
        Some(2)
    );
}
