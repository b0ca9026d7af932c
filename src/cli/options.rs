//! The options of every command.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::gpu::AdapterChoice;
use crate::kernels::Precision;
use crate::train::schedule::Schedule;
use crate::train::settings::{OptimizerKind, Settings};

/// Trains convolutional networks by their BatchNorm parameters alone, on any GPU.
#[derive(Debug, Parser)]
#[command(version, about, max_term_width = 100)]
pub(super) struct Options {
    #[command(subcommand)]
    pub command: Option<Command>,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Open the window; so does the program without any command
    #[cfg(feature = "app")]
    App(AppOptions),
    /// Train headless, into a run folder
    Train(Box<TrainOptions>),
    /// Test loss and accuracy of a checkpoint
    Eval(Box<EvalOptions>),
    /// The networks that can be trained, with their parameter counts
    Models(ModelsOptions),
    /// The adapters that can be trained on
    Devices(DevicesOptions),
    /// How fast an adapter is: its ceilings, each kernel of a network against them, whole steps
    Bench(BenchOptions),
}

/// Which data.
#[derive(Debug, Args)]
#[command(next_help_heading = "Data")]
pub(super) struct DataOptions {
    /// A CIFAR-10 or CIFAR-100 binary folder or its .tar.gz, an IDX folder, an image folder (with train/
    /// and test/, or one split by --test-fraction), or `shapes`: made-up images [default: shapes]
    #[arg(long, value_name = "PATH|shapes")]
    pub data: Option<String>,
    /// Size that the images of a folder are resized to, in pixels [default: 32]
    #[arg(long, value_name = "PIXELS")]
    pub image_size: Option<u32>,
    /// Share of an image folder that becomes the test set, where it has none
    #[arg(long, value_name = "SHARE")]
    pub test_fraction: Option<f64>,
    /// Use only the first N training images
    #[arg(long, value_name = "N")]
    pub limit_train: Option<u64>,
    /// Use only the first N test images
    #[arg(long, value_name = "N")]
    pub limit_test: Option<u64>,
}

impl DataOptions {
    /// Puts what was given into settings.
    pub fn apply(&self, settings: &mut Settings) {
        replace(&mut settings.data, &self.data);
        replace(&mut settings.image_size, &self.image_size);
        settings.test_fraction = self.test_fraction.or(settings.test_fraction);
        settings.limit_train = self.limit_train.or(settings.limit_train);
        settings.limit_test = self.limit_test.or(settings.limit_test);
    }
}

/// Which network.
#[derive(Debug, Args)]
#[command(next_help_heading = "Network")]
pub(super) struct NetworkOptions {
    /// resnet-D of depth D = 6n+2, or vgg-11, vgg-13, vgg-16, vgg-19 [default: resnet-14]
    #[arg(long, value_name = "NAME")]
    pub model: Option<String>,
    /// Channels of the first stage [default: 16; 64 for a VGG]
    #[arg(long, value_name = "CHANNELS")]
    pub width: Option<u32>,
    /// Build a ResNet's blocks without shortcuts
    #[arg(long)]
    pub no_shortcut: bool,
    /// Put BatchNorm behind the activation instead of before it
    #[arg(long)]
    pub bn_after_activation: bool,
}

impl NetworkOptions {
    /// Puts what was given into settings.
    pub fn apply(&self, settings: &mut Settings) {
        replace(&mut settings.model, &self.model);
        settings.width = self.width.or(settings.width);
        settings.shortcut &= !self.no_shortcut;
        settings.bn_after_activation |= self.bn_after_activation;
    }
}

/// Which adapter.
#[derive(Debug, Args)]
#[command(next_help_heading = "Device")]
pub(super) struct DeviceOptions {
    /// The adapter, by its number in `bnonly devices` or part of its name
    #[arg(long, value_name = "NAME|INDEX")]
    pub adapter: Option<String>,
    /// Only adapters of this interface
    #[arg(long, value_name = "vulkan|metal|dx12|gl", value_parser = parse_backend)]
    pub backend: Option<wgpu::Backend>,
}

impl DeviceOptions {
    /// As the engine takes it.
    pub fn choice(&self) -> AdapterChoice {
        AdapterChoice {
            adapter: self.adapter.clone(),
            backend: self.backend,
        }
    }
}

fn parse_backend(text: &str) -> Result<wgpu::Backend, String> {
    match text {
        "vulkan" => Ok(wgpu::Backend::Vulkan),
        "metal" => Ok(wgpu::Backend::Metal),
        "dx12" => Ok(wgpu::Backend::Dx12),
        "gl" => Ok(wgpu::Backend::Gl),
        _ => Err("expected vulkan, metal, dx12 or gl".into()),
    }
}

#[derive(Debug, Args)]
pub(super) struct TrainOptions {
    #[command(flatten)]
    pub data: DataOptions,
    #[command(flatten)]
    pub network: NetworkOptions,
    #[command(flatten)]
    pub training: TrainingOptions,
    #[command(flatten)]
    pub device: DeviceOptions,
    #[command(flatten)]
    pub output: OutputOptions,
}

/// How it trains.
#[derive(Debug, Args)]
#[command(next_help_heading = "Training")]
pub(super) struct TrainingOptions {
    /// What trains: bn, bn-gamma, bn-beta, output, bn+output, bn+shortcut+output, all, none, random:K
    /// (K weights of each output channel), or a list of parameter names or globs [default: bn]
    #[arg(long, value_name = "MODE")]
    pub train: Option<String>,
    /// First values: uniform (γ in [0, 1), β 0), ones (γ 1, β 0), ones-ones, symmetric (γ in (−1, 1))
    /// [default: uniform]
    #[arg(long, value_name = "NAME")]
    pub bn_init: Option<String>,
    /// Start from a safetensors state or delta instead of the seed
    #[arg(long, value_name = "FILE")]
    pub init: Option<PathBuf>,
    /// Passes over the training set [default: 160]
    #[arg(long, value_name = "N")]
    pub epochs: Option<u32>,
    /// End after this many steps instead
    #[arg(long, value_name = "N")]
    pub max_steps: Option<u64>,
    /// Images a step [default: 128]
    #[arg(long, value_name = "N")]
    pub batch_size: Option<u32>,
    /// sgd, adam or adamw [default: sgd]
    #[arg(long, value_name = "NAME")]
    pub optimizer: Option<OptimizerKind>,
    /// Learning rate [default: 0.1]
    #[arg(long, value_name = "RATE", allow_negative_numbers = true)]
    pub lr: Option<f64>,
    /// SGD's momentum [default: 0.9]
    #[arg(long, value_name = "FACTOR", allow_negative_numbers = true)]
    pub momentum: Option<f64>,
    /// Nesterov's momentum
    #[arg(long)]
    pub nesterov: bool,
    /// Weight decay of all that trains [default: 0.0001]
    #[arg(long, value_name = "FACTOR", allow_negative_numbers = true)]
    pub weight_decay: Option<f64>,
    /// step:EPOCH,EPOCH…, constant, cosine or one-cycle [default: step:80,120]
    #[arg(long, value_name = "NAME")]
    pub schedule: Option<Schedule>,
    /// What a step schedule multiplies the rate by [default: 0.1]
    #[arg(long, value_name = "FACTOR", allow_negative_numbers = true)]
    pub lr_gamma: Option<f64>,
    /// Epochs over which the rate first rises linearly [default: 0]
    #[arg(long, value_name = "EPOCHS", allow_negative_numbers = true)]
    pub warmup_epochs: Option<f64>,
    /// Decides first values, batch order and augmentation [default: 0]
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// Take the images in their order
    #[arg(long)]
    pub no_shuffle: bool,
    /// Neither move nor mirror images
    #[arg(long)]
    pub no_augment: bool,
    /// Normalise by the running statistics, which then do not move
    #[arg(long)]
    pub freeze_stats: bool,
    /// Store activations, their gradients and convolutions' weights in f32 or f16, which halves the memory
    /// they take where the adapter has f16; all else stays f32 [default: f32]
    #[arg(long, value_name = "f32|f16")]
    pub precision: Option<Precision>,
    /// Take settings from a run's config.toml; options given beside it win
    #[arg(long, value_name = "FILE.toml")]
    pub config: Option<PathBuf>,
}

impl TrainingOptions {
    /// Puts what was given into settings.
    pub fn apply(&self, settings: &mut Settings) {
        replace(&mut settings.train, &self.train);
        replace(&mut settings.bn_init, &self.bn_init);
        if let Some(file) = &self.init {
            settings.init = Some(file.clone());
        }
        self.apply_length(settings);
        replace(&mut settings.batch_size, &self.batch_size);
        replace(&mut settings.optimizer, &self.optimizer);
        replace(&mut settings.lr, &self.lr);
        replace(&mut settings.momentum, &self.momentum);
        settings.nesterov |= self.nesterov;
        replace(&mut settings.weight_decay, &self.weight_decay);
        replace(&mut settings.schedule, &self.schedule);
        replace(&mut settings.lr_gamma, &self.lr_gamma);
        replace(&mut settings.warmup_epochs, &self.warmup_epochs);
        replace(&mut settings.seed, &self.seed);
        settings.shuffle &= !self.no_shuffle;
        settings.augment &= !self.no_augment;
        settings.freeze_stats |= self.freeze_stats;
        replace(&mut settings.precision, &self.precision);
    }

    /// Puts how long to train into settings.
    pub fn apply_length(&self, settings: &mut Settings) {
        if let Some(epochs) = self.epochs {
            settings.epochs = epochs;
            settings.max_steps = None;
        }
        settings.max_steps = self.max_steps.or(settings.max_steps);
    }
}

/// Where it goes.
#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub(super) struct OutputOptions {
    /// The run's folder [default: runs/TIME-MODEL-MODE]
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Go on with an interrupted run; of the other options only --data, --epochs, --max-steps and those
    /// of device and output may be given
    #[arg(long, value_name = "RUN", conflicts_with_all = ["out", "config"])]
    pub resume: Option<PathBuf>,
    /// Say only what goes wrong
    #[arg(long, conflicts_with = "json")]
    pub quiet: bool,
    /// Print the lines of metrics.jsonl instead of progress
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub(super) struct EvalOptions {
    /// A run's folder, or a safetensors file: checkpoint, delta or state
    #[arg(value_name = "RUN|FILE")]
    pub saved: PathBuf,
    #[command(flatten)]
    pub data: DataOptions,
    #[command(flatten)]
    pub network: NetworkOptions,
    /// Images at a time [default: the run's, or 128]
    #[arg(long, value_name = "N")]
    pub batch_size: Option<u32>,
    /// How activations are stored, as the run's evaluations do it [default: the run's, or f32]
    #[arg(long, value_name = "f32|f16")]
    pub precision: Option<Precision>,
    #[command(flatten)]
    pub device: DeviceOptions,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
}

#[cfg(feature = "app")]
#[derive(Debug, Args)]
pub(super) struct AppOptions {
    /// The folder of a run to show
    #[arg(value_name = "RUN")]
    pub run: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(super) struct ModelsOptions {
    /// Channels of the first stage
    #[arg(long, value_name = "CHANNELS")]
    pub width: Option<u32>,
    /// Print one JSON object a line
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub(super) struct DevicesOptions {
    /// Only adapters of this interface
    #[arg(long, value_name = "vulkan|metal|dx12|gl", value_parser = parse_backend)]
    pub backend: Option<wgpu::Backend>,
    /// Print one JSON object a line
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub(super) struct BenchOptions {
    #[command(flatten)]
    pub network: NetworkOptions,
    /// What trains, one mode after the other, as in `bnonly train --train`; no mode that has a comma
    #[arg(long, value_name = "MODES", value_delimiter = ',', default_values = ["bn", "all"])]
    pub train: Vec<String>,
    /// Images a step, made up: 3 channels of 32×32 pixels, in ten classes [default: 128]
    #[arg(long, value_name = "N")]
    pub batch_size: Option<u32>,
    /// How activations and convolutions' weights are stored, as in `bnonly train --precision`
    #[arg(long, value_name = "f32|f16", default_value_t)]
    pub precision: Precision,
    #[command(flatten)]
    pub device: DeviceOptions,
    /// Measure for a fifth of the time, with more noise
    #[arg(long)]
    pub quick: bool,
    /// First measure every variant of each convolution, which may take minutes without a GPU, and remember the
    /// fastest for all later trainings on this adapter
    #[arg(long)]
    pub variants: bool,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
}

fn replace<T: Clone>(setting: &mut T, given: &Option<T>) {
    if let Some(value) = given {
        setting.clone_from(value);
    }
}
