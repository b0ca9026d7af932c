//! Runs the program and reads what it leaves.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

use crate::reference::fixture::Fixture;

/// A path in `tests/fixtures/`.
pub fn fixture(name: &str) -> String {
    format!("{}/tests/fixtures/{name}", env!("CARGO_MANIFEST_DIR"))
}

/// The made-up data set.
pub fn tiny() -> String {
    fixture("tiny/cifar-10-batches-bin")
}

/// What a command came to.
pub struct Ended {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Ended {
    /// It did what it was asked for, without a word about errors.
    #[track_caller]
    pub fn succeeds(self) -> Self {
        assert_eq!(self.code, Some(0), "{}{}", self.stdout, self.stderr);
        assert!(!self.stderr.contains("error"), "{}", self.stderr);
        self
    }

    /// It failed with an exit code and one sentence, which has all of `parts` in it.
    #[track_caller]
    pub fn fails(&self, code: i32, parts: &[&str]) {
        let said = &self.stderr;
        assert_eq!(self.code, Some(code), "{}{said}", self.stdout);
        assert!(
            !said.contains("panicked") && !said.contains("RUST_BACKTRACE"),
            "{said}"
        );
        assert_eq!(said.matches("error:").count(), 1, "{said}");
        // No cause is told twice.
        for clause in said.split(": ").filter(|clause| clause.len() > 40) {
            assert_eq!(said.matches(clause.trim()).count(), 1, "{said}");
        }
        assert!(said.trim_end().chars().count() > 30, "{said}");
        for part in parts {
            assert!(said.contains(part), "no {part:?} in: {said}");
        }
    }
}

impl From<Output> for Ended {
    fn from(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
        Self {
            code: output.status.code(),
            stdout: text(output.stdout),
            stderr: text(output.stderr),
        }
    }
}

/// The program, not started yet.
pub fn bnonly<S: AsRef<OsStr>>(arguments: impl IntoIterator<Item = S>) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bnonly"));
    command.args(arguments);
    alone(command)
}

/// A program that is given nothing of the environment that would make it another.
pub fn alone(mut command: Command) -> Command {
    command
        .stdin(Stdio::null())
        // A machine without a desktop has none, and no driver shall say so.
        .env_remove("XDG_RUNTIME_DIR")
        .env_remove("WAYLAND_DISPLAY")
        .env_remove("RUST_BACKTRACE");
    command
}

/// Runs `bnonly`.
pub fn run<S: AsRef<OsStr>>(arguments: impl IntoIterator<Item = S>) -> Ended {
    bnonly(arguments)
        .output()
        .expect("the program starts")
        .into()
}

/// `bnonly train` on the made-up data set into `out`, with more options in one text; of a small
/// network, if they do not say how wide.
pub fn train_command(out: &Path, options: &str) -> Command {
    let mut command = bnonly(["train", "--data", &tiny(), "--out"]);
    command.arg(out).args(["--model", "resnet-8"]);
    if !options.contains("--width") {
        command.args(["--width", "4"]);
    }
    command.args(options.split_whitespace());
    command
}

/// Runs [`train_command`].
pub fn train(out: &Path, options: &str) -> Ended {
    train_command(out, options)
        .output()
        .expect("the program starts")
        .into()
}

/// The last checkpoint of a run.
pub fn last(run: &Path) -> PathBuf {
    run.join("checkpoints/last.safetensors")
}

/// The metadata of a safetensors file.
pub fn metadata(file: &Path, key: &str) -> String {
    let bytes = std::fs::read(file).expect("a file");
    let (_, header) = safetensors::SafeTensors::read_metadata(&bytes).expect("safetensors");
    header.metadata().as_ref().expect("metadata")[key].clone()
}

/// Steps that a run's last checkpoint has behind it.
pub fn steps_done(run: &Path) -> u64 {
    metadata(&last(run), "bnonly.step")
        .parse()
        .expect("a number")
}

/// Lines of a run's metrics.
pub fn metrics(run: &Path) -> Vec<Value> {
    json_lines(&std::fs::read_to_string(run.join("metrics.jsonl")).expect("metrics"))
}

/// A text of one JSON object a line.
#[track_caller]
pub fn json_lines(text: &str) -> Vec<Value> {
    let parse = |line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
    text.lines().map(parse).collect()
}

/// Lines of one kind.
pub fn of_kind<'a>(lines: &'a [Value], kind: &str) -> Vec<&'a Value> {
    lines.iter().filter(|line| line["kind"] == kind).collect()
}

/// Both runs' last checkpoints hold the same tensors, bit for bit, the optimiser's included, and the
/// same steps were logged.
#[track_caller]
pub fn same_run(one: &Path, other: &Path) {
    let [a, b] = [one, other].map(|run| Fixture::read_path(&last(run)));
    let names = |file: &Fixture| file.names().map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(names(&a), names(&b));
    assert!(a.names().any(|name| name.starts_with("optimizer.")));
    for name in a.names() {
        let bits = |file: &Fixture| {
            file.f64(name)
                .iter()
                .map(|v| v.to_bits())
                .collect::<Vec<_>>()
        };
        assert_eq!(bits(&a), bits(&b), "{name}");
    }
    // How long a step took is all that may differ.
    let steps = |run: &Path| {
        let mut lines = metrics(run);
        lines.retain(|line| line["kind"] == "step");
        for line in &mut lines {
            line["seconds"] = Value::Null;
        }
        lines
    };
    assert_eq!(steps(one), steps(other));
    assert_eq!(steps_done(one), steps_done(other));
}
