//! A small network whose every value matters, and images for it.

use bnonly::data::{DataSet, Normalization, shapes};
use bnonly::gpu::Gpu;
use bnonly::network::graph::Shape;
use bnonly::network::initial::BnInit;
use bnonly::network::{Graph, State, initial_state};
use bnonly::study::ablation::Ablation;
use bnonly::study::gamma::{all_gammas, channel_ranges};
use bnonly::study::probe::{Accuracy, Probe};
use bnonly::train::settings::Settings;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::engine::support::{network_for, tiny_network};
use crate::everywhere;

/// Images a batch; no divisor of the test set.
pub const BATCH: u32 = 8;

/// The adapter of this machine.
pub fn gpu() -> &'static Gpu {
    pollster::block_on(everywhere::gpu())
}

/// 16×16 pixels, 27 test images.
pub fn data() -> DataSet {
    shapes::generate(16, 27, 16, 5)
}

/// The settings of [`tiny_network`].
pub fn settings() -> Settings {
    Settings {
        model: "resnet-8".parse().unwrap(),
        width: Some(4),
        batch_size: BATCH,
        epochs: 1,
        ..Default::default()
    }
}

/// Parameters of a seed, with β and running statistics that are neither 0 nor 1.
pub fn state(graph: &Graph, seed: u64) -> State {
    println!("seed {seed}");
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut between = |low: f32, high: f32| {
        let unit = (random.next_u32() >> 8) as f32 / (1 << 24) as f32;
        low + (high - low) * unit
    };
    let mut state = initial_state(graph, seed, BnInit::Uniform);
    for (norm, running) in graph.batch_norms.iter().zip(&mut state.running) {
        let beta = &mut state.parameters[norm.beta.0];
        beta.fill_with(|| between(-0.5, 0.5));
        running.mean.fill_with(|| between(-0.5, 0.5));
        running.variance.fill_with(|| between(0.5, 2.0));
    }
    state
}

/// A grey VGG of a width that is no whole number of quads.
pub fn grey_network() -> Graph {
    let options = bnonly::network::Options {
        width: Some(3),
        ..Default::default()
    };
    network_for(Shape::new(1, 16, 16), "vgg-11", options)
}

/// A probe of the tiny network, and what it needs.
pub struct Subject {
    pub graph: Graph,
    pub data: DataSet,
    pub state: State,
}

impl Subject {
    pub fn new(seed: u64) -> Self {
        let graph = tiny_network();
        let state = state(&graph, seed);
        Self {
            graph,
            data: data(),
            state,
        }
    }

    pub fn probe(&self) -> Probe<'_> {
        let made = Probe::new(
            gpu(),
            &self.graph,
            &self.data,
            BATCH,
            Normalization::default(),
            self.state.clone(),
        );
        pollster::block_on(made).expect("a plan")
    }

    pub fn channels(&self) -> usize {
        all_gammas(&self.graph, &self.state).count()
    }

    /// The state with γ, and β if asked, of an ablation's channels set to zero by hand.
    pub fn ablated(&self, ablation: &Ablation) -> State {
        let mut state = self.state.clone();
        for (norm, range) in self
            .graph
            .batch_norms
            .iter()
            .zip(channel_ranges(&self.graph))
        {
            for (channel, at) in range.enumerate() {
                if ablation.off[at] {
                    state.parameters[norm.gamma.0][channel] = 0.0;
                    if ablation.with_beta {
                        state.parameters[norm.beta.0][channel] = 0.0;
                    }
                }
            }
        }
        state
    }
}

/// Accuracy on all test images.
pub fn accuracy(probe: &mut Probe<'_>, ablation: &Ablation) -> Accuracy {
    pollster::block_on(probe.accuracy(ablation, usize::MAX, &mut || true))
        .expect("a result")
        .expect("nobody interrupted")
}
