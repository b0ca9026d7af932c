//! The system's own dialogs.

use std::path::Path;

use egui::Context;

use super::{Ask, Dropped, Kind, Pending};

/// Opens the system's dialog; `None` where it is known to have none.
pub fn ask(ask: &Ask) -> Option<Pending> {
    if !has_dialogs() {
        return None;
    }
    let mut dialog = rfd::AsyncFileDialog::new().set_title(&ask.title);
    if let Some(directory) = &ask.directory {
        dialog = dialog.set_directory(directory);
    }
    if !ask.endings.is_empty() {
        dialog = dialog.add_filter(ask.endings.join(", "), &ask.endings);
        dialog = dialog.add_filter("all files", &["*"]);
    }
    Some(match &ask.kind {
        Kind::Folder => chosen(dialog.pick_folder()),
        Kind::File | Kind::Any => chosen(dialog.pick_file()),
        Kind::Save(name) => chosen(dialog.set_file_name(name).save_file()),
    })
}

/// Tells that a file was written to where its dialog was answered with.
///
/// # Errors
/// None: it is where the reader wanted it.
pub fn deliver(path: &Path) -> Result<String, String> {
    Ok(format!("Saved {}.", path.display()))
}

/// What was dropped onto the window in this frame, in order.
pub fn dropped(ctx: &Context) -> Vec<Dropped> {
    ctx.input(|input| {
        let files = input.raw.dropped_files.iter();
        files.map(|file| Dropped::of(file.path())).collect()
    })
}

fn chosen(dialog: impl Future<Output = Option<rfd::FileHandle>> + Send + 'static) -> Pending {
    Box::pin(async { dialog.await.map(|handle| handle.path().to_owned()) })
}

/// Whether the system may have dialogs: on Linux they come over the session's bus, or from zenity.
fn has_dialogs() -> bool {
    let paths = std::env::var_os("PATH").unwrap_or_default();
    let has_bus = std::env::var_os("DBUS_SESSION_BUS_ADDRESS").is_some()
        || std::env::var_os("XDG_RUNTIME_DIR")
            .is_some_and(|folder| Path::new(&folder).join("bus").exists());
    !cfg!(target_os = "linux")
        || has_bus
        || std::env::split_paths(&paths).any(|folder| folder.join("zenity").is_file())
}
