//! Shapes, names, counts and errors of the networks that can be built.

use bnonly::network::graph::{Graph, NodeId, Op, Shape, Window};
use bnonly::network::{Architecture, ArchitectureName, NetworkError, Options, counts};

use crate::network::{CIFAR, names, network};

const PLAIN: Options = Options {
    width: None,
    shortcut: true,
    batch_norm_after_activation: false,
};
const AFTER: Options = Options {
    batch_norm_after_activation: true,
    ..PLAIN
};
const NO_SHORTCUT: Options = Options {
    shortcut: false,
    ..PLAIN
};

fn wide(width: u32) -> Options {
    Options {
        width: Some(width),
        ..PLAIN
    }
}

fn error(name: &str, options: Options, input: Shape, classes: u32) -> String {
    Architecture::parse(name, options)
        .and_then(|architecture| architecture.build(input, classes))
        .expect_err("no such network")
        .to_string()
}

#[test]
fn counts_are_the_articles() {
    for (name, options, all, batch_norm, output, shortcut) in [
        ("resnet-14", PLAIN, 175_258, 1_120, 650, 2_560),
        ("resnet-32", PLAIN, 466_906, 2_464, 650, 2_560),
        ("resnet-56", PLAIN, 855_770, 4_256, 650, 2_560),
        ("resnet-110", PLAIN, 1_730_714, 8_288, 650, 2_560),
        ("resnet-218", PLAIN, 3_480_602, 16_352, 650, 2_560),
        ("resnet-434", PLAIN, 6_980_378, 32_480, 650, 2_560),
        ("resnet-866", PLAIN, 13_979_930, 64_736, 650, 2_560),
        ("resnet-14", wide(32), 696_618, 2_240, 1_290, 10_240),
        ("resnet-14", wide(64), 2_777_674, 4_480, 2_570, 40_960),
        ("resnet-14", wide(128), 11_093_130, 8_960, 5_130, 163_840),
        // torchvision's vgg11_bn and vgg16_bn: their `features`, and a head of 512·10 + 10.
        ("vgg-11", PLAIN, 9_225_984 + 5_130, 5_504, 5_130, 0),
        ("vgg-16", PLAIN, 14_723_136 + 5_130, 8_448, 5_130, 0),
    ] {
        let found = counts(&network(name, options));
        let found = (found.all, found.batch_norm, found.output, found.shortcut);
        assert_eq!(
            found,
            (all, batch_norm, output, shortcut),
            "{name} {options:?}"
        );
    }
}

#[test]
fn torchvisions_networks_have_torchvisions_counts() {
    // `sum(p.numel() for p in torchvision.models.NAME().parameters())`, and of its BatchNorms alone.
    for (name, all, batch_norm) in [
        ("resnet18", 11_689_512, 9_600),
        ("resnet34", 21_797_672, 17_024),
        ("resnet50", 25_557_032, 53_120),
        ("resnet101", 44_549_160, 105_344),
        ("resnet152", 60_192_808, 151_424),
        ("wide_resnet50_2", 68_883_240, 68_224),
    ] {
        let architecture = Architecture::parse(name, PLAIN).expect("a name");
        let graph = architecture.build(Shape::new(3, 224, 224), 1000);
        let found = counts(&graph.expect("a network"));
        assert_eq!((found.all, found.batch_norm), (all, batch_norm), "{name}");
        assert_eq!(architecture.to_string(), name);
    }
    // The images between the stages, 224 pixels at first.
    let graph = Architecture::parse("resnet50", PLAIN).unwrap();
    let graph = graph.build(Shape::new(3, 224, 224), 1000).unwrap();
    let shapes: Vec<_> = graph.nodes.iter().map(|node| node.shape).collect();
    for expected in [
        (64, 112),
        (64, 56),
        (256, 56),
        (512, 28),
        (1024, 14),
        (2048, 7),
    ] {
        let (channels, extent) = expected;
        assert!(
            shapes.contains(&Shape::new(channels, extent, extent)),
            "{expected:?}"
        );
    }
}

#[test]
fn shortcuts_without_parameters_are_option_a() {
    let graph = network("cifar-resnet20", PLAIN);
    // The counts of the widely used PyTorch implementation: 0.27 million.
    let found = counts(&graph);
    let found = (found.all, found.batch_norm, found.shortcut);
    assert_eq!(found, (269_722, 1_376, 0));
    let names = names(&graph);
    assert_eq!(names[..3], ["conv1.weight", "bn1.weight", "bn1.bias"]);
    assert!(names.contains(&"layer3.2.bn2.bias"));
    assert_eq!(names.last(), Some(&"linear.bias"));
    let identities: Vec<Shape> = graph
        .nodes
        .iter()
        .filter(|node| node.op == Op::IdentityShortcut { stride: 2 })
        .map(|node| node.shape)
        .collect();
    assert_eq!(identities, [Shape::new(32, 16, 16), Shape::new(64, 8, 8)]);
}

#[test]
fn resnet_parameters_stand_in_pytorchs_order() {
    let expected = [
        "conv.weight",
        "bn.weight",
        "bn.bias",
        "blocks.0.conv1.weight",
        "blocks.0.bn1.weight",
        "blocks.0.bn1.bias",
        "blocks.0.conv2.weight",
        "blocks.0.bn2.weight",
        "blocks.0.bn2.bias",
        "blocks.1.conv1.weight",
        "blocks.1.bn1.weight",
        "blocks.1.bn1.bias",
        "blocks.1.conv2.weight",
        "blocks.1.bn2.weight",
        "blocks.1.bn2.bias",
        "blocks.1.shortcut.0.weight",
        "blocks.1.shortcut.1.weight",
        "blocks.1.shortcut.1.bias",
        "blocks.2.conv1.weight",
        "blocks.2.bn1.weight",
        "blocks.2.bn1.bias",
        "blocks.2.conv2.weight",
        "blocks.2.bn2.weight",
        "blocks.2.bn2.bias",
        "blocks.2.shortcut.0.weight",
        "blocks.2.shortcut.1.weight",
        "blocks.2.shortcut.1.bias",
        "fc.weight",
        "fc.bias",
    ];
    assert_eq!(names(&network("resnet-8", PLAIN)), expected);
    assert_eq!(names(&network("resnet-8", AFTER)), expected);
    let without: Vec<&str> = expected
        .into_iter()
        .filter(|name| !name.contains("shortcut"))
        .collect();
    assert_eq!(names(&network("resnet-8", NO_SHORTCUT)), without);
}

#[test]
fn vgg_names_are_torchvisions() {
    let graph = network("vgg-11", PLAIN);
    let convolutions = [0, 4, 8, 11, 15, 18, 22, 25];
    let expected: Vec<String> = convolutions
        .into_iter()
        .flat_map(|at| [at, at + 1])
        .flat_map(|at| ["weight", "bias"].map(|part| format!("features.{at}.{part}")))
        .chain(["classifier.weight", "classifier.bias"].map(str::to_owned))
        .collect();
    assert_eq!(names(&graph), expected);
    assert_eq!(graph.parameters[0].shape, [64, 3, 3, 3]);
    assert_eq!(names(&network("vgg-11", AFTER))[2], "features.2.weight");

    // A pooling that is left out changes no name.
    let small = Architecture::parse("vgg-11", PLAIN).unwrap();
    let small = small.build(Shape::new(1, 7, 7), 10).unwrap();
    assert_eq!(names(&small), names(&graph));
}

fn kinds(graph: &Graph) -> Vec<&'static str> {
    let kind = |op: &Op| match op {
        Op::Input => "input",
        Op::Conv { .. } => "conv",
        Op::BatchNorm(_) => "bn",
        Op::Relu => "relu",
        Op::Add => "add",
        Op::MaxPool(_) => "max",
        Op::IdentityShortcut { .. } => "identity",
        Op::GlobalAveragePool => "mean",
        Op::Linear { .. } => "linear",
    };
    graph.nodes.iter().map(|node| kind(&node.op)).collect()
}

#[test]
fn layers_run_in_the_documented_order() {
    let identity = "conv bn relu conv bn add relu";
    let projection = "conv bn relu conv conv bn bn add relu";
    let before = format!("input conv bn relu {identity} {projection} {projection} mean linear");
    assert_eq!(kinds(&network("resnet-8", PLAIN)).join(" "), before);

    let identity = "conv relu bn conv relu bn add";
    let projection = "conv relu bn conv relu conv bn bn add";
    let after = format!("input conv relu bn {identity} {projection} {projection} mean linear");
    assert_eq!(kinds(&network("resnet-8", AFTER)).join(" "), after);

    let block = "conv bn relu conv bn relu";
    let bare = format!("input conv bn relu {block} {block} {block} mean linear");
    assert_eq!(kinds(&network("resnet-8", NO_SHORTCUT)).join(" "), bare);
}

#[test]
fn a_sum_follows_the_main_branch_and_takes_the_blocks_input() {
    let graph = network("resnet-8", PLAIN);
    let sums = graph.nodes.iter().enumerate();
    let sums: Vec<_> = sums.filter(|(_, node)| node.op == Op::Add).collect();
    let mut block_input = NodeId(3);
    for (block, (at, sum)) in sums.into_iter().enumerate() {
        assert_eq!(sum.inputs[0], NodeId(at - 1));
        let Op::BatchNorm(bn2) = graph.nodes[at - 1].op else {
            panic!("a sum of no BatchNorm");
        };
        assert_eq!(graph.batch_norm_at(bn2).name, format!("blocks.{block}.bn2"));
        let shortcut = if block == 0 {
            sum.inputs[1]
        } else {
            let batch_norm = &graph.nodes[sum.inputs[1].0];
            graph.nodes[batch_norm.inputs[0].0].inputs[0]
        };
        assert_eq!(shortcut, block_input);
        block_input = NodeId(at + 1);
    }
}

#[test]
fn every_input_stands_before_its_layer() {
    for name in ArchitectureName::usual().map(String::from) {
        let graph = network(&name, PLAIN);
        for (at, node) in graph.nodes.iter().enumerate() {
            assert!(node.inputs.iter().all(|input| input.0 < at), "{name}");
        }
        assert_eq!(graph.output(), NodeId(graph.nodes.len() - 1));
        assert_eq!((graph.classes(), graph.input_shape()), (10, CIFAR));
    }
}

#[test]
fn images_of_any_size_fit() {
    for (name, input, last) in [
        ("resnet-14", CIFAR, Shape::new(64, 8, 8)),
        ("resnet-14", Shape::new(1, 28, 28), Shape::new(64, 7, 7)),
        ("resnet-14", Shape::new(3, 1, 1), Shape::new(64, 1, 1)),
        ("resnet-14", Shape::new(3, 33, 18), Shape::new(64, 9, 5)),
        ("vgg-16", CIFAR, Shape::new(512, 1, 1)),
        ("vgg-16", Shape::new(1, 28, 28), Shape::new(512, 1, 1)),
        ("vgg-16", Shape::new(1, 1, 5), Shape::new(512, 1, 5)),
        ("vgg-19", Shape::new(3, 64, 96), Shape::new(512, 2, 3)),
    ] {
        let graph = Architecture::parse(name, PLAIN).unwrap();
        let graph = graph.build(input, 2).unwrap();
        assert_eq!(
            graph.nodes[graph.nodes.len() - 3].shape,
            last,
            "{name} {input}"
        );
        assert_eq!(graph.nodes.last().unwrap().shape, Shape::new(2, 1, 1));
    }
    network("resnet-8", wide(1));
}

#[test]
fn window_sizes_are_pytorchs() {
    for (window, extent, expected) in [
        (Window::new(3, 1, 1), 32, Some(32)),
        (Window::new(3, 2, 1), 15, Some(8)),
        (Window::new(1, 2, 0), 15, Some(8)),
        (Window::new(7, 2, 3), 33, Some(17)),
        (Window::new(2, 2, 0), 7, Some(3)),
        (Window::new(3, 1, 0), 2, None),
        (Window::new(3, 0, 1), 8, None),
        (Window::new(1, 1, u32::MAX), u32::MAX, None),
    ] {
        assert_eq!(
            window.output_extent(extent),
            expected,
            "{window:?} on {extent}"
        );
    }
}

#[test]
fn wrong_networks_are_refused_with_what_there_is() {
    for (name, options, expected) in [
        (
            "resnet-15",
            PLAIN,
            "there is no resnet-15: a CIFAR ResNet has 6n+2 layers, from 8 to 2000; \
             try resnet-14 or resnet-20",
        ),
        (
            "resnet-2",
            PLAIN,
            "there is no resnet-2: a CIFAR ResNet has 6n+2 layers, from 8 to 2000; try resnet-8",
        ),
        (
            "resnet-99999999999",
            PLAIN,
            "there is no resnet-99999999999: a CIFAR ResNet has 6n+2 layers, from 8 to 2000; \
             try resnet-2000",
        ),
        (
            "vgg-12",
            PLAIN,
            "there is no vgg-12; there are vgg-11, vgg-13, vgg-16, vgg-19",
        ),
        (
            "alexnet",
            PLAIN,
            "there is no network `alexnet`; there are resnet-D and cifar-resnetD with D = 6n+2 (resnet-8, \
             cifar-resnet20, …), vgg-11, vgg-13, vgg-16, vgg-19, resnet18, resnet34, resnet50, resnet101, \
             resnet152, wide_resnet50_2",
        ),
        (
            "resnet-18",
            PLAIN,
            "there is no resnet-18: a CIFAR ResNet has 6n+2 layers, from 8 to 2000; \
             try resnet-14 or resnet-20 or torchvision's resnet18",
        ),
        (
            "cifar-resnet21",
            PLAIN,
            "there is no cifar-resnet21: a CIFAR ResNet has 6n+2 layers, from 8 to 2000; \
             try cifar-resnet20 or cifar-resnet26",
        ),
        (
            "resnet20",
            PLAIN,
            "there is no resnet20; there are resnet18, resnet34, resnet50, resnet101, resnet152, wide_resnet50_2",
        ),
        (
            "resnet-14",
            wide(0),
            "a network cannot be 0 channels wide: the width must be from 1 to 4096",
        ),
        (
            "vgg-16",
            NO_SHORTCUT,
            "vgg-16 has no shortcuts to leave out; only a ResNet has some",
        ),
        (
            "resnet-14",
            wide(4096),
            "the network has more than 1073741824 parameters with `blocks.2.conv2.weight`",
        ),
    ] {
        assert_eq!(error(name, options, CIFAR, 10), expected);
    }
    for name in [
        "",
        "resnet",
        "resnet-",
        "resnet--14",
        "resnet-+14",
        "vgg-a",
        "ResNet-14",
    ] {
        let sentence = error(name, PLAIN, CIFAR, 10);
        assert!(
            sentence.starts_with(&format!("there is no network `{name}`")),
            "{sentence}"
        );
    }
    assert_eq!(
        error("resnet-8", PLAIN, CIFAR, 1),
        "cannot tell 1 classes apart: a network needs from 2 to 65536 classes"
    );
    assert_eq!(
        error("resnet-8", PLAIN, Shape::new(3, 0, 32), 10),
        "images of 3×0×32 cannot be an input: channels, height and width must be from 1 to 16384"
    );
}

#[test]
fn layers_that_do_not_fit_are_refused() {
    let mut graph = Graph::new(Shape::new(3, 4, 4)).unwrap();
    let input = NodeId(0);
    let conv = graph
        .conv("a", input, 8, Window::new(3, 2, 1), false)
        .unwrap();
    let sentences = [
        graph.add(input, conv),
        graph.conv("b", conv, 8, Window::new(3, 1, 0), false),
        graph.conv("a", conv, 8, Window::new(3, 1, 1), false),
        graph.max_pool(conv, Window::new(2, 2, 2)),
        graph.linear("fc", conv, 10),
        graph.relu(NodeId(7)),
    ]
    .map(|result| result.expect_err("a misfit").to_string());
    assert_eq!(
        sentences,
        [
            "cannot add 3×4×4 and 8×2×2: the shapes differ",
            "b cannot take an input of 8×2×2: no window of kernel 3, stride 1, padding 0 fits",
            "the network already has a parameter `a.weight`",
            "max pooling cannot take an input of 8×2×2: \
             a padding of 2 is more than half the kernel of 2",
            "fc cannot take an input of 8×2×2: it takes one value a channel, so pool first",
            "layer 7 does not exist: the network has 2 layers so far",
        ]
    );
    let id = graph.declare_batch_norm("bn", 3).unwrap();
    let misfit = graph.apply_batch_norm(id, conv);
    assert!(matches!(misfit, Err(NetworkError::Shape { .. })));
    assert_eq!(
        graph.nodes.len(),
        2,
        "a refused layer leaves nothing behind"
    );
}
