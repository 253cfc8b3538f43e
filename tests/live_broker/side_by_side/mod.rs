//! The same scripts on this broker and on a Mosquitto: the same packets come back, but for the differences that
//! `docs/brokers.md` lists, each with the section that decides or leaves the choice.

mod broken;
mod scripts;

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::ops::RangeInclusive;
use std::thread;
use std::time::Duration;

use mqtt5_playground::mqtt::{Connect, Packet};

use super::packets::{connect, subscribe, subscription};
use super::{Broker, Wire, table};
use scripts::scripts;

/// What Clients do, one after the other.
struct Script {
    name: &'static str,
    steps: Vec<Step>,
}

enum Step {
    Open(&'static str, Connect),
    /// Opens a Network Connection and sends these bytes first.
    OpenWith(&'static str, &'static [u8]),
    Send(&'static str, Packet),
    Bytes(&'static str, &'static [u8]),
    /// The link is closed without DISCONNECT.
    Cut(&'static str),
    /// Time passes; a foreign broker's clock cannot be skipped. This Client looks first at what has come.
    Pass(&'static str, Duration),
}

/// A row of the table in `docs/brokers.md`.
#[derive(Debug)]
struct Difference {
    script: &'static str,
    /// From 0 on; several where the same holds for all.
    steps: RangeInclusive<usize>,
    here: &'static str,
    there: &'static str,
}

const TABLE: &str = include_str!("../../../docs/brokers.md");

fn differences() -> Vec<Difference> {
    table::rows(TABLE)
        .map(|row| match row[..] {
            [script, step, here, there, section] => {
                assert!(section.contains('§'), "no section decides: {row:?}");
                let (first, last) = step.split_once('–').unwrap_or((step, step));
                let number =
                    |step: &str| step.parse().unwrap_or_else(|_| panic!("no step: {row:?}"));
                Difference { script, steps: number(first)..=number(last), here, there }
            }
            _ => panic!("a row has five cells: {row:?}"),
        })
        .collect()
}

impl Difference {
    /// A cell that ends in `…` is the beginning of what comes, since the rest is chance.
    fn is(&self, here: &str, there: &str) -> bool {
        let fits = |cell: &str, seen: &str| match cell.strip_suffix('…') {
            Some(beginning) => seen.starts_with(beginning),
            None => seen == cell,
        };
        fits(self.here, here) && fits(self.there, there)
    }
}

/// As the lessons' Mosquitto is set up, see `xtask/src/mosquitto.rs`.
const POLICY: &str = r#"{ "rules": [
    { "action": "publish", "topic_filter": "factory/osaka/forbidden/#", "refuse_with": "0x87" }
] }"#;

#[test]
#[ignore = "needs a Mosquitto: `cargo xtask test --live`"]
fn scripts_have_the_same_answers_here_and_there() {
    let mosquitto = env::var("MQTT_TCP_URL").expect("`cargo xtask test --live` sets it");
    let ours = Broker::start(POLICY);
    let expected = differences();
    let mut used = BTreeSet::new();
    let mut unexpected = Vec::new();
    for script in scripts() {
        let here = play(&ours.tcp, &script);
        let there = play(&mosquitto, &script);
        for (step, (here, there)) in here.iter().zip(&there).enumerate() {
            let of_this_step = |d: &Difference| d.script == script.name && d.steps.contains(&step);
            if here == there {
                continue;
            }
            let row = expected.iter().position(of_this_step);
            match row.filter(|row| expected[*row].is(here, there)) {
                Some(row) => drop(used.insert(row)),
                None => {
                    let name = script.name;
                    unexpected.push(format!("| {name} | {step} | `{here}` | `{there}` | § |"));
                }
            }
        }
    }
    let gone = expected.iter().enumerate().filter(|(row, _)| !used.contains(row));
    let gone: Vec<_> = gone.map(|(_, row)| row).collect();
    table::holds("docs/brokers.md", TABLE, &version(&mosquitto), &unexpected, &gone);
}

/// `Mosquitto 2.0.11`, as it says itself.
fn version(mosquitto: &str) -> String {
    let mut wire = Wire::tcp(mosquitto);
    wire.send(&Packet::Connect(connect("version").into()));
    wire.send(&subscribe(1, [subscription("$SYS/broker/version", 0)]));
    let said = std::iter::repeat_with(|| wire.next()).find(|packet| packet.starts_with("PUBLISH"));
    let number = said.as_deref().and_then(|said| said.rsplit(' ').next()).map(str::to_owned);
    format!("Mosquitto {}", number.expect("it publishes its version"))
}

/// For each step, what every Client saw.
fn play(address: &str, script: &Script) -> Vec<String> {
    let mut wires: BTreeMap<&str, Wire> = BTreeMap::new();
    let mut seen = Vec::new();
    for step in &script.steps {
        let actor = match step {
            Step::Open(name, connect) => {
                let mut wire = Wire::tcp(address);
                // Mosquitto answers a Keep Alive of 0 with one of its own.
                let connect = Connect { keep_alive: 60, ..connect.clone() };
                wire.send(&Packet::Connect(connect.into()));
                wires.insert(name, wire);
                name
            }
            Step::OpenWith(name, bytes) => {
                let mut wire = Wire::tcp(address);
                wire.write(bytes);
                wires.insert(name, wire);
                name
            }
            Step::Send(name, packet) => {
                wires.get_mut(name).expect("it is open").send(packet);
                name
            }
            Step::Bytes(name, bytes) => {
                wires.get_mut(name).expect("it is open").write(bytes);
                name
            }
            Step::Cut(name) => {
                drop(wires.remove(name).expect("it is open"));
                // No answer tells when the broker has noticed.
                thread::sleep(Duration::from_millis(200));
                name
            }
            Step::Pass(name, time) => {
                thread::sleep(*time);
                name
            }
        };
        let others = wires.keys().copied().filter(|name| name != actor);
        let mut told = Vec::new();
        for name in std::iter::once(*actor).chain(others).collect::<Vec<_>>() {
            let Some(wire) = wires.get_mut(name) else { continue };
            let packets = until_quiet(wire);
            if packets.last().is_some_and(|last| last == "closed") {
                wires.remove(name);
            }
            told.extend(packets.iter().map(|packet| format!("{name}: {}", rounded(packet))));
        }
        seen.push(match told.is_empty() {
            true => "nothing".into(),
            false => told.join("; "),
        });
    }
    seen
}

/// Seconds that are left of an hour, without the last digit: the two begin them at different moments.
fn rounded(packet: &str) -> String {
    match packet.split_once("expiry=359") {
        Some((before, _)) => format!("{before}expiry=359…"),
        None => packet.to_owned(),
    }
}

/// Everything that comes before the answer to a PINGREQ.
fn until_quiet(wire: &mut Wire) -> Vec<String> {
    wire.try_send(&Packet::PingReq);
    let packets = std::iter::from_fn(|| Some(wire.next()).filter(|packet| packet != "PINGRESP"));
    let mut seen = Vec::new();
    for packet in packets {
        let ends = packet == "closed" || packet == "nothing";
        seen.push(packet);
        if ends {
            break;
        }
    }
    seen
}
