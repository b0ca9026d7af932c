//! Numbers that change smoothly over the picture, by chance.

use crate::data::drawn::{Draw, Vector};

/// Nodes along an axis.
const NODES: usize = 6;

/// N random numbers at each node of a grid, and between them a quadratic B-spline, which has no edges.
#[derive(Debug)]
pub(super) struct Waves<const N: usize>([[[f32; N]; NODES]; NODES]);

impl<const N: usize> Waves<N> {
    /// Between −`limit` and `limit`.
    pub fn new(draw: &mut Draw, limit: f32) -> Self {
        let mut node = || std::array::from_fn(|_| draw.between(-limit, limit));
        Self(std::array::from_fn(|_| std::array::from_fn(|_| node())))
    }

    /// The numbers at a point of the square from (−1, −1) to (1, 1). Beyond it is as its border.
    pub fn at(&self, point: Vector) -> [f32; N] {
        let cells = (NODES - 2) as f32;
        let scaled = point.map(|v| ((v + 1.0) * 0.5).clamp(0.0, 1.0) * cells);
        let [column, row] = scaled.map(|v| (v as usize).min(NODES - 3));
        let [x, y] = [
            weights(scaled[0] - column as f32),
            weights(scaled[1] - row as f32),
        ];
        let mut sums = [0.0; N];
        for (row, y) in self.0[row..row + 3].iter().zip(y) {
            for (values, x) in row[column..column + 3].iter().zip(x) {
                let weight = x * y;
                for (sum, value) in sums.iter_mut().zip(values) {
                    *sum += value * weight;
                }
            }
        }
        sums
    }
}

/// What three neighbouring nodes weigh at a place between 0 and 1.
fn weights(at: f32) -> [f32; 3] {
    let rest = 1.0 - at;
    [0.5 * rest * rest, 0.5 + at * rest, 0.5 * at * at]
}
