//! Files that one program at a time may have. The system forgets a lock with the program that held it, however that ended.

use std::io;
use std::path::Path;

/// What came of asking for a lock.
#[derive(Debug)]
pub enum Locked {
    /// It is this program's until this is dropped.
    Held(Lock),
    /// Another program has it: what that one wrote of itself, if it can be read.
    Taken(String),
    /// The file system has no locks.
    Impossible(io::Error),
}

#[cfg(not(target_arch = "wasm32"))]
mod system {
    use std::fs::{File, OpenOptions, TryLockError};
    use std::io::{Read, Write};
    use std::time::Duration;

    use super::*;

    /// Times that a lock is asked for before it counts as taken: who only looks whether it is ([`holder`]) has it for
    /// a moment.
    const TRIES: u32 = 5;

    /// Time between two of them.
    const BETWEEN: Duration = Duration::from_millis(10);

    /// Bytes that are read of what a holder wrote of itself.
    const WORDS: u64 = 200;

    /// A file that is locked.
    #[derive(Debug)]
    pub struct Lock(#[expect(dead_code, reason = "held until it is dropped")] File);

    /// Locks the file at `path`, which is made if it is not there, and leaves in it who this is. The file stays when the
    /// lock goes: whoever removed it could remove another one's.
    ///
    /// # Errors
    /// If the file cannot be opened for writing.
    pub fn try_lock(path: &Path) -> io::Result<Locked> {
        let mut options = OpenOptions::new();
        let options = options.read(true).write(true).create(true).truncate(false);
        let mut file = options.open(path)?;
        let mut locked = file.try_lock();
        for _ in 1..TRIES {
            if matches!(locked, Err(TryLockError::WouldBlock)) {
                std::thread::sleep(BETWEEN);
                locked = file.try_lock();
            }
        }
        Ok(match locked {
            Ok(()) => {
                // Only for people to read: the lock holds without.
                let _ = file
                    .set_len(0)
                    .and_then(|()| file.write_all(this_program().as_bytes()));
                Locked::Held(Lock(file))
            }
            Err(TryLockError::WouldBlock) => Locked::Taken(words(file)),
            Err(TryLockError::Error(error)) => Locked::Impossible(error),
        })
    }

    /// Whether a program has the lock at `path`, this one included: what it wrote of itself. Nothing is changed.
    pub fn holder(path: &Path) -> Option<String> {
        let file = File::open(path).ok()?;
        match file.try_lock_shared() {
            Err(TryLockError::WouldBlock) => Some(words(file)),
            Ok(()) | Err(TryLockError::Error(_)) => None,
        }
    }

    /// What a holder wrote of itself.
    fn words(file: File) -> String {
        let mut words = Vec::new();
        // Some systems let nobody read what is locked.
        let _ = file.take(WORDS).read_to_end(&mut words);
        let words = String::from_utf8_lossy(&words);
        words
            .chars()
            .filter(|letter| !letter.is_control())
            .collect()
    }

    fn this_program() -> String {
        let host = gethostname::gethostname();
        format!("process {} on {}", std::process::id(), host.display())
    }
}

#[cfg(target_arch = "wasm32")]
mod system {
    use super::*;

    /// Nothing: a page's files are its own.
    #[derive(Debug)]
    pub struct Lock;

    /// Nobody else can have a page's files.
    ///
    /// # Errors
    /// None.
    pub fn try_lock(_: &Path) -> io::Result<Locked> {
        Ok(Locked::Held(Lock))
    }

    /// Nobody.
    pub fn holder(_: &Path) -> Option<String> {
        None
    }
}

pub use system::{Lock, holder, try_lock};
