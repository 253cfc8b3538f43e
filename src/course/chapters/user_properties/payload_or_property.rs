//! The same metadata inside the payload, as 3.1.1 had to, and beside it.

use crate::capture::{ClientSlot, RecordId};
use crate::course::chapters::common::{connect, publish, publish_with, subscribe};
use crate::course::{
    Asks, Broker, ClientSetup, Evidence, Exercise, Finding, Move, Picture, Prediction, Step, Unmet,
    Verdict, check,
};
use crate::lab::Act;
use crate::mqtt::{PacketType, Property, PropertyId, Publish, QoS};

pub static EXERCISE: Exercise = Exercise {
    id: "payload-or-property",
    broker: Broker::Any,
    spec: &["3.3.2.3.7", "3.3.3"],
    clients: &[
        ClientSetup {
            role: "publisher",
            prepared: |cast| vec![connect(cast, PUBLISHER), publish_inside()],
            ..ClientSetup::PLAIN
        },
        ClientSetup {
            role: "subscriber",
            prepared: |cast| vec![connect(cast, SUBSCRIBER), listen()],
            ..ClientSetup::PLAIN
        },
    ],
    steps: &[
        Step {
            id: "subscribe",
            controls: &[|_| Move::Act(listen())],
            check: |evidence| check::answered_well(evidence, SUBSCRIBER, PacketType::SubAck),
            ..Step::PLAIN
        },
        Step {
            id: "inside",
            controls: &[|_| Move::Act(publish_inside())],
            check: published_inside,
            ..Step::PLAIN
        },
        Step {
            id: "beside",
            controls: &[|_| Move::Act(publish_beside())],
            prediction: Some(Prediction {
                asks: Asks::Options(3),
                outcome: |evidence, _| which_is_longer(evidence),
            }),
            check: published_beside,
            ..Step::PLAIN
        },
        Step { id: "delivered", check: delivered, ..Step::PLAIN },
    ],
    picture: Some(Picture::Metadata),
    solution: |cast| {
        let acts = [
            connect(cast, SUBSCRIBER),
            listen(),
            connect(cast, PUBLISHER),
            publish_inside(),
            publish_beside(),
        ];
        acts.map(Move::Act).into()
    },
    par: 5,
    ..Exercise::PLAIN
};

fn listen() -> Act {
    subscribe(SUBSCRIBER, TOPIC, QoS::AtMostOnce)
}

fn publish_inside() -> Act {
    let payload = r#"{"trace":"4bf92f35","tenant":"acme","schema":"2","value":21.5}"#;
    publish(PUBLISHER, TOPIC, QoS::AtMostOnce, payload)
}

fn publish_beside() -> Act {
    let properties = [
        Property::user("trace", "4bf92f35"),
        Property::user("tenant", "acme"),
        Property::user("schema", "2"),
    ];
    publish_with(PUBLISHER, TOPIC, QoS::AtMostOnce, properties, br#"{"value":21.5}"#)
}

/// Two publications that say the same: one in its payload alone, one in User Properties.
struct Twins {
    inside: (RecordId, Publish),
    beside: (RecordId, Publish),
}

impl Twins {
    fn of(evidence: &Evidence) -> Option<Twins> {
        let all = check::messages(evidence.sent(PUBLISHER, PacketType::Publish));
        let (beside, inside): (Vec<_>, Vec<_>) =
            all.into_iter().partition(|(_, publish)| has_pairs(publish));
        beside.into_iter().find_map(|beside| {
            let inside = inside.iter().find(|(_, inside)| missing(&beside.1, inside).is_none())?;
            is_stripped(&beside.1, &inside.1).then(|| Twins { inside: inside.clone(), beside })
        })
    }
}

fn has_pairs(publish: &Publish) -> bool {
    publish.properties.user_properties().next().is_some()
}

fn says(payload: &[u8], word: &str) -> bool {
    word.is_empty() || payload.windows(word.len()).any(|bytes| bytes == word.as_bytes())
}

/// The first User Property of one that the payload of the other does not mention.
fn missing<'a>(beside: &'a Publish, inside: &Publish) -> Option<(&'a str, &'a str)> {
    let mut pairs = beside.properties.user_properties();
    pairs.find(|(name, value)| !says(&inside.payload, name) || !says(&inside.payload, value))
}

/// What moved into User Properties is no longer in the payload.
fn is_stripped(beside: &Publish, inside: &Publish) -> bool {
    beside.payload.len() < inside.payload.len()
        && !beside.properties.user_properties().any(|(name, _)| says(&beside.payload, name))
}

fn published_inside(evidence: &Evidence) -> Verdict {
    let all = check::messages(evidence.sent(PUBLISHER, PacketType::Publish));
    let Some((latest, _)) = all.last() else {
        return Err(Unmet::NotYet(Evidence::not_sent(PUBLISHER, PacketType::Publish)));
    };
    match all.iter().find(|(_, publish)| !has_pairs(publish) && !publish.payload.is_empty()) {
        Some((id, _)) => Ok(vec![*id]),
        None => Err(Unmet::Contradicted { by: *latest, finding: Finding::told("not-inside", []) }),
    }
}

/// Which packet came out longer: the one with the metadata in its payload, the one with properties, or
/// neither.
fn which_is_longer(evidence: &Evidence) -> Option<usize> {
    let Twins { inside, beside } = Twins::of(evidence)?;
    let length = |id| evidence.capture.get(id).map(|record| record.bytes().len());
    Some(match length(inside.0)?.cmp(&length(beside.0)?) {
        std::cmp::Ordering::Greater => 0,
        std::cmp::Ordering::Less => 1,
        std::cmp::Ordering::Equal => 2,
    })
}

fn published_beside(evidence: &Evidence) -> Verdict {
    if let Some(Twins { inside, beside }) = Twins::of(evidence) {
        return Ok(vec![inside.0.min(beside.0), inside.0.max(beside.0)]);
    }
    let all = check::messages(evidence.sent(PUBLISHER, PacketType::Publish));
    let Some((id, beside)) = all.iter().rev().find(|(_, publish)| has_pairs(publish)) else {
        return Err(Unmet::NotYet(Finding::absent(PropertyId::UserProperty.name())));
    };
    let inside = all.iter().rev().find(|(_, publish)| !has_pairs(publish));
    let finding = match inside.map(|(_, inside)| missing(beside, inside)) {
        None => Finding::told("nothing-inside", []),
        Some(Some((name, value))) => Finding::told("not-the-same", [&name, &value]),
        Some(None) => Finding::told("still-inside", []),
    };
    Err(Unmet::Contradicted { by: *id, finding })
}

/// Both reached the subscriber, payload and User Properties as they were.
fn delivered(evidence: &Evidence) -> Verdict {
    let nothing = Err(Unmet::NotYet(Evidence::not_received(SUBSCRIBER, PacketType::Publish)));
    let Some(Twins { inside, beside }) = Twins::of(evidence) else { return nothing };
    let arrived = check::messages(evidence.received(SUBSCRIBER, PacketType::Publish));
    let came = |sent: &Publish| {
        arrived.iter().find(|(_, publish)| {
            publish.payload == sent.payload
                && publish.properties.user_properties().eq(sent.properties.user_properties())
        })
    };
    match (came(&inside.1), came(&beside.1)) {
        (Some((first, _)), Some((second, _))) => Ok(vec![*first.min(second), *first.max(second)]),
        _ => nothing,
    }
}

const PUBLISHER: ClientSlot = ClientSlot(0);
const SUBSCRIBER: ClientSlot = ClientSlot(1);
const TOPIC: &str = "test/mqtt5/placement";
