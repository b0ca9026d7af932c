//! An adapter, states and batches for the engine's tests.

use bnonly::data::{self, Augmentation, Images, Normalization};
use bnonly::engine::{BatchResult, BatchView, Choices, Engine, PlanOptions};
use bnonly::kernels::Precision;
use bnonly::kernels::loss::Loss;
use bnonly::kernels::optimizer::Rule;
use bnonly::network::graph::Shape;
use bnonly::network::{
    Architecture, Graph, NamedTensor, Options, State, TensorData, Trainable, TrainedSet,
};

use crate::everywhere;
use crate::reference::fixture::Fixture;

/// Pixels, labels and augmentations of a batch.
pub type Samples = (Vec<u8>, Vec<u32>, Vec<Augmentation>);

/// A network for CIFAR-10's images.
pub fn network(name: &str, options: Options) -> Graph {
    network_for(Shape::new(3, 32, 32), name, options)
}

/// A network for images of any shape, of ten classes.
pub fn network_for(input: Shape, name: &str, options: Options) -> Graph {
    let architecture = Architecture::parse(name, options).expect("a model");
    architecture.build(input, 10).expect("a network")
}

/// A network small enough to train in no time: resnet-8, four channels wide, for 16×16 pixels.
pub fn tiny_network() -> Graph {
    let options = Options {
        width: Some(4),
        ..Options::default()
    };
    network_for(Shape::new(3, 16, 16), "resnet-8", options)
}

/// Made-up images for a network, of all ten classes.
pub fn images(graph: &Graph, count: usize) -> Images {
    let Shape {
        channels, height, ..
    } = graph.input_shape();
    let mut images = data::shapes::generate(count, 1, height, 7).train;
    if channels == 1 {
        let area = (height * height) as usize;
        images.pixels = images
            .pixels
            .chunks_exact(3 * area)
            .flat_map(|image| image[..area].to_vec())
            .collect();
        images.channels = 1;
    }
    images
}

/// A state from a file of `tests/fixtures/`.
pub fn state(graph: &Graph, fixture: &Fixture) -> State {
    let tensors: Vec<_> = fixture
        .names()
        .map(|name| {
            let shape = fixture.tensor(name).shape.clone();
            let data = if name.ends_with("num_batches_tracked") {
                TensorData::I64(fixture.f64(name).iter().map(|v| *v as i64).collect())
            } else {
                TensorData::F32(fixture.f32(name))
            };
            NamedTensor {
                name: name.to_owned(),
                shape,
                data,
            }
        })
        .collect();
    State::from_named(graph, tensors).expect("a state of this network")
}

/// The trained set that a mode means.
pub fn trained(graph: &Graph, mode: &str) -> TrainedSet {
    mode.parse::<Trainable>()
        .expect("a mode")
        .select(graph, 0)
        .expect("something of this network")
}

/// A plan that trains a mode by plain SGD.
pub fn options(graph: &Graph, mode: &str, max_batch: u32) -> PlanOptions {
    let channels = graph.nodes[0].shape.channels;
    PlanOptions {
        trained: trained(graph, mode),
        max_batch,
        loss: Loss::CrossEntropy,
        rule: Rule::Sgd {
            momentum: 0.9,
            nesterov: false,
        },
        weight_decay: 1e-4,
        freeze_statistics: false,
        normalization: Normalization::default().values(channels),
        precision: Precision::F32,
        choices: Choices::default(),
        keep_outputs: false,
    }
}

/// An engine on the tests' device.
pub async fn engine<'a>(graph: &'a Graph, options: PlanOptions, state: &State) -> Engine<'a> {
    Engine::new(everywhere::gpu().await, graph, options, state)
        .await
        .expect("a plan")
}

/// Images in their order, as they are.
pub fn batch(images: &Images, range: std::ops::Range<usize>) -> Samples {
    let pixels = range
        .clone()
        .flat_map(|i| images.image(i).to_vec())
        .collect();
    let labels = images.labels[range.clone()].to_vec();
    (pixels, labels, vec![Augmentation::default(); range.len()])
}

/// Trains on one batch and waits for its result.
pub async fn train(
    engine: &mut Engine<'_>,
    (pixels, labels, augmentations): &Samples,
    learning_rate: f64,
) -> BatchResult {
    let view = BatchView {
        pixels,
        labels,
        augmentations,
    };
    engine.train(view, learning_rate).expect("a step");
    engine
        .next_result()
        .await
        .expect("a result")
        .expect("one was submitted")
}

/// Mean loss and accuracy over images, `size` at a time.
pub async fn evaluate(engine: &mut Engine<'_>, images: &Images, size: usize) -> (f64, f64) {
    let (mut loss, mut hits) = (0.0, 0);
    for start in (0..images.len()).step_by(size) {
        let (pixels, labels, augmentations) =
            batch(images, start..(start + size).min(images.len()));
        let view = BatchView {
            pixels: &pixels,
            labels: &labels,
            augmentations: &augmentations,
        };
        engine.evaluate(view).expect("a batch");
        let result = engine
            .next_result()
            .await
            .expect("a result")
            .expect("submitted");
        loss += result.loss_sum;
        hits += result.hits;
    }
    (
        loss / images.len() as f64,
        f64::from(hits) / images.len() as f64,
    )
}
