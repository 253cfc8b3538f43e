//! Serves the built page below a path of a loopback port, as a plain web server would, for the end-to-end tests.
//!
//! With its service worker it is a host that tests can command, by asking for `/control/…`: `off` and `on`, whereupon it
//! answers nobody or everybody, and `new-version`, whereupon it serves a page that calls itself a later version.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use anyhow::{Context, Result};

use crate::offline::WORKER_NAME;

pub struct StaticServer {
    address: SocketAddr,
    prefix: String,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl StaticServer {
    /// Serves `folder` below `prefix`, which begins and ends with a slash.
    pub fn start(folder: PathBuf, prefix: &str, worker: Worker) -> Result<StaticServer> {
        StaticServer::start_with(folder, prefix, worker, "")
    }

    /// Serves `folder` at the root to pages that are isolated from others, which gives them a clock of five microseconds.
    pub fn start_isolated(folder: PathBuf) -> Result<StaticServer> {
        let headers = "Cross-Origin-Opener-Policy: same-origin\r\n\
                       Cross-Origin-Embedder-Policy: require-corp\r\n";
        StaticServer::start_with(folder, "/", Worker::Empty, headers)
    }

    fn start_with(
        folder: PathBuf,
        prefix: &str,
        worker: Worker,
        headers: &'static str,
    ) -> Result<StaticServer> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).context("no free port on 127.0.0.1")?;
        let address = listener.local_addr()?;
        let stop = Arc::new(AtomicBool::new(false));
        let site = Arc::new(Site {
            folder,
            prefix: prefix.to_owned(),
            worker,
            headers,
            is_off: AtomicBool::new(false),
            is_later: AtomicBool::new(false),
        });
        let stopping = Arc::clone(&stop);
        let thread = thread::spawn(move || {
            for connection in listener.incoming().map_while(Result::ok) {
                if stopping.load(Ordering::Relaxed) {
                    return;
                }
                let site = Arc::clone(&site);
                thread::spawn(move || site.answer(&connection));
            }
        });
        Ok(StaticServer { address, prefix: prefix.to_owned(), stop, thread: Some(thread) })
    }

    pub fn url(&self) -> String {
        format!("http://{}{}", self.address, self.prefix)
    }
}

impl Drop for StaticServer {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        // A last connection wakes the thread that waits for one.
        if TcpStream::connect(self.address).is_ok()
            && let Some(thread) = self.thread.take()
        {
            let _ = thread.join();
        }
    }
}

/// Whether the service worker of the page does its work.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Worker {
    /// It is there. Only with it, `/control/…` is known.
    Keeps,
    /// An empty one is, so that what a test takes away is not answered for.
    Empty,
}

struct Site {
    folder: PathBuf,
    prefix: String,
    worker: Worker,
    /// With every answer, each with its end of line.
    headers: &'static str,
    is_off: AtomicBool,
    is_later: AtomicBool,
}

/// What the page is called once it is a later version. As long as a real one.
const LATER_VERSION: &str = "ffffffffffffffff";

impl Site {
    /// Answers one request; a connection that breaks is the browser's own business.
    fn answer(&self, mut connection: &TcpStream) -> Option<()> {
        connection.set_read_timeout(Some(Duration::from_secs(10))).ok()?;
        let mut lines = BufReader::new(connection).lines();
        let request = lines.next()?.ok()?;
        lines.map_while(Result::ok).find(String::is_empty)?;
        let path = request.strip_prefix("GET ")?.split([' ', '?', '#']).next()?;
        let (status, kind, body) = match self.content(path)? {
            Some((kind, body)) => ("200 OK", kind, body),
            None => ("404 Not Found", "text/plain", b"Not found".to_vec()),
        };
        let length = body.len();
        write!(
            connection,
            "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n{}Connection: close\r\n\r\n",
            self.headers
        )
        .ok()?;
        connection.write_all(&body).ok()
    }

    /// What is at that path, if anything; `None` while nobody is answered.
    fn content(&self, path: &str) -> Option<Option<(&'static str, Vec<u8>)>> {
        if self.worker == Worker::Keeps
            && let Some(command) = path.strip_prefix("/control/")
        {
            match command {
                "off" | "on" => self.is_off.store(command == "off", Ordering::Relaxed),
                "new-version" => self.is_later.store(true, Ordering::Relaxed),
                _ => return Some(None),
            }
            return Some(Some(("text/plain", Vec::new())));
        }
        if self.is_off.load(Ordering::Relaxed) {
            return None;
        }
        let Some(file) = self.file(path) else { return Some(None) };
        let is_worker = file.ends_with(WORKER_NAME);
        if is_worker && self.worker == Worker::Empty {
            return Some(Some((kind(&file), b"// Keeps nothing.".to_vec())));
        }
        let Ok(mut body) = fs::read(&file) else { return Some(None) };
        if self.is_later.load(Ordering::Relaxed) && (is_worker || file.ends_with("index.html")) {
            body = self.as_later_version(&body)?;
        }
        Some(Some((kind(&file), body)))
    }

    /// The same file with another version in place of the one that the worker names.
    fn as_later_version(&self, body: &[u8]) -> Option<Vec<u8>> {
        let worker = fs::read_to_string(self.folder.join(WORKER_NAME)).ok()?;
        let version = worker.split("VERSION = \"").nth(1)?.split('"').next()?;
        Some(String::from_utf8_lossy(body).replace(version, LATER_VERSION).into_bytes())
    }

    /// The file behind a path; a path whose last part has no dot is an address of the page: `index.html`.
    fn file(&self, path: &str) -> Option<PathBuf> {
        let relative = Path::new(path.strip_prefix(&self.prefix)?);
        if !relative.components().all(|part| matches!(part, Component::Normal(_))) {
            return None;
        }
        if relative.extension().is_none() {
            return Some(self.folder.join("index.html"));
        }
        Some(self.folder.join(relative))
    }
}

fn kind(file: &Path) -> &'static str {
    match file.extension().and_then(|extension| extension.to_str()) {
        Some("html") => "text/html; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("json") => "application/json",
        Some("wasm") => "application/wasm",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("webmanifest") => "application/manifest+json",
        Some("woff2") => "font/woff2",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_stay_in_the_folder_and_pages_become_the_index() {
        let site = Site {
            folder: "/site".into(),
            prefix: "/sub/".into(),
            worker: Worker::Empty,
            headers: "",
            is_off: AtomicBool::new(false),
            is_later: AtomicBool::new(false),
        };
        for (path, expect) in [
            ("/sub/", Some("/site/index.html")),
            ("/sub/en/learn/first-connect", Some("/site/index.html")),
            ("/sub/style/base.css", Some("/site/style/base.css")),
            ("/style/base.css", None),
            ("/sub/../secret.txt", None),
            ("/sub//etc/passwd.txt", None),
        ] {
            assert_eq!(site.file(path), expect.map(PathBuf::from), "{path}");
        }
    }
}
