//! The browser's own dialogs: a file that is chosen is read into the page's memory, and one that is
//! written there is handed out as a download.

use std::path::{Path, PathBuf};

use egui::Context;

use super::{Ask, Dropped, Kind, Pending};
use crate::platform::fs;
use crate::platform::page::{download, pick};

/// Where files wait to be downloaded.
const DOWNLOADS: &str = "downloads";

/// Opens the browser's dialog. Where a download goes the browser asks itself, or knows.
pub fn ask(ask: &Ask) -> Option<Pending> {
    if let Kind::Save(name) = &ask.kind {
        let path = PathBuf::from(DOWNLOADS).join(name);
        let made = fs::create_dir_all(Path::new(DOWNLOADS));
        return Some(Box::pin(async move { made.ok().map(|()| path) }));
    }
    let endings: Vec<String> = ask
        .endings
        .iter()
        .map(|ending| format!(".{ending}"))
        .collect();
    let picked = pick(ask.kind == Kind::Folder, &endings.join(","))?;
    Some(Box::pin(async move { picked.await.ok().flatten() }))
}

/// Downloads a file that was written to where its dialog was answered with, and tells so.
///
/// # Errors
/// A sentence, if the browser refuses.
pub fn deliver(path: &Path) -> Result<String, String> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let handed = download(path);
    // It is the browser's now.
    let _ = fs::remove_file(path);
    handed.map_err(|error| format!("{name} could not be downloaded: {error}"))?;
    Ok(format!(
        "{name} was given to the browser, which puts it where downloads go."
    ))
}

/// Nothing: what is dropped onto a page has to be read first, and comes to the shell after that.
pub fn dropped(_: &Context) -> Vec<Dropped> {
    Vec::new()
}
