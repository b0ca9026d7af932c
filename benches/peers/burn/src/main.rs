//! Images a second of training a CIFAR ResNet with burn, on its wgpu backend: one line of JSON.

mod network;

use std::time::Instant;

use anyhow::{Context, Result, bail, ensure};
use burn::nn::loss::{CrossEntropyLoss, CrossEntropyLossConfig};
use burn::optim::{GradientsParams, ModuleOptimizer, SgdConfig, momentum::MomentumConfig};
use burn::tensor::wgpu::WgpuBackend;
use burn::tensor::{Device, DeviceKind, Distribution, Int, Tensor};
use clap::{Parser, ValueEnum};
use network::{CLASSES, ResNet, Trained};
use serde_json::json;

/// Measures a training step of burn; `cargo run --release`, or with `--no-default-features` for the plain one.
#[derive(Parser)]
struct Options {
    /// resnet-D with D = 6n+2.
    #[arg(long, default_value = "resnet-14")]
    model: String,
    /// What is trained; the rest is frozen.
    #[arg(long, value_enum, default_value = "bn")]
    train: Trained,
    #[arg(long, default_value_t = 128)]
    batch: usize,
    /// Measured steps; their median counts.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..))]
    steps: u32,
    /// Steps before those, in which kernels are compiled and tuned.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..))]
    warm_up: u32,
    /// The kind of adapter.
    #[arg(long, value_enum, default_value = "default")]
    adapter: Adapter,
    /// Fails unless the program was built as this variant.
    #[arg(long, value_enum)]
    variant: Option<Variant>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Adapter {
    /// The one that wgpu prefers.
    Default,
    Discrete,
    Integrated,
    Cpu,
}

/// burn decides both when it is built.
#[derive(Clone, Copy, Debug, PartialEq, ValueEnum)]
enum Variant {
    /// With autotune and fusion.
    Tuned,
    /// With neither.
    Plain,
}

const BUILT: Variant = if cfg!(feature = "tuned") {
    Variant::Tuned
} else {
    Variant::Plain
};

/// What the driver gets kernels as; where it cannot take burn's SPIR-V, burn falls back to WGSL.
const KERNELS: &str = if cfg!(feature = "spirv") {
    "spirv"
} else {
    "wgsl"
};

fn main() -> Result<()> {
    let options = Options::parse();
    if let Some(asked) = options.variant.filter(|&asked| asked != BUILT) {
        bail!(
            "this program was built as {BUILT:?}, not as {asked:?}; cargo's feature `tuned`, on by default, \
             makes it the one, --no-default-features the other"
        );
    }
    let blocks = blocks_a_width(&options.model)?;

    let kind = match options.adapter {
        Adapter::Default => DeviceKind::DefaultDevice,
        Adapter::Discrete => DeviceKind::DiscreteGpu(0),
        Adapter::Integrated => DeviceKind::IntegratedGpu(0),
        Adapter::Cpu => DeviceKind::Cpu,
    };
    let (device, setup) = Device::wgpu_options()
        .device_kind(kind)
        .graphics_api(WgpuBackend::Auto)
        .init_with_setup()
        .context("no adapter for burn's wgpu backend")?;
    let info = setup.adapter.get_info();
    let device = device.autodiff();
    device.seed(0);

    let model = ResNet::new(blocks, options.train, &device);
    let (mut training, mut loss) = Training::new(model, &options, &device).step()?;
    let loss_first = loss.clone().into_scalar::<f32>();
    for _ in 1..options.warm_up {
        (training, _) = training.step()?;
    }
    let mut seconds = Vec::new();
    for _ in 0..options.steps {
        let start = Instant::now();
        (training, loss) = training.step()?;
        seconds.push(start.elapsed().as_secs_f64());
    }
    let loss_last = loss.into_scalar::<f32>();
    ensure!(
        loss_first.is_finite() && loss_last.is_finite(),
        "the loss went from {loss_first} to {loss_last}, which is no number to measure by"
    );
    ensure!(
        loss_last < loss_first,
        "the loss of one batch rose from {loss_first} to {loss_last}"
    );

    let seconds_per_step = median(seconds);
    println!(
        "{}",
        json!({
            "peer": "burn",
            "version": "0.22.1",
            "adapter": format!("{} ({}, {:?})", info.name, info.driver_info, info.backend),
            "variant": format!("{BUILT:?} {KERNELS}").to_lowercase(),
            "model": options.model,
            "train": format!("{:?}", options.train).to_lowercase(),
            "batch": options.batch,
            "images_per_second": options.batch as f64 / seconds_per_step,
            "seconds_per_step": seconds_per_step,
            "steps": options.steps,
            "warm_up_steps": options.warm_up,
            "loss_first": loss_first,
            "loss_last": loss_last,
        })
    );
    Ok(())
}

/// One batch, made up and kept on the device, and what trains on it.
struct Training {
    model: ResNet,
    trained: Trained,
    optimizer: ModuleOptimizer,
    criterion: CrossEntropyLoss,
    images: Tensor<4>,
    labels: Tensor<1, Int>,
    device: Device,
}

impl Training {
    fn new(model: ResNet, options: &Options, device: &Device) -> Self {
        let momentum = MomentumConfig::new().with_momentum(0.9).with_dampening(0.0);
        let normal = Distribution::Normal(0.0, 1.0);
        let labels: Vec<i32> = (0..options.batch)
            .map(|image| (image % CLASSES) as i32)
            .collect();
        Self {
            model,
            trained: options.train,
            optimizer: SgdConfig::new().with_momentum(Some(momentum)).init(),
            criterion: CrossEntropyLossConfig::new().init(device),
            images: Tensor::random([options.batch, 3, 32, 32], normal, device),
            labels: Tensor::from_ints(labels.as_slice(), device),
            device: device.clone(),
        }
    }

    /// A step, finished on the device; its loss is still there.
    fn step(mut self) -> Result<(Self, Tensor<1>)> {
        let logits = self.model.forward(self.images.clone());
        let loss = self.criterion.forward(logits, self.labels.clone());
        let gradients = GradientsParams::from_grads(loss.backward(), &self.model);
        let expected = self.model.trained_tensors(self.trained);
        ensure!(
            gradients.len() == expected,
            "a step has gradients of {} tensors, not of the {expected} that are trained",
            gradients.len()
        );
        self.model = self.optimizer.step(0.1, self.model, gradients);
        self.device
            .sync()
            .context("the step failed on the device")?;
        Ok((self, loss.detach()))
    }
}

fn blocks_a_width(model: &str) -> Result<usize> {
    let depth: Option<usize> = model
        .strip_prefix("resnet-")
        .and_then(|depth| depth.parse().ok());
    match depth {
        Some(depth) if depth >= 8 && (depth - 2) % 6 == 0 => Ok((depth - 2) / 6),
        _ => bail!("--model is {model}, but a model is resnet-D with D = 6n+2, such as resnet-14"),
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    (values[(values.len() - 1) / 2] + values[values.len() / 2]) / 2.0
}
