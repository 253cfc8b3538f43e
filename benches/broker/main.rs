//! The broker of the playground on sockets (`examples/broker.rs`, built for speed) beside a Mosquitto: floods, many
//! connections, what a Session costs, and a subscriber that never reads.
//!
//! `cargo bench --bench broker`; `-- --quick` for one round. Both brokers run on this machine, in turns, and what sends
//! and receives is the same for both. Memory is what the system says of the process (VmRSS), where it is Linux.

mod load;
#[path = "../../tests/support/mosquitto.rs"]
mod mosquitto;
#[path = "../../tests/support/running.rs"]
mod running;
#[path = "../../tests/support/until.rs"]
mod until;

use std::env;
use std::fs;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use load::{Client, flood};
use mosquitto::{Mosquitto, free_ports};
use mqtt5_playground::mqtt::QoS;
use running::Running;
use tempfile::TempDir;

/// Messages of a flood, and bytes of each.
const MESSAGES: u32 = 50_000;
const SIZE: usize = 64;
/// Clients that are connected at once.
const CLIENTS: usize = 1000;
/// Sessions that are left behind.
const SESSIONS: usize = 10_000;
/// What is published past a subscriber that never reads: 100 MB.
const UNREAD: (u32, usize) = (100_000, 1000);

fn main() {
    let rounds = if env::args().any(|arg| arg == "--quick") { 1 } else { 5 };
    let program = built();
    let kinds = [Kind::Playground(program), Kind::Mosquitto];
    println!("| work | {} | ratio |", kinds.each_ref().map(Kind::name).join(" | "));
    println!("|---|---|---|---|");
    for qos in [QoS::AtMostOnce, QoS::AtLeastOnce, QoS::ExactlyOnce] {
        let name = format!("{MESSAGES} × {SIZE} B at QoS {}, ms", qos.bits());
        row(&name, rounds, &kinds, |broker| {
            flood(broker.address, qos, MESSAGES, SIZE).as_secs_f64() * 1000.0
        });
    }
    row(&format!("{CLIENTS} clients connect and subscribe, ms"), rounds, &kinds, |broker| {
        let began = std::time::Instant::now();
        let clients = crowd(broker);
        let took = began.elapsed().as_secs_f64() * 1000.0;
        drop(clients);
        took
    });
    row("memory of a connected client with one subscription, bytes", rounds, &kinds, |broker| {
        let before = broker.memory();
        let clients = crowd(broker);
        let grown = broker.memory() - before;
        drop(clients);
        grown / CLIENTS as f64
    });
    row("memory of a Session without a connection, bytes", rounds, &kinds, |broker| {
        // One after the other, so that nothing but Sessions grows.
        let before = broker.memory();
        (0..SESSIONS).for_each(|number| member(broker, number).leave());
        (broker.memory() - before) / SESSIONS as f64
    });
    let (messages, size) = UNREAD;
    let name =
        format!("memory after {messages} × {size} B past a subscriber that never reads, MiB");
    row(&name, 1, &kinds, |broker| {
        let mut deaf = Client::connect(broker.address, "deaf", 0);
        deaf.subscribe("flood", QoS::AtMostOnce);
        let mut publisher = Client::connect(broker.address, "publisher", 0);
        publisher.publish_all("flood", messages, size);
        publisher.ping();
        broker.memory() / f64::from(1 << 20)
    });
}

fn crowd(broker: &Broker) -> Vec<Client> {
    (0..CLIENTS).map(|number| member(broker, number)).collect()
}

/// With a subscription, and a Session that stays.
fn member(broker: &Broker, number: usize) -> Client {
    let mut client = Client::connect(broker.address, &format!("client-{number}"), 600);
    client.subscribe(&format!("building/{number}/+"), QoS::AtLeastOnce);
    client
}

/// The medians, each round with brokers that have just been started.
fn row(name: &str, rounds: usize, kinds: &[Kind; 2], work: impl Fn(&Broker) -> f64) {
    let mut figures = [Vec::new(), Vec::new()];
    for _ in 0..rounds {
        for (kind, figures) in kinds.iter().zip(&mut figures) {
            figures.push(work(&kind.start()));
        }
    }
    let [ours, theirs] = figures.map(|mut figures| {
        figures.sort_by(f64::total_cmp);
        figures[figures.len() / 2]
    });
    println!("| {name} | {ours:.0} | {theirs:.0} | {:.2} |", ours / theirs);
}

enum Kind {
    Playground(PathBuf),
    Mosquitto,
}

struct Broker {
    address: SocketAddr,
    process: u32,
    _running: Running,
    /// Where it keeps its settings.
    _folder: Option<TempDir>,
}

impl Kind {
    fn name(&self) -> String {
        match self {
            Kind::Playground(_) => "playground".to_owned(),
            Kind::Mosquitto => "Mosquitto".to_owned(),
        }
    }

    fn start(&self) -> Broker {
        match self {
            Kind::Playground(program) => {
                let mut process = Command::new(program)
                    .args(["--tcp", "127.0.0.1:0"])
                    .stdout(Stdio::piped())
                    .spawn()
                    .expect("the example has been built");
                let mut lines = BufReader::new(process.stdout.take().expect("it is piped")).lines();
                let line = lines.next().expect("a line of addresses").expect("it is text");
                let address = line.replace("mqtt://", "").parse().expect("an address");
                let id = process.id();
                Broker { address, process: id, _running: Running(process), _folder: None }
            }
            Kind::Mosquitto => {
                let [port] = free_ports();
                // It would drop what a slow subscriber has not taken yet.
                let settings =
                    |_: &_| format!("listener {port} 127.0.0.1\nmax_queued_messages 0\n");
                let mosquitto = Mosquitto::start(port, settings);
                Broker {
                    address: ([127, 0, 0, 1], mosquitto.port).into(),
                    process: mosquitto.process.0.id(),
                    _running: mosquitto.process,
                    _folder: Some(mosquitto.folder),
                }
            }
        }
    }
}

impl Broker {
    /// Bytes, or nothing where the system does not say.
    fn memory(&self) -> f64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.process));
        let kilobytes = status.ok().and_then(|status| {
            let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
            line.trim().trim_end_matches(" kB").parse::<f64>().ok()
        });
        kilobytes.map_or(f64::NAN, |kilobytes| kilobytes * 1024.0)
    }
}

/// The example, built for speed as the tap is.
fn built() -> PathBuf {
    let status = Command::new(env!("CARGO"))
        .args(["build", "--quiet", "--profile", "tap", "--example", "broker", "--features", "net"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .status();
    assert!(status.is_ok_and(|status| status.success()), "the example builds");
    let bench = env::current_exe().expect("a benchmark has a path");
    let target = bench.ancestors().nth(3).expect("target/release/deps");
    target.join("tap/examples").join(format!("broker{}", env::consts::EXE_SUFFIX))
}
