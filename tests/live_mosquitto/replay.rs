//! A capture played again against Mosquitto.

use std::collections::HashMap;
use std::sync::mpsc;
use std::time::Duration;

use mqtt5_playground::broker::Policy;
use mqtt5_playground::capture::ClientSlot;
use mqtt5_playground::lab::Act;
use mqtt5_playground::lab::replay::{Options, Pace, Replay};
use mqtt5_playground::link::{LinkCommand, SUBPROTOCOL};
use mqtt5_playground::mqtt::{PacketType, Publish, QoS, Sender, Subscription};
use mqtt5_playground::time::Instant;

use crate::A;
use crate::bench::{Bench, nonce};
use crate::websocket::NativeLink;

const B: ClientSlot = ClientSlot(1);

#[test]
#[ignore = "needs a Mosquitto: `cargo xtask test --live`"]
fn what_was_recorded_there_passes_again_beside_the_clients_that_are_connected() {
    let mut bench = Bench::new(["subscriber", "publisher"]);
    let topic = format!("replay/{}", nonce());
    bench.connect(A);
    let subscription = Subscription {
        topic_filter: topic.clone().into(),
        qos: QoS::ExactlyOnce,
        ..Subscription::default()
    };
    bench.act(Act::subscribe(A, [], [subscription]));
    bench.wait_for_everything();
    bench.connect(B);
    for qos in [QoS::AtMostOnce, QoS::AtLeastOnce, QoS::ExactlyOnce] {
        let topic = topic.clone();
        bench.act(Act::publish(B, Publish { topic: topic.into(), qos, ..Publish::default() }));
        bench.wait_for_everything();
    }
    // What one client sends is on its way to the other for a while.
    bench.wait_until("the last message has come whole", |lab| {
        let mut completed = lab.capture().packets(PacketType::PubComp, Sender::Client);
        completed.any(|record| record.client == A)
    });
    let recorded = bench.lab.capture().clone();

    let options = Options {
        target: bench.lab.target().clone(),
        subprotocol: SUBPROTOCOL.to_owned(),
        pace: Pace::Answered,
        suffix: "-again".to_owned(),
        policy: Policy::default(),
        latency: Duration::ZERO,
    };
    let began = std::time::Instant::now();
    let mut replay = Replay::new(&recorded, options, [0; 32], Instant::START);
    let (tell, told) = mpsc::channel();
    let mut links = HashMap::new();
    while !replay.is_over() {
        while let Some(command) = replay.next_command() {
            match command {
                LinkCommand::Open { connection, target, .. } => {
                    let tell = tell.clone();
                    let address = target.address().expect("it goes to Mosquitto");
                    let link = NativeLink::open(address, move |event| {
                        // After the end nobody listens any more.
                        let _ = tell.send((connection, event));
                    });
                    links.insert(connection, link);
                }
                LinkCommand::Send { connection, bytes } => {
                    links.get_mut(&connection).expect("it was opened").send(bytes);
                }
                LinkCommand::Close { connection } => {
                    links.get_mut(&connection).expect("it was opened").close();
                }
            }
        }
        let now = Instant::START + began.elapsed();
        let due = replay.next_timeout().expect("what is not over waits for something");
        let event = told.recv_timeout(due.since(now));
        let now = Instant::START + began.elapsed();
        match event {
            Ok((connection, event)) => replay.link_event(connection, event, now),
            Err(_) => replay.advance(now),
        }
    }
    let progress = replay.progress();
    assert_eq!((progress.sent, progress.unsent, progress.missing), (progress.to_send, 0, 0));
    assert_eq!(replay.capture().len(), recorded.len());
    // With other Client Identifiers it threw nobody out.
    bench.wait_for_everything();
    for client in [A, B] {
        assert!(bench.lab.client(client).is_some_and(|client| client.is_connected()));
    }
}
