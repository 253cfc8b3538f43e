//! User Properties travel from publisher to subscriber, and back with the subscription's own number.

use bytes::Bytes;

use super::in_words;
use crate::capture::{ClientSlot, Record};
use crate::course::chapters::common::connect;
use crate::course::{
    Asks, Broker, Cast, ClientSetup, Evidence, Exercise, Finding, Move, Picture, Prediction, Step,
    Verdict, check, judge,
};
use crate::lab::Act;
use crate::mqtt::{Packet, PacketType, Property, PropertyId, Publish, QoS, Subscription};

pub static EXERCISE: Exercise = Exercise {
    id: "first-user-property",
    broker: Broker::Any,
    spec: &["3.3.2.3.7", "3.8.2.1.2", "3.8.2.1.3", "3.3.2.3.8"],
    clients: &[
        ClientSetup {
            role: "publisher",
            prepared: |cast| vec![connect(cast, PUBLISHER), publish(cast)],
            ..ClientSetup::PLAIN
        },
        ClientSetup {
            role: "subscriber",
            prepared: |cast| vec![connect(cast, SUBSCRIBER), subscribe(cast)],
            ..ClientSetup::PLAIN
        },
    ],
    steps: &[
        Step {
            id: "subscribe",
            controls: &[|cast| Move::Act(subscribe(cast))],
            check: subscribed,
            ..Step::PLAIN
        },
        Step { id: "granted", check: granted, ..Step::PLAIN },
        Step {
            id: "publish",
            controls: &[|cast| Move::Act(publish(cast))],
            prediction: Some(Prediction {
                asks: Asks::Options(3),
                outcome: |evidence, _| pairs_delivered(evidence),
            }),
            check: published,
            ..Step::PLAIN
        },
        Step { id: "delivered", check: delivered, ..Step::PLAIN },
    ],
    picture: Some(Picture::Metadata),
    solution: |cast| {
        let publisher = connect(cast, PUBLISHER);
        let acts = [connect(cast, SUBSCRIBER), subscribe(cast), publisher, publish(cast)];
        acts.map(Move::Act).into()
    },
    // Two CONNECT, SUBSCRIBE, PUBLISH, and the PUBACK for the delivery.
    par: 5,
    ..Exercise::PLAIN
};

fn subscribe(_: &Cast) -> Act {
    let properties = [
        Property::SubscriptionIdentifier(100),
        Property::user("subscriber_type", "demo_client"),
        Property::user("features", "user_properties,subscription_id"),
    ];
    let subscription = Subscription {
        topic_filter: TOPIC.to_owned(),
        qos: QoS::AtLeastOnce,
        ..Subscription::default()
    };
    Act::subscribe(SUBSCRIBER, properties, [subscription])
}

fn publish(_: &Cast) -> Act {
    let publish = Publish {
        qos: QoS::AtLeastOnce,
        topic: TOPIC.to_owned(),
        properties: [
            Property::user("sender", "demo_publisher"),
            Property::user("priority", "high"),
            Property::user("category", "demo"),
        ]
        .into(),
        payload: Bytes::from_static(br#"{"message":"Hello, MQTT 5.0"}"#),
        ..Publish::default()
    };
    Act::publish(PUBLISHER, publish)
}

fn subscribed(evidence: &Evidence) -> Verdict {
    let nothing = Evidence::not_sent(SUBSCRIBER, PacketType::Subscribe);
    judge(evidence.sent(SUBSCRIBER, PacketType::Subscribe), nothing, |_, packet| {
        if packet.properties().subscription_identifier().is_none() {
            return Err(Finding::absent(PropertyId::SubscriptionIdentifier.name()));
        }
        check::has_user_properties(packet, &["subscriber_type", "features"])
    })
}

fn granted(evidence: &Evidence) -> Verdict {
    check::answered_well(evidence, SUBSCRIBER, PacketType::SubAck)
}

fn published(evidence: &Evidence) -> Verdict {
    let nothing = Evidence::not_sent(PUBLISHER, PacketType::Publish);
    judge(evidence.sent(PUBLISHER, PacketType::Publish), nothing, |_, packet| {
        check::has_user_properties(packet, &["sender", "priority", "category"])
    })
}

/// How many User Properties the first delivered PUBLISH carries: as many as one that was sent, more
/// than any, or none.
fn pairs_delivered(evidence: &Evidence) -> Option<usize> {
    let count = |packet: &Packet| packet.properties().user_properties().count();
    let arrived = evidence.received(SUBSCRIBER, PacketType::Publish).next()?.valid_packet()?;
    let mut sent = evidence.sent(PUBLISHER, PacketType::Publish).filter_map(Record::valid_packet);
    Some(match count(&arrived) {
        0 => 2,
        arrived if sent.any(|packet| count(&packet) == arrived) => 0,
        _ => 1,
    })
}

/// The subscriber holds a copy with the very User Properties the publisher sent, in order
/// [MQTT-3.3.2-17] [MQTT-3.3.2-18], and its own Subscription Identifier [MQTT-3.3.4-3].
fn delivered(evidence: &Evidence) -> Verdict {
    let identifiers: Vec<u32> = evidence
        .sent(SUBSCRIBER, PacketType::Subscribe)
        .filter_map(|record| record.valid_packet()?.properties().subscription_identifier())
        .collect();
    let originals: Vec<Packet> = evidence
        .sent(PUBLISHER, PacketType::Publish)
        .filter_map(|record| record.valid_packet())
        .filter(|packet| packet.properties().user_properties().next().is_some())
        .collect();
    let nothing = Evidence::not_received(SUBSCRIBER, PacketType::Publish);
    judge(evidence.received(SUBSCRIBER, PacketType::Publish), nothing, |_, packet| {
        let mut arrived = packet.properties().user_properties().peekable();
        if arrived.peek().is_none() {
            return Err(Finding::absent(PropertyId::UserProperty.name()));
        }
        let arrived: Vec<_> = arrived.collect();
        if !originals
            .iter()
            .any(|sent| sent.properties().user_properties().eq(arrived.iter().copied()))
        {
            let wanted = originals.last().map(|sent| in_words(sent.properties().user_properties()));
            let found = in_words(arrived);
            let name = PropertyId::UserProperty.name();
            return Err(Finding::differs(name, found, wanted.unwrap_or_default()));
        }
        match packet.properties().subscription_identifier() {
            None => Err(Finding::absent(PropertyId::SubscriptionIdentifier.name())),
            Some(id) if identifiers.contains(&id) => Ok(()),
            Some(id) => {
                let wanted = identifiers.last().copied().unwrap_or_default();
                Err(Finding::differs(PropertyId::SubscriptionIdentifier.name(), id, wanted))
            }
        }
    })
}

const PUBLISHER: ClientSlot = ClientSlot(0);
const SUBSCRIBER: ClientSlot = ClientSlot(1);
const TOPIC: &str = "test/mqtt5/demo";
