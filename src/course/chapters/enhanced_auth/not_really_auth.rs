//! User Properties that sound like a login are read by nobody.

use super::CLIENT;
use crate::course::chapters::common::connect_with;
use crate::course::connections::{Connection, connections};
use crate::course::{
    Asks, Broker, Cast, ClientSetup, Evidence, Exercise, Finding, Move, Prediction, Step, Unmet,
    Verdict, check,
};
use crate::lab::Act;
use crate::mqtt::{Disconnect, Packet, PacketType, Property, ReasonCode};

pub static EXERCISE: Exercise = Exercise {
    id: "not-really-auth",
    broker: Broker::Any,
    spec: &["3.1.2.11.8", "3.1.2.11.9", "4.12"],
    clients: &[ClientSetup {
        role: "client",
        prepared: |cast| vec![labelled(cast, "demo_auth"), leave()],
        ..ClientSetup::PLAIN
    }],
    steps: &[
        Step {
            id: "labels",
            controls: &[|cast| Move::Act(labelled(cast, "demo_auth"))],
            prediction: Some(Prediction {
                asks: Asks::Options(3),
                outcome: |evidence, _| what_came(evidence),
            }),
            check: accepted_with_labels,
            ..Step::PLAIN
        },
        Step {
            id: "anything",
            controls: &[|_| Move::Act(leave()), |cast| Move::Act(labelled(cast, "no_such_method"))],
            check: anything_is_accepted,
            ..Step::PLAIN
        },
    ],
    solution: |cast| {
        let acts = [labelled(cast, "demo_auth"), leave(), labelled(cast, "no_such_method")];
        acts.map(Move::Act).into()
    },
    par: 3,
    ..Exercise::PLAIN
};

fn labelled(cast: &Cast, method: &str) -> Act {
    let properties = [
        Property::user(METHOD, method),
        Property::user("auth_version", "1.0"),
        Property::user("client_type", "enhanced_demo"),
    ];
    connect_with(cast, CLIENT, properties)
}

fn leave() -> Act {
    Act::disconnect(CLIENT, Disconnect::new(ReasonCode::Success))
}

/// A challenge, 0x8C, or success as ever.
fn what_came(evidence: &Evidence) -> Option<usize> {
    if evidence.received(CLIENT, PacketType::Auth).next().is_some() {
        return Some(0);
    }
    let connected = connections(evidence, CLIENT);
    let (_, connack) = connected.iter().find(|it| label(it).is_some())?.connack.as_ref()?;
    match connack.reason_code {
        ReasonCode::BadAuthenticationMethod => Some(1),
        code if code.is_error() => None,
        _ => Some(2),
    }
}

/// The value of the User Property that looks like a method.
fn label(connection: &Connection) -> Option<&str> {
    let mut pairs = connection.connect.1.properties.user_properties();
    pairs.find(|(name, _)| *name == METHOD).map(|(_, value)| value)
}

/// Whether the Server took a CONNECT that has these labels and nothing else to say who it is.
fn judge_one(connection: &Connection) -> Verdict {
    let (id, connect) = &connection.connect;
    let contradicted = |by, finding| Err(Unmet::Contradicted { by, finding });
    if connect.properties.authentication_method().is_some() {
        return contradicted(*id, Finding::told("real-method", []));
    }
    let packet = Packet::Connect(Box::new(connect.clone()));
    let names = [METHOD, "auth_version", "client_type"];
    if let Err(finding) = check::has_user_properties(&packet, &names) {
        return contradicted(*id, finding);
    }
    match &connection.connack {
        None => Err(Unmet::NotYet(Evidence::not_received(CLIENT, PacketType::ConnAck))),
        Some((answer, connack)) if connack.reason_code.is_error() => {
            let (packet, code) = (PacketType::ConnAck, connack.reason_code);
            contradicted(*answer, Finding::Refused { packet, code })
        }
        Some(_) => Ok(connection.handshake()),
    }
}

fn accepted_with_labels(evidence: &Evidence) -> Verdict {
    let mut verdict = Err(Unmet::NotYet(Evidence::not_sent(CLIENT, PacketType::Connect)));
    for connection in connections(evidence, CLIENT) {
        verdict = judge_one(&connection);
        if verdict.is_ok() {
            break;
        }
    }
    verdict
}

/// Two such CONNECTs with different labels, both accepted.
fn anything_is_accepted(evidence: &Evidence) -> Verdict {
    let all = connections(evidence, CLIENT);
    let accepted: Vec<_> = all.iter().filter(|it| judge_one(it).is_ok()).collect();
    let Some(first) = accepted.first() else { return accepted_with_labels(evidence) };
    match accepted.iter().find(|it| label(it) != label(first)) {
        Some(other) => Ok([first.handshake(), other.handshake()].concat()),
        None => {
            let value = label(first).unwrap_or_default().to_owned();
            Err(Unmet::NotYet(Finding::told("one-label", [&value])))
        }
    }
}

const METHOD: &str = "auth_method";
