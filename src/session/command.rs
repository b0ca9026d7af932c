//! What a session can be asked to do.

use std::path::PathBuf;

use crate::data::DataSource;
use crate::gpu::AdapterChoice;
use crate::network::graph::BatchNormId;
use crate::study::ablation::Ablation;
use crate::train::settings::Settings;

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
    /// Write a run whose folder is [gone](super::Event::Gone) into a new one, and go on.
    WriteAnew,
    /// End a run whose folder is [gone](super::Event::Gone), and write nothing.
    Abandon,
    /// Evaluate on the test set now.
    Evaluate,
    /// Measure accuracy with channels switched off; replaces the measurement under way.
    Measure(Box<ProbeRequest>),
    /// Show what the network makes of images; served between measurements.
    Look(Box<Look>),
}

impl Command {
    /// Whether it ends the run under way.
    pub(super) fn ends_a_run(&self) -> bool {
        matches!(self, Self::Start(_) | Self::Stop)
    }
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
        settings: Box<Settings>,
        /// Where it goes.
        folder: NewFolder,
    },
    /// One that was interrupted, or has ended, from its last checkpoint.
    Resumed {
        /// Its folder.
        run: PathBuf,
        /// The data, where it is not where it was.
        data: Option<DataSource>,
        /// Passes over the training set, if other than before.
        epochs: Option<u32>,
        /// Steps, if other than before.
        max_steps: Option<u64>,
        /// Epochs that the schedule is spread over, if other than before.
        schedule_epochs: Option<f64>,
    },
    /// One that another program trains: it is shown as its last checkpoint has it, and ends at once. Nothing is
    /// written.
    Read {
        /// Its folder.
        run: PathBuf,
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

/// Which of the requests to the prober. A newer one of the same kind replaces what its asker asked
/// before, and nothing else.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RequestId {
    /// Who asks, by a number of its own.
    pub asker: usize,
    /// A number that no other request of this asker has.
    pub number: u64,
}

impl From<u64> for RequestId {
    /// A request of somebody who is the only one to ask.
    fn from(number: u64) -> Self {
        Self { asker: 0, number }
    }
}

/// Which channels to switch off in the network as it is now, and what to measure then.
#[derive(Clone, Debug, PartialEq)]
pub struct ProbeRequest {
    /// Comes back with everything found for it.
    pub id: RequestId,
    /// Channels that are off.
    pub ablation: Ablation,
    /// How many test images to measure accuracy on.
    pub tested_images: usize,
    /// Also measure accuracy with as many random channels off, and against the share switched off.
    pub curve: bool,
}

/// What to show of the network as it is now.
#[derive(Clone, Debug, PartialEq)]
pub struct Look {
    /// Comes back with everything found for it.
    pub id: RequestId,
    /// Channels that are off.
    pub ablation: Ablation,
    /// Test images to answer.
    pub images: Vec<u32>,
    /// The layer and the test image to show the feature maps of.
    pub maps: Option<(BatchNormId, u32)>,
}
