//! Each kernel of a training step of resnet-14 alone, and whole steps, at batch 128; what `bnonly bench`
//! measures, with criterion's statistics and comparison with the run before.

use std::time::Duration;

use bnonly::bench::steps::{MadeUp, run};
use bnonly::data::DataShape;
use bnonly::engine::{Engine, StepKernel};
use bnonly::gpu::Gpu;
use bnonly::gpu::timing::submission_seconds;
use bnonly::network::{BnInit, initial_state};
use bnonly::train::settings::Settings;
use bnonly::train::start::{plan, prepare};
use criterion::{BenchmarkGroup, BenchmarkId, Criterion, SamplingMode, Throughput};
use criterion::{criterion_group, criterion_main};
use pollster::block_on;

/// Images a step.
const BATCH: u32 = 128;

/// Most dispatches of one submission.
const REPEATS: u64 = 1 << 12;

type Group<'a> = BenchmarkGroup<'a, criterion::measurement::WallTime>;

fn kernel(group: &mut Group<'_>, gpu: &Gpu, kernel: &StepKernel) {
    let work = &kernel.work;
    group.throughput(match work.flops {
        0 => Throughput::Bytes(work.bytes()),
        flops => Throughput::Elements(flops),
    });
    let place = format!("{} of {}, {:?}", work.images, work.module, work.phase);
    let id = BenchmarkId::new(work.kernel, place.to_lowercase());
    group.bench_function(id, |bencher| {
        bencher.iter_custom(|calls| {
            let mut seconds = 0.0;
            for done in (0..calls).step_by(REPEATS as usize) {
                let repeats = REPEATS.min(calls - done) as u32;
                let encode = |encoder: &mut wgpu::CommandEncoder| {
                    kernel.dispatch.encode(encoder, repeats);
                };
                seconds += block_on(submission_seconds(gpu, encode)).expect("the device goes on");
            }
            Duration::from_secs_f64(seconds)
        });
    });
}

fn steps(criterion: &mut Criterion) {
    let gpu = block_on(Gpu::open(&Default::default())).expect("an adapter");
    for train in ["bn", "all"] {
        let settings = Settings {
            train: train.parse().expect("what trains"),
            batch_size: BATCH,
            ..Settings::default()
        };
        let images = DataShape {
            channels: 3,
            height: 32,
            width: 32,
            classes: 10,
            train: BATCH as usize,
            test: 0,
        };
        let (graph, trained) = prepare(&settings, &images).expect("a network");
        let state = initial_state(&graph, 0, BnInit::default());
        let plan = plan(&settings, &images, trained);
        let engine = Engine::new(&gpu, &graph, plan, &state);
        let mut engine = block_on(engine).expect("a plan");
        let batch = MadeUp::new(&graph, BATCH);

        let mut group = criterion.benchmark_group(format!("resnet-14, {train}"));
        // Without a GPU a step takes a second: no more of them than there are samples.
        group.sample_size(10);
        group.sampling_mode(SamplingMode::Flat);
        group.warm_up_time(Duration::from_millis(200));
        group.measurement_time(Duration::from_secs(3));
        group.throughput(Throughput::Elements(BATCH.into()));
        group.bench_function("a step, images", |bencher| {
            bencher.iter_custom(|count| {
                let seconds = block_on(run(&mut engine, batch.view(), count));
                Duration::from_secs_f64(seconds.expect("the device goes on"))
            });
        });
        if train == "bn" {
            group.measurement_time(Duration::from_millis(500));
            // Those that take next to nothing say nothing.
            let kernels = engine.kernels_alone();
            for alone in kernels
                .iter()
                .filter(|kernel| kernel.work.bytes() > 1 << 20)
            {
                kernel(&mut group, &gpu, alone);
            }
        }
        group.finish();
    }
}

criterion_group!(benches, steps);
criterion_main!(benches);
