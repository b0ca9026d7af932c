//! A small network and what the views of it need.

use std::ops::Range;
use std::sync::Arc;

use bnonly::app::switching_off::Network;
use bnonly::network::architecture::Architecture;
use bnonly::network::graph::Shape;
use bnonly::network::{Graph, Options};
use bnonly::study::gamma::{Norms, channel_ranges};
use bnonly::study::probe::Accuracy;

/// Test images of the network.
pub const TEST_IMAGES: usize = 2_000;

/// A network of 10 classes for images of 16×16 pixels, with γ that rise in thousandths from channel to
/// channel and signs that take turns.
pub struct Subject {
    /// Its layers: resnet-8, 336 channels.
    pub graph: Graph,
    /// Where each BatchNorm's channels lie.
    pub ranges: Vec<Range<usize>>,
    /// |γ| of channel i is i / 1,000.
    pub norms: Arc<Norms>,
}

impl Subject {
    /// One.
    pub fn new() -> Self {
        let architecture = Architecture::parse("resnet-8", Options::default()).unwrap();
        let graph = architecture.build(Shape::new(3, 16, 16), 10).unwrap();
        let ranges = channel_ranges(&graph);
        let channels = ranges.last().unwrap().end;
        let sign = |channel: usize| if channel.is_multiple_of(2) { 1.0 } else { -1.0 };
        let gamma = (0..channels).map(|channel| sign(channel) * channel as f32 / 1_000.0);
        let norms = Norms {
            gamma: gamma.collect(),
            beta: vec![0.1; channels],
        };
        Self {
            graph,
            ranges,
            norms: Arc::new(norms),
        }
    }

    /// As the views take it.
    pub fn network(&self) -> Network<'_> {
        Network {
            norms: &self.norms,
            graph: &self.graph,
            ranges: &self.ranges,
            test_images: TEST_IMAGES,
        }
    }
}

/// An accuracy, from 0 to 1, on this many images.
pub fn accuracy(accuracy: f64, images: usize) -> Accuracy {
    Accuracy {
        images,
        loss: 1.0,
        accuracy,
    }
}
