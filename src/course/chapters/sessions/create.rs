//! A Session that outlives its connection.

use super::{connect, leave};
use crate::capture::ClientSlot;
use crate::course::connections::connections;
use crate::course::subscriptions::granted;
use crate::course::{
    Broker, Cast, ClientSetup, Evidence, Exercise, Finding, Move, Picture, Step, Unmet, Verdict,
    check,
};
use crate::lab::{Act, Action};
use crate::mqtt::{PacketType, Property, PropertyId, QoS, Subscription};

pub static EXERCISE: Exercise = Exercise {
    id: "create",
    broker: Broker::Any,
    spec: &["3.1.2.4", "3.1.2.11.2", "4.1"],
    clients: &[ClientSetup {
        role: "subscriber",
        prepared: |cast| vec![begin(cast), subscribe(), leave(CLIENT)],
        ..ClientSetup::PLAIN
    }],
    picture: Some(Picture::Sessions),
    steps: &[
        Step {
            id: "begin",
            controls: &[|cast| Move::Act(begin(cast))],
            check: began,
            ..Step::PLAIN
        },
        Step { id: "fill", controls: &[|_| Move::Act(subscribe())], check: filled, ..Step::PLAIN },
        Step { id: "leave", controls: &[|_| Move::Act(leave(CLIENT))], check: left, ..Step::PLAIN },
    ],
    solution: |cast| [begin(cast), subscribe(), leave(CLIENT)].map(Move::Act).into(),
    par: 3,
    ..Exercise::PLAIN
};

fn begin(cast: &Cast) -> Act {
    let mut act = connect(cast, CLIENT, true, Some(60));
    if let Action::Connect(connect) = &mut act.action {
        connect.properties.push(Property::user("phase", "session_creation"));
    }
    act
}

pub(super) fn subscribe() -> Act {
    let to = |topic_filter: &str, qos| Subscription {
        topic_filter: topic_filter.to_owned(),
        qos,
        ..Subscription::default()
    };
    let both = [to(MESSAGES, QoS::AtLeastOnce), to(ALERTS, QoS::ExactlyOnce)];
    Act::subscribe(CLIENT, [], both)
}

/// Clean Start 1, an interval, and the CONNACK that says no Session was there [MQTT-3.2.2-2].
fn began(evidence: &Evidence) -> Verdict {
    let mut verdict = Err(Unmet::NotYet(Evidence::not_sent(CLIENT, PacketType::Connect)));
    for connection in connections(evidence, CLIENT) {
        let by = connection.connect.0;
        let asked = connection.connect.1.properties.session_expiry_interval();
        verdict = match (connection.connect.1.clean_start, asked, connection.session_present()) {
            (false, _, _) => {
                Err(Unmet::Contradicted { by, finding: Finding::differs("Clean Start", 0, 1) })
            }
            (_, None, _) => {
                let finding = Finding::absent(PropertyId::SessionExpiryInterval.name());
                Err(Unmet::Contradicted { by, finding })
            }
            (_, Some(0), _) => {
                let name = PropertyId::SessionExpiryInterval.name();
                Err(Unmet::Contradicted { by, finding: Finding::differs(name, 0, 60) })
            }
            (_, _, None) => Err(Unmet::NotYet(Evidence::not_received(CLIENT, PacketType::ConnAck))),
            (_, _, Some(_)) => return Ok(connection.handshake()),
        };
    }
    verdict
}

/// Two subscriptions, one of QoS 1 and one of QoS 2.
pub(super) fn filled(evidence: &Evidence) -> Verdict {
    let grants = granted(evidence, CLIENT);
    let of = |qos| grants.iter().find(|one| one.maximum_qos == qos);
    match (of(QoS::AtLeastOnce), of(QoS::ExactlyOnce)) {
        (Some(one), Some(two)) => Ok(vec![one.subscribe, two.suback]),
        _ if grants.is_empty() => check::answered_well(evidence, CLIENT, PacketType::SubAck),
        _ => Err(Unmet::NotYet(Finding::told("both-qos", []))),
    }
}

/// DISCONNECT, with an interval above 0 in force.
fn left(evidence: &Evidence) -> Verdict {
    let mut verdict = Err(Unmet::NotYet(Evidence::not_sent(CLIENT, PacketType::Disconnect)));
    for connection in connections(evidence, CLIENT) {
        let Some((by, _)) = connection.disconnect else { continue };
        if connection.session_expiry_interval() > 0 {
            return check::all([began(evidence), filled(evidence), Ok(vec![by])]);
        }
        let name = PropertyId::SessionExpiryInterval.name();
        verdict = Err(Unmet::Contradicted { by, finding: Finding::differs(name, 0, 60) });
    }
    verdict
}

const CLIENT: ClientSlot = ClientSlot(0);
pub(super) const MESSAGES: &str = "test/session/messages";
pub(super) const ALERTS: &str = "test/session/alerts";
