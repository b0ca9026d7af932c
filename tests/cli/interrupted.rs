//! A run that Ctrl-C stops, or that is killed, goes on as if nothing had happened.
#![cfg(unix)]

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, SystemTime};

use crate::program::{bnonly, last, run, same_run, steps_done, train, train_command};

/// Four batches an epoch, and a checkpoint at each epoch's end; no end in sight.
const ENDLESS: &str = "--batch-size 8 --limit-train 30 --limit-test 8 --schedule constant";

/// Starts a run that would not end, and waits for so many lines about it.
fn start(out: &Path, lines: usize) -> Child {
    let mut command = train_command(out, &format!("{ENDLESS} --max-steps 1000000 --json"));
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut reader = BufReader::new(child.stdout.take().expect("a pipe"));
    let mut line = String::new();
    for _ in 0..lines {
        line.clear();
        reader.read_line(&mut line).expect("a line");
        assert!(!line.is_empty(), "the run ended by itself");
    }
    // Nobody reads on: a closed pipe must not stop a training either.
    child
}

fn send(signal: &str, child: &Child) {
    let id = child.id().to_string();
    let sent = Command::new("sh")
        .args(["-c", "kill -s \"$0\" \"$1\"", signal, &id])
        .status();
    assert!(sent.expect("sh").success());
}

/// Goes on a few steps, and holds the run against one that went through.
fn goes_on(out: &Path, straight: &Path) {
    let end = (steps_done(out) + 6).to_string();
    run([
        "train",
        "--quiet",
        "--max-steps",
        &end,
        "--resume",
        &out.display().to_string(),
    ])
    .succeeds();
    train(straight, &format!("{ENDLESS} --max-steps {end} --quiet")).succeeds();
    same_run(out, straight);
}

#[test]
fn ctrl_c_saves_and_says_how_to_go_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("run");
    let mut child = start(&out, 7);
    send("INT", &child);
    let mut said = String::new();
    let mut stderr = child.stderr.take().expect("a pipe");
    stderr.read_to_string(&mut said).expect("UTF-8");
    assert_eq!(child.wait().expect("an end").code(), Some(130), "{said}");
    let way_on = format!("bnonly train --resume {}", out.display());
    assert!(
        said.contains(&way_on) && !said.contains("panicked"),
        "{said}"
    );
    // The steps under way were finished and saved.
    assert!(steps_done(&out) >= 6, "{said}");
    goes_on(&out, &folder.path().join("straight"));
}

#[test]
fn a_killed_run_goes_on_from_its_last_checkpoint() {
    let folder = tempfile::tempdir().expect("a folder");
    let now = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .expect("a time");
    for turn in 0..3 {
        let out = folder.path().join(format!("run{turn}"));
        // Of 20 lines four or so are evaluations, each with a checkpoint behind it.
        let [lines, wait] = [
            1 + (now.subsec_nanos() / 7 + turn * 13) % 20,
            now.subsec_micros() * (turn + 1) % 90,
        ];
        println!("killed {wait} ms after line {lines}");
        let mut child = start(&out, lines as usize);
        std::thread::sleep(Duration::from_millis(wait.into()));
        child.kill().expect("a kill");
        child.wait().expect("an end");
        assert!(last(&out).is_file());
        goes_on(&out, &folder.path().join(format!("straight{turn}")));
    }
}

/// Before the first checkpoint there is nothing to go on from, and a sentence says so.
#[test]
fn a_run_without_a_checkpoint_says_how_to_start_anew() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("run");
    train(&out, "--max-steps 1 --batch-size 8 --limit-test 8 --quiet").succeeds();
    std::fs::remove_file(last(&out)).expect("removed");
    let ended: crate::program::Ended = bnonly(["train", "--resume"])
        .arg(&out)
        .output()
        .expect("the program starts")
        .into();
    ended.fails(1, &["last.safetensors", "--config"]);
}
