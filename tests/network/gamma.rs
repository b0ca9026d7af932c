//! Statistics of γ.

use bnonly::network::{BnInit, Options, initial_state};
use bnonly::study::gamma::{ChannelsBelow, Histogram, all_gammas};

use crate::network::network;

#[test]
fn channels_below_a_threshold_are_counted_by_layer() {
    let graph = network("resnet-8", Options::default());
    let mut state = initial_state(&graph, 0, BnInit::Ones);
    let gamma = graph.batch_norms[1].gamma;
    state.parameters[gamma.0][..4].copy_from_slice(&[0.0, -0.005, 0.01, -1.0]);
    let below = ChannelsBelow::count(&graph, &state, 0.01);
    assert_eq!(below.layers.len(), 9);
    assert_eq!(below.layers[1].name, "blocks.0.bn1");
    assert_eq!((below.layers[1].below, below.layers[1].channels), (2, 16));
    assert_eq!(below.layers[1].share(), 0.125);
    assert_eq!(below.share(), 2.0 / 336.0);
    assert_eq!(all_gammas(&graph, &state).count(), 336);
}

#[test]
fn a_histogram_keeps_the_sign_and_every_value() {
    let values = [-2.0, -1.0, -0.6, -0.0, 0.0, 0.5, 1.0, 1.5, f32::NAN];
    let histogram = Histogram::of(values, -1.0, 1.0, 4);
    assert_eq!(histogram.counts, [2, 0, 2, 2]);
    let outside = (histogram.under, histogram.over, histogram.not_a_number);
    assert_eq!(outside, (1, 1, 1));
    assert_eq!(histogram.edges(1), (-0.5, 0.0));
}
