//! The Server says how many aliases it takes; one PUBLISH makes one known.

use super::{TOPIC, publish_in, reading, taken};
use crate::capture::ClientSlot;
use crate::course::chapters::common::connect;
use crate::course::{
    Broker, Cast, ClientSetup, Evidence, Exercise, Finding, Move, Picture, Step, Verdict, check,
    judge,
};
use crate::lab::Act;
use crate::mqtt::{PacketType, PropertyId, Publish, QoS};

pub static EXERCISE: Exercise = Exercise {
    id: "alias-handshake",
    broker: Broker::Any,
    spec: &["3.2.2.3.8", "3.3.2.3.4"],
    clients: &[ClientSetup {
        role: "publisher",
        prepared: |cast| vec![connect(cast, PUBLISHER), publish(cast)],
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
            ..Step::PLAIN
        },
        Step {
            id: "both",
            controls: &[|cast| Move::Act(publish(cast))],
            check: topic_and_alias,
            ..Step::PLAIN
        },
    ],
    picture: Some(Picture::AliasLedger),
    solution: |cast| {
        let open = Move::Open(PUBLISHER, PacketType::ConnAck);
        vec![Move::Act(connect(cast, PUBLISHER)), open, Move::Act(publish(cast))]
    },
    par: 2,
    ..Exercise::PLAIN
};

fn publish(_: &Cast) -> Act {
    let publish = Publish { qos: QoS::AtLeastOnce, ..reading(TOPIC, Some(1)) };
    Act::publish(PUBLISHER, publish)
}

/// A CONNACK that allows aliases has been opened.
fn read_maximum(evidence: &Evidence) -> Verdict {
    let nothing = Evidence::not_received(PUBLISHER, PacketType::ConnAck);
    judge(evidence.received(PUBLISHER, PacketType::ConnAck), nothing, |record, packet| {
        if !evidence.opened.contains(&record.id) {
            return Err(Finding::NotOpened { packet: PacketType::ConnAck });
        }
        match packet.properties().topic_alias_maximum() {
            None | Some(0) => Err(Finding::told("none", [])),
            Some(_) => Ok(()),
        }
    })
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
