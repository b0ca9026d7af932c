//! The float64 twins against PyTorch: every tensor of `tests/fixtures/ops.safetensors`.
//!
//! What a kernel is held against must itself be right. PyTorch computed these in float64 too and
//! stored them as float32, so they agree to float32's last bit.

use std::collections::BTreeSet;

use crate::reference::batch_norm::BatchNorm;
use crate::reference::conv::Conv;
use crate::reference::fixture::{Fixture, number};
use crate::reference::linear::Linear;
use crate::reference::optimizer::{Adam, Sgd};
use crate::reference::{assert_close, input, loss, narrow, pool};

/// Some ten times the rounding of the stored float32.
const RELATIVE: f64 = 1e-6;

/// The cases of one kind, and a note of which tensors were looked at.
struct Cases {
    fixture: Fixture,
    looked_at: BTreeSet<String>,
}

impl Cases {
    fn of(prefix: &str) -> (Self, Vec<String>) {
        let fixture = Fixture::read("ops.safetensors");
        let cases = fixture
            .cases()
            .into_iter()
            .filter(|case| case.starts_with(prefix));
        let cases: Vec<_> = cases.map(str::to_owned).collect();
        assert!(!cases.is_empty(), "no case `{prefix}…`");
        (
            Self {
                fixture,
                looked_at: BTreeSet::new(),
            },
            cases,
        )
    }

    fn get(&mut self, case: &str, name: &str) -> Vec<f64> {
        let name = format!("{case}.{name}");
        let values = self.fixture.f64(&name).to_vec();
        self.looked_at.insert(name);
        values
    }

    /// Holds a twin's result against PyTorch's.
    #[track_caller]
    fn check(&mut self, case: &str, name: &str, twin: &[f64]) {
        let torch = self.get(case, name);
        assert_close(&format!("{case}.{name}"), &narrow(twin), &torch, RELATIVE);
    }

    /// Fails if a tensor of these cases was left out.
    fn assert_all_looked_at(&self, cases: &[String]) {
        let of_cases = |name: &&str| {
            cases
                .iter()
                .any(|case| name.starts_with(&format!("{case}.")))
        };
        let missed: Vec<_> = self
            .fixture
            .names()
            .filter(of_cases)
            .filter(|&name| !self.looked_at.contains(name))
            .collect();
        assert!(missed.is_empty(), "not compared: {missed:?}");
    }
}

#[test]
fn convolutions_are_pytorchs() {
    let (mut f, cases) = Cases::of("conv_");
    for case in &cases {
        let conv = Conv {
            n: number(case, "n"),
            c: number(case, "c"),
            h: number(case, "hw"),
            w: number(case, "hw"),
            o: number(case, "o"),
            kernel: number(case, "k"),
            stride: number(case, "s"),
            padding: number(case, "p"),
        };
        let (x, weight, grad_y) = (
            f.get(case, "input"),
            f.get(case, "weight"),
            f.get(case, "grad_output"),
        );
        f.check(case, "output", &conv.forward(&x, &weight, None));
        f.check(case, "grad_input", &conv.grad_input(&weight, &grad_y));
        f.check(case, "grad_weight", &conv.grad_weight(&x, &grad_y));
    }
    f.assert_all_looked_at(&cases);
}

#[test]
fn a_convolution_with_bias_on_an_image_that_is_not_square() {
    // One image of 1×2×3, one 2×2 kernel, a border of 1: small enough to do by hand.
    let conv = Conv {
        n: 1,
        c: 1,
        h: 2,
        w: 3,
        o: 1,
        kernel: 2,
        stride: 2,
        padding: 1,
    };
    let (x, weight) = ([1.0, 2.0, 3.0, 4.0, 5.0, 6.0], [1.0, 10.0, 100.0, 1000.0]);
    assert_eq!((conv.p(), conv.q()), (2, 2));
    let y = conv.forward(&x, &weight, Some(&[0.5]));
    assert_eq!(y, [1000.5, 3200.5, 40.5, 65.5]);
    let grad_y = [1.0, 2.0, 3.0, 4.0];
    assert_eq!(conv.grad_bias(&grad_y), [10.0]);
    assert_eq!(
        conv.grad_input(&weight, &grad_y),
        [1000.0, 200.0, 2000.0, 30.0, 4.0, 40.0]
    );
    assert_eq!(conv.grad_weight(&x, &grad_y), [20.0, 36.0, 4.0, 7.0]);
}

#[test]
fn batch_norms_are_pytorchs() {
    let (mut f, cases) = Cases::of("bn_");
    for case in &cases {
        let shape = f.fixture.tensor(&format!("{case}.input")).shape.clone();
        let bn = BatchNorm::new(shape[0], shape[1], shape[2] * shape[3]);
        let (x, gamma, beta) = (
            f.get(case, "input"),
            f.get(case, "weight"),
            f.get(case, "bias"),
        );
        let shifted = case == "bn_shifted"; // From 0 and 1, and forward only.
        let (mean, variance) = if shifted {
            (vec![0.0; bn.c], vec![1.0; bn.c])
        } else {
            (
                f.get(case, "running_mean_before"),
                f.get(case, "running_var_before"),
            )
        };
        let forward = bn.forward(&x, &gamma, &beta, &mean, &variance);
        f.check(case, "output", &forward.y);
        f.check(case, "running_mean", &forward.running_mean);
        f.check(case, "running_var", &forward.running_variance);
        if !shifted {
            let eval = bn.forward_eval(
                &x,
                &gamma,
                &beta,
                &forward.running_mean,
                &forward.running_variance,
            );
            f.check(case, "output_eval", &eval);
            let grad_y = f.get(case, "grad_output");
            let backward = bn.backward(&x, &gamma, &forward.mean, &forward.variance, &grad_y);
            f.check(case, "grad_input", &backward.grad_x);
            f.check(case, "grad_weight", &backward.grad_gamma);
            f.check(case, "grad_bias", &backward.grad_beta);
        }
    }
    f.assert_all_looked_at(&cases);
}

#[test]
fn frozen_batch_norms_gradient_is_the_slope() {
    // PyTorch's file has no case of it: central differences of Σ grad_y·y instead.
    let bn = BatchNorm::new(2, 3, 4);
    let wave = |length: usize, speed: f64| -> Vec<f64> {
        (0..length).map(|i| (speed * i as f64).sin()).collect()
    };
    let (x, grad_y) = (wave(24, 1.3), wave(24, 2.1));
    let (gamma, beta, mean, variance) = (
        wave(3, 0.7),
        wave(3, 1.9),
        wave(3, 2.9),
        vec![0.5, 1.5, 0.01],
    );
    let value = |x: &[f64], gamma: &[f64], beta: &[f64]| -> f64 {
        let y = bn.forward_eval(x, gamma, beta, &mean, &variance);
        y.iter().zip(&grad_y).map(|(y, grad_y)| y * grad_y).sum()
    };
    let backward = bn.backward_frozen(&x, &gamma, &mean, &variance, &grad_y);
    let slope = |at: &[f64], value: &dyn Fn(&[f64]) -> f64| -> Vec<f64> { slopes(at, value) };
    let by_x = slope(&x, &|x| value(x, &gamma, &beta));
    let by_gamma = slope(&gamma, &|gamma| value(&x, gamma, &beta));
    let by_beta = slope(&beta, &|beta| value(&x, &gamma, beta));
    assert_close("grad_x", &narrow(&backward.grad_x), &by_x, RELATIVE);
    assert_close(
        "grad_gamma",
        &narrow(&backward.grad_gamma),
        &by_gamma,
        RELATIVE,
    );
    assert_close(
        "grad_beta",
        &narrow(&backward.grad_beta),
        &by_beta,
        RELATIVE,
    );
}

/// Central differences of `value` around `at`.
fn slopes(at: &[f64], value: &dyn Fn(&[f64]) -> f64) -> Vec<f64> {
    let step = 1e-5;
    let moved = |i: usize, by: f64| {
        let mut moved = at.to_vec();
        moved[i] += by;
        value(&moved)
    };
    (0..at.len())
        .map(|i| (moved(i, step) - moved(i, -step)) / (2.0 * step))
        .collect()
}

#[test]
fn output_layer_and_loss_are_pytorchs() {
    let (mut f, cases) = Cases::of("head_");
    for case in &cases {
        let linear = Linear {
            n: number(case, "n"),
            c: number(case, "c"),
            o: number(case, "k"),
        };
        let (x, weight, bias) = (
            f.get(case, "input"),
            f.get(case, "weight"),
            f.get(case, "bias"),
        );
        f.get(case, "labels");
        let labels = f.fixture.u32(&format!("{case}.labels"));
        let logits = linear.forward(&x, &weight, &bias);
        f.check(case, "logits", &logits);
        let loss = loss::cross_entropy(&logits, &labels, linear.o);
        f.check(case, "loss", &[loss.mean]);
        f.check(
            case,
            "grad_input",
            &linear.grad_input(&weight, &loss.grad_logits),
        );
        f.check(
            case,
            "grad_weight",
            &linear.grad_weight(&x, &loss.grad_logits),
        );
        f.check(case, "grad_bias", &linear.grad_bias(&loss.grad_logits));
    }
    f.assert_all_looked_at(&cases);
}

#[test]
fn of_equal_logits_the_first_counts_and_large_ones_do_not_overflow() {
    let logits = [2.0, 2.0, 1.0, 2.0, 2.0, 1.0, 5000.0, -5000.0, 0.0];
    let loss = loss::cross_entropy(&logits, &[0, 0, 1], 3);
    assert_eq!(loss.hits, 2);
    assert_eq!(loss.each[2], 10000.0);
    assert!(loss.grad_logits.iter().all(|g| g.is_finite()));
}

const ENTROPIES: [f64; 2] = [1.017_357_207_555_214_9, 0.929_106_251_920_616_8];
const ENTROPY_GRADIENTS: [f64; 6] = [
    -0.032_806_231_769_152_594,
    -0.032_806_231_769_152_594,
    0.065_612_463_538_305_13,
    0.015_862_936_334_329_82,
    0.068_405_217_005_266_47,
    -0.084_268_153_339_596_34,
];

#[test]
fn entropies_are_pytorchs() {
    // `-(z.softmax(1) * z.log_softmax(1)).sum(1)` of float64, and the gradient of its mean.
    let logits = [2.0, 2.0, 1.0, 0.3, -1.0, 0.7, 5000.0, -5000.0, 0.0];
    let loss = loss::entropy(&logits[..6], &[0, 1], 3);
    let close = |found: &[f64], expected: &[f64]| {
        let mut pairs = found.iter().zip(expected);
        assert_eq!(found.len(), expected.len());
        assert!(pairs.all(|(a, b)| (a - b).abs() < 1e-12), "{found:?}");
    };
    close(&loss.each, &ENTROPIES);
    close(&loss.grad_logits, &ENTROPY_GRADIENTS);
    let certain = loss::entropy(&logits[6..], &[0], 3);
    assert_eq!((certain.mean, certain.hits), (0.0, 1));
    assert!(certain.grad_logits.iter().all(|g| g.abs() == 0.0));
}

#[test]
fn optimisers_are_pytorchs() {
    for case in ["sgd", "nesterov", "adam", "adamw"] {
        let mut f = Cases::of(case).0;
        let mut w = f.get(case, "before");
        let mut sgd = Sgd::new(w.len(), 0.9, case == "nesterov", 1e-4);
        let mut adam = match case {
            "adamw" => Adam::new(w.len(), true, 1e-2),
            _ => Adam::new(w.len(), false, 1e-4),
        };
        for step in 0..5 {
            let grad_w = f.get(case, &format!("grad_{step}"));
            match case {
                "sgd" | "nesterov" => sgd.step(&mut w, &grad_w, 0.1),
                _ => adam.step(&mut w, &grad_w, 0.01),
            }
            f.check(case, &format!("after_{step}"), &w);
        }
        f.assert_all_looked_at(&[case.to_owned()]);
    }
}

#[test]
fn the_fixture_has_no_case_that_these_tests_do_not_know() {
    let known = ["conv_", "bn_", "head_", "sgd", "nesterov", "adam"];
    let fixture = Fixture::read("ops.safetensors");
    for case in fixture.cases() {
        assert!(known.iter().any(|known| case.starts_with(known)), "{case}");
    }
}

#[test]
fn max_pool_takes_the_first_of_equals_and_never_the_border() {
    // All negative: a border of zeros would win. The equal 3s: torch's first is at place 1.
    let pool = pool::MaxPool {
        planes: 1,
        h: 3,
        w: 3,
        kernel: 3,
        stride: 2,
        padding: 1,
    };
    let x = [-9.0, -3.0, -8.0, -7.0, -3.0, -6.0, -5.0, -4.0, -2.0];
    assert_eq!(pool.forward(&x), [-3.0, -3.0, -3.0, -2.0]);
    let grad_x = pool.backward(&x, &[1.0, 10.0, 100.0, 1000.0]);
    assert_eq!(grad_x, [0.0, 11.0, 0.0, 0.0, 100.0, 0.0, 0.0, 0.0, 1000.0]);
}

#[test]
fn global_average_is_the_mean_of_each_plane() {
    assert_eq!(
        pool::global_average(&[1.0, 2.0, 3.0, 6.0, -1.0, 0.0, 0.0, 0.0], 4),
        [3.0, -0.25]
    );
    let grad_x = pool::global_average_backward(&[4.0, 8.0], 4);
    assert_eq!(grad_x, [1.0, 1.0, 1.0, 1.0, 2.0, 2.0, 2.0, 2.0]);
}

#[test]
fn input_is_normalised_then_mirrored_then_moved() {
    let x = [0, 51, 102, 153, 204, 255]; // 0, 0.2 … 1 as 2 rows of 3.
    let prepare = |by: input::Move| {
        let y = input::prepare(&x, (2, 3), &[0.2], &[0.2], &[by]);
        y.iter().map(|y| y.round() as i32).collect::<Vec<_>>()
    };
    let by = |flip, down, right| input::Move { flip, down, right };
    assert_eq!(prepare(by(false, 0, 0)), [-1, 0, 1, 2, 3, 4]);
    assert_eq!(prepare(by(true, 0, 0)), [1, 0, -1, 4, 3, 2]);
    assert_eq!(prepare(by(false, 1, 0)), [0, 0, 0, -1, 0, 1]);
    assert_eq!(prepare(by(false, 0, -1)), [0, 1, 0, 3, 4, 0]);
    assert_eq!(prepare(by(true, -1, 1)), [0, 4, 3, 0, 0, 0]);
    assert_eq!(prepare(by(false, 4, -4)), [0; 6]);
}

#[test]
#[should_panic(expected = "Furthest off at [1]: 2 instead of 2.1")]
fn assert_close_names_the_worst_place() {
    assert_close("pair", &[1.0, 2.0], &[1.01, 2.1], 1e-3);
}

#[test]
#[should_panic(expected = "pair[1] is NaN")]
fn assert_close_refuses_what_is_no_number() {
    assert_close("pair", &[1.0, f32::NAN], &[1.0, 2.0], 1e3);
}
