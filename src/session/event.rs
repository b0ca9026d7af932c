//! What a session tells.

use std::path::PathBuf;
use std::sync::Arc;

use super::{RequestId, SessionError, Stage};
use crate::data::DataSet;
use crate::field::Explanation;
use crate::gpu::Capabilities;
use crate::study::gamma::Norms;
use crate::study::probe::{Accuracy, Answer, FeatureMaps};
use crate::train::gamma_history::GammaHistory;
use crate::train::history::History;
use crate::train::metric::Metric;
use crate::train::run::{Ending, Outlook};
use crate::train::settings::Settings;
use crate::train::start::Start;

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
    /// The folder of the run was deleted or moved. The run waits, with all it has come to in memory: until
    /// [`super::Command::WriteAnew`] or [`super::Command::Abandon`], or anything else that is asked for, before which
    /// it is written anew. Only a run that is watched waits; another is written anew at once.
    Gone {
        /// Where it was.
        folder: PathBuf,
        /// Why it could not be written anew, where that was tried.
        problem: Option<Explanation>,
    },
    /// The folder of the run was written anew.
    Moved {
        /// Where it was.
        from: PathBuf,
        /// Where it is.
        to: PathBuf,
    },
    /// The run ended; the session waits for the next [`super::Command::Start`]. The last state can still be
    /// probed.
    Ended(Result<Ending, Arc<SessionError>>),
    /// Something that was asked for.
    Found(Found),
    /// What was asked for cannot be had.
    ProbeFailed(Arc<SessionError>),
}

/// Whether steps are being taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// They are.
    Running,
    /// None, while the test set is evaluated.
    Evaluating,
    /// None until [`super::Command::Resume`] or [`super::Command::Step`].
    Paused,
}

/// A run, ready for its first step.
#[derive(Clone, Debug)]
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
    pub past: History,
    /// γ and β over that part, as far as they were kept.
    pub past_gammas: Arc<GammaHistory>,
    /// Who trains it, where it is only shown: another program, as far as is known.
    pub trained_by: Option<String>,
    /// What was passed over, guessed, converted or made anew: told once.
    pub notes: Vec<Explanation>,
}

/// Something that was asked for.
#[derive(Clone, Debug)]
pub struct Found {
    /// [`ProbeRequest::id`](super::ProbeRequest::id) or [`Look::id`](super::Look::id).
    pub request: RequestId,
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
        /// As many chosen at random; one entry a draw, as many as [`Finding::Random`] has in the end.
        random: Vec<Accuracy>,
    },
    /// What the ablated network says of the images.
    Answers(Vec<Answer>),
    /// What the ablated network's layer makes of the image.
    Maps(FeatureMaps),
}
