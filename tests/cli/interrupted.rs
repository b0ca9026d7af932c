//! A run that Ctrl-C stops, or that is killed, goes on as if nothing had happened.
#![cfg(unix)]

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, SystemTime};

use crate::program::{Ended, bnonly, last, run, same_run, steps_done, train, train_command};

/// Four batches an epoch, and a checkpoint at each epoch's end; no end in sight.
const ENDLESS: &str = "--batch-size 8 --limit-train 30 --limit-test 8 --schedule constant";

/// Starts a run that would not end, and waits for so many lines about it.
fn start(out: &Path, lines: usize) -> Child {
    // Nobody reads on: a closed pipe must not stop a training either.
    start_from(endless(out), lines).0
}

/// A run that would not end.
fn endless(out: &Path) -> Command {
    train_command(out, &format!("{ENDLESS} --max-steps 1000000 --json"))
}

/// Starts a run, and waits for so many lines about it.
fn start_from(mut command: Command, lines: usize) -> (Child, BufReader<ChildStdout>) {
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut reader = BufReader::new(child.stdout.take().expect("a pipe"));
    wait_for(&mut reader, lines);
    (child, reader)
}

/// Waits for so many more lines.
fn wait_for(reader: &mut BufReader<ChildStdout>, lines: usize) {
    let mut line = String::new();
    for _ in 0..lines {
        line.clear();
        reader.read_line(&mut line).expect("a line");
        assert!(!line.is_empty(), "the run ended by itself");
    }
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
fn a_folder_that_is_deleted_in_mid_run_is_told_and_written_anew() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("run");
    let (mut child, mut reader) = start_from(endless(&out), 7);
    // As a file manager does; a folder that is written to is hard to delete file by file.
    std::fs::rename(&out, folder.path().join("bin")).expect("moved");
    // It is noticed at the next evaluation, or a second later.
    let anew = folder.path().join("run-2");
    while !last(&anew).is_file() {
        wait_for(&mut reader, 1);
    }
    drop(reader);
    send("INT", &child);
    let mut said = String::new();
    let mut stderr = child.stderr.take().expect("a pipe");
    stderr.read_to_string(&mut said).expect("UTF-8");
    assert_eq!(child.wait().expect("an end").code(), Some(130), "{said}");
    let way_on = format!("bnonly train --resume {}", anew.display());
    assert!(
        said.contains("deleted or moved") && said.contains(&way_on),
        "{said}"
    );
    assert!(!out.exists(), "{said}");
    goes_on(&anew, &folder.path().join("straight"));
}

/// As after a window of a terminal is closed; that may come twice.
#[test]
fn a_closed_terminal_saves_and_ends() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("run");
    let child = start(&out, 3);
    send("HUP", &child);
    send("HUP", &child);
    let ended = child.wait_with_output().expect("an end");
    assert_eq!(ended.status.code(), Some(130));
    assert!(steps_done(&out) >= 2);
}

/// As `nohup` and `setsid` start a program that is to outlive its terminal.
#[test]
fn a_closed_terminal_is_ignored_where_it_was_before() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("run");
    let command = endless(&out);
    let mut ignoring = Command::new("sh");
    ignoring
        .args(["-c", "trap '' HUP; exec \"$@\"", "sh"])
        .arg(command.get_program())
        .args(command.get_args())
        .stdin(Stdio::null());
    for (key, value) in command.get_envs() {
        match value {
            Some(value) => ignoring.env(key, value),
            None => ignoring.env_remove(key),
        };
    }
    let (child, mut reader) = start_from(ignoring, 3);
    send("HUP", &child);
    // More than can have been on their way.
    wait_for(&mut reader, 60);
    drop(reader);
    send("TERM", &child);
    let ended = child.wait_with_output().expect("an end");
    assert_eq!(ended.status.code(), Some(130));
}

#[test]
fn a_second_program_is_kept_from_a_run_under_way() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("run");
    let mut child = start(&out, 2);
    let run_text = out.display().to_string();
    let holder = format!("in use by process {} on ", child.id());
    run(["train", "--resume", &run_text]).fails(1, &[&run_text, &holder, "only one program"]);
    child.kill().expect("a kill");
    child.wait().expect("an end");
    // What a crash leaves holds nobody up.
    let end = (steps_done(&out) + 1).to_string();
    run([
        "train",
        "--quiet",
        "--max-steps",
        &end,
        "--resume",
        &run_text,
    ])
    .succeeds();
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
    let ended: Ended = bnonly(["train", "--resume"])
        .arg(&out)
        .output()
        .expect("the program starts")
        .into();
    ended.fails(1, &["last.safetensors", "--config"]);
}
