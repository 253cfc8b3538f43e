//! A proof from the wrong password, and a name that nobody has: the Server tells neither apart.

use super::scram_login::challenged;
use super::{CLIENT, begin, one_user, open, prove};
use crate::capture::RecordId;
use crate::course::chapters::common::{codes_of, has_ended};
use crate::course::support::scram::{Exchange, PASSWORD, USER, exchanges_of};
use crate::course::{
    Asks, Broker, ByHand, Cast, ClientSetup, Evidence, Exercise, Finding, Move, Picture,
    Prediction, Step, Unmet, Verdict,
};
use crate::lab::Act;
use crate::mqtt::{PacketType, ReasonCode};

pub static EXERCISE: Exercise = Exercise {
    id: "wrong-proof",
    broker: Broker::InTab,
    spec: &["4.12", "3.2.2.2", "3.15.2.1"],
    clients: &[ClientSetup {
        role: "client",
        prepared: |cast| vec![open(cast, USER, 0)],
        ..ClientSetup::PLAIN
    }],
    steps: &[
        Step {
            id: "challenge",
            controls: &[|_| Move::React(begin)],
            check: challenged,
            ..Step::PLAIN
        },
        Step {
            id: "wrong",
            controls: &[|_| Move::React(|_, evidence| prove(evidence, WRONG))],
            // The check asks for the refusal.
            prediction: Some(Prediction { asks: Asks::Options(3), outcome: |_, _| Some(0) }),
            check: wrong_proof_refused,
            values: |evidence, records| vec![("code", codes_of(evidence, records[1]))],
            ..Step::PLAIN
        },
        Step {
            id: "stranger",
            by_hand: Some(ByHand {
                act: |cast| open(cast, NOBODY, 1),
                field: "Authentication Data",
            }),
            prediction: Some(Prediction { asks: Asks::Options(3), outcome: what_a_stranger_gets }),
            check: unknown_name_answered,
            ..Step::PLAIN
        },
        Step {
            id: "nobody",
            controls: &[|_| Move::React(|_, evidence| prove(evidence, PASSWORD))],
            prediction: Some(Prediction { asks: Asks::Byte, outcome: which_code }),
            check: unknown_name_refused,
            ..Step::PLAIN
        },
    ],
    policy: one_user,
    picture: Some(Picture::Scram),
    solution: |_| {
        vec![
            Move::React(begin),
            Move::React(|_, evidence| prove(evidence, WRONG)),
            Move::React(|cast, evidence| {
                has_ended(evidence, CLIENT).then(|| begin_as_nobody(cast, evidence)).flatten()
            }),
            Move::React(|_, evidence| prove(evidence, PASSWORD)),
        ]
    },
    par: 4,
    ..Exercise::PLAIN
};

fn begin_as_nobody(cast: &Cast, evidence: &Evidence) -> Option<Act> {
    Some(open(cast, NOBODY, exchanges_of(evidence, CLIENT).len()))
}

fn is_known(exchange: &&Exchange) -> bool {
    exchange.first.1.user_name == USER
}

/// A proof that the password does not give, and the refusal of it.
fn wrong_proof_refused(evidence: &Evidence) -> Verdict {
    let mut unmet = Finding::told("no-challenge", []).into();
    for exchange in exchanges_of(evidence, CLIENT).iter().filter(is_known) {
        unmet = match (&exchange.answer, exchange.refusal()) {
            (None, _) if exchange.is_over || exchange.challenge.is_none() => continue,
            (None, _) => Evidence::not_sent(CLIENT, PacketType::Auth).into(),
            (Some((answer, _)), refusal) => match (exchange.is_proof_right(PASSWORD), refusal) {
                (Some(false), Some((end, _))) => return Ok(vec![*answer, end]),
                (Some(false), None) => Evidence::not_received(CLIENT, PacketType::ConnAck).into(),
                _ => Unmet::by(*answer, Finding::told("right-proof", [])),
            },
        };
    }
    Err(unmet)
}

/// CONNECT under a name without a user, and whatever the Server answers.
fn unknown_name_answered(evidence: &Evidence) -> Verdict {
    let mut unmet = Finding::told("no-other-name", []).into();
    for exchange in exchanges_of(evidence, CLIENT).iter().filter(|it| !is_known(it)) {
        let refusal = exchange.refusal().map(|(id, _)| id);
        match exchange.challenge.as_ref().map(|(id, _)| *id).or(refusal) {
            Some(answer) => return Ok(vec![exchange.first.0, answer]),
            None => unmet = Evidence::not_received(CLIENT, PacketType::Auth).into(),
        }
    }
    Err(unmet)
}

/// The refusal of a proof under a name without a user.
fn unknown_name_refused(evidence: &Evidence) -> Verdict {
    let mut unmet = Finding::told("no-other-name", []).into();
    for exchange in exchanges_of(evidence, CLIENT).iter().filter(|it| !is_known(it)) {
        unmet = match (&exchange.answer, exchange.refusal()) {
            (Some((answer, _)), Some((end, _))) => return Ok(vec![*answer, end]),
            (Some(_), None) => Evidence::not_received(CLIENT, PacketType::ConnAck).into(),
            (None, Some((by, code))) => {
                Unmet::by(by, Finding::Refused { packet: PacketType::ConnAck, code })
            }
            (None, None) if exchange.is_over => continue,
            (None, None) => Evidence::not_sent(CLIENT, PacketType::Auth).into(),
        };
    }
    Err(unmet)
}

/// One of two refusals, or a challenge.
fn what_a_stranger_gets(evidence: &Evidence, records: &[RecordId]) -> Option<usize> {
    let answer = evidence.capture.get(records[1])?.valid_packet()?;
    match answer.packet_type() {
        PacketType::Auth => Some(2),
        _ => match answer.reason_codes().first()? {
            ReasonCode::BadUserNameOrPassword => Some(0),
            ReasonCode::NotAuthorized => Some(1),
            _ => None,
        },
    }
}

fn which_code(evidence: &Evidence, records: &[RecordId]) -> Option<usize> {
    let refusal = evidence.capture.get(records[1])?.valid_packet()?;
    refusal.reason_codes().first().map(|code| code.value().into())
}

const WRONG: &str = "tsubame-14";
const NOBODY: &str = "robot-99";
