//! Networks that change without a run: new running statistics, and adapting while answering.

use std::path::Path;

use bnonly::network::graph::Shape;
use bnonly::network::{Architecture, BnInit, Options, State, initial_state};
use bnonly::train::tensor_file::{Metadata, read_tensors, write_tensors};
use serde_json::Value;

use crate::program::{Ended, run, tiny};

/// A tiny network with shortcuts that have no parameters, as `DataParallel` names it; its statistics are far from what
/// images give.
fn foreign_state(path: &Path) -> State {
    let options = Options {
        width: Some(4),
        ..Options::default()
    };
    let architecture = Architecture::parse("cifar-resnet8", options).expect("a name");
    let graph = architecture.build(Shape::new(3, 32, 32), 10);
    let graph = graph.expect("a network");
    let state = initial_state(&graph, 1, BnInit::Uniform);
    let mut tensors = state.named(&graph);
    for tensor in &mut tensors {
        tensor.name.insert_str(0, "module.");
    }
    let mut file = std::fs::File::create(path).expect("a file");
    write_tensors(&mut file, &tensors, &Metadata::new()).expect("written");
    state
}

fn with(command: &str, file: &Path, options: &[&str]) -> Ended {
    let file = file.display().to_string();
    let data = tiny();
    let all = [
        command,
        &file,
        "--data",
        &data,
        "--limit-test",
        "64",
        "--json",
    ];
    run(all.iter().chain(options).copied())
}

fn answer(ended: Ended) -> Value {
    let ended = ended.succeeds();
    serde_json::from_str(&ended.stdout).expect("one JSON object")
}

#[test]
fn recalibrating_moves_statistics_and_nothing_else_and_repeats() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("state.safetensors");
    foreign_state(&file);
    let recalibrate = |file: &Path, out: &str| {
        let out = folder.path().join(out);
        let out = out.display().to_string();
        let options = ["--limit-train", "40", "--batch-size", "16", "--out", &out];
        answer(with("recalibrate", file, &options))
    };
    let said = recalibrate(&file, "once.safetensors");
    assert_eq!([&said["training_images"], &said["batch_size"]], [40, 16]);
    let (before, after) = (
        read_tensors(&file).unwrap().tensors,
        read_tensors(&folder.path().join("once.safetensors"))
            .unwrap()
            .tensors,
    );
    for tensor in &after {
        let name = format!("module.{}", tensor.name);
        let old = before.iter().find(|old| old.name == name).expect("a name");
        let is_statistic = name.contains(".running_") || name.ends_with("num_batches_tracked");
        assert_eq!(old.data == tensor.data, !is_statistic, "{name}");
    }
    // Statistics of the same batches do not depend on those before: but for rounding, and accuracy then is what the
    // first said it would be.
    let again = recalibrate(&folder.path().join("once.safetensors"), "twice.safetensors");
    assert_eq!(again["accuracy_before"], said["accuracy"]);

    // Nothing is overwritten.
    let out = folder.path().join("once.safetensors").display().to_string();
    with("recalibrate", &file, &["--out", &out]).fails(2, &["once.safetensors", "exists"]);
}

#[test]
fn a_network_adapts_while_it_answers_and_a_collapse_is_undone() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("state.safetensors");
    let state = foreign_state(&file);
    let adapt = |options: &[&str]| {
        let all = [&["--batch-size", "32"], options].concat();
        with("adapt", &file, &all)
    };
    let norm = answer(adapt(&["--method", "norm"]));
    assert_eq!([&norm["images"], &norm["batch_size"]], [64, 32]);
    let still = answer(adapt(&["--method", "tent", "--lr", "0"]));
    assert_eq!(
        norm["accuracy"], still["accuracy"],
        "a rate of 0 learns nothing"
    );

    // The fixture's images are in no order of classes; mixed they are other batches.
    let mixed = adapt(&["--method", "norm", "--shuffle"]).succeeds();
    assert!(
        !mixed.stderr.contains("of one class each"),
        "{}",
        mixed.stderr
    );

    let out = folder.path().join("adapted.safetensors");
    let options = [
        "--method",
        "tent",
        "--lr",
        "0.01",
        "--out",
        &out.display().to_string(),
    ];
    let moved = answer(adapt(&options));
    assert_eq!(moved["accuracy_before"], norm["accuracy_before"]);
    let gamma = |state: &[bnonly::network::NamedTensor]| {
        let found = state
            .iter()
            .find(|tensor| tensor.name.ends_with("layer1.0.bn1.weight"));
        found.expect("a tensor").data.clone()
    };
    let adapted = read_tensors(&out).unwrap().tensors;
    assert_ne!(
        gamma(&adapted),
        gamma(&read_tensors(&file).unwrap().tensors)
    );

    // A step of a rate beyond reason leaves no numbers, which is seen in the next batch.
    let options = ["--method", "tent", "--lr", "1e38", "--out"];
    let out = folder
        .path()
        .join("collapsed.safetensors")
        .display()
        .to_string();
    let ended = adapt(&[&options[..], &[&out]].concat()).succeeds();
    assert!(
        ended.stderr.contains("collapsed after 32 images"),
        "{}",
        ended.stderr
    );
    let said: Value = serde_json::from_str(&ended.stdout).unwrap();
    assert_eq!(said["collapsed_after_images"], 32);
    let restored = read_tensors(Path::new(&out)).unwrap().tensors;
    assert_eq!(
        gamma(&restored),
        gamma(&read_tensors(&file).unwrap().tensors)
    );
    assert_eq!(state.running[0].batches_tracked, 0);
}

#[test]
fn what_cannot_be_done_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("state.safetensors");
    foreign_state(&file);
    with("adapt", &file, &["--method", "norm", "--out", "x"]).fails(2, &["--out", "recalibrate"]);
    with("adapt", &file, &["--method", "magic"]).fails(2, &["norm or tent"]);
    with("eval", &file, &["--corrupt", "rain:9"]).fails(2, &["noise, blur, contrast or jpeg"]);
    let noisy = with("eval", &file, &["--corrupt", "noise:5"]).succeeds();
    assert!(
        noisy.stderr.contains("corrupted by noise:5"),
        "{}",
        noisy.stderr
    );
    assert!(
        noisy
            .stderr
            .contains("is taken for cifar-resnet8, 4 channels wide")
    );
}
