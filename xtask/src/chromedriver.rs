//! A ChromeDriver of our own, on a free port, with every browser it started ended along with it.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result};
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
        // It picks a free port itself: `ChromeDriver was started successfully on port 39561.`
        let port = process.announced_port("started successfully on port ")?;
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
