//! The options of every command.

use std::path::PathBuf;

use clap::builder::{PathBufValueParser, TypedValueParser};
use clap::{Args, Parser, Subcommand};

use super::given::{Given, OfBench, OfEval, OfExperiment, OfModels, OfTrain};
use crate::data::corrupt::Corruption;
use crate::experiment::definition::Scale;
use crate::gpu::AdapterChoice;
use crate::network::Trainable;
use crate::platform::expand_home;
use crate::train::adapt::Method;

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
    /// Give a saved network new running statistics, those of training images; nothing else of it changes
    Recalibrate(Box<RecalibrateOptions>),
    /// Let a saved network adapt to test images while it answers them, without their labels
    Adapt(Box<AdaptOptions>),
    /// What a file of a network holds: format, classes, parameters, each BatchNorm's γ, what would not be read
    Inspect(InspectOptions),
    /// Earlier runs side by side: what differs, accuracy, parameters, channels off, time
    Runs(RunsOptions),
    /// The networks that can be trained, with their parameter counts
    Models(ModelsOptions),
    /// The adapters that can be trained on
    Devices(DevicesOptions),
    /// Questions about training BatchNorm, each answered by several trainings, with error bars
    Experiment(ExperimentOptions),
    /// How fast an adapter is: its ceilings, each kernel of a network against them, whole steps
    Bench(BenchOptions),
}

/// Which adapter.
#[derive(Debug, Args)]
#[command(next_help_heading = "Device")]
pub(super) struct DeviceOptions {
    /// The adapter, by its number in `bnonly devices` or part of its name, such as 3090
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
            turn: 0,
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

/// A path; a `~` that the shell left is the user's folder.
fn path() -> impl TypedValueParser<Value = PathBuf> {
    PathBufValueParser::new().map(expand_home)
}

#[derive(Debug, Args)]
pub(super) struct TrainOptions {
    #[command(flatten)]
    pub settings: Given<OfTrain>,
    #[command(flatten)]
    pub file: ConfigOptions,
    #[command(flatten)]
    pub device: DeviceOptions,
    /// Share each batch with the other ranks that mpirun or srun started, as PyTorch's DistributedDataParallel
    /// does (a build with --features mpi)
    #[arg(long, help_heading = "Device")]
    pub data_parallel: bool,
    #[command(flatten)]
    pub output: OutputOptions,
}

/// Settings from a file.
#[derive(Debug, Args)]
#[command(next_help_heading = "Training")]
pub(super) struct ConfigOptions {
    /// Take settings from a run's config.toml; options given beside it win
    #[arg(long, value_name = "FILE.toml", value_parser = path())]
    pub config: Option<PathBuf>,
}

/// Where it goes.
#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub(super) struct OutputOptions {
    /// The run's folder [default: runs/TIME-MODEL-MODE]
    #[arg(long, value_name = "DIR", value_parser = path())]
    pub out: Option<PathBuf>,
    /// Go on with an interrupted run; of the other options only --data, --epochs, --max-steps,
    /// --schedule-epochs and those of device and output may be given
    #[arg(long, value_name = "RUN", value_parser = path(), conflicts_with_all = ["out", "config"])]
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
    /// A run's folder, or a file: checkpoint, delta, or a state of safetensors or torch.save
    #[arg(value_name = "RUN|FILE", value_parser = path())]
    pub saved: PathBuf,
    #[command(flatten)]
    pub settings: Given<OfEval>,
    #[command(flatten)]
    pub device: DeviceOptions,
    /// Corrupt the test images
    #[arg(long, value_name = "NAME:LEVEL", help = CORRUPT)]
    pub corrupt: Option<Corruption>,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub(super) struct RecalibrateOptions {
    /// A run's folder, or a file: checkpoint, delta, or a state of safetensors or torch.save
    #[arg(value_name = "RUN|FILE", value_parser = path())]
    pub saved: PathBuf,
    #[command(flatten)]
    pub settings: Given<OfEval>,
    /// Corrupt the test images
    #[arg(long, value_name = "NAME:LEVEL", help = CORRUPT)]
    pub corrupt: Option<Corruption>,
    #[command(flatten)]
    pub device: DeviceOptions,
    /// The new state's file, safetensors
    #[arg(long, value_name = "FILE", value_parser = path())]
    pub out: PathBuf,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub(super) struct AdaptOptions {
    /// A run's folder, or a file: checkpoint, delta, or a state of safetensors or torch.save
    #[arg(value_name = "RUN|FILE", value_parser = path())]
    pub saved: PathBuf,
    #[command(flatten)]
    pub settings: Given<OfEval>,
    /// norm: BatchNorm normalises by each batch's own statistics; tent: and a step of Adam a batch, on γ and β, makes
    /// the entropy of the answers smaller
    #[arg(long, value_name = "norm|tent", value_parser = parse_method)]
    pub method: Method,
    /// Adam's rate, for tent
    #[arg(long, default_value_t = 1e-3, value_parser = parse_rate)]
    pub lr: f64,
    /// Begin anew with the saved γ and β after every N batches
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub reset_every: Option<u64>,
    /// Mix the test images, as the run's seed does, instead of taking them in their order
    #[arg(long)]
    pub shuffle: bool,
    /// Corrupt the test images
    #[arg(long, value_name = "NAME:LEVEL", help = CORRUPT)]
    pub corrupt: Option<Corruption>,
    #[command(flatten)]
    pub device: DeviceOptions,
    /// Write the adapted state to this file, safetensors
    #[arg(long, value_name = "FILE", value_parser = path())]
    pub out: Option<PathBuf>,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
}

const CORRUPT: &str =
    "Corrupt the test images: noise, blur, contrast or jpeg, of level 1 to 5, such as noise:3";

fn parse_method(text: &str) -> Result<Method, String> {
    let found = Method::ALL.into_iter().find(|method| method.name() == text);
    found.ok_or_else(|| "expected norm or tent".into())
}

fn parse_rate(text: &str) -> Result<f64, String> {
    let rate = text
        .parse()
        .ok()
        .filter(|rate: &f64| rate.is_finite() && *rate >= 0.0);
    rate.ok_or_else(|| "expected a rate, such as 0.001".into())
}

#[derive(Debug, Args)]
pub(super) struct InspectOptions {
    /// A run's folder, or a file: checkpoint, delta, or a state of safetensors or torch.save
    #[arg(value_name = "RUN|FILE", value_parser = path())]
    pub saved: PathBuf,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
}

#[cfg(feature = "app")]
#[derive(Debug, Args)]
pub(super) struct AppOptions {
    /// The folder of a run to show
    #[arg(value_name = "RUN", value_parser = path())]
    pub run: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(super) struct RunsOptions {
    /// The folder that holds them, or the folder of one
    #[arg(value_name = "FOLDER", value_parser = path(), default_value = "runs")]
    pub folder: PathBuf,
    /// Print one JSON object a line
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub(super) struct ModelsOptions {
    #[command(flatten)]
    pub settings: Given<OfModels>,
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
    pub settings: Given<OfBench>,
    /// What trains, one mode after the other, as in `bnonly train --train`; no mode that has a comma
    #[arg(long, value_name = "MODES", value_delimiter = ',', default_values = ["bn", "all"])]
    pub train: Vec<Trainable>,
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

#[derive(Debug, Args)]
pub(super) struct ExperimentOptions {
    #[command(subcommand)]
    pub command: ExperimentCommand,
}

#[derive(Debug, Subcommand)]
pub(super) enum ExperimentCommand {
    /// The experiments that come with the program
    List(ListExperiments),
    /// Print an experiment's file, which can be changed and run
    Show(ShowExperiment),
    /// Make all runs of an experiment, or those that are missing, and write its report
    Run(Box<RunExperiment>),
    /// Write the report of what is there, also half-way
    Report(ReportExperiment),
}

#[derive(Debug, Args)]
pub(super) struct ListExperiments {
    /// Print one JSON object a line
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub(super) struct ShowExperiment {
    /// One of `bnonly experiment list`
    #[arg(value_name = "NAME")]
    pub experiment: String,
}

#[derive(Debug, Args)]
pub(super) struct RunExperiment {
    /// One of `bnonly experiment list`, all of them one after the other, or a file of one's own
    #[arg(value_name = "NAME|all|FILE.toml")]
    pub experiment: String,
    /// How large [default: glance]
    #[arg(long, value_name = "glance|small|paper", value_parser = parse_scale)]
    pub scale: Option<Scale>,
    /// Runs of each arm, with seeds from 0 [default: the scale's]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub seeds: Option<u32>,
    /// Runs at once on the adapter
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=64))]
    pub jobs: u32,
    /// The experiment's folder; the same again goes on where it was [default: experiments/NAME-SCALE]
    #[arg(long, value_name = "DIR", value_parser = path())]
    pub out: Option<PathBuf>,
    #[command(flatten)]
    pub told: ToldOptions,
    #[command(flatten)]
    pub settings: Given<OfExperiment>,
    #[command(flatten)]
    pub device: DeviceOptions,
}

/// What is said while it runs.
#[derive(Debug, Args)]
pub(super) struct ToldOptions {
    /// Say only what goes wrong
    #[arg(long, conflicts_with = "json")]
    pub quiet: bool,
    /// Print one JSON object a run instead of progress
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub(super) struct ReportExperiment {
    /// The folder of an experiment
    #[arg(value_name = "DIR", value_parser = path())]
    pub folder: PathBuf,
}

fn parse_scale(text: &str) -> Result<Scale, String> {
    text.parse()
        .map_err(|_| "expected glance, small or paper".into())
}
