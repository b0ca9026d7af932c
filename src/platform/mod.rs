//! What a program has and a page has not: files and threads. The one place where the two differ below the
//! interface: a page keeps its files in memory, and takes turns where a program has threads.

#[cfg(not(target_arch = "wasm32"))]
use std::path::Path;
use std::path::PathBuf;

/// Whether this runs in a page of a browser.
pub const IS_A_PAGE: bool = cfg!(target_arch = "wasm32");

#[cfg(feature = "app")]
pub mod bin;
pub mod lock;
#[cfg(any(test, target_arch = "wasm32"))]
#[cfg_attr(
    not(target_arch = "wasm32"),
    expect(dead_code, reason = "its tests use less of it than a page")
)]
mod memory;
#[cfg(target_arch = "wasm32")]
pub mod page;
#[cfg(target_arch = "wasm32")]
mod subgroups;

/// Has the devices that are opened from now on have subgroups where their adapters do. A program's have them when
/// wgpu is asked; of a page's wgpu does not know.
pub fn ask_for_subgroups() {
    #[cfg(target_arch = "wasm32")]
    subgroups::ask();
}

/// Where what can be worked out again is kept from run to run, if there is such a place: the folder that the
/// environment's `BNONLY_CACHE_DIR` names, or the user's. A page's is gone when it is closed.
pub fn cache_dir() -> Option<PathBuf> {
    #[cfg(target_arch = "wasm32")]
    return Some(PathBuf::from("/cache"));
    #[cfg(not(target_arch = "wasm32"))]
    {
        let named = std::env::var_os("BNONLY_CACHE_DIR").filter(|folder| !folder.is_empty());
        let of_user = || {
            let folders = etcetera::choose_base_strategy().ok()?;
            Some(etcetera::BaseStrategy::cache_dir(&folders))
        };
        named.map(PathBuf::from).or_else(of_user)
    }
}

/// A path that means the same from any folder, with the user's folder in place of a `~` at its start.
pub fn absolute(path: PathBuf) -> PathBuf {
    let path = expand_home(path);
    std::path::absolute(&path).unwrap_or(path)
}

/// A path with the user's folder in place of a `~` at its start, which a shell does not always replace:
/// not behind `--data=`, and nothing does in a file. A folder that has this name is left alone.
pub fn expand_home(path: PathBuf) -> PathBuf {
    #[cfg(not(target_arch = "wasm32"))]
    if let Ok(rest) = path.strip_prefix("~")
        && !fs::exists(Path::new("~"))
        && let Some(home) = std::env::home_dir()
    {
        return match rest.as_os_str().is_empty() {
            true => home,
            false => home.join(rest),
        };
    }
    path
}

pub mod fs {
    //! Files and folders, by the names of `std::fs`; those of a page are gone when it is closed.

    use std::io;
    use std::path::Path;

    #[cfg(target_arch = "wasm32")]
    pub use super::memory::{
        DirEntry, File, OpenOptions, canonicalize, create_dir, create_dir_all, metadata, read,
        read_dir, remove_dir, remove_dir_all, remove_file, rename,
    };
    #[cfg(not(target_arch = "wasm32"))]
    pub use std::fs::{
        DirEntry, File, OpenOptions, canonicalize, create_dir, create_dir_all, metadata, read,
        read_dir, remove_dir, remove_dir_all, remove_file, rename,
    };

    /// Whether anything stands at a path.
    pub fn exists(path: &Path) -> bool {
        metadata(path).is_ok()
    }

    /// Whether a folder stands at a path.
    pub fn is_dir(path: &Path) -> bool {
        metadata(path).is_ok_and(|metadata| metadata.is_dir())
    }

    /// Whether a file stands at a path.
    pub fn is_file(path: &Path) -> bool {
        metadata(path).is_ok_and(|metadata| metadata.is_file())
    }

    /// When a file was written to last, in seconds since 1970; a page does not know.
    pub fn modified(path: &Path) -> Option<u64> {
        #[cfg(target_arch = "wasm32")]
        return metadata(path).ok().and(None);
        #[cfg(not(target_arch = "wasm32"))]
        {
            let time = metadata(path).ok()?.modified().ok()?;
            Some(time.duration_since(std::time::UNIX_EPOCH).ok()?.as_secs())
        }
    }

    /// Opens a file: its length in bytes and its content.
    ///
    /// # Errors
    /// What the system says; [`io::ErrorKind::InvalidInput`] for a folder, a pipe or a device.
    pub fn open(path: &Path) -> io::Result<(u64, File)> {
        // Asked before it is opened: opening a pipe would wait for whoever writes to it.
        let metadata = metadata(path)?;
        if !metadata.is_file() {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                "this is not a file",
            ));
        }
        Ok((metadata.len(), File::open(path)?))
    }
}

#[cfg(not(target_arch = "wasm32"))]
mod tasks {
    use std::io;
    use std::thread::{Builder, JoinHandle};

    /// Work that goes on beside this.
    #[derive(Debug)]
    pub struct Task(JoinHandle<()>);

    /// Runs a future on a thread of its own.
    ///
    /// # Errors
    /// If the system has no thread left.
    pub fn spawn<F: Future<Output = ()>>(
        name: &str,
        work: impl FnOnce() -> F + Send + 'static,
    ) -> io::Result<Task> {
        let run = move || pollster::block_on(work());
        let thread = Builder::new().name(name.to_owned()).spawn(run)?;
        Ok(Task(thread))
    }

    impl Task {
        /// Waits for its end.
        pub fn join(self) {
            // A panic in it was reported where it happened.
            let _ = self.0.join();
        }
    }

    /// Nothing: other threads go on by themselves.
    pub async fn yield_now() {}
}

#[cfg(target_arch = "wasm32")]
mod tasks {
    use std::io;

    use futures_channel::oneshot;
    use wasm_bindgen::JsCast as _;
    use wasm_bindgen::closure::Closure;
    use web_sys::MessageChannel;

    /// Work that goes on beside this.
    #[derive(Debug)]
    pub struct Task;

    /// Runs a future in turns with the page.
    ///
    /// # Errors
    /// None: a page has turns enough.
    pub fn spawn<F: Future<Output = ()> + 'static>(
        _: &str,
        work: impl FnOnce() -> F + Send + 'static,
    ) -> io::Result<Task> {
        wasm_bindgen_futures::spawn_local(async move {
            // What asked for it ends its own turn first.
            yield_now().await;
            work().await;
        });
        Ok(Task)
    }

    impl Task {
        /// Lets it go: a page waits for nothing.
        pub fn join(self) {}
    }

    /// Lets the page draw, and answer who uses it. A message to oneself comes back after what waits
    /// already; unlike a timer's, its turn comes at once in a hidden tab too.
    pub async fn yield_now() {
        let (sender, receiver) = oneshot::channel::<()>();
        let Ok(channel) = MessageChannel::new() else {
            return;
        };
        let turn = Closure::once(move || {
            let _ = sender.send(());
        });
        channel
            .port1()
            .set_onmessage(Some(turn.as_ref().unchecked_ref()));
        if channel
            .port2()
            .post_message(&wasm_bindgen::JsValue::NULL)
            .is_ok()
        {
            let _ = receiver.await;
        }
        channel.port1().close();
    }
}

pub use tasks::{Task, spawn, yield_now};
