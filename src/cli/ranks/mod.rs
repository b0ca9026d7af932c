//! Ranks: several processes of this program, on one machine or many, that MPI has started to work on one thing.
//!
//! `wire` is MPI, or what stands in its place where the program was built without (cargo feature `mpi`): then there are
//! never any, and all else is compiled the same. Here is what is said over it: messages, one at a time. `together` is
//! for ranks that share each step of a training.

#[cfg(feature = "mpi")]
#[path = "mpi.rs"]
mod wire;
#[cfg(not(feature = "mpi"))]
#[path = "none.rs"]
mod wire;

mod together;

use std::env;
use std::thread::sleep;
use std::time::Duration;

use anyhow::Context;
use serde::Serialize;
use serde::de::DeserializeOwned;

pub(super) use together::Together;
pub(super) use wire::Ranks;

use super::print;

/// Time between two looks for a message, where nobody is held up by that.
const BETWEEN_LOOKS: Duration = Duration::from_millis(2);

/// Who speaks with whom about what: each pair of threads that do has a number of its own.
pub(super) type Line = i32;

/// The processes that an MPI launcher started, by what it leaves in the environment; none if there is no such launcher, or
/// it does not say.
///
/// Open MPI, Intel MPI and MPICH (also Slurm's `--mpi=pmi2`), MVAPICH.
fn launched() -> Option<usize> {
    let names = ["OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "MV2_COMM_WORLD_SIZE"];
    let said = names.iter().find_map(|name| env::var(name).ok());
    // PMIx, as by Slurm's `--mpi=pmix`, says which process this is, and leaves their number to Slurm.
    let by_pmix = || {
        env::var_os("PMIX_RANK")?;
        let names = ["SLURM_STEP_NUM_TASKS", "SLURM_NTASKS"];
        names.iter().find_map(|name| env::var(name).ok())
    };
    said.or_else(by_pmix)?.trim().parse().ok()
}

/// Takes this process's place among those that were started together; none if it was started alone. All but the first
/// print nothing from now on.
///
/// # Errors
/// If it was not started alone, and cannot speak with the others.
pub(super) fn join() -> anyhow::Result<Option<Ranks>> {
    if launched().is_none_or(|processes| processes < 2) {
        return Ok(None);
    }
    let ranks = Ranks::new()?;
    if ranks.rank() > 0 {
        print::be_silent();
    } else if has_one_core_of_many() {
        print::tell(
            "note: a rank may use one core only, which makes it slow; start ranks with: mpirun --bind-to none (or \
             srun --cpus-per-task=N)",
        );
    }
    Ok(Some(ranks))
}

/// Whether this process may run on one core of several, as launchers bind ranks; only Linux says.
fn has_one_core_of_many() -> bool {
    let online = std::fs::read_to_string("/sys/devices/system/cpu/online").unwrap_or_default();
    let cores = std::thread::available_parallelism();
    online.contains(['-', ',']) && cores.is_ok_and(|cores| cores.get() == 1)
}

impl Ranks {
    /// Sends a message.
    pub fn send<T: Serialize>(&self, to: usize, line: Line, message: &T) -> anyhow::Result<()> {
        let bytes = serde_json::to_vec(message).context("a message between ranks")?;
        self.send_bytes(to, line, &bytes);
        Ok(())
    }

    /// The next message, if it has come; does not wait.
    pub fn try_receive<T: DeserializeOwned>(
        &self,
        from: usize,
        line: Line,
    ) -> anyhow::Result<Option<T>> {
        let Some(bytes) = self.try_receive_bytes(from, line) else {
            return Ok(None);
        };
        let message = serde_json::from_slice(&bytes);
        message.map(Some).with_context(|| {
            format!("rank {from} says what this one does not understand; is it of another version?")
        })
    }

    /// The next message; waits for it. In between, `meanwhile` is called now and then.
    pub fn receive<T: DeserializeOwned>(
        &self,
        from: usize,
        line: Line,
        mut meanwhile: impl FnMut() -> anyhow::Result<()>,
    ) -> anyhow::Result<T> {
        loop {
            match self.try_receive(from, line)? {
                Some(message) => return Ok(message),
                None => meanwhile()?,
            }
            sleep(BETWEEN_LOOKS);
        }
    }
}

/// Ends all ranks when its thread panics: the others would wait for it.
pub(super) struct AbortOnPanic<'a>(pub &'a Ranks);

impl Drop for AbortOnPanic<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.abort();
        }
    }
}
