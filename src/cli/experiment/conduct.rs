//! Who makes the runs of an experiment: several at once on request, each a training like any other.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use anyhow::Context;

use super::told::Told;
use crate::cli::options::ToldOptions;
use crate::cli::print::tell;
use crate::cli::signals::on_request_to_stop;
use crate::cli::wording::{Terminal, sentence};
use crate::experiment::estimate::seconds;
use crate::experiment::folder::{ExperimentFolder, before, can_begin};
use crate::experiment::measure::{measure, measure_removal};
use crate::experiment::plan::{Plan, RunName};
use crate::experiment::results::{Outcome, RunResult};
use crate::field::Explain;
use crate::gpu::{AdapterChoice, Gpu};
use crate::session::{Command, Commander, Event, Opened, Request, Session, SessionError, open_gpu};
use crate::train::run::{Ending, RunError};
use crate::train::trainer::TrainError;

/// How a run came out.
enum Came {
    Result(Box<RunResult>),
    Failed(String),
    Stopped,
}

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

/// What is to be made, is being made, and did not come to a result.
#[derive(Default)]
struct Board {
    waiting: Vec<RunName>,
    under_way: BTreeSet<RunName>,
    failed: Vec<(RunName, String)>,
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
        let mut board = Board::default();
        let runs = plan.runs();
        for run in &runs {
            if folder.result(run)?.is_none() {
                board.waiting.push(run.clone());
            }
        }
        let kept = runs.len() - board.waiting.len();
        locked(&self.told).begin(plan, kept)?;
        self.estimate(plan, &board.waiting)?;
        let jobs = self.jobs.min(board.waiting.len());
        let (board, turn) = (Mutex::new(board), Condvar::new());
        let works = std::thread::scope(|scope| {
            let work = || self.work(folder, plan, &board, &turn);
            let works: Vec<_> = (0..jobs).map(|_| scope.spawn(work)).collect();
            works.into_iter().all(|work| work.join().is_ok())
        });
        locked(&self.told).end();
        let board = board.into_inner().unwrap_or_else(PoisonError::into_inner);
        match board.broken {
            Some(error) => Err(error),
            None if works => Ok(board.failed),
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
    fn work(&self, folder: &ExperimentFolder, plan: &Plan, board: &Mutex<Board>, turn: &Condvar) {
        let session = match Session::spawn(open_gpu(), |_| {}) {
            Ok(session) => session,
            Err(error) => {
                locked(board).broken = Some(error.into());
                return;
            }
        };
        locked(&self.stop.sessions).push(session.commander());
        while let Some(name) = self.next(folder, plan, board, turn) {
            let begin = Instant::now();
            let came = self.make(&session, folder, plan, &name);
            let mut told = locked(&self.told);
            let printed = match &came {
                Came::Result(result) => told.ended(result, begin.elapsed()),
                Came::Failed(why) => told.failed(&name, why),
                Came::Stopped => Ok(()),
            };
            drop(told);
            let mut board = locked(board);
            board.under_way.remove(&name);
            if let Came::Failed(why) = came {
                board.failed.push((name, why));
            }
            if let Err(error) = printed {
                board.broken = Some(error.into());
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
        board: &Mutex<Board>,
        turn: &Condvar,
    ) -> Option<RunName> {
        let mut board = locked(board);
        loop {
            if self.is_stopped() {
                return None;
            }
            let is_to_come =
                |run: &RunName| board.waiting.contains(run) || board.under_way.contains(run);
            let place = board.waiting.iter().position(|run| {
                let before = before(plan, run);
                !before.is_some_and(|before| is_to_come(&before))
            });
            let Some(place) = place else {
                if board.waiting.is_empty() {
                    return None;
                }
                board = turn.wait(board).unwrap_or_else(PoisonError::into_inner);
                continue;
            };
            let run = board.waiting.remove(place);
            if let Some(first) = before(plan, &run) {
                let result = folder.result(&first).ok().flatten();
                if !can_begin(result.as_ref()) {
                    let why = format!("it begins from {}, which did not finish", first.folder());
                    if let Err(error) = locked(&self.told).failed(&run, &why) {
                        board.broken = Some(error.into());
                        return None;
                    }
                    board.failed.push((run, why));
                    continue;
                }
            }
            board.under_way.insert(run.clone());
            return Some(run);
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
        let origin = match folder.origin(plan, name) {
            Ok(origin) => origin,
            Err(error) => return Came::Failed(error.to_string()),
        };
        session.send(Command::Start(Box::new(Request {
            origin,
            adapter: self.adapter.clone(),
            paused: false,
            watched: false,
        })));
        // Asked before there was a run to stop.
        if self.is_stopped() {
            session.send(Command::Stop);
        }
        let mut opened: Option<Arc<Opened>> = None;
        let ended = loop {
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
                Ok(Event::Ended(ended)) => break ended,
                Ok(_) => {}
                Err(error) => return Came::Failed(error.to_string()),
            }
        };
        let outcome = match &ended {
            Ok(Ending::Finished) => Outcome::Finished,
            Ok(Ending::Interrupted | Ending::NotBegun) => return Came::Stopped,
            Err(error) => match diverged(error) {
                Some(why) => Outcome::Diverged(why),
                None => return Came::Failed(error.explain().say(&Terminal)),
            },
        };
        let measured = opened
            .context("the run ended before it began")
            .and_then(|opened| {
                let removal = plan.arm(&name.arm).is_some_and(|arm| arm.removal);
                self.measured(name, &opened, outcome, removal)
            });
        match measured {
            Ok(None) => Came::Stopped,
            Ok(Some(result)) => match result.write(&folder.run(name)) {
                Ok(()) => Came::Result(Box::new(result)),
                Err(error) => Came::Failed(format!("its measures could not be written: {error}")),
            },
            Err(error) => Came::Failed(format!("it could not be measured: {error:#}")),
        }
    }

    fn measured(
        &self,
        name: &RunName,
        opened: &Opened,
        outcome: Outcome,
        removal: bool,
    ) -> anyhow::Result<Option<RunResult>> {
        let is_finished = outcome == Outcome::Finished;
        let (mut result, state) = measure(name, opened, outcome)?;
        if removal && is_finished {
            let measured = pollster::block_on(async {
                let gpu = Gpu::open(&self.adapter).await?;
                let mut go_on = || !self.is_stopped();
                let measured = measure_removal(&mut result, &gpu, opened, &state, &mut go_on);
                anyhow::Ok(measured.await?)
            })?;
            if !measured {
                return Ok(None);
            }
        }
        Ok(Some(result))
    }
}

/// Why a training diverged, if that is what ended it.
fn diverged(error: &SessionError) -> Option<String> {
    match error {
        SessionError::Run {
            source: RunError::Train(error @ TrainError::Diverged { .. }),
            ..
        } => Some(error.to_string()),
        _ => None,
    }
}
