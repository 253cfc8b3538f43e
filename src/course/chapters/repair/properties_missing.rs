//! A trace id that never reaches its receiver: it stands in the wrong packet.

use crate::capture::ClientSlot;
use crate::course::chapters::common::{connect, connect_with, publish, publish_with, subscribe};
use crate::course::{
    Broker, Cast, ClientSetup, Evidence, Exercise, Finding, Move, Picture, Step, Unmet, Verdict,
    check,
};
use crate::lab::Act;
use crate::mqtt::{PacketType, Property, QoS};

pub static EXERCISE: Exercise = Exercise {
    id: "properties-missing",
    broker: Broker::Any,
    spec: &["3.1.2.11.8", "3.3.2.3.7"],
    clients: &[
        ClientSetup {
            role: "publisher",
            prepared: |cast| vec![connect_traced(cast), order()],
            ..ClientSetup::PLAIN
        },
        ClientSetup {
            role: "subscriber",
            prepared: |cast| vec![connect(cast, SUBSCRIBER), to_orders()],
            ..ClientSetup::PLAIN
        },
    ],
    picture: Some(Picture::Metadata),
    steps: &[
        Step {
            id: "look",
            controls: &[|_| Move::Act(to_orders()), |_| Move::Act(order())],
            check: arrived_bare,
            ..Step::PLAIN
        },
        Step { id: "mend", check: arrived_traced, ..Step::PLAIN },
    ],
    solution: |cast| {
        let trace = [Property::user("trace_id", "4bf92f35")];
        let mended = publish_with(PUBLISHER, TOPIC, QoS::AtLeastOnce, trace, b"order 4712");
        [connect(cast, SUBSCRIBER), to_orders(), connect_traced(cast), order(), mended]
            .map(Move::Act)
            .into()
    },
    // Two CONNECT, SUBSCRIBE, two PUBLISH, and a PUBACK for each delivery.
    par: 7,
    ..Exercise::PLAIN
};

/// Where the trace id stands, and where nobody but the server reads it.
fn connect_traced(cast: &Cast) -> Act {
    connect_with(cast, PUBLISHER, [Property::user("trace_id", "4bf92f35")])
}

fn to_orders() -> Act {
    subscribe(SUBSCRIBER, TOPIC, QoS::AtLeastOnce)
}

fn order() -> Act {
    publish(PUBLISHER, TOPIC, QoS::AtLeastOnce, "order 4711")
}

fn arrived(evidence: &Evidence) -> Vec<(crate::capture::RecordId, bool)> {
    let messages = check::messages(evidence.received(SUBSCRIBER, PacketType::Publish));
    let traced = |message: &crate::mqtt::Publish| {
        message.properties.user_properties().any(|(name, _)| name == "trace_id")
    };
    messages.into_iter().map(|(id, message)| (id, traced(&message))).collect()
}

/// A message has arrived without it.
fn arrived_bare(evidence: &Evidence) -> Verdict {
    match arrived(evidence).into_iter().find(|(_, traced)| !traced) {
        Some((id, _)) => Ok(vec![id]),
        None => Err(Unmet::NotYet(Evidence::not_received(SUBSCRIBER, PacketType::Publish))),
    }
}

/// A message has arrived with it, after one without.
fn arrived_traced(evidence: &Evidence) -> Verdict {
    let Ok(bare) = arrived_bare(evidence) else { return arrived_bare(evidence) };
    let later: Vec<_> = arrived(evidence).into_iter().filter(|(id, _)| *id > bare[0]).collect();
    match later.iter().find(|(_, traced)| *traced) {
        Some((id, _)) => Ok(vec![*id]),
        None => {
            let by = later.last().map_or(bare[0], |(id, _)| *id);
            Err(Unmet::Contradicted { by, finding: Finding::no_user_property("trace_id") })
        }
    }
}

const PUBLISHER: ClientSlot = ClientSlot(0);
const SUBSCRIBER: ClientSlot = ClientSlot(1);
const TOPIC: &str = "test/repair/orders";
