//! 0x87: one PUBLISH is refused, the connection stays; QoS 0 is refused in silence.

use super::no_publishing;
use crate::analysis::answer_to;
use crate::capture::{ClientSlot, Record, RecordId};
use crate::course::chapters::common::{connect, publish};
use crate::course::{
    Asks, Broker, ByHand, ClientSetup, Evidence, Exercise, Finding, Move, Picture, Prediction,
    Step, Unmet, Verdict, check,
};
use crate::lab::Act;
use crate::mqtt::{Packet, PacketType, QoS, ReasonCode};

pub static EXERCISE: Exercise = Exercise {
    id: "not-authorized",
    broker: Broker::Any,
    spec: &["3.4.2.1", "4.13.2"],
    clients: &[ClientSetup {
        role: "publisher",
        prepared: |cast| vec![connect(cast, CLIENT), message(OPEN, QoS::AtLeastOnce)],
        ..ClientSetup::PLAIN
    }],
    policy: no_publishing,
    picture: Some(Picture::Codes),
    steps: &[
        Step {
            id: "refused",
            by_hand: Some(ByHand { act: |_| message(DOOR, QoS::AtLeastOnce), field: "Topic Name" }),
            check: refused,
            ..Step::PLAIN
        },
        Step {
            id: "silence",
            controls: &[
                |_| Move::Act(message(DOOR, QoS::AtMostOnce)),
                |_| Move::Act(message(OPEN, QoS::AtLeastOnce)),
            ],
            prediction: Some(Prediction { asks: Asks::Options(3), outcome: what_came }),
            check: silent,
            ..Step::PLAIN
        },
    ],
    solution: |cast| {
        let moves = [
            connect(cast, CLIENT),
            message(DOOR, QoS::AtLeastOnce),
            message(DOOR, QoS::AtMostOnce),
            message(OPEN, QoS::AtLeastOnce),
        ];
        moves.map(Move::Act).into()
    },
    par: 4,
    ..Exercise::PLAIN
};

fn message(topic: &str, qos: QoS) -> Act {
    publish(CLIENT, topic, qos, "open")
}

/// A PUBLISH whose own answer is 0x87.
fn refused(evidence: &Evidence) -> Verdict {
    let mut unmet = Evidence::not_sent(CLIENT, PacketType::Publish).into();
    for sent in evidence.sent(CLIENT, PacketType::Publish) {
        unmet = match refusal(evidence, sent) {
            Ok(answer) => return Ok(vec![sent.id, answer]),
            Err(finding) => Unmet::by(sent.id, finding),
        };
    }
    Err(unmet)
}

fn refusal(evidence: &Evidence, sent: &Record) -> Result<RecordId, Finding> {
    let answer = answer_to(evidence.capture, sent.id).or_else(|| ended_after(evidence, sent));
    let nothing = || Evidence::not_received(CLIENT, PacketType::PubAck);
    let answer = answer.ok_or_else(nothing)?;
    let packet = answer.valid_packet().ok_or_else(nothing)?;
    if !packet.reason_codes().iter().any(|code| code.is_error()) {
        return Err(Finding::told("allowed", [&topic_of(sent).unwrap_or_default()]));
    }
    check::has_reason_code(&packet, ReasonCode::NotAuthorized)?;
    Ok(answer.id)
}

/// After a forbidden QoS 0 PUBLISH an allowed one is answered, on the same connection; or the server has
/// said with DISCONNECT what it could not acknowledge (§4.13.2).
fn silent(evidence: &Evidence) -> Verdict {
    let mut unmet = Finding::told("not-quiet", []).into();
    let quiet = evidence
        .sent(CLIENT, PacketType::Publish)
        .filter(|record| record.qos() == Some(QoS::AtMostOnce) && is_forbidden(record));
    for quiet in quiet {
        if let Some(end) = ended_after(evidence, quiet) {
            let packet = end.valid_packet();
            match packet.map(|packet| check::has_reason_code(&packet, ReasonCode::NotAuthorized)) {
                Some(Err(finding)) => unmet = Unmet::by(end.id, finding),
                _ => return Ok(vec![quiet.id, end.id]),
            }
            continue;
        }
        let mut later = evidence.sent(CLIENT, PacketType::Publish).filter(|record| {
            record.id > quiet.id && record.connection == quiet.connection && !is_forbidden(record)
        });
        match later.find_map(|record| answer_to(evidence.capture, record.id)) {
            Some(answer) => return Ok(vec![quiet.id, answer.id]),
            None => unmet = Finding::told("not-proved", []).into(),
        }
    }
    Err(unmet)
}

fn topic_of(record: &Record) -> Option<String> {
    match record.valid_packet()? {
        Packet::Publish(publish) => Some(publish.topic.into()),
        _ => None,
    }
}

fn is_forbidden(record: &Record) -> bool {
    topic_of(record).is_some_and(|topic| topic.starts_with("factory/osaka/forbidden/"))
}

fn ended_after<'a>(evidence: &Evidence<'a>, cause: &Record) -> Option<&'a Record> {
    let mut ends = evidence.received(CLIENT, PacketType::Disconnect);
    ends.find(|end| end.id > cause.id && end.connection == cause.connection)
}

/// With DISCONNECT, or not at all.
fn what_came(evidence: &Evidence, records: &[RecordId]) -> Option<usize> {
    let last = evidence.capture.get(*records.last()?)?;
    Some(if last.packet_type() == Some(PacketType::Disconnect) { 1 } else { 2 })
}

const CLIENT: ClientSlot = ClientSlot(0);
const DOOR: &str = "factory/osaka/forbidden/door-2";
const OPEN: &str = "factory/osaka/boiler/door-2";
