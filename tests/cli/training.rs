//! A run folder, its files and its lines; evaluation of everything that holds a network.

use std::path::Path;

use bnonly::network::{NamedTensor, TensorData};
use bnonly::train::gamma_history::{gammas_path, read_gammas};
use bnonly::train::tensor_file::{Metadata, write_tensors};
use serde_json::Value;

use crate::program::{
    fixture, json_lines, last, metadata, metrics, of_kind, run, steps_done, tiny, train,
};
use crate::reference::fixture::Fixture;

fn keys(line: &Value) -> Vec<&str> {
    line.as_object()
        .expect("an object")
        .keys()
        .map(String::as_str)
        .collect()
}

#[test]
fn a_run_leaves_all_its_files() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("runs/first");
    let options = "--train bn --schedule constant --batch-size 32 --limit-train 100 --limit-test 50 --epochs 2 --json";
    let ended = train(&out, options).succeeds();

    for file in [
        "config.toml",
        "metrics.jsonl",
        "gamma.history",
        "checkpoints/last.safetensors",
        "checkpoints/best.safetensors",
        "delta.safetensors",
        "facts.toml",
        "plots/loss.svg",
        "plots/accuracy.svg",
        "plots/gamma.svg",
    ] {
        let bytes = std::fs::metadata(out.join(file))
            .unwrap_or_else(|e| panic!("{file}: {e}"))
            .len();
        assert!(bytes > 0, "{file} is empty");
    }
    let mut files: Vec<_> = std::fs::read_dir(&out)
        .expect("a folder")
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .into_string()
                .expect("UTF-8")
        })
        .collect();
    files.sort();
    let expected = [
        "checkpoints",
        "config.toml",
        "delta.safetensors",
        "facts.toml",
        "gamma.history",
        "lock",
        "manifest.tsv",
        "metrics.jsonl",
        "plots",
    ];
    assert_eq!(files, expected);

    let lines = metrics(&out);
    let printed = json_lines(&ended.stdout);
    let (note, printed) = printed.split_first().expect("a note on the last batch");
    assert_eq!(note["kind"], "note");
    assert!(note["text"].to_string().contains("--drop-last"), "{note}");
    assert_eq!(printed, lines, "--json prints what metrics.jsonl holds");
    let (steps, evals) = (of_kind(&lines, "step"), of_kind(&lines, "eval"));
    assert_eq!((steps.len(), evals.len()), (8, 2));
    assert_eq!(
        keys(steps[0]),
        ["accuracy", "epoch", "kind", "loss", "lr", "seconds", "step"]
    );
    let eval_keys = [
        "accuracy",
        "epoch",
        "gamma_below_0.01",
        "kind",
        "loss",
        "seconds",
        "step",
    ];
    assert_eq!(keys(evals[0]), eval_keys);
    for (at, step) in steps.iter().enumerate() {
        assert_eq!(step["step"], at as u64 + 1);
        assert_eq!(step["epoch"], (at as f64 + 1.0) / 4.0);
    }
    assert_eq!(
        (&evals[0]["step"], &evals[1]["step"]),
        (&4.into(), &8.into())
    );
    assert_eq!(steps_done(&out), 8);
    assert_eq!(metadata(&last(&out), "bnonly.seed"), "0");
    assert_gammas(&out);

    // config.toml alone repeats the run.
    let again = folder.path().join("again");
    let config = out.join("config.toml").display().to_string();
    run([
        "train",
        "--quiet",
        "--config",
        &config,
        "--out",
        &again.display().to_string(),
    ])
    .succeeds();
    crate::program::same_run(&out, &again);
}

/// γ and β from the first state to that of the last checkpoint, though nobody watched.
fn assert_gammas(run: &Path) {
    let read = read_gammas(&gammas_path(run)).expect("a whole file");
    let kept = read.expect("a history of γ");
    let steps: Vec<u64> = kept.snapshots.iter().map(|kept| kept.step).collect();
    assert_eq!((steps.first(), steps.last()), (Some(&0), Some(&8)));
    assert!(steps.is_sorted() && steps.len() > 2, "{steps:?}");
    let checkpoint = Fixture::read_path(&last(run));
    let newest = kept.snapshots.last().expect("a snapshot");
    let mut at = 0;
    for layer in &kept.layers {
        let channels = at..at + layer.channels;
        for (kind, values) in [
            ("weight", &newest.norms.gamma),
            ("bias", &newest.norms.beta),
        ] {
            let name = format!("{}.{kind}", layer.name);
            let values = values[channels.clone()].iter().copied();
            let values: Vec<f64> = values.map(f64::from).collect();
            assert_eq!(values, checkpoint.f64(&name), "{name}");
        }
        at = channels.end;
    }
    assert_eq!((newest.epoch, kept.left_out), (2.0, 0));
}

#[test]
fn plain_lines_say_what_trains_and_what_it_takes() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("run");
    let ended = train(&out, "--max-steps 1 --batch-size 32 --limit-test 32").succeeds();
    for part in [
        "adapter",
        "168 of 5214 parameters",
        " MB on the device",
        "test accuracy",
    ] {
        assert!(
            ended.stdout.contains(part),
            "no {part:?} in {}",
            ended.stdout
        );
    }
    assert!(
        ended.stdout.contains(&out.display().to_string()),
        "{}",
        ended.stdout
    );

    let quiet = train(
        &folder.path().join("quiet"),
        "--max-steps 1 --batch-size 32 --quiet",
    );
    assert_eq!(quiet.succeeds().stdout, "");
}

fn evaluated(saved: &Path, options: &[&str]) -> Value {
    let saved = saved.display().to_string();
    let ended = run(["eval", &saved, "--json"].iter().chain(options)).succeeds();
    let lines = json_lines(&ended.stdout);
    assert_eq!(lines.len(), 1, "{}", ended.stdout);
    lines[0].clone()
}

#[test]
fn a_run_its_checkpoint_and_its_delta_evaluate_alike() {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, mode) in [
        ("bn", "--train bn"),
        (
            "random",
            "--train random:2 --bn-init ones --weights-init orthogonal",
        ),
    ] {
        let out = folder.path().join(name);
        train(
            &out,
            &format!("{mode} --batch-size 32 --max-steps 3 --limit-test 100 --quiet"),
        )
        .succeeds();
        let lines = metrics(&out);
        let eval = of_kind(&lines, "eval")[0];
        for saved in [out.clone(), last(&out), out.join("delta.safetensors")] {
            let found = evaluated(&saved, &[]);
            for key in ["loss", "accuracy", "gamma_below_0.01"] {
                assert_eq!(found[key], eval[key], "{key} of {}", saved.display());
            }
            assert_eq!(found["images"], 100);
        }
    }
}

#[test]
fn a_plain_pytorch_state_evaluates_as_pytorch_says() {
    let saved = fixture("resnet8-gamma/final.safetensors");
    let found = evaluated(saved.as_ref(), &["--model", "resnet-8", "--data", &tiny()]);
    let text = std::fs::read_to_string(fixture("resnet8-gamma/metrics.jsonl")).expect("metrics");
    let lines = json_lines(&text);
    let eval = of_kind(&lines, "eval")[0];
    let number = |value: &Value| value.as_f64().expect("a number");
    assert!(
        (number(&found["loss"]) / number(&eval["loss"]) - 1.0).abs() < 1e-5,
        "{found} {eval}"
    );
    // An image whose two largest logits are equal but for rounding may go either way.
    assert!((number(&found["accuracy"]) - number(&eval["accuracy"])).abs() <= 1.0 / 256.0);

    // Its tensors say which network it is of; a state that says nothing is told.
    let without = run(["eval", &saved, "--data", &tiny(), "--limit-test", "8"]).succeeds();
    assert!(
        without.stderr.contains("is taken for resnet-8"),
        "{}",
        without.stderr
    );
    let odd = tempfile::tempdir().expect("a folder");
    let odd = odd.path().join("odd.safetensors");
    let tensor = NamedTensor {
        name: "patch_embed.proj.weight".to_owned(),
        shape: vec![1],
        data: TensorData::F32(vec![0.5]),
    };
    let mut file = std::fs::File::create(&odd).expect("a file");
    write_tensors(&mut file, &[tensor], &Metadata::new()).expect("written");
    let odd = run(["eval", &odd.display().to_string(), "--data", &tiny()]);
    odd.fails(2, &["odd.safetensors", "--model"]);
}

#[test]
fn a_delta_is_less_than_a_tenth_of_a_checkpoint() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("run");
    train(
        &out,
        "--width 16 --train bn --batch-size 8 --max-steps 1 --limit-test 8 --quiet",
    )
    .succeeds();
    let bytes = |path: &Path| std::fs::metadata(path).expect("a file").len();
    let (delta, checkpoint) = (bytes(&out.join("delta.safetensors")), bytes(&last(&out)));
    assert!(10 * delta < checkpoint, "{delta} of {checkpoint} bytes");

    // It starts another run where this one ended.
    let next = folder.path().join("next");
    let delta = out.join("delta.safetensors").display().to_string();
    let options = "--width 16 --train none --batch-size 8 --max-steps 1 --limit-test 8 --quiet";
    train(&next, &format!("{options} --init {delta}")).succeeds();
    let [first, second] = [&out, &next].map(|run| {
        let tensors = Fixture::read_path(&last(run));
        tensors.f64("blocks.2.bn2.weight").to_vec()
    });
    assert_eq!(first, second);
}

#[test]
fn models_and_devices_list_themselves_as_json() {
    let models = json_lines(&run(["models", "--json"]).succeeds().stdout);
    let resnet_14 = models
        .iter()
        .find(|line| line["model"] == "resnet-14")
        .expect("resnet-14");
    assert_eq!(resnet_14["all"], 175_258);
    assert_eq!(resnet_14["batch_norm"], 1_120);
    let devices = json_lines(&run(["devices", "--json"]).succeeds().stdout);
    assert!(
        devices.iter().all(|line| line["name"].is_string()),
        "{devices:?}"
    );
}
