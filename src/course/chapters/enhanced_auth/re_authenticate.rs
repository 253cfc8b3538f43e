//! AUTH 0x19: the same proof once more, while the connection stays and messages flow.

use super::scram_login::logged_in;
use super::{CLIENT, authenticate, begin, client_first, one_user, open, prove};
use crate::analysis::answer_to;
use crate::capture::{Record, RecordId};
use crate::course::chapters::common::{codes_of, publish};
use crate::course::support::scram::{Exchange, PASSWORD, USER, exchanges_of};
use crate::course::{
    Asks, Broker, ByHand, Cast, ClientSetup, Evidence, Exercise, Finding, Move, Picture,
    Prediction, Step, Unmet, Verdict,
};
use crate::lab::Act;
use crate::mqtt::{PacketType, QoS, ReasonCode};

pub static EXERCISE: Exercise = Exercise {
    id: "re-authenticate",
    broker: Broker::InTab,
    spec: &["4.12.1", "3.15.2.1"],
    clients: &[ClientSetup {
        role: "client",
        prepared: |cast| vec![open(cast, USER, 0), message(QoS::AtMostOnce)],
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
            by_hand: Some(ByHand { act: |_| message(QoS::AtLeastOnce), field: "QoS" }),
            // The check asks for the PUBACK within the exchange.
            prediction: Some(Prediction { asks: Asks::Options(3), outcome: |_, _| Some(0) }),
            check: acknowledged_meanwhile,
            ..Step::PLAIN
        },
        Step { id: "renewed", controls: &[|_| Move::React(answer)], check: renewed, ..Step::PLAIN },
        Step {
            id: "failed",
            // The check asks for the Server's DISCONNECT.
            prediction: Some(Prediction { asks: Asks::Options(3), outcome: |_, _| Some(2) }),
            check: failed,
            values: |evidence, records| vec![("code", last_code(evidence, records))],
            ..Step::PLAIN
        },
    ],
    policy: one_user,
    picture: Some(Picture::Scram),
    solution: |_| {
        vec![
            Move::React(begin),
            Move::React(answer),
            Move::React(begin_again),
            Move::Act(message(QoS::AtLeastOnce)),
            Move::React(answer),
            Move::React(begin_again),
            Move::React(|_, evidence| prove(evidence, "tsubame-14")),
        ]
    },
    par: 7,
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

fn message(qos: QoS) -> Act {
    publish(CLIENT, "test/mqtt5/auth", qos, "still here")
}

fn last_code(evidence: &Evidence, records: &[RecordId]) -> String {
    records.last().map_or_else(String::new, |last| codes_of(evidence, *last))
}

fn repeated(evidence: &Evidence) -> impl Iterator<Item = Exchange> {
    exchanges_of(evidence, CLIENT).into_iter().filter(|exchange| exchange.is_again)
}

fn not_again() -> Unmet {
    Finding::told("not-again", []).into()
}

fn refused(exchange: &Exchange) -> Option<Unmet> {
    let (by, code) = exchange.refusal()?;
    Some(Unmet::by(by, Finding::Refused { packet: PacketType::Disconnect, code }))
}

/// AUTH 0x19 with client-first, and AUTH 0x18 with the challenge.
fn challenged_again(evidence: &Evidence) -> Verdict {
    let mut unmet = not_again();
    for exchange in repeated(evidence) {
        if let Some((challenge, _)) = exchange.challenge {
            return Ok(vec![exchange.first.0, challenge]);
        }
        let nothing = Evidence::not_received(CLIENT, PacketType::Auth);
        unmet = refused(&exchange).unwrap_or(nothing.into());
    }
    Err(unmet)
}

/// A PUBLISH between AUTH 0x19 and the end of that exchange, with its PUBACK.
fn acknowledged_meanwhile(evidence: &Evidence) -> Verdict {
    let mut unmet = not_again();
    for exchange in repeated(evidence) {
        let end = exchange.end.as_ref().map(|(id, _)| *id);
        let is_within = |id: RecordId| id > exchange.first.0 && end.is_none_or(|end| id < end);
        let within: Vec<_> = evidence
            .sent(CLIENT, PacketType::Publish)
            .filter(|sent| sent.connection == exchange.connection && is_within(sent.id))
            .collect();
        for sent in &within {
            match puback(evidence, sent) {
                Ok(puback) if is_within(puback) => return Ok(vec![sent.id, puback]),
                Ok(_) => {}
                Err(finding) => unmet = Unmet::by(sent.id, finding),
            }
        }
        unmet = match (within.is_empty(), end) {
            (false, None) => unmet,
            (_, Some(by)) => Unmet::by(by, Finding::told("too-late", [])),
            (true, None) if exchange.is_over => not_again(),
            (true, None) => Evidence::not_sent(CLIENT, PacketType::Publish).into(),
        };
    }
    Err(unmet)
}

fn puback(evidence: &Evidence, sent: &Record) -> Result<RecordId, Finding> {
    let qos = sent.qos().unwrap_or_default();
    Finding::unless_equal("QoS", qos.bits(), QoS::AtLeastOnce.bits())?;
    let answer = answer_to(evidence.capture, sent.id);
    answer.map(|it| it.id).ok_or(Evidence::not_received(CLIENT, PacketType::PubAck))
}

/// AUTH 0x00 with a proof of the Server's that holds.
fn renewed(evidence: &Evidence) -> Verdict {
    let mut unmet = not_again();
    for exchange in repeated(evidence) {
        unmet = match (&exchange.answer, exchange.success()) {
            (Some((answer, _)), Some(end)) => match exchange.is_server_right(PASSWORD) {
                Some(true) => return Ok(vec![*answer, end]),
                _ => Unmet::by(end, Finding::told("server-unproved", [])),
            },
            _ if exchange.is_over => refused(&exchange).unwrap_or_else(not_again),
            _ => Evidence::not_sent(CLIENT, PacketType::Auth).into(),
        };
    }
    Err(unmet)
}

/// After a re-authentication that succeeded, one whose proof does not fit, and the Server's DISCONNECT.
fn failed(evidence: &Evidence) -> Verdict {
    let nothing = || Unmet::from(Finding::told("not-failed", []));
    let mut after = repeated(evidence).skip_while(|exchange| exchange.success().is_none());
    after.next().ok_or_else(nothing)?;
    let mut unmet = nothing();
    for exchange in after {
        unmet = match (&exchange.answer, exchange.refusal(), exchange.success()) {
            (Some((answer, _)), Some((end, _)), _) => return Ok(vec![*answer, end]),
            (_, _, Some(by)) => Unmet::by(by, Finding::told("proved-again", [])),
            _ => nothing(),
        };
    }
    Err(unmet)
}
