//! Who trains: one run at a time, step by step, listening in between.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use futures_channel::mpsc::{TryRecvError, UnboundedReceiver};
use web_time::{Instant, SystemTime};

use super::prober::{Prober, Probing};
use super::{
    Command, Event, NewFolder, OpenGpu, Opened, Origin, Phase, Reporter, Request, SessionError,
    Stage,
};
use crate::data::DataSet;
use crate::engine::Snapshot;
use crate::gpu::AdapterChoice;
use crate::network::State;
use crate::study::gamma::Norms;
use crate::train::metric::Metric;
use crate::train::run::{Ending, Run, RunError};
use crate::train::run_folder::{RunFolder, RunFolderError};
use crate::train::settings::Settings;
use crate::train::start::{Start, check, load};
use crate::train::trainer::Trainer;

/// Time between two looks at γ and β while training: often enough to see them move, seldom enough
/// to cost nothing.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// The far end of a session.
pub(super) struct Worker {
    commands: UnboundedReceiver<Command>,
    /// Commands that arrived during an evaluation.
    waiting: VecDeque<Command>,
    reporter: Reporter,
    open_gpu: OpenGpu,
    prober: Option<Prober>,
    /// What to begin when the run under way has been saved.
    next: Option<Box<Request>>,
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

/// What a run needs of its request, found and checked.
struct Prepared<'a> {
    settings: Settings,
    data: Arc<DataSet>,
    start: Arc<Start>,
    place: Place<'a>,
}

/// Where a run is kept.
enum Place<'a> {
    /// A resumed run's folder.
    Open(RunFolder),
    /// A new one's, made when everything else stands.
    New(&'a NewFolder),
}

impl Worker {
    pub fn new(
        commands: UnboundedReceiver<Command>,
        reporter: Reporter,
        open_gpu: OpenGpu,
    ) -> Self {
        Self {
            commands,
            waiting: VecDeque::new(),
            reporter,
            open_gpu,
            prober: None,
            next: None,
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
                | Command::Evaluate => {}
            }
        }
    }

    async fn run(&mut self, request: Request) -> Result<Ending, SessionError> {
        let Prepared {
            settings,
            data,
            start,
            place,
        } = self.prepare(&request.origin).await?;
        self.reporter.send(Event::Preparing(Stage::Adapter));
        let opening = (self.open_gpu)(request.adapter.clone());
        let gpu = opening.await.map_err(SessionError::Gpu)?;
        self.reporter.send(Event::Preparing(Stage::Plan));
        let trainer = Trainer::new(&gpu, &data, &settings, &start).await;
        let trainer = trainer.map_err(SessionError::Plan)?;
        // Everything that can be wrong is found before a folder is made.
        let mut folder = match place {
            Place::Open(folder) => folder.save_settings(&settings).map(|()| folder),
            Place::New(folder) => make_folder(folder, &settings),
        }
        .map_err(SessionError::Folder)?;
        let past = match start.progress.step {
            0 => Vec::new(),
            _ => folder.events().map_err(SessionError::Folder)?,
        };
        let path = folder.path().to_owned();
        let failed = |source| SessionError::Run {
            run: path.clone(),
            source,
        };
        let mut run = Run::new(trainer, &settings, &start, folder)
            .await
            .map_err(failed)?;
        let opened = Arc::new(Opened {
            settings: settings.clone(),
            data: data.clone(),
            start: start.clone(),
            adapter: gpu.capabilities.clone(),
            folder: path.clone(),
            outlook: run.outlook(),
            past,
        });
        self.reporter.send(Event::Opened(opened.clone()));
        let mut watch = Watch::new(&start, &opened);
        if request.watched {
            self.watch_begins(&opened, request.adapter)?;
            watch.report(&self.reporter, start.progress.step);
        }
        let trained = self.train(&mut run, request.paused, request.watched, &mut watch);
        trained.await.map_err(failed)
    }

    /// Reads what is needed and checks what can be checked without a device.
    async fn prepare<'a>(&self, origin: &'a Origin) -> Result<Prepared<'a>, SessionError> {
        self.reporter.send(Event::Preparing(Stage::Data));
        let (settings, place, checkpoint) = match origin {
            Origin::New { settings, folder } => {
                (Settings::clone(settings), Place::New(folder), None)
            }
            Origin::Resumed {
                run,
                data,
                epochs,
                max_steps,
            } => {
                let (folder, checkpoint) = RunFolder::resume(run).map_err(SessionError::Folder)?;
                let mut settings = checkpoint.settings.clone();
                if let Some(data) = data {
                    settings.data.clone_from(data);
                }
                if let Some(epochs) = *epochs {
                    (settings.epochs, settings.max_steps) = (epochs, None);
                }
                settings.max_steps = max_steps.or(settings.max_steps);
                settings.make_absolute();
                (settings, Place::Open(folder), Some((run, checkpoint)))
            }
        };
        check(&settings).map_err(SessionError::Start)?;
        let data = load(&settings).await.map_err(SessionError::Data)?;
        let start = match checkpoint {
            None => Start::new(&settings, &data.shape()).map_err(SessionError::Start)?,
            Some((run, checkpoint)) => Start::resumed(&settings, &data.shape(), checkpoint)
                .map_err(|source| SessionError::Resume {
                    run: run.clone(),
                    source: Box::new(source),
                })?,
        };
        Ok(Prepared {
            settings,
            data: Arc::new(data),
            start: Arc::new(start),
            place,
        })
    }

    async fn train(
        &mut self,
        run: &mut Run<'_>,
        paused: bool,
        watched: bool,
        watch: &mut Watch,
    ) -> Result<Ending, RunError> {
        let reporter = self.reporter.clone();
        let mut report = |metric: &Metric| reporter.send(Event::Metric(metric.clone()));
        let mut phase = if paused {
            Phase::Paused
        } else {
            Phase::Running
        };
        reporter.send(Event::Phase(phase));
        // An evaluation that an earlier part was stopped in is made up for.
        let evaluated = |metric: &Metric| matches!(metric, Metric::Eval { step, .. } if *step == run.submitted());
        let mut owes_evaluation = run.submitted() > 0
            && run.evaluation_is_due()
            && !watch.opened.past.iter().rev().any(evaluated);
        loop {
            let mut single = false;
            match self.order(phase).await {
                Order::GoOn => {
                    if phase != Phase::Running {
                        phase = Phase::Running;
                        reporter.send(Event::Phase(phase));
                    }
                }
                Order::Pause => {
                    run.settle(&mut report).await?;
                    if watched {
                        watch.now(run, &reporter, self.prober.as_ref()).await?;
                    }
                    phase = Phase::Paused;
                    reporter.send(Event::Phase(phase));
                    continue;
                }
                Order::StepOnce => single = true,
                Order::Evaluate => {
                    self.evaluate(run, phase, &mut report).await?;
                    continue;
                }
                Order::Save => {
                    run.save(&mut report).await?;
                    let step = run.submitted();
                    reporter.send(Event::Saved { step });
                    continue;
                }
                Order::Stop => {
                    run.save(&mut report).await?;
                    if watched {
                        watch.now(run, &reporter, self.prober.as_ref()).await?;
                    }
                    return Ok(Ending::Interrupted);
                }
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
            if single {
                run.settle(&mut report).await?;
                phase = Phase::Paused;
                reporter.send(Event::Phase(phase));
            }
            if watched {
                match single || run.is_done() {
                    true => watch.now(run, &reporter, self.prober.as_ref()).await?,
                    false => {
                        watch
                            .in_passing(run, &reporter, self.prober.as_ref())
                            .await?
                    }
                }
            }
            if run.is_done() {
                run.finish().await?;
                return Ok(Ending::Finished);
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
                    let ends =
                        |command: &Command| matches!(command, Command::Stop | Command::Start(_));
                    return !self.waiting.iter().any(ends);
                }
            }
        }
    }

    /// The next command, waiting for it; `None` if the near end is gone.
    async fn command(&mut self) -> Option<Command> {
        match self.waiting.pop_front() {
            Some(command) => Some(command),
            None => self.commands.recv().await.ok(),
        }
    }

    /// What to do next: at once while running, after the next command while paused.
    async fn order(&mut self, phase: Phase) -> Order {
        loop {
            let command = match phase {
                Phase::Paused => self.command().await,
                Phase::Running | Phase::Evaluating => match self.waiting.pop_front() {
                    Some(command) => Some(command),
                    None => match self.commands.try_recv() {
                        Ok(command) => Some(command),
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
                Some(Command::Stop) | None => Order::Stop,
            };
        }
    }

    fn watch_begins(
        &mut self,
        opened: &Arc<Opened>,
        adapter: AdapterChoice,
    ) -> Result<(), SessionError> {
        let prober = match &self.prober {
            Some(prober) => prober,
            None => self
                .prober
                .insert(Prober::spawn(self.open_gpu.clone(), self.reporter.clone())?),
        };
        prober.send(Probing::Run {
            opened: opened.clone(),
            adapter,
        });
        Ok(())
    }

    fn probe(&self, asked: Probing) {
        // Without a run that is watched there is nothing to look at.
        if let Some(prober) = &self.prober {
            prober.send(asked);
        }
    }
}

fn make_folder(folder: &NewFolder, settings: &Settings) -> Result<RunFolder, RunFolderError> {
    match folder {
        NewFolder::At(path) => RunFolder::create_at(path, settings),
        NewFolder::Within(runs) => RunFolder::create(runs, settings, SystemTime::now()),
    }
}

/// Looks at γ and β while training goes on.
struct Watch {
    opened: Arc<Opened>,
    state: State,
    last: Instant,
}

impl Watch {
    fn new(start: &Start, opened: &Arc<Opened>) -> Self {
        Self {
            opened: opened.clone(),
            state: start.state.clone(),
            last: Instant::now(),
        }
    }

    /// Takes what has arrived and begins anew when it is time; waits for nothing.
    async fn in_passing(
        &mut self,
        run: &mut Run<'_>,
        reporter: &Reporter,
        prober: Option<&Prober>,
    ) -> Result<(), RunError> {
        if let Some((step, snapshot)) = run.take_snapshot()? {
            self.take(step, snapshot, reporter, prober);
        }
        if self.last.elapsed() >= LOOK_EVERY {
            self.last = Instant::now();
            run.begin_snapshot().await?;
        }
        Ok(())
    }

    /// Looks at what all steps submitted came to; they must be settled.
    async fn now(
        &mut self,
        run: &mut Run<'_>,
        reporter: &Reporter,
        prober: Option<&Prober>,
    ) -> Result<(), RunError> {
        // One may be under way that was begun earlier.
        run.wait_for_snapshot().await?;
        run.begin_snapshot().await?;
        if let Some((step, snapshot)) = run.wait_for_snapshot().await? {
            self.take(step, snapshot, reporter, prober);
        }
        Ok(())
    }

    fn take(
        &mut self,
        step: u64,
        snapshot: Snapshot,
        reporter: &Reporter,
        prober: Option<&Prober>,
    ) {
        for (id, values) in &snapshot.parameters {
            self.state.parameters[id.0].clone_from(values);
        }
        self.report(reporter, step);
        if let Some(prober) = prober {
            prober.send(Probing::Snapshot {
                step,
                snapshot: Box::new(snapshot),
            });
        }
    }

    fn report(&self, reporter: &Reporter, step: u64) {
        reporter.send(Event::Norms {
            step,
            epoch: step as f64 / self.opened.outlook.steps_per_epoch as f64,
            norms: Arc::new(Norms::of(&self.opened.start.graph, &self.state)),
        });
    }
}
