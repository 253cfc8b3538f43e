//! User Properties that sound like a login are read by nobody.

use super::CLIENT;
use crate::capture::RecordId;
use crate::course::chapters::common::connect_with;
use crate::course::support::connections::{Connection, connections};
use crate::course::{
    Asks, Broker, ByHand, Cast, ClientSetup, Evidence, Exercise, Finding, Move, Prediction, Step,
    Unmet, Verdict, check,
};
use crate::lab::Act;
use crate::mqtt::{Disconnect, Packet, PacketType, Property, ReasonCode};

pub static EXERCISE: Exercise = Exercise {
    id: "not-really-auth",
    broker: Broker::Any,
    spec: &["3.1.2.11.8", "3.1.2.11.9", "4.12"],
    clients: &[ClientSetup {
        role: "client",
        prepared: |cast| vec![connect_with(cast, CLIENT, others()), leave()],
        ..ClientSetup::PLAIN
    }],
    steps: &[
        Step {
            id: "labels",
            by_hand: Some(ByHand {
                act: |cast| labelled(cast, "demo_auth"),
                field: "User Property",
            }),
            // A challenge or a refusal would not have met the step.
            prediction: Some(Prediction { asks: Asks::Options(3), outcome: |_, _| Some(2) }),
            check: accepted_with_labels,
            values: |evidence, records| vec![("label", label_of(evidence, records[0]))],
            ..Step::PLAIN
        },
        Step {
            id: "anything",
            controls: &[|_| Move::Act(leave()), |cast| Move::Act(labelled(cast, "no_such_method"))],
            check: anything_is_accepted,
            values: |evidence, records| {
                let label = |nth: usize| label_of(evidence, records[nth]);
                vec![("first", label(0)), ("other", label(2))]
            },
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
    let [version, client_type] = others();
    connect_with(cast, CLIENT, [Property::user(METHOD, method), version, client_type])
}

fn others() -> [Property; 2] {
    [Property::user("auth_version", "1.0"), Property::user("client_type", "enhanced_demo")]
}

fn leave() -> Act {
    Act::disconnect(CLIENT, Disconnect::new(ReasonCode::Success))
}

/// The value of the User Property that looks like a method.
fn label(connection: &Connection) -> Option<&str> {
    let mut pairs = connection.connect.1.properties.user_properties();
    pairs.find(|(name, _)| *name == METHOD).map(|(_, value)| value)
}

fn label_of(evidence: &Evidence, connect: RecordId) -> String {
    let all = connections(evidence, CLIENT);
    let found = all.iter().find(|it| it.connect.0 == connect).and_then(label);
    found.unwrap_or_default().to_owned()
}

/// Whether the Server took a CONNECT that has these labels and nothing else to say who it is.
fn judge_one(connection: &Connection) -> Verdict {
    let (id, connect) = &connection.connect;
    if connect.properties.authentication_method().is_some() {
        return Err(Unmet::by(*id, Finding::told("real-method", [])));
    }
    let packet = Packet::Connect(Box::new(connect.clone()));
    let names = [METHOD, "auth_version", "client_type"];
    check::has_user_properties(&packet, &names).map_err(|finding| Unmet::by(*id, finding))?;
    let nothing = Evidence::not_received(CLIENT, PacketType::ConnAck);
    let (answer, connack) = connection.connack.as_ref().ok_or(nothing)?;
    check::nothing_refused(&Packet::ConnAck(connack.clone()))
        .map_err(|finding| Unmet::by(*answer, finding))?;
    Ok(connection.handshake())
}

/// The first that is accepted; otherwise what the latest lacks.
fn accepted_with_labels(evidence: &Evidence) -> Verdict {
    let mut verdict = Err(Evidence::not_sent(CLIENT, PacketType::Connect).into());
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
    if let Some(other) = accepted.iter().find(|it| label(it) != label(first)) {
        return Ok([first.handshake(), other.handshake()].concat());
    }
    if let Some(latest) = all.last() {
        judge_one(latest)?;
    }
    let value = label(first).unwrap_or_default().to_owned();
    Err(Finding::told("one-label", [&value]).into())
}

const METHOD: &str = "auth_method";
