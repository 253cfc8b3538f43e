//! A proof from the wrong password, and a name that nobody has: the Server tells neither apart.

use super::scram_login::challenged;
use super::{CLIENT, begin, one_user, open, prove};
use crate::course::chapters::common::has_ended;
use crate::course::scram::{Exchange, PASSWORD, USER, exchanges_of};
use crate::course::{
    Asks, Broker, Cast, ClientSetup, Evidence, Exercise, Finding, Move, Picture, Prediction, Step,
    Unmet, Verdict,
};
use crate::lab::Act;
use crate::mqtt::PacketType;

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
            prediction: Some(Prediction {
                asks: Asks::Options(3),
                outcome: |evidence, _| what_came(evidence),
            }),
            check: wrong_proof_refused,
            ..Step::PLAIN
        },
        Step {
            id: "nobody",
            controls: &[
                |_| Move::React(begin_as_nobody),
                |_| Move::React(|_, evidence| prove(evidence, PASSWORD)),
            ],
            prediction: Some(Prediction {
                asks: Asks::Options(3),
                outcome: |evidence, _| when_it_was_told(evidence),
            }),
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

/// A refusal in CONNACK, another challenge, or the end of the connection without a word.
fn what_came(evidence: &Evidence) -> Option<usize> {
    let all = exchanges_of(evidence, CLIENT);
    let mut known = all.iter().filter(is_known);
    let wrong = known.rfind(|it| it.is_proof_right(PASSWORD) == Some(false))?;
    let (answer, _) = wrong.answer.as_ref()?;
    let mut challenges = evidence.received(CLIENT, PacketType::Auth);
    if challenges.any(|it| it.connection == wrong.connection && it.id > *answer) {
        return Some(1);
    }
    match wrong.refusal() {
        Some(_) => Some(0),
        None => has_ended(evidence, CLIENT).then_some(2),
    }
}

/// At once, after the proof, or not at all.
fn when_it_was_told(evidence: &Evidence) -> Option<usize> {
    let all = exchanges_of(evidence, CLIENT);
    let unknown = all.iter().find(|it| !is_known(it) && it.end.is_some())?;
    Some(match (unknown.refusal(), &unknown.answer) {
        (Some(_), None) => 0,
        (Some(_), Some(_)) => 1,
        (None, _) => 2,
    })
}

/// A proof that the password does not give, and the refusal of it.
fn wrong_proof_refused(evidence: &Evidence) -> Verdict {
    let mut verdict = Err(Unmet::NotYet(Finding::told("no-challenge", [])));
    for exchange in exchanges_of(evidence, CLIENT).iter().filter(is_known) {
        let Some((answer, _)) = &exchange.answer else {
            if exchange.end.is_none() && exchange.challenge.is_some() {
                verdict = Err(Unmet::NotYet(Evidence::not_sent(CLIENT, PacketType::Auth)));
            }
            continue;
        };
        verdict = match (exchange.is_proof_right(PASSWORD), exchange.refusal()) {
            (Some(false), Some((end, _))) => return Ok(vec![*answer, end]),
            (Some(false), None) => {
                Err(Unmet::NotYet(Evidence::not_received(CLIENT, PacketType::ConnAck)))
            }
            _ => {
                let finding = Finding::told("right-proof", []);
                Err(Unmet::Contradicted { by: *answer, finding })
            }
        };
    }
    verdict
}

/// A challenge for a name without a user, and the refusal only after the proof.
fn unknown_name_refused(evidence: &Evidence) -> Verdict {
    let mut verdict = Err(Unmet::NotYet(Finding::told("no-other-name", [])));
    for exchange in exchanges_of(evidence, CLIENT).iter().filter(|it| !is_known(it)) {
        let refusal = exchange.refusal();
        verdict = match (&exchange.challenge, &exchange.answer, refusal) {
            (Some((challenge, _)), Some(_), Some((end, _))) => {
                return Ok(vec![exchange.first.0, *challenge, end]);
            }
            (_, _, Some((by, code))) => {
                let finding = Finding::Refused { packet: PacketType::ConnAck, code };
                Err(Unmet::Contradicted { by, finding })
            }
            (None, ..) => Err(Unmet::NotYet(Evidence::not_received(CLIENT, PacketType::Auth))),
            (_, None, _) => Err(Unmet::NotYet(Evidence::not_sent(CLIENT, PacketType::Auth))),
            _ => Err(Unmet::NotYet(Evidence::not_received(CLIENT, PacketType::ConnAck))),
        };
    }
    verdict
}

const WRONG: &str = "tsubame-14";
const NOBODY: &str = "robot-99";
