//! Who makes the runs of an experiment: several at once on request, each a training like any other.

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Instant;

use anyhow::Context;

use super::make::{Maker, Stop, locked};
use super::ranks::{Crew, Other};
use super::told::Told;
use crate::cli::options::ToldOptions;
use crate::cli::print::tell;
use crate::cli::signals::on_request_to_stop;
use crate::cli::wording::{Terminal, sentence};
use crate::experiment::conduct::{Board, Came, Next};
use crate::experiment::estimate::seconds;
use crate::experiment::folder::ExperimentFolder;
use crate::experiment::plan::{Plan, RunName};
use crate::gpu::{AdapterChoice, Gpu};

/// Makes runs, and has others make them.
pub(super) struct Conduct {
    maker: Maker,
    jobs: usize,
    crew: Option<Crew>,
    told: Mutex<Told>,
}

/// Who makes one run after the other.
enum Hand {
    /// This process, in a session.
    Here,
    /// Another rank.
    There(Other),
}

/// What is to be made, and whether anything still is.
struct Work {
    board: Board,
    /// Why nothing goes on: standard output is closed.
    broken: Option<anyhow::Error>,
}

impl Conduct {
    /// So many runs at once on the adapter, and as many on each rank of the crew.
    pub fn new(
        adapter: AdapterChoice,
        jobs: u32,
        crew: Option<Crew>,
        told: &ToldOptions,
    ) -> anyhow::Result<Self> {
        let stop = Arc::<Stop>::default();
        let asked = stop.clone();
        on_request_to_stop(move |is_again| {
            if is_again {
                std::process::exit(130);
            }
            tell(
                "stopping as soon as the work is saved (once more to end at once, without saving)",
            );
            asked.ask();
        })
        .context("Ctrl-C cannot be handled")?;
        Ok(Self {
            maker: Maker { adapter, stop },
            jobs: jobs as usize,
            crew,
            told: Mutex::new(Told::new(told)),
        })
    }

    /// Whether it was asked to stop.
    pub fn is_stopped(&self) -> bool {
        self.maker.stop.is_asked()
    }

    /// Makes all runs that are not there yet; those that failed, and why.
    pub fn run(
        &mut self,
        folder: &ExperimentFolder,
        plan: &Plan,
    ) -> anyhow::Result<Vec<(RunName, String)>> {
        let board = Board::new(folder, plan)?;
        let kept = plan.runs().len() - board.waiting().len();
        locked(&self.told).begin(plan, kept)?;
        self.estimate(plan, board.waiting())?;
        let hands = self.hands(board.waiting().len());
        let work = Work {
            board,
            broken: None,
        };
        let (work, turn) = (Mutex::new(work), Condvar::new());
        let works = std::thread::scope(|scope| {
            let (this, work, turn) = (&*self, &work, &turn);
            let works =
                |hand: Hand| scope.spawn(move || this.work(&hand, folder, plan, work, turn));
            let works: Vec<_> = hands.into_iter().map(works).collect();
            works.into_iter().all(|work| work.join().is_ok())
        });
        locked(&self.told).end();
        let work = work.into_inner().unwrap_or_else(PoisonError::into_inner);
        match work.broken {
            Some(error) => Err(error),
            None if works && !self.is_stopped() && !work.board.waiting().is_empty() => {
                Err(anyhow::anyhow!("no rank can make runs; the notes say why"))
            }
            None if works => Ok(work.board.failed().to_vec()),
            None => Err(anyhow::anyhow!(
                "a thread ended by a defect of this program; what is saved is whole"
            )),
        }
    }

    /// Those who make so many runs; of the ranks each has its turn.
    fn hands(&self, runs: usize) -> Vec<Hand> {
        let here = (0..self.jobs).map(|_| Hand::Here);
        let there = self.crew.iter().flat_map(Crew::others).map(Hand::There);
        here.chain(there).take(runs).collect()
    }

    /// Says how long all of it will take, or why that cannot be said.
    fn estimate(&self, plan: &Plan, runs: &[RunName]) -> anyhow::Result<()> {
        if runs.is_empty() || self.is_stopped() || !locked(&self.told).wants_estimate() {
            return Ok(());
        }
        let estimated = pollster::block_on(async {
            let gpu = Gpu::open(&self.maker.adapter).await?;
            anyhow::Ok(seconds(&gpu, plan, runs).await?)
        });
        let ranks = self.crew.as_ref().map_or(1, Crew::count);
        match estimated {
            Ok(seconds) => Ok(locked(&self.told).estimated(seconds, ranks)?),
            Err(error) => {
                let why = sentence(&error);
                locked(&self.told).note(&format!("how long it takes cannot be said: {why}"));
                Ok(())
            }
        }
    }

    /// Why this one cannot make runs, if so. Without a crew each run says that itself.
    fn unable(&self, hand: &Hand, folder: &ExperimentFolder) -> anyhow::Result<Option<String>> {
        match (hand, &self.crew) {
            (Hand::Here, None) => Ok(None),
            (Hand::Here, Some(_)) => {
                let opened = pollster::block_on(Gpu::open(&self.maker.adapter));
                Ok(opened.err().map(|error| sentence(&error.into())))
            }
            (Hand::There(other), _) => other.prepare(folder),
        }
    }

    /// Has one run made after the other.
    fn work(
        &self,
        hand: &Hand,
        folder: &ExperimentFolder,
        plan: &Plan,
        work: &Mutex<Work>,
        turn: &Condvar,
    ) {
        let rank = match hand {
            Hand::Here => 0,
            Hand::There(other) => other.rank(),
        };
        let ready = self
            .unable(hand, folder)
            .and_then(|unable| match (unable, hand) {
                (Some(why), _) => {
                    let note = format!("rank {rank} makes no runs: {why}");
                    locked(&self.told).note(&note);
                    Ok(None)
                }
                (None, Hand::Here) => Ok(Some(Some(self.maker.session()?))),
                (None, Hand::There(_)) => Ok(Some(None)),
            });
        let session = match ready {
            Ok(Some(session)) => session,
            Ok(None) => return,
            Err(error) => {
                locked(work).broken = Some(error);
                return;
            }
        };
        while let Some(name) = self.next(folder, plan, work, turn) {
            let begin = Instant::now();
            let mut hear = |news| locked(&self.told).hear(&name, news);
            let came = match (hand, &session) {
                (Hand::There(other), _) => other.make(folder, &name, &self.maker.stop, &mut hear),
                (Hand::Here, Some(session)) => {
                    self.maker.make(session, folder, plan, &name, &mut hear)
                }
                (Hand::Here, None) => return,
            };
            let mut told = locked(&self.told);
            let (printed, why) = match came {
                Came::Result(result) => (told.ended(&result, begin.elapsed()), None),
                Came::Failed(why) => {
                    let why = why.say(&Terminal);
                    (told.failed(&name, &why), Some(why))
                }
                Came::Stopped => {
                    // Whichever rank was asked to, all of them stop.
                    self.maker.stop.ask();
                    (Ok(()), None)
                }
            };
            drop(told);
            let mut work = locked(work);
            work.board.ended(&name, why);
            if let Err(error) = printed {
                work.broken = Some(error.into());
                self.maker.stop.ask();
            }
            turn.notify_all();
        }
    }

    /// The next run to make; waits for one that can begin. None when all are made or under way, or none is to be.
    fn next(
        &self,
        folder: &ExperimentFolder,
        plan: &Plan,
        work: &Mutex<Work>,
        turn: &Condvar,
    ) -> Option<RunName> {
        let mut work = locked(work);
        loop {
            if self.is_stopped() {
                return None;
            }
            match work.board.next(folder, plan) {
                Next::Begin(run) => return Some(run),
                Next::Failed(run, why) => {
                    if let Err(error) = locked(&self.told).failed(&run, &why) {
                        work.broken = Some(error.into());
                        return None;
                    }
                }
                Next::Wait => work = turn.wait(work).unwrap_or_else(PoisonError::into_inner),
                Next::Nothing => return None,
            }
        }
    }
}
