//! More workgroups than WebGPU takes in one dimension of a dispatch: the grid is folded into two, and
//! kernels must unfold it right and stop at its end.

use bnonly::kernels::batch_norm::{self as kernels, BatchNormShape, Epilogue};
use bnonly::kernels::conv::{Direction, ForwardExtras, forward, partials};
use bnonly::kernels::{Blocked, Kernel, elementwise};

use crate::everywhere;
use crate::kernels::bench::{run, unwritten};
use crate::kernels::blocked::{block_within, blocked_len};
use crate::kernels::conv_batch_norm::{MOMENTS_WORDS, assert_written, norm_of};
use crate::kernels::random::Random;
use crate::kernels::{batch_norm, conv};
use crate::reference::assert_close;
use crate::reference::conv::Conv;

/// Workgroups that fit in one dimension.
const LARGEST: u32 = 65_535;

/// Holds that a kernel's grid is folded.
#[track_caller]
fn assert_folded(kernel: &Kernel, batch: u32) {
    let [x, y] = kernel.grid.workgroups(batch, LARGEST);
    assert!(
        x <= LARGEST && y > 1,
        "{}: {x} × {y} workgroups",
        kernel.name
    );
}

#[everywhere::test]
async fn relu_of_four_million_quads() {
    let (shape, batch) = (Blocked::new(1, 1025, 1025), 4);
    let kernel = elementwise::relu(shape);
    assert_folded(&kernel, batch);
    let len = blocked_len(shape, batch);
    let x: Vec<f32> = (0..len).map(|i| (i % 8191) as f32 - 4095.0).collect();
    let y = run(&kernel, batch, &[x.clone(), unwritten(len)])
        .await
        .remove(0);
    let wrong = y.iter().zip(&x).position(|(y, x)| *y != x.max(0.0));
    assert_eq!(wrong, None, "of {len}");
}

#[everywhere::test]
#[cfg_attr(
    target_arch = "wasm32",
    ignore = "65,538 workgroups with barriers take a processor a minute; the other tests fold, too"
)]
async fn batch_norm_of_a_quarter_of_a_million_channels() {
    for relu in [false, true] {
        let shape = BatchNormShape {
            images: Blocked::new(4 * LARGEST + 7, 1, 1),
            max_batch: 5,
            epilogue: Epilogue {
                residual: relu,
                relu,
            },
            fixed: false,
        };
        for kernel in [
            kernels::statistics(&shape),
            kernels::finish_statistics(&shape, shape.partials()),
            kernels::backward_sums(&shape),
            kernels::finish_backward(&shape, shape.partials()),
        ] {
            assert_folded(&kernel, 5);
        }
        let name = format!("{shape:?}");
        batch_norm::Layer {
            name,
            shape,
            batch: 5,
        }
        .check(&mut Random::new(1))
        .await;
    }
}

#[everywhere::test]
async fn convolution_of_four_million_tiles() {
    let (n, h) = (2, 64 * LARGEST as usize / 2 + 33);
    let twin = Conv {
        n,
        c: 1,
        h,
        w: 1,
        o: 1,
        kernel: 1,
        stride: 1,
        padding: 0,
    };
    let layer = conv::Layer::new("many tiles", twin, n as u32).in_tiles_of_a_pixel();
    layer
        .kernels()
        .iter()
        .for_each(|kernel| assert_folded(kernel, n as u32));
    let random = &mut Random::new(1);
    let x: Vec<f64> = (0..n * h).map(|i| (i % 8191) as f64 - 4095.0).collect();
    let weight = random.normal(1);
    let y = layer.forward(&x, &weight, None).await;
    assert_close("output", &y, &twin.forward(&x, &weight, None), 1e-6);
    let grad_x = layer.grad_input(&weight, &x, None).await;
    assert_close("grad_input", &grad_x, &twin.grad_input(&weight, &x), 1e-6);
}

#[everywhere::test]
#[cfg_attr(
    target_arch = "wasm32",
    ignore = "65,538 workgroups with barriers take a processor a minute; the other tests fold, too"
)]
async fn moments_of_four_million_tiles() {
    let (n, h) = (2, 64 * LARGEST as usize / 2 + 33);
    let twin = Conv {
        n,
        c: 1,
        h,
        w: 1,
        o: 1,
        kernel: 1,
        stride: 1,
        padding: 0,
    };
    // A workgroup more than the batch has tiles for, and room for what it must not write.
    let layer = conv::Layer::new("many tiles", twin, 3).in_tiles_of_a_pixel();
    let norm = norm_of(&layer, Epilogue::default(), false);
    let partials = partials(&layer.shape.pass(Direction::Forward), &layer.tilings[0]);
    let extras = ForwardExtras {
        moments: true,
        ..Default::default()
    };
    let kernel = forward(&layer.shape, &layer.tilings[0], extras);
    assert_folded(&kernel, 2);
    let x: Vec<f64> = (0..n * h).map(|i| (i % 8191) as f64 - 4095.0).collect();
    let operands = [
        block_within(&x, layer.shape.input, 2, 3),
        layer.packed(Direction::Forward, &[1.0]).await,
        unwritten(blocked_len(layer.shape.output, 3)),
        unwritten(norm.shape.partial_bytes(partials) as usize / 4),
    ];
    let partial = run(&kernel, 2, &operands).await.remove(1);
    assert_written("moments", &partial, partials, &norm, MOMENTS_WORDS);
    let (_, [mean, variance]) = norm
        .finish_statistics(partial, partials, [&[1.0], &[0.0]], [&[0.0], &[0.0]])
        .await;
    let after = norm.twin().forward(&x, &[1.0], &[0.0], &[0.0], &[0.0]);
    // Each is a tenth of the batch's: the running ones begin at zero.
    assert_close("variance", &variance, &after.running_variance, 1e-5);
    let deviation = after.running_variance[0].sqrt();
    let off = (f64::from(mean[0]) - after.running_mean[0]).abs();
    assert!(off < 1e-5 * deviation, "mean {mean:?} is off by {off}");
}

#[everywhere::test]
async fn gradient_of_the_biases_of_many_channels() {
    // A workgroup a sample and quad of channels.
    let (n, o) = (65, 4 * LARGEST as usize / 64 + 3);
    let twin = Conv {
        n,
        c: 1,
        h: 1,
        w: 3,
        o,
        kernel: 1,
        stride: 1,
        padding: 0,
    };
    let layer = conv::Layer::new("many channels", twin, n as u32);
    let grad_y = Random::new(1).normal(twin.output_len());
    assert_close(
        "grad_bias",
        &layer.grad_bias(&grad_y).await,
        &twin.grad_bias(&grad_y),
        1e-5,
    );
}
