//! A training and its probing as an actor: commands in, events out.

use std::path::PathBuf;
use std::sync::Arc;

use crate::data::DataSet;
use crate::gpu::{AdapterChoice, Capabilities};
use crate::network::graph::BatchNormId;
use crate::study::ablation::Ablation;
use crate::study::gamma::Norms;
use crate::study::probe::{Accuracy, Answer, FeatureMaps};
use crate::train::event::Event as Metric;
use crate::train::run::{Ending, Outlook};
use crate::train::settings::Settings;
use crate::train::start::Start;

/// What a session can be asked to do.
#[derive(Clone, Debug)]
pub enum Command {
    /// Begin or go on with a run, after the one under way has been stopped and saved.
    Start(Box<Request>),
    /// Take no further step for now.
    Pause,
    /// Go on after a pause.
    Resume,
    /// Take one step, and pause.
    Step,
    /// Save, and end the run before its time.
    Stop,
    /// Save a checkpoint now.
    Save,
    /// Evaluate on the test set now.
    Evaluate,
    /// Work out something about the network as it is now; replaces what was asked before.
    Probe(Box<Wish>),
}

/// A run to begin or to go on with.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// Which.
    pub origin: Origin,
    /// What to compute on.
    pub adapter: AdapterChoice,
    /// Wait for [`Command::Resume`] or [`Command::Step`] before the first step.
    pub paused: bool,
    /// Whether to report γ and β every few steps, and to be ready to probe.
    pub watched: bool,
}

/// Where a run comes from.
#[derive(Clone, Debug, PartialEq)]
pub enum Origin {
    /// A new one.
    New {
        /// All that defines it.
        settings: Settings,
        /// Where it goes.
        folder: NewFolder,
    },
    /// One that was interrupted, or has ended, from its last checkpoint.
    Resumed {
        /// Its folder.
        run: PathBuf,
        /// The data, where it is not where it was.
        data: Option<String>,
        /// Passes over the training set, if other than before.
        epochs: Option<u32>,
        /// Steps, if other than before.
        max_steps: Option<u64>,
    },
}

/// Where a new run goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NewFolder {
    /// Exactly there.
    At(PathBuf),
    /// Into a new folder within this one, named after time, model and mode.
    Within(PathBuf),
}

/// What a session tells.
#[derive(Clone, Debug)]
pub enum Event {
    /// A run is being prepared.
    Preparing(Stage),
    /// A run is ready for its first step.
    Opened(Arc<Opened>),
    /// Steps are being taken, or not.
    Phase(Phase),
    /// A step or an evaluation is finished.
    Metric(Metric),
    /// γ and β after some step.
    Norms {
        /// Steps finished.
        step: u64,
        /// Epochs finished.
        epoch: f64,
        /// The values.
        norms: Arc<Norms>,
    },
    /// A checkpoint was saved, after this step.
    Saved {
        /// Steps finished.
        step: u64,
    },
    /// The run ended; the session waits for the next [`Command::Start`]. The last state can still be
    /// probed.
    Ended(Result<Ending, Arc<SessionError>>),
    /// Something that was wished for.
    Found(Found),
    /// What was wished for cannot be had.
    ProbeFailed(Arc<SessionError>),
}

/// What is being done before a run can begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Images are read.
    Data,
    /// The adapter is opened.
    Adapter,
    /// The network is compiled for it.
    Plan,
}

/// Whether steps are being taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// They are.
    Running,
    /// Not until [`Command::Resume`] or [`Command::Step`].
    Paused,
}

/// A run, ready for its first step.
#[derive(Debug)]
pub struct Opened {
    /// All that defines it.
    pub settings: Settings,
    /// Its images.
    pub data: Arc<DataSet>,
    /// Its network, what of it trains, and its state before the first step.
    pub start: Arc<Start>,
    /// What it computes on.
    pub adapter: Capabilities,
    /// Where it is kept.
    pub folder: PathBuf,
    /// Memory and length.
    pub outlook: Outlook,
    /// What an earlier part of it reported.
    pub past: Vec<Metric>,
}

/// What to work out about the network as it is now.
#[derive(Clone, Debug, PartialEq)]
pub struct Wish {
    /// Comes back with everything found for it.
    pub id: u64,
    /// Channels that are off.
    pub ablation: Ablation,
    /// How many test images to measure accuracy on.
    pub tested_images: usize,
    /// Also measure accuracy with as many random channels off, and against the share switched off.
    pub curve: bool,
    /// Test images to answer.
    pub images: Vec<u32>,
    /// The layer and the test image to show the feature maps of.
    pub maps: Option<(BatchNormId, u32)>,
}

/// Something that was wished for.
#[derive(Clone, Debug)]
pub struct Found {
    /// [`Wish::id`].
    pub wish: u64,
    /// The step after which the network was as it was probed.
    pub step: u64,
    /// It.
    pub finding: Finding,
}

/// Something found out by probing.
#[derive(Clone, Debug, PartialEq)]
pub enum Finding {
    /// With all channels on.
    Whole(Accuracy),
    /// With the ablation's channels off.
    Ablated(Accuracy),
    /// With as many channels off as in the ablation, chosen at random; one entry a draw.
    Random(Vec<Accuracy>),
    /// With a share of all channels off: a point of the curve.
    Curve {
        /// How many channels are off.
        off: usize,
        /// Those of least |γ|.
        weakest: Accuracy,
        /// As many chosen at random.
        random: Accuracy,
    },
    /// What the ablated network says of the images.
    Answers(Vec<Answer>),
    /// What the ablated network's layer makes of the image.
    Maps(FeatureMaps),
}

/// Why a session could not do what it was asked to.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    /// The images.
    #[error(transparent)]
    Data(#[from] crate::data::DataError),
}
