//! Who makes the runs of an experiment: several at once on request, each a training like any other.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use anyhow::Context;

use super::told::Told;
use crate::cli::options::ToldOptions;
use crate::cli::print::tell;
use crate::cli::signals::on_request_to_stop;
use crate::cli::wording::{Terminal, sentence};
use crate::experiment::conduct::{Board, Came, Next, ended, request};
use crate::experiment::estimate::seconds;
use crate::experiment::folder::ExperimentFolder;
use crate::experiment::plan::{Plan, RunName};
use crate::field::Explain;
use crate::gpu::{AdapterChoice, Gpu};
use crate::session::{Command, Commander, Event, Opened, Session, open_gpu};

/// Makes runs.
pub(super) struct Conduct {
    adapter: AdapterChoice,
    jobs: usize,
    told: Mutex<Told>,
    stop: Arc<Stop>,
}

/// A request to stop, and whom to pass it on to.
#[derive(Default)]
struct Stop {
    is_asked: AtomicBool,
    sessions: Mutex<Vec<Commander>>,
}

impl Stop {
    fn is_asked(&self) -> bool {
        self.is_asked.load(Ordering::SeqCst)
    }

    fn ask(&self) {
        self.is_asked.store(true, Ordering::SeqCst);
        for session in locked(&self.sessions).iter() {
            session.send(Command::Stop);
        }
    }
}

/// What is to be made, and whether anything still is.
struct Work {
    board: Board,
    /// Why nothing goes on: standard output is closed.
    broken: Option<anyhow::Error>,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Conduct {
    pub fn new(adapter: AdapterChoice, jobs: u32, told: &ToldOptions) -> anyhow::Result<Self> {
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
            adapter,
            jobs: jobs as usize,
            told: Mutex::new(Told::new(told)),
            stop,
        })
    }

    /// Whether it was asked to stop.
    pub fn is_stopped(&self) -> bool {
        self.stop.is_asked()
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
        let jobs = self.jobs.min(board.waiting().len());
        let work = Work {
            board,
            broken: None,
        };
        let (work, turn) = (Mutex::new(work), Condvar::new());
        let works = std::thread::scope(|scope| {
            let works = || self.work(folder, plan, &work, &turn);
            let works: Vec<_> = (0..jobs).map(|_| scope.spawn(works)).collect();
            works.into_iter().all(|work| work.join().is_ok())
        });
        locked(&self.told).end();
        let work = work.into_inner().unwrap_or_else(PoisonError::into_inner);
        match work.broken {
            Some(error) => Err(error),
            None if works => Ok(work.board.failed().to_vec()),
            None => Err(anyhow::anyhow!(
                "a thread ended by a defect of this program; what is saved is whole"
            )),
        }
    }

    /// Says how long all of it will take, or why that cannot be said.
    fn estimate(&self, plan: &Plan, runs: &[RunName]) -> anyhow::Result<()> {
        if runs.is_empty() || self.is_stopped() || !locked(&self.told).wants_estimate() {
            return Ok(());
        }
        let estimated = pollster::block_on(async {
            let gpu = Gpu::open(&self.adapter).await?;
            anyhow::Ok(seconds(&gpu, plan, runs).await?)
        });
        match estimated {
            Ok(seconds) => Ok(locked(&self.told).estimated(seconds)?),
            Err(error) => {
                let why = sentence(&error);
                locked(&self.told).note(&format!("how long it takes cannot be said: {why}"));
                Ok(())
            }
        }
    }

    /// Makes one run after the other, with a session of its own.
    fn work(&self, folder: &ExperimentFolder, plan: &Plan, work: &Mutex<Work>, turn: &Condvar) {
        let session = match Session::spawn(open_gpu(), |_| {}) {
            Ok(session) => session,
            Err(error) => {
                locked(work).broken = Some(error.into());
                return;
            }
        };
        locked(&self.stop.sessions).push(session.commander());
        while let Some(name) = self.next(folder, plan, work, turn) {
            let begin = Instant::now();
            let came = self.make(&session, folder, plan, &name);
            let mut told = locked(&self.told);
            let (printed, why) = match came {
                Came::Result(result) => (told.ended(&result, begin.elapsed()), None),
                Came::Failed(why) => {
                    let why = why.say(&Terminal);
                    (told.failed(&name, &why), Some(why))
                }
                Came::Stopped => (Ok(()), None),
            };
            drop(told);
            let mut work = locked(work);
            work.board.ended(&name, why);
            if let Err(error) = printed {
                work.broken = Some(error.into());
                self.stop.ask();
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

    /// Makes a run, and measures it.
    fn make(
        &self,
        session: &Session,
        folder: &ExperimentFolder,
        plan: &Plan,
        name: &RunName,
    ) -> Came {
        match request(folder, plan, name, self.adapter.clone(), false) {
            Ok(request) => session.send(Command::Start(Box::new(request))),
            Err(error) => return Came::Failed(error.explain()),
        }
        // Asked before there was a run to stop.
        if self.is_stopped() {
            session.send(Command::Stop);
        }
        let mut opened: Option<Arc<Opened>> = None;
        let result = loop {
            match session.next() {
                Ok(Event::Opened(now)) => {
                    let mut told = locked(&self.told);
                    now.notes
                        .iter()
                        .for_each(|note| told.note(&note.say(&Terminal)));
                    drop(told);
                    opened = Some(now);
                }
                Ok(Event::Metric(metric)) => {
                    let steps = opened
                        .as_ref()
                        .map_or(0, |opened| opened.outlook.total_steps);
                    locked(&self.told).metric(name, &metric, steps);
                }
                Ok(Event::Ended(result)) => break result,
                Ok(_) => {}
                Err(error) => return Came::Failed(error.explain()),
            }
        };
        pollster::block_on(ended(
            folder,
            plan,
            name,
            opened.as_deref(),
            &result,
            Gpu::open(&self.adapter),
            &mut || !self.is_stopped(),
        ))
    }
}
