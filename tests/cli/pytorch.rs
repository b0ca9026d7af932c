//! PyTorch's runs through the command line: each option must mean what `reference.py`'s means. How
//! far a run can be held at all, `tests/engine/runs.rs` says.

use std::process::Command;

use serde_json::Value;

use crate::program::{Ended, bnonly, fixture, json_lines, last, metrics, of_kind, tiny};
use crate::reference::fixture::Fixture;

/// Relative difference of the losses but for the `sharp` first ones, absolute of the values at the end.
fn reproduces(name: &str, options: &str, sharp: usize, losses: f64, values: f64) {
    reproduces_by(bnonly([""; 0]), name, options, sharp, losses, values);
}

/// The same by a program that lacks nothing but its arguments.
pub fn reproduces_by(
    mut program: Command,
    name: &str,
    options: &str,
    sharp: usize,
    losses: f64,
    values: f64,
) {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("run");
    let (data, init) = (tiny(), fixture(&format!("{name}/init.safetensors")));
    let fixed = [
        "train",
        "--no-shuffle",
        "--no-augment",
        "--quiet",
        "--data",
        &data,
        "--init",
        &init,
    ];
    let out_text = out.display().to_string();
    program
        .args(fixed)
        .args(["--out", &out_text])
        .args(options.split_whitespace());
    Ended::from(program.output().expect("the program starts")).succeeds();

    let text = std::fs::read_to_string(fixture(&format!("{name}/metrics.jsonl"))).expect("metrics");
    let (found, expected) = (metrics(&out), json_lines(&text));
    let number = |value: &Value| value.as_f64().expect("a number");
    let [found_steps, expected_steps] = [&found, &expected].map(|lines| of_kind(lines, "step"));
    assert_eq!(found_steps.len(), expected_steps.len());
    for (at, (found, expected)) in found_steps.into_iter().zip(expected_steps).enumerate() {
        let off = (number(&found["loss"]) / number(&expected["loss"]) - 1.0).abs();
        let allowed = if at < sharp { 2e-6 } else { losses };
        assert!(
            off <= allowed,
            "{found}, PyTorch {expected}, off by {off:e}"
        );
        let off = (number(&found["lr"]) / number(&expected["lr"]) - 1.0).abs();
        assert!(off < 1e-12, "{found}, PyTorch {expected}");
    }
    let [found_evals, expected_evals] = [&found, &expected].map(|lines| of_kind(lines, "eval"));
    assert_eq!(found_evals.len(), expected_evals.len());
    for (found, expected) in found_evals.into_iter().zip(expected_evals) {
        assert_eq!(found["step"], expected["step"]);
        assert_eq!(number(&found["epoch"]), number(&expected["epoch"]));
        let off = (number(&found["loss"]) / number(&expected["loss"]) - 1.0).abs();
        assert!(off <= 1e-2, "{found}, PyTorch {expected}");
    }

    let [start, end] =
        ["init", "final"].map(|at| Fixture::read(&format!("{name}/{at}.safetensors")));
    let found = Fixture::read_path(&last(&out));
    let trained: Value = serde_json::from_str(
        &std::fs::read_to_string(fixture(&format!("{name}/config.json"))).expect("a config"),
    )
    .expect("JSON");
    let trained = trained["trained"].as_array().expect("names");
    for tensor in end.names() {
        let (found, end) = (found.f64(tensor), end.f64(tensor));
        if tensor.ends_with("num_batches_tracked") {
            assert_eq!(found, end, "{tensor}");
        } else if tensor.contains(".running_") || trained.iter().any(|name| name == tensor) {
            for (at, (found, end)) in found.iter().zip(end).enumerate() {
                let off = (found - end).abs()
                    / if tensor.contains(".running_") {
                        1.0 + end.abs()
                    } else {
                        1.0
                    };
                assert!(off <= values, "{tensor}[{at}] is {found}, PyTorch {end}");
            }
        } else {
            assert_eq!(found, start.f64(tensor), "{tensor} is frozen");
        }
    }
}

#[test]
fn gamma_alone() {
    let options = "--model resnet-8 --train bn-gamma --batch-size 32 --max-steps 10";
    // As the engine's test has it.
    reproduces("resnet8-gamma", options, 3, 1e-4, 5e-3);
}

#[test]
fn adam() {
    let options =
        "--model resnet-8 --train bn --optimizer adam --lr 0.01 --batch-size 32 --max-steps 10";
    // One value may end 2.6e-2 off, by the side to which a ReLU's input near zero rounds. Adam's first updates
    // are as large as the learning rate however small a gradient is, so the third loss holds what was rounded.
    reproduces("resnet8-adam", options, 2, 1e-3, 4e-2);
}

#[test]
fn nesterov_on_shortcut_and_output() {
    let options =
        "--model resnet-8 --train bn+shortcut+output --nesterov --batch-size 32 --max-steps 10";
    reproduces("resnet8-bn-shortcut-output", options, 3, 1e-3, 2e-2);
}

#[test]
fn epochs_with_a_partial_batch_a_limit_and_a_step_schedule() {
    let options = "--model resnet-14 --width 8 --no-shortcut --train bn --batch-size 48 \
                   --limit-train 200 --epochs 2 --schedule step:1 --lr-gamma 0.1";
    // Without shortcuts one sign of a ReLU's input near zero shows in the next loss.
    reproduces("resnet14w8-plain-partial-batch", options, 1, 1e-2, 6e-2);
}
