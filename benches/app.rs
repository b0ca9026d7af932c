//! A frame of the whole app, from the widgets to the triangles, without a screen: beside a training of
//! resnet-14 that goes on meanwhile, a million steps into its run.

use std::fmt::Write as _;
use std::hint::black_box;
use std::path::Path;
use std::time::{Duration, Instant};

use bnonly::app::action::Action;
use bnonly::app::shell::Shell;
use bnonly::gpu::AdapterChoice;
use bnonly::session::{Command, Event, NewFolder, Origin, Request, Session, open_gpu};
use bnonly::train::checkpoint::Checkpoint;
use bnonly::train::metric::Metric;
use bnonly::train::run_folder::{RunFolder, last_path, metrics_path};
use bnonly::train::settings::Settings;
use criterion::{Criterion, criterion_group, criterion_main};

const STEPS: u64 = 1_000_000;

/// A run of one step, said to be of a million.
fn long_run(folder: &Path) {
    let settings = Settings {
        max_steps: Some(1),
        limit_train: Some(2_560),
        limit_test: Some(128),
        ..Settings::default()
    };
    let session = Session::spawn(open_gpu(), |_| {}).expect("a thread");
    session.send(Command::Start(Box::new(Request {
        origin: Origin::New {
            settings: Box::new(settings),
            folder: NewFolder::At(folder.to_owned()),
        },
        adapter: AdapterChoice::default(),
        paused: false,
        watched: false,
    })));
    loop {
        if let Event::Ended(ended) = session.next().expect("the session goes on") {
            ended.expect("a run");
            break;
        }
    }
    let mut checkpoint = Checkpoint::read(&last_path(folder)).expect("a checkpoint");
    checkpoint.settings.max_steps = Some(2 * STEPS);
    checkpoint.progress.step = STEPS;
    let (mut run, _) = RunFolder::resume(folder).expect("a run");
    run.save_last(&checkpoint).expect("room for it");
    let mut lines = String::new();
    for step in 1..=STEPS {
        let noise = (step.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 11) as f64 / (1_u64 << 53) as f64;
        let metric = Metric::Step {
            step,
            epoch: step as f64 / 20.0,
            loss: 0.5 + 1.5 * (-4.0 * step as f64 / STEPS as f64).exp() + 0.5 * noise,
            accuracy: noise,
            lr: 0.1,
            seconds: step as f64 / 100.0,
        };
        let line = serde_json::to_string(&metric).expect("a line");
        writeln!(lines, "{line}").expect("memory");
    }
    std::fs::write(metrics_path(folder), lines).expect("room for it");
}

fn frame(ctx: &egui::Context, shell: &mut Shell) {
    let screen = egui::Rect::from_min_size(egui::Pos2::ZERO, egui::vec2(1280.0, 800.0));
    let raw = egui::RawInput {
        screen_rect: Some(screen),
        ..Default::default()
    };
    let mut output = ctx.run_ui(raw, |ui| {
        shell.update(&ui.ctx().clone());
        shell.draw(ui);
    });
    // There is nothing to put textures on.
    output.textures_delta.clear();
    black_box(ctx.tessellate(output.shapes, output.pixels_per_point));
}

fn until(ctx: &egui::Context, shell: &mut Shell, is_so: impl Fn(&Shell) -> bool) {
    let since = Instant::now();
    while !is_so(shell) {
        frame(ctx, shell);
        std::thread::sleep(Duration::from_millis(20));
        let notices: Vec<_> = shell.notices().collect();
        assert!(since.elapsed() < Duration::from_secs(300), "{notices:?}");
    }
}

fn frames(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().expect("a folder");
    let run = folder.path().join("run");
    long_run(&run);
    let ctx = egui::Context::default();
    let mut shell = Shell::new(&ctx, None, open_gpu());
    shell.open_run(&ctx, &run);
    let is_opened = |shell: &Shell| shell.run_view().is_some_and(|run| run.opened.is_some());
    until(&ctx, &mut shell, is_opened);
    let name = "app, 1,000,000 steps, 1280×800";
    let mut group = criterion.benchmark_group(name);
    group.bench_function("a frame while paused", |bencher| {
        bencher.iter(|| frame(&ctx, &mut shell));
    });
    shell.act(&ctx, Action::PauseOrResume);
    let step = |shell: &Shell| shell.run_view().map_or(0, |run_view| run_view.step);
    until(&ctx, &mut shell, |shell| step(shell) > STEPS);
    group.bench_function("a frame while resnet-14 trains", |bencher| {
        bencher.iter(|| frame(&ctx, &mut shell));
    });
    group.finish();
    // A mean hides what a person sees: the longest of the frames of ten seconds.
    let (began, mut longest) = (Instant::now(), Duration::ZERO);
    while began.elapsed() < Duration::from_secs(10) {
        let since = Instant::now();
        frame(&ctx, &mut shell);
        longest = longest.max(since.elapsed());
        std::thread::sleep(Duration::from_millis(16));
    }
    let trained = step(&shell) - STEPS;
    eprintln!("longest frame of ten seconds: {longest:?}; steps trained meanwhile: {trained}");
}

criterion_group!(benches, frames);
criterion_main!(benches);
