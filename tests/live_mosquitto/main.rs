//! The bench on a foreign broker: `cargo xtask test --live` starts a Mosquitto and says where it listens.
#![cfg(not(target_arch = "wasm32"))]

mod bench;
mod differs;
mod examined;
mod measured;
#[cfg(unix)]
#[path = "../support/mosquitto.rs"]
mod mosquitto;
#[cfg(unix)]
mod other_clients;
mod over_tcp;
mod played;
mod replay;
#[cfg(unix)]
mod restarted;
#[cfg(unix)]
#[path = "../support/running.rs"]
#[allow(dead_code, reason = "no example runs here")]
mod running;
#[path = "../live_broker/table.rs"]
mod table;
#[cfg(unix)]
#[path = "../support/until.rs"]
mod until;
mod websocket;

use bytes::Bytes;
use mqtt5_playground::capture::ClientSlot;
use mqtt5_playground::course::Broker;
use mqtt5_playground::lab::{Act, Action, LinkState, Problem};
use mqtt5_playground::mqtt::{Connect, Packet, PacketType, Publish, QoS, ReasonCode, Sender};

use bench::Bench;

const A: ClientSlot = ClientSlot(0);

#[test]
#[ignore = "needs a Mosquitto: `cargo xtask test --live`"]
fn every_reference_solution_meets_every_step() {
    let mut played = 0;
    for pair in played::all().iter().filter(|pair| pair.exercise.broker == Broker::Any) {
        let id = pair.exercise.id;
        let wire = pair.on_mosquitto.on_the_wire();
        assert!(
            pair.on_mosquitto.unmet.is_empty(),
            "{id}: {:?}, {wire:#?}",
            pair.on_mosquitto.unmet
        );
        let sent = pair.on_mosquitto.packets_sent;
        let par = match id {
            // Mosquitto has no temporary refusal: the device does not come back as often.
            "retry-or-not" => 13,
            _ => pair.exercise.par,
        };
        assert_eq!(sent, par, "par of {id}");
        played += 1;
    }
    assert!(played > 0, "no exercise can be done on Mosquitto");
}

#[test]
#[ignore = "needs a Mosquitto: `cargo xtask test --live`"]
fn packets_may_be_split_and_merged_across_messages() {
    let mut bench = Bench::new(["client"]);
    bench.connect(A);
    let answers =
        |bench: &Bench| bench.lab.capture().packets(PacketType::PingResp, Sender::Server).count();
    // One PINGREQ in two messages, then two in one [MQTT-6.0.0-2].
    for (bytes, expect) in [(&[0xC0][..], 0), (&[0x00], 1), (&[0xC0, 0x00, 0xC0, 0x00], 3)] {
        bench.act(Act { client: A, action: Action::SendBytes(Bytes::from_static(bytes)) });
        bench.wait_until("as many PINGRESP as PINGREQ", |lab| {
            lab.capture().packets(PacketType::PingResp, Sender::Server).count() >= expect
        });
        assert_eq!(answers(&bench), expect, "after {bytes:02x?}");
    }
}

#[test]
#[ignore = "needs a Mosquitto: `cargo xtask test --live`"]
fn a_lesson_can_provoke_not_authorized() {
    let mut bench = Bench::new(["client"]);
    bench.connect(A);
    let publish = Publish {
        topic: "factory/osaka/forbidden/anything".into(),
        qos: QoS::AtLeastOnce,
        ..Publish::default()
    };
    bench.act(Act::publish(A, publish));
    bench.wait_until("PUBACK", |lab| lab.is_settled());
    let puback = bench.packet(PacketType::PubAck);
    assert_eq!(puback.reason_codes(), [ReasonCode::NotAuthorized]);
    assert!(bench.lab.client(A).is_some_and(|client| client.is_connected()));
}

#[test]
#[ignore = "needs a Mosquitto: `cargo xtask test --live`"]
fn a_refused_connect_and_a_violation_are_told() {
    let mut bench = Bench::new(["client"]);
    // An Authentication Method that the Server does not have [MQTT-4.12.0-1].
    let connect = Connect {
        client_id: format!("live-{}", bench::nonce()).into(),
        clean_start: true,
        properties: [mqtt5_playground::mqtt::Property::AuthenticationMethod("none".into())].into(),
        ..Connect::default()
    };
    bench.act(Act::connect(A, connect));
    bench.wait_until_closed(A);
    let problem = bench.lab.client(A).and_then(|client| client.problem());
    assert!(
        matches!(
            problem,
            Some(Problem::Refused { reason_code: ReasonCode::BadAuthenticationMethod, .. })
        ),
        "{problem:?}"
    );

    // SUBSCRIBE with a reserved bit of its options set is a Malformed Packet [MQTT-3.8.3-5].
    bench.connect(A);
    let subscribe = [0x82, 0x07, 0x00, 0x01, 0x00, 0x00, 0x01, b't', 0x40];
    bench.act(Act { client: A, action: Action::SendBytes(Bytes::copy_from_slice(&subscribe)) });
    bench.wait_until_closed(A);
    let Packet::Disconnect(disconnect) = bench.packet(PacketType::Disconnect) else {
        panic!("it is no DISCONNECT")
    };
    assert_eq!(disconnect.reason_code, ReasonCode::MalformedPacket);
    assert_eq!(bench.lab.client(A).map(|client| client.link_state()), Some(LinkState::Closed));
}
