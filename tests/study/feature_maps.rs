//! What a layer's channels make of an image, against float64.

use bnonly::data::{DataSet, Normalization};
use bnonly::engine::{Engine, EngineError, PlanOptions, memory_needed};
use bnonly::network::graph::{BatchNormId, NodeId, Op};
use bnonly::network::{Graph, Options, State};
use bnonly::study::ablation::Ablation;
use bnonly::study::gamma::all_gammas;
use bnonly::study::probe::Probe;
use pollster::block_on;

use crate::engine::support::{batch, images, network_for};
use crate::engine::twin::Twin;
use crate::reference::assert_close;
use crate::study::bench::{self, BATCH, Subject, accuracy, gpu, grey_network, state};

/// The node whose output ends a BatchNorm's pass: behind an addition and a ReLU that follow it alone.
fn end_of_pass(graph: &Graph, layer: BatchNormId) -> usize {
    let place = |op: &Op| graph.nodes.iter().position(|node| node.op == *op);
    let mut at = place(&Op::BatchNorm(layer)).expect("the layer");
    for joined in [Op::Add, Op::Relu] {
        let mut readers = (0..graph.nodes.len())
            .filter(|reader| graph.nodes[*reader].inputs.contains(&NodeId(at)));
        let (Some(next), None) = (readers.next(), readers.next()) else {
            break;
        };
        let earlier = graph.nodes[next].inputs.iter().all(|input| input.0 <= at);
        if graph.nodes[next].op == joined && earlier {
            at = next;
        }
    }
    at
}

/// Holds all layers against the twin.
fn agrees(graph: &Graph, data: &DataSet, state: &State, ablated: &State, ablation: &Ablation) {
    let made = Probe::new(
        gpu(),
        graph,
        data,
        BATCH,
        Normalization::default(),
        state.clone(),
    );
    let mut probe = block_on(made).expect("a plan");
    for image in [3, 0] {
        let samples = batch(&data.test, image..image + 1);
        let options = PlanOptions::evaluation(graph, 1);
        let twin = Twin::new(graph, ablated, &options, &samples);
        let outputs = twin.outputs(&twin.parameters());
        for (id, norm) in graph.batch_norms.iter().enumerate() {
            let layer = BatchNormId(id);
            let found = block_on(probe.feature_maps(ablation, layer, image as u32));
            let found = found.expect("maps");
            let expected = end_of_pass(graph, layer);
            assert_eq!((found.layer, found.image), (layer, image as u32));
            assert_eq!(found.shape, graph.nodes[expected].shape);
            assert_close(&norm.name, &found.values, &outputs[expected], 2e-5);
        }
    }
}

#[test]
fn of_a_resnet_they_are_the_twins() {
    let subject = Subject::new(21);
    for ablation in [
        Ablation::none(subject.channels()),
        Ablation::random(subject.channels(), 15, 0, false),
        Ablation::random(subject.channels(), 15, 0, true),
    ] {
        let ablated = subject.ablated(&ablation);
        agrees(
            &subject.graph,
            &subject.data,
            &subject.state,
            &ablated,
            &ablation,
        );
    }
}

#[test]
fn of_a_grey_vgg_with_odd_channels_they_are_the_twins() {
    let graph = grey_network();
    let grey = images(&graph, 4);
    let data = DataSet {
        train: grey.clone(),
        test: grey,
        classes: bench::data().classes,
    };
    let state = state(&graph, 22);
    let none = Ablation::none(all_gammas(&graph, &state).count());
    agrees(&graph, &data, &state, &state, &none);
}

#[test]
fn with_the_batch_norm_behind_the_relu_they_are_the_twins() {
    let options = Options {
        width: Some(4),
        batch_norm_after_activation: true,
        ..Options::default()
    };
    let data = bench::data();
    let input = Subject::new(0).graph.input_shape();
    let graph = network_for(input, "resnet-8", options);
    let state = state(&graph, 23);
    let none = Ablation::none(all_gammas(&graph, &state).count());
    agrees(&graph, &data, &state, &state, &none);
}

#[test]
fn a_channel_that_is_off_shows_nothing_where_nothing_is_added() {
    let mut subject = Subject::new(24);
    // The first layer, with no addition behind it; all of its channels have something to show.
    let norm = &subject.graph.batch_norms[0];
    subject.state.parameters[norm.gamma.0].fill(1.0);
    subject.state.parameters[norm.beta.0].fill(1.0);
    let mut probe = subject.probe();
    let mut ablation = Ablation::none(subject.channels());
    ablation.with_beta = true;
    ablation.toggle(1);
    let maps = block_on(probe.feature_maps(&ablation, BatchNormId(0), 5)).expect("maps");
    let area = maps.shape.pixels() as usize;
    let is_dark = |channel: usize| {
        maps.values[channel * area..][..area]
            .iter()
            .all(|v| *v == 0.0)
    };
    assert_eq!([0, 1, 2, 3].map(is_dark), [false, true, false, false]);
}

#[test]
fn they_follow_state_ablation_and_image_in_any_order() {
    let subject = Subject::new(25);
    let other = state(&subject.graph, 26);
    let layer = BatchNormId(4);
    let none = Ablation::none(subject.channels());
    let some = Ablation::random(subject.channels(), 9, 0, true);
    let mut probe = subject.probe();
    let mut ask = |state: &State, ablation, image| {
        probe.set_state(state.clone());
        let maps = block_on(probe.feature_maps(ablation, layer, image)).expect("maps");
        // The other engine in between.
        accuracy(&mut probe, &none);
        maps
    };
    let questions = [
        (&subject.state, &none, 1),
        (&subject.state, &some, 1),
        (&subject.state, &some, 2),
        (&other, &some, 2),
        (&other, &none, 2),
        (&subject.state, &none, 1),
    ];
    let answers = questions.map(|(state, ablation, image)| ask(state, ablation, image));
    for (question, answer) in questions.iter().zip(&answers) {
        let (state, ablation, image) = *question;
        let fresh = Probe::new(
            gpu(),
            &subject.graph,
            &subject.data,
            BATCH,
            Normalization::default(),
            state.clone(),
        );
        let mut fresh = block_on(fresh).expect("a plan");
        let expected = block_on(fresh.feature_maps(ablation, layer, image)).expect("maps");
        assert_eq!(*answer, expected);
    }
    for pair in answers.windows(2) {
        assert_ne!(pair[0].values, pair[1].values);
    }
    assert_eq!(answers[0], answers[5]);
}

#[test]
fn a_layer_or_an_image_that_is_not_there_is_refused_with_a_sentence() {
    let subject = Subject::new(27);
    let mut probe = subject.probe();
    let none = Ablation::none(subject.channels());
    let layers = subject.graph.batch_norms.len();
    for (layer, image, expected) in [
        (layers, 0, format!("BatchNorm {layers} (from 0)")),
        (0, 27, "test image 27 (from 0)".into()),
    ] {
        let asked = probe.feature_maps(&none, BatchNormId(layer), image);
        let error = block_on(asked).expect_err("not there");
        assert!(matches!(error, EngineError::Elsewhere { .. }));
        assert!(error.to_string().contains(&expected), "{error}");
    }
}

#[test]
fn a_plan_that_keeps_outputs_takes_what_was_said_before() {
    let subject = Subject::new(28);
    let mut options = PlanOptions::evaluation(&subject.graph, 4);
    let sharing = memory_needed(&subject.graph, &options, None)
        .expect("a plan")
        .report;
    options.keep_outputs = true;
    let keeping = memory_needed(&subject.graph, &options, Some(&gpu().capabilities));
    let keeping = keeping.expect("a plan").report;
    let made = Engine::new(gpu(), &subject.graph, options, &subject.state);
    assert_eq!(block_on(made).expect("a plan").memory(), keeping);
    assert!(keeping.tensors() > sharing.tensors());
    // All of them at once: no two share memory.
    let of_norms: u64 = subject
        .graph
        .nodes
        .iter()
        .filter(|node| matches!(node.op, Op::BatchNorm(_)))
        .map(|node| 16 * 4 * u64::from(node.shape.channels.div_ceil(4)) * node.shape.pixels())
        .sum();
    assert!(keeping.tensors() >= of_norms, "{keeping:?}, {of_norms}");

    let mut probe = subject.probe();
    let before = probe.memory_bytes();
    let none = Ablation::none(subject.channels());
    block_on(probe.feature_maps(&none, BatchNormId(0), 0)).expect("maps");
    assert!(probe.memory_bytes() > before);
}
