//! The kernels against PyTorch: every tensor of `tests/fixtures/ops.safetensors`.

use std::collections::HashSet;

use bnonly::kernels::batch_norm::{BatchNormShape, Epilogue};
use bnonly::kernels::conv::Direction;
use bnonly::kernels::conv::tiling::Tiling;
use bnonly::kernels::loss::Loss;
use bnonly::kernels::optimizer::Rule;
use bnonly::kernels::{Blocked, Precision};

use crate::everywhere;
use crate::kernels::{batch_norm, conv, head, optimizer};
use crate::reference::conv::Conv;
use crate::reference::fixture::{Fixture, number};
use crate::reference::linear::Linear;
use crate::reference::{assert_close, narrow, widen};

/// Single layers, relative in norm.
const RELATIVE: f64 = 1e-5;
/// Gradients through BatchNorm.
const RELATIVE_BACK: f64 = 2e-5;
/// `bn_shifted`, whose mean is 10,000 deviations away.
const RELATIVE_SHIFTED: f64 = 1e-3;

/// Part of the program, as a page has no files.
fn ops() -> Fixture {
    Fixture::parse(
        "ops.safetensors",
        include_bytes!("../fixtures/ops.safetensors"),
    )
}

/// The cases whose names begin like this.
fn cases(fixture: &Fixture, prefix: &str) -> Vec<String> {
    let cases = fixture
        .cases()
        .into_iter()
        .filter(|case| case.starts_with(prefix));
    let cases: Vec<_> = cases.map(str::to_owned).collect();
    assert!(!cases.is_empty(), "no case `{prefix}…`");
    cases
}

#[everywhere::test]
async fn convolutions_are_pytorchs() {
    let fixture = ops();
    let mut seen = HashSet::new();
    for case in cases(&fixture, "conv_") {
        let of = |name: &str| fixture.f64(&format!("{case}.{name}"));
        let twin = Conv {
            n: number(&case, "n"),
            c: number(&case, "c"),
            h: number(&case, "hw"),
            w: number(&case, "hw"),
            o: number(&case, "o"),
            kernel: number(&case, "k"),
            stride: number(&case, "s"),
            padding: number(&case, "p"),
        };
        let layer = || conv::Layer::new(&case, twin, twin.n as u32);
        let check = |name: &str, actual: &[f32]| {
            assert_close(&format!("{case}.{name}"), actual, of(name), RELATIVE);
        };
        for variant in variants(&layer(), Direction::Forward, &mut seen).await {
            let layer = layer().by(Direction::Forward, variant).in_pairs(true).await;
            let y = layer.forward(of("input"), of("weight"), None).await;
            check("output", &y);
        }
        for variant in variants(&layer(), Direction::Backward, &mut seen).await {
            let layer = layer()
                .by(Direction::Backward, variant)
                .in_pairs(true)
                .await;
            let (weight, grad_output) = (of("weight"), of("grad_output"));
            let grad_x = layer.grad_input(weight, grad_output, None).await;
            check("grad_input", &grad_x);
        }
        check(
            "grad_weight",
            &layer().grad_weight(of("input"), of("grad_output")).await,
        );
    }
}

/// Half of the variants of a pass, forward those that back leaves, as far as none was seen before; or the
/// simplest. Of 7×7 taps the text is too long to compile in tiles of more than a pixel.
async fn variants(
    layer: &conv::Layer,
    direction: Direction,
    seen: &mut HashSet<Tiling>,
) -> Vec<Tiling> {
    let variants = layer.variants(direction).await;
    let simplest = match (layer.twin.kernel, direction) {
        (7, Direction::Forward) => Tiling {
            quads: 1,
            rows: 1,
            columns: 1,
            ..variants[0]
        },
        _ => variants[variants.len() - 1],
    };
    // In others the tiles are parts of these.
    let is_whole = layer.twin.kernel == 3 && layer.twin.w.is_multiple_of(8);
    let places = 0..;
    let variants: Vec<_> = places
        .zip(variants)
        .filter(|(place, variant)| {
            is_whole && place % 2 == direction as usize && seen.insert(*variant)
        })
        .map(|(_, variant)| variant)
        .collect();
    if variants.is_empty() {
        vec![simplest]
    } else {
        variants
    }
}

#[everywhere::test]
async fn batch_norms_are_pytorchs() {
    let fixture = ops();
    // As the engine does.
    let wide_loads = everywhere::gpu().await.capabilities.wide_loads;
    for case in cases(&fixture, "bn_") {
        let of = |name: &str| fixture.f64(&format!("{case}.{name}"));
        let sizes = &fixture.tensor(&format!("{case}.input")).shape;
        let [batch, channels, height, width] = [0, 1, 2, 3].map(|i| sizes[i] as u32);
        let layer = batch_norm::Layer {
            name: case.clone(),
            shape: BatchNormShape {
                images: Blocked::new(channels, height, width).in_pairs(wide_loads),
                max_batch: batch,
                epilogue: Epilogue::default(),
                fixed: false,
            },
            batch,
        };
        let shifted = case == "bn_shifted"; // From 0 and 1, and forward only.
        let (forward, back) = if shifted {
            (RELATIVE_SHIFTED, f64::NAN)
        } else {
            (RELATIVE, RELATIVE_BACK)
        };
        let check = |name: &str, actual: &[f32], relative: f64| {
            assert_close(&format!("{case}.{name}"), actual, of(name), relative);
        };
        let x = of("input");
        let affine = [of("weight"), of("bias")];
        let (zeros, ones) = (vec![0.0; channels as usize], vec![1.0; channels as usize]);
        let before = if shifted {
            [zeros.as_slice(), &ones]
        } else {
            [of("running_mean_before"), of("running_var_before")]
        };
        let (saved, [mean, variance]) = layer.statistics(x, affine, before).await;
        check("running_mean", &mean, forward);
        check("running_var", &variance, forward);
        let (y, kept) = layer.normalise(x, saved, None).await;
        check("output", &y, forward);
        if shifted {
            continue;
        }
        let saved = layer
            .fixed_statistics(affine, [&widen(&mean), &widen(&variance)])
            .await;
        check(
            "output_eval",
            &layer.normalise(x, saved, None).await.0,
            forward,
        );
        let gradients = layer.backward(x, &kept, of("grad_output")).await;
        check("grad_weight", &gradients.grad_gamma, back);
        check("grad_bias", &gradients.grad_beta, back);
        if batch * height * width > 2 {
            check("grad_input", &gradients.grad_x, back);
        } else {
            check_nearly_nothing(&case, &gradients.grad_x, &fixture);
        }
    }
}

/// Of two values a channel, batch statistics leave almost nothing of the gradient: of grad_output/σ
/// only ε/σ² of its size, the difference of terms that agree in their first four digits. Single
/// precision (PyTorch's as well) is held to the size of those terms.
fn check_nearly_nothing(case: &str, actual: &[f32], fixture: &Fixture) {
    let of = |name: &str| fixture.f64(&format!("{case}.{name}"));
    let [x, grad_y] = [of("input"), of("grad_output")];
    let deviation = (x[0] - x[1]).abs() / 2.0;
    let term = (of("weight")[0] / deviation * (grad_y[0] - grad_y[1]) / 2.0).abs();
    for (actual, expected) in actual.iter().zip(of("grad_input")) {
        let error = (f64::from(*actual) - expected).abs();
        assert!(
            error <= 4.0 * f64::from(f32::EPSILON) * term,
            "{case}: {actual}, not {expected}"
        );
    }
}

#[everywhere::test]
async fn output_layer_and_loss_are_pytorchs() {
    let fixture = ops();
    for case in cases(&fixture, "head_") {
        let of = |name: &str| fixture.f64(&format!("{case}.{name}"));
        let twin = Linear {
            n: number(&case, "n"),
            c: number(&case, "c"),
            o: number(&case, "k"),
        };
        let head = head::Head {
            name: case.clone(),
            max_batch: twin.n as u32,
            precision: Precision::F32,
            twin,
        };
        let check = |name: &str, actual: &[f32]| {
            assert_close(&format!("{case}.{name}"), actual, of(name), RELATIVE);
        };
        let logits = head.forward(of("input"), of("weight"), of("bias")).await;
        check("logits", &logits);
        let loss = head
            .loss(
                Loss::CrossEntropy,
                &widen(&logits),
                &fixture.u32(&format!("{case}.labels")),
            )
            .await;
        check("loss", &[loss.sum / twin.n as f32]);
        let grad_logits = widen(&loss.grad_logits);
        check(
            "grad_input",
            &head.grad_input(of("weight"), &grad_logits).await,
        );
        let [grad_weight, grad_bias] = head.grad_weight(of("input"), &grad_logits).await;
        check("grad_weight", &grad_weight);
        check("grad_bias", &grad_bias);
    }
}

#[everywhere::test]
async fn optimisers_are_pytorchs() {
    let fixture = ops();
    let sgd = |nesterov| Rule::Sgd {
        momentum: 0.9,
        nesterov,
    };
    for (case, rule, learning_rate, weight_decay) in [
        ("sgd", sgd(false), 0.1, 1e-4),
        ("nesterov", sgd(true), 0.1, 1e-4),
        ("adam", Rule::Adam, 0.01, 1e-4),
        ("adamw", Rule::AdamW, 0.01, 1e-2),
    ] {
        let before = fixture.f32(&format!("{case}.before"));
        let trained = (0..before.len() as u32).map(|i| [i, i]).collect();
        let mut optimizer = optimizer::Optimizer::new(rule, weight_decay, before, trained);
        for step in 0..5 {
            optimizer
                .step(
                    &narrow(fixture.f64(&format!("{case}.grad_{step}"))),
                    learning_rate,
                )
                .await;
            let after = format!("{case}.after_{step}");
            assert_close(&after, &optimizer.parameters, fixture.f64(&after), RELATIVE);
        }
    }
}
