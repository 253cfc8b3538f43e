//! How to leave: with a reason, with or without the Will.

use bytes::Bytes;

use crate::capture::{ClientSlot, Record};
use crate::course::chapters::common;
use crate::course::{
    Asks, Broker, Cast, ClientSetup, Evidence, Exercise, Finding, Move, Prediction, Step, Unmet,
    Verdict, check, judge,
};
use crate::lab::Act;
use crate::mqtt::{
    Connect, Disconnect, Packet, PacketType, Property, PropertyId, QoS, ReasonCode, Will,
};

pub static EXERCISE: Exercise = Exercise {
    id: "goodbye",
    broker: Broker::Any,
    spec: &["3.1.2.5", "3.14.2.1", "3.14.2.2.3", "3.14.2.2.4"],
    clients: &[
        ClientSetup {
            role: "client",
            prepared: |cast| vec![connect(cast), disconnect()],
            ..ClientSetup::PLAIN
        },
        ClientSetup {
            role: "subscriber",
            prepared: |cast| vec![common::connect(cast, SUBSCRIBER), subscribe(cast)],
            ..ClientSetup::PLAIN
        },
    ],
    steps: &[
        Step {
            id: "watch",
            controls: &[|cast| Move::Act(subscribe(cast))],
            check: watches,
            ..Step::PLAIN
        },
        Step {
            id: "will",
            controls: &[|cast| Move::Act(connect(cast))],
            check: left_a_will,
            ..Step::PLAIN
        },
        Step {
            id: "with-reason",
            controls: &[|_| Move::Act(disconnect())],
            prediction: Some(Prediction {
                asks: Asks::Options(3),
                outcome: |evidence, _| what_came(evidence),
            }),
            check: left_with_reason,
            ..Step::PLAIN
        },
        Step {
            id: "with-will",
            controls: &[|_| Move::Act(disconnect_with_will())],
            check: left_with_will,
            ..Step::PLAIN
        },
    ],
    solution: |cast| {
        let acts = [
            common::connect(cast, SUBSCRIBER),
            subscribe(cast),
            connect(cast),
            disconnect(),
            connect(cast),
            disconnect_with_will(),
        ];
        acts.map(Move::Act).into()
    },
    par: 6,
    ..Exercise::PLAIN
};

fn subscribe(cast: &Cast) -> Act {
    common::subscribe(SUBSCRIBER, &will_topic(cast), QoS::AtMostOnce)
}

fn connect(cast: &Cast) -> Act {
    let will =
        Will { topic: will_topic(cast), payload: Bytes::from_static(b"gone"), ..Will::default() };
    let connect = Connect {
        clean_start: true,
        keep_alive: 60,
        client_id: cast.client_id(CLIENT).to_owned(),
        will: Some(will),
        ..Connect::default()
    };
    Act::connect(CLIENT, connect)
}

fn disconnect() -> Act {
    let properties = [
        Property::ReasonString("end of the demo".to_owned()),
        Property::user("disconnect_reason", "demo_end"),
    ];
    let reason_code = ReasonCode::Success;
    Act::disconnect(CLIENT, Disconnect { reason_code, properties: properties.into() })
}

fn disconnect_with_will() -> Act {
    Act::disconnect(CLIENT, Disconnect::new(ReasonCode::DisconnectWithWillMessage))
}

fn will_topic(cast: &Cast) -> String {
    format!("test/mqtt5/status/{}", cast.nonce())
}

fn watches(evidence: &Evidence) -> Verdict {
    check::answered_well(evidence, SUBSCRIBER, PacketType::SubAck)
}

fn left_a_will(evidence: &Evidence) -> Verdict {
    let nothing = Evidence::not_sent(CLIENT, PacketType::Connect);
    let sent =
        judge(evidence.sent(CLIENT, PacketType::Connect), nothing, |_, packet| match packet {
            Packet::Connect(connect) if connect.will.is_some() => Ok(()),
            _ => Err(Finding::told("no-will", [])),
        });
    match sent {
        Ok(_) => check::all([sent, check::connected(evidence, CLIENT)]),
        unmet => unmet,
    }
}

/// What reached the subscriber when the client left with 0x00: nothing, the Will, or something else.
fn what_came(evidence: &Evidence) -> Option<usize> {
    let left = evidence.sent(CLIENT, PacketType::Disconnect).find(|record| {
        let packet = record.valid_packet();
        packet.is_some_and(|packet| packet.reason_codes() == [ReasonCode::Success])
    })?;
    let will = will_of(evidence, left);
    let came = evidence.received(SUBSCRIBER, PacketType::Publish).find(|other| other.id > left.id);
    match came.and_then(Record::valid_packet) {
        Some(Packet::Publish(publish)) => match will {
            Some(will) if will.topic == publish.topic => Some(1),
            _ => Some(2),
        },
        // Told once the connection is over.
        _ => evidence.capture.following(left.id).next().map(|_| 0),
    }
}

fn left_with_reason(evidence: &Evidence) -> Verdict {
    let nothing = Evidence::not_sent(CLIENT, PacketType::Disconnect);
    judge(evidence.sent(CLIENT, PacketType::Disconnect), nothing, |_, packet| {
        check::has_reason_code(packet, ReasonCode::Success)?;
        if packet.properties().reason_string().is_none() {
            return Err(Finding::absent(PropertyId::ReasonString.name()));
        }
        check::has_user_properties(packet, &["disconnect_reason"])
    })
}

/// DISCONNECT 0x04, and behind it the Will of the same connection at the subscriber [MQTT-3.1.2-8].
fn left_with_will(evidence: &Evidence) -> Verdict {
    let mut verdict = Err(Unmet::NotYet(Evidence::not_sent(CLIENT, PacketType::Disconnect)));
    for left in evidence.sent(CLIENT, PacketType::Disconnect) {
        let Some(packet) = left.valid_packet() else { continue };
        let contradicted = |finding| Err(Unmet::Contradicted { by: left.id, finding });
        if let Err(finding) = check::has_reason_code(&packet, ReasonCode::DisconnectWithWillMessage)
        {
            // The friendly goodbye of the step before is no mistake.
            verdict = match packet.reason_codes() {
                [ReasonCode::Success] => Err(Unmet::NotYet(Finding::told("without-will", []))),
                _ => contradicted(finding),
            };
            continue;
        }
        let Some(will) = will_of(evidence, left) else {
            verdict = contradicted(Finding::told("no-will", []));
            continue;
        };
        let mut arrived = evidence.received(SUBSCRIBER, PacketType::Publish);
        let arrived = arrived.find(|record| {
            record.id > left.id
                && matches!(record.valid_packet(), Some(Packet::Publish(publish))
                    if publish.topic == will.topic && publish.payload == will.payload)
        });
        verdict = match arrived {
            Some(record) => return Ok(vec![left.id, record.id]),
            None => Err(Unmet::NotYet(Evidence::not_received(SUBSCRIBER, PacketType::Publish))),
        };
    }
    verdict
}

/// The Will in the CONNECT of the same connection.
fn will_of(evidence: &Evidence, record: &Record) -> Option<Will> {
    evidence.capture.preceding(record.id).find_map(|record| match record.valid_packet()? {
        Packet::Connect(connect) => connect.will,
        _ => None,
    })
}

const CLIENT: ClientSlot = ClientSlot(0);
const SUBSCRIBER: ClientSlot = ClientSlot(1);
