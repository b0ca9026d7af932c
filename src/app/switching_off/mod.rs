//! The threshold, and what switching channels off does to accuracy.
//!
//! [`choice`] says which channels are off and `controls` lets the reader choose, [`results`] keeps what
//! was measured and `figures` draws it.

use std::ops::Range;
use std::sync::Arc;

use egui::{ScrollArea, Ui};
use serde::{Deserialize, Serialize};

use super::halves::halves;
use crate::network::Graph;
use crate::numbers::grouped;
use crate::session::{Found, ProbeRequest};
use crate::study::ablation::Ablation;
use crate::study::gamma::Norms;

pub mod choice;
mod controls;
mod figures;
pub mod results;

use choice::Choice;
use results::Results;

/// Seconds a slider must rest before what it says is measured.
const REST_SECS: f64 = 0.15;
/// Width in points from which the curve stands beside the bars.
const WIDE: f32 = 600.0;

/// The network as it is now, as the view needs it.
#[derive(Clone, Copy, Debug)]
pub struct Network<'a> {
    /// γ and β of every channel.
    pub norms: &'a Arc<Norms>,
    /// Its layers.
    pub graph: &'a Graph,
    /// Where each BatchNorm's channels lie, as of [`crate::study::gamma::channel_ranges`].
    pub ranges: &'a [Range<usize>],
    /// How many test images there are.
    pub test_images: usize,
}

impl Network<'_> {
    /// A channel as a reader knows it: `blocks.3.bn2 channel 17`.
    pub fn channel_name(&self, channel: usize) -> String {
        let layer = self.ranges.partition_point(|range| range.end <= channel);
        match (self.graph.batch_norms.get(layer), self.ranges.get(layer)) {
            (Some(norm), Some(range)) => format!("{} channel {}", norm.name, channel - range.start),
            _ => format!("channel {channel}"),
        }
    }
}

/// The view: which channels are off, what that does to accuracy, and the curve of accuracy against the
/// share switched off.
///
/// The shell calls [`take`](Self::take) with what the session finds, and whenever [`ui`](Self::ui) or
/// [`due`](Self::due) says so, sends what [`request`](Self::request) gives and passes it to
/// [`expect`](Self::expect).
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default)]
pub struct SwitchingOff {
    choice: Choice,
    follow: bool,
    compare: bool,
    /// The curve was asked for, though not with every measurement.
    #[serde(skip)]
    curve_once: bool,
    #[serde(skip)]
    results: Results,
    #[serde(skip)]
    pending: Option<Pending>,
    #[serde(skip)]
    now: Option<Now>,
}

impl Default for SwitchingOff {
    fn default() -> Self {
        Self {
            choice: Choice::default(),
            follow: false,
            compare: true,
            curve_once: false,
            results: Results::default(),
            pending: None,
            now: None,
        }
    }
}

/// Something changed and was not yet asked for.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Pending {
    /// To be asked for at once.
    Now,
    /// To be asked for once nothing changed since this time, in seconds, for a while.
    AtRest(f64),
}

/// What the choice makes of the norms at hand, so that it is worked out once.
#[derive(Clone, Debug)]
struct Now {
    norms: Arc<Norms>,
    choice: Choice,
    ablation: Ablation,
    off: usize,
}

impl SwitchingOff {
    /// What the reader chose.
    pub fn choice(&self) -> &Choice {
        &self.choice
    }

    /// |γ| below which a channel is off.
    pub fn threshold(&self) -> f32 {
        self.choice.threshold
    }

    /// Whether to measure anew at each evaluation.
    pub fn follows(&self) -> bool {
        self.follow
    }

    /// What was measured.
    pub fn results(&self) -> &Results {
        &self.results
    }

    /// Switches one channel, counted BatchNorm after BatchNorm, off or on again.
    ///
    /// # Panics
    ///
    /// Where the network has no such channel.
    pub fn toggle(&mut self, channel: usize, norms: &Norms) {
        self.choice.toggle(channel, norms);
        self.changed(Pending::Now);
    }

    /// Asks for a measurement of the network as it is now.
    pub fn measure(&mut self) {
        self.pending = Some(Pending::Now);
    }

    /// The training evaluated its network; measures too, if the reader asked to follow.
    pub fn evaluated(&mut self) {
        if self.follow {
            self.measure();
        }
    }

    /// Another network: what was switched by hand and measured is no longer of it.
    pub fn forget(&mut self) {
        self.choice.release_all();
        self.results = Results::default();
        self.curve_once = false;
        self.pending = None;
        self.now = None;
    }

    /// Which channels are off now.
    pub fn ablation(&mut self, norms: &Arc<Norms>) -> &Ablation {
        &self.now(norms).ablation
    }

    /// The request to send.
    pub fn request(&mut self, id: u64, norms: &Arc<Norms>) -> ProbeRequest {
        ProbeRequest {
            id,
            ablation: self.ablation(norms).clone(),
            tested_images: self.choice.tested.images(),
            curve: self.compare || self.curve_once,
        }
    }

    /// This request was sent: what is found for earlier ones no longer counts.
    pub fn expect(&mut self, request: &ProbeRequest) {
        self.results.expect(request);
        self.pending = None;
    }

    /// Takes in what was found, and says whether it belonged here.
    pub fn take(&mut self, found: &Found) -> bool {
        self.results.take(found)
    }

    /// What was asked for cannot be had, for this reason.
    pub fn fail(&mut self, reason: impl ToString) {
        self.results.fail(reason);
    }

    /// Whether the request changed and should be sent now. Says so once. [`ui`](Self::ui) asks it too; call
    /// it where the view is hidden.
    pub fn due(&mut self, ctx: &egui::Context) -> bool {
        let is_due = match self.pending {
            None => false,
            Some(Pending::Now) => true,
            Some(Pending::AtRest(since)) => {
                let rest = REST_SECS - (ctx.time() - since);
                if rest > 0.0 {
                    ctx.request_repaint_after_secs(rest as f32);
                }
                rest <= 0.0
            }
        };
        if is_due {
            self.pending = None;
        }
        is_due
    }

    /// Draws the view, and says whether the request changed and should be sent now. `None` before there is
    /// a network.
    pub fn ui(&mut self, ui: &mut Ui, network: Option<&Network<'_>>) -> bool {
        self.choice.heal();
        let Some(network) = network else {
            ui.label(
                "Start or open a run: here you switch its channels off, weakest |γ| first, and see \
                 what is left of its accuracy on test images.",
            );
            return false;
        };
        ScrollArea::vertical()
            .auto_shrink([false, false])
            .show(ui, |ui| {
                let controls = |view: &mut Self, ui: &mut Ui| view.controls_ui(ui, network);
                let figures = |view: &mut Self, ui: &mut Ui| view.figures_ui(ui, network);
                halves(ui, WIDE, self, controls, figures);
            });
        self.due(ui.ctx())
    }

    fn now(&mut self, norms: &Arc<Norms>) -> &Now {
        let is_current = |now: &Now| Arc::ptr_eq(&now.norms, norms) && now.choice == self.choice;
        match self.now.take().filter(is_current) {
            Some(now) => self.now.insert(now),
            None => {
                let ablation = self.choice.ablation(norms);
                self.now.insert(Now {
                    norms: norms.clone(),
                    choice: self.choice.clone(),
                    off: ablation.off.iter().filter(|off| **off).count(),
                    ablation,
                })
            }
        }
    }

    fn changed(&mut self, pending: Pending) {
        self.curve_once = false;
        self.pending = Some(pending);
    }
}

/// `27 % of 336 channels off`.
pub fn share_off(off: usize, channels: usize) -> String {
    let share = 100.0 * off as f64 / channels.max(1) as f64;
    let share = match share {
        share if off > 0 && share < 1.0 => "less than 1".to_owned(),
        share if off < channels && share > 99.0 => "more than 99".to_owned(),
        share => format!("{share:.0}"),
    };
    let channels = grouped(channels as u64);
    format!(
        "{share} % of {channels} channels off ({})",
        grouped(off as u64)
    )
}
