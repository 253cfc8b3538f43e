//! The same metadata inside the payload, as 3.1.1 had to, and beside it.

use super::copy_of;
use crate::capture::{ClientSlot, RecordId};
use crate::course::chapters::common::{connect, publish, publish_with, subscribe};
use crate::course::{
    Asks, Broker, ByHand, ClientSetup, Evidence, Exercise, Finding, Move, Picture, Prediction,
    Step, Unmet, Verdict, check, judge,
};
use crate::lab::Act;
use crate::mqtt::{Packet, PacketType, Properties, Property, Publish, QoS};

pub static EXERCISE: Exercise = Exercise {
    id: "payload-or-property",
    broker: Broker::Any,
    spec: &["3.3.2.3.7", "3.3.3"],
    clients: &[
        ClientSetup {
            role: "publisher",
            prepared: |cast| vec![connect(cast, PUBLISHER), publish_value(Properties::NONE)],
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
            values: payload_size,
            ..Step::PLAIN
        },
        Step {
            id: "beside",
            by_hand: Some(ByHand { act: |_| publish_beside(), field: "User Property" }),
            prediction: Some(Prediction { asks: Asks::Options(3), outcome: which_is_longer }),
            check: published_beside,
            values: both_sizes,
            ..Step::PLAIN
        },
        Step { id: "delivered", check: delivered, ..Step::PLAIN },
    ],
    picture: Some(Picture::Metadata),
    solution: |cast| {
        vec![
            Move::Act(connect(cast, SUBSCRIBER)),
            Move::Act(listen()),
            Move::Act(connect(cast, PUBLISHER)),
            Move::Act(publish_inside()),
            Move::Open(SUBSCRIBER, PacketType::Publish),
            Move::Act(publish_beside()),
            Move::Open(SUBSCRIBER, PacketType::Publish),
        ]
    },
    par: 5,
    ..Exercise::PLAIN
};

/// What the metadata is called, in the payload and beside it.
const NAMES: [&str; 3] = ["trace", "tenant", "schema"];

fn listen() -> Act {
    subscribe(SUBSCRIBER, TOPIC, QoS::AtMostOnce)
}

fn publish_inside() -> Act {
    let payload = r#"{"trace":"4bf92f35","tenant":"acme","schema":"2","value":21.5}"#;
    publish(PUBLISHER, TOPIC, QoS::AtMostOnce, payload)
}

fn publish_beside() -> Act {
    let values = ["4bf92f35", "acme", "2"];
    let pairs = NAMES.into_iter().zip(values);
    publish_value(pairs.map(|(name, value)| Property::user(name, value)).collect())
}

fn publish_value(properties: Properties) -> Act {
    publish_with(PUBLISHER, TOPIC, QoS::AtMostOnce, properties, br#"{"value":21.5}"#)
}

fn has_pairs(publish: &Publish) -> bool {
    publish.properties.user_properties().next().is_some()
}

/// Whether the payload has that word, and not only as a part of another.
fn says(payload: &[u8], word: &str) -> bool {
    let text = String::from_utf8_lossy(payload);
    let in_a_word = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
    text.split(|c| !in_a_word(c)).any(|other| other == word)
}

/// All metadata in the payload.
fn is_inside(publish: &Publish) -> Result<(), Finding> {
    if has_pairs(publish) {
        return Err(Finding::told("not-inside", []));
    }
    match NAMES.iter().find(|name| !says(&publish.payload, name)) {
        Some(missing) => Err(Finding::told("unnamed", [missing])),
        None => Ok(()),
    }
}

/// The same metadata in User Properties, and no longer in the payload.
fn says_the_same(beside: &Publish, inside: &Publish) -> Result<(), Finding> {
    for name in NAMES {
        let mut pairs = beside.properties.user_properties().filter(|(other, _)| *other == name);
        let (_, value) = pairs.next().ok_or_else(|| Finding::no_user_property(name))?;
        // A value may be several words.
        let payload = String::from_utf8_lossy(&inside.payload);
        if !says(&inside.payload, value) && !payload.contains(&format!("\"{value}\"")) {
            return Err(Finding::told("not-the-same", [&name, &value]));
        }
        if says(&beside.payload, name) {
            return Err(Finding::told("still-inside", [&name]));
        }
    }
    Ok(())
}

type Sent = (RecordId, Publish);

fn sent(evidence: &Evidence) -> (Vec<Sent>, Vec<Sent>) {
    let all = check::messages(evidence.sent(PUBLISHER, PacketType::Publish));
    let (beside, mut inside): (Vec<_>, Vec<_>) =
        all.into_iter().partition(|(_, publish)| has_pairs(publish));
    inside.retain(|(_, publish)| is_inside(publish).is_ok());
    (inside, beside)
}

/// All pairs of publications that say the same.
fn twins(evidence: &Evidence) -> Vec<(Sent, Sent)> {
    let (inside, beside) = sent(evidence);
    let both = inside.iter().flat_map(|one| beside.iter().map(move |other| (one, other)));
    let same = both.filter(|(one, other)| says_the_same(&other.1, &one.1).is_ok());
    same.map(|(one, other)| (one.clone(), other.clone())).collect()
}

fn in_order(one: RecordId, other: RecordId) -> Vec<RecordId> {
    vec![one.min(other), one.max(other)]
}

fn published_inside(evidence: &Evidence) -> Verdict {
    let nothing = Evidence::not_sent(PUBLISHER, PacketType::Publish);
    let sent = evidence.sent(PUBLISHER, PacketType::Publish);
    judge(sent, nothing, |_, packet| match packet {
        Packet::Publish(publish) => is_inside(publish),
        _ => Ok(()),
    })
}

fn payload_size(evidence: &Evidence, records: &[RecordId]) -> Vec<(&'static str, String)> {
    let all = check::messages(records.iter().filter_map(|id| evidence.capture.get(*id)));
    let size = all.first().map(|(_, publish)| publish.payload.len());
    size.map_or(Vec::new(), |size| vec![("bytes", size.to_string())])
}

fn published_beside(evidence: &Evidence) -> Verdict {
    if let Some((inside, beside)) = twins(evidence).first() {
        return Ok(in_order(inside.0, beside.0));
    }
    let (inside, beside) = sent(evidence);
    let (id, latest) = beside.last().ok_or_else(|| Finding::no_user_property(NAMES[0]))?;
    let (_, inside) = inside.last().ok_or_else(|| Finding::told("nothing-inside", []))?;
    says_the_same(latest, inside).map_err(|finding| Unmet::by(*id, finding))?;
    Ok(vec![*id])
}

/// The sizes of the packet with the metadata inside and of the one with User Properties.
fn sizes(evidence: &Evidence, records: &[RecordId]) -> Option<(usize, usize)> {
    let all = check::messages(records.iter().filter_map(|id| evidence.capture.get(*id)));
    let size = |with_pairs: bool| {
        let (id, _) = all.iter().find(|(_, publish)| has_pairs(publish) == with_pairs)?;
        Some(evidence.capture.get(*id)?.bytes().len())
    };
    Some((size(false)?, size(true)?))
}

/// Which packet came out longer: the one with the metadata in its payload, the one with properties, or
/// neither.
fn which_is_longer(evidence: &Evidence, records: &[RecordId]) -> Option<usize> {
    let (inside, beside) = sizes(evidence, records)?;
    Some(match inside.cmp(&beside) {
        std::cmp::Ordering::Greater => 0,
        std::cmp::Ordering::Less => 1,
        std::cmp::Ordering::Equal => 2,
    })
}

fn both_sizes(evidence: &Evidence, records: &[RecordId]) -> Vec<(&'static str, String)> {
    let sizes = sizes(evidence, records);
    sizes.map_or(Vec::new(), |(inside, beside)| {
        vec![("inside", inside.to_string()), ("beside", beside.to_string())]
    })
}

/// Both reached the subscriber as they were, and the learner has opened both.
fn delivered(evidence: &Evidence) -> Verdict {
    let arrived = |sent: &Sent| {
        copy_of(evidence, SUBSCRIBER, sent).filter(|(_, copy)| {
            copy.properties.user_properties().eq(sent.1.properties.user_properties())
        })
    };
    let mut unmet = Evidence::not_received(SUBSCRIBER, PacketType::Publish);
    for (inside, beside) in twins(evidence) {
        let (Some((one, _)), Some((other, _))) = (arrived(&inside), arrived(&beside)) else {
            continue;
        };
        if [one, other].iter().all(|id| evidence.opened.contains(id)) {
            return Ok(in_order(one, other));
        }
        unmet = Finding::NotOpened { packet: PacketType::Publish };
    }
    Err(unmet.into())
}

const PUBLISHER: ClientSlot = ClientSlot(0);
const SUBSCRIBER: ClientSlot = ClientSlot(1);
const TOPIC: &str = "factory/osaka/line-3/robot-07/joint-4/temperature";
