//! Which channels are switched off.

use std::collections::HashSet;

use bnonly::network::initial::BnInit;
use bnonly::network::initial_state;
use bnonly::study::ablation::Ablation;
use bnonly::study::gamma::Norms;
use proptest::prelude::*;

use crate::engine::support::tiny_network;

/// γs of all kinds: equal ones, zeros of both signs, infinities and NaN among them.
fn gammas() -> impl Strategy<Value = Vec<f32>> {
    let gamma = prop_oneof![
        4 => -1.0_f32..1.0,
        2 => prop::sample::select(vec![0.0, -0.0, 0.5, -0.5, 1e-42]),
        1 => prop::sample::select(vec![f32::NAN, -f32::NAN, f32::INFINITY, f32::NEG_INFINITY]),
    ];
    prop::collection::vec(gamma, 0..60)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(400) })]

    #[test]
    fn below_is_what_a_channel_count_counts(gammas in gammas(), threshold in 0.0_f32..1.5) {
        let ablation = Ablation::below(&gammas, threshold, true);
        prop_assert_eq!(ablation.off.len(), gammas.len());
        for (gamma, off) in gammas.iter().zip(&ablation.off) {
            prop_assert_eq!(*off, -threshold < *gamma && *gamma < threshold);
        }
        prop_assert!(ablation.with_beta);
    }

    #[test]
    fn weakest_leaves_nothing_weaker_on(gammas in gammas(), count in 0_usize..80) {
        let ablation = Ablation::weakest(&gammas, count, false);
        prop_assert_eq!(ablation.count(), count.min(gammas.len()));
        let comes_first = |a: usize, b: usize| {
            let [x, y] = [gammas[a].abs(), gammas[b].abs()];
            match (x.is_nan(), y.is_nan()) {
                (false, false) if x != y => x < y,
                (a_is_nan, b_is_nan) if a_is_nan != b_is_nan => b_is_nan,
                _ => a < b,
            }
        };
        for off in (0..gammas.len()).filter(|i| ablation.off[*i]) {
            for on in (0..gammas.len()).filter(|i| !ablation.off[*i]) {
                prop_assert!(comes_first(off, on), "{} at {off} is off, {} at {on} is on", gammas[off], gammas[on]);
            }
        }
    }

    #[test]
    fn random_is_a_choice_of_that_many(channels in 0_usize..200, count in 0_usize..250, seed: u64) {
        let ablation = Ablation::random(channels, count, seed, false);
        prop_assert_eq!(ablation.off.len(), channels);
        prop_assert_eq!(ablation.count(), count.min(channels));
        prop_assert_eq!(&ablation, &Ablation::random(channels, count, seed, false));
        let more = Ablation::random(channels, count + 3, seed, false);
        prop_assert!(ablation.off.iter().zip(&more.off).all(|(fewer, more)| *more || !fewer));
    }

    #[test]
    fn toggling_twice_changes_nothing(channels in 1_usize..50, at: prop::sample::Index, seed: u64) {
        let before = Ablation::random(channels, channels / 2, seed, true);
        let channel = at.index(channels);
        let mut after = before.clone();
        after.toggle(channel);
        prop_assert_eq!(after.off[channel], !before.off[channel]);
        prop_assert_eq!(after.count().abs_diff(before.count()), 1);
        after.toggle(channel);
        prop_assert_eq!(after, before);
    }
}

/// Of 5 channels 2: ten choices, each about as often. Some 300 each of 3000; the deviation of one is 16.
#[test]
fn random_choices_are_equally_likely() {
    let mut counts = std::collections::HashMap::new();
    for seed in 0..3000 {
        let ablation = Ablation::random(5, 2, seed, false);
        *counts.entry(ablation.off).or_insert(0_u32) += 1;
    }
    assert_eq!(counts.len(), 10);
    for (off, count) in counts {
        assert!((220..380).contains(&count), "{off:?}: {count}");
    }
}

#[test]
fn seeds_draw_different_channels() {
    let draws: HashSet<_> = (0..20)
        .map(|seed| Ablation::random(64, 32, seed, false).off)
        .collect();
    assert_eq!(draws.len(), 20);
}

#[test]
fn share_is_of_all_channels() {
    let mut ablation = Ablation::none(8);
    assert_eq!((ablation.count(), ablation.share()), (0, 0.0));
    ablation.toggle(1);
    ablation.toggle(6);
    assert_eq!((ablation.count(), ablation.share()), (2, 0.25));
    assert_eq!(Ablation::none(0).share(), 0.0);
}

#[test]
fn applying_zeroes_gamma_and_beta_only_if_asked() {
    let graph = tiny_network();
    let mut state = initial_state(&graph, 3, BnInit::Uniform);
    for norm in &graph.batch_norms {
        state.parameters[norm.beta.0].fill(0.7);
    }
    let before = Norms::of(&graph, &state);
    let channels = before.gamma.len();
    for with_beta in [false, true] {
        let ablation = Ablation::random(channels, 5, 1, with_beta);
        let mut after = before.clone();
        ablation.apply(&mut after);
        for channel in 0..channels {
            let off = ablation.off[channel];
            let gamma = if off { 0.0 } else { before.gamma[channel] };
            let beta = if off && with_beta { 0.0 } else { 0.7 };
            assert_eq!(after.gamma[channel], gamma);
            assert_eq!(after.beta[channel], beta);
        }
        assert_ne!(after, before);
    }
}
