//! What a run came to, taken from its folder, and from its network with channels switched off.

use std::collections::BTreeMap;
use std::path::Path;

use sha2::{Digest, Sha256};

use super::plan::RunName;
use super::results::{Bins, LayerOff, Measure, Outcome, Provenance, Removed, RunResult};
use crate::engine::EngineError;
use crate::gpu::Gpu;
use crate::network::{State, counts};
use crate::platform::fs;
use crate::session::Opened;
use crate::study::ablation::Ablation;
use crate::study::gamma::{ChannelsBelow, Histogram, Norms, all_gammas};
use crate::study::probe::Probe;
use crate::train::manifest;
use crate::train::metric::Metric;
use crate::train::run_folder::{RunFolderError, delta_path, read_events, read_last};
use crate::train::start::StartError;
use crate::train::trainer::GAMMA_THRESHOLD;

/// Shares of all channels that are removed at the points of a curve.
const SHARES: [f64; 7] = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8];

/// Draws of random channels at each.
const DRAWS: u64 = 5;

/// Evaluations of a network whose channels are removed: whole, and at each share with γ alone and with γ and β, of the
/// weakest, the strongest and each draw; at the share that is off with γ alone.
pub(super) const EVALUATIONS: usize = 1 + (2 + DRAWS as usize) * (1 + 2 * SHARES.len());

/// Bins of γ.
const BINS: usize = 60;

/// Why a run cannot be measured.
#[derive(Debug, thiserror::Error)]
pub enum MeasureError {
    /// Its folder.
    #[error(transparent)]
    Folder(#[from] RunFolderError),
    /// Its checkpoint is of another network.
    #[error(transparent)]
    Start(#[from] StartError),
    /// The device failed.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

/// What a run of an experiment came to that has ended, but for what removing channels does.
///
/// # Errors
/// A folder whose metrics or checkpoint cannot be read.
pub fn measure(
    name: &RunName,
    opened: &Opened,
    outcome: Outcome,
) -> Result<(RunResult, State), MeasureError> {
    let run = opened.folder.as_path();
    let start = &opened.start;
    let graph = &start.graph;
    let events = read_events(run)?;
    let checkpoint = read_last(run)?;
    let state = State::from_named(graph, checkpoint.tensors).map_err(StartError::Checkpoint)?;
    let threshold = GAMMA_THRESHOLD;
    let before = ChannelsBelow::count(graph, &start.initial, threshold);
    let now = ChannelsBelow::count(graph, &state, threshold);

    let mut measures = BTreeMap::new();
    let mut course = vec![(0.0, before.share())];
    for event in &events {
        if let Metric::Eval {
            epoch,
            loss,
            accuracy,
            gamma_below_001,
            ..
        } = event
        {
            measures.insert(Measure::Accuracy, *accuracy);
            measures.insert(Measure::TestLoss, *loss);
            course.push((*epoch, *gamma_below_001));
        }
    }
    let classes = opened.data.classes.len();
    if let Outcome::Diverged(_) = outcome {
        // It says nothing of an image any more.
        measures.insert(Measure::Accuracy, 1.0 / classes.max(1) as f64);
        measures.remove(&Measure::TestLoss);
    }
    let (all, trained) = (counts(graph).all, start.trained.trained_count(graph));
    let channels: u64 = graph
        .batch_norms
        .iter()
        .map(|norm| u64::from(norm.channels))
        .sum();
    let seconds = events.iter().map(Metric::seconds).fold(0.0, f64::max);
    let steps = events.iter().map(Metric::step).max().unwrap_or_default();
    let counts = [
        (Measure::TrainedParameters, trained),
        (Measure::Parameters, all),
        (Measure::BatchNormParameters, 2 * channels),
        (
            Measure::ResultBytes,
            fs::open(&delta_path(run)).map_or(0, |(bytes, _)| bytes),
        ),
        (Measure::MemoryBytes, opened.outlook.memory.total()),
        (Measure::Steps, steps),
    ];
    measures.extend(counts.map(|(measure, count)| (measure, count as f64)));
    measures.insert(Measure::TrainedShare, trained as f64 / all.max(1) as f64);
    measures.insert(Measure::Seconds, seconds);
    measures.insert(Measure::StepSeconds, seconds / steps.max(1) as f64);
    measures.insert(Measure::OffAtStart, before.share());
    measures.insert(Measure::Off, now.share());
    let layers = now.layers.iter().map(|layer| LayerOff {
        layer: layer.name.clone(),
        share: layer.share(),
    });
    let result = RunResult {
        arm: name.arm.clone(),
        seed: name.seed,
        outcome,
        measures,
        layers: layers.collect(),
        course,
        gammas: bins(opened, &state),
        removal: Vec::new(),
        provenance: provenance(opened),
    };
    Ok((result, state))
}

/// γ before and after, in the bins of one histogram.
fn bins(opened: &Opened, state: &State) -> Bins {
    let graph = &opened.start.graph;
    let both = [&opened.start.initial, state];
    let finite = |state| all_gammas(graph, state).filter(|gamma| gamma.is_finite());
    let values = || both.iter().flat_map(|state| finite(state));
    let (least, most) = values().fold((0.0_f32, 1.0_f32), |(least, most), gamma| {
        (least.min(gamma), most.max(gamma))
    });
    // To a tenth, so that runs of an arm have much the same bins.
    let (low, high) = ((least * 10.0).floor() / 10.0, (most * 10.0).ceil() / 10.0);
    let of = |state| Histogram::of(all_gammas(graph, state), low, high, BINS).counts;
    Bins {
        low: low.into(),
        high: high.into(),
        start: of(both[0]),
        end: of(both[1]),
    }
}

fn provenance(opened: &Opened) -> Provenance {
    let data = &opened.data;
    Provenance {
        adapter: opened.adapter.name.clone(),
        driver: opened.adapter.driver.clone(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        data: digest(&opened.folder).unwrap_or_else(|| opened.settings.data.to_string()),
        training_images: data.train.len() as u64,
        test_images: data.test.len() as u64,
        classes: data.classes.len() as u64,
    }
}

/// The first eight bytes of a SHA-256 over the names and digests of the files that the images came from; `None` where
/// they came from none.
fn digest(run: &Path) -> Option<String> {
    let manifest = manifest::read(run).ok()??;
    let mut hash = Sha256::new();
    for file in &manifest.files {
        hash.update(format!("{} {} {:?}\n", file.path, file.bytes, file.digest));
    }
    let is_any = !manifest.files.is_empty();
    let bytes = hash.finalize();
    is_any.then(|| {
        bytes[..8]
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect()
    })
}

/// Measures what a network loses without some of its channels, and puts it into the result. `go_on` is asked now
/// and then; where it says no, nothing is put there and the answer is `false`.
///
/// # Errors
/// If the device failed or has no memory left.
pub async fn measure_removal(
    result: &mut RunResult,
    gpu: &Gpu,
    opened: &Opened,
    state: &State,
    go_on: &mut dyn FnMut() -> bool,
) -> Result<bool, MeasureError> {
    let graph = &opened.start.graph;
    let norms = Norms::of(graph, state);
    let batch = opened.settings.batch_size;
    let probe = Probe::new(
        gpu,
        graph,
        &opened.data,
        batch,
        opened.settings.normalization,
        state.clone(),
    )
    .await?;
    let mut remover = Remover {
        probe,
        norms,
        seed: result.seed,
        go_on,
    };
    let none = Ablation::none(remover.norms.gamma.len());
    let Some(whole) = remover.accuracy(&none).await? else {
        return Ok(false);
    };
    let channels = none.off.len();
    let below = Ablation::below(&remover.norms.gamma, GAMMA_THRESHOLD, false).count();
    let Some(at_threshold) = remover.removed(below, false).await? else {
        return Ok(false);
    };
    let mut removal = Vec::new();
    for with_beta in [false, true] {
        removal.push(Removed {
            share: 0.0,
            with_beta,
            weakest: whole,
            random: vec![whole],
            strongest: whole,
        });
        for share in SHARES {
            let count = (share * channels as f64).round() as usize;
            match remover.removed(count, with_beta).await? {
                Some(removed) => removal.push(removed),
                None => return Ok(false),
            }
        }
    }
    let random = at_threshold.random.iter().sum::<f64>() / at_threshold.random.len() as f64;
    let lost = [
        (Measure::LossBelow, at_threshold.weakest),
        (Measure::LossRandom, random),
        (Measure::LossStrongest, at_threshold.strongest),
    ];
    let lost = lost.map(|(measure, accuracy)| (measure, whole - accuracy));
    result.measures.extend(lost);
    result.removal = removal;
    Ok(true)
}

struct Remover<'a, 'g> {
    probe: Probe<'g>,
    norms: Norms,
    seed: u64,
    go_on: &'a mut dyn FnMut() -> bool,
}

impl Remover<'_, '_> {
    async fn accuracy(&mut self, ablation: &Ablation) -> Result<Option<f64>, EngineError> {
        let measured = self
            .probe
            .accuracy(ablation, usize::MAX, &mut *self.go_on)
            .await?;
        Ok(measured.map(|measured| measured.accuracy))
    }

    /// So many channels off.
    async fn removed(
        &mut self,
        count: usize,
        with_beta: bool,
    ) -> Result<Option<Removed>, EngineError> {
        let channels = self.norms.gamma.len();
        let weakest = Ablation::weakest(&self.norms.gamma, count, with_beta);
        let strongest = Ablation::strongest(&self.norms.gamma, count, with_beta);
        let Some(weakest) = self.accuracy(&weakest).await? else {
            return Ok(None);
        };
        let Some(strongest) = self.accuracy(&strongest).await? else {
            return Ok(None);
        };
        let mut random = Vec::new();
        for draw in 0..DRAWS {
            // No two seeds share a draw.
            let seed = self.seed * DRAWS + draw;
            let drawn = Ablation::random(channels, count, seed, with_beta);
            match self.accuracy(&drawn).await? {
                Some(accuracy) => random.push(accuracy),
                None => return Ok(None),
            }
        }
        Ok(Some(Removed {
            share: count as f64 / channels.max(1) as f64,
            with_beta,
            weakest,
            random,
            strongest,
        }))
    }
}
