//! A success that says: nobody was there.

use crate::capture::{ClientSlot, answer_to};
use crate::course::chapters::common::{connect, publish, subscribe};
use crate::course::{
    Asks, Broker, ClientSetup, Evidence, Exercise, Finding, Move, Picture, Prediction, Step, Unmet,
    Verdict, check,
};
use crate::lab::Act;
use crate::mqtt::{Packet, PacketType, QoS, ReasonCode};

pub static EXERCISE: Exercise = Exercise {
    id: "no-matching-subscribers",
    broker: Broker::Any,
    spec: &["3.4.2.1", "3.5.2.1"],
    clients: &[
        ClientSetup {
            role: "publisher",
            prepared: |cast| vec![connect(cast, PUBLISHER), message(cast.nonce())],
            ..ClientSetup::PLAIN
        },
        ClientSetup {
            role: "subscriber",
            prepared: |cast| vec![connect(cast, SUBSCRIBER), listen(cast.nonce())],
            ..ClientSetup::PLAIN
        },
    ],
    picture: Some(Picture::Codes),
    steps: &[
        Step {
            id: "nobody",
            controls: &[
                |cast| Move::Act(connect(cast, PUBLISHER)),
                |cast| Move::Act(message(cast.nonce())),
            ],
            prediction: Some(Prediction {
                asks: Asks::Options(3),
                outcome: |evidence, _| what_was_said(evidence),
            }),
            check: nobody,
            ..Step::PLAIN
        },
        Step {
            id: "somebody",
            controls: &[
                |cast| Move::Act(connect(cast, SUBSCRIBER)),
                |cast| Move::Act(listen(cast.nonce())),
                |cast| Move::Act(message(cast.nonce())),
            ],
            check: somebody,
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
    format!("test/codes/empty-room/{nonce}")
}

fn message(nonce: &str) -> Act {
    publish(PUBLISHER, &topic(nonce), QoS::AtLeastOnce, "is anybody there?")
}

fn listen(nonce: &str) -> Act {
    subscribe(SUBSCRIBER, &topic(nonce), QoS::AtMostOnce)
}

/// A PUBLISH answered with that code, before or after the first SUBACK. A server need not tell that nobody
/// is there: 0x00 counts too (§3.4.2.1).
fn answered(evidence: &Evidence, is_alone: bool) -> Verdict {
    let suback = evidence.received(SUBSCRIBER, PacketType::SubAck).next().map(|record| record.id);
    let mut verdict = Err(Unmet::NotYet(match is_alone {
        true => Evidence::not_received(PUBLISHER, PacketType::PubAck),
        false => Finding::told("not-again", []),
    }));
    for record in evidence.sent(PUBLISHER, PacketType::Publish) {
        if suback.is_none_or(|suback| record.id < suback) != is_alone {
            continue;
        }
        let Some(answer) = answer_to(evidence.capture, record.id) else { continue };
        let Some(packet) = answer.valid_packet() else { continue };
        let Some(&code) = packet.reason_codes().first() else { continue };
        let accepted = match code {
            ReasonCode::NoMatchingSubscribers => is_alone,
            ReasonCode::Success => true,
            _ => false,
        };
        if accepted {
            return Ok(vec![record.id, answer.id]);
        }
        let finding = match code.is_error() {
            true => check::nothing_refused(&packet).err().unwrap_or(Finding::absent("Reason Code")),
            false => Finding::told("still-nobody", []),
        };
        verdict = Err(Unmet::Contradicted { by: answer.id, finding });
    }
    verdict
}

fn nobody(evidence: &Evidence) -> Verdict {
    answered(evidence, true)
}

fn somebody(evidence: &Evidence) -> Verdict {
    let answer = answered(evidence, false);
    if !answer.is_ok() {
        return answer;
    }
    let Some(message) = evidence.received(SUBSCRIBER, PacketType::Publish).next() else {
        return Err(Unmet::NotYet(Evidence::not_received(SUBSCRIBER, PacketType::Publish)));
    };
    check::all([answer, Ok(vec![message.id])])
}

fn what_was_said(evidence: &Evidence) -> Option<usize> {
    let Ok(records) = answered(evidence, true) else { return None };
    match evidence.capture.get(*records.last()?)?.valid_packet()? {
        Packet::PubAck(ack) | Packet::PubRec(ack) => {
            Some(usize::from(ack.reason_code == ReasonCode::NoMatchingSubscribers))
        }
        _ => None,
    }
}

const PUBLISHER: ClientSlot = ClientSlot(0);
const SUBSCRIBER: ClientSlot = ClientSlot(1);
