//! A Mosquitto of our own that is stopped and started again while messages are on their way: the client connects again by
//! itself, and what it and the broker owe each other is neither lost nor doubled.

use std::process::Command;
use std::time::Duration;

use bytes::Bytes;
use mqtt5_playground::capture::ClientSlot;
use mqtt5_playground::lab::{Act, Action, LinkState, Problem, Reconnect};
use mqtt5_playground::link::Target;
use mqtt5_playground::mqtt::{Connect, Property, Publish, QoS, Subscription};

use crate::bench::{self, Bench};
use crate::mosquitto::{self, Mosquitto, free_ports};

const A: ClientSlot = ClientSlot(0);
const B: ClientSlot = ClientSlot(1);

/// It keeps its Sessions in its folder.
fn start() -> Mosquitto {
    // Mosquitto 2.0.11 does not start with a WebSocket listener alone.
    let [tcp, port] = free_ports();
    Mosquitto::start(port, |folder| {
        format!(
            "listener {tcp} 127.0.0.1\nlistener {port} 127.0.0.1\nprotocol websockets\n\
             persistence true\npersistence_location {}/\n",
            folder.display()
        )
    })
}

/// Ends it as a service manager does, so that it saves its Sessions.
fn stop(mosquitto: &mut Mosquitto) {
    let id = mosquitto.process.0.id().to_string();
    let sent = Command::new("kill").args(["-TERM", &id]).status();
    assert!(sent.is_ok_and(|status| status.success()));
    mosquitto.process.0.wait().expect("it ends");
}

#[test]
#[ignore = "needs Mosquitto: `cargo xtask test --live`"]
fn a_broker_that_is_started_again_in_the_middle_loses_and_doubles_nothing() {
    let mut mosquitto = start();
    let address = format!("ws://127.0.0.1:{}", mosquitto.port);
    let mut bench = Bench::new(["publisher", "subscriber"]);
    bench.lab.set_target(Target::parse(&address).expect("an address"));
    for client in [A, B] {
        let policy = Reconnect { first_wait: Duration::from_millis(300), ..Reconnect::default() };
        bench.act(Act { client, action: Action::Automate(policy.into()) });
        let connect = Connect {
            client_id: format!("restart-{}", bench::nonce()).into(),
            properties: [Property::SessionExpiryInterval(600)].into(),
            ..Connect::default()
        };
        bench.act(Act::connect(client, connect));
        bench.wait_until("CONNACK", |lab| lab.client(client).is_some_and(|c| c.is_connected()));
    }
    let subscription =
        Subscription { topic_filter: "t".into(), qos: QoS::ExactlyOnce, ..Subscription::default() };
    bench.act(Act::subscribe(B, [], [subscription]));
    bench.wait_for_everything();

    // Some are acknowledged, some on their way, some come to a broker that is not there.
    let publish = |bench: &mut Bench, number: u8| {
        let qos = if number.is_multiple_of(2) { QoS::AtLeastOnce } else { QoS::ExactlyOnce };
        let payload = Bytes::from(vec![number]);
        let publish = Publish { topic: "t".into(), qos, payload, ..Publish::default() };
        bench.try_act(Act::publish(A, publish)).is_ok()
    };
    let mut taken = Vec::new();
    for number in 0..40 {
        if publish(&mut bench, number) {
            taken.push(number);
        }
        if number == 20 {
            stop(&mut mosquitto);
        }
    }
    assert!(taken.len() >= 20, "{taken:?}");
    bench.wait_until("the end of both connections", |lab| {
        [A, B].iter().all(|slot| !lab.client(*slot).is_some_and(|c| c.is_connected()))
    });
    let problem = bench.lab.client(A).and_then(|client| client.problem());
    assert!(
        matches!(
            problem,
            Some(
                Problem::Dropped { .. }
                    | Problem::Disconnected { .. }
                    | Problem::ConnectFailed { .. }
            )
        ),
        "{problem:?}"
    );
    mosquitto.process = mosquitto::run(mosquitto.folder.path(), mosquitto.port);
    bench.wait_until("both are there again", |lab| {
        [A, B].iter().all(|slot| lab.client(*slot).is_some_and(|c| c.is_connected()))
    });
    bench.wait_until("everything is acknowledged", |lab| lab.is_settled());
    bench.wait_for_everything();
    let messages = bench.lab.client(B).expect("it stands on the bench").messages();
    let count =
        |number: u8| messages.iter().filter(|it| it.publish.payload[..] == [number]).count();
    for number in taken {
        let count = count(number);
        match number % 2 {
            1 => assert_eq!(count, 1, "message {number} of QoS 2"),
            _ => assert!(count >= 1, "message {number} of QoS 1"),
        }
    }
    assert_eq!(bench.lab.client(A).map(|client| client.link_state()), Some(LinkState::Open));
}
