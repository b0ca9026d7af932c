//! Convolutions: forward, and the gradients of input, weight and bias.

use bnonly::gpu::Lanes;
use bnonly::kernels::conv::tiling::Tiling;
use bnonly::kernels::conv::{
    self, BackwardExtras, ConvShape, Direction, ForwardExtras, WeightChunks,
};
use bnonly::kernels::{Blocked, Kernel, Precision, reduce};

use crate::everywhere;
use crate::kernels::bench::{run, unwritten, written};
use crate::kernels::blocked::{
    block, block_within, blocked_len, gradient_scale, nearest, pad, unblock,
};
use crate::kernels::random::{Random, seeds};
use crate::reference::conv::Conv;
use crate::reference::{assert_close, narrow};

/// Single layers, relative in norm.
const RELATIVE: f64 = 1e-5;
/// The same of images in f16.
const RELATIVE_HALF: f64 = 5e-4;

/// A convolution on the adapter, for a batch in buffers that could hold a larger one.
pub struct Layer {
    pub name: String,
    pub twin: Conv,
    pub max_batch: u32,
    pub shape: ConvShape,
    /// How forward and the gradient of the input are computed.
    pub tilings: [Tiling; 2],
}

impl Layer {
    /// The layer with a twin's sizes.
    pub fn new(name: &str, twin: Conv, max_batch: u32) -> Self {
        let size =
            |channels, rows, columns| Blocked::new(channels as u32, rows as u32, columns as u32);
        let shape = ConvShape {
            input: size(twin.c, twin.h, twin.w),
            output: size(twin.o, twin.p(), twin.q()),
            kernel: twin.kernel as u32,
            stride: twin.stride as u32,
            padding: twin.padding as u32,
        };
        let both = [Direction::Forward, Direction::Backward];
        Self {
            name: format!("{name} {twin:?} of {max_batch}"),
            max_batch,
            shape,
            tilings: both.map(|direction| Tiling::baseline(&shape.pass(direction))),
            twin,
        }
    }

    /// The layer over images stored in other numbers.
    pub fn stored_in(mut self, precision: Precision) -> Self {
        self.name += &format!(" in {precision}");
        for images in [&mut self.shape.input, &mut self.shape.output] {
            *images = images.stored_in(precision);
        }
        self
    }

    /// The layer over images two pixels at a time, where adapter and images allow it.
    pub async fn in_pairs(mut self, wanted: bool) -> Self {
        let allowed = everywhere::gpu().await.capabilities.wide_loads;
        self.shape = self.shape.in_pairs(wanted && allowed);
        if self.shape.input.pairs || self.shape.output.pairs {
            self.name += " in pairs";
        }
        self
    }

    fn precision(&self) -> Precision {
        self.shape.input.precision
    }

    /// The layer with as many tiles as can be.
    pub fn in_tiles_of_a_pixel(mut self) -> Self {
        for tiling in &mut self.tilings {
            (tiling.quads, tiling.rows, tiling.columns) = (1, 1, 1);
        }
        self
    }

    /// The variants of which the adapter would choose one for a pass. A processor, which can wait for its compiler,
    /// tries those of GPUs as well.
    pub async fn variants(&self, direction: Direction) -> Vec<Tiling> {
        let pass = self.shape.pass(direction);
        let lanes = everywhere::gpu().await.capabilities.lanes();
        let mut variants = Tiling::all(&pass, lanes);
        if lanes.of_cpu {
            let of_cpu = false;
            variants.extend(Tiling::all(&pass, Lanes { of_cpu, ..lanes }));
        }
        variants
    }

    /// The layer with one of its passes computed like this.
    pub fn by(mut self, direction: Direction, tiling: Tiling) -> Self {
        self.name = format!("{} ({direction:?} {tiling})", self.name);
        self.tilings[direction as usize] = tiling;
        self
    }

    /// Weights as the pass in this direction reads them.
    pub async fn packed(&self, direction: Direction, weight: &[f64]) -> Vec<f32> {
        let pass = self.shape.pass(direction);
        let tiling = &self.tilings[direction as usize];
        let packed = unwritten(tiling.packed_len(&pass) as usize);
        let operands = [narrow(weight), packed];
        let packed = run(&conv::pack(&pass, tiling), 1, &operands)
            .await
            .remove(0);
        written(&self.name, &packed, packed.len())
    }

    /// The passes over images, to ask for their grids.
    pub fn kernels(&self) -> [Kernel; 2] {
        [
            conv::forward(&self.shape, &self.tilings[0], ForwardExtras::default()),
            conv::grad_input(&self.shape, &self.tilings[1], BackwardExtras::default()),
        ]
    }

    pub fn batch(&self) -> u32 {
        self.twin.n as u32
    }

    pub async fn forward(&self, x: &[f64], weight: &[f64], bias: Option<&[f64]>) -> Vec<f32> {
        let mut operands = vec![
            block_within(x, self.shape.input, self.batch(), self.max_batch),
            self.packed(Direction::Forward, weight).await,
            unwritten(blocked_len(self.shape.output, self.max_batch)),
        ];
        operands.extend(bias.map(pad));
        let extras = ForwardExtras {
            bias: bias.is_some(),
            ..Default::default()
        };
        let kernel = conv::forward(&self.shape, &self.tilings[0], extras);
        let y = run(&kernel, self.batch(), &operands).await.remove(0);
        self.images(&y, self.shape.output)
    }

    /// The gradient of the input, or its sum with `before`.
    pub async fn grad_input(
        &self,
        weight: &[f64],
        grad_y: &[f64],
        before: Option<&[f64]>,
    ) -> Vec<f32> {
        let len = blocked_len(self.shape.input, self.max_batch);
        let mut target = before.map_or_else(Vec::new, |x| block(x, self.shape.input, self.batch()));
        let unused = unwritten(len - target.len());
        target.extend(unused);
        let operands = [
            block_within(grad_y, self.shape.output, self.batch(), self.max_batch),
            self.packed(Direction::Backward, weight).await,
            target,
        ];
        let extras = BackwardExtras {
            accumulates: before.is_some(),
            batch_norm: None,
        };
        let kernel = conv::grad_input(&self.shape, &self.tilings[1], extras);
        let grad_x = run(&kernel, self.batch(), &operands).await.remove(0);
        self.images(&grad_x, self.shape.input)
    }

    pub async fn grad_weight(&self, x: &[f64], grad_y: &[f64]) -> Vec<f32> {
        let chunks = WeightChunks::new(&self.shape, self.max_batch);
        let len = self.shape.weight_len();
        let operands = [
            block_within(x, self.shape.input, self.batch(), self.max_batch),
            block_within(grad_y, self.shape.output, self.batch(), self.max_batch),
            unwritten((len * chunks.chunks) as usize),
        ];
        let partial = run(
            &conv::grad_weight(&self.shape, chunks),
            self.batch(),
            &operands,
        )
        .await;
        self.summed(partial, len, chunks).await
    }

    pub async fn grad_bias(&self, grad_y: &[f64]) -> Vec<f32> {
        let chunks = WeightChunks {
            samples_per_chunk: 1,
            chunks: self.max_batch,
        };
        let channels = self.shape.output.channels;
        let operands = [
            block_within(grad_y, self.shape.output, self.batch(), self.max_batch),
            unwritten((channels * chunks.chunks) as usize),
        ];
        let kernel = reduce::channel_sums(self.shape.output, chunks);
        let partial = run(&kernel, self.batch(), &operands).await;
        self.summed(partial, channels, chunks).await
    }

    /// The partial sums of one reduction, summed by the adapter.
    async fn summed(&self, mut partial: Vec<Vec<f32>>, len: u32, chunks: WeightChunks) -> Vec<f32> {
        let used = self.batch().div_ceil(chunks.samples_per_chunk) * len;
        written(&self.name, &partial[0], used as usize);
        partial.push(unwritten(len as usize));
        let kernel = reduce::sum_partials(len, chunks, self.precision());
        let sums = run(&kernel, self.batch(), &partial).await.remove(0);
        written(&self.name, &sums, len as usize)
    }

    /// What a pass has written of a batch.
    pub fn images(&self, output: &[f32], shape: Blocked) -> Vec<f32> {
        let output = written(&self.name, output, blocked_len(shape, self.batch()));
        unblock(&self.name, &output, shape, self.batch())
    }

    /// Forward or the gradient of the input against the twin.
    pub async fn check_pass(&self, direction: Direction, random: &mut Random) {
        let Self { name, twin, .. } = self;
        let stored = |values: Vec<f64>| nearest(&values, self.precision());
        let relative = match self.precision() {
            Precision::F32 => RELATIVE,
            Precision::F16 => RELATIVE_HALF,
        };
        let weight = stored(random.normal(twin.weight_len()));
        let (actual, expected) = match direction {
            Direction::Forward => {
                let x = stored(random.normal(twin.input_len()));
                let bias = random.coin().then(|| random.normal(twin.o));
                let expected = twin.forward(&x, &weight, bias.as_deref());
                (self.forward(&x, &weight, bias.as_deref()).await, expected)
            }
            Direction::Backward => {
                let grad_y = stored(random.normal(twin.output_len()));
                let before = random
                    .coin()
                    .then(|| stored(random.normal(twin.input_len())));
                let mut expected = twin.grad_input(&weight, &grad_y);
                for (sum, part) in expected.iter_mut().zip(before.iter().flatten()) {
                    *sum += part;
                }
                let actual = self.grad_input(&weight, &grad_y, before.as_deref()).await;
                (actual, expected)
            }
        };
        assert_close(name, &actual, &expected, relative);
    }

    /// The gradients of the parameters against the twin.
    pub async fn check_parameters(&self, random: &mut Random) {
        let Self { name, twin, .. } = self;
        let x = nearest(&random.normal(twin.input_len()), self.precision());
        let grad_y = random.normal(twin.output_len());
        let grad_y = nearest(&grad_y, self.precision());
        // What the kernels take for the gradient of the output holds this much more of it.
        let scale = gradient_scale(self.precision(), self.batch());
        let scaled =
            |values: Vec<f64>| values.iter().map(|value| value / scale).collect::<Vec<_>>();
        let actual = self.grad_weight(&x, &grad_y).await;
        let expected = scaled(twin.grad_weight(&x, &grad_y));
        assert_close(&format!("grad_weight {name}"), &actual, &expected, RELATIVE);
        let actual = self.grad_bias(&grad_y).await;
        assert_close(
            &format!("grad_bias {name}"),
            &actual,
            &scaled(twin.grad_bias(&grad_y)),
            RELATIVE,
        );
    }
}

/// Both directions through the images.
const DIRECTIONS: [Direction; 2] = [Direction::Forward, Direction::Backward];

/// Larger tiles take up to ten seconds to compile on a processor; [`crate::kernels::fixtures`] has each of them once.
fn compiles_quickly(tiling: &Tiling, twin: &Conv) -> bool {
    tiling.quads * tiling.rows * tiling.columns * (twin.kernel * twin.kernel) as u32 <= 32 * 9
}

#[everywhere::test]
async fn random_convolutions_are_their_twins() {
    for seed in seeds(9) {
        let mut random = Random::new(seed);
        // 7×7 takes seconds to compile, whatever the tile: the fixtures have it.
        let kernel = random.pick(&[1, 2, 3, 3, 3, 5]);
        let (smallest, largest) = if kernel == 5 { (1, 3) } else { (1, 13) };
        let mut size = || random.between(smallest, largest) as usize;
        let (h, mut w) = (size(), size());
        let in_pairs = seed % 2 == 1;
        if in_pairs {
            w = w.next_multiple_of(2);
        }
        let twin = Conv {
            n: random.pick(&[1, 1, 2, 3, 5]),
            c: random.pick(&[1, 3, 4, 5, 7, 12, 17]),
            h,
            w,
            o: random.pick(&[1, 3, 5, 7, 8, 19, 24]),
            kernel,
            stride: random.between(1, 3) as usize,
            // So that no image with its border is smaller than the kernel.
            padding: random.between(kernel as u32 / 2, kernel as u32 - 1) as usize,
        };
        let max_batch = twin.n as u32 + random.pick(&[0, 0, 1, 4]);
        let layer = || Layer::new(&format!("seed {seed}"), twin, max_batch);
        for direction in DIRECTIONS {
            let variants = layer().variants(direction).await;
            let variant = random.pick(&variants);
            let simplest = variants[variants.len() - 1];
            let variant = Some(variant).filter(|variant| compiles_quickly(variant, &twin));
            let layer = layer().by(direction, variant.unwrap_or(simplest));
            let layer = layer.in_pairs(in_pairs).await;
            layer.check_pass(direction, &mut random).await;
        }
        layer().check_parameters(&mut random).await;
    }
}

#[everywhere::test]
async fn a_window_as_large_as_the_image_and_a_single_pixel() {
    for (h, w, kernel, stride, padding) in [(3, 5, 3, 1, 0), (1, 1, 3, 1, 1), (1, 9, 1, 3, 0)] {
        let (n, c, o) = (1, 3, 5);
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
        let layer = || Layer::new("by hand", twin, 1);
        for direction in DIRECTIONS {
            // Half of them forward, the others back.
            let variants = layer().variants(direction).await.into_iter();
            for variant in variants.skip(direction as usize).step_by(2) {
                let layer = layer().by(direction, variant);
                layer.check_pass(direction, &mut Random::new(7)).await;
            }
        }
        layer().check_parameters(&mut Random::new(7)).await;
    }
}

/// Rows or columns of `tiles` tiles, the last of which hangs over the end if so said.
fn length_of(tiles: u32, length: u32, hangs_over: bool) -> usize {
    (tiles * length - u32::from(hangs_over)) as usize
}

#[everywhere::test]
async fn tiles_whose_lanes_share_take_borders_from_their_neighbours_where_they_can() {
    // Four channels, a quad: more of them only repeat what is here.
    let twin = |h, w| Conv {
        n: 3,
        c: 3,
        h,
        w,
        o: 4,
        kernel: 3,
        stride: 1,
        padding: 1,
    };
    let variants = Layer::new("", twin(64, 64), 1)
        .variants(Direction::Forward)
        .await;
    let sharing = variants.into_iter().filter(|variant| variant.lanes > 0);
    // Five kinds: of each the next variant goes in the other direction.
    let mut turn = 0;
    for variant in sharing {
        let half = variant.lanes / 2;
        for (sharing, (rows, hangs_over_rows), (columns, hangs_over_columns)) in [
            ("both", (half, false), (2, false)),
            (
                "columns, as tiles fit no subgroup",
                (half + 1, false),
                (2, false),
            ),
            ("columns, as rows hang over", (2, true), (half, false)),
            ("rows, as columns hang over", (half, false), (2, true)),
            ("neither", (2, true), (3, false)),
        ] {
            let h = length_of(rows, variant.rows, hangs_over_rows);
            let w = length_of(columns, variant.columns, hangs_over_columns);
            let layer = |name: &str| Layer::new(name, twin(h, w), 4);
            let direction = DIRECTIONS[turn % 2];
            assert!(
                layer("").variants(direction).await.contains(&variant),
                "{variant} does not fit {h}×{w}"
            );
            let layer = layer(sharing).by(direction, variant);
            let layer = layer.in_pairs(turn / 2 % 2 == 0).await;
            layer.check_pass(direction, &mut Random::new(7)).await;
            turn += 1;
        }
    }
}

#[everywhere::test]
async fn the_last_batch_of_an_epoch_fills_some_chunks_of_the_weight_gradient() {
    // 8192 threads wanted, 48 a chunk: 43 samples in chunks of one or more; a batch of 30 leaves some
    // empty and, with two a chunk, one half full.
    for (n, c, o, max_batch) in [(30, 16, 16, 43), (31, 64, 64, 64)] {
        let (h, w, kernel, stride, padding) = (3, 4, 3, 1, 1);
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
        let layer = Layer::new("partial batch", twin, max_batch);
        let random = &mut Random::new(11);
        let (x, grad_y) = (
            random.normal(twin.input_len()),
            random.normal(twin.output_len()),
        );
        let expected = twin.grad_weight(&x, &grad_y);
        assert_close(
            &layer.name,
            &layer.grad_weight(&x, &grad_y).await,
            &expected,
            RELATIVE,
        );
        assert_close(
            &layer.name,
            &layer.grad_bias(&grad_y).await,
            &twin.grad_bias(&grad_y),
            RELATIVE,
        );
    }
}
#[everywhere::test]
async fn the_weight_gradient_of_large_images_takes_no_loop_that_llvmpipe_cuts_short() {
    // Many channels want a single chunk; 128 images of 224×224 are 1.6 million iterations of its loops.
    for (channels, size, max_batch) in
        [(512, 224, 128), (64, 224, 128), (512, 32, 1024), (3, 28, 7)]
    {
        let images = Blocked::new(channels, size, size);
        let (kernel, stride, padding) = (3, 1, 1);
        let shape = ConvShape {
            input: images,
            output: images,
            kernel,
            stride,
            padding,
        };
        let chunks = WeightChunks::new(&shape, max_batch);
        let iterations = chunks.samples_per_chunk * (1 + size * (1 + size.div_ceil(4)));
        assert!(
            iterations < 65_536,
            "{iterations} iterations with {chunks:?}"
        );
        assert!(
            chunks.samples_per_chunk * chunks.chunks >= max_batch,
            "{chunks:?}"
        );
    }
}
