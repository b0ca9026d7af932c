//! The CIFAR ResNet of depth 6n+2, with burn's own layers: widths 16, 32, 64, n blocks each; a 1×1
//! convolution of stride 2 with a BatchNorm is the shortcut where the shape changes.

use burn::module::Module;
use burn::nn::conv::{Conv2d, Conv2dConfig};
use burn::nn::{BatchNorm, BatchNormConfig, Initializer, Linear, LinearConfig, PaddingConfig2d};
use burn::tensor::activation::relu;
use burn::tensor::{Device, Tensor};

const WIDTHS: [usize; 3] = [16, 32, 64];
/// Of CIFAR-10.
pub const CLASSES: usize = 10;

/// What is trained; the rest is frozen before the first step, so no gradient of it is computed.
#[derive(Clone, Copy, Debug, PartialEq, clap::ValueEnum)]
pub enum Trained {
    /// γ and β of every BatchNorm.
    Bn,
    /// Every parameter.
    All,
}

/// A convolution and the BatchNorm behind it.
#[derive(Module, Debug)]
struct ConvNorm {
    conv: Conv2d,
    norm: BatchNorm,
}

impl ConvNorm {
    fn new(
        channels: [usize; 2],
        kernel: usize,
        stride: usize,
        trained: Trained,
        device: &Device,
    ) -> Self {
        let padding = kernel / 2;
        // He-normal over fan-in; γ uniform in [0, 1) and β 0, as bnonly starts.
        let conv = Conv2dConfig::new(channels, [kernel, kernel])
            .with_stride([stride, stride])
            .with_padding(PaddingConfig2d::Explicit(
                padding, padding, padding, padding,
            ))
            .with_bias(false)
            .with_initializer(he_normal())
            .init(device);
        let mut norm = BatchNormConfig::new(channels[1]).init(device);
        norm.gamma = Initializer::Uniform { min: 0.0, max: 1.0 }.init([channels[1]], device);
        Self {
            conv: if trained == Trained::All {
                conv
            } else {
                conv.freeze()
            },
            norm,
        }
    }

    fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        self.norm.forward(self.conv.forward(x))
    }
}

#[derive(Module, Debug)]
struct Block {
    first: ConvNorm,
    second: ConvNorm,
    shortcut: Option<ConvNorm>,
}

impl Block {
    fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        let y = self.second.forward(relu(self.first.forward(x.clone())));
        let shortcut = match &self.shortcut {
            Some(projection) => projection.forward(x),
            None => x,
        };
        relu(y + shortcut)
    }
}

/// The network; images `[N, 3, 32, 32]` in, logits `[N, 10]` out.
#[derive(Module, Debug)]
pub struct ResNet {
    stem: ConvNorm,
    blocks: Vec<Block>,
    output: Linear,
}

impl ResNet {
    /// A network with `blocks_a_width` blocks of each of the three widths, its first values drawn on `device`.
    pub fn new(blocks_a_width: usize, trained: Trained, device: &Device) -> Self {
        let stem = ConvNorm::new([3, WIDTHS[0]], 3, 1, trained, device);
        let mut blocks = Vec::new();
        let mut from = WIDTHS[0];
        for to in WIDTHS {
            for _ in 0..blocks_a_width {
                let stride = if from == to { 1 } else { 2 };
                blocks.push(Block {
                    first: ConvNorm::new([from, to], 3, stride, trained, device),
                    second: ConvNorm::new([to, to], 3, 1, trained, device),
                    shortcut: (from != to)
                        .then(|| ConvNorm::new([from, to], 1, stride, trained, device)),
                });
                from = to;
            }
        }
        let output = LinearConfig::new(from, CLASSES)
            .with_initializer(he_normal())
            .init(device);
        Self {
            stem,
            blocks,
            output: if trained == Trained::All {
                output
            } else {
                output.freeze()
            },
        }
    }

    /// The number of tensors that a step must have gradients of.
    pub fn trained_tensors(&self, trained: Trained) -> usize {
        let projections = self
            .blocks
            .iter()
            .filter(|block| block.shortcut.is_some())
            .count();
        let norms = 1 + 2 * self.blocks.len() + projections;
        match trained {
            Trained::Bn => 2 * norms,
            // Beside γ and β a convolution's weight each, and the output's weight and bias.
            Trained::All => 3 * norms + 2,
        }
    }

    /// The logits of a batch.
    pub fn forward(&self, images: Tensor<4>) -> Tensor<2> {
        let mut x = relu(self.stem.forward(images));
        for block in &self.blocks {
            x = block.forward(x);
        }
        let means: Tensor<2> = x.flatten::<3>(2, 3).mean_dim(2).squeeze_dim(2);
        self.output.forward(means)
    }
}

fn he_normal() -> Initializer {
    Initializer::KaimingNormal {
        gain: std::f64::consts::SQRT_2,
        fan_out_only: false,
    }
}
