//! A Mosquitto of our own: on the loopback address only, with nothing kept, ended with us.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use tempfile::TempDir;

use crate::debian;
use crate::process::{self, Running, free_port};
use crate::tools;

/// Publishing below this level is answered with 0x87 (Not authorized).
pub const FORBIDDEN: &str = "factory/osaka/forbidden";

pub struct Mosquitto {
    pub websocket_port: u16,
    pub tcp_port: u16,
    // In this order: the broker ends before its folder goes.
    _process: Running,
    _folder: TempDir,
}

impl Mosquitto {
    pub fn start(websocket_port: u16, tcp_port: u16) -> Result<Mosquitto> {
        Mosquitto::start_with(websocket_port, tcp_port, "")
    }

    /// With these settings beside its own.
    fn start_with(websocket_port: u16, tcp_port: u16, settings: &str) -> Result<Mosquitto> {
        let program = debian::program("mosquitto").context("Mosquitto is not installed")?;
        let folder = process::temporary_folder()?;
        readable_by_everybody(folder.path())?;
        let acl_file = folder.path().join("acl");
        let config_file = folder.path().join("mosquitto.conf");
        write(&acl_file, &acl())?;
        write(&config_file, &(config(websocket_port, tcp_port, &acl_file) + settings))?;

        let mut process = Running::start(
            Command::new(program)
                .arg("-c")
                .arg(&config_file)
                .stdin(Stdio::null())
                .stderr(Stdio::piped()),
        )?;
        let log = process.child().stderr.take().expect("its standard error is piped");
        await_running(BufReader::new(log))?;
        Ok(Mosquitto { websocket_port, tcp_port, _process: process, _folder: folder })
    }

    pub fn start_on_free_ports() -> Result<Mosquitto> {
        Mosquitto::start(free_port()?, free_port()?)
    }

    /// One that drops nothing, however much waits for a slow reader, and lets as much be under way as clients allow.
    pub fn start_without_bounds() -> Result<Mosquitto> {
        let settings = "max_queued_messages 0\nmax_inflight_messages 0\n";
        Mosquitto::start_with(free_port()?, free_port()?, settings)
    }

    pub fn websocket_url(&self) -> String {
        format!("ws://127.0.0.1:{}", self.websocket_port)
    }

    pub fn tcp_url(&self) -> String {
        format!("mqtt://127.0.0.1:{}", self.tcp_port)
    }
}

/// Started by root, Mosquitto becomes another user before it reads its access list.
fn readable_by_everybody(folder: &Path) -> Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(folder, fs::Permissions::from_mode(0o755))
            .with_context(|| format!("cannot open {} to others", folder.display()))?;
    }
    Ok(())
}

fn write(file: &Path, text: &str) -> Result<()> {
    fs::write(file, text).with_context(|| format!("cannot write {}", file.display()))
}

/// Libwebsockets, which serves the WebSocket listener, heeds the address only if IPv6 is out of play, and Mosquitto
/// starts only if there is a plain listener too.
fn config(websocket_port: u16, tcp_port: u16, acl_file: &Path) -> String {
    format!(
        "persistence false\n\
         allow_anonymous true\n\
         acl_file {acl}\n\
         log_dest stderr\n\
         listener {tcp_port} 127.0.0.1\n\
         socket_domain ipv4\n\
         listener {websocket_port} 127.0.0.1\n\
         socket_domain ipv4\n\
         protocol websockets\n",
        acl = acl_file.display()
    )
}

/// `pattern` lines hold for every client; `topic` lines would hold only for those without a user name.
fn acl() -> String {
    format!(
        "pattern readwrite #\npattern read $SYS/#\npattern readwrite $playground/#\npattern deny {FORBIDDEN}/#\n"
    )
}

/// Reads the log until the broker says that it runs, and goes on writing it to `target/xtask/mosquitto.log`.
fn await_running(log: impl BufRead + Send + 'static) -> Result<()> {
    let log_file = tools::work_dir()?.join("mosquitto.log");
    let mut copy =
        File::create(&log_file).with_context(|| format!("cannot write {}", log_file.display()))?;
    let (announce, announced) = mpsc::channel();
    thread::spawn(move || {
        for line in log.lines().map_while(Result::ok) {
            let _ = writeln!(copy, "{line}");
            if line.ends_with(" running") {
                let _ = announce.send(());
            }
        }
    });
    match announced.recv_timeout(Duration::from_secs(10)) {
        Ok(()) => Ok(()),
        Err(_) => {
            let said = fs::read_to_string(&log_file).unwrap_or_default();
            bail!("Mosquitto did not start; it said:\n{said}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_listener_is_on_the_loopback_address() {
        let config = config(9001, 1883, Path::new("/tmp/acl"));
        let listeners: Vec<&str> =
            config.lines().filter(|line| line.starts_with("listener ")).collect();
        assert_eq!(listeners, ["listener 1883 127.0.0.1", "listener 9001 127.0.0.1"]);
    }
}
