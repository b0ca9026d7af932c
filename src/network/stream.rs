//! Random numbers that depend on seed, purpose and name alone.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use sha2::{Digest, Sha256};

/// A stream of its own for every (seed, purpose, name): what one draws, or whether it exists,
/// changes no other.
pub(super) fn stream(seed: u64, purpose: &str, name: &str) -> ChaCha8Rng {
    let mut hash = Sha256::new();
    hash.update(seed.to_le_bytes());
    // The length keeps ("a", "bc") and ("ab", "c") apart.
    hash.update((purpose.len() as u64).to_le_bytes());
    hash.update(purpose.as_bytes());
    hash.update(name.as_bytes());
    ChaCha8Rng::from_seed(hash.finalize().into())
}

/// A value of [0, 1), one of 2²⁴ equally likely ones.
pub(super) fn unit(random: &mut impl Rng) -> f32 {
    (random.next_u32() >> 8) as f32 / (1 << 24) as f32
}

/// A value of `0..bound`, each equally likely (draws that would favour small values are drawn
/// again); `bound` > 0.
pub(super) fn below(random: &mut impl Rng, bound: u32) -> u32 {
    let fair = u32::MAX - u32::MAX % bound;
    loop {
        let draw = random.next_u32();
        if draw < fair {
            return draw % bound;
        }
    }
}
