//! What happened in the run that ended: one sentence above the panes, until it is closed.
//!
//! What switching channels off costs is measured then, by the prober, in questions of its own: all channels
//! on, the weakest off, and as many random ones off, [`DRAWS`] times.

use egui::{ScrollArea, Ui};

use super::run_view::RunView;
use super::views::ViewId;
use crate::network::counts;
use crate::session::{Command, Event, Finding, ProbeRequest, RequestId};
use crate::study::ablation::Ablation;
use crate::study::gamma::Norms;
use crate::study::probe::Accuracy;
use crate::train::run::Ending;
use crate::train::summary::{Cost, Measured, Summary};

/// Most of the window's height that the sentence takes.
const SHARE_OF_HEIGHT: f32 = 0.2;

/// Draws of random channels.
pub const DRAWS: u64 = 5;

/// Test images that accuracy is measured on, at most.
const TESTED: usize = 1_000;

/// Who asks the prober: views ask by their own numbers.
pub const ASKER: usize = ViewId::ALL.len();

/// The sentence about the run that ended last, if there is one.
#[derive(Debug, Default)]
pub struct Outcome {
    summary: Option<Summary>,
    is_closed: bool,
    measuring: Option<Measuring>,
}

/// What is asked, one after another, and what was answered.
#[derive(Debug)]
struct Measuring {
    off: usize,
    asks: Vec<Ablation>,
    answers: Vec<Accuracy>,
    sent: Option<RequestId>,
}

impl Measuring {
    fn new(norms: &Norms, off: usize, seed: u64) -> Self {
        let channels = norms.gamma.len();
        let random = |draw| Ablation::random(channels, off, seed.wrapping_add(draw), false);
        let fixed = [
            Ablation::none(channels),
            Ablation::weakest(&norms.gamma, off, false),
        ];
        Self {
            off,
            asks: fixed.into_iter().chain((0..DRAWS).map(random)).collect(),
            answers: Vec::new(),
            sent: None,
        }
    }

    fn cost(&self) -> Cost {
        let (done, of) = (self.answers.len(), self.asks.len());
        match self.answers.as_slice() {
            [whole, weakest, random @ ..] if done == of => Cost::Measured(Measured {
                off: self.off,
                whole: whole.accuracy,
                weakest: weakest.accuracy,
                random: random.iter().map(|draw| draw.accuracy).collect(),
                images: whole.images,
            }),
            _ => Cost::Measuring { done, of },
        }
    }
}

impl Outcome {
    /// Another run, or the same one further: the sentence is not about it.
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// The run ended. Where nothing can be measured any more, `why_not` says why.
    pub fn ended(&mut self, run: &RunView, ending: Ending, threshold: f32, why_not: Option<&str>) {
        self.clear();
        // A run that was only read did not end just now.
        let Some(opened) = &run.opened else {
            return;
        };
        let graph = &opened.start.graph;
        let off = |norms: &Norms| {
            let is_off = |gamma: &&f32| gamma.abs() < threshold;
            norms.gamma.iter().filter(is_off).count()
        };
        let last = run.norms.last().map(|last| &last.norms);
        let (channels, off_now) = (
            run.norms.layers().all_channels(),
            last.map(|last| off(last)),
        );
        let first = Norms::of(graph, &opened.start.initial);
        let why_not = match (why_not, last) {
            (Some(why), _) => Some(why),
            (None, Some(_)) if channels > 0 => None,
            (None, _) => Some("the network has no γ"),
        };
        self.measuring = last.filter(|_| why_not.is_none()).map(|norms| {
            let off = Summary::worth_switching_off(off(norms), channels);
            Measuring::new(norms, off, run.settings.seed)
        });
        let unknown = || Cost::Unknown(why_not.unwrap_or_default().to_owned());
        let cost = self
            .measuring
            .as_ref()
            .map_or_else(unknown, Measuring::cost);
        self.summary = Some(Summary {
            ending,
            steps: run.step,
            total_steps: run.total_steps,
            accuracy: run.accuracy,
            test_images: opened.data.test.len(),
            classes: opened.data.classes.len(),
            trained: opened.start.trained.trained_count(graph),
            parameters: counts(graph).all,
            threshold,
            channels,
            off_before: off(&first),
            off_now,
            cost,
        });
    }

    /// Takes in what the session told.
    pub fn take(&mut self, event: &Event) {
        let (Some(measuring), Some(summary)) = (&mut self.measuring, &mut self.summary) else {
            return;
        };
        match event {
            Event::Found(found) if measuring.sent == Some(found.request) => {
                // What else is found for a question is not needed; the next replaces it.
                if let Finding::Ablated(accuracy) = found.finding {
                    measuring.answers.push(accuracy);
                    measuring.sent = None;
                }
                summary.cost = measuring.cost();
            }
            Event::ProbeFailed(error) => summary.cost = Cost::Unknown(error.to_string()),
            _ => {}
        }
        if !matches!(summary.cost, Cost::Measuring { .. }) {
            self.measuring = None;
        }
    }

    /// Whether something is still being measured.
    pub fn is_measuring(&self) -> bool {
        self.measuring.is_some()
    }

    /// What to ask of the prober next.
    pub fn probe_request(&mut self, number: u64) -> Option<Command> {
        let measuring = self
            .measuring
            .as_mut()
            .filter(|asked| asked.sent.is_none())?;
        let ablation = measuring.asks.get(measuring.answers.len())?.clone();
        let id = RequestId {
            asker: ASKER,
            number,
        };
        measuring.sent = Some(id);
        Some(Command::Measure(Box::new(ProbeRequest {
            id,
            ablation,
            tested_images: TESTED,
            curve: false,
        })))
    }

    /// The sentence, closed or not.
    pub fn sentence(&self) -> Option<String> {
        self.summary.as_ref().map(Summary::sentence)
    }

    /// Whether there is a sentence to draw.
    pub fn is_shown(&self) -> bool {
        self.summary.is_some() && !self.is_closed
    }

    /// Draws the sentence, and buttons to copy and to close it.
    pub fn ui(&mut self, ui: &mut Ui) {
        let Some(sentence) = self.sentence() else {
            return;
        };
        // On a small screen it scrolls, so that the panes keep most of the height.
        let height = SHARE_OF_HEIGHT * ui.ctx().content_rect().height();
        ScrollArea::vertical().max_height(height).show(ui, |ui| {
            ui.horizontal_wrapped(|ui| {
                ui.label(&sentence);
                self.buttons_ui(ui, &sentence);
            });
        });
    }

    fn buttons_ui(&mut self, ui: &mut Ui, sentence: &str) {
        let copy = ui.button("Copy");
        if copy
            .on_hover_text("Copy the sentence, to paste it elsewhere")
            .clicked()
        {
            ui.ctx().copy_text(sentence.to_owned());
        }
        let close = ui.button("Close");
        if close
            .on_hover_text("Take the sentence about this run off")
            .clicked()
        {
            self.is_closed = true;
        }
    }
}
