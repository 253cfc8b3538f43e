//! A Mosquitto with settings of its own, beside the one that `cargo xtask test --live` starts.

use std::fs;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};

use tempfile::TempDir;

use crate::running::Running;
use crate::until::until;

/// It ends with the test, and its folder goes with it.
pub struct Mosquitto {
    pub process: Running,
    pub port: u16,
    pub folder: TempDir,
}

impl Mosquitto {
    /// Starts one that listens on that port, among others perhaps; the settings are told its folder.
    pub fn start(port: u16, settings: impl FnOnce(&Path) -> String) -> Mosquitto {
        let folder = TempDir::new().expect("a folder can be made");
        // Where this runs as root, Mosquitto would give that up and could not read and write its folder.
        let settings = format!("user root\nallow_anonymous true\n{}", settings(folder.path()));
        fs::write(folder.path().join("mosquitto.conf"), settings).expect("it can be written");
        Mosquitto { process: run(folder.path(), port), port, folder }
    }
}

/// Starts it with the settings in a folder, and waits until it listens.
pub fn run(folder: &Path, port: u16) -> Running {
    let process = Command::new("mosquitto")
        .arg("-c")
        .arg(folder.join("mosquitto.conf"))
        .env("PATH", "/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin:/opt/homebrew/sbin")
        .stderr(Stdio::null())
        .spawn()
        .expect("Mosquitto is installed");
    let process = Running(process);
    until(|| TcpStream::connect((Ipv4Addr::LOCALHOST, port)).ok());
    process
}

/// Ports on which nobody listened a moment ago.
pub fn free_ports<const N: usize>() -> [u16; N] {
    let free =
        [0; N].map(|any| TcpListener::bind((Ipv4Addr::LOCALHOST, any)).expect("a free port"));
    free.each_ref().map(|listener| listener.local_addr().expect("it is bound").port())
}
