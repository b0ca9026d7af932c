//! Data kept in the browser's own storage from one visit to the next, on request. It does not leave the
//! browser, and the browser lets the visitor remove it with the page's other data.

use std::path::{Path, PathBuf};

use js_sys::{Array, Uint8Array};
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, Cache, Request, Response};

use crate::app::export::pack;
use crate::platform::fs;
use crate::platform::page::{put, unpack, words};

/// The storage's name among those of the page's origin.
const STORE: &str = "bnonly-data";
/// What stands before a path in the storage, for what is kept as it is.
const FILE: &str = "kept/file/";
/// The same for folders, which are kept as archives.
const FOLDER: &str = "kept/folder/";

/// Keeps a file, or a folder with all that lies in it.
///
/// # Errors
/// What the browser says, for one that its storage has no room left.
pub(super) async fn keep(path: &Path) -> Result<(), String> {
    let failed = |error: &dyn std::fmt::Display| {
        format!(
            "{} could not be kept in this browser: {error}",
            path.display()
        )
    };
    let (kind, bytes) = match fs::is_dir(path) {
        true => {
            let mut archive = Vec::new();
            pack(&mut archive, path).map_err(|error| failed(&error))?;
            (FOLDER, archive)
        }
        false => (FILE, fs::read(path).map_err(|error| failed(&error))?),
    };
    put_away(&address(kind, path), &bytes)
        .await
        .map_err(|error| failed(&words(&error)))
}

async fn put_away(address: &str, bytes: &[u8]) -> Result<(), JsValue> {
    let parts = Array::of1(&Uint8Array::from(bytes));
    let blob = Blob::new_with_u8_array_sequence(&parts)?;
    let response = Response::new_with_opt_blob(Some(&blob))?;
    let store = store().await?;
    JsFuture::from(store.put_with_str(address, &response)).await?;
    Ok(())
}

/// Brings all that is kept into memory; the paths.
///
/// # Errors
/// What the browser says.
pub(super) async fn restore() -> Result<Vec<PathBuf>, String> {
    let failed = |error: JsValue| {
        format!(
            "what is kept in this browser cannot be read: {}",
            words(&error)
        )
    };
    let store = store().await.map_err(failed)?;
    let requests = JsFuture::from(store.keys()).await.map_err(failed)?;
    let mut paths = Vec::new();
    for request in requests.unchecked_into::<Array>().iter() {
        let request: Request = request.unchecked_into();
        let Some((kind, path)) = kept_at(&request.url()) else {
            continue;
        };
        let response: Response = JsFuture::from(store.match_with_request(&request))
            .await
            .map_err(failed)?
            .unchecked_into();
        let buffer = response.array_buffer().map_err(failed)?;
        let buffer = JsFuture::from(buffer).await.map_err(failed)?;
        let bytes = Uint8Array::new(&buffer).to_vec();
        let restored = match kind {
            FOLDER => unpack(&bytes),
            _ => put(&path, bytes),
        };
        restored.map_err(|error| {
            format!(
                "{}, kept in this browser, cannot be read: {error}",
                path.display()
            )
        })?;
        paths.push(path);
    }
    Ok(paths)
}

/// Keeps nothing any more.
///
/// # Errors
/// What the browser says.
pub(super) async fn forget() -> Result<(), String> {
    let failed = |error: JsValue| {
        format!(
            "what is kept in this browser could not be removed: {}",
            words(&error)
        )
    };
    let caches = web_sys::window()
        .ok_or(JsValue::NULL)
        .and_then(|window| window.caches());
    JsFuture::from(caches.map_err(failed)?.delete(STORE))
        .await
        .map_err(failed)?;
    Ok(())
}

async fn store() -> Result<Cache, JsValue> {
    let window = web_sys::window().ok_or("there is no page")?;
    Ok(JsFuture::from(window.caches()?.open(STORE))
        .await?
        .unchecked_into())
}

/// Where something is kept, relative to the page.
fn address(kind: &str, path: &Path) -> String {
    let name: String = form_urlencoded::byte_serialize(path.to_string_lossy().as_bytes()).collect();
    format!("{kind}{name}")
}

/// What is kept at an address, and how.
fn kept_at(address: &str) -> Option<(&'static str, PathBuf)> {
    [FILE, FOLDER].into_iter().find_map(|kind| {
        let (_, name) = address.rsplit_once(kind)?;
        let (name, _) = form_urlencoded::parse(name.as_bytes()).next()?;
        Some((kind, PathBuf::from(name.into_owned())))
    })
}
