//! How fast a run goes, and how long it will take.

use std::collections::VecDeque;

/// Steps that the figures look back on: enough to be steady.
const STEPS: usize = 64;

/// Seconds that they look back on at most: recent enough to be true.
const SECONDS: f64 = 10.0;

/// Counts steps and images against the seconds that training took.
#[derive(Clone, Debug, Default)]
pub struct Speed {
    /// The latest steps.
    steps: VecDeque<Step>,
    /// What it was before the interruption last told of.
    before: Option<Pace>,
}

/// A step, when it was finished.
#[derive(Clone, Copy, Debug)]
struct Step {
    /// Which, from 1.
    number: u64,
    /// Images trained on until then.
    images: u64,
    /// Seconds of training until then.
    seconds: f64,
}

/// What was done a second.
#[derive(Clone, Copy, Debug)]
struct Pace {
    steps: f64,
    images: f64,
}

impl Speed {
    /// A step was finished, and so many images were trained on by then. Evaluations lie between steps:
    /// their time is left out by [`Self::interrupt`].
    pub fn step(&mut self, number: u64, images: u64, seconds: f64) {
        self.steps.push_back(Step {
            number,
            images,
            seconds,
        });
        while self.steps.len() > STEPS
            || (self.steps.len() > 2 && self.steps[1].seconds < seconds - SECONDS)
        {
            self.steps.pop_front();
        }
    }

    /// Time passed that says nothing of the speed: a pause or an evaluation.
    pub fn interrupt(&mut self) {
        self.before = self.pace();
        self.steps.clear();
    }

    /// Steps a second, lately; `None` before the second step.
    pub fn steps_per_second(&self) -> Option<f64> {
        self.pace().map(|pace| pace.steps)
    }

    /// Images a second, lately; `None` before the second step.
    pub fn images_per_second(&self) -> Option<f64> {
        self.pace().map(|pace| pace.images)
    }

    fn pace(&self) -> Option<Pace> {
        self.counted().or(self.before)
    }

    fn counted(&self) -> Option<Pace> {
        let (first, last) = (self.steps.front()?, self.steps.back()?);
        let seconds = last.seconds - first.seconds;
        (seconds > 0.0).then(|| Pace {
            steps: (last.number - first.number) as f64 / seconds,
            images: (last.images - first.images) as f64 / seconds,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Speed;

    #[test]
    fn speed_is_of_late_steps_only() {
        let mut speed = Speed::default();
        assert_eq!(speed.steps_per_second(), None);
        for step in 0..100 {
            speed.step(step, 8 * step, step as f64 * 0.5);
        }
        assert!((speed.steps_per_second().unwrap() - 2.0).abs() < 1e-9);
        for step in 100..300 {
            speed.step(step, 8 * step, 50.0 + (step - 100) as f64 * 0.1);
        }
        assert!((speed.steps_per_second().unwrap() - 10.0).abs() < 1e-6);
        assert!((speed.images_per_second().unwrap() - 80.0).abs() < 1e-5);
        speed.interrupt();
        assert!((speed.steps_per_second().unwrap() - 10.0).abs() < 1e-6);
        speed.step(300, 2400, 100.0);
        // A batch of five.
        speed.step(301, 2405, 101.0);
        assert!((speed.steps_per_second().unwrap() - 1.0).abs() < 1e-6);
        assert!((speed.images_per_second().unwrap() - 5.0).abs() < 1e-6);
    }
}
