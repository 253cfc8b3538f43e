//! Serves the page while one works on it, with a Mosquitto beside it.

use std::net::TcpStream;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::mosquitto::{FORBIDDEN, Mosquitto};
use crate::process::{Running, find_program, free_port, interrupted, is_free};
use crate::{debian, say, tools};

/// Where the page looks for a broker unless it is told otherwise.
const BROKER_PORT: u16 = 9001;
/// Where tools on the command line look for a broker.
const PLAIN_PORT: u16 = 1883;
const PAGE_PORT: u16 = 8080;

pub struct Options {
    port: Option<u16>,
    open: bool,
    mosquitto: bool,
    release: bool,
}

impl Options {
    pub fn parse(args: &[String]) -> Result<Options> {
        let mut options = Options { port: None, open: true, mosquitto: true, release: false };
        let mut args = args.iter();
        while let Some(arg) = args.next() {
            match arg.as_str() {
                "--no-open" => options.open = false,
                "--no-mosquitto" => options.mosquitto = false,
                "--release" => options.release = true,
                "--port" => {
                    let port = args.next().and_then(|port| port.parse().ok());
                    options.port = Some(port.context("--port needs a number up to 65535")?);
                }
                other => bail!("`serve` does not know `{other}`; try `cargo xtask help`"),
            }
        }
        Ok(options)
    }
}

pub fn serve(options: &Options) -> Result<()> {
    tools::ensure_all()?;
    let mosquitto = if options.mosquitto { start_mosquitto() } else { None };
    let port = match options.port {
        Some(port) if !is_free(port) => {
            bail!("port {port} is taken; leave out --port to get a free one")
        }
        Some(port) => port,
        None => default_or_free(PAGE_PORT)?,
    };
    let mut url = format!("http://127.0.0.1:{port}/");
    if let Some(mosquitto) = mosquitto.as_ref().filter(|it| it.websocket_port != BROKER_PORT) {
        url.push_str(&format!("?broker={}", mosquitto.websocket_url()));
    }
    say(format!("building the page; it will be at {url} (Ctrl-C ends everything)"));
    let mut trunk = tools::trunk()?;
    trunk.args(["serve", "--address", "127.0.0.1", "--port", &port.to_string()]);
    // Not into `dist/`, which may hold what `cargo xtask dist` has built.
    trunk.arg("--dist").arg(tools::work_dir()?.join("page"));
    if options.release {
        trunk.arg("--release");
    }
    let mut trunk = Running::start(&mut trunk)?;
    let ended = Arc::new(AtomicBool::new(false));
    if options.open {
        let ended = Arc::clone(&ended);
        thread::spawn(move || open_when_served(port, &url, &ended));
    }
    let status = trunk.wait();
    ended.store(true, Ordering::Relaxed);
    if interrupted() {
        return Ok(());
    }
    match status? {
        status if status.success() => Ok(()),
        status => bail!("`trunk serve` ended ({status})"),
    }
}

/// The page is complete without it, so nothing that goes wrong here keeps the page from being served.
fn start_mosquitto() -> Option<Mosquitto> {
    let started = debian::ensure(&[&debian::MOSQUITTO]).and_then(|()| {
        Mosquitto::start(default_or_free(BROKER_PORT)?, default_or_free(PLAIN_PORT)?)
    });
    match started {
        Ok(mosquitto) => {
            let (websocket, tcp) = (mosquitto.websocket_url(), mosquitto.tcp_url());
            say(format!(
                "Mosquitto listens at {websocket} and {tcp}; it refuses to publish to {FORBIDDEN}/#"
            ));
            Some(mosquitto)
        }
        Err(error) => {
            say(format!("no Mosquitto: {error:#}"));
            say("the broker inside the page carries every exercise without it");
            None
        }
    }
}

fn default_or_free(port: u16) -> Result<u16> {
    if is_free(port) { Ok(port) } else { free_port() }
}

/// Trunk listens once the first build has succeeded.
fn open_when_served(port: u16, url: &str, ended: &AtomicBool) {
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        if ended.load(Ordering::Relaxed) {
            return;
        }
        thread::sleep(Duration::from_millis(200));
    }
    if !open(url) {
        say(format!("no browser could be opened here; open {url} yourself"));
    }
}

fn open(url: &str) -> bool {
    let mut command = if cfg!(target_os = "macos") {
        Command::new("open")
    } else if cfg!(windows) {
        let mut explorer = Command::new("rundll32");
        explorer.arg("url.dll,FileProtocolHandler");
        explorer
    } else {
        match find_program("xdg-open", &[]) {
            Some(program) => Command::new(program),
            None => return false,
        }
    };
    command.arg(url).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}
