//! A small run to command.

use std::path::Path;
use std::sync::{Arc, Mutex};

use bnonly::field::{Explain, Keys};
use bnonly::gpu::{AdapterChoice, Gpu};
use bnonly::session::{
    Command, Event, NewFolder, OpenGpu, Origin, Phase, Request, Session, open_gpu,
};
use bnonly::train::metric::Metric;
use bnonly::train::run::Ending;
use bnonly::train::settings::Settings;

/// 8 steps of 16 images an epoch, two epochs.
pub fn settings() -> Settings {
    Settings {
        model: "resnet-8".parse().unwrap(),
        width: Some(4),
        batch_size: 16,
        limit_train: Some(128),
        limit_test: Some(64),
        epochs: 2,
        lr: 0.05,
        ..Settings::default()
    }
}

pub fn new_run(settings: Settings, folder: &Path) -> Request {
    Request {
        origin: Origin::New {
            settings: Box::new(settings),
            folder: NewFolder::At(folder.join("run")),
        },
        adapter: AdapterChoice::default(),
        paused: false,
        watched: true,
    }
}

pub fn resumed(run: &Path, paused: bool) -> Request {
    Request {
        origin: Origin::Resumed {
            run: run.to_owned(),
            data: None,
            epochs: None,
            max_steps: None,
            schedule_epochs: None,
        },
        adapter: AdapterChoice::default(),
        paused,
        watched: true,
    }
}

/// A session with all it has told so far.
pub struct Followed {
    pub session: Session,
    pub events: Vec<Event>,
}

impl Followed {
    pub fn begin(request: Request) -> Self {
        Self::begin_with(open_gpu(), request)
    }

    pub fn begin_with(open: OpenGpu, request: Request) -> Self {
        let session = Session::spawn(open, |_| {}).unwrap();
        session.send(Command::Start(Box::new(request)));
        Self {
            session,
            events: Vec::new(),
        }
    }

    pub fn send(&self, command: Command) {
        self.session.send(command);
    }

    /// Waits for an event; an end that was not waited for is a failure.
    pub fn until<T>(&mut self, mut wanted: impl FnMut(&Event) -> Option<T>) -> T {
        loop {
            let event = self.session.next().expect("the session goes on");
            let found = wanted(&event);
            let ended = matches!(event, Event::Ended(_));
            self.events.push(event);
            match found {
                Some(found) => return found,
                None => assert!(!ended, "ended: {:?}", self.events.last()),
            }
        }
    }

    pub fn until_phase(&mut self, phase: Phase) {
        self.until(|event| matches!(event, Event::Phase(now) if *now == phase).then_some(()));
    }

    pub fn until_step(&mut self, wanted: u64) {
        self.until(|event| match event {
            Event::Metric(Metric::Step { step, .. }) => (*step >= wanted).then_some(()),
            _ => None,
        });
    }

    /// How it ended: the sentence, if it failed.
    pub fn end(&mut self) -> Result<Ending, String> {
        self.until(|event| match event {
            Event::Ended(ended) => Some(match ended {
                Ok(ending) => Ok(*ending),
                Err(error) => Err(error.explain().say(&Keys)),
            }),
            _ => None,
        })
    }

    pub fn steps(&self) -> Vec<u64> {
        let steps = self.events.iter().filter_map(|event| match event {
            Event::Metric(Metric::Step { step, .. }) => Some(*step),
            _ => None,
        });
        steps.collect()
    }

    /// Steps after which γ and β were told.
    pub fn norm_steps(&self) -> Vec<u64> {
        let steps = self.events.iter().filter_map(|event| match event {
            Event::Norms { step, .. } => Some(*step),
            _ => None,
        });
        steps.collect()
    }
}

/// Opens adapters as usual and keeps hold of the devices, to take them away.
pub fn breakable_gpu() -> (OpenGpu, Arc<Mutex<Vec<wgpu::Device>>>) {
    let devices = Arc::new(Mutex::new(Vec::new()));
    let kept = devices.clone();
    let open: OpenGpu = Arc::new(move |choice| {
        let kept = kept.clone();
        Box::pin(async move {
            let gpu = Gpu::open(&choice).await?;
            kept.lock().unwrap().push(gpu.device.clone());
            Ok(gpu)
        })
    });
    (open, devices)
}
