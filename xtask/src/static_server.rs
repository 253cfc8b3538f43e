//! Serves the built page below a path of a loopback port, as a plain web server would, for the end-to-end tests, or as a
//! good host would, for measuring.
//!
//! With its service worker it is a host that tests can command, by asking for `/control/…`: `off` and `on`, whereupon it
//! answers nobody or everybody, and `new-version`, whereupon it serves a page that calls itself a later version.

use std::collections::BTreeMap;
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
use crate::{headers, size};

pub struct StaticServer {
    address: SocketAddr,
    prefix: String,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl StaticServer {
    /// Serves `folder` below `prefix`, which begins and ends with a slash.
    pub fn start(folder: PathBuf, prefix: &str, worker: Worker) -> Result<StaticServer> {
        StaticServer::serve(Site::new(folder, prefix, worker))
    }

    /// Serves `folder` at the root to pages that are isolated from others, which gives them a clock of five microseconds.
    pub fn start_isolated(folder: PathBuf) -> Result<StaticServer> {
        let headers = "Cross-Origin-Opener-Policy: same-origin\r\n\
                       Cross-Origin-Embedder-Policy: require-corp\r\n";
        StaticServer::serve(Site { headers, ..Site::new(folder, "/", Worker::Empty) })
    }

    /// Serves `folder` with Brotli and the headers that its `_headers` asks for, over connections that stay open.
    pub fn start_as_host(folder: PathBuf, prefix: &str) -> Result<StaticServer> {
        let host = Some(Host::of(&folder)?);
        StaticServer::serve(Site { host, ..Site::new(folder, prefix, Worker::Keeps) })
    }

    fn serve(site: Site) -> Result<StaticServer> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).context("no free port on 127.0.0.1")?;
        let address = listener.local_addr()?;
        let stop = Arc::new(AtomicBool::new(false));
        let prefix = site.prefix.clone();
        let site = Arc::new(site);
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
        Ok(StaticServer { address, prefix, stop, thread: Some(thread) })
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
    /// Only where it is served as by a good host.
    host: Option<Host>,
    is_off: AtomicBool,
    is_later: AtomicBool,
}

struct Host {
    /// By file; packed before anyone asks, since that takes seconds.
    packed: BTreeMap<PathBuf, Vec<u8>>,
    /// The text of `_headers`; empty where there is none.
    rules: String,
}

impl Host {
    fn of(folder: &Path) -> Result<Host> {
        let mut files = BTreeMap::new();
        size::read_files(folder, "", &mut files)?;
        let rules = files.remove("_headers").unwrap_or_default();
        let packed = files
            .into_iter()
            .filter(|(name, _)| !name.ends_with(".png") && !name.ends_with(".woff2"))
            .map(|(name, content)| Ok((folder.join(name), size::with_brotli(&content)?)))
            .collect::<Result<_>>()?;
        Ok(Host { packed, rules: String::from_utf8_lossy(&rules).into_owned() })
    }
}

/// What the page is called once it is a later version. As long as a real one.
const LATER_VERSION: &str = "ffffffffffffffff";

impl Site {
    fn new(folder: PathBuf, prefix: &str, worker: Worker) -> Site {
        Site {
            folder,
            prefix: prefix.to_owned(),
            worker,
            headers: "",
            host: None,
            is_off: AtomicBool::new(false),
            is_later: AtomicBool::new(false),
        }
    }

    /// Answers one request, or a host as many as come; a connection that breaks is the browser's own business.
    fn answer(&self, mut connection: &TcpStream) -> Option<()> {
        connection.set_read_timeout(Some(Duration::from_secs(10))).ok()?;
        connection.set_nodelay(true).ok()?;
        let mut lines = BufReader::new(connection).lines().map_while(Result::ok);
        loop {
            let request = lines.next()?;
            let asked: Vec<String> = lines.by_ref().take_while(|line| !line.is_empty()).collect();
            let path = request.strip_prefix("GET ")?.split([' ', '?', '#']).next()?;
            connection.write_all(&self.response(path, takes_brotli(&asked))?).ok()?;
            self.host.as_ref()?;
        }
    }

    /// The whole response to a request; `None` while nobody is answered.
    fn response(&self, path: &str, takes_brotli: bool) -> Option<Vec<u8>> {
        let (status, kind, mut body) = match self.content(path)? {
            Some((kind, body)) => ("200 OK", kind, body),
            None => ("404 Not Found", "text/plain", b"Not found".to_vec()),
        };
        let mut headers = self.headers.to_owned();
        match &self.host {
            Some(host) => {
                headers += &headers::of(&host.rules, path);
                let packed = self.file(path).and_then(|file| host.packed.get(&file));
                if let Some(packed) = packed.filter(|_| takes_brotli) {
                    body.clone_from(packed);
                    headers += "Content-Encoding: br\r\nVary: Accept-Encoding\r\n";
                }
            }
            None => headers += "Connection: close\r\n",
        }
        let length = body.len();
        let head = format!(
            "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n{headers}\r\n"
        );
        Some([head.into_bytes(), body].concat())
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

/// Whether the headers of a request accept Brotli.
fn takes_brotli(headers: &[String]) -> bool {
    headers.iter().any(|header| {
        let (name, codings) = header.split_once(':').unwrap_or_default();
        name.eq_ignore_ascii_case("Accept-Encoding")
            && codings.split(',').any(|coding| coding.trim() == "br")
    })
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
    use std::io::Read;

    use super::*;

    #[test]
    fn paths_stay_in_the_folder_and_pages_become_the_index() {
        let site = Site::new("/site".into(), "/sub/", Worker::Empty);
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

    #[test]
    fn a_host_packs_its_files_and_keeps_its_connections() {
        let folder = tempfile::tempdir().expect("a folder");
        let page = "one page, ".repeat(100);
        let rules = "/sub/*\n  X-Rule: here\n";
        for (name, text) in [("index.html", page.as_str()), ("a.png", "raw"), ("_headers", rules)] {
            fs::write(folder.path().join(name), text).expect("it can be written");
        }
        let server = StaticServer::start_as_host(folder.path().into(), "/sub/").expect("it starts");
        let mut connection = TcpStream::connect(server.address).expect("it listens");
        let mut ask = |path: &str, codings: &str| {
            write!(connection, "GET {path} HTTP/1.1\r\naccept-encoding: {codings}\r\n\r\n")
                .expect("it is kept");
            let mut reader = BufReader::new(&connection);
            let head: Vec<String> = reader
                .by_ref()
                .lines()
                .map_while(Result::ok)
                .take_while(|line| !line.is_empty())
                .collect();
            let header = |name: &str| head.iter().find_map(|line| line.strip_prefix(name));
            let length = header("Content-Length: ").expect("a length").parse().expect("a number");
            let mut body = vec![0; length];
            reader.read_exact(&mut body).expect("as long as it says");
            assert!(header("Connection: ").is_none(), "{head:?}");
            let rule = header("X-Rule: ").is_some();
            (head[0].clone(), rule, header("Content-Encoding: ").map(str::to_owned), body)
        };
        let (ok, br) = ("HTTP/1.1 200 OK".to_owned(), Some("br".to_owned()));
        let (status, rule, coding, body) = ask("/sub/?lang=en", "gzip, deflate, br, zstd");
        assert_eq!((status, rule, coding), (ok.clone(), true, br));
        let mut unpacked = Vec::new();
        brotli::BrotliDecompress(&mut &body[..], &mut unpacked).expect("it is Brotli");
        assert_eq!(unpacked, page.as_bytes());
        assert!(body.len() < page.len());
        assert_eq!(ask("/sub/", "gzip"), (ok.clone(), true, None, page.clone().into_bytes()));
        assert_eq!(ask("/sub/a.png", "br"), (ok, true, None, b"raw".to_vec()));
        assert_eq!(ask("/robots.txt", "br").0, "HTTP/1.1 404 Not Found");
    }
}
