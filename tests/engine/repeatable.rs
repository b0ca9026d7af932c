//! Same input, same bits; and what a batch comes to does not depend on how it was asked for.

use bnonly::data::Batch;
use bnonly::data::order::{AugmentationDraw, epoch_order};
use bnonly::engine::{BatchView, Engine};
use bnonly::kernels::optimizer::Rule;
use bnonly::network::graph::Shape;
use bnonly::network::initial::BnInit;
use bnonly::network::{Graph, Options, State, initial_state};

use crate::support::{batch, engine, images, network_for, options, tiny_network, train};

/// Ten steps of shuffled, augmented batches as a seed gives them: losses, hits and the end.
fn seeded_run(graph: &Graph, seed: u64, rule: Rule) -> (Vec<(u64, u32)>, State) {
    let state = initial_state(graph, seed, BnInit::Uniform);
    let mut options = options(graph, "all", 8);
    options.rule = rule;
    let mut engine = engine(graph, options, &state);
    let images = images(graph, 80);
    let order = epoch_order(seed, 0, images.len(), true);
    let mut draw = AugmentationDraw::new(seed, 0);
    let mut batch = Batch::default();
    let mut results = Vec::new();
    for indices in order.chunks(8) {
        batch.fill(&images, indices, Some(&mut draw));
        let samples = (
            batch.pixels.clone(),
            batch.labels.clone(),
            batch.augmentations.clone(),
        );
        let result = train(&mut engine, &samples, 0.01);
        results.push((result.loss_sum.to_bits(), result.hits));
    }
    (
        results,
        pollster::block_on(engine.read_state()).expect("a state"),
    )
}

#[test]
fn one_seed_gives_the_same_bits_twice() {
    let graph = tiny_network();
    let sgd = Rule::Sgd {
        momentum: 0.9,
        nesterov: false,
    };
    for rule in [sgd, Rule::AdamW] {
        let (first, second) = (seeded_run(&graph, 5, rule), seeded_run(&graph, 5, rule));
        assert_eq!(first, second, "{rule:?}");
    }
    assert_ne!(seeded_run(&graph, 5, sgd).0, seeded_run(&graph, 6, sgd).0);
}

/// Results that nobody waits for between the steps are the same, and come in order.
#[test]
fn steps_in_flight_give_the_same_bits_as_steps_one_by_one() {
    let graph = tiny_network();
    let state = initial_state(&graph, 1, BnInit::Uniform);
    let images = images(&graph, 32);
    let batches: Vec<_> = (0..4).map(|i| batch(&images, 8 * i..8 * i + 8)).collect();
    let mut waiting = engine(&graph, options(&graph, "all", 8), &state);
    let one_by_one: Vec<_> = batches
        .iter()
        .map(|batch| train(&mut waiting, batch, 0.1))
        .collect();

    let mut ahead = engine(&graph, options(&graph, "all", 8), &state);
    for (pixels, labels, augmentations) in &batches {
        let view = BatchView {
            pixels,
            labels,
            augmentations,
        };
        ahead.train(view, 0.1).expect("a step");
    }
    assert_eq!(ahead.in_flight(), Engine::MAX_IN_FLIGHT);
    for expected in one_by_one {
        let result = pollster::block_on(ahead.next_result()).expect("a result");
        assert_eq!(result, Some(expected));
    }
    let [waiting, ahead] =
        [waiting, ahead].map(|engine| pollster::block_on(engine.read_state()).expect("a state"));
    assert_eq!(waiting, ahead);
}

/// An evaluation between two steps changes nothing, the optimiser's memory included.
#[test]
fn an_evaluation_leaves_no_trace() {
    let graph = tiny_network();
    let state = initial_state(&graph, 1, BnInit::Uniform);
    let images = images(&graph, 24);
    let ends = [false, true].map(|evaluates| {
        let mut engine = engine(&graph, options(&graph, "all", 8), &state);
        for step in 0..3 {
            train(&mut engine, &batch(&images, 8 * step..8 * step + 8), 0.1);
            if evaluates {
                crate::support::evaluate(&mut engine, &images, 7);
            }
        }
        pollster::block_on(async { (engine.read_state().await, engine.read_optimizer().await) })
    });
    let [without, with] =
        ends.map(|(state, memory)| (state.expect("a state"), memory.expect("one")));
    assert_eq!(without, with);
}

/// A partial batch, behind a full one whose values are still in all buffers.
#[test]
fn a_partial_batch_is_what_it_is_on_a_plan_of_its_own_size() {
    let graph = tiny_network();
    let state = initial_state(&graph, 1, BnInit::Uniform);
    let images = images(&graph, 24);
    for samples in [1, 3, 5] {
        let partial = batch(&images, 8..8 + samples);
        let mut large = engine(&graph, options(&graph, "all", 8), &state);
        train(&mut large, &batch(&images, 0..8), 0.1);
        large.write_state(&state).expect("the state again");
        let fresh = bnonly::engine::OptimizerState {
            first_moment: vec![0.0; graph.parameters.iter().map(|p| p.len()).sum()],
            ..Default::default()
        };
        large.write_optimizer(&fresh).expect("an empty memory");
        let mut small = engine(&graph, options(&graph, "all", samples as u32), &state);

        let results = [
            train(&mut large, &partial, 0.1),
            train(&mut small, &partial, 0.1),
        ];
        let ends =
            [&large, &small].map(|engine| pollster::block_on(engine.read_state()).expect("it"));
        assert_eq!(results[0], results[1], "{samples} samples");
        assert_eq!(ends[0], ends[1], "{samples} samples");
        assert_ne!(ends[0], state);
    }
}

/// Trains on one batch over and over: what any network that learns can learn by heart.
fn learns(graph: &Graph, mode: &str, learning_rate: f64) {
    let state = initial_state(graph, 2, BnInit::Uniform);
    let mut engine = engine(graph, options(graph, mode, 10), &state);
    let samples = batch(&images(graph, 10), 0..10);
    let losses: Vec<_> = (0..40)
        .map(|_| train(&mut engine, &samples, learning_rate).loss_sum / 10.0)
        .collect();
    assert!(losses[39] < 0.5 * losses[0], "{mode}: {losses:?}");
}

#[test]
fn a_vgg_on_grey_images_of_28_pixels_learns() {
    let options = Options {
        width: Some(4),
        ..Options::default()
    };
    let graph = network_for(Shape::new(1, 28, 28), "vgg-11", options);
    learns(&graph, "bn", 0.1);
    learns(&graph, "all", 0.02);
}

#[test]
fn a_resnet_on_grey_images_of_28_pixels_learns() {
    let options = Options {
        width: Some(6),
        ..Options::default()
    };
    let graph = network_for(Shape::new(1, 28, 28), "resnet-8", options);
    learns(&graph, "bn", 0.5);
}
