//! γ and β over a run stay within bounds, cover it evenly, and are counted as `ChannelsBelow` counts.

use std::sync::Arc;

use bnonly::app::channels::Layers;
use bnonly::app::channels::norm_history::{Bounds, NormHistory};
use bnonly::network::initial::{BnInit, initial_state};
use bnonly::study::gamma::{ChannelsBelow, Norms};
use proptest::prelude::*;

use super::{graph, random, random_history, random_norms};

fn bounded(snapshots: usize) -> NormHistory {
    let bounds = Bounds {
        bytes: usize::MAX,
        snapshots,
    };
    NormHistory::bounded(Arc::new(Layers::of(&graph("resnet-8"))), 0.01, bounds)
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(64)
    })]

    #[test]
    fn thinning_keeps_the_ends_and_covers_the_run_evenly(
        room in 0usize..60,
        first in 0u64..1_000,
        gaps in prop::collection::vec(1u64..40, 1..900),
    ) {
        let mut history = bounded(room);
        let norms = random_norms(history.layers().all_channels(), &mut random());
        let mut step = first;
        let mut pushed = vec![step];
        history.push(step, 0.0, norms.clone()).unwrap();
        for gap in &gaps {
            step += gap;
            pushed.push(step);
            history.push(step, 0.0, norms.clone()).unwrap();
            prop_assert!(history.snapshots().len() <= room.max(Bounds::FEWEST));
        }
        let kept: Vec<u64> = history.snapshots().iter().map(|s| s.step).collect();
        prop_assert_eq!(kept[0], first);
        prop_assert_eq!(*kept.last().unwrap(), step);
        prop_assert!(kept.is_sorted_by(|a, b| a < b));
        prop_assert!(kept.iter().all(|step| pushed.binary_search(step).is_ok()));
        // Half the spacing left more than 3/4 of the room, so it is at most the run over these; what
        // was thinned before makes gaps of less than twice the spacing and one push.
        let capacity = history.capacity();
        if pushed.len() > capacity && capacity >= 8 {
            let busy = (capacity - capacity / 4 - 2) as u64;
            let largest = kept.windows(2).map(|two| two[1] - two[0]).max().unwrap();
            let allowed = 4 * (step - first) / busy + 4 + 40;
            prop_assert!(largest <= allowed, "gap {} of at most {}", largest, allowed);
        } else if pushed.len() <= capacity {
            prop_assert_eq!(kept, pushed);
        }
    }
}

#[test]
fn memory_is_bounded_by_bytes() {
    let layers = Arc::new(Layers::of(&graph("resnet-866")));
    let each = layers.all_channels() * 8;
    let bounds = Bounds {
        bytes: 10 * each,
        snapshots: 2_000,
    };
    let mut history = NormHistory::bounded(layers.clone(), 0.01, bounds);
    for step in 0..40 {
        let norms = random_norms(layers.all_channels(), &mut random());
        history.push(step, 0.0, norms).unwrap();
        assert!(history.snapshots().len() * each <= bounds.bytes);
    }
    assert!(history.snapshots().len() >= 4);
}

#[test]
fn shares_are_those_of_channels_below_at_any_threshold() {
    let mut random = random();
    let graph = graph("resnet-14");
    let mut history = NormHistory::new(Arc::new(Layers::of(&graph)), 0.01);
    let mut states = Vec::new();
    for step in 0..5u64 {
        let mut state = initial_state(&graph, step, BnInit::Uniform);
        let norms = random_norms(history.layers().all_channels(), &mut random);
        for (layer, norm) in graph.batch_norms.iter().enumerate() {
            let range = history.layers().range(layer);
            state.parameters[norm.gamma.0].copy_from_slice(&norms.gamma[range]);
        }
        states.push(state);
        history.push(step, step as f64, norms).unwrap();
    }
    for threshold in [0.01, 0.3, 0.0, 2.0] {
        history.set_threshold(threshold);
        for (snapshot, state) in history.snapshots().iter().zip(&states) {
            let expected = ChannelsBelow::count(&graph, state, threshold);
            assert_eq!(history.share(snapshot), expected.share());
            for (layer, of) in expected.layers.iter().enumerate() {
                assert_eq!(snapshot.below()[layer] as usize, of.below);
                assert_eq!(history.layer_share(snapshot, layer), of.share());
            }
        }
    }
}

#[test]
fn a_step_that_comes_again_cuts_what_came_after() {
    let mut random = random();
    let mut history = random_history(&graph("resnet-8"), 10, &mut random);
    let again = random_norms(history.layers().all_channels(), &mut random);
    history.push(100, 1.0, again.clone()).unwrap();
    let steps: Vec<u64> = history.snapshots().iter().map(|s| s.step).collect();
    assert_eq!(steps, [0, 20, 40, 60, 80, 100]);
    assert!(Arc::ptr_eq(&history.last().unwrap().norms, &again));
    history.rewind(0);
    assert!(history.snapshots().is_empty());
}

#[test]
fn a_step_finds_the_snapshot_at_or_before_it() {
    let history = random_history(&graph("resnet-8"), 4, &mut random());
    let found = [0, 19, 20, 45, 60, 9_999].map(|step| history.at(step).unwrap().step);
    assert_eq!(found, [0, 0, 20, 40, 60, 60]);
    let mut later = bounded(10);
    let norms = random_norms(later.layers().all_channels(), &mut random());
    later.push(50, 0.0, norms).unwrap();
    assert!(later.at(49).is_none());
}

#[test]
fn every_change_has_a_revision_of_its_own() {
    let mut random = random();
    let mut history = random_history(&graph("resnet-8"), 3, &mut random);
    let other = random_history(&graph("resnet-8"), 3, &mut random);
    let mut seen = vec![history.revision(), other.revision()];
    history.set_threshold(0.01);
    assert_eq!(history.revision(), seen[0], "the threshold stayed the same");
    history.set_threshold(0.02);
    seen.push(history.revision());
    let norms = random_norms(history.layers().all_channels(), &mut random);
    history.push(70, 0.0, norms).unwrap();
    seen.push(history.revision());
    history.rewind(30);
    seen.push(history.revision());
    let count = seen.len();
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen.len(), count);
}

#[test]
fn another_networks_values_are_refused_with_a_sentence() {
    let mut history = random_history(&graph("resnet-8"), 2, &mut random());
    let foreign = Arc::new(Norms {
        gamma: vec![0.0; 3],
        beta: vec![0.0; 2],
    });
    let said = history.push(60, 0.0, foreign).unwrap_err().to_string();
    assert!(
        said.contains("step 60") && said.contains("3 γ and 2 β"),
        "{said}"
    );
    assert!(said.contains("336 channels"), "{said}");
    assert_eq!(history.snapshots().len(), 2);
}
