//! An Authentication Method that the Server does not have: 0x8C.

use super::CLIENT;
use crate::course::chapters::common::{connect, connect_with, has_ended};
use crate::course::connections::connections;
use crate::course::{
    Asks, Broker, Cast, ClientSetup, Evidence, Exercise, Finding, Move, Prediction, Step, Unmet,
    Verdict,
};
use crate::lab::Act;
use crate::mqtt::{PacketType, Property, PropertyId, ReasonCode};

pub static EXERCISE: Exercise = Exercise {
    id: "bad-method",
    broker: Broker::Any,
    spec: &["3.1.2.11.9", "3.2.2.2", "4.12"],
    clients: &[ClientSetup {
        role: "client",
        prepared: |cast| vec![with_method(cast)],
        ..ClientSetup::PLAIN
    }],
    steps: &[
        Step {
            id: "ask",
            controls: &[|cast| Move::Act(with_method(cast))],
            prediction: Some(Prediction {
                asks: Asks::Options(3),
                outcome: |evidence, _| what_came(evidence),
            }),
            check: refused,
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
    connect_with(cast, CLIENT, [Property::AuthenticationMethod("demo_auth".to_owned())])
}

/// Success after all, 0x8C, or AUTH.
fn what_came(evidence: &Evidence) -> Option<usize> {
    if evidence.received(CLIENT, PacketType::Auth).next().is_some() {
        return Some(2);
    }
    let all = connections(evidence, CLIENT);
    let asked = all.iter().find(|it| it.connect.1.properties.authentication_method().is_some())?;
    match asked.connack.as_ref()?.1.reason_code {
        code if is_about_the_method(code) => Some(1),
        code if code.is_error() => None,
        _ => Some(0),
    }
}

/// 0x8C, or 0x87 where a Server prefers to say less (§4.12).
fn is_about_the_method(code: ReasonCode) -> bool {
    matches!(code, ReasonCode::BadAuthenticationMethod | ReasonCode::NotAuthorized)
}

/// An Authentication Method in CONNECT, and 0x8C in the CONNACK to it.
fn refused(evidence: &Evidence) -> Verdict {
    let mut verdict = Err(Unmet::NotYet(Evidence::not_sent(CLIENT, PacketType::Connect)));
    for connection in connections(evidence, CLIENT) {
        let (id, connect) = &connection.connect;
        let Some(method) = connect.properties.authentication_method() else {
            let finding = Finding::absent(PropertyId::AuthenticationMethod.name());
            verdict = Err(Unmet::Contradicted { by: *id, finding });
            continue;
        };
        let challenge = evidence.received(CLIENT, PacketType::Auth);
        let challenge = challenge.filter(|record| record.connection == connection.id).last();
        verdict = match (&connection.connack, challenge) {
            (Some((_, connack)), _) if is_about_the_method(connack.reason_code) => {
                return Ok(connection.handshake());
            }
            (Some((answer, connack)), _) if connack.reason_code.is_error() => {
                let (packet, code) = (PacketType::ConnAck, connack.reason_code);
                Err(Unmet::Contradicted { by: *answer, finding: Finding::Refused { packet, code } })
            }
            (Some((answer, _)), _) => {
                let finding = Finding::told("offered", [&method]);
                Err(Unmet::Contradicted { by: *answer, finding })
            }
            (None, Some(challenge)) => {
                let finding = Finding::told("offered", [&method]);
                Err(Unmet::Contradicted { by: challenge.id, finding })
            }
            (None, None) => Err(Unmet::NotYet(Evidence::not_received(CLIENT, PacketType::ConnAck))),
        };
    }
    verdict
}

/// A CONNECT without the property, taken.
fn accepted_without(evidence: &Evidence) -> Verdict {
    let mut verdict = Err(Unmet::NotYet(Finding::told("no-plain-connect", [])));
    for connection in connections(evidence, CLIENT) {
        if connection.connect.1.properties.authentication_method().is_some() {
            continue;
        }
        verdict = match &connection.connack {
            None => Err(Unmet::NotYet(Evidence::not_received(CLIENT, PacketType::ConnAck))),
            Some((answer, connack)) if connack.reason_code.is_error() => {
                let (packet, code) = (PacketType::ConnAck, connack.reason_code);
                Err(Unmet::Contradicted { by: *answer, finding: Finding::Refused { packet, code } })
            }
            Some(_) => return Ok(connection.handshake()),
        };
    }
    verdict
}
