//! What a program has and a page has not: files and threads. The one place where the two differ below the
//! interface; whole modules that only a program needs are left out of the page where they are
//! declared.

#[cfg(not(target_arch = "wasm32"))]
mod files {
    use std::fs::{self, File};
    use std::io;
    use std::path::Path;

    /// Opens a file: its length in bytes and its content.
    ///
    /// # Errors
    /// What the system says; [`io::ErrorKind::InvalidInput`] for a folder, a pipe or a device.
    pub fn open(path: &Path) -> io::Result<(u64, File)> {
        // Asked before it is opened: opening a pipe would wait for whoever writes to it.
        let metadata = fs::metadata(path)?;
        if !metadata.is_file() {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                "this is not a file",
            ));
        }
        Ok((metadata.len(), File::open(path)?))
    }

    /// Whether anything stands at a path.
    pub fn exists(path: &Path) -> bool {
        path.exists()
    }
}

#[cfg(target_arch = "wasm32")]
mod files {
    use std::io;
    use std::path::Path;

    /// A page has no files.
    ///
    /// # Errors
    /// Always.
    pub fn open(_: &Path) -> io::Result<(u64, io::Empty)> {
        Err(io::Error::new(
            io::ErrorKind::Unsupported,
            "a page has no files; drop the file onto it",
        ))
    }

    /// Cannot be told in a page, so nothing is said against the path.
    pub fn exists(_: &Path) -> bool {
        true
    }
}

#[cfg(not(target_arch = "wasm32"))]
mod threads {
    /// Runs a task on a thread of its own. Where the system has no more of them the task is dropped.
    pub fn spawn(name: &str, task: impl FnOnce() + Send + 'static) {
        // Whoever waits for its answer notices that the sender is gone.
        let _ = std::thread::Builder::new()
            .name(name.to_owned())
            .spawn(task);
    }
}

#[cfg(target_arch = "wasm32")]
mod threads {
    /// Runs a task at once: a page has no threads.
    pub fn spawn(_: &str, task: impl FnOnce() + Send + 'static) {
        task();
    }
}

pub use files::{exists, open};
pub use threads::spawn;
