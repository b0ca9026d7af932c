//! A frame of the curves with a million steps, from the widgets to the triangles, without a screen.

use std::hint::black_box;
use std::sync::Arc;

use bnonly::app::curves::{Curves, Earlier, Input};
use bnonly::train::history::History;
use bnonly::train::metric::Metric;
use criterion::{Criterion, criterion_group, criterion_main};

const STEPS: u64 = 1_000_000;

fn step(step: u64) -> Metric {
    let noise = (step.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 11) as f64 / (1_u64 << 53) as f64;
    Metric::Step {
        step,
        epoch: step as f64 / 391.0,
        loss: 0.5 + 1.5 * (-4.0 * step as f64 / STEPS as f64).exp() + 0.5 * noise,
        accuracy: noise,
        lr: 0.1,
        seconds: step as f64 / 100.0,
    }
}

fn history() -> History {
    let mut history = History::default();
    for at in 1..=STEPS {
        history.push(&step(at));
    }
    history
}

fn frame(context: &egui::Context, curves: &mut Curves, input: &Input<'_>) {
    let screen = egui::Rect::from_min_size(egui::Pos2::ZERO, egui::vec2(1280.0, 800.0));
    let raw = egui::RawInput {
        screen_rect: Some(screen),
        ..egui::RawInput::default()
    };
    let mut output = context.run_ui(raw, |ui| {
        curves.ui(ui, input);
    });
    // There is nothing to put textures on.
    output.textures_delta.clear();
    black_box(context.tessellate(output.shapes, output.pixels_per_point));
}

fn frames(criterion: &mut Criterion) {
    let mut history = history();
    let context = egui::Context::default();
    let mut curves = Curves::default();
    let mut group = criterion.benchmark_group("curves, 1,000,000 steps, 1280×800");
    group.bench_function("a frame where nothing changed", |bencher| {
        let input = Input {
            name: "run",
            history: &history,
            earlier: &[],
            marked_step: None,
        };
        bencher.iter(|| frame(&context, &mut curves, &input));
    });
    let mut earlier = Vec::new();
    for name in ["one", "two", "three"] {
        let run = Earlier::among(&earlier, name.to_owned(), Arc::new(history.clone()));
        earlier.push(run);
    }
    group.bench_function("the same with three earlier runs", |bencher| {
        let input = Input {
            name: "run",
            history: &history,
            earlier: &earlier,
            marked_step: None,
        };
        bencher.iter(|| frame(&context, &mut curves, &input));
    });
    let mut last = STEPS;
    group.bench_function("a frame after another step", |bencher| {
        bencher.iter(|| {
            last += 1;
            history.push(&step(last));
            let input = Input {
                name: "run",
                history: &history,
                earlier: &[],
                marked_step: None,
            };
            frame(&context, &mut curves, &input);
        });
    });
    group.finish();
}

criterion_group!(benches, frames);
criterion_main!(benches);
