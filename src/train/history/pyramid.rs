//! Values in the order they came, with the least, the greatest and the sum of any stretch of them in
//! a time that grows with the logarithm of its length.

use std::ops::Range;

/// Nodes that one node of the level above covers. Small enough that a stretch which begins and ends
/// anywhere touches few nodes, large enough that all levels together hold a third of the values.
const FACTOR: usize = 4;

/// What a stretch of values comes to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Summary {
    /// The least; infinite where there is none.
    pub low: f32,
    /// The greatest; negative infinity where there is none.
    pub high: f32,
    /// The sum; NaN where a value is.
    pub sum: f64,
}

impl Summary {
    /// That of nothing.
    pub const EMPTY: Self = Self {
        low: f32::INFINITY,
        high: f32::NEG_INFINITY,
        sum: 0.0,
    };

    fn of(value: f32) -> Self {
        Self {
            low: value,
            high: value,
            sum: f64::from(value),
        }
    }

    /// `min` and `max` pass over a NaN, the sum does not.
    fn join(&mut self, other: Self) {
        self.low = self.low.min(other.low);
        self.high = self.high.max(other.high);
        self.sum += other.sum;
    }
}

/// Values that can be asked for the [`Summary`] of any stretch.
///
/// Sums are kept a node, not from the beginning: one huge value, as of a training that nearly
/// diverged, would drown all that comes after it in rounding.
#[derive(Clone, Debug, Default)]
pub struct Pyramid {
    values: Vec<f32>,
    /// Each node of the first level covers [`FACTOR`] values, each of the next as many of those; the
    /// last of a level may cover fewer. The top level has one node.
    levels: Vec<Vec<Summary>>,
}

impl Pyramid {
    /// The values themselves.
    pub fn values(&self) -> &[f32] {
        &self.values
    }

    /// Adds a value at the end.
    pub fn push(&mut self, value: f32) {
        let mut place = self.values.len();
        self.values.push(value);
        for level in &mut self.levels {
            place /= FACTOR;
            if place == level.len() {
                level.push(Summary::EMPTY);
            }
            level[place].join(Summary::of(value));
        }
        if self.nodes(self.levels.len()) > 1 {
            let top = self.joined(self.levels.len(), 0);
            self.levels.push(vec![top]);
        }
    }

    /// Forgets all but the first `length` values.
    pub fn truncate(&mut self, length: usize) {
        if length >= self.values.len() {
            return;
        }
        self.values.truncate(length);
        for at in 0..self.levels.len() {
            let below = self.nodes(at);
            if below <= 1 {
                self.levels.truncate(at);
                return;
            }
            let nodes = below.div_ceil(FACTOR);
            self.levels[at].truncate(nodes);
            self.levels[at][nodes - 1] = self.joined(at, nodes - 1);
        }
    }

    /// What the values of `range` come to; what of it lies beyond the end counts as nothing.
    pub fn summary(&self, range: Range<usize>) -> Summary {
        let mut total = Summary::EMPTY;
        let (mut start, mut end) = (range.start, range.end.min(self.values.len()));
        for level in 0..=self.levels.len() {
            while start < end && !start.is_multiple_of(FACTOR) {
                total.join(self.node(level, start));
                start += 1;
            }
            while start < end && !end.is_multiple_of(FACTOR) {
                end -= 1;
                total.join(self.node(level, end));
            }
            if start >= end {
                break;
            }
            (start, end) = (start / FACTOR, end / FACTOR);
        }
        total
    }

    /// Nodes of a level, where level 0 is the values.
    fn nodes(&self, level: usize) -> usize {
        match level {
            0 => self.values.len(),
            _ => self.levels[level - 1].len(),
        }
    }

    fn node(&self, level: usize, at: usize) -> Summary {
        match level {
            0 => Summary::of(self.values[at]),
            _ => self.levels[level - 1][at],
        }
    }

    /// What the nodes of `level` that node `at` of the level above it covers come to.
    fn joined(&self, level: usize, at: usize) -> Summary {
        let end = (FACTOR * (at + 1)).min(self.nodes(level));
        let mut total = Summary::EMPTY;
        for child in FACTOR * at..end {
            total.join(self.node(level, child));
        }
        total
    }
}
