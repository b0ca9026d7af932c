//! What is told of compiling while it goes on, and how it is stopped.

use std::sync::{Mutex, PoisonError};

use super::{Gpu, GpuError};

/// What takes its time before a plan is ready.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// Convolutions whose variants are tried.
    Variants,
    /// Kernels that are compiled.
    Kernels,
}

/// How far such work is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Compiling {
    /// Which.
    pub work: Work,
    /// How many of them are done.
    pub done: usize,
    /// How many there are.
    pub of: usize,
}

/// Is told how far compiling is, and says whether to go on.
pub type Follow = Box<dyn Fn(Compiling) -> bool + Send>;

/// Who follows what a device compiles, if somebody does.
#[derive(Default)]
pub(super) struct Follower(Mutex<Option<Follow>>);

impl Gpu {
    /// Has somebody told how far compiling is, from the thread that asked for it, after each kernel.
    pub fn follow_compiling(&self, follow: Follow) {
        let follower = self.follower.0.lock();
        *follower.unwrap_or_else(PoisonError::into_inner) = Some(follow);
    }

    /// Tells how far compiling is.
    ///
    /// # Errors
    /// [`GpuError::Stopped`] if it shall not go on.
    pub fn tell_compiling(&self, now: Compiling) -> Result<(), GpuError> {
        let follower = self.follower.0.lock();
        let follower = follower.unwrap_or_else(PoisonError::into_inner);
        match follower.as_ref().is_none_or(|follow| follow(now)) {
            true => Ok(()),
            false => Err(GpuError::Stopped),
        }
    }
}
