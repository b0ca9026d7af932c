//! Which network tensors are of.

use bnonly::network::graph::Shape;
use bnonly::network::{
    Architecture, BnInit, NamedTensor, Options, TensorData, initial_state, recognise,
};

/// Names and shapes of a network's tensors; values do not count.
fn tensors(name: &str, options: Options, [channels, classes]: [u32; 2]) -> Vec<NamedTensor> {
    let architecture = Architecture::parse(name, options).expect("a name");
    let graph = architecture
        .build(Shape::new(channels, 32, 32), classes)
        .expect("a network");
    let parameters = graph.parameters.iter().map(|parameter| NamedTensor {
        name: parameter.name.clone(),
        shape: parameter.shape.clone(),
        data: TensorData::F32(Vec::new()),
    });
    parameters.collect()
}

fn renamed(tensors: Vec<NamedTensor>, rename: impl Fn(&str) -> String) -> Vec<NamedTensor> {
    let rename = |tensor: NamedTensor| NamedTensor {
        name: rename(&tensor.name),
        ..tensor
    };
    tensors.into_iter().map(rename).collect()
}

#[test]
fn every_network_is_recognised_by_its_own_tensors() {
    let narrow = Options {
        width: Some(6),
        ..Options::default()
    };
    for name in [
        "resnet-8",
        "resnet-20",
        "cifar-resnet8",
        "cifar-resnet20",
        "cifar-resnet110",
        "resnet18",
        "resnet34",
        "resnet50",
        "resnet101",
        "resnet152",
        "wide_resnet50_2",
        "vgg-11",
        "vgg-13",
        "vgg-16",
        "vgg-19",
    ] {
        for (options, sizes) in [(Options::default(), [3, 10]), (narrow, [1, 7])] {
            let found = recognise(&tensors(name, options, sizes)).expect(name);
            let expected = Architecture::parse(name, options).expect("a name");
            assert_eq!(found.architecture, expected, "{name}");
            assert_eq!([found.channels, found.classes.unwrap()], sizes, "{name}");
            let wrapped = renamed(tensors(name, options, sizes), |name| {
                format!("module.model.{name}")
            });
            assert_eq!(recognise(&wrapped), Some(found), "{name}, wrapped");
        }
    }
}

#[test]
fn what_is_left_out_is_seen() {
    let bare = Options {
        shortcut: false,
        ..Options::default()
    };
    let found = recognise(&tensors("resnet-14", bare, [3, 10])).expect("a network");
    assert!(!found.architecture.options().shortcut);
    let mut headless = tensors("resnet18", Options::default(), [3, 10]);
    headless.retain(|tensor| !tensor.name.starts_with("fc."));
    let found = recognise(&headless).expect("a network");
    assert_eq!(
        (found.architecture.to_string().as_str(), found.classes),
        ("resnet18", None)
    );
}

#[test]
fn projections_under_torchvisions_names_are_a_cifar_resnets_of_three_stages() {
    let theirs = renamed(tensors("resnet-14", Options::default(), [3, 10]), |name| {
        let parts: Vec<&str> = name.splitn(3, '.').collect();
        match parts[..] {
            ["blocks", block, rest] => {
                let block: usize = block.parse().unwrap();
                let rest = rest.replace("shortcut", "downsample");
                format!("layer{}.{}.{rest}", block / 2 + 1, block % 2)
            }
            ["conv", ..] => name.replace("conv", "conv1"),
            ["bn", ..] => name.replace("bn", "bn1"),
            _ => name.to_owned(),
        }
    });
    let found = recognise(&theirs).expect("a network");
    assert_eq!(found.architecture.to_string(), "resnet-14");
}

#[test]
fn what_is_no_network_here_is_not_guessed() {
    let tensor = |name: &str, shape: &[usize]| NamedTensor {
        name: name.to_owned(),
        shape: shape.to_vec(),
        data: TensorData::F32(Vec::new()),
    };
    assert_eq!(recognise(&[]), None);
    let other = [
        "patch_embed.proj.weight",
        "blocks.0.attn.qkv.weight",
        "head.weight",
    ];
    let other: Vec<_> = other.iter().map(|name| tensor(name, &[4, 4])).collect();
    assert_eq!(recognise(&other), None);
    // Blocks that nobody could count, and stages of other numbers of blocks.
    let absurd = [
        tensor("conv1.weight", &[64, 3, 7, 7]),
        tensor("layer1.99999999999999999999.conv1.weight", &[64, 64, 3, 3]),
        tensor("layer18446744073709551615.0.conv1.weight", &[64, 64, 3, 3]),
    ];
    assert_eq!(recognise(&absurd), None);
    let mut other = tensors("resnet18", Options::default(), [3, 10]);
    other.retain(|tensor| !tensor.name.starts_with("layer2.1"));
    assert_eq!(recognise(&other), None);
}

#[test]
fn a_recognised_state_is_adopted() {
    let architecture = Architecture::parse("cifar-resnet8", Options::default()).unwrap();
    let graph = architecture.build(Shape::new(3, 32, 32), 10).unwrap();
    let state = initial_state(&graph, 3, BnInit::Symmetric);
    let wrapped = renamed(state.named(&graph), |name| format!("module.{name}"));
    let found = recognise(&wrapped).expect("a network").architecture;
    let again = found.build(Shape::new(3, 32, 32), 10).unwrap();
    let adopted = bnonly::network::adopt(&again, wrapped, None).expect("a state");
    assert_eq!(adopted.state, state);
}
