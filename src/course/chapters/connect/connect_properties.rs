//! One CONNECT that says what this client can take and who it is.

use super::first_connect::accepted;
use crate::capture::{ClientSlot, answered_by};
use crate::course::chapters::common;
use crate::course::{
    Asks, Broker, Cast, ClientSetup, Evidence, Exercise, Finding, Move, Prediction, Step, Unmet,
    Verdict, check, judge,
};
use crate::lab::Act;
use crate::mqtt::{Connect, Packet, PacketType, Property, PropertyId};

pub static EXERCISE: Exercise = Exercise {
    id: "connect-properties",
    broker: Broker::Any,
    spec: &["3.1.2.11"],
    clients: &[ClientSetup {
        role: "client",
        prepared: |cast| vec![connect(cast)],
        ..ClientSetup::PLAIN
    }],
    steps: &[
        Step {
            id: "session-expiry",
            controls: &[|cast| Move::Act(connect(cast))],
            prediction: Some(Prediction {
                asks: Asks::Options(3),
                outcome: |evidence, _| receive_maximum_answered(evidence),
            }),
            check: asks_for_a_session,
            ..Step::PLAIN
        },
        Step { id: "limits", check: states_limits, ..Step::PLAIN },
        Step { id: "user-properties", check: names_itself, ..Step::PLAIN },
        Step { id: "accepted", check: all_accepted, ..Step::PLAIN },
    ],
    solution: |cast| vec![Move::Act(connect(cast))],
    par: 1,
    ..Exercise::PLAIN
};

fn connect(cast: &Cast) -> Act {
    let properties = [
        Property::SessionExpiryInterval(300),
        Property::ReceiveMaximum(10),
        Property::MaximumPacketSize(1_048_576),
        Property::TopicAliasMaximum(10),
        Property::user("client_type", "advanced_mqtt5_client"),
        Property::user("version", "1.0.0"),
        Property::user("capabilities", "user_properties,topic_alias,request_response"),
    ];
    common::connect_with(cast, CLIENT, properties)
}

/// Which Receive Maximum the CONNACK names: that of the CONNECT, another, or none.
fn receive_maximum_answered(evidence: &Evidence) -> Option<usize> {
    let answer = evidence.received(CLIENT, PacketType::ConnAck).next()?;
    let question = answered_by(evidence.capture, answer.id)?.valid_packet()?;
    let asked = question.properties().receive_maximum();
    Some(match answer.valid_packet()?.properties().receive_maximum() {
        None => 2,
        answered if answered == asked => 0,
        Some(_) => 1,
    })
}

fn asks_for_a_session(evidence: &Evidence) -> Verdict {
    judge_connects(evidence, |connect| match connect.properties.session_expiry_interval() {
        None => Err(Finding::absent(PropertyId::SessionExpiryInterval.name())),
        Some(0) => Err(Finding::differs(PropertyId::SessionExpiryInterval.name(), 0, "300")),
        Some(_) => Ok(()),
    })
}

fn states_limits(evidence: &Evidence) -> Verdict {
    judge_connects(evidence, |connect| {
        [PropertyId::ReceiveMaximum, PropertyId::MaximumPacketSize, PropertyId::TopicAliasMaximum]
            .into_iter()
            .find(|id| !connect.properties.contains(*id))
            .map_or(Ok(()), |missing| Err(Finding::absent(missing.name())))
    })
}

fn names_itself(evidence: &Evidence) -> Verdict {
    let nothing = Evidence::not_sent(CLIENT, PacketType::Connect);
    judge(evidence.sent(CLIENT, PacketType::Connect), nothing, |_, packet| {
        check::has_user_properties(packet, &["client_type", "version", "capabilities"])
    })
}

/// The CONNACK that answers the CONNECT with everything in it.
fn all_accepted(evidence: &Evidence) -> Verdict {
    for part in [asks_for_a_session, states_limits, names_itself] {
        if let unmet @ (Err(Unmet::NotYet(_)) | Err(Unmet::Contradicted { .. })) = part(evidence) {
            return unmet;
        }
    }
    accepted(evidence)
}

fn judge_connects(evidence: &Evidence, test: impl Fn(&Connect) -> Result<(), Finding>) -> Verdict {
    let nothing = Evidence::not_sent(CLIENT, PacketType::Connect);
    judge(evidence.sent(CLIENT, PacketType::Connect), nothing, |_, packet| match packet {
        Packet::Connect(connect) => test(connect),
        _ => Ok(()),
    })
}

const CLIENT: ClientSlot = ClientSlot(0);
