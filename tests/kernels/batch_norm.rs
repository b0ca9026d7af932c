//! BatchNorm with what follows it, forward and back, by the batch's statistics and by fixed ones.

use bnonly::kernels::batch_norm::{self, BatchNormShape, Epilogue, Partials};
use bnonly::kernels::{Blocked, Precision};

use crate::everywhere;
use crate::kernels::bench::{run, unwritten, written};
use crate::kernels::blocked::{
    block_within, blocked_len, gradient_scale, nearest, pad, unblock, unpad,
};
use crate::kernels::random::{Random, seeds};
use crate::reference::batch_norm::BatchNorm;
use crate::reference::{assert_close, widen};

/// Forward, relative in norm.
const RELATIVE: f64 = 1e-5;
/// Gradients through the statistics, relative in norm.
const RELATIVE_BACK: f64 = 2e-5;
/// Images in f16.
const RELATIVE_HALF: f64 = 5e-4;

/// A BatchNorm on the adapter, for a batch in buffers that could hold a larger one.
pub struct Layer {
    pub name: String,
    pub shape: BatchNormShape,
    pub batch: u32,
}

/// What forward leaves for the backward pass.
pub struct Kept {
    pub saved: Vec<f32>,
    pub signs: Option<Vec<f32>>,
}

/// What a layer learns from and passes on, all `[C]` or `[N, C, H, W]`.
pub struct Gradients {
    pub grad_x: Vec<f32>,
    pub grad_gamma: Vec<f32>,
    pub grad_beta: Vec<f32>,
    /// What flows to the residual: the gradient of the output as `backward_sums` left it.
    pub grad_residual: Vec<f32>,
}

impl Layer {
    /// Statistics of the batch, and the running averages after it: (kept, mean, variance).
    pub async fn statistics(
        &self,
        x: &[f64],
        [gamma, beta]: [&[f64]; 2],
        [mean, variance]: [&[f64]; 2],
    ) -> (Vec<f32>, [Vec<f32>; 2]) {
        let shape = &self.shape;
        let partial = unwritten(shape.partial_bytes(shape.partials()) as usize / 4);
        let operands = [self.images(x), partial];
        let partial = run(&batch_norm::statistics(shape), self.batch, &operands)
            .await
            .remove(0);
        self.finish_statistics(partial, shape.partials(), [gamma, beta], [mean, variance])
            .await
    }

    /// The same from partial moments.
    pub async fn finish_statistics(
        &self,
        partial: Vec<f32>,
        partials: Partials,
        [gamma, beta]: [&[f64]; 2],
        [mean, variance]: [&[f64]; 2],
    ) -> (Vec<f32>, [Vec<f32>; 2]) {
        let (name, shape) = (&self.name, &self.shape);
        let saved = unwritten(self.saved_len());
        let operands = [
            partial,
            pad(gamma),
            pad(beta),
            saved,
            pad(mean),
            pad(variance),
        ];
        let kernel = batch_norm::finish_statistics(shape, partials);
        let [saved, mean, variance] = outputs(run(&kernel, self.batch, &operands).await);
        let saved = written(name, &saved, saved.len());
        let channels = shape.images.channels;
        (
            saved,
            [
                unpad(name, &mean, channels),
                variance[..channels as usize].to_vec(),
            ],
        )
    }

    /// Fixed statistics in the place of the batch's.
    pub async fn fixed_statistics(
        &self,
        [gamma, beta]: [&[f64]; 2],
        [mean, variance]: [&[f64]; 2],
    ) -> Vec<f32> {
        let saved = unwritten(self.saved_len());
        let kernel = batch_norm::fixed_statistics(&self.shape);
        let operands = [pad(mean), pad(variance), pad(gamma), pad(beta), saved];
        let saved = run(&kernel, self.batch, &operands).await.remove(0);
        written(&self.name, &saved, saved.len())
    }

    /// Normalises by the saved statistics, adds the residual, applies the ReLU.
    pub async fn normalise(
        &self,
        x: &[f64],
        saved: Vec<f32>,
        residual: Option<&[f64]>,
    ) -> (Vec<f32>, Kept) {
        let shape = &self.shape;
        let output = unwritten(blocked_len(shape.images, shape.max_batch));
        let mut operands = vec![self.images(x), saved.clone(), output];
        operands.extend(residual.map(|residual| self.images(residual)));
        if shape.epilogue.keeps_sign() {
            operands.push(unwritten(shape.sign_bytes() as usize / 4));
        }
        let mut results = run(&batch_norm::normalise(shape), self.batch, &operands)
            .await
            .into_iter();
        let y = self.unblocked(&results.next().expect("it writes the output"));
        let signs = results.next();
        (y, Kept { saved, signs })
    }

    /// The backward pass from `grad_y`.
    pub async fn backward(&self, x: &[f64], kept: &Kept, grad_y: &[f64]) -> Gradients {
        let shape = &self.shape;
        let mut operands = vec![
            self.images(x),
            kept.saved.clone(),
            self.images(grad_y),
            unwritten(shape.partial_bytes(shape.partials()) as usize / 4),
        ];
        operands.extend(kept.signs.clone());
        let [grad_y, partial] =
            outputs(run(&batch_norm::backward_sums(shape), self.batch, &operands).await);
        self.finish_backward(x, kept, grad_y, partial, shape.partials())
            .await
    }

    /// The same from partial sums and the gradient that is left behind the ReLU.
    pub async fn finish_backward(
        &self,
        x: &[f64],
        kept: &Kept,
        grad_y: Vec<f32>,
        partial: Vec<f32>,
        partials: Partials,
    ) -> Gradients {
        let (name, shape) = (&self.name, &self.shape);
        let channels = shape.images.channels;
        let of_quads = || unwritten(4 * shape.images.quads as usize);
        let operands = [partial, kept.saved.clone(), of_quads(), of_quads()];
        let kernel = batch_norm::finish_backward(shape, partials);
        let [saved, grad_gamma, grad_beta] = outputs(run(&kernel, self.batch, &operands).await);

        let grad_x = unwritten(grad_y.len());
        let operands = [self.images(x), saved, grad_y.clone(), grad_x];
        let grad_x = run(&batch_norm::backward(shape), self.batch, &operands)
            .await
            .remove(0);
        let used = blocked_len(shape.images, self.batch);
        Gradients {
            grad_x: self.unblocked(&grad_x),
            grad_gamma: unpad(name, &grad_gamma, channels),
            grad_beta: unpad(name, &grad_beta, channels),
            grad_residual: unblock(name, &grad_y[..used], shape.images, self.batch),
        }
    }

    fn saved_len(&self) -> usize {
        let bytes = BatchNormShape::NORMALIZATION_BYTES * u64::from(self.shape.images.quads);
        bytes as usize / 4
    }

    fn images(&self, values: &[f64]) -> Vec<f32> {
        block_within(values, self.shape.images, self.batch, self.shape.max_batch)
    }

    fn unblocked(&self, values: &[f32]) -> Vec<f32> {
        let used = blocked_len(self.shape.images, self.batch);
        let values = written(&self.name, values, used);
        unblock(&self.name, &values, self.shape.images, self.batch)
    }

    pub fn twin(&self) -> BatchNorm {
        let images = self.shape.images;
        let sizes = [self.batch, images.channels, images.area()].map(|size| size as usize);
        BatchNorm::new(sizes[0], sizes[1], sizes[2])
    }

    /// Forward and back against the twin.
    pub async fn check(&self, random: &mut Random) {
        let (name, twin, epilogue) = (&self.name, self.twin(), self.shape.epilogue);
        let len = twin.n * twin.c * twin.area;
        let precision = self.shape.images.precision;
        let [relative, relative_back] = match precision {
            Precision::F32 => [RELATIVE, RELATIVE_BACK],
            Precision::F16 => [RELATIVE_HALF; 2],
        };
        let stored = |values: Vec<f64>| nearest(&values, precision);
        let x = random.normal(len);
        let x = stored(x.iter().map(|x| 3.0 * x + 1.0).collect());
        let [gamma, beta, mean] = [(); 3].map(|()| random.normal(twin.c));
        let variance: Vec<_> = random.normal(twin.c).iter().map(|x| x * x + 0.5).collect();
        let variance = widen(&crate::reference::narrow(&variance));
        let residual = epilogue.residual.then(|| stored(random.normal(len)));
        let grad_y = stored(random.normal(len));
        let affine = [gamma.as_slice(), &beta];

        let expected = twin.forward(&x, &gamma, &beta, &mean, &variance);
        let (saved, [of_mean, of_variance]) = if self.shape.fixed {
            (
                self.fixed_statistics(affine, [&mean, &variance]).await,
                [&mean, &variance],
            )
        } else {
            let (saved, running) = self.statistics(&x, affine, [&mean, &variance]).await;
            assert_close(
                &format!("running mean, {name}"),
                &running[0],
                &expected.running_mean,
                RELATIVE,
            );
            let running_variance = &expected.running_variance;
            assert_close(
                &format!("running variance, {name}"),
                &running[1],
                running_variance,
                RELATIVE,
            );
            (saved, [&expected.mean, &expected.variance])
        };
        let (y, kept) = self.normalise(&x, saved, residual.as_deref()).await;
        let mut expected_y = twin.forward_eval(&x, &gamma, &beta, of_mean, of_variance);
        let mut grad = grad_y.clone();
        for i in 0..len {
            expected_y[i] += residual.as_ref().map_or(0.0, |residual| residual[i]);
            if epilogue.relu {
                // On the edge the sign is rounding's to choose: the gradient follows the kernel's.
                let on_edge = expected_y[i].abs() < 1e-5;
                let passes = if on_edge {
                    y[i] > 0.0
                } else {
                    expected_y[i] > 0.0
                };
                grad[i] *= f64::from(u8::from(passes));
                expected_y[i] = expected_y[i].max(0.0);
            }
        }
        assert_close(&format!("output, {name}"), &y, &expected_y, relative);

        let back = if self.shape.fixed {
            twin.backward_frozen(&x, &gamma, of_mean, of_variance, &grad)
        } else {
            twin.backward(&x, &gamma, of_mean, of_variance, &grad)
        };
        let actual = self.backward(&x, &kept, &grad_y).await;
        // What the kernels take for the gradient of the output holds this much more of it.
        let scale = gradient_scale(precision, self.batch);
        let scaled = |values: &[f64]| values.iter().map(|value| value / scale).collect::<Vec<_>>();
        assert_close(
            &format!("grad_input, {name}"),
            &actual.grad_x,
            &back.grad_x,
            relative_back,
        );
        assert_close(
            &format!("grad_gamma, {name}"),
            &actual.grad_gamma,
            &scaled(&back.grad_gamma),
            RELATIVE_BACK,
        );
        assert_close(
            &format!("grad_beta, {name}"),
            &actual.grad_beta,
            &scaled(&back.grad_beta),
            RELATIVE_BACK,
        );
        assert_eq!(
            widen(&actual.grad_residual),
            grad,
            "what is left for the residual, {name}"
        );
    }
}

fn outputs<const N: usize>(results: Vec<Vec<f32>>) -> [Vec<f32>; N] {
    results.try_into().expect("as many as the kernel writes")
}

/// Plain, with a residual, with a ReLU, with both; each by the batch's statistics and by fixed ones.
fn variants() -> impl Iterator<Item = (Epilogue, bool)> {
    (0..8).map(|bits| {
        let epilogue = Epilogue {
            residual: bits & 1 != 0,
            relu: bits & 2 != 0,
        };
        (epilogue, bits & 4 != 0)
    })
}

/// Images of a width, a pixel at a time, and where the adapter allows it of the next even width, two at a time.
async fn images(channels: u32, height: u32, width: u32) -> Vec<Blocked> {
    let mut images = vec![Blocked::new(channels, height, width)];
    if everywhere::gpu().await.capabilities.wide_loads {
        images.push(Blocked::new(channels, height, width.next_multiple_of(2)).in_pairs(true));
    }
    images
}

#[everywhere::test]
async fn random_batch_norms_are_their_twins() {
    for seed in seeds(1) {
        for (number, (epilogue, fixed)) in (0..).zip(variants()) {
            // Each of its own shape.
            let seed = 8 * seed + number;
            let mut random = Random::new(seed);
            let channels = random.pick(&[1, 3, 5, 7, 16]);
            let [height, width] = [random.between(2, 9), random.between(2, 13)];
            let batch = random.pick(&[1, 2, 5]);
            let max_batch = batch + random.pick(&[0, 1, 6]);
            for images in images(channels, height, width).await {
                let shape = BatchNormShape {
                    images,
                    max_batch,
                    epilogue,
                    fixed,
                };
                let name = format!("seed {seed}, batch {batch} in {shape:?}");
                Layer { name, shape, batch }.check(&mut random).await;
            }
        }
    }
}

#[everywhere::test]
async fn batches_of_several_chunks_and_blocks_that_end_in_the_middle() {
    // By fixed statistics only the sums differ, of which one kind is enough.
    for (epilogue, fixed) in variants().take(5) {
        // 26·15·17 = 6630 elements (in pairs 26·15·18 = 7020): 4 chunks of 2048, 13 or 14 blocks of 512, the
        // last not full. A batch of 21 ends in the third chunk and leaves the fourth out.
        for images in images(5, 15, 17).await {
            let shape = BatchNormShape {
                images,
                max_batch: 26,
                epilogue,
                fixed,
            };
            for batch in [26, 21] {
                let name = format!("batch {batch} in {shape:?}");
                Layer { name, shape, batch }
                    .check(&mut Random::new(3))
                    .await;
            }
        }
    }
}

/// Forward and running averages of values about a mean, the first of which may be far off.
async fn check_stable(name: &str, x: &[f64], images: Blocked, batch: u32, relative: f64) {
    let shape = BatchNormShape {
        images,
        max_batch: batch,
        epilogue: Epilogue::default(),
        fixed: false,
    };
    let layer = Layer {
        name: name.to_owned(),
        shape,
        batch,
    };
    let channels = images.channels as usize;
    let random = &mut Random::new(5);
    let [gamma, beta] = [(); 2].map(|()| random.normal(channels));
    let (mean, variance) = (vec![0.0; channels], vec![1.0; channels]);
    let expected = layer.twin().forward(x, &gamma, &beta, &mean, &variance);
    let (saved, running) = layer
        .statistics(x, [&gamma, &beta], [&mean, &variance])
        .await;
    assert_close(
        &format!("{name}: running mean"),
        &running[0],
        &expected.running_mean,
        RELATIVE,
    );
    let of_variance = &expected.running_variance;
    assert_close(
        &format!("{name}: running variance"),
        &running[1],
        of_variance,
        RELATIVE,
    );
    let (y, _) = layer.normalise(x, saved, None).await;
    assert_close(&format!("{name}: output"), &y, &expected.y, relative);
}

#[everywhere::test]
async fn statistics_are_stable_where_the_mean_dwarfs_the_deviation() {
    for images in images(3, 24, 31).await {
        let mut x = Random::new(1).normal(9 * 3 * images.area() as usize);
        x.iter_mut()
            .for_each(|x| *x = f64::from((*x * 0.01 + 1000.0) as f32));
        check_stable("about 1000", &x, images, 9, 1e-3).await;
    }
}

#[everywhere::test]
async fn statistics_are_stable_where_the_first_value_is_an_outlier() {
    for images in images(3, 24, 31).await {
        let area = images.area() as usize;
        for outlier in [30.0, 1e4, -1e6] {
            let normal = Random::new(2).normal(9 * 3 * area);
            let mut x: Vec<_> = normal.iter().map(|x| f64::from((x + 2.0) as f32)).collect();
            for c in 0..3 {
                x[c * area] = outlier;
            }
            check_stable(&format!("first value {outlier}"), &x, images, 9, RELATIVE).await;
        }
    }
}

#[everywhere::test]
async fn a_constant_channel_becomes_beta() {
    let images = Blocked::new(1, 7, 5);
    let x = vec![f64::from(0.1f32); 2 * 35];
    check_stable("constant", &x, images, 2, RELATIVE).await;
}
