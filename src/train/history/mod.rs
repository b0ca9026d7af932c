//! What a run reported, kept so that a million steps draw at once.

pub mod pyramid;
pub mod quantity;

use std::sync::atomic::{AtomicU64, Ordering};

use serde::{Deserialize, Serialize};

use self::pyramid::Pyramid;
use crate::train::metric::Metric;

/// What is drawn against the course of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Series {
    /// Mean cross-entropy over the batch of a step, in nats.
    Loss,
    /// Share of the batch of a step that was classified correctly, from 0 to 1.
    Accuracy,
    /// Learning rate of a step.
    LearningRate,
    /// Mean cross-entropy over the test set, in nats.
    TestLoss,
    /// Share of the test set that was classified correctly, from 0 to 1.
    TestAccuracy,
    /// Share of all channels with |γ| < 0.01, from 0 to 1.
    SwitchedOff,
}

/// What the course of a run is measured by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Axis {
    /// Steps finished.
    #[default]
    Step,
    /// Passes over the training set.
    Epoch,
    /// Seconds of training and evaluation, pauses left out.
    Time,
}

/// What [`History::view`] is asked for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Query {
    /// What to draw.
    pub series: Series,
    /// Against what.
    pub axis: Axis,
    /// The part of the axis that is seen.
    pub range: (f64, f64),
    /// The most points that the range may hold; pixels, that is.
    pub columns: usize,
    /// How many values, the last of a column and those before it, go into its mean: 1 for none but the
    /// column's own.
    pub window: usize,
}

/// One point to draw: a value, or as many neighbours as share a column.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Column {
    /// Where its last value lies on the axis.
    pub x: f64,
    /// The mean of the last [`Query::window`] values, or of all of the column's where they are more.
    pub mean: f64,
    /// The least of the column's values.
    pub low: f64,
    /// The greatest of the column's values.
    pub high: f64,
}

/// One value, exactly as it was kept.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Value {
    /// Steps finished.
    pub step: u64,
    /// Epochs finished.
    pub epoch: f64,
    /// Seconds so far.
    pub seconds: f64,
    /// The value.
    pub value: f32,
    /// The mean of it and those before it, as many as were asked for or there are.
    pub mean: f64,
}

/// All that a run reported. Values are kept as f32, the axes exactly.
#[derive(Clone, Debug)]
pub struct History {
    stamp: u64,
    /// Loss, accuracy, learning rate.
    steps: Track,
    /// Loss, accuracy, share switched off.
    tests: Track,
}

impl Default for History {
    fn default() -> Self {
        Self {
            stamp: next_stamp(),
            steps: Track::default(),
            tests: Track::default(),
        }
    }
}

impl<'a> FromIterator<&'a Metric> for History {
    fn from_iter<T: IntoIterator<Item = &'a Metric>>(events: T) -> Self {
        let mut history = Self::default();
        for event in events {
            history.push(event);
        }
        history
    }
}

impl History {
    /// Adds what was reported last. A step that was reported before rewinds the run: it and all after
    /// it is forgotten first. An evaluation replaces an earlier one of its step.
    pub fn push(&mut self, event: &Metric) {
        self.stamp = next_stamp();
        match *event {
            Metric::Step {
                step,
                epoch,
                loss,
                accuracy,
                lr,
                seconds,
            } => {
                self.steps.truncate_before(step);
                self.tests.truncate_before(step);
                let values = [loss, accuracy, lr];
                self.steps.push(step, epoch, seconds, values);
            }
            Metric::Eval {
                step,
                epoch,
                loss,
                accuracy,
                gamma_below_001,
                seconds,
            } => {
                self.steps.truncate_before(step.saturating_add(1));
                self.tests.truncate_before(step);
                let values = [loss, accuracy, gamma_below_001];
                self.tests.push(step, epoch, seconds, values);
            }
        }
    }

    /// Two histories with the same stamp hold the same; it changes with every report.
    pub fn stamp(&self) -> u64 {
        self.stamp
    }

    /// Whether nothing was reported.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty() && self.tests.is_empty()
    }

    /// The last step that was reported.
    pub fn last_step(&self) -> Option<u64> {
        self.steps
            .steps
            .last()
            .max(self.tests.steps.last())
            .copied()
    }

    /// The last value of a series.
    pub fn last(&self, series: Series) -> Option<Value> {
        self.nearest(series, Axis::Step, f64::INFINITY, 1)
    }

    /// Whether the test set was evaluated after a step.
    pub fn is_evaluated(&self, step: u64) -> bool {
        self.tests.steps.binary_search(&step).is_ok()
    }

    /// How many values a series has.
    pub fn len(&self, series: Series) -> usize {
        self.track(series).0.len()
    }

    /// The least and the greatest place on an axis where something was reported. Files of earlier
    /// versions do not give the time of a step; by time there are only evaluations then.
    pub fn extent(&self, axis: Axis) -> Option<(f64, f64)> {
        let ends = |track: &Track| {
            let last = track.len().checked_sub(1)?;
            let is_known = axis != Axis::Time || track.has_seconds();
            is_known.then(|| (track.x(axis, 0), track.x(axis, last)))
        };
        match (ends(&self.steps), ends(&self.tests)) {
            (Some(steps), Some(tests)) => Some((steps.0.min(tests.0), steps.1.max(tests.1))),
            (steps, tests) => steps.or(tests),
        }
    }

    /// Whether the steps can be drawn against an axis.
    pub fn places_steps(&self, axis: Axis) -> bool {
        axis != Axis::Time || self.steps.is_empty() || self.steps.has_seconds()
    }

    /// The points to draw of a series: at most one a column of the range, and one beyond each of its
    /// ends, so that a line reaches them. The time it takes grows with the columns, and hardly with
    /// the steps. Columns keep their place when the range moves. Empty for a range that is none.
    pub fn view(&self, query: &Query) -> Vec<Column> {
        let (track, values) = self.track(query.series);
        track.view(values, query)
    }

    /// The value of a series nearest to a place on an axis, with the mean of a window.
    pub fn nearest(&self, series: Series, axis: Axis, x: f64, window: usize) -> Option<Value> {
        let (track, values) = self.track(series);
        if axis == Axis::Time && !track.has_seconds() {
            return None;
        }
        let after = track.place(axis, x);
        let at = match after.checked_sub(1) {
            Some(before) if after == track.len() => before,
            Some(before) if x - track.x(axis, before) < track.x(axis, after) - x => before,
            _ => after,
        };
        let value = *values.values().get(at)?;
        let first = (at + 1).saturating_sub(window.max(1));
        Some(Value {
            step: track.steps[at],
            epoch: track.epochs[at],
            seconds: track.seconds[at],
            value,
            mean: values.summary(first..at + 1).sum / (at + 1 - first) as f64,
        })
    }

    /// Where on an axis a step lies, or the first after it.
    pub fn place_of_step(&self, step: u64, axis: Axis) -> Option<f64> {
        let at = self.steps.steps.partition_point(|found| *found < step);
        (at < self.steps.len() && self.places_steps(axis)).then(|| self.steps.x(axis, at))
    }

    /// Everything again, in the order it was reported, with values as precise as they are kept.
    pub fn events(&self) -> impl Iterator<Item = Metric> + '_ {
        let mut tests = 0..self.tests.len();
        let mut steps = (0..self.steps.len()).peekable();
        std::iter::from_fn(move || {
            let test = self.tests.steps.get(tests.start);
            let step_is_next = steps
                .peek()
                .is_some_and(|at| test.is_none_or(|test| self.steps.steps[*at] <= *test));
            if step_is_next {
                steps.next().map(|at| self.step_event(at))
            } else {
                tests.next().map(|at| self.test_event(at))
            }
        })
    }

    fn step_event(&self, at: usize) -> Metric {
        let [loss, accuracy, lr] = self.steps.values_at(at);
        Metric::Step {
            step: self.steps.steps[at],
            epoch: self.steps.epochs[at],
            loss,
            accuracy,
            lr,
            seconds: self.steps.seconds[at],
        }
    }

    fn test_event(&self, at: usize) -> Metric {
        let [loss, accuracy, gamma_below_001] = self.tests.values_at(at);
        Metric::Eval {
            step: self.tests.steps[at],
            epoch: self.tests.epochs[at],
            loss,
            accuracy,
            gamma_below_001,
            seconds: self.tests.seconds[at],
        }
    }

    fn track(&self, series: Series) -> (&Track, &Pyramid) {
        let (track, at) = match series {
            Series::Loss => (&self.steps, 0),
            Series::Accuracy => (&self.steps, 1),
            Series::LearningRate => (&self.steps, 2),
            Series::TestLoss => (&self.tests, 0),
            Series::TestAccuracy => (&self.tests, 1),
            Series::SwitchedOff => (&self.tests, 2),
        };
        (track, &track.values[at])
    }
}

fn next_stamp() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// Reports of one kind. Steps rise; epochs and seconds never fall.
#[derive(Clone, Debug, Default)]
struct Track {
    steps: Vec<u64>,
    epochs: Vec<f64>,
    seconds: Vec<f64>,
    values: [Pyramid; 3],
}

impl Track {
    fn len(&self) -> usize {
        self.steps.len()
    }

    fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    fn has_seconds(&self) -> bool {
        self.seconds.last().is_some_and(|last| *last > 0.0)
    }

    fn push(&mut self, step: u64, epoch: f64, seconds: f64, values: [f64; 3]) {
        // A file may claim anything; what is searched by halving has to be in order.
        let after = |last: Option<&f64>, next: f64| match next.is_finite() {
            true => last.map_or(next, |last| last.max(next)),
            false => last.copied().unwrap_or_default(),
        };
        self.steps.push(step);
        self.epochs.push(after(self.epochs.last(), epoch));
        self.seconds.push(after(self.seconds.last(), seconds));
        for (pyramid, value) in self.values.iter_mut().zip(values) {
            pyramid.push(value as f32);
        }
    }

    /// Keeps what was reported before a step.
    fn truncate_before(&mut self, step: u64) {
        if self.steps.last().is_none_or(|last| *last < step) {
            return;
        }
        let kept = self.steps.partition_point(|found| *found < step);
        self.steps.truncate(kept);
        self.epochs.truncate(kept);
        self.seconds.truncate(kept);
        for pyramid in &mut self.values {
            pyramid.truncate(kept);
        }
    }

    fn values_at(&self, at: usize) -> [f64; 3] {
        [0, 1, 2].map(|series| f64::from(self.values[series].values()[at]))
    }

    fn x(&self, axis: Axis, at: usize) -> f64 {
        match axis {
            Axis::Step => self.steps[at] as f64,
            Axis::Epoch => self.epochs[at],
            Axis::Time => self.seconds[at],
        }
    }

    /// The first report at or after a place on an axis.
    fn place(&self, axis: Axis, x: f64) -> usize {
        match axis {
            Axis::Step => self.steps.partition_point(|step| (*step as f64) < x),
            Axis::Epoch => self.epochs.partition_point(|epoch| *epoch < x),
            Axis::Time => self.seconds.partition_point(|seconds| *seconds < x),
        }
    }

    fn view(&self, values: &Pyramid, query: &Query) -> Vec<Column> {
        let (axis, (left, right)) = (query.axis, query.range);
        let is_range = left.is_finite() && right.is_finite() && left < right;
        if !is_range || query.columns == 0 || (axis == Axis::Time && !self.has_seconds()) {
            return Vec::new();
        }
        // A power of two, so that a range which grows a little has the same columns.
        let width = ((right - left) / query.columns as f64).log2().ceil().exp2();
        let column = |at: usize| (self.x(axis, at) / width).floor();
        let end = (self.place(axis, right.next_up()) + 1).min(self.len());
        let mut start = self.place(axis, left).saturating_sub(1);
        if start < self.len() {
            start = start.min(self.place(axis, column(start) * width));
        }
        let mut columns = Vec::with_capacity(query.columns.min(end - start) + 2);
        while start < end {
            let next = self.place(axis, (column(start) + 1.0) * width);
            // Rounding may put the edge at the value itself.
            let next = next.max(start + 1);
            let own = values.summary(start..next);
            let wide = next.saturating_sub(query.window);
            let (sum, count) = match wide < start {
                true => (values.summary(wide..next).sum, next - wide),
                false => (own.sum, next - start),
            };
            columns.push(Column {
                x: self.x(axis, next - 1),
                mean: sum / count as f64,
                low: f64::from(own.low),
                high: f64::from(own.high),
            });
            start = next;
        }
        columns
    }
}
