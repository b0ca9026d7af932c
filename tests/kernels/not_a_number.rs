//! A NaN reaches the loss, where training stops for it: no kernel on the way may swallow it.
//!
//! What PyTorch does, and what `max` of WGSL, which may give either operand, does not.

use bnonly::kernels::batch_norm::{BatchNormShape, Epilogue};
use bnonly::kernels::conv::tiling::Tiling;
use bnonly::kernels::conv::{self, ConvShape, Direction, Entry, ForwardExtras};
use bnonly::kernels::loss::Loss;
use bnonly::kernels::pool::{self, PoolShape};
use bnonly::kernels::{Blocked, Precision, elementwise};

use crate::everywhere;
use crate::kernels::batch_norm::Layer;
use crate::kernels::bench::{run, unwritten};
use crate::kernels::blocked::{block, pad};
use crate::kernels::head::Head;
use crate::reference::linear::Linear;

#[everywhere::test]
async fn through_relu() {
    let x = vec![f32::NAN, 1.0, -1.0, f32::NAN];
    let y = run(
        &elementwise::relu(Blocked::new(4, 1, 1)),
        1,
        &[x, unwritten(4)],
    )
    .await
    .remove(0);
    assert!(y[0].is_nan() && y[3].is_nan(), "{y:?}");
    assert_eq!(y[1..3], [1.0, 0.0]);
}

#[everywhere::test]
async fn through_batch_norm_and_what_follows_it() {
    for (residual, relu) in [(false, false), (false, true), (true, true)] {
        let shape = BatchNormShape {
            images: Blocked::new(2, 3, 1),
            max_batch: 1,
            epilogue: Epilogue { residual, relu },
            fixed: false,
        };
        let name = format!("{shape:?}");
        let layer = Layer {
            name,
            shape,
            batch: 1,
        };
        // One NaN spoils the statistics of its channel, and of no other.
        let x = [1.0, f64::NAN, 2.0, 1.0, 2.0, 4.0];
        let (saved, [mean, variance]) = layer
            .statistics(&x, [&[1.0; 2], &[0.0; 2]], [&[0.0; 2], &[1.0; 2]])
            .await;
        assert!(mean[0].is_nan() && variance[0].is_nan());
        assert!(mean[1].is_finite() && variance[1].is_finite());
        let residual = residual.then_some([0.5; 6].as_slice());
        let (y, _) = layer.normalise(&x, saved, residual).await;
        assert!(y[..3].iter().all(|y| y.is_nan()), "{shape:?}: {y:?}");
        assert!(y[3..].iter().all(|y| y.is_finite()), "{shape:?}: {y:?}");
    }
}

#[everywhere::test]
async fn through_a_convolution_that_normalises_what_it_reads() {
    let images = Blocked::new(1, 1, 3);
    let shape = ConvShape {
        input: images,
        output: images,
        kernel: 1,
        stride: 1,
        padding: 0,
    };
    let batch_norm = BatchNormShape {
        images,
        max_batch: 1,
        epilogue: Epilogue::default(),
        fixed: true,
    };
    let layer = Layer {
        name: "NaN".into(),
        shape: batch_norm,
        batch: 1,
    };
    let saved = layer
        .fixed_statistics([&[1.0], &[0.0]], [&[0.0], &[1.0]])
        .await;
    for relu in [false, true] {
        let tiling = Tiling::baseline(&shape.pass(Direction::Forward));
        let extras = ForwardExtras {
            enters: Some(Entry { relu }),
            ..Default::default()
        };
        let mut packed = pad(&[1.0]);
        packed.resize(
            tiling.packed_len(&shape.pass(Direction::Forward)) as usize,
            0.0,
        );
        let x = block(&[1.0, f64::NAN, -1.0], images, 1);
        let operands = [x, packed, unwritten(12), saved.clone()];
        let y = run(&conv::forward(&shape, &tiling, extras), 1, &operands)
            .await
            .remove(0);
        assert!(y[4].is_nan(), "ReLU {relu}: {y:?}");
        assert!(y[0].is_finite() && y[8].is_finite(), "ReLU {relu}: {y:?}");
    }
}

#[everywhere::test]
async fn through_max_pool_wherever_it_stands_in_the_window() {
    let shape = PoolShape {
        input: Blocked::new(4, 4, 4),
        output: Blocked::new(4, 1, 1),
        kernel: 4,
        stride: 4,
        padding: 0,
    };
    // Channel c has its NaN at the fifth pixel after the one before.
    let mut x = vec![1.0; 64];
    for c in 0..4 {
        x[4 * (5 * c) + c] = f32::NAN;
    }
    let results = run(&pool::max_pool(&shape), 1, &[x, unwritten(4), unwritten(1)]).await;
    assert!(results[0].iter().all(|y| y.is_nan()), "{:?}", results[0]);
    assert_eq!(results[1][0].to_bits().to_le_bytes(), [0, 5, 10, 15]);
}

#[everywhere::test]
async fn through_the_loss() {
    let twin = Linear { n: 2, c: 1, o: 3 };
    let head = Head {
        name: "NaN".into(),
        twin,
        max_batch: 2,
        precision: Precision::F32,
    };
    for place in 0..3 {
        let mut logits = [1.0, 2.0, 3.0, 1.0, 2.0, 3.0];
        logits[place] = f64::NAN;
        let loss = head.loss(Loss::CrossEntropy, &logits, &[0, 0]).await;
        assert!(loss.sum.is_nan(), "at {place}: {}", loss.sum);
    }
}
