//! What a program has and a page has not: files. The one place where the two differ below the
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
}

pub use files::open;
