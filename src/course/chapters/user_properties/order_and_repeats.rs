//! A name may stand twice, and the order is part of the message.

use std::collections::BTreeSet;

use super::in_words;
use crate::capture::ClientSlot;
use crate::course::chapters::common::{connect, publish_with, subscribe};
use crate::course::{
    Asks, Broker, Cast, ClientSetup, Evidence, Exercise, Finding, Move, Picture, Prediction, Step,
    Verdict, check, judge,
};
use crate::lab::Act;
use crate::mqtt::{Packet, PacketType, Property, PropertyId, QoS};

pub static EXERCISE: Exercise = Exercise {
    id: "order-and-repeats",
    broker: Broker::Any,
    spec: &["3.3.2.3.7"],
    clients: &[
        ClientSetup {
            role: "publisher",
            prepared: |cast| vec![connect(cast, PUBLISHER), publish(cast)],
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
            controls: &[|cast| Move::Act(publish(cast))],
            prediction: Some(Prediction {
                asks: Asks::Options(4),
                outcome: |evidence, _| what_came(evidence),
            }),
            check: published,
            ..Step::PLAIN
        },
        Step { id: "delivered", check: delivered, ..Step::PLAIN },
    ],
    picture: Some(Picture::Metadata),
    solution: |cast| {
        let publisher = connect(cast, PUBLISHER);
        let acts = [connect(cast, SUBSCRIBER), listen(cast), publisher, publish(cast)];
        acts.map(Move::Act).into()
    },
    par: 4,
    ..Exercise::PLAIN
};

fn listen(_: &Cast) -> Act {
    subscribe(SUBSCRIBER, TOPIC, QoS::AtMostOnce)
}

fn publish(_: &Cast) -> Act {
    let properties = [
        Property::user("via", "sensor-17"),
        Property::user("unit", "celsius"),
        Property::user("via", "gateway-2"),
        Property::user("via", "sensor-17"),
    ];
    publish_with(PUBLISHER, TOPIC, QoS::AtMostOnce, properties, b"21.5")
}

type Pairs = Vec<(String, String)>;

fn pairs(packet: &Packet) -> Pairs {
    let pairs = packet.properties().user_properties();
    pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

fn repeats(pairs: &Pairs) -> bool {
    let names: BTreeSet<_> = pairs.iter().map(|(name, _)| name).collect();
    names.len() < pairs.len()
}

/// What became of the pairs on their way: one value left for each name, all as they were, another
/// order, or something else.
fn what_came(evidence: &Evidence) -> Option<usize> {
    let sent = evidence
        .sent(PUBLISHER, PacketType::Publish)
        .find_map(|record| Some(pairs(&record.valid_packet()?)).filter(repeats))?;
    let refused = evidence.received(PUBLISHER, PacketType::Disconnect).next();
    let mut arrived = evidence.received(SUBSCRIBER, PacketType::Publish);
    let Some(arrived) = arrived.find_map(|record| record.valid_packet()) else {
        return refused.map(|_| 3);
    };
    let arrived = pairs(&arrived);
    let sorted = |pairs: &Pairs| {
        let mut pairs = pairs.clone();
        pairs.sort_unstable();
        pairs
    };
    Some(match () {
        () if arrived == sent => 1,
        () if sorted(&arrived) == sorted(&sent) => 2,
        () if !arrived.is_empty() && !repeats(&arrived) => 0,
        () => 3,
    })
}

fn published(evidence: &Evidence) -> Verdict {
    let nothing = Evidence::not_sent(PUBLISHER, PacketType::Publish);
    judge(evidence.sent(PUBLISHER, PacketType::Publish), nothing, |_, packet| match pairs(packet) {
        pairs if pairs.is_empty() => Err(Finding::absent(PropertyId::UserProperty.name())),
        pairs if repeats(&pairs) => Ok(()),
        _ => Err(Finding::told("no-repeat", [])),
    })
}

/// A copy with all pairs of a PUBLISH that repeats a name, in the same order [MQTT-3.3.2-18].
fn delivered(evidence: &Evidence) -> Verdict {
    let sent: Vec<_> = check::messages(evidence.sent(PUBLISHER, PacketType::Publish))
        .into_iter()
        .map(|(id, publish)| (id, pairs(&Packet::Publish(publish))))
        .filter(|(_, pairs)| repeats(pairs))
        .collect();
    let nothing = Evidence::not_received(SUBSCRIBER, PacketType::Publish);
    let verdict =
        judge(evidence.received(SUBSCRIBER, PacketType::Publish), nothing, |_, packet| {
            let arrived = pairs(packet);
            if sent.iter().any(|(_, pairs)| *pairs == arrived) {
                return Ok(());
            }
            if !sent.is_empty() && !repeats(&arrived) {
                return Err(Finding::told("no-repeat", []));
            }
            let wanted = sent
                .last()
                .map(|(_, pairs)| in_words(pairs.iter().map(|(n, v)| (n, v))))
                .unwrap_or_default();
            Err(Finding::differs(PropertyId::UserProperty.name(), in_words(arrived), wanted))
        });
    match verdict {
        Ok(mut records) => {
            let arrived = records.first().and_then(|id| evidence.capture.get(*id));
            let arrived = arrived.and_then(|record| record.valid_packet()).map(|p| pairs(&p));
            let original = sent.iter().find(|(_, pairs)| Some(pairs) == arrived.as_ref());
            records.extend(original.map(|(id, _)| *id));
            records.sort_unstable();
            Ok(records)
        }
        unmet => unmet,
    }
}

const PUBLISHER: ClientSlot = ClientSlot(0);
const SUBSCRIBER: ClientSlot = ClientSlot(1);
const TOPIC: &str = "test/mqtt5/order";
