//! Opening a run of earlier: until there is a picture of it, and until all of it is read; and what its history of
//! γ takes on the disk. `cargo bench --bench open`; times are the middle ones of five.

use std::fmt::Write as _;
use std::hint::black_box;
use std::path::Path;
use std::time::Instant;

use bnonly::network::architecture::{Architecture, Options};
use bnonly::network::graph::Shape;
use bnonly::study::gamma::Norms;
use bnonly::train::gamma_history::{GammaLayer, Recorder};
use bnonly::train::metric::Metric;
use bnonly::train::read_run::{Reading, read_run};
use bnonly::train::run_folder::{RunFolder, metrics_path};
use bnonly::train::settings::Settings;

fn noise(seed: u64) -> f64 {
    (seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 11) as f64 / (1_u64 << 53) as f64
}

fn metric(step: u64) -> Metric {
    let epoch = step as f64 / 391.0;
    let (loss, seconds) = (0.5 + noise(step), step as f64 / 100.0);
    match step.is_multiple_of(391) {
        false => Metric::Step {
            step,
            epoch,
            loss,
            accuracy: noise(step + 1),
            lr: 0.1,
            seconds,
        },
        true => Metric::Eval {
            step,
            epoch,
            loss,
            accuracy: noise(step + 1),
            gamma_below_001: 0.25,
            seconds,
        },
    }
}

/// A run of resnet-14 that has come this far, with the history of γ that it would have.
fn write_run(path: &Path, steps: u64) {
    let settings = Settings {
        max_steps: Some(2 * steps),
        ..Settings::default()
    };
    drop(RunFolder::create_at(path, &settings).expect("a folder"));
    let mut lines = String::new();
    for step in 1..=steps {
        let line = serde_json::to_string(&metric(step)).expect("a line");
        writeln!(lines, "{line}").expect("memory");
    }
    std::fs::write(metrics_path(path), lines).expect("room for it");
    let architecture = Architecture::parse("resnet-14", Options::default()).expect("a network");
    let graph = architecture.build(Shape::new(3, 32, 32), 10);
    let layers = GammaLayer::of(&graph.expect("a network"));
    let channels = layers.iter().map(|layer| layer.channels).sum::<usize>();
    let opened = Recorder::open(path, &layers, 0).expect("a file");
    let mut recorder = opened.recorder;
    for step in 0..=steps {
        if step == steps || recorder.is_due(step) {
            let values = |seed| (0..channels as u64).map(move |at| noise(at + seed) as f32);
            let norms = Norms {
                gamma: values(step).collect(),
                beta: values(step + 1).collect(),
            };
            let (epoch, seconds) = (step as f64 / 391.0, step as f64 / 100.0);
            let pushed = recorder.push(step, epoch, seconds, &norms);
            pushed.expect("room for it");
        }
    }
    let bytes = std::fs::metadata(recorder.path()).expect("it").len();
    let snapshots = recorder.len();
    println!("{steps} steps, {channels} channels: {snapshots} snapshots of γ in {bytes} bytes");
}

/// Seconds until there is a picture, and until all is read.
fn open(run: &Path) -> [f64; 2] {
    let began = Instant::now();
    let mut seen = None;
    let mut tell = |reading| {
        if let Reading::Glance(run) = reading {
            black_box(run);
            seen.get_or_insert_with(|| began.elapsed());
        }
    };
    let read = pollster::block_on(read_run(run, &mut tell));
    black_box(read.expect("a run"));
    let read = began.elapsed();
    [seen.unwrap_or(read), read].map(|time| time.as_secs_f64())
}

/// The middle one of several times.
fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

fn main() {
    let folder = tempfile::tempdir().expect("a folder");
    for steps in [100_000, 1_000_000] {
        let run = folder.path().join(steps.to_string());
        write_run(&run, steps);
        let times: Vec<_> = (0..5).map(|_| open(&run)).collect();
        let [seen, read] = [0, 1].map(|at| median(times.iter().map(|times| times[at]).collect()));
        println!("{steps} steps: a picture after {seen:.3} s, all read after {read:.3} s");
    }
}
