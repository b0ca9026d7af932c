//! What is said of a file of a network.

use std::path::Path;

use bnonly::network::{NamedTensor, TensorData};
use bnonly::train::inspect::{Inspection, Parameters};
use bnonly::train::saved::Saved;
use bnonly::train::tensor_file::{Metadata, write_tensors};

fn fixture(name: &str) -> Inspection {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures")
        .join(name);
    Inspection::of(&path).unwrap()
}

#[test]
fn a_checkpoint_of_pytorch_is_described() {
    let found = fixture("torch/checkpoint-zip.pth.tar");
    assert!(found.format.contains("torch.save"), "{}", found.format);
    assert_eq!(found.inside, ["state_dict"]);
    assert_eq!(found.prefix, "module.");
    assert_eq!(found.classes, Some(2));
    // A convolution of 4 times 3 times 9, four γ and β, an output layer of 2 times 4 and 2.
    let parameters = Parameters {
        all: 108 + 8 + 10,
        batch_norm: 8,
        output: 10,
    };
    assert_eq!(found.parameters, parameters);
    assert_eq!(
        (found.tensors, found.types["F32"], found.types["I64"]),
        (8, 7, 1)
    );
    let [norm] = &found.batch_norms[..] else {
        panic!("{:?}", found.batch_norms);
    };
    assert_eq!((norm.name.as_str(), norm.channels, norm.off), ("bn", 4, 0));
    let gamma = norm.gamma.unwrap();
    assert!(gamma.least < 1.0 && gamma.greatest <= 1.1, "{gamma:?}");
    assert_eq!(
        (found.odd.len(), found.run.clone(), found.network.clone()),
        (0, None, None)
    );
    let epoch = found
        .beside
        .iter()
        .find(|entry| entry.name == "epoch")
        .unwrap();
    assert_eq!(epoch.what, "3");
}

/// A state of one convolution's BatchNorms, from safetensors, where names have no order.
fn state(gamma: &[f32], variance: &[f32]) -> Inspection {
    let tensor = |name: &str, values: &[f32]| NamedTensor {
        name: name.to_owned(),
        shape: vec![values.len()],
        data: TensorData::F32(values.to_vec()),
    };
    let mut tensors = Vec::new();
    for layer in ["net.layer.10", "net.layer.2"] {
        tensors.push(tensor(&format!("{layer}.weight"), gamma));
        tensors.push(tensor(&format!("{layer}.bias"), &vec![0.0; gamma.len()]));
        tensors.push(tensor(
            &format!("{layer}.running_mean"),
            &vec![0.0; gamma.len()],
        ));
        tensors.push(tensor(&format!("{layer}.running_var"), variance));
    }
    let mut bytes = Vec::new();
    write_tensors(&mut bytes, &tensors, &Metadata::new()).unwrap();
    Inspection::of_saved(Saved::parse("it", &bytes).unwrap())
}

#[test]
fn norms_stand_in_their_order_with_their_weak_channels() {
    let found = state(&[0.5, -0.009, 0.0, -2.0], &[1.0, 2.0, 3.0, 4.0]);
    let names: Vec<_> = found
        .batch_norms
        .iter()
        .map(|norm| norm.name.as_str())
        .collect();
    assert_eq!(names, ["layer.2", "layer.10"]);
    let norm = &found.batch_norms[0];
    let gamma = norm.gamma.unwrap();
    assert_eq!((norm.off, gamma.least, gamma.greatest), (2, -2.0, 0.5));
    assert_eq!((found.classes, found.parameters.batch_norm), (None, 16));
    assert!(found.odd.is_empty(), "{:?}", found.odd);
}

#[test]
fn values_that_cannot_be_used_and_averages_that_say_nothing_are_told() {
    for (gamma, variance, part) in [
        (f32::NAN, 2.0, "`net.layer.2.weight`: 1 of 2 values are NaN"),
        (
            1.0,
            f32::INFINITY,
            "`net.layer.2.running_var`: 1 of 2 values are NaN or infinite",
        ),
        (1.0, -1.0, "1 of 2 variances are below 0"),
        (1.0, 0.0, "1 of 2 variances are 0"),
        (1.0, 1.0, "as before the first step"),
    ] {
        let found = state(&[1.0, gamma], &[1.0, variance]);
        let is_told = found.odd.iter().any(|told| told.contains(part));
        assert!(is_told, "no {part:?} in {:?}", found.odd);
    }
}
