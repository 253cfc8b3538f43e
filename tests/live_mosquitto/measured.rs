//! What a measurement finds on Mosquitto, over TCP.

use std::collections::HashMap;
use std::env;
use std::io::Write as _;
use std::net::{Shutdown, TcpStream};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use mqtt5_playground::link::{LinkCommand, Target};
use mqtt5_playground::measure::{
    Ended, Failure, Kind, Limit, Measurement, Options, Receiver, Run, Setup, limits,
};
use mqtt5_playground::mqtt::{ConnectionId, QoS};
use mqtt5_playground::time::Instant;

use crate::bench::nonce;
use crate::examined::read;

/// Stock Mosquitto 2.0 announces it.
const RECEIVE_MAXIMUM: u16 = 20;

#[test]
#[ignore = "needs a Mosquitto: `cargo xtask test --live`"]
fn round_trips_come_back_at_every_qos_to_one_client_and_to_two() {
    for (qos, receiver) in [
        (QoS::AtMostOnce, Receiver::Same),
        (QoS::AtLeastOnce, Receiver::Same),
        (QoS::ExactlyOnce, Receiver::Same),
        (QoS::ExactlyOnce, Receiver::Second),
    ] {
        let kind = Kind::RoundTrip { pause: Duration::ZERO, receiver };
        let run = measure(Setup { kind, qos, size: 64, count: 50 }, usize::MAX);
        assert_eq!((&run.ended, run.answered()), (&Ended::Done, 50), "{qos:?} {receiver:?}");
        assert_eq!((run.granted, run.refused), (Some(qos), 0), "{qos:?}");
        let has_two = run.samples.iter().all(|sample| sample.received < sample.acknowledged);
        assert!(qos != QoS::ExactlyOnce || has_two, "PUBREC comes before PUBCOMP");
    }
}

#[test]
#[ignore = "needs a Mosquitto: `cargo xtask test --live`"]
fn throughput_keeps_to_the_receive_maximum_of_mosquitto() {
    for (qos, window, expect) in [
        (QoS::AtMostOnce, 100, 100),
        (QoS::AtLeastOnce, 100, RECEIVE_MAXIMUM),
        (QoS::AtLeastOnce, 5, 5),
        (QoS::ExactlyOnce, 100, RECEIVE_MAXIMUM),
    ] {
        let setup = Setup { kind: Kind::Throughput { window }, qos, size: 64, count: 2000 };
        let run = measure(setup, usize::MAX);
        // Beyond it Mosquitto would have ended the connection with 0x93.
        assert_eq!((&run.ended, run.answered()), (&Ended::Done, 2000), "{qos:?} {window}");
        assert_eq!(run.window, expect, "{qos:?} {window}");
        let found = limits(&run);
        let has_window = found.iter().any(|limit| matches!(limit, Limit::Window { .. }));
        assert!(has_window, "{found:?}");
        assert!(run.rate() > 0.0);
    }
}

#[test]
#[ignore = "needs a Mosquitto: `cargo xtask test --live`"]
fn a_measurement_that_is_cut_keeps_what_it_has() {
    let kind = Kind::Throughput { window: 10 };
    let setup = Setup { kind, qos: QoS::AtLeastOnce, size: 64, count: 100_000 };
    let run = measure(setup, 500);
    assert!(matches!(run.ended, Ended::Failed(Failure::Lost(_))), "{:?}", run.ended);
    assert!(run.answered() > 100 && run.unanswered() > 0, "{}", run.answered());
}

/// Over TCP: an idle Mosquitto serves its WebSocket listener seldom. The link is cut after so many sendings.
fn measure(setup: Setup, cut_after: usize) -> Run {
    let url = env::var("MQTT_TCP_URL").expect("`cargo xtask test --live` sets it");
    let address = url.trim_start_matches("mqtt://").to_owned();
    // The links are made here: where they go does not matter to the measurement.
    let options = Options {
        setup,
        target: Target::InTab,
        broker: "Mosquitto".into(),
        at: None,
        subprotocol: String::new(),
        user_name: None,
        password: None,
        token: nonce(),
    };
    let began = std::time::Instant::now();
    let now = || Instant::START + began.elapsed();
    let (tell, told) = mpsc::channel();
    let mut links: HashMap<ConnectionId, TcpStream> = HashMap::new();
    let mut sendings = 0;
    let mut measurement = Measurement::new(options, now());
    while !measurement.is_over() {
        while let Some(command) = measurement.next_command() {
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
                    let link = links.get_mut(&connection).expect("it was opened");
                    sendings += 1;
                    if sendings == cut_after {
                        let _ = link.shutdown(Shutdown::Both);
                    }
                    // It may be cut.
                    let _ = link.write_all(&bytes);
                }
                LinkCommand::Close { connection } => {
                    let link = links.get_mut(&connection).expect("it was opened");
                    let _ = link.shutdown(Shutdown::Both);
                }
            }
        }
        let Some(due) = measurement.next_timeout() else { continue };
        match told.recv_timeout(due.since(now())) {
            Ok((connection, event)) => measurement.link_event(connection, event, now()),
            Err(_) => measurement.advance(now()),
        }
    }
    measurement.into_run()
}
