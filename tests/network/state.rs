//! A state as named tensors and back, and the sentences for tensors that are no state.

use bnonly::network::{BnInit, Graph, NamedTensor, Options, State, TensorData, initial_state};

use crate::network::network;

fn example() -> (Graph, State) {
    let graph = network("resnet-8", Options::default());
    let mut state = initial_state(&graph, 3, BnInit::Symmetric);
    for (at, running) in state.running.iter_mut().enumerate() {
        running.batches_tracked = at as u64;
        running.mean[0] = at as f32;
        running.variance[0] = 0.5 + at as f32;
    }
    (graph, state)
}

/// The sentence for the example's tensors after a change.
fn error(change: impl FnOnce(&mut Vec<NamedTensor>)) -> String {
    let (graph, state) = example();
    let mut tensors = state.named(&graph);
    change(&mut tensors);
    let result = State::from_named(&graph, tensors);
    result.expect_err("no state of this network").to_string()
}

fn tensor<'a>(tensors: &'a mut [NamedTensor], name: &str) -> &'a mut NamedTensor {
    let found = tensors.iter_mut().find(|tensor| tensor.name == name);
    found.expect("a tensor")
}

fn set(tensors: &mut [NamedTensor], name: &str, at: usize, value: f32) {
    match &mut tensor(tensors, name).data {
        TensorData::F32(values) => values[at] = value,
        TensorData::I64(_) => panic!("{name} holds integers"),
    }
}

#[test]
fn tensors_stand_in_the_order_of_state_dict() {
    let (graph, state) = example();
    let tensors = state.named(&graph);
    let block = |block: usize, part: &str| format!("blocks.{block}.{part}");
    let norm = |name: String| {
        [
            "weight",
            "bias",
            "running_mean",
            "running_var",
            "num_batches_tracked",
        ]
        .map(|part| format!("{name}.{part}"))
    };
    let mut expected = vec!["conv.weight".to_owned()];
    expected.extend(norm("bn".to_owned()));
    for at in 0..3 {
        expected.push(block(at, "conv1.weight"));
        expected.extend(norm(block(at, "bn1")));
        expected.push(block(at, "conv2.weight"));
        expected.extend(norm(block(at, "bn2")));
        if at > 0 {
            expected.push(block(at, "shortcut.0.weight"));
            expected.extend(norm(block(at, "shortcut.1")));
        }
    }
    expected.extend(["fc.weight", "fc.bias"].map(str::to_owned));
    let names: Vec<&str> = tensors.iter().map(|t| t.name.as_str()).collect();
    assert_eq!(names, expected);

    let shape = |name: &str| {
        tensors
            .iter()
            .find(|t| t.name == name)
            .unwrap()
            .shape
            .clone()
    };
    assert_eq!(shape("conv.weight"), [16, 3, 3, 3]);
    assert_eq!(shape("blocks.1.shortcut.0.weight"), [32, 16, 1, 1]);
    assert_eq!(shape("bn.running_var"), [16]);
    assert_eq!(shape("bn.num_batches_tracked"), [0; 0]);
    assert_eq!(shape("fc.weight"), [10, 64]);
}

#[test]
fn named_tensors_give_the_state_back_in_any_order() {
    let (graph, state) = example();
    let mut tensors = state.named(&graph);
    tensors.reverse();
    tensors.push(NamedTensor {
        name: "optimizer.velocity.bn.weight".to_owned(),
        shape: vec![1],
        data: TensorData::F32(vec![f32::NAN]),
    });
    assert_eq!(State::from_named(&graph, tensors), Ok(state));
}

#[test]
fn a_state_of_another_network_names_all_differences() {
    let (_, state) = example();
    let narrow = network("resnet-8", Options::default());
    for (name, width, expected) in [
        (
            "resnet-8",
            8,
            "the state is of another network: 46 tensors have another shape: `conv.weight` is [16, 3, 3, 3], the \
             network needs [8, 3, 3, 3], ",
        ),
        (
            "resnet-14",
            16,
            "the state is of another network: 42 tensors are missing: `blocks.3.conv1.weight` [32, 32, 3, 3], \
             `blocks.3.bn1.weight` [32], `blocks.3.bn1.bias` [32] and 39 more; 25 tensors have another shape: \
             `blocks.1.conv1.weight` is [32, 16, 3, 3], the network needs [16, 16, 3, 3], ",
        ),
        (
            "vgg-11",
            16,
            "the state is of another network: 58 tensors are missing: `features.0.weight` [16, 3, 3, 3], ",
        ),
    ] {
        let options = Options {
            width: Some(width),
            ..Options::default()
        };
        let error = State::from_named(&network(name, options), state.named(&narrow));
        let error = error.unwrap_err().to_string();
        assert!(error.starts_with(expected), "{error}");
    }
}

#[test]
fn wrong_tensors_are_refused_by_name() {
    assert_eq!(
        error(|t| t.retain(|tensor| tensor.name != "bn.running_mean")),
        "the state is of another network: 1 tensor is missing: `bn.running_mean` [16]"
    );
    assert_eq!(
        error(|t| set(t, "blocks.0.conv1.weight", 16 * 9 + 9 + 3 + 2, f32::NAN)),
        "`blocks.0.conv1.weight` has the value NaN at [1, 1, 1, 2]; a state must be finite"
    );
    assert_eq!(
        error(|t| set(t, "bn.running_mean", 5, f32::NEG_INFINITY)),
        "`bn.running_mean` has the value -inf at [5]; a state must be finite"
    );
    assert_eq!(
        error(|t| set(t, "bn.running_var", 2, -1.0)),
        "`bn.running_var` has the value -1 at [2], which cannot be negative"
    );
    let batches = "bn.num_batches_tracked";
    assert_eq!(
        error(|t| tensor(t, batches).data = TensorData::I64(vec![-1])),
        "`bn.num_batches_tracked` has the value -1 at [], which cannot be negative"
    );
    assert_eq!(
        error(|t| tensor(t, batches).data = TensorData::F32(vec![1.0])),
        "`bn.num_batches_tracked` holds F32 values, I64 are needed; convert the file"
    );
    assert_eq!(
        error(|t| tensor(t, "bn.bias").data = TensorData::I64(vec![0; 16])),
        "`bn.bias` holds I64 values, F32 are needed; convert the file"
    );
    assert_eq!(
        error(|t| tensor(t, "bn.bias").data = TensorData::F32(vec![0.0; 15])),
        "`bn.bias` has 15 values, but its shape [16] says otherwise"
    );
    assert_eq!(
        error(|t| tensor(t, batches).data = TensorData::I64(Vec::new())),
        "`bn.num_batches_tracked` has 0 values, but its shape [] says otherwise"
    );
    assert_eq!(
        error(|t| t.push(t[0].clone())),
        "the state has two tensors `conv.weight`"
    );
    let extra = NamedTensor {
        name: "head.weight".to_owned(),
        shape: vec![1],
        data: TensorData::F32(vec![1.0]),
    };
    assert_eq!(
        error(|t| t.insert(0, extra)),
        "the state is of another network: 1 tensor is of no use here: `head.weight`"
    );
}
