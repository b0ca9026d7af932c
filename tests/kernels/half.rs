//! The kernels over images in f16, on adapters that have it, against the same twins.
//!
//! What goes in is rounded to f16 first, so that all that may differ is the rounding of what comes out:
//! half of 2⁻¹⁰ of each value at most. Gradients of parameters come out in f32 and are held as exactly as
//! ever.

use bnonly::kernels::batch_norm::{BatchNormShape, Epilogue};
use bnonly::kernels::conv::Direction;
use bnonly::kernels::{Blocked, Precision, elementwise};

use crate::everywhere;
use crate::kernels::bench::{run, unwritten};
use crate::kernels::blocked::{from_words, gradient_scale, nearest};
use crate::kernels::conv::Layer;
use crate::kernels::head::Head;
use crate::kernels::random::{Random, seeds};
use crate::kernels::{batch_norm, elementwise as elementwise_tests, input, pool, shortcut};
use crate::reference::assert_close;
use crate::reference::conv::Conv;
use crate::reference::linear::Linear;

/// Values that are rounded to f16, relative in norm.
const RELATIVE_HALF: f64 = 5e-4;

/// Whether the adapter has f16; browsers on SwiftShader have not.
async fn is_there() -> bool {
    everywhere::gpu().await.capabilities.half_precision
}

#[everywhere::test]
async fn convolutions_are_their_twins() {
    if !is_there().await {
        return;
    }
    // Winograd's shapes and one with a stride, by two of all variants each.
    for (seed, (kernel, stride, c, o)) in [(3, 1, 5, 18), (3, 2, 9, 7), (1, 2, 3, 8)]
        .into_iter()
        .enumerate()
    {
        let mut random = Random::new(seed as u64);
        let (n, h, w, padding) = (3, 8, 12, kernel / 2);
        let twin = Conv {
            n,
            c,
            h,
            w,
            o,
            kernel,
            stride,
            padding,
        };
        for direction in [Direction::Forward, Direction::Backward] {
            let mut variants = Layer::new("f16", twin, 4).variants(direction).await;
            for _ in 0..2 {
                let variant = random.between(0, variants.len() as u32 - 1) as usize;
                let layer = Layer::new("f16", twin, 4).by(direction, variants.swap_remove(variant));
                let layer = layer.stored_in(Precision::F16);
                layer.check_pass(direction, &mut random).await;
            }
        }
        let layer = Layer::new("f16", twin, 4).stored_in(Precision::F16);
        layer.check_parameters(&mut random).await;
    }
}

#[everywhere::test]
async fn batch_norms_are_their_twins() {
    if !is_there().await {
        return;
    }
    for (residual, relu, fixed) in [
        (false, false, false),
        (false, true, false),
        (true, true, false),
        (false, true, true),
    ] {
        let shape = BatchNormShape {
            images: Blocked::new(5, 7, 9).stored_in(Precision::F16),
            max_batch: 6,
            epilogue: Epilogue { residual, relu },
            fixed,
        };
        let (name, batch) = (format!("{shape:?}"), 5);
        let layer = batch_norm::Layer { name, shape, batch };
        layer.check(&mut Random::new(3)).await;
    }
}

#[everywhere::test]
async fn what_is_elementwise_pools_and_images_are_their_twins() {
    if !is_there().await {
        return;
    }
    elementwise_tests::check(seeds(2), Precision::F16).await;
    pool::check_max_pools(seeds(3), Precision::F16).await;
    pool::check_averages(seeds(2), Precision::F16).await;
    shortcut::check_shortcuts(seeds(2), Precision::F16).await;
    input::check_random(seeds(1), Precision::F16).await;
}

#[everywhere::test]
async fn heads_are_their_twins_and_no_gradient_is_lost_for_being_small() {
    if !is_there().await {
        return;
    }
    let twin = Linear { n: 7, c: 5, o: 10 };
    let head = Head {
        name: "f16".into(),
        twin,
        max_batch: 9,
        precision: Precision::F16,
    };
    let mut random = Random::new(1);
    let x = nearest(&random.normal(twin.n * twin.c), Precision::F16);
    let weight = random.normal(twin.o * twin.c);
    let bias = random.normal(twin.o);
    // A batch of thousands, most of it learnt: below the smallest f16.
    let grad_logits: Vec<_> = random.normal(twin.n * twin.o);
    let grad_logits: Vec<_> = grad_logits
        .iter()
        .map(|g| f64::from((1e-7 * g) as f32))
        .collect();

    let logits = head.forward(&x, &weight, &bias).await;
    assert_close("logits", &logits, &twin.forward(&x, &weight, &bias), 1e-5);
    let [grad_weight, grad_bias] = head.grad_weight(&x, &grad_logits).await;
    let expected = twin.grad_weight(&x, &grad_logits);
    assert_close("grad_weight", &grad_weight, &expected, 1e-5);
    assert_close("grad_bias", &grad_bias, &twin.grad_bias(&grad_logits), 1e-5);
    let grad_x = head.grad_input(&weight, &grad_logits).await;
    let scale = gradient_scale(Precision::F16, twin.n as u32);
    let expected = twin.grad_input(&weight, &grad_logits);
    let expected: Vec<_> = expected.iter().map(|gradient| gradient * scale).collect();
    assert_close("grad_input", &grad_x, &expected, RELATIVE_HALF);
}

#[everywhere::test]
async fn nan_stays_nan_and_infinity_what_it_is() {
    if !is_there().await {
        return;
    }
    let shape = Blocked::new(4, 1, 1).stored_in(Precision::F16);
    let bits = [0x7e00u16, 0x7c00, 0xfc00, 0x3c00];
    let x = bytemuck::pod_collect_to_vec(&bits);
    let y = run(&elementwise::relu(shape), 1, &[x, unwritten(2)])
        .await
        .remove(0);
    let y = from_words(&y, Precision::F16);
    assert!(y[0].is_nan(), "{y:?}");
    assert_eq!(y[1..], [f32::INFINITY, 0.0, 1.0]);
}
