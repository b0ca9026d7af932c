//! What convolutions do in passing for the BatchNorms before and behind them.
//!
//! Two convolutions with a BatchNorm between them, forward and back, as the engine runs them: each pass
//! reads the buffers that the one before left, NaN where that wrote nothing, and is held against the twins
//! of what it was given.

use std::mem::offset_of;

use bnonly::kernels::batch_norm::{BatchNormShape, Epilogue, Partials};
use bnonly::kernels::conv::tiling::Tiling;
use bnonly::kernels::conv::{
    self as kernels, BackwardExtras, Direction, Entry, ForwardExtras, Gate,
};
use bnonly::kernels::{GradSums, Moments};

use crate::everywhere;
use crate::kernels::batch_norm::{self, Kept};
use crate::kernels::bench::{run, unwritten, written};
use crate::kernels::blocked::{block, block_within, blocked_len, pad};
use crate::kernels::conv;
use crate::kernels::random::{Random, seeds};
use crate::reference::conv::Conv;
use crate::reference::{assert_close, widen};

/// Forward, relative in norm.
const RELATIVE: f64 = 1e-5;
/// Gradients through the statistics, relative in norm.
const RELATIVE_BACK: f64 = 2e-5;

/// Words of partial moments that are written, and with what lies between them; of partial sums all are.
pub const MOMENTS_WORDS: (usize, usize) =
    (offset_of!(Moments, count) / 4 + 1, size_of::<Moments>() / 4);
const SUMS_WORDS: (usize, usize) = (size_of::<GradSums>() / 4, size_of::<GradSums>() / 4);

/// What stands between the two convolutions.
#[derive(Clone, Copy, Debug)]
enum Between {
    /// A BatchNorm that the second convolution does when it reads; then perhaps a ReLU.
    Deferred { relu: bool },
    /// A BatchNorm whose output is written: a residual is added, then comes a ReLU whose signs are kept.
    Written,
}

impl Between {
    fn epilogue(self) -> Epilogue {
        match self {
            Self::Deferred { relu } => Epilogue {
                residual: false,
                relu,
            },
            Self::Written => Epilogue {
                residual: true,
                relu: true,
            },
        }
    }

    fn gate(self) -> Gate {
        match self {
            Self::Deferred { relu: false } => Gate::Open,
            Self::Deferred { relu: true } => Gate::Recomputed,
            Self::Written => Gate::Kept,
        }
    }
}

struct Chain {
    between: Between,
    first: conv::Layer,
    norm: batch_norm::Layer,
    second: conv::Layer,
}

/// Random values of the channels of a BatchNorm, and of its running averages.
struct Channels {
    gamma: Vec<f64>,
    beta: Vec<f64>,
    mean: Vec<f64>,
    variance: Vec<f64>,
}

impl Channels {
    fn new(random: &mut Random, channels: usize) -> Self {
        let [gamma, beta, mean] = [(); 3].map(|()| random.normal(channels));
        let positive = random.normal(channels).into_iter();
        let variance = positive.map(|x| f64::from((x * x + 0.5) as f32)).collect();
        Self {
            gamma,
            beta,
            mean,
            variance,
        }
    }
}

/// Holds that partial results of a batch, and no others, were written: (words of one, with its padding).
#[track_caller]
pub fn assert_written(
    name: &str,
    partial: &[f32],
    partials: Partials,
    norm: &batch_norm::Layer,
    (words, stride): (usize, usize),
) {
    let count = (norm.batch * partials.per_sample).div_ceil(partials.block);
    let used = (count * norm.shape.images.quads) as usize;
    let is_value = |at: &usize| at % stride < words;
    let values: Vec<_> = (0..partial.len())
        .filter(is_value)
        .map(|at| partial[at])
        .collect();
    written(name, &values, used * words);
}

/// The BatchNorm behind a convolution.
pub fn norm_of(layer: &conv::Layer, epilogue: Epilogue, fixed: bool) -> batch_norm::Layer {
    batch_norm::Layer {
        name: layer.name.clone(),
        shape: BatchNormShape {
            images: layer.shape.output,
            max_batch: layer.max_batch,
            epilogue,
            fixed,
        },
        batch: layer.batch(),
    }
}

/// A convolution by some variant forward and some backward.
async fn layer(
    name: &str,
    twin: Conv,
    max_batch: u32,
    variant: impl FnMut(Vec<Tiling>) -> Tiling,
) -> conv::Layer {
    let mut layer = conv::Layer::new(name, twin, max_batch);
    let forward = layer.variants(Direction::Forward).await;
    let back = layer.variants(Direction::Backward).await;
    layer.tilings = [forward, back].map(variant);
    let [forward, back] = layer.tilings;
    layer.name = format!("{} ({forward}; {back})", layer.name);
    layer
}

/// Forward with partial moments, held against its twin; statistics are those of its output.
/// (output as it lies in its buffer, output, normalization).
async fn forward_with_moments(
    layer: &conv::Layer,
    source: Vec<f32>,
    entering: Option<(Entry, &[f32])>,
    expected_of: impl FnOnce(&Conv, &[f64], Option<&[f64]>) -> Vec<f64>,
    norm: &batch_norm::Layer,
    channels: &Channels,
    random: &mut Random,
) -> (Vec<f32>, Vec<f64>, Vec<f32>) {
    let name = &layer.name;
    let [tiling, _] = &layer.tilings;
    let weight = random.normal(layer.twin.weight_len());
    let bias = random.coin().then(|| random.normal(layer.twin.o));
    let partials = kernels::partials(&layer.shape.pass(Direction::Forward), tiling);
    let mut operands = vec![
        source,
        layer.packed(Direction::Forward, &weight).await,
        unwritten(blocked_len(layer.shape.output, layer.max_batch)),
    ];
    operands.extend(entering.map(|(_, normalization)| normalization.to_vec()));
    operands.extend(bias.as_deref().map(pad));
    operands.push(unwritten(norm.shape.partial_bytes(partials) as usize / 4));
    let extras = ForwardExtras {
        enters: entering.map(|(entry, _)| entry),
        bias: bias.is_some(),
        moments: true,
    };
    let kernel = kernels::forward(&layer.shape, tiling, extras);
    let [output, partial] = outputs(run(&kernel, layer.batch(), &operands).await);
    let actual = layer.images(&output, layer.shape.output);
    let expected = expected_of(&layer.twin, &weight, bias.as_deref());
    assert_close(&format!("output, {name}"), &actual, &expected, RELATIVE);
    let y = widen(&actual);

    assert_written(
        &format!("moments, {name}"),
        &partial,
        partials,
        norm,
        MOMENTS_WORDS,
    );
    let Channels {
        gamma,
        beta,
        mean,
        variance,
    } = channels;
    let (normalization, running) = norm
        .finish_statistics(partial, partials, [gamma, beta], [mean, variance])
        .await;
    let after = norm.twin().forward(&y, gamma, beta, mean, variance);
    assert_close(
        &format!("mean, {name}"),
        &running[0],
        &after.running_mean,
        RELATIVE,
    );
    let of_variance = &after.running_variance;
    assert_close(
        &format!("variance, {name}"),
        &running[1],
        of_variance,
        RELATIVE,
    );
    (output, y, normalization)
}

fn outputs<const N: usize>(results: Vec<Vec<f32>>) -> [Vec<f32>; N] {
    results.try_into().expect("as many as the kernel writes")
}

impl Chain {
    /// Forward and back against the twins.
    async fn check(&self, random: &mut Random) {
        let Self {
            between,
            first,
            norm,
            second,
        } = self;
        let batch = first.batch();
        let channels = Channels::new(random, first.twin.o);
        let x = random.normal(first.twin.input_len());
        let source = block_within(&x, first.shape.input, batch, first.max_batch);
        let expected =
            |twin: &Conv, weight: &[f64], bias: Option<&[f64]>| twin.forward(&x, weight, bias);
        let (buffer, y, mut normalization) =
            forward_with_moments(first, source, None, expected, norm, &channels, random).await;

        let Channels {
            gamma,
            beta,
            mean,
            variance,
        } = &channels;
        let of_batch = norm.twin().forward(&y, gamma, beta, mean, variance);
        let (mut of_mean, mut of_variance) = (&of_batch.mean, &of_batch.variance);
        if norm.shape.fixed {
            (of_mean, of_variance) = (mean, variance);
            normalization = norm.fixed_statistics([gamma, beta], [mean, variance]).await;
        }
        let mut before_relu = norm
            .twin()
            .forward_eval(&y, gamma, beta, of_mean, of_variance);
        let mut kept = Kept {
            saved: normalization.clone(),
            signs: None,
        };
        let (source, entry) = match *between {
            Between::Deferred { relu } => (buffer.clone(), Some(Entry { relu })),
            Between::Written => {
                let residual = random.normal(y.len());
                let (z, with_signs) = norm
                    .normalise(&y, normalization.clone(), Some(&residual))
                    .await;
                kept = with_signs;
                before_relu
                    .iter_mut()
                    .zip(&residual)
                    .for_each(|(y, r)| *y += r);
                let z = block_within(&widen(&z), norm.shape.images, batch, norm.shape.max_batch);
                (z, None)
            }
        };
        let relu = norm.shape.epilogue.relu;
        let passed = |y: &f64| if relu { y.max(0.0) } else { *y };
        let z: Vec<_> = before_relu.iter().map(passed).collect();
        let behind = norm_of(second, Epilogue::default(), false);
        let of_behind = Channels::new(random, second.twin.o);
        let entering = entry.map(|entry| (entry, normalization.as_slice()));
        let expected =
            |twin: &Conv, weight: &[f64], bias: Option<&[f64]>| twin.forward(&z, weight, bias);
        forward_with_moments(
            second, source, entering, expected, &behind, &of_behind, random,
        )
        .await;
        self.check_back(
            &buffer,
            &y,
            &kept,
            &before_relu,
            [gamma, of_mean, of_variance],
            random,
        )
        .await;
    }

    /// The backward pass through the second convolution and the BatchNorm.
    async fn check_back(
        &self,
        buffer: &[f32],
        y: &[f64],
        kept: &Kept,
        before_relu: &[f64],
        [gamma, mean, variance]: [&[f64]; 3],
        random: &mut Random,
    ) {
        let Self { norm, second, .. } = self;
        let (name, batch, images) = (&second.name, second.batch(), second.shape.input);
        let [_, tiling] = &second.tilings;
        let weight = random.normal(second.twin.weight_len());
        let grad_output = random.normal(second.twin.output_len());
        let before = random.coin().then(|| random.normal(y.len()));
        let partials = kernels::partials(&second.shape.pass(Direction::Backward), tiling);
        let mut target = before
            .as_ref()
            .map_or_else(Vec::new, |before| block(before, images, batch));
        target.extend(unwritten(
            blocked_len(images, second.max_batch) - target.len(),
        ));
        let mut operands = vec![
            block_within(&grad_output, second.shape.output, batch, second.max_batch),
            second.packed(Direction::Backward, &weight).await,
            target,
            kept.saved.clone(),
            buffer.to_vec(),
            unwritten(norm.shape.partial_bytes(partials) as usize / 4),
        ];
        operands.extend(kept.signs.clone());
        let extras = BackwardExtras {
            accumulates: before.is_some(),
            batch_norm: Some(self.between.gate()),
        };
        let kernel = kernels::grad_input(&second.shape, tiling, extras);
        let [buffer, partial] = outputs(run(&kernel, batch, &operands).await);
        let actual = second.images(&buffer, images);

        let mut grad = second.twin.grad_input(&weight, &grad_output);
        for i in 0..grad.len() {
            grad[i] += before.as_ref().map_or(0.0, |before| before[i]);
            // On the edge the sign is rounding's to choose.
            let is_on_edge = before_relu[i].abs() < 1e-5;
            let passes = if is_on_edge {
                actual[i] != 0.0
            } else {
                before_relu[i] > 0.0
            };
            if norm.shape.epilogue.relu && !passes {
                grad[i] = 0.0;
            }
        }
        assert_close(&format!("gradient, {name}"), &actual, &grad, RELATIVE);
        assert_written(
            &format!("sums, {name}"),
            &partial,
            partials,
            norm,
            SUMS_WORDS,
        );

        let expected = if norm.shape.fixed {
            norm.twin().backward_frozen(y, gamma, mean, variance, &grad)
        } else {
            norm.twin().backward(y, gamma, mean, variance, &grad)
        };
        let actual = norm
            .finish_backward(y, kept, buffer, partial, partials)
            .await;
        for (of, actual, expected) in [
            ("gamma", &actual.grad_gamma, &expected.grad_gamma),
            ("beta", &actual.grad_beta, &expected.grad_beta),
            ("BatchNorm's input", &actual.grad_x, &expected.grad_x),
        ] {
            assert_close(
                &format!("gradient of {of}, {name}"),
                actual,
                expected,
                RELATIVE_BACK,
            );
        }
    }
}

/// Two convolutions of `channels` (in, between, out), the second with this kernel and stride.
fn twins(
    n: usize,
    [h, w]: [usize; 2],
    channels: [usize; 3],
    kernel: usize,
    stride: usize,
) -> [Conv; 2] {
    let first = Conv {
        n,
        c: channels[0],
        h,
        w,
        o: channels[1],
        kernel: 1,
        stride: 1,
        padding: 0,
    };
    let second = Conv {
        c: channels[1],
        o: channels[2],
        kernel,
        stride,
        padding: kernel / 2,
        ..first
    };
    [first, second]
}

/// Each variant that is wanted, once, forward or back. Of three quads of channels the last is not full, nor is
/// the last group of two or four quads.
async fn check_variants(is_wanted: impl Fn(&Tiling) -> bool) {
    let [first, second] = twins(3, [8, 8], [3, 10, 10], 3, 1);
    let named = conv::Layer::new("", second, 4);
    let variants = named.variants(Direction::Forward).await;
    let simplest = variants[variants.len() - 1];
    let variants = variants.into_iter().filter(is_wanted);
    for (number, variant) in everywhere::few(variants.enumerate(), &[0]) {
        let between = [
            Between::Deferred { relu: true },
            Between::Written,
            Between::Deferred { relu: false },
        ][number / 2 % 3];
        let mut second = layer(&format!("{between:?}"), second, 4, |_| simplest).await;
        second.tilings[number % 2] = variant;
        second.name = format!("{} by {variant} in direction {}", second.name, number % 2);
        let in_pairs = number / 2 % 2 == 0;
        let second = second.in_pairs(in_pairs).await;
        let first = layer("first", first, 4, |_| simplest).await;
        let first = first.in_pairs(in_pairs).await;
        let norm = norm_of(&first, between.epilogue(), false);
        let chain = Chain {
            between,
            first,
            norm,
            second,
        };
        chain.check(&mut Random::new(number as u64)).await;
    }
}

/// Larger tiles take up to ten seconds each to compile on a processor.
const QUICKLY_COMPILED: u32 = 32;

fn compiles_quickly(variant: &Tiling) -> bool {
    variant.quads * variant.rows * variant.columns <= QUICKLY_COMPILED
}

#[everywhere::test]
async fn variants_of_an_adapter_normalise_and_sum_up_in_passing() {
    check_variants(compiles_quickly).await;
}

#[everywhere::test]
#[ignore = "half a minute of compiling on a processor; for real GPUs"]
async fn all_variants_of_an_adapter_normalise_and_sum_up_in_passing() {
    check_variants(|_| true).await;
}

#[everywhere::test]
async fn random_chains_are_their_twins() {
    for seed in everywhere::few(seeds(4), &[1]) {
        let mut random = Random::new(seed);
        let (between, fixed) = [
            (Between::Deferred { relu: false }, false),
            (Between::Deferred { relu: true }, false),
            (Between::Written, false),
            (Between::Deferred { relu: true }, true),
        ][seed as usize % 4];
        let n = random.between(2, 5) as usize;
        let mut size = [(); 2].map(|()| random.between(1, 13) as usize);
        let in_pairs = seed % 2 == 1;
        if in_pairs {
            size[1] = size[1].next_multiple_of(2);
        }
        let channels = [(); 3].map(|()| random.pick(&[1, 3, 4, 5, 8, 9]));
        let kernel = random.pick(&[1, 3, 3, 3]);
        let stride = random.pick(&[1, 1, 1, 2]);
        let [first, second] = twins(n, size, channels, kernel, stride);
        let max_batch = n as u32 + random.pick(&[0, 1, 3]);
        let name = format!("seed {seed}, {between:?}, fixed: {fixed}");
        let mut variant = |mut variants: Vec<Tiling>| {
            variants.retain(compiles_quickly);
            random.pick(&variants)
        };
        let second = layer(&name, second, max_batch, &mut variant).await;
        let second = second.in_pairs(in_pairs).await;
        let first = layer(&name, first, max_batch, &mut variant).await;
        let first = first.in_pairs(in_pairs).await;
        let norm = norm_of(&first, between.epilogue(), fixed);
        let chain = Chain {
            between,
            first,
            norm,
            second,
        };
        chain.check(&mut random).await;
    }
}

#[everywhere::test]
async fn moments_are_stable_where_a_bias_dwarfs_the_deviation() {
    let [twin, _] = twins(9, [24, 30], [2, 3, 1], 1, 1);
    // In tiles of many pixels, two at a time or one, and of one: the likely fastest and the simplest.
    for (tiles_of_a_pixel, in_pairs) in [(false, true), (false, false), (true, false)] {
        let mut layer = layer("bias of 1000", twin, 9, |variants| variants[0]).await;
        if tiles_of_a_pixel {
            layer = layer.in_tiles_of_a_pixel();
        }
        let layer = layer.in_pairs(in_pairs).await;
        let norm = norm_of(&layer, Epilogue::default(), false);
        // In steps so large that their sums are exact beside the bias: of a rounded sum a compiler may measure the
        // variance as it was before.
        let random = &mut Random::new(1);
        let mut steps = |len, size: f64| -> Vec<f64> {
            let values = random.normal(len);
            values
                .iter()
                .map(|x| (32.0 * size * x).round() / 32.0)
                .collect()
        };
        let x = steps(twin.input_len(), 1.0);
        let weight = steps(twin.weight_len(), 0.05);
        let partials = kernels::partials(&layer.shape.pass(Direction::Forward), &layer.tilings[0]);
        let extras = ForwardExtras {
            bias: true,
            moments: true,
            ..Default::default()
        };
        let operands = [
            block(&x, layer.shape.input, 9),
            layer.packed(Direction::Forward, &weight).await,
            unwritten(blocked_len(layer.shape.output, 9)),
            pad(&[1000.0, -1000.0, 0.0]),
            unwritten(norm.shape.partial_bytes(partials) as usize / 4),
        ];
        let kernel = kernels::forward(&layer.shape, &layer.tilings[0], extras);
        let [output, partial] = outputs(run(&kernel, 9, &operands).await);
        let y = widen(&layer.images(&output, layer.shape.output));
        let (zeros, ones) = ([0.0; 3], [1.0; 3]);
        let (_, running) = norm
            .finish_statistics(partial, partials, [&ones, &zeros], [&zeros, &zeros])
            .await;
        let after = norm.twin().forward(&y, &ones, &zeros, &zeros, &zeros);
        assert_close("mean", &running[0], &after.running_mean, RELATIVE);
        assert_close("variance", &running[1], &after.running_variance, RELATIVE);
    }
}
