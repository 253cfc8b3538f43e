//! SCRAM-SHA-256: four messages, and both sides know whom they talk to.

use super::{CLIENT, begin, one_user, open, prove};
use crate::auth::SCRAM_SHA_256;
use crate::capture::RecordId;
use crate::course::support::connections::connections;
use crate::course::support::scram::{End, Exchange, PASSWORD, USER, exchanges_of};
use crate::course::{
    Asks, Broker, ByHand, Cast, ClientSetup, Evidence, Exercise, Finding, Move, Picture,
    Prediction, Step, Unmet, Verdict,
};
use crate::lab::{Act, Action};
use crate::mqtt::{PacketType, Property, PropertyId};

pub static EXERCISE: Exercise = Exercise {
    id: "scram-login",
    broker: Broker::InTab,
    spec: &["4.12", "3.15", "3.1.2.11.9", "3.1.2.11.10", "3.2.2.3.17", "3.2.2.3.18"],
    clients: &[ClientSetup {
        role: "client",
        prepared: |cast| vec![without_method(cast)],
        ..ClientSetup::PLAIN
    }],
    steps: &[
        Step {
            id: "begin",
            by_hand: Some(ByHand {
                act: |cast| open(cast, USER, 0),
                field: "Authentication Method",
            }),
            check: challenged,
            ..Step::PLAIN
        },
        Step {
            id: "prove",
            controls: &[|_| Move::React(|_, evidence| prove(evidence, PASSWORD))],
            prediction: Some(Prediction { asks: Asks::Options(3), outcome: what_came }),
            check: logged_in,
            ..Step::PLAIN
        },
        Step { id: "verify", check: server_verified, ..Step::PLAIN },
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

/// The first message is there; its method is for the learner to name.
fn without_method(cast: &Cast) -> Act {
    let mut act = open(cast, USER, 0);
    if let Action::Connect(connect) = &mut act.action {
        let data = connect.properties.authentication_data().cloned().unwrap_or_default();
        let method = Property::AuthenticationMethod("".into());
        connect.properties = [method, Property::AuthenticationData(data)].into();
    }
    act
}

/// client-first in CONNECT, and server-first in the AUTH to it; otherwise what the latest CONNECT lacks.
pub(super) fn challenged(evidence: &Evidence) -> Verdict {
    let all = exchanges_of(evidence, CLIENT);
    let begun = all.iter().find_map(|it| Some(vec![it.first.0, it.challenge.as_ref()?.0]));
    if let Some(records) = begun {
        return Ok(records);
    }
    let all = connections(evidence, CLIENT);
    let latest = all.last().ok_or(Evidence::not_sent(CLIENT, PacketType::Connect))?;
    let (id, connect) = &latest.connect;
    let absent = |property: PropertyId| Unmet::by(*id, Finding::absent(property.name()));
    let properties = &connect.properties;
    let method = properties.authentication_method().filter(|method| !method.is_empty());
    let method = method.ok_or_else(|| absent(PropertyId::AuthenticationMethod))?;
    properties.authentication_data().ok_or_else(|| absent(PropertyId::AuthenticationData))?;
    Finding::unless_equal(PropertyId::AuthenticationMethod.name(), method, SCRAM_SHA_256)
        .map_err(|finding| Unmet::by(*id, finding))?;
    match &latest.connack {
        Some((answer, connack)) if connack.reason_code.is_error() => {
            let (packet, code) = (PacketType::ConnAck, connack.reason_code);
            Err(Unmet::by(*answer, Finding::Refused { packet, code }))
        }
        _ => Err(Evidence::not_received(CLIENT, PacketType::Auth).into()),
    }
}

/// Nothing beside Success, the Server's own proof, or something of the password.
fn what_came(evidence: &Evidence, records: &[RecordId]) -> Option<usize> {
    let all = exchanges_of(evidence, CLIENT);
    let ends = all.iter().filter_map(|exchange| exchange.end.as_ref());
    let (_, end) = ends.into_iter().find(|(id, _)| Some(id) == records.last())?;
    match end {
        End::Proved(data) if data.is_empty() => Some(0),
        End::Proved(data) if data.starts_with(b"v=") => Some(1),
        End::Proved(_) => Some(2),
        End::Refused(_) => None,
    }
}

/// client-final in AUTH 0x18, and CONNACK with success.
pub(super) fn logged_in(evidence: &Evidence) -> Verdict {
    let mut verdict = Err(Finding::told("no-challenge", []).into());
    for exchange in exchanges_of(evidence, CLIENT).iter().filter(|it| !it.is_again) {
        verdict = accepted(exchange);
        if verdict.is_ok() {
            break;
        }
    }
    verdict
}

fn accepted(exchange: &Exchange) -> Verdict {
    if let Some((by, code)) = exchange.refusal() {
        let finding = match exchange.is_proof_right(PASSWORD) {
            Some(false) => {
                let code = code.in_words(PacketType::ConnAck);
                Finding::told("wrong-proof", [&code])
            }
            _ => Finding::Refused { packet: PacketType::ConnAck, code },
        };
        return Err(Unmet::by(by, finding));
    }
    if let (Some((answer, _)), Some(end)) = (&exchange.answer, exchange.success()) {
        return Ok(vec![*answer, end]);
    }
    if exchange.is_over || exchange.challenge.is_none() {
        return Err(Finding::told("no-challenge", []).into());
    }
    match exchange.answer {
        None => Err(Evidence::not_sent(CLIENT, PacketType::Auth).into()),
        Some(_) => Err(Evidence::not_received(CLIENT, PacketType::ConnAck).into()),
    }
}

/// The CONNACK was opened, and its server-final is what only a Server with the keys can compute.
fn server_verified(evidence: &Evidence) -> Verdict {
    let mut unmet = Evidence::not_received(CLIENT, PacketType::ConnAck).into();
    for exchange in exchanges_of(evidence, CLIENT) {
        let Some(id) = exchange.success() else { continue };
        if !evidence.opened.contains(&id) {
            unmet = Finding::NotOpened { packet: PacketType::ConnAck }.into();
            continue;
        }
        match exchange.is_server_right(PASSWORD) {
            Some(true) => return Ok(vec![id]),
            _ => unmet = Unmet::by(id, Finding::told("server-unproved", [])),
        }
    }
    Err(unmet)
}
