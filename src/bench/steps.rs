//! Whole training steps, as a training runs them.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use serde::Serialize;
use web_time::Instant;

use crate::data::Augmentation;
use crate::engine::{BatchView, Engine, EngineError};
use crate::gpu::timing::{Effort, median};
use crate::network::Graph;

/// Rounds of whole steps are so many times as long as those of kernels.
const LONGER: f64 = 15.0;

/// Small, so that hundreds of steps on one batch stay finite.
const LEARNING_RATE: f64 = 1e-3;

/// How fast whole steps are.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StepTime {
    /// The median of the rounds.
    pub images_per_second: f64,
    /// The slowest round.
    pub slowest_images_per_second: f64,
    /// The fastest round.
    pub fastest_images_per_second: f64,
    /// The median of the rounds.
    pub milliseconds_a_step: f64,
    /// Rounds.
    pub rounds: usize,
    /// Steps of each round.
    pub steps_a_round: u64,
}

/// Random pixels and labels for `count` images of a network.
pub struct MadeUp {
    pixels: Vec<u8>,
    labels: Vec<u32>,
    augmentations: Vec<Augmentation>,
}

impl MadeUp {
    /// The same ones each time.
    pub fn new(graph: &Graph, count: u32) -> Self {
        let mut random = ChaCha8Rng::seed_from_u64(0);
        let mut pixels = vec![0; count as usize * graph.input_shape().values() as usize];
        random.fill_bytes(&mut pixels);
        Self {
            pixels,
            labels: (0..count).map(|image| image % graph.classes()).collect(),
            augmentations: vec![Augmentation::default(); count as usize],
        }
    }

    /// As the engine takes them.
    pub fn view(&self) -> BatchView<'_> {
        BatchView {
            pixels: &self.pixels,
            labels: &self.labels,
            augmentations: &self.augmentations,
        }
    }
}

/// Trains on `batch` made-up images at a time, uploads and results included.
///
/// # Errors
/// If the device failed.
pub async fn measure(
    engine: &mut Engine<'_>,
    graph: &Graph,
    batch: u32,
    effort: Effort,
) -> Result<StepTime, EngineError> {
    let images = MadeUp::new(graph, batch);
    // The first step compiles what the driver left for it; the second says how many make a round.
    run(engine, images.view(), 1).await?;
    let seconds = run(engine, images.view(), 2).await? / 2.0;
    let steps = (LONGER * effort.round_secs / seconds)
        .ceil()
        .clamp(1.0, 1e6) as u64;
    let mut rounds = Vec::new();
    for _ in 0..effort.rounds {
        rounds.push(run(engine, images.view(), steps).await? / steps as f64);
    }
    let middle = median(&mut rounds);
    let rate = |seconds: f64| f64::from(batch) / seconds;
    Ok(StepTime {
        images_per_second: rate(middle),
        slowest_images_per_second: rate(rounds[rounds.len() - 1]),
        fastest_images_per_second: rate(rounds[0]),
        milliseconds_a_step: 1e3 * middle,
        rounds: effort.rounds,
        steps_a_round: steps,
    })
}

/// Seconds that some steps take, with as many under way at once as a training has.
///
/// # Errors
/// If the device failed.
pub async fn run(
    engine: &mut Engine<'_>,
    batch: BatchView<'_>,
    steps: u64,
) -> Result<f64, EngineError> {
    let since = Instant::now();
    for _ in 0..steps {
        if engine.in_flight() == Engine::MAX_IN_FLIGHT {
            engine.next_result().await?;
        }
        engine.train(batch, LEARNING_RATE)?;
    }
    while engine.next_result().await?.is_some() {}
    Ok(since.elapsed().as_secs_f64())
}
