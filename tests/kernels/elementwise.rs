//! ReLU on its own, its backward pass, and addition: exact, so compared bit for bit.

use bnonly::kernels::{Blocked, Precision, elementwise};

use crate::everywhere;
use crate::kernels::bench::{run, unwritten, written};
use crate::kernels::blocked::{block, block_within, blocked_len, nearest, unblock};
use crate::kernels::random::{Random, seeds};
use crate::reference::widen;

#[everywhere::test]
async fn relu_and_its_way_back_and_addition() {
    check(seeds(4), Precision::F32).await;
}

/// Random shapes of images in numbers of a kind.
pub async fn check(seeds: std::ops::Range<u64>, precision: Precision) {
    for seed in seeds {
        let mut random = Random::new(seed);
        let channels = random.pick(&[1, 3, 5, 8]);
        let shape =
            Blocked::new(channels, random.between(1, 9), random.between(1, 9)).stored_in(precision);
        let batch = random.between(1, 5);
        let max_batch = batch + random.below(2);
        let name = format!("seed {seed}, {batch} of {max_batch}, {shape:?}");
        let len = (batch * channels * shape.area()) as usize;
        let stored = |values: &[f64]| nearest(values, precision);
        let (mut x, grad_y) = (stored(&random.normal(len)), stored(&random.normal(len)));
        x[len / 2] = 0.0; // Where the ReLU's slope is PyTorch's to choose: 0.

        let within = |values: &[f64]| block_within(values, shape, batch, max_batch);
        let target = || unwritten(blocked_len(shape, max_batch));
        let read = |output: Vec<Vec<f32>>| {
            let output = written(&name, &output[0], blocked_len(shape, batch));
            widen(&unblock(&name, &output, shape, batch))
        };
        let y = read(run(&elementwise::relu(shape), batch, &[within(&x), target()]).await);
        let expected: Vec<_> = x.iter().map(|x| x.max(0.0)).collect();
        assert_eq!(y, expected, "relu, {name}");

        let operands = [within(&y), target(), within(&grad_y)];
        let grad_x = read(run(&elementwise::relu_backward(shape), batch, &operands).await);
        let passes = |(x, grad): (&f64, &f64)| if *x > 0.0 { *grad } else { 0.0 };
        let expected: Vec<_> = x.iter().zip(&grad_y).map(passes).collect();
        assert_eq!(grad_x, expected, "relu_backward, {name}");

        let mut sum = block(&x, shape, batch);
        sum.extend(unwritten(blocked_len(shape, max_batch) - sum.len()));
        let sum = read(run(&elementwise::add(shape), batch, &[within(&grad_y), sum]).await);
        let in_f32 = |(x, y): (&f64, &f64)| f64::from(*x as f32 + *y as f32);
        let expected: Vec<_> = x.iter().zip(&grad_y).map(in_f32).collect();
        assert_eq!(sum, stored(&expected), "add, {name}");
    }
}
