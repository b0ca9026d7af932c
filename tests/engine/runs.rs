//! PyTorch's runs of `tests/fixtures/`, step by step.

use bnonly::data::{self, LoadOptions};
use bnonly::kernels::optimizer::Rule;
use bnonly::network::Options;
use serde_json::Value;

use crate::support::{batch, engine, evaluate, network, options, state, train, trained};

/// The largest relative difference of a loss, and the largest absolute one of a trained value.
const TOLERANCE: f64 = 1e-3;

fn json(run: &str, file: &str) -> String {
    let path = format!("{}/tests/fixtures/{run}/{file}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Trains as a run did and holds every loss, the evaluation and the final state against it.
fn reproduces(run: &str) {
    let config: Value = serde_json::from_str(&json(run, "config.json")).expect("JSON");
    let number = |key: &str| {
        config[key]
            .as_f64()
            .unwrap_or_else(|| panic!("{key} in {run}"))
    };
    let flag = |key: &str| {
        config[key]
            .as_bool()
            .unwrap_or_else(|| panic!("{key} in {run}"))
    };
    let text = |key: &str| {
        config[key]
            .as_str()
            .unwrap_or_else(|| panic!("{key} in {run}"))
    };

    let graph = network(
        text("model"),
        Options {
            width: Some(number("width") as u32),
            shortcut: !flag("no_shortcut"),
            ..Options::default()
        },
    );
    let mut options = options(&graph, text("train"), number("batch_size") as u32);
    options.weight_decay = number("weight_decay");
    options.rule = match text("optimizer") {
        "sgd" => Rule::Sgd {
            momentum: number("momentum"),
            nesterov: flag("nesterov"),
        },
        "adam" => Rule::Adam,
        other => panic!("optimizer {other}"),
    };
    let mut engine = engine(
        &graph,
        options,
        &state(&graph, &format!("{run}/init.safetensors")),
    );

    let tiny = format!(
        "{}/tests/fixtures/tiny/cifar-10-batches-bin",
        env!("CARGO_MANIFEST_DIR")
    );
    let limit_train = config["limit_train"].as_u64().map(|n| n as usize);
    let data = data::load(
        &tiny,
        &LoadOptions {
            limit_train,
            ..LoadOptions::default()
        },
    )
    .expect("data");
    let size = number("batch_size") as usize;
    let batches: Vec<_> = (0..data.train.len())
        .step_by(size)
        .map(|start| batch(&data.train, start..(start + size).min(data.train.len())))
        .collect();

    let mut step = 0;
    for line in json(run, "metrics.jsonl").lines() {
        let line: Value = serde_json::from_str(line).expect("JSON");
        let expected = |key: &str| {
            line[key]
                .as_f64()
                .unwrap_or_else(|| panic!("{key} in {run}"))
        };
        if line["kind"] == "step" {
            let result = train(&mut engine, &batches[step % batches.len()], expected("lr"));
            step += 1;
            let loss = result.loss_sum / f64::from(result.samples);
            let off = (loss - expected("loss")).abs() / expected("loss");
            println!("{run} {step} {loss} {off:e}");
            assert!(
                off <= TOLERANCE,
                "{run}, step {step}: loss {loss}, PyTorch {}",
                expected("loss")
            );
            if step <= 2 {
                let accuracy = f64::from(result.hits) / f64::from(result.samples);
                let off = (accuracy - expected("accuracy")).abs();
                assert!(
                    off < 1e-6,
                    "{run}, step {step}: accuracy {accuracy}, PyTorch {}",
                    expected("accuracy")
                );
            }
        } else if line["step"] == step {
            let (loss, _) = evaluate(&mut engine, &data.test, size);
            let off = (loss - expected("loss")).abs() / expected("loss");
            assert!(
                off <= 10.0 * TOLERANCE,
                "{run}, test loss {loss}, PyTorch {}",
                expected("loss")
            );
        }
    }

    let found = pollster::block_on(engine.read_state()).expect("a state");
    let start = state(&graph, &format!("{run}/init.safetensors"));
    let end = state(&graph, &format!("{run}/final.safetensors"));
    let set = trained(&graph, text("train"));
    for (i, parameter) in graph.parameters.iter().enumerate() {
        let name = &parameter.name;
        if !set.is_trained(bnonly::network::graph::ParameterId(i)) {
            assert_eq!(
                found.parameters[i], start.parameters[i],
                "{run}: {name} is frozen"
            );
            continue;
        }
        close(
            &format!("{run}: {name}"),
            &found.parameters[i],
            &end.parameters[i],
            0.0,
        );
    }
    for ((layer, found), end) in graph
        .batch_norms
        .iter()
        .zip(&found.running)
        .zip(&end.running)
    {
        let name = &layer.name;
        close(
            &format!("{run}: {name}.running_mean"),
            &found.mean,
            &end.mean,
            TOLERANCE,
        );
        close(
            &format!("{run}: {name}.running_var"),
            &found.variance,
            &end.variance,
            TOLERANCE,
        );
        assert_eq!(found.batches_tracked, end.batches_tracked, "{run}: {name}");
    }
}

fn close(name: &str, found: &[f32], expected: &[f32], relative: f64) {
    assert_eq!(found.len(), expected.len(), "{name}");
    for (i, (found, expected)) in found.iter().zip(expected).enumerate() {
        let off = f64::from((found - expected).abs());
        let allowed = TOLERANCE + relative * f64::from(expected.abs());
        assert!(off <= allowed, "{name}[{i}] is {found}, PyTorch {expected}");
    }
}

macro_rules! runs {
    ($($test:ident: $run:literal),* $(,)?) => {
        $(#[test] fn $test() { reproduces($run); })*
    };
}

runs! {
    batch_norm_only_follows_pytorch: "resnet8-bn",
    gamma_only_follows_pytorch: "resnet8-gamma",
    full_training_follows_pytorch: "resnet8-all",
    adam_follows_pytorch: "resnet8-adam",
    nesterov_on_shortcut_and_output_follows_pytorch: "resnet8-bn-shortcut-output",
    partial_batches_without_shortcuts_follow_pytorch: "resnet14w8-plain-partial-batch",
}
