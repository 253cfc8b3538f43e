//! How to leave: with a reason, with or without the Will.

use bytes::Bytes;

use super::accepted;
use crate::analysis::answer_to;
use crate::capture::{ClientSlot, Record, RecordId};
use crate::course::chapters::common;
use crate::course::{
    Asks, Broker, ByHand, Cast, ClientSetup, Evidence, Exercise, Finding, Move, Prediction, Step,
    Unmet, Verdict, check, judge,
};
use crate::lab::Act;
use crate::mqtt::{
    Connect, Disconnect, Packet, PacketType, Property, PropertyId, QoS, ReasonCode, Will, matches,
};

pub static EXERCISE: Exercise = Exercise {
    id: "goodbye",
    broker: Broker::Any,
    spec: &["3.1.2.5", "3.14.2.1", "3.14.2.2.3", "3.14.2.2.4"],
    clients: &[
        ClientSetup {
            role: "client",
            // What DISCONNECT says is the lesson's own.
            prepared: |cast| {
                let plain = Disconnect::new(ReasonCode::Success);
                vec![connect(cast), Act::disconnect(CLIENT, plain)]
            },
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
            values: will_in_words,
            ..Step::PLAIN
        },
        Step {
            id: "with-reason",
            by_hand: Some(ByHand { act: |_| disconnect(), field: "Reason String" }),
            prediction: Some(Prediction { asks: Asks::Options(3), outcome: what_came }),
            check: left_with_reason,
            values: reason_in_words,
            ..Step::PLAIN
        },
        Step { id: "with-will", check: left_with_will, values: will_in_words, ..Step::PLAIN },
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
    let will = Will {
        topic: will_topic(cast).into(),
        payload: Bytes::from_static(b"gone"),
        ..Will::default()
    };
    let connect = Connect {
        clean_start: true,
        keep_alive: 60,
        client_id: cast.client_id(CLIENT).into(),
        will: Some(will),
        ..Connect::default()
    };
    Act::connect(CLIENT, connect)
}

fn disconnect() -> Act {
    let properties =
        [Property::ReasonString("end of the demo".into()), Property::user(REASON, "demo_end")];
    let reason_code = ReasonCode::Success;
    Act::disconnect(CLIENT, Disconnect { reason_code, properties: properties.into() })
}

fn disconnect_with_will() -> Act {
    Act::disconnect(CLIENT, Disconnect::new(ReasonCode::DisconnectWithWillMessage))
}

fn will_topic(cast: &Cast) -> String {
    format!("factory/osaka/line-3/robot-07/status/{}", cast.nonce())
}

fn watches(evidence: &Evidence) -> Verdict {
    check::answered_well(evidence, SUBSCRIBER, PacketType::SubAck)
}

/// A granted subscription of the subscriber matches the topic.
fn is_heard(evidence: &Evidence, topic: &str) -> Result<(), Finding> {
    let matching = |record: &Record| {
        let Some(Packet::Subscribe(subscribe)) = record.valid_packet() else { return false };
        let granted = answer_to(evidence.capture, record.id).and_then(Record::valid_packet);
        granted.is_some_and(|packet| check::nothing_refused(&packet).is_ok())
            && subscribe.subscriptions.iter().any(|it| matches(&it.topic_filter, topic))
    };
    match evidence.sent(SUBSCRIBER, PacketType::Subscribe).any(matching) {
        true => Ok(()),
        false => Err(Finding::told("unheard", [&topic])),
    }
}

fn left_a_will(evidence: &Evidence) -> Verdict {
    let nothing = Evidence::not_sent(CLIENT, PacketType::Connect);
    let connects = evidence.sent(CLIENT, PacketType::Connect);
    let mut records = judge(connects, nothing, |_, packet| {
        let Packet::Connect(connect) = packet else { return Ok(()) };
        let will = connect.will.as_ref().ok_or_else(|| Finding::told("no-will", []))?;
        is_heard(evidence, &will.topic)
    })?;
    records.push(accepted(evidence, CLIENT, records[0])?);
    Ok(records)
}

/// What reached the subscriber when the client left with 0x00: nothing, the Will, or something else.
fn what_came(evidence: &Evidence, records: &[RecordId]) -> Option<usize> {
    let left = evidence.capture.get(*records.first()?)?;
    let will = will_of(evidence, left)?;
    let came = evidence.received(SUBSCRIBER, PacketType::Publish).find(|other| other.id > left.id);
    match came.and_then(Record::valid_packet) {
        Some(Packet::Publish(publish)) if publish.topic == will.topic => Some(1),
        Some(_) => Some(2),
        // Told once the connection is over.
        None => evidence.capture.following(left.id).next().map(|_| 0),
    }
}

fn left_with_reason(evidence: &Evidence) -> Verdict {
    let nothing = Evidence::not_sent(CLIENT, PacketType::Disconnect);
    judge(evidence.sent(CLIENT, PacketType::Disconnect), nothing, |record, packet| {
        check::has_reason_code(packet, ReasonCode::Success)?;
        will_of(evidence, record).ok_or_else(|| Finding::told("none-left", []))?;
        let reason = packet.properties().reason_string();
        reason.ok_or_else(|| Finding::absent(PropertyId::ReasonString.name()))?;
        check::has_user_properties(packet, &[REASON])
    })
}

/// DISCONNECT 0x04, and after it the Will of the same connection at the subscriber [MQTT-3.1.2-8].
fn left_with_will(evidence: &Evidence) -> Verdict {
    let mut unmet = Unmet::from(Evidence::not_sent(CLIENT, PacketType::Disconnect));
    for left in evidence.sent(CLIENT, PacketType::Disconnect) {
        match will_after(evidence, left) {
            Ok(came) => return Ok(vec![left.id, came]),
            Err(now) => unmet = now,
        }
    }
    Err(unmet)
}

/// Where the Will that this DISCONNECT asks for has reached the subscriber.
fn will_after(evidence: &Evidence, left: &Record) -> Result<RecordId, Unmet> {
    let packet = left.valid_packet();
    match packet.as_ref().map_or(&[][..], Packet::reason_codes) {
        [ReasonCode::DisconnectWithWillMessage] => {}
        // That of the step before is not a mistake.
        _ => return Err(Finding::told("without-will", []).into()),
    }
    let none = || Unmet::by(left.id, Finding::told("none-left", []));
    let will = will_of(evidence, left).ok_or_else(none)?;
    let arrived = check::messages(evidence.received(SUBSCRIBER, PacketType::Publish));
    let came = arrived.iter().find(|(id, publish)| {
        *id > left.id && (&publish.topic, &publish.payload) == (&will.topic, &will.payload)
    });
    let nothing = || Evidence::not_received(SUBSCRIBER, PacketType::Publish);
    Ok(came.ok_or_else(nothing)?.0)
}

/// The Will in the CONNECT of the same connection.
fn will_of(evidence: &Evidence, record: &Record) -> Option<Will> {
    evidence.capture.preceding(record.id).find_map(|record| match record.valid_packet()? {
        Packet::Connect(connect) => connect.will,
        _ => None,
    })
}

/// The Will in the first of the records, or of its connection.
fn will_in_words(evidence: &Evidence, records: &[RecordId]) -> Vec<(&'static str, String)> {
    let first = records.first().and_then(|id| evidence.capture.get(*id));
    let will = first.and_then(|record| match record.valid_packet()? {
        Packet::Connect(connect) => connect.will,
        _ => will_of(evidence, record),
    });
    let Some(will) = will else { return Vec::new() };
    let payload = String::from_utf8_lossy(&will.payload).into_owned();
    vec![("payload", payload), ("topic", will.topic.into())]
}

fn reason_in_words(evidence: &Evidence, records: &[RecordId]) -> Vec<(&'static str, String)> {
    let left = records.first().and_then(|id| evidence.capture.get(*id)?.valid_packet());
    let Some(left) = left else { return Vec::new() };
    let said = left.properties();
    let mut pairs = said.user_properties();
    let pair = pairs.find(|(name, _)| *name == REASON).map(|(_, value)| value);
    vec![
        ("reason", said.reason_string().unwrap_or_default().to_owned()),
        ("pair", pair.unwrap_or_default().to_owned()),
    ]
}

const CLIENT: ClientSlot = ClientSlot(0);
const SUBSCRIBER: ClientSlot = ClientSlot(1);
/// The User Property that tells programs why.
const REASON: &str = "disconnect_reason";
