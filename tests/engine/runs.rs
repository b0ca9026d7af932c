//! PyTorch's runs of `tests/fixtures/`, step by step.
//!
//! They were computed in float32, and training is chaotic: where a value stands some 1e-7 from zero,
//! rounding decides its ReLU, and BatchNorm amplifies the difference, most of all without shortcuts.
//! After ten steps PyTorch's own float32 is up to 6.6e-3 away from its float64 in a trained value. So
//! arithmetic is held to account where it is sharp: after one step, against float64. What follows
//! is held as far as PyTorch agrees with itself, on any adapter: each flips other signs.

use bnonly::data::DataSet;
use bnonly::data::cifar::Collector;
use bnonly::engine::PlanOptions;
use bnonly::kernels::Precision;
use bnonly::kernels::optimizer::Rule;
use bnonly::network::graph::ParameterId;
use bnonly::network::{Graph, Options, State, TrainedSet};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::Value;

use crate::engine::support::{
    Samples, batch, engine, evaluate, network, options, state, train, trained,
};
use crate::everywhere;
use crate::reference::fixture::Fixture;

/// What the first step may differ by from float64, in norm, as a share of what it changed. PyTorch's
/// float32 differs by 3.4e-6, this engine on lavapipe by 4.0e-6.
const FIRST_STEP: f64 = 2e-5;
/// The same where a sign of a ReLU's input is the other. In the run without shortcuts there are such: on
/// lavapipe the first step is off by 4e-6, 0.9e-3, 2.1e-3 or 6e-3, and nothing between, from 13 starts
/// that differ in their last bits.
const OTHER_SIGN: f64 = 1e-2;
/// Starts to try where a sign is undecided.
const NEIGHBOURS: u64 = 16;
/// Relative difference of the first two losses; of the first alone where a sign was another. Whether the second
/// step decides all signs as PyTorch does, nobody checks.
const FIRST_LOSSES: f64 = 2e-6;
/// Relative difference of the test loss at the end.
const TEST_LOSS: f64 = 1e-2;

/// What chaos may make of a run.
struct Bounds {
    /// Relative difference of any loss.
    losses: f64,
    /// Difference of a value at the end, of a trained one and of a running statistic (of that
    /// relative to 1 + its size).
    values: f64,
}

/// The files of a run, part of the program, as a page has no others.
struct Files {
    name: &'static str,
    config: &'static str,
    metrics: &'static str,
    init: &'static [u8],
    first_step: &'static [u8],
    last: &'static [u8],
}

/// The files of `tests/fixtures/NAME/`.
macro_rules! files {
    ($name:literal) => {
        Files {
            name: $name,
            config: include_str!(concat!("../fixtures/", $name, "/config.json")),
            metrics: include_str!(concat!("../fixtures/", $name, "/metrics.jsonl")),
            init: include_bytes!(concat!("../fixtures/", $name, "/init.safetensors")),
            first_step: include_bytes!(concat!("../fixtures/", $name, "/first-step.safetensors")),
            last: include_bytes!(concat!("../fixtures/", $name, "/final.safetensors")),
        }
    };
}

/// The made-up data set that all runs trained on.
fn tiny() -> DataSet {
    let mut files = Collector::new("tiny");
    macro_rules! add {
        ($($name:literal),*) => {$(
            let bytes: &[u8] =
                include_bytes!(concat!("../fixtures/tiny/cifar-10-batches-bin/", $name));
            files.add($name, bytes.len() as u64, bytes).expect("records");
        )*};
    }
    add!(
        "data_batch_1.bin",
        "data_batch_2.bin",
        "data_batch_3.bin",
        "data_batch_4.bin",
        "data_batch_5.bin",
        "test_batch.bin"
    );
    files.finish().expect("a data set")
}

/// A run of PyTorch's.
struct Run {
    name: &'static str,
    files: Files,
    config: Value,
    graph: Graph,
    trained: TrainedSet,
    start: State,
    data: DataSet,
}

impl Run {
    fn read(files: Files) -> Self {
        let name = files.name;
        let config: Value = serde_json::from_str(files.config).expect("JSON");
        let options = Options {
            width: config["width"].as_u64().map(|width| width as u32),
            shortcut: config["no_shortcut"] == false,
            ..Options::default()
        };
        let graph = network(config["model"].as_str().expect("a model"), options);
        let mut data = tiny();
        if let Some(limit) = config["limit_train"].as_u64() {
            data.train.truncate(limit as usize);
        }
        Self {
            name,
            trained: trained(&graph, config["train"].as_str().expect("a mode")),
            start: state(&graph, &Fixture::parse(name, files.init)),
            data,
            files,
            config,
            graph,
        }
    }

    fn number(&self, key: &str) -> f64 {
        let number = self.config[key].as_f64();
        number.unwrap_or_else(|| panic!("{key} in {}", self.name))
    }

    fn options(&self) -> PlanOptions {
        let mode = self.config["train"].as_str().expect("a mode");
        let mut options = options(&self.graph, mode, self.number("batch_size") as u32);
        options.weight_decay = self.number("weight_decay");
        options.rule = match self.config["optimizer"].as_str() {
            Some("sgd") => Rule::Sgd {
                momentum: self.number("momentum"),
                nesterov: self.config["nesterov"] == true,
            },
            Some("adam") => Rule::Adam,
            other => panic!("optimizer {other:?}"),
        };
        options
    }

    async fn engine(&self, start: &State) -> bnonly::engine::Engine<'_> {
        engine(&self.graph, self.options(), start).await
    }

    fn batches(&self) -> Vec<Samples> {
        let (images, size) = (&self.data.train, self.number("batch_size") as usize);
        (0..images.len())
            .step_by(size)
            .map(|first| batch(images, first..(first + size).min(images.len())))
            .collect()
    }

    /// Trained values and running statistics, with their names, each beside its value at the start.
    fn changed<'a>(&'a self, now: &'a State) -> Vec<(String, &'a [f32], &'a [f32])> {
        let values = |id: ParameterId| (&*self.start.parameters[id.0], &*now.parameters[id.0]);
        let mut changed: Vec<_> = self
            .trained
            .trained()
            .map(|id| {
                (
                    self.graph.parameter(id).name.clone(),
                    values(id).0,
                    values(id).1,
                )
            })
            .collect();
        let layers = self.graph.batch_norms.iter();
        for ((layer, start), now) in layers.zip(&self.start.running).zip(&now.running) {
            let name = |which: &str| format!("{}.{which}", layer.name);
            changed.push((name("running_mean"), &start.mean, &now.mean));
            changed.push((name("running_var"), &start.variance, &now.variance));
        }
        changed
    }

    /// How far a first step is off PyTorch's in float64, in norm, as a share of that: in the trained
    /// values, and in the running statistics. It began at the run's start or beside it.
    fn first_step_off(&self, from: &State, now: &State) -> [f64; 2] {
        let expected = Fixture::parse(self.name, self.files.first_step);
        let (before, after) = (self.changed(from), self.changed(now));
        assert_eq!(after.len(), expected.names().count(), "{}", self.name);
        [false, true].map(|running| {
            let (mut error, mut norm) = (0.0, 0.0);
            for ((name, start, before), (_, _, after)) in before.iter().zip(&after) {
                if name.contains(".running_") == running {
                    for (at, expected) in expected.f64(name).iter().enumerate() {
                        let step = f64::from(after[at]) - f64::from(before[at]);
                        let expected = expected - f64::from(start[at]);
                        error += (step - expected).powi(2);
                        norm += expected.powi(2);
                    }
                }
            }
            (error / norm).sqrt()
        })
    }

    /// Holds the first step against PyTorch's in float64; whether it decided all signs as that does.
    ///
    /// Where a ReLU's input is so near zero that rounding decides its sign, an adapter may decide
    /// otherwise than float64, and one sign shows. Then the same step from starts whose trained values
    /// differ in their last bits decides now this way, now that, and one of them must be exact: a kernel
    /// that is wrong is so from each.
    async fn first_step_is(&self, now: &State) -> bool {
        if self.is_exact(self.first_step_off(&self.start, now)) {
            return true;
        }
        let mut engine = self.engine(&self.start).await;
        let no_memory = engine.read_optimizer().await.expect("a memory");
        for seed in 0..NEIGHBOURS {
            let start = self.beside_start(seed);
            engine.write_state(&start).expect("a state");
            engine.write_optimizer(&no_memory).expect("a memory");
            train(&mut engine, &self.batches()[0], self.number("lr")).await;
            let now = engine.read_state().await.expect("a state");
            if self.is_exact(self.first_step_off(&start, &now)) {
                return false;
            }
        }
        panic!("{}: the first step is off from each start", self.name);
    }

    /// Whether a first step decided all signs as float64 does; it must not be further off than signs make it.
    fn is_exact(&self, [trained, running]: [f64; 2]) -> bool {
        println!(
            "{}: trained values off by {trained:e} of the first step, running statistics by {running:e}",
            self.name
        );
        assert!(
            trained <= OTHER_SIGN && running <= FIRST_STEP,
            "{}: the first step is off by {trained:e} in the trained values, by {running:e} in the \
             running statistics",
            self.name
        );
        trained <= FIRST_STEP
    }

    /// The start, each trained value up to two of float32's steps further from zero.
    fn beside_start(&self, seed: u64) -> State {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let mut state = self.start.clone();
        for id in self.trained.trained() {
            for value in &mut state.parameters[id.0] {
                *value = f32::from_bits(value.to_bits() + random.next_u32() % 3);
            }
        }
        state
    }

    /// Holds the end against PyTorch's.
    fn end_is(&self, now: &State, allowed: f64) {
        let expected = Fixture::parse(self.name, self.files.last);
        let mut worst = 0.0_f64;
        for (name, _, now) in self.changed(now) {
            let expected = expected.f64(&name);
            for (at, (now, expected)) in now.iter().zip(expected).enumerate() {
                let scale = if name.contains(".running_") {
                    1.0 + expected.abs()
                } else {
                    1.0
                };
                let off = (f64::from(*now) - expected).abs() / scale;
                worst = worst.max(off);
                assert!(
                    off <= allowed,
                    "{}: {name}[{at}] is {now}, PyTorch {expected}",
                    self.name
                );
            }
        }
        println!("{}: a value off by {worst:e} at the end", self.name);
        for (layer, running) in self.graph.batch_norms.iter().zip(&now.running) {
            let name = format!("{}.num_batches_tracked", layer.name);
            assert_eq!(
                running.batches_tracked as f64,
                expected.f64(&name)[0],
                "{name}"
            );
        }
    }

    fn frozen_is_untouched(&self, now: &State) {
        for (id, parameter) in self.graph.parameters.iter().enumerate() {
            if !self.trained.is_trained(ParameterId(id)) {
                let (now, start) = (&now.parameters[id], &self.start.parameters[id]);
                assert!(
                    now.iter()
                        .map(|v| v.to_bits())
                        .eq(start.iter().map(|v| v.to_bits())),
                    "{}: {} is frozen",
                    self.name,
                    parameter.name
                );
            }
        }
    }
}

/// Trains as a run did and holds it against the run.
async fn reproduces(files: Files, bounds: &Bounds) {
    let run = Run::read(files);
    let name = run.name;
    let mut engine = run.engine(&run.start).await;
    let batches = run.batches();
    let mut step = 0;
    let mut same_signs = true;
    let mut worst = 0.0_f64;
    for line in run.files.metrics.lines() {
        let line: Value = serde_json::from_str(line).expect("JSON");
        let expected = |key: &str| {
            line[key]
                .as_f64()
                .unwrap_or_else(|| panic!("{key}, {name}"))
        };
        if line["kind"] == "step" {
            let result = train(&mut engine, &batches[step % batches.len()], expected("lr")).await;
            step += 1;
            let loss = result.loss_sum / f64::from(result.samples);
            let off = (loss / expected("loss") - 1.0).abs();
            worst = worst.max(off);
            println!("{name}: step {step}, loss {loss}, off by {off:e}");
            let allowed = if step == 1 || step == 2 && same_signs {
                FIRST_LOSSES
            } else {
                bounds.losses
            };
            assert!(
                off <= allowed,
                "{name}, step {step}: loss {loss}, PyTorch {}",
                expected("loss")
            );
            if step == 1 {
                let accuracy = f64::from(result.hits) / f64::from(result.samples);
                assert!(
                    (accuracy - expected("accuracy")).abs() < 1e-6,
                    "{name}: {accuracy}"
                );
                let now = engine.read_state().await.expect("a state");
                same_signs = run.first_step_is(&now).await;
                run.frozen_is_untouched(&now);
            }
        } else if line["step"] == step {
            let size = run.number("batch_size") as usize;
            let (loss, _) = evaluate(&mut engine, &run.data.test, size).await;
            let off = (loss / expected("loss") - 1.0).abs();
            println!("{name}: step {step}, test loss {loss}, off by {off:e}");
            assert!(
                off <= TEST_LOSS,
                "{name}: test loss {loss}, PyTorch {}",
                expected("loss")
            );
        }
    }
    println!("{name}: a loss off by {worst:e}");
    let now = engine.read_state().await.expect("a state");
    run.end_is(&now, bounds.values);
    run.frozen_is_untouched(&now);
}

macro_rules! runs {
    ($($(#[$attribute:meta])* $test:ident: $run:literal, losses $losses:literal, values $values:literal;)*) => {
        $(#[everywhere::test] $(#[$attribute])* async fn $test() {
            reproduces(files!($run), &Bounds { losses: $losses, values: $values }).await;
        })*
    };
}

// Behind each: the distance of PyTorch's float32 from its float64, in losses and in values.
runs! {
    // 3.9e-5, 4.6e-3
    batch_norm_only_follows_pytorch: "resnet8-bn", losses 1e-3, values 2e-2;
    // 1e-7, 3e-7, and up to 4e-4 from starts that differ in their last bits; on lavapipe this engine is 1.2e-7
    // from it by the baseline of each convolution, and 1.07e-3 by Winograd's, which rounds more.
    #[cfg_attr(target_arch = "wasm32", ignore = "both parameters of each BatchNorm show it")]
    gamma_only_follows_pytorch: "resnet8-gamma", losses 1e-3, values 5e-3;
    // 1.5e-7, 4e-7; on lavapipe this engine is 2.5e-3 from it, and was 5e-4 when it summed in another order.
    #[cfg_attr(target_arch = "wasm32", ignore = "gradients, the optimiser and the fixtures of convolutions show it")]
    full_training_follows_pytorch: "resnet8-all", losses 1e-3, values 1e-2;
    // 1.1e-5, 2.4e-3; on SwiftShader this engine is 1.3e-4, 2.6e-2 from it, and on lavapipe from two
    // of eleven starts that differ in their last bits, always in the same value.
    adam_follows_pytorch: "resnet8-adam", losses 1e-3, values 4e-2;
    // 3.6e-6, 3.3e-4
    #[cfg_attr(target_arch = "wasm32", ignore = "the optimiser's kernel and all parameters show it")]
    nesterov_on_shortcut_and_output_follows_pytorch:
        "resnet8-bn-shortcut-output", losses 1e-3, values 2e-2;
    // 2.7e-4, 6.6e-3; on lavapipe this engine is 7e-4, 1e-2 from it, and up to 3.1e-3, 2.9e-2 from 12
    // starts that differ in their last bits: the last batch has eight images, and no shortcut goes around
    // what a flipped sign changes.
    #[cfg_attr(target_arch = "wasm32", ignore = "gradients without shortcuts and partial batches show it")]
    partial_batches_without_shortcuts_follow_pytorch:
        "resnet14w8-plain-partial-batch", losses 1e-2, values 6e-2;
    // On lavapipe this engine is 1e-7, 6e-8 from it.
    shortcuts_without_parameters_follow_pytorch: "cifar-resnet8w8-bn", losses 1e-3, values 1e-2;
    // On lavapipe this engine is 2.4e-6, 5.6e-6 from it.
    #[cfg_attr(target_arch = "wasm32", ignore = "its layers are those of other networks, of other sizes")]
    torchvisions_stem_and_blocks_follow_pytorch: "resnet18w2-all", losses 1e-3, values 1e-2;
}

/// Relative difference of a loss in f16 from PyTorch's in f32, over the run; on lavapipe 3.0e-4.
const LOSSES_IN_HALF: f64 = 2e-3;

#[everywhere::test]
async fn batch_norm_only_in_f16_stays_near_pytorch() {
    if !everywhere::gpu().await.capabilities.half_precision {
        return;
    }
    let run = Run::read(files!("resnet8-bn"));
    let mut options = run.options();
    options.precision = Precision::F16;
    let mut engine = engine(&run.graph, options, &run.start).await;
    let batches = run.batches();
    let lines = run.files.metrics.lines();
    let lines = lines.map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
    for (step, line) in lines.filter(|line| line["kind"] == "step").enumerate() {
        let number = |key: &str| line[key].as_f64().expect("a number");
        let result = train(&mut engine, &batches[step % batches.len()], number("lr")).await;
        let loss = result.loss_sum / f64::from(result.samples);
        let off = (loss / number("loss") - 1.0).abs();
        println!("in f16: step {}, loss {loss}, off by {off:e}", step + 1);
        assert!(
            off <= LOSSES_IN_HALF,
            "loss {loss}, PyTorch {}",
            number("loss")
        );
    }
}
