//! Random values and sizes from a seed that every failure names.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};

/// The seeds of a test's cases, from 0 on, or from `BNONLY_TEST_SEED` to try others.
pub fn seeds(count: u64) -> std::ops::Range<u64> {
    let first = std::env::var("BNONLY_TEST_SEED").map_or(0, |seed| {
        seed.parse().expect("BNONLY_TEST_SEED is a whole number")
    });
    first..first + count
}

/// A stream of random values.
pub struct Random(ChaCha8Rng);

impl Random {
    /// The stream of a seed.
    pub fn new(seed: u64) -> Self {
        Self(ChaCha8Rng::seed_from_u64(seed))
    }

    /// Standard normal values, each exact in f32.
    pub fn normal(&mut self, len: usize) -> Vec<f64> {
        (0..len)
            .map(|_| {
                let value: f64 = StandardNormal.sample(&mut self.0);
                f64::from(value as f32)
            })
            .collect()
    }

    /// A whole number below `bound`.
    pub fn below(&mut self, bound: u32) -> u32 {
        self.0.next_u32() % bound
    }

    /// A whole number from `low` to `high`.
    pub fn between(&mut self, low: u32, high: u32) -> u32 {
        low + self.below(high - low + 1)
    }

    /// One of several.
    pub fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len() as u32) as usize]
    }

    /// Yes or no.
    pub fn coin(&mut self) -> bool {
        self.below(2) == 1
    }
}
