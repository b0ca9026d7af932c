//! A folder of static files, served to this machine alone.

use std::collections::BTreeMap;
use std::fs;
use std::net::Ipv4Addr;
use std::path::Path;

use anyhow::{Context, Result, anyhow};
use tiny_http::{Header, Method, Request, Response, Server};

/// Tried first, because it is easily remembered.
const PORT: u16 = 8080;

/// A folder's files by name. All are read beforehand, so nothing outside it can be asked for.
struct Files(BTreeMap<String, Vec<u8>>);

/// Serves a folder at a free port of loopback until the process ends, and prints the address.
///
/// # Errors
/// If the folder cannot be read, or no port be had.
pub fn serve(folder: &Path) -> Result<()> {
    let files = Files::read(folder)?;
    let server = [PORT, 0]
        .into_iter()
        .map(|port| Server::http((Ipv4Addr::LOCALHOST, port)))
        .reduce(Result::or)
        .context("no port was tried")?
        .map_err(|error| anyhow!("no port of loopback can be had: {error}"))?;
    println!("http://{}/ (Ctrl-C ends it)", server.server_addr());
    for request in server.incoming_requests() {
        // Who asked may be gone; the next one is not.
        if let Err(error) = files.respond(request) {
            eprintln!("warning: an answer did not arrive: {error}");
        }
    }
    Ok(())
}

impl Files {
    fn read(folder: &Path) -> Result<Self> {
        let failed = || format!("{} cannot be read", folder.display());
        let mut files = BTreeMap::new();
        for entry in folder.read_dir().with_context(failed)? {
            let path = entry.with_context(failed)?.path();
            if let (true, Some(name)) = (path.is_file(), path.file_name()) {
                let bytes = fs::read(&path).with_context(failed)?;
                files.insert(name.to_string_lossy().into_owned(), bytes);
            }
        }
        Ok(Self(files))
    }

    /// The file an address means, and its type.
    fn find(&self, address: &str) -> Option<(&[u8], &'static str)> {
        let path = address.split(['?', '#']).next()?.strip_prefix('/')?;
        let name = if path.is_empty() { "index.html" } else { path };
        let bytes = self.0.get(name)?;
        Some((bytes, content_type(name)))
    }

    fn respond(&self, request: Request) -> std::io::Result<()> {
        let (status, bytes, kind) = match (request.method(), self.find(request.url())) {
            (Method::Get | Method::Head, Some((bytes, kind))) => (200, bytes, kind),
            (Method::Get | Method::Head, None) => (404, &b"Not found\n"[..], "text/plain"),
            _ => (405, &b"Only GET and HEAD\n"[..], "text/plain"),
        };
        let mut response = Response::from_data(bytes).with_status_code(status);
        for (name, value) in [
            ("Content-Type", kind),
            // A browser asks each time whether what it has is still right.
            ("Cache-Control", "no-cache"),
            ("X-Content-Type-Options", "nosniff"),
        ] {
            if let Ok(header) = Header::from_bytes(name, value) {
                response.add_header(header);
            }
        }
        request.respond(response)
    }
}

/// The type of a file by its name's end.
fn content_type(name: &str) -> &'static str {
    match name.rsplit('.').next() {
        Some("html") => "text/html; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("wasm") => "application/wasm",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files() -> Files {
        let names = ["index.html", "page-0123.js", "bnonly_bg-4567.wasm"];
        Files(names.map(|name| (name.to_owned(), name.into())).into())
    }

    #[test]
    fn files_have_the_type_that_browsers_ask_of_them() {
        let files = files();
        let kind = |address| files.find(address).map(|(_, kind)| kind);
        assert_eq!(kind("/"), Some("text/html; charset=utf-8"));
        assert_eq!(kind("/index.html?a=/b"), Some("text/html; charset=utf-8"));
        assert_eq!(
            kind("/page-0123.js"),
            Some("text/javascript; charset=utf-8")
        );
        assert_eq!(kind("/bnonly_bg-4567.wasm"), Some("application/wasm"));
    }

    #[test]
    fn nothing_outside_the_folder_is_found() {
        let files = files();
        for address in [
            "",
            "index.html",
            "//index.html",
            "/../Cargo.toml",
            "/..%2fCargo.toml",
            "/%2e%2e/Cargo.toml",
            "/./index.html",
            "/page-0123.js/../index.html",
            "http://127.0.0.1/index.html",
            "/C:\\Windows\\win.ini",
            "/missing",
        ] {
            assert!(files.find(address).is_none(), "{address}");
        }
    }

    #[test]
    fn a_folder_is_read_without_what_lies_below() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
        let files = Files::read(folder).expect("a folder");
        assert!(files.0.contains_key("Cargo.toml"));
        assert!(!files.0.contains_key("src"));
    }
}
