//! Making one run: a training like any other, and what was measured of it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

use crate::cli::wording::Terminal;
use crate::experiment::conduct::{Came, ended, request};
use crate::experiment::folder::ExperimentFolder;
use crate::experiment::plan::{Plan, RunName};
use crate::field::Explain;
use crate::gpu::{AdapterChoice, Gpu};
use crate::session::{Command, Commander, Event, Opened, Session, SessionError, open_gpu};
use crate::train::metric::Metric;

/// What is told of a run while it is made.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum News {
    /// Something to know of it.
    Note(String),
    /// How far it is.
    Step { step: u64, of: u64 },
}

/// A request to stop, and whom to pass it on to.
#[derive(Default)]
pub(super) struct Stop {
    is_asked: AtomicBool,
    sessions: Mutex<Vec<Commander>>,
}

impl Stop {
    pub fn is_asked(&self) -> bool {
        self.is_asked.load(Ordering::SeqCst)
    }

    pub fn ask(&self) {
        self.is_asked.store(true, Ordering::SeqCst);
        for session in locked(&self.sessions).iter() {
            session.send(Command::Stop);
        }
    }
}

pub(super) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Makes runs on an adapter.
pub(super) struct Maker {
    pub adapter: AdapterChoice,
    pub stop: Arc<Stop>,
}

impl Maker {
    /// A session for one run after the other.
    pub fn session(&self) -> Result<Session, SessionError> {
        let session = Session::spawn(open_gpu(), |_| {})?;
        locked(&self.stop.sessions).push(session.commander());
        Ok(session)
    }

    /// Makes a run, and measures it.
    pub fn make(
        &self,
        session: &Session,
        folder: &ExperimentFolder,
        plan: &Plan,
        name: &RunName,
        hear: &mut dyn FnMut(News),
    ) -> Came {
        match request(folder, plan, name, self.adapter.clone(), false) {
            Ok(request) => session.send(Command::Start(Box::new(request))),
            Err(error) => return Came::Failed(error.explain()),
        }
        // Asked before there was a run to stop.
        if self.stop.is_asked() {
            session.send(Command::Stop);
        }
        let mut opened: Option<Arc<Opened>> = None;
        let result = loop {
            match session.next() {
                Ok(Event::Opened(now)) => {
                    let notes = now.notes.iter();
                    notes.for_each(|note| hear(News::Note(note.say(&Terminal))));
                    opened = Some(now);
                }
                Ok(Event::Metric(Metric::Step { step, .. })) => {
                    let of = opened.as_ref();
                    let of = of.map_or(0, |opened| opened.outlook.total_steps);
                    hear(News::Step { step, of });
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
            &mut || !self.stop.is_asked(),
        ))
    }
}
