//! What may be done to the packets of an application, and how it is marked.

use std::io::{Read, Write};
use std::time::{Duration, Instant};

use mqtt5_playground::capture::{Entry, Touch};
use mqtt5_playground::mqtt::PacketType;
use mqtt5_playground::tap::protocol::{Command, From, Stop, Then};

use super::support::{Observer, broker_url, client, read_packet};
use super::tap::Tap;
use super::until::PATIENCE;

const PUBLISH: &[u8] = b"\x32\x08\0\x01t\0\x07\0hi";
const PUBACK_HEAD: &[u8] = &[0x40];

fn stop(then: Then) -> Command {
    let stop = Stop { from: From::Broker, packet: "PUBACK".to_owned(), then };
    Command::Stop { connection: 1, stop }
}

/// What was done to the packets that were told, in order.
fn touches(observer: &Observer) -> Vec<Touch> {
    let capture = observer.capture();
    capture.records().filter_map(|record| capture.touched(record.id)).collect()
}

#[test]
#[ignore = "needs a Mosquitto: `cargo xtask test --live`"]
fn an_acknowledgement_is_held_dropped_repeated_and_edited() {
    let tap = Tap::start(&broker_url(), &["--allow-faults"]);
    let mut observer = Observer::connect(&tap);
    let mut stream = client(tap.tcp(), "faults");
    observer.until(|seen| seen.packets >= 2);
    let ask = |observer: &mut Observer, then: Then| {
        observer.ask(&stop(then));
        observer.until_faults(|faults| {
            faults.connections.iter().any(|one| one.stops.iter().any(|stop| stop.then == then))
        });
    };
    // Repeated: two for one.
    ask(&mut observer, Then::Repeat);
    stream.write_all(PUBLISH).expect("it listens");
    let first = read_packet(&mut stream);
    assert!(first.starts_with(PUBACK_HEAD));
    assert_eq!(read_packet(&mut stream), first);
    // Dropped: what comes next is the answer to the PINGREQ.
    ask(&mut observer, Then::Drop);
    stream.write_all(&[PUBLISH, &[0xC0, 0]].concat()).expect("it listens");
    assert_eq!(read_packet(&mut stream), [0xD0, 0]);
    // Held: it comes when it is let go, with other bytes where they were edited.
    ask(&mut observer, Then::Hold);
    stream.write_all(&[PUBLISH, &[0xC0, 0]].concat()).expect("it listens");
    assert_eq!(read_packet(&mut stream), [0xD0, 0]);
    observer.until_faults(|faults| !faults.held.is_empty());
    let held = observer.faults().held[0].held;
    observer.ask(&Command::Edit { held, bytes: "40 03 00 07 97".to_owned() });
    assert_eq!(read_packet(&mut stream), [0x40, 3, 0, 7, 0x97]);
    stream.write_all(&[0xE0, 0]).expect("it listens");
    drop(stream);
    observer.until(|seen| seen.ended >= 1);
    assert_eq!(touches(&observer), [Touch::Repeated, Touch::Dropped, Touch::Edited]);
    let marked = observer.capture().records().find(|r| observer.capture().touched(r.id).is_some());
    assert_eq!(marked.and_then(|record| record.packet_type()), Some(PacketType::PubAck));
}

#[test]
#[ignore = "needs a Mosquitto: `cargo xtask test --live`"]
fn a_connection_is_delayed_paused_and_cut() {
    const DELAY: Duration = Duration::from_millis(300);
    let tap = Tap::start(&broker_url(), &["--allow-faults"]);
    let mut observer = Observer::connect(&tap);
    let mut stream = client(tap.tcp(), "slow");
    observer.until(|seen| seen.packets >= 2);
    let mut ping = || {
        let began = Instant::now();
        stream.write_all(&[0xC0, 0]).expect("it listens");
        assert_eq!(read_packet(&mut stream), [0xD0, 0]);
        began.elapsed()
    };
    observer.ask(&Command::Delay { connection: 1, ms: DELAY.as_millis() as u32 });
    observer.until_faults(|faults| !faults.connections.is_empty());
    assert!(ping() >= 2 * DELAY, "there and back");
    observer.ask(&Command::Delay { connection: 1, ms: 0 });
    observer.ask(&Command::Pause { connection: 1, on: true });
    observer.until_faults(|faults| faults.connections.first().is_some_and(|one| one.paused));
    stream.write_all(&[0xC0, 0]).expect("it listens");
    stream.set_read_timeout(Some(DELAY)).expect("it can be set");
    assert!(stream.read(&mut [0; 2]).is_err(), "nothing comes");
    stream.set_read_timeout(Some(PATIENCE)).expect("it can be set");
    observer.ask(&Command::Pause { connection: 1, on: false });
    assert_eq!(read_packet(&mut stream), [0xD0, 0]);
    observer.ask(&Command::Cut { connection: 1 });
    assert!(!matches!(stream.read(&mut [0; 2]), Ok(1..)), "it has ended");
    observer.until(|seen| seen.ended >= 1);
    let touches = touches(&observer);
    assert!(touches.contains(&Touch::Delayed), "{touches:?}");
    assert_eq!(touches.last(), Some(&Touch::Cut));
    let last = observer.capture().records().next_back().expect("there are records");
    assert!(matches!(&last.entry, Entry::Closed(close) if close.by.is_none()));
}

#[test]
#[ignore = "needs a Mosquitto: `cargo xtask test --live`"]
fn without_the_switch_a_tap_takes_no_commands() {
    let tap = Tap::start(&broker_url(), &[]);
    let mut observer = Observer::connect(&tap);
    let mut stream = client(tap.tcp(), "safe");
    observer.until(|seen| seen.packets >= 2);
    observer.ask(&Command::Cut { connection: 1 });
    for _ in 0..20 {
        stream.write_all(&[0xC0, 0]).expect("it listens");
        assert_eq!(read_packet(&mut stream), [0xD0, 0]);
    }
}
