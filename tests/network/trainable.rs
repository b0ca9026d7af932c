//! What of a network trains, and the sentences for what cannot.

use bnonly::network::graph::{ParameterId, Role};
use bnonly::network::{Graph, Options, Selection, Trainable, TrainedSet};

use crate::network::{names, network};

fn resnet_8() -> Graph {
    network("resnet-8", Options::default())
}

fn select(graph: &Graph, text: &str) -> TrainedSet {
    let trainable: Trainable = text.parse().expect("something trainable");
    trainable.select(graph, 0).expect("it is in the network")
}

fn error(text: &str) -> String {
    match text.parse::<Trainable>() {
        Err(error) => error.to_string(),
        Ok(trainable) => trainable.select(&resnet_8(), 0).unwrap_err().to_string(),
    }
}

/// `choose_trained` of the PyTorch reference, by names alone.
fn reference(mode: &str, name: &str) -> bool {
    let module = name.rsplit_once('.').map_or("", |(module, _)| module);
    let last = module.rsplit('.').next().unwrap_or("");
    let bn = last.starts_with("bn") || module.ends_with("shortcut.1");
    let output = name.starts_with("fc.");
    match mode {
        "all" => true,
        "none" => false,
        "bn" => bn,
        "bn-gamma" => bn && name.ends_with("weight"),
        "bn-beta" => bn && name.ends_with("bias"),
        "output" => output,
        "bn+output" => bn || output,
        "bn+shortcut+output" => bn || output || name.contains(".shortcut."),
        _ => panic!("no such mode"),
    }
}

#[test]
fn modes_train_what_the_reference_trains() {
    let graph = resnet_8();
    for (mode, parameters, values) in [
        ("all", 29, 78_042),
        ("none", 0, 0),
        ("bn", 18, 672),
        ("bn-gamma", 9, 336),
        ("bn-beta", 9, 336),
        ("output", 2, 650),
        ("bn+output", 20, 1_322),
        ("bn+shortcut+output", 22, 3_882),
    ] {
        let trained = select(&graph, mode);
        let expected: Vec<&str> = names(&graph)
            .into_iter()
            .filter(|name| reference(mode, name))
            .collect();
        assert_eq!(trained.names(&graph), expected, "{mode}");
        assert_eq!(expected.len(), parameters, "{mode}");
        assert_eq!(trained.trained_count(&graph), values, "{mode}");
        let in_part = |selection: &Selection| matches!(selection, Selection::Some(_));
        assert!(!trained.selections.iter().any(in_part), "{mode}");
    }
}

#[test]
fn terms_combine() {
    let graph = resnet_8();
    let trained = select(&graph, "bn-gamma+output");
    assert_eq!(trained.names(&graph).len(), 11);
    assert_eq!(select(&graph, "bn-gamma+bn-beta"), select(&graph, "bn"));
    assert_eq!(
        select(&graph, "fc.bias, blocks.0.*,bn-beta").names(&graph)[..3],
        ["bn.bias", "blocks.0.conv1.weight", "blocks.0.bn1.weight"]
    );
    assert_eq!(select(&graph, "*.bn?.weight").names(&graph).len(), 6);
    assert_eq!(select(&graph, "shortcut").names(&graph).len(), 6);

    let both = select(&graph, "random:2+output");
    assert!(both.is_trained(graph.find_parameter("fc.bias").unwrap()));
    assert!(!both.is_trained(graph.find_parameter("bn.bias").unwrap()));
    let more = select(&graph, "random:2+random:3+conv.weight");
    assert_eq!(more.selections[0], Selection::Whole);
    assert!(more.trained_count(&graph) >= select(&graph, "random:3").trained_count(&graph));
}

#[test]
fn random_picks_as_many_weights_of_every_output_channel() {
    let graph = resnet_8();
    for count in [1, 2, 20, 143, 576] {
        let trained = select(&graph, &format!("random:{count}"));
        for (at, parameter) in graph.parameters.iter().enumerate() {
            let id = ParameterId(at);
            if parameter.role != Role::ConvWeight {
                assert_eq!(trained.selections[at], Selection::Frozen);
                continue;
            }
            let places = trained.places(&graph, id);
            assert!(places.is_sorted_by(|a, b| a < b), "{}", parameter.name);
            let fan_in: usize = parameter.shape[1..].iter().product();
            let mut found = vec![0; parameter.shape[0]];
            for place in places {
                found[place as usize / fan_in] += 1;
            }
            assert_eq!(
                found,
                vec![count.min(fan_in); parameter.shape[0]],
                "{}",
                parameter.name
            );
        }
    }
}

#[test]
fn random_picks_every_place_alike() {
    let graph = resnet_8();
    let trainable: Trainable = "random:2".parse().unwrap();
    // 16 channels of 27 weights, two of each, 500 seeds: 593 expected a place, deviation 24.
    let mut found = [0_u32; 27];
    for seed in 0..500 {
        let trained = trainable.select(&graph, seed).unwrap();
        for place in trained.places(&graph, ParameterId(0)) {
            found[place as usize % 27] += 1;
        }
    }
    assert!(
        found.iter().all(|count| (473..713).contains(count)),
        "{found:?}"
    );
}

#[test]
fn random_follows_from_the_seed_and_the_name() {
    let trainable: Trainable = "random:2".parse().unwrap();
    let (small, large) = (resnet_8(), network("resnet-14", Options::default()));
    let trained = trainable.select(&small, 5).unwrap();
    assert_eq!(trained, trainable.select(&small, 5).unwrap());
    assert_ne!(trained, trainable.select(&small, 6).unwrap());
    let more = trainable.select(&large, 5).unwrap();
    assert_eq!(trained.selections[..7], more.selections[..7]);
    assert_eq!(
        trained.places(&small, ParameterId(0))[..6],
        [6, 9, 37, 40, 62, 77]
    );
}

#[test]
fn places_are_all_of_a_parameter_that_trains_whole() {
    let graph = resnet_8();
    let trained = select(&graph, "fc.bias");
    let bias = graph.find_parameter("fc.bias").unwrap();
    assert_eq!(trained.places(&graph, bias), (0..10).collect::<Vec<u32>>());
    assert!(trained.places(&graph, ParameterId(0)).is_empty());
}

#[test]
fn text_reads_back_the_same() {
    for text in [
        "bn",
        "bn-gamma",
        "bn-beta",
        "output",
        "bn+output",
        "bn+shortcut+output",
        "all",
        "none",
        "random:2",
        "random:2+output",
        "fc.bias",
        "fc.*,bn.weight",
        "bn+output,blocks.[01].*,shortcut",
    ] {
        let trainable: Trainable = text.parse().unwrap();
        assert_eq!(trainable.to_string(), text);
        let json = serde_json::to_string(&trainable).unwrap();
        assert_eq!(serde_json::from_str::<Trainable>(&json).unwrap(), trainable);
    }
    let repeated: Trainable = " bn + bn,bn ".parse().unwrap();
    assert_eq!(repeated, Trainable::default());
}

#[test]
fn what_cannot_train_is_refused() {
    let words = "there are bn, bn-gamma, bn-beta, output, shortcut, random:K, all, none, joined by \
                 +, and names or globs of parameters such as fc.bias or blocks.0.*";
    for (text, expected) in [
        (
            "batchnorm",
            format!("`batchnorm` cannot be trained; {words}"),
        ),
        (
            "",
            "`` has an empty term; write what to train, e.g. bn or bn+output, or none for nothing"
                .to_owned(),
        ),
        (
            "bn+",
            "`bn+` has an empty term; write what to train, e.g. bn or bn+output, or none for \
             nothing"
                .to_owned(),
        ),
        (
            "bn+all",
            "`all` stands alone; it cannot be combined in `bn+all`".to_owned(),
        ),
        (
            "random:0",
            "`random:0` needs a number of weights from 1 up behind the colon, e.g. random:2"
                .to_owned(),
        ),
        (
            "random:two",
            "`random:two` needs a number of weights from 1 up behind the colon, e.g. random:2"
                .to_owned(),
        ),
        (
            "random:577",
            "random:577 asks for more weights than any output channel has; the most here is 576"
                .to_owned(),
        ),
        (
            "bn,layer.*",
            "`layer.*` matches no parameter of this network; it has e.g. conv.weight, bn.weight, \
             bn.bias, blocks.0.conv1.weight, fc.weight, fc.bias"
                .to_owned(),
        ),
    ] {
        assert_eq!(error(text), expected);
    }
    assert!(error("blocks.[0").starts_with("`blocks.[0` is no glob: "));

    let options = Options {
        shortcut: false,
        ..Options::default()
    };
    let trainable: Trainable = "shortcut".parse().unwrap();
    assert_eq!(
        trainable
            .select(&network("resnet-8", options), 0)
            .unwrap_err()
            .to_string(),
        "`shortcut` trains nothing in this network, which has no such layers"
    );
}
