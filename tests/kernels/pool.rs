//! Max pooling and the average over whole images.

use bnonly::kernels::pool::{self, PoolShape};
use bnonly::kernels::{Blocked, Precision};

use crate::everywhere;
use crate::kernels::bench::{run, unwritten, written};
use crate::kernels::blocked::{block_within, blocked_len, nearest, unblock};
use crate::kernels::random::{Random, seeds};
use crate::reference::pool::{MaxPool, global_average, global_average_backward};
use crate::reference::{assert_close, widen};

/// Single layers, relative in norm.
const RELATIVE: f64 = 1e-5;
/// The same of images in f16.
const RELATIVE_HALF: f64 = 5e-4;

fn relative(precision: Precision) -> f64 {
    match precision {
        Precision::F32 => RELATIVE,
        Precision::F16 => RELATIVE_HALF,
    }
}

/// A max pool of `batch` samples in buffers for `max_batch`, against its twin, in both directions.
async fn check_max_pool(
    name: &str,
    twin: MaxPool,
    precision: Precision,
    [channels, batch, max_batch]: [u32; 3],
    x: &[f64],
    grad_y: &[f64],
) {
    let name =
        format!("{name}, {batch} of {max_batch} of {channels} channels in {precision}, {twin:?}");
    let shape = PoolShape {
        input: Blocked::new(channels, twin.h as u32, twin.w as u32).stored_in(precision),
        output: Blocked::new(channels, twin.p() as u32, twin.q() as u32).stored_in(precision),
        kernel: twin.kernel as u32,
        stride: twin.stride as u32,
        padding: twin.padding as u32,
    };
    let within = |values: &[f64], shape| block_within(values, shape, batch, max_batch);
    let read = |output: &[f32], shape| {
        let output = written(&name, output, blocked_len(shape, batch));
        widen(&unblock(&name, &output, shape, batch))
    };
    let operands = [
        within(x, shape.input),
        unwritten(blocked_len(shape.output, max_batch)),
        unwritten(shape.chosen_bytes(max_batch) as usize / 4),
    ];
    let results = run(&pool::max_pool(&shape), batch, &operands).await;
    assert_eq!(read(&results[0], shape.output), twin.forward(x), "{name}");
    let operands = [
        within(grad_y, shape.output),
        unwritten(blocked_len(shape.input, max_batch)),
        results[1].clone(),
    ];
    let grad_x = run(&pool::max_pool_backward(&shape), batch, &operands)
        .await
        .remove(0);
    let grad_x = crate::reference::narrow(&read(&grad_x, shape.input));
    assert_close(
        &format!("backward, {name}"),
        &grad_x,
        &twin.backward(x, grad_y),
        match precision {
            Precision::F32 => 1e-6,
            Precision::F16 => RELATIVE_HALF,
        },
    );
}

#[everywhere::test]
async fn random_max_pools_are_their_twins() {
    check_max_pools(seeds(10), Precision::F32).await;
}

/// Random ones over images in numbers of a kind.
pub async fn check_max_pools(seeds: std::ops::Range<u64>, precision: Precision) {
    for seed in seeds {
        let mut random = Random::new(seed);
        let (channels, batch) = (random.pick(&[1, 3, 5, 7, 8]), random.between(1, 4));
        let max_batch = batch + random.below(2);
        let kernel = random.between(1, 4);
        let twin = MaxPool {
            planes: (batch * channels) as usize,
            h: random.between(kernel, 12) as usize,
            w: random.between(kernel, 12) as usize,
            kernel: kernel as usize,
            stride: random.between(1, 3) as usize,
            padding: random.below(kernel / 2 + 1) as usize,
        };
        let mut x = random.normal(twin.planes * twin.h * twin.w);
        if random.coin() {
            // Few different values: ties in most windows; all below zero, so that a border of zeros
            // would win.
            x.iter_mut().for_each(|x| *x = x.abs().floor() - 9.0);
        }
        let grad_y = random.normal(twin.planes * twin.p() * twin.q());
        let [x, grad_y] = [x, grad_y].map(|values| nearest(&values, precision));
        check_max_pool(
            &format!("seed {seed}"),
            twin,
            precision,
            [channels, batch, max_batch],
            &x,
            &grad_y,
        )
        .await;
    }
}

#[everywhere::test]
async fn of_equal_values_the_first_takes_the_whole_gradient() {
    let twin = MaxPool {
        planes: 1,
        h: 3,
        w: 3,
        kernel: 3,
        stride: 2,
        padding: 1,
    };
    let x = [-9.0, -3.0, -8.0, -7.0, -3.0, -6.0, -5.0, -4.0, -2.0];
    check_max_pool(
        "by hand",
        twin,
        Precision::F32,
        [1, 1, 1],
        &x,
        &[1.0, 10.0, 100.0, 1000.0],
    )
    .await;
    // The window with the most places that fit in their eight bits.
    let twin = MaxPool {
        planes: 1,
        h: 17,
        w: 16,
        kernel: 16,
        stride: 1,
        padding: 0,
    };
    let mut x = vec![-(2f64.powi(126)); 17 * 16];
    x[16 * 16 + 15] = -(2f64.powi(125));
    check_max_pool("16×16", twin, Precision::F32, [1, 1, 1], &x, &[1.0, 10.0]).await;
}

#[everywhere::test]
async fn averages_are_their_twins() {
    check_averages(seeds(4), Precision::F32).await;
}

/// Random ones over images in numbers of a kind.
pub async fn check_averages(seeds: std::ops::Range<u64>, precision: Precision) {
    for seed in seeds {
        let mut random = Random::new(seed);
        let channels = random.pick(&[1, 3, 5, 8]);
        let input =
            Blocked::new(channels, random.between(1, 9), random.between(1, 9)).stored_in(precision);
        let output = Blocked::new(channels, 1, 1).stored_in(precision);
        let batch = random.between(1, 9);
        let max_batch = batch + random.below(2);
        let name = format!("seed {seed}, {batch} of {max_batch}, {input:?}");
        let area = input.area() as usize;
        let planes = (batch * channels) as usize;
        let [x, grad_y] =
            [planes * area, planes].map(|len| nearest(&random.normal(len), precision));
        let one = async |from, to, kernel, values: &[f64]| {
            let target = unwritten(blocked_len(to, max_batch));
            let operands = [block_within(values, from, batch, max_batch), target];
            let result = written(
                &name,
                &run(&kernel, batch, &operands).await[0],
                blocked_len(to, batch),
            );
            unblock(&name, &result, to, batch)
        };
        let y = one(input, output, pool::average(input), &x).await;
        assert_close(&name, &y, &global_average(&x, area), relative(precision));
        let grad_x = one(output, input, pool::average_backward(input), &grad_y).await;
        let expected = global_average_backward(&grad_y, area);
        assert_close(
            &format!("backward, {name}"),
            &grad_x,
            &expected,
            relative(precision),
        );
    }
}
