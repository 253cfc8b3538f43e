//! What an examination finds on Mosquitto.

use std::collections::HashMap;
use std::env;
use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpStream};
use std::path::Path;
use std::sync::mpsc;
use std::thread;

use bytes::Bytes;
use mqtt5_playground::examine::{Examination, Finding, Options, Outcome, Report};
use mqtt5_playground::link::{LinkCommand, LinkEvent, Target};
use mqtt5_playground::mqtt::ConnectionId;
use mqtt5_playground::time::Instant;

use crate::bench::nonce;

/// `docs/examined/mosquitto.md`. With `UPDATE_DOCS=1` it is written anew.
#[test]
#[ignore = "needs a Mosquitto: `cargo xtask test --live`"]
fn the_report_of_mosquitto_is_up_to_date() {
    let report = Report::new("Mosquitto 2.0.11".into(), String::new(), None, examine());
    let text = report.to_markdown(0);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/examined/mosquitto.md");
    if env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&path, &text).expect("the report can be written");
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    let changed = text.lines().filter(|line| !written.lines().any(|other| other == *line));
    assert_eq!(changed.collect::<Vec<_>>(), [""; 0], "run this with UPDATE_DOCS=1");

    // As in `docs/brokers.md` and `docs/mosquitto.md`.
    for (id, outcome, observed) in [
        ("qos-2-moment", Outcome::Conforms, "at PUBREL"),
        ("overlapping-copies", Outcome::Conforms, "one each"),
        ("no-subscribers", Outcome::Conforms, "PUBACK 0x10"),
        ("receive-maximum", Outcome::Conforms, "Receive Maximum 20"),
        ("receive-maximum-of-the-server", Outcome::Conforms, "PUBREC 0x97"),
        ("pubrel-unknown", Outcome::Conforms, "PUBCOMP 0x00"),
        ("pubrec-unknown", Outcome::Conforms, "PUBREL 0x00"),
        ("takeover-code", Outcome::Deviates, "closed"),
        ("shared-no-retained", Outcome::Deviates, "PUBLISH q0 retain x \"kept\""),
        ("alias-from-the-server", Outcome::NotOffered, "–"),
        ("response-information", Outcome::NotOffered, "–"),
        ("method-unknown", Outcome::Conforms, "CONNACK 0x8C, closed"),
        ("publish-dup-qos-0", Outcome::Deviates, "–"),
        ("publish-alias-0", Outcome::Conforms, "DISCONNECT 0x81, closed"),
        ("publish-wildcard", Outcome::Conforms, "DISCONNECT 0x82, closed"),
        ("subscribe-shared-no-local", Outcome::Deviates, "SUBACK [0x00]"),
        ("pubrel-flags", Outcome::Conforms, "closed"),
        ("pingreq-body", Outcome::Deviates, "–"),
        ("connack-from-client", Outcome::Conforms, "closed"),
        ("suback-from-client", Outcome::Deviates, "–"),
        ("type-0", Outcome::Conforms, "DISCONNECT 0x82, closed"),
        ("connect-data-without-method", Outcome::Deviates, "–"),
    ] {
        let entry = report.entry(id).expect("it was asked");
        assert_eq!((entry.outcome, entry.observed.as_str()), (outcome, observed), "{id}");
    }
}

/// Over TCP: an idle Mosquitto serves its WebSocket listener seldom.
fn examine() -> Vec<Finding> {
    let url = env::var("MQTT_TCP_URL").expect("`cargo xtask test --live` sets it");
    let address = url.trim_start_matches("mqtt://").to_owned();
    let token: String = nonce().chars().filter(char::is_ascii_alphanumeric).collect();
    // The links are made here: where they go does not matter to the probes.
    let options = Options { with_seldom: true, ..Options::new(Target::InTab, &token) };
    let began = std::time::Instant::now();
    let now = || Instant::START + began.elapsed();
    let (tell, told) = mpsc::channel();
    let mut links: HashMap<ConnectionId, TcpStream> = HashMap::new();
    let mut examination = Examination::new(options, now());
    while !examination.is_over() {
        while let Some(command) = examination.next_command() {
            match command {
                LinkCommand::Open { connection, .. } => {
                    let link = TcpStream::connect(&address).expect("Mosquitto takes it");
                    link.set_nodelay(true).expect("it is a socket");
                    let reader = link.try_clone().expect("a socket can be shared");
                    links.insert(connection, link);
                    let tell = tell.clone();
                    thread::spawn(move || read(reader, connection, &tell));
                }
                LinkCommand::Send { connection, bytes } => {
                    // Mosquitto may have closed it.
                    let link = links.get_mut(&connection).expect("it was opened");
                    let _ = link.write_all(&bytes);
                }
                LinkCommand::Close { connection } => {
                    let link = links.get_mut(&connection).expect("it was opened");
                    let _ = link.shutdown(Shutdown::Both);
                }
            }
        }
        let due = examination.next_timeout().expect("what is not over waits for something");
        match told.recv_timeout(due.since(now())) {
            Ok((connection, event)) => examination.link_event(connection, event, now()),
            Err(_) => examination.advance(now()),
        }
    }
    examination.into_findings()
}

pub fn read(
    mut link: TcpStream,
    connection: ConnectionId,
    tell: &mpsc::Sender<(ConnectionId, LinkEvent)>,
) {
    // After the end nobody listens any more.
    let tell = |event| drop(tell.send((connection, event)));
    tell(LinkEvent::Opened);
    let mut buffer = [0; 4096];
    while let Ok(length @ 1..) = link.read(&mut buffer) {
        tell(LinkEvent::Bytes(Bytes::copy_from_slice(&buffer[..length])));
    }
    tell(LinkEvent::Closed { code: None, reason: String::new() });
}
