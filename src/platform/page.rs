//! Files that come into a page, and go out of it. Nothing of them is sent anywhere.

use std::cell::RefCell;
use std::io;
use std::path::{Path, PathBuf};

use futures_channel::oneshot;
use js_sys::{Array, Reflect, Uint8Array};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    Blob, DataTransfer, File, FileSystemDirectoryEntry, FileSystemDirectoryReader, FileSystemEntry,
    FileSystemFileEntry, HtmlAnchorElement, HtmlInputElement, Url,
};

use super::fs;
pub use super::memory::put;

/// Bytes of all files that come in at once: a page's memory ends at 4 GiB, and what is read of them
/// has to fit beside them.
const MOST_BYTES: f64 = 1.5e9;

/// Files on their way in, with their paths below where they go.
type Incoming = Vec<(PathBuf, File)>;

/// Opens the browser's dialog for a file (`endings` as in `accept`, such as `.gz,.tar`) or a folder, and reads
/// what is chosen into memory; `None` comes if nothing was. Nothing at all if the page cannot ask.
pub fn pick(folder: bool, endings: &str) -> Option<oneshot::Receiver<Option<PathBuf>>> {
    let input: HtmlInputElement = element("input").ok()?.dyn_into().ok()?;
    input.set_type("file");
    input.set_accept(endings);
    input.set_webkitdirectory(folder);
    let (sender, receiver) = oneshot::channel();
    let (chosen, sender) = (input.clone(), RefCell::new(Some(sender)));
    let done = Closure::<dyn FnMut()>::new(move || {
        let Some(sender) = sender.borrow_mut().take() else {
            return;
        };
        let files = chosen.files();
        wasm_bindgen_futures::spawn_local(async move {
            let files = files
                .into_iter()
                .flat_map(|files| (0..files.length()).filter_map(move |at| files.get(at)));
            let incoming = files.map(|file| (relative_path(&file), file)).collect();
            let stored = store(incoming).await.unwrap_or_else(|sentence| {
                if let Some(window) = web_sys::window() {
                    let _ = window.alert_with_message(&sentence);
                }
                Vec::new()
            });
            // Whoever asked may have gone on.
            let _ = sender.send(stored.into_iter().next());
        });
    });
    input.set_onchange(Some(done.as_ref().unchecked_ref()));
    input.set_oncancel(Some(done.as_ref().unchecked_ref()));
    // It lives as long as the element that calls it.
    done.forget();
    input.click();
    Some(receiver)
}

/// Takes what a drop holds, before its event ends: files, and folders with all that lies in them.
pub fn dropped(
    transfer: &DataTransfer,
) -> impl Future<Output = Result<Vec<PathBuf>, String>> + use<> {
    let items = transfer.items();
    let entries: Vec<FileSystemEntry> = (0..items.length())
        .filter_map(|at| items.get(at)?.webkit_get_as_entry().ok().flatten())
        .collect();
    async move {
        let mut incoming = Incoming::new();
        for entry in entries {
            let collected = collect(entry, &mut incoming).await;
            collected
                .map_err(|error| format!("what was dropped cannot be read: {}", words(&error)))?;
        }
        store(incoming).await
    }
}

/// Walks a folder that was dropped; its files keep their paths in it.
async fn collect(entry: FileSystemEntry, incoming: &mut Incoming) -> Result<(), JsValue> {
    let mut waiting = vec![entry];
    while let Some(entry) = waiting.pop() {
        let path = PathBuf::from(entry.full_path().trim_start_matches('/'));
        if entry.is_file() {
            let entry: FileSystemFileEntry = entry.unchecked_into();
            let file =
                called_back(|done, failed| entry.file_with_callback_and_callback(done, failed));
            incoming.push((path, file.await?.unchecked_into()));
            continue;
        }
        let reader = entry
            .unchecked_into::<FileSystemDirectoryEntry>()
            .create_reader();
        loop {
            let some = read_some(&reader).await?;
            if some.length() == 0 {
                break;
            }
            waiting.extend(some.iter().map(wasm_bindgen::JsCast::unchecked_into));
        }
    }
    Ok(())
}

/// The next entries of a folder: browsers give a hundred at a time, and none at the end.
async fn read_some(reader: &FileSystemDirectoryReader) -> Result<Array, JsValue> {
    let entries = called_back(|done, failed| {
        reader
            .read_entries_with_callback_and_callback(done, failed)
            .map_or_else(drop, drop);
    });
    Ok(entries.await?.unchecked_into())
}

/// Waits for one of two callbacks.
async fn called_back(
    call: impl FnOnce(&js_sys::Function, &js_sys::Function),
) -> Result<JsValue, JsValue> {
    let mut call = Some(call);
    let promise = js_sys::Promise::new(&mut |done, failed| {
        if let Some(call) = call.take() {
            call(&done, &failed);
        }
    });
    JsFuture::from(promise).await
}

/// Reads files into memory: a single file or folder under its own name, several files in a folder of their own.
/// The paths of what was given.
async fn store(incoming: Incoming) -> Result<Vec<PathBuf>, String> {
    let bytes: f64 = incoming.iter().map(|(_, file)| file.size()).sum();
    if bytes > MOST_BYTES {
        return Err(format!(
            "these files have {:.1} GB, a page has room for {:.1} GB; use fewer images, or the program outside \
             the browser",
            bytes / 1e9,
            MOST_BYTES / 1e9
        ));
    }
    let mut tops: Vec<PathBuf> = Vec::new();
    let loose = incoming
        .iter()
        .filter(|(path, _)| path.components().count() == 1)
        .count();
    let base = match loose {
        0 | 1 => PathBuf::new(),
        _ => free_folder(),
    };
    for (path, file) in incoming {
        let top = base.join(path.iter().next().unwrap_or_default());
        if !tops.contains(&top) {
            // What was there before under this name is replaced as a whole.
            let _ = fs::remove_dir_all(&top);
            tops.push(top);
        }
        let path = base.join(path);
        let failed = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
        let buffer = JsFuture::from(file.array_buffer());
        let buffer = buffer.await.map_err(|error| failed(&words(&error)))?;
        let stored = put(&path, Uint8Array::new(&buffer).to_vec());
        stored.map_err(|error| failed(&error))?;
    }
    Ok(tops)
}

/// Takes an archive apart that this page packed.
///
/// # Errors
/// An archive that is damaged.
pub fn unpack(archive: &[u8]) -> io::Result<()> {
    for entry in tar::Archive::new(archive).entries()? {
        let mut entry = entry?;
        let path = entry.path()?.into_owned();
        let mut content = Vec::new();
        io::Read::read_to_end(&mut entry, &mut content)?;
        put(&path, content)?;
    }
    Ok(())
}

/// A folder that is not there yet.
fn free_folder() -> PathBuf {
    let names = (1_u32..).map(|number| PathBuf::from(format!("dropped-{number}")));
    let mut free = names.filter(|path| !fs::exists(path));
    free.next().unwrap_or_default()
}

/// Hands a file to the browser as a download.
///
/// # Errors
/// If it is not there, or the browser refuses.
pub fn download(path: &Path) -> io::Result<()> {
    let bytes = fs::read(path)?;
    let refused = |error: JsValue| io::Error::other(words(&error));
    let parts = Array::of1(&Uint8Array::from(bytes.as_slice()));
    let blob = Blob::new_with_u8_array_sequence(&parts).map_err(refused)?;
    let url = Url::create_object_url_with_blob(&blob).map_err(refused)?;
    let anchor: HtmlAnchorElement = element("a").map_err(refused)?.unchecked_into();
    anchor.set_href(&url);
    anchor.set_download(&path.file_name().unwrap_or_default().to_string_lossy());
    anchor.click();
    // The browser has taken hold of it by the next turn.
    wasm_bindgen_futures::spawn_local(async move {
        super::yield_now().await;
        let _ = Url::revoke_object_url(&url);
    });
    Ok(())
}

fn element(name: &str) -> Result<web_sys::Element, JsValue> {
    let document = web_sys::window().and_then(|window| window.document());
    document.ok_or("there is no page")?.create_element(name)
}

/// Where a file lay in the folder that was chosen.
fn relative_path(file: &File) -> PathBuf {
    let path = Reflect::get(file, &"webkitRelativePath".into()).ok();
    let path = path
        .and_then(|path| path.as_string())
        .filter(|path| !path.is_empty());
    path.unwrap_or_else(|| file.name()).into()
}

/// What the browser says of an error.
pub fn words(error: &JsValue) -> String {
    let message = Reflect::get(error, &"message".into()).ok();
    let message = message.and_then(|message| message.as_string());
    message
        .or_else(|| error.as_string())
        .unwrap_or_else(|| format!("{error:?}"))
}
