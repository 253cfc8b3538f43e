//! User Properties travel from publisher to subscriber, and back with the subscription's own number.

use bytes::Bytes;

use super::{copy_of, in_words, is_heard, message, opened_copy, property_bytes, same_pairs};
use crate::analysis::answer_to;
use crate::capture::{ClientSlot, Record, RecordId};
use crate::course::chapters::common::{connect, publish_with};
use crate::course::{
    Asks, Broker, ByHand, Cast, ClientSetup, Evidence, Exercise, Figure, Finding, Move, Picture,
    Prediction, Step, Unmet, Verdict, check, figure, judge,
};
use crate::lab::Act;
use crate::mqtt::{
    Packet, PacketType, Properties, Property, PropertyId, Publish, QoS, Subscription,
};

pub static EXERCISE: Exercise = Exercise {
    id: "first-user-property",
    broker: Broker::Any,
    spec: &["3.3.2.3.7", "3.8.2.1.2", "3.8.2.1.3", "3.3.2.3.8"],
    clients: &[
        ClientSetup {
            role: "publisher",
            prepared: |cast| vec![connect(cast, PUBLISHER), publish(Properties::NONE)],
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
            values: subscription_in_words,
            ..Step::PLAIN
        },
        Step { id: "granted", check: granted, values: grant_in_words, ..Step::PLAIN },
        Step {
            id: "publish",
            by_hand: Some(ByHand { act: |_| publish(pairs()), field: "User Property" }),
            prediction: Some(Prediction { asks: Asks::Options(3), outcome: pairs_delivered }),
            check: published,
            values: pairs_in_words,
            ..Step::PLAIN
        },
        Step { id: "delivered", check: delivered, values: what_changed, ..Step::PLAIN },
    ],
    picture: Some(Picture::Metadata),
    figures: &[Figure { name: "pairs-size", value: |_| pairs_size() }],
    solution: |cast| {
        vec![
            Move::Act(connect(cast, SUBSCRIBER)),
            Move::Act(subscribe(cast)),
            Move::Open(SUBSCRIBER, PacketType::SubAck),
            Move::Act(connect(cast, PUBLISHER)),
            Move::Act(publish(pairs())),
            Move::Open(SUBSCRIBER, PacketType::Publish),
        ]
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
        topic_filter: TOPIC.into(),
        qos: QoS::AtLeastOnce,
        ..Subscription::default()
    };
    Act::subscribe(SUBSCRIBER, properties, [subscription])
}

fn pairs() -> Properties {
    [
        Property::user("sender", "demo_publisher"),
        Property::user("priority", "high"),
        Property::user("category", "demo"),
    ]
    .into()
}

fn publish(properties: Properties) -> Act {
    let payload = Bytes::from_static(br#"{"message":"Hello, MQTT 5.0"}"#);
    publish_with(PUBLISHER, TOPIC, QoS::AtLeastOnce, properties, &payload)
}

fn pairs_size() -> String {
    match figure::packet(&publish(pairs())) {
        Some(Packet::Publish(publish)) => property_bytes(&publish).to_string(),
        _ => String::new(),
    }
}

/// QoS 1 is the lesson; which number and which words it has is the learner's choice.
fn asks_in_full(packet: &Packet) -> Result<(), Finding> {
    let Packet::Subscribe(subscribe) = packet else { return Ok(()) };
    for subscription in &subscribe.subscriptions {
        Finding::unless_equal("QoS", subscription.qos.bits(), 1)?;
    }
    let identifier = subscribe.properties.subscription_identifier();
    identifier.ok_or_else(|| Finding::absent(PropertyId::SubscriptionIdentifier.name()))?;
    check::has_user_properties(packet, &["subscriber_type", "features"])
}

fn subscribed(evidence: &Evidence) -> Verdict {
    let nothing = Evidence::not_sent(SUBSCRIBER, PacketType::Subscribe);
    let asked = evidence.sent(SUBSCRIBER, PacketType::Subscribe);
    judge(asked, nothing, |_, packet| asks_in_full(packet))
}

fn subscription_in_words(evidence: &Evidence, records: &[RecordId]) -> Vec<(&'static str, String)> {
    let asked = records.first().and_then(|id| evidence.capture.get(*id)?.valid_packet());
    let Some(Packet::Subscribe(asked)) = asked else { return Vec::new() };
    let filters: Vec<_> = asked.subscriptions.iter().map(|it| it.topic_filter.as_str()).collect();
    let identifier = asked.properties.subscription_identifier();
    vec![
        ("filter", filters.join(", ")),
        ("identifier", identifier.unwrap_or_default().to_string()),
        ("pairs", in_words(&asked.properties)),
    ]
}

/// The SUBACK to the latest SUBSCRIBE of the step before, opened.
fn granted(evidence: &Evidence) -> Verdict {
    let nothing = || Evidence::not_received(SUBSCRIBER, PacketType::SubAck);
    let in_full = |record: &&Record| {
        record.valid_packet().is_some_and(|packet| asks_in_full(&packet).is_ok())
    };
    let asked = evidence.sent(SUBSCRIBER, PacketType::Subscribe).filter(in_full).last();
    let answer = asked.and_then(|record| answer_to(evidence.capture, record.id));
    let answer = answer.ok_or_else(nothing)?;
    let packet = answer.valid_packet().ok_or_else(nothing)?;
    check::nothing_refused(&packet).map_err(|finding| Unmet::by(answer.id, finding))?;
    match evidence.opened.contains(&answer.id) {
        true => Ok(vec![answer.id]),
        false => Err(Finding::NotOpened { packet: PacketType::SubAck }.into()),
    }
}

fn grant_in_words(evidence: &Evidence, records: &[RecordId]) -> Vec<(&'static str, String)> {
    let answer = records.first().and_then(|id| evidence.capture.get(*id)?.valid_packet());
    let codes = answer.as_ref().map_or(&[][..], Packet::reason_codes);
    let name = |code: &crate::mqtt::ReasonCode| code.in_words(PacketType::SubAck);
    vec![("granted", codes.iter().map(name).collect::<Vec<_>>().join(", "))]
}

/// A message with the three names that the subscriber can receive.
fn is_the_greeting(evidence: &Evidence, record: RecordId, packet: &Packet) -> Result<(), Finding> {
    let Packet::Publish(publish) = packet else { return Ok(()) };
    check::has_user_properties(packet, &["sender", "priority", "category"])?;
    is_heard(evidence, SUBSCRIBER, &publish.topic, record)
}

fn published(evidence: &Evidence) -> Verdict {
    let nothing = Evidence::not_sent(PUBLISHER, PacketType::Publish);
    judge(evidence.sent(PUBLISHER, PacketType::Publish), nothing, |record, packet| {
        is_the_greeting(evidence, record.id, packet)
    })
}

fn pairs_in_words(evidence: &Evidence, records: &[RecordId]) -> Vec<(&'static str, String)> {
    let sent = records.first().and_then(|id| message(evidence, *id));
    sent.map_or(Vec::new(), |publish| vec![("pairs", in_words(&publish.properties))])
}

/// How many User Properties the copy carries: as many as were sent, more, or none.
fn pairs_delivered(evidence: &Evidence, records: &[RecordId]) -> Option<usize> {
    let id = *records.first()?;
    let sent = message(evidence, id)?;
    let count = |publish: &Publish| publish.properties.user_properties().count();
    let wanted = count(&sent);
    let (_, arrived) = copy_of(evidence, SUBSCRIBER, &(id, sent))?;
    match count(&arrived) {
        0 => Some(2),
        found if found == wanted => Some(0),
        found if found > wanted => Some(1),
        _ => None,
    }
}

/// The subscriber holds a copy with the very User Properties the publisher sent, and with its own
/// Subscription Identifier [MQTT-3.3.4-3].
fn delivered(evidence: &Evidence) -> Verdict {
    let mut sent = check::messages(evidence.sent(PUBLISHER, PacketType::Publish));
    sent.retain(|(id, publish)| {
        is_the_greeting(evidence, *id, &Packet::Publish(publish.clone())).is_ok()
    });
    opened_copy(evidence, SUBSCRIBER, &sent, |sent, arrived| {
        same_pairs(sent, arrived)?;
        let identifier = arrived.properties.subscription_identifier();
        identifier.ok_or_else(|| Finding::absent(PropertyId::SubscriptionIdentifier.name()))?;
        Ok(())
    })
}

fn what_changed(evidence: &Evidence, records: &[RecordId]) -> Vec<(&'static str, String)> {
    let mut both = records.iter().filter_map(|id| message(evidence, *id));
    let (Some(sent), Some(arrived)) = (both.next(), both.next()) else { return Vec::new() };
    let identifier = arrived.properties.subscription_identifier();
    vec![
        ("identifier", identifier.unwrap_or_default().to_string()),
        ("in", property_bytes(&sent).to_string()),
        ("out", property_bytes(&arrived).to_string()),
    ]
}

const PUBLISHER: ClientSlot = ClientSlot(0);
const SUBSCRIBER: ClientSlot = ClientSlot(1);
const TOPIC: &str = "test/mqtt5/demo";
