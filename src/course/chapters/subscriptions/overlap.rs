//! Two filters of one client match the same message: one copy or two.

use crate::capture::{ClientSlot, RecordId};
use crate::course::chapters::common::{connect, publish};
use crate::course::support::subscriptions::{Granted, held};
use crate::course::{
    Asks, Broker, ByHand, ClientSetup, Evidence, Exercise, Finding, Move, Picture, Prediction,
    Step, Unmet, Verdict, check,
};
use crate::lab::Act;
use crate::mqtt::{PacketType, Property, PropertyId, QoS, Subscription};

pub static EXERCISE: Exercise = Exercise {
    id: "overlap",
    broker: Broker::Any,
    spec: &["3.3.4", "3.3.2.3.8"],
    clients: &[
        ClientSetup {
            role: "publisher",
            prepared: |cast| vec![connect(cast, PUBLISHER), message()],
            ..ClientSetup::PLAIN
        },
        ClientSetup {
            role: "subscriber",
            prepared: |cast| vec![connect(cast, SUBSCRIBER), to_everything()],
            ..ClientSetup::PLAIN
        },
    ],
    picture: Some(Picture::Tracer),
    steps: &[
        Step {
            id: "everything",
            controls: &[|_| Move::Act(to_everything())],
            check: |evidence| {
                let one = with_number(evidence, 10, QoS::AtMostOnce)?;
                Ok(vec![one.subscribe, one.suback])
            },
            ..Step::PLAIN
        },
        Step {
            id: "subscribe",
            by_hand: Some(ByHand { act: |_| to_temperatures(), field: "Topic Filter" }),
            check: |evidence| Ok(overlapping(evidence)?.map(|one| one.subscribe).into()),
            ..Step::PLAIN
        },
        Step {
            id: "copies",
            controls: &[|_| Move::Act(message())],
            prediction: Some(Prediction { asks: Asks::Options(3), outcome: came_as }),
            check: every_number_came,
            ..Step::PLAIN
        },
    ],
    solution: |cast| {
        let publisher = connect(cast, PUBLISHER);
        let subscriber = connect(cast, SUBSCRIBER);
        let acts = [subscriber, to_everything(), to_temperatures(), publisher, message()];
        acts.map(Move::Act).into()
    },
    // Two CONNECT, two SUBSCRIBE, PUBLISH, and a PUBACK for the delivery (a second copy may take one more).
    par: 6,
    ..Exercise::PLAIN
};

fn to_everything() -> Act {
    subscribe("factory/osaka/building-2/#", QoS::AtMostOnce, 10)
}

fn to_temperatures() -> Act {
    subscribe("factory/osaka/building-2/+/temperature", QoS::AtLeastOnce, 20)
}

fn subscribe(topic_filter: &str, qos: QoS, identifier: u32) -> Act {
    let topic_filter = topic_filter.into();
    let properties = [Property::SubscriptionIdentifier(identifier)];
    let subscription = Subscription { topic_filter, qos, ..Subscription::default() };
    Act::subscribe(SUBSCRIBER, properties, [subscription])
}

fn message() -> Act {
    publish(PUBLISHER, TOPIC, QoS::AtLeastOnce, "21.0")
}

/// A subscription that matches the topic, with this number and this QoS. The latest one that matches and is
/// not it contradicts.
fn with_number(evidence: &Evidence, number: u32, qos: QoS) -> Result<Granted, Unmet> {
    let held = held(evidence, SUBSCRIBER);
    let Some(latest) = held.last() else {
        return Err(Evidence::not_received(SUBSCRIBER, PacketType::SubAck).into());
    };
    if let Some(one) = held.iter().find(|one| one.identifier == Some(number)) {
        let differs = |subject, found: &dyn ToString, wanted: &dyn ToString| {
            let finding = Finding::differs(subject, found.to_string(), wanted.to_string());
            Err(Unmet::by(one.subscribe, finding))
        };
        return match &one.subscription {
            asked if !one.matches(TOPIC) => differs("Topic Filter", &asked.topic_filter, &TOPIC),
            asked if asked.qos != qos => differs("QoS", &asked.qos.bits(), &qos.bits()),
            _ => Ok(one.clone()),
        };
    }
    match latest.identifier {
        None => {
            let finding = Finding::absent(PropertyId::SubscriptionIdentifier.name());
            Err(Unmet::by(latest.subscribe, finding))
        }
        Some(_) => Err(Finding::told("no-number", [&number]).into()),
    }
}

/// Both subscriptions, from a SUBSCRIBE each.
fn overlapping(evidence: &Evidence) -> Result<[Granted; 2], Unmet> {
    let held = held(evidence, SUBSCRIBER);
    let shared = held.iter().rfind(|one| {
        held.iter().any(|other| {
            other.subscription.topic_filter != one.subscription.topic_filter
                && other.identifier.is_some()
                && other.identifier == one.identifier
        })
    });
    if let Some(shared) = shared {
        let number = shared.identifier.unwrap_or(0);
        return Err(Finding::told("same-number", [&number]).into());
    }
    let everything = with_number(evidence, 10, QoS::AtMostOnce)?;
    let temperatures = with_number(evidence, 20, QoS::AtLeastOnce)?;
    Ok([everything, temperatures])
}

/// The latest message of QoS 1, and the copies of it that brought both numbers, on one copy or on several: both
/// are conforming [MQTT-3.3.4-4] [MQTT-3.3.4-5].
fn every_number_came(evidence: &Evidence) -> Verdict {
    let both = overlapping(evidence)?;
    let since = both.iter().map(|one| one.suback).max();
    let sent = check::messages(evidence.sent(PUBLISHER, PacketType::Publish));
    let sent = sent.into_iter().rfind(|(id, message)| Some(*id) > since && message.topic == TOPIC);
    let Some((sent, message)) = sent else {
        return Err(Evidence::not_sent(PUBLISHER, PacketType::Publish).into());
    };
    Finding::unless_equal("QoS", message.qos.bits(), 1)
        .map_err(|finding| Unmet::by(sent, finding))?;
    let mut copies = check::messages(evidence.received(SUBSCRIBER, PacketType::Publish));
    copies.retain(|(id, copy)| *id > sent && copy.payload == message.payload && !copy.dup);
    for number in both.iter().filter_map(|one| one.identifier) {
        let came = copies
            .iter()
            .any(|(_, copy)| copy.properties.subscription_identifiers().any(|id| id == number));
        if !came {
            return Err(match copies.is_empty() {
                true => Evidence::not_received(SUBSCRIBER, PacketType::Publish).into(),
                false => Finding::told("not-seen", [&number]).into(),
            });
        }
    }
    Ok([sent].into_iter().chain(copies.into_iter().map(|(id, _)| id)).collect())
}

/// One copy with both numbers is the first answer, two copies the second.
fn came_as(_: &Evidence, records: &[RecordId]) -> Option<usize> {
    let copies = records.len().checked_sub(1)?;
    Some(usize::from(copies > 1))
}

const PUBLISHER: ClientSlot = ClientSlot(0);
const SUBSCRIBER: ClientSlot = ClientSlot(1);
const TOPIC: &str = "factory/osaka/building-2/hall/temperature";
