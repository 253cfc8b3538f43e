//! An Authentication Method that the Server does not have: 0x8C.

use super::CLIENT;
use crate::capture::RecordId;
use crate::course::chapters::common::{codes_of, connect, connect_with, has_ended};
use crate::course::figure::{self, Figure};
use crate::course::support::connections::{Connection, connections};
use crate::course::{
    Asks, Broker, ByHand, Cast, ClientSetup, Evidence, Exercise, Finding, Move, Prediction, Step,
    Unmet, Verdict, check,
};
use crate::lab::Act;
use crate::mqtt::{Connect, Packet, PacketType, Property, PropertyId, ReasonCode};

pub static EXERCISE: Exercise = Exercise {
    id: "bad-method",
    broker: Broker::Any,
    spec: &["3.1.2.11.9", "3.2.2.2", "4.12"],
    clients: &[ClientSetup {
        role: "client",
        prepared: |cast| vec![connect(cast, CLIENT)],
        ..ClientSetup::PLAIN
    }],
    figures: &[Figure { name: "property", value: property }],
    steps: &[
        Step {
            id: "ask",
            by_hand: Some(ByHand { act: with_method, field: "Authentication Method" }),
            // A Server that goes on without the method, or with it, has not met the step.
            prediction: Some(Prediction { asks: Asks::Options(3), outcome: |_, _| Some(1) }),
            check: refused,
            values: what_was_refused,
            ..Step::PLAIN
        },
        Step {
            id: "without",
            controls: &[|cast| Move::Act(connect(cast, CLIENT))],
            check: accepted_without,
            ..Step::PLAIN
        },
    ],
    solution: |cast| {
        vec![
            Move::Act(with_method(cast)),
            Move::React(|cast, evidence| {
                has_ended(evidence, CLIENT).then(|| connect(cast, CLIENT))
            }),
        ]
    },
    par: 2,
    ..Exercise::PLAIN
};

fn with_method(cast: &Cast) -> Act {
    connect_with(cast, CLIENT, [Property::AuthenticationMethod(METHOD.into())])
}

/// The bytes of the property: its identifier, two bytes of length, and the name.
fn property(cast: &Cast) -> String {
    let packet = figure::bytes(&with_method(cast));
    let name: Vec<_> = METHOD.bytes().map(|byte| format!("{byte:02X}")).collect();
    let property = format!("15 00 {:02X} {}", METHOD.len(), name.join(" "));
    if packet.contains(&property) { property } else { String::new() }
}

/// 0x8C, or 0x87 where a Server prefers to say less (§4.12). With Authentication Data, 0x87 may be about
/// that.
fn is_about_the_method(code: ReasonCode, connect: &Connect) -> bool {
    match code {
        ReasonCode::BadAuthenticationMethod => true,
        ReasonCode::NotAuthorized => connect.properties.authentication_data().is_none(),
        _ => false,
    }
}

/// An Authentication Method in CONNECT, and 0x8C in the CONNACK to it.
fn refused(evidence: &Evidence) -> Verdict {
    let mut verdict = Err(Evidence::not_sent(CLIENT, PacketType::Connect).into());
    for connection in connections(evidence, CLIENT) {
        verdict = refused_for_its_method(evidence, &connection);
        if verdict.is_ok() {
            break;
        }
    }
    verdict
}

fn refused_for_its_method(evidence: &Evidence, connection: &Connection) -> Verdict {
    let (id, connect) = &connection.connect;
    let absent = || Unmet::by(*id, Finding::absent(PropertyId::AuthenticationMethod.name()));
    let method = connect.properties.authentication_method().ok_or_else(absent)?;
    let offered = |by| Unmet::by(by, Finding::told("offered", [&method]));
    let mut challenges = evidence.received(CLIENT, PacketType::Auth);
    if let Some(challenge) = challenges.find(|it| it.connection == connection.id) {
        return Err(offered(challenge.id));
    }
    let nothing = Evidence::not_received(CLIENT, PacketType::ConnAck);
    let (answer, connack) = connection.connack.as_ref().ok_or(nothing)?;
    match connack.reason_code {
        code if is_about_the_method(code, connect) => Ok(connection.handshake()),
        code if code.is_error() => {
            let packet = PacketType::ConnAck;
            Err(Unmet::by(*answer, Finding::Refused { packet, code }))
        }
        _ => Err(offered(*answer)),
    }
}

fn what_was_refused(evidence: &Evidence, records: &[RecordId]) -> Vec<(&'static str, String)> {
    let all = connections(evidence, CLIENT);
    let asked = all.iter().find(|it| it.connect.0 == records[0]);
    let method = asked.and_then(|it| it.connect.1.properties.authentication_method());
    vec![
        ("method", method.unwrap_or_default().to_owned()),
        ("code", codes_of(evidence, records[1])),
    ]
}

/// After the refusal, a CONNECT without the property, accepted.
fn accepted_without(evidence: &Evidence) -> Verdict {
    let mut unmet = Finding::told("no-plain-connect", []).into();
    let refused = refused(evidence).ok().and_then(|records| records.first().copied());
    for connection in connections(evidence, CLIENT) {
        let (id, connect) = &connection.connect;
        let is_earlier = refused.is_none_or(|refused| *id < refused);
        if is_earlier || connect.properties.authentication_method().is_some() {
            continue;
        }
        unmet = match &connection.connack {
            None => Evidence::not_received(CLIENT, PacketType::ConnAck).into(),
            Some((answer, connack)) => {
                match check::nothing_refused(&Packet::ConnAck(connack.clone())) {
                    Ok(()) => return Ok(connection.handshake()),
                    Err(finding) => Unmet::by(*answer, finding),
                }
            }
        };
    }
    Err(unmet)
}

const METHOD: &str = "demo_auth";
