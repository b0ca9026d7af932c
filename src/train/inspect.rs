//! What a file of tensors holds, without a network that it is read into: for `bnonly inspect`, and for whoever picks a
//! file to start from.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::path::Path;

use serde::Serialize;

use super::checkpoint::{Base, CheckpointError, Progress};
use super::saved::Saved;
use super::settings::Settings;
use super::tensor_file::{Beside, Format};
use crate::network::Architecture;
use crate::network::state::{NamedTensor, TensorData};
use crate::numbers::{counted, grouped};

/// The |γ| below which a channel counts as off.
const OFF: f32 = 0.01;

/// Names that wrap a network and are no part of it, at the front of all of a state's names.
const WRAPPERS: [&str; 7] = [
    "module",
    "_orig_mod",
    "model",
    "net",
    "backbone",
    "network",
    "state_dict",
];

/// What a file holds.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Inspection {
    /// How it is written.
    pub format: String,
    /// The run that wrote it, if one of this program did.
    pub run: Option<RunOf>,
    /// The keys under which the state lies in the file.
    pub inside: Vec<String>,
    /// What wraps all of its names, as in `module.`; empty where nothing does.
    pub prefix: String,
    /// The network, where it is known.
    pub network: Option<String>,
    /// The same, to be built.
    #[serde(skip)]
    pub architecture: Option<Architecture>,
    /// Classes, by the output layer's weights.
    pub classes: Option<usize>,
    /// How many tensors, running statistics among them.
    pub tensors: usize,
    /// How many of them are stored as which type, as safetensors names it.
    pub types: BTreeMap<String, usize>,
    /// Parameters by kind.
    pub parameters: Parameters,
    /// Each BatchNorm, in the file's order, or by its name.
    pub batch_norms: Vec<Norm>,
    /// What cannot be used as it is, a sentence each.
    pub odd: Vec<String>,
    /// What else is in the file: it would not be read.
    pub beside: Vec<Beside>,
}

/// The run that a file is from.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RunOf {
    /// `checkpoint`, or `delta`: what was trained, without the rest.
    pub kind: &'static str,
    /// What trained.
    pub train: String,
    /// Steps done; none for a delta.
    pub step: Option<u64>,
    /// Epochs done.
    pub epoch: Option<f64>,
    /// The best share of the test images that was classified correctly.
    pub best_accuracy: Option<f64>,
    /// How its images are normalised.
    pub normalization: String,
    /// What it started from: `seed:0`, or the digest of a file's state.
    pub base: String,
}

/// How many parameters; running statistics are none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Parameters {
    /// All.
    pub all: u64,
    /// γ and β.
    pub batch_norm: u64,
    /// The output layer's.
    pub output: u64,
}

/// A BatchNorm.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Norm {
    /// Its name in the file, without what wraps all names.
    pub name: String,
    /// Channels.
    pub channels: usize,
    /// γ; none where the file has none.
    pub gamma: Option<Range>,
    /// Channels with |γ| below 0.01.
    pub off: usize,
    /// β.
    pub beta: Option<Range>,
    /// `running_mean`.
    pub mean: Option<Range>,
    /// `running_var`.
    pub variance: Option<Range>,
}

/// The least and the greatest of some values.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Range {
    /// The least.
    pub least: f32,
    /// The greatest.
    pub greatest: f32,
}

impl Inspection {
    /// Looks into a file; for a run's folder, into its last checkpoint.
    ///
    /// # Errors
    /// As [`Saved::read`].
    pub fn of(path: &Path) -> Result<Self, CheckpointError> {
        Ok(Self::of_saved(Saved::read(path)?))
    }

    /// The same of what was read.
    pub fn of_saved(saved: Saved) -> Self {
        let architecture = saved.architecture();
        let network = architecture.map(named);
        let found = match saved {
            Saved::Checkpoint(checkpoint) => {
                let run = RunOf::new("checkpoint", &checkpoint.settings, &checkpoint.base)
                    .at(&checkpoint.progress);
                Self {
                    run: Some(run),
                    ..Self::of_tensors(&checkpoint.tensors)
                }
            }
            Saved::Delta(delta) => Self {
                run: Some(RunOf::new("delta", &delta.settings, &delta.base)),
                classes: Some(delta.classes as usize),
                ..Self::of_tensors(&delta.tensors)
            },
            Saved::Tensors(file) => Self {
                format: file.format.to_string(),
                inside: file.inside,
                types: file.types,
                beside: file.beside,
                ..Self::of_tensors(&file.tensors)
            },
        };
        Self {
            network,
            architecture,
            ..found
        }
    }

    /// It in a few words: `269,722 parameters, 1,376 of them in 19 BatchNorms, for 10 classes`.
    pub fn summary(&self) -> String {
        let norms = counted(self.batch_norms.len() as u64, "BatchNorm");
        let mut text = format!(
            "{}, {} of them in {norms}",
            counted(self.parameters.all, "parameter"),
            grouped(self.parameters.batch_norm)
        );
        if let Some(classes) = self.classes {
            text += &format!(", for {classes} classes");
        }
        match &self.network {
            Some(network) => format!("{network}, {text}"),
            None => text,
        }
    }

    fn of_tensors(tensors: &[NamedTensor]) -> Self {
        let prefix = prefix(tensors);
        let mut sorted: Vec<&NamedTensor> = tensors.iter().collect();
        if tensors.is_sorted_by(|a, b| a.name <= b.name) {
            // A file without an order of its own: `blocks.2` before `blocks.10`.
            sorted.sort_by(|a, b| by_number(&a.name, &b.name));
        }
        let by_name: BTreeMap<&str, &NamedTensor> = sorted
            .iter()
            .map(|tensor| (tensor.name.as_str(), *tensor))
            .collect();
        let part =
            |layer: &str, part: &str| by_name.get(format!("{layer}.{part}").as_str()).copied();
        let mut types = BTreeMap::new();
        for tensor in tensors {
            *types.entry(tensor.data.dtype().to_owned()).or_default() += 1;
        }
        let mut parameters = Parameters::default();
        let (mut norms, mut output) = (Vec::new(), None);
        for tensor in &sorted {
            let (layer, kind) = tensor.name.rsplit_once('.').unwrap_or(("", &tensor.name));
            if matches!(tensor.data, TensorData::F32(_)) && !is_running(kind) {
                parameters.all += tensor.data.len() as u64;
            }
            if kind == "running_mean" {
                let parts =
                    ["weight", "bias", "running_mean", "running_var"].map(|kind| part(layer, kind));
                let learnt = parts[..2].iter().flatten();
                parameters.batch_norm += learnt.map(|tensor| tensor.data.len() as u64).sum::<u64>();
                norms.push(Norm::of(
                    layer.strip_prefix(&prefix).unwrap_or(layer),
                    parts,
                ));
            }
            if kind == "weight" && tensor.shape.len() == 2 {
                output = Some((layer, *tensor));
            }
        }
        if let Some((layer, weight)) = output {
            let bias = part(layer, "bias").map_or(0, |bias| bias.data.len());
            parameters.output = (weight.data.len() + bias) as u64;
        }
        Self {
            format: Format::Safetensors.to_string(),
            run: None,
            inside: Vec::new(),
            network: None,
            architecture: None,
            classes: output.map(|(_, weight)| weight.shape[0]),
            tensors: tensors.len(),
            types,
            parameters,
            odd: odd(&sorted),
            batch_norms: norms,
            beside: Vec::new(),
            prefix,
        }
    }
}

/// A network, with its width where it is not its own.
fn named(network: Architecture) -> String {
    match network.width() == network.name().own_width() {
        true => network.to_string(),
        false => format!("{network}, width {}", network.width()),
    }
}

impl RunOf {
    fn new(kind: &'static str, settings: &Settings, base: &Base) -> Self {
        Self {
            kind,
            train: settings.train.to_string(),
            normalization: settings.normalization.to_string(),
            step: None,
            epoch: None,
            best_accuracy: None,
            base: base.origin(),
        }
    }

    fn at(self, progress: &Progress) -> Self {
        Self {
            step: Some(progress.step),
            epoch: Some(progress.epoch),
            best_accuracy: progress.best_accuracy,
            ..self
        }
    }
}

impl Norm {
    /// Of γ, β, mean and variance.
    fn of(name: &str, parts: [Option<&NamedTensor>; 4]) -> Self {
        let [gamma, _, mean, _] = parts;
        let off = gamma.map(floats).unwrap_or_default();
        let off = off.iter().filter(|gamma| gamma.abs() < OFF).count();
        let [gamma, beta, mean_range, variance] = parts.map(|part| Range::of(floats(part?)));
        Self {
            name: name.to_owned(),
            channels: mean.map_or(0, |mean| mean.data.len()),
            gamma,
            off,
            beta,
            mean: mean_range,
            variance,
        }
    }
}

impl Range {
    /// The range of all of these.
    pub fn over(ranges: impl Iterator<Item = Option<Self>>) -> Option<Self> {
        ranges.flatten().reduce(|a, b| Self {
            least: a.least.min(b.least),
            greatest: a.greatest.max(b.greatest),
        })
    }

    /// Of the finite ones; `None` where there are none.
    fn of(values: &[f32]) -> Option<Self> {
        let finite = || values.iter().copied().filter(|value| value.is_finite());
        Some(Self {
            least: finite().reduce(f32::min)?,
            greatest: finite().reduce(f32::max)?,
        })
    }
}

fn floats(tensor: &NamedTensor) -> &[f32] {
    match &tensor.data {
        TensorData::F32(values) => values,
        TensorData::I64(_) => &[],
    }
}

/// Whether a tensor is one of a BatchNorm's averages.
fn is_running(kind: &str) -> bool {
    ["running_mean", "running_var", "num_batches_tracked"].contains(&kind)
}

/// What wraps all names.
fn prefix(tensors: &[NamedTensor]) -> String {
    let mut prefix = String::new();
    loop {
        let first = tensors
            .first()
            .and_then(|tensor| tensor.name.strip_prefix(&prefix));
        let next = first
            .and_then(|rest| rest.split_once('.'))
            .map(|(next, _)| next);
        let Some(wrapper) = next.filter(|next| WRAPPERS.contains(next)) else {
            return prefix;
        };
        let longer = format!("{prefix}{wrapper}.");
        if !tensors
            .iter()
            .all(|tensor| tensor.name.starts_with(&longer))
        {
            return prefix;
        }
        prefix = longer;
    }
}

/// Texts by their letters, and the numbers in them by their size.
fn by_number(a: &str, b: &str) -> Ordering {
    let part = |text: &str| text.parse::<u64>().map_err(|_| text.to_owned());
    let parts = |text: &str| text.split('.').map(part).collect::<Vec<_>>();
    let (a, b) = (parts(a), parts(b));
    let pairs = a.iter().zip(&b).map(|pair| match pair {
        (Ok(a), Ok(b)) => a.cmp(b),
        (Err(a), Err(b)) => a.cmp(b),
        (Ok(_), Err(_)) => Ordering::Less,
        (Err(_), Ok(_)) => Ordering::Greater,
    });
    pairs
        .fold(Ordering::Equal, Ordering::then)
        .then(a.len().cmp(&b.len()))
}

/// Values with which nothing can be computed, and averages that say nothing.
fn odd(tensors: &[&NamedTensor]) -> Vec<String> {
    let mut told = Vec::new();
    for tensor in tensors {
        let values = floats(tensor);
        let name = &tensor.name;
        let infinite = values.iter().filter(|value| !value.is_finite()).count();
        if infinite > 0 {
            told.push(format!(
                "`{name}`: {infinite} of {} values are NaN or infinite",
                values.len()
            ));
        }
        if !name.ends_with("running_var") {
            continue;
        }
        let negative = values.iter().filter(|value| **value < 0.0).count();
        if negative > 0 {
            told.push(format!(
                "`{name}`: {negative} of {} variances are below 0",
                values.len()
            ));
        }
        let zero = values.iter().filter(|value| **value == 0.0).count();
        if zero > 0 {
            told.push(format!(
                "`{name}`: {zero} of {} variances are 0, as of channels that never change",
                values.len()
            ));
        }
    }
    let is = |kind: &str, value: f32| {
        let mut of_kind = tensors
            .iter()
            .filter(|tensor| tensor.name.ends_with(kind))
            .peekable();
        of_kind.peek().is_some()
            && of_kind.all(|tensor| floats(tensor).iter().all(|found| *found == value))
    };
    if is("running_mean", 0.0) && is("running_var", 1.0) {
        told.push(
            "all running means are 0 and all variances 1, as before the first step".to_owned(),
        );
    }
    told
}
