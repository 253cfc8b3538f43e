//! A name may occur twice, and the order is part of the message.

use std::collections::BTreeSet;

use super::{copy_of, in_words, is_heard, message, opened_copy, same_pairs};
use crate::capture::{ClientSlot, RecordId};
use crate::course::chapters::common::{connect, publish_with, subscribe};
use crate::course::{
    Asks, Broker, ByHand, Cast, ClientSetup, Evidence, Exercise, Finding, Move, Picture,
    Prediction, Step, Verdict, check, judge,
};
use crate::lab::Act;
use crate::mqtt::{Packet, PacketType, Property, PropertyId, Publish, QoS};

pub static EXERCISE: Exercise = Exercise {
    id: "order-and-repeats",
    broker: Broker::Any,
    spec: &["3.3.2.3.7"],
    clients: &[
        ClientSetup {
            role: "publisher",
            // The repeats are left to the learner.
            prepared: |cast| vec![connect(cast, PUBLISHER), publish(&PAIRS[..2])],
            ..ClientSetup::PLAIN
        },
        ClientSetup {
            role: "subscriber",
            prepared: |cast| vec![connect(cast, SUBSCRIBER), listen(cast)],
            ..ClientSetup::PLAIN
        },
    ],
    steps: &[
        Step {
            id: "subscribe",
            controls: &[|cast| Move::Act(listen(cast))],
            check: |evidence| check::answered_well(evidence, SUBSCRIBER, PacketType::SubAck),
            ..Step::PLAIN
        },
        Step {
            id: "publish",
            by_hand: Some(ByHand { act: |_| publish(&PAIRS), field: "User Property" }),
            prediction: Some(Prediction { asks: Asks::Options(4), outcome: what_came }),
            check: published,
            values: pairs_in_words,
            ..Step::PLAIN
        },
        Step { id: "delivered", check: delivered, values: pairs_in_words, ..Step::PLAIN },
    ],
    picture: Some(Picture::Metadata),
    solution: |cast| {
        vec![
            Move::Act(connect(cast, SUBSCRIBER)),
            Move::Act(listen(cast)),
            Move::Act(connect(cast, PUBLISHER)),
            Move::Act(publish(&PAIRS)),
            Move::Open(SUBSCRIBER, PacketType::Publish),
        ]
    },
    par: 4,
    ..Exercise::PLAIN
};

const PAIRS: [(&str, &str); 4] =
    [("via", "sensor-17"), ("unit", "celsius"), ("via", "gateway-2"), ("via", "sensor-17")];

fn listen(_: &Cast) -> Act {
    subscribe(SUBSCRIBER, TOPIC, QoS::AtMostOnce)
}

fn publish(pairs: &[(&str, &str)]) -> Act {
    let properties: Vec<_> =
        pairs.iter().map(|(name, value)| Property::user(*name, *value)).collect();
    publish_with(PUBLISHER, TOPIC, QoS::AtMostOnce, properties, b"21.5")
}

fn pairs(publish: &Publish) -> Vec<(&str, &str)> {
    publish.properties.user_properties().collect()
}

fn repeats(publish: &Publish) -> bool {
    let pairs = pairs(publish);
    let names: BTreeSet<_> = pairs.iter().map(|(name, _)| name).collect();
    names.len() < pairs.len()
}

/// One name three times, two of them with the same value, and another name between them: what a dictionary, a
/// set or a sort would lose.
fn has_loop(publish: &Publish) -> bool {
    let pairs = pairs(publish);
    pairs.iter().any(|pair| {
        let of_name = |(place, other): (usize, &(&str, &str))| (other.0 == pair.0).then_some(place);
        let places: Vec<_> = pairs.iter().enumerate().filter_map(of_name).collect();
        let is_apart = places.last().zip(places.first());
        places.len() >= 3
            && pairs.iter().filter(|other| *other == pair).count() >= 2
            && is_apart.is_some_and(|(last, first)| last - first >= places.len())
    })
}

/// A message with a route that the subscriber can receive.
fn is_a_route(evidence: &Evidence, record: RecordId, publish: &Publish) -> Result<(), Finding> {
    if pairs(publish).is_empty() {
        return Err(Finding::absent(PropertyId::UserProperty.name()));
    }
    if !repeats(publish) {
        return Err(Finding::told("no-repeat", []));
    }
    if !has_loop(publish) {
        return Err(Finding::told("no-loop", []));
    }
    is_heard(evidence, SUBSCRIBER, &publish.topic, record)
}

fn published(evidence: &Evidence) -> Verdict {
    let nothing = Evidence::not_sent(PUBLISHER, PacketType::Publish);
    let sent = evidence.sent(PUBLISHER, PacketType::Publish);
    judge(sent, nothing, |record, packet| match packet {
        Packet::Publish(publish) => is_a_route(evidence, record.id, publish),
        _ => Ok(()),
    })
}

/// What became of the pairs on their way: one value left for each name, all as they were, another
/// order, or no message.
fn what_came(evidence: &Evidence, records: &[RecordId]) -> Option<usize> {
    let id = *records.first()?;
    let original = (id, message(evidence, id)?);
    let Some((_, copy)) = copy_of(evidence, SUBSCRIBER, &original) else {
        let mut refused = evidence.received(PUBLISHER, PacketType::Disconnect);
        return refused.any(|record| record.id > id).then_some(3);
    };
    let (sent, mut arrived) = (pairs(&original.1), pairs(&copy));
    if arrived == sent {
        return Some(1);
    }
    if !arrived.is_empty() && !repeats(&copy) {
        return Some(0);
    }
    let mut sorted = sent;
    sorted.sort_unstable();
    arrived.sort_unstable();
    (arrived == sorted).then_some(2)
}

/// A copy with all pairs of such a PUBLISH, in the same order.
fn delivered(evidence: &Evidence) -> Verdict {
    let mut sent = check::messages(evidence.sent(PUBLISHER, PacketType::Publish));
    sent.retain(|(id, publish)| is_a_route(evidence, *id, publish).is_ok());
    opened_copy(evidence, SUBSCRIBER, &sent, same_pairs)
}

fn pairs_in_words(evidence: &Evidence, records: &[RecordId]) -> Vec<(&'static str, String)> {
    let latest = records.last().and_then(|id| message(evidence, *id));
    latest.map_or(Vec::new(), |publish| vec![("pairs", in_words(&publish.properties))])
}

const PUBLISHER: ClientSlot = ClientSlot(0);
const SUBSCRIBER: ClientSlot = ClientSlot(1);
const TOPIC: &str = "factory/osaka/line-3/robot-07/joint-2/temperature";
