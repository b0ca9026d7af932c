//! An experiment on a terminal: a bar over all its runs, and a line for each that ended.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::json;

use super::make::News;
use crate::cli::options::ToldOptions;
use crate::cli::print::{self, Unprinted};
use crate::experiment::plan::{Plan, RunName};
use crate::experiment::results::{Measure, Outcome, RunResult};
use crate::numbers::{duration, percent};

/// How it is told.
enum Show {
    Nothing,
    Json,
    /// A bar on the terminal; hidden where there is none.
    Bar(ProgressBar),
}

/// Tells how far an experiment is.
pub(super) struct Told {
    show: Show,
    begin: Instant,
    /// Runs, and those of them that have ended; of these, those that were there before.
    runs: usize,
    ended: usize,
    kept: usize,
    /// What was noted before.
    noted: BTreeSet<String>,
}

impl Told {
    pub fn new(options: &ToldOptions) -> Self {
        let show = match (options.quiet, options.json) {
            (true, _) => Show::Nothing,
            (_, true) => Show::Json,
            _ => {
                let style = ProgressStyle::with_template("{bar:30} {pos}/{len} runs  {msg}");
                let style = style.unwrap_or_else(|_| ProgressStyle::default_bar());
                let target = ProgressDrawTarget::stderr();
                Show::Bar(ProgressBar::with_draw_target(Some(0), target).with_style(style))
            }
        };
        Self {
            show,
            begin: Instant::now(),
            runs: 0,
            ended: 0,
            kept: 0,
            noted: BTreeSet::new(),
        }
    }

    /// An experiment begins, of whose runs so many are there already.
    pub fn begin(&mut self, plan: &Plan, kept: usize) -> Result<(), Unprinted> {
        (self.begin, self.runs, self.ended, self.kept) =
            (Instant::now(), plan.runs().len(), kept, kept);
        let there = match kept {
            0 => String::new(),
            kept => format!("; {kept} of them are there already"),
        };
        let name = &plan.experiment.name;
        self.say(&format!(
            "{name} at scale {}: {}{there}",
            plan.scale,
            plan.size()
        ))?;
        self.say(&plan.experiment.question)?;
        if let Show::Bar(bar) = &self.show {
            bar.reset();
            bar.set_length(self.runs as u64);
            bar.set_position(kept as u64);
        }
        Ok(())
    }

    /// Whether somebody reads how long it will take.
    pub fn wants_estimate(&self) -> bool {
        matches!(self.show, Show::Bar(_))
    }

    /// How long it will take, by some steps, and how many ranks share that.
    pub fn estimated(&self, seconds: f64, ranks: usize) -> Result<(), Unprinted> {
        let time = duration(seconds);
        let shared = match ranks {
            1 => String::new(),
            ranks => format!(" if it were alone; {ranks} ranks share the runs"),
        };
        self.say(&format!(
            "about {time} on this adapter, by some steps of the smallest and the largest arm{shared}"
        ))
    }

    /// What a run tells while it is made.
    pub fn hear(&mut self, name: &RunName, news: News) {
        match (news, &self.show) {
            (News::Note(text), _) => self.note(&text),
            (News::Step { step, of }, Show::Bar(bar)) => {
                bar.set_message(format!("{}: step {step} of {of}", name.folder()));
            }
            (News::Step { .. }, _) => {}
        }
    }

    /// A run ended, after so much time.
    pub fn ended(&mut self, result: &RunResult, took: Duration) -> Result<(), Unprinted> {
        self.ended += 1;
        let accuracy = result.measures.get(&Measure::Accuracy);
        let came = match (&result.outcome, accuracy) {
            (Outcome::Diverged(why), _) => format!("diverged: {why}"),
            (_, Some(accuracy)) => format!("{} right", percent(*accuracy)),
            (_, None) => "not tested".to_owned(),
        };
        let line = format!(
            "[{}/{}] {} seed {}: {came}, {}{}",
            self.ended,
            self.runs,
            result.arm,
            result.seed,
            duration(took.as_secs_f64()),
            self.left()
                .map_or_else(String::new, |left| format!("; about {left} left")),
        );
        match &self.show {
            Show::Nothing => Ok(()),
            Show::Json => print::line(json!({
                "kind": "run", "arm": result.arm, "seed": result.seed, "outcome": result.outcome,
                "measures": result.measures,
            })),
            Show::Bar(bar) => {
                bar.set_position(self.ended as u64);
                self.say(&line)
            }
        }
    }

    /// A run failed.
    pub fn failed(&mut self, name: &RunName, why: &str) -> Result<(), Unprinted> {
        self.ended += 1;
        let line = format!(
            "[{}/{}] {} seed {} failed: {why}",
            self.ended, self.runs, name.arm, name.seed
        );
        if let Show::Json = self.show {
            return print::line(
                json!({"kind": "failed", "arm": name.arm, "seed": name.seed, "why": why}),
            );
        }
        match &self.show {
            Show::Bar(bar) => {
                bar.set_position(self.ended as u64);
                bar.suspend(|| print::tell(&line));
            }
            _ => print::tell(&line),
        }
        Ok(())
    }

    /// Something to know of a run, on standard error; once for all runs of which it holds.
    pub fn note(&mut self, text: &str) {
        if !self.noted.insert(text.to_owned()) {
            return;
        }
        match &self.show {
            Show::Bar(bar) => bar.suspend(|| print::tell(format_args!("note: {text}"))),
            Show::Nothing | Show::Json => print::tell(format_args!("note: {text}")),
        }
    }

    /// Nothing is shown any more.
    pub fn end(&self) {
        if let Show::Bar(bar) = &self.show {
            bar.finish_and_clear();
        }
    }

    /// How long what is left takes, by the runs so far.
    fn left(&self) -> Option<String> {
        let made = self.ended - self.kept;
        let left = self.runs - self.ended;
        let whole = self.begin.elapsed().as_secs_f64();
        (made > 0 && left > 0).then(|| duration(whole / made as f64 * left as f64))
    }

    fn say(&self, text: &str) -> Result<(), Unprinted> {
        match &self.show {
            Show::Bar(bar) => bar.suspend(|| print::line(text)),
            Show::Nothing | Show::Json => Ok(()),
        }
    }
}
