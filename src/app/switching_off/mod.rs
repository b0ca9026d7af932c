//! The threshold, and what switching channels off does to accuracy.
//!
//! [`choice`] says which channels are off and `controls` lets the reader choose, [`results`] keeps what
//! was measured and `figures` draws it.

use std::ops::Range;
use std::sync::Arc;

use eframe::Storage;
use egui::{Context, ScrollArea, Ui};
use serde::{Deserialize, Serialize};

use super::action::Action;
use super::halves::halves;
use super::shared::{News, Shared};
use super::view::{Place, View, recall};
use super::wording::sentence;
use crate::network::Graph;
use crate::numbers::grouped;
use crate::session::{Command, Event, Found, ProbeRequest, RequestId};
use crate::study::gamma::Norms;
use crate::train::metric::Metric;

pub mod choice;
mod controls;
mod figures;
pub mod results;

use choice::Chosen;
use results::Results;

/// The name that it is kept under.
const KEPT: &str = "switching-off";
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
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default)]
pub struct SwitchingOff {
    follow: bool,
    compare: bool,
    /// The axis of the curve goes to 100 %, however low the curve is.
    whole_axis: bool,
    /// The curve was asked for, though not with every measurement.
    #[serde(skip)]
    curve_once: bool,
    #[serde(skip)]
    results: Results,
    #[serde(skip)]
    pending: Option<Pending>,
}

impl Default for SwitchingOff {
    fn default() -> Self {
        Self {
            follow: false,
            compare: true,
            whole_axis: false,
            curve_once: false,
            results: Results::default(),
            pending: None,
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

impl SwitchingOff {
    /// Whether to measure anew at each evaluation.
    pub fn follows(&self) -> bool {
        self.follow
    }

    /// What was measured.
    pub fn results(&self) -> &Results {
        &self.results
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

    /// The request to send.
    pub fn request(
        &mut self,
        id: RequestId,
        chosen: &mut Chosen,
        norms: &Arc<Norms>,
    ) -> ProbeRequest {
        let request = ProbeRequest {
            id,
            ablation: chosen.ablation(norms).clone(),
            tested_images: chosen.choice.tested.images(),
            curve: self.compare || self.curve_once,
        };
        // What is found for earlier ones no longer counts.
        self.results.expect(&request);
        self.pending = None;
        request
    }

    /// Takes in what was found, and says whether it belonged here.
    pub fn take_found(&mut self, found: &Found) -> bool {
        self.results.take(found)
    }

    /// What was asked for cannot be had, for this reason.
    pub fn fail(&mut self, reason: impl ToString) {
        self.results.fail(reason);
    }

    /// Whether the request changed and should be sent now. Says so once.
    pub fn due(&mut self, ctx: &Context) -> bool {
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

    /// Draws the view. `None` before there is a network.
    pub fn ui(&mut self, ui: &mut Ui, chosen: &mut Chosen, network: Option<&Network<'_>>) {
        chosen.choice.heal();
        let Some(network) = network else {
            ui.label(
                "Start or open a run: here you switch its channels off, weakest |γ| first, and see \
                 what is left of its accuracy on test images.",
            );
            return;
        };
        ScrollArea::vertical()
            .auto_shrink([false, false])
            .show(ui, |ui| {
                let mut both = (self, chosen);
                halves(
                    ui,
                    WIDE,
                    &mut both,
                    |(view, chosen), ui| view.controls_ui(ui, chosen, network),
                    |(view, chosen), ui| {
                        view.figures_ui(ui, chosen.off(network.norms), network);
                    },
                );
            });
    }

    fn changed(&mut self, pending: Pending) {
        self.curve_once = false;
        self.pending = Some(pending);
    }
}

impl View for SwitchingOff {
    fn title(&self) -> &'static str {
        "Switching off"
    }

    fn icon(&self) -> &'static str {
        "⊘"
    }

    fn help(&self) -> &'static str {
        "Switch channels off, weakest |γ| first, and see what is left of accuracy on test images"
    }

    fn place(&self) -> Place {
        Place::Acting
    }

    fn scrolls(&self) -> bool {
        true
    }

    fn draw(&mut self, ui: &mut Ui, shared: &mut Shared) -> Option<Action> {
        let Shared { run, chosen, .. } = shared;
        let network = run.as_ref().and_then(|run| {
            let opened = run.opened.as_ref()?;
            Some(Network {
                norms: &run.norms.last()?.norms,
                graph: &opened.start.graph,
                ranges: run.norms.layers().ranges(),
                test_images: opened.data.test.len(),
            })
        });
        self.ui(ui, chosen, network.as_ref());
        if let Some(run) = run {
            run.norms.set_threshold(chosen.choice.threshold);
        }
        None
    }

    fn take(&mut self, news: &News<'_>, _: bool) {
        match news {
            News::Session(Event::Metric(Metric::Eval { .. })) => self.evaluated(),
            News::Session(Event::Found(found)) => {
                self.take_found(found);
            }
            News::Session(Event::ProbeFailed(error)) => self.fail(sentence(&**error)),
            News::Session(_) | News::Picked => {}
            News::AnotherRun => {
                self.results = Results::default();
                self.curve_once = false;
                self.pending = None;
            }
            News::Idle => self.measure(),
            News::Toggled => self.changed(Pending::Now),
        }
    }

    fn probe_request(
        &mut self,
        ctx: &Context,
        shared: &mut Shared,
        id: RequestId,
    ) -> Option<Command> {
        if !self.due(ctx) {
            return None;
        }
        let norms = shared.norms()?.clone();
        let request = self.request(id, &mut shared.chosen, &norms);
        Some(Command::Measure(Box::new(request)))
    }

    fn keep(&self, storage: &mut dyn Storage) {
        eframe::set_value(storage, KEPT, self);
    }

    fn recall(&mut self, storage: &dyn Storage) {
        recall(storage, KEPT, self);
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
