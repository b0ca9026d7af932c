//! A run that was stopped and resumed is the run that went through, bit for bit.

use std::path::Path;

use bnonly::train::checkpoint::Checkpoint;

use crate::program::{bnonly, last, run, same_run, steps_done, train};

/// Goes on with a run.
fn resume(run: &Path, options: &str) -> crate::program::Ended {
    let mut command = bnonly(["train", "--quiet", "--resume"]);
    command.arg(run).args(options.split_whitespace());
    command.output().expect("the program starts").into()
}

fn in_two_parts_as_in_one(options: &str) {
    let folder = tempfile::tempdir().expect("a folder");
    let [parts, whole] = ["parts", "whole"].map(|name| folder.path().join(name));
    // Shuffled and augmented, five batches an epoch, the last one smaller.
    let options = format!("{options} --batch-size 24 --limit-train 100 --limit-test 40 --quiet");
    train(&parts, &format!("{options} --max-steps 7")).succeeds();
    assert_eq!(steps_done(&parts), 7);
    resume(&parts, "--max-steps 12").succeeds();
    train(&whole, &format!("{options} --max-steps 12")).succeeds();
    same_run(&parts, &whole);
}

#[test]
fn with_momentum_and_a_step_schedule() {
    in_two_parts_as_in_one("--train bn+output --nesterov --schedule step:1,2 --lr-gamma 0.5");
}

#[test]
fn with_adam_on_random_weights() {
    in_two_parts_as_in_one("--train random:2 --optimizer adamw --lr 0.01 --schedule constant");
}

#[test]
fn a_longer_run_says_how_its_rate_jumps() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("run");
    let options =
        "--schedule cosine --batch-size 8 --limit-train 16 --limit-test 8 --max-steps 2 --quiet";
    train(&out, options).succeeds();
    let mut command = bnonly(["train", "--max-steps", "3", "--resume"]);
    let ended: crate::program::Ended = command.arg(&out).output().expect("it starts").into();
    let told = ended.succeeds().stdout;
    let note = "note      the cosine schedule is spread over 3 steps now, not over 2 steps, and the learning rate changes \
                from 0.05 to 0.025; set --schedule-epochs to 1 to keep it as it was";
    assert!(told.contains(note), "{told}");
    let text = std::fs::read_to_string(out.join("config.toml")).expect("settings");
    assert!(!text.contains("schedule-epochs"), "{text}");
    resume(&out, "--max-steps 4 --schedule-epochs 3").succeeds();
    let text = std::fs::read_to_string(out.join("config.toml")).expect("settings");
    assert!(text.contains("schedule-epochs = 3"), "{text}");
}

#[test]
fn a_finished_run_has_nothing_left_to_do() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("run");
    train(&out, "--max-steps 2 --batch-size 8 --limit-test 8 --quiet").succeeds();
    let before = std::fs::read(last(&out)).expect("a checkpoint");
    resume(&out, "").succeeds();
    assert_eq!(std::fs::read(last(&out)).expect("a checkpoint"), before);
}

#[test]
fn a_run_goes_on_without_the_file_it_was_started_from() {
    let folder = tempfile::tempdir().expect("a folder");
    let [first, second, init] =
        ["first", "second", "init.safetensors"].map(|n| folder.path().join(n));
    let options = "--batch-size 8 --limit-test 8 --quiet --max-steps";
    train(&first, &format!("{options} 1")).succeeds();
    std::fs::copy(last(&first), &init).expect("a copy");
    train(&second, &format!("{options} 1 --init {}", init.display())).succeeds();
    std::fs::remove_file(&init).expect("a file");
    resume(&second, "--max-steps 2").succeeds();
    assert_eq!(steps_done(&second), 2);
}

#[test]
fn a_resumed_run_keeps_its_settings() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("run");
    train(&out, "--max-steps 1 --batch-size 8 --limit-test 8 --quiet").succeeds();
    resume(&out, "--lr 0.5").fails(2, &["--resume", "--init"]);
    resume(&out, "--width 8").fails(2, &["--resume", "own settings"]);
}

/// The loss is no number after the first step. The checkpoint before it stays, and reads.
#[test]
fn a_run_that_diverges_keeps_its_last_good_checkpoint() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("run");
    let options = "--lr 1e30 --max-steps 40 --batch-size 8 --limit-test 16 --quiet";
    train(&out, options).fails(1, &["diverged", "--lr", "at step"]);
    let before = Checkpoint::read(&last(&out)).expect("a checkpoint");
    run(["eval", &out.display().to_string()]).succeeds();
    resume(&out, "").fails(1, &["diverged", "--lr"]);
    let after = Checkpoint::read(&last(&out)).expect("a checkpoint");
    assert_eq!(after.tensors, before.tensors);
    assert_eq!(after.progress.step, before.progress.step);
    // What the loss does not show yet shows in the values at an epoch's end, before they are saved.
    let other = folder.path().join("other");
    let options = "--lr 1e38 --max-steps 1 --batch-size 8 --limit-test 16 --quiet";
    train(&other, options).fails(1, &["diverged", "--lr"]);
    assert_eq!(steps_done(&other), 0);
    run(["eval", &other.display().to_string()]).succeeds();
}

/// No file may grow beyond some kilobytes, which is how a full disk looks to who writes a checkpoint.
#[cfg(target_os = "linux")]
#[test]
fn a_checkpoint_that_cannot_be_written_leaves_the_one_before() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("run");
    train(
        &out,
        "--max-steps 2 --batch-size 8 --limit-test 8 --schedule constant --quiet",
    )
    .succeeds();
    let before = std::fs::read(last(&out)).expect("a checkpoint");
    assert!(before.len() > 20 << 10);
    let command = bnonly(["train", "--quiet", "--max-steps", "4", "--resume"]);
    let mut limited = std::process::Command::new("sh");
    limited
        .args(["-c", "trap '' XFSZ; ulimit -f 16; exec \"$@\"", "sh"])
        .arg(command.get_program())
        .args(command.get_args())
        .arg(&out)
        .envs(
            command
                .get_envs()
                .filter_map(|(key, value)| Some((key, value?))),
        );
    let ended: crate::program::Ended = limited.output().expect("sh").into();
    ended.fails(
        1,
        &[
            "last.safetensors could not be written",
            "unchanged",
            "--resume",
        ],
    );
    assert_eq!(std::fs::read(last(&out)).expect("a checkpoint"), before);
    let left = std::fs::read_dir(out.join("checkpoints"))
        .expect("a folder")
        .count();
    assert_eq!(left, 2, "best and last, and nothing half-written");
    resume(&out, "--max-steps 4").succeeds();
    assert_eq!(steps_done(&out), 4);
}
