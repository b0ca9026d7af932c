//! The system's bin, from which what was deleted can be had back.

use std::path::Path;

/// Moves a file or folder to the system's bin. A page has none, and removes it.
///
/// # Errors
/// A sentence: what the system says, for instance that there is no bin for this disk.
pub fn to_bin(path: &Path) -> Result<(), String> {
    #[cfg(target_arch = "wasm32")]
    return remove(path);
    #[cfg(not(target_arch = "wasm32"))]
    trash::delete(path).map_err(|error| error.to_string())
}

/// Removes a folder for good, with all that is in it.
///
/// # Errors
/// A sentence: what the system says.
pub fn remove(path: &Path) -> Result<(), String> {
    super::fs::remove_dir_all(path).map_err(|error| error.to_string())
}
