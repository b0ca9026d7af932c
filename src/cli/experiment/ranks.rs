//! Runs that other ranks make. The first one hands them out, a run at a time to whoever is free, and tells what comes of
//! them; the others take what they are given. Files are in the experiment's folder, which all share.

use std::path::PathBuf;
use std::sync::Arc;
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use serde::{Deserialize, Serialize};

use super::make::{Maker, News, Stop};
use crate::cli::ranks::{AbortOnPanic, Line, Ranks};
use crate::cli::signals::on_request_to_stop;
use crate::cli::wording::{Terminal, sentence};
use crate::experiment::conduct::Came;
use crate::experiment::folder::ExperimentFolder;
use crate::experiment::plan::{Plan, RunName};
use crate::field::Explanation;
use crate::gpu::{AdapterChoice, Gpu};
use crate::session::Session;

/// Where a rank is told what concerns all that it does; the lines of those that make runs follow.
const CONTROL: Line = 0;

/// How long it may take until a file that another machine has written is seen here: as long as NFS keeps in mind what was
/// not there.
const UNTIL_SEEN: Duration = Duration::from_secs(90);

/// Time between two of a run's steps that are told.
const BETWEEN_STEPS: Duration = Duration::from_millis(200);

/// What the first rank says to another.
#[derive(Debug, Serialize, Deserialize)]
enum Order {
    /// Get ready for the experiment in this folder.
    Prepare(PathBuf),
    /// Make this run of it.
    Make(RunName),
    /// End what is under way, and save it.
    Stop,
    /// Nothing is left to do.
    End,
}

/// What another rank says to the first one.
#[derive(Debug, Serialize, Deserialize)]
enum Said {
    Ready,
    /// It cannot make any run.
    Unable(String),
    News(News),
    /// The run has ended, and its result is in its folder.
    Made,
    Failed(String),
    Stopped,
}

/// The ranks beside the first, as that one sees them. When it is dropped they end.
pub(super) struct Crew {
    ranks: Arc<Ranks>,
    jobs: u32,
}

impl Crew {
    /// Ranks of which each makes so many runs at once.
    pub fn new(ranks: &Arc<Ranks>, jobs: u32) -> Self {
        let ranks = ranks.clone();
        Self { ranks, jobs }
    }

    /// How many ranks there are, with this one.
    pub fn count(&self) -> usize {
        self.ranks.count()
    }

    /// Those who make runs.
    pub fn others(&self) -> impl Iterator<Item = Other> {
        let lines = 1..=self.jobs as Line;
        let both = lines.flat_map(|line| (1..self.ranks.count()).map(move |rank| (line, rank)));
        both.map(|(line, rank)| Other {
            ranks: self.ranks.clone(),
            rank,
            line,
        })
    }
}

impl Drop for Crew {
    fn drop(&mut self) {
        for rank in 1..self.ranks.count() {
            for line in CONTROL..=self.jobs as Line {
                // Nothing can be said any more if that fails.
                let _ = self.ranks.send(rank, line, &Order::End);
            }
        }
    }
}

/// Someone on another rank who makes one run after the other.
pub(super) struct Other {
    ranks: Arc<Ranks>,
    rank: usize,
    line: Line,
}

impl Other {
    /// Which rank it is on.
    pub fn rank(&self) -> usize {
        self.rank
    }

    /// Makes it ready for an experiment; why it cannot make runs, if so.
    pub fn prepare(&self, folder: &ExperimentFolder) -> anyhow::Result<Option<String>> {
        let order = Order::Prepare(folder.path().to_owned());
        self.ranks.send(self.rank, self.line, &order)?;
        match self.ranks.receive(self.rank, self.line, || Ok(()))? {
            Said::Ready => Ok(None),
            Said::Unable(why) => Ok(Some(why)),
            said => bail!("rank {} says {said:?}", self.rank),
        }
    }

    /// Has a run made, and waits for it.
    pub fn make(
        &self,
        folder: &ExperimentFolder,
        run: &RunName,
        stop: &Stop,
        hear: &mut dyn FnMut(News),
    ) -> Came {
        let made = self.made(folder, run, stop, hear);
        made.unwrap_or_else(|error| Came::Failed(Explanation::new(format!("{error:#}"))))
    }

    fn made(
        &self,
        folder: &ExperimentFolder,
        run: &RunName,
        stop: &Stop,
        hear: &mut dyn FnMut(News),
    ) -> anyhow::Result<Came> {
        let order = Order::Make(run.clone());
        self.ranks.send(self.rank, self.line, &order)?;
        let mut is_told_to_stop = false;
        let mut pass_on = || {
            if stop.is_asked() && !is_told_to_stop {
                is_told_to_stop = true;
                self.ranks.send(self.rank, CONTROL, &Order::Stop)?;
            }
            Ok(())
        };
        loop {
            match self.ranks.receive(self.rank, self.line, &mut pass_on)? {
                Said::News(news) => hear(news),
                Said::Failed(why) => return Ok(Came::Failed(Explanation::new(why))),
                Said::Stopped => return Ok(Came::Stopped),
                Said::Made => break,
                said => bail!("rank {} says {said:?}", self.rank),
            }
        }
        let since = Instant::now();
        loop {
            match folder.result(run)? {
                Some(result) => return Ok(Came::Result(Box::new(result))),
                None if since.elapsed() < UNTIL_SEEN => sleep(BETWEEN_STEPS),
                None => bail!(
                    "rank {} has made it, but its result is not seen from rank 0; expected a folder that all ranks \
                     share, with the same path on each",
                    self.rank
                ),
            }
        }
    }
}

/// Makes what the first rank hands out, so many runs at once, until that says that nothing is left.
pub(super) fn take_part(ranks: &Ranks, adapter: AdapterChoice, jobs: u32) -> anyhow::Result<()> {
    let stop = Arc::<Stop>::default();
    let asked = stop.clone();
    on_request_to_stop(move |is_again| match is_again {
        true => std::process::exit(130),
        false => asked.ask(),
    })
    .context("Ctrl-C cannot be handled")?;
    let maker = Maker { adapter, stop };
    std::thread::scope(|scope| {
        for line in 1..=jobs as Line {
            let (maker, ranks) = (&maker, ranks);
            scope.spawn(move || {
                let _abort = AbortOnPanic(ranks);
                if let Err(error) = (Taker { maker, ranks, line }).take() {
                    // Nobody would ever hear of its runs again.
                    panic!("{error:#}");
                }
            });
        }
        while let Order::Stop = ranks.receive(0, CONTROL, || Ok(()))? {
            maker.stop.ask();
        }
        Ok(())
    })
}

/// Who takes runs on one line.
struct Taker<'a> {
    maker: &'a Maker,
    ranks: &'a Ranks,
    line: Line,
}

/// What it takes to make runs of an experiment.
struct Ready {
    session: Session,
    folder: ExperimentFolder,
    plan: Plan,
}

impl Taker<'_> {
    fn take(&self) -> anyhow::Result<()> {
        let mut ready = None;
        loop {
            match self.ranks.receive(0, self.line, || Ok(()))? {
                Order::Prepare(folder) => {
                    // The session before ends here.
                    ready = None;
                    match self.prepare(folder) {
                        Ok(now) => {
                            ready = Some(now);
                            self.say(&Said::Ready)?;
                        }
                        Err(error) => self.say(&Said::Unable(sentence(&error)))?,
                    }
                }
                Order::Make(run) => {
                    let ready = ready.as_ref().context("a run before its experiment")?;
                    let said = match self.make(ready, &run) {
                        Came::Result(_) => Said::Made,
                        Came::Failed(why) => Said::Failed(why.say(&Terminal)),
                        Came::Stopped => Said::Stopped,
                    };
                    self.say(&said)?;
                }
                Order::Stop => self.maker.stop.ask(),
                Order::End => return Ok(()),
            }
        }
    }

    fn say(&self, said: &Said) -> anyhow::Result<()> {
        self.ranks.send(0, self.line, said)
    }

    fn prepare(&self, folder: PathBuf) -> anyhow::Result<Ready> {
        let folder = ExperimentFolder::at(&folder);
        let plan = folder.plan()?;
        // A rank without an adapter would take one run after the other, and fail each.
        pollster::block_on(Gpu::open(&self.maker.adapter))?;
        Ok(Ready {
            session: self.maker.session()?,
            folder,
            plan,
        })
    }

    fn make(&self, ready: &Ready, run: &RunName) -> Came {
        let mut told: Option<Instant> = None;
        let mut hear = |news: News| {
            let is_step = matches!(news, News::Step { .. });
            if is_step && told.is_some_and(|told| told.elapsed() < BETWEEN_STEPS) {
                return;
            }
            if is_step {
                told = Some(Instant::now());
            }
            // A line that is lost is no run that is lost.
            let _ = self.say(&Said::News(news));
        };
        let Ready {
            session,
            folder,
            plan,
        } = ready;
        self.maker.make(session, folder, plan, run, &mut hear)
    }
}
