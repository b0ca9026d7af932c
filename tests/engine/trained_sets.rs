//! In every mode: what trains moves, all else keeps its bits, and the plan does no more than that.

use bnonly::engine::Engine;
use bnonly::network::graph::ParameterId;
use bnonly::network::initial::BnInit;
use bnonly::network::{Graph, State, initial_state};

use crate::engine::support::{batch, engine, images, options, tiny_network, train, trained};
use crate::everywhere;

/// Every mode of the command line, a list of names, and globs.
const MODES: [&str; 12] = [
    "bn",
    "bn-gamma",
    "bn-beta",
    "output",
    "bn+output",
    "bn+shortcut+output",
    "shortcut",
    "all",
    "none",
    "random:2",
    "fc.bias,blocks.0.bn1.weight",
    "blocks.1.*,*.bn2.bias",
];
/// Those that a page tries: BatchNorm alone, all, none, and parts of both within one layer.
const IN_A_PAGE: &[usize] = &[0, 7, 8, 9];
const STEPS: usize = 20;
const BATCH: usize = 8;

/// Trains 20 steps; before, after, and each step's mean loss.
async fn trained_state(
    graph: &Graph,
    mode: &str,
    freeze_statistics: bool,
) -> (State, State, Vec<f64>) {
    // The batch's statistics leave no channel dark, so every gradient is there and has to move its
    // value alone. Frozen ones may: what then has no gradient moves by weight decay, if it is not 0.
    let mut options = options(graph, mode, BATCH as u32);
    options.weight_decay = if freeze_statistics { 1e-2 } else { 0.0 };
    options.freeze_statistics = freeze_statistics;
    let mut before = initial_state(graph, 1, BnInit::Uniform);
    for layer in &graph.batch_norms {
        before.parameters[layer.beta.0].fill(0.1);
    }
    let mut engine = engine(graph, options, &before).await;
    let images = images(graph, 5 * BATCH);
    let mut losses = Vec::new();
    for step in 0..STEPS {
        let first = step % 5 * BATCH;
        let result = train(&mut engine, &batch(&images, first..first + BATCH), 0.05).await;
        losses.push(result.loss_sum / f64::from(result.samples));
    }
    let after = engine.read_state().await.expect("a state");
    (before, after, losses)
}

fn bits(values: &[f32]) -> Vec<u32> {
    values.iter().map(|value| value.to_bits()).collect()
}

/// Every value that trains has moved, every other one has its bits.
fn only_trained_values_moved(graph: &Graph, mode: &str, before: &State, after: &State) {
    let set = trained(graph, mode);
    for (id, parameter) in graph.parameters.iter().enumerate() {
        let mut moves = vec![false; parameter.len()];
        for place in set.places(graph, ParameterId(id)) {
            moves[place as usize] = true;
        }
        let [before, after] = [before, after].map(|state| bits(&state.parameters[id]));
        for (place, moves) in moves.into_iter().enumerate() {
            assert_eq!(
                before[place] != after[place],
                moves,
                "{mode}: {}[{place}] {}",
                parameter.name,
                if moves {
                    "trains, but stands still"
                } else {
                    "is frozen, but moved"
                }
            );
        }
    }
}

#[everywhere::test]
async fn what_trains_moves_and_all_else_keeps_its_bits() {
    let graph = tiny_network();
    for mode in everywhere::few(MODES, IN_A_PAGE) {
        let (before, after, losses) = trained_state(&graph, mode, false).await;
        assert!(
            losses.iter().all(|loss| loss.is_finite()),
            "{mode}: {losses:?}"
        );
        only_trained_values_moved(&graph, mode, &before, &after);
        for (layer, (before, after)) in graph
            .batch_norms
            .iter()
            .zip(before.running.iter().zip(&after.running))
        {
            let pairs = [
                (&before.mean, &after.mean),
                (&before.variance, &after.variance),
            ];
            for (before, after) in pairs {
                let moved = before
                    .iter()
                    .zip(after)
                    .all(|(before, after)| before != after);
                assert!(moved, "{mode}: {}'s statistics stand still", layer.name);
            }
            assert_eq!(
                after.batches_tracked, STEPS as u64,
                "{mode}: {}",
                layer.name
            );
        }
    }
}

#[everywhere::test]
async fn frozen_statistics_keep_their_bits_while_the_trained_set_moves() {
    let graph = tiny_network();
    for mode in everywhere::few(MODES, IN_A_PAGE) {
        let (before, after, losses) = trained_state(&graph, mode, true).await;
        assert!(
            losses.iter().all(|loss| loss.is_finite()),
            "{mode}: {losses:?}"
        );
        only_trained_values_moved(&graph, mode, &before, &after);
        assert_eq!(before.running, after.running, "{mode}");
        // Nothing moves: the same five batches give the same losses again.
        if mode == "none" {
            assert_eq!(losses[..5], losses[5..10]);
        }
    }
}

/// A trained value without a gradient moves by weight decay alone, and a zero not at all.
#[everywhere::test]
async fn weight_decay_moves_what_has_no_gradient() {
    let graph = tiny_network();
    let mut options = options(&graph, "bn+output", BATCH as u32);
    options.weight_decay = 0.5;
    let mut before = initial_state(&graph, 1, BnInit::Uniform);
    // γ = β = 0 switches channel 2 of the first BatchNorm off: nothing flows through its ReLU.
    let first = &graph.batch_norms[0];
    before.parameters[first.gamma.0][2] = 0.0;
    before.parameters[first.beta.0][2] = -1.0;
    let mut engine = engine(&graph, options, &before).await;
    let images = images(&graph, BATCH);
    train(&mut engine, &batch(&images, 0..BATCH), 0.1).await;
    let after = engine.read_state().await.expect("a state");
    assert_eq!(after.parameters[first.gamma.0][2], 0.0);
    // w − η λ w
    assert_eq!(after.parameters[first.beta.0][2], -0.95);
}

async fn kernels(graph: &Graph, mode: &str) -> Vec<&'static str> {
    plan(graph, mode).await.training_kernels()
}

async fn plan<'a>(graph: &'a Graph, mode: &str) -> Engine<'a> {
    let state = initial_state(graph, 1, BnInit::Uniform);
    engine(graph, options(graph, mode, BATCH as u32), &state).await
}

/// Kernels that only a gradient by weights needs.
fn of_weight_gradients(name: &str) -> bool {
    name.starts_with("grad_weight") || name.starts_with("pack_") || name == "sum_partials"
}

#[everywhere::test]
async fn a_plan_for_batch_norm_alone_has_no_weight_gradients() {
    let graph = tiny_network();
    let all = kernels(&graph, "all").await;
    assert!(
        all.iter().filter(|name| of_weight_gradients(name)).count() > 30,
        "{all:?}"
    );
    for mode in ["bn", "bn-gamma", "bn-beta"] {
        let kernels = kernels(&graph, mode).await;
        let found = kernels.iter().find(|name| of_weight_gradients(name));
        assert_eq!(found, None, "{mode}: {kernels:?}");
        assert!(kernels.len() < all.len(), "{mode}");
        // Nine convolutions forward; all but the first pass a gradient on.
        assert_eq!(
            kernels.iter().filter(|name| **name == "conv").count(),
            9 + 8,
            "{mode}"
        );
        assert_eq!(kernels.last(), Some(&"update"), "{mode}");
    }
}

#[everywhere::test]
async fn a_plan_that_trains_nothing_only_runs_forward() {
    let kernels = kernels(&tiny_network(), "none").await;
    assert_eq!(kernels.last(), Some(&"sum_losses"), "{kernels:?}");
    let found = kernels
        .iter()
        .find(|name| name.contains("backward") || name.contains("grad"));
    assert_eq!(found, None, "{kernels:?}");
}

#[everywhere::test]
async fn a_plan_for_the_output_stops_at_the_linear_layer() {
    let kernels = kernels(&tiny_network(), "output").await;
    let end = kernels
        .iter()
        .position(|name| *name == "sum_losses")
        .expect("a loss");
    assert_eq!(kernels[end + 1..], ["grad_weight_of_linear", "update"]);
}

#[everywhere::test]
async fn a_plan_for_late_layers_stops_where_they_begin() {
    let graph = tiny_network();
    let convolutions = async |mode| {
        let kernels = kernels(&graph, mode).await;
        kernels.iter().filter(|name| **name == "conv").count()
    };
    // conv2 of the last block lies behind the last bn1, no other convolution does.
    assert_eq!(convolutions("blocks.2.bn1.weight").await, 9 + 1);
    assert_eq!(convolutions("blocks.2.bn2.weight").await, 9);
}
