//! A training and its probing as an actor: commands in, events out. Terminal and app follow the same
//! stream.
//!
//! Read in this order: `command`, `event` and `stage` (what is said), [`Session`] (to whom), `worker` (who
//! trains; `prepare` has what it needs for that, `watch` when it looks at γ and β), `prober` (who looks at what has been trained meanwhile, on a device of its own).
//! `together` is for programs that share a run.

mod command;
mod event;
mod prepare;
mod prober;
mod stage;
mod together;
mod watch;
mod worker;

use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};

use futures_channel::mpsc::{UnboundedSender, unbounded};

pub use command::{Command, Look, NewFolder, Origin, ProbeRequest, Request, RequestId};
pub use event::{Event, Finding, Found, Opened, Phase};
pub use stage::{Share, Stage};
pub use together::take_part;

use crate::data::DataError;
use crate::engine::EngineError;
use crate::field::{Explain, Explanation, Field, Remedy};
use crate::gpu::{AdapterChoice, Gpu, GpuError};
use crate::platform::{self, Task};
use crate::train::peers::Peers;
use crate::train::run::RunError;
use crate::train::run_folder::{RunFolderError, last_path};
use crate::train::start::StartError;
use crate::train::trainer::TrainError;
use worker::Worker;

/// Why a session could not do what it was asked to.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    /// The images.
    #[error("{0}")]
    Data(#[source] DataError),
    /// The adapter.
    #[error("{0}")]
    Gpu(#[source] GpuError),
    /// The settings.
    #[error("{0}")]
    Start(#[source] StartError),
    /// The settings or the checkpoint of a run to go on with.
    #[error("{}: {source}", run.display())]
    Resume {
        /// Its folder.
        run: PathBuf,
        /// What is wrong.
        source: Box<StartError>,
    },
    /// The folder.
    #[error("{0}")]
    Folder(#[source] RunFolderError),
    /// The plan.
    #[error("{0}")]
    Plan(#[source] TrainError),
    /// The training.
    #[error("{}: {source}", run.display())]
    Run {
        /// The run's folder.
        run: PathBuf,
        /// What went wrong.
        source: RunError,
    },
    /// Looking at what was trained.
    #[error("{0}")]
    Probe(#[source] EngineError),
    /// A thread could not be had, or ended: a defect of this program or a system without resources.
    #[error(
        "the training's thread cannot go on: {0}; start the program anew, the last checkpoint is whole"
    )]
    Thread(String),
}

impl Explain for SessionError {
    fn explain(&self) -> Explanation {
        match self {
            Self::Data(error) => error.explain(),
            Self::Gpu(error) => error.explain(),
            Self::Start(error) => error.explain(),
            Self::Resume { run, source } => {
                let told = within(run, source.explain()).about(Field::Resume);
                match **source {
                    StartError::Optimizer { .. } => told.or(Remedy::StartFrom(last_path(run))),
                    _ => told,
                }
            }
            Self::Folder(error) => error.explain(),
            Self::Plan(error) => error.explain(),
            Self::Run { run, source } => within(run, source.explain()),
            Self::Probe(error) => error.explain(),
            Self::Thread(_) => Explanation::new(self),
        }
    }
}

/// What is wrong with a run, and where the run is.
fn within(run: &Path, mut told: Explanation) -> Explanation {
    told.text = format!("{}: {}", run.display(), told.text);
    for remedy in &mut told.remedies {
        if let Remedy::Resume(folder) = remedy {
            folder.get_or_insert_with(|| run.to_owned());
        }
    }
    told
}

/// How a session opens an adapter.
pub type OpenGpu = Arc<dyn Fn(AdapterChoice) -> OpeningGpu + Send + Sync>;

/// An adapter being opened.
pub type OpeningGpu = Pin<Box<dyn Future<Output = Result<Gpu, GpuError>>>>;

/// Opens adapters by [`Gpu::open`].
pub fn open_gpu() -> OpenGpu {
    Arc::new(|choice| Box::pin(async move { Gpu::open(&choice).await }))
}

/// Events on their way to whoever follows the session.
#[derive(Clone)]
struct Reporter {
    events: mpsc::Sender<Event>,
    wake: Arc<dyn Fn(&Event) + Send + Sync>,
}

impl Reporter {
    fn send(&self, event: Event) {
        // Who is woken finds it there.
        let about = event.clone();
        // Who does not listen any more does not want to know.
        let _ = self.events.send(event);
        (self.wake)(&about);
    }
}

/// The near end of a session. Dropping it stops and saves the run under way, and waits for that.
///
/// ```
/// use bnonly::session::{Command, Event, NewFolder, Origin, Request, Session, open_gpu};
/// use bnonly::train::settings::Settings;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let folder = tempfile::tempdir()?;
/// let settings = "data = 'shapes'\nmodel = 'resnet-8'\nwidth = 4\nlimit-train = 8\nlimit-test = 8\n\
///                 batch-size = 4\nmax-steps = 2";
/// let session = Session::spawn(open_gpu(), |_| {})?;
/// session.send(Command::Start(Box::new(Request {
///     origin: Origin::New {
///         settings: Box::new(Settings::from_toml(settings)?),
///         folder: NewFolder::At(folder.path().join("run")),
///     },
///     adapter: Default::default(),
///     paused: false,
///     watched: false,
/// })));
/// let ending = loop {
///     match session.next()? {
///         Event::Metric(metric) => println!("{metric:?}"),
///         Event::Ended(ending) => break ending?,
///         _ => {}
///     }
/// };
/// # Ok(())
/// # }
/// ```
pub struct Session {
    commands: Commander,
    events: mpsc::Receiver<Event>,
    worker: Option<Task>,
}

/// A way to command a session from elsewhere.
#[derive(Clone, Debug)]
pub struct Commander {
    commands: UnboundedSender<Command>,
    endings: Arc<Endings>,
}

impl Commander {
    /// Asks for something; nothing happens if the session is gone.
    pub fn send(&self, command: Command) {
        if command.ends_a_run() {
            self.endings.asked();
        }
        let _ = self.commands.unbounded_send(command);
    }
}

/// How often the run under way was asked to end. What compiles has no turn to take commands, so it looks here.
#[derive(Debug, Default)]
struct Endings(AtomicUsize);

impl Endings {
    fn asked(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    fn count(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

impl Session {
    /// Starts a session that waits for [`Command::Start`]. `wake` is called from its threads with
    /// each event that was sent.
    ///
    /// # Errors
    /// If the system has no thread left.
    pub fn spawn(
        open_gpu: OpenGpu,
        wake: impl Fn(&Event) + Send + Sync + 'static,
    ) -> Result<Self, SessionError> {
        Self::spawn_among(open_gpu, None, wake)
    }

    /// The same, whose first run is shared with others, if there are any: they [take part](take_part) in it.
    ///
    /// # Errors
    /// As [`Self::spawn`].
    pub fn spawn_among(
        open_gpu: OpenGpu,
        peers: Option<Box<dyn Peers>>,
        wake: impl Fn(&Event) + Send + Sync + 'static,
    ) -> Result<Self, SessionError> {
        let (commands, received) = unbounded();
        let (sender, events) = mpsc::channel();
        let reporter = Reporter {
            events: sender,
            wake: Arc::new(wake),
        };
        let endings = Arc::new(Endings::default());
        let counted = endings.clone();
        let work = move || Worker::new(received, counted, reporter, open_gpu, peers).work();
        let worker = platform::spawn("training", work)
            .map_err(|error| SessionError::Thread(error.to_string()))?;
        Ok(Self {
            commands: Commander { commands, endings },
            events,
            worker: Some(worker),
        })
    }

    /// Asks for something.
    pub fn send(&self, command: Command) {
        self.commander().send(command);
    }

    /// A way to command it from elsewhere.
    pub fn commander(&self) -> Commander {
        self.commands.clone()
    }

    /// The next event, if there is one; does not wait.
    ///
    /// # Errors
    /// [`SessionError::Thread`] if the session has ended and can send none.
    pub fn try_next(&self) -> Result<Option<Event>, SessionError> {
        match self.events.try_recv() {
            Ok(event) => Ok(Some(event)),
            Err(mpsc::TryRecvError::Empty) => Ok(None),
            Err(mpsc::TryRecvError::Disconnected) => Err(gone()),
        }
    }

    /// The next event; waits for it, which a page must not.
    ///
    /// # Errors
    /// [`SessionError::Thread`] if the session has ended and can send none.
    #[cfg(not(target_arch = "wasm32"))]
    pub fn next(&self) -> Result<Event, SessionError> {
        self.events.recv().map_err(|_| gone())
    }
}

fn gone() -> SessionError {
    SessionError::Thread("it ended by a defect".into())
}

impl Drop for Session {
    fn drop(&mut self) {
        self.commands.endings.asked();
        self.commands.commands.close_channel();
        if let Some(worker) = self.worker.take() {
            worker.join();
        }
    }
}
