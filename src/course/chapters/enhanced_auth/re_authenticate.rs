//! AUTH 0x19: the same proof once more, while the connection stays and messages flow.

use super::scram_login::logged_in;
use super::{CLIENT, authenticate, begin, client_first, one_user, open, prove};
use crate::capture::answer_to;
use crate::course::chapters::common::publish;
use crate::course::scram::{Exchange, PASSWORD, USER, exchanges_of};
use crate::course::{
    Asks, Broker, Cast, ClientSetup, Evidence, Exercise, Finding, Move, Picture, Prediction, Step,
    Unmet, Verdict,
};
use crate::lab::Act;
use crate::mqtt::{PacketType, QoS, ReasonCode};

pub static EXERCISE: Exercise = Exercise {
    id: "re-authenticate",
    broker: Broker::InTab,
    spec: &["4.12.1", "3.15.2.1"],
    clients: &[ClientSetup {
        role: "client",
        prepared: |cast| vec![open(cast, USER, 0), message(cast)],
        ..ClientSetup::PLAIN
    }],
    steps: &[
        Step {
            id: "login",
            controls: &[|_| Move::React(begin), |_| Move::React(answer)],
            check: logged_in,
            ..Step::PLAIN
        },
        Step {
            id: "again",
            controls: &[|_| Move::React(begin_again)],
            check: challenged_again,
            ..Step::PLAIN
        },
        Step {
            id: "meanwhile",
            controls: &[|cast| Move::Act(message(cast))],
            prediction: Some(Prediction {
                asks: Asks::Options(3),
                outcome: |evidence, _| what_became_of_it(evidence),
            }),
            check: acknowledged_meanwhile,
            ..Step::PLAIN
        },
        Step { id: "renewed", controls: &[|_| Move::React(answer)], check: renewed, ..Step::PLAIN },
    ],
    policy: one_user,
    picture: Some(Picture::Scram),
    solution: |cast| {
        vec![
            Move::React(begin),
            Move::React(answer),
            Move::React(begin_again),
            Move::Act(message(cast)),
            Move::React(answer),
        ]
    },
    par: 5,
    ..Exercise::PLAIN
};

fn answer(_: &Cast, evidence: &Evidence) -> Option<Act> {
    prove(evidence, PASSWORD)
}

/// AUTH 0x19 on a connection that was authenticated; `None` before, and while another one runs.
fn begin_again(cast: &Cast, evidence: &Evidence) -> Option<Act> {
    let all = exchanges_of(evidence, CLIENT);
    all.last()?.success()?;
    let first = client_first(cast, USER, all.len());
    Some(authenticate(ReasonCode::ReAuthenticate, first))
}

fn message(_: &Cast) -> Act {
    publish(CLIENT, "test/mqtt5/auth", QoS::AtLeastOnce, "still here")
}

fn repeated(evidence: &Evidence) -> impl Iterator<Item = Exchange> {
    exchanges_of(evidence, CLIENT).into_iter().filter(|exchange| exchange.is_again)
}

fn refused(exchange: &Exchange) -> Option<Verdict> {
    let (by, code) = exchange.refusal()?;
    let finding = Finding::Refused { packet: PacketType::Disconnect, code };
    Some(Err(Unmet::Contradicted { by, finding }))
}

/// AUTH 0x19 with client-first, and AUTH 0x18 with the challenge.
fn challenged_again(evidence: &Evidence) -> Verdict {
    let mut verdict = Err(Unmet::NotYet(Finding::told("not-again", [])));
    for exchange in repeated(evidence) {
        if let Some((challenge, _)) = exchange.challenge {
            return Ok(vec![exchange.first.0, challenge]);
        }
        let nothing = Err(Unmet::NotYet(Evidence::not_received(CLIENT, PacketType::Auth)));
        verdict = refused(&exchange).unwrap_or(nothing);
    }
    verdict
}

/// A PUBLISH between AUTH 0x19 and the end of that exchange, with its PUBACK.
fn acknowledged_meanwhile(evidence: &Evidence) -> Verdict {
    let mut verdict = Err(Unmet::NotYet(Finding::told("not-again", [])));
    for exchange in repeated(evidence) {
        let end = exchange.end.as_ref().map(|(id, _)| *id);
        let sent = evidence.sent(CLIENT, PacketType::Publish).find(|record| {
            record.connection == exchange.connection
                && record.id > exchange.first.0
                && end.is_none_or(|end| record.id < end)
        });
        verdict = match (sent, end) {
            (None, Some(by)) => {
                Err(Unmet::Contradicted { by, finding: Finding::told("too-late", []) })
            }
            (None, None) => Err(Unmet::NotYet(Evidence::not_sent(CLIENT, PacketType::Publish))),
            (Some(sent), _) => match answer_to(evidence.capture, sent.id) {
                Some(puback) if end.is_none_or(|end| puback.id < end) => {
                    return Ok(vec![sent.id, puback.id]);
                }
                _ => Err(Unmet::NotYet(Evidence::not_received(CLIENT, PacketType::PubAck))),
            },
        };
    }
    verdict
}

/// Acknowledged at once, only after the exchange, or refused.
fn what_became_of_it(evidence: &Evidence) -> Option<usize> {
    repeated(evidence).find_map(|exchange| {
        let mut sent = evidence.sent(CLIENT, PacketType::Publish);
        let sent = sent.find(|record| {
            let end = exchange.end.as_ref();
            record.id > exchange.first.0 && end.is_none_or(|(end, _)| record.id < *end)
        })?;
        match (answer_to(evidence.capture, sent.id), exchange.success()) {
            (Some(puback), Some(end)) if puback.id > end => Some(1),
            (Some(_), _) => Some(0),
            (None, _) => exchange.refusal().map(|_| 2),
        }
    })
}

/// AUTH 0x00 with a proof of the Server's that holds.
fn renewed(evidence: &Evidence) -> Verdict {
    let mut verdict = Err(Unmet::NotYet(Finding::told("not-again", [])));
    for exchange in repeated(evidence) {
        let nothing = Err(Unmet::NotYet(Evidence::not_sent(CLIENT, PacketType::Auth)));
        verdict = match (&exchange.answer, exchange.success()) {
            (Some((answer, _)), Some(end)) => match exchange.is_server_right(PASSWORD) {
                Some(true) => return Ok(vec![*answer, end]),
                _ => {
                    let finding = Finding::told("server-unproved", []);
                    Err(Unmet::Contradicted { by: end, finding })
                }
            },
            _ => refused(&exchange).unwrap_or(nothing),
        };
    }
    verdict
}
