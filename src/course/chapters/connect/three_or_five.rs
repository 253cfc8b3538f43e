//! The same CONNECT and PUBLISH in 3.1.1 and in 5.0. What is sent is 5.0; 3.1.1 is laid beside it.

use super::accepted;
use crate::capture::{ClientSlot, Record, RecordId};
use crate::course::chapters::common::{self, connect_with};
use crate::course::{
    Asks, Broker, ByHand, Cast, ClientSetup, Evidence, Exercise, Finding, Move, Picture,
    Prediction, Step, Unmet, Verdict, check, judge,
};
use crate::lab::Act;
use crate::mqtt::{
    Disconnect, Packet, PacketType, Property, PropertyId, Publish, QoS, ReasonCode, Version,
    encode_as,
};

pub static EXERCISE: Exercise = Exercise {
    id: "three-or-five",
    broker: Broker::Any,
    spec: &["3.1.2", "3.1.2.4", "3.1.2.11.2", "3.3.2.3"],
    clients: &[ClientSetup {
        role: "client",
        prepared: |cast| vec![connect(cast), publish_plain(), goodbye()],
        ..ClientSetup::PLAIN
    }],
    steps: &[
        Step {
            id: "connect",
            controls: &[|cast| Move::Act(connect(cast))],
            prediction: Some(Prediction { asks: Asks::Number, outcome: longer_by }),
            check: connected_plainly,
            values: sizes,
            ..Step::PLAIN
        },
        Step {
            id: "publish",
            controls: &[|_| Move::Act(publish_plain())],
            check: published_plainly,
            values: sizes,
            ..Step::PLAIN
        },
        Step {
            id: "say-more",
            by_hand: Some(ByHand {
                act: |_| publish_described(),
                field: "Message Expiry Interval",
            }),
            check: said_more,
            values: added,
            ..Step::PLAIN
        },
        Step {
            id: "new-and-kept",
            by_hand: Some(ByHand { act: connect_kept, field: "Session Expiry Interval" }),
            prediction: Some(Prediction { asks: Asks::Byte, outcome: connect_flags }),
            check: new_and_kept,
            values: interval,
            ..Step::PLAIN
        },
    ],
    picture: Some(Picture::Versions),
    solution: |cast| {
        let acts =
            [connect(cast), publish_plain(), publish_described(), goodbye(), connect_kept(cast)];
        acts.map(Move::Act).into()
    },
    par: 5,
    ..Exercise::PLAIN
};

fn connect(cast: &Cast) -> Act {
    common::connect(cast, CLIENT)
}

fn connect_kept(cast: &Cast) -> Act {
    connect_with(cast, CLIENT, [Property::SessionExpiryInterval(300)])
}

fn goodbye() -> Act {
    Act::disconnect(CLIENT, Disconnect::new(ReasonCode::Success))
}

fn publish_plain() -> Act {
    common::publish(CLIENT, TOPIC, QoS::AtMostOnce, PAYLOAD)
}

fn publish_described() -> Act {
    let properties = [
        Property::MessageExpiryInterval(300),
        Property::ContentType("application/json".into()),
        Property::user("unit", "celsius"),
    ];
    common::publish_with(CLIENT, TOPIC, QoS::AtMostOnce, properties, PAYLOAD.as_bytes())
}

/// The size of a packet as 3.1.1 would have written it, and as it is.
fn both_sizes(record: &Record) -> Option<(usize, usize)> {
    let packet = record.valid_packet()?;
    let before = match packet {
        Packet::Connect(_) | Packet::Publish(_) => encode_as(&packet, Version::V3_1_1),
        _ => return None,
    };
    Some((before.ok()?.len(), record.bytes().len()))
}

fn sizes_of_first(evidence: &Evidence, records: &[RecordId]) -> Option<(usize, usize)> {
    both_sizes(evidence.capture.get(*records.first()?)?)
}

fn longer_by(evidence: &Evidence, records: &[RecordId]) -> Option<usize> {
    sizes_of_first(evidence, records).map(|(v3, v5)| v5.saturating_sub(v3))
}

fn sizes(evidence: &Evidence, records: &[RecordId]) -> Vec<(&'static str, String)> {
    let sizes = sizes_of_first(evidence, records);
    sizes.map_or(Vec::new(), |(v3, v5)| vec![("v3", v3.to_string()), ("v5", v5.to_string())])
}

/// Nothing that 3.1.1 could not have said. A Will has a list of properties of its own.
fn is_plain(packet: &Packet) -> Result<(), Finding> {
    if let Some(property) = packet.properties().iter().next() {
        return Err(Finding::told("not-plain", [&property.id().name()]));
    }
    match packet {
        Packet::Connect(connect) if connect.will.is_some() => {
            Err(Finding::told("not-plain", [&"Will Properties"]))
        }
        _ => Ok(()),
    }
}

fn connected_plainly(evidence: &Evidence) -> Verdict {
    let nothing = Evidence::not_sent(CLIENT, PacketType::Connect);
    let mut records =
        judge(evidence.sent(CLIENT, PacketType::Connect), nothing, |_, packet| is_plain(packet))?;
    records.push(accepted(evidence, CLIENT, records[0])?);
    Ok(records)
}

fn published_plainly(evidence: &Evidence) -> Verdict {
    let nothing = Evidence::not_sent(CLIENT, PacketType::Publish);
    judge(evidence.sent(CLIENT, PacketType::Publish), nothing, |_, packet| is_plain(packet))
}

/// Topic and payload of an earlier PUBLISH without properties, now with some.
fn said_more(evidence: &Evidence) -> Verdict {
    let all = check::messages(evidence.sent(CLIENT, PacketType::Publish));
    let (plain, described): (Vec<_>, Vec<_>) =
        all.into_iter().partition(|(_, publish)| publish.properties.is_empty());
    let same = |one: &Publish, other: &Publish| {
        (&one.topic, &one.payload) == (&other.topic, &other.payload)
    };
    for (id, publish) in &described {
        if let Some((beside, _)) = plain.iter().find(|(_, other)| same(publish, other)) {
            return Ok(vec![*beside.min(id), *beside.max(id)]);
        }
    }
    let (latest, _) = described.last().ok_or_else(|| Finding::told("bare", []))?;
    Err(Unmet::by(*latest, Finding::told("other-message", [])))
}

/// By how much the properties made the message longer, and which they are.
fn added(evidence: &Evidence, records: &[RecordId]) -> Vec<(&'static str, String)> {
    let all = check::messages(records.iter().filter_map(|id| evidence.capture.get(*id)));
    let Some((described, publish)) = all.iter().find(|(_, publish)| !publish.properties.is_empty())
    else {
        return Vec::new();
    };
    let size = |id: &RecordId| evidence.capture.get(*id).map_or(0, |record| record.bytes().len());
    let plain = records.iter().find(|id| *id != described).map_or(0, size);
    let mut names: Vec<&str> =
        publish.properties.iter().map(|property| property.id().name()).collect();
    names.dedup();
    vec![("more", size(described).saturating_sub(plain).to_string()), ("lost", names.join(", "))]
}

/// An accepted CONNECT that begins a new Session and keeps it after the connection: two wishes for which
/// 3.1.1 has a single bit.
fn new_and_kept(evidence: &Evidence) -> Verdict {
    let mut latest = None;
    for record in evidence.sent(CLIENT, PacketType::Connect) {
        let Some(Packet::Connect(connect)) = record.valid_packet() else { continue };
        if connect.properties.session_expiry_interval().unwrap_or(0) == 0 {
            continue;
        }
        if connect.clean_start
            && let Ok(answer) = accepted(evidence, CLIENT, record.id)
        {
            return Ok(vec![record.id, answer]);
        }
        latest = Some((record.id, connect.clean_start));
    }
    let nothing = || Finding::absent(PropertyId::SessionExpiryInterval.name());
    let (id, clean_start) = latest.ok_or_else(nothing)?;
    if !clean_start {
        return Err(Unmet::by(id, Finding::differs("Clean Start", 0, 1)));
    }
    accepted(evidence, CLIENT, id).map(|answer| vec![id, answer])
}

/// The byte after Protocol Name and Protocol Version (§3.1.2.3).
fn connect_flags(evidence: &Evidence, records: &[RecordId]) -> Option<usize> {
    let bytes = evidence.capture.get(*records.first()?)?.bytes();
    let version = bytes.windows(5).position(|five| five == b"MQTT\x05")?;
    bytes.get(version + 5).map(|byte| usize::from(*byte))
}

fn interval(evidence: &Evidence, records: &[RecordId]) -> Vec<(&'static str, String)> {
    let connect = records.first().and_then(|id| evidence.capture.get(*id)?.valid_packet());
    let asked = connect.and_then(|packet| packet.properties().session_expiry_interval());
    vec![("interval", asked.unwrap_or(0).to_string())]
}

const CLIENT: ClientSlot = ClientSlot(0);
const TOPIC: &str = "factory/osaka/line-3/robot-07/temperature";
const PAYLOAD: &str = r#"{"value":21.5}"#;
