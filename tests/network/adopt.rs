//! States as other programs leave them: what is recognised, made anew, told and refused.

use bnonly::network::graph::Shape;
use bnonly::network::{
    Adopted, Architecture, BnInit, Graph, NamedTensor, Options, State, StateError, TensorData,
    adopt, initial_state,
};

use crate::network::network;

/// The network, a state of it with statistics that moved, and its tensors.
fn example(name: &str) -> (Graph, State, Vec<NamedTensor>) {
    let graph = network(name, Options::default());
    let mut state = initial_state(&graph, 3, BnInit::Symmetric);
    for (at, running) in state.running.iter_mut().enumerate() {
        running.batches_tracked = at as u64;
        running.mean[0] = at as f32;
    }
    let tensors = state.named(&graph);
    (graph, state, tensors)
}

/// A graph with another output or input, but the same layers.
fn graph_for(channels: u32, classes: u32) -> Graph {
    let architecture = Architecture::parse("resnet-8", Options::default()).expect("a name");
    let input = Shape::new(channels, 32, 32);
    architecture.build(input, classes).expect("a network")
}

fn rename(tensors: &mut [NamedTensor], rename: impl Fn(&str) -> String) {
    for tensor in tensors {
        tensor.name = rename(&tensor.name);
    }
}

fn notes(adopted: &Adopted) -> String {
    let texts = adopted.notes.iter().map(|note| note.text.as_str());
    texts.collect::<Vec<_>>().join("\n")
}

#[track_caller]
fn tells(adopted: &Adopted, parts: &[&str]) {
    let notes = notes(adopted);
    for part in parts {
        assert_eq!(notes.matches(part).count(), 1, "{part:?} once in: {notes}");
    }
}

fn extra(name: &str) -> NamedTensor {
    NamedTensor {
        name: name.to_owned(),
        shape: vec![1],
        data: TensorData::F32(vec![f32::NAN]),
    }
}

fn find<'a>(tensors: &'a mut [NamedTensor], name: &str) -> &'a mut NamedTensor {
    let found = tensors.iter_mut().find(|tensor| tensor.name == name);
    found.expect("a tensor")
}

fn set(tensors: &mut [NamedTensor], name: &str, at: usize, value: f32) {
    match &mut find(tensors, name).data {
        TensorData::F32(values) => values[at] = value,
        TensorData::I64(_) => panic!("{name} holds whole numbers"),
    }
}

#[test]
fn what_fits_is_taken_bit_for_bit_and_without_a_word() {
    for name in ["resnet-8", "vgg-11"] {
        let (graph, state, mut tensors) = example(name);
        tensors.reverse();
        tensors.push(extra("optimizer.first_moment"));
        let adopted = adopt(&graph, tensors, None).expect("a state");
        assert_eq!(adopted.state, state);
        assert_eq!(notes(&adopted), "");
    }
}

#[test]
fn wrappers_come_off_and_are_told_once() {
    for name in ["resnet-8", "vgg-11"] {
        for prefix in [
            "module.",
            "_orig_mod.",
            "model.",
            "net.",
            "backbone.",
            "state_dict.",
            "module._orig_mod.",
            "_orig_mod.module.",
            "state_dict.model.module.",
            "student.",
        ] {
            let (graph, state, mut tensors) = example(name);
            rename(&mut tensors, |name| format!("{prefix}{name}"));
            tensors.push(extra("n_averaged"));
            tensors.push(extra("optimizer.state.0.exp_avg"));
            let adopted = adopt(&graph, tensors, None).expect(prefix);
            assert_eq!(adopted.state, state, "{prefix}");
            tells(&adopted, &[&format!("`{prefix}`"), "left off"]);
        }
    }
}

#[test]
fn wrappers_within_names_come_off() {
    let (graph, state, mut tensors) = example("vgg-11");
    rename(&mut tensors, |name| {
        name.replace("features.", "features.module.")
    });
    let adopted = adopt(&graph, tensors, None).expect("a state");
    assert_eq!(adopted.state, state);
    tells(&adopted, &["`module.`"]);
}

#[test]
fn what_lies_beside_the_network_is_passed_over_and_told() {
    let (graph, state, mut tensors) = example("resnet-8");
    let mut averaged = tensors.clone();
    rename(&mut averaged, |name| format!("ema.{name}"));
    set(&mut averaged, "ema.bn.weight", 0, 77.0);
    rename(&mut tensors, |name| format!("model.{name}"));
    tensors.push(extra("loss.weight"));
    tensors.extend(averaged);
    let adopted = adopt(&graph, tensors, None).expect("a state");
    assert_eq!(adopted.state, state);
    tells(
        &adopted,
        &[
            "more than once: `model.` is used, `ema.` is not",
            "57 of the state's tensors",
        ],
    );
    assert!(notes(&adopted).contains("loss.weight"));
}

/// torchvision's names: `conv1`, `layer2.0.downsample.1`, `fc`; others call the last layer `linear`.
fn torchvision(name: &str, blocks: usize, head: &str) -> String {
    let parts: Vec<&str> = name.split('.').collect();
    match &parts[..] {
        ["conv", rest @ ..] => format!("conv1.{}", rest.join(".")),
        ["bn", rest @ ..] => format!("bn1.{}", rest.join(".")),
        ["blocks", block, rest @ ..] => {
            let block: usize = block.parse().expect("a number");
            let rest = rest.join(".").replace("shortcut.", "downsample.");
            format!("layer{}.{}.{rest}", block / blocks + 1, block % blocks)
        }
        [_, rest @ ..] => format!("{head}.{}", rest.join(".")),
        [] => String::new(),
    }
}

#[test]
fn torchvisions_names_are_read_in_networks_of_any_depth() {
    for (name, blocks) in [("resnet-8", 1), ("resnet-14", 2), ("resnet-20", 3)] {
        for (prefix, head) in [("", "fc"), ("module.", "linear"), ("model.", "classifier")] {
            let (graph, state, mut tensors) = example(name);
            rename(&mut tensors, |name| {
                format!("{prefix}{}", torchvision(name, blocks, head))
            });
            let adopted = adopt(&graph, tensors, None).expect(name);
            assert_eq!(adopted.state, state, "{name}");
            tells(&adopted, &["torchvision"]);
        }
    }
    // A stage of more blocks than the network's is not squeezed in.
    let (_, _, mut tensors) = example("resnet-20");
    rename(&mut tensors, |name| torchvision(name, 3, "fc"));
    let shallow = network("resnet-14", Options::default());
    let error = adopt(&shallow, tensors, None).expect_err("another network");
    let error = error.to_string();
    assert!(error.contains("`layer1.2.conv1.weight`"), "{error}");
}

#[test]
fn an_output_layer_of_other_classes_is_made_anew_or_refused() {
    let (_, state, tensors) = example("resnet-8");
    let graph = graph_for(3, 7);
    let fresh = || initial_state(&graph, 11, BnInit::Ones);
    let adopted = adopt(&graph, tensors.clone(), Some(&fresh)).expect("a state");
    let head = graph.parameters.len() - 2;
    assert_eq!(adopted.state.parameters[head..], fresh().parameters[head..]);
    assert_eq!(adopted.state.parameters[..head], state.parameters[..head]);
    assert_eq!(adopted.state.running, state.running);
    tells(
        &adopted,
        &["for 10 classes, the data have 7", "made from the seed"],
    );
    let refused = adopt(&graph, tensors.clone(), None).expect_err("no head");
    assert!(matches!(refused, StateError::Head { .. }), "{refused}");
    assert!(
        refused
            .to_string()
            .contains("for 10 classes, the data have 7")
    );

    // What else is wrong comes first: a head alone makes no network.
    let mut wrong = tensors.clone();
    wrong.retain(|tensor| tensor.name != "bn.weight");
    for fresh in [Some(&fresh as &dyn Fn() -> State), None] {
        let error = adopt(&graph, wrong.clone(), fresh).expect_err("a tensor less");
        assert!(error.to_string().contains("`bn.weight`"), "{error}");
    }
    // Another width is no other number of classes.
    let mut wide = tensors;
    let weight = find(&mut wide, "fc.weight");
    (weight.shape, weight.data) = (vec![7, 32], TensorData::F32(vec![0.0; 7 * 32]));
    let error = adopt(&graph, wide, Some(&fresh)).expect_err("another width");
    assert!(error.to_string().contains("[7, 32]"), "{error}");
}

#[test]
fn a_state_without_this_output_layer_gets_one() {
    for (name, others) in [
        ("resnet-8", vec![]),
        (
            "vgg-11",
            vec![
                "classifier.0.weight",
                "classifier.0.bias",
                "classifier.6.weight",
            ],
        ),
    ] {
        let (graph, state, mut tensors) = example(name);
        let head = graph.parameters.len() - 2;
        tensors.retain(|tensor| {
            !graph.parameters[head..]
                .iter()
                .any(|p| p.name == tensor.name)
        });
        tensors.extend(others.iter().map(|name| extra(name)));
        let fresh = || initial_state(&graph, 11, BnInit::Ones);
        let adopted = adopt(&graph, tensors.clone(), Some(&fresh)).expect(name);
        assert_eq!(adopted.state.parameters[..head], state.parameters[..head]);
        assert_eq!(adopted.state.parameters[head..], fresh().parameters[head..]);
        tells(&adopted, &["no output layer"]);
        for other in others {
            tells(&adopted, &[other]);
        }
        let error = adopt(&graph, tensors, None).expect_err("no head");
        assert!(error.to_string().contains("no output layer"), "{error}");
    }
}

#[test]
fn grey_and_coloured_states_fit_each_others_images() {
    let (coloured, _, tensors) = example("resnet-8");
    let grey = graph_for(1, 10);
    let adopted = adopt(&grey, tensors.clone(), None).expect("a state");
    tells(&adopted, &["three colours", "added up"]);
    let first = |state: &State| state.parameters[0].clone();
    let TensorData::F32(values) = &tensors[0].data else {
        panic!("{} holds whole numbers", tensors[0].name);
    };
    let sums = first(&adopted.state);
    assert_eq!(sums.len(), 16 * 9);
    let (filter, tap) = (5, 4);
    let at = |channel: usize| values[filter * 27 + channel * 9 + tap];
    assert_eq!(sums[filter * 9 + tap], at(0) + at(1) + at(2));

    // And back: the three thirds of each weight add up to it.
    let adopted = adopt(&coloured, adopted.state.named(&grey), None).expect("a state");
    tells(&adopted, &["grey images", "a third each"]);
    let thirds = first(&adopted.state);
    assert_eq!(thirds.len(), 16 * 27);
    for channel in 0..3 {
        let third = thirds[filter * 27 + channel * 9 + tap];
        assert_eq!(third, sums[filter * 9 + tap] / 3.0);
    }
}

#[test]
fn counts_of_batches_may_be_of_any_type_or_missing() {
    let (graph, state, tensors) = example("resnet-8");
    let is_count = |tensor: &NamedTensor| tensor.name.ends_with("num_batches_tracked");
    let mut floats = tensors.clone();
    for tensor in floats.iter_mut().filter(|tensor| is_count(tensor)) {
        let TensorData::I64(values) = &tensor.data else {
            panic!("{} is no whole number", tensor.name);
        };
        tensor.data = TensorData::F32(vec![values[0] as f32]);
        tensor.shape = vec![1];
    }
    let adopted = adopt(&graph, floats, None).expect("a state");
    assert_eq!((&adopted.state, notes(&adopted).as_str()), (&state, ""));

    let mut without = tensors.clone();
    without.retain(|tensor| !is_count(tensor));
    let adopted = adopt(&graph, without, None).expect("a state");
    assert_eq!(adopted.state.parameters, state.parameters);
    assert!(
        adopted
            .state
            .running
            .iter()
            .all(|running| running.batches_tracked == 0)
    );
    tells(&adopted, &["num_batches_tracked"]);

    for (data, found) in [
        (TensorData::I64(vec![-2]), "-2"),
        (TensorData::F32(vec![f32::NAN]), "F32"),
    ] {
        let mut wrong = tensors.clone();
        find(&mut wrong, "bn.num_batches_tracked").data = data;
        let error = adopt(&graph, wrong, None).expect_err(found);
        assert!(error.to_string().contains(found), "{error}");
    }
}

#[test]
fn variances_may_be_zero_and_rounding_below_it_is_told() {
    let (graph, _, mut tensors) = example("resnet-8");
    set(&mut tensors, "bn.running_var", 3, 0.0);
    let adopted = adopt(&graph, tensors.clone(), None).expect("a state");
    assert_eq!(
        (
            adopted.state.running[0].variance[3],
            notes(&adopted).as_str()
        ),
        (0.0, "")
    );

    set(&mut tensors, "bn.running_var", 5, -1e-9);
    let adopted = adopt(&graph, tensors.clone(), None).expect("a state");
    assert_eq!(adopted.state.running[0].variance[5], 0.0);
    tells(&adopted, &["`bn.running_var` is -1e-9 in channel 5"]);

    set(&mut tensors, "bn.running_var", 5, -0.1);
    let error = adopt(&graph, tensors, None).expect_err("below rounding");
    assert_eq!(
        error.to_string(),
        "`bn.running_var` has the value -0.1 at [5], which cannot be negative"
    );
}

#[test]
fn pruned_weights_are_the_product() {
    let (graph, mut state, mut tensors) = example("resnet-8");
    let mut masks = Vec::new();
    for (parameter, values) in graph.parameters.iter().zip(&mut state.parameters) {
        if parameter.shape.len() != 4 {
            continue;
        }
        let mask: Vec<f32> = (0..values.len()).map(|at| (at % 3 != 0).into()).collect();
        values
            .iter_mut()
            .zip(&mask)
            .for_each(|(value, mask)| *value *= mask);
        masks.push(NamedTensor {
            name: format!("{}_mask", parameter.name),
            shape: parameter.shape.clone(),
            data: TensorData::F32(mask),
        });
        find(&mut tensors, &parameter.name).name += "_orig";
    }
    let count = masks.len();
    tensors.extend(masks);
    rename(&mut tensors, |name| format!("module.{name}"));
    let adopted = adopt(&graph, tensors.clone(), None).expect("a state");
    assert_eq!(adopted.state, state);
    tells(
        &adopted,
        &[&format!("{count} tensors are pruned"), "prune.remove"],
    );

    tensors.retain(|tensor| tensor.name != "module.conv.weight_mask");
    let error = adopt(&graph, tensors, None).expect_err("a mask is missing");
    let error = error.to_string();
    assert!(
        error.contains("`conv.weight`") && error.contains("`conv.weight_orig`"),
        "{error}"
    );
}

#[test]
fn layers_without_a_bias_have_zeros() {
    let (graph, mut state, mut tensors) = example("vgg-11");
    let biases: Vec<String> = graph
        .parameters
        .iter()
        .zip(&mut state.parameters)
        .filter(|(p, _)| {
            p.name.ends_with(".bias")
                && !graph
                    .batch_norms
                    .iter()
                    .any(|n| graph.parameter(n.beta) == *p)
        })
        .map(|(parameter, values)| {
            values.fill(0.0);
            parameter.name.clone()
        })
        .collect();
    assert_eq!(biases.len(), 9);
    tensors.retain(|tensor| !biases.contains(&tensor.name));
    let adopted = adopt(&graph, tensors, None).expect("a state");
    assert_eq!(adopted.state, state);
    tells(&adopted, &["no biases"]);
}

#[test]
fn all_that_is_missing_or_too_much_is_told_at_once() {
    let (graph, _, mut tensors) = example("resnet-8");
    let gone = ["bn.weight", "bn.running_var", "blocks.1.shortcut.0.weight"];
    tensors.retain(|tensor| !gone.contains(&tensor.name.as_str()));
    tensors.push(extra("blocks.7.conv1.weight"));
    tensors.push(extra("n_averaged"));
    let error = adopt(&graph, tensors, None).expect_err("another network");
    let error = error.to_string();
    for part in gone.iter().chain(&[
        "3 tensors are missing",
        "1 tensor is of no use here: `blocks.7",
    ]) {
        assert!(error.contains(part), "no {part:?} in: {error}");
    }
    assert!(!error.contains("n_averaged"), "{error}");
}
