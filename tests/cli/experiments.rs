//! `bnonly experiment`: from a file to a table, whatever comes in between.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use crate::program::{Ended, bnonly, run};

/// An arm whose channels are removed, one that begins after it, and one that diverges; six runs.
pub const FILE: &str = r#"
name = "tiny"
title = "Tiny"
question = "Does it go through?"
about = "It is small."
method = "Three arms are trained."

[settings]
data = "shapes"
model = "resnet-8"
width = 4
limit-train = 64
limit-test = 16
batch-size = 8
max-steps = 10
augment = false

[scales.glance]
seeds = 2

[[arms]]
name = "bn"
label = "BatchNorm"
removal = true

[[arms]]
name = "probe"
label = "probe"
settings = { train = "output" }
after = "bn"

[[arms]]
name = "wild"
label = "too fast"
settings = { train = "all", lr = 1e30 }

[[figures]]
name = "accuracy"
title = "Accuracy"
kind = "arms"

[[rules]]
says = "BatchNorm reaches more."
more = { arm = "bn" }
less = { arm = "wild" }
"#;

fn command(file: &Path, out: &Path, more: &[&str]) -> Command {
    let mut command = bnonly(["experiment", "run"]);
    command.arg(file).arg("--out").arg(out).args(more);
    command
}

fn ended(mut command: Command) -> Ended {
    command.output().expect("the program starts").into()
}

/// The table, without the columns of times, which no two runs have in common.
pub fn table(out: &Path) -> Vec<Vec<String>> {
    let mut reader = csv::Reader::from_path(out.join("results.csv")).expect("a table");
    let head = reader.headers().expect("a head").clone();
    let keeps = |at: usize| !head[at].ends_with("seconds");
    let row = |record: &csv::StringRecord| {
        let kept = record.iter().enumerate().filter(|(at, _)| keeps(*at));
        kept.map(|(_, text)| text.to_owned()).collect::<Vec<_>>()
    };
    let mut rows = vec![row(&head)];
    rows.extend(reader.records().map(|record| row(&record.expect("a row"))));
    rows
}

/// Starts it, and waits for so many runs.
fn start(file: &Path, out: &Path, runs: usize) -> Child {
    let mut command = command(file, out, &["--json", "--weight-decay", "0"]);
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the program starts");
    let lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
    let read: Vec<String> = lines.take(runs).map(|line| line.expect("a line")).collect();
    assert_eq!(read.len(), runs);
    child
}

/// Killed twice, in the middle of whatever it does: the table is that of one that went through, two runs at a time.
#[test]
fn a_killed_experiment_ends_as_if_it_had_gone_through() {
    let home = tempfile::tempdir().expect("a folder");
    let file = home.path().join("tiny.toml");
    fs::write(&file, FILE).expect("written");
    let (straight, killed) = (home.path().join("one"), home.path().join("two"));
    let told = ended(command(
        &file,
        &straight,
        &["--jobs", "2", "--weight-decay", "0"],
    ))
    .succeeds();
    assert!(
        told.stdout.contains("[6/6]") && told.stderr.contains("verdict: undecided"),
        "{}{}",
        told.stdout,
        told.stderr
    );
    for runs in [1, 2] {
        let mut child = start(&file, &killed, runs);
        child.kill().expect("a kill");
        child.wait().expect("an end");
        // Also half-way there is something to read.
        run([Path::new("experiment"), Path::new("report"), &killed]).succeeds();
        assert!(table(&killed).len() > runs);
    }
    ended(command(&file, &killed, &["--quiet", "--weight-decay", "0"])).succeeds();
    let rows = table(&straight);
    assert_eq!(rows, table(&killed));
    let names: Vec<String> = rows[1..].iter().map(|row| row[..2].join(" ")).collect();
    assert_eq!(
        names,
        ["bn 0", "probe 0", "wild 0", "bn 1", "probe 1", "wild 1"]
    );
    assert_eq!(rows[1][2], "finished");
    assert!(rows[3][2].starts_with("diverged: "), "{:?}", rows[3]);
    let at = |name: &str| {
        rows[0]
            .iter()
            .position(|head| head == name)
            .expect("a column")
    };
    // Removing nothing, or as many at random, was measured where it was asked for, and nowhere else.
    assert!(!rows[1][at("loss-random")].is_empty() && rows[2][at("loss-random")].is_empty());
    // A network that diverged is as good as chance: ten shapes.
    assert_eq!(rows[3][at("accuracy")], "0.1");
    assert!(
        fs::read_to_string(straight.join("runs/probe-seed1/config.toml"))
            .expect("settings")
            .contains("bn-seed1")
    );

    // Nothing is left to do, and the file beside the runs says the same, and where.
    let file = straight.join("experiment.toml");
    let again = run([Path::new("experiment"), Path::new("run"), &file]).succeeds();
    assert!(
        again.stdout.contains("6 of them are there already"),
        "{}",
        again.stdout
    );
}

/// An arm without images, and the one that begins after it, keep no other from being made and reported.
#[test]
fn a_run_that_fails_is_told_and_the_rest_goes_on() {
    let home = tempfile::tempdir().expect("a folder");
    let file = home.path().join("tiny.toml");
    let lost = FILE
        .replace("seeds = 2", "seeds = 1")
        .replace("removal = true", "settings = { data = \"no/such/images\" }");
    fs::write(&file, lost).expect("written");
    let out = home.path().join("out");
    let told = ended(command(&file, &out, &[]));
    told.fails(
        1,
        &[
            "2 of 3 runs failed",
            "no/such/images",
            "it begins from bn-seed0",
        ],
    );
    let rows = table(&out);
    assert_eq!((rows.len(), rows[1][0].as_str()), (2, "wild"));
    let report = fs::read_to_string(out.join("report.md")).expect("a report");
    assert!(
        report.contains("no/such/images") && report.contains("2 runs failed"),
        "{report}"
    );
}

#[test]
fn what_cannot_be_run_is_told_before_anything_is_made() {
    let home = tempfile::tempdir().expect("a folder");
    let file = home.path().join("mine.toml");
    fs::write(&file, FILE.replace("max-steps", "max-stepps")).expect("written");
    let out = home.path().join("out");
    ended(command(&file, &out, &[])).fails(
        2,
        &[
            "mine.toml",
            "line 15",
            "max-stepps",
            "did you mean `max-steps`",
        ],
    );
    fs::write(&file, FILE).expect("written");
    ended(command(&file, &out, &["--lr", "0.1"]))
        .fails(2, &["arms of tiny differ in `lr`", "experiment show"]);
    ended(command(&file, &out, &["--scale", "paper"])).fails(2, &["no scale paper", "glance"]);
    ended(command(&file, &out, &["--batch-size", "0"])).fails(2, &["batch-size"]);
    run(["experiment", "run", "no-such-thing"])
        .fails(2, &["no-such-thing", "depth-vs-width", ".toml"]);
    run(["experiment", "report", "no/such/folder"]).fails(2, &["experiment.toml"]);
    ended(command(&file, home.path(), &[])).fails(2, &["not empty", "choose another folder"]);
    assert!(!out.exists());
}

#[test]
fn the_nine_are_listed_and_shown() {
    let list = run(["experiment", "list", "--json"]).succeeds();
    let names: Vec<String> = (list.stdout.lines())
        .map(|line| {
            serde_json::from_str::<serde_json::Value>(line).expect("JSON")["name"].to_string()
        })
        .collect();
    assert_eq!(names.len(), 9);
    let shown = run(["experiment", "show", "removable-features"])
        .succeeds()
        .stdout;
    assert!(
        bnonly::experiment::definition::Experiment::from_toml(&shown).is_ok(),
        "{shown}"
    );
}
