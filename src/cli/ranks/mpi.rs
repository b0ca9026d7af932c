//! MPI: who there is, messages, and sums. One thread at a time calls it, whichever that is.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::{sleep, yield_now};
use std::time::Duration;

use anyhow::{Context, bail};
use mpi::Threading;
use mpi::environment::Universe;
use mpi::request::{Request, Scope};
use mpi::topology::SimpleCommunicator;
use mpi::traits::{Communicator, CommunicatorCollectives, Destination, MatchedReceiveVec, Source};

use super::Line;

/// Looks for the end of an exchange before it is waited for in sleep: the others compute, perhaps on the same cores.
const LOOKS: u32 = 200;

/// Time between two looks then.
const BETWEEN_LOOKS: Duration = Duration::from_micros(100);

/// This process's place among those that were started together.
pub(in crate::cli) struct Ranks {
    rank: usize,
    count: usize,
    place_on_machine: u32,
    /// Until this process leaves; locked for each call.
    universe: Mutex<Option<Universe>>,
}

impl Ranks {
    /// Whether this build has MPI.
    pub const BUILT: bool = true;

    /// Begins to speak with the others.
    ///
    /// # Errors
    /// An MPI that cannot be called from several threads.
    pub fn new() -> anyhow::Result<Self> {
        let (universe, threading) = mpi::initialize_with_threading(Threading::Serialized)
            .context("MPI was begun twice, which is a defect of this program")?;
        if threading < Threading::Serialized {
            bail!(
                "this MPI lets only one thread of a program call it; expected MPI_THREAD_SERIALIZED or more, as Open MPI \
                 and MPICH have it"
            );
        }
        let world = universe.world();
        // The processes that can share memory are those on this machine.
        let machine = world.split_shared(world.rank());
        Ok(Self {
            rank: world.rank() as usize,
            count: world.size() as usize,
            place_on_machine: machine.rank() as u32,
            universe: Mutex::new(Some(universe)),
        })
    }

    /// Which of them this is, from 0.
    pub fn rank(&self) -> usize {
        self.rank
    }

    /// How many they are.
    pub fn count(&self) -> usize {
        self.count
    }

    /// Which of those on this machine this is, from 0.
    pub fn place_on_machine(&self) -> u32 {
        self.place_on_machine
    }

    fn calls(&self) -> (MutexGuard<'_, Option<Universe>>, SimpleCommunicator) {
        let held = self.universe.lock().unwrap_or_else(PoisonError::into_inner);
        (held, SimpleCommunicator::world())
    }

    /// Sends a message, which has arrived or is on its way afterwards.
    pub fn send_bytes(&self, to: usize, line: Line, bytes: &[u8]) {
        let (_held, world) = self.calls();
        world.process_at_rank(to as i32).send_with_tag(bytes, line);
    }

    /// The next message, if it has come.
    pub fn try_receive_bytes(&self, from: usize, line: Line) -> Option<Vec<u8>> {
        let (_held, world) = self.calls();
        let process = world.process_at_rank(from as i32);
        let (bytes, _) = process
            .immediate_matched_probe_with_tag(line)?
            .matched_receive_vec();
        Some(bytes)
    }

    /// What each of them gives, in the order of their ranks: as many bytes from each. Waits for all.
    pub fn gather(&self, mine: &[u8]) -> Vec<u8> {
        let (_held, world) = self.calls();
        let mut all = vec![0; mine.len() * self.count];
        mpi::request::scope(|scope| {
            wait(world.immediate_all_gather_into(scope, mine, &mut all[..]));
        });
        all
    }

    /// Puts in place of each value its sum over all of them, added in the order of their ranks. Each adds up its part
    /// of the values, so that the more they are the less each has to do.
    pub fn sum(&self, values: &mut [f32]) {
        let (_held, world) = self.calls();
        let part = values.len().div_ceil(self.count);
        let mut mine = values.to_vec();
        mine.resize(part * self.count, 0.0);
        let mut theirs = vec![0.0_f32; part * self.count];
        mpi::request::scope(|scope| {
            wait(world.immediate_all_to_all_into(scope, &mine[..], &mut theirs[..]));
        });
        let (sums, others) = theirs.split_at_mut(part);
        for other in others.chunks_exact(part) {
            sums.iter_mut()
                .zip(other)
                .for_each(|(sum, value)| *sum += value);
        }
        mpi::request::scope(|scope| {
            wait(world.immediate_all_gather_into(scope, &sums[..], &mut mine[..]));
        });
        values.copy_from_slice(&mine[..values.len()]);
    }

    /// Ends all of them at once.
    pub fn abort(&self) -> ! {
        SimpleCommunicator::world().abort(1)
    }

    /// Waits until all leave, and ends the use of MPI.
    pub fn leave(&self) {
        let (mut universe, _) = self.calls();
        universe.take();
    }
}

/// Waits for the end of an exchange.
fn wait<'a, D: ?Sized, S: Scope<'a>>(mut request: Request<'a, D, S>) {
    let mut looks = 0;
    while let Err(going_on) = request.test() {
        request = going_on;
        looks += 1;
        match looks < LOOKS {
            true => yield_now(),
            false => sleep(BETWEEN_LOOKS),
        }
    }
}
