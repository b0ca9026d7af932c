//! Who looks at what was trained: a task and a device of its own, so that training goes on.

use std::sync::Arc;

use futures_channel::mpsc::{UnboundedReceiver, UnboundedSender, unbounded};

use super::{
    Event, Finding, Found, Look, OpenGpu, Opened, ProbeRequest, Reporter, RequestId, SessionError,
};
use crate::engine::{EngineError, Snapshot};
use crate::gpu::{AdapterChoice, Gpu};
use crate::network::State;
use crate::platform::{self, Task};
use crate::study::ablation::Ablation;
use crate::study::gamma::Norms;
use crate::study::probe::{Accuracy, Probe};

/// Draws that the accuracy with random channels off is measured over.
const DRAWS: u64 = 3;

/// Shares of all channels that are off at the points of a curve, in the order they are measured:
/// coarse first, so that its shape shows early.
const CURVE: [f64; 11] = [0.0, 0.5, 0.25, 0.75, 0.1, 0.9, 0.35, 0.6, 0.15, 0.05, 0.85];

/// What the prober is told.
pub(super) enum Probing {
    /// Another run is under way; its start is what there is to look at for now.
    Run {
        opened: Arc<Opened>,
        adapter: AdapterChoice,
    },
    /// Another run is being prepared: nothing is wanted of this one any more.
    Rest,
    /// It has come this far.
    Snapshot { step: u64, snapshot: Box<Snapshot> },
    /// What to measure; replaces what its asker asked before.
    Measure(Box<ProbeRequest>),
    /// What to show; replaces what its asker was to be shown before.
    Look(Box<Look>),
}

/// The near end of the prober. Dropping it ends its work and waits for that.
pub(super) struct Prober {
    inbox: Option<UnboundedSender<Probing>>,
    task: Option<Task>,
}

impl Prober {
    pub fn spawn(open_gpu: OpenGpu, reporter: Reporter) -> Result<Self, SessionError> {
        let (inbox, received) = unbounded();
        let work = move || work(received, reporter, open_gpu);
        let task = platform::spawn("probing", work)
            .map_err(|error| SessionError::Thread(error.to_string()))?;
        Ok(Self {
            inbox: Some(inbox),
            task: Some(task),
        })
    }

    pub fn send(&self, probing: Probing) {
        if let Some(inbox) = &self.inbox {
            // If its task is gone, no findings come; training goes on without.
            let _ = inbox.unbounded_send(probing);
        }
    }
}

impl Drop for Prober {
    fn drop(&mut self) {
        self.inbox = None;
        if let Some(task) = self.task.take() {
            task.join();
        }
    }
}

/// The run that is looked at.
struct Subject {
    opened: Arc<Opened>,
    adapter: AdapterChoice,
    state: State,
    step: u64,
}

impl Subject {
    fn update(&mut self, step: u64, snapshot: &Snapshot) {
        snapshot.apply(&mut self.state);
        self.step = step;
    }
}

/// Requests of one kind that wait, the oldest first: of each asker the newest.
struct Queue<T>(Vec<(usize, Box<T>)>);

impl<T> Queue<T> {
    fn new() -> Self {
        Self(Vec::new())
    }

    fn push(&mut self, asker: usize, request: Box<T>) {
        self.0.retain(|(other, _)| *other != asker);
        self.0.push((asker, request));
    }

    fn pop(&mut self) -> Option<Box<T>> {
        (!self.0.is_empty()).then(|| self.0.remove(0).1)
    }

    fn has_of(&self, asker: usize) -> bool {
        self.0.iter().any(|(other, _)| *other == asker)
    }

    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All that waits; nothing does then.
    fn take(&mut self) -> Self {
        std::mem::replace(self, Self::new())
    }

    /// Puts what waited before in front of what came since.
    fn put_back(&mut self, before: Self) {
        let since = std::mem::replace(self, before);
        for (asker, request) in since.0 {
            self.push(asker, request);
        }
    }
}

/// What has been sent and not been looked at.
struct Inbox {
    received: UnboundedReceiver<Probing>,
    subject: Option<Subject>,
    /// Whether the subject is another than before.
    is_new: bool,
    /// Whether what is under way is wanted no more.
    rests: bool,
    requests: Queue<ProbeRequest>,
    looks: Queue<Look>,
    is_closed: bool,
}

impl Inbox {
    fn take(&mut self, probing: Probing) {
        match probing {
            Probing::Run { opened, adapter } => {
                self.subject = Some(Subject {
                    state: opened.start.state.clone(),
                    step: opened.start.progress.step,
                    opened,
                    adapter,
                });
                self.is_new = true;
                (self.requests, self.looks) = (Queue::new(), Queue::new());
            }
            Probing::Rest => {
                self.rests = true;
                (self.requests, self.looks) = (Queue::new(), Queue::new());
            }
            Probing::Snapshot { step, snapshot } => {
                if let Some(subject) = &mut self.subject {
                    subject.update(step, &snapshot);
                }
            }
            Probing::Measure(request) => self.requests.push(request.id.asker, request),
            Probing::Look(look) => self.looks.push(look.id.asker, look),
        }
    }

    /// Whether something was asked for.
    fn is_asked(&self) -> bool {
        !self.requests.is_empty() || !self.looks.is_empty()
    }

    /// Takes all there is, without waiting.
    fn catch_up(&mut self) {
        loop {
            match self.received.try_recv() {
                Ok(probing) => self.take(probing),
                Err(error) => {
                    self.is_closed |= error.is_closed();
                    return;
                }
            }
        }
    }

    /// Whether what is being measured for somebody is still wanted.
    fn still_wants(&mut self, asker: usize) -> bool {
        self.catch_up();
        !self.is_closed && !self.is_new && !self.rests && !self.requests.has_of(asker)
    }
}

async fn work(received: UnboundedReceiver<Probing>, reporter: Reporter, open_gpu: OpenGpu) {
    let mut inbox = Inbox {
        received,
        subject: None,
        is_new: false,
        rests: false,
        requests: Queue::new(),
        looks: Queue::new(),
        is_closed: false,
    };
    loop {
        // Nothing is opened before something is asked for.
        while !inbox.is_asked() || inbox.subject.is_none() {
            match inbox.received.recv().await {
                Ok(probing) => inbox.take(probing),
                Err(_) => return,
            }
        }
        if let Err(error) = probe_run(&mut inbox, &reporter, &open_gpu).await {
            reporter.send(Event::ProbeFailed(Arc::new(error)));
        }
        if inbox.is_closed {
            return;
        }
    }
}

/// Answers requests about one run, until there is another.
async fn probe_run(
    inbox: &mut Inbox,
    reporter: &Reporter,
    open_gpu: &OpenGpu,
) -> Result<(), SessionError> {
    let Some(subject) = &inbox.subject else {
        return Ok(());
    };
    inbox.is_new = false;
    let opened = subject.opened.clone();
    // What cannot be had is not tried again.
    let (requests, looks) = (inbox.requests.take(), inbox.looks.take());
    let gpu: Gpu = open_gpu(subject.adapter.clone())
        .await
        .map_err(SessionError::Gpu)?;
    let state = subject.state.clone();
    let (graph, data) = (&opened.start.graph, &opened.data);
    let probe = Probe::new(
        &gpu,
        graph,
        data,
        opened.settings.batch_size,
        opened.settings.normalization,
        state,
    )
    .await;
    let mut asked = Asked {
        probe: probe.map_err(SessionError::Probe)?,
        opened: &opened,
        reporter,
        step: 0,
    };
    inbox.requests.put_back(requests);
    inbox.looks.put_back(looks);
    loop {
        while !inbox.is_asked() && !inbox.is_new {
            match inbox.received.recv().await {
                Ok(probing) => inbox.take(probing),
                Err(_) => return Ok(()),
            }
        }
        inbox.catch_up();
        if inbox.is_new || inbox.is_closed {
            return Ok(());
        }
        asked.catch_up(inbox);
        asked.look(inbox).await.map_err(SessionError::Probe)?;
        if let Some(request) = inbox.requests.pop() {
            inbox.rests = false;
            match asked.measure(&request, inbox).await {
                Ok(()) | Err(Stop::Replaced) => {}
                Err(Stop::Failed(error)) => return Err(SessionError::Probe(error)),
            }
        }
    }
}

/// A probe, and whom to tell.
struct Asked<'a> {
    probe: Probe<'a>,
    opened: &'a Opened,
    reporter: &'a Reporter,
    step: u64,
}

impl Asked<'_> {
    fn tell(&self, request: RequestId, finding: Finding) {
        self.reporter.send(Event::Found(Found {
            request,
            step: self.step,
            finding,
        }));
    }

    /// Brings the probe to what the run has come to.
    fn catch_up(&mut self, inbox: &Inbox) {
        if let Some(subject) = &inbox.subject {
            self.step = subject.step;
            self.probe.set_state(subject.state.clone());
        }
    }

    /// Shows what is to be shown.
    async fn look(&mut self, inbox: &mut Inbox) -> Result<(), EngineError> {
        while let Some(look) = inbox.looks.pop() {
            if let Some((layer, image)) = look.maps {
                let maps = self.probe.feature_maps(&look.ablation, layer, image);
                let maps = Finding::Maps(maps.await?);
                self.tell(look.id, maps);
            }
            if !look.images.is_empty() {
                let answers = self.probe.answers(&look.ablation, &look.images).await?;
                self.tell(look.id, Finding::Answers(answers));
            }
        }
        Ok(())
    }

    /// What was just clicked first, what takes longest last; until its asker asks for something else.
    async fn measure(&mut self, request: &ProbeRequest, inbox: &mut Inbox) -> Result<(), Stop> {
        let norms = Norms::of(&self.opened.start.graph, self.probe.state());
        let channels = norms.gamma.len();
        let (off, with_beta) = (request.ablation.count(), request.ablation.with_beta);
        let ablated = self.accuracy(&request.ablation, request, inbox).await?;
        self.tell(request.id, Finding::Ablated(ablated));
        let none = Ablation::none(channels);
        let whole = match off {
            0 => ablated,
            _ => self.accuracy(&none, request, inbox).await?,
        };
        self.tell(request.id, Finding::Whole(whole));
        if !request.curve {
            return Ok(());
        }
        let mut draws = Vec::new();
        for draw in 0..if off == 0 { 0 } else { DRAWS } {
            let random = self.random(draw, off, request);
            draws.push(self.accuracy(&random, request, inbox).await?);
            self.tell(request.id, Finding::Random(draws.clone()));
        }
        for share in CURVE {
            let off = (share * channels as f64).round() as usize;
            let weakest = Ablation::weakest(&norms.gamma, off, with_beta);
            let weakest = self.accuracy(&weakest, request, inbox).await?;
            // None, or all, can be chosen in one way only.
            let mut random = vec![weakest];
            if off > 0 && off < channels {
                random.clear();
                for draw in 0..DRAWS {
                    let drawn = self.random(draw, off, request);
                    random.push(self.accuracy(&drawn, request, inbox).await?);
                }
            }
            let point = Finding::Curve {
                off,
                weakest,
                random,
            };
            self.tell(request.id, point);
        }
        Ok(())
    }

    /// What is to be shown is shown in between: of the state that is being measured.
    async fn accuracy(
        &mut self,
        ablation: &Ablation,
        request: &ProbeRequest,
        inbox: &mut Inbox,
    ) -> Result<Accuracy, Stop> {
        self.look(inbox).await?;
        let mut go_on = || inbox.still_wants(request.id.asker);
        let measured = self
            .probe
            .accuracy(ablation, request.tested_images, &mut go_on);
        measured.await?.ok_or(Stop::Replaced)
    }

    /// So many channels off at random: the same each time one run is looked at, by bar and curve alike.
    fn random(&self, draw: u64, off: usize, request: &ProbeRequest) -> Ablation {
        let seed = self.opened.settings.seed.wrapping_add(draw);
        let (channels, with_beta) = (request.ablation.off.len(), request.ablation.with_beta);
        Ablation::random(channels, off, seed, with_beta)
    }
}

/// Why a measurement was not brought to its end.
enum Stop {
    /// Its asker asks for something else.
    Replaced,
    /// The device failed.
    Failed(EngineError),
}

impl From<EngineError> for Stop {
    fn from(error: EngineError) -> Self {
        Self::Failed(error)
    }
}
