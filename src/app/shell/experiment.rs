//! Conducting an experiment: its runs are made by the app's own session, one after another, so that all views follow them.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use egui::{Context, OpenUrl};
use web_time::Instant;

use super::Shell;
use super::files::{Done, Part, Purpose, Told};
use super::report::file_url;
use crate::app::dialog::Kind;
use crate::app::experiments::known::{Chosen, Standing, Takes, Wish};
use crate::app::notice::Weight;
use crate::app::runs::listed;
use crate::app::views::ViewId;
use crate::app::wording::{InTheApp, capitalised, sentence};
use crate::experiment::conduct::{Board, Came, Next, ended, gathered, request};
use crate::experiment::estimate::seconds;
use crate::experiment::folder::ExperimentFolder;
use crate::experiment::plan::{Plan, RunName};
use crate::platform::IS_A_PAGE;
use crate::session::{Command, Event, Opened, SessionError};
use crate::train::metric::Metric;
use crate::train::run::Ending;

/// The experiment under way.
pub(super) struct Conducting {
    /// Which of those that were begun: what is told of others comes too late.
    number: u64,
    folder: ExperimentFolder,
    plan: Arc<Plan>,
    board: Board,
    /// The run that is made or measured.
    run: Option<RunName>,
    opened: Option<Arc<Opened>>,
    /// Whether it is to stop; who measures asks.
    stops: Arc<AtomicBool>,
}

impl Shell {
    /// Lets experiments go into folders within another one.
    pub fn set_experiments_folder(&mut self, folder: &Path) {
        self.shared.experiments.folder = folder.to_owned();
    }

    /// Chooses an experiment to show.
    pub fn choose_experiment(&mut self, chosen: Chosen) {
        self.shared.experiments.choose(chosen);
    }

    /// Shows the experiment in a file.
    pub fn open_experiment(&mut self, path: &Path) {
        if self.conducting.is_some() {
            let text = "An experiment is under way. Stop it first, then open another.";
            self.notices.add(Weight::Problem, text.to_owned(), None);
        } else {
            self.shared.experiments.choose_file(path);
        }
        self.show_view(ViewId::Experiments);
    }

    /// Whether a run of an experiment is prepared, trained or measured.
    pub(super) fn is_conducting(&self) -> bool {
        self.conducting.is_some()
    }

    /// Does what the reader wants done with experiments.
    pub(super) fn fulfil_experiments(&mut self, ctx: &Context) {
        for wish in self.shared.experiments.take_wishes() {
            match wish {
                Wish::LayOut => {
                    self.shared.experiments.lay_out();
                    ctx.request_repaint();
                }
                Wish::OpenFile => self.ask(Purpose::Experiment, "An experiment", Kind::File),
                Wish::ChooseImages => self.ask(Purpose::Images, "Images", Kind::File),
                Wish::Estimate => self.estimate(ctx),
                Wish::Start => self.start_experiment(ctx),
                Wish::Stop => self.stop_experiment(),
                Wish::Open(run) => self.open_run_of_experiment(&run),
                Wish::OpenReport => self.write_report(ctx, true),
                Wish::SaveReport => self.ask_part(Part::Report),
                Wish::SaveTable => self.ask_part(Part::Table),
            }
        }
    }

    /// Begins with what is laid out, or goes on with it.
    fn start_experiment(&mut self, ctx: &Context) {
        let Some(laid) = self.shared.experiments.laid() else {
            return;
        };
        let (plan, path) = (laid.plan.clone(), laid.folder.path().to_owned());
        let board = ExperimentFolder::open(&path, &plan)
            .and_then(|folder| Ok((Board::new(&folder, &plan)?, folder)));
        let (board, folder) = match board {
            Ok(begun) => begun,
            Err(error) => {
                self.shared.experiments.problem = Some(capitalised(&sentence(&error)));
                return;
            }
        };
        self.shared.experiments.problem = None;
        self.experiments_begun += 1;
        self.conducting = Some(Conducting {
            number: self.experiments_begun,
            folder,
            plan,
            board,
            run: None,
            opened: None,
            stops: Arc::default(),
        });
        self.gather();
        if let Some(laid) = self.shared.experiments.laid_mut() {
            laid.begun = Some((Instant::now(), laid.results.len()));
        }
        self.next_of_experiment(ctx);
    }

    /// Measures some steps, to say how long what is laid out takes.
    fn estimate(&mut self, ctx: &Context) {
        let Some(laid) = self.shared.experiments.laid_mut() else {
            return;
        };
        if laid.takes == Takes::Measuring {
            return;
        }
        laid.takes = Takes::Measuring;
        let runs = laid.missing.iter().map(|missing| missing.run.clone());
        let (plan, runs) = (laid.plan.clone(), runs.collect::<Vec<_>>());
        let folder = laid.folder.clone();
        let (open, adapter) = (self.open_gpu.clone(), self.setup.adapter().clone());
        self.on_a_task(ctx, move || async move {
            let found = async {
                let gpu = open(adapter).await.map_err(|error| error.to_string())?;
                let found = seconds(&gpu, &plan, &runs).await;
                found.map_err(|error| error.to_string())
            };
            Ok(Done::Experiment(Told::Takes(folder, found.await)))
        });
    }

    /// Takes in what a task came to.
    pub(super) fn told_of_experiment(&mut self, ctx: &Context, told: Told) {
        match told {
            Told::Takes(folder, found) => {
                let laid = self.shared.experiments.laid_mut();
                if let Some(laid) = laid.filter(|laid| laid.folder == folder) {
                    laid.takes = match found {
                        Ok(seconds) => Takes::Seconds(seconds),
                        Err(why) => Takes::Failed(why),
                    };
                }
            }
            Told::Came(number, run, came) => {
                let is_it = |conducting: &Conducting| conducting.number == number;
                if self.conducting.as_ref().is_some_and(is_it) {
                    self.came(ctx, &run, came);
                }
            }
            Told::Reported(path) => {
                let url = file_url(&std::path::absolute(&path).unwrap_or(path));
                ctx.open_url(OpenUrl::new_tab(url));
            }
        }
    }

    /// Begins with the next run, or ends.
    fn next_of_experiment(&mut self, ctx: &Context) {
        loop {
            let Some(conducting) = &mut self.conducting else {
                return;
            };
            let (folder, plan) = (&conducting.folder, &conducting.plan);
            let run = match conducting.board.next(folder, plan) {
                Next::Begin(run) => run,
                Next::Failed(run, why) => {
                    self.stand(&run, Standing::Failed(why));
                    continue;
                }
                Next::Wait | Next::Nothing => return self.end_experiment(ctx),
            };
            let adapter = self.setup.adapter().clone();
            match request(folder, plan, &run, adapter, true) {
                Ok(request) => {
                    (conducting.run, conducting.opened) = (Some(run.clone()), None);
                    self.stand(&run, Standing::UnderWay(0, 0));
                    self.begin_run(ctx, request);
                    return;
                }
                Err(error) => {
                    let why = sentence(&error);
                    conducting.board.ended(&run, Some(why.clone()));
                    self.stand(&run, Standing::Failed(why));
                }
            }
        }
    }

    /// Takes in what the session tells of its run.
    pub(super) fn take_of_experiment(&mut self, event: &Event) {
        // Until the session begins with it, what it tells is of the run before.
        if self.is_asked {
            return;
        }
        let Some(conducting) = &mut self.conducting else {
            return;
        };
        let Some(run) = conducting.run.clone() else {
            return;
        };
        match event {
            Event::Opened(opened) => {
                let outlook = opened.outlook;
                conducting.opened = Some(opened.clone());
                self.stand(
                    &run,
                    Standing::UnderWay(outlook.done_steps, outlook.total_steps),
                );
            }
            Event::Metric(Metric::Step { step, .. }) => {
                let opened = conducting.opened.as_ref();
                let steps = opened.map_or(0, |opened| opened.outlook.total_steps);
                self.stand(&run, Standing::UnderWay(*step, steps));
            }
            _ => {}
        }
    }

    /// Takes in that its run has ended: it is measured beside everything else. Whether it was a run of one.
    pub(super) fn run_of_experiment_ended(
        &mut self,
        ctx: &Context,
        result: &Result<Ending, Arc<SessionError>>,
    ) -> bool {
        let Some(conducting) = self.conducting.as_ref().filter(|_| !self.is_asked) else {
            return false;
        };
        let Some(run) = conducting.run.clone() else {
            return false;
        };
        let (number, stops) = (conducting.number, conducting.stops.clone());
        let (folder, plan) = (conducting.folder.clone(), conducting.plan.clone());
        let (opened, result) = (conducting.opened.clone(), result.clone());
        let gpu = (self.open_gpu.clone(), self.setup.adapter().clone());
        self.stand(&run, Standing::Measured);
        self.on_a_task(ctx, move || async move {
            let (open, adapter) = gpu;
            let mut go_on = || !stops.load(Ordering::SeqCst);
            let came = ended(
                &folder,
                &plan,
                &run,
                opened.as_deref(),
                &result,
                open(adapter),
                &mut go_on,
            );
            let came = came.await;
            Ok(Done::Experiment(Told::Came(number, run, came)))
        });
        true
    }

    /// Takes in what a run came to.
    fn came(&mut self, ctx: &Context, run: &RunName, came: Came) {
        let Some(conducting) = &mut self.conducting else {
            return;
        };
        conducting.run = None;
        let why = match &came {
            Came::Failed(why) => Some(why.say(&InTheApp)),
            Came::Result(_) | Came::Stopped => None,
        };
        conducting.board.ended(run, why.clone());
        match (came, why) {
            (Came::Stopped, _) => return self.end_experiment(ctx),
            (_, Some(why)) => self.stand(run, Standing::Failed(why)),
            _ => {}
        }
        self.gather();
        let stops = self.conducting.as_ref();
        match stops.is_some_and(|conducting| conducting.stops.load(Ordering::SeqCst)) {
            true => self.end_experiment(ctx),
            false => self.next_of_experiment(ctx),
        }
    }

    /// Reads what there is of the experiment by now.
    fn gather(&mut self) {
        let Some(conducting) = &self.conducting else {
            return;
        };
        let failed = conducting.board.failed();
        match gathered(&conducting.folder, &conducting.plan, failed) {
            Ok((results, missing)) => {
                let version = self.shared.experiments.version();
                if let Some(laid) = self.shared.experiments.laid_mut() {
                    laid.set(results, missing, version);
                }
            }
            Err(error) => {
                self.shared.experiments.problem = Some(capitalised(&sentence(&error)));
            }
        }
    }

    fn stand(&mut self, run: &RunName, standing: Standing) {
        if let Some(laid) = self.shared.experiments.laid_mut() {
            laid.stand(run, standing);
        }
    }

    /// Stops, so that it can go on later.
    fn stop_experiment(&mut self) {
        let Some(conducting) = &self.conducting else {
            return;
        };
        conducting.stops.store(true, Ordering::SeqCst);
        self.send(Command::Stop);
    }

    /// Something else begins: the experiment is stopped, and can go on later.
    pub(super) fn leave_experiment(&mut self) {
        let Some(conducting) = self.conducting.take() else {
            return;
        };
        conducting.stops.store(true, Ordering::SeqCst);
        if let Some(run) = &conducting.run {
            self.stand(run, Standing::LeftOff);
        }
        if let Some(laid) = self.shared.experiments.laid_mut() {
            laid.begun = None;
            if laid.takes == Takes::Measuring {
                laid.takes = Takes::Unknown;
            }
        }
    }

    /// No run follows.
    fn end_experiment(&mut self, ctx: &Context) {
        self.gather();
        if let Some(laid) = self.shared.experiments.laid_mut() {
            // By now other runs are left than when it was measured.
            laid.takes = Takes::Unknown;
            let stopped = laid.runs.iter_mut().filter(|(_, standing)| {
                matches!(standing, Standing::UnderWay(..) | Standing::Measured)
            });
            stopped.for_each(|(_, standing)| *standing = Standing::LeftOff);
        }
        self.leave_experiment();
        self.is_idle = true;
        if !IS_A_PAGE {
            self.write_report(ctx, false);
        }
    }

    /// Shows a run in the other views; the one that is shown already in front of them.
    fn open_run_of_experiment(&mut self, run: &RunName) {
        let Some(laid) = self.shared.experiments.laid() else {
            return;
        };
        let folder = laid.folder.run(run);
        self.shared.runs.wish(listed::Wish::Open(folder));
    }
}
