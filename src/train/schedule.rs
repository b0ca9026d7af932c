//! The learning rate at each step.

use std::f64::consts::PI;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// How the learning rate changes over a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Schedule {
    /// It stays.
    Constant,
    /// It is multiplied by `lr-gamma` at the start of each of these epochs, ascending.
    Step(Vec<u32>),
    /// It falls to zero along half a cosine, a little each step.
    Cosine,
    /// It rises from 1/25 over the first 30 % of the steps and falls to 1/250,000, along cosines:
    /// PyTorch's `OneCycleLR` with its defaults, except that the momentum stays (PyTorch:
    /// `cycle_momentum=False`).
    OneCycle,
}

impl Default for Schedule {
    /// The paper's for CIFAR-10, over 160 epochs.
    fn default() -> Self {
        Self::Step(vec![80, 120])
    }
}

impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Constant => f.write_str("constant"),
            Self::Step(milestones) if milestones.is_empty() => f.write_str("constant"),
            Self::Cosine => f.write_str("cosine"),
            Self::OneCycle => f.write_str("one-cycle"),
            Self::Step(milestones) => {
                for (i, epoch) in milestones.iter().enumerate() {
                    write!(f, "{}{epoch}", if i == 0 { "step:" } else { "," })?;
                }
                Ok(())
            }
        }
    }
}

/// A text that names no schedule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "expected constant, cosine, one-cycle, or step: with ascending epochs from 1 on, as in step:80,120"
)]
pub struct UnknownSchedule;

impl FromStr for Schedule {
    type Err = UnknownSchedule;

    fn from_str(text: &str) -> Result<Self, UnknownSchedule> {
        match text {
            "constant" => Ok(Self::Constant),
            "cosine" => Ok(Self::Cosine),
            "one-cycle" => Ok(Self::OneCycle),
            _ => text
                .strip_prefix("step:")
                .and_then(milestones)
                .map(Self::Step)
                .ok_or(UnknownSchedule),
        }
    }
}

/// `80,120` as numbers; at least one, above zero, ascending.
fn milestones(list: &str) -> Option<Vec<u32>> {
    let epochs: Option<Vec<u32>> = list
        .split(',')
        .map(|epoch| epoch.trim().parse().ok().filter(|e| *e > 0))
        .collect();
    epochs.filter(|epochs| epochs.windows(2).all(|pair| pair[0] < pair[1]))
}

impl TryFrom<String> for Schedule {
    type Error = UnknownSchedule;

    fn try_from(text: String) -> Result<Self, UnknownSchedule> {
        text.parse()
    }
}

impl From<Schedule> for String {
    fn from(schedule: Schedule) -> Self {
        schedule.to_string()
    }
}

/// The learning rate as a function of the step.
#[derive(Clone, Debug, PartialEq)]
pub struct LearningRate {
    /// How it changes.
    pub schedule: Schedule,
    /// What the schedule scales; a one-cycle's highest rate.
    pub base: f64,
    /// The factor of [`Schedule::Step`].
    pub gamma: f64,
    /// Epochs of linear warm-up, multiplied onto the schedule; 0 for none.
    pub warmup_epochs: f64,
}

impl LearningRate {
    /// The rate of the update at `step`, counted from 0, of a schedule that is spread over `total_steps`.
    pub fn at(&self, step: u64, steps_per_epoch: u64, total_steps: u64) -> f64 {
        let rate = match &self.schedule {
            Schedule::Constant => self.base,
            Schedule::Step(milestones) => {
                let reached = |m: &&u32| step >= u64::from(**m).saturating_mul(steps_per_epoch);
                self.base
                    * self
                        .gamma
                        .powi(milestones.iter().filter(reached).count() as i32)
            }
            Schedule::Cosine => {
                let progress = (step as f64 / total_steps.max(1) as f64).min(1.0);
                0.5 * self.base * (1.0 + (PI * progress).cos())
            }
            Schedule::OneCycle => one_cycle(self.base, step, total_steps),
        };
        rate * self.warmup(step, steps_per_epoch)
    }

    /// (step + 1) / steps of warm-up until that reaches 1.
    fn warmup(&self, step: u64, steps_per_epoch: u64) -> f64 {
        let warmup_steps = (self.warmup_epochs * steps_per_epoch as f64).round();
        if step as f64 + 1.0 < warmup_steps {
            (step as f64 + 1.0) / warmup_steps
        } else {
            1.0
        }
    }
}

/// `torch.optim.lr_scheduler.OneCycleLR(max_lr, total_steps)`: `pct_start` 0.3, cosine annealing,
/// `div_factor` 25, `final_div_factor` 1e4, two phases.
fn one_cycle(max_rate: f64, step: u64, total_steps: u64) -> f64 {
    let total_steps = total_steps.max(1);
    let first_rate = max_rate / 25.0;
    let last_rate = first_rate / 1e4;
    let step = step.min(total_steps - 1) as f64;
    let rise_end = 0.3 * total_steps as f64 - 1.0;
    let fall_end = total_steps as f64 - 1.0;
    // For a run of one step, the fall ends where it starts; PyTorch takes the last rate too.
    if step <= rise_end {
        anneal(first_rate, max_rate, step / rise_end)
    } else {
        anneal(
            max_rate,
            last_rate,
            (step - rise_end) / (fall_end - rise_end),
        )
    }
}

fn anneal(start: f64, end: f64, progress: f64) -> f64 {
    end + (start - end) / 2.0 * ((PI * progress).cos() + 1.0)
}
