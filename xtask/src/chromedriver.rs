//! A ChromeDriver of our own, on a free port, with every browser it started ended along with it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use tempfile::TempDir;

use crate::debian;
use crate::process::{Running, temporary_folder};

pub struct ChromeDriver {
    port: u16,
    process: Running,
    /// Where its browsers keep their profiles.
    _folder: TempDir,
}

impl ChromeDriver {
    pub fn start() -> Result<ChromeDriver> {
        let program = debian::program("chromedriver").context("ChromeDriver is not installed")?;
        let folder = temporary_folder()?;
        let mut process = Running::start(
            Command::new(program)
                .arg("--port=0")
                .env("TMPDIR", folder.path())
                .stdin(Stdio::null())
                .stdout(Stdio::piped()),
        )?;
        let said = process.child().stdout.take().expect("its standard output is piped");
        let port = announced_port(BufReader::new(said))?;
        Ok(ChromeDriver { port, process, _folder: folder })
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Asks it to close the browsers of all sessions and then itself; a plain signal would leave the browsers behind.
    fn shut_down(&self) -> std::io::Result<()> {
        let mut connection = TcpStream::connect(("127.0.0.1", self.port))?;
        connection.set_read_timeout(Some(Duration::from_secs(10)))?;
        write!(
            connection,
            "GET /shutdown HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nConnection: close\r\n\r\n",
            self.port
        )?;
        connection.read_to_end(&mut Vec::new())?;
        Ok(())
    }
}

impl Drop for ChromeDriver {
    fn drop(&mut self) {
        if self.shut_down().is_ok() {
            self.process.ended_within(Duration::from_secs(10));
        }
    }
}

/// It picks a free port itself and says which: `ChromeDriver was started successfully on port 39561.`
fn announced_port(said: impl BufRead + Send + 'static) -> Result<u16> {
    let (announce, announced) = mpsc::channel();
    thread::spawn(move || {
        for line in said.lines().map_while(Result::ok) {
            if let Some(port) = port_in(&line) {
                let _ = announce.send(port);
            }
        }
    });
    match announced.recv_timeout(Duration::from_secs(20)) {
        Ok(port) => Ok(port),
        Err(_) => bail!("ChromeDriver did not start; try `chromedriver --port=0` to see why"),
    }
}

fn port_in(line: &str) -> Option<u16> {
    let (_, port) = line.split_once("started successfully on port ")?;
    port.trim_end_matches('.').parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_port_is_read_from_the_announcement_alone() {
        for (line, expect) in [
            ("ChromeDriver was started successfully on port 39561.", Some(39561)),
            ("Starting ChromeDriver 156.0.8078.79 on port 0", None),
            ("Only local connections are allowed.", None),
        ] {
            assert_eq!(port_in(line), expect, "{line}");
        }
    }
}
