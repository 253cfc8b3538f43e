//! 0x87: one PUBLISH is refused, the connection stays; QoS 0 is refused in silence.

use super::no_publishing;
use crate::capture::{ClientSlot, Record, RecordId, answer_to};
use crate::course::chapters::common::{connect, publish};
use crate::course::{
    Asks, Broker, ClientSetup, Evidence, Exercise, Finding, Move, Picture, Prediction, Step, Unmet,
    Verdict, check, judge,
};
use crate::lab::Act;
use crate::mqtt::{Packet, PacketType, QoS, ReasonCode};

pub static EXERCISE: Exercise = Exercise {
    id: "not-authorized",
    broker: Broker::Any,
    spec: &["3.4.2.1", "4.13.2"],
    clients: &[ClientSetup {
        role: "publisher",
        prepared: |cast| vec![connect(cast, CLIENT), message(DOOR, QoS::AtLeastOnce)],
        ..ClientSetup::PLAIN
    }],
    policy: no_publishing,
    picture: Some(Picture::Codes),
    steps: &[
        Step {
            id: "refused",
            controls: &[
                |cast| Move::Act(connect(cast, CLIENT)),
                |_| Move::Act(message(DOOR, QoS::AtLeastOnce)),
            ],
            check: refused,
            ..Step::PLAIN
        },
        Step {
            id: "silence",
            controls: &[
                |_| Move::Act(message(DOOR, QoS::AtMostOnce)),
                |_| Move::Act(message(OPEN, QoS::AtLeastOnce)),
            ],
            prediction: Some(Prediction {
                asks: Asks::Options(3),
                outcome: |evidence, _| what_came(evidence),
            }),
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

fn refused(evidence: &Evidence) -> Verdict {
    let mut answers: Vec<&Record> =
        [PacketType::PubAck, PacketType::PubRec, PacketType::Disconnect]
            .into_iter()
            .flat_map(|packet| evidence.received(CLIENT, packet))
            .collect();
    answers.sort_by_key(|record| record.id);
    let nothing = Evidence::not_received(CLIENT, PacketType::PubAck);
    judge(answers.into_iter(), nothing, |_, packet| match packet.reason_codes().first() {
        Some(code) if !code.is_error() => Err(Finding::told("allowed", [])),
        _ => check::has_reason_code(packet, ReasonCode::NotAuthorized),
    })
}

/// After a forbidden QoS 0 PUBLISH an allowed one is answered, on the same connection.
fn silent(evidence: &Evidence) -> Verdict {
    let forbidden = |record: &Record| match record.valid_packet() {
        Some(Packet::Publish(it)) => it.topic.starts_with("test/forbidden/"),
        _ => false,
    };
    let mut quiet = evidence
        .sent(CLIENT, PacketType::Publish)
        .filter(|record| record.qos() == Some(QoS::AtMostOnce) && forbidden(record));
    let Some(quiet) = quiet.next() else {
        return Err(Unmet::NotYet(Finding::told("not-quiet", [])));
    };
    if let Some(end) = ended_after(evidence, quiet) {
        // A server may also refuse with DISCONNECT (§4.13.2).
        return Ok(vec![quiet.id, end]);
    }
    let mut later = evidence.sent(CLIENT, PacketType::Publish).filter(|record| {
        record.id > quiet.id && record.connection == quiet.connection && !forbidden(record)
    });
    let answer = later.find_map(|record| answer_to(evidence.capture, record.id));
    match answer {
        Some(answer) => Ok(vec![quiet.id, answer.id]),
        None => Err(Unmet::NotYet(Finding::told("not-proved", []))),
    }
}

fn ended_after(evidence: &Evidence, cause: &Record) -> Option<RecordId> {
    let mut ends = evidence.received(CLIENT, PacketType::Disconnect);
    ends.find(|end| end.id > cause.id && end.connection == cause.connection).map(|end| end.id)
}

fn what_came(evidence: &Evidence) -> Option<usize> {
    let Ok(records) = silent(evidence) else { return None };
    let last = evidence.capture.get(*records.last()?)?;
    Some(if last.packet_type() == Some(PacketType::Disconnect) { 1 } else { 2 })
}

const CLIENT: ClientSlot = ClientSlot(0);
const DOOR: &str = "test/forbidden/door";
const OPEN: &str = "test/codes/door";
