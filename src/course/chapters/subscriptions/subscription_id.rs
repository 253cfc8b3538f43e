//! Two subscriptions with a number each: the number on a message tells by which it came.

use crate::capture::{ClientSlot, Record, RecordId};
use crate::course::chapters::common::{connect, publish};
use crate::course::support::subscriptions::{Granted, held};
use crate::course::{
    Asks, Broker, ByHand, ClientSetup, Evidence, Exercise, Finding, Move, Picture, Prediction,
    Step, Unmet, Verdict, check,
};
use crate::lab::Act;
use crate::mqtt::{PacketType, Property, PropertyId, Publish, QoS, Subscription};

pub static EXERCISE: Exercise = Exercise {
    id: "subscription-id",
    broker: Broker::Any,
    spec: &["3.8.2.1.2", "3.3.2.3.8", "3.3.4"],
    clients: &[
        ClientSetup {
            role: "publisher",
            prepared: |cast| vec![connect(cast, PUBLISHER), reading()],
            ..ClientSetup::PLAIN
        },
        ClientSetup {
            role: "subscriber",
            prepared: |cast| vec![connect(cast, SUBSCRIBER), subscribe(SENSORS, [])],
            ..ClientSetup::PLAIN
        },
    ],
    picture: Some(Picture::Tracer),
    steps: &[
        Step {
            id: "number",
            by_hand: Some(ByHand { act: |_| to_sensors(), field: "Subscription Identifier" }),
            check: numbered,
            values: |evidence, records| vec![("number", number(evidence, records))],
            ..Step::PLAIN
        },
        Step {
            id: "second",
            controls: &[|_| Move::Act(to_alarms())],
            check: |evidence| {
                let both = two_numbers(evidence)?;
                Ok(both.iter().map(|one| one.subscribe).collect())
            },
            ..Step::PLAIN
        },
        Step {
            id: "publish",
            controls: &[|_| Move::Act(reading()), |_| Move::Act(alarm())],
            prediction: Some(Prediction { asks: Asks::Number, outcome: bytes_more }),
            check: arrived,
            values: |evidence, records| {
                let size = |nth: usize| {
                    let record = records.get(nth).and_then(|id| evidence.capture.get(*id));
                    record.map_or(0, |record| record.bytes().len()).to_string()
                };
                vec![("sent", size(0)), ("delivered", size(1))]
            },
            ..Step::PLAIN
        },
        Step { id: "sort", check: both_opened, ..Step::PLAIN },
    ],
    solution: |cast| {
        let open = Move::Open(SUBSCRIBER, PacketType::Publish);
        vec![
            Move::Act(connect(cast, SUBSCRIBER)),
            Move::Act(to_sensors()),
            Move::Act(to_alarms()),
            Move::Act(connect(cast, PUBLISHER)),
            Move::Act(reading()),
            open.clone(),
            Move::Act(alarm()),
            open,
        ]
    },
    // Two CONNECT, two SUBSCRIBE, two PUBLISH, and a PUBACK for each delivery.
    par: 8,
    ..Exercise::PLAIN
};

fn to_sensors() -> Act {
    subscribe(SENSORS, [Property::SubscriptionIdentifier(1)])
}

fn to_alarms() -> Act {
    subscribe("factory/osaka/line-2/+/alarm", [Property::SubscriptionIdentifier(2)])
}

fn subscribe<const N: usize>(topic_filter: &str, properties: [Property; N]) -> Act {
    let subscription = Subscription {
        topic_filter: topic_filter.into(),
        qos: QoS::AtLeastOnce,
        ..Subscription::default()
    };
    Act::subscribe(SUBSCRIBER, properties, [subscription])
}

fn reading() -> Act {
    publish(PUBLISHER, "factory/osaka/line-2/robot-04/temperature", QoS::AtLeastOnce, "71.5")
}

fn alarm() -> Act {
    publish(PUBLISHER, "factory/osaka/line-2/robot-04/alarm", QoS::AtLeastOnce, "overheating")
}

/// The latest subscription has a number.
fn numbered(evidence: &Evidence) -> Verdict {
    let held = held(evidence, SUBSCRIBER);
    let Some(latest) = held.last() else {
        return Err(Evidence::not_received(SUBSCRIBER, PacketType::SubAck).into());
    };
    match latest.identifier {
        Some(_) => Ok(vec![latest.subscribe, latest.suback]),
        None => {
            let finding = Finding::absent(PropertyId::SubscriptionIdentifier.name());
            Err(Unmet::by(latest.subscribe, finding))
        }
    }
}

fn number(evidence: &Evidence, records: &[RecordId]) -> String {
    let held = held(evidence, SUBSCRIBER);
    let latest = held.iter().find(|one| records.contains(&one.subscribe));
    latest.and_then(|one| one.identifier).map_or_else(String::new, |number| number.to_string())
}

/// Two subscriptions held at the same time, each with a number of its own.
fn two_numbers(evidence: &Evidence) -> Result<[Granted; 2], Unmet> {
    numbered(evidence)?;
    let mut held = held(evidence, SUBSCRIBER);
    held.retain(|one| one.identifier.is_some());
    let Some(latest) = held.pop() else {
        return Err(Evidence::not_received(SUBSCRIBER, PacketType::SubAck).into());
    };
    match held.iter().rfind(|other| other.identifier != latest.identifier) {
        Some(other) => Ok([other.clone(), latest]),
        None if held.is_empty() => {
            Err(Finding::told("one-only", [&latest.subscription.topic_filter]).into())
        }
        None => Err(Finding::told("same-number", []).into()),
    }
}

/// For each of the two subscriptions a message sent since, and the same as it was delivered with the number
/// [MQTT-3.3.4-3].
fn deliveries(evidence: &Evidence) -> Result<Vec<[RecordId; 2]>, Unmet> {
    let sent = check::messages(evidence.sent(PUBLISHER, PacketType::Publish));
    let arrived = check::messages(evidence.received(SUBSCRIBER, PacketType::Publish));
    let both = two_numbers(evidence)?;
    let mut found = Vec::new();
    for one in &both {
        let is_for = |(id, message): &&(RecordId, Publish)| {
            *id > one.subscribe && one.matches(&message.topic)
        };
        let Some((id, message)) = sent.iter().rfind(is_for) else {
            return Err(Finding::told("none-for", [&one.subscription.topic_filter]).into());
        };
        let copy = arrived.iter().find(|(at, copy)| {
            let mut numbers = copy.properties.subscription_identifiers();
            at > id && copy.payload == message.payload && numbers.any(|n| Some(n) == one.identifier)
        });
        match copy {
            Some((copy, _)) => found.push([*id, *copy]),
            None => {
                return Err(Finding::told("not-seen", [&one.identifier.unwrap_or(0)]).into());
            }
        }
    }
    Ok(found)
}

fn arrived(evidence: &Evidence) -> Verdict {
    Ok(deliveries(evidence)?.into_iter().flatten().collect())
}

/// How much longer the first message was behind the Server.
fn bytes_more(evidence: &Evidence, records: &[RecordId]) -> Option<usize> {
    let size = |nth: usize| Some(evidence.capture.get(*records.get(nth)?)?.bytes().len());
    size(1)?.checked_sub(size(0)?)
}

fn both_opened(evidence: &Evidence) -> Verdict {
    let copies: Vec<_> = deliveries(evidence)?.into_iter().map(|[_, copy]| copy).collect();
    let numbers = |record: &Record| -> Vec<u32> {
        let packet = record.valid_packet();
        packet.map_or_else(Vec::new, |p| p.properties().subscription_identifiers().collect())
    };
    for copy in &copies {
        // Another message with the same number shows it as well.
        let same = evidence.capture.get(*copy).map(numbers);
        let mut opened = evidence.opened.iter().filter_map(|id| evidence.capture.get(*id));
        if !opened.any(|record| record.client == SUBSCRIBER && Some(numbers(record)) == same) {
            return Err(Finding::NotOpened { packet: PacketType::Publish }.into());
        }
    }
    Ok(copies)
}

const PUBLISHER: ClientSlot = ClientSlot(0);
const SUBSCRIBER: ClientSlot = ClientSlot(1);
const SENSORS: &str = "factory/osaka/line-2/+/temperature";
