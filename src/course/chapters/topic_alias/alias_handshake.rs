//! The Server says how many aliases it takes; one PUBLISH makes one known.

use super::{TOPIC, alias_of, part, publish_in, reading, taken};
use crate::capture::{ClientSlot, RecordId};
use crate::course::chapters::common::connect;
use crate::course::{
    Broker, ByHand, Cast, ClientSetup, Evidence, Exercise, Figure, Finding, Move, Picture, Step,
    Verdict, check, figure, judge,
};
use crate::delivery::Accepts;
use crate::lab::Act;
use crate::mqtt::{PacketType, PropertyId, Publish, QoS};

pub static EXERCISE: Exercise = Exercise {
    id: "alias-handshake",
    broker: Broker::Any,
    spec: &["3.2.2.3.8", "3.3.2.3.4"],
    clients: &[ClientSetup {
        role: "publisher",
        prepared: |cast| vec![connect(cast, PUBLISHER), publish(None)],
        ..ClientSetup::PLAIN
    }],
    steps: &[
        Step {
            id: "connect",
            controls: &[|cast| Move::Act(connect(cast, PUBLISHER))],
            check: |evidence| check::connected(evidence, PUBLISHER),
            ..Step::PLAIN
        },
        Step {
            id: "maximum",
            controls: &[|_| Move::Open(PUBLISHER, PacketType::ConnAck)],
            check: read_maximum,
            values: |evidence, records| {
                vec![("maximum", maximum(evidence, records[0]).to_string())]
            },
            ..Step::PLAIN
        },
        Step {
            id: "both",
            by_hand: Some(ByHand { act: both, field: "Topic Alias" }),
            check: topic_and_alias,
            values: |evidence, records| vec![("alias", alias_of(evidence, records.first()))],
            ..Step::PLAIN
        },
    ],
    picture: Some(Picture::AliasLedger),
    figures: &[
        Figure { name: "topic", value: |_| TOPIC.len().to_string() },
        Figure { name: "fixed", value: |cast| part(&figure::bytes(&both(cast)), 0..2) },
        Figure { name: "length", value: |cast| part(&figure::bytes(&both(cast)), 2..4) },
        Figure { name: "name", value: |cast| part(&figure::bytes(&both(cast)), 4..7) },
        Figure { name: "id", value: |cast| part(&figure::bytes(&both(cast)), END..END + 2) },
        Figure {
            name: "properties",
            value: |cast| part(&figure::bytes(&both(cast)), END + 2..END + 3),
        },
        Figure {
            name: "alias-bytes",
            value: |cast| part(&figure::bytes(&both(cast)), END + 3..END + 6),
        },
        Figure {
            name: "payload",
            value: |cast| part(&figure::bytes(&both(cast)), END + 6..END + 10),
        },
    ],
    solution: |cast| {
        let open = Move::Open(PUBLISHER, PacketType::ConnAck);
        vec![Move::Act(connect(cast, PUBLISHER)), open, Move::Act(both(cast))]
    },
    par: 2,
    ..Exercise::PLAIN
};

fn publish(alias: Option<u16>) -> Act {
    Act::publish(PUBLISHER, Publish { qos: QoS::AtLeastOnce, ..reading(TOPIC, alias) })
}

fn both(_: &Cast) -> Act {
    publish(Some(1))
}

/// What a CONNACK allows.
fn maximum(evidence: &Evidence, connack: RecordId) -> u16 {
    let packet = evidence.capture.get(connack).and_then(|record| record.valid_packet());
    packet.as_ref().and_then(Accepts::stated_in).unwrap_or_default().topic_alias_maximum
}

/// A CONNACK that allows aliases has been opened.
fn read_maximum(evidence: &Evidence) -> Verdict {
    check::connack_opened(evidence, PUBLISHER)?;
    let connacks = evidence.received(PUBLISHER, PacketType::ConnAck);
    let mut opened_ones = connacks.filter(|record| evidence.opened.contains(&record.id));
    match opened_ones.find(|record| maximum(evidence, record.id) > 0) {
        Some(record) => Ok(vec![record.id]),
        None => Err(Finding::told("none", []).into()),
    }
}

/// Topic Name and alias in one PUBLISH, and the Server has taken it.
fn topic_and_alias(evidence: &Evidence) -> Verdict {
    let nothing = Evidence::not_sent(PUBLISHER, PacketType::Publish);
    judge(evidence.sent(PUBLISHER, PacketType::Publish), nothing, |record, packet| {
        let Some(publish) = publish_in(packet) else { return Ok(()) };
        if publish.properties.topic_alias().is_none() {
            return Err(Finding::absent(PropertyId::TopicAlias.name()));
        }
        if publish.topic.is_empty() {
            return Err(Finding::told("no-topic", []));
        }
        if publish.qos == QoS::AtMostOnce {
            return Err(Finding::told("unacknowledged", []));
        }
        taken(evidence.capture, record)
    })
}

const PUBLISHER: ClientSlot = ClientSlot(0);
/// Where the topic ends in the PUBLISH: Fixed Header and length are two bytes each.
const END: usize = 4 + TOPIC.len();
