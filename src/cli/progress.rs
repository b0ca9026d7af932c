//! A training on a terminal: bars where there is one, plain lines where there is none.

use std::io::IsTerminal;
use std::time::{Duration, Instant};

use anyhow::Context;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::json;

use super::options::OutputOptions;
use super::print::{self, Unprinted};
use super::wording::Terminal;
use crate::engine::MemoryReport;
use crate::field::Explanation;
use crate::network::counts;
use crate::numbers::bytes;
use crate::session::{Event, Opened, Stage};
use crate::study::gamma::all_gammas;
use crate::train::batches::Batches;
use crate::train::metric::Metric;
use crate::train::run::Ending;
use crate::train::summary::{Cost, Summary};
use crate::train::trainer::GAMMA_THRESHOLD;

/// Time between two plain lines about steps.
const LINE_EVERY: Duration = Duration::from_secs(10);

/// How a training is shown.
enum Show {
    Nothing,
    Json,
    /// Bars on the terminal; hidden, and lines in their place, where there is none.
    Bars(ProgressBar),
}

/// Follows a run.
pub(super) struct Progress {
    show: Show,
    /// What is shown before the first step.
    preparing: Option<Preparing>,
    /// Why nothing is printed any more: a training is worth more than its lines.
    unprinted: Option<Unprinted>,
    batches: Option<Batches>,
    /// What the run came to so far.
    summary: Option<Summary>,
    line: Instant,
    rate: Rate,
}

/// Images a second over the steps since the last evaluation.
struct Rate {
    since: Instant,
    images: u64,
}

impl Rate {
    fn new() -> Self {
        Self {
            since: Instant::now(),
            images: 0,
        }
    }

    fn images_per_second(&self) -> f64 {
        self.images as f64 / self.since.elapsed().as_secs_f64().max(1e-9)
    }
}

/// Shows that data is being read.
pub(super) fn spinner() -> ProgressBar {
    let spinner = ProgressBar::new_spinner().with_message("reading the images");
    spinner.enable_steady_tick(Duration::from_millis(100));
    spinner
}

/// What is done before the first step, on a terminal.
enum Preparing {
    /// Of which it is not known how far it is.
    Reading(ProgressBar),
    /// Of which it is.
    Counted(ProgressBar),
}

impl Preparing {
    fn counted() -> Self {
        let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::stderr());
        let style = ProgressStyle::with_template("{bar:30} {msg}");
        let style = style.unwrap_or_else(|_| ProgressStyle::default_bar());
        Self::Counted(bar.with_style(style))
    }

    fn bar(&self) -> &ProgressBar {
        match self {
            Self::Reading(bar) | Self::Counted(bar) => bar,
        }
    }
}

impl Progress {
    pub fn new(output: &OutputOptions) -> Self {
        let show = match (output.quiet, output.json) {
            (true, _) => Show::Nothing,
            (_, true) => Show::Json,
            _ => {
                let target = ProgressDrawTarget::stderr();
                let style = ProgressStyle::with_template("{bar:30} {pos}/{len} {msg}");
                let bar = ProgressBar::with_draw_target(Some(0), target);
                Show::Bars(bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar())))
            }
        };
        Self {
            show,
            preparing: None,
            unprinted: None,
            batches: None,
            summary: None,
            line: Instant::now(),
            rate: Rate::new(),
        }
    }

    /// Shows what a session tells.
    pub fn show(&mut self, event: &Event) {
        match event {
            Event::Preparing(stage) if !matches!(self.show, Show::Nothing) => {
                self.prepare(*stage);
            }
            Event::Preparing(_) => {}
            Event::Opened(opened) => {
                self.stop_preparing();
                self.opened(opened);
            }
            Event::Metric(metric) => self.metric(metric),
            Event::Ended(ended) => {
                self.stop_preparing();
                if let Show::Bars(bar) = &self.show {
                    bar.finish_and_clear();
                }
                if let Ok(ending @ (Ending::Finished | Ending::Interrupted)) = ended {
                    self.sum_up(*ending);
                }
            }
            Event::Moved { from, to } => self.suspended(&format!(
                "note: {} is not there any more: it was deleted or moved; the run is written anew, and goes on, in {}",
                from.display(),
                to.display()
            )),
            // Only somebody who watches is told these.
            Event::Phase(_)
            | Event::Gone { .. }
            | Event::Norms { .. }
            | Event::Saved { .. }
            | Event::Found(_)
            | Event::ProbeFailed(_) => {}
        }
    }

    /// Tells something on standard error, whatever is printed.
    fn suspended(&self, line: &str) {
        match &self.show {
            Show::Bars(bar) => bar.suspend(|| print::tell(line)),
            Show::Nothing | Show::Json => print::tell(line),
        }
    }

    /// Shows what is done before the first step, and how far it is. In a pipe nobody is shown that.
    fn prepare(&mut self, stage: Stage) {
        match (stage, &self.preparing) {
            (Stage::Data, _) => self.preparing = Some(Preparing::Reading(spinner())),
            (Stage::Adapter | Stage::Plan, _) => self.stop_preparing(),
            (Stage::Variants(_) | Stage::Kernels(_), Some(Preparing::Counted(_))) => {}
            (Stage::Variants(_) | Stage::Kernels(_), _) => {
                self.stop_preparing();
                self.preparing = Some(Preparing::counted());
            }
        }
        if let (Some(share), Some(preparing)) = (stage.share(), &self.preparing) {
            let bar = preparing.bar();
            bar.set_length(share.of as u64);
            bar.set_position(share.done as u64);
            bar.set_message(stage.words());
        }
    }

    fn stop_preparing(&mut self) {
        if let Some(preparing) = self.preparing.take() {
            preparing.bar().finish_and_clear();
        }
    }

    /// Prints a line to standard output, unless that has failed before.
    fn print(&mut self, line: &str) {
        if self.unprinted.is_some() {
            return;
        }
        let printed = match &self.show {
            Show::Bars(bar) => bar.suspend(|| print::line(line)),
            Show::Nothing | Show::Json => print::line(line),
        };
        let Err(error) = printed else { return };
        if !error.is_closed_pipe() {
            print::tell(format_args!(
                "note: {error}; the training goes on without printing"
            ));
        }
        self.unprinted = Some(error);
    }

    /// Whether all was printed that somebody wanted to read.
    pub fn printed(self) -> anyhow::Result<()> {
        match self.unprinted {
            Some(error) if !error.is_closed_pipe() => {
                Err(error).context("the training is done and saved, but not all of it was printed")
            }
            _ => Ok(()),
        }
    }

    /// Tells a person something.
    fn say(&mut self, line: &str) {
        if matches!(self.show, Show::Bars(_)) {
            self.print(line);
        }
    }
}

/// What memory is for, with its bytes.
pub(super) fn by_purpose(memory: &MemoryReport) -> String {
    format!(
        "{} activations, {} gradients, {} both in turns, {} parameters, {} optimiser, {} other",
        bytes(memory.activations),
        bytes(memory.gradients),
        bytes(memory.shared),
        bytes(memory.parameters),
        bytes(memory.optimizer),
        bytes(memory.other),
    )
}

impl Progress {
    fn opened(&mut self, opened: &Opened) {
        let settings = &opened.settings;
        let graph = &opened.start.graph;
        let all = counts(graph).all;
        let trained = opened.start.trained.trained_count(graph);
        let data = &opened.data;
        let images = &data.train;
        self.say(&format!("adapter   {}", opened.adapter));
        self.say(&format!(
            "data      {}: {} training and {} test images, {}×{}×{}, {} classes",
            settings.data,
            data.train.len(),
            data.test.len(),
            images.channels,
            images.height,
            images.width,
            data.classes.len(),
        ));
        self.say(&format!(
            "network   {}, training {}: {trained} of {all} parameters ({:.2} %)",
            settings.model,
            settings.train,
            100.0 * trained as f64 / all as f64,
        ));
        let memory = opened.outlook.memory;
        self.say(&format!(
            "memory    {} on the device: {}",
            bytes(memory.total()),
            by_purpose(&memory),
        ));
        self.say(&format!("run       {}", opened.folder.display()));
        for note in &opened.notes {
            self.note(note);
        }
        let done = opened.outlook.done_steps;
        if done > 0 {
            self.say(&format!("resumed   after step {done}"));
        }
        if let Show::Bars(bar) = &self.show {
            bar.set_length(opened.outlook.total_steps);
            bar.set_position(done);
        }
        self.summary = Some(begun(opened));
        self.batches = Some(settings.batches(&data.shape()));
        self.rate = Rate::new();
    }

    /// Says what happened in the run, as its last line.
    fn sum_up(&mut self, ending: Ending) {
        if let Some(summary) = self.summary.take() {
            let sentence = Summary { ending, ..summary }.sentence();
            self.say(&format!("result    {sentence}"));
        }
    }

    /// Tells what a person should know; to programs that read JSON as an object of its own.
    fn note(&mut self, note: &Explanation) {
        let text = note.say(&Terminal);
        match &self.show {
            Show::Nothing => {}
            Show::Json => self.print(&json!({ "kind": "note", "text": text }).to_string()),
            Show::Bars(_) => self.say(&format!("note      {text}")),
        }
    }

    fn metric(&mut self, metric: &Metric) {
        if let Some(summary) = &mut self.summary {
            take(summary, metric);
        }
        match &self.show {
            Show::Nothing => {}
            Show::Json => {
                if let Ok(line) = serde_json::to_string(metric) {
                    self.print(&line);
                }
            }
            Show::Bars(bar) => self.metric_on(&bar.clone(), metric),
        }
    }

    fn metric_on(&mut self, bar: &ProgressBar, metric: &Metric) {
        match *metric {
            Metric::Step {
                step,
                epoch,
                loss,
                accuracy,
                lr,
                ..
            } => {
                let images =
                    |batches: Batches| batches.images_in(step) - batches.images_in(step - 1);
                self.rate.images += self.batches.map_or(0, images);
                let speed = self.rate.images_per_second();
                let text = format!(
                    "epoch {epoch:.2} loss {loss:.4} accuracy {:.1} % rate {lr:.4} {speed:.0} images/s",
                    100.0 * accuracy
                );
                bar.set_position(step);
                bar.set_message(text.clone());
                if !std::io::stderr().is_terminal() && self.line.elapsed() > LINE_EVERY {
                    self.line = Instant::now();
                    self.print(&format!("step {step} {text}"));
                }
            }
            Metric::Eval {
                step,
                epoch,
                loss,
                accuracy,
                gamma_below_001,
                seconds,
            } => {
                let speed = self.rate.images_per_second();
                self.rate = Rate::new();
                self.say(&format!(
                    "epoch {epoch:.2} (step {step}): test loss {loss:.4}, test accuracy {:.2} %, |γ| < 0.01: {:.1} %, {speed:.0} images/s, {seconds:.0} s",
                    100.0 * accuracy,
                    100.0 * gamma_below_001,
                ));
            }
        }
    }
}

/// What a run came to before its first step.
fn begun(opened: &Opened) -> Summary {
    let (start, graph) = (&opened.start, &opened.start.graph);
    let is_off = |gamma: &f32| gamma.abs() < GAMMA_THRESHOLD;
    let mut summary = Summary {
        ending: Ending::Interrupted,
        steps: opened.outlook.done_steps,
        total_steps: opened.outlook.total_steps,
        accuracy: None,
        test_images: opened.data.test.len(),
        classes: opened.data.classes.len(),
        trained: start.trained.trained_count(graph),
        parameters: counts(graph).all,
        threshold: GAMMA_THRESHOLD,
        channels: all_gammas(graph, &start.initial).count(),
        off_before: all_gammas(graph, &start.initial).filter(is_off).count(),
        off_now: None,
        cost: Cost::Unknown("open the run in the app to measure it".to_owned()),
    };
    for metric in opened.past.events() {
        take(&mut summary, &metric);
    }
    summary
}

fn take(summary: &mut Summary, metric: &Metric) {
    match *metric {
        Metric::Step { step, .. } => summary.steps = step,
        Metric::Eval {
            accuracy,
            gamma_below_001,
            ..
        } => {
            summary.accuracy = Some(accuracy);
            let off = (gamma_below_001 * summary.channels as f64).round();
            summary.off_now = Some(off as usize);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::Share;

    /// What is shown before the first step: whether data is read, and what is said of compiling.
    fn prepared(quiet: bool) -> (bool, Option<String>) {
        let mut progress = Progress::new(&OutputOptions {
            out: None,
            resume: None,
            quiet,
            json: false,
        });
        progress.show(&Event::Preparing(Stage::Data));
        let reads = matches!(progress.preparing, Some(Preparing::Reading(_)));
        progress.show(&Event::Preparing(Stage::Adapter));
        progress.show(&Event::Preparing(Stage::Plan));
        progress.show(&Event::Preparing(Stage::Kernels(Share {
            done: 3,
            of: 40,
            left: Some(Duration::from_secs(12)),
        })));
        let counted = progress.preparing.as_ref().map(Preparing::bar);
        let counted = counted.map(|bar| format!("{} {:?}", bar.message(), bar.length()));
        (reads, counted)
    }

    #[test]
    fn only_what_goes_wrong_is_shown_where_that_is_asked_for() {
        assert_eq!(prepared(true), (false, None));
        let said = "compiling kernels: 3 of 40, about 12 s left Some(40)";
        assert_eq!(prepared(false), (true, Some(said.to_owned())));
    }
}
