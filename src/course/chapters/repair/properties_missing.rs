//! A trace id that never reaches its receiver: it is in the wrong packet, and behind that a bridge forwards
//! what its code knew in the days of 3.1.1, topic and payload.

use crate::capture::{ClientSlot, RecordId};
use crate::course::chapters::common::{connect, connect_with, publish, publish_with, subscribe};
use crate::course::{
    Broker, ByHand, Cast, ClientSetup, Evidence, Exercise, Finding, Move, Picture, Step, Unmet,
    Verdict, check,
};
use crate::lab::Act;
use crate::mqtt::{PacketType, Property, Publish, QoS};

pub static EXERCISE: Exercise = Exercise {
    id: "properties-missing",
    broker: Broker::Any,
    spec: &["3.1.2.11.8", "3.3.2.3.7"],
    clients: &[
        ClientSetup {
            role: "publisher",
            prepared: |cast| vec![connect_traced(cast), order("order 4712")],
            ..ClientSetup::PLAIN
        },
        ClientSetup {
            role: "bridge",
            prepared: |cast| {
                let forward = publish(BRIDGE, ROBOT, QoS::AtLeastOnce, "order 4712");
                vec![connect(cast, BRIDGE), listen(BRIDGE, ORDERS), forward]
            },
            ..ClientSetup::PLAIN
        },
        ClientSetup {
            role: "subscriber",
            prepared: |cast| vec![connect(cast, SUBSCRIBER), listen(SUBSCRIBER, ROBOT)],
            ..ClientSetup::PLAIN
        },
    ],
    picture: Some(Picture::Metadata),
    messages_alone_until: Some("source"),
    steps: &[
        Step {
            id: "look",
            controls: &[
                |_| Move::Act(listen(BRIDGE, ORDERS)),
                |_| Move::Act(listen(SUBSCRIBER, ROBOT)),
                |_| Move::Act(order("order 4711")),
                |_| Move::React(|_, evidence| forward(evidence)),
            ],
            check: arrived_bare,
            ..Step::PLAIN
        },
        Step {
            id: "source",
            by_hand: Some(ByHand { act: |_| traced(PUBLISHER, ORDERS), field: "User Property" }),
            check: traced_at_bridge,
            values: trace,
            ..Step::PLAIN
        },
        Step {
            id: "mend",
            by_hand: Some(ByHand { act: |_| traced(BRIDGE, ROBOT), field: "User Property" }),
            check: traced_at_subscriber,
            values: trace,
            ..Step::PLAIN
        },
    ],
    solution: |cast| {
        vec![
            Move::Act(connect(cast, BRIDGE)),
            Move::Act(listen(BRIDGE, ORDERS)),
            Move::Act(connect(cast, SUBSCRIBER)),
            Move::Act(listen(SUBSCRIBER, ROBOT)),
            Move::Act(connect_traced(cast)),
            Move::Act(order("order 4711")),
            Move::React(|_, evidence| forward(evidence)),
            Move::Act(traced(PUBLISHER, ORDERS)),
            Move::Act(traced(BRIDGE, ROBOT)),
        ]
    },
    // Three CONNECT, two SUBSCRIBE, four PUBLISH, and a PUBACK for each of the four deliveries.
    par: 13,
    ..Exercise::PLAIN
};

/// Where the trace id is, and where nobody but the server reads it.
fn connect_traced(cast: &Cast) -> Act {
    connect_with(cast, PUBLISHER, [Property::user(TRACE_ID, "4bf92f35")])
}

fn listen(client: ClientSlot, topic: &str) -> Act {
    subscribe(client, topic, QoS::AtLeastOnce)
}

fn order(words: &str) -> Act {
    publish(PUBLISHER, ORDERS, QoS::AtLeastOnce, words)
}

fn traced(client: ClientSlot, topic: &str) -> Act {
    let trace = [Property::user(TRACE_ID, "4bf92f35")];
    publish_with(client, topic, QoS::AtLeastOnce, trace, b"order 4712")
}

/// What the bridge does with the latest order: topic and payload, as in 3.1.1. Once the learner has taught it
/// to copy the trace id, it does so from then on: the button does not undo the repair.
fn forward(evidence: &Evidence) -> Option<Act> {
    let (_, order) = received(evidence, BRIDGE, ORDERS).pop()?;
    let mut taught = sent(evidence, BRIDGE, ROBOT).into_iter();
    let copied =
        trace_of(&order).filter(|_| taught.any(|(_, message)| trace_of(&message).is_some()));
    let properties: Vec<_> = copied.map(|it| Property::user(TRACE_ID, &it)).into_iter().collect();
    Some(publish_with(BRIDGE, ROBOT, QoS::AtLeastOnce, properties, &order.payload))
}

fn sent(evidence: &Evidence, client: ClientSlot, topic: &str) -> Vec<(RecordId, Publish)> {
    let mut all = check::messages(evidence.sent(client, PacketType::Publish));
    all.retain(|(_, message)| message.topic == topic);
    all
}

fn received(evidence: &Evidence, client: ClientSlot, topic: &str) -> Vec<(RecordId, Publish)> {
    let mut all = check::messages(evidence.received(client, PacketType::Publish));
    all.retain(|(_, message)| message.topic == topic);
    all
}

fn trace_of(message: &Publish) -> Option<String> {
    let mut all = message.properties.user_properties();
    all.find(|(name, _)| *name == TRACE_ID).map(|(_, value)| value.to_owned())
}

/// An order has come through the bridge to the subscriber, without a trace id.
fn arrived_bare(evidence: &Evidence) -> Verdict {
    let nothing = |client| Evidence::not_received(client, PacketType::Publish);
    let orders = received(evidence, BRIDGE, ORDERS);
    let (at_bridge, order) = orders.first().ok_or_else(|| nothing(BRIDGE))?;
    let arrived = received(evidence, SUBSCRIBER, ROBOT);
    let bare = arrived.iter().find(|(id, message)| {
        id > at_bridge && message.payload == order.payload && trace_of(message).is_none()
    });
    let (bare, _) = bare.ok_or_else(|| nothing(SUBSCRIBER))?;
    Ok(vec![*at_bridge, *bare])
}

/// The latest order at the bridge carries it.
fn traced_at_bridge(evidence: &Evidence) -> Verdict {
    let latest = received(evidence, BRIDGE, ORDERS).pop();
    let (by, order) = latest.ok_or_else(|| Evidence::not_received(BRIDGE, PacketType::Publish))?;
    let absent = || Unmet::by(by, Finding::no_user_property(TRACE_ID));
    trace_of(&order).ok_or_else(absent)?;
    Ok(vec![by])
}

/// The latest order with a trace id that came to the bridge has gone on with it, and has arrived.
fn traced_at_subscriber(evidence: &Evidence) -> Verdict {
    let orders = received(evidence, BRIDGE, ORDERS);
    let traced = orders.iter().rev().find_map(|(id, order)| Some((*id, order, trace_of(order)?)));
    let Some((at_bridge, order, trace)) = traced else { return traced_at_bridge(evidence) };
    let forwarded = sent(evidence, BRIDGE, ROBOT).into_iter().rfind(|(id, _)| *id > at_bridge);
    let (by, message) = forwarded.ok_or_else(|| Finding::told("not-forwarded", []))?;
    let text = |payload: &[u8]| String::from_utf8_lossy(payload).into_owned();
    Finding::unless_equal("Payload", text(&message.payload), text(&order.payload))
        .and_then(|()| trace_of(&message).ok_or_else(|| Finding::no_user_property(TRACE_ID)))
        .and_then(|found| Finding::unless_equal("User Property trace_id", found, trace))
        .map_err(|finding| Unmet::by(by, finding))?;
    let mut arrived = received(evidence, SUBSCRIBER, ROBOT).into_iter();
    let came = arrived.find(|(id, it)| *id > by && trace_of(it) == trace_of(&message));
    let (came, _) = came.ok_or_else(|| Evidence::not_received(SUBSCRIBER, PacketType::Publish))?;
    Ok(vec![by, came])
}

fn trace(evidence: &Evidence, records: &[RecordId]) -> Vec<(&'static str, String)> {
    let last = records.last().and_then(|id| evidence.capture.get(*id));
    let message = check::messages(last.into_iter()).pop();
    let trace = message.and_then(|(_, message)| trace_of(&message));
    trace.map(|trace| ("trace", trace)).into_iter().collect()
}

const PUBLISHER: ClientSlot = ClientSlot(0);
const BRIDGE: ClientSlot = ClientSlot(1);
const SUBSCRIBER: ClientSlot = ClientSlot(2);
const ORDERS: &str = "factory/osaka/orders";
const ROBOT: &str = "factory/osaka/line-3/robot-07/orders";
const TRACE_ID: &str = "trace_id";
