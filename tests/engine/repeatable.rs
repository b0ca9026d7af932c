//! Same input, same bits; and what a batch comes to does not depend on how it was asked for.

use bnonly::data::Batch;
use bnonly::data::order::{AugmentationDraw, epoch_order};
use bnonly::engine::{BatchView, Choices, Engine, PlanOptions, memory_needed};
use bnonly::kernels::conv::tiling::Tiling;
use bnonly::kernels::optimizer::Rule;
use bnonly::network::graph::Shape;
use bnonly::network::initial::BnInit;
use bnonly::network::{Graph, Options, State, initial_state};

use crate::engine::support::{batch, engine, images, network_for, options, tiny_network, train};
use crate::everywhere;

/// Ten steps of shuffled, augmented batches as a seed gives them: losses, hits and the end.
async fn seeded_run(graph: &Graph, seed: u64, rule: Rule) -> (Vec<(u64, u32)>, State) {
    let state = initial_state(graph, seed, BnInit::Uniform);
    let mut options = options(graph, "all", 8);
    options.rule = rule;
    let mut engine = engine(graph, options, &state).await;
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
        let result = train(&mut engine, &samples, 0.01).await;
        results.push((result.loss_sum.to_bits(), result.hits));
    }
    (results, engine.read_state().await.expect("a state"))
}

#[everywhere::test]
async fn one_seed_gives_the_same_bits_twice() {
    let graph = tiny_network();
    let sgd = Rule::Sgd {
        momentum: 0.9,
        nesterov: false,
    };
    for rule in [sgd, Rule::AdamW] {
        let (first, second) = (
            seeded_run(&graph, 5, rule).await,
            seeded_run(&graph, 5, rule).await,
        );
        assert_eq!(first, second, "{rule:?}");
    }
    assert_ne!(
        seeded_run(&graph, 5, sgd).await.0,
        seeded_run(&graph, 6, sgd).await.0
    );
}

/// Variants that a run was computed by before, which a checkpoint keeps, go before what the adapter remembers, unless the
/// text of a kernel has changed since.
#[everywhere::test]
async fn convolutions_are_computed_by_the_variants_asked_for_if_these_are_of_the_adapter_and_its_texts()
 {
    let graph = network_for(Shape::new(3, 16, 16), "resnet-8", Options::default());
    let state = initial_state(&graph, 1, BnInit::Uniform);
    let adapter = &everywhere::gpu().await.capabilities;
    let with = async |choices: &Choices| {
        let options = PlanOptions {
            choices: choices.clone(),
            ..PlanOptions::evaluation(&graph, 48)
        };
        let before = memory_needed(&graph, &options, Some(adapter)).expect("a plan");
        let at_most = memory_needed(&graph, &options, None).expect("a plan");
        let engine = engine(&graph, options, &state).await;
        let taken = engine.memory();
        // How convolutions are computed on an adapter that is not known is not known either.
        assert!(!at_most.is_exact);
        for said in [before, at_most] {
            let of_them = [said.report.total(), taken.total()];
            assert!(if said.is_exact {
                said.report == taken
            } else {
                of_them[0] >= of_them[1]
            });
        }
        let options = PlanOptions {
            choices: engine.choices().clone(),
            ..PlanOptions::evaluation(&graph, 48)
        };
        let after = memory_needed(&graph, &options, Some(adapter)).expect("a plan");
        assert_eq!((after.report, after.is_exact), (taken, true));
        engine.choices().clone()
    };
    let remembered = with(&Choices::default()).await;
    // What no adapter would choose, but computes.
    let lanes = adapter.lanes();
    let mut text = serde_json::to_value(&remembered).expect("as it is written");
    for choice in text["choices"].as_array_mut().expect("a list") {
        let pass = serde_json::from_value(choice["pass"].take()).expect("a pass");
        let slowest = *Tiling::all(&pass, lanes).last().expect("a variant");
        choice["pass"] = serde_json::json!(pass);
        choice["tiling"] = serde_json::json!(slowest);
    }
    let asked: Choices = serde_json::from_value(text.clone()).expect("as it was written");
    assert_ne!(asked, remembered);
    assert_eq!(with(&asked).await, asked);

    let mut of_another = text.clone();
    of_another["adapter"] = "another".into();
    let of_another: Choices = serde_json::from_value(of_another).expect("as it was written");
    assert_ne!(with(&of_another).await, asked);

    for choice in text["choices"].as_array_mut().expect("a list") {
        choice["texts"] = "changed since".into();
    }
    let stale: Choices = serde_json::from_value(text).expect("as it was written");
    assert_ne!(with(&stale).await, asked);
}

/// Results that nobody waits for between the steps are the same, and come in order.
#[everywhere::test]
async fn steps_in_flight_give_the_same_bits_as_steps_one_by_one() {
    let graph = tiny_network();
    let state = initial_state(&graph, 1, BnInit::Uniform);
    let images = images(&graph, 32);
    let batches: Vec<_> = (0..4).map(|i| batch(&images, 8 * i..8 * i + 8)).collect();
    let mut waiting = engine(&graph, options(&graph, "all", 8), &state).await;
    let mut one_by_one = Vec::new();
    for batch in &batches {
        one_by_one.push(train(&mut waiting, batch, 0.1).await);
    }

    let mut ahead = engine(&graph, options(&graph, "all", 8), &state).await;
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
        let result = ahead.next_result().await.expect("a result");
        assert_eq!(result, Some(expected));
    }
    assert_eq!(
        waiting.read_state().await.expect("a state"),
        ahead.read_state().await.expect("a state")
    );
}

/// What may be exchanged between the halves is not, so it is the step.
#[everywhere::test]
async fn a_step_in_two_halves_gives_the_same_bits_as_a_whole_one() {
    let graph = tiny_network();
    let state = initial_state(&graph, 1, BnInit::Uniform);
    let images = images(&graph, 24);
    for (mode, rule) in [("all", Rule::AdamW), ("bn-gamma", Rule::Adam)] {
        let mut options = options(&graph, mode, 8);
        options.rule = rule;
        let mut whole = engine(&graph, options.clone(), &state).await;
        let mut halves = engine(&graph, options, &state).await;
        for step in 0..3 {
            let samples = batch(&images, 8 * step..8 * step + 8);
            let expected = train(&mut whole, &samples, 0.1).await;
            let (pixels, labels, augmentations) = &samples;
            let view = BatchView {
                pixels,
                labels,
                augmentations,
            };
            let (result, gradients) = halves.gradients(view).await.expect("gradients");
            assert_eq!(result, expected, "{mode}");
            halves.update(&gradients, 0.1).expect("an update");
        }
        assert_eq!(
            whole.read_state().await.expect("a state"),
            halves.read_state().await.expect("a state")
        );
        assert_eq!(
            whole.read_optimizer().await.expect("a memory"),
            halves.read_optimizer().await.expect("a memory")
        );
    }
}

/// An evaluation between two steps changes nothing, the optimiser's memory included.
#[everywhere::test]
async fn an_evaluation_leaves_no_trace() {
    let graph = tiny_network();
    let state = initial_state(&graph, 1, BnInit::Uniform);
    let images = images(&graph, 24);
    let mut ends = Vec::new();
    for evaluates in [false, true] {
        let mut engine = engine(&graph, options(&graph, "all", 8), &state).await;
        for step in 0..3 {
            train(&mut engine, &batch(&images, 8 * step..8 * step + 8), 0.1).await;
            if evaluates {
                crate::engine::support::evaluate(&mut engine, &images, 7).await;
            }
        }
        ends.push((
            engine.read_state().await.expect("a state"),
            engine.read_optimizer().await.expect("a memory"),
        ));
    }
    assert_eq!(ends[0], ends[1]);
}

/// A partial batch, behind a full one whose values are still in all buffers.
#[everywhere::test]
async fn a_partial_batch_is_what_it_is_on_a_plan_of_its_own_size() {
    let graph = tiny_network();
    let state = initial_state(&graph, 1, BnInit::Uniform);
    let images = images(&graph, 24);
    for samples in everywhere::few([1, 3, 5], &[1]) {
        let partial = batch(&images, 8..8 + samples);
        let mut large = engine(&graph, options(&graph, "all", 8), &state).await;
        train(&mut large, &batch(&images, 0..8), 0.1).await;
        large.write_state(&state).expect("the state again");
        let fresh = bnonly::engine::OptimizerState {
            first_moment: vec![0.0; graph.parameters.iter().map(|p| p.len()).sum()],
            ..Default::default()
        };
        large.write_optimizer(&fresh).expect("an empty memory");
        let mut small = engine(&graph, options(&graph, "all", samples as u32), &state).await;

        let results = [
            train(&mut large, &partial, 0.1).await,
            train(&mut small, &partial, 0.1).await,
        ];
        let ends = [
            large.read_state().await.expect("a state"),
            small.read_state().await.expect("a state"),
        ];
        assert_eq!(results[0], results[1], "{samples} samples");
        assert_eq!(ends[0], ends[1], "{samples} samples");
        assert_ne!(ends[0], state);
    }
}

/// Trains on one batch over and over: what any network that learns can learn by heart.
async fn learns(graph: &Graph, mode: &str, learning_rate: f64) {
    let state = initial_state(graph, 2, BnInit::Uniform);
    let mut engine = engine(graph, options(graph, mode, 10), &state).await;
    let samples = batch(&images(graph, 10), 0..10);
    let mut losses = Vec::new();
    for _ in 0..40 {
        let result = train(&mut engine, &samples, learning_rate).await;
        losses.push(result.loss_sum / 10.0);
    }
    assert!(losses[39] < 0.5 * losses[0], "{mode}: {losses:?}");
}

#[everywhere::test]
#[cfg_attr(
    target_arch = "wasm32",
    ignore = "gradients of a VGG and runs of ResNets show it"
)]
async fn a_vgg_on_grey_images_of_28_pixels_learns() {
    let options = Options {
        width: Some(4),
        ..Options::default()
    };
    let graph = network_for(Shape::new(1, 28, 28), "vgg-11", options);
    learns(&graph, "bn", 0.1).await;
    learns(&graph, "all", 0.02).await;
}

#[everywhere::test]
#[cfg_attr(target_arch = "wasm32", ignore = "runs of ResNets show it")]
async fn a_resnet_on_grey_images_of_28_pixels_learns() {
    let options = Options {
        width: Some(6),
        ..Options::default()
    };
    let graph = network_for(Shape::new(1, 28, 28), "resnet-8", options);
    learns(&graph, "bn", 0.5).await;
}
