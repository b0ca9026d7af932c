//! Several trainers of one run: each has a part of every batch, and what they find is added up before each update.

use std::ops::Range;

/// The other trainers of a run, as one of them sees them. All of them call the same functions in the same order, and
/// each call waits until all have.
pub trait Peers: Send {
    /// Which of them this is, from 0. The first keeps the run's folder.
    fn rank(&self) -> usize;

    /// How many they are.
    fn count(&self) -> usize;

    /// Whether all begin alike: with the same `fingerprint`.
    ///
    /// # Errors
    /// If one has another, or does not go on.
    fn meet(&mut self, fingerprint: u64) -> Result<(), PeersError>;

    /// Puts in place of each value its sum over all of them, added in the order of their ranks, so that all have the
    /// same bits.
    ///
    /// # Errors
    /// If one does not go on.
    fn sum(&mut self, values: &mut [f32]) -> Result<(), PeersError>;
}

/// Why those who share a run cannot go on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PeersError {
    /// One of them has failed.
    #[error("rank {rank} cannot go on: {why}")]
    Failed {
        /// Which.
        rank: usize,
        /// Its own sentence.
        why: String,
    },
    /// One of them began otherwise.
    #[error(
        "rank {rank} has other images or another first state than rank 0; expected the same on all: the same files of \
         data, the same run to go on with, and one version of this program"
    )]
    Differs {
        /// Which.
        rank: usize,
    },
    /// The first of them has ended the run.
    #[error("rank 0 has ended the run")]
    Ended,
}

/// The part of a batch that is one's own: an equal number of neighbouring images for each, in the order of their ranks.
/// Where that does not come out even, as in an epoch's last batch, the first ranks have one more; of fewer images than
/// ranks the last have none.
pub fn part(images: usize, rank: usize, count: usize) -> Range<usize> {
    let (each, more) = (images / count, images % count);
    let first = rank * each + rank.min(more);
    first..first + each + usize::from(rank < more)
}

#[cfg(test)]
mod tests {
    use super::part;

    #[test]
    fn the_parts_of_a_batch_are_all_of_it_and_even() {
        assert_eq!([0, 1].map(|rank| part(128, rank, 2)), [0..64, 64..128]);
        assert_eq!([0, 1, 2].map(|rank| part(7, rank, 3)), [0..3, 3..5, 5..7]);
        assert_eq!([0, 1, 2].map(|rank| part(2, rank, 3)), [0..1, 1..2, 2..2]);
        assert_eq!(part(5, 0, 1), 0..5);
    }
}
