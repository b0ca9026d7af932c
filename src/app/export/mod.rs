//! What a person takes away: curves and γ as CSV and pictures, the state as safetensors; and earlier
//! runs read back to compare with.

mod earlier;
mod folder;

use std::io::{self, Write};
use std::path::{Path, PathBuf};

pub use self::earlier::{EarlierError, read_earlier};
pub use self::folder::pack;
use crate::network::{Graph, State};
use crate::study::gamma::{Norms, channel_ranges};
use crate::train::atomic_file::write_atomically;
use crate::train::history::History;
use crate::train::metric::Metric;
use crate::train::plot::{CAN_DRAW, LayerGammas, Picture, PlotError, PlottedRun, png, svg};
use crate::train::tensor_file::{Metadata, write_tensors};

/// How a picture is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Pixels, 1600 wide.
    Png,
    /// Lines and text.
    Svg,
}

/// What can be taken away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Every step and every evaluation, a row each.
    Metrics,
    /// γ and β of every channel in every snapshot, a row each.
    Norms,
    /// All tensors under PyTorch's names, which other tools read as a `state_dict`.
    State,
    /// The same with all it takes to go on: settings, seed, the optimiser's memory.
    Checkpoint,
    /// All that the run's folder holds.
    Run,
    /// A picture of the run.
    Picture(Picture, Format),
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 15] = [
        Self::Metrics,
        Self::Norms,
        Self::State,
        Self::Checkpoint,
        Self::Run,
        Self::Picture(Picture::Loss, Format::Png),
        Self::Picture(Picture::Loss, Format::Svg),
        Self::Picture(Picture::Accuracy, Format::Png),
        Self::Picture(Picture::Accuracy, Format::Svg),
        Self::Picture(Picture::LearningRate, Format::Png),
        Self::Picture(Picture::LearningRate, Format::Svg),
        Self::Picture(Picture::Gamma, Format::Png),
        Self::Picture(Picture::Gamma, Format::Svg),
        Self::Picture(Picture::GammaLayers, Format::Png),
        Self::Picture(Picture::GammaLayers, Format::Svg),
    ];

    /// Those that can be had here, in the order to offer them in.
    pub fn offered() -> impl Iterator<Item = Self> {
        let can_be_had = |kind: &Self| CAN_DRAW || !matches!(kind, Self::Picture(..));
        Self::ALL.into_iter().filter(can_be_had)
    }

    /// What it is, for a menu.
    pub fn label(self) -> &'static str {
        use Format::{Png, Svg};
        match self {
            Self::Metrics => "Metrics as CSV",
            Self::Norms => "γ and β as CSV",
            Self::State => "Network as safetensors",
            Self::Checkpoint => "Checkpoint",
            Self::Run => "The whole run as .tar.gz",
            Self::Picture(Picture::Loss, Png) => "Loss as PNG",
            Self::Picture(Picture::Loss, Svg) => "Loss as SVG",
            Self::Picture(Picture::Accuracy, Png) => "Accuracy as PNG",
            Self::Picture(Picture::Accuracy, Svg) => "Accuracy as SVG",
            Self::Picture(Picture::LearningRate, Png) => "Learning rate as PNG",
            Self::Picture(Picture::LearningRate, Svg) => "Learning rate as SVG",
            Self::Picture(Picture::Gamma, Png) => "Histogram of γ as PNG",
            Self::Picture(Picture::Gamma, Svg) => "Histogram of γ as SVG",
            Self::Picture(Picture::GammaLayers, Png) => "|γ| by layer as PNG",
            Self::Picture(Picture::GammaLayers, Svg) => "|γ| by layer as SVG",
        }
    }

    /// What it holds, in a sentence.
    pub fn tooltip(self) -> &'static str {
        match self {
            Self::Metrics => {
                "Loss, accuracy and learning rate of every step and evaluation, a row each"
            }
            Self::Norms => "γ and β of every channel, at each moment kept of this run, a row each",
            Self::State => {
                "All parameters and running statistics as they are now, under PyTorch's names"
            }
            Self::Checkpoint => {
                "The network as it is now with settings, seed and the optimiser's memory: to go on from, or \
                 for `bnonly eval`"
            }
            Self::Run => {
                "All that the run's folder holds: settings, metrics, checkpoints, the delta"
            }
            Self::Picture(Picture::Loss, _) => "A picture of training and test loss",
            Self::Picture(Picture::Accuracy, _) => "A picture of training and test accuracy",
            Self::Picture(Picture::LearningRate, _) => "A picture of the learning rate",
            Self::Picture(Picture::Gamma, _) => "A picture of how γ was and is distributed",
            Self::Picture(Picture::GammaLayers, _) => {
                "A picture of |γ| of every channel, a row a layer"
            }
        }
    }

    /// The name of its file, unless another is chosen.
    pub fn file_name(self) -> String {
        let name = match self {
            Self::Metrics => "metrics",
            Self::Norms => "gamma-beta",
            Self::State => "state",
            Self::Checkpoint => "checkpoint",
            Self::Run => "run",
            Self::Picture(picture, _) => picture.name(),
        };
        format!("{name}.{}", self.extension())
    }

    /// The ending of its file's name, without the dot.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Metrics | Self::Norms => "csv",
            Self::State | Self::Checkpoint => "safetensors",
            Self::Run => "tar.gz",
            Self::Picture(_, Format::Png) => "png",
            Self::Picture(_, Format::Svg) => "svg",
        }
    }

    /// What has to be there before it can be written.
    fn needs(self) -> &'static str {
        match self {
            Self::Metrics => "a step or an evaluation",
            Self::State => "the network's state",
            Self::Checkpoint | Self::Run => "the folder of a run",
            Self::Norms | Self::Picture(Picture::Gamma | Picture::GammaLayers, _) => {
                "the network, and γ and β after some step"
            }
            Self::Picture(..) => "a step or an evaluation",
        }
    }
}

/// γ and β of a network after some step.
#[derive(Clone, Copy, Debug)]
pub struct StepNorms<'a> {
    /// Steps finished.
    pub step: u64,
    /// The values.
    pub norms: &'a Norms,
}

/// What is written from.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// What the run reported.
    pub history: &'a History,
    /// Its network.
    pub graph: Option<&'a Graph>,
    /// γ and β over its course, oldest first. Pictures compare the first with the last.
    pub snapshots: &'a [StepNorms<'a>],
    /// Its state now.
    pub state: Option<&'a State>,
    /// Its folder.
    pub run: Option<&'a Path>,
}

/// Writes a file, so that it is either whole or not there. A long run takes seconds: not in a frame.
///
/// # Errors
/// If what it needs is not there yet, or the file cannot be written; one of that name that was there
/// before is unchanged then.
///
/// # Panics
/// Where the state is another graph's.
pub fn export(kind: Kind, path: &Path, source: &Source<'_>) -> Result<(), ExportError> {
    let nothing = || ExportError::Nothing {
        path: path.to_owned(),
        what: kind.label(),
        needs: kind.needs(),
    };
    if matches!(
        kind,
        Kind::Metrics | Kind::Picture(Picture::Loss | Picture::Accuracy | Picture::LearningRate, _)
    ) && source.history.is_empty()
    {
        return Err(nothing());
    }
    let written = match kind {
        Kind::Metrics => write_atomically(path, |out| write_metrics(out, source.history)),
        Kind::Norms => {
            let graph = source.graph.filter(|_| !source.snapshots.is_empty());
            let layers = layers(graph.ok_or_else(nothing)?, source.snapshots)?;
            write_atomically(path, |out| write_norms(out, &layers, source.snapshots))
        }
        Kind::State => {
            let (graph, state) = source.graph.zip(source.state).ok_or_else(nothing)?;
            let tensors = state.named(graph);
            write_atomically(path, |out| write_tensors(out, &tensors, &Metadata::new()))
        }
        Kind::Checkpoint | Kind::Run => {
            let run = source.run.ok_or_else(nothing)?;
            write_atomically(path, |out| match kind {
                Kind::Run => folder::write_run(out, run),
                _ => folder::write_checkpoint(out, run),
            })
        }
        Kind::Picture(picture, format) => {
            let gammas = match picture {
                Picture::Gamma | Picture::GammaLayers => gammas(source).ok_or_else(nothing)??,
                Picture::Loss | Picture::Accuracy | Picture::LearningRate => Vec::new(),
            };
            let run = PlottedRun {
                history: source.history,
                gammas: &gammas,
            };
            let bytes = match format {
                Format::Png => png(picture, &run)?,
                Format::Svg => svg(picture, &run)?.into_bytes(),
            };
            write_atomically(path, |out| out.write_all(&bytes))
        }
    };
    written.map_err(|source| ExportError::Write {
        path: path.to_owned(),
        source,
    })
}

fn write_metrics(out: &mut dyn Write, history: &History) -> io::Result<()> {
    let header = "step,epoch,seconds,kind,loss,accuracy,learning_rate,gamma_below_0.01";
    writeln!(out, "{header}")?;
    for event in history.events() {
        // The history keeps values as f32, which are written as short as they read back the same.
        match event {
            Metric::Step {
                step,
                epoch,
                loss,
                accuracy,
                lr,
                seconds,
            } => {
                let [loss, accuracy, lr] = [loss, accuracy, lr].map(|value| value as f32);
                writeln!(out, "{step},{epoch},{seconds},step,{loss},{accuracy},{lr},")?;
            }
            Metric::Eval {
                step,
                epoch,
                loss,
                accuracy,
                gamma_below_001,
                seconds,
            } => {
                let [loss, accuracy, off] =
                    [loss, accuracy, gamma_below_001].map(|value| value as f32);
                writeln!(
                    out,
                    "{step},{epoch},{seconds},eval,{loss},{accuracy},,{off}"
                )?;
            }
        }
    }
    Ok(())
}

/// Where a BatchNorm's channels lie among all.
struct Layer<'a> {
    name: &'a str,
    channels: std::ops::Range<usize>,
}

fn write_norms(
    out: &mut dyn Write,
    layers: &[Layer<'_>],
    snapshots: &[StepNorms<'_>],
) -> io::Result<()> {
    writeln!(out, "step,layer,channel,gamma,beta")?;
    for StepNorms { step, norms } in snapshots {
        for layer in layers {
            for (channel, at) in layer.channels.clone().enumerate() {
                let (gamma, beta) = (norms.gamma[at], norms.beta[at]);
                writeln!(out, "{step},{},{channel},{gamma},{beta}", layer.name)?;
            }
        }
    }
    Ok(())
}

/// The layers of a network, whose channels all snapshots have.
fn layers<'a>(
    graph: &'a Graph,
    snapshots: &[StepNorms<'_>],
) -> Result<Vec<Layer<'a>>, ExportError> {
    let ranges = channel_ranges(graph);
    let expected = ranges.last().map_or(0, |last| last.end);
    for StepNorms { step, norms } in snapshots {
        let (step, found) = (*step, norms.gamma.len().min(norms.beta.len()));
        if found != expected {
            return Err(ExportError::Channels {
                step,
                found,
                expected,
            });
        }
    }
    let layers = graph.batch_norms.iter().zip(ranges);
    Ok(layers
        .map(|(norm, channels)| Layer {
            name: &norm.name,
            channels,
        })
        .collect())
}

/// γ of every layer before and now; `None` where it is not known yet.
fn gammas(source: &Source<'_>) -> Option<Result<Vec<LayerGammas>, ExportError>> {
    let (first, last) = (source.snapshots.first()?, source.snapshots.last()?);
    let layers = layers(source.graph?, &[*first, *last]);
    let of = |layer: Layer<'_>| LayerGammas {
        name: layer.name.to_owned(),
        start: first.norms.gamma[layer.channels.clone()].to_vec(),
        end: last.norms.gamma[layer.channels].to_vec(),
    };
    Some(layers.map(|layers| layers.into_iter().map(of).collect()))
}

/// Why something could not be taken away.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// It is not there yet.
    #[error(
        "{} was not written: {what} needs {needs}, and there is none yet; start a run first",
        path.display()
    )]
    Nothing {
        /// The file.
        path: PathBuf,
        /// What was to be written.
        what: &'static str,
        /// What it is written from.
        needs: &'static str,
    },
    /// The operating system refused.
    #[error(
        "{} could not be written: {source}. Choose a folder that can be written to and has room; a \
         file of that name that was there before is unchanged", path.display()
    )]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// γ and β of another network.
    #[error(
        "γ and β after step {step} have {found} channels, but the network has {expected}; expected \
         both of the same run"
    )]
    Channels {
        /// Steps finished.
        step: u64,
        /// Channels of the snapshot.
        found: usize,
        /// Channels of the network.
        expected: usize,
    },
    /// A picture could not be drawn.
    #[error(transparent)]
    Draw(#[from] PlotError),
}
