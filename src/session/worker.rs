//! Who trains: one run at a time, step by step, listening in between.

mod gone;
mod looks;
mod shown;

use std::cell::Cell;
use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use futures_channel::mpsc::{TryRecvError, UnboundedReceiver};

use super::prepare::{Place, Prepared, Role, facts, gpu_unused, prepare};
use super::prober::{Prober, Probing};
use super::stage::Estimate;
use super::together::shared;
use super::watch::Watch;
use super::{
    Command, Endings, Event, OpenGpu, Opened, Phase, Reporter, Request, SessionError, Stage,
};
use crate::data::Manifest;
use crate::engine::{EngineError, Extent};
use crate::gpu::GpuError;
use crate::gpu::compiling::Follow;
use crate::train::history::History;
use crate::train::metric::Metric;
use crate::train::peers::Peers;
use crate::train::run::{Ending, Outlook, Run, RunError};
use crate::train::run_folder::{Facts, RunFolder};
use crate::train::settings::Settings;
use crate::train::start::Start;
use crate::train::trainer::{TrainError, Trainer};

/// The far end of a session.
pub(super) struct Worker {
    commands: UnboundedReceiver<Command>,
    /// Commands that arrived during an evaluation.
    waiting: VecDeque<Command>,
    /// How often a run was asked to end, and how many of these commands were taken.
    endings: Arc<Endings>,
    endings_taken: usize,
    reporter: Reporter,
    open_gpu: OpenGpu,
    /// Those who share the next run.
    peers: Option<Box<dyn Peers>>,
    prober: Option<Prober>,
    /// Of the run under way, if it is watched.
    watch: Option<Watch>,
    /// What to begin when the run under way has been saved.
    next: Option<Box<Request>>,
    /// Whether the near end is gone.
    is_left: bool,
}

/// What it takes to write a run's folder anew, beside the run.
struct Home<'a> {
    manifest: &'a Manifest,
    facts: &'a Facts,
}

/// A run whose folder is open.
struct Begun<'a> {
    trainer: Trainer<'a>,
    settings: &'a Settings,
    start: &'a Start,
    folder: RunFolder,
}

/// What a command means for the run under way.
enum Order {
    GoOn,
    Pause,
    StepOnce,
    Evaluate,
    Save,
    Stop,
}

impl Worker {
    pub fn new(
        commands: UnboundedReceiver<Command>,
        endings: Arc<Endings>,
        reporter: Reporter,
        open_gpu: OpenGpu,
        peers: Option<Box<dyn Peers>>,
    ) -> Self {
        Self {
            commands,
            waiting: VecDeque::new(),
            endings,
            endings_taken: 0,
            reporter,
            open_gpu,
            peers,
            prober: None,
            watch: None,
            next: None,
            is_left: false,
        }
    }

    /// Until the near end is dropped.
    pub async fn work(mut self) {
        loop {
            let command = match self.next.take() {
                Some(request) => Command::Start(request),
                None => match self.command().await {
                    Some(command) => command,
                    None => return,
                },
            };
            match command {
                Command::Start(request) => {
                    let ended = self.run(*request).await;
                    self.reporter.send(Event::Ended(ended.map_err(Arc::new)));
                }
                Command::Measure(request) => self.probe(Probing::Measure(request)),
                Command::Look(look) => self.probe(Probing::Look(look)),
                // They are about a run under way, and there is none.
                Command::Pause
                | Command::Resume
                | Command::Step
                | Command::Stop
                | Command::Save
                | Command::WriteAnew
                | Command::Abandon
                | Command::Evaluate => {}
            }
        }
    }

    async fn run(&mut self, request: Request) -> Result<Ending, SessionError> {
        self.reporter.send(Event::Preparing(Stage::Data));
        if let Some(prober) = &self.prober {
            // It would compute where this one prepares.
            prober.send(Probing::Rest);
        }
        let Prepared {
            settings,
            data,
            start,
            place,
            manifest,
            mut notes,
        } = prepare(&request.origin, Role::Keeps).await?;
        self.reporter.send(Event::Preparing(Stage::Adapter));
        let opening = (self.open_gpu)(request.adapter.clone());
        let gpu = opening.await.map_err(SessionError::Gpu)?;
        self.reporter.send(Event::Preparing(Stage::Plan));
        if self.is_to_end() {
            return Ok(Ending::NotBegun);
        }
        gpu.follow_compiling(self.follows_compiling());
        let peers = self.peers.take();
        notes.extend(peers.as_ref().map(|peers| shared(peers.count(), &settings)));
        let trainer = match Trainer::among(&gpu, &data, &settings, &start, peers).await {
            Err(TrainError::Engine(EngineError::Gpu(GpuError::Stopped))) => {
                return Ok(Ending::NotBegun);
            }
            made => made.map_err(SessionError::Plan)?,
        };
        let facts = facts(&data, &start, trainer.total_steps());
        notes.extend(gpu_unused(&request.adapter, &gpu));
        let mut opened = Opened {
            settings: settings.clone(),
            data: data.clone(),
            start: start.clone(),
            adapter: gpu.capabilities.clone(),
            folder: PathBuf::new(),
            outlook: Outlook::of(&trainer),
            past: History::default(),
            past_gammas: Arc::default(),
            trained_by: None,
            notes,
        };
        let folder = match place {
            Place::Shown { run, holder } => {
                (opened.folder, opened.trained_by) = (run.to_owned(), Some(holder));
                return self.show(opened, &request);
            }
            // Everything that can be wrong is found before a folder is made.
            place => place
                .open(&settings, &manifest, &facts)
                .map_err(SessionError::Folder)?,
        };
        let home = Home {
            manifest: &manifest,
            facts: &facts,
        };
        let begun = Begun {
            trainer,
            settings: &settings,
            start: &start,
            folder,
        };
        self.run_in(begun, opened, &home, &request).await
    }

    /// Trains in a folder, to the end or until it is stopped.
    async fn run_in(
        &mut self,
        begun: Begun<'_>,
        mut opened: Opened,
        home: &Home<'_>,
        request: &Request,
    ) -> Result<Ending, SessionError> {
        let Begun {
            trainer,
            settings,
            start,
            mut folder,
        } = begun;
        opened.notes.extend(folder.note().cloned());
        if start.progress.step > 0 {
            opened.past = folder.history().await.map_err(SessionError::Folder)?;
        }
        let path = folder.path().to_owned();
        opened.folder.clone_from(&path);
        let run = Run::new(trainer, settings, start, folder).await;
        let mut run = run.map_err(|source| SessionError::Run { run: path, source })?;
        opened.notes.extend(run.note().cloned());
        opened.past_gammas = run.past_gammas().clone();
        let opened = Arc::new(opened);
        self.reporter.send(Event::Opened(opened.clone()));
        self.watch = match request.watched {
            true => Some(self.watch_begins(&opened, request)?),
            false => None,
        };
        let trained = self.train(&mut run, request.paused, &opened, home).await;
        if trained.is_err() {
            // Its last state can be looked at still, if the device goes on; why the run ended is known.
            let _ = self.look_closely(&mut run).await;
        }
        self.watch = None;
        trained.map_err(|source| SessionError::Run {
            run: run.folder().path().to_owned(),
            source,
        })
    }

    async fn train(
        &mut self,
        run: &mut Run<'_>,
        paused: bool,
        opened: &Opened,
        home: &Home<'_>,
    ) -> Result<Ending, RunError> {
        let reporter = self.reporter.clone();
        let has_told = Cell::new(false);
        let mut report = |metric: &Metric| {
            reporter.send(Event::Metric(metric.clone()));
            has_told.set(true);
        };
        let mut phase = first_phase(paused);
        reporter.send(Event::Phase(phase));
        let mut owes_evaluation = is_cut_short(run, opened);
        loop {
            if run.folder_seems_gone()
                && let Some(ending) = self.without_folder(run, home, phase, &mut report).await?
            {
                return Ok(ending);
            }
            if phase == Phase::Paused {
                run.stop_clock();
            }
            let order = self.order(phase).await;
            run.start_clock();
            match order {
                Order::GoOn => {
                    if phase != Phase::Running {
                        phase = Phase::Running;
                        reporter.send(Event::Phase(phase));
                    }
                }
                Order::StepOnce => {}
                Order::Pause => {
                    run.settle(&mut report).await?;
                    self.look_closely(run).await?;
                    phase = Phase::Paused;
                    reporter.send(Event::Phase(phase));
                    continue;
                }
                Order::Evaluate => {
                    self.evaluate(run, phase, &mut report).await?;
                    continue;
                }
                Order::Save => {
                    self.save_now(run, home, &mut report).await?;
                    continue;
                }
                Order::Stop => return self.stop(run, home, &mut report).await,
            }
            if !run.is_done() && !owes_evaluation {
                run.step(&mut report).await?;
                owes_evaluation = run.evaluation_is_due();
            }
            if owes_evaluation {
                owes_evaluation = !self.evaluate(run, phase, &mut report).await?;
                if owes_evaluation {
                    // What interrupted it is the next command.
                    continue;
                }
            }
            let is_single = matches!(order, Order::StepOnce);
            if is_single {
                run.settle(&mut report).await?;
                phase = Phase::Paused;
                reporter.send(Event::Phase(phase));
            }
            match is_single || run.is_done() {
                true => self.look_closely(run).await?,
                false => self.look_in_passing(run, has_told.get()).await?,
            }
            if run.is_done() {
                return self.finish(run, home, phase, &mut report).await;
            }
        }
    }

    /// Evaluates, unless something comes that ends the run; whether it was done.
    async fn evaluate(
        &mut self,
        run: &mut Run<'_>,
        phase: Phase,
        report: &mut dyn FnMut(&Metric),
    ) -> Result<bool, RunError> {
        self.reporter.send(Event::Phase(Phase::Evaluating));
        if self.watch.as_ref().is_some_and(|watch| watch.is_behind()) {
            // What is asked in the meantime is about what is evaluated.
            run.settle(report).await?;
            self.look_closely(run).await?;
        }
        let mut go_on = || self.look_ahead();
        let is_done = run.evaluate(report, &mut go_on).await?;
        if is_done {
            let step = run.submitted();
            self.reporter.send(Event::Saved { step });
        }
        self.reporter.send(Event::Phase(phase));
        Ok(is_done)
    }

    /// Takes commands for later, but for what is to be probed; whether none of them ends the run.
    fn look_ahead(&mut self) -> bool {
        loop {
            match self.commands.try_recv() {
                Ok(Command::Measure(request)) => self.probe(Probing::Measure(request)),
                Ok(Command::Look(look)) => self.probe(Probing::Look(look)),
                Ok(command) => self.waiting.push_back(command),
                Err(TryRecvError::Closed) => return false,
                Err(TryRecvError::Empty) => {
                    return !self.waiting.iter().any(Command::ends_a_run);
                }
            }
        }
    }

    /// The next command, waiting for it; `None` if the near end is gone.
    async fn command(&mut self) -> Option<Command> {
        let command = match self.waiting.pop_front() {
            Some(command) => Some(command),
            None => self.commands.recv().await.ok(),
        };
        self.take(command)
    }

    /// Counts a command that is taken now, if it ends a run.
    fn take(&mut self, command: Option<Command>) -> Option<Command> {
        let ends = command.as_ref().is_some_and(Command::ends_a_run);
        self.endings_taken += usize::from(ends);
        command
    }

    /// Whether the run that is being prepared was asked to end since it was asked for.
    fn is_to_end(&self) -> bool {
        self.endings.count() > self.endings_taken
    }

    /// Tells how far compiling is, and stops it when the run is to end.
    fn follows_compiling(&self) -> Follow {
        let (reporter, endings) = (self.reporter.clone(), self.endings.clone());
        let (taken, estimate) = (self.endings_taken, Mutex::new(Estimate::new()));
        Box::new(move |now| {
            let estimate = estimate.lock();
            let stage = estimate.unwrap_or_else(PoisonError::into_inner).stage(now);
            reporter.send(Event::Preparing(stage));
            endings.count() <= taken
        })
    }

    /// What to do next: at once while running, after the next command while paused.
    async fn order(&mut self, phase: Phase) -> Order {
        loop {
            let command = match phase {
                Phase::Paused => self.command().await,
                Phase::Running | Phase::Evaluating => match self.waiting.pop_front() {
                    Some(command) => self.take(Some(command)),
                    None => match self.commands.try_recv() {
                        Ok(command) => self.take(Some(command)),
                        Err(TryRecvError::Empty) => return Order::GoOn,
                        Err(TryRecvError::Closed) => None,
                    },
                },
            };
            return match command {
                Some(Command::Resume) => Order::GoOn,
                Some(Command::Pause) if phase == Phase::Paused => continue,
                Some(Command::Pause) => Order::Pause,
                Some(Command::Step) => Order::StepOnce,
                Some(Command::Evaluate) => Order::Evaluate,
                Some(Command::Save) => Order::Save,
                Some(Command::Measure(request)) => {
                    self.probe(Probing::Measure(request));
                    continue;
                }
                Some(Command::Look(look)) => {
                    self.probe(Probing::Look(look));
                    continue;
                }
                Some(Command::Start(request)) => {
                    self.next = Some(request);
                    Order::Stop
                }
                // The folder is where it should be.
                Some(Command::WriteAnew | Command::Abandon) => continue,
                Some(Command::Stop) | None => Order::Stop,
            };
        }
    }

    fn watch_begins(
        &mut self,
        opened: &Arc<Opened>,
        request: &Request,
    ) -> Result<Watch, SessionError> {
        let prober = match &self.prober {
            Some(prober) => prober,
            None => self
                .prober
                .insert(Prober::spawn(self.open_gpu.clone(), self.reporter.clone())?),
        };
        prober.send(Probing::Run {
            opened: opened.clone(),
            adapter: request.adapter.clone(),
        });
        let mut watch = Watch::new(opened);
        if !request.paused {
            watch.begins();
        }
        watch.report(&self.reporter, opened.start.progress.step);
        Ok(watch)
    }

    /// Asks the prober something: at once where it knows the network as it is, else when a snapshot has
    /// arrived.
    fn probe(&mut self, question: Probing) {
        // Without a run that is watched there is nothing to look at.
        let Some(prober) = &self.prober else { return };
        match &mut self.watch {
            Some(watch) if watch.is_behind() => watch.questions.push(question),
            _ => prober.send(question),
        }
    }
}

/// Whether a run begins with steps or waits.
fn first_phase(paused: bool) -> Phase {
    match paused {
        true => Phase::Paused,
        false => Phase::Running,
    }
}

/// Whether the evaluation behind the last step of an earlier part was interrupted, so that it has to be made up for.
fn is_cut_short(run: &Run<'_>, opened: &Opened) -> bool {
    run.submitted() > 0 && run.evaluation_is_due() && !opened.past.is_evaluated(run.submitted())
}
