//! What training moves, copied while it goes on.

use bnonly::engine::{Extent, Snapshot};
use bnonly::network::graph::Role;
use bnonly::network::initial::BnInit;
use bnonly::network::initial_state;

use crate::engine::support::{batch, engine, images, options, tiny_network, train};
use crate::everywhere;

#[everywhere::test]
async fn a_snapshot_is_of_gamma_and_beta_or_of_all_that_training_moves() {
    let graph = tiny_network();
    let state = initial_state(&graph, 3, BnInit::Uniform);
    let mut engine = engine(&graph, options(&graph, "bn+output", 8), &state).await;
    train(&mut engine, &batch(&images(&graph, 8), 0..8), 0.1).await;
    let now = engine.read_state().await.expect("a state");
    let is_norm = |id: usize| matches!(graph.parameters[id].role, Role::Gamma | Role::Beta);

    let mut snapshots: Vec<Snapshot> = Vec::new();
    for extent in [Extent::GammaBeta, Extent::Full, Extent::GammaBeta] {
        assert!(engine.begin_snapshot(extent).await.expect("memory"));
        let other = engine.begin_snapshot(Extent::Full).await;
        assert!(!other.expect("the device goes on"), "one at a time");
        let snapshot = engine.wait_for_snapshot().await.expect("a copy");
        snapshots.push(snapshot.expect("one was begun"));
    }
    assert_eq!(snapshots[0], snapshots[2]);
    for snapshot in &snapshots {
        for (id, values) in &snapshot.parameters {
            assert_eq!(*values, now.parameters[id.0]);
        }
    }
    let [norms, full] = &snapshots[..2] else {
        unreachable!("three were taken")
    };
    let norm_parameters = 2 * graph.batch_norms.len();
    assert!(!norms.is_full() && norms.parameters.iter().all(|(id, _)| is_norm(id.0)));
    assert_eq!(norms.parameters.len(), norm_parameters);
    // And weight and bias of the output layer.
    assert_eq!(full.parameters.len(), norm_parameters + 2);
    assert_eq!(full.running.as_ref(), Some(&now.running));

    let mut applied = state.clone();
    full.apply(&mut applied);
    assert_eq!(applied, now);
    assert_ne!(applied, state);
}
