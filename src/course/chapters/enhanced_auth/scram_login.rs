//! SCRAM-SHA-256: four messages, and both sides know whom they talk to.

use super::{CLIENT, begin, one_user, open, prove};
use crate::course::scram::{End, Exchange, PASSWORD, USER, exchanges_of};
use crate::course::{
    Asks, Broker, ClientSetup, Evidence, Exercise, Finding, Move, Picture, Prediction, Step, Unmet,
    Verdict, judge,
};
use crate::mqtt::{Packet, PacketType, PropertyId, ReasonCode};

pub static EXERCISE: Exercise = Exercise {
    id: "scram-login",
    broker: Broker::InTab,
    spec: &["4.12", "3.15", "3.1.2.11.9", "3.1.2.11.10", "3.2.2.3.17", "3.2.2.3.18"],
    clients: &[ClientSetup {
        role: "client",
        prepared: |cast| vec![open(cast, USER, 0)],
        ..ClientSetup::PLAIN
    }],
    steps: &[
        Step { id: "begin", controls: &[|_| Move::React(begin)], check: challenged, ..Step::PLAIN },
        Step {
            id: "prove",
            controls: &[|_| Move::React(|_, evidence| prove(evidence, PASSWORD))],
            prediction: Some(Prediction {
                asks: Asks::Options(3),
                outcome: |evidence, _| what_came(evidence),
            }),
            check: logged_in,
            ..Step::PLAIN
        },
        Step {
            id: "verify",
            controls: &[|_| Move::Open(CLIENT, PacketType::ConnAck)],
            check: server_verified,
            ..Step::PLAIN
        },
    ],
    policy: one_user,
    picture: Some(Picture::Scram),
    solution: |_| {
        vec![
            Move::React(begin),
            Move::React(|_, evidence| prove(evidence, PASSWORD)),
            Move::Open(CLIENT, PacketType::ConnAck),
        ]
    },
    par: 2,
    ..Exercise::PLAIN
};

/// client-first in CONNECT, and server-first in the AUTH to it.
pub(super) fn challenged(evidence: &Evidence) -> Verdict {
    let all = exchanges_of(evidence, CLIENT);
    let begun = all.iter().find_map(|it| Some(vec![it.first.0, it.challenge.as_ref()?.0]));
    if let Some(records) = begun {
        return Ok(records);
    }
    if let Some((by, code)) = all.last().and_then(Exchange::refusal) {
        let finding = Finding::Refused { packet: PacketType::ConnAck, code };
        return Err(Unmet::Contradicted { by, finding });
    }
    let nothing = Evidence::not_sent(CLIENT, PacketType::Connect);
    let sent = evidence.sent(CLIENT, PacketType::Connect);
    let named = judge(sent, nothing, |_, packet| match packet {
        Packet::Connect(connect) if connect.properties.authentication_method().is_none() => {
            Err(Finding::absent(PropertyId::AuthenticationMethod.name()))
        }
        Packet::Connect(connect) if connect.properties.authentication_data().is_none() => {
            Err(Finding::absent(PropertyId::AuthenticationData.name()))
        }
        _ => Ok(()),
    });
    match named {
        Ok(_) => Err(Unmet::NotYet(Evidence::not_received(CLIENT, PacketType::Auth))),
        unmet => unmet,
    }
}

/// Nothing beside Success, the Server's own proof, or something of the password.
fn what_came(evidence: &Evidence) -> Option<usize> {
    let all = exchanges_of(evidence, CLIENT);
    all.iter().find_map(|exchange| match exchange.end.as_ref()?.1 {
        End::Proved(ref data) if data.is_empty() => Some(0),
        End::Proved(ref data) if data.starts_with(b"v=") => Some(1),
        End::Proved(_) => Some(2),
        End::Refused(_) => None,
    })
}

/// client-final in AUTH 0x18, and CONNACK with success.
pub(super) fn logged_in(evidence: &Evidence) -> Verdict {
    let mut verdict = Err(Unmet::NotYet(Finding::told("no-challenge", [])));
    for exchange in exchanges_of(evidence, CLIENT).iter().filter(|it| !it.is_again) {
        verdict = match (&exchange.answer, &exchange.end) {
            (Some((answer, _)), Some((end, End::Proved(_)))) => {
                return Ok(vec![*answer, *end]);
            }
            (_, Some((by, End::Refused(code)))) => {
                let finding = match (exchange.is_proof_right(PASSWORD), code) {
                    (Some(false), &ReasonCode::NotAuthorized) => Finding::told("wrong-proof", []),
                    (_, &code) => Finding::Refused { packet: PacketType::ConnAck, code },
                };
                Err(Unmet::Contradicted { by: *by, finding })
            }
            _ if exchange.challenge.is_none() => {
                Err(Unmet::NotYet(Finding::told("no-challenge", [])))
            }
            _ => Err(Unmet::NotYet(Evidence::not_sent(CLIENT, PacketType::Auth))),
        };
    }
    verdict
}

/// The CONNACK was opened, and its server-final is what only a Server with the keys can compute.
fn server_verified(evidence: &Evidence) -> Verdict {
    let mut verdict = Err(Unmet::NotYet(Evidence::not_received(CLIENT, PacketType::ConnAck)));
    for exchange in exchanges_of(evidence, CLIENT) {
        let Some(id) = exchange.success() else { continue };
        if !evidence.opened.contains(&id) {
            verdict = Err(Unmet::NotYet(Finding::NotOpened { packet: PacketType::ConnAck }));
            continue;
        }
        verdict = match exchange.is_server_right(PASSWORD) {
            Some(true) => return Ok(vec![id]),
            _ => Err(Unmet::Contradicted { by: id, finding: Finding::told("server-unproved", []) }),
        };
    }
    verdict
}
