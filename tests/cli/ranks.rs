//! Several ranks, as Open MPI starts them: an experiment's runs handed out among them, and each batch of one run shared.

use std::ffi::OsStr;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use crate::experiments::{FILE, table};
use crate::program::{Ended, alone, bnonly, metrics, same_run, steps_done, tiny};
use crate::pytorch::reproduces_by;

const PROGRAM: &str = env!("CARGO_BIN_EXE_bnonly");

/// The program as so many ranks, without its arguments.
fn ranks(count: u32) -> Command {
    let mut command = mpirun();
    command.args(["-n", &count.to_string(), PROGRAM]);
    command
}

/// Open MPI's launcher on this machine, whoever calls it, for five minutes at most.
fn mpirun() -> Command {
    let mut command = Command::new("mpirun");
    command
        .args(["--oversubscribe", "--bind-to", "none", "--timeout", "300"])
        .env("OMPI_ALLOW_RUN_AS_ROOT", "1")
        .env("OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1")
        // Seconds to save what is under way, of which ranks that wait for a killed one take all.
        .env("OMPI_MCA_odls_base_sigkill_timeout", "3")
        // What a container may forbid.
        .env("OMPI_MCA_btl_vader_single_copy_mechanism", "none");
    alone(command)
}

fn ended(mut command: Command) -> Ended {
    command.output().expect("the program starts").into()
}

/// The process of a rank that a launcher started.
fn process(launcher: &Child, rank: u32) -> String {
    let pid = launcher.id();
    let children = fs::read_to_string(format!("/proc/{pid}/task/{pid}/children"));
    let children = children.expect("a list of processes");
    let is_it = |child: &&str| {
        let set = fs::read(format!("/proc/{child}/environ")).unwrap_or_default();
        let set = String::from_utf8_lossy(&set).into_owned();
        set.split('\0')
            .any(|set| set == format!("OMPI_COMM_WORLD_RANK={rank}"))
    };
    let found = children.split_whitespace().find(is_it);
    found.expect("a process of this rank").to_owned()
}

fn signal(process: &str, signal: &str) {
    let sent = Command::new("kill").args([signal, process]).status();
    assert!(sent.expect("kill").success());
}

/// Waits until something holds, two minutes at most.
fn wait_for(what: &str, mut holds: impl FnMut() -> bool) {
    for _ in 0..1200 {
        if holds() {
            return;
        }
        sleep(Duration::from_millis(100));
    }
    panic!("{what} took more than two minutes");
}

/// An experiment of six runs, of which two begin after others, in a few steps.
fn small() -> String {
    FILE.replace("max-steps = 10", "max-steps = 3")
        .replace("limit-train = 64", "limit-train = 16")
        .replace("removal = true", "")
}

fn experiment(mut command: Command, file: &Path, out: &Path) -> Command {
    command.args([
        OsStr::new("experiment"),
        OsStr::new("run"),
        file.as_os_str(),
    ]);
    command.arg("--out").arg(out);
    command
}

#[test]
fn ranks_make_one_ranks_table_also_when_one_of_them_is_killed() {
    let home = tempfile::tempdir().expect("a folder");
    let file = home.path().join("tiny.toml");
    fs::write(&file, small()).expect("written");
    let out = |name: &str| home.path().join(name);
    let alone = out("alone");
    ended(experiment(bnonly([""; 0]), &file, &alone)).succeeds();
    let rows = table(&alone);
    assert_eq!(rows.len(), 7);

    let two = ended(experiment(ranks(2), &file, &out("two"))).succeeds();
    assert_eq!(table(&out("two")), rows);
    // One of them speaks, of the runs of all.
    assert_eq!(
        two.stdout.matches("report.html").count(),
        1,
        "{}",
        two.stdout
    );
    for run in 1..=6 {
        let line = format!("[{run}/6]");
        assert_eq!(two.stdout.matches(&line).count(), 1, "{}", two.stdout);
    }
    assert_eq!(
        two.stderr.matches("undecided: ").count(),
        1,
        "{}",
        two.stderr
    );

    // Killed in the middle of what it does; the others end with it, and what is missing is made by as many as then come.
    let killed = out("killed");
    let mut command = experiment(ranks(3), &file, &killed);
    command
        .arg("--json")
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    let mut child = command.spawn().expect("mpirun starts");
    let lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
    assert_eq!(lines.take(1).count(), 1);
    signal(&process(&child, 2), "-KILL");
    assert!(!child.wait().expect("an end").success());
    let again = ended(experiment(ranks(3), &file, &killed)).succeeds();
    assert!(
        again.stdout.contains("are there already"),
        "{}",
        again.stdout
    );
    assert_eq!(table(&killed), rows);
}

#[test]
fn what_fails_on_any_rank_is_told_once() {
    let home = tempfile::tempdir().expect("a folder");
    let file = home.path().join("tiny.toml");
    let lost = small().replace("seeds = 2", "seeds = 1").replace(
        "label = \"BatchNorm\"",
        "label = \"BatchNorm\"\nsettings = { data = \"no/such/images\" }",
    );
    fs::write(&file, lost).expect("written");
    let told = ended(experiment(ranks(2), &file, &home.path().join("out")));
    told.fails(1, &["2 of 3 runs failed"]);
    assert_eq!(
        told.stderr.matches("bn seed 0 failed").count(),
        1,
        "{}",
        told.stderr
    );

    // Wrong options, and what ranks are not for.
    let mut wrong = ranks(2);
    wrong.args(["train", "--no-such-option"]);
    ended(wrong).fails(2, &["--no-such-option"]);
    let mut apart = ranks(2);
    apart.args(["train", "--data", "shapes"]);
    ended(apart).fails(2, &["2 ranks", "--data-parallel"]);
    ended(shared(2, &home.path().join("uneven"), "--batch-size 33"))
        .fails(2, &["--batch-size", "33 images", "2 ranks"]);

    // One of them has other images, the other none.
    let out = home.path().join("other");
    let mut apart = mpirun();
    for (at, more) in [["--seed", "0"], ["--limit-train", "32"]]
        .iter()
        .enumerate()
    {
        apart.args((at > 0).then_some(":"));
        apart.args([
            "-n",
            "1",
            PROGRAM,
            "train",
            "--data-parallel",
            "--data",
            &tiny(),
        ]);
        apart.args(["--model", "resnet-8", "--width", "4", "--out"]);
        apart.arg(&out).args(more);
    }
    ended(apart).fails(1, &["rank 1 has other images"]);
    let mut missing = mpirun();
    for (at, data) in [&tiny(), "no/such/images"].iter().enumerate() {
        missing.args((at > 0).then_some(":"));
        missing.args([
            "-n",
            "1",
            PROGRAM,
            "train",
            "--data-parallel",
            "--data",
            data,
        ]);
        missing.args(["--model", "resnet-8", "--width", "4", "--out"]);
        missing.arg(&out);
    }
    ended(missing).fails(1, &["rank 1 cannot go on", "no/such/images"]);
    assert!(!out.exists());
}

/// A training on the made-up data set that so many ranks share.
fn shared(count: u32, out: &Path, options: &str) -> Command {
    let mut command = ranks(count);
    command.args(["train", "--data-parallel", "--data", &tiny(), "--out"]);
    command.arg(out);
    command.args(["--model", "resnet-8", "--width", "4"]);
    command.args(options.split_whitespace());
    command
}

/// Two ranks, as PyTorch's DistributedDataParallel has trained them: the same parts of the same batches.
#[test]
fn two_ranks_are_pytorchs() {
    for mode in ["bn", "all"] {
        let options = format!(
            "--data-parallel --model resnet-8 --width 4 --train {mode} --batch-size 32 --max-steps 5"
        );
        let name = format!("ranks2-resnet8w4-{mode}");
        reproduces_by(ranks(2), &name, &options, 2, 1e-3, 1e-3);
    }
}

/// Asked to stop on any of them, all save and end; the run goes on from there as if nothing had been, on as many ranks.
/// Its last batch of an epoch does not come out even.
#[test]
fn a_shared_run_that_is_stopped_goes_on() {
    let home = tempfile::tempdir().expect("a folder");
    let [straight, stopped] = ["straight", "stopped"].map(|name| home.path().join(name));
    let options = "--batch-size 15 --limit-train 53 --limit-test 8 --seed 3 --quiet";
    let child = shared(3, &stopped, &format!("{options} --max-steps 100000"));
    let child = { child }.stderr(Stdio::piped()).spawn();
    let child = child.expect("mpirun starts");
    wait_for("six steps", || {
        stopped.join("metrics.jsonl").exists() && metrics_so_far(&stopped) >= 6
    });
    signal(&process(&child, 2), "-TERM");
    let told = Ended::from(child.wait_with_output().expect("an end"));
    assert_eq!(told.code, Some(130), "{}", told.stderr);
    assert!(
        told.stderr.contains("interrupted and saved"),
        "{}",
        told.stderr
    );
    let steps = steps_done(&stopped) + 5;

    let mut on = ranks(3);
    on.args(["train", "--data-parallel", "--quiet", "--resume"])
        .arg(&stopped);
    on.args(["--max-steps", &steps.to_string()]);
    ended(on).succeeds();
    let through = shared(3, &straight, &format!("{options} --max-steps {steps}"));
    ended(through).succeeds();
    same_run(&straight, &stopped);
    assert_eq!(metrics(&straight)[0]["step"], 1);
}

/// Whole lines of a run's metrics.
fn metrics_so_far(run: &Path) -> usize {
    let text = fs::read_to_string(run.join("metrics.jsonl")).expect("metrics");
    text.matches('\n').count()
}
