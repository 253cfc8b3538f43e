//! GeckoDrivers of our own, on free ports, ended along with every Firefox they started.

use std::process::Stdio;
use std::thread;

use anyhow::{Context, Result};
use tempfile::TempDir;

use crate::process::{Running, temporary_folder};
use crate::{debian, tools};

pub struct GeckoDriver {
    port: u16,
    // Ended before its folder goes.
    _process: Running,
    /// Where its browser keeps its profile.
    _folder: TempDir,
}

impl GeckoDriver {
    /// As many as tests run at the same time, since each drives one browser at a time.
    pub fn start_for_each_thread() -> Result<Vec<GeckoDriver>> {
        let threads = thread::available_parallelism().map_or(1, usize::from);
        (0..threads).map(|_| GeckoDriver::start()).collect()
    }

    fn start() -> Result<GeckoDriver> {
        let firefox = debian::firefox().context("Firefox is not installed")?;
        let folder = temporary_folder()?;
        // A GeckoDriver that is ended leaves its browser behind.
        let mut process = Running::start_family(
            tools::geckodriver()?
                .args(["--port", "0", "--websocket-port", "0", "--binary"])
                .arg(firefox)
                .env("TMPDIR", folder.path())
                .stdin(Stdio::null())
                .stdout(Stdio::piped()),
        )?;
        // It picks a free port itself: `1795878998831 geckodriver INFO Listening on 127.0.0.1:41223`
        let port = process.announced_port("Listening on 127.0.0.1:")?;
        Ok(GeckoDriver { port, _process: process, _folder: folder })
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }
}
