//! `examples/tap.rs`, started.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use crate::example::example;
use crate::running::Running;

/// A running tap; it ends with the test.
pub struct Tap {
    _process: Running,
    /// Where it listens, with the scheme.
    pub listeners: Vec<String>,
    /// Where it is observed, with its token.
    pub observe: String,
}

impl Tap {
    /// Forwards to an address. Listens on free ports, unless the arguments say others.
    pub fn start(to: &str, args: &[&str]) -> Tap {
        let process = Command::new(example("tap"))
            .args(["--listen", "127.0.0.1:0", "--observe", "0", "--to", to])
            .args(args)
            .stdout(Stdio::piped())
            .spawn();
        let mut process = Running(process.expect("the example has been built"));
        let lines = BufReader::new(process.0.stdout.take().expect("it is piped")).lines();
        let mut listeners = Vec::new();
        for line in lines.map_while(Result::ok) {
            let address = line.rsplit(' ').next().unwrap_or_default().to_owned();
            if line.starts_with("listening on") {
                listeners.push(address);
            } else if line.starts_with("or paste") {
                return Tap { _process: process, listeners, observe: address };
            }
        }
        panic!("it says where it is observed");
    }

    /// The address and port for applications over TCP.
    pub fn tcp(&self) -> &str {
        let mut listeners = self.listeners.iter();
        listeners.find_map(|address| address.strip_prefix("mqtt://")).expect("it listens there")
    }
}
