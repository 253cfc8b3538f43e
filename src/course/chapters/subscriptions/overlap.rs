//! Two filters of one client match the same message: one copy or two.

use crate::capture::ClientSlot;
use crate::course::chapters::common::{connect, publish};
use crate::course::subscriptions::granted;
use crate::course::{
    Asks, Broker, ClientSetup, Evidence, Exercise, Finding, Move, Picture, Prediction, Step, Unmet,
    Verdict, check,
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
            id: "subscribe",
            controls: &[|_| Move::Act(to_everything()), |_| Move::Act(to_temperatures())],
            check: overlapping,
            ..Step::PLAIN
        },
        Step {
            id: "copies",
            controls: &[|_| Move::Act(message())],
            prediction: Some(Prediction {
                asks: Asks::Options(3),
                outcome: |evidence, _| came_as(evidence),
            }),
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
    subscribe("home/#", QoS::AtMostOnce, 10)
}

fn to_temperatures() -> Act {
    subscribe("home/+/temperature", QoS::AtLeastOnce, 20)
}

fn subscribe(topic_filter: &str, qos: QoS, identifier: u32) -> Act {
    let topic_filter = topic_filter.to_owned();
    let properties = [Property::SubscriptionIdentifier(identifier)];
    let subscription = Subscription { topic_filter, qos, ..Subscription::default() };
    Act::subscribe(SUBSCRIBER, properties, [subscription])
}

fn message() -> Act {
    publish(PUBLISHER, TOPIC, QoS::AtLeastOnce, "21.0")
}

/// Two granted subscriptions with numbers of their own, both of which match the topic.
fn overlapping(evidence: &Evidence) -> Verdict {
    let all = granted(evidence, SUBSCRIBER);
    let matching: Vec<_> = all.iter().filter(|one| one.matches(TOPIC)).collect();
    match matching.as_slice() {
        [] => match all.first() {
            None => check::answered_well(evidence, SUBSCRIBER, PacketType::SubAck),
            Some(other) => {
                let finding =
                    Finding::differs("Topic Filter", &other.subscription.topic_filter, TOPIC);
                Err(Unmet::Contradicted { by: other.subscribe, finding })
            }
        },
        [one] => Err(Unmet::NotYet(Finding::told("one-only", [&one.subscription.topic_filter]))),
        several => match several.iter().find(|one| one.identifier.is_none()) {
            Some(without) => {
                let finding = Finding::absent(PropertyId::SubscriptionIdentifier.name());
                Err(Unmet::Contradicted { by: without.subscribe, finding })
            }
            None => Ok(several.iter().map(|one| one.subscribe).collect()),
        },
    }
}

/// The numbers of all matching subscriptions have come, on one copy or on several: both are conforming
/// [MQTT-3.3.4-4] [MQTT-3.3.4-5].
fn every_number_came(evidence: &Evidence) -> Verdict {
    let open = overlapping(evidence);
    if !open.is_ok() {
        return open;
    }
    if evidence.sent(PUBLISHER, PacketType::Publish).next().is_none() {
        return Err(Unmet::NotYet(Evidence::not_sent(PUBLISHER, PacketType::Publish)));
    }
    let copies = check::messages(evidence.received(SUBSCRIBER, PacketType::Publish));
    let numbers = granted(evidence, SUBSCRIBER).into_iter().filter(|one| one.matches(TOPIC));
    for number in numbers.filter_map(|one| one.identifier) {
        let came = copies.iter().any(|(_, message)| {
            message.properties.subscription_identifiers().any(|id| id == number)
        });
        if !came {
            return Err(Unmet::NotYet(match copies.is_empty() {
                true => Evidence::not_received(SUBSCRIBER, PacketType::Publish),
                false => Finding::told("not-seen", [&number]),
            }));
        }
    }
    Ok(copies.into_iter().map(|(id, _)| id).collect())
}

/// One copy with both numbers is the first answer, two copies the second.
fn came_as(evidence: &Evidence) -> Option<usize> {
    let records = match every_number_came(evidence) {
        Ok(records) => records,
        _ => return None,
    };
    Some(usize::from(records.len() > 1))
}

const PUBLISHER: ClientSlot = ClientSlot(0);
const SUBSCRIBER: ClientSlot = ClientSlot(1);
const TOPIC: &str = "home/kitchen/temperature";
