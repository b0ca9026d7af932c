//! How fast a run goes, and how long it will take.

use std::collections::VecDeque;

/// Steps that the figures look back on: enough to be steady.
const STEPS: usize = 64;

/// Seconds that they look back on at most: recent enough to be true.
const SECONDS: f64 = 10.0;

/// Counts steps against the seconds that training took.
#[derive(Clone, Debug, Default)]
pub struct Speed {
    /// Step, and seconds of training when it was finished.
    steps: VecDeque<(u64, f64)>,
    /// Steps a second before the interruption last told of.
    before: Option<f64>,
}

impl Speed {
    /// A step was finished. Evaluations lie between steps: their time is left out by
    /// [`Self::interrupt`].
    pub fn step(&mut self, step: u64, seconds: f64) {
        self.steps.push_back((step, seconds));
        while self.steps.len() > STEPS
            || (self.steps.len() > 2 && self.steps[1].1 < seconds - SECONDS)
        {
            self.steps.pop_front();
        }
    }

    /// Time passed that says nothing of the speed: a pause or an evaluation.
    pub fn interrupt(&mut self) {
        self.before = self.steps_per_second();
        self.steps.clear();
    }

    /// Steps a second, lately; `None` before the second step.
    pub fn steps_per_second(&self) -> Option<f64> {
        self.counted().or(self.before)
    }

    fn counted(&self) -> Option<f64> {
        let (first, last) = (self.steps.front()?, self.steps.back()?);
        let seconds = last.1 - first.1;
        (seconds > 0.0).then(|| (last.0 - first.0) as f64 / seconds)
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
            speed.step(step, step as f64 * 0.5);
        }
        assert!((speed.steps_per_second().unwrap() - 2.0).abs() < 1e-9);
        for step in 100..300 {
            speed.step(step, 50.0 + (step - 100) as f64 * 0.1);
        }
        assert!((speed.steps_per_second().unwrap() - 10.0).abs() < 1e-6);
        speed.interrupt();
        assert!((speed.steps_per_second().unwrap() - 10.0).abs() < 1e-6);
        speed.step(300, 100.0);
        speed.step(301, 101.0);
        assert!((speed.steps_per_second().unwrap() - 1.0).abs() < 1e-6);
    }
}
