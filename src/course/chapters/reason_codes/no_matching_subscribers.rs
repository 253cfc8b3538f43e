//! A success that says: nobody was there.

use crate::analysis::answer_to;
use crate::capture::{ClientSlot, Record, RecordId};
use crate::course::chapters::common::{codes_of, connect, publish, size_of, subscribe};
use crate::course::figure::{self, Figure};
use crate::course::{
    Asks, Broker, ByHand, ClientSetup, Evidence, Exercise, Finding, Move, Picture, Prediction,
    Step, Unmet, Verdict, check,
};
use crate::lab::Act;
use crate::mqtt::{Ack, Packet, PacketId, PacketType, QoS, ReasonCode};

pub static EXERCISE: Exercise = Exercise {
    id: "no-matching-subscribers",
    broker: Broker::Any,
    spec: &["3.4.2.1", "3.5.2.1"],
    clients: &[
        ClientSetup {
            role: "publisher",
            prepared: |cast| {
                let quiet = publish(PUBLISHER, &topic(cast.nonce()), QoS::AtMostOnce, PAYLOAD);
                vec![connect(cast, PUBLISHER), quiet]
            },
            ..ClientSetup::PLAIN
        },
        ClientSetup {
            role: "subscriber",
            prepared: |cast| vec![connect(cast, SUBSCRIBER), listen(cast.nonce())],
            ..ClientSetup::PLAIN
        },
    ],
    picture: Some(Picture::Codes),
    figures: &[Figure { name: "puback", value: |_| figure::bytes_of(&nobody_there()) }],
    steps: &[
        Step {
            id: "nobody",
            by_hand: Some(ByHand { act: |cast| message(cast.nonce()), field: "QoS" }),
            prediction: Some(Prediction { asks: Asks::Options(3), outcome: what_was_said }),
            check: nobody,
            values: |evidence, records| vec![("code", codes_of(evidence, records[1]))],
            ..Step::PLAIN
        },
        Step {
            id: "somebody",
            controls: &[
                |cast| Move::Act(connect(cast, SUBSCRIBER)),
                |cast| Move::Act(listen(cast.nonce())),
                |cast| Move::Act(message(cast.nonce())),
            ],
            prediction: Some(Prediction {
                asks: Asks::Number,
                outcome: |evidence, records| Some(size_of(evidence, records[1])),
            }),
            check: somebody,
            values: |evidence, records| vec![("bytes", size_of(evidence, records[1]).to_string())],
            ..Step::PLAIN
        },
    ],
    solution: |cast| {
        let moves = [
            connect(cast, PUBLISHER),
            message(cast.nonce()),
            connect(cast, SUBSCRIBER),
            listen(cast.nonce()),
            message(cast.nonce()),
        ];
        moves.map(Move::Act).into()
    },
    par: 5,
    ..Exercise::PLAIN
};

fn topic(nonce: &str) -> String {
    format!("factory/osaka/empty-room/{nonce}")
}

fn message(nonce: &str) -> Act {
    publish(PUBLISHER, &topic(nonce), QoS::AtLeastOnce, PAYLOAD)
}

fn listen(nonce: &str) -> Act {
    subscribe(SUBSCRIBER, &topic(nonce), QoS::AtMostOnce)
}

fn nobody_there() -> Packet {
    let reason_code = ReasonCode::NoMatchingSubscribers;
    Packet::PubAck(Ack { reason_code, ..Ack::success(PacketId::MIN) })
}

/// The answer to a PUBLISH of QoS 1, with its Reason Code.
fn puback<'a>(evidence: &Evidence<'a>, sent: &Record) -> Result<(&'a Record, ReasonCode), Finding> {
    Finding::unless_equal("QoS", sent.qos().unwrap_or_default().bits(), QoS::AtLeastOnce.bits())?;
    let nothing = || Evidence::not_received(PUBLISHER, PacketType::PubAck);
    let answer = answer_to(evidence.capture, sent.id).ok_or_else(nothing)?;
    let packet = answer.valid_packet().ok_or_else(nothing)?;
    check::nothing_refused(&packet)?;
    let code = packet.reason_codes().first().ok_or_else(nothing)?;
    Ok((answer, *code))
}

/// A PUBLISH to nobody. A server need not tell: 0x00 counts too, as long as nobody had subscribed
/// (§3.4.2.1).
fn nobody(evidence: &Evidence) -> Verdict {
    let suback = first_suback(evidence);
    let mut unmet = Evidence::not_sent(PUBLISHER, PacketType::Publish).into();
    for sent in evidence.sent(PUBLISHER, PacketType::Publish) {
        unmet = match puback(evidence, sent) {
            Err(finding) => Unmet::by(sent.id, finding),
            Ok((answer, code)) => {
                let is_alone = suback.is_none_or(|suback| answer.id < suback);
                if is_alone || code == ReasonCode::NoMatchingSubscribers {
                    return Ok(vec![sent.id, answer.id]);
                }
                Unmet::by(answer.id, Finding::told("somebody-there", []))
            }
        };
    }
    Err(unmet)
}

/// A PUBLISH after the SUBACK, accepted without a remark, and its message at the subscriber.
fn somebody(evidence: &Evidence) -> Verdict {
    let mut unmet = Finding::told("not-again", []).into();
    let suback = first_suback(evidence).ok_or(Finding::told("not-again", []))?;
    for sent in evidence.sent(PUBLISHER, PacketType::Publish).filter(|sent| sent.id > suback) {
        unmet = match puback(evidence, sent) {
            Err(finding) => Unmet::by(sent.id, finding),
            Ok((answer, ReasonCode::NoMatchingSubscribers)) => {
                Unmet::by(answer.id, Finding::told("still-nobody", []))
            }
            Ok((answer, _)) => {
                let mut arrived = evidence.received(SUBSCRIBER, PacketType::Publish);
                match arrived.find(|arrived| arrived.id > sent.id) {
                    Some(arrived) => return Ok(vec![sent.id, answer.id, arrived.id]),
                    None => Evidence::not_received(SUBSCRIBER, PacketType::Publish).into(),
                }
            }
        };
    }
    Err(unmet)
}

fn first_suback(evidence: &Evidence) -> Option<RecordId> {
    evidence.received(SUBSCRIBER, PacketType::SubAck).next().map(|record| record.id)
}

fn what_was_said(evidence: &Evidence, records: &[RecordId]) -> Option<usize> {
    let answer = evidence.capture.get(records[1])?.valid_packet()?;
    let code = answer.reason_codes().first()?;
    Some(usize::from(*code == ReasonCode::NoMatchingSubscribers))
}

const PUBLISHER: ClientSlot = ClientSlot(0);
const SUBSCRIBER: ClientSlot = ClientSlot(1);
const PAYLOAD: &str = "is anybody there?";
