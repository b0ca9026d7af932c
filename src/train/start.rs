//! What a run begins with: network, trained set and first state, as its settings and data say.

use super::advice::{OneValue, advice, check_batches};
use super::checkpoint::{Base, Checkpoint, FIRST_MOMENT, OptimizerState, Progress, SECOND_MOMENT};
use super::manifest::Earlier;
use super::saved::{SavedError, digest, initial};
use super::settings::{OptimizerKind, Settings, SettingsError};
use crate::data::{DataError, DataShape, Loaded};
use crate::engine::{Choices, PlanOptions};
use crate::field::{Explain, Explanation, Field};
use crate::kernels::loss::Loss;
use crate::kernels::optimizer::Rule;
use crate::network::graph::Shape;
use crate::network::{Adopted, Graph, NetworkError, State, StateError, TrainableError, TrainedSet};

/// Settings that no run can begin with.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A value out of its range.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// A network that does not exist.
    #[error(transparent)]
    Network(#[from] NetworkError),
    /// A trained set that does not exist.
    #[error("{0}")]
    Trainable(#[from] TrainableError),
    /// Batches that are too small.
    #[error(transparent)]
    OneValue(#[from] OneValue),
    /// A state that is none of this network's.
    #[error("{0}")]
    Saved(#[from] SavedError),
    /// A checkpoint of another network than its own settings name.
    #[error("the checkpoint: {0}")]
    Checkpoint(StateError),
    /// A checkpoint whose optimiser remembers more or less than what trains.
    #[error(
        "the checkpoint's `{name}` has {found} values, but {expected} are needed; the file is damaged"
    )]
    Optimizer {
        /// The tensor.
        name: &'static str,
        /// Its length.
        found: usize,
        /// Values that train, or 0 for a moment that the optimiser does not have.
        expected: usize,
    },
}

impl Explain for StartError {
    fn explain(&self) -> Explanation {
        match self {
            Self::Settings(error) => error.explain(),
            Self::Network(error) => error.explain(),
            Self::OneValue(error) => error.explain(),
            Self::Trainable(error) => Explanation::new(error).about(Field::Train),
            Self::Saved(error) => Explanation::new(error).about(Field::Init),
            Self::Checkpoint(_) | Self::Optimizer { .. } => Explanation::new(self),
        }
    }
}

/// Where a run begins, or goes on.
#[derive(Clone, Debug, PartialEq)]
pub struct Start {
    /// The network.
    pub graph: Graph,
    /// What trains.
    pub trained: TrainedSet,
    /// The state before the first step.
    pub initial: State,
    /// The state to go on from: the same, or a checkpoint's.
    pub state: State,
    /// What the optimiser remembers, on going on.
    pub optimizer: Option<OptimizerState>,
    /// How far the run has come.
    pub progress: Progress,
    /// The first state's name in a delta.
    pub base: Base,
    /// Which variants of convolutions ran before, on going on.
    pub choices: Choices,
    /// What a person should know of it, told at a run's beginning and not again.
    pub notes: Vec<Explanation>,
}

impl Start {
    /// A run from its beginning.
    ///
    /// # Errors
    /// Settings that do not fit each other, the data, or the file they start from.
    pub fn new(settings: &Settings, data: &DataShape) -> Result<Self, StartError> {
        let (graph, trained) = prepare(settings, data)?;
        let Adopted {
            state: initial,
            mut notes,
        } = initial(&graph, settings)?;
        notes.extend(advice(&graph, &trained, settings, data));
        let base = Base {
            seed: settings.init.is_none().then_some(settings.seed),
            digest: digest(&graph, &initial),
        };
        let state = initial.clone();
        Ok(Self {
            graph,
            trained,
            initial,
            state,
            optimizer: None,
            progress: Progress::default(),
            base,
            choices: Choices::default(),
            notes,
        })
    }

    /// The same run, from a checkpoint of it on. `settings` are the checkpoint's, perhaps with more
    /// epochs or another place of the same data.
    ///
    /// # Errors
    /// As [`Start::new`], and a checkpoint of another network.
    pub fn resumed(
        settings: &Settings,
        data: &DataShape,
        checkpoint: Checkpoint,
    ) -> Result<Self, StartError> {
        let (graph, trained) = prepare(settings, data)?;
        let state =
            State::from_named(&graph, checkpoint.tensors).map_err(StartError::Checkpoint)?;
        let count = trained.trained_count(&graph) as usize;
        let memory = &checkpoint.optimizer;
        let moments = [
            (FIRST_MOMENT, memory.first_moment.len()),
            (SECOND_MOMENT, memory.second_moment.len()),
        ];
        let kept = rule(settings).moments();
        for (at, (name, found)) in moments.into_iter().enumerate() {
            let expected = if at < kept { count } else { 0 };
            if found != expected {
                return Err(StartError::Optimizer {
                    name,
                    found,
                    expected,
                });
            }
        }
        // Only pictures need it, and the file it came from may be gone by now.
        let initial = initial(&graph, settings).map_or_else(|_| state.clone(), |first| first.state);
        Ok(Self {
            graph,
            trained,
            initial,
            state,
            optimizer: Some(checkpoint.optimizer),
            progress: checkpoint.progress,
            base: checkpoint.base,
            choices: checkpoint.choices,
            notes: Vec::new(),
        })
    }

    /// How the engine shall run it.
    pub fn plan(&self, settings: &Settings, data: &DataShape) -> PlanOptions {
        PlanOptions {
            choices: self.choices.clone(),
            ..plan(settings, data, self.trained.clone())
        }
    }
}

/// How the engine shall run settings that train `trained`.
pub fn plan(settings: &Settings, data: &DataShape, trained: TrainedSet) -> PlanOptions {
    let channels = data.channels;
    let images = u32::try_from(data.train.max(data.test)).unwrap_or(u32::MAX);
    PlanOptions {
        trained,
        max_batch: settings.batch_size.min(images),
        loss: Loss::CrossEntropy,
        rule: rule(settings),
        weight_decay: settings.weight_decay,
        freeze_statistics: settings.freeze_stats,
        normalization: settings.normalization.values(channels),
        precision: settings.precision,
        choices: Choices::default(),
        keep_outputs: false,
    }
}

/// Reads the images that settings name. What an `earlier` run says of the files keeps what was tested on and what was
/// trained on apart.
///
/// # Errors
/// A [`DataError`], whose sentence says which file is wrong, how, and what to do.
pub async fn load(settings: &Settings, earlier: &Earlier) -> Result<Loaded, DataError> {
    let limit = |limit: Option<u64>| limit.map(|n| usize::try_from(n).unwrap_or(usize::MAX));
    let options = crate::data::LoadOptions {
        image_size: settings.image_size,
        digits_size: settings.digits_size,
        test_fraction: settings.test_fraction,
        limit_train: limit(settings.limit_train),
        limit_test: limit(settings.limit_test),
        split_seed: settings.split_seed.into(),
        labels: settings.labels.clone(),
        min_images: settings.min_images,
        background: settings.background,
        skip_bad: settings.skip_bad,
        earlier: earlier.manifest.clone(),
    };
    let mut loaded = crate::data::load(&settings.data, &options).await?;
    if !loaded.manifest.files.is_empty() {
        loaded.notes.extend(earlier.note.clone());
    }
    Ok(loaded)
}

/// Checks all of the settings that can be judged without data, files or an adapter.
///
/// # Errors
/// The first option whose value cannot work.
pub fn check(settings: &Settings) -> Result<(), StartError> {
    settings.validate()?;
    settings.architecture()?;
    Ok(())
}

fn rule(settings: &Settings) -> Rule {
    match settings.optimizer {
        OptimizerKind::Sgd => Rule::Sgd {
            momentum: settings.momentum,
            nesterov: settings.nesterov,
        },
        OptimizerKind::Adam => Rule::Adam,
        OptimizerKind::AdamW => Rule::AdamW,
    }
}

/// The network that settings name, and what of it trains: all of a [`Start`] but for values.
///
/// # Errors
/// Settings that do not fit each other or the data.
pub fn prepare(settings: &Settings, data: &DataShape) -> Result<(Graph, TrainedSet), StartError> {
    check(settings)?;
    let graph = build(settings, data)?;
    check_batches(&graph, settings, data, 1)?;
    let trained = settings.train.select(&graph, settings.seed)?;
    Ok((graph, trained))
}

/// The network that settings name, for the data's images and classes.
///
/// # Errors
/// A network that does not exist or does not fit the images.
pub fn build(settings: &Settings, data: &DataShape) -> Result<Graph, NetworkError> {
    let input = Shape::new(data.channels, data.height, data.width);
    let classes = u32::try_from(data.classes).unwrap_or(u32::MAX);
    settings.architecture()?.build(input, classes)
}
