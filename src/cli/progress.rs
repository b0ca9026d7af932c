//! A training on a terminal: bars where there is one, plain lines where there is none.

use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::options::OutputOptions;
use crate::data::DataSet;
use crate::gpu::Gpu;
use crate::network::counts;
use crate::train::event::Event;
use crate::train::run::{Observer, Outlook};
use crate::train::settings::Settings;
use crate::train::start::Start;

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
    header: Vec<String>,
    folder: PathBuf,
    batch_size: u32,
    line: Instant,
    rate: Rate,
}

/// Images a second over the steps since the last evaluation.
struct Rate {
    since: Instant,
    steps: u64,
}

impl Rate {
    fn new() -> Self {
        Self {
            since: Instant::now(),
            steps: 0,
        }
    }

    fn images_per_second(&self, batch_size: u32) -> f64 {
        self.steps as f64 * f64::from(batch_size) / self.since.elapsed().as_secs_f64().max(1e-9)
    }
}

/// Megabytes (10⁶ bytes), for people.
pub(super) fn megabytes(bytes: u64) -> String {
    format!("{:.1} MB", bytes as f64 / 1e6)
}

/// Shows that data is being read.
pub(super) fn spinner(data: &str) -> ProgressBar {
    let spinner = ProgressBar::new_spinner().with_message(format!("reading {data}"));
    spinner.enable_steady_tick(Duration::from_millis(100));
    spinner
}

impl Progress {
    pub fn new(
        output: &OutputOptions,
        gpu: &Gpu,
        data: &DataSet,
        settings: &Settings,
        start: &Start,
        folder: &Path,
    ) -> Self {
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
        let all = counts(&start.graph).all;
        let trained = start.trained.trained_count(&start.graph);
        let images = &data.train;
        let header = vec![
            format!("adapter   {}", gpu.capabilities),
            format!(
                "data      {}: {} training and {} test images, {}×{}×{}, {} classes",
                settings.data,
                data.train.len(),
                data.test.len(),
                images.channels,
                images.height,
                images.width,
                data.classes.len(),
            ),
            format!(
                "network   {}, training {}: {trained} of {all} parameters ({:.2} %)",
                settings.model,
                settings.train,
                100.0 * trained as f64 / all as f64,
            ),
        ];
        Self {
            show,
            header,
            folder: folder.to_owned(),
            batch_size: settings.batch_size,
            line: Instant::now(),
            rate: Rate::new(),
        }
    }

    /// Takes the bar off.
    pub fn end(&self) {
        if let Show::Bars(bar) = &self.show {
            bar.finish_and_clear();
        }
    }

    fn say(&self, line: &str) {
        if let Show::Bars(bar) = &self.show {
            bar.suspend(|| print_line(line));
        }
    }
}

/// Prints to standard output; a reader that went away is no reason to stop a training.
fn print_line(line: &str) {
    let _ = writeln!(std::io::stdout(), "{line}");
}

impl Observer for Progress {
    fn starts(&mut self, outlook: Outlook) {
        for line in &self.header {
            self.say(line);
        }
        let memory = outlook.memory;
        self.say(&format!(
            "memory    {} on the device: {} activations and their gradients, {} parameters, {} optimiser, {} other",
            megabytes(memory.total()),
            megabytes(memory.tensors),
            megabytes(memory.parameters),
            megabytes(memory.optimizer),
            megabytes(memory.other),
        ));
        self.say(&format!("run       {}", self.folder.display()));
        if outlook.done_steps > 0 {
            self.say(&format!("resumed   after step {}", outlook.done_steps));
        }
        if let Show::Bars(bar) = &self.show {
            bar.set_length(outlook.total_steps);
            bar.set_position(outlook.done_steps);
        }
        self.rate = Rate::new();
    }

    fn event(&mut self, event: &Event) {
        match &self.show {
            Show::Nothing => {}
            Show::Json => {
                if let Ok(line) = serde_json::to_string(event) {
                    print_line(&line);
                }
            }
            Show::Bars(bar) => match *event {
                Event::Step {
                    step,
                    epoch,
                    loss,
                    accuracy,
                    lr,
                    ..
                } => {
                    self.rate.steps += 1;
                    let speed = self.rate.images_per_second(self.batch_size);
                    let text = format!(
                        "epoch {epoch:.2} loss {loss:.4} accuracy {:.1} % rate {lr:.4} {speed:.0} images/s",
                        100.0 * accuracy
                    );
                    bar.set_position(step);
                    bar.set_message(text.clone());
                    if !std::io::stderr().is_terminal() && self.line.elapsed() > LINE_EVERY {
                        self.line = Instant::now();
                        print_line(&format!("step {step} {text}"));
                    }
                }
                Event::Eval {
                    step,
                    epoch,
                    loss,
                    accuracy,
                    gamma_below_001,
                    seconds,
                } => {
                    let speed = self.rate.images_per_second(self.batch_size);
                    self.rate = Rate::new();
                    self.say(&format!(
                        "epoch {epoch:.2} (step {step}): test loss {loss:.4}, test accuracy {:.2} %, |γ| < 0.01: {:.1} %, {speed:.0} images/s, {seconds:.0} s",
                        100.0 * accuracy,
                        100.0 * gamma_below_001,
                    ));
                }
            },
        }
    }
}
