//! Two subscriptions with a number each: the number on a message tells by which it came.

use crate::capture::ClientSlot;
use crate::course::chapters::common::{connect, publish};
use crate::course::subscriptions::granted;
use crate::course::{
    Broker, ClientSetup, Evidence, Exercise, Finding, Move, Picture, Step, Unmet, Verdict, check,
};
use crate::lab::Act;
use crate::mqtt::{PacketType, Property, PropertyId, QoS, Subscription};

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
            prepared: |cast| vec![connect(cast, SUBSCRIBER), to_sensors()],
            ..ClientSetup::PLAIN
        },
    ],
    picture: Some(Picture::Tracer),
    steps: &[
        Step {
            id: "number",
            controls: &[|_| Move::Act(to_sensors()), |_| Move::Act(to_alarms())],
            check: numbered,
            ..Step::PLAIN
        },
        Step {
            id: "publish",
            controls: &[|_| Move::Act(reading()), |_| Move::Act(alarm())],
            check: published,
            ..Step::PLAIN
        },
        Step { id: "sort", check: sorted, ..Step::PLAIN },
    ],
    solution: |cast| {
        let publisher = connect(cast, PUBLISHER);
        let acts =
            [connect(cast, SUBSCRIBER), to_sensors(), to_alarms(), publisher, reading(), alarm()];
        acts.map(Move::Act).into()
    },
    // Two CONNECT, two SUBSCRIBE, two PUBLISH, and a PUBACK for each delivery.
    par: 8,
    ..Exercise::PLAIN
};

fn to_sensors() -> Act {
    subscribe("sensors/+/temperature", 1)
}

fn to_alarms() -> Act {
    subscribe("alarms/#", 2)
}

fn subscribe(topic_filter: &str, identifier: u32) -> Act {
    let subscription = Subscription {
        topic_filter: topic_filter.to_owned(),
        qos: QoS::AtLeastOnce,
        ..Subscription::default()
    };
    let properties = [Property::SubscriptionIdentifier(identifier)];
    Act::subscribe(SUBSCRIBER, properties, [subscription])
}

fn reading() -> Act {
    publish(PUBLISHER, "sensors/boiler/temperature", QoS::AtLeastOnce, "71.5")
}

fn alarm() -> Act {
    publish(PUBLISHER, "alarms/boiler", QoS::AtLeastOnce, "overheating")
}

/// Two granted subscriptions with numbers of their own.
fn numbered(evidence: &Evidence) -> Verdict {
    let granted = granted(evidence, SUBSCRIBER);
    let Some(first) = granted.first() else {
        return check::answered_well(evidence, SUBSCRIBER, PacketType::SubAck);
    };
    if let Some(without) = granted.iter().find(|one| one.identifier.is_none()) {
        let finding = Finding::absent(PropertyId::SubscriptionIdentifier.name());
        return Err(Unmet::Contradicted { by: without.subscribe, finding });
    }
    let other = granted.iter().find(|one| {
        one.identifier != first.identifier
            && one.subscription.topic_filter != first.subscription.topic_filter
    });
    match other {
        Some(other) => Ok(vec![first.subscribe, other.subscribe]),
        None if granted.len() > 1 => {
            let finding = Finding::told("same-number", []);
            Err(Unmet::Contradicted { by: granted[1].subscribe, finding })
        }
        None => Err(Unmet::NotYet(Finding::told("one-only", [&first.subscription.topic_filter]))),
    }
}

/// A message for each of the subscriptions.
fn published(evidence: &Evidence) -> Verdict {
    let granted = granted(evidence, SUBSCRIBER);
    let sent = check::messages(evidence.sent(PUBLISHER, PacketType::Publish));
    if granted.is_empty() || sent.is_empty() {
        return Err(Unmet::NotYet(Evidence::not_sent(PUBLISHER, PacketType::Publish)));
    }
    let mut records = Vec::new();
    for one in &granted {
        match sent.iter().find(|(_, message)| one.matches(&message.topic)) {
            Some((id, _)) => records.push(*id),
            None => {
                let filter = &one.subscription.topic_filter;
                return Err(Unmet::NotYet(Finding::told("none-for", [filter])));
            }
        }
    }
    Ok(records)
}

/// Every delivery carries the number of the subscription it matches [MQTT-3.3.4-3], each number seen.
fn sorted(evidence: &Evidence) -> Verdict {
    let granted = granted(evidence, SUBSCRIBER);
    let arrived = check::messages(evidence.received(SUBSCRIBER, PacketType::Publish));
    if arrived.is_empty() {
        return Err(Unmet::NotYet(Evidence::not_received(SUBSCRIBER, PacketType::Publish)));
    }
    let mut records = Vec::new();
    for one in &granted {
        let Some(number) = one.identifier else { continue };
        let matching = arrived.iter().filter(|(_, message)| one.matches(&message.topic));
        let mut without = None;
        let found = matching.into_iter().find(|(id, message)| {
            let has = message.properties.subscription_identifiers().any(|id| id == number);
            if !has {
                without = Some(*id);
            }
            has
        });
        match (found, without) {
            (Some((id, _)), _) => records.push(*id),
            (None, Some(by)) => {
                let finding = Finding::absent(PropertyId::SubscriptionIdentifier.name());
                return Err(Unmet::Contradicted { by, finding });
            }
            (None, None) => return Err(Unmet::NotYet(Finding::told("not-seen", [&number]))),
        }
    }
    match records.len() {
        0 | 1 => Err(Unmet::NotYet(Finding::told("not-seen", [&2]))),
        _ => Ok(records),
    }
}

const PUBLISHER: ClientSlot = ClientSlot(0);
const SUBSCRIBER: ClientSlot = ClientSlot(1);
