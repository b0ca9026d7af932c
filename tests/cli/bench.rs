//! `bnonly bench`: what it measures is consistent; how fast anything is is nobody's promise.

use bnonly::data::DataShape;
use bnonly::engine::step_work;
use bnonly::train::settings::Settings;
use bnonly::train::start::{plan, prepare};
use serde_json::Value;

use crate::program::{json_lines, run};

const BATCH: u32 = 4;

/// Quickly, on a network of next to nothing.
fn bench(options: &str) -> crate::program::Ended {
    let tiny = "bench --quick --model resnet-8 --width 4 --batch-size 4";
    run(tiny.split(' ').chain(options.split_whitespace()))
}

fn number(value: &Value) -> f64 {
    value
        .as_f64()
        .unwrap_or_else(|| panic!("{value} is no number"))
}

/// What the engine says of a step of the same network.
fn expected(train: &str) -> (usize, u64, u64) {
    let settings = Settings {
        model: "resnet-8".parse().unwrap(),
        width: Some(4),
        train: train.parse().unwrap(),
        batch_size: BATCH,
        ..Settings::default()
    };
    let images = DataShape {
        channels: 3,
        height: 32,
        width: 32,
        classes: 10,
        train: BATCH as usize,
        test: 0,
    };
    let (graph, trained) = prepare(&settings, &images).expect("a network");
    let work = step_work(&graph, &plan(&settings, &images, trained)).expect("a plan");
    let bytes = work.iter().map(|work| work.bytes()).sum();
    let flops = work.iter().map(|work| work.flops).sum();
    (work.len(), bytes, flops)
}

#[test]
fn one_object_has_every_dispatch_and_sums_that_fit() {
    let ended = bench("--train bn,output --json").succeeds();
    let lines = json_lines(&ended.stdout);
    assert_eq!(lines.len(), 1, "{}", ended.stdout);
    let report = &lines[0];
    assert_eq!(report["kind"], "bench");
    assert_eq!(report["bnonly_version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(
        (&report["model"], &report["width"], &report["batch_size"]),
        (&"resnet-8".into(), &4.into(), &BATCH.into())
    );
    for name in ["adapter", "backend"] {
        assert!(report[name].as_str().is_some_and(|text| !text.is_empty()));
    }
    for name in [
        "f32_gflops_per_second",
        "kernel_copy_gigabytes_per_second",
        "buffer_copy_gigabytes_per_second",
        "dispatch_microseconds",
        "submission_microseconds",
    ] {
        assert!(number(&report["ceilings"][name]) > 0.0, "{name}");
    }

    let trainings = report["trainings"].as_array().expect("a list");
    assert_eq!(trainings.len(), 2);
    for (training, train) in trainings.iter().zip(["bn", "output"]) {
        assert_eq!(training["train"], train);
        let kernels = training["kernels"].as_array().expect("a list");
        let sum = |value: &dyn Fn(&Value) -> f64| kernels.iter().map(value).sum::<f64>();
        let in_step = |name: &'static str| {
            move |kernel: &Value| number(&kernel["calls"]) * number(&kernel[name])
        };
        let (dispatches, bytes, flops) = expected(train);
        assert_eq!(sum(&|kernel| number(&kernel["calls"])), dispatches as f64);
        assert_eq!(sum(&in_step("bytes_a_call")), bytes as f64);
        assert_eq!(sum(&in_step("flops_a_call")), flops as f64);
        assert_eq!(number(&training["moved_bytes"]), bytes as f64);
        assert!((sum(&|kernel| number(&kernel["share_of_step"])) - 1.0).abs() < 1e-6);
        let alone = sum(&in_step("milliseconds_a_call"));
        assert!((alone / number(&training["kernels_milliseconds"]) - 1.0).abs() < 1e-6);
        for kernel in kernels {
            assert!(number(&kernel["bytes_a_call"]) > 0.0, "{kernel}");
            assert!(number(&kernel["milliseconds_a_call"]) > 0.0, "{kernel}");
            let of_limit = match kernel["limit"].as_str() {
                Some("arithmetic") => number(&kernel["flops_a_call"]),
                _ => number(&kernel["bytes_a_call"]),
            };
            let at_best = of_limit / number(&kernel["best_beside"]) / 1e6;
            let share = at_best / number(&kernel["milliseconds_a_call"]);
            let said = number(&kernel["share_of_limit"]);
            assert!(share > 0.0 && (said / share - 1.0).abs() < 1e-6, "{kernel}");
            let has_rate = !kernel["gflops_per_second"].is_null();
            assert_eq!(number(&kernel["flops_a_call"]) > 0.0, has_rate, "{kernel}");
        }
        let step = &training["step"];
        let rates = ["slowest", "", "fastest"]
            .map(|which| format!("{which}_images_per_second"))
            .map(|name| number(&step[name.trim_start_matches('_')]));
        assert!(rates.is_sorted() && rates[0] > 0.0, "{step}");
        assert!(number(&training["memory_bytes"]["activations"]) > 0.0);
    }
    let fewest = &trainings[0]["fewest_bytes"];
    let fewest = number(&fewest["forward"]) + number(&fewest["backward"]);
    assert!(fewest > 0.0 && fewest < number(&trainings[0]["moved_bytes"]));
    assert_eq!(trainings[1]["fewest_bytes"], Value::Null);
}

#[test]
fn tables_have_headings_and_units() {
    let ended = bench("--train output").succeeds();
    for part in [
        "adapter   ",
        "What the adapter can do at most",
        "GFLOP/s",
        "GB/s",
        "resnet-8, training output: 170 of 5,214 parameters, 4 images of 3×32×32 a step",
        " images/s (",
        " activations, ",
        "of limit",
        "ms a step",
    ] {
        assert!(
            ended.stdout.contains(part),
            "no {part:?} in {}",
            ended.stdout
        );
    }
    // A column stands where its heading does. Which rows there are depends on what took how long, but a
    // convolution of so small a network is never among the quickest.
    let rows: Vec<&str> = ended.stdout.lines().collect();
    let column = |heading: &str, named: &str| {
        let from = heading.find(named).expect("a column");
        heading[..from].chars().count()
    };
    let heading = rows.iter().find(|row| row.contains("of limit"));
    let phases = column(heading.expect("a heading"), "phase");
    let conv = rows.iter().find(|row| row.starts_with("  conv "));
    let phase: String = conv.expect("a row").chars().skip(phases).collect();
    assert!(phase.starts_with("forward "), "{}", ended.stdout);
}

#[test]
fn wrong_options_are_told_before_anything_is_measured() {
    for (options, parts) in [
        ("--train bn,bm", &["--train", "bm"][..]),
        ("--model resnet-9", &["resnet-9"]),
        ("--batch-size 0", &["batch-size"]),
        ("--adapter no-such-gpu", &["no-such-gpu", "there are: 0 "]),
    ] {
        let all = format!("bench {options}");
        let ended = run(all.split(' '));
        ended.fails(2, parts);
        assert_eq!(ended.stdout, "", "{options}");
    }
}
