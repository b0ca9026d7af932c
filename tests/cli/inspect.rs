//! `bnonly inspect`, as a user has it.

use crate::program::{fixture, run};

#[test]
fn a_file_is_described_as_text_and_as_json() {
    let file = fixture("torch/resnet8w4-five-classes.pth.tar");
    let said = run(["inspect", &file]).succeeds().stdout;
    for part in [
        "torch.save",
        "`state_dict`",
        "`module.`",
        "network     resnet-8, width 4",
        "classes     5",
        "BatchNorm",
        "blocks.2.bn2",
        "not read    `epoch`: 3",
    ] {
        assert!(said.contains(part), "no {part:?} in: {said}");
    }
    let json = run(["inspect", &file, "--json"]).succeeds().stdout;
    let found: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(found["classes"], 5);
    assert_eq!(found["batch_norms"].as_array().map(Vec::len), Some(9));
    assert_eq!(found["prefix"], "module.");
}

#[test]
fn what_holds_no_state_is_told() {
    let file = fixture("torch/model-zip.pt");
    run(["inspect", &file]).fails(1, &["model-zip.pt", "a whole model", "state_dict()"]);
    run(["inspect", "nowhere.pt"]).fails(1, &["nowhere.pt", "could not be read"]);
    run(["eval", &file, "--model", "resnet-8"]).fails(1, &["model-zip.pt", "a whole model"]);
}
