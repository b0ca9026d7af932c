//! In place of MPI, where the program was built without: no value of [`Ranks`] is ever there.

use anyhow::bail;

use super::Line;

/// A build that has no MPI cannot speak with other ranks.
pub(in crate::cli) enum Ranks {}

impl Ranks {
    /// Whether this build has MPI.
    pub const BUILT: bool = false;

    pub fn new() -> anyhow::Result<Self> {
        bail!(
            "this was started as one of several processes (by mpirun or srun), but this build cannot speak with the \
             others; build it with: cargo build --release --features mpi"
        )
    }

    pub fn rank(&self) -> usize {
        match *self {}
    }

    pub fn count(&self) -> usize {
        match *self {}
    }

    pub fn place_on_machine(&self) -> u32 {
        match *self {}
    }

    pub fn send_bytes(&self, _: usize, _: Line, _: &[u8]) {
        match *self {}
    }

    pub fn try_receive_bytes(&self, _: usize, _: Line) -> Option<Vec<u8>> {
        match *self {}
    }

    pub fn gather(&self, _: &[u8]) -> Vec<u8> {
        match *self {}
    }

    pub fn sum(&self, _: &mut [f32]) {
        match *self {}
    }

    pub fn abort(&self) -> ! {
        match *self {}
    }

    pub fn leave(&self) {
        match *self {}
    }
}
