//! Ranks that share each step of a training. At each step they first agree to go on: only then, when none of them can
//! fail any more, they add up.

use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::Ranks;
use crate::train::peers::{Peers, PeersError};

/// Bytes of a sentence that goes to the others.
const SENTENCE: usize = 2_048;

/// What a rank says before each step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
enum Word {
    GoOn,
    /// Go on, but stop soon: somebody asked for that here.
    Stop,
    /// The run has ended.
    End,
    /// This rank has failed.
    Failed,
}

/// How far the ranks are with each other.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
enum State {
    Agreed,
    /// In the middle of an exchange.
    Exchange,
    /// None says anything to the others any more.
    Over,
}

/// A training that ranks share, as one of them sees it.
#[derive(Clone)]
pub(in crate::cli) struct Together {
    ranks: Arc<Ranks>,
    shared: Arc<Shared>,
}

struct Shared {
    state: AtomicU8,
    is_asked_to_stop: AtomicBool,
    /// What to do, on rank 0, when another was asked to stop.
    on_stop: Mutex<Option<Box<dyn FnOnce() + Send>>>,
}

impl Together {
    pub fn new(ranks: Arc<Ranks>) -> Self {
        let shared = Shared {
            state: AtomicU8::new(State::Agreed as u8),
            is_asked_to_stop: AtomicBool::new(false),
            on_stop: Mutex::new(None),
        };
        Self {
            ranks,
            shared: Arc::new(shared),
        }
    }

    /// Somebody asked this rank to stop: the first one is told, and ends the run when it is saved.
    pub fn ask_to_stop(&self) {
        self.shared.is_asked_to_stop.store(true, Ordering::SeqCst);
    }

    /// What to do when another rank was asked to stop.
    pub fn on_stop(&self, stop: impl FnOnce() + Send + 'static) {
        *self.on_stop_slot() = Some(Box::new(stop));
    }

    fn on_stop_slot(&self) -> std::sync::MutexGuard<'_, Option<Box<dyn FnOnce() + Send>>> {
        let slot = self.shared.on_stop.lock();
        slot.unwrap_or_else(PoisonError::into_inner)
    }

    /// Says to the others that this rank has come to the end, or why it cannot go on, unless all know that none does. The
    /// others say the same, or what is wrong; it comes back.
    pub fn end(&self, failure: Option<&str>) -> Result<(), PeersError> {
        if self.is(State::Exchange) {
            // A thread broke off where the others count on it.
            self.ranks.abort();
        }
        if self.is(State::Over) {
            return Ok(());
        }
        let word = match failure {
            Some(_) => Word::Failed,
            None => Word::End,
        };
        match self.agree(word, failure.unwrap_or_default()) {
            Err(PeersError::Ended) => Ok(()),
            ended => ended,
        }
    }

    fn is(&self, state: State) -> bool {
        self.shared.state.load(Ordering::SeqCst) == state as u8
    }

    fn set(&self, state: State) {
        self.shared.state.store(state as u8, Ordering::SeqCst);
    }

    /// Hears what all say; an error if one does not go on.
    fn agree(&self, word: Word, sentence: &str) -> Result<(), PeersError> {
        if self.is(State::Over) {
            return Err(PeersError::Ended);
        }
        self.set(State::Exchange);
        let words = self.ranks.gather(&[word as u8]);
        if words.iter().any(|word| *word >= Word::End as u8) {
            let ended = self.why(&words, sentence);
            self.set(State::Over);
            return Err(ended);
        }
        if words.contains(&(Word::Stop as u8))
            && let Some(stop) = self.on_stop_slot().take()
        {
            stop();
        }
        self.set(State::Agreed);
        Ok(())
    }

    /// Why none goes on: the first failure, with its sentence.
    fn why(&self, words: &[u8], sentence: &str) -> PeersError {
        let mut end = sentence.len().min(SENTENCE);
        while !sentence.is_char_boundary(end) {
            end -= 1;
        }
        let mut bytes = sentence.as_bytes()[..end].to_vec();
        bytes.resize(SENTENCE, 0);
        let sentences = self.ranks.gather(&bytes);
        let failed = words.iter().position(|word| *word == Word::Failed as u8);
        match failed {
            Some(rank) => {
                let said = &sentences[rank * SENTENCE..][..SENTENCE];
                let why = String::from_utf8_lossy(said);
                PeersError::Failed {
                    rank,
                    why: why.trim_end_matches('\0').to_owned(),
                }
            }
            None => PeersError::Ended,
        }
    }

    fn go_on(&self) -> Result<(), PeersError> {
        let is_asked = self.shared.is_asked_to_stop.load(Ordering::SeqCst);
        self.agree(if is_asked { Word::Stop } else { Word::GoOn }, "")
    }
}

impl Peers for Together {
    fn rank(&self) -> usize {
        self.ranks.rank()
    }

    fn count(&self) -> usize {
        self.ranks.count()
    }

    fn meet(&mut self, fingerprint: u64) -> Result<(), PeersError> {
        self.go_on()?;
        self.set(State::Exchange);
        let all = self.ranks.gather(&fingerprint.to_le_bytes());
        let all: Vec<_> = all.chunks_exact(size_of::<u64>()).collect();
        self.set(State::Agreed);
        match all.iter().position(|other| *other != all[0]) {
            Some(rank) => {
                self.set(State::Over);
                Err(PeersError::Differs { rank })
            }
            None => Ok(()),
        }
    }

    fn sum(&mut self, values: &mut [f32]) -> Result<(), PeersError> {
        self.go_on()?;
        self.set(State::Exchange);
        self.ranks.sum(values);
        self.set(State::Agreed);
        Ok(())
    }
}
